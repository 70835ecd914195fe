"""What a technology is: the transistors of a node, roadmap and temperature."""

from __future__ import annotations

from enum import StrEnum

from nnsreport.engine.cost.technology.rules import Constants, LayoutRules
from nnsreport.engine.records import dataclass


class Roadmap(StrEnum):
    """The kind of transistor that a node offers."""

    HIGH_PERFORMANCE = "HP"
    LOW_STANDBY_POWER = "LSTP"


class Structure(StrEnum):
    """The build of a transistor: one channel, fins, or stacks of sheets with the gate all around."""

    PLANAR = "planar"
    FINFET = "finfet"
    GAA = "gaa"


@dataclass(frozen=True, slots=True)
class Technology:
    """Transistors of one node, roadmap and temperature.

    Currents, capacitances and transconductances are for each metre of effective width. A planar transistor's
    effective width is its width; fins and stacks of sheets come in whole numbers, one for each two feature sizes of
    width. Quantities that a structure does not have are 0.

    Attributes
    ----------
    node_nm : int
        Node in nanometres.
    roadmap : Roadmap
        High performance or low standby power.
    structure : Structure
        Build of the transistors.
    temperature_k : int
        Temperature in kelvin.
    feature_size_m : float
        The node in metres.
    vdd_v, threshold_voltage_v : float
        Supply and threshold voltage.
    gate_length_m : float
        Physical gate length.
    ideal_gate_capacitance_f_per_m, overlap_capacitance_f_per_m, fringe_capacitance_f_per_m : float
        Parts of the gate's capacitance.
    drain_capacitance_f_per_m : float
        Total drain capacitance, used for the bit lines of FinFET and GAA nodes.
    junction_capacitance_f_per_m2, sidewall_capacitance_f_per_m, drain_to_channel_capacitance_f_per_m : float
        Capacitance of the drain's bottom, of its isolation edge and of its gate edge, biased with the supply.
    resistance_multiplier : float
        On resistance over supply voltage by saturation current.
    pn_size_ratio : float
        Width of a PMOS transistor that drives as a unit of NMOS, at 300 K.
    on_current_nmos_a_per_m, on_current_pmos_a_per_m, off_current_nmos_a_per_m, off_current_pmos_a_per_m : float
        Saturation and off current at this temperature.
    transconductance_nmos_s_per_m, transconductance_pmos_s_per_m : float
        Transconductance; of planar nodes at a gate voltage of 0.7 times the supply.
    fin_height_m, fin_width_m, fin_pitch_m : float
        Geometry of a fin; of GAA nodes, a sheet's width and the pitch of stacks.
    fins_per_device : float
        Fins of a transistor in a standard cell.
    effective_width_m : float
        Channel width of a fin or of one sheet.
    sheets_per_stack, stacks_per_device : float
        Of GAA nodes.
    layout : LayoutRules
        Of the node.
    constants : Constants
        Of all nodes.
    """

    node_nm: int
    roadmap: Roadmap
    structure: Structure
    temperature_k: int
    feature_size_m: float
    vdd_v: float
    threshold_voltage_v: float
    gate_length_m: float
    ideal_gate_capacitance_f_per_m: float
    overlap_capacitance_f_per_m: float
    fringe_capacitance_f_per_m: float
    drain_capacitance_f_per_m: float
    junction_capacitance_f_per_m2: float
    sidewall_capacitance_f_per_m: float
    drain_to_channel_capacitance_f_per_m: float
    resistance_multiplier: float
    pn_size_ratio: float
    on_current_nmos_a_per_m: float
    on_current_pmos_a_per_m: float
    off_current_nmos_a_per_m: float
    off_current_pmos_a_per_m: float
    transconductance_nmos_s_per_m: float
    transconductance_pmos_s_per_m: float
    fin_height_m: float
    fin_width_m: float
    fin_pitch_m: float
    fins_per_device: float
    effective_width_m: float
    sheets_per_stack: float
    stacks_per_device: float
    layout: LayoutRules
    constants: Constants

    @property
    def is_planar(self) -> bool:
        """Whether widths are continuous: 22 nm and above."""
        return self.structure is Structure.PLANAR

    @property
    def gate_capacitance_f_per_m(self) -> float:
        """Ideal, overlap and fringe capacitance of a gate."""
        return self.ideal_gate_capacitance_f_per_m + self.overlap_capacitance_f_per_m + self.fringe_capacitance_f_per_m

    @property
    def standard_cell_height_m(self) -> float:
        """Height of the transistor region that circuits ask gates for."""
        return self.feature_size_m * self.constants.standard_cell_height_f

    @property
    def minimum_nmos_width_m(self) -> float:
        """Width of the smallest NMOS transistor."""
        return self.constants.minimum_nmos_width_f * self.feature_size_m
