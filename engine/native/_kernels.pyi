from typing_extensions import Buffer

def convert(
    codes: Buffer,
    levels: Buffer,
    cells: Buffer,
    whole: Buffer,
    reciprocals: Buffer,
    cycles: Buffer,
    blocks: Buffer,
    shape: tuple[int, int, int, int],
    level_bytes: int,
    is_signed: int,
    low: float,
    high: float,
    /,
) -> int:
    """Sum up blocks of word lines, convert the sums, and add up cycles.

    Parameters
    ----------
    codes : float32, (groups, lines, M)
        Is overwritten.
    levels : integers of ``level_bytes``, (groups, K, M)
        Quantised activations.
    cells : float32, (groups, lines, K)
        Conductances.
    whole : int8, (groups, lines, K), or empty
        The same, where they are small whole numbers; sums of a block must then fit in 16 bits.
    reciprocals : float32, (lines + 4)
        What sums are multiplied with; the last four do not matter.
    cycles : of int32, int32, int32, float32, (cycles,)
        How pulses are cut out of levels: kind, shift and mask; and what they weigh.
    blocks : int64, (blocks, 2)
        First row of each block, and the one behind its last.
    shape : tuple of int
        Groups, lines, K and M.
    level_bytes : int
        Of a level: 1 or 2.
    is_signed : int
        Levels may be negative.
    low, high : float
        Least and greatest code.

    Returns
    -------
    int
        Conversions that were clipped.

    Raises
    ------
    ValueError
        Arrays are not as long as their shapes say.
    """

def normal_rows(
    numbers: Buffer,
    columns: Buffer,
    blocks: int,
    first_block: int,
    key: tuple[int, int],
    high: tuple[int, int],
    /,
) -> None:
    """Fill a table with standard normal numbers, as ``nnsreport.engine.random.normal_rows`` defines them.

    Parameters
    ----------
    numbers : float32, (blocks, 4, m)
        Is overwritten.
    columns : int64, (m,)
        Numbers of the columns.
    blocks : int
        A quarter of the rows.
    first_block : int
        A quarter of the number of the first row.
    key, high : tuple of int
        Of the stream.

    Raises
    ------
    ValueError
        Arrays are not as long as their shapes say.
    """

def unfold(
    columns: Buffer,
    images: Buffer,
    sizes: tuple[int, int, int, int, int, int],
    steps: tuple[int, int, int, int, int, int],
    element_bytes: int,
    /,
) -> None:
    """Copy the elements that windows see.

    Parameters
    ----------
    columns : any type, (channels, kernel rows, kernel columns, images, output rows, output columns)
        Is overwritten.
    images : the same type
        Padded.
    sizes : tuple of int
        The shape of ``columns``; none of them 0.
    steps : tuple of int
        How many bytes the images go on along each of these axes.
    element_bytes : int
        Of an element.

    Raises
    ------
    ValueError
        Something would be read or written outside of the arrays.
    """
