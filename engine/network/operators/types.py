"""Element types of ONNX tensors, and the NumPy types they are computed in."""

from __future__ import annotations

_COMPUTED_AS = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float32",  # float16
    11: "float32",  # float64
    12: "uint32",
    13: "uint64",
    16: "float32",  # bfloat16
}
_STORED_AS = {
    **_COMPUTED_AS,
    **dict.fromkeys((17, 18, 19, 20, 23, 24), "float32"),  # float8 of five kinds and float4
    21: "uint8",  # uint4
    22: "int8",  # int4
    25: "uint8",  # uint2
    26: "int8",  # int2
}
_INTEGER_BITS = {2: 8, 3: -8, 4: 16, 5: -16, 6: -32, 21: 4, 22: -4, 25: 2, 26: -2}
"""Bits of the types that numbers are quantised to; negative where signed."""


def element_type(code: int) -> str | None:
    """Return the NumPy type in which tensors of an ONNX element type are computed.

    Parameters
    ----------
    code : int
        A value of ``TensorProto.DataType``.

    Returns
    -------
    str or None
        Such as ``float32``, which stands for every floating-point type: a network is computed in one precision
        whatever its exporter wrote. None for texts, complex numbers and types of 8 bits or fewer that NumPy lacks,
        whose rounding changes what is computed.
    """
    return _COMPUTED_AS.get(code)


def storage_type(code: int) -> str | None:
    """Return the NumPy type that holds the values of a constant of an ONNX element type.

    Parameters
    ----------
    code : int
        A value of ``TensorProto.DataType``.

    Returns
    -------
    str or None
        None for texts and complex numbers; types of fewer than 8 bits are held in 8.
    """
    return _STORED_AS.get(code)


def integer_limits(code: int) -> tuple[int, int, str] | None:
    """Return the range of a type that numbers are quantised to.

    Parameters
    ----------
    code : int
        A value of ``TensorProto.DataType``.

    Returns
    -------
    tuple of int, int and str, or None
        The least and the largest number, and the NumPy type that holds them; None for types that are no integers.
    """
    bits = _INTEGER_BITS.get(code, 0)
    if bits == 0:
        return None
    if bits > 0:
        return 0, 2**bits - 1, _STORED_AS[code]
    return -(2 ** (-bits - 1)), 2 ** (-bits - 1) - 1, _STORED_AS[code]
