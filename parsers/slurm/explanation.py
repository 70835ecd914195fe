"""Why a job ended, in a sentence with a remedy. Judged by its state: a job that timed out has exit code 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_UNUSED = 0.2
"""A job that used less than this share of what it reserved could reserve less."""
_SECONDS_SHOWN = 60
_MEBIBYTE, _GIBIBYTE = 1 << 20, 1 << 30


def explain_state(row: Mapping[str, object]) -> str | None:
    """Say why a job ended, and what to do about it.

    Parameters
    ----------
    row : Mapping of str to object
        A row of the table of jobs, or of :func:`nnsreport.parsers.slurm.join_jobs`.

    Returns
    -------
    str or None
        One sentence; None for a job that has not ended or ended well, and where nothing is known.
    """
    explain = _EXPLANATIONS.get(str(row.get("state")))
    if explain is None:
        return None
    return f"job {row['job']} {explain(row)}" if row.get("job") is not None else f"the job {explain(row)}"


def hint_at_waste(row: Mapping[str, object]) -> str | None:
    """Say when a job that has ended used less than a fifth of its cores' time or of its memory.

    Parameters
    ----------
    row : Mapping of str to object
        As for :func:`explain_state`.

    Returns
    -------
    str or None
        One sentence, a hint only: a job on a GPU may well leave its cores idle. None where it did not, ended before
        it did anything, or Slurm measured nothing.
    """
    if row.get("state") not in {"COMPLETED", "TIMEOUT", "FAILED", "OUT_OF_MEMORY"}:
        return None
    parts = []
    elapsed, cores, busy = _number(row, "elapsed_s"), _number(row, "cores"), _number(row, "cpu_time_s")
    if elapsed is None or elapsed < _SECONDS_SHOWN:
        return None
    if cores is not None and cores > 1 and busy and busy < _UNUSED * cores * elapsed:
        parts.append(f"{_per_cent(busy / (cores * elapsed))} of its {cores:.0f} cores' time")
    used, requested = _number(row, "step_memory_byte"), _number(row, "requested_memory_byte")
    if used and requested is not None and used < _UNUSED * requested:
        parts.append(f"{_per_cent(used / requested)} of its {_size(requested)} of memory")
    if not parts:
        return None
    return f"job {row.get('job')} used {' and '.join(parts)}: it would start sooner if it asked for less"


def _timeout(row: Mapping[str, object]) -> str:
    limit, elapsed = _number(row, "limit_s"), _number(row, "elapsed_s")
    at = f" of {_time(limit)}" if limit is not None else ""
    after = f" after {_time(elapsed)}" if elapsed is not None else ""
    return f"was stopped at its time limit{at}{after}; ask for a longer --time, or let the run resume"


def _out_of_memory(row: Mapping[str, object]) -> str:
    used = _number(row, "step_memory_byte") or _number(row, "max_memory_byte")
    requested = _number(row, "requested_memory_byte")
    asked = f" than the {_size(requested)} it asked for" if requested else " than it may use"
    # Slurm measures now and then, so the peak that killed a job is often not seen
    seen = f" ({_size(used)} at the last measurement)" if used else ""
    return f"needed more memory{asked}{seen}; ask for more --mem, or use smaller batches"


def _cancelled(row: Mapping[str, object]) -> str:
    detail = row.get("state_detail")
    by = str(detail).removeprefix("CANCELLED") if detail is not None else ""
    elapsed = _number(row, "elapsed_s")
    when = " before it started" if elapsed == 0 else f" after {_time(elapsed)}" if elapsed is not None else ""
    return f"was cancelled{by}{when}; submit it again if its results are needed"


def _node_fail(row: Mapping[str, object]) -> str:
    nodes = f" ({row['node_list']})" if row.get("node_list") else ""
    return f"lost a node{nodes}; submit it again, it was no fault of the job"


def _failed(row: Mapping[str, object]) -> str:
    code, signal = _number(row, "exit_code"), _number(row, "signal")
    if signal:
        how = f"was ended by signal {signal:.0f}"
    elif code:
        how = f"failed with exit code {code:.0f}"
    else:
        how = "failed"
    place = f" {row['output_file']}" if row.get("output_file") else ""
    return f"{how}; read the last lines of its output{place}"


def _preempted(row: Mapping[str, object]) -> str:
    elapsed = _number(row, "elapsed_s")
    when = f" after {_time(elapsed)}" if elapsed is not None else ""
    return f"gave way to a job of higher priority{when}; submit it with --requeue, and let the run resume"


def _always(clause: str) -> Callable[[Mapping[str, object]], str]:
    return lambda _: clause


_EXPLANATIONS: Mapping[str, Callable[[Mapping[str, object]], str]] = {
    "TIMEOUT": _timeout,
    "OUT_OF_MEMORY": _out_of_memory,
    "CANCELLED": _cancelled,
    "NODE_FAIL": _node_fail,
    "FAILED": _failed,
    "PREEMPTED": _preempted,
    "REQUEUED": _always("was stopped and queued again; its next attempt is a row of its own (`sacct --duplicates`)"),
    "BOOT_FAIL": _always("did not start because its nodes did not boot; submit it again"),
    "LAUNCH_FAILED": _always("did not start because its nodes could not launch it; submit it again"),
    "DEADLINE": _always("was ended at its deadline; submit it earlier, or with a later --deadline"),
}


def _number(row: Mapping[str, object], name: str) -> float | None:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else None


def _per_cent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share * 100:.0f} %"


def _time(seconds: float) -> str:
    """Return a duration as Slurm writes it, which is how --time takes it."""
    whole = round(seconds)
    days, rest = divmod(whole, 86400)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}-{clock}" if days else clock


def _size(byte: float) -> str:
    """Return an amount of memory with the prefixes that --mem takes."""
    number, unit = (byte / _GIBIBYTE, "G") if byte >= _GIBIBYTE else (byte / _MEBIBYTE, "M")
    return f"{number:.1f}".removesuffix(".0") + unit
