"""The lines with which NeuroSim's digital systolic array prints numbers.

From ``NeuroSIM/main.cpp`` and ``evaluate.py`` of the branch 2DInferenceDigitalSystolicArrayV1.0 of
https://github.com/neurosim/NeuroSim. The dashes before a name belong to its label: they say what it is a part of, and
with them no label occurs twice (``--------- Read energy`` is that of the buffer's reads, ``---Read Energy`` that of one
bit).
"""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.parsers.measure import Measure as CommonMeasure
from nnsreport.parsers.quantities import STREAMED, Quantity, fixed

BYTES_PER_MEGABYTE = 2**20
"""``evaluate.py`` writes 256 KB as 256 / 1024 MB, and ``parameters.py`` makes bits of MB times 1024 * 1024 * 8."""


@dataclass(frozen=True, slots=True)
class Measure(CommonMeasure):
    """A number that a label announces, in bytes or megabytes too.

    Attributes
    ----------
    scale : int
        A power of two that leads to the stored unit, so that the product is exact.
    """

    scale: int = 1

    def read(self, printed: str) -> float | None:
        """Return the number in the metric's unit, or None when the text is anything else."""
        value = self.quantity.read(printed)
        return None if value is None else value * self.scale


def _streamed(suffix: str, exponent: int) -> Quantity:
    return Quantity(suffix, exponent, STREAMED)


_PICOJOULES = _streamed("pJ", -12)
_FEMTOJOULES_PER_BIT = Quantity(" fJ/bit", -15, fixed(1))
_MICROWATTS = Quantity(" uW", -6, fixed(4))
_MICROJOULES = Quantity(" uJ", -6, fixed(4))
_SQUARE_MILLIMETRES = Quantity(" mm^2", -6, fixed(4))
_MEGABYTES = Quantity(" MB", 0, fixed(4))
SHARE = Quantity(" %", -2, fixed(2))
COUNT = Quantity("", 0, fixed(0))

BANK_BANNER = "----------------------NeuroSIM results------------------------"
CHIP_BANNER = "----------------------TPU GB benchmarking--------------------"

BANK_LABELS: dict[str, Measure] = {
    "Area": Measure("area", "buffer_bank", _streamed("um2", -12)),
    "readDynamicEnergy": Measure("read_access_energy", "buffer_bank", _PICOJOULES),
    "writeDynamicEnergy": Measure("write_access_energy", "buffer_bank", _PICOJOULES),
    "leakage": Measure("leakage_power", "buffer_bank", _streamed("uW", -6)),
    "refreshDynamicEnergy": Measure("refresh_access_energy", "buffer_bank", _streamed("nJ", -9)),
}
"""Printed by the C++ part, for one bank of the buffer."""

_DESIGN_LABELS: dict[str, Measure] = {
    "Clock frequency": Measure("clock_frequency", "total", Quantity(" MHz", 6, fixed(0))),
    "---MAC energy": Measure("mac_energy", "mac", Quantity(" pJ/op", -12, fixed(2))),
    "---RF energy": Measure("read_energy_per_bit", "register_file", Quantity(" fJ/bit", -15, fixed(2))),
    "---Buffer size": Measure("memory_capacity", "buffer", _MEGABYTES, BYTES_PER_MEGABYTE),
    "------Bank size": Measure("memory_capacity", "buffer_bank", _MEGABYTES, BYTES_PER_MEGABYTE),
    "---Read Energy": Measure("read_energy_per_bit", "buffer", _FEMTOJOULES_PER_BIT),
    "---Write Energy": Measure("write_energy_per_bit", "buffer", _FEMTOJOULES_PER_BIT),
    "---Read Energy(v)": Measure("read_energy_per_bit", "buffer_volatile", _FEMTOJOULES_PER_BIT),
    "---Write Energy(v)": Measure("write_energy_per_bit", "buffer_volatile", _FEMTOJOULES_PER_BIT),
    "---Read Energy(nv)": Measure("read_energy_per_bit", "buffer_nonvolatile", _FEMTOJOULES_PER_BIT),
    "---Write Energy(nv)": Measure("write_energy_per_bit", "buffer_nonvolatile", _FEMTOJOULES_PER_BIT),
    "---Refresh Energy(v)": Measure("refresh_energy_per_bit", "buffer", _FEMTOJOULES_PER_BIT),
}

