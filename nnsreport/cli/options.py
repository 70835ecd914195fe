"""Options that several commands share, and the kinds of values that options take."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import click

C = TypeVar("C", bound=Callable[..., Any])
E = TypeVar("E", bound=Enum)

DEVICES = ("auto", "cpu", "cuda")
PATH = click.Path(path_type=Path)


class ValueOf(click.Choice[E]):
    """The values of an enumeration's members, where :class:`click.Choice` takes their names."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """Return the text that stands for a member."""
        return super().normalize_choice(choice.value if isinstance(choice, Enum) else choice, ctx)


def runs_argument(metavar: str, explained: str) -> Callable[[C], C]:
    """Return the argument ``runs``: one or more texts that each name a run or a log."""
    return click.argument("runs", metavar=metavar, nargs=-1, required=True, help=explained)


def runs_folder_option(command: C) -> C:
    """Add the option ``--runs``, a folder or None, to a command."""
    explained = "Where runs are kept; else NNSREPORT_RUNS, else ./runs."
    return click.option("--runs", "runs_folder", type=PATH, metavar="DIR", help=explained)(command)


def jobs_option(explained: str) -> Callable[[C], C]:
    """Return the option ``--jobs``: how many processes work together at most."""
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        default=_usable_cores,
        show_default="all cores",
        help=explained,
    )


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
