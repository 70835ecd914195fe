"""Layers that a crossbar can hold: convolutions and products with a constant matrix."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from nnsreport.engine.backend import Array
from nnsreport.engine.network.contraction import Contraction
from nnsreport.engine.network.geometry import Padding, Window, columns
from nnsreport.engine.network.taps import Taps, taps_of_vectors, taps_of_windows
from nnsreport.errors import DataError


@dataclass(frozen=True, slots=True)
class LinearLayer:
    """A matrix product ``unfold(x) @ weight + bias`` within a network.

    Attributes
    ----------
    index : int
        Position among the network's linear layers, in order of execution; the key of the layer's random numbers.
    name : str
        Unique in its graph: the name of the node, or for recurrent nodes, which have several matrices, of node and
        matrix, such as ``lstm/forward/R``.
    operator : str
        ``Conv``, ``ConvTranspose``, ``Gemm``, ``MatMul``, ``Einsum``, ``LSTM``, ``GRU`` or ``RNN``.
    weight : Array of float32, (groups, K, N)
        What the crossbar stores. For a convolution, K runs over (channel of the group, kernel row, kernel column):
        the row of channel ``c``, tap ``(i, j)`` of a kernel ``h x w`` is ``(c * h + i) * w + j``.
    bias : Array of float32, (groups * N,), or None
        Added digitally.
    window : Window or None
        How a convolution slides; None for others.
    contraction : Contraction or None
        Which axes are multiplied, where it is not simply the last axis of the input, as for ``x @ weight``.
    """

    index: int
    name: str
    operator: str
    weight: Array
    bias: Array | None
    window: Window | None = None
    contraction: Contraction | None = None

    @property
    def groups(self) -> int:
        """Number of independent matrices."""
        return int(self.weight.shape[0])

    @property
    def inputs(self) -> int:
        """Rows K of one group's matrix."""
        return int(self.weight.shape[1])

    @property
    def outputs(self) -> int:
        """Columns N of one group's matrix."""
        return int(self.weight.shape[2])

    def unfold(self, x: Array) -> Array:
        """Return the vectors that are multiplied with the weights.

        Parameters
        ----------
        x : Array, (images, channels, *spatial) or (..., K)
            The node's input, of any element type.

        Returns
        -------
        Array, (groups, M, K)
            M runs over (image, output row, output column), or over the axes that are not multiplied. For a convolution
            M is the contiguous axis in memory; the array may share memory with ``x``.

        Raises
        ------
        DataError
            The input does not have the layer's number of channels, or is smaller than the kernel.
        """
        shape = tuple(x.shape)
        self._output_shape(shape)
        if self.contraction is not None:
            return self.contraction.unfold(x)
        if self.window is None:
            return x.reshape(1, -1, self.inputs)
        return columns(x, self.window, self.groups).swapaxes(1, 2)

    def taps(
        self, x: Array, change: Callable[[Array], Array], change_padded: Callable[[Array, Padding], Array]
    ) -> Taps:
        """Return where the vectors lie that are multiplied with the weights.

        Parameters
        ----------
        x : numpy.ndarray, (images, channels, *spatial) or (..., K)
            The node's input, of any element type.
        change : callable
            What is done with each element before, such as quantisation.
        change_padded : callable
            The same for (images, channels, *spatial), with zeros around it: returns (channels, images, *spatial),
            contiguous.

        Returns
        -------
        Taps
            Of what :meth:`unfold` gives for the changed input.

        Raises
        ------
        DataError
            As :meth:`unfold`.
        """
        shape = tuple(x.shape)
        self._output_shape(shape)
        if self.window is None:
            return taps_of_vectors(self.unfold(change(x)).swapaxes(1, 2))
        padded = change_padded(x, self.window.padding(shape[2:]))
        return taps_of_windows(padded, self.window, self.window.positions(shape[2:]), self.groups)

    def unfold_parts(self, x: Array, most_bytes: int) -> Iterator[tuple[slice, Array]]:
        """Yield the vectors of a few images at a time, so that they are still in a cache when they are multiplied.

        Parameters
        ----------
        x : Array, (images, channels, *spatial) or (..., K)
            The node's input, of any element type.
        most_bytes : int
            Size of a part, of one image at least; other products, which repeat nothing, are not divided.

        Yields
        ------
        part : slice
            Of M.
        vectors : Array, (groups, K, m)
            What :meth:`unfold` gives, one vector a column.
        """
        if self.window is None:
            vectors = self.unfold(x).swapaxes(1, 2)
            yield slice(0, vectors.shape[2]), vectors
            return
        images = x.shape[0]
        per_image = self.rows(tuple(x.shape)) // max(images, 1)
        bytes_per_image = x.dtype.itemsize * self.groups * self.inputs * per_image
        step = max(1, most_bytes // max(bytes_per_image, 1))
        for first in range(0, images, step):
            vectors = self.unfold(x[first : first + step]).swapaxes(1, 2)
            yield slice(first * per_image, first * per_image + vectors.shape[2]), vectors

    def fold(self, product: Array, x_shape: tuple[int, ...]) -> Array:
        """Return the node's output tensor from its matrix product.

        Parameters
        ----------
        product : Array, (groups, M, N)
            One row for each row of :meth:`unfold`.
        x_shape : tuple of int
            Shape of the node's input.

        Returns
        -------
        Array, (images, groups * N, *spatial) or (..., N)
            For a convolution the channel axis is outermost in memory, so that the next layer unfolds without
            transposing; it shares memory with a product whose M axis is contiguous.
        """
        if self.contraction is not None:
            return self.contraction.fold(product, x_shape)
        if self.window is None:
            return product.reshape(*x_shape[:-1], self.outputs)
        channels, positions = self.groups * self.outputs, self.window.positions(x_shape[2:])
        return product.swapaxes(1, 2).reshape(channels, x_shape[0], *positions).swapaxes(0, 1)

    def rows(self, x_shape: tuple[int, ...]) -> int:
        """Return M, the number of vectors multiplied with each group's matrix.

        Parameters
        ----------
        x_shape : tuple of int
            Shape of the node's input.

        Returns
        -------
        int
            Over all images of the batch.
        """
        shape = self._output_shape(x_shape)
        return math.prod(shape) // (self.groups * self.outputs)

    def macs(self, x_shape: tuple[int, ...]) -> int:
        """Return the number of multiply-accumulate operations.

        Parameters
        ----------
        x_shape : tuple of int
            Shape of the node's input.

        Returns
        -------
        int
            ``groups * M * K * N``, over all images of the batch; taps in the padding count.
        """
        return self.rows(x_shape) * self.groups * self.inputs * self.outputs

    def scaled(self, scale: Array, shift: Array) -> LinearLayer:
        """Return the layer followed by an affine map of each output channel, as one layer.

        Parameters
        ----------
        scale, shift : Array, (groups * N,)
            The output becomes ``scale * output + shift``.

        Returns
        -------
        LinearLayer
            With new weight and bias, computed in float64 and rounded once.
        """
        weight = self.weight.astype("float64") * scale.astype("float64").reshape(self.groups, 1, self.outputs)
        bias = shift.astype("float64")
        if self.bias is not None:
            bias = bias + self.bias.astype("float64") * scale
        return dataclasses.replace(self, weight=weight.astype("float32"), bias=bias.astype("float32"))

    def placed_on(self, xp: ModuleType) -> LinearLayer:
        """Return the layer with its weight and bias in a backend's memory.

        Parameters
        ----------
        xp : module
            Array namespace of the backend.

        Returns
        -------
        LinearLayer
            Otherwise equal.
        """
        bias = None if self.bias is None else xp.asarray(self.bias)
        return dataclasses.replace(self, weight=xp.asarray(self.weight), bias=bias)

    def _output_shape(self, x_shape: tuple[int, ...]) -> tuple[int, ...]:
        found = _output_shape(self.weight.shape, self.window, self.contraction, x_shape)
        if isinstance(found, str):
            raise DataError(
                f"layer {self.name!r} ({self.operator}) expects an input of shape {found}, found {x_shape}",
                remedy="give images of the size and channel order that the network was trained on",
            )
        return found


@functools.lru_cache(maxsize=1024)  # layers are evaluated again and again
def _output_shape(
    matrices: tuple[int, int, int], window: Window | None, contraction: Contraction | None, x_shape: tuple[int, ...]
) -> tuple[int, ...] | str:
    """Return the shape of a layer's output; in words what its input should have, where it does not fit."""
    groups, inputs, outputs = matrices
    if contraction is not None:
        return contraction.output_shape(x_shape) if contraction.accepts(x_shape) else contraction.describe()
    if window is None:
        return (*x_shape[:-1], outputs) if x_shape[-1:] == (inputs,) else f"(..., {inputs})"
    channels = groups * inputs // math.prod(window.kernel)
    if len(x_shape) != 2 + window.rank or x_shape[1] != channels:
        return f"(images, {channels}, {', '.join('*' * window.rank)})"
    positions = window.positions(x_shape[2:])
    if min(positions) <= 0:
        return f"spatial axes of at least {window.extent} with the padding"
    return (x_shape[0], groups * outputs, *positions)
