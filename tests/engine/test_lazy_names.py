"""Packages that import their modules when a name of them is asked for."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

PACKAGES = ("crossbar", "parasitics", "sram")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_is_there(package: str) -> None:
    module = importlib.import_module(f"nnsreport.engine.{package}")
    scope: dict[str, object] = {}
    exec(f"from nnsreport.engine.{package} import *", scope)
    assert set(module.__all__) <= scope.keys()


@pytest.mark.parametrize("package", PACKAGES)
def test_another_name_is_refused(package: str) -> None:
    module = importlib.import_module(f"nnsreport.engine.{package}")
    with pytest.raises(AttributeError, match=rf"module 'nnsreport\.engine\.{package}' has no attribute 'nothing'"):
        _ = module.nothing


def test_settings_are_imported_without_what_computes() -> None:
    script = (
        "import sys\n"
        "import nnsreport.engine.crossbar.settings\n"
        "print(*(name for name in sys.modules if name.startswith('nnsreport.engine.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.removeprefix("nnsreport.engine.") for name in done.stdout.split()}
    assert "crossbar.settings.device" in loaded
    assert not loaded & {"sram.array", "parasitics.effective", "crossbar.network", "precision"}
