"""Adders under the converters: of the groups of rows of a column, of the columns of a weight, of the bits of inputs."""

from __future__ import annotations

from nnsreport.engine.cost.components.adder import Adders, adders
from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.flip_flops import FlipFlops, flip_flops
from nnsreport.engine.cost.components.shift_add import ShiftAdd, shift_add
from nnsreport.engine.cost.components.whole_numbers import truncated, whole_cycles
from nnsreport.engine.cost.corrections import whole_quotient
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.sub_array.calibration import Calibration, calibration
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccumulationSizes:
    """How many of which adders a sub-array has.

    Attributes
    ----------
    sums : float or Array
        Adders that sum the reads of a column.
    sum_bits : float or Array
        Bits of such a sum; the adders have one less.
    sums_reads : bool or Array
        Whether several reads of a column are summed at all.
    shifted : float or Array
        Shift-adds, of columns and of input bits.
    weight_bits, weight_shifts : float or Array
        Bits that a shift-add of columns takes, and its shifts.
    input_bits : float or Array
        Bits that a shift-add of input bits takes.
    weights : float or Array
        Weights whose columns share a converter, one after the other.
    register_sets : int
        Sets of registers in the layout.
    """

    sums: Quantity
    sum_bits: Quantity
    sums_reads: bool | Quantity
    shifted: Quantity
    weight_bits: Quantity
    weight_shifts: Quantity
    input_bits: Quantity
    weights: Quantity
    register_sets: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccumulationHeights:
    """Heights of adders under an array, in metres; 0 of what is not there.

    Attributes
    ----------
    adders_m, registers_m : float or Array
        Of the adders that sum the reads of a column, and of the registers that hold the sums.
    weight_shifts_m, input_shifts_m : float or Array
        Of the shift-adds of columns and of input bits.
    """

    adders_m: Quantity
    registers_m: Quantity
    weight_shifts_m: Quantity
    input_shifts_m: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Accumulation:
    """The adders of a sub-array; what is not there takes nothing.

    Attributes
    ----------
    adders : Adders
        They sum the reads of a column.
    registers : FlipFlops
        They hold these sums.
    weight_shifts, input_shifts : ShiftAdd
        Of the columns of a weight, and of the bits of an input.
    has_sums, has_weight_shifts, has_input_shifts : bool or Array
        Which of them are there.
    sum_s, weight_shift_s, input_shift_s : float or Array
        Time in seconds to add a read to the sum of a column, a column to the weight, and a bit to the input.
    weights : float or Array
        Weights whose columns share a converter.
    columns_per_weight : float or Array
        Columns that a weight takes.
    calibration : Calibration
        Of energies.
    heights : AccumulationHeights
        In the layout, under the array.
    area_m2 : float or Array
        Of all.
    leakage_w : float or Array
        Of all.
    """

    adders: Adders
    registers: FlipFlops
    weight_shifts: ShiftAdd
    input_shifts: ShiftAdd
    has_sums: bool | Quantity
    has_weight_shifts: bool | Quantity
    has_input_shifts: bool | Quantity
    sum_s: Quantity
    weight_shift_s: Quantity
    input_shift_s: Quantity
    weights: Quantity
    columns_per_weight: Quantity
    calibration: Calibration
    heights: AccumulationHeights
    area_m2: Quantity
    leakage_w: Quantity

    @property
    def height_m(self) -> Quantity:
        """Height under the array."""
        heights = self.heights
        return heights.adders_m + heights.registers_m + heights.weight_shifts_m + heights.input_shifts_m

    def exposed_cycles(self, reads: Quantity, columns_per_converter: Quantity, clock_hz: Quantity) -> Quantity:
        """Return the clock cycles of additions that last longer than the conversions they work beside.

        Parameters
        ----------
        reads : float or Array, (points, ...)
            Conversions of a column. Where there is none, NeuroSim counts less than no cycles.
        columns_per_converter : float or Array
            Columns that are converted one after the other.
        clock_hz : float or Array
            Frequency of the clock.

        Returns
        -------
        float or Array, (points, ...)
            Cycles.

        References
        ----------
        NeuroSim V1.4, SubArray.cpp, CalculateLatency.
        """
        shared = beside(columns_per_converter, reads)
        weights = beside(self.weights, reads)
        sum_cycles = beside(whole_cycles(self.sum_s, clock_hz) - 1, reads)
        summing = select(beside(self.has_sums, reads), shared * (reads - 1) * sum_cycles, 0.0)
        busy = shared * reads + summing
        weight_cycles = beside(whole_cycles(self.weight_shift_s, clock_hz), reads)
        per_weight = beside(self.columns_per_weight - 1, reads) * weights
        shifting = per_weight * _excess(weight_cycles, busy / shared)
        busy = busy + shifting
        input_cycles = beside(whole_cycles(self.input_shift_s, clock_hz), reads)
        # Without a whole weight at a converter NeuroSim divides by 0, and the shift-adds never wait.
        per_input = busy / namespace_among(weights).maximum(weights, 1)
        waiting = select(beside(self.has_input_shifts, reads), weights * _excess(input_cycles, per_input), 0.0)
        return summing + shifting + waiting

    def exposed_s(self, reads: Quantity, columns_per_converter: Quantity, sensing_s: Quantity) -> Quantity:
        """Return the time of additions that is not hidden behind sensing.

        Parameters
        ----------
        reads : float or Array, (points, ...)
            Conversions of a column.
        columns_per_converter : float or Array
            Columns that are converted one after the other.
        sensing_s : float or Array, (points, ...)
            Time that all conversions take, with what precedes them.

        Returns
        -------
        float or Array, (points, ...)
            Seconds.

        References
        ----------
        NeuroSim V1.4, SubArray.cpp, CalculateLatency of an asynchronous chip.
        """
        shifting_s = (self.weight_shift_s * (self.columns_per_weight - 1) + self.input_shift_s) * self.weights
        summing_s = beside(self.sum_s * columns_per_converter, reads) * (reads - 1)
        return _excess(summing_s + beside(shifting_s, reads), sensing_s)

    def energy_j(self, sums: Quantity, active_sums: Quantity, active_flip_flops: Quantity) -> Quantity:
        """Return the energy of a read's additions.

        Parameters
        ----------
        sums : float or Array, (points, ...)
            Additions to the sums of columns, one after the other.
        active_sums, active_flip_flops : float or Array
            Adders and flip-flops that work at a time.

        Returns
        -------
        float or Array, (points, ...)
            Joules.
        """
        adder_activity, held_activity = self.calibration.adder_activity, self.calibration.flip_flop_activity
        summing = self.adders.energy_j(active_sums, sums, adder_activity) + self.registers.energy_j(
            active_flip_flops, sums, held_activity
        )
        columns = self.weight_shifts.energy_j(
            (self.columns_per_weight - 1) * self.weights, adder_activity, held_activity
        )
        bits = self.input_shifts.energy_j(self.weights, adder_activity, held_activity)
        shifting = select(self.has_weight_shifts, columns, 0.0) + select(self.has_input_shifts, bits, 0.0)
        return select(beside(self.has_sums, sums), summing, 0.0) + beside(shifting, sums)


