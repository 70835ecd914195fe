from typing_extensions import Buffer

def convert(
    product: Buffer,
    levels: Buffer,
    rows_at: Buffer,
    vectors_at: Buffer,
    cells: Buffer,
    whole: Buffer,
    reciprocals: Buffer,
    values: Buffer,
    gains: Buffer,
    scales: Buffer,
    cycles: Buffer,
    blocks: Buffer,
    shape: tuple[int, int, int, int, int],
    level_bytes: int,
    is_signed: int,
    adding: int,
    largest: int,
    reference: float,
    low: float,
    high: float,
    /,
) -> int:
    """Sum up blocks of word lines, convert the sums, add up cycles and slices, and rescale.

    Parameters
    ----------
    product : float32, (groups, lines / slices, M)
        Is overwritten.
    levels : integers of ``level_bytes``
        Quantised activations.
    rows_at, vectors_at : int64, (groups, K) and (M,)
        The level of a row of a group in a vector is number ``rows_at + vectors_at`` of ``levels``. Fastest where those
        of eight consecutive vectors lie side by side.
    cells : float32, (groups, lines, K)
        Conductances, slice by slice.
    whole : int8 or int16, from :func:`pack`, or empty
        The same, where they are whole numbers; levels must then be bytes, and sums of a block less than 2^24.
    reciprocals : float32, (lines + 4)
        What sums are multiplied with; the last four are zero.
    values : float32, (slices,)
        What a code of each slice counts for.
    gains, scales : float32, (groups, lines / slices), or both empty
        ``(sum over slices * gain - reference * sum of the vector's levels) * scale`` is what ``product`` gets; the sum
        over slices, where they are empty. No sum of levels may exceed 31 bits.
    cycles : of int32, int32, int32, float32, (cycles,)
        How pulses are cut out of levels: kind, shift and mask; and what they weigh.
    blocks : int64, (blocks, 2)
        First row of each block, and the one behind its last.
    shape : tuple of int
        Groups, lines, slices, K and M.
    level_bytes : int
        Of a level: 1 or 2.
    is_signed : int
        Levels may be negative.
    adding : int
        How whole cells are added up: 0 as words; 1 as bytes: pulses are not negative, and no sum of half a block's rows
        exceeds 16 bits; 2 by looking up the sums of four rows: pulses are 0, 1 or -1, and no sum of a block's rows
        exceeds 16 bits.
    largest : int
        Greatest magnitude of a whole cell; from 1 to 31 where sums are looked up.
    reference : float
        See ``gains``.
    low, high : float
        Least and greatest code.

    Returns
    -------
    int
        Conversions that were clipped.

    Raises
    ------
    ValueError
        Arrays are not as long as their shapes say, or levels or blocks lie outside of them.
    """

def pack(packed: Buffer, cells: Buffer, blocks: Buffer, shape: tuple[int, int, int], adding: int, /) -> bool:
    """Bring whole numbers into the order in which :func:`convert` needs them.

    Parameters
    ----------
    packed : int8 or int16, (groups, lines * rows)
        Is overwritten; lines are filled up to fours, and the rows of each block to fours of int8 or pairs of int16;
        where sums are looked up, lines are as they are, and rows are filled up to eights.
    cells : float32, (groups, lines, K)
        Whole numbers of one byte, or of two.
    blocks : int64, (blocks, 2)
        First row of each block, and the one behind its last.
    shape : tuple of int
        Groups, lines and K.
    adding : int
        As for :func:`convert`: words are int16, else int8.

    Returns
    -------
    bool
        Whether this processor has a use for them; else nothing is written.

    Raises
    ------
    ValueError
        Arrays are not as long as their shapes say, or blocks lie outside of them.
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

def quantize(
    levels: Buffer,
    numbers: Buffer,
    sizes: tuple[int, int, int, int],
    number_steps: tuple[int, int, int],
    level_steps: tuple[int, int, int],
    first_level: int,
    scale: float,
    low: float,
    high: float,
    /,
) -> bool:
    """Round quotients half to even, and limit them.

    Parameters
    ----------
    levels : uint8 or int8
        Is written to where numbers have their places.
    numbers : float32
        Of four axes, along the last of which they lie side by side, in both arrays.
    sizes : tuple of int
        Of these axes; none of them 0.
    number_steps, level_steps : tuple of int
        How many numbers and levels the arrays go on along the first three.
    first_level : int
        Place of the first.
    scale : float
        What numbers are divided by.
    low, high : float
        Least and greatest level.

    Returns
    -------
    bool
        Whether all were numbers; what is not has some level.

    Raises
    ------
    ValueError
        Something would be read or written outside of the arrays.
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
