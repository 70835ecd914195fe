"""DNN+NeuroSim in all its versions: what wrapper and C++ part print, mixed in any order or alone."""

from __future__ import annotations

from nnsreport.parsers.neurosim.format import FORMATS, NeuroSimFormat

__all__ = ["FORMATS", "NeuroSimFormat"]