_SUMMARY_LABELS: dict[str, Measure] = {
    "Energy efficiency": Measure("energy_efficiency", "total", Quantity(" TOPS/W", 12, fixed(4))),
    "Area efficiency": Measure("compute_efficiency", "total", Quantity(" TOPS/mm^2", 18, fixed(4))),
    "Computing latency": Measure("read_latency", "total", Quantity(" us", -6, fixed(4))),
    "MAC utilization": Measure("mac_utilization", "mac", SHARE),
    "Chip area": Measure("area", "total", _SQUARE_MILLIMETRES),
    "---MAC": Measure("area", "mac", _SQUARE_MILLIMETRES),
    "---local RF": Measure("area", "register_file", _SQUARE_MILLIMETRES),
    "---GB": Measure("area", "buffer", _SQUARE_MILLIMETRES),
    "---Functional module": Measure("area", "functional_module", _SQUARE_MILLIMETRES),
    "Total energy": Measure("inference_energy", "total", _MICROJOULES),
    "--- MAC energy": Measure("read_dynamic_energy", "mac", _MICROJOULES),
    "--- RF energy": Measure("read_dynamic_energy", "register_file", _MICROJOULES),
    "--- GB energy": Measure("read_dynamic_energy", "buffer_and_network", _MICROJOULES),
    "------ GB refresh energy": Measure("read_dynamic_energy", "buffer_refresh", _MICROJOULES),
    "------ GB access energy": Measure("read_dynamic_energy", "buffer_access", _MICROJOULES),
    "--------- Read energy": Measure("read_dynamic_energy", "buffer_read", _MICROJOULES),
    "--------- Write energy": Measure("read_dynamic_energy", "buffer_write", _MICROJOULES),
    "--------- NOC energy": Measure("read_dynamic_energy", "interconnect", _MICROJOULES),
    "--- Functional module": Measure("read_dynamic_energy", "functional_module", _MICROJOULES),
    "--- DRAM energy": Measure("read_dynamic_energy", "dram", _MICROJOULES),
    "--- Standby energy": Measure("leakage_energy", "total", _MICROJOULES),
    "Standby power": Measure("standby_power", "total", _MICROWATTS),
    "---MAC units leakage": Measure("leakage_power", "mac", _MICROWATTS),
    "---RF leakage": Measure("leakage_power", "register_file", _MICROWATTS),
    "---GB leakage": Measure("leakage_power", "buffer", _MICROWATTS),
    "---Fmodules leakage": Measure("leakage_power", "functional_module", _MICROWATTS),
    "---GB Refresh": Measure("refresh_power", "buffer", _MICROWATTS),
    "------Num banks to refresh": Measure("refreshed_banks", "buffer", COUNT),
}

CHIP_LABELS: dict[str, Measure] = _DESIGN_LABELS | _SUMMARY_LABELS
"""Printed by the Python part, for the chip."""

LABELS: dict[str, Measure] = BANK_LABELS | CHIP_LABELS

BUFFER_TYPE = "---Buffer type"

ROUNDED_LEAKAGE_LABEL = "---Leakage power"
ROUNDED_LEAKAGE = Measure("leakage_power", "buffer", Quantity(" uW/chip", -6, fixed(2)))
"""The same number as ``---GB leakage``, with two decimals."""

DATA_KINDS: dict[str, str] = {"---Weight": "weight", "---Input": "input", "---Output": "output"}
DATA_MODES: dict[str, str] = {
    "-----nv mode": "nonvolatile",
    "-----v mode": "volatile",
    "-----v mode (no refresh)": "unrefreshed",
}
"""Below each kind of data, for nvDRAM: ``-----v mode:              12.50 % (3 layer)``."""

HEADINGS = frozenset({"Chip Design Spec.", "Global Buffer", "Chip Summary", "Buffer mode for different datatypes"})

ARRAY_SIZE = "PE (16x16 digital)"
"""Printed whatever the size of the array: the cloud chip has 256x256."""

EXPECTED = frozenset(
    (measure.metric, measure.component)
    for label, measure in CHIP_LABELS.items()
    if "Energy(" not in label and label not in ("---Read Energy", "---Write Energy")
)
"""Metrics and components that every run prints which comes to its end."""
