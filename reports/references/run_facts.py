"""What is known of a run that decides with which published results it may be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from nnsreport.reports.comparison.settings_difference import number_of
from nnsreport.reports.run_data import RunData
from nnsreport.reports.simulators import Family, simulator_of


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run's conditions in the words of the reference library; None or empty where not known.

    Attributes
    ----------
    simulator : str
        Its name.
    phase : str
        ``inference`` or ``training``.
    process : str
        ``pipelined``, ``layer-by-layer`` or empty.
    network, dataset : str
        As the run names them.
    weights : int or None
        Weights on crossbars, where the run has a layer table.
    technology_nm, weight_bits, activation_bits, cell_bits, adc_bits : int or None
        As configured.
    device : str
        The memory, such as a preset's name.
    architecture : str
        What the chip is where it is no plane chip that computes in analog memory, in words; else empty.
    """

    simulator: str
    phase: str
    process: str
    network: str
    dataset: str
    weights: int | None
    technology_nm: int | None
    weight_bits: int | None
    activation_bits: int | None
    cell_bits: int | None
    adc_bits: int | None
    device: str
    architecture: str = ""


_ARCHITECTURES = {
    Family.DIGITAL: "a chip with digital adders in its memory",
    Family.STACKED: "a chip of several tiers, whose area is its footprint",
    Family.SYSTOLIC: "a digital systolic array, whose energy includes its DRAM",
}


def run_facts(run: RunData) -> RunFacts:
    """Gather a run's conditions from its settings and layers.

    Parameters
    ----------
    run : RunData
        An own run or a log.

    Returns
    -------
    RunFacts
        Nothing is assumed: what neither settings nor layers say is not known.
    """
    layers = run.layers.select("inputs", "outputs", "groups").drop_nulls().rows()
    simulator = simulator_of(run)
    return RunFacts(
        simulator=simulator.name,
        phase="training" if simulator.is_training else "inference",
        process=_text(run, "neurosim.process"),
        network=_text(run, "wrapper.model") or _stem(run, "network.file"),
        dataset=_text(run, "data.name", "wrapper.dataset", "wrapper.type") or _stem(run, "data.test"),
        weights=sum(inputs * outputs * groups for inputs, outputs, groups in layers) or None,
        technology_nm=_count(run, "neurosim.technode"),
        weight_bits=_count(run, "weights.bits", "wrapper.wl_weight"),
        activation_bits=_count(run, "activations.bits", "wrapper.wl_activate"),
        cell_bits=_count(run, "mapping.cell_bits", "wrapper.cellBit", "neurosim.cellBit"),
        adc_bits=None if run.settings.get("adc.kind") == "ideal" else _count(run, "adc.bits", "wrapper.ADCprecision"),
        device=_text(run, "device.name"),
        architecture=_ARCHITECTURES.get(simulator.family, ""),
    )


def plain(name: str) -> str:
    """Return a name without case and punctuation, such as ``vgg8`` for ``VGG-8``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def names_the_same(name: str, published: str) -> bool:
    """Tell whether a run's name contains a published one.

    Parameters
    ----------
    name : str
        Of a network or data set, such as ``resnet20_cifar_jpeg``.
    published : str
        Such as ``ResNet-20``; ``ResNet-2`` would not do, nor ``CIFAR-10`` in ``cifar100``.

    Returns
    -------
    bool
        By letters and digits only.
    """
    return re.search(rf"(?<![a-z]){re.escape(plain(published))}(?!\d)", plain(name)) is not None


def same_family(name: str, published: str) -> bool:
    """Tell whether two networks share their family's name, such as ``resnet``."""
    family = re.match(r"[a-z]+", plain(published))
    return family is not None and family[0] in plain(name)


def _text(run: RunData, *names: str) -> str:
    return next((str(run.settings[name]) for name in names if run.settings.get(name)), "")


def _stem(run: RunData, name: str) -> str:
    return PurePosixPath(_text(run, name).replace("\\", "/")).stem


def _count(run: RunData, *names: str) -> int | None:
    numbers = (number_of(run.settings.get(name)) for name in names)
    # 0 bits stands for "analog", where there are none.
    return next((int(number) for number in numbers if number), None)
