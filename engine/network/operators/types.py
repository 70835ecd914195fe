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
        whatever its exporter wrote. None for texts, complex numbers and types of fewer than 8 bits.
    """
    return _COMPUTED_AS.get(code)
