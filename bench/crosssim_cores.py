"""CrossSim's cores, set up as this engine's layers are, for the comparison beside it.

Needs CrossSim 3.2 (``simulator``, from github.com/sandialabs/cross-sim) on PYTHONPATH, and SciPy, which it imports.
CrossSim counts conductances in units of the highest one and inputs in units of the largest pulse; its weights, inputs
and errors are otherwise given the numbers of the engine's settings. What it has no counterpart for is refused.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from peer_networks import Infer, Material, NetworkRow, Outputs, run_trials

from nnsreport.engine.backend import Array
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar import CrossbarNetwork, CrossbarSettings
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.settings import DeviceSettings, SpreadSettings
from nnsreport.engine.network import Graph, LinearLayer, execute

Parameters = Any
"""CrossSim's own tree of parameters, which has no types."""

CUSTOM_DEVICES = {
    "PCM (Joshi 2020, Fig. 3b)": "PCMJoshi",
    "RRAM (Milo 2021)": "RRAMMilo",
    "SONOS (Agrawal 2022)": "SONOS",
}
"""Devices that both programs have, by the name of this project's preset."""

SONOS_READ_V = 0.1
_SECONDS_A_DAY = 86_400.0
_DEPENDENCES = {"constant": "Independent", "proportional": "Proportional", "inverse": "InverseProportional"}


def version() -> str:
    """Return which CrossSim is on the path."""
    import tomllib
    from pathlib import Path

    import simulator

    project = Path(simulator.__file__).parents[1] / "pyproject.toml"
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]) if project.exists() else "?"


class CrossSimLayer:
    """One layer on CrossSim's cores: one core for each group and block of word lines.

    ``AnalogCore`` would deal the rows of several arrays out evenly (144 rows as 72 and 72); with a core for each block
    the currents that meet are those of the engine.

    Parameters
    ----------
    layer : CrossbarLayer
        Quantised, mapped and calibrated.
    settings : CrossbarSettings
        What it was built with.
    time_s : float
        Since the end of programming.
    adc_range : str
        ``calibrated`` for the engine's ranges, or CrossSim's own ``max`` or ``granular``.
    wire_error : float
        Where CrossSim's solver of resistive wires stops, as a share of the input voltage.
    mended : bool
        Whether to undo the gain of :func:`offset_gain`.
    dtype : str
        Type of the numbers that CrossSim is given, and computes with but for the conductances of pairs. Its solver of
        wires goes on until voltages no longer move, which those of float32 may never do.
    """

    def __init__(
        self,
        layer: CrossbarLayer,
        settings: CrossbarSettings,
        time_s: float = 0.0,
        adc_range: str = "calibrated",
        wire_error: float = 1e-3,
        mended: bool = True,
        dtype: str = "float32",
    ) -> None:
        from simulator import AnalogCore

        parameters = core_parameters(layer, settings, time_s, adc_range, wire_error)
        self._blocks = layer.blocks
        self._factor = 1.0 / offset_gain(settings) if mended else 1.0
        self._dtype = dtype
        self._cores = [
            [AnalogCore(np.ascontiguousarray(matrix[block].T, dtype), parameters) for block in layer.blocks]
            for matrix in layer.linear.weight
        ]

    @property
    def ranges(self) -> list[float]:
        """Upper end of each slice's ADC range, of the first block."""
        core = self._cores[0][0].cores[0][0]
        converters = core.adcs if hasattr(core, "adcs") else [core.adc]
        return [float(converter.mvm.max) for converter in converters]

    def multiply(self, linear: LinearLayer, x: Array) -> Array:
        """Return the layer's product, (groups, M, N), of activations as the network computes them.

        Parameters
        ----------
        linear : LinearLayer
            Of this layer.
        x : Array
            The node's input.

        Returns
        -------
        Array of float32, (groups, M, N)
            Before the bias.
        """
        vectors = linear.unfold(x).astype(self._dtype)
        products = [
            sum(
                core.matmat(np.ascontiguousarray(group[:, block].T))
                for core, block in zip(cores, self._blocks, strict=True)
            )
            for cores, group in zip(self._cores, vectors, strict=True)
        ]
        return (self._factor * np.stack(products).swapaxes(1, 2)).astype(np.float32)


