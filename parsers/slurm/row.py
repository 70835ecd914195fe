"""One printed row, a job or a step of it, typed; what it does not tell is None."""

from __future__ import annotations

from dataclasses import dataclass, fields

from nnsreport.parsers.slurm.identity import JobIdentity
from nnsreport.parsers.slurm.quantities import LARGEST, Date, Memory
from nnsreport.parsers.slurm.resources import Resources, Usage
from nnsreport.parsers.slurm.states import UNFINISHED_STATES, WAITING_STATES


@dataclass(slots=True)
class JobRow:
    """What one of Slurm's commands tells of a job or step.

    Attributes
    ----------
    identity : JobIdentity or None
        None while the row is being read, and where it has no job id.
    line : int
        1-based line in the source.
    section : int
        Counts the tables of the file; the rows of one table come from one call.
    text : str
        As printed, to recognise a row that stands there twice.
    job_id : int or None
        Slurm's own number, which differs from task to task of an array.
    attempt : int or None
        1 for the first start; None where only the order tells.
    requested_memory : Memory or None
        As asked for.
    allocated, requested : Resources or None
        From the lists of resources.
    gpus : tuple of int and str or None, or None
        From a generic resource, for the whole job.
    gpus_per_node : tuple of int and str or None, or None
        The same for each node.
    task_memory_byte : int or None
        The most that one task of the step had in memory (MaxRSS).
    tasks_in_step : int or None
        Tasks that the step started.
    total_cpu_s, average_cpu_s : float or None
        Time in which cores were busy: of all tasks, and of one on average.
    usage : Usage or None
        Of all tasks of the step.
    allocated_cpu_s : float or None
        Cores times elapsed time, as Slurm has it.
    """

    identity: JobIdentity | None = None
    line: int = 0
    section: int = 0
    text: str = ""
    job_id: int | None = None
    attempt: int | None = None
    name: str | None = None
    user: str | None = None
    account: str | None = None
    partition: str | None = None
    state: str | None = None
    state_detail: str | None = None
    reason: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    submitted: Date | None = None
    started: Date | None = None
    ended: Date | None = None
    elapsed_s: float | None = None
    limit_s: float | None = None
    cores: int | None = None
    requested_cores: int | None = None
    nodes: int | None = None
    requested_nodes: int | None = None
    node_list: str | None = None
    requested_memory: Memory | None = None
    allocated: Resources | None = None
    requested: Resources | None = None
    gpus: tuple[int, str | None] | None = None
    gpus_per_node: tuple[int, str | None] | None = None
    task_memory_byte: int | None = None
    tasks_in_step: int | None = None
    total_cpu_s: float | None = None
    average_cpu_s: float | None = None
    usage: Usage | None = None
    allocated_cpu_s: float | None = None
    work_folder: str | None = None
    output_file: str | None = None
    command: str | None = None

    def core_count(self) -> int | None:
        """Return the cores it has, or asked for while it has none."""
        lists = [resources.cores for resources in (self.allocated, self.requested) if resources is not None]
        return next((cores for cores in (self.cores, *lists, self.requested_cores) if cores), self.cores)

    def node_count(self) -> int | None:
        """Return the nodes it has, or asked for while it has none."""
        lists = [resources.nodes for resources in (self.allocated, self.requested) if resources is not None]
        return next((nodes for nodes in (self.nodes, *lists, self.requested_nodes) if nodes), self.nodes)

    def gpu_count(self) -> tuple[int | None, str | None]:
        """Return number and type of the GPUs it has, or asked for while it has none."""
        nodes = self.node_count()
        for resources in (self.allocated, self.requested):
            if resources is not None:
                named = self.gpus or self.gpus_per_node
                return resources.gpus, resources.gpu_type or (named[1] if named and resources.gpus else None)
        if self.gpus is not None:
            return self.gpus
        if self.gpus_per_node is not None and nodes is not None:
            return self.gpus_per_node[0] * nodes, self.gpus_per_node[1]
        return None, None

    def requested_memory_byte(self) -> int | None:
        """Return the memory it asked for, on all its nodes together."""
        byte = self._memory_asked_for()
        if byte is None:
            lists = [resources.memory_byte for resources in (self.requested, self.allocated) if resources is not None]
            byte = next((memory for memory in lists if memory is not None), None)
        return byte if byte is not None and byte <= LARGEST else None

    def _memory_asked_for(self) -> int | None:
        memory = self.requested_memory
        if memory is None:
            return None
        if not memory.per:
            return memory.byte
        count = self.core_count() if memory.per == "c" else self.node_count()
        return memory.byte * count if count is not None else None

    def forget_expectations(self) -> None:
        """Drop the start of a job that waits and the end of one that runs, which Slurm prints as it expects them."""
        if self.state in WAITING_STATES:
            self.started = None
        if self.state in UNFINISHED_STATES:
            self.ended = self.exit_code = self.signal = None

    def update(self, newer: JobRow) -> None:
        """Take over what a later table tells of the same attempt."""
        for field in fields(JobRow):
            value = getattr(newer, field.name)
            if value is not None:
                setattr(self, field.name, value)
