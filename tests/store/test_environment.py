from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from nnsreport.store.environment import git_commit, hardware, software


def test_software_and_hardware() -> None:
    assert software()["NumPy"] == np.__version__
    found = hardware("a device")
    assert found["device"] == "a device"
    assert int(found["cores"]) >= 1
    assert found["processor"]


def test_commit_of_a_checkout(tmp_path: Path) -> None:
    assert git_commit(tmp_path) == ""

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", "-C", tmp_path, *identity, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "--quiet")
    assert git_commit(tmp_path) == ""
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "--quiet", "--message", "first")
    assert git_commit(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "a").write_text("2")
    assert git_commit(tmp_path) == f"{git('rev-parse', 'HEAD')} and changes"
