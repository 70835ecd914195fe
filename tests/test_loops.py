"""Loops in C are there where they are asked for, and can be left unused."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nnsreport.engine import native
from nnsreport.loops import VARIABLE, loops
from nnsreport.parsers.recurring import filling

NAMES = ("nnsreport.engine.native._kernels", "nnsreport.parsers.recurring._filling")


@pytest.mark.skipif("NNSREPORT_REQUIRE_LOOPS" not in os.environ, reason="only where a compiler is known to be")
def test_loops_were_built() -> None:
    assert all(loops(name) is not None for name in NAMES)
    assert native.convert is not None
    assert native.normal_rows is not None
    assert filling.fill is not None


def test_loops_can_be_left_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "off")
    assert [loops(name) for name in NAMES] == [None, None]
    program = "from nnsreport.engine.backend import select_backend; print(select_backend('cpu').device)"
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert printed.rstrip().endswith("without loops in C")


def test_a_module_that_was_not_built_is_none() -> None:
    assert loops("nnsreport.engine.native._nothing") is None
