"""Frozen dataclasses with slots that are made in a fraction of the time.

The standard library compiles every method of every dataclass from text, nearly a millisecond for each class: half of
what importing the cost model took. Here only ``__init__`` is compiled; other methods are the same for all classes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, eq: bool = True, kw_only: bool = False) -> Callable[[type], type]:
        """Return the decorator that makes a class what :func:`dataclasses.dataclass` would make of it.

        Parameters
        ----------
        frozen, slots : bool
            True; they are said as to the standard library, so that type checkers know.
        eq : bool
            Instances with equal fields are equal; otherwise each is equal to itself alone.
        kw_only : bool
            Fields are given by name.

        Returns
        -------
        Callable
            From a class with annotations to the one with methods.

        Raises
        ------
        TypeError
            It is not to be frozen, or without slots.
        """
        if not (frozen and slots):
            raise TypeError("records are frozen and have slots")
        shared = _METHODS | (_COMPARISONS if eq else {})

        def decorated(plain: type) -> type:
            own = frozenset(vars(plain))
            made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(plain)
            fields = dataclasses.fields(made)
            for name, method in shared.items():
                if name not in own:
                    setattr(made, name, method)
            made._of_fields = _getter([field.name for field in fields])
            made.__init__ = _initializer(made, fields)
            return made

        return decorated


_MISSING = object()


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function from an instance to the tuple of its fields."""
    if len(names) > 1:
        return attrgetter(*names)
    return staticmethod(lambda instance: tuple(getattr(instance, name) for name in names))


def _initializer(made: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Compile the ``__init__`` of a class. It sets slots directly, as assignments are refused."""
    names: dict[str, Any] = {"_MISSING": _MISSING}
    by_place, by_name = ["self"], list[str]()
    body: list[str] = []
    for field in fields:
        name, given, value = field.name, field.name, field.name
        names[f"_set_{name}"] = getattr(made, name).__set__
        if field.default is not dataclasses.MISSING:
            names[f"_default_{name}"], given = field.default, f"{name}=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            names[f"_make_{name}"], given = field.default_factory, f"{name}=_MISSING"
            value = f"_make_{name}() if {name} is _MISSING else {name}"
        (by_name if field.kw_only else by_place).append(given)
        body.append(f" _set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()")
    given = ", ".join([*by_place, *(["*"] if by_name else []), *by_name])
    exec("\n".join([f"def __init__({given}):", *(body or [" pass"])]), names)  # noqa: S102 # of names of fields alone
    initializer: Callable[..., None] = names["__init__"]
    initializer.__qualname__ = f"{made.__qualname__}.__init__"
    initializer.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    return initializer


def _representation(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _equal(self: Any, other: Any) -> Any:
    return self._of_fields(self) == other._of_fields(other) if type(other) is type(self) else NotImplemented


def _hashed(self: Any) -> int:
    return hash(self._of_fields(self))


def _refuse_assignment(_: Any, name: str, __: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(_: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> tuple[Any, ...]:
    of_fields: tuple[Any, ...] = self._of_fields(self)
    return of_fields


def _set_state(self: Any, state: tuple[Any, ...]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_METHODS = {
    "__repr__": _representation,
    "__setattr__": _refuse_assignment,
    "__delattr__": _refuse_deletion,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
_COMPARISONS = {"__eq__": _equal, "__hash__": _hashed}
