"""The script that reads NeuroSim's Technology.cpp, on a file of the same form made for this test."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
STEPS = range(0, 101, 10)


def currents(offset: int) -> str:
    names = ("currentOnNmos", "currentOnPmos", "currentOffNmos", "currentOffPmos")
    return "\n".join(f"{name}[{step}] = {offset + i}.5e-3 ; // A/m" for i, name in enumerate(names) for step in STEPS)


SOURCE = f"""
double caps [2] = {{100.5, 200}}; // aF
if (transistorType == conventional) {{
    if (featureSizeInNano == 90) {{
        if (deviceRoadmap == HP) {{
            vdd = 1.2; /* V */
            {currents(1)}
            pnSizeRatio = currentOnNmos[0]/currentOnPmos[0];
        }} else {{
            vdd = 1.1;
            {currents(2)}
            pnSizeRatio = currentOnNmos[0]/currentOnPmos[0];
        }}
    }} else if (featureSizeInNano == 2) {{
        if (deviceRoadmap == HP) {{
            cout<<"not supported"<<endl;
            exit(-1);
        }} else {{
            // vdd = 9;
            vdd = 0.65;
            effective_width=(6*1e-9+15*1e-9)*2;
            capIdealGate = caps[1] * 1E-18 / (effective_width);
            {currents(3)}
            pnSizeRatio = (int)(currentOnNmos[0]/currentOnPmos[0]);
        }}
    }}
}} else if (transistorType == FET_2D) {{
    if (featureSizeInNano == 22) {{ vdd = 7; }}
}}
if (featureSizeInNano == 2 ) capJunction= 0.0091;
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_tables_of_a_source(tmp_path: Path) -> None:
    source = tmp_path / "Technology.cpp"
    source.write_text(SOURCE, encoding="utf-8")
    tool = ROOT / "tools" / "write_technology_tables.py"
    subprocess.run([sys.executable, tool, source, tmp_path], check=True)
    transistors = rows_of(tmp_path / "transistors.csv")
    assert [(row["node_nm"], row["roadmap"], row["structure"], row["vdd_v"]) for row in transistors] == [
        ("90", "HP", "planar", "1.2"),
        ("90", "LSTP", "planar", "1.1"),
        ("2", "LSTP", "gaa", "0.65"),
    ]
    width_m = (6 * 1e-9 + 15 * 1e-9) * 2
    assert float(transistors[2]["ideal_gate_capacitance_f_per_m"]) == 200 * 1e-18 / width_m
    assert transistors[2]["junction_capacitance_f_per_m2"] == "0.0091"
    assert transistors[0]["junction_capacitance_f_per_m2"] == ""
    rows = rows_of(tmp_path / "transistor_currents.csv")
    assert [int(row["temperature_k"]) for row in rows] == [300 + step for step in STEPS] * 3
    assert {row["off_current_nmos_a_per_m"] for row in rows} == {"0.0035", "0.0045", "0.0055"}