def offset_gain(settings: CrossbarSettings) -> float:
    """Return by what CrossSim 3.2's analog OFFSET core multiplies its products without meaning to.

    It maps weights to a range of conductances without the lowest level (``Wrange_xbar`` in ``offset_core.py``), but
    scales its output by the whole range (``Grange_norm`` in ``wrapper_core.py``).

    Parameters
    ----------
    settings : CrossbarSettings
        Signs, slices and bits.

    Returns
    -------
    float
        1 for all other cores.
    """
    levels = 2**settings.weights.bits
    is_analog_offset = settings.mapping.signs == "offset" and not settings.mapping.cell_bits
    return (levels - 2) / (levels - 1) if is_analog_offset else 1.0


class CrossSimNetwork:
    """A network whose products CrossSim computes; everything digital is this engine's executor.

    Parameters
    ----------
    graph : Graph
        The network.
    layers : sequence of CrossbarLayer
        As the engine built them.
    options
        What :class:`CrossSimLayer` takes beside a layer.
    """

    def __init__(self, graph: Graph, layers: tuple[CrossbarLayer, ...], **options: Any) -> None:
        self._graph = graph
        self._layers = [CrossSimLayer(layer, **options) for layer in layers]

    def infer(self, images: Array) -> Array:
        """Return the network's outputs."""
        return execute(self._graph, images, lambda linear, x: self._layers[linear.index].multiply(linear, x))


def program_crosssim(row: NetworkRow, _: Material, network: CrossbarNetwork, trial: int) -> Infer:
    """Program one trial on CrossSim."""
    np.random.seed(trial)  # CrossSim draws from NumPy's global generator
    options = {"settings": row.settings, "time_s": row.time_s, "mended": row.mended}
    peer = CrossSimNetwork(network.graph, network.layers, **options)
    return lambda batch, _: peer.infer(batch)


def run_crosssim(row: NetworkRow, material: Material) -> Outputs:
    """Run one row of a table on CrossSim."""
    return run_trials(row, material, program_crosssim)


def core_parameters(
    layer: CrossbarLayer, settings: CrossbarSettings, time_s: float, adc_range: str, wire_error: float
) -> Parameters:
    """Return CrossSim's parameters of one layer.

    Parameters
    ----------
    layer, settings, time_s, adc_range, wire_error
        As :class:`CrossSimLayer` takes them.

    Returns
    -------
    CrossSimParameters
        For every core of the layer.

    Raises
    ------
    ValueError
        CrossSim has nothing that these settings could mean.
    """
    from simulator import CrossSimParameters

    if settings.weights.granularity != "tensor" or settings.mapping.pairs != 1:
        raise ValueError("CrossSim has one scale for a matrix, and one pair for a weight")
    found = CrossSimParameters()
    _set_mapping(found, layer, settings)
    _set_inputs(found, layer, settings)
    _set_converter(found, layer, settings, adc_range)
    _set_device(found, settings.device, time_s)
    _set_wires(found, settings, wire_error)
    found.validate()
    return found


def _set_mapping(found: Parameters, layer: CrossbarLayer, settings: CrossbarSettings) -> None:
    from simulator.parameters.core_parameters import BalancedCoreStyle, BitSlicedCoreStyle, CoreStyle, OffsetCoreStyle

    mapping, core = settings.mapping, found.core
    balanced = mapping.signs in ("differential", "two-sided")
    if mapping.signs == "twos-complement" or (mapping.signs == "two-sided" and mapping.cell_bits):
        raise ValueError(f'CrossSim has no signs = "{mapping.signs}" with cell_bits = {mapping.cell_bits}')
    core.balanced.style = BalancedCoreStyle.TWO_SIDED if mapping.signs == "two-sided" else BalancedCoreStyle.ONE_SIDED
    core.balanced.subtract_current_in_xbar = mapping.subtraction == "analog"
    columns = mapping.reference == "column"
    core.offset.style = OffsetCoreStyle.UNIT_COLUMN_SUBTRACTION if columns else OffsetCoreStyle.DIGITAL_OFFSET
    core.weight_bits = settings.weights.bits
    if mapping.cell_bits:
        core.style = CoreStyle.BITSLICED
        core.bit_sliced.style = BitSlicedCoreStyle.BALANCED if balanced else BitSlicedCoreStyle.OFFSET
        core.bit_sliced.num_slices = layer.weight_slices // (2 if mapping.subtraction == "digital" else 1)
        found.xbar.device.cell_bits = mapping.cell_bits
    else:
        core.style = CoreStyle.BALANCED if balanced else CoreStyle.OFFSET
        # 2^bits levels would not meet those of a two-sided pair, as CrossSim itself warns.
        bits = {"differential": settings.weights.bits - 1, "two-sided": 0, "offset": settings.weights.bits}
        found.xbar.device.cell_bits = bits[mapping.signs]
    limit = float(np.abs(layer.linear.weight).max())
    weights = core.mapping.weights
    weights.percentile, weights.min, weights.max, weights.clipping = None, -limit, limit, True


