"""What a user sets in NeuroSim's Param.cpp, with the values that V1.4 is distributed with."""

from __future__ import annotations

from enum import IntEnum

from nnsreport.engine.cost.parameter_fields import choice, count, positive, real
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.records import dataclass


class OperationMode(IntEnum):
    """How arrays are read, and what a cell stands for, by the number in Param.cpp."""

    CONVENTIONAL_SEQUENTIAL = 1
    CONVENTIONAL_PARALLEL = 2
    BNN_SEQUENTIAL = 3
    BNN_PARALLEL = 4
    XNOR_SEQUENTIAL = 5
    XNOR_PARALLEL = 6

    @property
    def is_parallel(self) -> bool:
        """Whether several rows are read at once."""
        return self.value % 2 == 0

    @property
    def is_xnor(self) -> bool:
        """Whether a weight takes two rows that hold it and its complement."""
        return self in (OperationMode.XNOR_SEQUENTIAL, OperationMode.XNOR_PARALLEL)


class MemoryCell(IntEnum):
    """What stores a weight, by the number in Param.cpp."""

    SRAM = 1
    RRAM = 2
    FEFET = 3


class Access(IntEnum):
    """What selects a cell, by the number in Param.cpp."""

    TRANSISTOR = 1
    BIPOLAR = 2
    DIODE = 3
    CROSSBAR = 4


