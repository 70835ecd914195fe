"""Lines that stand in logs of NeuroSim and are known to mean nothing, each with the reason why nothing is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nnsreport.parsers.records import LONGEST_MESSAGE


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


_MODULE = r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*"

MEANINGLESS: tuple[Meaningless, ...] = (
    _meaningless(r"\[[\w ]+\] Warning: Already initialized!|Warning: Already initialized!", "NeuroSim's own reminder"),
    _meaningless(r"-+$|={20,}\s*$", "rules that frame something"),
    _meaningless(r"Building (?:CIFAR-10|CIFAR-100|ImageNet) data loader with \d+ workers", "threads that load images"),
    _meaningless(
        r"Files already downloaded and verified|Downloading: ?\"?http|Downloading http|Using downloaded and verified"
        r"|Extracting \S+|\s*\d+(?:\.\d+)?%\s*$|\d+it \[",
        "torchvision's download of data sets and weights",
    ),
    _meaningless(
        r"Please make sure parallelRead == subArray|We will support partial parallel for multi-level cells"
        r"|Thank you for using NeuroSim!",
        "rest of the wrapper's error box",
    ),
    _meaningless(
        rf"{_MODULE}\($|\s*\(\w+\): {_MODULE}\(|\s*\)$|\s+\d+, \d+, kernel_size=\(|\s+in_features=\d+",
        "the network as PyTorch describes it",
    ),
    _meaningless(
        r"(?:Removing old folder|Creating folder|Removing old model|Saving model to|Setting GPU: |"
        r"Loading pretrained (?:model )?\S+)",
        "files of the wrapper",
    ),
    _meaningless(r"usage: \S+\.py |\s+\[--\w+", "the options of a wrapper"),
    _meaningless(
        r"Quantizing inputs and weights\.\.\.|Collecting histograms\.\.\.|Computing amax\.\.\.|"
        r"Finished quantizing inputs|"
        r"Running inference with detailed hardware|Running in-memory computing functional simulation of|"
        r"Stuck at fault sampling initializing|Output noise initializing",
        "what V1.5's wrapper is about to do",
    ),
    _meaningless(
        r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \w+\.py:\d+\] |"
        r"(?:Input|Weight|Output) is (?:fake )?quantized to \d+ bits in|"
        r"Calibrator encountered negative values|Call \.cuda\(\) if running on GPU after loading|"
        r"Creating histogram calibrator",
        "pytorch-quantization: repeats the flags with the precisions",
    ),
    _meaningless(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d *$|Input data dype is |"
        r"W: (?:/\S* | )?[\w/]+ \[[\d, ]+\](?: Scale:\d+)? *$|CONV: \d+ FC: \d+ Total: \d+ *$|"
        r"(?:/\S* | )?[\w/]+:\d+ \([^)]*\) <dtype: |Loading model from \S.* \.\.\.(?: Finished)? *$|"
        r"(?:import tensorflow as tf|import time|W_scale = \[\]|sess = None|Time = time\.strftime|lr = tf\.Variable|"
        r"#\s?(?:loadModel|saveModel|lossFunc|optimizer|Notes|shared variables))",
        "V1.0's wrapper for TensorFlow: its network's sizes, and the rest of Option.py",
    ),
    _meaningless(
        r"Epoch: \d{3} {1,2}Loss: -?\d+\.\d{4} Train: \d\.\d{4} Test: \d\.\d{4} FPS: \d+(?: S)?(?: BEST)? *$|"
        r"lr: \d+\.\d{6} -> \d+\.\d{6}$|Optimization (?:Start!|Ended!)$",
        "V1.0's training for TensorFlow, which has no hardware: the network's accuracy is told when it is tested",
    ),
    _meaningless(r"make(?:\[\d+\])?: |(?:g\+\+|gcc|c\+\+|icpc|clang\+\+|nvcc) .*-|rm -f |ar r", "building NeuroSim"),
    _meaningless(r".*\.(?:cpp|h|cc):(?:\d+:|\s).*|\s+(?:\d+ *)?\| ", "the compiler's warnings"),
    _meaningless(r"\S+\.py:\d+: \w*Warning: |\s+warnings\.warn\(|\w+Warning: ", "warnings of Python packages"),
    _meaningless(
        r"`np\.\w+` was a deprecated alias|The aliases was originally deprecated in NumPy|\s+https://numpy\.org/|"
        r"For debugging consider passing CUDA_LAUNCH_BLOCKING|Compile with `TORCH_USE_CUDA_DSA`|"
        r"CUDA kernel errors might be asynchronously",
        "the rest of an exception's message",
    ),
    _meaningless(r"(?>.*?\d%\|)(?>.*?\| )(?>.*?\[).*\]", "a progress bar"),
    _meaningless(r"srun: |slurmstepd|sbatch: ", "SLURM's messages"),
    _meaningless(r"\[?exit \d+\]?\s*$", "an exit code that the job script printed"),
)
"""Checked when nothing else fits."""


def is_meaningless(text: str) -> bool:
    """Tell whether a line is on the list of lines that mean nothing."""
    beginning = text[:LONGEST_MESSAGE]
    return any(entry.pattern.match(beginning) for entry in MEANINGLESS)
