"""``nnsreport cost`` as a user starts it."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from nnsreport.cli import app
from nnsreport.configuration.reader import read_configuration
from nnsreport.engine.backend import select_backend
from nnsreport.errors import ConfigurationError, DataError, DeviceError
from nnsreport.parsers import parse_runs
from nnsreport.tables import schema

NETWORK = "8,8,60,1,1,48,0,1\n8,8,48,3,3,72,1,1\n1,1,72,1,1,10,0,1\n"


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a network and parameters."""
    monkeypatch.chdir(tmp_path)
    Path("NetWork.csv").write_text(NETWORK)
    Path("Param.cpp").write_text(
        "Param::Param() {\n memcelltype = 2; // RRAM\n novelMapping = false;\n technode = 32;\n}\n"
    )
    Path("chip.json").write_text('{"params": {"technode": 14}, "argv": {"synapseBit": 4, "parallelRead": 64}}')
    return tmp_path


def cost(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["cost", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def parameters(*arguments: str) -> dict[str, object]:
    printed = cost("--network", "NetWork.csv", "--format", "json", *arguments).stdout
    found: dict[str, object] = json.loads(printed)["parameters"]
    return found


def test_table_has_layers_circuits_and_chip() -> None:
    lines = cost("--network", "NetWork.csv").stdout.splitlines()
    assert sum(line.startswith(("layer1 ", "layer2 ", "layer3 ")) for line in lines) == 3
    assert any(line.startswith("ADCs ") and "mm²" in line for line in lines)
    assert any(line.startswith("energy efficiency") and "TOPS/W" in line for line in lines)
    assert lines[-1].startswith("SRAM at 22 nm (LSTP), sub-arrays of 128 x 128 cells, pipelined; assumed density")


def test_sources_of_parameters_and_their_order() -> None:
    assert parameters()["technode"] == 22
    of_file = parameters("--param-cpp", "Param.cpp")
    assert (of_file["technode"], of_file["memcelltype"], of_file["wireWidth"]) == (32, 2, 56)
    of_json = parameters("--params", "chip.json")
    assert (of_json["technode"], of_json["synapseBit"], of_json["numRowParallel"]) == (14, 4, 64)
    given = parameters("--param-cpp", "Param.cpp", "--set", "technode=45", "--set", "memcelltype=fefet")
    assert (given["technode"], given["memcelltype"], given["wireWidth"]) == (45, 3, 80)
    assert parameters("--set", "pipeline=0", "--set", "relaxArrayCellHeight=1")["pipeline"] is False


def test_configuration_and_command_line(desk: Path) -> None:
    folder = desk / "elsewhere"
    folder.mkdir()
    (folder / "NetWork.csv").write_text("".join(NETWORK.splitlines(keepends=True)[:2]))
    (folder / "chip.toml").write_text(
        '[cost]\nnetwork_file = "NetWork.csv"\n[cost.activity]\ninput_density = 0.4\n[cost.parameters]\ntechnode = 7\n'
    )
    content = json.loads(cost("elsewhere/chip.toml", "--set", "levelOutput=64", "--format", "json").stdout)
    assert [layer["layer"] for layer in content["layers"]] == ["layer1", "layer2"]
    assert content["parameters"]["technode"] == 7
    assert content["parameters"]["levelOutput"] == 64
    assert content["provenance"]["settings"]["cost.activity.input_density"] == 0.4
    # What is printed is a configuration again.
    printed = cost("elsewhere/chip.toml", "--set", "levelOutput=64", "--dry-run").stdout
    (desk / "resolved.toml").write_text(printed)
    resolved = read_configuration(desk / "resolved.toml").configuration.cost
    assert resolved.parameters.levelOutput == 64  # type: ignore[attr-defined] # made of declarations
    assert resolved.network_file == folder / "NetWork.csv"


def test_onnx_network_keeps_the_names_of_its_layers() -> None:
    import nnsreport

    network = Path(nnsreport.__file__).parent / "example" / "digits_cnn.onnx"
    options = ("--network", str(network), "--set", "novelMapping=false", "--set", "numRowSubArray=16")
    content = json.loads(cost(*options, "--set", "numColSubArray=16", "--format", "json").stdout)
    assert content["layers"][0]["kernel_height"] == 3
    assert content["layers"][0]["name"] != "layer1"
    assert {row["layer"] for row in content["metrics"]} >= {"layer1", "layer2"}


def test_neurosim_prints_what_is_parsed_again(desk: Path) -> None:
    printed = cost("--network", "NetWork.csv", "--format", "neurosim").stdout
    assert printed.startswith("User assigned speed-up degree") or printed.startswith("-----")
    assert printed.endswith("Simulation Performance --------------------------------\n")
    (desk / "log.txt").write_text(printed)
    (log,) = parse_runs(desk / "log.txt")
    assert log.complete
    assert not log.problems
    frame = json.loads(cost("--network", "NetWork.csv", "--format", "json").stdout)["metrics"]
    (area,) = [
        row["value"] for row in frame if (row["scope"], row["component"], row["metric"]) == ("chip", "total", "area")
    ]
    (read,) = [m.value for m in log.metrics if (m.scope, m.component, m.metric) == ("chip", "total", "area")]
    assert read == pytest.approx(area, rel=1e-5)


def test_files_have_provenance(desk: Path) -> None:
    for name in ("chip.parquet", "other.json"):
        result = cost("--network", "NetWork.csv", "--param-cpp", "Param.cpp", "--out", f"out/{name}")
        assert result.stdout == f"the numbers of 3 layers and their chip are in out/{name}\n"
    table = pl.read_parquet("out/chip.parquet")
    assert table.schema == schema("metrics")
    of_parquet = json.loads(pl.read_parquet_metadata("out/chip.parquet")["nnsreport"])
    of_json = json.loads(Path("out/other.json").read_text())["provenance"]
    for found in (of_parquet, of_json):
        assert set(found["files"]) == {"cost.parameter_file_sha256", "cost.network_file_sha256"}
        assert found["settings"]["cost.network_file"] == str(desk / "NetWork.csv")
        assert found["software"]["nnsreport"]
        assert "NeuroSim V1.4" in found["model"]
    assert not list((desk / "out").glob(".new-*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--param-cpp", "Param.cpp"], r"cost.network_file: there is no network; give a NetWork_\*.csv or an ONNX"),
        (
            ["--network", "NetWork.csv", "--set", "tecnode=7"],
            r"--set: tecnode: is no parameter .* did you mean technode",
        ),
        (["--network", "NetWork.csv", "--set", "technode=28"], r"technode: NeuroSim has no wires of 28 nm"),
        (["--network", "NetWork.csv", "--set", "technode=x"], r"--set: cost.parameters.technode: is the text \"x\""),
        (["--network", "NetWork.csv", "--set", "levelOutput=2"], r"levelOutput: .* set levelOutput to 3 or more"),
        (["--network", "absent.csv"], r"--network: cost.network_file: there is no .*absent.csv"),
        (["--param-cpp", "Param.cpp", "--params", "chip.json"], r"--params: is given with --param-cpp"),
        (["--network", "NetWork.csv", "--format", "parquet"], r"--format parquet: is for files; give --out"),
        (["--network", "NetWork.csv", "--format", "table", "--out", "x"], r"--format table: is for the terminal"),
        (["--network", "NetWork.csv", "--out", "x.txt"], r"x.txt: --out: does not tell its format"),
        (["--sweep", "absent.toml"], r"absent.toml: there is no such configuration file"),
    ],
)
def test_what_is_wrong_is_told(arguments: list[str], message: str) -> None:
    with pytest.raises((ConfigurationError, DataError), match=message):
        cost(*arguments)