def row_groups(parameters: Parameters) -> Quantity:
    """Return how many groups of rows are read one after the other.

    See :func:`nnsreport.engine.cost.corrections.whole_quotient`.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.

    Returns
    -------
    float or Array
        Whole numbers, at least 1.
    """
    return whole_quotient(parameters.rows, parameters.rows_in_parallel, parameters.corrections)


def whole_weights(parameters: Parameters) -> Quantity:
    """Return how many whole weights share a converter.

    See :func:`nnsreport.engine.cost.corrections.whole_quotient`.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.

    Returns
    -------
    float or Array
        0 where a weight takes more columns than share a converter.
    """
    return whole_quotient(parameters.columns_per_converter, parameters.columns_per_weight, parameters.corrections)


def accumulation(
    parameters: Parameters, technology: Technology, width_m: Quantity, sizes: AccumulationSizes
) -> Accumulation:
    """Return the adders of a sub-array.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the gates.
    width_m : float or Array
        Width of the array in metres, which they fill in rows.
    sizes : AccumulationSizes
        Of the adders.

    Returns
    -------
    Accumulation
        Of the whole sub-array.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    special_layout = parameters.has_special_layout
    summing = adders(sizes.sum_bits - 1, sizes.sums, technology, special_layout=special_layout)
    held = flip_flops(truncated(sizes.sum_bits) * sizes.sums, technology, special_layout=special_layout)
    weight_shifts, input_shifts = (
        shift_add(sizes.shifted, bits, shifts, width_m, technology, special_layout=special_layout)
        for bits, shifts in ((sizes.weight_bits, sizes.weight_shifts), (sizes.input_bits, parameters.input_bits))
    )
    has_weight_shifts, has_input_shifts = parameters.columns_per_weight > 1, parameters.input_bits > 1
    adder_outline, held_outline = summing.outline_in_width(width_m), held.outline_in_width(width_m)

    def total(sums: Quantity, weights: Quantity, inputs: Quantity) -> Quantity:
        shifts = select(has_weight_shifts, weights, 0.0) + select(has_input_shifts, inputs, 0.0)
        return select(sizes.sums_reads, sums, 0.0) + shifts

    return Accumulation(
        adders=summing,
        registers=held,
        weight_shifts=weight_shifts,
        input_shifts=input_shifts,
        has_sums=sizes.sums_reads,
        has_weight_shifts=has_weight_shifts,
        has_input_shifts=has_input_shifts,
        sum_s=select(sizes.sums_reads, _addition_s(summing, held), 0.0),
        weight_shift_s=select(has_weight_shifts, _addition_s(weight_shifts.adders, weight_shifts.registers), 0.0),
        input_shift_s=select(has_input_shifts, _addition_s(input_shifts.adders, input_shifts.registers), 0.0),
        weights=sizes.weights,
        columns_per_weight=parameters.columns_per_weight,
        calibration=calibration(parameters),
        heights=AccumulationHeights(
            adders_m=select(sizes.sums_reads, adder_outline.height_m, 0.0),
            registers_m=select(sizes.sums_reads, held_outline.height_m * sizes.register_sets, 0.0),
            weight_shifts_m=select(has_weight_shifts, weight_shifts.outline.height_m, 0.0),
            input_shifts_m=select(has_input_shifts, input_shifts.outline.height_m, 0.0),
        ),
        area_m2=total(
            adder_outline.area_m2 + held_outline.area_m2 * sizes.register_sets,
            weight_shifts.outline.area_m2,
            input_shifts.outline.area_m2,
        ),
        leakage_w=total(summing.leakage_w + held.leakage_w, weight_shifts.leakage_w, input_shifts.leakage_w),
    )


def _addition_s(adding: Adders, registers: FlipFlops) -> Quantity:
    return adding.latency_s(registers.load_f)


def _excess(longer: Quantity, shorter: Quantity) -> Quantity:
    excess: Quantity = namespace_among(longer, shorter).maximum(longer - shorter, 0)
    return excess
