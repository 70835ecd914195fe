"""The converters of a sub-array: multilevel sense amplifiers with encoders, SAR ADCs, or a user's."""

from __future__ import annotations

from nnsreport.engine.cost.components.column_converter import ColumnConverter, ConverterPlace, HasColumnLaw
from nnsreport.engine.cost.components.column_law import ColumnLaw
from nnsreport.engine.cost.components.multilevel_sense_amplifier import (
    References,
    Sensing,
    multilevel_sense_amplifier,
)
from nnsreport.engine.cost.components.sar_adc import sar_adc
from nnsreport.engine.cost.components.thermometer_encoder import thermometer_encoder
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, select
from nnsreport.engine.cost.sub_array.column_multiplexer import converters_of
from nnsreport.engine.cost.sub_array.converter_file import converter_of_file
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Converters:
    """All converters of a sub-array.

    Attributes
    ----------
    sensing : ColumnConverter
        What senses the columns.
    encoder_height_m : float or Array
        Of the encoders; 0 where there are none.
    area_m2 : float or Array
        Under the array, with encoders and dummy columns.
    latency_s : float or Array
        Of one conversion, as far as a binary word.
    leakage_w : float or Array
        Of all; that of NeuroSim's converters, but for encoders, is in the energy of conversions.
    """

    sensing: ColumnConverter
    encoder_height_m: Quantity
    area_m2: Quantity
    latency_s: Quantity
    leakage_w: Quantity

    @property
    def height_m(self) -> Quantity:
        """Height under the array."""
        return self.sensing.outline.height_m + self.encoder_height_m

    def column_energy_j(self, column_ohm: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy to convert each column.

        Parameters
        ----------
        column_ohm : float or Array
            Resistance of the active cells of a column, shape (points, ...).
        reads : float or Array
            Conversions of the column: a scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules, shape (points, ...).
        """
        return self.sensing.column_energy_j(column_ohm, reads)

    def column_law(self) -> ColumnLaw | None:
        """Return the energy of one conversion over the resistance of its column, in pieces.

        Returns
        -------
        ColumnLaw or None
            None where it has no such form.
        """
        return self.sensing.column_law() if isinstance(self.sensing, HasColumnLaw) else None


def converters(
    parameters: Parameters,
    technology: Technology,
    width_m: Quantity,
    levels: Quantity,
    references: References,
) -> Converters:
    """Return the converters of a sub-array.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.
    width_m : float or Array
        Width of the array in metres.
    levels : float or Array
        Levels that a converter tells apart.
    references : References
        The dummy columns of multilevel sense amplifiers.

    Returns
    -------
    Converters
        One for each group of columns.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    count, read_v = converters_of(parameters), parameters.read_voltage_v
    if parameters.converter_file:
        place = ConverterPlace(
            count=count,
            levels=levels,
            width_m=width_m,
            read_v=read_v,
            column_f=references.column_f,
            technology=technology,
            special_layout=parameters.has_special_layout,
        )
        return _alone(converter_of_file(parameters.converter_file, place))
    if parameters.has_sar_adc:
        return _alone(sar_adc(count, levels, width_m, read_v, technology))
    special_layout = parameters.has_special_layout
    amplifiers = multilevel_sense_amplifier(
        count,
        levels,
        references,
        width_m,
        read_v,
        technology,
        sensing=Sensing.CURRENT if parameters.senses_current else Sensing.VOLTAGE,
        special_layout=special_layout,
        shares_column=Correction.REFERENCE_SHARE in parameters.corrections,
    )
    encoders = thermometer_encoder(levels, count, width_m, technology, special_layout=special_layout)
    encoded = _encoded(parameters)
    return Converters(
        sensing=amplifiers,
        encoder_height_m=encoders.outline.height_m * encoded,
        area_m2=amplifiers.outline.area_m2 + encoders.outline.area_m2 * encoded,
        latency_s=amplifiers.latency_s() + encoders.latency_s * encoded,
        leakage_w=amplifiers.leakage_w + encoders.leakage_w * encoded,
    )


def _encoded(parameters: Parameters) -> Quantity:
    """Return 1 where there are encoders; 0 where a single comparator tells the bit of a cell that is read alone."""
    if parameters.mode.is_parallel:
        return 1.0
    return select(parameters.cell_bits > 1, 1.0, 0.0)


def _alone(converter: ColumnConverter) -> Converters:
    """Return converters that give binary words without further circuits."""
    return Converters(
        sensing=converter,
        encoder_height_m=0.0,
        area_m2=converter.outline.area_m2,
        latency_s=converter.latency_s(),
        leakage_w=converter.leakage_w,
    )
