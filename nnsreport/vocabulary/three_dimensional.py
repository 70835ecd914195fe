"""Chips of several tiers (3D+NeuroSim), and what only they have."""

from __future__ import annotations

from nnsreport.vocabulary.kinds import Better, Metric, Scope, metric

METRICS: tuple[Metric, ...] = (
    metric("memory_arrays", "1", Better.LOWER, "sub-arrays used", Scope.LAYER),
    metric(
        "memory_tier", "1", Better.NEITHER, "tier of the memory cube that holds the layer, 1 at the bottom", Scope.LAYER
    ),
    metric("tiers", "1", Better.NEITHER, "tiers stacked", Scope.CHIP),
    metric("operating_temperature", "K", Better.NEITHER, "temperature the chip is estimated at", Scope.CHIP),
    metric("power_density", "W/m2", Better.LOWER, "power per area of the footprint", Scope.CHIP),
)

COMPONENTS: dict[str, str] = {
    "memory_cube": "the tiers of memory, without the logic tier",
}
