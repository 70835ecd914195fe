"""One resistive line with a conductance from each of its nodes to ground: a ladder.

Seen from its head, a line is a chain of series resistances and shunt conductances. The recursion adds and multiplies
positive numbers only, so nothing cancels, and a resistance of zero is no special case.
"""

from __future__ import annotations

from typing import NamedTuple

from nnsreport.engine.backend import Array, namespace_of


class Line(NamedTuple):
    """Resistances of a line, in the inverse of the unit of conductances.

    Attributes
    ----------
    segment : float
        Between neighbouring nodes.
    head : float
        From the driven or sensed end to node 0: its terminal and one segment.
    """

    segment: float
    head: float

    @property
    def ideal(self) -> bool:
        """Whether the whole line is one node."""
        return self.segment == 0 and self.head == 0

    def resistance(self, node: int) -> float:
        """Return the resistance between a node and the one before it.

        Parameters
        ----------
        node : int
            0 is next to the head.

        Returns
        -------
        float
            ``head`` for node 0, else ``segment``.
        """
        return self.segment if node else self.head


def log_attenuations(shunts: Array, line: Line) -> Array:
    """Return how much of the head's voltage is lost on the way to each node.

    Parameters
    ----------
    shunts : Array of float64, (nodes, ...)
        Conductance from each node to ground; node 0 is next to the head.
    line : Line
        Series resistances.

    Returns
    -------
    Array of float64, (nodes, ...)
        ``-ln(v / v_head)``, from 0 up. By reciprocity, ``v / v_head`` is also the share of a current fed in at the node
        that leaves through the head, when it is grounded.
    """
    xp = namespace_of(shunts)
    logs: Array = xp.empty_like(shunts)
    beyond: Array = xp.zeros_like(shunts[0])  # conductance of all that lies behind a resistance
    for node in range(shunts.shape[0] - 1, -1, -1):
        seen = shunts[node] + beyond
        drop = line.resistance(node) * seen
        logs[node] = xp.log1p(drop)
        beyond = seen / (1.0 + drop)
    result: Array = xp.cumsum(logs, axis=0)
    return result


def node_voltages(shunts: Array, currents: Array, line: Line) -> Array:
    """Return the voltages along a line that currents are fed into, with its head at ground.

    Parameters
    ----------
    shunts : Array of float64, (nodes, ...)
        Conductance from each node to ground; node 0 is next to the head.
    currents : Array of float64, (nodes, ...)
        Into each node.
    line : Line
        Series resistances.

    Returns
    -------
    Array of float64, (nodes, ...)
        One sweep towards the head joins what lies behind each resistance to a source and a conductance, one sweep back
        divides the voltages.
    """
    xp = namespace_of(shunts)
    seen, sources = xp.empty_like(shunts), xp.empty_like(currents)
    beyond, source = xp.zeros_like(shunts[0]), xp.zeros_like(currents[0])
    last = shunts.shape[0] - 1
    for node in range(last, -1, -1):
        seen[node], sources[node] = shunts[node] + beyond, currents[node] + source
        kept = 1.0 / (1.0 + line.resistance(node) * seen[node])
        beyond, source = seen[node] * kept, sources[node] * kept
    voltages: Array = xp.empty_like(currents)
    before = xp.zeros_like(currents[0])
    for node in range(last + 1):
        ohm = line.resistance(node)
        before = voltages[node] = (before + ohm * sources[node]) / (1.0 + ohm * seen[node])
    return voltages
