"""Settings of another simulator's arithmetic: NeuroSim V1.4's Python wrapper."""

from __future__ import annotations

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class NeurosimSettings:
    """Layers computed as NeuroSim V1.4's Python wrapper does; its flags are settings of the other sections."""

    name: str = setting("NeuroSim V1.4 (wrapper)", "What the arithmetic is called in reports.")
    arithmetic: str = setting(
        "none",
        "The engine's own (`none`); or the wrapper's: `vgg8` with cells, blocks and bits, which it uses for VGG8 only, "
        "or that of its `other-networks`, one ADC on a layer's whole output.",
        choices=("none", "vgg8", "other-networks"),
    )
    scaling: str = setting(
        "unit",
        "Weights from -1 to 1 and activations from 0 to 1, as WAGE trains them (`unit`); or any, divided by their "
        "largest (`calibrated`).",
        choices=("unit", "calibrated"),
    )
    remainder_channels: str = setting(
        "dropped",
        "What becomes of input channels beyond the last full block of mapping.rows.",
        choices=("dropped", "kept"),
    )
    adc_range: str = setting(
        "each-call",
        "ADC range: least to greatest sum of each product of a batch, or of each slice of a layer on the calibration "
        "images.",
        choices=("each-call", "calibrated"),
    )
    draws: str = setting(
        "each-call",
        "When variation and random drift are drawn: for each kernel position, input bit, block, slice and batch; or "
        "for each device and trial.",
        choices=("each-call", "each-trial"),
    )
    drift: str = setting(
        "spreads",
        "Whether what a cell has drifted by is subtracted from the digits of the next cells (`spreads`), or not.",
        choices=("spreads", "stays"),
    )
