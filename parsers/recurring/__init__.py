"""Texts that recur but for their numbers: what was learned of the first serves to read the others at once."""

from nnsreport.parsers.recurring.memory import Memory, Recurring, Unread
from nnsreport.parsers.recurring.mould import Field, Fillings, Mould

__all__ = ["Field", "Fillings", "Memory", "Mould", "Recurring", "Unread"]
