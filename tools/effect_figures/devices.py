"""Figures of memory devices: levels, deviations, faults, drift, noise."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import altair as alt
import numpy as np

from effect_figures.figure import Figure, Point, bands, curves, histograms, horizontal, scale, vertical
from effect_figures.presets import device_preset
from nnsreport.engine.crossbar.cell import make_cell
from nnsreport.engine.crossbar.conductance import Draw, program
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import (
    DeviceSettings,
    FaultSettings,
    MappingSettings,
    ProgrammingSettings,
)
from nnsreport.engine.devices.drift import drift_exponent, drift_factor
from nnsreport.engine.devices.read_noise import read_noise_std, white_noise_std_s
from nnsreport.engine.devices.retention import retained
from nnsreport.engine.devices.spread import spread_std_s
from nnsreport.engine.devices.table_file import load_table
from nnsreport.reports.charts.encodings import time_axis

_DAY_S = 86_400.0
_YEAR_S = 365 * _DAY_S
_RELATIVE = "Target conductance g"
_STD = "Standard deviation (% of G_max)"
_STATES = "states,mean,std\n0,2e-6,1e-7\n1,5e-6,2e-7\n2,9e-6,3e-7\n3,20e-6,4e-7\n"
_SPREAD_PRESETS = (
    *("pcm-joshi2020", "pcm-joshi2020-fig3b", "pcm-hermes", "rram-wan2022", "rram-milo2021", "sonos-agrawal2022"),
)


def figures() -> tuple[Figure, ...]:
    """Return the figures of docs/engine-devices.md."""
    return (
        Figure("levels", "Conductance of each level of a cell", _levels()),
        Figure("deviations", "Standard deviation of the kinds of random deviations against g", _deviations()),
        Figure("programming-error", "Programming error of presets against g", _programming_error()),
        Figure("stuck-devices", "Conductances of devices of which some are stuck", _stuck_devices()),
        Figure("drift", "Drift of phase-change memory over time", _drift()),
        Figure("measured-drift", "Spread of measured states over time", _measured_drift()),
        Figure("retention", "Retention as NeuroSim V1.4 and V1.5 compute it", _retention()),
        Figure("read-noise", "Slow read noise of presets against g", _read_noise()),
        Figure("white-noise", "White noise of one read of SONOS against g", _white_noise()),
    )


def _grid(lowest: float, count: int = 60) -> np.ndarray:
    return np.linspace(lowest, 1.0, count)


def _lowest(device: DeviceSettings) -> float:
    return max(1.0 / device.on_off_ratio, 0.01)


def _levels() -> alt.Chart:
    with TemporaryDirectory() as folder:
        table = Path(folder) / "mem_states.csv"
        table.write_text(_STATES)
        measured = ProgrammingSettings(kind="table")
        cells = {
            "uniform, on/off ratio inf": DeviceSettings(conductance_max_s=20e-6),
            "uniform, on/off ratio 4": DeviceSettings(conductance_max_s=20e-6, on_off_ratio=4.0),
            "table": DeviceSettings(conductance_max_s=20e-6, levels="table", table=table, programming=measured),
        }
        made = {name: make_cell(4, device) for name, device in cells.items()}
    points = [
        (name, level, 1e6 * cell.step_s * cell.conductance(level)) for name, cell in made.items() for level in range(4)
    ]
    x = alt.X("x", type="quantitative", axis=alt.Axis(title="Level", values=[0, 1, 2, 3], format="d"))
    lines = curves(points, x, vertical("Conductance (µS)"))
    return lines.mark_line(aria=False, point={"aria": False})


def _deviations() -> alt.Chart:
    g = _grid(0.02)
    points: list[Point] = []
    for kind in ("constant", "proportional", "inverse"):
        device = DeviceSettings(programming=ProgrammingSettings(kind, 0.05))
        std = spread_std_s(g, device.programming, device) / device.conductance_max_s
        points.extend((kind, a, 100 * b) for a, b in zip(g, std, strict=True))
    return curves(points, horizontal(_RELATIVE), vertical(_STD, domain=(0, 30)))


def _programming_error() -> alt.Chart:
    points: list[Point] = []
    for name in _SPREAD_PRESETS:
        device = device_preset(name)
        table, g = load_table(device), _grid(_lowest(device))
        measured = table.stds_s[0] if table is not None and table.stds_s else ()
        std = spread_std_s(g, device.programming, device, table, measured) / device.conductance_max_s
        points.extend((name, a, 100 * b) for a, b in zip(g, std, strict=True))
    return curves(points, horizontal(_RELATIVE), vertical(_STD))


def _stuck_devices() -> alt.Chart:
    mapping = make_mapping(8, MappingSettings(), DeviceSettings())
    weights = np.rint(np.random.default_rng(0).normal(0, 35, (1, 100, 200))).clip(-127, 127).astype(np.int32)
    samples = {}
    for name, faults in (
        ("none stuck", FaultSettings()),
        ("5 % stuck on, 10 % stuck off", FaultSettings(stuck_on_rate=0.05, stuck_off_rate=0.10)),
    ):
        device = DeviceSettings(programming=ProgrammingSettings("constant", 0.02), faults=faults)
        cells = program(weights, mapping, device, Draw(seed=0, trial=0, layer=0))
        positive = cells[0, 0, 0][weights[0] > 0]
        samples[name] = (positive / mapping.cell.maximum).tolist()
    edges = [index / 40 for index in range(-1, 45)]
    axis = horizontal("Programmed conductance g", domain=(edges[0], edges[-1]))
    return histograms(samples, edges, axis, "Positive devices that hold a weight (%)")


def _drift() -> alt.LayerChart:
    times_s = np.geomspace(1.0, _YEAR_S, 40)
    device = device_preset("pcm-joshi2020")
    x, y = time_axis(times_s.tolist()), vertical("Conductance (% of programmed)", zero=False)
    middle: list[Point] = []
    limits: list[tuple[str, float, float, float]] = []
    for g in (1.0, 0.1, 0.01):
        name = f"g = {g:g}"
        low, mean, high = (float(drift_exponent(np.array([g]), np.array([z]), device.drift)[0]) for z in (1, 0, -1))
        for time_s in times_s:
            left = [
                100 * float(drift_factor(np.array([nu]), time_s, device.drift.reference_time_s)[0])
                for nu in (low, mean, high)
            ]
            middle.append((name, time_s, left[1]))
            limits.append((name, time_s, left[0], left[2]))
    names = list(dict.fromkeys(name for name, _, _ in middle))
    return alt.LayerChart(layer=[bands(limits, names, x, y), curves(middle, x, y)])


def _measured_drift() -> alt.Chart:
    times_s = np.geomspace(1.0, 2 * _DAY_S, 40)
    points: list[Point] = []
    for name in ("rram-wan2022", "sonos-agrawal2022"):
        device = device_preset(name)
        table = load_table(device)
        assert table is not None
        for share in (1.0, 0.5):
            for time_s in times_s:
                _, stds_s = table.mean_and_std_s(time_s, device.drift.time_axis, device.drift.reference_time_s)
                target_s = np.array([share * device.conductance_max_s])
                std = float(table.interpolated(target_s, stds_s)[0]) / device.conductance_max_s
                points.append((f"{name.split('-')[0].upper()}, g = {share:g}", time_s, 100 * std))
    return curves(points, time_axis(times_s.tolist()), vertical(_STD))


def _retention() -> alt.Chart:
    times_s = np.geomspace(1.0, _YEAR_S, 40)
    points: list[Point] = []
    for dialect in ("neurosim-1.4", "neurosim-1.5"):
        for direction in (1.0, -1.0):
            name = f"{dialect}, {'up' if direction > 0 else 'down'}"
            for time_s in times_s:
                found = retained(np.array([7.0]), np.array([direction]), time_s, 0.05, (0.0, 15.0), dialect)
                points.append((name, time_s, float(found[0])))
    return curves(points, time_axis(times_s.tolist()), vertical("State, of 0 to 15"))


def _read_noise() -> alt.Chart:
    g = np.geomspace(0.01, 1.0, 60)
    points: list[Point] = []
    for name in ("pcm-joshi2020", "pcm-hermes"):
        device = device_preset(name)
        for time_s, label in ((0.0, "0 s"), (_YEAR_S, "1 year")):
            std = read_noise_std(g, time_s, device.read_noise, device.drift.reference_time_s)
            points.extend((f"{name}, {label}", a, 100 * b) for a, b in zip(g, std, strict=True))
    axis = alt.Axis(title="Programmed conductance g", values=[0.01, 0.1, 1])
    x = alt.X("x", type="quantitative", scale=scale((0.01, 1.0), logarithmic=True), axis=axis)
    return curves(points, x, vertical("Standard deviation (% of G)"))


def _white_noise() -> alt.Chart:
    device = device_preset("sonos-agrawal2022")
    g = _grid(_lowest(device))
    std = white_noise_std_s(g, device, load_table(device)) / device.conductance_max_s
    return curves(
        [("sonos-agrawal2022", a, 100 * b) for a, b in zip(g, std, strict=True)],
        horizontal("Conductance g"),
        vertical(_STD),
    )
