"""What NeuroSim, SLURM, the shell and Python say when something goes wrong: each has its sentence and its remedy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from nnsreport.parsers import ParsedLog
from nnsreport.parsers.neurosim.messages import MESSAGES, find_message
from nnsreport.parsers.neurosim.noise import MEANINGLESS

Reader = Callable[..., ParsedLog]

COMPONENTS = (
    *("Adder", "AdderTree", "BitShifter", "Buffer", "Bus", "Comparator", "Current Sense Amp", "CurrentSenseAmp", "DFF"),
    *("DeMux", "Decoder Driver", "DecoderDriver", "HTree", "LevelShifter", "MaxPooling", "MultilevelSAEncoder"),
    *("MultilevelSenseAmp", "Mux", "NewMux", "NewSwitchMatrix", "Precharger", "ReadCircuit", "Row Decoder"),
    *("Row Decoder Area", "Row Decoder Latency", "SRAMWriteDriver", "SarADC", "SenseAmp", "ShiftAdd", "Sigmoid"),
    *("SramNewSA", "Subarray", "SwitchMatrix", "TSVPath", "VoltageSenseAmp", "WL New Decoder Driver"),
    *("WLDecoderOutput", "WLNewDecoderDriver"),
)
"""Every name in brackets that a component of any version prints."""


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_that_reports_an_error_is_named(component: str) -> None:
    found = find_message(f"[{component}] Error: Require initialization first!")
    assert found is not None
    assert component in found[0] or component == "LevelShifter"
    assert found[1]


@pytest.mark.parametrize(
    ("line", "message", "remedy"),
    [
        ("ERROR!: nvCap-CIM is only supported for 22 nm!", "capacitors", "technode = 22"),
        ("[Subarray] Error: Conventional parallel mode is required for nvCap!", "capacitors", "operationmode = 2"),
        ("WARNING!: TECHNOLOGY NODE UNDER 14NM IS ONLY SUPPORTED AT 300K TEMPERATURE!", "300 K", "temp = 300"),
        ("Error: 2D FET Technology node 5nm is not supported", "2D FETs at 5 nm", "transistortype = 1"),
        ("Error: CMOS Technology node 28nm is not supported", "CMOS technology node 28 nm", "22"),
        ("  what():  basic_string: construction from null is not valid", "fewer files", "each row"),
        ("  what():  vector::_M_range_check", "vector::_M_range_check", "trace"),
        ("Error: Temperature is out of range", "temperature", "400 K"),
        ("Error: the input file cannot be opened!", "CSV file, or a file with inputs", "trace_command.sh"),
        ("Error: the fileone cannot be opened!", "weights", "trace_command.sh"),
        ("Error: the output file cannot be opened!", "Area_PowerDensity.csv", "written"),
        ("ERROR: Height of subArray is even smaller than a single DFF !!! ", "flip-flop", "numRowSubArray"),
        ("operationmode ERROR", "operationmode", "Param.cpp"),
        (
            "Transistor width of 1T1R=4.20F is larger than the assigned cell width=4.00F in layout",
            "4.20F",
            "resistanceOn",
        ),
        ("[ShiftAdd] DCIM shiftadd energy not defined", "has not set", "technode"),
        ("[TFET] Warning: No HP profile. Will use LSTP profile.", "LSTP", ""),
        (
            "WARNING: parallel read is larger than sub array size, reducing parallel read to match...",
            "--sub_array",
            "rows",
        ),
        ("The states in the external file do not match the bitcell.", "--mem_states_file", "--bitcell"),
        ("The required columns 'mean' is not in the CSV file.", "'mean'", "--mem_states_file"),
        ("The required 'output' numbers are larger than the ADC precision.", "codes", "--adc_precision"),
        ("Parameter output_noise should be >= 0.0 or =-1.0.", "negative", "-1"),
        (
            "slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-22T19:30:39 DUE TO PREEMPTION ***",
            "higher priority",
            "preempted",
        ),
        (
            "slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-22T19:30:39 DUE TO NODE FAILURE ***",
            "node failed",
            "again",
        ),
        ("srun: error: Node failure on n17", "node failed", "again"),
        (
            "slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-22T19:30:39 DUE TO JOB REQUEUE ***",
            "requeue",
            "next",
        ),
        ("./trace_command.sh: line 1: 99 Bus error               ./NeuroSIM/main x 8 8", "Bus error", "sub-array"),
        ("Bus error (core dumped)", "Bus error", "sub-array"),
        ("write: Disk quota exceeded", "disk is full", "free"),
    ],
)
def test_messages(read: Reader, line: str, message: str, remedy: str) -> None:
    (problem, *_) = (problem for problem in read(f"{line}\n").problems if problem.line == 1)
    assert message in problem.message
    assert remedy in (problem.remedy or "")


TRACEBACK = 'Traceback (most recent call last):\n  File "inference.py", line 9, in <module>\n    main()\n'


@pytest.mark.parametrize(
    ("exception", "remedy"),
    [
        ("FileNotFoundError: [Errno 2] No such file or directory: './log/VGG8.pth'", "trained weights"),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: './data/cifar-10-batches-py/data_batch_1'",
            "data set",
        ),
        ("RuntimeError: Dataset not found or corrupted. You can use download=True to download it", "data set"),
        ("urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>", "data set"),
        ("RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU", "GPU node"),
        ("RuntimeError: No CUDA GPUs are available", "GPU node"),
        ("AssertionError: Torch not compiled with CUDA enabled", "built with CUDA"),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", "--batch_size"),
        ("AttributeError: module 'numpy' has no attribute 'str'.", "NumPy below 1.24"),
        ("ImportError: cannot import name 'weak_script_method' from 'torch._jit_internal' (x.py)", "PyTorch"),
        ("ModuleNotFoundError: No module named 'torchvision'", "install"),
        ("AssertionError: VGG16", "--model"),
        ("KeyboardInterrupt", "interrupted"),
    ],
)
def test_exceptions(read: Reader, exception: str, remedy: str) -> None:
    log = read(f"{TRACEBACK}{exception}\n")
    (problem,) = (problem for problem in log.problems if problem.message.startswith("Python stopped"))
    assert exception[:40] in problem.message
    assert remedy in (problem.remedy or "")
    assert log.unrecognised == ()


def test_chained_exceptions_are_each_explained(read: Reader) -> None:
    between = "During handling of the above exception, another exception occurred:\n"
    log = read(f"{TRACEBACK}KeyError: 'a'\n\n{between}\n{TRACEBACK}ValueError: b\n")
    assert [problem.line for problem in log.problems if "Python stopped" in problem.message] == [4, 11]
    assert log.unrecognised == ()


def test_every_entry_says_what_to_do_or_why_nothing_is_lost() -> None:
    assert all(entry.message for entry in MESSAGES)
    assert all(entry.reason for entry in MEANINGLESS)


@pytest.mark.parametrize("line", ["ChipArea : 4um^2", "layer1's readLatency is: 4ns", "clkPeriod: 1e-09", "layer1: 4"])
def test_no_result_is_on_the_list_of_meaningless_lines(line: str) -> None:
    assert not [entry.pattern.pattern for entry in MEANINGLESS if re.match(entry.pattern, line)]
