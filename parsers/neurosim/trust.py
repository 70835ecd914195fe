"""Results that are there but not to be trusted, each with the values it is about.

Nothing is left out of the records: a value that is impossible is kept as printed, and said to be so. The bounds are
far outside of what sound chips of any size have, so that a sound log gets no warning.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.findings import Findings, Subject
from nnsreport.parsers.neurosim.labels import PIPELINED
from nnsreport.parsers.neurosim.screening import LARGEST, PRINT_PRECISION, RESULTS, SUMS, are_beyond_doubt

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_SHOWN = 6

_ASYNCHRONOUS_REMEDY = (
    "NeuroSim finds no latency for register-file buffers without a clock: set globalBufferType, tileBufferType and "
    "peBufferType to true (SRAM), or synchronous to true; areas and dynamic energies can be used"
)
_SMALL_BUFFER_REMEDY = (
    "NeuroSim divides by the lines of a buffer, and one smaller than a line of its interface has none: use larger "
    "sub-arrays (numRowSubArray, numColSubArray); areas and dynamic energies can be used"
)
_SEQUENTIAL_REMEDY = (
    "NeuroSim divides by the active rows, of which operationmode = 1 has none for RRAM and FeFET: set operationmode = 2"
)
_MULTIPLEXER_REMEDY = "NeuroSim's SRAM needs numColMuxed above 1; areas and dynamic energies can be used"
_NOT_FINITE_REMEDY = (
    "NeuroSim gives these for synchronous = false with register-file buffers, numColMuxed = 1 with SRAM, and "
    "operationmode = 1 with RRAM or FeFET; the other numbers can be used"
)
_OUT_OF_BOUNDS_REMEDY = "NeuroSim read beyond the weights of a trace file: use traces as wide as the network's CSV says"
_INTERCONNECT_REMEDY = (
    "NeuroSim V1.1 and V1.2 compute the latency of their H-tree from a variable that they have not set: areas and "
    "dynamic energies can be used"
)


def report_untrustworthy(records: RunBuilder, dialect: Dialect, findings: Findings, *, is_complete: bool) -> None:
    """File a problem for each kind of value that cannot be right.

    Parameters
    ----------
    records : RunBuilder
        All numbers of the run; receives the problems.
    dialect : Dialect
        The lines of the version.
    findings : Findings
        The same numbers by what they are about.
    is_complete : bool
        The C++ part reached its end, so that sums can be checked.
    """
    import numpy as np

    process = records.setting_values.get("neurosim.process")
    if is_complete and are_beyond_doubt(findings.places, findings.values[None], process)[0]:
        return
    values = findings.values[findings.places.hardware]
    if not np.isfinite(values).all():
        _report_not_finite(records, dialect, findings)
    if (values < 0).any():
        negative = [index for index in findings.places.hardware if findings.values[index] < 0]
        _report(records, findings, negative, "negative", "look for a parameter of Param.cpp outside of its range")
    if dialect.is_training:
        return
    _report_absurd(records, findings)
    _report_nothing(records, findings)
    if is_complete and _has_all_layers(findings):
        _report_sums(records, findings)


def _report(records: RunBuilder, findings: Findings, indices: Sequence[int], what: str, remedy: str) -> None:
    verb = "value is" if len(indices) == 1 else "values are"
    in_order = sorted(indices, key=lambda index: (findings.lines[index], index))  # keys are filed in another one
    message = f"{len(indices)} {verb} {what}: {_affected(findings, in_order)}"
    records.problem(message, findings.first_line(indices), remedy)


def _affected(findings: Findings, indices: Iterable[int]) -> str:
    """Name values, such as ``leakage_power of the chip and 40 layers``."""
    about: dict[Subject, list[str | None]] = {}
    for index in indices:
        subject, layer = findings.places.subjects[index]
        about.setdefault(subject, []).append(layer)
    names = []
    for (component, metric), layers in about.items():
        count = sum(layer is not None for layer in layers)
        of_layers = layers[0] if len(layers) == 1 else f"{count} layers" if count > 1 else f"{count} layer"
        owners = [*(["the chip"] if None in layers else []), *([of_layers or ""] if count else [])]
        names.append(f"{'' if component == 'total' else f'{component} '}{metric} of {' and '.join(owners)}")
    more = f" and {len(names) - _SHOWN} more kinds" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _report_not_finite(records: RunBuilder, dialect: Dialect, findings: Findings) -> None:
    indices = [index for index in findings.places.hardware if not math.isfinite(findings.values[index])]
    _report(records, findings, indices, "inf or nan", _cause_of_not_finite(dialect, findings))


def _cause_of_not_finite(dialect: Dialect, findings: Findings) -> str:
    latencies = findings.of_layers("total", "read_latency").values()
    if math.inf in findings.of_layers("adc", "read_dynamic_energy").values():
        return _SEQUENTIAL_REMEDY
    if math.inf in findings.of_layers("buffer", "read_latency").values():
        is_asynchronous = dialect.has_early_clock and findings.value("total", "clock_period") is None
        return _ASYNCHRONOUS_REMEDY if is_asynchronous else _SMALL_BUFFER_REMEDY
    if latencies and not any(latencies):
        return _MULTIPLEXER_REMEDY
    return _NOT_FINITE_REMEDY


def _report_absurd(records: RunBuilder, findings: Findings) -> None:
    for metric, unit, remedy in (
        ("read_dynamic_energy", "J", _OUT_OF_BOUNDS_REMEDY),
        ("read_latency", "s", _INTERCONNECT_REMEDY),
    ):
        limit = LARGEST[metric]
        indices = findings.places.of_metric(metric)
        absurd = indices[(findings.values[indices] > limit) & (findings.values[indices] < math.inf)].tolist()
        if absurd:
            _report(records, findings, absurd, f"absurd (above {limit:g} {unit} for one image)", remedy)


def _report_nothing(records: RunBuilder, findings: Findings) -> None:
    """Report what cannot be 0: a layer's latency and energy, and what a chip achieves."""
    idle = [layer for layer, value in findings.of_layers("total", "read_latency").items() if value == 0]
    if findings.value("total", "read_latency") == 0:
        line = findings.line("total", "read_latency")
        records.problem("the chip's latency is 0 s: it was not estimated", line, _MULTIPLEXER_REMEDY)
    elif idle:
        line = findings.line("total", "read_latency", idle[0])
        more = f" and {len(idle) - _SHOWN} more" if len(idle) > _SHOWN else ""
        message = f"the latency of {', '.join(idle[:_SHOWN])}{more} is 0 s: it was not estimated"
        records.problem(message, line, _MULTIPLEXER_REMEDY)
    none = [metric for metric in RESULTS if findings.value("total", metric) == 0]
    if none:
        message = f"the chip's {', '.join(none)} {'is' if len(none) == 1 else 'are'} 0"
        records.problem(message, findings.line("total", none[0]), "see which of its energies and latencies is inf")


