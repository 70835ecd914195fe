"""Converters of a layer, made of settings, calibrated ranges and, for what is frozen in each, a programming draw."""

from __future__ import annotations

from nnsreport.engine.converters.uniform import UniformConverter as Converter
from nnsreport.engine.converters.uniform import uniform_converter as make_converter

__all__ = ["Converter", "make_converter"]