def test_errors_are_one_line() -> None:
    command = [sys.executable, "-m", "nnsreport", "cost", "--network", "NetWork.csv", "--set", "operationmode=4"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr.splitlines() == [
        "nnsreport: operationmode: BNN and XNOR modes are not modelled: NeuroSim leaves their areas at 0, or crashes; "
        "set operationmode to 1 or 2"
    ]


SWEEP = """
[sweep]
sampling = "sobol"
points = 16
[cost]
network_file = "NetWork.csv"
[axes]
levelOutput = [16, 2, 32]
resistanceOn = { low = 1e4, high = 1e5, scale = "log" }
"""


def test_sweep_prints_the_front_and_writes_all_points(desk: Path) -> None:
    Path("sweep.toml").write_text(SWEEP)
    result = cost("--sweep", "sweep.toml", "--set", "memcelltype=rram", "--out", "points.parquet")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["levelOutput", "resistanceOn", "energy_efficiency", "compute_efficiency"]
    assert any("without a result: levelOutput" in line for line in lines)
    assert "are on the Pareto front of higher energy_efficiency, higher compute_efficiency" in lines[-2]
    assert lines[-1] == "16 design points written to points.parquet"
    table = pl.read_parquet("points.parquet")
    assert table.height == 16
    front = table.filter("is_pareto").height
    printed = json.loads(cost("--sweep", "sweep.toml", "--set", "memcelltype=rram", "--format", "json").stdout)
    assert len(printed["front"]) == front
    assert printed["points"] == 16
    assert printed["objectives"] == ["energy_efficiency", "compute_efficiency"]
    for origin in (printed["provenance"], json.loads(pl.read_parquet_metadata("points.parquet")["nnsreport"])):
        assert origin["settings"]["cost.parameters.memcelltype"] == 2
        assert origin["axes"]["levelOutput"] == [16, 2, 32]
        assert origin["sweep"]["seed"] == 0


EQUAL = """
[cost]
network_file = "NetWork.csv"
[sweep]
objectives = ["energy_efficiency", "area"]
[axes]
memcelltype = [2]
synapseBit = [2]
cellBit = [2, 3, 4]
[cost.parameters]
numRowSubArray = 64
"""


def test_equal_points_of_the_front_share_a_line(desk: Path) -> None:
    Path("sweep.toml").write_text(EQUAL)
    lines = cost("--sweep", "sweep.toml", "--out", "points.parquet").stdout.splitlines()
    assert lines[0].split()[:3] == ["memcelltype", "synapseBit", "cellBit"]
    assert lines[0].endswith("equal points")
    assert lines[2].split()[:3] == ["2", "2", "2"]
    assert lines[2].split()[-1] == "3"
    assert not lines[3]
    assert lines[4].startswith("2 points: cellBit is above synapseBit")
    assert "3 of 3 points are on the Pareto front" in lines[5]
    assert "with 1 different result;" in lines[5]
    assert pl.read_parquet("points.parquet")["is_pareto"].to_list() == [True] * 3
    printed = json.loads(cost("--sweep", "sweep.toml", "--format", "json").stdout)
    assert len(printed["front"]) == 3
    assert list(printed["notes"].values()) == [2]


def test_cells_of_more_bits_than_a_weight_are_told(desk: Path) -> None:
    arguments = ("--network", "NetWork.csv", "--set", "memcelltype=2", "--set", "synapseBit=2")
    arguments = (*arguments, "--set", "numRowSubArray=64", "--set")
    cut, fitting = (cost(*arguments, f"cellBit={bits}", "--format", "neurosim") for bits in (3, 2))
    assert cut.stderr.startswith("note: cellBit is above synapseBit")
    assert not fitting.stderr
    told, *rest = without_run_time(cut.stdout)
    assert told.startswith("ERROR!: Memory precision is even higher than synapse precision")
    assert rest == without_run_time(fitting.stdout)
    printed = json.loads(cost(*arguments, "cellBit=3", "--format", "json").stdout)
    assert printed["provenance"]["notes"][0].startswith("cellBit is above synapseBit")
    assert not cost("--network", "NetWork.csv", "--set", "cellBit=9").stderr  # SRAM, whose cells have one bit


def test_sweep_on_a_gpu_that_is_not_there() -> None:
    Path("sweep.toml").write_text(SWEEP)
    try:
        select_backend("cuda")
    except DeviceError:
        with pytest.raises(DeviceError, match=r"a CUDA device was asked for|sees no CUDA device"):
            cost("--sweep", "sweep.toml", "--device", "cuda")
        assert "on the Pareto front" in cost("--sweep", "sweep.toml", "--device", "auto").stdout
    else:
        on_gpu, on_cpu = (cost("--sweep", "sweep.toml", "--device", name).stdout for name in ("cuda", "cpu"))
        assert on_gpu.splitlines()[:-1] == on_cpu.splitlines()[:-1]


def test_sweep_of_a_configuration() -> None:
    Path("chip.toml").write_text('[cost]\nnetwork_file = "NetWork.csv"\n')
    Path("axes.toml").write_text("[axes]\nlevelOutput = [16, 32]\n")
    printed = cost("chip.toml", "--sweep", "axes.toml", "--dry-run").stdout
    assert printed.endswith("# 2 design points over levelOutput\n")
    Path("both.toml").write_text(SWEEP)
    with pytest.raises(ConfigurationError, match=r"both.toml: cost: has settings, but chip.toml is given as well"):
        cost("chip.toml", "--sweep", "both.toml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "x.csv"], r"x.csv: --out: is no .parquet file"),
        (["--format", "neurosim"], r"--format neurosim: is for one chip"),
        (["--format", "parquet"], r"--format parquet: is for files"),
    ],
)
def test_sweep_formats(arguments: list[str], message: str) -> None:
    Path("sweep.toml").write_text(SWEEP)
    with pytest.raises(ConfigurationError, match=message):
        cost("--sweep", "sweep.toml", *arguments)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["dn40nano_CM_rram", "dn40nano_default"])
