"""aihwkit's tiles, set up as this engine's layers are, for the comparison beside it.

Needs aihwkit (1.1.0 was tried) and PyTorch. Its tile in PyTorch is used, which every release can run; a tile holds a
whole matrix, whose largest weight conducts most, and its converters are symmetric.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from peer_networks import Infer, Material, NetworkRow, Outputs, run_trials

from nnsreport.engine.backend import Array
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar import CrossbarNetwork, CrossbarSettings
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.network import Graph, LinearLayer, execute

NOISE_MODELS: dict[str, tuple[str, dict[str, int]]] = {
    "PCM (aihwkit's model, Nandakumar 2019)": ("pcm.PCMLikeNoiseModel", {}),
    "PCM (HERMES, two devices)": ("hermes.HermesNoiseModel", {"num_devices": 2}),
    "PCM (HERMES, one device)": ("hermes.HermesNoiseModel", {"num_devices": 1}),
    "RRAM (Wan 2022)": ("reram.ReRamWan2022NoiseModel", {}),
}
"""aihwkit's models of devices and their arguments, by the name of this project's preset."""

_COMPENSATIONS = {"none": None, "global": "GlobalDriftCompensation", "per-column": "PerColumnDriftCompensation"}


def version() -> str:
    """Return which aihwkit is installed, and which PyTorch."""
    import aihwkit
    import torch

    return f"{aihwkit.__version__}, PyTorch {torch.__version__}"


class AihwkitLayer:
    """One layer on aihwkit's tiles: one for each group.

    Parameters
    ----------
    layer : CrossbarLayer
        Quantised, mapped and calibrated.
    settings : CrossbarSettings
        What it was built with.
    time_s : float
        Since the end of programming.
    method : str
        Compensation of drift.
    mended : bool
        Whether devices age as they were programmed. aihwkit keeps the difference of a pair only, and ages the one
        device that would conduct it, scaled so that the largest difference of the tile conducts most.
    """

    def __init__(
        self,
        layer: CrossbarLayer,
        settings: CrossbarSettings,
        time_s: float = 0.0,
        method: str = "none",
        mended: bool = True,
    ) -> None:
        import torch
        from aihwkit.simulator.tiles.inference_torch import TorchInferenceTile

        configuration = tile_configuration(layer, settings, method)
        # aihwkit programs any weight; these are the engine's integers, the largest of which is 1.
        weights = layer.weight.levels / (2 ** (settings.weights.bits - 1) - 1)
        self._factor = (weights.max() and 1.0) * layer.weight_scale * (2 ** (settings.weights.bits - 1) - 1)
        self._input_limit = layer.quantizer.top * layer.quantizer.scale
        self._tiles = []
        for group in weights:
            tile = TorchInferenceTile(layer.linear.outputs, layer.linear.inputs, configuration)
            tile.set_weights(torch.from_numpy(group.astype(np.float32)))
            tile.eval()
            if configuration.noise_model is not None and mended:
                _age_pairs(tile, time_s)
            elif configuration.noise_model is not None:
                tile.program_weights()
                tile.drift_weights(time_s)
            self._tiles.append(tile)

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
        import torch

        vectors = np.ascontiguousarray(linear.unfold(x), np.float32) / np.float32(self._input_limit)
        with torch.no_grad():
            pairs = zip(self._tiles, vectors, strict=True)
            products = np.stack([tile(torch.from_numpy(group)).numpy() for tile, group in pairs])
        return (self._factor * self._input_limit * products).astype(np.float32)


def _age_pairs(tile: Any, time_s: float) -> None:
    """Do what a tile's ``program_weights`` and ``drift_weights`` do, with each device's own conductance."""
    import torch

    model, compensation = tile.rpu_config.noise_model, tile.rpu_config.drift_compensation
    with torch.no_grad():
        targets, scales = model.g_converter.convert_to_conductances(torch.as_tensor(tile.tile.get_weights()))
        programmed = [model.apply_programming_noise_to_conductance(target) for target in targets]
        exponents = [model.generate_drift_coefficients(target) for target in targets]
        tile.tile.set_weights(model.g_converter.convert_back_to_weights(programmed, scales))
        if compensation is not None:
            tile.drift_baseline = compensation.init_baseline(tile)
        aged = [
            model.apply_drift_noise_to_conductance(conductance, exponent, time_s)
            for conductance, exponent in zip(programmed, exponents, strict=True)
        ]
        tile.tile.set_weights(model.g_converter.convert_back_to_weights(aged, scales))
        if compensation is not None:
            readout = tile._forward_drift_readout_tensor()
            tile.alpha = compensation.apply(readout, tile.drift_baseline)


class AihwkitNetwork:
    """A network whose products aihwkit computes; everything digital is this engine's executor.

    Parameters
    ----------
    graph : Graph
        The network.
    layers : sequence of CrossbarLayer
        As the engine built them.
    options
        What :class:`AihwkitLayer` takes beside a layer.
    """

    def __init__(self, graph: Graph, layers: tuple[CrossbarLayer, ...], **options: Any) -> None:
        self._graph = graph
        self._layers = [AihwkitLayer(layer, **options) for layer in layers]

    def infer(self, images: Array) -> Array:
        """Return the network's outputs."""
        return execute(self._graph, images, lambda linear, x: self._layers[linear.index].multiply(linear, x))


