"""Multilevel sense amplifiers: converters that compare a column with a ladder of reference columns at once."""

from __future__ import annotations

from enum import StrEnum

from nnsreport.engine.cost.components.axes import beside, repeated
from nnsreport.engine.cost.components.column_law import ColumnLaw, Piece
from nnsreport.engine.cost.components.reference_ladder import ReferenceLadder
from nnsreport.engine.cost.components.sense_amplifier_fits import (
    column_power_law,
    column_power_w,
    guarded_power_w,
    latency_fit,
    temperature_factor,
)
from nnsreport.engine.cost.components.small_gates import minimum_widths, sheet_tuning
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import SheetTuning, gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.cost.technology.tables import number, read_table
from nnsreport.engine.records import dataclass

_SIMULATED_READ_V = 0.5
_VOLTAGE_MODE_LATENCY_S = 1e-9
_TRANSISTORS = 9


class Sensing(StrEnum):
    """What the comparators of a multilevel sense amplifier sense."""

    CURRENT = "current"
    VOLTAGE = "voltage"


@dataclass(frozen=True, slots=True)
class References:
    """The dummy columns that serve as references.

    Attributes
    ----------
    ladder : ReferenceLadder
        Their conductances.
    sharing : float or Array
        Comparators that share a dummy column.
    column_f : float or Array
        Capacitance of a column.
    column_area_m2 : float or Array
        Of a dummy column.
    activation_j : float or Array
        Energy to activate a dummy column.
    """

    ladder: ReferenceLadder
    sharing: Quantity
    column_f: Quantity
    column_area_m2: Quantity
    activation_j: Quantity


