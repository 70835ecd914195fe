"""Inner loops in C, built at installation where there is a compiler; NumPy does the same without them.

Attributes
----------
convert, normal_rows : callable or None
    See ``_kernels.pyi``; None without the loops.
"""

from __future__ import annotations

from collections.abc import Callable

convert: Callable[..., int] | None
normal_rows: Callable[..., None] | None
try:
    from nnsreport.engine.native import _kernels
except ImportError:  # no compiler where it was installed, or a checkout that was not
    convert = normal_rows = None
else:
    convert, normal_rows = _kernels.convert, _kernels.normal_rows
