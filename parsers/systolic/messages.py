"""What ends a run of NeuroSim's digital systolic array, or makes its numbers useless, explained."""

from __future__ import annotations

from nnsreport.parsers.failures import Failure, explain

STALE_REMEDY = (
    "NeuroSIM/main ends without a word for a memory it does not know, and the wrapper goes on with the neurosim.csv of "
    "an earlier run: check the memory option in main.py"
)
NOT_FINITE_REMEDY = (
    "the wrapper refreshes eDRAM every retention time, which is 0 for the 22nm_SRAM that main.py asks for whatever "
    "--memory says: write the memory's own option into the call of NeuroSIM/main in main.py"
)
CUT_REMEDY = "look at the end of the job (sacct): usually the time limit, or memory"

MESSAGES: tuple[Failure, ...] = (
    Failure(
        r"main\.py: error: (.*)",
        "main.py refuses its arguments: {1}",
        "it takes --technode (32, 22, 7 or 3), --memory, --tputype (edge or cloud) and --model (VGG8 or ResNet18)",
    ),
    Failure(
        r"ValueError: unavailable model and tpu type combination",
        "there are no traces for this model and chip; Python stopped",
        "use --tputype edge with VGG8 or ResNet18, or --tputype cloud with VGG8",
    ),
    Failure(
        r"AttributeError: 'param' object has no attribute '\w+'",
        "the wrapper has no numbers for this technology node; Python stopped",
        "use --technode 32, 22, 7 or 3",
    ),
    Failure(
        r"AttributeError: 'layer_performance' object has no attribute '(?:weight|input|output)_buffer_\w+'",
        "V1.0 announces nvDRAM, but does not have it; Python stopped",
        "use --memory SRAM, eDRAM or FRAM",
    ),
    Failure(
        r"FileNotFoundError: .*NeuroSIM/main",
        "NeuroSim's program is missing; Python stopped",
        "run `make` in NeuroSIM/ and start main.py in its own folder",
    ),
    Failure(
        r"FileNotFoundError: .*neurosim\.csv",
        "NeuroSIM/main wrote no neurosim.csv; Python stopped",
        "check the memory option in main.py: NeuroSIM/main ends without a word for one it does not know",
    ),
    Failure(
        r"FileNotFoundError: .*traces/",
        "a trace file is missing; Python stopped",
        "start main.py in its own folder",
    ),
    Failure(
        r"PermissionError: .*NeuroSIM/main",
        "NeuroSim's program may not be executed; Python stopped",
        "run `chmod +x NeuroSIM/main`",
    ),
    Failure(
        r"Please specify correct DRAM type",
        "the DRAM is not known; Python stopped",
        "use LPDDR3 or LPDDR4 in evaluate.py",
    ),
)
"""Messages and what to do; the first that matches explains the line."""


def find_message(text: str) -> tuple[str, str | None] | None:
    """Explain one of this simulator's messages.

    Parameters
    ----------
    text : str
        Any line.

    Returns
    -------
    tuple of str and str or None, or None
        Message and remedy; None when the line is something else.
    """
    if "rror: " not in text and "Please" not in text:
        return None
    return explain(text, MESSAGES)
