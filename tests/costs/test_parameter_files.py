"""Parameters from Param.cpp and from JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nnsreport.costs.parameter_files import KNOWN_NAMES, read_parameter_file
from nnsreport.errors import DataError
from nnsreport.parsers.param_cpp.versions import named


def test_param_cpp_is_evaluated(test_data: Path) -> None:
    found = read_parameter_file(test_data / "neurosim" / "inputs" / "Param_small.cpp")
    assert found.values["clkFreq"] == 1.25e9
    assert found.values["numColMuxed"] == 32
    assert found.values["resistanceOff"] == 1.7e6
    assert "optimization" not in found.values
    assert not found.arguments


def test_json_is_told_by_its_contents(tmp_path: Path) -> None:
    path = tmp_path / "chip"
    path.write_text(
        '\n {"params": {"technode": 7, "pipeline": false, "speedUpDegree": 2}, "argv": {"parallelRead": 64}}'
    )
    found = read_parameter_file(path)
    assert found.values == {"technode": 7, "pipeline": False, "speedUpDegree": 2}
    assert found.arguments == {"numRowParallel": 64}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"params": {"technode": "seven"}}', r"params.technode: is 'seven', no number"),
        ('{"params": {"technode": 7}, "argv": [8]}', r"argv: is no object"),
        ('{"changed": {"technode": 7}}', r"has no object `params`"),
        ('{"params": {"technode": 7,\n}}', r":2: is no JSON"),
        ('{"params": {"colour": 7}}', r"has none of the parameters"),
        ('{"params": {"technode": null}}', r"is None, no number"),
        ("Param::Param() {\n technode = 7;\n", r"is cut off"),
        ("int main() { return 0; }\n", r"is cut off, or no Param.cpp"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(DataError, match=message) as caught:
        read_parameter_file(path)
    assert caught.value.path == path
    assert caught.value.remedy


def test_missing_and_empty_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_parameter_file(tmp_path / "absent.cpp")
    for name, content in (("empty.cpp", ""), ("blank.json", "\n \t\n")):
        (tmp_path / name).write_text(content)
        with pytest.raises(DataError, match=rf"{name}: is empty; give NeuroSim's Param\.cpp"):
            read_parameter_file(tmp_path / name)


def test_what_cannot_be_known_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "Param.cpp"
    path.write_text("Param::Param() {\n technode = 7;\n levelOutput = measured();\n}\n")
    notes = read_parameter_file(path).notes
    assert any("the value of levelOutput is not known" in note for note in notes)


def of_version(path: Path, name: str) -> Path:
    """Write a Param.cpp with the parameters of a version, as they are distributed."""
    found = named(name)
    assert found is not None
    numbers = {key: value for key, value in found.defaults.items() if not isinstance(value, str)}
    lines = [f"\t{key} = {str(value).lower()};" for key, value in numbers.items()]
    path.write_text("\n".join(["Param::Param() {", *lines, "}", ""]))
    return path


def test_other_versions_are_told_or_refused(tmp_path: Path) -> None:
    notes = read_parameter_file(of_version(tmp_path / "Param.cpp", "1.3")).notes
    assert any("is of NeuroSim 1.3, and taken as one of 1.4" in note for note in notes)
    assert not any("is of" in note for note in read_parameter_file(of_version(tmp_path / "Param.cpp", "1.4")).notes)
    for name in ("mlp-3.0", "systolic-1.0"):
        with pytest.raises(DataError, match=rf"is the Param.cpp of NeuroSim {name}, whose chips are others"):
            read_parameter_file(of_version(tmp_path / "Param.cpp", name))


def test_a_few_lines_may_be_of_any_version(tmp_path: Path) -> None:
    path = tmp_path / "Param.cpp"
    path.write_text("Param::Param() {\n\ttechnode = 14;\n}\n")
    assert read_parameter_file(path).values == {"technode": 14}


@pytest.mark.shared
def test_json_beside_logs(shared_dir: Path) -> None:
    checked = 0
    for path in sorted((shared_dir / "neurosim" / "logs" / "V1.4").glob("*.json")):
        content = json.loads(path.read_text())
        if "params" not in content:
            continue
        found = read_parameter_file(path)
        assert found.values == content["params"]
        assert found.arguments["numRowParallel"] == content["argv"]["parallelRead"]
        checked += 1
    assert checked > 100


def test_arguments_of_main_are_known() -> None:
    assert {"synapseBit", "numBitInput", "numRowSubArray", "numRowParallel"} <= set(KNOWN_NAMES)
