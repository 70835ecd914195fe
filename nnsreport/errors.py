"""The project's errors: one base class, so that the command line can show any of them as one line.

A message names the file, line or field, what was found there, and what to change. It starts in lower case.
"""

from __future__ import annotations

from pathlib import Path


class NnsreportError(Exception):
    """Base of every error a user can cause or mend; shown without a traceback.

    Parameters
    ----------
    message : str
        What was found, in lower case, with the offending value.
    path : Path or str, optional
        The file or folder concerned.
    line : int, optional
        1-based line number in ``path``.
    field : str, optional
        Dotted name of the setting concerned, such as ``adc.bits``.
    remedy : str, optional
        What the user can change, as an imperative clause.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.field = field
        self.remedy = remedy

    def __str__(self) -> str:
        """Return place, message and remedy in one line."""
        place = ""
        if self.path is not None:
            place = f"{self.path}"
            if self.line is not None:
                place += f":{self.line}"
            place += ": "
        if self.field is not None:
            place += f"{self.field}: "
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}{self.message}{remedy}"


class ConfigurationError(NnsreportError):
    """A setting is unknown, has the wrong type, or is out of range."""


class DataError(NnsreportError):
    """Images or labels cannot be read, or do not fit the network."""


class NetworkError(NnsreportError):
    """An ONNX file is broken, or its graph cannot be run."""


class UnsupportedOperatorError(NetworkError):
    """The network uses an operator (or an option of one) that the executor does not have."""


class DeviceError(NnsreportError):
    """The requested compute device is not available."""


class LogError(NnsreportError):
    """A log is empty, of an unknown format, or cannot be read."""


class UnknownFormatError(LogError):
    """A text is not the log of a simulator that can be read here."""


class RunError(NnsreportError):
    """A run folder is missing, damaged, or in use by another process."""


class RunInterrupted(NnsreportError):  # noqa: N818 - an outcome that ends the program, not a mistake of the user
    """A signal asked a run to stop; what was finished is kept.

    Parameters
    ----------
    message : str
        What was finished.
    signal_number : int
        The exit code is 128 more, as shells have it.
    remedy : str
        How to resume.
    """

    def __init__(self, message: str, *, signal_number: int, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.exit_code = 128 + signal_number


class ComparisonError(NnsreportError):
    """Runs cannot be compared as asked, or a comparison rule cannot be read or evaluated."""


class ReportError(NnsreportError):
    """A report or figure cannot be made as asked."""


class RuleFailed(NnsreportError):  # noqa: N818 - an outcome that ends the program, not a mistake of the user
    """A comparison rule given with ``--fail-on`` does not hold."""

    exit_code = 1
