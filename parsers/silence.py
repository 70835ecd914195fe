"""Why NeuroSim prints nothing at all: the exits in its sources that have no message."""

from __future__ import annotations

NEUROSIM_SILENCE = (
    "NeuroSim ends without a word when Param.cpp has a value that its version does not know: from V1.4 on a technode "
    "other than 130, 90, 65, 45, 32, 22, 14, 10, 7, 5, 3, 2 or 1 (28 is not known); in V1.3 and 3D a wireWidth other "
    "than 175, 110, 105, 80, 56, 40, 25 or 18; in V1.0 to V1.2 and in V2 a wireWidth other than 200, 100, 50, 40, 32, "
    "22 or 14, or an operationmode other than 1 to 6"
)
"""From ``Param.cpp`` and ``main.cpp`` of every version. All other refusals are printed: HP and RRAM at 14 nm and
below (from V1.4 on), temperatures, and up to V1.3, in 3D and in V2 nodes that are not known. Where it is silent about a
wire, ``puts`` stands behind ``exit``. A wireWidth of -1 is taken as none."""
