"""From stored pixels to the network's input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnsreport.data.images import Pixels
from nnsreport.data.settings import DataSettings
from nnsreport.errors import ConfigurationError, NetworkError

METADATA_PREFIX = "nnsreport."


@dataclass(frozen=True, slots=True)
class Normalization:
    """``(pixels / pixel_scale - mean) / std``, in float32, channel by channel.

    Attributes
    ----------
    pixel_scale : float
        Divides the pixels.
    mean, std : tuple of float
        One number, or one a channel.
    """

    pixel_scale: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    @property
    def changes_nothing(self) -> bool:
        """Whether pixels go to the network as they are stored."""
        return self.pixel_scale == 1 and set(self.mean) == {0.0} and set(self.std) == {1.0}

    def apply(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return the network's input.

        Parameters
        ----------
        pixels : numpy.ndarray
            (N, C, H, W) as stored.

        Returns
        -------
        numpy.ndarray
            (N, C, H, W) float32.
        """
        channels = (1, -1, 1, 1)
        mean = np.asarray(self.mean, np.float32).reshape(channels)
        std = np.asarray(self.std, np.float32).reshape(channels)
        return ((pixels.astype(np.float32) / np.float32(self.pixel_scale)) - mean) / std


def normalization(settings: DataSettings, metadata: Mapping[str, str], network: Path, channels: int) -> Normalization:
    """Return the normalisation: of the configuration, else of the network's metadata, else none.

    Parameters
    ----------
    settings : DataSettings
        Its ``pixel_scale``, ``mean`` and ``std`` win where they are set.
    metadata : Mapping of str to str
        ``metadata_props`` of the ONNX file: ``nnsreport.pixel_scale``, ``nnsreport.mean`` and ``nnsreport.std``,
        numbers separated by commas.
    network : Path
        The ONNX file, for messages.
    channels : int
        Channels of the images.

    Returns
    -------
    Normalization
        Ready to apply to images of that many channels.

    Raises
    ------
    ConfigurationError, NetworkError
        A list has neither one number nor one a channel, or the metadata are not numbers.
    """
    stored = {name: _metadata_numbers(metadata, name, network) for name in ("pixel_scale", "mean", "std")}
    scale = (settings.pixel_scale,) if settings.pixel_scale is not None else stored["pixel_scale"] or (1.0,)
    found = Normalization(scale[0], settings.mean or stored["mean"] or (0.0,), settings.std or stored["std"] or (1.0,))
    for name, numbers in (("mean", found.mean), ("std", found.std)):
        if len(numbers) not in (1, channels):
            message = f"has {len(numbers)} numbers, expected one, or one for each of the {channels} channels"
            if getattr(settings, name):
                raise ConfigurationError(message, field=f"data.{name}")
            raise NetworkError(message, path=network, field=METADATA_PREFIX + name)
    return found


def _metadata_numbers(metadata: Mapping[str, str], name: str, network: Path) -> tuple[float, ...]:
    key = METADATA_PREFIX + name
    text = metadata.get(key, "")
    if not text:
        return ()
    remedy = f"correct the file's metadata, or set data.{name} in the configuration"
    try:
        numbers = tuple(float(part) for part in text.strip("[]() ").split(","))
    except ValueError:
        raise NetworkError(
            f"is {text!r}, expected numbers separated by commas", path=network, field=key, remedy=remedy
        ) from None
    if not np.isfinite(numbers).all() or (name != "mean" and min(numbers) <= 0):
        raise NetworkError(
            f"is {text!r}, expected {'finite' if name == 'mean' else 'positive'} numbers",
            path=network,
            field=key,
            remedy=remedy,
        )
    return numbers
