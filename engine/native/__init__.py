"""Inner loops in C, built at installation where there is a compiler; NumPy does the same without them.

Attributes
----------
convert, normal_rows, pack, quantize, unfold : callable or None
    See ``_kernels.pyi``; None without the loops.
"""

from __future__ import annotations

from collections.abc import Callable

from nnsreport.loops import loops

_kernels = loops("nnsreport.engine.native._kernels")

convert: Callable[..., int] | None = getattr(_kernels, "convert", None)
normal_rows: Callable[..., None] | None = getattr(_kernels, "normal_rows", None)
pack: Callable[..., bool] | None = getattr(_kernels, "pack", None)
quantize: Callable[..., bool] | None = getattr(_kernels, "quantize", None)
unfold: Callable[..., None] | None = getattr(_kernels, "unfold", None)
