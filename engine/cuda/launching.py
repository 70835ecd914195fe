"""The kernel on a device: compiled when it is first needed, launched once for each layer and batch."""

from __future__ import annotations

import functools
import logging
from typing import Any

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.fused import Rescaling
from nnsreport.engine.crossbar.inputs import InputCoding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.cuda.packing import MOST_TRIALS, PackedCells, pack
from nnsreport.engine.cuda.shapes import KernelShape
from nnsreport.engine.cuda.variants import kernel_shape
from nnsreport.loops import are_wanted

_LEAST_CAPABILITY = 70
_MOST_BYTES = 2
_LARGEST_CODE = 2**22
_POINTER = np.uint64

STREAM = np.dtype([("key", np.uint32, 2), ("upper", np.uint32, 2), ("variance_scale", np.float32)])
"""What a trial's noise is drawn from: ``Stream`` of job.cuh."""
JOB = np.dtype(
    [
        ("vectors", _POINTER),
        *((name, np.int32) for name in ("bytes", "is_signed", "has_sign_apart")),
        *((name, _POINTER) for name in ("cells", "reciprocals", "values", "gains", "scales", "cycles", "blocks")),
        *((name, _POINTER) for name in ("product", "clipped")),
        *((name, np.int64) for name in ("groups_of_trial", "groups_of_vectors", "columns", "rows", "count")),
        *((name, np.int64) for name in ("places", "padded_lines")),
        *((name, np.int32) for name in ("slices", "columns_of_block", "passes", "cycle_count", "block_count")),
        *((name, np.float32) for name in ("low", "high", "reference")),
        ("numbers", _POINTER),
        ("streams", STREAM, MOST_TRIALS),
    ],
    align=True,
)
"""What a launch works on: ``Job`` of job.cuh."""


def packed_on_device(
    cells: Array,
    noise: ReadNoise | None,
    blocks: tuple[slice, ...],
    slices: Slices,
    cycles: InputCoding,
    converter: UniformConverter,
) -> PackedCells | None:
    """Return conductances as the kernel takes them, where there is a device that runs it.

    Parameters
    ----------
    cells : Array of float32, (groups, lines, K)
        In level units, slice by slice.
    noise : ReadNoise or None
        What every read adds.
    blocks : tuple of slice
        Rows K read together.
    slices : Slices
        How weights are cut.
    cycles : InputCoding
        How activations are applied.
    converter : UniformConverter
        What sums go to: one step for each slice.

    Returns
    -------
    PackedCells or None
        None in a processor's memory, on a device without tensor cores, where the kernel does not compile or is not
        exact enough, where wires take from the noise, and where ``NNSREPORT_LOOPS`` is off.
    """
    if noise is not None and noise.losses is not None:
        return None
    capability, device = _device(cells) if are_wanted() else (0, 0)
    if capability < _LEAST_CAPABILITY:
        return None
    shape = kernel_shape(cells, blocks, cycles, converter, is_noisy=noise is not None, capability=capability)
    if shape is None or compiled(shape, device) is None:
        return None
    return pack(cells, None if noise is None else noise.variances, blocks, slices, cycles, converter, shape)


def is_launchable(vectors: Array, converter: UniformConverter) -> bool:
    """Return whether the kernel reads such activations and rounds to such codes.

    Parameters
    ----------
    vectors : Array of integers
        Quantised activations.
    converter : UniformConverter
        What their sums go to.

    Returns
    -------
    bool
        False beyond two bytes, and beyond codes of 22 bits, which it would not round exactly.
    """
    return vectors.itemsize <= _MOST_BYTES and max(-converter.low, converter.high) <= _LARGEST_CODE


