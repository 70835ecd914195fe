"""A table as a LaTeX float."""

from __future__ import annotations

import re
import textwrap

from nnsreport.reports.latex.escaping import latex_text
from nnsreport.reports.latex.table import Align, Cell, Citation, LatexTable, Quantity
from nnsreport.reports.latex.units import latex_unit

_NUMBER = re.compile(r"(?P<whole>-?\d+)(?:\.(?P<decimals>\d+))?(?:e(?P<exponent>[-+]?\d+))?")
_WIDER_THAN_A_COLUMN_PT = 300.0
_TEXT_CHARACTERS = 30  # beyond which text is set in lines
_WRAPPED = r">{\raggedright\arraybackslash}p{0.2\linewidth}"
_TITLE_CHARACTERS = 14  # of a line; columns of numbers are narrow


def render_table(table: LatexTable, width_pt: float) -> str:
    r"""Return a table's LaTeX source.

    Parameters
    ----------
    table : LatexTable
        All texts are escaped.
    width_pt : float
        Of the figures beside it: beyond a journal's column the float spans both (``table*``).

    Returns
    -------
    str
        For ``\input``; the same for the same table. Its first lines say which packages it needs.
    """
    specification = _specification(table)
    environment = "table*" if width_pt > _WIDER_THAN_A_COLUMN_PT else "table"
    lines = [
        "% Made by nnsreport figures --format tex. Needs booktabs, siunitx 3 and textcomp.",
        rf"\begin{{{environment}}}",
        r"  \centering",
        rf"  \caption{{{latex_text(table.caption)}}}",
        rf"  \label{{tab:{table.name.removeprefix('table-')}}}",
        *([r"  \footnotesize"] if _WRAPPED in specification else []),
        rf"  \begin{{tabular}}{{{specification}}}",
        r"    \toprule",
        _row([_title(column.title, column.unit, column.align) for column in table.columns]),
        r"    \midrule",
    ]
    for index, row in enumerate(table.rows):
        if index in table.groups:
            lines.append(r"    \addlinespace")
        lines.append(_row([_cell(cell, column.align) for cell, column in zip(row, table.columns, strict=True)]))
    lines += [r"    \bottomrule", r"  \end{tabular}"]
    if table.note:
        lines += [r"  \par\smallskip", rf"  \footnotesize {latex_text(table.note)}"]
    return "\n".join((*lines, rf"\end{{{environment}}}", ""))


def _specification(table: LatexTable) -> str:
    formats = []
    for position, column in enumerate(table.columns):
        if column.align is Align.TEXT:
            longest = max((len(cell) for row in table.rows if isinstance(cell := row[position], str)), default=0)
            formats.append(_WRAPPED if longest > _TEXT_CHARACTERS else "l")
        else:
            formats.append(f"S[table-format={_digits([row[position] for row in table.rows])}]")
    return " ".join(formats)


def _digits(cells: list[Cell]) -> str:
    """Return room for the longest number of a column, as siunitx wants it."""
    found = [match for cell in cells if isinstance(cell, str) and (match := _NUMBER.fullmatch(cell))]
    sign = "-" if any(match["whole"].startswith("-") for match in found) else ""
    whole = max((len(match["whole"].lstrip("-")) for match in found), default=1)
    decimals = max((len(match["decimals"] or "") for match in found), default=0)
    exponents = [match["exponent"] for match in found if match["exponent"]]
    exponent = ""
    if exponents:
        below = "-" if any(text.startswith("-") for text in exponents) else ""
        exponent = f"e{below}{max(len(text.lstrip('+-').lstrip('0')) for text in exponents)}"
    return f"{sign}{whole}.{decimals}{exponent}" if decimals else f"{sign}{whole}{exponent}"


def _title(title: str, unit: str, align: Align) -> str:
    shown_unit = [f"({latex_unit(unit)})"] if unit else []
    if align is Align.TEXT:
        return " ".join((latex_text(title), *shown_unit))
    lines = [
        *(latex_text(line) for line in textwrap.wrap(title, _TITLE_CHARACTERS, break_long_words=False)),
        *shown_unit,
    ]
    if len(lines) == 1:
        return f"{{{lines[0]}}}"
    stacked = r" \\ ".join(lines)
    return rf"{{\shortstack{{{stacked}}}}}"


def _cell(cell: Cell, align: Align) -> str:
    if isinstance(cell, Quantity):
        return latex_unit(cell.unit) if cell.unit else ""
    if isinstance(cell, Citation):
        return rf"{latex_text(cell.name)}~\cite{{{cell.key}}}"
    if align is Align.NUMBER:
        return cell if _NUMBER.fullmatch(cell) else f"{{{latex_text(cell)}}}"
    return latex_text(cell)


def _row(cells: list[str]) -> str:
    return f"    {' & '.join(cells)} \\\\"
