"""Which place in the data set each vector of a batch has, so that noise can be drawn for it."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.network.linear import LinearLayer

_STEPS_FIRST = ("LSTM", "GRU", "RNN")
CALIBRATION = 1 << 32
"""First occasion of images that are not those of the data set, but of calibration."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Which images a layer is evaluated for.

    Attributes
    ----------
    images : int
        In the batch.
    first_image : int
        Number of the first of them in the data set.
    occasion : int
        How often the layer has been evaluated for them before, as recurrent ones are.
    """

    images: int
    first_image: int = 0
    occasion: int = 0


def vectors_of(linear: LinearLayer, x: Array, batch: Batch) -> Vectors:
    """Return the place of each vector that a layer multiplies.

    Parameters
    ----------
    linear : LinearLayer
        The layer.
    x : Array
        Its input.
    batch : Batch
        The images.

    Returns
    -------
    Vectors
        ``image * vectors of an image + position``, for M vectors. What is computed once for all images counts from 0.
    """
    xp = namespace_of(x)
    shape = tuple(x.shape)
    vectors = linear.rows(shape)
    if not batch.images or vectors % batch.images:
        return Vectors(xp.arange(vectors, dtype=xp.int64), batch.occasion)
    positions = vectors // batch.images
    images = xp.arange(batch.first_image, batch.first_image + batch.images, dtype=xp.int64)
    before = _positions_before_images(linear, shape, batch.images)
    place = xp.arange(positions, dtype=xp.int64).reshape(before, 1, -1)
    return Vectors((images.reshape(1, -1, 1) * positions + place).reshape(-1), batch.occasion)


def _positions_before_images(linear: LinearLayer, shape: tuple[int, ...], images: int) -> int:
    """Return how many positions each have all images side by side: 1 where an image's vectors follow each other.

    Images come first, but for recurrent layers, whose steps do, and where another axis has their number.
    """
    if linear.window is not None or (shape[0] == images and linear.operator not in _STEPS_FIRST):
        return 1
    rows = shape[:-1]
    axis = next((axis for axis, length in enumerate(rows) if length == images and axis), 0)
    before = 1
    for length in rows[:axis]:
        before *= length
    return before if linear.rows(shape) % (before * images) == 0 else 1
