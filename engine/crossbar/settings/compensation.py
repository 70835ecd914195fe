"""What is done against drift."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class CompensationSettings:
    """What is done against drift."""

    methods: tuple[str, ...] = setting(
        ("none",),
        "Evaluated one by one on the same devices: nothing, or global drift compensation, one factor for each layer.",
        choices=("none", "global"),
    )

    def __post_init__(self) -> None:
        """Refuse an empty list and methods named twice."""
        if not self.methods:
            raise ValueError('methods is empty; write ["none"] for no compensation')
        twice = {method for method in self.methods if self.methods.count(method) > 1}
        if twice:
            raise ValueError(f'methods names "{min(twice)}" twice')
