"""What SLURM tells a job through its environment. A pure function of the variables; nothing is asked of the cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

_TASKS_OF_NODES = re.compile(r"\d+(?=\(x\d+\)|,|$)")


@dataclass(frozen=True, slots=True)
class SlurmContext:
    """The job, and the task of it, that this process belongs to.

    Attributes
    ----------
    job_id : str
        ``SLURM_JOB_ID``; in an array, each task has its own, and one has the array's.
    array_job_id, array_task_id : str or None
        In an array: its id, and the task's index.
    name, partition, account, cluster, nodes, node : str or None
        Of the job; ``nodes`` in SLURM's short form, ``node`` is this one.
    cpus_on_node, cpus_per_task : int or None
        Cores allocated on this node; cores a task, when asked for.
    gpus : str or None
        Numbers of the GPUs that the step or else the job was given on this node, such as ``0,1``.
    restart_count : int
        How often the job was requeued.
    step_id : str or None
        Step that ``srun`` started; None in the batch shell.
    task_id, local_task_id, tasks : int or None
        Index of this task in its step, its index on this node, and the number of the step's tasks; None in the batch
        shell, where SLURM sets ``SLURM_PROCID`` all the same.
    tasks_on_node : int or None
        Of the step, on the node that has most of them.
    submit_directory : str or None
        Where ``sbatch`` was called.
    """

    job_id: str
    array_job_id: str | None = None
    array_task_id: str | None = None
    name: str | None = None
    partition: str | None = None
    account: str | None = None
    cluster: str | None = None
    nodes: str | None = None
    node: str | None = None
    cpus_on_node: int | None = None
    cpus_per_task: int | None = None
    gpus: str | None = None
    restart_count: int = 0
    step_id: str | None = None
    task_id: int | None = None
    local_task_id: int | None = None
    tasks: int | None = None
    tasks_on_node: int | None = None
    submit_directory: str | None = None

    @property
    def job(self) -> str:
        """The id people use: ``38905658``, or ``38905658_7`` in an array."""
        if self.array_job_id is not None and self.array_task_id is not None:
            return f"{self.array_job_id}_{self.array_task_id}"
        return self.job_id

    @property
    def step(self) -> str:
        """What the tasks of a step have in common, and no others: ``38905658.0``, or requeued ``38905658.0-1``."""
        requeued = f"-{self.restart_count}" if self.restart_count else ""
        return f"{self.job_id}.{self.step_id}{requeued}"


def read_context(environment: Mapping[str, str]) -> SlurmContext | None:
    """Read the variables of a job.

    Parameters
    ----------
    environment : Mapping of str to str
        Such as ``os.environ``.

    Returns
    -------
    SlurmContext or None
        None outside SLURM. Variables that are absent or unreadable are None: which ones are set depends on
        the options of the job and on SLURM's version.
    """

    def text(*names: str) -> str | None:
        return next((environment[name] for name in names if environment.get(name)), None)

    def number(*names: str) -> int | None:
        found = text(*names)
        return int(found) if found is not None and found.isdecimal() else None

    job_id = text("SLURM_JOB_ID", "SLURM_JOBID")
    if job_id is None:
        return None
    step_id = text("SLURM_STEP_ID", "SLURM_STEPID")
    in_step = step_id is not None
    return SlurmContext(
        job_id=job_id,
        array_job_id=text("SLURM_ARRAY_JOB_ID"),
        array_task_id=text("SLURM_ARRAY_TASK_ID"),
        name=text("SLURM_JOB_NAME"),
        partition=text("SLURM_JOB_PARTITION"),
        account=text("SLURM_JOB_ACCOUNT"),
        cluster=text("SLURM_CLUSTER_NAME"),
        nodes=text("SLURM_JOB_NODELIST", "SLURM_NODELIST"),
        node=text("SLURMD_NODENAME"),
        cpus_on_node=number("SLURM_CPUS_ON_NODE"),
        cpus_per_task=number("SLURM_CPUS_PER_TASK"),
        gpus=text("SLURM_STEP_GPUS", "SLURM_JOB_GPUS"),
        restart_count=number("SLURM_RESTART_COUNT") or 0,
        step_id=step_id,
        task_id=number("SLURM_PROCID") if in_step else None,
        local_task_id=number("SLURM_LOCALID") if in_step else None,
        tasks=number("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS") if in_step else None,
        tasks_on_node=_most_tasks(text("SLURM_STEP_TASKS_PER_NODE")) if in_step else None,
        submit_directory=text("SLURM_SUBMIT_DIR"),
    )


def describe(context: SlurmContext) -> dict[str, str]:
    """Return what is known of the job by readable name.

    Parameters
    ----------
    context : SlurmContext
        Of this process.

    Returns
    -------
    dict of str to str
        First ``job``, the id people use; unknown fields are left out.
    """
    known = {name.replace("_", " "): str(value) for name, value in asdict(context).items() if value is not None}
    return {"job": context.job, **known}


def run_id(context: SlurmContext, *, separate: bool = False) -> str:
    """Return the identifier of the run that this process makes.

    Parameters
    ----------
    context : SlurmContext
        Of this process.
    separate : bool
        Where ``srun`` started several tasks, each makes a run of its own.

    Returns
    -------
    str
        The job's id, ``38905658`` or ``38905658_7`` in an array; of a separate task ``38905658-task1``: a dot would
        read as SLURM's name of a step. A requeued job keeps its id, so it resumes.
    """
    return task_run_id(context.job, context) if separate else context.job


def task_run_id(run: str, context: SlurmContext) -> str:
    """Return the name of the run of one task, where several tasks make runs of their own.

    Parameters
    ----------
    run : str
        Name that they have in common.
    context : SlurmContext
        Of this process.

    Returns
    -------
    str
        Such as ``digits-task1``; the name itself where there is one task.
    """
    return run if context.tasks is None or context.tasks == 1 else f"{run}-task{context.task_id}"


def _most_tasks(text: str | None) -> int | None:
    """Return the largest of SLURM's numbers of tasks, such as ``2(x3),1``."""
    return max(map(int, _TASKS_OF_NODES.findall(text or "")), default=None)
