"""What makes two runs less than fully comparable, and for which numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from nnsreport.reports.comparison.settings_difference import same_value
from nnsreport.reports.run_data import RunData, SettingValue
from nnsreport.vocabulary import METRICS, Scope

_ACCURACY = frozenset({"accuracy", "float_accuracy", "quantized_accuracy", "correct_images", "test_loss"})
_RATES = frozenset({"throughput", "frame_rate"})
_PER_OPERATION = frozenset({"energy_efficiency", "throughput", "compute_efficiency"})
_LEAKAGE = frozenset({"leakage_power", "leakage_energy"})
_PROCESS = frozenset({"read_latency", "energy_efficiency", "compute_efficiency"}) | _RATES | _LEAKAGE
_HARDWARE = frozenset(
    name for name, metric in METRICS.items() if Scope.CHIP in metric.scopes or name in {"tiles", "speed_up"}
)
# What grows with the network; the per-operation figures and the parts' own sizes do not.
_SIZE_OF_NETWORK = frozenset(
    {"area", "read_latency", "read_dynamic_energy", "frame_rate", "memory_utilization"} | _LEAKAGE
)
_ALL = frozenset(METRICS)

_TECHNOLOGY = ("neurosim.technode", "neurosim.memcelltype", "neurosim.deviceroadmap", "neurosim.temp")

_UNTOLD = "not in the log"

_LAYER = frozenset({Scope.LAYER})
_ANY_SCOPE = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows a flag speaks of: these metrics in these scopes."""

    metrics: frozenset[str]
    scopes: frozenset[Scope] = _ANY_SCOPE

    def covers(self, metric: str, scope: str) -> bool:
        """Tell whether a row is meant."""
        return metric in self.metrics and scope in self.scopes


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason for care.

    Attributes
    ----------
    subject : str
        What differs, such as ``process``.
    value_a, value_b : str
        How it is in A and in B, as text for people.
    explanation : str
        One clause: what follows from it.
    blocks : tuple of Reach
        Rows that this makes not comparable.
    warns : tuple of Reach
        Rows that are compared, with this caution.
    """

    subject: str
    value_a: str
    value_b: str
    explanation: str
    blocks: tuple[Reach, ...] = ()
    warns: tuple[Reach, ...] = field(default=())

    @property
    def is_blocking(self) -> bool:
        """Whether any row is not comparable because of it."""
        return bool(self.blocks)

    @property
    def summary(self) -> str:
        """What differs, without what follows from it."""
        if self.value_a == self.value_b:
            return f"{self.subject}: {self.value_a} in both"
        return f"{self.subject}: {self.value_a} against {self.value_b}"

    @property
    def sentence(self) -> str:
        """The flag in one line."""
        return f"{self.summary}; {self.explanation}"

    def blocks_row(self, metric: str, scope: str) -> bool:
        """Tell whether a row is not comparable because of this flag."""
        return any(reach.covers(metric, scope) for reach in self.blocks)

    def warns_row(self, metric: str, scope: str) -> bool:
        """Tell whether a row is to be read with this caution."""
        return any(reach.covers(metric, scope) for reach in self.warns)


def find_flags(a: RunData, b: RunData) -> tuple[Flag, ...]:
    """Return what makes two runs less than fully comparable.

    Parameters
    ----------
    a, b : RunData
        Base and other.

    Returns
    -------
    tuple of Flag
        Blocking flags first; nothing when the runs are alike in all that is known of them.
    """
    flags = [flag for check in _CHECKS for flag in check(a, b)]
    return tuple(sorted(flags, key=lambda flag: not flag.is_blocking))


def _simulator(a: RunData, b: RunData) -> Iterable[Flag]:
    if a.kind == b.kind:
        return
    family_a, family_b = _family(a.kind), _family(b.kind)
    if family_a == family_b:
        yield Flag(
            "simulator version",
            a.kind,
            b.kind,
            "models were recalibrated between versions, so part of the difference is the simulator's",
            warns=(Reach(_HARDWARE | _ACCURACY),),
        )
    elif "nnsreport" in (family_a, family_b):
        yield Flag(
            "simulator",
            a.kind,
            b.kind,
            "part of the difference is that of the two models",
            warns=(Reach(_HARDWARE | _ACCURACY),),
        )
    else:
        yield Flag(
            "simulator",
            a.kind,
            b.kind,
            "they define their numbers differently (inference or training, per image or per epoch)",
            blocks=(Reach(_HARDWARE),),
            warns=(Reach(_ACCURACY),),
        )


def _family(kind: str) -> str:
    match = re.fullmatch(r"(neurosim)-1\.\d+.*", kind)
    return "neurosim inference" if match else kind


def _unknown_configuration(a: RunData, b: RunData) -> Iterable[Flag]:
    value_a, value_b = (_told(run) for run in (a, b))
    if _UNTOLD in (value_a, value_b):
        yield Flag(
            "Param.cpp",
            value_a,
            value_b,
            "technology, memory cell, ADC and buffers may differ without a word in the settings",
        )


def _told(run: RunData) -> str:
    if not run.kind.startswith("neurosim"):
        return "not used"
    return "known" if any(name in run.settings for name in _TECHNOLOGY) else _UNTOLD


def _state(a: RunData, b: RunData) -> Iterable[Flag]:
    if a.state != "complete" or b.state != "complete":
        yield Flag("state", a.state, b.state, "numbers of an unfinished run cover what ran", warns=(Reach(_ALL),))


def _process(a: RunData, b: RunData) -> Iterable[Flag]:
    yield from _when_settings_differ(
        a,
        b,
        "process",
        ("neurosim.process",),
        "pipelined latency is one period, layer-by-layer latency is the sum of all layers",
        blocks=(Reach(_PROCESS, frozenset({Scope.CHIP})), Reach(_LEAKAGE, _LAYER)),
        warns=(Reach(_HARDWARE - _PROCESS),),
    )


def _synchronous(a: RunData, b: RunData) -> Iterable[Flag]:
    clock_a, clock_b = _clocking(a), _clocking(b)
    if clock_a and clock_b and clock_a != clock_b:
        yield Flag(
            "clocking",
            clock_a,
            clock_b,
            "a synchronous chip's latencies are whole clock periods, an asynchronous one's are the circuits' own",
            warns=(Reach(_PROCESS),),
        )


def _clocking(run: RunData) -> str:
    stated = run.settings.get("neurosim.synchronous")
    if stated is not None:
        return "synchronous" if same_value(stated, True) else "asynchronous"
    # NeuroSim says nothing of an asynchronous chip; what it leaves unsaid counts only once it has said all.
    return "asynchronous" if "neurosim.process" in run.settings and run.state == "complete" else ""


def _network(a: RunData, b: RunData) -> Iterable[Flag]:
    layers_a, layers_b = _layers(a), _layers(b)
    name_a, name_b = _network_name(a, layers_a), _network_name(b, layers_b)
    if layers_a and layers_b and layers_a != layers_b and not _may_be_cut_off(a, b, layers_a, layers_b):
        yield Flag(
            "network",
            name_a,
            name_b,
            "their layers differ, so no layer of one is a layer of the other",
            blocks=(Reach(_ALL, _LAYER), Reach(_SIZE_OF_NETWORK, frozenset({Scope.CHIP}))),
            warns=(Reach(_ACCURACY | _PER_OPERATION),),
        )
    elif _known_and_different(a, b, "network.sha256") or _known_and_different(a, b, "wrapper.model"):
        yield Flag(
            "network",
            name_a,
            name_b,
            "the difference includes that of the networks' own accuracies",
            warns=(Reach(_ACCURACY | _HARDWARE),),
        )


def _may_be_cut_off(
    a: RunData, b: RunData, layers_a: frozenset[tuple[object, ...]], layers_b: frozenset[tuple[object, ...]]
) -> bool:
    """Tell whether the layers that one run lacks may be those it had not come to."""
    return (a.state != "complete" and layers_a < layers_b) or (b.state != "complete" and layers_b < layers_a)


def _layers(run: RunData) -> frozenset[tuple[object, ...]]:
    # Logs have no layer table; their layers are those with numbers of their own.
    if run.layers.height:
        return frozenset(run.layers.select("layer", "operator", "inputs", "outputs", "groups", "macs_per_image").rows())
    named = run.metrics.filter(run.metrics["scope"] == Scope.LAYER.value)["layer"].drop_nulls()
    return frozenset((layer,) for layer in named.unique().to_list())


def _network_name(run: RunData, layers: frozenset[tuple[object, ...]]) -> str:
    name = run.settings.get("network.file") or run.settings.get("wrapper.model")
    text = str(name).rsplit("/", 1)[-1] if name else "network not named"
    return f"{text} ({len(layers)} layers)" if layers else text


def _data(a: RunData, b: RunData) -> Iterable[Flag]:
    accuracy, rest = (Reach(_ACCURACY),), (Reach(_HARDWARE | {"adc_saturation", "weight_error"}),)
    if _data_differ(a, b):
        names = _data_name(a), _data_name(b)
        if same_images(a, b):
            yield Flag("data", *names, "the images have the same labels, and are compared one by one", warns=accuracy)
        else:
            yield Flag("data", *names, "accuracies on other images are another measurement", accuracy, rest)
    elif not same_images(a, b):
        explanation = "a part of the images stands for all of them"
        yield from _when_settings_differ(a, b, "test images", ("data.images",), explanation, warns=accuracy)


def _data_differ(a: RunData, b: RunData) -> bool:
    content = "data.test_sha256"
    if content in a.settings and content in b.settings:
        return a.settings[content] != b.settings[content]
    return any(_known_and_different(a, b, name) for name in ("data.test", "data.name", "wrapper.dataset"))


def _data_name(run: RunData) -> str:
    names = (run.settings.get(name) for name in ("data.name", "data.test", "wrapper.dataset"))
    name = next((str(name) for name in names if name), "data not named")
    content = run.settings.get("data.test_sha256")
    return f"{name} (SHA-256 {str(content)[:8]})" if content else name


def same_images(a: RunData, b: RunData) -> bool:
    """Tell whether both runs kept predictions for the same images with the same labels.

    Parameters
    ----------
    a, b : RunData
        With or without predictions.

    Returns
    -------
    bool
        False also when either has none.
    """
    if not a.predictions.height or not b.predictions.height:
        return False
    labels_a, labels_b = (run.predictions.select("image", "label").unique().sort("image", "label") for run in (a, b))
    return labels_a.equals(labels_b)


def _precision(a: RunData, b: RunData) -> Iterable[Flag]:
    yield from _when_settings_differ(
        a,
        b,
        "precision",
        ("weights.bits", "activations.bits", "wrapper.wl_weight", "wrapper.wl_activate"),
        "an operation is not the same work; energy and latency for one image compare better",
        blocks=(Reach(_PER_OPERATION),),
        warns=(Reach(_ACCURACY | (_HARDWARE - _PER_OPERATION)),),
    )


def _technology(a: RunData, b: RunData) -> Iterable[Flag]:
    yield from _when_settings_differ(
        a,
        b,
        "technology",
        (
            "neurosim.technode",
            "neurosim.memcelltype",
            "neurosim.deviceroadmap",
            "neurosim.temp",
            "hardware.technode_nm",
        ),
        "other transistors or memory cells; fair as a choice of technology, not as one of architecture",
        warns=(Reach(_HARDWARE),),
    )


def _cells(a: RunData, b: RunData) -> Iterable[Flag]:
    yield from _when_settings_differ(
        a,
        b,
        "device",
        ("device.name", "mapping.cell_bits", "wrapper.cellBit", "wrapper.onoffratio", "neurosim.cellBit"),
        "other memory devices or bits in a cell",
        warns=(Reach(_ACCURACY | _HARDWARE),),
    )


def _when_settings_differ(
    a: RunData,
    b: RunData,
    subject: str,
    names: Iterable[str],
    explanation: str,
    *,
    blocks: tuple[Reach, ...] = (),
    warns: tuple[Reach, ...] = (),
) -> Iterable[Flag]:
    different = [name for name in names if _known_and_different(a, b, name)]
    if different:
        value_a, value_b = (_described(run.settings, different) for run in (a, b))
        yield Flag(subject, value_a, value_b, explanation, blocks, warns)


def _known_and_different(a: RunData, b: RunData, name: str) -> bool:
    known = name in a.settings and name in b.settings
    return known and not same_value(a.settings[name], b.settings[name])


def _described(settings: Mapping[str, SettingValue], names: list[str]) -> str:
    if len(names) == 1:
        return f"{settings[names[0]]}"
    return ", ".join(f"{name} {settings[name]}" for name in names)


_CHECKS: tuple[Callable[[RunData, RunData], Iterable[Flag]], ...] = (
    _simulator,
    _process,
    _network,
    _data,
    _precision,
    _technology,
    _cells,
    _synchronous,
    _unknown_configuration,
    _state,
)
