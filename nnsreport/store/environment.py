"""What a run ran on: software, machine, and the user's checkout."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from nnsreport import __version__

_PACKAGES = {"NumPy": "numpy", "Polars": "polars", "ONNX": "onnx"}
_CUPY = ("cupy-cuda12x", "cupy-cuda13x", "cupy")
_GIT_SECONDS = 5.0


def software() -> dict[str, str]:
    """Return versions by readable name; CuPy only where it is installed."""
    found = {"nnsreport": __version__, "Python": platform.python_version()}
    found |= {title: importlib.metadata.version(name) for title, name in _PACKAGES.items()}
    for name in _CUPY:
        try:
            return {**found, "CuPy": importlib.metadata.version(name)}
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def hardware(device: str) -> dict[str, str]:
    """Return the machine by readable name.

    Parameters
    ----------
    device : str
        What was computed on, in words.

    Returns
    -------
    dict of str to str
        Host, processor, cores this process may use, and the device.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {"host": platform.node(), "processor": _processor(), "cores": str(cores), "device": device}


def git_commit(folder: Path) -> str:
    """Return the commit that a folder's checkout is at.

    Parameters
    ----------
    folder : Path
        Any folder.

    Returns
    -------
    str
        The hash, with `` and changes`` after it when tracked files differ; empty without a checkout or git.
    """
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not commit:
        return ""
    return f"{commit} and changes" if _git(folder, "status", "--porcelain", "--untracked-files=no") else commit


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
