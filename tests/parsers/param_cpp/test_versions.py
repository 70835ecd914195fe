"""Defaults: each version is recognised by its parameters, and what differs is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers.param_cpp import ParameterFile
from nnsreport.parsers.param_cpp.evaluation import shown
from nnsreport.parsers.param_cpp.versions import Version, named, versions

Read = Callable[..., ParameterFile]


def as_source(version: Version, **changed: str) -> str:
    lines = []
    for name in version.types:
        value = version.defaults.get(name)
        text = changed.get(name, f'"{value}"' if isinstance(value, str) else "0" if value is None else shown(value))
        lines.append(f"{name} = {text};" if value is not None else f"if (false) {{ {name} = {text}; }}")
    return "\n".join(lines)


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.name)
def test_a_file_with_a_versions_defaults_is_that_version(read: Read, version: Version) -> None:
    found = read(as_source(version))
    alike = ("mlp-1.0", "mlp-2.0")  # the same parameters, with the same defaults
    assert found.versions == (alike if version.name in alike else (version.name,))
    assert found.problems == ()
    assert found.changed == {}
    assert found.values == version.defaults
    assert len(found.parameters) == len(version.types) > 30


def test_versions_whose_parameters_are_shared() -> None:
    sets: dict[frozenset[str], list[str]] = {}
    for version in versions():
        sets.setdefault(frozenset(version.types), []).append(version.name)
    assert [names for names in sets.values() if len(names) > 1] == [["mlp-1.0", "mlp-2.0"]]
    first, second = named("mlp-1.0"), named("mlp-2.0")
    assert first is not None
    assert second is not None
    assert first.defaults == second.defaults


def test_families() -> None:
    families = {version.name: version.family for version in versions()}
    assert families["1.4"] == families["dcim-1.0"] == "inference"
    assert families["2.1"] == "training"
    assert families["3d-monolithic-1.0"] == "3d"
    assert families["mlp-3.0"] == "mlp"
    assert families["systolic-1.0"] == "systolic"


def test_changes(read: Read) -> None:
    version = named("1.4")
    assert version is not None
    found = read(
        as_source(version, technode="7", resistanceOn="6e3", clkFreq="1000*1000*1000", pipeline="0") + "\nnew = 1;"
    )
    assert found.versions == ("1.4",)
    assert {name: (p.value, p.default) for name, p in found.changed.items()} == {
        "technode": (7, 22),
        "resistanceOn": (6000.0, 100000.0),
        "pipeline": (False, True),
    }
    assert found.parameters["new"].is_default is None
    assert found.parameters["clkFreq"].is_default is True


def test_a_cut_file_may_be_of_several_versions(read: Read) -> None:
    version = named("1.4")
    assert version is not None
    from nnsreport.parsers.param_cpp.parameters import parameters_of
    from nnsreport.parsers.reading import lines_of

    text = "Param::Param() {\n" + "\n".join(as_source(version).splitlines()[:60])
    found = parameters_of(lines_of(text.encode()))
    assert "1.4" in found.versions
    assert len(found.versions) > 1
    assert not found.is_whole
    assert found.parameters["technode"].default is None  # 22 in V1.4, 1 in the digital one
    assert found.parameters["temp"].default == 300


def test_other_code_is_of_no_version(read: Read) -> None:
    found = read("gain = 2;\noffset = 3;")
    assert found.versions == ()
    assert [p.message for p in found.problems] == [
        "its parameters are those of no known version of NeuroSim: there are no defaults"
    ]


@pytest.mark.shared
def test_defaults_are_what_the_default_log_was_made_with(shared_dir: Path) -> None:
    described = json.loads((shared_dir / "neurosim" / "logs" / "V1.4" / "dn40_default.json").read_text())
    version = named("1.4")
    assert version is not None
    assert described["changed"] == {}
    assert len(described["params"]) > 50
    assert {name: version.defaults[name] for name in described["params"]} == described["params"]


@pytest.mark.shared
def test_every_v14_log_was_made_with_these_defaults_and_its_changes(shared_dir: Path, read: Read) -> None:
    version = named("1.4")
    assert version is not None
    compared = 0
    for path in sorted((shared_dir / "neurosim" / "logs" / "V1.4").glob("*.json")):
        described = json.loads(path.read_text())
        if "params" not in described:
            continue
        changed = {name: str(value).lower() for name, value in described["changed"].items() if name in version.types}
        found = read(as_source(version, **changed), version="1.4")
        for name, value in described["params"].items():
            assert found.values[name] == value, (path.name, name)
            compared += 1
    assert compared > 1000
