"""All that a chip's cost depends on, read and checked: layers, parameters, and what is known of inputs and weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nnsreport.configuration.cost import CostSettings, given_parameters
from nnsreport.costs.networks import read_layers
from nnsreport.costs.parameter_files import Number, ParameterValues, read_parameter_file
from nnsreport.costs.trace_lists import TraceList, check_layers, find_traces
from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.corrections import Correction, Fidelity
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameter_fields import Value
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

CUT_CELL_BITS = (
    "cellBit is above synapseBit: as in NeuroSim, a cell holds one weight; set cellBit to synapseBit or less"
)


@dataclass(frozen=True, slots=True)
class CostModel:
    """A network on a chip, of which further parameters may be given for one chip or many.

    Attributes
    ----------
    layers : tuple of CostLayer
        Of the network.
    values : Mapping of str to bool, int or float
        Parameters as files give them, by names of Param.cpp; what follows from others may be among them.
    given : Mapping of str to bool, int, float or str
        Parameters as the user sets them; they are stronger, and what follows from them is derived again.
    activity : ActivitySettings
        What is assumed where there are no traces.
    traces : TraceList or None
        Weights and inputs.
    notes : tuple of str
        What a reader of the results should know, whatever further parameters are.
    corrections : frozenset of Correction
        Where numbers are to be other than NeuroSim's.
    """

    layers: tuple[CostLayer, ...]
    values: Mapping[str, Number]
    given: Mapping[str, Number | str]
    activity: ActivitySettings
    traces: TraceList | None = None
    notes: tuple[str, ...] = ()
    corrections: frozenset[Correction] = frozenset()

    def parameters(self, further: Mapping[str, Value] | None = None, *, refuse: bool = True) -> Parameters:
        """Return the parameters of a group of chips.

        Parameters
        ----------
        further : Mapping of str, optional
            By names of Param.cpp, stronger than all others; arrays over the design points where they differ.
        refuse : bool
            Refuse what has no result.

        Returns
        -------
        complete : Parameters
            As the engine takes them.

        Raises
        ------
        ConfigurationError
            A value is impossible, or the combination is refused.
        """
        return Parameters.from_values(
            self.values, {**self.given, **(further or {})}, refuse=refuse, corrections=self.corrections
        )

    def notes_on(self, parameters: Parameters) -> tuple[str, ...]:
        """Return what a reader of the results should know, of parameters that are not taken as they are given too."""
        return (*self.notes, CUT_CELL_BITS) if parameters.has_cut_cell_bits else self.notes


def load_model(settings: CostSettings, network_file: Path | None = None) -> CostModel:
    """Read what a configuration names.

    Parameters
    ----------
    settings : CostSettings
        The section ``[cost]``.
    network_file : Path, optional
        The network of the run, where the section names none.

    Returns
    -------
    CostModel
        Its traces exist, one pair a layer.

    Raises
    ------
    NnsreportError
        There is no network, a file cannot be read, or traces and network do not fit.
    """
    path = settings.network_file or network_file
    if path is None:
        raise ConfigurationError(
            "there is no network",
            field="cost.network_file",
            remedy="give a NetWork_*.csv or an ONNX file with --network",
        )
    layers = read_layers(path, settings.image_shape)
    traces = None if settings.traces is None else find_traces(settings.traces)
    if traces is not None:
        check_layers(traces, len(layers), path)
    found = ParameterValues({}, {}) if settings.parameter_file is None else read_parameter_file(settings.parameter_file)
    return CostModel(
        layers=layers,
        # What a run was started with is in the call of it, unless its parameters say so themselves.
        values={**found.values, **(traces.arguments if traces else {}), **found.arguments},
        given=given_parameters(settings),
        activity=settings.activity,
        traces=traces,
        notes=found.notes,
        corrections=Fidelity(settings.fidelity).corrections,
    )
