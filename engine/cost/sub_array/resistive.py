"""What reading sub-arrays of RRAM and FeFET takes."""

from __future__ import annotations

from nnsreport.engine.cost.components.axes import beside, repeated
from nnsreport.engine.cost.components.whole_numbers import binary_stages
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.given import Access
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sub_array.accumulation import Accumulation, row_groups
from nnsreport.engine.cost.sub_array.calibration import calibration
from nnsreport.engine.cost.sub_array.column_multiplexer import ColumnMultiplexer, converters_of
from nnsreport.engine.cost.sub_array.converters import Converters
from nnsreport.engine.cost.sub_array.reads import sub_array_reads
from nnsreport.engine.cost.sub_array.resistive_rows import ResistiveRows, read_cells
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArrayAreas, SubArrayReads
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ResistiveSubArray:
    """A sub-array of RRAM or FeFET; a :class:`~nnsreport.engine.cost.sub_array.results.SubArray`.

    Attributes
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.
    areas : SubArrayAreas
        Of the sub-array.
    leakage_w : float or Array
        Of the circuits; the cells do not leak.
    rows : ResistiveRows
        What drives the rows.
    multiplexer : ColumnMultiplexer
        Under the array.
    converters : Converters
        Under the multiplexer.
    accumulation : Accumulation
        Under the converters.
    column_s : float or Array
        Time until a column can be sensed.
    """

    parameters: Parameters
    technology: Technology
    areas: SubArrayAreas
    leakage_w: Quantity
    rows: ResistiveRows
    multiplexer: ColumnMultiplexer
    converters: Converters
    accumulation: Accumulation
    column_s: Quantity

    @property
    def leakage_in_use_w(self) -> Quantity:
        """0: cells do not leak."""
        return 0.0

    @property
    def access_resistance_ohm(self) -> Quantity:
        """Resistance of the access transistor in the path of a column's current; 0 in a crossbar."""
        return self.parameters.access_resistance_ohm if self.parameters.access is Access.TRANSISTOR else 0.0

    def sensing_latency_s(self, inputs: ReadInputs) -> Quantity:
        """Return the time of one step of a read: of the slower of row and multiplexer, and the converter.

        Parameters
        ----------
        inputs : ReadInputs
            Of the reads; nothing depends on them but the shape of the result.

        Returns
        -------
        float or Array, (..., states)
            In seconds. The delay of the columns counts only where rows are read one after the other.

        References
        ----------
        NeuroSim V1.4, SubArray.cpp, CalculateLatency for the clock's frequency.
        """
        maximum = namespace_among(self.rows.driving_s, self.multiplexer.latency_s).maximum
        selecting = maximum(self.rows.driving_s + self.rows.buffers_s, self.multiplexer.latency_s)
        column_s = 0.0 if self.parameters.mode.is_parallel else self.column_s
        step_s = (selecting + column_s + self.converters.latency_s) * calibration(self.parameters).sensing_latency
        return repeated(step_s, namespace_among(inputs.active_rows).ones_like(inputs.active_rows))

    def read(self, inputs: ReadInputs, clock_hz: Quantity) -> SubArrayReads:
        """Return what each read takes.

        Parameters
        ----------
        inputs : ReadInputs
            Of the reads, with the resistance of columns.
        clock_hz : float or Array, (...,)
            Frequency of the clock.

        Returns
        -------
        SubArrayReads
            (..., states).

        Raises
        ------
        ValueError
            There is no resistance of columns.

        References
        ----------
        NeuroSim V1.4, SubArray.cpp, CalculateLatency and CalculatePower.
        """
        active = inputs.active_rows
        latencies = self._cycles(active, clock_hz) if self.parameters.is_synchronous else self._latencies_s(active)
        energies = self._energies_j(inputs)
        adc, adding, other = (
            Reading(beside(latency, active), beside(energy, active))
            for latency, energy in zip(latencies, energies, strict=True)
        )
        return sub_array_reads(adc, adding, other)

    def _conversions(self, active_rows: Quantity) -> Quantity:
        """Return how often a converter senses each of its columns: each group of rows, or each active row."""
        return row_groups(self.parameters) if self.parameters.mode.is_parallel else active_rows

    def _cycles(self, active_rows: Quantity, clock_hz: Quantity) -> tuple[Quantity, Quantity, Quantity]:
        """Return clock cycles of converters, accumulation and other circuits: a conversion takes one."""
        conversions, shared = self._conversions(active_rows), self.parameters.columns_per_converter
        adding = self.accumulation.exposed_cycles(conversions, shared, clock_hz)
        return beside(shared, conversions) * conversions, adding, 0.0

    def _latencies_s(self, active_rows: Quantity) -> tuple[Quantity, Quantity, Quantity]:
        """Return the seconds of converters, accumulation and other circuits."""
        conversions, shared = self._conversions(active_rows), self.parameters.columns_per_converter
        steps = shared * calibration(self.parameters).sensing_latency
        adc = beside((self.converters.latency_s + self.column_s) * steps, conversions) * conversions
        # NeuroSim drives the rows for each conversion, selects a column once, and forgets the rows' buffers.
        driving_s = self.rows.driving_s
        if Correction.WORD_LINE_BUFFERS in self.parameters.corrections:
            driving_s = driving_s + self.rows.buffers_s
        driving = beside(driving_s, conversions) * conversions
        selecting = beside(self.multiplexer.latency_s, conversions)
        other = namespace_among(driving, selecting).maximum(driving, selecting) * beside(steps, conversions)
        return adc, self.accumulation.exposed_s(conversions, shared, adc + other), other

    def _energies_j(self, inputs: ReadInputs) -> tuple[Quantity, Quantity, Quantity]:
        """Return the energies of converters with the array, of accumulation, and of other circuits."""
        active, column_ohm = inputs.active_rows, inputs.column_resistance_ohm
        if column_ohm is None:
            raise ValueError("the energy of reading RRAM and FeFET needs the resistance of the columns")
        conversions, shared = self._conversions(active), self.parameters.columns_per_converter
        sensing_j = self.converters.column_energy_j(column_ohm, conversions).sum(axis=-1)  # type: ignore[union-attr]
        adc_j = sensing_j + beside(self.rows.line_j, active) * active
        other_j = (
            beside(self.rows.idle_j + self.multiplexer.energy_j, active) + beside(self.rows.row_j, active) * active
        )
        active_sums, active_bits = self._active_sums()
        sums = conversions - 1 if self.parameters.mode.is_parallel else conversions
        accumulation_j = self.accumulation.energy_j(beside(shared, sums) * sums, active_sums, active_bits)
        return adc_j, accumulation_j, other_j

    def _active_sums(self) -> tuple[Quantity, Quantity]:
        """Return the adders and flip-flops that work at a time; a sum has half of the bits that summing adds."""
        p = self.parameters
        if p.mode.is_parallel:
            sums = converters_of(p)
            return sums, sums * (
                namespace_among(p.converter_levels).log2(p.converter_levels) + binary_stages(row_groups(p)) / 2
            )
        return read_cells(p), read_cells(p) * (binary_stages(p.rows) / 2 + p.cell_bits)
