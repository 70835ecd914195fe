"""Traces from lists, scripts and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.configuration.cost import CostSettings
from nnsreport.costs.model import load_model
from nnsreport.costs.trace_lists import find_traces
from nnsreport.errors import DataError

SCRIPT = "./NeuroSIM/main ./NeuroSIM/NetWork_small.csv 4 6 64 32 {files} \n"


def script(folder: Path, prefix: str) -> Path:
    names = (folder / "trace_args.txt").read_text().split()
    path = folder / "trace_command.sh"
    path.write_text(SCRIPT.format(files=" ".join(prefix + name for name in names)))
    return path


def test_list_and_its_folder(traces: Path) -> None:
    of_folder, of_list = find_traces(traces), find_traces(traces / "trace_args.txt")
    assert of_folder == of_list
    assert of_list.source == traces / "trace_args.txt"
    assert [path.weights.name for path in of_list.layers] == ["weight1.csv", "weight2.csv", "weight3.csv"]
    assert not of_list.arguments


def test_list_of_some_layers(traces: Path) -> None:
    path = traces / "trace_args_tail.txt"
    path.write_text("weight3.csv input3.csv")
    assert [layer.inputs for layer in find_traces(path).layers] == [traces / "input3.csv"]


@pytest.mark.parametrize("prefix", ["./traces/", "", "/somewhere/else/"])
def test_script_from_where_the_wrapper_runs_it(traces: Path, prefix: str) -> None:
    found = find_traces(script(traces, prefix))
    assert found.layers == find_traces(traces / "trace_args.txt").layers
    assert found.arguments == {"synapseBit": 4, "numBitInput": 6, "numRowSubArray": 64, "numRowParallel": 32}


def test_folder_without_a_list_but_with_a_script(traces: Path) -> None:
    path = script(traces, "")
    (traces / "trace_args.txt").unlink()
    assert find_traces(traces).source == path


def test_calls_say_how_neurosim_was_started_unless_the_parameters_do(traces: Path, network: Path) -> None:
    path = script(traces, "")
    parameters = load_model(CostSettings(network_file=network, traces=path)).parameters()
    assert (parameters.weight_bits, parameters.input_bits, parameters.rows) == (4, 6, 64)
    assert parameters.rows_in_parallel == 32
    chip = traces / "chip.json"
    chip.write_text('{"params": {"technode": 14}, "argv": {"synapseBit": 2}}')
    parameters = load_model(CostSettings(network_file=network, traces=path, parameter_file=chip)).parameters()
    assert (parameters.weight_bits, parameters.input_bits, parameters.node_nm) == (2, 6, 14)


def test_missing_files_are_named(traces: Path) -> None:
    (traces / "weight1.csv").unlink()
    (traces / "input3.csv").unlink()
    with pytest.raises(DataError, match=r"names weight1.csv, input3.csv, which do not exist"):
        find_traces(traces)


def test_what_is_no_list(traces: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has neither trace_args.txt nor trace_command.sh"):
        find_traces(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        find_traces(tmp_path / "absent.txt")
    odd = traces / "odd.txt"
    odd.write_text("weight1.csv")
    with pytest.raises(DataError, match="no pairs"):
        find_traces(odd)
    twice = traces / "twice.sh"
    twice.write_text(2 * script(traces, "").read_text())
    with pytest.raises(DataError, match="calls NeuroSim 2 times"):
        find_traces(twice)
    empty = traces / "empty.sh"
    empty.write_text("#!/bin/sh\necho done\n")
    with pytest.raises(DataError, match="no call of NeuroSIM/main"):
        find_traces(empty)


def test_traces_of_another_network(traces: Path, network: Path) -> None:
    network.write_text("8,8,60,1,1,48,0,1\n")
    with pytest.raises(DataError, match=r"lists the traces of 3 layers, but .* has 1"):
        load_model(CostSettings(network_file=network, traces=traces))
