"""MLP+NeuroSim's own messages, explained; and its lines with digits that mean nothing.

From ``IO.cpp``, ``main.cpp``, ``Cell.cpp``, ``Array.cpp``, ``Train.cpp`` and ``NeuroSim.cpp`` of V1.0, V2.0 and V3.0;
what the circuit modules print is common to all of NeuroSim.
"""

from __future__ import annotations

import functools
import re

from nnsreport.parsers.failures import Failure, explain, find_failure
from nnsreport.parsers.neurosim import messages as common
from nnsreport.parsers.neurosim import noise

_EXITS = "; the simulator stops here"

OPTIMISER_MESSAGE = "please specify an optimization method"
"""Printed for every weight without a line end, with a number behind it: the program writes ``end`` for ``endl``, which
is the last column of a write operation there. A line of megabytes results, with the next accuracy at its end."""

_GLUED = re.compile(rf"\d*(?:{OPTIMISER_MESSAGE}\d*)+")
_EXPLAINED_CHARACTERS = 1000


MESSAGES: tuple[Failure, ...] = (
    Failure(
        r"^(\S+) cannot be found!",
        f"the file {{1}} is missing{_EXITS}",
        "unpack MNIST_data.zip of MLP+NeuroSim in the folder where it is started",
    ),
    Failure(
        r"^Error: this version of simulator only supports black and white input data",
        f"V1.0 takes black and white images only{_EXITS}",
        "set numBitInput = 1 in Param.cpp, or use V2.0 or later",
    ),
    Failure(
        r"^\[Error\] Conductance variation check not passed",
        f"the variation makes the least conductance of a cell as large as its largest{_EXITS}",
        "lower maxConductanceVar and minConductanceVar in Cell.cpp",
    ),
    Failure(
        r"^\[Error\] Conductance range of LTP and LTD are not consistent",
        f"the measured conductances of LTP do not begin and end where those of LTD end and begin{_EXITS}",
        "mend dataConductanceLTP and dataConductanceLTD in Cell.cpp",
    ),
    Failure(
        r"^\[Error\] (LTP|LTD) conductance should be monotonically (\w+)",
        f"the measured conductances of {{1}} must be {{2}} from pulse to pulse{_EXITS}",
        "mend dataConductanceLTP or dataConductanceLTD in Cell.cpp",
    ),
    Failure(
        r"^FeFET structure is not compatible with crossbar",
        f"FeFET cells need an access transistor{_EXITS}",
        "set cmosAccess = true in Cell.cpp",
    ),
    Failure(
        r"^NeuroSim does not take ideal array",
        "the wires have no width (IdealDevice): area, latency and energy are those of 200 nm wires",
        "use only the accuracy, or a real device",
    ),
    Failure(
        OPTIMISER_MESSAGE,
        "the simulator did not recognise optimization_type, so it trained nothing: the accuracy is not to be trusted",
        "set it in Param.cpp to SGD, Momentum, RMSprop or Adam, and build with the makefile's -O3: the texts are "
        "compared by their addresses, which differ when it is built with -O0",
    ),
    Failure(
        r"Please specify the correct reading mode",
        "the simulator did not recognise how to read a hybrid cell: its currents are undefined",
        "build with the makefile's -O3: the names of the modes are compared by their addresses",
    ),
    Failure(
        r"^Error: CMOS Technology node (\S+?)nm is not supported",
        f"the technology node {{1}} nm is not supported{_EXITS}",
        "set processNode in Param.cpp to one of 130, 90, 65, 45, 32, 22, 14, 10, 7",
    ),
    Failure(
        r"^\[([\w ]+)\] Error: Require initialization first!",
        "NeuroSim used its {1} before it was set up: areas, latencies and energies leave it out",
        "V1.0 does so when today's compilers build it with -O3: build it with -O0",
    ),
    Failure(
        r"^Need to provide both newHeight and newWidth for OverrideLayout",
        f"a circuit module does not fit the cells' layout{_EXITS}",
        "V1.0 does so with digital and measured devices: use RealDevice, or V2.0 or later",
    ),
    Failure(
        r"^libgomp: Thread creation failed",
        "OpenMP could not start its threads",
        "V3.0 asks for 16: ask for as many cores, or set OMP_THREAD_LIMIT",
    ),
)
"""Messages and what to do; the first that matches explains the line."""

_HINT = re.compile(r"rror|cannot be found|compatible|does not take|lease specify|libgomp|OverrideLayout")

MEANINGLESS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"stdbuf -o 0 \./main \| tee log_"), "make shows the command that runs the simulator"),
    (re.compile(r"Please use numBitInput=1 in Param\.cpp$"), "second line of the message about black and white images"),
)
"""Lines that carry digits but no result, with the reason; checked beside those of all of NeuroSim."""


def split_optimiser_message(text: str) -> tuple[bool, str]:
    """Remove the optimiser's message from the start of a line.

    Parameters
    ----------
    text : str
        Any line.

    Returns
    -------
    bool
        Whether it was there.
    str
        What is glued behind it, or the whole line; nothing where the log ends within the message.
    """
    glued = _GLUED.match(text)
    if glued is None:
        return False, text
    rest = text[glued.end() :]
    return True, "" if OPTIMISER_MESSAGE.startswith(rest) else rest


def find_message(text: str) -> tuple[str, str | None] | None:
    """Explain a message of the simulator, or of whatever ended it.

    Parameters
    ----------
    text : str
        Any line.

    Returns
    -------
    tuple of str and str or None, or None
        Message and remedy; None when the line is something else.
    """
    return _explain(text[:_EXPLAINED_CHARACTERS])


@functools.lru_cache(maxsize=256)
def _explain(text: str) -> tuple[str, str | None] | None:
    """Remember the answers: a circuit module may repeat its message millions of times."""
    own = explain(text, MESSAGES) if _HINT.search(text) else None
    return own or common.find_message(text) or find_failure(text)


def is_an_end(text: str, explanation: str) -> bool:
    """Tell whether a message, explained by :func:`find_message`, says why a log ends where it does."""
    return explanation.endswith(_EXITS) or find_failure(text[:_EXPLAINED_CHARACTERS]) is not None


def is_meaningless(text: str) -> bool:
    """Tell whether a line is on a list of lines that mean nothing."""
    return any(pattern.match(text) for pattern, _ in MEANINGLESS) or noise.is_meaningless(text)
