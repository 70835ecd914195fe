"""What goes wrong with rows, said once for all tables."""

from __future__ import annotations

from collections.abc import Iterable

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.records import shorten
from nnsreport.parsers.slurm.cells import NOT_READ, READ, STATE, TEXT, Cell
from nnsreport.parsers.slurm.quantities import CellError, DateError
from nnsreport.parsers.slurm.row import JobRow
from nnsreport.parsers.slurm.states import read_state

ASK_FOR_PARSABLE = "print the table with `sacct --parsable2`, which cuts nothing"
_DATE_REMEDY = "unset SLURM_TIME_FORMAT, or set it to standard"


def left_out(records: RunBuilder, text: str, line: int, why: str, remedy: str = ASK_FOR_PARSABLE) -> None:
    """File a row that is not understood; its numbers are lost."""
    records.unreadable_lines += 1
    records.problem(f"a row is left out, {why}: {shorten(text.strip(), 60)!r}", line, remedy)


def report_unknown(records: RunBuilder, names: tuple[str, ...], line: int) -> None:
    """File the columns that neither the table of jobs nor Slurm, as far as known here, has."""
    known = NOT_READ | TEXT | READ.keys()
    unknown = [name for name in names if name and name.lower() not in known]
    if unknown:
        records.problem(f"columns that are not known are left out: {shorten(', '.join(unknown))}", line)


def read_cell(cell: Cell, row: JobRow, text: str, name: str, records: RunBuilder) -> None:
    """Read a cell; a date in a way of its own is only left out, as it says nothing of the other cells.

    Raises
    ------
    CellError
        The cell is not what its column promises, so the whole row is not to be trusted.
    """
    read_cells(((cell, text, name),), row, records)


def read_cells(cells: Iterable[tuple[Cell, str, str]], row: JobRow, records: RunBuilder) -> None:
    """Read cells with the names of their columns, each as :func:`read_cell` does; those without text are passed over.

    Raises
    ------
    CellError
        As for :func:`read_cell`.
    """
    for cell, text, name in cells:
        if not text:
            continue
        try:
            cell(row, text)
        except DateError:
            records.problem(f"dates in {name} are not understood, and left out", row.line, _DATE_REMEDY)
        except CellError as error:
            raise CellError(f"{name} is {shorten(str(error), 40)!r}") from error


def read_cut_cell(row: JobRow, text: str, name: str, records: RunBuilder) -> None:
    """Read a cell whose end may be missing: only a state can be told all the same.

    Raises
    ------
    CellError
        It begins like no state, or like several.
    """
    if name.lower() in STATE:
        row.state, row.state_detail = read_state(text, is_cut=True)
        if row.state != text:
            records.problem(f"{name} is cut off", row.line, ASK_FOR_PARSABLE)
    else:
        records.problem(f"{name} is cut off, and left out", row.line, ASK_FOR_PARSABLE)
