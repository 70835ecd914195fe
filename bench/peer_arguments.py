"""What the scripts that compare with another program are told, and what they say of themselves."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from peer_networks import Material


def comparison_parser(description: str, parts: Iterable[str]) -> argparse.ArgumentParser:
    """Return a parser of what all comparisons are told.

    Parameters
    ----------
    description : str
        Of the script.
    parts : iterable of str
        Names of its tables.

    Returns
    -------
    argparse.ArgumentParser
        To which a script adds its own.
    """
    names = list(parts)
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--network", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--calibration", type=Path, required=True)
    parser.add_argument("--parts", nargs="+", choices=names, default=names)
    parser.add_argument("--share", type=float, default=1.0, help="of the images of each row of the table of networks")
    parser.add_argument("--trials", type=int, default=200, help="of the table of deviations")
    words = "words; of the table of networks, rows with any of them"
    parser.add_argument("--rows", nargs="+", default=[""], help=words)
    return parser


def material_of(asked: argparse.Namespace) -> Material:
    """Return the files that were named."""
    return Material(asked.network, asked.images, asked.calibration)


def versions(*peers: str) -> str:
    """Return the versions of this project, of other programs, and of what all of them stand on."""
    ours = importlib.metadata.version("nnsreport")
    return ", ".join((f"nnsreport {ours}", *peers, f"NumPy {np.__version__}", f"Python {platform.python_version()}"))


def print_head(peer: str, asked: argparse.Namespace, settings: str) -> None:
    """Print what a comparison was run with.

    Parameters
    ----------
    peer : str
        The other program, with its version.
    asked : argparse.Namespace
        Of :func:`comparison_parser`.
    settings : str
        What all tables have in common.
    """
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "all")
    print(f"{versions(peer)}, {threads} BLAS threads; {asked.network.name}, {asked.images.name}; {settings}")
