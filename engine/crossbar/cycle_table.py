"""How the pulses of each cycle are cut out of levels, as a table that loops in C and kernels read."""

from __future__ import annotations

import functools

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns

MAGNITUDE, BIPOLAR, SIGN_BIT, POSITIVE, NEGATIVE = range(5)
"""How a cycle cuts pulses out of levels, as in ``native/job.h``."""
CYCLE = np.dtype([("kind", np.int32), ("shift", np.int32), ("mask", np.int32), ("weight", np.float32)])
_ALL_BITS = -1


@functools.lru_cache(maxsize=64)  # layers are evaluated again and again
def cycle_table(cycles: InputCoding) -> Array:
    """Return how the pulses of each cycle are cut out of levels.

    Parameters
    ----------
    cycles : InputCoding
        How activations are applied.

    Returns
    -------
    numpy.ndarray of CYCLE, (cycles,)
        In the order of ``cycles.weights``; not to be written to.
    """
    table = np.array(_cuts(cycles), CYCLE)
    table.flags.writeable = False
    return table


def _cuts(cycles: InputCoding) -> list[tuple[int, int, int, float]]:
    cut = cycles.digits
    shifts = [index * cut.width for index in range(cut.count)]
    if cycles.signs is InputSigns.TWOS_COMPLEMENT:
        kinds, shifts = [MAGNITUDE] * cut.count + [SIGN_BIT], [*shifts, 0]
    elif cycles.signs is InputSigns.TWO_PASSES:
        kinds, shifts = [POSITIVE] * cut.count + [NEGATIVE] * cut.count, shifts * 2
    elif cycles.signs is InputSigns.BIPOLAR and cut.count == 1:
        return [(MAGNITUDE, 0, _ALL_BITS, 1.0)]
    else:
        kinds = [BIPOLAR if cycles.signs is InputSigns.BIPOLAR else MAGNITUDE] * cut.count
    return list(zip(kinds, shifts, cycles.tops, cycles.weights, strict=True))
