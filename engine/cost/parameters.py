"""Parameters of a chip: those of NeuroSim's Param.cpp, and what its constructor and main derive from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Set
from functools import cache

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.given import Access, Given, MemoryCell, OperationMode
from nnsreport.engine.cost.parameter_fields import Value, converted, declarations
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.refusals import refuse_impossible
from nnsreport.engine.cost.technology.tables import number, read_table
from nnsreport.engine.cost.technology.transistors import Roadmap
from nnsreport.engine.cost.wires import wire_resistance_per_m
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

_ACCESS_TO_ON_RESISTANCE = 0.25
"""IR_DROP_TOLERANCE of constant.h: the access transistor's share of the cell's on resistance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters(Given):
    """Parameters of a group of design points, complete.

    Attributes
    ----------
    roadmap : Roadmap
        As the technology tables name it.
    feature_size_m : float
        The wire width, in which cells are measured.
    has_cut_cell_bits : bool or Array of bool
        Cells were to hold more bits than a weight has; NeuroSim says so, and goes on with ``cell_bits`` of a weight.
    rows_per_weight, columns_per_weight : float or Array
        Cells that one weight takes.
    largest_conductance_s, smallest_conductance_s : float or Array
        Of a cell, without its access transistor.
    wire_resistance_per_m : float
        Of the wires of arrays and buses, in ohm per metre.
    metal0_resistance_per_m, metal1_resistance_per_m : float
        Of the first two metals, in ohm per metre.
    wire_length_row_m, wire_length_column_m : float or Array
        NeuroSim's names: height and width of a cell.
    wire_resistance_row_ohm, wire_resistance_column_ohm : float or Array
        Of these lengths.
    corrections : frozenset of Correction
        Where the numbers are to be other than NeuroSim's, because those are plainly wrong.
    """

    roadmap: Roadmap
    feature_size_m: float
    has_cut_cell_bits: bool | Array
    rows_per_weight: int
    columns_per_weight: Quantity
    largest_conductance_s: Quantity
    smallest_conductance_s: Quantity
    wire_resistance_per_m: float
    metal0_resistance_per_m: float
    metal1_resistance_per_m: float
    wire_length_row_m: Quantity
    wire_length_column_m: Quantity
    wire_resistance_row_ohm: Quantity
    wire_resistance_column_ohm: Quantity
    corrections: frozenset[Correction] = frozenset()

    @classmethod
    def from_values(
        cls,
        values: Mapping[str, Value],
        overrides: Mapping[str, Value] | None = None,
        *,
        refuse: bool = True,
        corrections: Set[Correction] = frozenset(),
    ) -> Parameters:
        """Return the parameters that NeuroSim would run with.

        Parameters
        ----------
        values : Mapping of str
            By names of Param.cpp, ``synapseBit`` and ``numBitInput`` among them; what is missing is as V1.4 is
            distributed. Other names, of which Param.cpp has many, are left out. Numbers may be arrays over the points.
        overrides : Mapping of str, optional
            Stronger than ``values``: arguments of main, or the axes of a sweep. What follows from one of them (wires
            and cells from ``technode``, ``numRowParallel`` from ``numRowSubArray``) is then derived, not taken from
            ``values``.
        refuse : bool
            Refuse what NeuroSim refuses, or what makes it crash or print nan; otherwise only what no chip can have.
        corrections : set of Correction
            Without any, numbers are NeuroSim's.

        Returns
        -------
        parameters : Parameters
            Complete and consistent.

        Raises
        ------
        ConfigurationError
            A value is impossible, or the combination is refused; the sentence names the parameter to change.

        References
        ----------
        NeuroSim V1.4, Param.cpp and main.cpp.
        """
        parameters = dataclasses.replace(
            _derived(_given(_merged(values, overrides or {}))), corrections=frozenset(corrections)
        )
        if refuse:
            refuse_impossible(parameters)
        return parameters

    @property
    def cell_height_f(self) -> Quantity:
        """Height of the memory cell in wire widths."""
        return self._of_cell(self.sram_cell_height_f, self.transistor_cell_height_f, self.crossbar_cell_height_f)

    @property
    def cell_width_f(self) -> Quantity:
        """Width of the memory cell in wire widths."""
        return self._of_cell(self.sram_cell_width_f, self.transistor_cell_width_f, self.crossbar_cell_width_f)

    def _of_cell(self, sram: Quantity, transistor: Quantity, crossbar: Quantity) -> Quantity:
        if self.cell is MemoryCell.SRAM:
            return sram
        return transistor if self.access is Access.TRANSISTOR else crossbar


_FIELDS = declarations(Given)
_NODE_COLUMNS = tuple(column for column in read_table("node_parameters.csv")[0] if column not in ("node_nm", "source"))
_CALIBRATIONS = (
    "wiring_area_factor",
    "sensing_latency_factor",
    "flip_flop_activity",
    "adder_activity",
    "control_activity",
    "layout_energy_factor",
)
_FOLLOWING: Mapping[str, tuple[str, ...]] = {
    "node_nm": _NODE_COLUMNS,
    "rows": ("rows_in_parallel",),
    "converter_levels": ("columns_per_dummy",),
    "on_resistance_ohm": ("access_resistance_ohm",),
    "is_validated": _CALIBRATIONS,
}
"""Fields that Param.cpp derives from another one, but that a user may set as well."""


