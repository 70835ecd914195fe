"""Texts that recur but for their numbers: what was learned of the first serves to read the others at once."""

from nnsreport.parsers.recurring.memory import Memory, Recurring
from nnsreport.parsers.recurring.mould import Field, Filling, Mould

__all__ = ["Field", "Filling", "Memory", "Mould", "Recurring"]
