"""Write transistors.csv and transistor_currents.csv of engine/cost/data from NeuroSim V1.4's Technology.cpp.

    python tools/write_technology_tables.py NeuroSIM/Technology.cpp engine/cost/data

NeuroSim's source is not part of this repository (its licence is CC BY-NC): give a copy of your own. What is written are
values under this project's names, not source text.
"""

from __future__ import annotations

import ast
import csv
import operator
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

COLUMNS = {
    "vdd_v": "vdd",
    "threshold_voltage_v": "vth",
    "gate_length_m": "phyGateLength",
    "ideal_gate_capacitance_f_per_m": "capIdealGate",
    "fringe_capacitance_f_per_m": "capFringe",
    "drain_capacitance_f_per_m": "cap_draintotal",
    "junction_capacitance_f_per_m2": "capJunction",
    "resistance_multiplier": "effectiveResistanceMultiplier",
    "gain_current_nmos_a_per_m": "current_gmNmos",
    "gain_current_pmos_a_per_m": "current_gmPmos",
    "transconductance_s_per_m": "gm_oncurrent",
    "fin_height_m": "heightFin",
    "fin_width_m": "widthFin",
    "fin_pitch_m": "PitchFin",
    "fins_per_device": "max_fin_num",
    "effective_width_m": "effective_width",
    "sheets_per_stack": "max_sheet_num",
    "stacks_per_device": "max_fin_per_GAA",
}
"""This project's columns, and the members of NeuroSim's Technology."""

CURRENTS = {
    "on_current_nmos_a_per_m": "currentOnNmos",
    "on_current_pmos_a_per_m": "currentOnPmos",
    "off_current_nmos_a_per_m": "currentOffNmos",
    "off_current_pmos_a_per_m": "currentOffPmos",
}

NODE = re.compile(r"featureSizeInNano\s*==\s*(\d+)")
ASSIGNMENT = re.compile(r"^(?:double\s+)?(\w+)\s*(?:\[\s*(\d+)\s*\])?\s*=\s*([^;{]+);")
LIST = re.compile(r"^double\s+(\w+)\s*\[\d+\]\s*=\s*\{([^}]*)\}")
JUNCTION = re.compile(r"featureSizeInNano\s*==\s*(\d+)\s*\)\s*capJunction\s*=\s*([\d.]+)\s*;")
OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

Values = dict[str, dict[int, float]]
"""Values of the members, by index; plain members have index 0."""


def main(source: str, folder: str) -> None:
    """Write both tables."""
    lines = [line.split("//")[0].strip() for line in Path(source).read_text(encoding="utf-8").splitlines()]
    blocks = list(blocks_of(lines))
    junctions = {int(node): float(value) for node, value in (m.groups() for m in map(JUNCTION.search, lines) if m)}
    with (Path(folder) / "transistors.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["node_nm", "roadmap", "structure", *COLUMNS, "source"])
        writer.writerows(transistor_row(*block, junctions) for block in blocks)
    with (Path(folder) / "transistor_currents.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["node_nm", "roadmap", "temperature_k", *CURRENTS, "source"])
        for block in blocks:
            writer.writerows(current_rows(*block))


def blocks_of(lines: list[str]) -> Iterator[tuple[int, str, Values]]:
    """Return node, roadmap and members of every block of conventional transistors that assigns a supply voltage."""
    lists = {name: dict(enumerate(map(float, values.split(",")))) for name, values in found(LIST, lines)}
    first = next(i for i, line in enumerate(lines) if "transistorType == conventional" in line)
    last = next(i for i, line in enumerate(lines) if "transistorType == FET_2D" in line)
    node, roadmap, values = 0, "", dict(lists)
    for line in lines[first:last]:
        if heading := NODE.search(line):
            node = int(heading[1])
        elif "deviceRoadmap == HP" in line:
            roadmap, values = "HP", dict(lists)
        elif line.startswith("} else"):
            if "vdd" in values:
                yield node, roadmap, values
            roadmap, values = "LSTP", dict(lists)
        elif assignment := ASSIGNMENT.match(line):
            name, index, expression = assignment.groups()
            value = evaluate(ast.parse(expression.strip().replace("(int)", ""), mode="eval").body, values)
            values.setdefault(name, {})[int(index or 0)] = value
            if name == "pnSizeRatio" and roadmap == "LSTP":
                yield node, roadmap, values
                values = {}


def found(pattern: re.Pattern[str], lines: list[str]) -> list[tuple[str, ...]]:
    """Return the groups of a pattern in the lines that begin with it."""
    return [match.groups() for match in map(pattern.match, lines) if match]


def evaluate(expression: ast.expr, values: Values) -> float:
    """Return the value of a C++ expression of numbers, members and the four operations."""
    match expression:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return values[name][0]
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int() as index)):
            return values[name][index]
        case ast.BinOp(left=left, op=operation, right=right):
            return OPERATIONS[type(operation)](evaluate(left, values), evaluate(right, values))
    raise ValueError(f"cannot evaluate {ast.unparse(expression)}")


def transistor_row(node: int, roadmap: str, values: Values, junctions: dict[int, float]) -> list[str]:
    """Return a row of transistors.csv."""
    structure = "planar" if node >= 22 else "finfet" if node >= 3 else "gaa"
    members = {name: by_index[0] for name, by_index in values.items() if 0 in by_index}
    if node in junctions:
        members["capJunction"] = junctions[node]
    cells = [f"{members[name]!r}" if name in members else "" for name in COLUMNS.values()]
    return [f"{node}", roadmap, structure, *cells, "NeuroSim V1.4, Technology.cpp"]


def current_rows(node: int, roadmap: str, values: Values) -> Iterator[list[str]]:
    """Return the rows of transistor_currents.csv from 300 to 400 K."""
    for index in range(0, 101, 10):
        cells = [f"{values[name][index]!r}" for name in CURRENTS.values()]
        yield [f"{node}", roadmap, f"{300 + index}", *cells, "NeuroSim V1.4, Technology.cpp"]


if __name__ == "__main__":
    main(*sys.argv[1:])
