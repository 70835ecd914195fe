"""kill -9 at random moments, many times: the tables are those of an undisturbed run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 6


@pytest.mark.slow
def test_killed_at_random_moments(tiny: Path, tmp_path: Path) -> None:
    program = Path(__file__).with_name("killed_run.py")
    seed = os.environ.get("NNSREPORT_KILL_SEED", "0")  # another seed, other moments
    done = subprocess.run(
        [sys.executable, program, tiny, tmp_path, str(ROUNDS), seed], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= ROUNDS / 2, "hardly any kill came before the end"
