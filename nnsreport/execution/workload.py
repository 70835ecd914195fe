"""A network and its images, checked against each other, ready to run on a backend."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from nnsreport.configuration.schema import Configuration
from nnsreport.data.images import ImageSet
from nnsreport.data.load import load_images
from nnsreport.data.normalization import Normalization, normalization
from nnsreport.engine.backend import Array, Backend, select_backend, to_numpy
from nnsreport.engine.devices.table_file import load_table
from nnsreport.engine.network import Graph, LayerShape, bytes_of_an_image, execute, layer_shapes, load_graph
from nnsreport.errors import ConfigurationError, DataError, NetworkError
from nnsreport.execution.workers import ordered_map, worker_count

_PROCESSOR_TENSOR_BYTES = 64 << 20
_DEVICE_TENSOR_BYTES = 4 << 30
"""What the tensors of a batch may take, on each core of a processor and on a device."""

Infer = Callable[[Array, int], Sequence[Array]]
"""From a batch of inputs, and the number of the first in the data set, to the outputs of each network."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What a run evaluates.

    Attributes
    ----------
    graph : Graph
        The network, in the backend's memory.
    shapes : tuple of LayerShape
        What one image costs each crossbar layer.
    test, calibration : ImageSet
        As stored.
    normalization : Normalization
        From stored pixels to inputs.
    input_shape : tuple of int
        Of one image, as the network takes it.
    backend : Backend
        Where to compute.
    batch_size : int
        Images at a time: as configured, or fewer where their tensors are large.
    image_bytes : int
        What the tensors of one image take.
    """

    graph: Graph
    shapes: tuple[LayerShape, ...]
    test: ImageSet
    calibration: ImageSet
    normalization: Normalization
    input_shape: tuple[int, ...]
    backend: Backend
    batch_size: int
    image_bytes: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the results should know of the images."""
        if self.normalization.changes_nothing and self.test.images.dtype == np.uint8:
            return (*self.calibration.notes, "pixels go to the network as they are stored, 0 to 255")
        return self.calibration.notes

    def batches(self, images: ImageSet) -> Iterator[Array]:
        """Give a set's images as the network takes them, batch by batch, in the backend's memory."""
        return (self.inputs(images, start, start + self.batch_size) for start in range(0, len(images), self.batch_size))

    def inputs(self, images: ImageSet, start: int, stop: int) -> Array:
        """Give some of a set's images as the network takes them, in the backend's memory."""
        pixels = images.images[start:stop]
        inputs: Array = self.backend.xp.asarray(self.normalization.apply(pixels).reshape(-1, *self.input_shape))
        return inputs

    def trials_that_fit(self, images: int) -> int:
        """Return how often the tensors of a batch of so many images fit into memory; it may be 0."""
        return _tensor_bytes(self.backend) // max(self.image_bytes * images, 1)

    def classify(self, infer: Infer, done: Callable[[int], None], images: range) -> NDArray[np.int64]:
        """Classify test images.

        Parameters
        ----------
        infer : Infer
            Runs networks, several batches at a time on a processor; it may raise to stop.
        done : Callable
            Told the number of images after each batch.
        images : range
            Which ones; from the first of a batch.

        Returns
        -------
        numpy.ndarray
            (networks, len(images)) class numbers.
        """

        def classify_batch(start: int) -> NDArray[np.int64]:
            inputs = self.inputs(self.test, start, min(start + self.batch_size, images.stop))
            scores = [outputs.reshape(len(inputs), -1).argmax(axis=1) for outputs in infer(inputs, start)]
            return to_numpy(self.backend.xp.stack(scores))

        found = []
        starts = range(images.start, images.stop, self.batch_size)
        with ordered_map(min(worker_count(self.backend, os.environ), len(starts))) as map_batches:
            for predicted in map_batches(classify_batch, starts):
                found.append(predicted)
                done(predicted.shape[1])
        return np.concatenate(found, axis=1)


