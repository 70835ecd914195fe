from typing_extensions import Buffer

def fill(
    text: Buffer,
    pieces: Buffer,
    ends: Buffer,
    kinds: Buffer,
    exponents: Buffer,
    values: Buffer,
    spans: Buffer,
    /,
) -> int:
    """Read the numbers of a text of a known form.

    Parameters
    ----------
    text : bytes
        The text.
    pieces : bytes
        What is before, between and behind its holes, joined.
    ends : int64, (holes + 1,)
        Of each piece in these.
    kinds : int8, (holes,)
        0: a number as ``cout`` prints it; 1: digits alone; 2: whatever, to the end of the line.
    exponents : int64, (holes,)
        A number counts times ten to this power.
    values : float64, (holes,)
        Gets the numbers; nan where there is none, or one that has to be looked at more closely.
    spans : int64, (holes, 2)
        Gets the begin and the end of each hole in the text.

    Returns
    -------
    int
        Numbers that have to be looked at more closely; -1 if the text is of another form.

    Raises
    ------
    ValueError
        Arrays are not as long as each other.
    """
