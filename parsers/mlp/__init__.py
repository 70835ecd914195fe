"""MLP+NeuroSim V1.0 to V3.0, on-line training of a two-layer perceptron: its output and its table of accuracies."""

from __future__ import annotations

import re

from nnsreport.parsers.file_format import FileFormat, has_no_header
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.mlp import accuracy_table
from nnsreport.parsers.mlp.labels import BLOCKS, CHIP_LABELS
from nnsreport.parsers.mlp.run import NAME, Run
from nnsreport.parsers.mlp.samples import ONE_EPOCH
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

_CITATION = (
    "P.-Y. Chen, X. Peng, S. Yu, 'NeuroSim: A Circuit-Level Macro Model for Benchmarking Neuro-Inspired Architectures "
    "in Online Learning', IEEE Transactions on Computer-Aided Design of Integrated Circuits and Systems, 2018"
)
_OWN = re.compile(
    r"^(?:Total SubArray \(synaptic core\) a|Total Neuron \(neuron peripheries|"
    r"Leakage power of (?:subArray|Neuron)[IH]|Total leakage power of (?:subAr|Neur)|Accuracy at \d+ epochs is : |"
    r"[\t ]*(?:Read|Write|Transfer) (?:latency|energy)=|(?:patch|label)\d+_(?:train|test)\.txt cann|"
    r"Error: this version of simulator|\[Error\] (?:Conductance|LTP|LTD) |FeFET structure is not compatible|"
    r"NeuroSim does not take ideal arr|please specify an optimization m|"
    r"Transistor width of 3T1C=)",
    re.MULTILINE,
)

_LAYOUT_MESSAGE = "Need to provide both newHeight and newWidth for OverrideLayout()"
_LAYOUT_CONFIDENCE = 0.2


class MultilayerPerceptron:
    """What the program prints, as the registry knows it."""

    name = NAME
    title = "MLP+NeuroSim V1.0 to V3.0 (on-line training of a two-layer perceptron)"
    citation = _CITATION

    schema = frozenset(
        {"accuracy"}
        | {measure.metric for measure in CHIP_LABELS.values()}
        | {measure.metric for measures in BLOCKS.values() for measure in measures}
    )
    sample = ONE_EPOCH

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format: 1 with any line that only this program prints.

        Of the versions of NeuroSim that can end with the message about layouts, only this one prints nothing before it.
        """
        if _OWN.search(glance.heads):
            return 1.0
        return _LAYOUT_CONFIDENCE if glance.first_lines[:1] == (_LAYOUT_MESSAGE,) else 0.0

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read every run in a log.

        Parameters
        ----------
        text : LogText
            Its lines.
        run : str
            Identifier of the first run; the others get ``#2``, ``#3`` behind it.

        Returns
        -------
        tuple of ParsedLog
            At least one.
        """
        runs = [Run.begin(text.cut_line)]
        for line, number in zip(text.lines, text.numbers, strict=True):
            if runs[-1].is_over_at(line):
                runs.append(Run.begin(text.cut_line))
            runs[-1].read(line, number)
        return tuple(found.finish(run_identifier(run, rank), text.source) for rank, found in enumerate(runs))


ACCURACY = FileFormat(
    name=accuracy_table.NAME,
    title="MLP+NeuroSim V3.0: output.csv",
    citation=_CITATION,
    schema=frozenset({"accuracy"}),
    sample="1, 27.5\n2, 42.5\n3, 55\n",
    recognise=accuracy_table.confidence_of,
    read=accuracy_table.parse,
    is_header=has_no_header,
)

FORMATS = (MultilayerPerceptron(), ACCURACY)
"""For the registry."""
