"""``nnsreport --help`` is quick because it imports next to nothing. Modules are checked, not seconds, which vary."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("altair", "cupy", "jinja2", "numpy", "onnx", "PIL", "polars", "rich", "scipy", "vl_convert")
COMMANDS = ("run", "parse", "compare", "report", "figures", "papers")


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = (
        "import sys, atexit\n"
        f"heavy = {HEAVY!r}\n"
        "atexit.register(lambda: print('HEAVY', *[name for name in heavy if name in sys.modules]))\n"
        f"sys.argv = ['nnsreport', *{list(arguments)!r}]\n"
        "from nnsreport.cli import main\n"
        "main()\n"
    )
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([command, "--help"] for command in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    done = start(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "HEAVY"


def test_help_names_every_command() -> None:
    printed = start("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in printed


def test_dry_run_needs_no_tables() -> None:
    done = start("run", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "polars" not in done.stdout.splitlines()[-1].split()