def _merged(values: Mapping[str, Value], overrides: Mapping[str, Value]) -> dict[str, Value]:
    """Return values by field; what follows from an overridden field is forgotten, so that it is derived again."""
    fields = {declaration.name: name for name, declaration in _FIELDS.items()}
    merged = {fields[name]: value for name, value in values.items() if name in fields}
    for name in overrides:
        if name not in fields:
            raise ConfigurationError(
                "is no parameter that the cost depends on", field=name, remedy="use a name of NeuroSim's Param.cpp"
            )
    changed = {fields[name]: value for name, value in overrides.items()}
    for leader in changed:
        for follower in _FOLLOWING.get(leader, ()):
            merged.pop(follower, None)
    return merged | changed


def _given(values: Mapping[str, Value]) -> Given:
    """Convert what is given, and complete it."""
    defaults = {field.name: field.default for field in dataclasses.fields(Given)}
    found = {name: converted(value, defaults[name], _FIELDS[name]) for name, value in values.items()}
    first = Given(**found)  # type: ignore[arg-type] # each was converted to the type of its field
    followers: dict[str, object] = dict(_node_values(first.node_nm))
    followers["columns_per_dummy"] = first.converter_levels
    followers["access_resistance_ohm"] = first.on_resistance_ohm * _ACCESS_TO_ON_RESISTANCE
    followers["rows_in_parallel"] = first.rows if first.mode.is_parallel else 1
    if not first.is_validated:
        followers.update(dict.fromkeys(_CALIBRATIONS, 1.0))
    return dataclasses.replace(first, **{name: value for name, value in followers.items() if name not in found})  # type: ignore[arg-type]


@cache
def _node_values(node_nm: int) -> Mapping[str, float]:
    for row in read_table("node_parameters.csv"):
        if int(row["node_nm"]) == node_nm:
            return {column: number(row, column) for column in _NODE_COLUMNS}
    nodes = ", ".join(row["node_nm"] for row in read_table("node_parameters.csv"))
    raise ConfigurationError(
        f"NeuroSim has no wires of {node_nm} nm: it ends without a word",
        field="technode",
        remedy=f"set technode to one of {nodes}",
    )


def _derived(given: Given) -> Parameters:
    fields = {field.name: getattr(given, field.name) for field in dataclasses.fields(Given)}
    cell_bits = _cell_bits(given)
    fields["cell_bits"] = cell_bits
    columns_per_weight = _columns_per_weight(given, cell_bits)
    if given.mode is OperationMode.CONVENTIONAL_SEQUENTIAL and given.cell is MemoryCell.SRAM:
        fields["columns_per_converter"] = columns_per_weight
    wire = wire_resistance_per_m(given.wire_width_nm, given.barrier_thickness_m, given.temperature_k)
    parameters = Parameters(
        **fields,
        roadmap=Roadmap(given.roadmap_choice.name),
        feature_size_m=given.wire_width_nm * 1e-9,
        has_cut_cell_bits=_has_cut_cell_bits(given),
        rows_per_weight=2 if given.mode.is_xnor else 1,
        columns_per_weight=columns_per_weight,
        largest_conductance_s=1 / given.on_resistance_ohm,
        smallest_conductance_s=1 / given.off_resistance_ohm,
        wire_resistance_per_m=wire,
        metal0_resistance_per_m=wire_resistance_per_m(given.metal0_width_nm, given.barrier_thickness_m),
        metal1_resistance_per_m=wire_resistance_per_m(given.metal1_width_nm, given.barrier_thickness_m),
        wire_length_row_m=0.0,
        wire_length_column_m=0.0,
        wire_resistance_row_ohm=0.0,
        wire_resistance_column_ohm=0.0,
    )
    row_m = parameters.feature_size_m * parameters.cell_height_f
    column_m = parameters.feature_size_m * parameters.cell_width_f
    return dataclasses.replace(
        parameters,
        wire_length_row_m=row_m,
        wire_length_column_m=column_m,
        wire_resistance_row_ohm=wire * row_m,
        wire_resistance_column_ohm=wire * column_m,
    )


def _cell_bits(given: Given) -> Quantity:
    """SRAM holds one bit; a cell never holds more than the weight has."""
    if given.cell is MemoryCell.SRAM:
        return 1
    xp = namespace_among(given.cell_bits, given.weight_bits)
    return _plain(xp.minimum(given.cell_bits, given.weight_bits))


def _has_cut_cell_bits(given: Given) -> bool | Array:
    if given.cell is MemoryCell.SRAM:
        return False
    is_cut: bool | Array = given.cell_bits > given.weight_bits
    return is_cut


def _columns_per_weight(given: Given, cell_bits: Quantity) -> Quantity:
    if given.mode is OperationMode.BNN_PARALLEL:
        return 2
    if given.mode.is_xnor or given.mode is OperationMode.BNN_SEQUENTIAL:
        return 1
    xp = namespace_among(given.weight_bits, cell_bits)
    return _plain(xp.ceil(given.weight_bits / cell_bits))


def _plain(value: Quantity) -> Quantity:
    """Return NumPy's scalars, which arithmetic on Python numbers gives, as Python numbers."""
    return value if getattr(value, "ndim", 0) else int(value)
