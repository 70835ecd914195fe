"""How many test images stand behind each accuracy of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nnsreport.reports.comparison.sample import RowKey
from nnsreport.reports.run_data import RunData
from nnsreport.vocabulary import Scope


@dataclass(frozen=True, slots=True)
class ImageCounts:
    """Number of test images by evaluation time and compensation, and where the run has but one number of images."""

    by_condition: Mapping[tuple[float | None, str | None], int]
    of_run: int | None

    def successes(self, key: RowKey, accuracy: float) -> tuple[int, int] | None:
        """Return images classified correctly and images, or None where their number is unknown.

        Parameters
        ----------
        key : RowKey
            Of an accuracy.
        accuracy : float
            Fraction, as stored.

        Returns
        -------
        tuple of int and int, or None
            None also when the accuracy is no fraction.
        """
        images = self.by_condition.get((key.time_s, key.compensation), self.of_run)
        if images is None or not 0 <= accuracy <= 1:
            return None
        return round(accuracy * images), images


def count_images(run: RunData) -> ImageCounts:
    """Find the number of test images in a run's trials, metrics or predictions.

    Parameters
    ----------
    run : RunData
        Any run or log.

    Returns
    -------
    ImageCounts
        Conditions with contradicting numbers are left out.
    """
    pairs: set[tuple[float | None, str | None, int]] = set(
        run.trials.select("time_s", "compensation", "test_images").drop_nulls("test_images").iter_rows()
    )
    named = run.metrics.filter(run.metrics["metric"] == "test_images", run.metrics["scope"] == Scope.NETWORK.value)
    pairs |= {(time_s, c, round(v)) for time_s, c, v in named.select("time_s", "compensation", "value").iter_rows()}
    if not pairs and run.predictions.height:
        pairs = {(None, None, run.predictions["image"].n_unique())}
    numbers: dict[tuple[float | None, str | None], set[int]] = {}
    for time_s, compensation, images in pairs:
        numbers.setdefault((time_s, compensation), set()).add(images)
    everywhere = {images for _, _, images in pairs}
    return ImageCounts(
        {condition: found.pop() for condition, found in numbers.items() if len(found) == 1},
        everywhere.pop() if len(everywhere) == 1 else None,
    )
