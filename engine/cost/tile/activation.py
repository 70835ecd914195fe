"""Activation within tiles: rectified linear units, or look-up tables of the sigmoid function."""

from __future__ import annotations

from nnsreport.engine.cost.buffers import buffer_cell
from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.components.bit_shifter import BitShifter, bit_shifter
from nnsreport.engine.cost.components.sigmoid import Sigmoid, sigmoid
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Activation:
    """Units that activate sums.

    Attributes
    ----------
    unit : BitShifter or Sigmoid
        All of them.
    area_m2 : float or Array
        Of all.
    shares : float or Array
        What NeuroSim divides the sums by: the units of the first kind, the entries of a table of the second.
    parameters : Parameters
        Of the design points.
    """

    unit: BitShifter | Sigmoid
    area_m2: Quantity
    shares: Quantity
    parameters: Parameters

    def reading(self, sums: Quantity, clock_hz: Quantity) -> Reading:
        """Return what the activation of sums takes.

        Parameters
        ----------
        sums : float or Array, (...,)
            One after the other, as NeuroSim counts them before it divides them by ``shares``.
        clock_hz : float or Array, (...,)
            Of a synchronous chip.

        Returns
        -------
        Reading
            (...,); in cycles or seconds.
        """
        reads = sums / self.shares
        is_synchronous = self.parameters.is_synchronous
        if isinstance(self.unit, BitShifter):
            latency = reads if is_synchronous else self.unit.latency_s(clock_hz, reads)
            return Reading(latency, self.unit.energy_j(reads))
        sensed_v = self.parameters.least_sensed_voltage_v
        once = self.unit.cycles(sensed_v, clock_hz) if is_synchronous else self.unit.latency_s(sensed_v)
        return Reading(repeated(once, reads), self.unit.energy_j(reads))


def activation(
    units: tuple[Quantity, Quantity], sum_bits: Quantity, parameters: Parameters, technology: Technology
) -> Activation:
    """Return the activation of a tile or of the chip.

    Parameters
    ----------
    units : tuple of float or Array
        Rectified linear units, and tables of the sigmoid function: only one of the kinds is there.
    sum_bits : float or Array
        Bits of a sum.
    parameters : Parameters
        Of the design points; say which kind.
    technology : Technology
        Of the transistors.

    Returns
    -------
    Activation
        With its area.

    References
    ----------
    NeuroSim V1.4, Tile.cpp.
    """
    p = parameters
    if p.has_relu:
        relu = bit_shifter(units[0], p.input_bits, technology, special_layout=p.has_special_layout)
        return Activation(relu, relu.registers.outline_in_row().area_m2, relu.units, p)
    table = sigmoid(
        p.input_bits,
        sum_bits,
        units[1],
        buffer_cell(p, technology),
        p.metal0_resistance_per_m,
        p.word_line_decoder_sizing,
        technology,
        control_activity=p.control_activity,
    )
    return Activation(table, table.area_m2, table.entries, p)
