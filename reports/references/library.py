"""The reference library: papers, their published results, and how they stand to a run."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from nnsreport.errors import ReportError
from nnsreport.reports.references.matching import Match, match_run
from nnsreport.reports.references.paper import Paper
from nnsreport.reports.references.result import Evidence, Level, PublishedResult
from nnsreport.reports.run_data import RunData

_RESULTS_FILE = "reference_results.csv"
_PAPERS_FILE = "papers.toml"


@dataclass(frozen=True, slots=True)
class Library:
    """Published results with their papers.

    Attributes
    ----------
    papers : Mapping of str to Paper
        By key, those of the mission first.
    results : tuple of PublishedResult
        In the order of the data file.
    """

    papers: Mapping[str, Paper]
    results: tuple[PublishedResult, ...]

    def paper(self, key: str) -> Paper:
        """Return a paper by its key.

        Parameters
        ----------
        key : str
            Such as ``joshi2020pcm``; an unambiguous beginning is enough.

        Returns
        -------
        Paper
            The one meant.

        Raises
        ------
        ReportError
            When no paper, or more than one, is meant.
        """
        found = [key] if key in self.papers else [name for name in self.papers if name.startswith(key)]
        if len(found) != 1:
            meaning = f"may mean {' or '.join(found)}" if found else f"is not one of {', '.join(self.papers)}"
            raise ReportError(f"no paper {key!r} in the reference library", remedy=f"it {meaning}")
        return self.papers[found[0]]

    def results_of(self, key: str) -> tuple[PublishedResult, ...]:
        """Return the results of one paper, in the order of the data file."""
        return tuple(result for result in self.results if result.key == key)

    def matching(self, run: RunData) -> tuple[Match, ...]:
        """Hold a run's numbers beside the published ones.

        Parameters
        ----------
        run : RunData
            An own run or a log.

        Returns
        -------
        tuple of Match
            For each of the run's whole-chip and whole-network metrics: each published result of it, the most
            comparable first, then the papers of the mission that published none.
        """
        return match_run(run, self.papers, self.results)


@cache
def load_library() -> Library:
    """Read the library that comes with the program.

    Returns
    -------
    Library
        The same object on every call.
    """
    folder = files("nnsreport.reports.references")
    return parse_library(
        (folder / _PAPERS_FILE).read_text(encoding="utf-8"), (folder / _RESULTS_FILE).read_text(encoding="utf-8")
    )


def parse_library(papers_toml: str, results_csv: str) -> Library:
    """Read papers and results from their texts.

    Parameters
    ----------
    papers_toml : str
        A table for each paper, by key.
    results_csv : str
        With a column for each field of :class:`PublishedResult`.

    Returns
    -------
    Library
        With every row of the text.

    Raises
    ------
    ReportError
        When a row cannot be read, or names a paper that is not there.
    """
    papers = [
        Paper(key=key, **(entry | {"authors": tuple(entry["authors"])}))
        for key, entry in tomllib.loads(papers_toml).items()
    ]
    papers.sort(key=lambda paper: (paper.mission is None, paper.mission or 0))
    by_key = MappingProxyType({paper.key: paper for paper in papers})
    results = []
    for line, row in enumerate(csv.DictReader(results_csv.splitlines()), start=2):
        try:
            results.append(_result(row))
        except (ValueError, KeyError, TypeError) as error:
            raise ReportError(f"cannot read the result: {error}", path=_RESULTS_FILE, line=line) from error
        if results[-1].key not in by_key:
            raise ReportError(f"no paper {results[-1].key!r} in {_PAPERS_FILE}", path=_RESULTS_FILE, line=line)
    return Library(by_key, tuple(results))


def _result(row: Mapping[str, str]) -> PublishedResult:
    return PublishedResult(
        key=row["key"],
        quantity=row["quantity"],
        value=row["value"],
        unit=row["unit"],
        conditions=row["conditions"],
        location=row["location"],
        source=row["source"],
        evidence=Evidence(row["evidence"]),
        metric=row["metric"],
        value_si=_number(row["value_si"]),
        relation=row["relation"],
        level=Level(row["level"]) if row["level"] else None,
        phase=row["phase"],
        process=row["process"],
        estimate=row["estimate"],
        network=row["network"],
        dataset=row["dataset"],
        technology_nm=_count(row["technology_nm"]),
        device=row["device"],
        weight_bits=_count(row["weight_bits"]),
        activation_bits=_count(row["activation_bits"]),
        cell_bits=_count(row["cell_bits"]),
        adc_bits=_count(row["adc_bits"]),
        time_s=_number(row["time_s"]),
        compensation=row["compensation"],
        simulator=row["simulator"],
        weights=_count(row["weights"]),
        caveat=row["caveat"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _count(text: str) -> int | None:
    return int(text) if text else None
