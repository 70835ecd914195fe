"""NeuroSim's own messages, explained.

They are from the sources of https://github.com/neurosim/NeuroSim, all branches of DNN+NeuroSim for inference, DCIM, 3D
and training: every ``cout``, ``cerr``, ``printf`` and ``puts`` of every component, and the wrappers' ``print``.
"""

from __future__ import annotations

import re

from nnsreport.parsers.failures import Failure, explain
from nnsreport.parsers.records import LONGEST_MESSAGE

_EXITS = "; NeuroSim stops here"
_BOX = "no result follows: the wrapper stops, with exit code 0"
_WRAPPER_STOPS = "; the wrapper stops here"


MESSAGES: tuple[Failure, ...] = (
    Failure(
        r"ERROR!: Memory precision is even higher than synapse precision",
        "cellBit in Param.cpp is above the weights' precision; NeuroSim went on with cellBit = the weights' bits",
        "set cellBit to at most --wl_weight",
    ),
    Failure(
        r"ERROR!: RRAM-CIM is not supported beyond 22 nm",
        f"RRAM (memcelltype = 2) is not supported at 14 nm and below{_EXITS}",
        "use technode 22 or larger, or SRAM or FeFET",
    ),
    Failure(
        r"ERROR!: HP technology is not supported for 14 nm and beyond|HP for 14 nm and beyond is not supported",
        f"high-performance transistors (deviceroadmap = 1) are not supported at 14 nm and below{_EXITS}",
        "set deviceroadmap = 2 (LSTP), or technode 22 or larger",
    ),
    Failure(
        r"ERROR!: only 300K operation is supported for 14 nm and beyond",
        f"only 300 K is supported at 14 nm and below{_EXITS}",
        "set temp = 300 in Param.cpp",
    ),
    Failure(
        r"WARNING!: TECHNOLOGY NODE UNDER 14NM IS ONLY SUPPORTED AT 300K TEMPERATURE",
        "at 14 nm and below NeuroSim's numbers hold for 300 K only",
        "set temp = 300 in Param.cpp",
    ),
    Failure(
        r"ERROR!: nvCap-CIM is only supported for 22 nm",
        f"non-volatile capacitors (memcelltype = 4) are supported at 22 nm only{_EXITS}",
        "set technode = 22, or another memcelltype",
    ),
    Failure(
        r"ERROR!: sync_data_transfer mode not supported for the current parameter combimation",
        f"sync_data_transfer does not go with the other parameters{_EXITS}",
        "it needs globalBusType, chipActivation, novelMapping, pipeline and synchronous, and no globalBufferType",
    ),
    Failure(
        r"ERROR: SubArray Size is too large",
        "the sub-array is too large for the processing elements; NeuroSim goes on and usually crashes",
        "decrease numRowSubArray and numColSubArray (--subArray)",
    ),
    Failure(
        r"As pipeline system need more comprehensive floorplan, currently we do not support <pipelined H3D>",
        f"a chip of several tiers cannot be pipelined{_EXITS}",
        "set pipeline = false, or H3D = false, in Param.cpp",
    ),
    Failure(
        r"ERROR: Partial parallel read is not supported for multi-level cells yet",
        f"parallelRead below subArray does not go with cellBit above 1; {_BOX}",
        "set --parallelRead to --subArray, or --cellBit 1",
    ),
    Failure(
        r"Error: (2D FET|TFET) Technology node (\S+?)nm is not supported",
        f"there are no parameters of {{1}}s at {{2}} nm{_EXITS}",
        "set transistortype = 1 (CMOS) in Param.cpp, or another technode",
    ),
    Failure(
        r"Error: (CMOS) Technology node (\S+?)nm is not supported",
        f"the {{1}} technology node {{2}} nm is not supported{_EXITS}",
        "use one of 130, 90, 65, 45, 32, 22, 14, 10, 7; from V1.4 on also 5, 3, 2, 1",
    ),
    Failure(
        r"Error: Temperature is out of range",
        f"the temperature is out of range{_EXITS}",
        "set temp between 300 and 400 K",
    ),
    Failure(r"operationmode ERROR", f"operationmode is not one of 1 to 6{_EXITS}", "mend operationmode in Param.cpp"),
    Failure(
        r"Error: the fileone cannot be opened",
        f"NeuroSim cannot open a file with weights{_EXITS}",
        "check the paths in trace_command.sh, and start it in the wrapper's own folder",
    ),
    Failure(
        r"Error: the input file cannot be opened",
        f"NeuroSim cannot open the network's CSV file, or a file with inputs{_EXITS}",
        "check the paths in trace_command.sh, and start it in the wrapper's own folder",
    ),
    Failure(
        r"Error: the output file cannot be opened",
        "NeuroSim could not write Area_PowerDensity.csv",
        "run it in a folder that may be written to",
    ),
    Failure(
        r"ERROR: (Width|Height) of subArray is even smaller than a single DFF",
        "the sub-array is smaller than one flip-flop; NeuroSim goes on, and divides by zero",
        "increase numRowSubArray and numColSubArray",
    ),
    Failure(
        r"Transistor width of (?:1T1R|3T1C)=\S+ is larger than the assigned cell width=\S+ in layout",
        f"{{0}}{_EXITS}",
        "increase widthInFeatureSize1T1R (MLP+NeuroSim: widthInFeatureSize in Cell.cpp), or resistanceOn",
    ),
    Failure(
        r"\[LevelShifter\] Error: Require initialization first",
        "NeuroSim used a level shifter it had not set up: the write voltage is at most 1.5 V",
        "the chip's area and energy leave the level shifters out; set writeVoltage above 1.5",
    ),
    Failure(
        r"\[Subarray\] Error: Conventional parallel mode is required for nvCap",
        "non-volatile capacitors (memcelltype = 4) are read in parallel only",
        "set operationmode = 2 in Param.cpp",
    ),
    Failure(
        r"\[ShiftAdd\] DCIM shiftadd energy not defined",
        "NeuroSim has no energy for the shift-adders of digital compute-in-memory at this node, and adds a number that "
        "it has not set",
        "use technode 32, 22, 14, 10, 7, 5, 3, 2 or 1",
    ),
    Failure(
        r"\[([\w ]+)\] Error: (.*?) *!?\s*$", "NeuroSim's {1} reports: {2}", "check the sub-array size and numColMuxed"
    ),
    Failure(r"\[TFET\] Warning: No HP profile", "there is no HP profile for TFETs; NeuroSim used LSTP", None),
    Failure(
        r"WARNING: parallel read is larger than sub array size, reducing parallel read to match",
        "--parallel_read is above the rows of --sub_array; the wrapper went on with these rows",
        "set --parallel_read to at most the rows of --sub_array",
    ),
    Failure(
        r"The states in the external file do not match the bitcell\.",
        f"--mem_states_file has not one state for each level of --bitcell{_WRAPPER_STOPS}",
        "give it two to the power of --bitcell rows",
    ),
    Failure(
        r"The required columns '(\w+)' is not in the CSV file\.",
        f"a CSV file of the wrapper has no column '{{1}}'{_WRAPPER_STOPS}",
        "see --mem_states_file and --output_noise_file",
    ),
    Failure(
        r"The required 'output' numbers are larger than the ADC precision\.",
        f"--output_noise_file has more outputs than the ADC has codes{_WRAPPER_STOPS}",
        "set a higher --adc_precision",
    ),
    Failure(
        r"No saved model$",
        f"the wrapper for TensorFlow has no network to test{_WRAPPER_STOPS}",
        "train one with Top.py, and name it as loadModel in Option.py",
    ),
    Failure(
        r"Parameter output_noise should be >= 0\.0 or =-1\.0\.",
        f"--output_noise is negative{_WRAPPER_STOPS}",
        "set it to 0 or more, or to -1 to read --output_noise_file",
    ),
)
"""Messages and what to do; the first that matches explains the line."""

_HINT = re.compile(
    r"rror|ERROR|W(?:arning|ARNING)|Transistor width|^As pipeline|^The (?:states|required)|^Parameter|"
    r"^No saved model|DCIM"
)


def find_message(text: str) -> tuple[str, str | None] | None:
    """Explain one of NeuroSim's messages.

    Parameters
    ----------
    text : str
        Any line.

    Returns
    -------
    tuple of str and str or None, or None
        Message and remedy; None when the line is something else.
    """
    text = text[:LONGEST_MESSAGE]
    if _HINT.search(text) is None:
        return None
    return explain(text, MESSAGES)
