"""Traces: the weights and input bits that NeuroSim's wrapper writes for its C++ part, one pair of files a layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost import csv_digits
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.errors import DataError


def read_inputs(path: Path) -> Array:
    """Return the bits of a layer's inputs.

    Parameters
    ----------
    path : Path
        A file such as ``inputConv0_.csv``.

    Returns
    -------
    Array of uint8, (rows, vectors * bits)
        One row an input of the matrix; the bits of a vector are neighbours, the first is the highest.

    Raises
    ------
    DataError
        The file cannot be read, or has other numbers than 0 and 1.
    """
    return parse_inputs(_bytes_of(path), path)


def parse_inputs(text: bytes, path: Path | None = None) -> Array:
    """Return the bits of a layer's inputs from the contents of a file; see :func:`read_inputs`."""
    text = _with_line_end(text, path)
    found = csv_digits.bits(text)
    if found is not None:
        return found
    values = _any_numbers(text, path)
    is_bit = (values == 0) | (values == 1)
    if not is_bit.all():
        row, column = map(int, np.argwhere(~is_bit)[0])
        raise DataError(
            f"the number in column {column + 1} is {values[row, column]:g}, no bit",
            path=path,
            line=row + 1,
            remedy="give the inputs that NeuroSim V1.0 to V1.4 wrote for its C++ part",
        )
    return values.astype(np.uint8)


def read_weights(path: Path) -> Array:
    """Return a layer's weights.

    Parameters
    ----------
    path : Path
        A file such as ``weightConv0_.csv``.

    Returns
    -------
    Array of float64, (rows, columns)
        As written, usually between -1 and 1.

    Raises
    ------
    DataError
        The file cannot be read, or is no table of numbers; NeuroSim would take text for 0.
    """
    return parse_weights(_bytes_of(path), path)


def parse_weights(text: bytes, path: Path | None = None) -> Array:
    """Return a layer's weights from the contents of a file; see :func:`read_weights`."""
    text = _with_line_end(text, path)
    found = csv_digits.fixed_point(text)
    return _any_numbers(text, path) if found is None else found


def layer_inputs(bits: Array, layer: CostLayer, parameters: Parameters, path: Path | None = None) -> Array:
    """Return the part of an input trace that NeuroSim uses.

    Parameters
    ----------
    bits : Array of uint8, (rows, vectors * bits)
        Of the file.
    layer : CostLayer
        The layer.
    parameters : Parameters
        With the number of bits of an input.
    path : Path, optional
        For errors.

    Returns
    -------
    Array of uint8, (rows of the matrix, vectors * bits)
        The first columns: the wrapper writes the vectors of the padding as well, and NeuroSim does not count them.

    Raises
    ------
    DataError
        The file has fewer rows or columns than the layer; NeuroSim would read foreign memory.
    """
    rows, columns = layer.matrix_rows, layer.vectors * int(parameters.input_bits)
    _check_size(bits, rows, columns, layer, path)
    return bits[:rows, :columns]


def layer_weights(weights: Array, layer: CostLayer, path: Path | None = None) -> Array:
    """Return the weights of all columns of a layer.

    NeuroSim's own network of DenseNet40 has layers with more outputs than the file has columns, and reads foreign
    memory for the rest. Here the file's columns are repeated.

    Parameters
    ----------
    weights : Array of float64, (rows, columns)
        Of the file.
    layer : CostLayer
        The layer.
    path : Path, optional
        For errors.

    Returns
    -------
    Array of float64, (rows of the matrix, outputs)
        Of the layer.

    Raises
    ------
    DataError
        The file has fewer rows than the layer.
    """
    _check_size(weights, layer.matrix_rows, 1, layer, path)
    columns = np.arange(layer.output_channels) % weights.shape[1]
    return weights[: layer.matrix_rows][:, columns]


def _check_size(found: Array, rows: int, columns: int, layer: CostLayer, path: Path | None) -> None:
    if found.shape[0] < rows or found.shape[1] < columns:
        raise DataError(
            f"has {found.shape[0]} rows and {found.shape[1]} columns, but {layer.name} needs {rows} and {columns}",
            path=path,
            remedy="give the traces of the same network, with as many bits an input as numBitInput says",
        )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path=path, remedy="give the path of a trace") from error


def _with_line_end(text: bytes, path: Path | None) -> bytes:
    if not text[:4096].strip():
        raise DataError("is empty", path=path, remedy="let NeuroSim's wrapper write its traces again")
    text = text.replace(b"\r\n", b"\n") if b"\r" in text else text
    return text if text.endswith(b"\n") else text + b"\n"


def _any_numbers(text: bytes, path: Path | None) -> Array:
    """Read a table in any notation, line by line."""
    rows: list[Array] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = np.array(line.rstrip(b",").split(b","), dtype=np.float64)
        except ValueError as error:
            raise DataError(
                f"{line[:40].decode('latin-1')!r} is no row of numbers",
                path=path,
                line=number,
                remedy="give a table of numbers divided by commas, without a header",
            ) from error
        if rows and len(row) != len(rows[0]):
            raise DataError(
                f"has {len(row)} columns instead of {len(rows[0])}",
                path=path,
                line=number,
                remedy="copy the file again: it may be cut",
            )
        rows.append(row)
    return np.stack(rows)
