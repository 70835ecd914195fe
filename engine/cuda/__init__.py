"""Block sums, conversions, shift and add in one launch on a GPU's tensor cores: CUDA sources, and what launches them.

Nothing here needs CuPy to be imported; it is asked for only when arrays of it arrive.
"""
