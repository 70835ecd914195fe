"""trace_command.sh: the call with which the wrapper starts NeuroSim's C++ part, its arguments as main.cpp reads them.

| versions | arguments |
|---|---|
| V1.0 to V1.3 | network, synapse bits, input bits, then weights and inputs of each layer |
| 3D | network, synapse bits, input bits, temperature, weights, inputs |
| V1.4, V1.5, DCIM | network, synapse bits, input bits, rows, parallel rows, weights, inputs |
| V2.0, V2.1 | epoch, network, synapse bits, input bits, then weights, old weights, inputs and activity of each layer |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.inputs.citation import DNN_NEUROSIM
from nnsreport.parsers.inputs.frame import frame_of
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog, shorten

NAME = "neurosim-trace-command"
COLUMNS: dict[str, str] = {
    "run": "String",
    "layer": "String",
    "weight_file": "String",
    "old_weight_file": "String",
    "input_file": "String",
    "activity": "Float64",
    "line": "Int64",
}
"""Table ``traces``: one row a layer; ``old_weight_file`` and ``activity`` (fraction of ones) are null in inference."""

_CALL = re.compile(r"(?:^|\s)(\S*/)?main\s+(?=(?:\d+\s+)?\S+\.csv(?:\s|$))")
_BEGINNING = re.compile(r"[^#]*?NeuroSIM/main\s")
_WHOLE = re.compile(r"\d{1,9}")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d*)?")
_FRACTION = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_BITS = ("neurosim.synapseBit", "neurosim.numBitInput")
_FURTHER: dict[int, tuple[str, ...]] = {
    2: (),
    3: ("neurosim.temp",),
    4: ("neurosim.numRowSubArray", "neurosim.numRowParallel"),
}
"""Settings behind the two precisions, by how many numbers follow the network."""


class TraceCommand:
    """The format as the registry knows it."""

    name = NAME
    title = "trace_command.sh of NeuroSim (arguments of its C++ part)"
    citation = DNN_NEUROSIM
    schema: frozenset[str] = frozenset()
    sample = (
        "./NeuroSIM/main ./NeuroSIM/NetWork_VGG8.csv 8 8 128 128 ./layer_record_VGG8/weightConv0_.csv "
        "./layer_record_VGG8/inputConv0_.csv \n"
    )

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        # A line may have megabytes: the patterns are for those that can match.
        lines = [line for line in glance.first_lines if "main" in line and not line.lstrip().startswith("#")]
        calls = [line for line in lines if _CALL.search(line)]
        is_script = calls and (glance.first_lines[0].startswith("#!") or _BEGINNING.match(glance.first_lines[0]))
        return 1.0 if is_script and "fault" not in calls[0] else 0.0

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read every call in a script.

        Parameters
        ----------
        text : LogText
            Its lines.
        run : str
            Identifier of the first call; the others get ``#2``, ``#3`` behind it.

        Returns
        -------
        tuple of ParsedLog
            At least one, each with the table ``traces``.
        """
        found: list[ParsedLog] = []
        commands = _commands(text)
        for place, (line, number) in enumerate(commands, start=1):
            call = _CALL.search(line)
            if call is not None:
                name = run_identifier(run, len(found))
                reader = _CallReader(RunBuilder(NAME, text.cut_line), number)
                is_cut = text.cut_line is not None and place == len(commands)
                found.append(reader.read(line[call.end() :], name, text.source, is_cut=is_cut))
        if found:
            return tuple(found)
        records = RunBuilder(NAME, text.cut_line)
        records.problem(
            "there is no call of NeuroSIM/main with a network", text.numbers[0], "let the wrapper write the file again"
        )
        return (records.finish(run, text.source, is_complete=False, tables={"traces": frame_of([], COLUMNS)}),)


def _commands(text: LogText) -> list[tuple[str, int]]:
    """Join lines that end in a backslash; leave out comments."""
    commands: list[tuple[str, int]] = []
    parts: list[str] = []
    first = 0
    for line, number in zip(text.lines, text.numbers, strict=True):
        first = number if not parts else first
        if line.endswith("\\"):
            parts.append(line[:-1])
            continue
        command = "".join([*parts, line])
        parts = []
        if not command.lstrip().startswith("#"):
            commands.append((command, first))
    if parts:
        commands.append(("".join(parts), first))
    return commands