def program_aihwkit(row: NetworkRow, _: Material, network: CrossbarNetwork, trial: int) -> Infer:
    """Program one trial on aihwkit."""
    import torch

    torch.manual_seed(trial)
    options = {"settings": row.settings, "time_s": row.time_s, "method": row.method, "mended": row.mended}
    peer = AihwkitNetwork(network.graph, network.layers, **options)
    return lambda batch, _: peer.infer(batch)


def run_aihwkit(row: NetworkRow, material: Material) -> Outputs:
    """Run one row of a table on aihwkit."""
    return run_trials(row, material, program_aihwkit)


def tile_configuration(layer: CrossbarLayer, settings: CrossbarSettings, method: str) -> Any:
    """Return aihwkit's configuration of one layer's tiles.

    Parameters
    ----------
    layer, settings, method
        As :class:`AihwkitLayer` takes them.

    Returns
    -------
    TorchInferenceRPUConfig
        Without what aihwkit adds by itself: noise of inputs and outputs, scaling of inputs and retries.

    Raises
    ------
    ValueError
        aihwkit has nothing that these settings could mean.
    """
    from aihwkit.simulator.configs import TorchInferenceRPUConfig
    from aihwkit.simulator.parameters.enums import BoundManagementType, NoiseManagementType

    mapping = settings.mapping
    if (mapping.signs, mapping.cell_bits, mapping.dac_bits, mapping.subtraction) != ("differential", 0, 0, "analog"):
        raise ValueError("aihwkit has analog pairs and inputs only")
    if layer.row_blocks > 1 or settings.weights.granularity != "tensor" or not settings.wires.ideal:
        raise ValueError("a tile holds a whole matrix, with one scale and without wires")
    found = TorchInferenceRPUConfig()
    found.mapping.max_input_size = found.mapping.max_output_size = 0
    found.mapping.weight_scaling_omega, found.mapping.digital_bias = 0.0, True
    forward = found.forward
    forward.noise_management, forward.bound_management = NoiseManagementType.NONE, BoundManagementType.NONE
    forward.inp_noise = forward.out_noise = forward.w_noise = 0.0
    forward.inp_bound, forward.inp_res = 1.0, 0.5 / layer.quantizer.top
    if isinstance(layer.converter, UniformConverter):
        # In units of the highest conductance and the largest input.
        units = layer.mapping.cell.maximum * layer.quantizer.top
        forward.out_bound = layer.converter.steps[0] * layer.converter.high / units
        forward.out_res = 0.5 / layer.converter.high
    else:
        forward.out_bound = forward.out_res = -1.0
    found.noise_model, found.drift_compensation = _noise_model(settings), _compensation(method)
    return found


def _noise_model(settings: CrossbarSettings) -> Any:
    device = settings.device
    if device.name == "ideal":
        return None
    if device.name not in NOISE_MODELS:
        raise ValueError(f"the device {device.name!r} is not compared with aihwkit")
    path, arguments = NOISE_MODELS[device.name]
    module, name = path.split(".")
    model = getattr(importlib.import_module(f"aihwkit.inference.noise.{module}"), name)
    return model(g_max=1e6 * device.conductance_max_s, **arguments)


def _compensation(method: str) -> Any:
    import aihwkit.inference.compensation.drift as compensations

    name = _COMPENSATIONS[method]
    return None if name is None else getattr(compensations, name)()
