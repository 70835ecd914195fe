"""What every format must give, as checks that also packages with formats of their own can run in their tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nnsreport.errors import NnsreportError
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.log_format import LogFormat, member_complaints
from nnsreport.parsers.reading import LogText, lines_of
from nnsreport.parsers.records import MetricRecord, ParsedLog
from nnsreport.parsers.registry import formats
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

RUN = "38905658"

_LETTER = "Dear reader,\n\n17 of 23 chips have come.\n"
_CUTS = 300

Key = tuple[str, str | None, str | None, str, int | None, int | None, int | None, float | None, str | None]
"""Everything of a number but its value, unit and line."""


def complaints_about(log_format: LogFormat) -> list[str]:
    """Say what is wrong with a format, as far as its own sample shows it.

    Parameters
    ----------
    log_format : LogFormat
        Installed or not.

    Returns
    -------
    list of str
        One clause each; empty for a format that is as it should be.
    """
    found = member_complaints(log_format)
    return found or [
        *recognition_complaints(log_format, formats()),
        *sample_complaints(log_format),
        *cut_complaints(log_format),
    ]


def key_of(record: MetricRecord) -> Key:
    """Return what a number is about."""
    about = (record.scope, record.layer, record.component, record.metric)
    return (*about, record.epoch, record.step, record.trial, record.time_s, record.compensation)


def record_complaints(log_format: LogFormat, record: MetricRecord, text: LogText) -> Iterator[str]:
    """Yield what is wrong with a number, whatever its value.

    Parameters
    ----------
    log_format : LogFormat
        Gave it.
    record : MetricRecord
        The number.
    text : LogText
        Where it was read.

    Yields
    ------
    str
        A clause that begins with the metric.
    """
    metric = METRICS.get(record.metric)
    if metric is None or record.metric not in log_format.schema:
        yield f"{record.metric} is not in its schema"
        return
    if record.unit != metric.unit:
        yield f"{record.metric} has the unit {record.unit}, not {metric.unit}"
    if record.scope not in {str(scope) for scope in metric.scopes}:
        yield f"{record.metric} is filed about the {record.scope}"
    if (record.layer is not None) != (record.scope == Scope.LAYER):
        yield f"{record.metric} has the scope {record.scope} and the layer {record.layer}"
    if record.component is not None and record.component not in COMPONENTS:
        yield f"{record.metric} has the unknown component {record.component}"
    if record.line not in text.numbers:
        yield f"{record.metric} is on line {record.line}, which the text has not"


def recognition_complaints(log_format: LogFormat, others: Iterable[LogFormat]) -> Iterator[str]:
    """Yield where the format and others are not told apart by their samples.

    Parameters
    ----------
    log_format : LogFormat
        Installed or not.
    others : iterable of LogFormat
        The format itself among them does not count.

    Yields
    ------
    str
        A clause.
    """
    glance = _glance_at(log_format.sample)
    own = log_format.confidence(glance)
    if not 0 < own <= 1:
        yield f"its confidence in its own sample is {own}"
    if log_format.confidence(_glance_at(_LETTER)) != 0:
        yield "it recognises a letter"
    for other in others:
        if other.name == log_format.name:
            continue
        if other.confidence(glance) >= own > 0:
            yield f"{other.name} is as sure of its sample"
        if log_format.confidence(_glance_at(other.sample)) > 0:
            yield f"it recognises the sample of {other.name}"


def sample_complaints(log_format: LogFormat) -> Iterator[str]:
    """Yield what is wrong with what the format reads from its own sample, as clauses."""
    text = lines_of(log_format.sample.encode())
    logs = log_format.parse(text, RUN)
    if not logs or logs[0].run != RUN:
        yield "it does not name the first run as it was asked to"
    if not any(log.metrics or log.settings or any(table.height for table in log.tables.values()) for log in logs):
        yield "it reads nothing from its sample"
    for log in logs:
        if not log.complete:
            yield "its sample is incomplete"
        yield from (f"its sample has a problem: {problem}" for problem in log.problems)
        yield from (f"its sample has a line {number} that is not read" for number in log.unrecognised)
        for record in log.metrics:
            yield from record_complaints(log_format, record, text)


def cut_complaints(log_format: LogFormat) -> Iterator[str]:
    """Yield what the format takes its own sample for where that is cut off: numbers that the whole does not have."""
    whole = log_format.sample.encode()
    known = _values(log_format.parse(lines_of(whole), RUN))
    for length in range(1, len(whole), max(1, len(whole) // _CUTS)):
        try:
            values = _values(log_format.parse(lines_of(whole[:length]), RUN))
        except NnsreportError:
            continue
        except Exception as error:
            yield f"its sample, cut off after {length} bytes, ends in {type(error).__name__}: {error}"
            return
        wrong = [key for key, value in values.items() if value != known.get(key)]
        if wrong:
            yield f"its sample, cut off after {length} bytes, gives a {wrong[0][3]} that the whole sample does not have"
            return


def _glance_at(text: str) -> Glance:
    return Glance.of(lines_of(text.encode()).lines)


def _values(logs: Iterable[ParsedLog]) -> Mapping[Key, str]:
    return {key_of(record): repr(record.value) for log in logs for record in log.metrics}
