"""A kill at any step leaves a readable run that resumes to the same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_killed_at_every_step(tmp_path: Path) -> None:
    program = Path(__file__).with_name("killed_store.py")
    done = subprocess.run([sys.executable, program, tmp_path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    # Two parts of four files, four tables and two records are written, flushed and renamed, then the parts removed.
    assert int(done.stdout) > 40
