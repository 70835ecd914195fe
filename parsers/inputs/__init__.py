"""The files that NeuroSim is fed with: the network's shape, the command that starts it, the states of its devices."""

from nnsreport.parsers.inputs.device_states import DeviceStates
from nnsreport.parsers.inputs.network import Network
from nnsreport.parsers.inputs.trace_command import TraceCommand

FORMATS = (Network(), TraceCommand(), DeviceStates())
"""The formats as the registry knows them."""

__all__ = ["FORMATS", "DeviceStates", "Network", "TraceCommand"]
