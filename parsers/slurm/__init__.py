"""Slurm's own output: which jobs ran, how they ended, and what they used."""

from nnsreport.parsers.slurm.explanation import explain_state, hint_at_waste
from nnsreport.parsers.slurm.formats import FORMATS
from nnsreport.parsers.slurm.joining import join_jobs

__all__ = ["FORMATS", "explain_state", "hint_at_waste", "join_jobs"]
