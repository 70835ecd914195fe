/* Digits that a cycle cuts out of bytes or words, 16 bytes at a time; the caller's numbers fill whole ones. */

#ifndef NNSREPORT_DIGITS_H
#define NNSREPORT_DIGITS_H

#include "job.h"

#define CUT_WIDE(type, pulse)                                                                                          \
    for (int64_t index = 0; index < count; index += 16 / (int64_t)sizeof(type)) {                                      \
        const Wide_##type level = *(const Wide_##type *)(levels + index);                                              \
        const Wide_##type are_negative = (Wide_##type)(level < 0);                                                     \
        const Wide_##type digit = ((level ^ are_negative) - are_negative) >> shift & mask;                             \
        (void)digit;                                                                                                   \
        *(Wide_##type *)(pulses + index) = pulse;                                                                      \
    }                                                                                                                  \
    break
#define DEFINE_CUT(type)                                                                                               \
    typedef type Wide_##type __attribute__((vector_size(16), aligned(sizeof(type)), may_alias));                       \
    INLINE void cut_##type(const Cycle *cycle, const type *levels, int64_t count, type *pulses)                        \
    {                                                                                                                  \
        const type shift = (type)cycle->shift, mask = (type)cycle->mask;                                               \
        switch (cycle->kind) {                                                                                         \
        case MAGNITUDE:                                                                                                \
            CUT_WIDE(type, level >> shift & mask);                                                                     \
        case BIPOLAR:                                                                                                  \
            CUT_WIDE(type, (digit ^ are_negative) - are_negative);                                                     \
        case SIGN_BIT:                                                                                                 \
            CUT_WIDE(type, are_negative & 1);                                                                          \
        case POSITIVE:                                                                                                 \
            CUT_WIDE(type, digit & ~are_negative);                                                                     \
        default:                                                                                                       \
            CUT_WIDE(type, digit & are_negative);                                                                       \
        }                                                                                                              \
    }
DEFINE_CUT(uint8_t)
DEFINE_CUT(int8_t)
DEFINE_CUT(uint16_t)
DEFINE_CUT(int16_t)

#endif