def _set_inputs(found: Parameters, layer: CrossbarLayer, settings: CrossbarSettings) -> None:
    if settings.mapping.input_signs != "bipolar":
        raise ValueError(f'CrossSim has no input_signs = "{settings.mapping.input_signs}"')
    quantizer, dac = layer.quantizer, found.xbar.dac.mvm
    limit = quantizer.top * quantizer.scale
    found.core.mapping.inputs.mvm.max = limit
    found.core.mapping.inputs.mvm.min = -limit if quantizer.signed else 0.0
    dac.model = "SignMagnitudeDAC" if quantizer.signed else "QuantizerDAC"
    dac.bits, dac.signed = quantizer.bits, quantizer.signed
    dac.input_bitslicing = settings.mapping.dac_bits > 0
    dac.slice_size = settings.mapping.dac_bits or 1


def _set_converter(found: Parameters, layer: CrossbarLayer, settings: CrossbarSettings, adc_range: str) -> None:
    from simulator.parameters.xbar_parameters import ADCRangeLimits

    if not settings.adc.converts:
        return
    converter = layer.converter
    if not isinstance(converter, UniformConverter):
        raise TypeError("only the uniform ADC without errors is the same in both")
    found.xbar.adc.mvm.model = "SignMagnitudeADC" if converter.low < 0 else "QuantizerADC"
    adc = found.xbar.adc.mvm  # naming a model puts another object in its place
    adc.bits, adc.signed = settings.adc.bits, converter.low < 0
    adc.adc_per_ibit = settings.mapping.dac_bits > 0
    adc.adc_range_option = ADCRangeLimits[adc_range.upper()]
    if adc_range == "calibrated":
        ranges = ranges_in_crosssim(converter, layer, settings)
        adc.calibrated_range = ranges if settings.mapping.cell_bits else ranges[0]


def ranges_in_crosssim(
    converter: UniformConverter, layer: CrossbarLayer, settings: CrossbarSettings
) -> list[list[float]]:
    """Return the range of each slice's converter as CrossSim counts currents.

    Parameters
    ----------
    converter : UniformConverter
        The engine's.
    layer : CrossbarLayer
        Whose cells and inputs it counts.
    settings : CrossbarSettings
        Which digits of an input are applied at once.

    Returns
    -------
    list of [least, greatest]
        For each slice; the two sides of a pair that is subtracted digitally share one.

    Raises
    ------
    ValueError
        They do not.
    """
    digit = 2**settings.mapping.dac_bits - 1 if settings.mapping.dac_bits else layer.quantizer.top
    units = digit * layer.mapping.cell.maximum
    ranges = [[step * converter.low / units, step * converter.high / units] for step in converter.steps]
    if settings.mapping.subtraction == "digital":
        half = len(ranges) // 2
        if ranges[:half] != ranges[half:]:
            raise ValueError("CrossSim converts both sides of a pair with one range")
        ranges = ranges[:half]
    return ranges