def test_genuine_logs(shared_dir: Path, desk: Path, name: str) -> None:
    folder = shared_dir / "neurosim"
    with tarfile.open(folder / "traces" / "V1.4_DenseNet40_padded.tar.gz") as archive:
        archive.extractall(desk, filter="data")
    printed = cost(
        *("--params", str(folder / "logs" / "V1.4" / f"{name}.json")),
        *("--network", str(folder / "networks" / "NetWork_DN40nano.csv")),
        *("--traces", str(desk / "V1.4_DenseNet40_padded" / "trace_args_nano.txt"), "--format", "neurosim"),
    ).stdout
    log = (folder / "logs" / "V1.4" / f"{name}.txt").read_text()
    assert without_run_time(printed) == without_run_time(log)


def without_run_time(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("Total Run-time")]


def test_published_chip() -> None:
    lines = cost("--preset", "lu2021-sram-7nm").stdout.splitlines()
    (row,) = [line.split() for line in lines if line.startswith("compute efficiency") and line.endswith(" %")]
    assert row[4:6] == ["0.044", "TOPS/mm²"]
    assert any(line.startswith("Lu 2021 Table 7: 7nm 8T-SRAM") for line in lines)
    found = json.loads(cost("--preset", "lu2021-sram-7nm", "--format", "json").stdout)
    assert {number["metric"] for number in found["published"]} >= {"area", "energy_efficiency"}
    assert found["provenance"]["references"]["cost lu2021-sram-7nm"].endswith("Table 7 (NeuroSim V1.3)")
    assert "published" not in cost("--network", "NetWork.csv").stdout


def test_unknown_preset_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"there is no preset 'lu2021-rram'.*did you mean 'lu2021-rram-"):
        cost("--preset", "lu2021-rram")
