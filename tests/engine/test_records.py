"""Records against what the standard library makes of the same classes."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle

import pytest

from nnsreport.engine import records


def _classes(decorate: object) -> tuple[type, type, type]:
    """Declare classes with defaults, factories, metadata, inheritance and fields by name."""

    @decorate(frozen=True, slots=True)  # type: ignore[operator]
    class Part:
        """A part."""

        width: float
        names: tuple[str, ...] = ("a",)
        others: list[int] = dataclasses.field(default_factory=list, metadata={"unit": "m"}, repr=False)

        @property
        def twice(self) -> float:
            """Twice the width."""
            return 2 * self.width

    @decorate(frozen=True, slots=True, kw_only=True)  # type: ignore[operator]
    class Whole(Part):
        """A whole."""

        height: float

    @decorate(frozen=True, slots=True, eq=False)  # type: ignore[operator]
    class Single:
        """A class of one field that is itself alone."""

        value: float

    return Part, Whole, Single


OURS, THEIRS = _classes(records.dataclass), _classes(dataclasses.dataclass)
Part, Whole, Single = OURS


@pytest.mark.parametrize("which", range(3))
def test_classes_are_those_of_the_standard_library(which: int) -> None:
    ours, theirs = OURS[which], THEIRS[which]
    assert [(f.name, f.kw_only, f.repr, dict(f.metadata)) for f in dataclasses.fields(ours)] == [
        (f.name, f.kw_only, f.repr, dict(f.metadata)) for f in dataclasses.fields(theirs)
    ]
    assert ours.__slots__ == theirs.__slots__  # type: ignore[attr-defined]
    assert ours.__match_args__ == theirs.__match_args__  # type: ignore[attr-defined]
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
    assert (ours.__doc__, ours.__name__) == (theirs.__doc__, theirs.__name__)


def test_instances_behave_like_those_of_the_standard_library() -> None:
    ours, theirs = (whole(2.0, others=[1], height=3.0) for _, whole, _ in (OURS, THEIRS))
    assert repr(ours).split("Whole")[-1] == repr(theirs).split("Whole")[-1] == "(width=2.0, names=('a',), height=3.0)"
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert dataclasses.replace(ours, height=4.0) != ours
    assert dataclasses.replace(ours, height=4.0).twice == 4.0
    assert ours == Whole(2.0, others=[1], height=3.0)
    assert ours != theirs
    assert copy.deepcopy(ours) == ours
    assert Part(1.0).others is not Part(1.0).others
    assert hash(Part(1.0, others=())) == hash(Part(1.0, others=()))
    assert Single(1.0) != Single(1.0)
    assert len({Single(1.0), Single(1.0)}) == 2


def test_records_are_frozen() -> None:
    part = Part(1.0)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'width'"):
        part.width = 2.0
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'width'"):
        del part.width
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'width'"):
        Part()
    with pytest.raises(TypeError, match="records are frozen and have slots"):
        records.dataclass(frozen=False, slots=True)


def test_records_are_pickled() -> None:
    """As workers of a sweep get them."""
    from nnsreport.engine.cost.partition import Part as Cut

    assert pickle.loads(pickle.dumps(Cut(1, 2, 3, 4))) == Cut(1, 2, 3, 4)