@dataclass(frozen=True, slots=True)
class MultilevelSenseAmplifier:
    """The converters of an array.

    Attributes
    ----------
    levels : float or Array
        Output levels of a converter.
    sensing : Sensing
        Current or voltage.
    conversion_s : float or Array
        Time of a conversion.
    switching_j : float or Array
        Dynamic energy of a conversion.
    reference_w : float or Array
        Static power of the reference columns, for one converter.
    read_v : float or Array
        Read voltage, which fits over resistance are scaled with.
    outline : Outline
        Of all converters with their dummy columns, as wide as the array.
    leakage_w : float
        0: the fits of power contain it.
    technology : Technology
        Of the transistors.
    """

    levels: Quantity
    sensing: Sensing
    conversion_s: Quantity
    switching_j: Quantity
    reference_w: Quantity
    read_v: Quantity
    outline: Outline
    leakage_w: float
    technology: Technology

    def latency_s(self, conversions: Quantity = 1.0) -> Quantity:
        """Return the time of conversions one after the other.

        Parameters
        ----------
        conversions : float or Array
            Of one converter.

        Returns
        -------
        float or Array
            Seconds.
        """
        return repeated(self.conversion_s, conversions)

    def column_energy_j(self, column_ohm: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy to convert each column: E_switching + (P_column + P_references) t.

        Parameters
        ----------
        column_ohm : float or Array
            Resistance of the active cells of a column, shape (points, ...); infinite for an open column.
        reads : float or Array
            Conversions of the column: a scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules, shape (points, ...); the sum over an array's columns is the converters' energy.

        References
        ----------
        NeuroSim V1.4, MultilevelSenseAmp.cpp, CalculatePower.
        """
        column_w = _static_power_w(self.sensing, column_ohm, self.levels, self.read_v, self.technology)
        static_j = (column_w + beside(self.reference_w, column_ohm)) * beside(self.conversion_s, column_ohm)
        return (beside(self.switching_j, column_ohm) + static_j) * beside(reads, column_ohm)

    def column_law(self) -> ColumnLaw | None:
        """Return the energy of one conversion as :meth:`column_energy_j` has it, in pieces.

        Returns
        -------
        ColumnLaw or None
            For resistances that are positive and finite; None where the fits of the technology have no such form.
        """
        fixed_w: Quantity = 0.0
        unit_w: Quantity = 0.0
        pieces: tuple[Piece, ...] = (Piece(),)
        if self.sensing is Sensing.CURRENT:
            law = column_power_law(self.levels - 1, self.technology)
            if law is None:
                return None
            fixed_w, unit_w, pieces = law
        return ColumnLaw(
            fixed_j=self.switching_j + (fixed_w + self.reference_w) * self.conversion_s,
            unit_j=unit_w * self.conversion_s,
            ohm_factor=_SIMULATED_READ_V / self.read_v,
            pieces=pieces,
        )


def multilevel_sense_amplifier(
    converters: Quantity,
    levels: Quantity,
    references: References,
    width_m: Quantity,
    read_v: Quantity,
    technology: Technology,
    *,
    sensing: Sensing,
    special_layout: bool,
    shares_column: bool = False,
) -> MultilevelSenseAmplifier:
    """Return the converters of an array.

    A conversion in current mode takes as long as the slower of the last and the second reference; in voltage mode it
    takes 1 ns.

    Parameters
    ----------
    converters : float or Array
        Number of converters.
    levels : float or Array
        Output levels of a converter. With 2, NeuroSim reads beyond its table of references; here the second reference
        is the next step of the ladder.
    references : References
        The dummy columns.
    width_m : float or Array
        Width of the array in metres.
    read_v : float or Array
        Read voltage.
    technology : Technology
        Of the transistors.
    sensing : Sensing
        Current or voltage.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width.
    shares_column : bool
        Share the charge of a column among all of its comparators.

    Returns
    -------
    MultilevelSenseAmplifier
        Of all columns.

    References
    ----------
    NeuroSim V1.4, MultilevelSenseAmp.cpp.
    """
    gates = _transistor_capacitances(technology, special_layout=special_layout)
    nmos_m = technology.minimum_nmos_width_m
    transistor = gate_area(Gate.INVERTER, 1, nmos_m, 0.0, technology.standard_cell_height_m, technology)
    comparators = (levels - 1) * converters
    area = (
        transistor.area_m2 * _TRANSISTORS * comparators + references.column_area_m2 * comparators / references.sharing
    )
    return MultilevelSenseAmplifier(
        levels=levels,
        sensing=sensing,
        conversion_s=_conversion_s(references, gates, technology, sensing=sensing),
        switching_j=_switching_j(levels, references, gates, technology, sensing=sensing, shares_column=shares_column),
        reference_w=_reference_power_w(levels, references, read_v, technology, sensing=sensing),
        read_v=read_v,
        outline=Outline(area_m2=area, height_m=area / width_m, width_m=width_m),
        leakage_w=0.0,
        technology=technology,
    )


@dataclass(frozen=True, slots=True)
class _Transistors:
    """Capacitance of gates and drains of a comparator's smallest transistors."""

    nmos_gate_f: Quantity
    nmos_drain_f: Quantity
    pmos_gate_f: Quantity
    pmos_drain_f: Quantity


def _transistor_capacitances(technology: Technology, *, special_layout: bool) -> _Transistors:
    widths, cell_m = minimum_widths(technology), technology.standard_cell_height_m
    tuning = sheet_tuning(Gate.INVERTER, technology, special_layout=special_layout) or SheetTuning()
    nmos_gate_f, nmos_drain_f = gate_capacitance_pair(Gate.INVERTER, 1, widths.nmos_m, 0.0, cell_m, technology, tuning)
    pmos_gate_f, pmos_drain_f = gate_capacitance_pair(Gate.INVERTER, 1, 0.0, widths.pmos_m, cell_m, technology, tuning)
    return _Transistors(nmos_gate_f, nmos_drain_f, pmos_gate_f, pmos_drain_f)


def _conversion_s(references: References, gates: _Transistors, technology: Technology, *, sensing: Sensing) -> Quantity:
    if sensing is Sensing.VOLTAGE:
        return _VOLTAGE_MODE_LATENCY_S
    ladder = references.ladder
    xp = namespace_among(ladder.count, ladder.first_s, references.column_f)
    loaded_f = references.column_f + gates.nmos_gate_f * xp.maximum(ladder.count - 2, 0)
    fit = latency_fit(technology.node_nm)
    second, last = (
        fit.latency_s(ladder.resistance_ohm(index), loaded_f) for index in (1, xp.maximum(ladder.count - 1, 1))
    )
    slower: Quantity = xp.maximum(last, second)
    return slower


def _reference_power_w(
    levels: Quantity, references: References, read_v: Quantity, technology: Technology, *, sensing: Sensing
) -> Quantity:
    """Return the static power of the inner references for one converter."""
    column_ohm, counts = references.ladder.inner_resistances_ohm()
    power_w = _static_power_w(sensing, column_ohm, levels, read_v, technology)
    total: Quantity = (power_w * counts).sum(axis=-1)
    return total / references.sharing


def _static_power_w(
    sensing: Sensing, column_ohm: Quantity, levels: Quantity, read_v: Quantity, technology: Technology
) -> Quantity:
    simulated_ohm = column_ohm * beside(_SIMULATED_READ_V / read_v, column_ohm)
    if sensing is Sensing.CURRENT:
        return column_power_w(simulated_ohm, levels - 1, technology)
    # A voltage-mode comparator has no current mirror.
    return guarded_power_w(simulated_ohm, lambda ohm: 0.0 * ohm) * temperature_factor(technology)


def _switching_j(
    levels: Quantity,
    references: References,
    gates: _Transistors,
    technology: Technology,
    *,
    sensing: Sensing,
    shares_column: bool,
) -> Quantity:
    """Return the dynamic energy of a conversion: of the columns, the mirrors, the comparators and their latches."""
    xp = namespace_among(levels, references.sharing)
    column_v, vdd_v = _column_voltage_v(technology.node_nm), technology.vdd_v
    comparators = levels - 1
    nmos_f, pmos_f = gates.nmos_gate_f, gates.pmos_gate_f
    mirror_f = gates.nmos_drain_f + (nmos_f if sensing is Sensing.CURRENT else 0.0)
    # NeuroSim divides 1 by the comparators as integers: 0, but for a single one.
    own_share = 1 / comparators if shares_column else xp.floor(1 / comparators)
    column_f = references.column_f * 2 * (own_share + 1 / references.sharing) / 2
    input_f = nmos_f * 2 + mirror_f / comparators + mirror_f / references.sharing
    latch_f = (
        (pmos_f * 2 + nmos_f)
        + (pmos_f * 3 + nmos_f * 3 + (gates.pmos_drain_f + gates.nmos_drain_f) * 3 + gates.pmos_drain_f)
        + (pmos_f + nmos_f)
    )
    comparison_j = (
        (column_f + input_f) * column_v**2 + references.activation_j / references.sharing + latch_f * vdd_v**2
    )
    switching: Quantity = comparison_j * comparators
    return switching


def _column_voltage_v(node_nm: int) -> float:
    (row,) = (row for row in read_table("column_voltage.csv") if int(row["node_nm"]) == node_nm)
    return number(row, "column_voltage_v")
