"""Components of the periphery, evaluated from the columns of a table of NeuroSim's results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.components.column_switch_matrix import column_switch_matrix
from nnsreport.engine.cost.components.crossbar_driver import crossbar_driver
from nnsreport.engine.cost.components.level_shifter import level_shifter_area_m2
from nnsreport.engine.cost.components.multilevel_sense_amplifier import (
    References,
    Sensing,
    multilevel_sense_amplifier,
)
from nnsreport.engine.cost.components.multiplexer import multiplexer
from nnsreport.engine.cost.components.precharger import precharger
from nnsreport.engine.cost.components.reference_ladder import ReferenceLadder, parallel_ladder, sequential_ladder
from nnsreport.engine.cost.components.row_decoder import row_decoder
from nnsreport.engine.cost.components.row_switch_matrix import Line, row_switch_matrix
from nnsreport.engine.cost.components.sar_adc import sar_adc
from nnsreport.engine.cost.components.sram_sense_amplifier import sram_sense_amplifier
from nnsreport.engine.cost.components.sram_write_driver import sram_write_driver
from nnsreport.engine.cost.components.thermometer_encoder import thermometer_encoder
from nnsreport.engine.cost.components.transistor_switch_matrix import transistor_switch_matrix
from nnsreport.engine.cost.components.word_line_driver import word_line_driver
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology

Values: TypeAlias = Mapping[str, Quantity]
Results: TypeAlias = dict[str, Quantity]
Evaluation: TypeAlias = Callable[[Values, Technology, Mapping[str, bool]], Results]


def _sides(outline: Outline) -> Results:
    return {"area_m2": outline.area_m2, "height_m": outline.height_m, "width_m": outline.width_m}


def _precharger(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = precharger(v["columns"], v["given_width_m"], used)
    latency = part.latency_s(v["bit_line_f"], v["bit_line_ohm"], v["reads"])
    energy = part.energy_j(v["bit_line_f"], v["reads"])
    return _sides(part.outline) | {
        "latency_s": latency,
        "write_latency_s": latency,
        "leakage_w": part.leakage_w,
        "energy_j": energy,
        "write_energy_j": energy,
    }


def _write_driver(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = sram_write_driver(v["columns"], v["given_width_m"], used)
    return _sides(part.outline) | {
        "latency_s": part.write_latency_s(v["bit_line_f"], v["bit_line_ohm"], v["reads"]),
        "leakage_w": part.leakage_w,
        "energy_j": part.write_energy_j(v["reads"]),
    }


def _sense_amplifier(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = sram_sense_amplifier(v["columns"], v["given_width_m"] / v["columns"], v["given_width_m"], used)
    return _sides(part.outline) | {
        "latency_s": part.latency_s(v["sensed_v"], v["reads"]),
        "leakage_w": part.leakage_w,
        "energy_j": part.energy_j(v["reads"]),
    }


def _row_switch_matrix(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = row_switch_matrix(
        v["outputs"],
        v["line_ohm"],
        v["sizing"],
        v["given_height_m"],
        used,
        special_layout=options["special_layout"],
    )
    line = Line(v["cell_f"], v["cell_ohm"], v["cells"], v["buffers"], v["buffer_f"])
    return _sides(part.outline) | {
        "resistance_ohm": part.switch.resistance_ohm,
        "drain_f": part.switch.drain_f,
        "latency_s": part.latency_s(line, v["reads"]),
        "leakage_w": part.leakage_w,
        "energy_j": part.energy_j(v["activity"], v["read_v"], v["reads"]),
    }


def _column_switch_matrix(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = column_switch_matrix(
        v["outputs"], v["line_ohm"], v["sizing"], v["given_width_m"], used, special_layout=options["special_layout"]
    )
    return _sides(part.outline) | {"leakage_w": part.leakage_w}


def _transistor_switch_matrix(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = transistor_switch_matrix(
        v["outputs"], v["sizing"], v["given_height_m"], used, special_layout=options["special_layout"]
    )
    return _sides(part.outline) | {
        "resistance_ohm": part.switch.resistance_ohm,
        "drain_f": part.switch.drain_f,
        "latency_s": part.latency_s(v["line_f"], v["line_ohm"], v["reads"]),
        "leakage_w": part.leakage_w,
        "energy_j": part.energy_j(v["activity"], v["read_v"], v["access_v"], v["reads"]),
    }


def _multiplexer(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    folded = multiplexer(v["outputs"], v["columns_per_output"], v["column_ohm"], v["given_width_m"], used)
    part = folded.at_least_as_high_as(v["least_height_m"])
    return _sides(part.outline) | {
        "folded_height_m": folded.outline.height_m,
        "resistance_ohm": part.switch.resistance_ohm,
        "nmos_gate_f": part.switch.nmos_gate_f,
        "pmos_gate_f": part.switch.pmos_gate_f,
        "drain_f": part.switch.drain_f,
        "latency_s": part.latency_s(v["load_f"], v["reads"]),
        "leakage_w": part.leakage_w,
        "energy_j": part.energy_j(v["read_v"], v["reads"]),
    }


def _word_line_decoder(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = row_decoder(
        v["address_bits"],
        v["sizing"],
        used,
        selects_columns=False,
        height_m=v["given_height_m"],
        control_activity=0.05 if options["is_validated"] else 1.0,
    )
    delay = part.word_line_delay(v["line_f"], v["line_ohm"], v["columns"])
    return _sides(part.outline) | {
        "latency_s": delay.latency_s * v["reads"],
        "write_latency_s": delay.latency_s * v["reads"],
        "ramp_per_s": delay.ramp_per_s,
        "leakage_w": part.leakage_w,
        "energy_j": part.read_energy_j(v["reads"]),
        "write_energy_j": part.write_energy_j(v["reads"]),
    }


def _multiplexer_decoder(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = row_decoder(
        v["address_bits"],
        v["sizing"],
        used,
        selects_columns=True,
        control_activity=0.05 if options["is_validated"] else 1.0,
    )
    delay = part.select_delay(v["nmos_gates_f"], v["pmos_gates_f"])
    return _sides(part.outline) | {
        "latency_s": delay.latency_s * v["reads"],
        "write_latency_s": delay.latency_s * v["reads"],
        "ramp_per_s": delay.ramp_per_s,
        "leakage_w": part.leakage_w,
        "energy_j": part.read_energy_j(v["reads"]),
        "write_energy_j": part.write_energy_j(v["reads"]),
    }


def _columns_ohm(v: Values) -> Array:
    columns = [v[f"column_{index}_ohm"] for index in range(3)]
    xp = namespace_among(*columns)
    return xp.stack([xp.asarray(column) for column in columns], axis=-1)


def _ladder(v: Values, options: Mapping[str, bool]) -> ReferenceLadder:
    if not options["is_parallel"]:
        return sequential_ladder(v["on_ohm"], v["off_ohm"], v["levels"])
    cell_ohm = v["on_ohm"] if options["is_resistive"] else v["access_ohm"]
    return parallel_ladder(cell_ohm, v["rows_in_parallel"], v["levels"])


def _multilevel_sense_amplifier(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = multilevel_sense_amplifier(
        v["converters"],
        v["levels"],
        References(_ladder(v, options), v["sharing"], v["column_f"], v["column_area_m2"], v["activation_j"]),
        v["given_width_m"],
        v["read_v"],
        used,
        sensing=Sensing.CURRENT if options["senses_current"] else Sensing.VOLTAGE,
        special_layout=options["special_layout"],
    )
    return _sides(part.outline) | {
        "latency_s": part.latency_s(v["reads"]),
        "leakage_w": part.leakage_w,
        "energy_j": part.column_energy_j(_columns_ohm(v), v["reads"]).sum(axis=-1),
    }


def _thermometer_encoder(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = thermometer_encoder(
        v["levels"], v["converters"], v["given_width_m"], used, special_layout=options["special_layout"]
    )
    return _sides(part.outline) | {"latency_s": part.latency_s, "leakage_w": part.leakage_w}


def _sar_adc(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = sar_adc(v["converters"], v["levels"], v["given_width_m"], v["read_v"], used)
    return _sides(part.outline) | {
        "latency_s": part.latency_s(v["reads"]),
        "leakage_w": part.leakage_w,
        "energy_j": part.column_energy_j(_columns_ohm(v), v["reads"]).sum(axis=-1),
    }


def _word_line_driver(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = word_line_driver(v["rows"], v["given_height_m"], used)
    return _sides(part.outline) | {
        "latency_s": part.delay(v["ramp_per_s"], v["line_f"], v["line_ohm"]).latency_s * v["reads"],
        "leakage_w": part.leakage_w,
        "energy_j": part.energy_j(v["read_v"], v["reads"]),
    }


def _crossbar_driver(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    part = crossbar_driver(v["outputs"], v["on_ohm"] / v["loads"], v["given_height_m"], used)
    return _sides(part.outline) | {
        "latency_s": part.delay(v["ramp_per_s"], v["line_f"], v["line_ohm"]).latency_s * v["reads"],
        "leakage_w": part.leakage_w,
        "energy_j": part.energy_j(v["read_cells"], v["read_v"], v["reads"]),
    }


def _level_shifter(v: Values, used: Technology, options: Mapping[str, bool]) -> Results:
    wiring_factor = 1.44 if options["is_validated"] else None
    return {"area_m2": level_shifter_area_m2(v["outputs"], used, wiring_factor=wiring_factor)}


_EVALUATIONS: Mapping[str, Evaluation] = {
    "precharger": _precharger,
    "sram_write_driver": _write_driver,
    "sram_sense_amplifier": _sense_amplifier,
    "row_switch_matrix": _row_switch_matrix,
    "column_switch_matrix": _column_switch_matrix,
    "transistor_switch_matrix": _transistor_switch_matrix,
    "multiplexer": _multiplexer,
    "word_line_decoder": _word_line_decoder,
    "multiplexer_decoder": _multiplexer_decoder,
    "multilevel_sense_amplifier": _multilevel_sense_amplifier,
    "thermometer_encoder": _thermometer_encoder,
    "sar_adc": _sar_adc,
    "word_line_driver": _word_line_driver,
    "crossbar_driver": _crossbar_driver,
    "level_shifter": _level_shifter,
}


@pytest.fixture(scope="session")
def evaluations() -> Mapping[str, Any]:
    """Return what evaluates a component, by the name of its table."""
    return _EVALUATIONS
