"""NeuroSim V1.4's own messages, explained; and the lines with numbers that are known to mean nothing.

The messages are from the sources of https://github.com/neurosim/DNN_NeuroSim_V1.4 (commit ac828e6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nnsreport.parsers.failures import Failure

_EXITS = "; NeuroSim stops here"
_BOX = "no result follows: the wrapper stops, with exit code 0"


def _message(pattern: str, message: str, remedy: str | None = None) -> Failure:
    return Failure(re.compile(pattern), message, remedy)


MESSAGES: tuple[Failure, ...] = (
    _message(
        r"ERROR!: Memory precision is even higher than synapse precision",
        "cellBit in Param.cpp is above the weights' precision; NeuroSim went on with cellBit = the weights' bits",
        "set cellBit to at most --wl_weight",
    ),
    _message(
        r"ERROR!: RRAM-CIM is not supported beyond 22 nm",
        f"RRAM (memcelltype = 2) is not supported at 14 nm and below{_EXITS}",
        "use technode 22 or larger, or SRAM or FeFET",
    ),
    _message(
        r"ERROR!: HP technology is not supported for 14 nm and beyond|HP for 14 nm and beyond is not supported",
        f"high-performance transistors (deviceroadmap = 1) are not supported at 14 nm and below{_EXITS}",
        "set deviceroadmap = 2 (LSTP), or technode 22 or larger",
    ),
    _message(
        r"ERROR!: only 300K operation is supported for 14 nm and beyond",
        f"only 300 K is supported at 14 nm and below{_EXITS}",
        "set temp = 300 in Param.cpp",
    ),
    _message(
        r"ERROR!: sync_data_transfer mode not supported for the current parameter combimation",
        f"sync_data_transfer does not go with the other parameters{_EXITS}",
        "it needs globalBusType, chipActivation, novelMapping, pipeline and synchronous, and no globalBufferType",
    ),
    _message(
        r"ERROR: SubArray Size is too large",
        "the sub-array is too large for the processing elements; NeuroSim goes on and usually crashes",
        "decrease numRowSubArray and numColSubArray (--subArray)",
    ),
    _message(
        r"ERROR: Partial parallel read is not supported for multi-level cells yet",
        f"parallelRead below subArray does not go with cellBit above 1; {_BOX}",
        "set --parallelRead to --subArray, or --cellBit 1",
    ),
    _message(
        r"Error: (CMOS|2D FET|TFET) Technology node (\S+?)nm is not supported",
        f"the {{1}} technology node {{2}} nm is not supported{_EXITS}",
        "use one of 130, 90, 65, 45, 32, 22, 14, 10, 7, 5, 3, 2, 1",
    ),
    _message(
        r"Error: Temperature is out of range",
        f"the temperature is out of range{_EXITS}",
        "set temp between 300 and 400 K",
    ),
    _message(r"operationmode ERROR", f"operationmode is not one of 1 to 6{_EXITS}", "mend operationmode in Param.cpp"),
    _message(
        r"Error: the (?:input file|fileone) cannot be opened",
        "NeuroSim cannot open the network's CSV file or a trace file",
        "check the paths in trace_command.sh and start the wrapper in its own folder",
    ),
    _message(
        r"ERROR: (Width|Height) of subArray is even smaller than a single DFF",
        "the sub-array is smaller than one flip-flop",
        "increase numRowSubArray and numColSubArray",
    ),
    _message(
        r"Transistor width of 1T1R=\S+ is larger than the assigned cell width=\S+ in layout",
        f"{{0}}{_EXITS}",
        "increase widthInFeatureSize1T1R, or resistanceOn",
    ),
    _message(
        r"\[LevelShifter\] Error: Require initialization first",
        "NeuroSim used a level shifter it had not set up: the write voltage is at most 1.5 V",
        "the chip's area and energy leave the level shifters out; set writeVoltage above 1.5",
    ),
    _message(
        r"\[([\w ]+)\] Error: (.*?) *!?\s*$", "NeuroSim's {1} reports: {2}", "check the sub-array size and numColMuxed"
    ),
    _message(r"\[TFET\] Warning: No HP profile", "there is no HP profile for TFETs; NeuroSim used LSTP", None),
)
"""Messages and what to do; the first that matches explains the line."""


@dataclass(frozen=True, slots=True)
class Meaningless:
    """Lines that may carry digits but no result.

    Attributes
    ----------
    pattern : re.Pattern
        Matched at the start of a line.
    reason : str
        Why nothing is lost.
    """

    pattern: re.Pattern[str]
    reason: str


def _meaningless(pattern: str, reason: str) -> Meaningless:
    return Meaningless(re.compile(pattern), reason)


MEANINGLESS: tuple[Meaningless, ...] = (
    _meaningless(r"\[[\w ]+\] Warning: Already initialized!|Warning: Already initialized!", "NeuroSim's own reminder"),
    _meaningless(r"Building (?:CIFAR-10|CIFAR-100|ImageNet) data loader with \d+ workers", "threads that load images"),
    _meaningless(
        r"Files already downloaded and verified|Downloading http|Using downloaded and verified", "torchvision"
    ),
    _meaningless(
        r"={20,}\s*$|Please make sure parallelRead == subArray|We will support partial parallel for multi-level cells"
        r"|Thank you for using NeuroSim!",
        "rest of the wrapper's error box",
    ),
    _meaningless(r"make(?:\[\d+\])?: |(?:g\+\+|gcc|c\+\+|icpc|clang\+\+|nvcc) .*-|rm -f |ar r", "building NeuroSim"),
    _meaningless(r".*\.(?:cpp|h|cc):(?:\d+:|\s).*|\s+\d* *\| ", "the compiler's warnings"),
    _meaningless(r"\S+\.py:\d+: \w*Warning: |\s+warnings\.warn\(|\w+Warning: ", "warnings of Python packages"),
    _meaningless(r".*\d+%\|.*\| .*\[.*\]", "a progress bar"),
    _meaningless(r"srun: |slurmstepd|sbatch: ", "SLURM's messages"),
    _meaningless(r"\[?exit \d+\]?\s*$", "an exit code that the job script printed"),
)
"""Lines known to mean nothing, checked when nothing else fits."""


def is_meaningless(text: str) -> bool:
    """Tell whether a line is on the list of lines that mean nothing."""
    return any(entry.pattern.match(text) for entry in MEANINGLESS)


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
    if "rror" not in text and "ERROR" not in text and "Warning" not in text and "Transistor" not in text:
        return None
    for entry in MESSAGES:
        match = entry.pattern.search(text)
        if match is not None:
            return entry.explain(match), entry.remedy
    return None
