"""The clocks of NeuroSim V1.4's logs against sensing latencies of sub-arrays."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.cost.given import MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.printout import printed_number
from nnsreport.engine.cost.sub_array.results import ReadInputs
from nnsreport.engine.cost.sub_array.sub_array import sub_array
from nnsreport.engine.cost.technology import technology
from nnsreport.errors import ConfigurationError


def _parameters_of(run: Mapping[str, object]) -> Parameters | None:
    """Return the parameters of a log, or None where there are none, or they are refused."""
    if not run.get("params"):
        return None
    arguments = {"numRowParallel" if name == "parallelRead" else name: value for name, value in run["argv"].items()}
    try:
        return Parameters.from_values(run["params"], arguments)
    except ConfigurationError:
        return None


@pytest.mark.shared
def test_clock_of_every_log_is_the_sensing_latency(shared_dir: Path) -> None:
    checked: Counter[MemoryCell] = Counter()
    for path in sorted((shared_dir / "neurosim" / "logs" / "V1.4").glob("*.json")):
        clock = re.search(r"Chip clock period is: (.*)ns", path.with_suffix(".txt").read_text(errors="replace"))
        parameters = _parameters_of(json.loads(path.read_text()))
        if clock is None or parameters is None:
            continue
        used = technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k)
        # All layers have the same clock, as no state changes it.
        (sensing_s,) = sub_array(parameters, used).sensing_latency_s(ReadInputs(active_rows=np.array([1.0])))
        assert printed_number(sensing_s * 1e9) == clock[1], path.stem
        checked[parameters.cell] += 1
    assert checked[MemoryCell.SRAM] > 60
    assert checked[MemoryCell.RRAM] + checked[MemoryCell.FEFET] > 35
