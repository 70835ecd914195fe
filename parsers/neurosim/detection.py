"""Tells the versions of NeuroSim apart: none is printed, so each is known by what only it prints.

What several versions print alike is read as the most likely of them; what was left open is told by
:mod:`nnsreport.parsers.neurosim.versions` at the end of each run.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nnsreport.parsers.glance import Glance

_CERTAIN = 1.0
_LIKELY = 0.9
_ERROR_ONLY = 0.5
"""Another simulator that builds on the same C++ components and is sure of a text has the text."""


def _lines(*patterns: str) -> re.Pattern[str]:
    return re.compile(f"^(?:{'|'.join(patterns)})", re.MULTILINE)


_OWN = _lines(
    r"parallelRead: \d",
    r"User assigned speed-up |Tile and PE size are opt|Desired Conventional (?:Ma|PE)|User-defined SubArray",
    r"Memory Utilization of W|ChipArea : |Chip total (?:CIM array|readLatency i)|Chip pipeline-system",
    r"Chip layer-by-layer|layer\d+'s (?:PEAK )?(?:readLat|readDyn|writeLat|leakage|buffer|ic )",
    r"clkPeriod: |Total Run-time of Neuro|quantize layer  |fan_in +\d+, float_limi",
    r"\t?(?:Epoch \d+ )?Test set: Average l|ERROR!: (?:Memory|RRAM|HP te|only 3|sync_|nvCap)|ERROR: SubArray Size is",
    r" --- Hardware Properties|Train Epoch: \d|wl_weight: \d|mem_states_file: |Running in-memory comput|-{30} [H2]",
    r"As pipeline system need mo|-{22} Monolit|Test Accuracy of the model on \d|WARNING!: TECHNOLOGY NODE",
)
"""What no other program prints."""

_ERRORS = _lines(
    r"Error: (?:the input file cannot be|the fileone cannot be op|Temperature is out of)",
    r"Error: (?:CMOS|2D FET|TFET) Technolog",
    r"ERROR: (?:Width|Height) of subArray|operationmode ERROR|HP for 14 nm and beyond is|Transistor width of 1T1R=",
    r"\[(?:Mux|NewMux|DeMux|Adder|AdderTree(?:_DCIM)?|DFF|HTree|Bus|Buffer|Subarray|ShiftAdd|SarADC|TSVPath|Sigmoid|Comparator|"
    r"Row Decoder|LevelShifter|ReadCircuit|SenseAmp|SramNewSA|SwitchMatrix|Precharger|VoltageSenseAmp|MaxPooling|"
    r"MultilevelSenseAmp|MultilevelSAEncoder|SRAMWriteDriver|BitShifter)\] (?:Error|Warning): ",
)
"""What a run of NeuroSim may print before it ends, and what other programs with its components may print too."""

_WRAPPER_TRACEBACK = re.compile(r"from (?:utee|pytorch_quantization\.\w+|modules\.quantization_\w+) import ")
_SHELL_REPORT = re.compile(r": line \d+: .*\bNeuroSIM/main\b")
"""What a shell says when the C++ part crashes, or is not there."""
_COMMAND = re.compile(r"NeuroSIM/main \S+ \d+ \d+(?P<integers>(?: \d+)*)(?: |$)")
"""The C++ part's command as a shell repeats it: behind the two precisions come nothing (V1.0 to V1.3), the temperature
(3D), or rows and rows in parallel (from V1.4 on)."""

_TRAINING = re.compile(r"/nonlinearityLT[DP]=|NeuroSIM/main \d+ \S+ \d+ \d+ ")
"""In the path of the log of V2.0 and V2.1; and their command, which begins with the epoch."""


_TENSORFLOW_OPTION = _lines(r"bitsW = \d")
_TENSORFLOW_OTHERS = _lines(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d *$", r"CONV: \d+ FC: \d+ To", r"(?: ?Finished )?Test Error: \d"
)
"""What V1.0's wrapper for TensorFlow prints before and behind the source of ``Option.py``, which is a file too."""

_OPTION = re.compile(r"\[--(?:wl_weight|ADCprecision|adc_precision|nonlinearityLTP) ")
"""In the usage that the wrapper prints when it is called with an option that it has not."""


def _rule(name: str, *patterns: str) -> tuple[str, re.Pattern[str]]:
    return name, _lines(*patterns)


_ONLY_PRINTED_BY = (
    _rule(
        "neurosim-2.1",
        r"Train Epoch: \d|training phase *$|nonlinearityLT[PD]: |Chip readLatency of Forw|Chip total CIM \(Forw",
        r"layer\d+'s PEAK|layer\d+'s write",
        r"layer\d+'s \w+ of (?:$|[FAW])|----------- (?:Buffer (?:bu|la|re)|DRAM da|Synaptic A)",
        r"Peak (?:Energy E|Throughput)",
    ),
    _rule(
        "neurosim-3d-heterogeneous-1.0",
        r"\d+-Tier (?:Chip Area|Memory)|-{30} [H2]|For layer-by-layer schem|As pipeline system need mo",
        r"Shrinked IC Area|-+ (?:# of mem|Tier # )|\[TSVPath\] ",
    ),
    _rule(
        "neurosim-3d-monolithic-1.0",
        r"Top Tier: |Bottom Tier: |Chip Operation Temperatu|-{22} Monolit|temp: \d",
    ),
    _rule(
        "neurosim-1.5",
        r"adc_precision: |sub_array: |ppa: |mem_states_file: |Running in-memory comput",
        r"Test Accuracy of the model on \d",
        r"ERROR!: nvCap|\[Subarray\] Error: Conventional|Evaluating input and weight quan",
    ),
    _rule("neurosim-dcim-1.0", r"\[AdderTree_DCIM\] |\[ShiftAdd\] DCIM "),
    _rule("neurosim-1.0", r"Chip total readLatency i|layer\d+: \d+, \d|\[ShiftAdd\] Error: No width as|bitsW = \d"),
    _rule(
        "neurosim-1.4",
        r"clkPeriod: |parallelRead: |parallel read: *$|ERROR!: (?:RRAM|HP te|only 3|sync_)|WARNING!: TECHNOLOGY NODE",
        r"HP for 14 nm and beyond is|ERROR: Partial parallel rea",
    ),
)
"""What one version prints and no earlier one of this list; the first that is found decides."""

