"""Design points of a sweep: each is evaluated, or has a reason why it has no result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nnsreport.costs.axes import INPUT_DENSITY, Floats, is_shared
from nnsreport.costs.estimation import estimated
from nnsreport.costs.groups import PointGroup
from nnsreport.costs.model import CUT_CELL_BITS, CostModel
from nnsreport.costs.tables import TOTAL, Subject, chip_numbers, spread
from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.floorplan import floor_plan
from nnsreport.engine.cost.parameter_fields import Value
from nnsreport.engine.cost.refusals import refusals
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

_TOO_LARGE = (
    "numRowSubArray: sub-arrays are too large for this network; set numRowSubArray to less, or novelMapping to false"
)


_Outcome: TypeAlias = Mapping[str, Floats] | str
"""Numbers of design points by column, or why they have none."""

_AREA = Subject(TOTAL, "area").column


@dataclass(frozen=True, slots=True)
class GroupResults:
    """What became of the design points of a group.

    Attributes
    ----------
    group : PointGroup
        The points.
    reasons : list of str or None
        Why a point has no result, with the parameter to change; None where it has.
    notes : Mapping of str to int
        What a reader of some results should know, and of how many points.
    numbers : Mapping of str to numpy.ndarray of float64, (points,)
        By those of :data:`nnsreport.costs.tables.CHIP_COLUMNS` that the points have; nan where there is no result.
    """

    group: PointGroup
    reasons: list[str | None]
    notes: Mapping[str, int]
    numbers: Mapping[str, Floats]


def evaluate(group: PointGroup, model: CostModel, xp: ModuleType = np) -> GroupResults:
    """Evaluate design points that share all choices.

    Parameters
    ----------
    group : PointGroup
        The points.
    model : CostModel
        The network, and all that is the same for every point of the sweep.
    xp : module
        NumPy, or CuPy to estimate on a GPU.

    Returns
    -------
    GroupResults
        Of all points, in the same order.
    """
    reasons = _reasons(group, model)
    numbers: dict[str, Floats] = {}
    position = {int(number): place for place, number in enumerate(group.numbers)}
    has_result = np.array([reason is None for reason in reasons])
    for part, outcome in _estimated(group.taking(has_result), model, xp):
        places = np.array([position[int(number)] for number in part.numbers], dtype=np.int64)
        if isinstance(outcome, str):
            for place in places.tolist():
                reasons[place] = outcome
        else:
            for column, values in outcome.items():
                numbers.setdefault(column, np.full(len(reasons), np.nan))[places] = values
    is_missing = np.array([reason is not None for reason in reasons])
    return GroupResults(group, reasons, _notes(group.taking(~is_missing), model), numbers)


def _notes(group: PointGroup, model: CostModel) -> dict[str, int]:
    """Return notes on points that have a result."""
    if not len(group.numbers):
        return {}
    is_cut = model.parameters(_parameters(group), refuse=False).has_cut_cell_bits
    cut = int(_mask(is_cut, len(group.numbers)).sum())
    return {CUT_CELL_BITS: cut} if cut else {}


def _estimated(
    group: PointGroup, model: CostModel, xp: ModuleType
) -> Iterator[tuple[PointGroup, Mapping[str, Floats] | str]]:
    """Yield numbers of points, or the reason against a point that only the estimation finds."""
    count = len(group.numbers)
    if not count:
        return
    try:
        numbers = _numbers(group, model, xp)
    except ConfigurationError as error:
        if count == 1:
            yield group, _sentence(error)
            return
        half = np.arange(count) < count // 2
        yield from _estimated(group.taking(half), model, xp)
        yield from _estimated(group.taking(~half), model, xp)
        return
    fits = ~np.isnan(numbers[_AREA])
    yield group.taking(fits), {column: values[fits] for column, values in numbers.items()}
    if not fits.all():
        yield group.taking(~fits), _without_area(group.taking(~fits), model, xp)


def _without_area(group: PointGroup, model: CostModel, xp: ModuleType) -> _Outcome:
    """Return why points have no area: among others that have, the engine does not say."""
    try:
        return _numbers(group, model, xp)
    except ConfigurationError as error:
        return _sentence(error)


def _numbers(group: PointGroup, model: CostModel, xp: ModuleType) -> dict[str, Floats]:
    parameters = model.parameters(_parameters(group, xp))
    results = estimated(model, parameters, group.shared.get(INPUT_DENSITY))
    count = len(group.numbers)
    return {subject.column: spread(value, count) for subject, value in chip_numbers(results).items()}


def _parameters(group: PointGroup, xp: ModuleType = np) -> dict[str, Value]:
    shared = {name: value for name, value in group.shared.items() if name != INPUT_DENSITY}
    return {**shared, **{name: xp.asarray(values) for name, values in group.varied.items()}}


def _reasons(group: PointGroup, model: CostModel) -> list[str | None]:
    """Return why points have no result, as far as it is known without an estimation."""
    reasons: list[str | None] = [None] * len(group.numbers)
    try:
        found = _refused(group, model)
    except ConfigurationError as error:
        if len(reasons) > 1 and error.field is not None and not is_shared(error.field):
            return [_reasons(one, model)[0] for one in _single(group)]
        return [_sentence(error)] * len(reasons)
    for points, sentence in found:
        for place in np.flatnonzero(_mask(points, len(reasons))).tolist():
            reasons[place] = reasons[place] or sentence
    return reasons


def _refused(group: PointGroup, model: CostModel) -> list[tuple[object, str]]:
    parameters = model.parameters(_parameters(group), refuse=False)
    found: list[tuple[object, str]] = [
        (refusal.points, f"{refusal.parameter}: {refusal.message}; {refusal.remedy}")
        for refusal in refusals(parameters)
    ]
    return [*found, (floor_plan(model.layers, parameters, refuse=False).is_impossible, _TOO_LARGE)]


def _single(group: PointGroup) -> Iterator[PointGroup]:
    for place in range(len(group.numbers)):
        yield group.taking(np.arange(len(group.numbers)) == place)


def _mask(points: object, count: int) -> npt.NDArray[np.bool_]:
    values = np.asarray(points if isinstance(points, bool) else to_numpy(points), dtype=np.bool_)  # type: ignore[arg-type]
    return np.broadcast_to(values, (count,))


def _sentence(error: ConfigurationError) -> str:
    place = "" if error.field is None else f"{error.field}: "
    return f"{place}{error.message}{f'; {error.remedy}' if error.remedy else ''}"