def launched_product(
    vectors: Array,
    packed: PackedCells,
    converter: UniformConverter,
    clipped: Array,
    sources: tuple[NoiseSource, ...] = (),
    at: Vectors | None = None,
    rescaling: Rescaling | None = None,
) -> Array:
    """Return the products of all trials: codes added up over blocks, cycles and slices.

    Parameters
    ----------
    vectors : Array of integers, (groups, K, m) or (trials * groups, K, m)
        Quantised activations, which all trials see, or each its own; :func:`is_launchable`.
    packed : PackedCells
        From :func:`packed_on_device`, or several trials of it (:func:`nnsreport.engine.cuda.packing.stacked`).
    converter : UniformConverter
        That cells were packed for.
    clipped : Array of int64, (trials,), or () for one
        Conversions outside the ADC's range are added here, on the device, so that nobody waits for the kernel.
    sources : tuple of NoiseSource
        Where the noise of each trial comes from; none where cells were packed without noise.
    at : Vectors, optional
        Which vectors these are; needed where there is noise.
    rescaling : Rescaling, optional
        What follows the sum over slices, (trials * groups, columns), on the device.

    Returns
    -------
    Array of float32, (trials * groups, columns, m)
        In units of integer weight times integer activation, or rescaled.
    """
    xp = namespace_of(vectors)
    groups, layout = packed.trials * packed.counts[0], packed.layout
    product: Array = xp.empty((groups, layout.columns, vectors.shape[2]), dtype=np.float32)
    if not product.size:
        return product
    # Named, so that they live until the kernel is in the stream.
    arrays = {
        "vectors": xp.ascontiguousarray(vectors),
        "cells": packed.cells,
        "reciprocals": packed.reciprocals,
        "values": packed.values,
        "cycles": packed.cycles,
        "blocks": packed.blocks,
        "product": product,
        "clipped": clipped,
    }
    job = _job(packed, converter, vectors)
    if rescaling is not None:
        arrays["gains"], arrays["scales"] = map(xp.ascontiguousarray, (rescaling.gains, rescaling.scales))
        job["reference"] = rescaling.reference
    if sources:
        assert at is not None, "noise needs to know which vectors it falls on"
        arrays["numbers"] = xp.ascontiguousarray(at.numbers, dtype=np.int64)
        streams = [source.stream(at.occasion) for source in sources]
        table = [(one.key, one.high, scale) for one, scale in zip(streams, packed.variance_scales, strict=True)]
        job["streams"][0, : packed.trials] = np.array(table, STREAM)
    for name, array in arrays.items():
        job[name] = _address(array)
    shape = packed.shape
    launch(shape, (-(-vectors.shape[2] // shape.vectors), layout.blocks, groups), job, xp)
    return product


def launch(shape: KernelShape, grid: tuple[int, int, int], job: Array, xp: Any) -> None:
    """Run the kernel on the current device and stream.

    Parameters
    ----------
    shape : KernelShape
        Which variant.
    grid : tuple of int
        Thread blocks along vectors, lines and groups.
    job : numpy.ndarray of JOB, (1,)
        Passed by value.
    xp : module
        CuPy.
    """
    kernel = compiled(shape, xp.cuda.runtime.getDevice())
    assert kernel is not None, "cells are packed only for kernels that compile"
    kernel(grid, (shape.threads,), (job,), shared_mem=shape.shared_bytes)


@functools.cache
def compiled(shape: KernelShape, device: int) -> Any:
    """Return a variant of the kernel, compiled for a device.

    Parameters
    ----------
    shape : KernelShape
        Which variant.
    device : int
        The current device.

    Returns
    -------
    cupy.RawKernel or None
        None where it cannot be compiled or does not fit; a line of the log says why.
    """
    import cupy

    try:
        kernel = cupy.RawKernel(shape.source(JOB.itemsize), "convert_layer", options=("-std=c++17",))
        kernel.compile()
        kernel.max_dynamic_shared_size_bytes = shape.shared_bytes
    except Exception as error:  # whatever the compiler or the driver lacks, the way without the kernel is right
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        logging.getLogger(__name__).warning(
            "crossbars on device %d are computed without the fused kernel, which is slower: %s", device, reason
        )
        return None
    return kernel


def _device(array: Array) -> tuple[int, int]:
    """Return compute capability and number of the current device, such as 90 and 0; 0 and 0 for arrays not of CuPy."""
    xp = namespace_of(array)
    if xp.__name__ != "cupy":
        return 0, 0
    device = xp.cuda.Device()
    return int(device.compute_capability), int(device.id)


def _job(packed: PackedCells, converter: UniformConverter, vectors: Array) -> Array:
    layout = packed.layout
    job = np.zeros(1, JOB)
    job["bytes"], job["is_signed"] = vectors.itemsize, vectors.dtype.kind == "i"
    job["has_sign_apart"] = packed.has_sign_apart
    job["groups_of_trial"], job["rows"], job["cycle_count"], job["block_count"] = packed.counts
    job["groups_of_vectors"], job["count"] = vectors.shape[0], vectors.shape[2]
    job["columns"], job["slices"] = layout.columns, layout.slices
    job["columns_of_block"], job["passes"] = layout.columns_of_block, layout.passes
    job["padded_lines"], job["places"] = packed.cells.shape[2:]
    job["low"], job["high"] = converter.low, converter.high
    return job


def _address(array: Array) -> int:
    interface = getattr(array, "__cuda_array_interface__", None) or array.__array_interface__
    return int(interface["data"][0])
