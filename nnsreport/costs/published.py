"""What was published of a chip whose parameters are a preset, beside what is estimated of it."""

from __future__ import annotations

from nnsreport.configuration.presets import Preset
from nnsreport.configuration.reader import ResolvedConfiguration
from nnsreport.costs.tables import TOTAL, Subject, chip_numbers
from nnsreport.engine.cost.results import ChipResults
from nnsreport.engine.records import dataclass
from nnsreport.reports.references.library import load_library
from nnsreport.reports.references.result import PublishedResult

_SECTION = "cost"
_ESTIMATES = ("", "post-layout")
"""The model's efficiency has the loss of the layout in it, as its calibration says."""


@dataclass(frozen=True, slots=True)
class PublishedNumber:
    """A published number, and the estimated one.

    Attributes
    ----------
    result : PublishedResult
        Of the reference library, with a value.
    computed : float
        In the metric's unit.
    """

    result: PublishedResult
    computed: float

    @property
    def difference(self) -> float:
        """Of the estimated number from the published one, as a fraction of that."""
        assert self.result.value_si is not None
        return self.computed / self.result.value_si - 1


def published_beside(resolved: ResolvedConfiguration, results: ChipResults) -> tuple[PublishedNumber, ...]:
    """Return what was published of a chip.

    Parameters
    ----------
    resolved : ResolvedConfiguration
        With the preset, if there is one.
    results : ChipResults
        Of the chip.

    Returns
    -------
    tuple of PublishedNumber
        Empty without a preset, and where another network takes the place of the preset's.
    """
    preset = next((used for used in resolved.presets if used.section == _SECTION and used.published), None)
    if preset is None or not _has_its_network(preset, resolved):
        return ()
    numbers = chip_numbers(results)
    return tuple(
        PublishedNumber(result, float(numbers[Subject(TOTAL, result.metric)]))
        for result in load_library().results_of(preset.published["paper"])
        if result.value_si is not None
        and result.network == preset.published["network"]
        and result.conditions.startswith(preset.published["conditions"])
        and result.estimate in _ESTIMATES
        and Subject(TOTAL, result.metric) in numbers
    )


def _has_its_network(preset: Preset, resolved: ResolvedConfiguration) -> bool:
    file = resolved.configuration.cost.network_file
    name = preset.settings.get("network_file")
    return file is not None and isinstance(name, str) and file == (preset.place.folder / name).resolve()
