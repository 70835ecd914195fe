"""The numbers of a chip for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnsreport.cli.terminal import console, print_table, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nnsreport.costs.model import CostModel
    from nnsreport.costs.published import PublishedNumber
    from nnsreport.costs.tables import Subject
    from nnsreport.engine.cost.parameters import Parameters
    from nnsreport.engine.cost.quantity import Quantity
    from nnsreport.engine.cost.results import ChipResults

_CHIP = (
    ("area", "area"),
    ("latency of an image", "read_latency"),
    ("dynamic energy of an image", "read_dynamic_energy"),
    ("leakage energy of an image", "leakage_energy"),
    ("leakage power", "leakage_power"),
    ("clock period", "clock_period"),
    ("energy efficiency", "energy_efficiency"),
    ("throughput", "throughput"),
    ("frame rate", "frame_rate"),
    ("compute efficiency", "compute_efficiency"),
    ("memory utilization", "memory_utilization"),
)
_CELLS = {"FEFET": "FeFET"}
_CIRCUITS = (
    ("memory cells", "cim_array"),
    ("ADCs", "adc"),
    ("accumulation", "accumulation"),
    ("interconnect", "interconnect"),
    ("buffers", "buffer"),
    ("other circuits", "other_peripheral"),
)
_CIRCUIT_METRICS = (("area", "area"), ("latency", "read_latency"), ("dynamic energy", "read_dynamic_energy"))
_LAYER_METRICS = (
    ("tiles", "tiles"),
    ("copies", "speed_up"),
    ("utilization", "memory_utilization"),
    ("latency", "read_latency"),
    ("dynamic energy", "read_dynamic_energy"),
    ("leakage energy", "leakage_energy"),
)


def print_chip(
    model: CostModel, parameters: Parameters, results: ChipResults, published: Sequence[PublishedNumber] = ()
) -> None:
    """Print the numbers of a chip: layers, circuits, and the whole.

    Parameters
    ----------
    model : CostModel
        Its network.
    parameters : Parameters
        Of the chip.
    results : ChipResults
        Of one chip.
    published : sequence of PublishedNumber
        What was published of it.
    """
    from nnsreport.costs.tables import chip_numbers, layer_numbers

    target = console()
    _print_layers(model, layer_numbers(results))
    target.print()
    numbers = chip_numbers(results)
    rows = [[title, *(_shown(numbers, name, metric) for _, metric in _CIRCUIT_METRICS)] for title, name in _CIRCUITS]
    titles = [title for title, _ in _CIRCUIT_METRICS]
    print_table(target, ["circuits", *titles], rows, right=titles)
    target.print()
    of_chip = [(title, _shown(numbers, "total", metric)) for title, metric in _CHIP]
    print_table(target, ["chip", ""], [row for row in of_chip if row[1]], right=[""])
    target.print()
    if published:
        _print_published(published)
        target.print()
    target.print(printable(_described(model, parameters, results)))


def _print_layers(model: CostModel, numbers: Mapping[Subject, Quantity]) -> None:
    from nnsreport.costs.tables import TOTAL, Subject, spread
    from nnsreport.units import format_quantity
    from nnsreport.vocabulary import METRICS

    columns = [
        (spread(numbers[Subject(TOTAL, metric)], len(model.layers)), METRICS[metric].unit)
        for _, metric in _LAYER_METRICS
    ]
    rows = [
        [layer.name, *(format_quantity(float(values[place]), unit) for values, unit in columns)]
        for place, layer in enumerate(model.layers)
    ]
    titles = [title for title, _ in _LAYER_METRICS]
    print_table(console(), ["layer", *titles], rows, right=titles)


def _print_published(numbers: Sequence[PublishedNumber]) -> None:
    from nnsreport.units import format_quantity
    from nnsreport.vocabulary import METRICS

    rows = [
        [
            METRICS[number.result.metric].title,
            format_quantity(number.computed, METRICS[number.result.metric].unit),
            format_quantity(number.result.value_si, METRICS[number.result.metric].unit),
            f"{number.difference * 100:+.3g} %",
        ]
        for number in numbers
    ]
    result = numbers[0].result
    target = console()
    print_table(target, ["published", "here", "there", "difference"], rows, right=["here", "there", "difference"])
    target.print(printable(f"{result.location}: {result.conditions} ({result.evidence.value})"))


def _shown(numbers: Mapping[Subject, Quantity], component: str, metric: str) -> str:
    from nnsreport.costs.tables import Subject
    from nnsreport.units import format_quantity
    from nnsreport.vocabulary import METRICS

    value = numbers.get(Subject(component, metric))
    return "" if value is None else format_quantity(float(value), METRICS[metric].unit)


def _described(model: CostModel, parameters: Parameters, results: ChipResults) -> str:
    """Say in one line what the numbers are of."""
    cell = _CELLS.get(parameters.cell.name, parameters.cell.name)
    given = f"{cell} at {parameters.node_nm} nm ({parameters.roadmap.value})"
    arrays = f"sub-arrays of {parameters.rows} x {parameters.columns} cells"
    if model.traces is not None:
        activity = f"activity of {model.traces.source}"
    else:
        activity = f"assumed density of ones {model.activity.input_density:g} ({model.activity.input_distribution})"
    corrected = "; NeuroSim V1.4 with corrections" if parameters.corrections else ""
    return f"{given}, {arrays}, {results.process.value}; {activity}{corrected}"
