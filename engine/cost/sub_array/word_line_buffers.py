"""Buffers in the word lines of arrays that are read in parallel."""

from __future__ import annotations

from nnsreport.engine.cost.components.small_gates import Widths
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.primitives.transistor import on_resistance
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_LUMPED, _DISTRIBUTED = 0.69, 0.38
"""Delays to half of a step over RC: of a lumped and of a distributed line."""
_INVERTERS = 2


@dataclass(frozen=True, slots=True)
class WordLineBuffers:
    """Buffers of two inverters that divide each word line into sections of equal length.

    Attributes
    ----------
    count : float or Array
        Buffers in a line; 0 for a plain line.
    widths : Widths
        Of an inverter.
    inverter : Outline
        Of an inverter.
    input_f, output_f : float or Array
        Capacitances of an inverter; 0 where there is none.
    resistance_ohm : float or Array
        That a section is driven with.
    is_corrected : bool
        With ``Correction.WORD_LINE_BUFFERS``.
    """

    count: Quantity
    widths: Widths
    inverter: Outline
    input_f: Quantity
    output_f: Quantity
    resistance_ohm: Quantity
    is_corrected: bool

    def area_m2(self, lines: Quantity) -> Quantity:
        """Return the area of the buffers of all lines.

        Parameters
        ----------
        lines : float or Array
            Word lines.

        Returns
        -------
        float or Array
            Square metres.
        """
        return self.inverter.height_m * self.inverter.width_m * self.count * _INVERTERS * lines

    def latency_s(self, cell_f: Quantity, cell_ohm: Quantity, cells: Quantity) -> Quantity:
        """Return the delay of all sections but the first, which the driver of the line waits for.

        Each buffer takes 0.69 R (C_in + C_out) inside, and 0.69 R C_out + n C (0.69 R + 0.38 n R_cell) for its section
        of n cells. All but the last also drive the next buffer, 0.69 (n C + R) C_in, where NeuroSim adds the
        capacitance of the cells instead of their resistance; corrected, n R_cell takes the place of n C.

        Parameters
        ----------
        cell_f, cell_ohm : float or Array
            Capacitance and resistance of a line for each cell.
        cells : float or Array
            Cells on a line.

        Returns
        -------
        float or Array
            Seconds; 0 for a plain line.

        References
        ----------
        NeuroSim V1.4, SubArray.cpp, CalculateLatency.
        """
        drive_ohm, section = self.resistance_ohm, cells / (self.count + 1)
        inside = (self.output_f + self.input_f) * drive_ohm * _LUMPED
        last = drive_ohm * self.output_f * _LUMPED + cell_f * section * (
            _LUMPED * drive_ohm + _DISTRIBUTED * cell_ohm * section
        )
        wire = (cell_ohm if self.is_corrected else cell_f) * section
        next_buffer = (wire * _LUMPED + _LUMPED * drive_ohm) * self.input_f
        # NeuroSim counts them with an int that starts at one less.
        buffers = namespace_among(self.count).trunc(self.count - 1) + 1
        return select(self.count > 0, buffers * (last + inside) + (buffers - 1) * next_buffer, 0.0)

    def energy_j(self, swing_v: Quantity) -> Quantity:
        """Return the energy that the buffers of one active line take.

        Parameters
        ----------
        swing_v : float or Array
            Voltage of the line.

        Returns
        -------
        float or Array
            Joules.
        """
        return (self.input_f + self.output_f) * swing_v * swing_v * self.count * _INVERTERS

    def leakage_w(self, lines: Quantity, technology: Technology) -> Quantity:
        """Return the leakage of the buffers of all lines.

        Parameters
        ----------
        lines : float or Array
            Word lines.
        technology : Technology
            Of the transistors.

        Returns
        -------
        float or Array
            Watts; NeuroSim takes the current in ampere for it, which is then not multiplied with the voltage.
        """
        current_a = gate_leakage_a(Gate.INVERTER, 1, self.widths.nmos_m, self.widths.pmos_m, technology)
        return current_a * self.count * _INVERTERS * lines * (technology.vdd_v if self.is_corrected else 1.0)


def word_line_buffers(parameters: Parameters, technology: Technology) -> WordLineBuffers:
    """Return the buffers that the parameters ask for.

    Parameters
    ----------
    parameters : Parameters
        With ``inserted_buffers``, the number in a line, and ``inserted_buffer_ratio``, their width over the smallest.
    technology : Technology
        Of the transistors.

    Returns
    -------
    WordLineBuffers
        Of one line.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp, Initialize and CalculateArea.
    """
    count = parameters.inserted_buffers
    # Without buffers their ratio may be 0; what follows must stay valid, and is not counted.
    ratio = select(count > 0, parameters.inserted_buffer_ratio, 1.0)
    resistance_ohm = on_resistance(_unit_m(technology) * ratio, Channel.NMOS, technology)
    widths = Widths(*(_width_m(kind, resistance_ohm, technology) for kind in (Channel.NMOS, Channel.PMOS)))
    cell_m = technology.standard_cell_height_m
    input_f, output_f = gate_capacitance_pair(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, cell_m, technology)
    return WordLineBuffers(
        count=count,
        widths=widths,
        inverter=gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, cell_m, technology),
        input_f=select(count > 0, input_f, 0.0),
        output_f=select(count > 0, output_f, 0.0),
        resistance_ohm=resistance_ohm,
        is_corrected=Correction.WORD_LINE_BUFFERS in parameters.corrections,
    )


def _unit_m(technology: Technology) -> float:
    """Return the width of the smallest transistor of an array: a feature size, or one fin or stack."""
    return technology.feature_size_m if technology.is_planar else 2 * technology.feature_size_m


def _width_m(kind: Channel, resistance_ohm: Quantity, technology: Technology) -> Quantity:
    """Return the width at which a transistor has the resistance, in whole fins below 22 nm."""
    feature_size_m = technology.feature_size_m
    width_m = on_resistance(_unit_m(technology), kind, technology) / resistance_ohm * feature_size_m
    if technology.is_planar:
        return width_m
    fins: Quantity = namespace_among(width_m).ceil(width_m / feature_size_m)
    return 2 * fins * feature_size_m
