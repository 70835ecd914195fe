"""Inner loops in C, built at installation where there is a compiler; NumPy does the same without them.

Attributes
----------
convert : callable or None
    See ``_kernels.pyi``; None without the loops.
"""

from __future__ import annotations

from collections.abc import Callable

convert: Callable[..., int] | None
try:
    from nnsreport.engine.native import _kernels
except ImportError:  # no compiler where it was installed, or a checkout that was not
    convert = None
else:
    convert = _kernels.convert
