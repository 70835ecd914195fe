"""NeuroSim's Param.cpp, the C++ file in which its users set their parameters."""

from nnsreport.parsers.param_cpp.format import NeuroSimParam
from nnsreport.parsers.param_cpp.parameters import Parameter, ParameterFile, read_param_cpp

FORMATS = (NeuroSimParam(),)
"""The formats as the registry knows them."""

__all__ = ["FORMATS", "NeuroSimParam", "Parameter", "ParameterFile", "read_param_cpp"]
