"""The numbers of a chip as files that other programs read."""

from __future__ import annotations

import dataclasses
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nnsreport.costs.model import CostModel
from nnsreport.costs.provenance import Provenance
from nnsreport.costs.published import PublishedNumber
from nnsreport.costs.sweep_table import IS_PARETO, REASON
from nnsreport.costs.tables import metrics_table
from nnsreport.engine.cost.given import Given
from nnsreport.engine.cost.parameter_fields import declarations
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.results import ChipResults
from nnsreport.vocabulary import METRICS

if TYPE_CHECKING:
    from nnsreport.costs.sweep_run import SweepOutcome

RUN = "cost"
"""Name of the run in tables."""

METADATA_KEY = "nnsreport"
"""Of the provenance, as JSON, in the metadata of Parquet files."""


def chip_json(
    model: CostModel,
    parameters: Parameters,
    results: ChipResults,
    provenance: Provenance,
    published: Sequence[PublishedNumber] = (),
) -> bytes:
    """Return everything about a chip as JSON.

    Parameters
    ----------
    model : CostModel
        Its network.
    parameters : Parameters
        Of one chip.
    results : ChipResults
        Of the chip.
    provenance : Provenance
        Where the numbers come from.
    published : sequence of PublishedNumber
        What was published of the chip.

    Returns
    -------
    bytes
        An object with ``provenance``, ``parameters`` by names of Param.cpp, ``layers``, ``metrics`` and ``published``;
        numbers that are inf or nan are texts.
    """
    metrics = metrics_table(results, RUN).select("scope", "layer", "component", "metric", "value", "unit")
    content = {
        "provenance": provenance,
        "parameters": effective_parameters(parameters),
        "layers": [_layer(place, layer) for place, layer in enumerate(map(dataclasses.asdict, model.layers), start=1)],
        "metrics": [{name: _finite(value) for name, value in row.items()} for row in metrics.iter_rows(named=True)],
        "published": [_published(number) for number in published],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def chip_parquet(results: ChipResults, provenance: Provenance) -> bytes:
    """Return the numbers of a chip as a Parquet file.

    Parameters
    ----------
    results : ChipResults
        Of one chip.
    provenance : Provenance
        Kept in the file's metadata.

    Returns
    -------
    bytes
        With the columns of :data:`nnsreport.tables.METRICS_COLUMNS`.
    """
    stream = io.BytesIO()
    metrics_table(results, RUN).write_parquet(stream, metadata=parquet_metadata(provenance))
    return stream.getvalue()


def parquet_metadata(provenance: Provenance) -> dict[str, str]:
    """Return the metadata of a Parquet file that says where its numbers come from."""
    return {METADATA_KEY: json.dumps(provenance, ensure_ascii=False)}


def effective_parameters(parameters: Parameters) -> Mapping[str, bool | int | float | str]:
    """Return the parameters of one chip, with those that follow from others, by names of Param.cpp."""
    return {declaration.name: getattr(parameters, field) for field, declaration in declarations(Given).items()}


def front_json(outcome: SweepOutcome, objectives: Sequence[str], provenance: Provenance) -> bytes:
    """Return the summary and the Pareto front of a sweep as JSON.

    Parameters
    ----------
    outcome : SweepOutcome
        Of the sweep.
    objectives : sequence of str
        Of the front.
    provenance : Provenance
        Where the numbers come from.

    Returns
    -------
    bytes
        An object with ``provenance``, ``points``, ``without_result`` by reason, ``notes`` with numbers of points,
        ``objectives`` and ``front``.
    """
    rows = outcome.front.drop(REASON, IS_PARETO).iter_rows(named=True)
    content = {
        "provenance": provenance,
        "points": outcome.points,
        "without_result": outcome.reasons,
        "notes": outcome.notes,
        "objectives": list(objectives),
        "front": [{name: _finite(value) for name, value in row.items() if value is not None} for row in rows],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _published(number: PublishedNumber) -> dict[str, object]:
    result = number.result
    return {
        "metric": result.metric,
        "value": result.value_si,
        "unit": METRICS[result.metric].unit,
        "difference": _finite(number.difference),
        "location": result.location,
        "evidence": result.evidence.value,
    }


def _layer(place: int, layer: Mapping[str, object]) -> dict[str, object]:
    return {"layer": f"layer{place}", **layer}


def _finite(value: object) -> object:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
