"""Which printed numbers are parts of which total, one group for each way to divide a chip or its work.

Only what adds up is in a group: phases of a training, parts of a chip, and parts of its arrays are three divisions, and
are never stacked on each other. Areas of chips with several tiers are in none: tiers lie on top of each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nnsreport.reports.charts.labels import COMPONENT_TITLES, UNATTRIBUTED

Source = tuple[str, str]
"""A metric and a component: where a number stands in the table of metrics."""


@dataclass(frozen=True, slots=True)
class Division:
    """A number and its parts.

    Attributes
    ----------
    name : str
        Stem of a chart of this number alone, such as ``layer-latency``.
    title : str
        What is divided, such as ``read latency``.
    total : tuple of str and str, or None
        Where the whole stands; None where only its parts are printed.
    parts : Mapping of str to tuple of str and str
        Where each part stands.
    contained : tuple of str
        Parts that the simulator counts within ``other_peripheral`` as well.
    strange : frozenset of tuple of str and str
        Numbers whose presence says that the chip is divided in another way.
    needed : frozenset of tuple of str and str
        Numbers without which it is not divided in this way.
    """

    name: str
    title: str
    total: Source | None
    parts: Mapping[str, Source]
    contained: tuple[str, ...] = ()
    strange: frozenset[Source] = frozenset()
    needed: frozenset[Source] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """Divisions into the same kinds of parts, drawn with the same colours.

    Attributes
    ----------
    name, title, caption : str
        Of the chart of the chip.
    titles : Mapping of str to str
        Parts in the order of legends; at most as many as there are colours.
    chip : tuple of Division
        A row each.
    layers : tuple of Division
        A chart each, layer by layer.
    layer_note : str
        Sentence for the captions of those.
    """

    name: str
    title: str
    caption: str
    titles: Mapping[str, str]
    chip: tuple[Division, ...]
    layers: tuple[Division, ...] = ()
    layer_note: str = ""


def _of_one_metric(metric: str, components: tuple[str, ...]) -> dict[str, Source]:
    return {component: (metric, component) for component in components}


_WITH_REST = {UNATTRIBUTED: COMPONENT_TITLES[UNATTRIBUTED]}
_COMPONENTS = tuple(name for name in COMPONENT_TITLES if name != UNATTRIBUTED)
_CONTAINED = ("buffer", "interconnect")
_GRADIENT_AREA = ("area", "weight_gradient")
_TIERS = frozenset({("area", "memory_cube")})
_CONTAINED_NOTE = " Buffers and interconnect are taken out of the other periphery, where NeuroSim counts them."


def _inference(metric: str, name: str, title: str) -> Division:
    parts = _of_one_metric(metric, _COMPONENTS)
    return Division(name, title, (metric, "total"), parts, _CONTAINED)


_LATENCY = _inference("read_latency", "layer-latency", "read latency")
_ENERGY = _inference("read_dynamic_energy", "layer-energy", "read dynamic energy")

_CHIP = Group(
    "chip-breakdown",
    "What the chip is made of",
    "Share of each part in the chip's total, which stands beside the bar. A quantity whose parts exceed its total is "
    "not shown: in a pipelined chip the latencies of the parts are those of different layers, and areas of stacked "
    "tiers do not add up." + _CONTAINED_NOTE,
    COMPONENT_TITLES,
    (
        Division(
            "area",
            "area",
            ("area", "total"),
            _of_one_metric("area", _COMPONENTS),
            strange=_TIERS | {_GRADIENT_AREA},
        ),
        _LATENCY,
        _ENERGY,
    ),
    (_LATENCY, _ENERGY),
    "for one image, in the order of the network; parts sum to the layer's total." + _CONTAINED_NOTE,
)

_TRAINING_TITLES = {
    "cim_array": COMPONENT_TITLES["cim_array"],
    "adc": COMPONENT_TITLES["adc"],
    "accumulation": COMPONENT_TITLES["accumulation"],
    "weight_gradient": "weight-gradient units",
    "interconnect": COMPONENT_TITLES["interconnect"],
    "other_peripheral": COMPONENT_TITLES["other_peripheral"],
} | _WITH_REST

_TRAINING_CHIP = Group(
    "training-chip-breakdown",
    "What the training chip is made of",
    "Share of each part in the chip's area, which stands beside the bar.",
    _TRAINING_TITLES,
    (
        Division(
            "area",
            "area",
            ("area", "total"),
            _of_one_metric("area", tuple(name for name in _TRAINING_TITLES if name != UNATTRIBUTED)),
            needed=frozenset({_GRADIENT_AREA}),
        ),
    ),
)

_PHASES = {
    "forward": "forward pass",
    "activation_gradient": "activation gradients",
    "weight_gradient": "weight gradients",
    "weight_update": "weight update",
}


def _phases(quantity: str, title: str, name: str, *, is_layer: bool) -> Division:
    reads = _of_one_metric(f"epoch_read_{quantity}", ("forward", "activation_gradient", "weight_gradient"))
    parts = reads | {"weight_update": (f"epoch_write_{quantity}", "weight_update")}
    return Division(name, title, None if is_layer else (f"epoch_{quantity}", "total"), parts)


_EPOCH = Group(
    "epoch-breakdown",
    "What an epoch is made of",
    "Share of each phase in one epoch, whose total stands beside the bar. Buffers, interconnect and DRAM are within "
    "the phases. Phases that exceed the total are not shown: in a pipelined chip they overlap.",
    _PHASES | _WITH_REST,
    (
        _phases("latency", "latency", "epoch-latency", is_layer=False),
        _phases("dynamic_energy", "dynamic energy", "epoch-energy", is_layer=False),
    ),
    (
        _phases("latency", "latency of one epoch", "layer-epoch-latency", is_layer=True),
        _phases("dynamic_energy", "dynamic energy of one epoch", "layer-epoch-energy", is_layer=True),
    ),
    "by phase, in the order of the network.",
)

_ARRAY_TITLES = {
    "synaptic_array": "synaptic arrays",
    "adc": COMPONENT_TITLES["adc"],
    "accumulation": COMPONENT_TITLES["accumulation"],
    "weight_gradient": "weight-gradient units",
    "weight_update": "weight update",
} | _WITH_REST


def _arrays(quantity: str, title: str) -> Division:
    parts = _of_one_metric(f"epoch_read_{quantity}", ("synaptic_array", "adc", "accumulation"))
    parts["weight_gradient"] = (f"peak_epoch_read_{quantity}", "weight_gradient")
    parts["weight_update"] = (f"peak_epoch_write_{quantity}", "weight_update")
    return Division(quantity, title, (f"peak_epoch_{quantity}", "total"), parts)


_EPOCH_ARRAYS = Group(
    "epoch-array-breakdown",
    "What an epoch of the arrays is made of",
    "Share of each part in one epoch of the arrays and their periphery, without buffers, interconnect and DRAM "
    "(NeuroSim calls it peak); synaptic arrays, ADC and accumulation work in the forward pass and for the gradients of "
    "activations.",
    _ARRAY_TITLES,
    (
        _arrays("latency", "latency"),
        _arrays("dynamic_energy", "dynamic energy"),
    ),
)

_SYSTOLIC = Group(
    "systolic-breakdown",
    "What the systolic array is made of",
    "Share of each part in the chip's total, which stands beside the bar. The energy of the global buffer includes its "
    "refresh and the network on chip.",
    {
        "mac": "MAC units",
        "register_file": "register files",
        "functional_module": "functional modules",
        "buffer": "global buffer",
        "dram": "DRAM transfers",
        "leakage": "standby (leakage)",
    }
    | _WITH_REST,
    (
        Division(
            "area",
            "area",
            ("area", "total"),
            _of_one_metric("area", ("mac", "register_file", "functional_module", "buffer")),
            needed=frozenset({("area", "mac")}),
        ),
        Division(
            "inference-energy",
            "inference energy",
            ("inference_energy", "total"),
            _of_one_metric("read_dynamic_energy", ("mac", "register_file", "functional_module", "dram"))
            | {"buffer": ("read_dynamic_energy", "buffer_and_network"), "leakage": ("leakage_energy", "total")},
            needed=frozenset({("read_dynamic_energy", "mac")}),
        ),
    ),
)

_PERCEPTRON = Group(
    "perceptron-breakdown",
    "What the perceptron's chip is made of",
    "Share of each part in the chip's area, which stands beside the bar.",
    {"synaptic_core": "synaptic core", "neuron_periphery": "neuron periphery"} | _WITH_REST,
    (
        Division(
            "area",
            "area",
            ("area", "total"),
            _of_one_metric("area", ("synaptic_core", "neuron_periphery")),
        ),
    ),
)

GROUPS: tuple[Group, ...] = (_CHIP, _TRAINING_CHIP, _EPOCH, _EPOCH_ARRAYS, _SYSTOLIC, _PERCEPTRON)
"""In the order of a report."""
