"""What a configuration says about images."""

from __future__ import annotations

from pathlib import Path

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting

FORMATS = ("auto", "npz", "folder", "cifar10", "mnist")
LAYOUTS = ("auto", "nchw", "nhwc")


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Test and calibration images, and how pixels become the network's input."""

    test: Path | None = setting(
        None,
        "File or folder with the test images: an .npz with `images` and `labels`, a folder with one folder a class, "
        "or CIFAR-10 or MNIST as published; relative to the configuration file.",
    )
    calibration: Path | None = setting(
        None,
        "File or folder with images for calibration; when unset, the training images of CIFAR-10 or MNIST, "
        "else the first test images (the run's record says so).",
    )
    format: str = setting("auto", "Format of the images; `auto` tells it from the file or folder.", choices=FORMATS)
    images: int = setting(0, "Test images to use, from the first; 0 for all.", unit="image", minimum=0)
    calibration_images: int = setting(256, "Images to calibrate with, from the first.", unit="image", minimum=1)
    pixel_scale: float | None = setting(
        None,
        "Number that pixels are divided by; when unset, the network's metadata `nnsreport.pixel_scale`, else 1.",
        minimum=0,
        exclusive_minimum=True,
    )
    mean: tuple[float, ...] = setting(
        (),
        "Subtracted from scaled pixels, one number or one a channel; when empty, the network's metadata "
        "`nnsreport.mean`, else 0.",
    )
    std: tuple[float, ...] = setting(
        (),
        "Divides scaled pixels after the mean is subtracted, one number or one a channel; when empty, the network's "
        "metadata `nnsreport.std`, else 1.",
        minimum=0,
        exclusive_minimum=True,
    )
    layout: str = setting(
        "auto", "Axes of the images in an .npz; `auto` finds the channels by their number.", choices=LAYOUTS
    )
    name: str = setting("", "Name of the data set in reports; when empty, the file's name.")
