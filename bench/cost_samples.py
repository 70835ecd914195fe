"""Genuine logs of NeuroSim V1.4 with all that is known of them: parameters, network, traces."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.network import CostLayer, read_network
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.trace_files import TracePair, archived, trace_pairs
from nnsreport.engine.cost.traces import parse_inputs, parse_weights

_LISTS = {
    "NetWork_DN40tail.csv": "trace_args_tail.txt",
    "NetWork_DN40nano.csv": "trace_args_nano.txt",
    "NetWork_DN40k3.csv": "trace_args_k3.txt",
}
_WHOLE_LIST = "trace_args.txt"
_WRAPPED_NETWORK, _WRAPPED_TRACES = "NetWork_DenseNet40.csv", "V1.4_DenseNet40_default"
_END = "Total Run-time of NeuroSim"


@dataclass(frozen=True, slots=True)
class Sample:
    """A log.

    Attributes
    ----------
    path : Path
        Of its text.
    network, traces : str
        Names of a file and of an archive.
    values, arguments : Mapping of str to number
        Of Param.cpp and of main, by names of Param.cpp.
    has_own_traces : bool
        The traces of the run itself are there; else only others of the same network are.
    """

    path: Path
    network: str
    traces: str
    values: Mapping[str, float]
    arguments: Mapping[str, float]
    has_own_traces: bool

    @property
    def text(self) -> str:
        """What NeuroSim printed."""
        return self.path.read_text(encoding="utf-8", errors="replace")

    @property
    def is_complete(self) -> bool:
        """Whether NeuroSim came to its end."""
        return _END in self.text

    def parameters(self) -> Parameters:
        """Return its parameters, even if there is no result for them."""
        return Parameters.from_values(self.values, self.arguments, refuse=False)

    def layers(self, folder: Path) -> tuple[CostLayer, ...]:
        """Return its network, which lies in the folder of all samples of NeuroSim."""
        return read_network((folder / "networks" / self.network).read_text(encoding="utf-8"), self.network)


def samples(folder: Path) -> Iterator[Sample]:
    """Yield every log of V1.4 in the folder of all samples of NeuroSim."""
    for path in sorted((folder / "logs" / "V1.4").glob("*.json")):
        yield _sample(path, json.loads(path.read_text(encoding="utf-8")))


def _sample(path: Path, run: Mapping[str, Any]) -> Sample:
    arguments = {
        "numRowParallel" if name == "parallelRead" else name: value for name, value in run.get("argv", {}).items()
    }
    return Sample(
        path=path.with_suffix(".txt"),
        network=run.get("network", _WRAPPED_NETWORK),
        traces=run.get("traces", _WRAPPED_TRACES),
        values=run.get("params") or run.get("changed") or {},
        arguments=arguments,
        has_own_traces="traces" in run,
    )


class TraceStore:
    """Traces out of their archives, kept in a folder as arrays that are read at once.

    Parameters
    ----------
    archives : Path
        Folder of the archives.
    kept : Path
        Folder for the arrays.
    """

    def __init__(self, archives: Path, kept: Path) -> None:
        self._archives = archives
        self._kept = kept
        self._lists: dict[tuple[str, str], tuple[TracePair, ...]] = {}

    def layers(self, sample: Sample, *, with_weights: bool) -> Iterator[LayerTrace]:
        """Yield the traces of a log's layers, in order; SRAM needs no weights."""
        for pair in self._pairs(sample):
            bits = self._array(sample.traces, pair.inputs)
            yield LayerTrace(bits, self._array(sample.traces, pair.weights) if with_weights else None)

    def _pairs(self, sample: Sample) -> tuple[TracePair, ...]:
        name = _LISTS.get(sample.network, _WHOLE_LIST)
        key = (sample.traces, name)
        if key not in self._lists:
            ((_, text),) = archived(self._archive(sample.traces), {name})
            pairs = trace_pairs(text.decode())
            self._unpack(sample.traces, pairs)
            self._lists[key] = pairs
        return self._lists[key]

    def _archive(self, traces: str) -> Path:
        return self._archives / f"{traces}.tar.gz"

    def _unpack(self, traces: str, pairs: tuple[TracePair, ...]) -> None:
        readers: dict[str, Callable[[bytes], Array]] = {}
        for pair in pairs:
            readers |= {pair.inputs: parse_inputs, pair.weights: parse_weights}
        wanted = [name for name in readers if not self._place(traces, name).exists()]
        if wanted:
            (self._kept / traces).mkdir(parents=True, exist_ok=True)
            for name, data in archived(self._archive(traces), wanted):
                np.save(self._place(traces, name), readers[name](data))

    def _place(self, traces: str, name: str) -> Path:
        return self._kept / traces / f"{name}.npy"

    def _array(self, traces: str, name: str) -> Array:
        array: Array = np.load(self._place(traces, name), mmap_mode="r")
        return array