def prepare(configuration: Configuration, local_task: int = 0) -> Workload:
    """Load the network and the images, and check that they fit.

    Parameters
    ----------
    configuration : Configuration
        Of the run.
    local_task : int
        Index of this process among those of the node that work on the run; each takes another GPU.

    Returns
    -------
    Workload
        Ready to run.

    Raises
    ------
    NnsreportError
        The device is not available, a file cannot be read, or images, labels and network do not fit.
    """
    path = configuration.network.file
    if path is None:
        raise ConfigurationError("names no network", field="network.file", remedy="set it to an ONNX file")
    _check_device(configuration)
    backend = select_backend(cast(Literal["auto", "cpu", "cuda"], configuration.run.device), local_task)
    graph = load_graph(path)
    test = load_images(configuration.data, "test")
    calibration = load_images(configuration.data, "calibration")
    if calibration.images.shape[1:] != test.images.shape[1:]:
        raise DataError(
            f"calibration images are {_shape(calibration)}, but test images are {_shape(test)}",
            field="data.calibration",
        )
    shapes, input_shape = _fit(graph, test, configuration)
    image_bytes = bytes_of_an_image(graph, input_shape)
    workload = Workload(
        graph=graph.placed_on(backend.xp),
        shapes=shapes,
        test=test,
        calibration=calibration,
        normalization=normalization(configuration.data, graph.metadata, path, test.images.shape[1]),
        input_shape=input_shape,
        backend=backend,
        batch_size=_images_at_a_time(image_bytes, configuration, backend),
        image_bytes=image_bytes,
    )
    _check_classes(workload, configuration)
    return workload


def _tensor_bytes(backend: Backend) -> int:
    return _PROCESSOR_TENSOR_BYTES if backend.name == "cpu" else _DEVICE_TENSOR_BYTES


def _images_at_a_time(image_bytes: int, configuration: Configuration, backend: Backend) -> int:
    """Return how many images to evaluate together, so that memory does not grow with their size.

    It depends on neither the number of cores nor on free memory: every machine evaluates the same batches.
    """
    most = configuration.run.batch_size
    if configuration.neurosim.arithmetic != "none":  # whose results depend on which images are evaluated together
        return most
    return max(1, min(most, _tensor_bytes(backend) // max(image_bytes, 1)))


def _check_device(configuration: Configuration) -> None:
    """Refuse a table of device states that does not fit, before anything is computed."""
    table = load_table(configuration.device)
    if table is not None and configuration.device.drift.kind == "measured":
        table.check_time(max(configuration.run.times_s, default=0.0))


def _fit(graph: Graph, test: ImageSet, configuration: Configuration) -> tuple[tuple[LayerShape, ...], tuple[int, ...]]:
    """Find the shape in which the network takes an image; one that takes vectors gets its pixels in a row."""
    image_shape: tuple[int, ...] = test.images.shape[1:]
    declared = graph.inputs[0].shape
    if declared is not None and len(declared) == 2:
        image_shape = (math.prod(image_shape),)
    try:
        return layer_shapes(graph, image_shape), image_shape
    except DataError as error:
        raise DataError(
            f"images are {_shape(test)}, which does not fit the network {configuration.network.file}: {error.message}",
            path=configuration.data.test,
            remedy="give images of the network's input size, or set data.layout",
        ) from error


def _check_classes(workload: Workload, configuration: Configuration) -> None:
    """Check that the network classifies, and knows every label."""
    outputs = execute(workload.graph, next(workload.batches(workload.test.head(1))))
    classes = outputs.size
    if outputs.shape[0] != 1 or classes < 2:
        raise NetworkError(
            f"gives an output of shape {tuple(outputs.shape)} for one image, expected one score for each class",
            path=configuration.network.file,
        )
    largest = int(workload.test.labels.max())
    if largest >= classes:
        image = int(workload.test.labels.argmax())
        raise DataError(
            f"the label of image {image} is {largest}, but the network has {classes} classes, 0 to {classes - 1}",
            path=configuration.data.test,
        )


def _shape(images: ImageSet) -> str:
    channels, height, width = images.images.shape[1:]
    return f"{channels} x {height} x {width} (channels x height x width)"
