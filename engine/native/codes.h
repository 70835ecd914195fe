/* From sums in registers to codes that are added up. Sums have names, because compilers keep arrays of them in memory. */

#ifndef NNSREPORT_CODES_H
#define NNSREPORT_CODES_H

#include "job.h"

#define LOAD(numbers) (*(Loose *)(numbers))
#define SELECT(mask, yes, no) ((Floats)(((mask) & (Integers)(yes)) | (~(mask) & (Integers)(no))))

/* Makes the compiler round a product before anything is added to it, as NumPy does. */
#if defined(__x86_64__)
#define KEEP(value)                                                                                                    \
    if (is_fused) /* only then there are fused operations, and registers that hold a vector */                         \
    __asm__("" : "+x"(value))
#else
#define KEEP(value) __asm__("" : "+m"(value))
#endif

/* Half to even. Beyond 2^22 it is not exact, but no code lies there: such sums are clipped. */
#define ROUNDED(values) (((values) + 12582912.0f) - 12582912.0f)

/* Needs `low`, `high`, `reciprocals`, `weight` and `clipped`; adds the codes of a vector of sums to `codes`. */
#define ADD_CODE(sum, line, codes)                                                                                     \
    do {                                                                                                               \
        Floats code = (sum) * reciprocals[line];                                                                       \
        KEEP(code);                                                                                                    \
        code = ROUNDED(code);                                                                                          \
        Integers above = code > high, below = code < low;                                                              \
        *clipped -= above | below;                                                                                     \
        code = SELECT(above, high, SELECT(below, low, code));                                                          \
        LOAD(codes) += weight * code;                                                                                  \
    } while (0)

#endif
