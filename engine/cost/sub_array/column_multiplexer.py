"""The multiplexer through which columns share a converter, with the decoder that selects a column."""

from __future__ import annotations

from nnsreport.engine.cost.components.multiplexer import multiplexer
from nnsreport.engine.cost.components.row_decoder import row_decoder
from nnsreport.engine.cost.components.whole_numbers import binary_stages
from nnsreport.engine.cost.corrections import whole_quotient
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, select
from nnsreport.engine.cost.sub_array.calibration import calibration
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMultiplexer:
    """Pass gates under the array and their decoder beside them; all is 0 where no columns share a converter.

    Attributes
    ----------
    height_m : float or Array
        Of the pass gates, at least that of the decoder.
    decoder_height_m, decoder_width_m : float or Array
        Of the decoder.
    area_m2 : float or Array
        Of both.
    latency_s : float or Array
        To select a column and to pass its signal.
    energy_j : float or Array
        To select each column once, without groups of rows.
    leakage_w : float or Array
        Of the decoder.
    """

    height_m: Quantity
    decoder_height_m: Quantity
    decoder_width_m: Quantity
    area_m2: Quantity
    latency_s: Quantity
    energy_j: Quantity
    leakage_w: Quantity


def converters_of(parameters: Parameters) -> Quantity:
    """Return how many converters a sub-array has; see :func:`nnsreport.engine.cost.corrections.whole_quotient`.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.

    Returns
    -------
    float or Array
        Whole numbers.
    """
    return whole_quotient(parameters.columns, parameters.columns_per_converter, parameters.corrections)


def column_multiplexer(
    parameters: Parameters, technology: Technology, width_m: Quantity, column_ohm: Quantity
) -> ColumnMultiplexer:
    """Return the multiplexer of a sub-array.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.
    width_m : float or Array
        Width of the array in metres.
    column_ohm : float or Array
        Resistance of a column, which sizes the pass gates.

    Returns
    -------
    ColumnMultiplexer
        With its decoder.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    shared, outputs = parameters.columns_per_converter, converters_of(parameters)
    decoder = row_decoder(
        binary_stages(shared),
        parameters.mux_sizing,
        technology,
        selects_columns=True,
        control_activity=calibration(parameters).control_activity,
    )
    switches = multiplexer(outputs, shared, column_ohm, width_m, technology).at_least_as_high_as(
        decoder.outline.height_m
    )
    pass_gate = switches.switch
    selecting = decoder.select_delay(pass_gate.nmos_gate_f * outputs, pass_gate.pmos_gate_f * outputs)

    def present(quantity: Quantity) -> Quantity:
        return select(shared > 1, quantity, 0.0)

    return ColumnMultiplexer(
        height_m=present(switches.outline.height_m),
        decoder_height_m=present(decoder.outline.height_m),
        decoder_width_m=present(decoder.outline.width_m),
        area_m2=present(switches.outline.area_m2 + decoder.outline.area_m2),
        latency_s=present(switches.latency_s(0.0) + selecting.latency_s),
        energy_j=present(switches.energy_j(parameters.read_voltage_v, shared) + decoder.read_energy_j(shared)),
        leakage_w=present(switches.leakage_w + decoder.leakage_w),
    )
