"""Slurm's commands as formats: sacct, squeue and scontrol give the table of jobs, r_wlm_usage that of projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.slurm.detection import (
    confidence_in_sacct,
    confidence_in_scontrol,
    confidence_in_squeue,
    confidence_in_usage,
)
from nnsreport.parsers.slurm.reader import read_jobs
from nnsreport.parsers.slurm.usage import read_usage_report

if TYPE_CHECKING:
    import polars as pl

_CITATION = (
    "A. B. Yoo, M. A. Jette, M. Grondona, 'SLURM: Simple Linux Utility for Resource Management', Job Scheduling "
    "Strategies for Parallel Processing, LNCS 2862, pp. 44-60, 2003, doi:10.1007/10968987_3"
)
_SACCT_SAMPLE = """\
JobID|JobName|State|Elapsed|Timelimit|AllocCPUS|ReqMem|MaxRSS
38905658|vgg8|TIMEOUT|1-00:00:12|1-00:00:00|24|90G|
38905658.batch|batch|CANCELLED|1-00:00:13||24||1042268K
"""
_SQUEUE_SAMPLE = """\
             JOBID PARTITION     NAME     USER ST       TIME  NODES NODELIST(REASON)
    38905658_[4-9]      c23g     vgg8  hpcuser PD       0:00      1 (Priority)
          38905657      c23g     vgg8  hpcuser  R    1:02:03      1 n23g0001
"""
_SCONTROL_SAMPLE = """\
JobId=38905658 JobName=vgg8
   UserId=hpcuser(1001) GroupId=hpcuser(1001) MCS_label=N/A
   JobState=RUNNING Reason=None Dependency=(null)
   RunTime=01:02:03 TimeLimit=1-00:00:00 TimeMin=N/A
   NumNodes=1 NumCPUs=24 NumTasks=1 CPUs/Task=24 ReqB:S:C:T=0:0:*:*
"""
_USAGE_SAMPLE = """\
Account:                                  thes0000
Quota monthly (core-h):                       8072
Consumed   core-h current month:               120
"""


@dataclass(frozen=True, slots=True)
class SlurmFormat:
    """One of Slurm's commands; see :class:`nnsreport.parsers.registry.LogFormat`.

    Attributes
    ----------
    name, title, sample, citation, schema
        As every format has them.
    recognise : callable
        Glance to confidence.
    read : callable
        Lines, and a builder for problems, to the tables by name.
    """

    name: str
    title: str
    sample: str
    recognise: Callable[[Glance], float]
    read: Callable[[LogText, RunBuilder], Mapping[str, pl.DataFrame]]
    citation: str = _CITATION
    schema: frozenset[str] = frozenset()

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        return self.recognise(glance)

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read a text.

        Parameters
        ----------
        text : LogText
            Its lines.
        run : str
            Identifier of what is read, a table, not of a job.

        Returns
        -------
        tuple of ParsedLog
            One, without metrics; ``tables`` has ``jobs`` or ``usage``.
        """
        records = RunBuilder(self.name, text.cut_line)
        tables = self.read(text, records)
        return (records.finish(run, text.source, is_complete=True, tables=tables),)


FORMATS = (
    SlurmFormat("slurm-sacct", "Slurm sacct (jobs of the past)", _SACCT_SAMPLE, confidence_in_sacct, read_jobs),
    SlurmFormat("slurm-squeue", "Slurm squeue (jobs of now)", _SQUEUE_SAMPLE, confidence_in_squeue, read_jobs),
    SlurmFormat("slurm-scontrol", "Slurm scontrol show job", _SCONTROL_SAMPLE, confidence_in_scontrol, read_jobs),
    SlurmFormat("slurm-usage", "RWTH Aachen r_wlm_usage", _USAGE_SAMPLE, confidence_in_usage, read_usage_report),
)
"""Each of them reads the others' tables of jobs too, as one file may hold several."""
