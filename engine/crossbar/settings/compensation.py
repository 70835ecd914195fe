"""What is done digitally against drift and noise of the devices."""

from __future__ import annotations

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting

METHODS = ("none", "global", "per-column", "adabs", "batch-norm")
"""Every compensation, in the order of what it needs: nothing, a read-out of the arrays, images."""

RECALIBRATING = frozenset({"adabs", "batch-norm"})
"""Those that need images."""


@dataclass(frozen=True, slots=True)
class CompensationSettings:
    """What is done digitally against drift and noise of the devices."""

    methods: tuple[str, ...] = setting(
        ("none",),
        "Evaluated one by one on the same devices: nothing; one factor for each layer (`global`) or each column "
        "(`per-column`), from a read-out of the arrays; or statistics of each channel, restored from calibration "
        "images at each time (`adabs`) or once, right after programming (`batch-norm`).",
        choices=METHODS,
    )
    images: int = setting(
        2600,
        "Calibration images from which `adabs` and `batch-norm` estimate statistics; all of them where there are "
        "fewer.",
        unit="image",
        minimum=1,
    )
    batches: int = setting(13, "Batches into which these images are divided, each evaluated at once.", minimum=1)
    remainder: float = setting(
        0.015,
        "Weight of the original statistics in those that `adabs` estimates: with n batches, the running averages decay "
        "by remainder^(1/n) a batch; 0 gives all batches the same weight.",
        unit="fraction",
        minimum=0,
        maximum=0.999,
    )
    layers: str = setting(
        "convolutions",
        "Layers whose statistics `adabs` and `batch-norm` restore: those that as a rule are followed by batch "
        "normalisation, or all.",
        choices=("convolutions", "all"),
    )
    base: str = setting(
        "global",
        "What corrects the arrays before `adabs` and `batch-norm` estimate statistics, and the layers that these leave "
        "alone.",
        choices=("none", "global", "per-column"),
    )

    @property
    def recalibrates(self) -> bool:
        """Whether a method needs images."""
        return not RECALIBRATING.isdisjoint(self.methods)

    def __post_init__(self) -> None:
        """Refuse an empty list, methods named twice, and batches without images."""
        if not self.methods:
            raise ValueError('methods is empty; write ["none"] for no compensation')
        twice = {method for method in self.methods if self.methods.count(method) > 1}
        if twice:
            raise ValueError(f'methods names "{min(twice)}" twice')
        if self.batches > self.images:
            raise ValueError(f"batches is {self.batches}, more than images, {self.images}")
