r"""Wires that resist: what an array delivers when its lines lose voltage (IR drop).

Four topologies, by what word lines do (``select``) and where the devices of a pair are (``pairs``). ``-r-`` is the
wire from one cell to the next, G a cell, A a converter at virtual ground. Every line has as many such wires as cells:
the first leads from its driver, or the last to its converter, in series with ``driver_ohm`` or ``sense_ohm``.

*driven, separate*: word lines apply the input and carry the current. The positive and the negative devices are in
arrays of their own (``adjacent``: on neighbouring bit lines of one array, along the same word line), and currents are
subtracted after the bit lines::

    V0 -r-+-----r-+--        Vk drives word line k from its left end, each column ends in a converter.
          G+      G+         One with the devices G-, and the same inputs, is beside it.
          |       |
          r       r          current = A+ - A-
    V1 -r-|-+---r-|-+--
          | G+    | G+
          +-+     +-+
          r       r
          A+      A+

*driven, interleaved*: two word lines for each input, at +V and -V, and one bit line, which carries the difference::

    +V0 -r-+-----r-+--
           G+      G+
    -V0 -r-|-+---r-|-+--
           | G-    | G-
           +-+     +-+
           r       r         current = A
           A       A

*gated, separate*: word lines (dotted) open cells, and carry nothing. A source line along each bit line brings the
current from the end that is opposite to the converter::

       V           V
       r           r
    ...+-G+/-+.....+-G+/-+...  input 0 closes the switches / of its row, or leaves them open
       r     r     r     r
    ...+-G+/-+.....+-G+/-+...  input 1
             r           r     current = A+ - A-
             A+          A+

*gated, interleaved*: two source lines, at +V and -V, one on each side of a bit line::

      +V          -V
       r           r
    ...+-G+/-+-\G--+...        input 0
       r     r     r
    ...+-G+/-+-\G--+...        input 1
             r
             A                 current = A

These are the four of CrossSim (T. P. Xiao et al., IEEE Circuits Syst. Mag. 22(4), 26 (2022),
doi:10.1109/MCAS.2022.3214409), "input source" and "separate source" with and without interleaving, with the same ends.

Driven arrays are linear: :func:`effective_conductances` gives the matrix that they multiply with, once for each
programmed array. Gated arrays are not: :func:`column_currents` solves every vector. Cells are ohmic, switches ideal.

Names are imported when they are asked for: a configuration needs only the settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnsreport.lazy_names import names_of

if TYPE_CHECKING:
    from nnsreport.engine.parasitics.effective import (
        column_currents,
        effective_conductances,
        fast_error_bound,
        worst_fast_error,
    )
    from nnsreport.engine.parasitics.layout import array_rows, layer_conductances, layer_sensitivities, rows_around
    from nnsreport.engine.parasitics.settings import WireSettings

__all__ = [
    "WireSettings",
    "array_rows",
    "column_currents",
    "effective_conductances",
    "fast_error_bound",
    "layer_conductances",
    "layer_sensitivities",
    "rows_around",
    "worst_fast_error",
]

if not TYPE_CHECKING:
    __getattr__ = names_of(
        __name__,
        {
            "effective": ("column_currents", "effective_conductances", "fast_error_bound", "worst_fast_error"),
            "layout": ("array_rows", "layer_conductances", "layer_sensitivities", "rows_around"),
            "settings": ("WireSettings",),
        },
    )
