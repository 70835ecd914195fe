"""Packages that import their modules when a name of them is asked for."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest

PACKAGES = ("engine.crossbar", "engine.parasitics", "engine.sram", "parsers")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_is_there(package: str) -> None:
    module = importlib.import_module(f"nnsreport.{package}")
    scope: dict[str, object] = {}
    exec(f"from nnsreport.{package} import *", scope)
    assert set(module.__all__) <= scope.keys()


@pytest.mark.parametrize("package", PACKAGES)
def test_another_name_is_refused(package: str) -> None:
    module = importlib.import_module(f"nnsreport.{package}")
    with pytest.raises(AttributeError, match=rf"module 'nnsreport\.{re.escape(package)}' has no attribute 'nothing'"):
        _ = module.nothing


def imported_with(module: str) -> set[str]:
    script = f"import sys, {module}\nprint(*(name for name in sys.modules if name.startswith('nnsreport.')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return {name.removeprefix("nnsreport.") for name in done.stdout.split()}


def test_settings_are_imported_without_what_computes() -> None:
    loaded = imported_with("nnsreport.engine.crossbar.settings")
    assert "engine.crossbar.settings.device" in loaded
    assert not loaded & {f"engine.{name}" for name in ("sram.array", "parasitics.effective", "crossbar.network")}


def test_files_of_sweeps_and_parameters_are_imported_without_formats_of_logs() -> None:
    loaded = imported_with("nnsreport.costs.sweep_run") | imported_with("nnsreport.parsers.param_cpp.parameters")
    assert {"parsers.export", "parsers.param_cpp.evaluation"} <= loaded
    assert not loaded & {"parsers.registry", "parsers.mlp", "parsers.slurm"}
