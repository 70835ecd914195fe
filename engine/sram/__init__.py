"""SRAM arrays that compute in the analog domain: QS-Arch, QR-Arch and CM, in closed form and on arrays.

Names are imported when they are asked for: a configuration needs only the settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnsreport.lazy_names import names_of

if TYPE_CHECKING:
    from nnsreport.engine.sram import compute_memory, qr_arch, qs_arch
    from nnsreport.engine.sram.array import SramArray, program_array
    from nnsreport.engine.sram.evaluation import Evaluation
    from nnsreport.engine.sram.operands import Operands, input_quantization_variance, peak_over_std, signal_variance
    from nnsreport.engine.sram.products import Converter, DotProducts, dot_products, weight_planes
    from nnsreport.engine.sram.settings import BitCellSettings, BitLineSettings, CapacitorSettings, SramSettings

__all__ = [
    "BitCellSettings",
    "BitLineSettings",
    "CapacitorSettings",
    "Converter",
    "DotProducts",
    "Evaluation",
    "Operands",
    "SramArray",
    "SramSettings",
    "compute_memory",
    "dot_products",
    "input_quantization_variance",
    "peak_over_std",
    "program_array",
    "qr_arch",
    "qs_arch",
    "signal_variance",
    "weight_planes",
]

if not TYPE_CHECKING:
    __getattr__ = names_of(
        __name__,
        {
            "array": ("SramArray", "program_array"),
            "evaluation": ("Evaluation",),
            "operands": ("Operands", "input_quantization_variance", "peak_over_std", "signal_variance"),
            "products": ("Converter", "DotProducts", "dot_products", "weight_planes"),
            "settings": ("BitCellSettings", "BitLineSettings", "CapacitorSettings", "SramSettings"),
        },
    )
