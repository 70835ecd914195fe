"""Text of runs and logs as LaTeX: nothing of it is a command."""

from __future__ import annotations

import unicodedata

_SPECIALS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",  # the straight one needs another font encoding
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "µ": r"\textmu{}",
    "μ": r"\textmu{}",
    "Ω": r"\textohm{}",
    "°": r"\textdegree{}",
    "±": r"\textpm{}",
    "×": r"\texttimes{}",
    "·": r"\textperiodcentered{}",
    "²": r"\texttwosuperior{}",
    "³": r"\textthreesuperior{}",
    "–": "--",
    "—": "---",
    "−": r"\textminus{}",
    "…": r"\ldots{}",
    "≤": r"\ensuremath{\leq}",
    "≥": r"\ensuremath{\geq}",
    "≈": r"\ensuremath{\approx}",
    "→": r"\textrightarrow{}",
    "\u00a0": "~",
}
_LAST_LATIN_LETTER = "\u017f"


def latex_text(text: str) -> str:
    """Return a text as LaTeX prints it.

    Parameters
    ----------
    text : str
        Any, such as a name out of a log.

    Returns
    -------
    str
        One line. Characters that pdfLaTeX's Latin fonts lack become question marks.
    """
    return "".join(_SPECIALS.get(character) or _plain(character) for character in text)


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    if character <= "~":
        return character if character.isprintable() else "?"
    is_latin = character <= _LAST_LATIN_LETTER and unicodedata.category(character)[0] == "L"
    return character if is_latin else "?"