def _set_device(found: Parameters, settings: DeviceSettings, time_s: float) -> None:
    device = found.xbar.device
    device.Rmin = 1.0 / settings.conductance_max_s
    device.infinite_on_off_ratio = bool(np.isinf(settings.on_off_ratio))
    device.Rmax = device.Rmin * (1e20 if device.infinite_on_off_ratio else settings.on_off_ratio)
    if settings.name in CUSTOM_DEVICES:
        _set_custom_device(device, settings, time_s)
        return
    if settings.variation.kind != "none" or settings.drift.kind != "none" or settings.read_noise.kind != "none":
        raise ValueError("CrossSim has neither variation, drift nor slow read noise of a device without a name")
    _set_error(device.programming_error, settings.programming, settings)
    _set_error(device.read_noise, settings.white_noise, settings)
    if settings.faults.any:
        if settings.programming.kind != "none":
            raise ValueError("CrossSim takes one model of programming: stuck devices, or errors")
        _set_faults(device, settings)


def _set_error(error: Parameters, spread: SpreadSettings, settings: DeviceSettings) -> None:
    if spread.kind == "none":
        return
    if spread.kind not in _DEPENDENCES:
        raise ValueError(f'CrossSim has no error of kind "{spread.kind}" but in devices of its own')
    shape = getattr(spread, "distribution", "normal")
    error.enable = True
    error.model = f"{shape.capitalize()}{_DEPENDENCES[spread.kind]}Device"
    # CrossSim's constant error is a share of G_max, the engine's of the range; its uniform error is a full width.
    span = 1.0 - 1.0 / settings.on_off_ratio if spread.kind == "constant" else 1.0
    error.magnitude = spread.std * span * (np.sqrt(12.0) if shape == "uniform" else 1.0)


def _set_custom_device(device: Parameters, settings: DeviceSettings, time_s: float) -> None:
    name = CUSTOM_DEVICES[settings.name]
    device.programming_error.enable, device.programming_error.model = True, name
    if name == "SONOS":
        device.Vread, device.time = SONOS_READ_V, time_s / _SECONDS_A_DAY
        device.drift_error.enable, device.drift_error.model = True, name
        if settings.white_noise.kind != "none":
            device.read_noise.enable, device.read_noise.model = True, name
    elif time_s:
        raise ValueError(f"CrossSim's {name} does not change with time")


def _set_faults(device: Parameters, settings: DeviceSettings) -> None:
    rates = settings.faults
    model = _stuck_device(rates.stuck_off_rate, rates.stuck_on_rate)
    device.programming_error.enable, device.programming_error.model = True, model.__name__


@functools.cache  # CrossSim finds models among the subclasses that are alive
def _stuck_device(off_rate: float, on_rate: float) -> type:
    """Return a device that is stuck for CrossSim, which has none, in the way its manual tells users to add one."""
    from simulator.devices.idevice import EmptyDevice

    class StuckDevice(EmptyDevice):
        def programming_error(self, input_: Array) -> Array:
            drawn = np.random.random_sample(input_.shape)
            programmed = np.where(drawn < off_rate, self.Gmin_norm, input_)
            return np.where(drawn >= 1.0 - on_rate, self.Gmax_norm, programmed)

    StuckDevice.__name__ = f"StuckDevice{off_rate:g}off{on_rate:g}on"
    return StuckDevice


def _set_wires(found: Parameters, settings: CrossbarSettings, wire_error: float) -> None:
    wires, parasitics = settings.wires, found.xbar.array.parasitics
    if wires.ideal:
        return
    if wires.pairs == "adjacent" or wires.driver_ohm or wires.rows or wires.columns:
        raise ValueError(
            "CrossSim has no adjacent pairs, no arrays of a size of their own, and drivers of one line only"
        )
    gated = wires.select == "gated"
    parasitics.enable, parasitics.current_from_input = True, not gated
    parasitics.Rp_row = wires.source_line_ohm if gated else wires.word_line_ohm
    parasitics.Rp_col, parasitics.Rp_col_terminal = wires.bit_line_ohm, wires.sense_ohm
    # BitslicedCore of 3.2 asks for a parameter that its class does not have.
    type(parasitics).disable_slices = [False] * settings.weights.bits
    found.core.balanced.interleaved_posneg = wires.pairs == "interleaved"
    found.simulation.Verr_th_mvm = wire_error
    found.simulation.Niters_max_parasitics = 10_000
    found.simulation.hide_convergence_msg = True
