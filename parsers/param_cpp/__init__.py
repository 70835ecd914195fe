"""NeuroSim's Param.cpp, the C++ file in which its users set their parameters."""

from nnsreport.parsers.param_cpp.format import NeuroSimParam
from nnsreport.parsers.param_cpp.parameters import Parameter, ParameterFile, read_param_cpp

__all__ = ["NeuroSimParam", "Parameter", "ParameterFile", "read_param_cpp"]
