"""NeuroSim's digital systolic array (a TPU-like chip with an on-chip buffer), V1.0: its output and its two files."""

from __future__ import annotations

import re

from nnsreport.parsers.file_format import FileFormat, has_no_header
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.systolic import tables
from nnsreport.parsers.systolic.labels import BANK_BANNER, CHIP_BANNER, LABELS
from nnsreport.parsers.systolic.run import NAME, Run
from nnsreport.parsers.systolic.samples import EDGE_VGG8

_TITLE = "DNN+NeuroSim digital systolic array V1.0"
_CITATION = (
    "A. Lu, J. Lee, T.-H. Kim, M. Karim, R. S. Park, H. Simka, S. Yu, 'High-speed emerging memories for AI hardware "
    "accelerators', Nature Reviews Electrical Engineering 1(1), 24-34, 2024"
)
_OWN = re.compile(
    r"^(?:-{22}NeuroSIM r|-{22}TPU GB ben|PE \(16x16 digital\)$|---MAC units leakage: |---Fmodules leakage: |"
    r"------ GB (?:refresh|access) energy: |--------- NOC energy: |------Num banks to refresh: |"
    r"usage: main\.py \[-h\] \[--technode )",
    re.MULTILINE,
)

_OWN_FAILURE = re.compile(r"(?:FileNotFound|Permission)Error: .*'\./(?:NeuroSIM/main|neurosim\.csv)'$")
_FAILURE_CONFIDENCE = 0.5


class SystolicArray:
    """What the two programs print, as the registry knows it."""

    name = NAME
    title = f"{_TITLE} (inference)"
    citation = _CITATION

    schema = frozenset({measure.metric for measure in LABELS.values()} | {"data_share", "data_layers"})
    sample = EDGE_VGG8

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format: 1 with any line that only these programs print."""
        if _OWN.search(glance.heads):
            return 1.0
        return _FAILURE_CONFIDENCE if any(_OWN_FAILURE.match(line) for line in glance.first_lines) else 0.0

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
        return tuple(
            found.finish(run_identifier(run, rank), text.source) for rank, found in enumerate(_split_runs(text))
        )


def _split_runs(text: LogText) -> list[Run]:
    """Offer every line to the run it belongs to.

    The C++ part prints before the Python part, which waits for it. With one of each they are one run in whatever order
    their streams were joined; with several, the part that stands first in the log and not at its end begins each run.
    """
    banners = [line for line in text.lines if line in (BANK_BANNER, CHIP_BANNER)]
    is_single = banners.count(BANK_BANNER) <= 1 and banners.count(CHIP_BANNER) <= 1
    is_reversed = len(banners) > 1 and banners[0] == CHIP_BANNER and banners[-1] == BANK_BANNER
    runs = [Run.begin(text.cut_line)]
    for line, number in zip(text.lines, text.numbers, strict=True):
        if not line or line.isspace():
            continue
        if not is_single and _is_over_at(runs[-1], line, is_reversed=is_reversed):
            runs.append(Run.begin(text.cut_line))
        runs[-1].read(line, number)
    return runs


def _is_over_at(run: Run, line: str, *, is_reversed: bool) -> bool:
    if line == BANK_BANNER:
        return run.has_bank or (run.has_chip and not is_reversed)
    if line == CHIP_BANNER:
        return run.has_chip or (run.has_bank and is_reversed)
    return False


BANK = FileFormat(
    name=tables.BANK_NAME,
    title=f"{_TITLE}: neurosim.csv",
    citation=_CITATION,
    schema=frozenset(measure.metric for measure in tables.BANK_COLUMNS),
    sample="2.18271e-07,3.15412e-11,3.18074e-11,1.45934e-05,0,2.96084e-11\n",
    recognise=tables.bank_confidence,
    read=tables.parse_bank,
    is_header=has_no_header,
)
CHIP = FileFormat(
    name=tables.CHIP_NAME,
    title=f"{_TITLE}: TPU_benchmark.csv",
    citation=_CITATION,
    schema=frozenset(measure.metric for measure in tables.CHIP_COLUMNS.values()),
    sample=(
        f"{tables.CHIP_HEADER}\n2.8796,0.0236,67766.2450,94.3452,2.2724,0.1745,0.1620,1.7462,0.1897,1259.9469,767.3167,"
        "170.2890,0.0000,40.9370,29.2497,7.9032,67.6971,164.2192,12.3349,"
    ),
    recognise=tables.chip_confidence,
    read=tables.parse_chip,
    is_header=lambda line: line == tables.CHIP_HEADER,
)

FORMATS = (SystolicArray(), BANK, CHIP)
"""For the registry."""
