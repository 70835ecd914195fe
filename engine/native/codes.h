/* From sums in registers to codes that are added up, and from codes to products. Sums have names, because compilers
   keep arrays of them in memory. */

#ifndef NNSREPORT_CODES_H
#define NNSREPORT_CODES_H

#include "job.h"

#define LOAD(numbers) (*(Loose *)(numbers))
#define SELECT(mask, yes, no) ((Floats)(((mask) & (Integers)(yes)) | (~(mask) & (Integers)(no))))

/* KEEP makes the compiler round a product before anything is added to it, as NumPy does. ROUND is half to even, LIMIT
   between `low` and `high`: one and two operations where there are fused ones, of which compilers make more. Elsewhere
   rounding is not exact beyond 2^22, but no code lies there: such sums are clipped. */
#define ROUND_ANYWHERE(value) value = ((value) + 12582912.0f) - 12582912.0f
#define LIMIT_ANYWHERE(value) value = SELECT((value) > high, high, SELECT((value) < low, low, value))
#if defined(__x86_64__)
/* Fused operations come with registers that hold a vector. */
#define KEEP(value)                                                                                                    \
    if (is_fused)                                                                                                      \
    __asm__("" : "+x"(value))
#define ROUND(value)                                                                                                   \
    if (is_fused)                                                                                                      \
        __asm__("vroundps $0, %0, %0" : "+x"(value));                                                                  \
    else                                                                                                               \
        ROUND_ANYWHERE(value)
#define LIMIT(value)                                                                                                   \
    if (is_fused)                                                                                                      \
        __asm__("vminps %2, %0, %0\n\tvmaxps %1, %0, %0" : "+x"(value) : "x"(low), "x"(high));                         \
    else                                                                                                               \
        LIMIT_ANYWHERE(value)
#else
#define KEEP(value) __asm__("" : "+m"(value))
#define ROUND(value) ROUND_ANYWHERE(value)
#define LIMIT(value) LIMIT_ANYWHERE(value)
#endif

/* The compiler would let all products wait, for which it has too few registers, or copy sums. */
#define ADD_NOW(instruction, sum, product) __asm__(instruction " %1, %0, %0" : "+x"(sum) : "x"(product))

/* Needs `low`, `high`, `reciprocals`, `weight` and `clipped`; adds the codes of a vector of sums to `codes`. */
#define ADD_CODE(sum, line, codes)                                                                                     \
    do {                                                                                                               \
        Floats code = (sum) * reciprocals[line];                                                                       \
        KEEP(code);                                                                                                    \
        ROUND(code);                                                                                                   \
        const Floats rounded = code;                                                                                   \
        LIMIT(code);                                                                                                   \
        *clipped -= code != rounded;                                                                                   \
        LOAD(codes) += weight * code;                                                                                  \
    } while (0)

/* Slices of a column, so far apart, added up, and scaled; in the order of NumPy's passes. */
INLINE Floats product_of(
    const Job *job, int64_t column, const float *codes, int64_t apart, Floats total, const int is_fused)
{
    Floats product = LOAD(codes) * job->values[0];
    KEEP(product);
    for (int64_t slice = 1; slice < job->slices; slice++) {
        Floats further = LOAD(codes + slice * apart) * job->values[slice];
        KEEP(further);
        product += further;
    }
    if (!job->gains)
        return product;
    product *= job->gains[column];
    if (job->reference != 0.0f) {
        Floats reference = total * job->reference;
        KEEP(reference);
        KEEP(product);
        product -= reference;
    }
    return product * job->scales[column];
}

INLINE void store_product(
    const Job *job, int64_t group, int64_t first, int64_t width, const float *codes, const int64_t stride,
    const int32_t *totals, const int is_fused)
{
    const int64_t columns = job->lines / job->slices;
    float *to = job->product + group * columns * job->count + first;
    for (int64_t column = 0; column < columns; column++, to += job->count)
        for (int64_t index = 0; index < width; index += LANES) {
            const Floats total = __builtin_convertvector(*(const LooseIntegers *)(totals + index), Floats);
            const Floats product = product_of(
                job, group * columns + column, codes + column * stride + index, columns * stride, total, is_fused);
            if (index + LANES <= width)
                LOAD(to + index) = product;
            else
                memcpy(to + index, &product, (width - index) * sizeof *to);
        }
}

#endif
