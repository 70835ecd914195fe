"""What a job's log says when SLURM, the system, the shell or Python ended the program; the same for every simulator."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nnsreport.parsers.records import LONGEST_MESSAGE, shorten

_HINT = re.compile(
    r"slurm|srun|rror|Killed|fault|exception|oom|memory|space left|quota|No such file|not found|denied|Aborted|Illegal|"
    r"terminate|what\(\)",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning|Iteration)(?::.*)?")

_WARNING = re.compile(r"\S+\.py:\d+: \w*Warning: ")
_BETWEEN_TRACEBACKS = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)

_compiled = cache(re.compile)


@dataclass(frozen=True, slots=True)
class Failure:
    """How to recognise and explain one way of failing.

    Attributes
    ----------
    expression : str
        Searched anywhere in a line: such messages land in the middle of others.
    message : str
        One clause; ``{0}`` stands for the whole match.
    remedy : str or None
        What the user can change.
    """

    expression: str
    message: str
    remedy: str | None = None

    def search(self, text: str) -> re.Match[str] | None:
        """Return where a line tells of it; most logs have none of these, so patterns are compiled when asked for."""
        return _compiled(self.expression).search(text)

    def explain(self, match: re.Match[str]) -> str:
        """Return the clause for one occurrence."""
        return self.message.format(*(group or "" for group in (match.group(0), *match.groups())))


def explain(text: str, known: Iterable[Failure]) -> tuple[str, str | None] | None:
    """Explain a line by the first way of failing that it tells of.

    Parameters
    ----------
    text : str
        A line, or the beginning of a very long one.
    known : iterable of Failure
        In the order they are tried.

    Returns
    -------
    tuple of str and str or None, or None
        Message and remedy; None when the line is something else.
    """
    for entry in known:
        match = entry.search(text)
        if match is not None:
            return entry.explain(match), entry.remedy
    return None


JOB_FAILURES: tuple[Failure, ...] = (
    Failure(
        r"CANCELLED AT \S+ DUE TO TIME LIMIT|Exceeded job time limit",
        "SLURM stopped the job at its time limit",
        "ask for a longer --time",
    ),
    Failure(
        r"(?i)oom[_-]kill|out of memory(?!.*CUDA)|exceeded (?:job|step) memory limit|DUE TO.*OUT_OF_MEMORY",
        "the job ran out of memory",
        "ask for more --mem",
    ),
    Failure(
        r"CANCELLED AT \S+ DUE TO JOB REQUEUE",
        "SLURM stopped the job to requeue it",
        "see the log of its next start",
    ),
    Failure(
        r"CANCELLED AT \S+ DUE TO PREEMPTION",
        "SLURM stopped the job for one of a higher priority",
        "see the log of its next start, or submit it again to a partition that is not preempted",
    ),
    Failure(
        r"CANCELLED AT \S+ DUE TO NODE FAILURE|NODE_FAIL|[Nn]ode failure on ",
        "the job's node failed",
        "submit the job again",
    ),
    Failure(r"\*\*\* (?:JOB|STEP) \S+ ON \S+ CANCELLED AT \S+", "the job was cancelled (scancel)"),
    Failure(
        r"(?i)segmentation fault",
        "a program crashed with a segmentation fault",
        "check the sub-array size, the network's CSV file and its traces",
    ),
    Failure(
        r"Illegal instruction",
        "a program was built for another processor",
        "run `make clean && make` on the job's node type",
    ),
    Failure(r"(?i)no space left on device|disk quota exceeded", "the disk is full", "free space in the job's folders"),
    Failure(
        r"(?:trace_command\.sh|NeuroSIM/main).*No such file or directory",
        "NeuroSim's program or its command file is missing",
        "run `make` in NeuroSIM/ and start the wrapper in its own folder",
    ),
    Failure(
        r"(?:trace_command\.sh|NeuroSIM/main).*Permission denied",
        "NeuroSim's program may not be executed",
        "run `chmod +x NeuroSIM/main`",
    ),
    Failure(
        r"error while loading shared libraries: (\S+?):",
        "the library {1} is missing",
        "load the module that NeuroSim was built with",
    ),
    Failure(
        r"(\S+\.py): error: (?!\w+:)(.*)",
        "{1} does not accept its options: {2}",
        "see its --help: the options of a simulator's versions differ",
    ),
    Failure(r"make(?:\[\d+\])?: \*\*\* .*", "building failed: {0}", "read the compiler's message above it"),
    Failure(
        r"terminate called after throwing an instance of '([^']+)'",
        "a program stopped with the C++ exception {1}",
        "check the arguments and the trace files",
    ),
    Failure(
        r"what\(\): +basic_string: construction from null",
        "the simulator was called with fewer files than it needs",
        "name a file with weights and one with inputs for each row of the network's CSV file",
    ),
    Failure(r"what\(\): +(.*\S)", "the C++ exception says: {1}", "check the arguments and the trace files"),
    Failure(
        r"(\S+): command not found",
        "the program {1} was not found",
        "load its module, or name its folder in PATH, in the job",
    ),
    Failure(
        r"(Aborted|Floating point exception|Bus error)\b(?:.*\./|\s*(?:\(core dumped\))?\s*$)",
        "a program crashed: {1}",
        "check the sub-array size, the network's CSV file and its traces",
    ),
    Failure(r"\bKilled\b", "a program was killed, usually for using too much memory", "ask for more --mem"),
)
"""Checked in this order; the first that matches explains the line."""

_DATA_REMEDY = "download the data set on a node with internet, to the folder that the wrapper looks in"

PYTHON_FAILURES: tuple[Failure, ...] = (
    Failure(
        r"Attempting to deserialize object on a CUDA device",
        "",
        "run the wrapper on a GPU node, or give torch.load map_location='cpu'",
    ),
    Failure(r"(?i)CUDA out of memory|OutOfMemoryError", "", "use a smaller --batch_size"),
    Failure(
        r"FileNotFoundError.*\.pth", "", "download the trained weights and put them where the wrapper looks for them"
    ),
    Failure(
        r"(?i)no NVIDIA driver|CUDA (?:driver|error)|cuda\.is_available|no CUDA GPUs|invalid device ordinal",
        "",
        "run the wrapper on a GPU node",
    ),
    Failure(
        r"not compiled with CUDA|torch\.cuda is not available",
        "",
        "install a PyTorch that is built with CUDA, and run the wrapper on a GPU node",
    ),
    Failure(r"No such file or directory: '[^']*(?:cifar|imagenet|ILSVRC)|(?i:dataset).*not found", "", _DATA_REMEDY),
    Failure(r"URLError|HTTPError|RemoteDisconnected|ConnectionError|Name or service not known", "", _DATA_REMEDY),
    Failure(
        r"module 'numpy' has no attribute '(?:str|int|float|bool)'",
        "",
        "install NumPy below 1.24 in the job's Python environment",
    ),
    Failure(
        r"cannot import name '\w+' from 'torch\b",
        "",
        "install the PyTorch that the wrapper was written for in the job's Python environment",
    ),
    Failure(r"Weights only load failed", "", "give torch.load weights_only=False, or install PyTorch below 2.6"),
    Failure(r"(?:ModuleNotFoundError|ImportError)", "", "install the package in the job's Python environment"),
    Failure(
        r"^AssertionError: (?:[A-Za-z]+\d+|cifar\d+|imagenet)\b",
        "",
        "see what --help says of --dataset (or --type) and --model",
    ),
    Failure(r"KeyboardInterrupt", "", "the job was interrupted"),
)
"""Remedies for the last line of a traceback."""


def find_failure(text: str) -> tuple[str, str | None] | None:
    """Explain a line that tells how the job ended.

    Parameters
    ----------
    text : str
        Any line.

    Returns
    -------
    tuple of str and str or None, or None
        Message and remedy; None when the line tells nothing of the kind.
    """
    text = text[:LONGEST_MESSAGE]
    return explain(text, JOB_FAILURES) if _HINT.search(text) is not None else None


@dataclass(slots=True)
class TracebackReader:
    """Follows a Python traceback to the line that names the exception, and a warning to the line that it quotes."""

    _is_inside: bool = False
    _is_after_warning: bool = False

    def read(self, text: str) -> tuple[bool, tuple[str, str | None] | None]:
        """Read one line.

        Parameters
        ----------
        text : str
            Any line.

        Returns
        -------
        bool
            Whether the line belongs to a traceback or a warning.
        tuple of str and str or None, or None
            Message and remedy, for the line that ends a traceback.
        """
        is_quoted = self._is_after_warning and text.startswith("  ")
        self._is_after_warning = _WARNING.match(text) is not None
        if is_quoted or self._is_after_warning:
            return True, None
        if text.startswith("Traceback (most recent call last):"):
            self._is_inside = True
            return True, None
        if not self._is_inside:
            return text.rstrip() in _BETWEEN_TRACEBACKS, None
        if text.startswith((" ", "\t")):
            return True, None
        self._is_inside = False
        if _EXCEPTION.fullmatch(text) is None:
            return False, None
        remedy = next((entry.remedy for entry in PYTHON_FAILURES if entry.search(text)), None)
        return True, (f"Python stopped: {shorten(text)}", remedy)
