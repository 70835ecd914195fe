"""``nnsreport --help`` is quick because it imports next to nothing. Modules are checked, not seconds, which vary."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("altair", "cupy", "jinja2", "numpy", "onnx", "PIL", "polars", "rich", "scipy", "vl_convert")
COMMANDS = ("run", "parse", "compare", "report", "figures", "cost", "papers")


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


def test_a_command_is_imported_without_the_others() -> None:
    script = (
        "import sys\n"
        "from nnsreport.cli import main\n"
        "sys.argv = ['nnsreport', 'papers', 'joshi2020pcm']\n"
        "try:\n    main()\n"
        "finally:\n    print(*sorted(name for name in sys.modules if name.startswith('nnsreport.cli.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    loaded = done.stdout.splitlines()[-1].split()
    assert {f"nnsreport.cli.{command}" for command in COMMANDS} & set(loaded) == {"nnsreport.cli.papers"}


def test_the_nearest_command_is_named() -> None:
    done = start("cots")
    assert done.returncode == 2
    assert "No such command 'cots'. Did you mean 'cost'?" in done.stderr


def test_dry_run_needs_no_tables() -> None:
    done = start("run", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "polars" not in done.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("debug", [False, True])
def test_defect_is_one_line_unless_debugged(debug: bool) -> None:
    script = (
        "import sys\n"
        "from nnsreport import cli, jobs\n"
        "def load(*_):\n    raise KeyError('two\\nlines')\n"
        "jobs.load = load\n"
        f"sys.argv = ['nnsreport', 'report', 'run', '--out', 'x.html', *['--debug'][: {int(debug)}]]\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert ("Traceback" in done.stderr) == debug
    if not debug:
        assert done.returncode == 70
        assert len(done.stderr.splitlines()) == 1
        assert "a defect of nnsreport: KeyError" in done.stderr
