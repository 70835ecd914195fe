"""Which place in the data set each vector of a batch has, so that noise can be drawn for it."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.cuda.graph import FirstImage
from nnsreport.engine.network.linear import LinearLayer

CALIBRATION = 1 << 32
"""First occasion of images that are not those of the data set, but of calibration."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Which images a layer is evaluated for.

    Attributes
    ----------
    images : int
        In the batch.
    first_image : int or Array of int64, ()
        Number of the first of them in the data set; an array where it is to stay on a device.
    occasion : int
        How often the layer has been evaluated for them before, as recurrent ones are.
    """

    images: int
    first_image: FirstImage = 0
    occasion: int = 0


def vectors_of(linear: LinearLayer, x: Array, batch: Batch, image_shape: tuple[int, ...]) -> Vectors:
    """Return the place of each vector that a layer multiplies.

    Parameters
    ----------
    linear : LinearLayer
        The layer.
    x : Array
        Its input.
    batch : Batch
        The images.
    image_shape : tuple of int
        Shape of the layer's input for one image; its images lie along the axis that is as many times as long in ``x``.

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
    positions, axis = vectors // batch.images, _axis_of_images(shape, batch.images, image_shape)
    if linear.window is not None or (axis == 0 and linear.contraction is None):
        return Vectors(xp.arange(vectors, dtype=xp.int64) + batch.first_image * positions, batch.occasion)
    along = [1] * len(shape)
    along[axis] = shape[axis]
    image = xp.repeat(xp.arange(batch.images, dtype=xp.int64), shape[axis] // batch.images).reshape(along)
    image = linear.unfold(xp.broadcast_to(image, shape))[0, :, 0]
    order = xp.argsort(image * vectors + xp.arange(vectors, dtype=xp.int64))
    numbers = xp.empty(vectors, dtype=xp.int64)
    numbers[order] = xp.arange(vectors, dtype=xp.int64) + batch.first_image * positions
    return Vectors(numbers, batch.occasion)


def _axis_of_images(shape: tuple[int, ...], images: int, image_shape: tuple[int, ...]) -> int:
    """Return the axis along which images lie; the first where shapes do not tell."""
    if len(shape) != len(image_shape):
        return 0
    grown = [axis for axis, (many, one) in enumerate(zip(shape, image_shape, strict=True)) if many != one]
    return grown[0] if len(grown) == 1 and shape[grown[0]] == images * image_shape[grown[0]] else 0
