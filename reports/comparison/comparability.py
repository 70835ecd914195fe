"""What makes two runs less than fully comparable, and for which numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from nnsreport.reports.comparison.flag import ACCURACY, HARDWARE, OF_A_LAYER, OF_AN_EPOCH, Flag, Reach
from nnsreport.reports.comparison.settings_difference import same_value
from nnsreport.reports.comparison.simulator_flags import configuration_flags, epoch_flags, simulator_flags
from nnsreport.reports.run_data import RunData, SettingValue
from nnsreport.vocabulary import METRICS, Scope

_RATES = frozenset({"throughput", "frame_rate", "training_throughput", "training_epoch_rate"})
_PER_OPERATION = frozenset(
    {
        "energy_efficiency",
        "throughput",
        "compute_efficiency",
        "training_energy_efficiency",
        "training_throughput",
        "peak_training_energy_efficiency",
        "peak_training_throughput",
    }
)
_LEAKAGE = frozenset({"leakage_power", "leakage_energy", "epoch_leakage_energy"})
_PROCESS = (
    frozenset({"read_latency", "epoch_latency", "peak_epoch_latency", "training_energy_efficiency"})
    | frozenset({"energy_efficiency", "compute_efficiency"})
    | _RATES
    | _LEAKAGE
)
# What grows with the network; the per-operation figures and the parts' own sizes do not.
_SIZE_OF_NETWORK = (
    frozenset({"area", "read_latency", "read_dynamic_energy", "inference_energy", "frame_rate", "memory_utilization"})
    | frozenset({"training_epoch_rate", "peak_training_epoch_rate"})
    | OF_AN_EPOCH
    | _LEAKAGE
)
_ALL = frozenset(METRICS)
_LAYER = frozenset({Scope.LAYER})


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
        warns=(Reach(HARDWARE - _PROCESS),),
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
            warns=(Reach(ACCURACY | _PER_OPERATION),),
        )
    elif _known_and_different(a, b, "network.sha256") or _known_and_different(a, b, "wrapper.model"):
        yield Flag(
            "network",
            name_a,
            name_b,
            "the difference includes that of the networks' own accuracies",
            warns=(Reach(ACCURACY | HARDWARE),),
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
    accuracy, rest = (Reach(ACCURACY),), (Reach(HARDWARE | OF_A_LAYER),)
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
    return any(
        _known_and_different(a, b, name) for name in ("data.test", "data.name", "wrapper.dataset", "wrapper.type")
    )


def _data_name(run: RunData) -> str:
    names = (run.settings.get(name) for name in ("data.name", "data.test", "wrapper.dataset", "wrapper.type"))
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
        (
            "weights.bits",
            "activations.bits",
            "wrapper.wl_weight",
            "wrapper.wl_activate",
            "wrapper.wl_grad",
            "wrapper.wl_error",
        ),
        "an operation is not the same work; energy and latency for one image compare better",
        blocks=(Reach(_PER_OPERATION),),
        warns=(Reach(ACCURACY | (HARDWARE - _PER_OPERATION)),),
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
            "neurosim.technodeTop",
            "neurosim.technodeBottom",
            "neurosim.buffer_type",
            "hardware.technode_nm",
        ),
        "other transistors or memory cells; fair as a choice of technology, not as one of architecture",
        warns=(Reach(HARDWARE),),
    )


def _cells(a: RunData, b: RunData) -> Iterable[Flag]:
    yield from _when_settings_differ(
        a,
        b,
        "device",
        (
            "device.name",
            "mapping.cell_bits",
            "wrapper.cellBit",
            "wrapper.onoffratio",
            "wrapper.max_level",
            "wrapper.nonlinearityLTP",
            "wrapper.nonlinearityLTD",
            "wrapper.d2dVari",
            "wrapper.c2cVari",
            "neurosim.cellBit",
        ),
        "other memory devices or bits in a cell",
        warns=(Reach(ACCURACY | HARDWARE),),
    )


def _training_set(a: RunData, b: RunData) -> Iterable[Flag]:
    yield from _when_settings_differ(
        a,
        b,
        "training set",
        ("wrapper.train_images", "wrapper.batch_size", "neurosim.batchSize", "neurosim.numIteration"),
        "an epoch is not the same amount of training",
        warns=(Reach(OF_AN_EPOCH | ACCURACY),),
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
    simulator_flags,
    epoch_flags,
    _process,
    _network,
    _data,
    _training_set,
    _precision,
    _technology,
    _cells,
    _synchronous,
    configuration_flags,
    _state,
)
