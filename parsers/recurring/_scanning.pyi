def scan(text: bytes, forms: bytes, /) -> tuple[bytes, bytes, bytes]:
    """Read consecutive lines that each have one of some forms, up to the first that has none of them.

    Parameters
    ----------
    text : bytes
        Lines with their ends.
    forms : bytes
        Lines, each the name of a form, one character, and its text. In it, ``%d`` stands for digits, ``%1.4f`` for a
        number with one digit before the point and four behind it, ``%*.4f`` for one with any number of digits before
        it, ``%-*.4f`` for one that may be negative, ``%1.2e`` for one with an exponent of two digits, ``%r`` for
        numbers as NumPy prints them in a row, and ``%%`` for ``%``. Blanks may follow. The first form that fits is
        taken.

    Returns
    -------
    names : bytes
        The form of each line.
    counts : bytes
        The numbers of each line, as int64.
    values : bytes
        The numbers, as float64. A line with inf, nan, or a number that takes more than one rounding, has no form.

    Raises
    ------
    ValueError
        The last form has no end.
    """
