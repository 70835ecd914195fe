"""Slurm's lists of resources (TRES): ``billing=8,cpu=8,gres/gpu:h100=4,mem=3G,node=1``."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from nnsreport.parsers.slurm.quantities import CellError, is_absent, read_count, read_duration, read_memory

_ITEM = r"[A-Za-z][A-Za-z0-9_./:-]*+=[0-9A-Za-z_.:-]*+"
_ITEMS = re.compile(f"{_ITEM}(?:,{_ITEM})*+", re.ASCII)
_GPU = re.compile(
    r"(?:gres[:/])?gpu(?::(?P<type>[\w.-]*[A-Za-z][\w.-]*))?(?:[:=](?P<number>\d{1,9}))?(?:\(.*\))?", re.ASCII
)
_GPU_KEY = "gres/gpu"


class Resources(NamedTuple):
    """What a job has, or asked for.

    Attributes
    ----------
    cores, nodes, memory_byte : int or None
        None where the list does not tell.
    gpus : int
        0 where the list has none.
    gpu_type : str or None
        Several kinds with a comma in between.
    """

    cores: int | None = None
    nodes: int | None = None
    memory_byte: int | None = None
    gpus: int = 0
    gpu_type: str | None = None


class Usage(NamedTuple):
    """What a step used: seconds of its cores, and bytes of memory."""

    cpu_s: float | None = None
    memory_byte: int | None = None


@functools.lru_cache(maxsize=1024)
def read_resources(text: str) -> Resources | None:
    """Read a list of resources.

    Parameters
    ----------
    text : str
        Of a column AllocTRES, ReqTRES or TRES.

    Returns
    -------
    Resources or None
        None when absent.

    Raises
    ------
    CellError
        It is none.
    """
    items = _items(text)
    if items is None:
        return None
    memory = read_memory(items.get("mem", ""))
    gpus, gpu_type = count_gpus(
        (key.partition(":")[2], read_count(value) or 0)
        for key, value in items.items()
        if key == _GPU_KEY or key.startswith(_GPU_KEY + ":")
    )
    return Resources(
        cores=read_count(items.get("cpu", "")),
        nodes=read_count(items.get("node", "")),
        memory_byte=memory.byte if memory is not None else None,
        gpus=gpus,
        gpu_type=gpu_type,
    )


def count_gpus(kinds: Iterable[tuple[str, int]]) -> tuple[int, str | None]:
    """Add up GPUs.

    Parameters
    ----------
    kinds : iterable of tuple of str and int
        Type, empty for GPUs of any type, and number. Slurm lists the total, and the types again if it tracks them.

    Returns
    -------
    int
        GPUs.
    str or None
        Their types.
    """
    numbers = dict(kinds)
    total = numbers.pop("", None)
    types = ",".join(sorted(name for name, number in numbers.items() if number))
    return total if total is not None else sum(numbers.values()), types or None


def read_usage(text: str) -> Usage | None:
    """Read what a step used.

    Parameters
    ----------
    text : str
        Of a column TRESUsageInTot or TRESUsageInMax.

    Returns
    -------
    Usage or None
        None when absent.

    Raises
    ------
    CellError
        It is none.
    """
    items = _items(text)
    if items is None:
        return None
    memory = read_memory(items.get("mem", ""))
    return Usage(read_duration(items.get("cpu", "")), memory.byte if memory is not None else None)


def read_gpus(text: str) -> tuple[int, str | None] | None:
    """Read the GPUs of a generic resource.

    Parameters
    ----------
    text : str
        ``gres:gpu:volta:2``, ``gpu:2``, ``gpu:a100:1(IDX:0)``.

    Returns
    -------
    tuple of int and str or None, or None
        Number and type; None when it speaks of no GPU.
    """
    kinds = [_GPU.fullmatch(part) for part in text.split(",")]
    found = [(match["type"] or "", int(match["number"] or 1)) for match in kinds if match is not None]
    return count_gpus(found) if found else None


def _items(text: str) -> dict[str, str] | None:
    if is_absent(text):
        return None
    if _ITEMS.fullmatch(text) is None:
        raise CellError(text)
    flat = text.replace("=", ",").split(",")
    items = dict(zip(flat[::2], flat[1::2], strict=True))
    if 2 * len(items) != len(flat):
        raise CellError(text)
    return items
