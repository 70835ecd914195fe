"""The commands and configurations that README and docs/ show are run as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from nnsreport.configuration.reader import read_configuration, resolve
from nnsreport.costs.sweep_file import read_sweep
from nnsreport.execution.run import execute_run
from nnsreport.jobs import load

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLE = ROOT / "nnsreport" / "example" / "example.toml"
COMMAND = re.compile(r"^(?:    )?(?:exec )?(nnsreport [a-z]+ .*?)(?:\s{2,}.*)?$", re.MULTILINE)
PLACEHOLDER = re.compile(r"\b[A-Z]+(?:\b|\.)|\[|\|")
CONFIGURATION = re.compile(r"```toml\n(.*?)```", re.DOTALL)
FILES = (("network", "file"), ("data", "test"), ("data", "calibration"))
FILES += (("cost", "network_file"), ("cost", "parameter_file"), ("cost", "traces"))
NAMED = re.compile(r"`(\w+\.\w+)`[^`]*:\n\n```\w+\n(.*?)```", re.DOTALL)
PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def commands() -> list[str]:
    """Every command shown that is no synopsis."""
    shown = [line for page in PAGES for line in COMMAND.findall(page.read_text())]
    return sorted({line for line in shown if not PLACEHOLDER.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", line))})


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the documentation's commands work on."""
    folder = tmp_path_factory.mktemp("desk")
    small = ("run.trials=2", "run.times_s=[25, 3600]", "data.images=40", "data.calibration_images=20")
    for seed, run in enumerate(("38905658", "38905660")):
        resolved = read_configuration(EXAMPLE, (*small, f"run.seed={seed}"))
        execute_run(resolved, runs=folder / "runs", run=run)
    samples = ROOT / "tests" / "data" / "neurosim" / "v1.4"
    (folder / "logs").mkdir()
    for name in ("output_38905658.txt", "output_38905660.txt", "output_38905700.txt", "logs/slurm-1.out"):
        shutil.copy(samples / "wrapper_buffered.txt", folder / name)
    (folder / "results.json").write_text('{"simulator": "aihwkit", "accuracy": 0.912}')
    prepare_chips(folder)
    for name in ("pcm.toml", "config.toml"):
        write_configuration(folder / name, CONFIGURATION.findall((ROOT / "README.md").read_text())[0])
    return folder


def prepare_chips(folder: Path) -> None:
    """Write what the commands of the page on the cost model read, with a network that is small enough for traces."""
    page = (ROOT / "docs" / "cost-model.md").read_text()
    (sweep,) = [text for text in CONFIGURATION.findall(page) if "[axes]" in text]
    (folder / "sweep.toml").write_text(sweep)
    for name, text in NAMED.findall(page):
        (folder / name).write_text(text)
    (folder / "NetWork_VGG8.csv").write_text("8,8,16,3,3,64,0,1\n1,1,64,1,1,10,0,1\n")
    (folder / "Param.cpp").write_text(
        "Param::Param() {\n technode = 22;\n numRowSubArray = 64;\n numColSubArray = 64;\n}\n"
    )
    shutil.copy(EXAMPLE.parent / "digits_cnn.onnx", folder / "network.onnx")
    traces = folder / "layer_record_VGG8"
    traces.mkdir()
    for layer, (rows, outputs, vectors) in enumerate(((144, 64, 36), (64, 10, 1))):
        (traces / f"weight{layer}.csv").write_text(("0.25," * (outputs - 1) + "-0.5\n") * rows)
        (traces / f"input{layer}.csv").write_text((("0,1," * (4 * vectors))[:-1] + "\n") * rows)
    (traces / "trace_args.txt").write_text("weight0.csv input0.csv weight1.csv input1.csv\n")
    for name in ("chip_22nm.txt", "chip_14nm.txt"):
        shutil.copy(ROOT / "tests" / "data" / "neurosim" / "v1.4" / "main_pipelined.txt", folder / name)


def write_configuration(path: Path, text: str) -> None:
    """Write a configuration, and something in place of each file that it names."""
    path.write_text(text)
    sections = tomllib.loads(text)
    for section, key in FILES:
        if named := sections.get(section, {}).get(key):
            (path.parent / named).parent.mkdir(parents=True, exist_ok=True)
            (path.parent / named).touch()


@pytest.mark.parametrize("command", commands())
def test_command_runs(command: str, desk: Path) -> None:
    # A configuration shown names the reader's own network and images: it is resolved, not run.
    line = f"{command} --dry-run" if command.startswith("nnsreport run ") else command
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", line], cwd=desk, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_documentation_shows_every_command() -> None:
    shown = {line.split()[1] for line in commands()}
    assert shown == {"run", "parse", "compare", "report", "figures", "cost", "papers"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_configurations_are_valid(page: Path, tmp_path: Path) -> None:
    for name, text in NAMED.findall(page.read_text()):
        (tmp_path / name).write_text(text)
    shown = [text for text in CONFIGURATION.findall(page.read_text()) if "[settings]" not in text]
    for number, text in enumerate(shown):
        path = tmp_path / f"{number}.toml"
        write_configuration(path, text)
        if "[axes]" in text:
            sweep, rest = read_sweep(path)
            assert len(next(iter(sweep.design_points().values()))) > 1
            assert resolve(rest, path).source == path
        else:
            assert read_configuration(path).source == path


@pytest.mark.parametrize("page", ["configuration.md", "engine-converters.md"])
def test_presets_of_ones_own_run(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / page).read_text()
    files = dict(NAMED.findall(text))
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    (preset,) = [name for name in files if name.endswith(".toml")]
    (shown,) = [block for block in CONFIGURATION.findall(text) if f'"{preset}"' in block]
    (tmp_path / "run.toml").write_text(shown)
    example = tomllib.loads(EXAMPLE.read_text())
    named = [f"{section}.{key}={EXAMPLE.parent / example[section][key]}" for section, key in FILES[:3]]
    resolved = read_configuration(tmp_path / "run.toml", [*named, "data.images=20", "data.calibration_images=20"])
    execute_run(resolved, runs=tmp_path / "runs", run="own")
    used = resolved.presets[0]
    cited = load(str(tmp_path / "runs" / "own")).provenance[f"reference for {used.section} {used.name}"]
    assert cited == f"{used.title}: {used.citation}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_programs_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in ROOT.iterdir():  # programs find the repository's files, and write beside them, not into it
        (tmp_path / entry.name).symlink_to(entry)
    monkeypatch.chdir(tmp_path)
    for program in PROGRAM.findall(page.read_text()):
        exec(compile(program, str(page), "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target
