"""The matrices of a network as cells of memory: the table from which floor plans are made."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import namespace_among
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class LayerTable:
    """Layers in cells, with the size of the sub-arrays they go to.

    Attributes
    ----------
    xp : module
        Array namespace of all arrays.
    input_height, kernel_height : Array, (layers,)
        Of the layers.
    is_novel : Array of bool, (layers,) or (points, layers)
        Mapped by kernel position.
    elements : int
        Kernel positions of novel mapping, or 0.
    rows, columns : Array, (layers,) or (points, layers)
        Cells of the whole matrix.
    tiled_rows : Array, (layers,) or (points, layers)
        Cells below each other that are cut into tiles: those of one kernel position in novel mapping.
    array_rows, array_columns : Array, () or (points,)
        Cells of a sub-array.
    """

    xp: ModuleType
    input_height: Array
    kernel_height: Array
    is_novel: Array
    elements: int
    rows: Array
    columns: Array
    tiled_rows: Array
    array_rows: Array
    array_columns: Array

    def largest(self, where: Array) -> Array:
        """Return the power of two that holds the columns of the widest of some layers; 0 where there are none."""
        xp = self.xp
        powers = 2.0 ** xp.ceil(xp.log2(self.columns))
        widest: Array = xp.where(where, powers, 0.0).max(axis=-1)
        return widest


def layer_table(layers: Sequence[CostLayer], parameters: Parameters, elements: int) -> LayerTable:
    """Return a network as cells.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    parameters : Parameters
        Of a group.
    elements : int
        Kernel positions of the layers that may be mapped by position; 0 for none.

    Returns
    -------
    LayerTable
        On the backend of the parameters.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipDesignInitialize.
    """
    p = parameters
    xp = namespace_among(p.rows, p.columns, p.columns_per_weight, p.speed_up_degree, p.columns_per_converter)

    def column(name: str) -> Array:
        values: Array = xp.asarray([getattr(layer, name) for layer in layers], dtype="float64")
        return values

    array_rows = xp.asarray(parameters.rows, dtype="float64")
    rows = column("matrix_rows") * parameters.rows_per_weight
    columns = column("output_channels") * xp.asarray(parameters.columns_per_weight, dtype="float64")[..., None]
    positions = column("kernel_positions")
    # Small kernels, and layers that do not fill a sub-array, stay one matrix.
    is_novel = (positions == elements) & (rows >= array_rows[..., None])
    rows, is_novel, columns = xp.broadcast_arrays(rows, is_novel, columns)
    return LayerTable(
        xp=xp,
        input_height=column("input_height"),
        kernel_height=column("kernel_height"),
        is_novel=is_novel,
        elements=elements,
        rows=rows,
        columns=columns,
        tiled_rows=xp.where(is_novel, column("input_channels") * parameters.rows_per_weight, rows),
        array_rows=array_rows,
        array_columns=xp.asarray(parameters.columns, dtype="float64"),
    )
