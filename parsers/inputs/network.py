"""NetWork_*.csv: the shape of each layer, as ``getNetStructure`` in NeuroSim's main.cpp reads it.

Eight numbers a row from V1.2 on, seven (without the stride) in V1.0 and V1.1; no header, no blank lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.inputs.citation import DNN_NEUROSIM
from nnsreport.parsers.inputs.frame import frame_of
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog, shorten

NAME = "neurosim-network"
SHAPE = (
    "input_length",
    "input_width",
    "input_channels",
    "kernel_length",
    "kernel_width",
    "output_channels",
)
COLUMNS: dict[str, str] = {
    "run": "String",
    "layer": "String",
    **dict.fromkeys(SHAPE, "Int64"),
    "is_followed_by_pooling": "Boolean",
    "stride": "Int64",
    "line": "Int64",
}
"""Table ``network``: one row a layer; ``stride`` is null where the file has none."""

_FEWEST, _MOST = len(SHAPE) + 1, len(SHAPE) + 2
_NUMBER = re.compile(r"\s*(\d{1,9})(?:\.0*)?\s*")
_GUESS = re.compile(r"\s*[1-9]\d*\s*(?:,\s*[1-9]\d*\s*){5},\s*[01]\s*(?:,\s*[1-9]\d*\s*)?")
_MORE_THAN_BITS = re.compile(r"[2-9]|\d\d")
_LEAST_SHARE = 0.5


class Network:
    """The format as the registry knows it."""

    name = NAME
    title = "NetWork_*.csv of NeuroSim (shapes of a network's layers)"
    citation = DNN_NEUROSIM
    schema: frozenset[str] = frozenset()
    sample = "32,32,3,3,3,128,0,1\n32,32,128,3,3,128,1,1\n1,1,1024,1,1,10,0,1\n"

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        fitting = [line for line in glance.first_lines if _GUESS.fullmatch(line)]
        share = len(fitting) / max(len(glance.first_lines), 1)
        is_shape = any(_MORE_THAN_BITS.search(line) for line in fitting)
        return 0.9 * share if is_shape and share >= _LEAST_SHARE else 0.0

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read a network's layers.

        Parameters
        ----------
        text : LogText
            Its lines.
        run : str
            Identifier.

        Returns
        -------
        tuple of ParsedLog
            One, with the table ``network``; a number at the very end of the file is left out, for it may lack digits.
        """
        records = RunBuilder(NAME, text.cut_line)
        rows: list[tuple[object, ...]] = []
        width = _width(text.lines)
        for position, (line, number) in enumerate(zip(text.lines, text.numbers, strict=True), start=1):
            layer = _read_layer(records, line, number, width)
            if layer is not None:
                rows.append((run, f"layer{position}", *layer, number))
        if rows:
            records.setting("network.layers", str(len(rows)), text.numbers[0])
        is_complete = len(rows) == len(text.lines)
        return (records.finish(run, text.source, is_complete=is_complete, tables={"network": frame_of(rows, COLUMNS)}),)


def _width(lines: Sequence[str]) -> int:
    """Return the number of columns that most rows have, as far as it is a possible one."""
    counts = [line.count(",") + 1 for line in lines]
    return max((_MOST, _FEWEST), key=counts.count)


def _read_layer(records: RunBuilder, line: str, number: int, width: int) -> tuple[int | bool | None, ...] | None:
    if not line.strip():
        records.problem(
            "a blank line: NeuroSim takes it for a layer, and crashes or reads beyond it", number, "remove the line"
        )
        return None
    cells = line.split(",")
    if len(cells) != width:
        records.problem(
            f"has {len(cells)} columns instead of {width}: {shorten(line, 60)!r}",
            number,
            "give input length, width and channels, kernel length and width, output channels, whether pooling follows "
            "(0 or 1), and the stride",
        )
        return None
    numbers = _whole_numbers(records, cells, number)
    if numbers is None:
        return None
    is_cut = number == records.cut_line and not line[-1].isspace()
    values = _whole_part(records, numbers, number, is_cut=is_cut)
    if values is None:
        return None
    shape, pooling, stride = values[: len(SHAPE)], values[len(SHAPE)], values[len(SHAPE) + 1 :]
    _check_shape(records, shape, pooling, stride, number)
    return (*shape, bool(pooling), stride[0] if stride else None)


def _whole_numbers(records: RunBuilder, cells: Sequence[str], number: int) -> list[int] | None:
    matches = [_NUMBER.fullmatch(cell) for cell in cells]
    odd = next((cell for cell, match in zip(cells, matches, strict=True) if match is None), None)
    if odd is not None:
        records.problem(
            f"{shorten(odd.strip(), 30)!r} is no whole number",
            number,
            "write whole numbers without sign or unit, and no header: NeuroSim takes text for 0",
        )
        return None
    return [int(match.group(1)) for match in matches if match is not None]


def _whole_part(records: RunBuilder, values: Sequence[int], number: int, *, is_cut: bool) -> Sequence[int] | None:
    """Return the numbers of a row without one that may lack digits: the stride; not the switch before it."""
    if not is_cut:
        return values
    rest = None if len(values) < _MOST else values[:-1]
    left_out = "the row" if rest is None else "the stride"
    records.problem(
        f"the file ends without a line end: its last number may lack digits, and {left_out} is left out",
        number,
        "end the file with a line end, or copy it again",
    )
    return rest


def _check_shape(records: RunBuilder, shape: Sequence[int], pooling: int, stride: Sequence[int], number: int) -> None:
    names = [name.replace("_", " ") for name, value in zip(SHAPE, shape, strict=True) if value == 0]
    if stride and stride[0] == 0:
        names.append("stride")
    if names:
        records.problem(f"{' and '.join(names)} is 0: NeuroSim divides by it, or crashes", number, "give 1 or more")
    if pooling > 1:
        records.problem(f"the seventh number is {pooling}: pooling follows (1) or does not (0)", number, "give 0 or 1")
    length, width, _, kernel_length, kernel_width, _ = shape
    if kernel_length > length or kernel_width > width:
        records.problem(
            f"the kernel {kernel_length} x {kernel_width} is larger than its input {length} x {width}: NeuroSim, which "
            "does not pad, computes no vector",
            number,
            "give the input's size with its padding",
        )