def _has_all_layers(findings: Findings) -> bool:
    """Tell whether the floor plan's layers make up its chip; they do not in a log from which someone cut layers."""
    utilization = findings.value("total", "memory_utilization")
    if utilization is None:
        return True
    tiles = findings.of_layers("total", "tiles")
    shares = findings.of_layers("total", "memory_utilization")
    if tiles.keys() != shares.keys() or not (count := sum(tiles.values())):
        return False
    mean = sum(tiles[layer] * share for layer, share in shares.items()) / count
    return abs(mean - utilization) <= 2 * PRINT_PRECISION * utilization * (1 + PRINT_PRECISION)


def _report_sums(records: RunBuilder, findings: Findings) -> None:
    process = records.setting_values.get("neurosim.process")
    wrong = []
    for subject, layers in findings.places.of_layers.items():
        chip = findings.values[findings.places.of[subject][None]]
        parts = findings.values[layers]
        if subject in SUMS or (subject[1] == "read_latency" and process != PIPELINED):
            is_wrong = _is_not_sum(chip, parts)
        elif subject[1] == "read_latency":
            is_wrong = bool(chip != parts.max())  # nan is no maximum, and differs from everything
            is_wrong = is_wrong and math.isfinite(chip) and math.isfinite(parts.max())
        else:
            continue
        if is_wrong:
            wrong.append(findings.places.of[subject][None])
    if wrong:
        how = "the largest (latencies) or the sum" if process == PIPELINED else "the sum"
        _report(
            records,
            findings,
            wrong,
            f"not {how} of the layers' values, as NeuroSim computes",
            "lines of several runs are mixed, or damaged: compare with the simulator's own output",
        )


def _is_not_sum(chip: np.float64, parts: npt.NDArray[np.float64]) -> bool:
    """Tell whether a chip's number differs from the sum of its parts by more than the digits that are not printed."""
    total = parts.sum()
    if not (math.isfinite(chip) and math.isfinite(total)):
        return False
    return bool(abs(total - chip) > PRINT_PRECISION * (abs(parts).sum() + abs(chip)) * (1 + PRINT_PRECISION))
