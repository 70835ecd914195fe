"""Digital systolic arrays with an on-chip buffer: what only they have."""

from __future__ import annotations

from nnsreport.vocabulary.kinds import Metric

METRICS: tuple[Metric, ...] = ()

COMPONENTS: dict[str, str] = {}
