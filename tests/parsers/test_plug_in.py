"""Formats of other packages: the worked example of docs/parsers.md, installed, and packages that are broken."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import polars as pl
import pytest

from nnsreport.errors import LogError
from nnsreport.parsers import ParsedLog, plug_ins
from nnsreport.parsers.columns import MetricColumns
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.plug_ins import PlugInFormat, load_plug_ins
from nnsreport.parsers.reading import LogText, lines_of
from nnsreport.parsers.streaming import can_stream

ROOT = Path(__file__).resolve().parents[2]
TINYSIM_LOG = "TinySim 1.2\ntechnology: 22 nm\nchip latency: 12.5ns\nTinySim finished\n"

GOOD = """
class Good:
    name = "good-1"
    title = "Good"
    citation = "Good, 2026"
    schema = frozenset({"read_latency"})
    sample = "good: 1ns\\n"

    def confidence(self, glance):
        return 1.0 if glance.first_lines[0].startswith("good") else 0.0

    def parse(self, text, run):
        from nnsreport.parsers.builder import RunBuilder

        return (RunBuilder(self.name).finish(run, text.source, is_complete=True),)
"""
"""A format that other packages of these tests vary."""

Installer = Callable[..., Path]
Runner = Callable[..., "subprocess.CompletedProcess[str]"]


def block_of(language: str) -> str:
    """Return the first block in a language of the page's part about formats of one's own."""
    page = (ROOT / "docs" / "parsers.md").read_text().partition("## A format of your own")[2]
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages, empty."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def install(site: Path) -> Installer:
    """Return a function that installs a package of one module, as pip would leave it."""

    def install_package(name: str, source: str, entry_points: Mapping[str, str], version: str = "1.0") -> Path:
        module = name.replace("-", "_")
        (site / f"{module}.py").write_text(source)
        information = site / f"{module}-{version}.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = [f"{entry} = {value}" for entry, value in entry_points.items()]
        (information / "entry_points.txt").write_text("\n".join(["[nnsreport.formats]", *lines, ""]))
        return information

    return install_package


@pytest.fixture
def run(site: Path, tmp_path: Path) -> Runner:
    """Return a function that runs a Python program or module with the installed packages."""

    def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(site)}
        return subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )

    return run_python


@pytest.fixture
def loaded(site: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], plug_ins.PlugIns]:
    """Return a function that loads what is installed, in this process."""

    def load() -> plug_ins.PlugIns:
        monkeypatch.syspath_prepend(site)
        for path in site.glob("*.py"):
            monkeypatch.delitem(sys.modules, path.stem, raising=False)
        return load_plug_ins(["neurosim-1.4"])

    return load


# The worked example


def install_worked_example(install: Installer) -> None:
    project = tomllib.loads(block_of("ini"))
    (module,) = project["tool"]["setuptools"]["py-modules"]
    name = project["project"]["name"]
    assert module == name.replace("-", "_")
    install(name, block_of("python"), project["project"]["entry-points"]["nnsreport.formats"])


def test_worked_example_is_read_by_the_command(install: Installer, run: Runner, tmp_path: Path) -> None:
    install_worked_example(install)
    (tmp_path / "output_77.txt").write_text(TINYSIM_LOG)
    done = run("-m", "nnsreport", "parse", "output_77.txt", "--out", "metrics.parquet")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "77: tinysim-1, complete, 1 number, 1 setting" in done.stdout
    row = pl.read_parquet(tmp_path / "metrics.parquet").row(0, named=True)
    assert (row["run"], row["metric"], row["component"], row["value"], row["line"]) == (
        "77",
        "read_latency",
        "total",
        12.5e-9,
        3,
    )


def test_worked_example_passes_the_checks_it_is_taught(install: Installer, run: Runner) -> None:
    install_worked_example(install)
    done = run("-c", block_of("py"))
    assert done.returncode == 0, done.stderr


def test_worked_example_is_compared_with_other_logs(install: Installer, run: Runner, tmp_path: Path) -> None:
    install_worked_example(install)
    (tmp_path / "a.txt").write_text(TINYSIM_LOG)
    (tmp_path / "b.txt").write_text(TINYSIM_LOG.replace("12.5ns", "15ns"))
    done = run("-m", "nnsreport", "compare", "a.txt", "b.txt")
    assert done.returncode == 0, done.stderr
    assert "20" in done.stdout


# What an entry point may name


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        ("good:Good", ""),
        ("good:good", "good = Good()\n"),
        ("good:make", "def make():\n    return Good()\n"),
        ("good:deep.inner", "class deep:\n    inner = Good()\n"),
    ],
)
def test_class_instance_and_function_are_formats(
    value: str, rest: str, install: Installer, loaded: Callable[[], plug_ins.PlugIns]
) -> None:
    install("good", GOOD + rest, {"good": value})
    found = loaded()
    assert found.problems == ()
    assert [(known.name, known.package) for known in found.formats] == [("good-1", "good 1.0")]
    assert found.formats[0].confidence(Glance.of(["good: 2ns"])) == 1.0


# Packages that cannot be used: one line each, and all others go on


@pytest.mark.parametrize(
    ("source", "value", "said"),
    [
        ("import no_such_module\n", "bad:Bad", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("class Bad(:\n", "bad:Bad", "SyntaxError"),
        ("import sys\nsys.exit('no licence')\n", "bad:Bad", "SystemExit: no licence"),
        ("", "bad:Bad", "AttributeError: module 'bad' has no attribute 'Bad'"),
        ("class Bad:\n    def __init__(self, path): ...\n", "bad:Bad", "TypeError"),
        ("Bad = 3\n", "bad:Bad", "it has no `name`"),
        ("def Bad():\n    return None\n", "bad:Bad", "it has no `name`"),
        (
            "from nnsreport.parsers.line_format import LineFormat\nBad = LineFormat(*'bbbbbb', {})\n",
            "bad:Bad",
            "ValueError: a format needs numbers or settings",
        ),
    ],
    ids=["import", "syntax", "exit", "absent", "arguments", "number", "nothing", "empty table"],
)
def test_package_that_cannot_be_loaded_is_named(
    source: str, value: str, said: str, install: Installer, loaded: Callable[[], plug_ins.PlugIns]
) -> None:
    install("bad", source, {"bad": value}, version="0.3")
    install("good", GOOD, {"good": "good:Good"})
    found = loaded()
    assert [known.name for known in found.formats] == ["good-1"]
    (problem,) = found.problems
    assert str(problem).startswith("bad 0.3: the format bad = bad:Bad is not used: ")
    assert said in str(problem)
    assert "remove it" in str(problem)
    assert "\n" not in str(problem)


def test_wrong_shape_is_explained_member_by_member(install: Installer, loaded: Callable[[], plug_ins.PlugIns]) -> None:
    source = (
        "class Bad:\n    name = 'Bad One'\n    title = ''\n    schema = {'read_latensy'}\n    sample = 7\n"
        "    confidence = 0.5\n"
    )
    install("bad", source, {"bad": "bad:Bad"})
    (problem,) = loaded().problems
    for said in (
        "`name` is 'Bad One', not a name such as tinysim-1",
        "`title` is '', not a text",
        "it has no `citation`",
        "`schema` is a set, not a frozenset",
        "`sample` is 7, not a text",
        "`confidence` is a float, not a method (glance -> float)",
        "it has no `parse`",
    ):
        assert said in str(problem)


def test_unknown_metric_of_a_schema_is_named(install: Installer, loaded: Callable[[], plug_ins.PlugIns]) -> None:
    install("bad", GOOD.replace("read_latency", "read_latensy"), {"bad": "bad:Good"})
    (problem,) = loaded().problems
    assert (
        "`schema` has 'read_latensy', which is not in nnsreport.vocabulary.METRICS; did you mean read_latency?"
        in str(problem)
    )


def test_taken_names_are_refused(install: Installer, loaded: Callable[[], plug_ins.PlugIns]) -> None:
    install("copy", GOOD.replace("good-1", "neurosim-1.4"), {"a": "copy:Good"})
    install("first", GOOD, {"b": "first:Good"})
    install("second", GOOD, {"c": "second:Good"})
    found = loaded()
    assert [known.package for known in found.formats] == ["first 1.0"]
    texts = [str(problem) for problem in found.problems]
    assert texts == [
        "copy 1.0: the format a = copy:Good is not used: nnsreport has a format neurosim-1.4 already; "
        "rename it in copy 1.0",
        "second 1.0: the format c = second:Good is not used: first 1.0 has a format good-1 already; "
        "rename it in second 1.0",
    ]


def test_broken_list_of_packages_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> Iterable[object]:
        raise ValueError("not\na list")

    monkeypatch.setattr("importlib.metadata.entry_points", fail)
    found = load_plug_ins([])
    assert found.formats == ()
    assert "the list of installed packages is broken (ValueError: not a list)" in str(found.problems[0])


def test_command_names_the_package_once_and_reads_all_the_same(
    install: Installer, run: Runner, tmp_path: Path, test_data: Path
) -> None:
    install("bad", "import no_such_module\n", {"bad": "bad:Bad"})
    log = test_data / "neurosim" / "v1.4" / "main_pipelined.txt"
    done = run("-m", "nnsreport", "parse", str(log), "--strict")
    assert done.returncode == 0
    assert "main_pipelined: neurosim-1.4, complete" in done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("nnsreport: bad 1.0: the format bad = bad:Bad is not used: it cannot be loaded")


def test_errors_about_formats_name_the_broken_package(install: Installer, run: Runner, tmp_path: Path) -> None:
    install("bad", "import no_such_module\n", {"bad": "bad:Bad"})
    (tmp_path / "bad.txt").write_text("bad: 1ns\n")
    for arguments in (["bad.txt", "--as", "bad-1"], ["bad.txt"]):
        done = run("-m", "nnsreport", "parse", *arguments)
        assert done.returncode == 2
        assert "bad 1.0: the format bad = bad:Bad is not used" in done.stderr


# Packages that fail at work


def failing(member: str, body: str) -> str:
    """Return a package whose format fails in a member."""
    replaced = re.sub(
        rf"def {member}\((.*?)\):\n.*?(?=\n\n|\Z)", rf"def {member}(\1):\n        {body}", GOOD, flags=re.DOTALL
    )
    assert replaced != GOOD
    return replaced


def test_a_raise_in_confidence_costs_that_format_only(
    install: Installer, run: Runner, tmp_path: Path, test_data: Path
) -> None:
    install("bad", failing("confidence", "return {}['key']"), {"bad": "bad:Good"})
    (tmp_path / "good.txt").write_text("good: 1ns\n")
    (tmp_path / "results.json").write_text('{"results": [{"metric": "accuracy", "value": 0.9}]}\n')
    log = test_data / "neurosim" / "v1.4" / "main_pipelined.txt"
    done = run("-m", "nnsreport", "parse", str(log), "results.json", "good.txt")
    assert done.returncode == 2
    first = done.stdout.splitlines()[0]
    assert first.startswith("main_pipelined: neurosim-1.4, complete")
    assert "problem" not in first  # one format was certain before the other was asked
    failure = "the format good-1 of the package bad 1.0 failed in looking at a text: KeyError: 'key'"
    assert f"results: results-1, complete, 1 number, 0 settings, 1 problem\n  {failure}" in done.stdout
    broken = next(line for line in done.stderr.splitlines() if line.startswith("cannot be read: good.txt"))
    assert f"{failure}; report it to the authors of bad 1.0, or remove the package" in broken


def test_a_raise_in_parse_is_the_files_error(install: Installer, run: Runner, tmp_path: Path, test_data: Path) -> None:
    install("bad", failing("parse", "raise IndexError('list index out of range')"), {"bad": "bad:Good"})
    (tmp_path / "good.txt").write_text("good: 1ns\n")
    log = test_data / "neurosim" / "v1.4" / "main_pipelined.txt"
    done = run("-m", "nnsreport", "parse", "good.txt", str(log))
    assert done.returncode == 2
    assert "main_pipelined: neurosim-1.4, complete" in done.stdout
    expected = (
        "cannot be read: good.txt: the format good-1 of the package bad 1.0 failed in reading a log: "
        "IndexError: list index out of range; report it to the authors of bad 1.0, or remove the package"
    )
    assert expected in done.stderr.splitlines()


class Odd:
    """A format whose answers can be set."""

    name = "odd-1"
    title = "Odd"
    citation = "Odd, 2026"
    schema: frozenset[str] = frozenset()
    sample = "odd\n"

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def confidence(self, glance: Glance) -> float:
        return self.answer  # type: ignore[return-value]

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer  # type: ignore[return-value]


@pytest.mark.parametrize(("answer", "confidence"), [(0.5, 0.5), (7, 1.0), (-1, 0.0), (True, 1.0)])
def test_confidence_is_kept_within_its_limits(answer: object, confidence: float) -> None:
    assert PlugInFormat(Odd(answer), "odd 1.0").confidence(Glance.of(["odd"])) == confidence


@pytest.mark.parametrize("answer", [None, "high", float("nan")])
def test_confidence_that_is_no_number_is_told(answer: object) -> None:
    with pytest.raises(LogError, match=r"package odd 1\.0 failed in looking at a text: it answers .*, not a number"):
        PlugInFormat(Odd(answer), "odd 1.0").confidence(Glance.of(["odd"]))


@pytest.mark.parametrize("answer", [None, (), [], "log", (1,)])
def test_parse_that_gives_no_logs_is_told(answer: object) -> None:
    with pytest.raises(LogError, match="failed in reading a log: it gives no tuple of ParsedLog"):
        PlugInFormat(Odd(answer), "odd 1.0").parse(lines_of(b"odd\n"), "r")


def test_its_own_errors_and_a_lack_of_memory_pass() -> None:
    for error in (LogError("a cut file"), MemoryError()):
        with pytest.raises(type(error)) as raised:
            PlugInFormat(Odd(error), "odd 1.0").parse(lines_of(b"odd\n"), "r")
        assert raised.value is error


def test_format_that_reads_in_pieces_is_guarded_in_each(
    install: Installer, loaded: Callable[[], plug_ins.PlugIns]
) -> None:
    source = GOOD + (
        "    def start(self, run, source, sink=None):\n        return Reader(run)\n\n"
        "class Reader:\n    def __init__(self, run):\n        assert run != 'no'\n"
        "    def feed(self, text):\n        assert 'no' not in text.lines\n"
        "    def finish(self):\n        return ()\n"
    )
    install("good", source, {"good": "good:Good"})
    (added,) = loaded().formats
    assert can_stream(added)
    reader = added.start("r", None, None)
    reader.feed(lines_of(b"yes\n"))
    failed = r"the format good-1 of the package good 1\.0 failed in reading a log: "
    with pytest.raises(LogError, match=failed + "AssertionError"):
        reader.feed(lines_of(b"no\n"))
    with pytest.raises(LogError, match=failed + "it gives no tuple"):
        reader.finish()
    with pytest.raises(LogError, match=failed + "AssertionError"):
        added.start("no", None, lambda run, numbers: MetricColumns())
    plain = PlugInFormat(Odd(0), "odd 1.0")
    assert not can_stream(plain)
