"""A configuration file to start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write_configuration(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a configuration beside an (empty) network and images."""
    (tmp_path / "network.onnx").write_bytes(b"network")
    (tmp_path / "images.npz").write_bytes(b"images")

    def write(text: str) -> Path:
        path = tmp_path / "run.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
