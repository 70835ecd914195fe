"""Per-image predictions of two runs on the same images: the paired tables behind McNemar's test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nnsreport.reports.comparison.comparability import same_images
from nnsreport.reports.run_data import RunData
from nnsreport.reports.statistics import mcnemar_clustered, mcnemar_exact

if TYPE_CHECKING:
    import polars as pl


class Condition(NamedTuple):
    """Under what the images were classified; ``with_device`` is False for the ideal quantised network."""

    with_device: bool
    time_s: float | None
    compensation: str | None


@dataclass(frozen=True, slots=True)
class PairedPredictions:
    """How two runs did on the same images.

    Attributes
    ----------
    single_trial : bool
        Whether each run classified each image once.
    both, only_a, only_b, neither : int
        Images that both, only a, only b or none classified correctly (``single_trial`` only, else 0).
    p_value : float
        McNemar's test: exact for single trials, images as clusters otherwise.
    """

    single_trial: bool
    both: int
    only_a: int
    only_b: int
    neither: int
    p_value: float

    @property
    def p_method(self) -> str:
        """Name of the test."""
        return "McNemar, exact" if self.single_trial else "McNemar, images as clusters"


def pair_predictions(a: RunData, b: RunData) -> Mapping[Condition, PairedPredictions]:
    """Pair the predictions of two runs by image.

    Parameters
    ----------
    a, b : RunData
        Runs with or without predictions.

    Returns
    -------
    Mapping of Condition to PairedPredictions
        For the conditions that both runs have on the same images; empty unless all images and labels agree.
    """
    if not same_images(a, b):
        return {}
    shares_a, shares_b = _correct_shares(a), _correct_shares(b)
    joined = shares_a.join(shares_b, on=[*Condition._fields, "image"], suffix="_b", nulls_equal=True)
    return {
        Condition(*key): _paired(group)
        for key, group in joined.partition_by(list(Condition._fields), as_dict=True, maintain_order=True).items()
        if group.height == _images(shares_a, key) == _images(shares_b, key)
    }


def _correct_shares(run: RunData) -> pl.DataFrame:
    import polars as pl

    return (
        run.predictions.with_columns(with_device=pl.col("trial").is_not_null())
        .group_by(*Condition._fields, "image", maintain_order=True)
        .agg(share=(pl.col("label") == pl.col("predicted")).mean(), trials=pl.len())
    )


def _images(shares: pl.DataFrame, key: tuple[object, ...]) -> int:
    import polars as pl

    same = [pl.col(name).eq_missing(pl.lit(value)) for name, value in zip(Condition._fields, key, strict=True)]
    return shares.filter(*same).height


def _paired(group: pl.DataFrame) -> PairedPredictions:
    if group.select("trials", "trials_b").to_numpy().max() > 1:
        differences = (group["share_b"] - group["share"]).to_list()
        return PairedPredictions(False, 0, 0, 0, 0, mcnemar_clustered(differences))
    a, b = group["share"] == 1.0, group["share_b"] == 1.0
    both, only_a, only_b = int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum())
    neither = group.height - both - only_a - only_b
    return PairedPredictions(True, both, only_a, only_b, neither, mcnemar_exact(only_a, only_b))
