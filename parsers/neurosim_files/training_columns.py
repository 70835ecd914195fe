"""What the columns of the training versions' files are, from ``main.cpp`` and ``train.py`` of NeuroSim V2.0 and V2.1.

The same variables are printed in the log, in ns and pJ; here they are in s and J.
"""

from __future__ import annotations

from nnsreport.parsers.neurosim_files.rows import Column
from nnsreport.parsers.quantities import TERA

TITLE = "DNN+NeuroSim V2 (training)"
CITATION = (
    "X. Peng, S. Huang, H. Jiang, A. Lu, S. Yu, 'DNN+NeuroSim V2.0: An End-to-End Benchmarking Framework for "
    "Compute-in-Memory Accelerators for On-Chip Training', IEEE Transactions on Computer-Aided Design of Integrated "
    "Circuits and Systems, 2021"
)

EPOCHS_SETTING = "neurosim.epochs"
EPOCHS_BY_ROW = "counted from 0, one a row"
"""How the epochs are known where a file does not tell them; wrong where NeuroSim was not run for every epoch."""

BUFFERED_REMEDY = (
    "train.py keeps its rows in memory, and writes them when it ends or has some thousand characters of them: look at "
    "the end of the job's log"
)

_PHASES = (
    ("forward", "read"),
    ("activation_gradient", "read"),
    ("weight_gradient", "read"),
    ("weight_update", "write"),
)
_QUANTITIES = ("latency", "dynamic_energy")

PHASE_COLUMNS: tuple[Column, ...] = tuple(
    Column(f"{peak}epoch_{access}_{quantity}", phase)
    for peak in ("", "peak_")
    for quantity in _QUANTITIES
    for phase, access in _PHASES
)
"""Four latencies and four energies, and the same eight without buffers, interconnect and DRAM (``Peak``)."""

BREAKDOWN_COLUMNS: tuple[Column, ...] = tuple(
    column
    for quantity in _QUANTITIES
    for column in (
        *(Column(f"epoch_read_{quantity}", part) for part in ("adc", "accumulation", "synaptic_array")),
        *(Column(f"epoch_{quantity}", part) for part in ("buffer", "interconnect")),
        Column(f"peak_epoch_read_{quantity}", "weight_gradient"),
        Column(f"peak_epoch_write_{quantity}", "weight_update"),
        Column(f"epoch_{quantity}", "dram"),
    )
)
"""Parts; those of weight gradient and update repeat their peak columns, as ``main.cpp`` writes the same variables."""

AREA_COLUMNS: tuple[Column, ...] = tuple(
    Column("area", part)
    for part in ("total", "cim_array", "interconnect", "adc", "accumulation", "other_peripheral", "weight_gradient")
)

EFFICIENCY = Column("training_energy_efficiency", "total", TERA)
THROUGHPUT = Column("training_throughput", "total", TERA)
FRAME_RATE = Column("training_epoch_rate", "total")
PEAK_EFFICIENCY = Column("peak_training_energy_efficiency", "total", TERA)
PEAK_THROUGHPUT = Column("peak_training_throughput", "total", TERA)
PEAK_FRAME_RATE = Column("peak_training_epoch_rate", "total")
