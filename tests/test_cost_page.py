"""What docs/cost-model.md shows is what its commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nnsreport.cli import app
from nnsreport.vocabulary import METRICS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "cost-model.md").read_text()
VGG8 = (
    "32,32,3,3,3,128,0,1\n32,32,128,3,3,128,1,1\n16,16,128,3,3,256,0,1\n16,16,256,3,3,256,1,1\n"
    "8,8,256,3,3,512,0,1\n8,8,512,3,3,512,1,1\n1,1,8192,1,1,1024,0,1\n1,1,1024,1,1,10,0,1\n"
)
SHOWN = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = (
    "cost --network NetWork_VGG8.csv --set technode=7",
    "cost --sweep sweep.toml --out points.parquet",
    "cost --network NetWork_VGG8.csv --set converter=ramp_adc.py",
)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("NetWork_VGG8.csv").write_text(VGG8)
    (sweep,) = [text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[axes]" in text]
    Path("sweep.toml").write_text(sweep)
    for name, text in re.findall(r"`(\w+\.\w+)`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL):
        Path(name).write_text(text)


@pytest.mark.parametrize(
    ("command", "shown"), list(zip(COMMANDS, SHOWN, strict=True)), ids=["chip", "sweep", "converter"]
)
def test_commands_print_what_is_shown(command: str, shown: str) -> None:
    assert f"nnsreport {command}\n" in PAGE
    result = CliRunner().invoke(app, command.split(), catch_exceptions=False)
    assert result.exit_code == 0
    printed = "\n".join(line.rstrip() for line in result.stdout.splitlines())
    assert shown.strip() in printed


def test_a_cell_of_its_own_changes_the_chip() -> None:
    command = "cost my_cell.toml --network NetWork_VGG8.csv --set technode=45"
    assert f"nnsreport {command}\n" in PAGE
    efficiencies = set()
    for further in ("", " --set widthInFeatureSize1T1R=20", " --set resistanceOn=80e3"):
        result = CliRunner().invoke(app, (command + further).split(), catch_exceptions=False)
        assert result.exit_code == 0
        efficiencies.update(re.findall(r"energy efficiency +(\S+) TOPS/W", result.stdout))
    assert len(efficiencies) == 3


def test_numbers_named_on_the_page_are_in_the_vocabulary() -> None:
    (sentence,) = re.findall(r"\* \*\*Objectives\*\* are (.*?)\. A point", PAGE, re.DOTALL)
    names = [name.partition(".")[0] for name in re.findall(r"`([a-z_.]+)`", sentence)]
    assert "energy_efficiency" in names
    assert set(names) <= set(METRICS)
