"""Digital systolic arrays with an on-chip buffer: what only they have; numbers are for one image, or for one access."""

from __future__ import annotations

from nnsreport.vocabulary.kinds import Better, Metric, Scope, metric

_HIGHER, _LOWER, _NEITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_CHIP = Scope.CHIP
_ACCESS = "of 512 bits of one memory bank"

METRICS: tuple[Metric, ...] = (
    metric(
        "inference_energy",
        "J",
        _LOWER,
        "energy to process one image, of every kind: dynamic, refresh, leakage, and transfers from and to the DRAM",
        _CHIP,
    ),
    metric("mac_energy", "J/op", _LOWER, "dynamic energy of one multiply-accumulate (counted as one operation)", _CHIP),
    metric(
        "mac_utilization",
        "fraction",
        _HIGHER,
        "share of the multiply-accumulate units that have work, mean of the layers",
        _CHIP,
    ),
    metric("clock_frequency", "Hz", _NEITHER, "frequency at which the array accepts operands", _CHIP),
    metric("memory_capacity", "byte", _NEITHER, "what a memory holds", _CHIP),
    metric("read_energy_per_bit", "J/bit", _LOWER, "dynamic energy to read one bit from a memory", _CHIP),
    metric("write_energy_per_bit", "J/bit", _LOWER, "dynamic energy to write one bit into a memory", _CHIP),
    metric("refresh_energy_per_bit", "J/bit", _LOWER, "dynamic energy to refresh one bit of a memory", _CHIP),
    metric("read_access_energy", "J", _LOWER, f"dynamic energy of one read {_ACCESS}", _CHIP),
    metric("write_access_energy", "J", _LOWER, f"dynamic energy of one write {_ACCESS}", _CHIP),
    metric("refresh_access_energy", "J", _LOWER, f"dynamic energy of one refresh {_ACCESS}", _CHIP),
    metric("retention_time", "s", _HIGHER, "time for which a memory keeps its data without refresh", _CHIP),
    metric("standby_power", "W", _LOWER, "power of the idle chip: leakage, and refresh of what it must keep", _CHIP),
    metric("refresh_power", "W", _LOWER, "power of refreshing what the idle chip must keep", _CHIP),
    metric("refreshed_banks", "1", _LOWER, "memory banks that the idle chip must refresh", _CHIP),
    metric("data_share", "fraction", _NEITHER, "share of the data that a buffer keeps in one of its modes", _CHIP),
    metric("data_layers", "1", _NEITHER, "layers whose data a buffer keeps in one of its modes", _CHIP),
)

COMPONENTS: dict[str, str] = {
    "mac": "the multiply-accumulate units",
    "register_file": "the register files of the processing elements",
    "functional_module": "floating-point, max-pooling and ReLU units",
    "buffer_bank": "one bank of the global buffer (256 KiB)",
    "buffer_volatile": "the global buffer in its volatile mode",
    "buffer_nonvolatile": "the global buffer in its non-volatile mode",
    "buffer_read": "reads of the global buffer",
    "buffer_write": "writes of the global buffer",
    "buffer_refresh": "refresh of the global buffer",
    "buffer_access": "reads and writes of the global buffer, with the network on chip, without refresh",
    "buffer_and_network": "reads, writes and refresh of the global buffer, with the network on chip",
    "weight_nonvolatile": "weights that the buffer keeps in its non-volatile mode",
    "weight_volatile": "weights that the buffer keeps in its volatile mode, refreshed",
    "weight_unrefreshed": "weights that the buffer keeps in its volatile mode, without refresh",
    "input_nonvolatile": "inputs that the buffer keeps in its non-volatile mode",
    "input_volatile": "inputs that the buffer keeps in its volatile mode, refreshed",
    "input_unrefreshed": "inputs that the buffer keeps in its volatile mode, without refresh",
    "output_nonvolatile": "outputs that the buffer keeps in its non-volatile mode",
    "output_volatile": "outputs that the buffer keeps in its volatile mode, refreshed",
    "output_unrefreshed": "outputs that the buffer keeps in its volatile mode, without refresh",
}