class RoadmapChoice(IntEnum):
    """The kind of transistors, by the number in Param.cpp."""

    HP = 1
    LSTP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a user sets; a number may be an array over the design points, of shape (points,).

    Attributes
    ----------
    has_sram_tile_buffers : bool
        Without effect: NeuroSim makes the buffers of tiles as ``has_sram_pe_buffers`` says.
    converter_file : str
        No parameter of NeuroSim: a Python file with other converters, as
        :func:`nnsreport.engine.cost.sub_array.converter_file.converter_of_file` reads it.
    weight_bits, input_bits : int or Array
        Arguments of NeuroSim's main, not of Param.cpp.
    rows_in_parallel : int or Array
        Word lines that are driven at once.
    columns_per_converter : int or Array
        Columns that share an ADC; those of one weight where SRAM is read row by row.
    sram_cell_height_f, ... : float or Array
        Sizes that end in ``_f`` are in multiples of the wire width, ``feature_size_m``.
    wiring_area_factor, ... : float or Array
        Calibration to silicon; 1 without ``is_validated``.
    """

    mode: OperationMode = choice("operationmode", OperationMode.CONVENTIONAL_PARALLEL)
    cell: MemoryCell = choice("memcelltype", MemoryCell.SRAM)
    access: Access = choice("accesstype", Access.TRANSISTOR)
    transistor_kind: int = choice("transistortype", 1)
    roadmap_choice: RoadmapChoice = choice("deviceroadmap", RoadmapChoice.LSTP)
    node_nm: int = choice("technode", 22)
    temperature_k: int = choice("temp", 300)
    has_global_h_tree: bool = choice("globalBusType", False)
    has_sram_global_buffer: bool = choice("globalBufferType", False)
    has_sram_tile_buffers: bool = choice("tileBufferType", False)
    has_sram_pe_buffers: bool = choice("peBufferType", False)
    activates_outside_tiles: bool = choice("chipActivation", True)
    has_relu: bool = choice("reLu", True)
    has_sram_activation: bool = choice("Activationtype", True)
    maps_by_kernel_position: bool = choice("novelMapping", True)
    has_sar_adc: bool = choice("SARADC", False)
    converter_file: str = choice("converter", "")
    senses_current: bool = choice("currentMode", True)
    is_pipelined: bool = choice("pipeline", True)
    is_validated: bool = choice("validated", True)
    is_synchronous: bool = choice("synchronous", True)
    has_synchronous_transfer: bool = choice("sync_data_transfer", False)
    has_special_layout: bool = choice("speciallayout", True)
    relaxes_cell_height: bool = choice("relaxArrayCellHeight", False)
    relaxes_cell_width: bool = choice("relaxArrayCellWidth", False)

    weight_bits: Quantity = count("synapseBit", 8)
    input_bits: Quantity = count("numBitInput", 8)
    rows: Quantity = count("numRowSubArray", 128)
    columns: Quantity = count("numColSubArray", 128)
    rows_in_parallel: Quantity = count("numRowParallel", 128)
    columns_per_converter: Quantity = count("numColMuxed", 8)
    converter_levels: Quantity = count("levelOutput", 32, minimum=2)
    columns_per_dummy: Quantity = positive("dumcolshared", 32)
    cell_bits: Quantity = count("cellBit", 1)
    speed_up_degree: Quantity = count("speedUpDegree", 8)
    global_buffer_core_rows: Quantity = count("globalBufferCoreSizeRow", 128)
    global_buffer_core_columns: Quantity = count("globalBufferCoreSizeCol", 128)
    tile_buffer_core_rows: Quantity = count("tileBufferCoreSizeRow", 32)
    tile_buffer_core_columns: Quantity = count("tileBufferCoreSizeCol", 32)
    most_global_bus_bits: Quantity = positive("maxGlobalBusWidth", 2048)
    global_bus_delay_tolerance: Quantity = real("globalBusDelayTolerance", 0.1, minimum=0)
    local_bus_delay_tolerance: Quantity = real("localBusDelayTolerance", 0.1, minimum=0)
    tree_folding: Quantity = positive("treeFoldedRatio", 4)
    input_toggle_rate: Quantity = real("inputtoggle", 0.18, minimum=0)
    output_toggle_rate: Quantity = real("outputtoggle", 0.5, minimum=0)
    largest_weight: Quantity = real("algoWeightMax", 1.0)
    smallest_weight: Quantity = real("algoWeightMin", -1.0)
    clock_frequency_hz: Quantity = positive("clkFreq", 1e9)
    on_resistance_ohm: Quantity = positive("resistanceOn", 100e3)
    off_resistance_ohm: Quantity = positive("resistanceOff", 1700e3)
    access_resistance_ohm: Quantity = real("resistanceAccess", 25e3, minimum=0)
    least_sensed_voltage_v: Quantity = positive("minSenseVoltage", 0.1)
    read_voltage_v: Quantity = positive("readVoltage", 0.55)
    read_pulse_width_s: Quantity = positive("readPulseWidth", 10e-9)
    access_voltage_v: Quantity = positive("accessVoltage", 1.1)
    write_voltage_v: Quantity = positive("writeVoltage", 2.0)
    sram_cell_height_f: Quantity = positive("heightInFeatureSizeSRAM", 10)
    sram_cell_width_f: Quantity = positive("widthInFeatureSizeSRAM", 28)
    sram_nmos_width_f: Quantity = positive("widthSRAMCellNMOS", 1)
    sram_pmos_width_f: Quantity = positive("widthSRAMCellPMOS", 1)
    sram_access_width_f: Quantity = positive("widthAccessCMOS", 1)
    transistor_cell_height_f: Quantity = positive("heightInFeatureSize1T1R", 4)
    transistor_cell_width_f: Quantity = positive("widthInFeatureSize1T1R", 12)
    crossbar_cell_height_f: Quantity = positive("heightInFeatureSizeCrossbar", 2)
    crossbar_cell_width_f: Quantity = positive("widthInFeatureSizeCrossbar", 2)
    mux_sizing: Quantity = positive("sizingfactor_MUX", 110)
    word_line_decoder_sizing: Quantity = positive("sizingfactor_WLdecoder", 1)
    new_switch_matrix_sizing: Quantity = positive("newswitchmatrixsizeratio", 14)
    switch_matrix_sizing: Quantity = positive("switchmatrixsizeratio", 0.2)
    inserted_buffers: Quantity = real("buffernumber", 0, minimum=0)
    inserted_buffer_ratio: Quantity = real("buffersizeratio", 0, minimum=0)
    wire_width_nm: float = choice("wireWidth", 40.0)
    metal0_width_nm: float = choice("Metal0", 40.0)
    metal1_width_nm: float = choice("Metal1", 40.0)
    barrier_thickness_m: float = choice("barrierthickness", 2.5e-9)
    wiring_area_factor: Quantity = positive("alpha", 1.44)
    sensing_latency_factor: Quantity = positive("beta", 1.4)
    flip_flop_activity: Quantity = positive("gamma", 0.5)
    adder_activity: Quantity = positive("delta", 0.15)
    control_activity: Quantity = positive("epsilon", 0.05)
    layout_energy_factor: Quantity = positive("zeta", 1.22)
