"""The reference library as JSON and CSV."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Sequence

from nnsreport.reports.references.paper import Paper
from nnsreport.reports.references.result import PublishedResult


def to_json(papers: Sequence[Paper], results: Sequence[PublishedResult]) -> str:
    """Return papers and results as a JSON text.

    Parameters
    ----------
    papers : sequence of Paper
        Whose fields are written as they are.
    results : sequence of PublishedResult
        Of those papers.

    Returns
    -------
    str
        An object with the lists ``papers`` and ``results``.
    """
    content = {
        "papers": [dataclasses.asdict(paper) for paper in papers],
        "results": [dataclasses.asdict(result) for result in results],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def to_csv(results: Sequence[PublishedResult]) -> str:
    """Return results as a CSV text.

    Parameters
    ----------
    results : sequence of PublishedResult
        In the order wanted.

    Returns
    -------
    str
        With a header, in the form of the library's own data file.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in dataclasses.fields(PublishedResult)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(dataclasses.asdict(result) for result in results)
    return text.getvalue()