@dataclass(slots=True)
class _CallReader:
    """Reads one call."""

    records: RunBuilder
    line: int
    is_complete: bool = True

    def read(self, arguments: str, run: str, source: Path | None, *, is_cut: bool) -> ParsedLog:
        """Return what one call says; ``is_cut`` when the file has no line end behind it."""
        words = arguments.split()
        # The wrapper writes a blank behind each argument: a word without one may be cut off, unless it shows its end.
        if is_cut and words and not arguments[-1].isspace() and not words[-1].endswith(".csv"):
            self._cut(words.pop())
        is_training = bool(words) and _WHOLE.fullmatch(words[0]) is not None
        if is_training:
            self.records.setting("neurosim.epoch", words.pop(0), self.line)
        if words:
            self.records.setting("neurosim.network", words.pop(0), self.line)
        count = next((place for place, word in enumerate(words) if not _NUMBER.fullmatch(word)), len(words))
        self._file_numbers(words[:count], has_traces=count < len(words), is_training=is_training)
        rows = [(run, *row, self.line) for row in self._traces(words[count:], is_training=is_training)]
        if not rows:
            self._problem("there are no traces of weights and inputs", "let the wrapper write the file again")
        tables = {"traces": frame_of(rows, COLUMNS)}
        return self.records.finish(run, source, is_complete=self.is_complete, tables=tables)

    def _problem(self, message: str, remedy: str) -> None:
        self.is_complete = False
        self.records.problem(message, self.line, remedy)

    def _cut(self, word: str) -> None:
        self._problem(
            f"the file ends in a word that may be cut off, and is left out: {shorten(word, 60)!r}",
            "let the wrapper write the file again",
        )

    def _file_numbers(self, numbers: Sequence[str], *, has_traces: bool, is_training: bool) -> None:
        further = () if is_training else _FURTHER.get(len(numbers), ())
        names = (*_BITS, *further)
        if has_traces and len(numbers) != len(names):
            self._problem(
                f"{len(numbers)} numbers follow the network, which no version of NeuroSim takes",
                "give synapse and input bits, and what the version asks for besides",
            )
            names = _BITS if len(numbers) > 1 else ()
        if not has_traces:
            names = _BITS  # what the others mean depends on how many there would have been
        for name, value in zip(names, numbers, strict=False):
            self.records.setting(name, value, self.line)
        fractions = [value for value in numbers if float(value) % 1]
        if fractions:
            self._problem(f"NeuroSim takes {fractions[0]} for a whole number, without its fraction", "give it without")
        values = {name: float(value) for name, value in zip(names, numbers, strict=False)}
        rows, parallel = (values.get(name) for name in _FURTHER[4])
        if rows is not None and parallel is not None and parallel > rows:
            self._problem(
                f"{parallel:g} rows are read at a time, but a sub-array has {rows:g}",
                "give at most as many as there are",
            )

    def _traces(self, words: Sequence[str], *, is_training: bool) -> list[tuple[object, ...]]:
        size = 4 if is_training else 2
        rows: list[tuple[object, ...]] = []
        for start in range(0, len(words), size):
            group = words[start : start + size]
            if len(group) < size:
                self._problem(
                    f"layer {len(rows) + 1} has only {' '.join(shorten(word, 60) for word in group)}",
                    "let the wrapper write the file again: the last layer's arguments are missing",
                )
                break
            row = self._layer(group, len(rows) + 1)
            if row is None:
                break
            rows.append(row)
        return rows

    def _layer(self, group: Sequence[str], layer: int) -> tuple[object, ...] | None:
        files, activity = (group[:3], group[3]) if len(group) == 4 else (group, None)
        odd = next((file for file in files if not file.endswith(".csv")), None)
        if odd is not None:
            self._problem(
                f"{shorten(odd, 60)!r} stands where layer {layer} has a trace; it and what follows are left out",
                "let the wrapper write the file again: an argument is missing or doubled",
            )
            return None
        if activity is None:
            return (f"layer{layer}", files[0], None, files[1], None)
        value = float(activity) if _FRACTION.fullmatch(activity) else None
        if value is None or value > 1:
            self._problem(
                f"the activity {shorten(activity, 30)!r} of layer {layer} is no fraction",
                "it is the share of ones in the layer's inputs, from 0 to 1",
            )
        return (f"layer{layer}", files[0], files[1], files[2], value)
