"""Time parsing: many logs into one table, and one huge training log in bounded memory, beside a script of a lab.

    python bench/parsing_speed.py --logs FOLDER [--training LOG] [--count 10000] [--large-mb 500] [--repeat 3]

FOLDER holds genuine logs of NeuroSim (the larger ones with a whole chip are used, in turn); the training log is the
largest one of NeuroSim V2 in it, if not given. Copies with other numbers are written to a temporary folder, so all of
it comes from the cache. Every row is a process of its own, start-up included: wall time, best and worst; core seconds
and peak memory leave out the processes that it starts in turn. On a shared machine, the core seconds tell more.
Compiled modules are kept from run to run, as an installation has them, whatever PYTHONDONTWRITEBYTECODE says.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from log_copies import write_logs, write_training_log

HERE = Path(__file__).resolve().parent
MEGABYTE = 1e6
CALL = "import sys; sys.path.insert(0, {folder!r}); import parsing_speed; parsing_speed.{function}(*sys.argv[1:])"
CALLED = ("read_folder", "parse_folder")


@dataclass(frozen=True, slots=True)
class Measured:
    """Repeated runs of a command."""

    seconds: tuple[float, ...]
    core_seconds: float
    peak_mb: float


def read_folder(folder: str) -> None:
    """Read the lines of what is in a folder."""
    from nnsreport.parsers.reading import read_chunks

    print(sum(len(text.lines) for path in sorted(Path(folder).rglob("*.txt")) for text in read_chunks(path)))


def parse_folder(folder: str, jobs: str) -> None:
    """Parse what is in a folder with the library, into frames that are dropped: the table is counted, not kept."""
    from nnsreport.parsers.folder import look_through
    from nnsreport.parsers.many import LogFile, parse_files
    from nnsreport.parsers.names import distinct_names

    paths = look_through(Path(folder)).files
    files = [LogFile(*pair) for pair in zip(paths, distinct_names(paths), strict=True)]
    print(sum(batch.numbers.frame().height for batch in parse_files(files, jobs=int(jobs))))


def environment(scratch: Path) -> dict[str, str]:
    """Return the environment of all commands: compiled modules are kept in a folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(scratch / "compiled")}


def measure(command: Sequence[str], repeat: int, variables: dict[str, str]) -> Measured:
    """Run a command several times."""
    seconds, core_seconds, peaks = [], [], []
    for _ in range(repeat):
        with tempfile.TemporaryFile() as errors:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env=variables)
            _, status, usage = os.wait4(process.pid, 0)
            seconds.append(time.perf_counter() - start)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                errors.seek(0)
                raise SystemExit(f"{' '.join(command)} failed:\n{errors.read().decode()}")
        core_seconds.append(usage.ru_utime + usage.ru_stime)
        peaks.append(_peak_mb(usage))
    return Measured(tuple(seconds), min(core_seconds), max(peaks))


def _peak_mb(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (MEGABYTE if sys.platform == "darwin" else 1e3)


def commands_for(folder: Path, scratch: Path, cores: int) -> dict[str, list[str]]:
    """Return what is measured on a folder, by title; the lab's script first."""
    python = sys.executable
    read, library = ([python, "-c", CALL.format(folder=str(HERE), function=name), str(folder)] for name in CALLED)
    parse = [python, "-m", "nnsreport", "parse", str(folder), "--out", str(scratch / "metrics.parquet")]
    return {
        "regular expressions, line by line, to Parquet": [
            python,
            str(HERE / "regular_expressions.py"),
            str(folder),
            str(scratch / "script.parquet"),
        ],
        "bytes alone (cat)": ["sh", "-c", 'find "$0" -type f -print0 | xargs -0 cat', str(folder)],
        "bytes to lines (nnsreport's reading)": read,
        "library, to frames, one core": [*library, "1"],
        f"library, to frames, {cores} cores": [*library, str(cores)],
        "nnsreport parse --out, one core": [*parse, "--jobs", "1"],
        f"nnsreport parse --out, {cores} cores": [*parse, "--jobs", str(cores)],
    }


def print_table(title: str, size: int, commands: dict[str, list[str]], repeat: int, variables: dict[str, str]) -> None:
    """Measure commands, and print a row each."""
    print(f"\n{title}: {size / MEGABYTE:.0f} MB\n")
    print("| | s (best .. worst) | core-s | MB/s | times the script's speed | peak MB |\n|---|---|---|---|---|---|")
    reference = None
    for name, command in commands.items():
        measured = measure(command, repeat, variables)
        best = min(measured.seconds)
        reference = reference or best
        print(
            f"| {name} | {best:.2f} .. {max(measured.seconds):.2f} | {measured.core_seconds:.2f} "
            f"| {size / MEGABYTE / best:.1f} | {reference / best:.2f} | {measured.peak_mb:.0f} |",
            flush=True,
        )


def choose_logs(folder: Path, recognise: Callable[[Path], str | None]) -> tuple[list[Path], Path | None]:
    """Return the logs of whole chips, of inference, and the largest log of training, below a folder."""
    known = {path: name for path in sorted(folder.rglob("*.txt")) if (name := recognise(path)) is not None}
    training = [path for path, name in known.items() if name.startswith("neurosim-2")]
    inference = [path for path, name in known.items() if name.startswith("neurosim-1")]
    return inference, max(training, key=lambda path: path.stat().st_size, default=None)


def format_of(path: Path) -> str | None:
    """Return the format of a complete log without problems, or None."""
    from nnsreport.errors import NnsreportError
    from nnsreport.parsers import parse_runs

    try:
        logs = parse_runs(path)
    except NnsreportError:
        return None
    return logs[0].format if all(log.complete and not log.problems for log in logs) else None


def print_machine() -> None:
    """Print what the figures depend on."""
    import polars

    versions = f"Python {platform.python_version()}, Polars {polars.__version__}"
    print(f"{platform.platform()}, {os.cpu_count()} cores, {versions}")


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--logs", type=Path, required=True, help="folder with genuine logs")
    parser.add_argument("--training", type=Path, help="genuine log of NeuroSim V2")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--large-mb", type=float, default=500.0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scratch", type=Path, help="folder for temporary files")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    inference, training = choose_logs(arguments.logs, format_of)
    training = arguments.training or training
    if not inference or training is None:
        raise SystemExit(f"{arguments.logs}: no complete log of NeuroSim V1 and one of V2 below this folder")
    print_machine()
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as name:
        scratch = Path(name)
        many, large, variables = scratch / "many", scratch / "large", environment(scratch)
        size = write_logs(inference, many, arguments.count, arguments.seed)
        title = f"{arguments.count} logs, copies of {len(inference)}"
        print_table(title, size, commands_for(many, scratch, cores), arguments.repeat, variables)
        size = write_training_log(training, large / "output_7.txt", int(arguments.large_mb * MEGABYTE), arguments.seed)
        print_table("one training log", size, commands_for(large, scratch, cores), arguments.repeat, variables)


if __name__ == "__main__":
    main()