_OPTIONS_ONLY_OF = (
    ("neurosim-2.1", "[--nonlinearityLTP "),
    ("neurosim-1.5", "[--adc_precision "),
    ("neurosim-1.4", "[--parallelRead "),
    ("neurosim-3d-monolithic-1.0", "[--temp "),
    ("neurosim-1.3", "[--dataset "),
    ("neurosim-1.2", "[--ADCprecision "),
    ("neurosim-1.0", "[--wl_weight "),
)
"""The same; the first that is found decides."""

_FLAGS_TO_V12 = _lines(r"type: ")
_FLAGS_OF_V12 = _lines(r"ADCprecision: ")
_FLAGS_OF_V13 = _lines(r"dataset: ")
_FLAGS_BEHIND_OTHERS = _lines(r"vari: ")
"""Comes behind the flags that only V1.4 or 3D have."""
_FLAGS_END = _lines(r"={32}$")
_SUMMARY_TO_V12 = _lines(r"Total IC Area on chip|Energy Efficiency TOPS/W")
_SUMMARY_FROM_V13 = _lines(r"Chip total CIM array|Compute efficiency TOPS/|Chip clock period")
_CLOCK = _lines(r"Chip clock period")
_LAYERS = _lines(r"-{20} Estimation|layer\d+'s ")
_UNKNOWN_NODE = _lines(r"Error: CMOS Technolog")
"""Up to V1.3 and in 3D; later versions end without a word."""


@lru_cache(maxsize=4)
def recognise(glance: Glance) -> tuple[str, float]:
    """Name the version of NeuroSim that printed a text.

    Parameters
    ----------
    glance : Glance
        At the text.

    Returns
    -------
    str
        Name of the version; empty if it is no output of NeuroSim.
    float
        How sure it is: 1 when something was found that only this version prints; 0.9 when several print the same, and
        this is the most likely; 0.5 when there is nothing but an error.
    """
    if _OWN.search(glance.heads):
        return _version_of(glance)
    if any(_OPTION.search(line) for line in glance.first_lines):
        usage = "".join(glance.first_lines)
        return next(name for name, option in _OPTIONS_ONLY_OF if option in usage), _LIKELY
    if _TENSORFLOW_OPTION.search(glance.heads) and _TENSORFLOW_OTHERS.search(glance.heads):
        return "neurosim-1.0", _LIKELY
    is_betrayed = any(_WRAPPER_TRACEBACK.search(line) or _SHELL_REPORT.search(line) for line in glance.first_lines)
    if is_betrayed or _ERRORS.search(glance.heads):
        return _version_of(glance)[0], _ERROR_ONLY
    return "", 0.0


def _version_of(glance: Glance) -> tuple[str, float]:
    heads = glance.heads
    for name, pattern in _ONLY_PRINTED_BY:
        if pattern.search(heads):
            return name, _CERTAIN
    if any(_TRAINING.search(line) for line in glance.first_lines):
        return "neurosim-2.1", _CERTAIN
    by_flags = _version_of_flags(heads)
    if by_flags is not None:
        return by_flags
    if _SUMMARY_TO_V12.search(heads) and not _SUMMARY_FROM_V13.search(heads):
        return "neurosim-1.2", _CERTAIN
    if _CLOCK.search(heads):
        return "neurosim-1.3", _CERTAIN
    return _version_of_command(glance.first_lines) or _most_likely(heads), _LIKELY


def _version_of_flags(heads: str) -> tuple[str, float] | None:
    """Judge the wrapper's flags; a log may end in the middle of them."""
    if _FLAGS_TO_V12.search(heads):
        if _FLAGS_OF_V12.search(heads):
            return "neurosim-1.2", _CERTAIN
        return ("neurosim-1.0", _CERTAIN) if _FLAGS_END.search(heads) else ("neurosim-1.2", _LIKELY)
    if _FLAGS_OF_V13.search(heads):
        return ("neurosim-1.3", _CERTAIN) if _FLAGS_BEHIND_OTHERS.search(heads) else ("neurosim-1.4", _LIKELY)
    return None


def _version_of_command(lines: tuple[str, ...]) -> str:
    for match in filter(None, map(_COMMAND.search, lines)):
        count = len(match["integers"].split())
        return {0: "neurosim-1.3", 1: "neurosim-3d-monolithic-1.0"}.get(count, "neurosim-1.4")
    return ""


def _most_likely(heads: str) -> str:
    """Judge a log of the C++ part alone: from V1.4 on it prints the clock period before the layers, if it has one.

    A chip with a summary of V1.3's kind and no clock is asynchronous; the values tell then
    (:mod:`nnsreport.parsers.neurosim.versions`).
    """
    if _UNKNOWN_NODE.search(heads) or (_LAYERS.search(heads) and not _SUMMARY_FROM_V13.search(heads)):
        return "neurosim-1.3"
    return "neurosim-1.4"
