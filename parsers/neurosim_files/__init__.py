"""The files that NeuroSim writes beside its log: tables of results, one a module."""

from __future__ import annotations

from nnsreport.parsers.neurosim_files.accuracy import ACCURACY
from nnsreport.parsers.neurosim_files.activity import ACTIVITY
from nnsreport.parsers.neurosim_files.area_power import AREA_POWER
from nnsreport.parsers.neurosim_files.breakdown import BREAKDOWN
from nnsreport.parsers.neurosim_files.distributions import DISTRIBUTIONS
from nnsreport.parsers.neurosim_files.epoch_results import EPOCH_RESULTS
from nnsreport.parsers.neurosim_files.overall import OVERALL

FORMATS = (EPOCH_RESULTS, BREAKDOWN, ACCURACY, DISTRIBUTIONS, ACTIVITY, AREA_POWER, OVERALL)
"""Every format of this package."""
