/* Pulses cut out of levels in registers, several elements at once. */

#ifndef NNSREPORT_PULSES_CUH
#define NNSREPORT_PULSES_CUH

#include "job.cuh"
#include "laned.cuh"
#include "opaque.cuh"

enum { ONES_OF_PAIR = 0x00010001, ONES_OF_QUAD = 0x01010101 };

#define EACH_WORD(index, matrix) EACH (index, (int)(sizeof((matrix).own) / 4))

#if defined(__CUDACC__)
#define PAIRWISE(name)                                                                                                 \
    FUNCTION uint32_t name##_pairs(uint32_t first, uint32_t second)                                                    \
    {                                                                                                                  \
        uint32_t result;                                                                                               \
        asm(#name ".f16x2 %0, %1, %2;" : "=r"(result) : "r"(first), "r"(second));                                      \
        return result;                                                                                                 \
    }
#else
#define PAIRWISE(name)                                                                                                 \
    FUNCTION uint32_t name##_pairs(uint32_t first, uint32_t second)                                                    \
    {                                                                                                                  \
        const float low = name(float_of_half(first & 0xFFFFu), float_of_half(second & 0xFFFFu));                       \
        const float high = name(float_of_half(first >> 16), float_of_half(second >> 16));                              \
        return half_of_float(high) << 16 | half_of_float(low);                                                         \
    }
FUNCTION float add(float first, float second) { return first + second; }
FUNCTION float sub(float first, float second) { return first - second; }
FUNCTION float mul(float first, float second) { return first * second; }
#endif

PAIRWISE(add)
PAIRWISE(sub)
PAIRWISE(mul)

enum : uint32_t { HALVES_OF_1024 = 0x64006400u, HALF_OF_1024 = 0x6400u, HALVES_OF_2_TO_MINUS_11 = 0x10001000u };

FUNCTION uint32_t digits_of_pair(uint32_t pair, const Cycle &cycle)
{
    const uint32_t digits = pair >> cycle.shift & (uint32_t)cycle.mask * ONES_OF_PAIR;
    if (cycle.kind == MAGNITUDE || cycle.kind == BIPOLAR)
        return digits;
    const uint32_t negative = (pair >> 15 & ONES_OF_PAIR) * 0xFFFFu;
    return digits & (cycle.kind == NEGATIVE ? negative : ~negative);
}

/* Of whole numbers below 2^10: what their bits add to 1024 when they stand for units of it. */
FUNCTION uint32_t halves_of_short_digits(uint32_t digits) { return sub_pairs(digits | HALVES_OF_1024, HALVES_OF_1024); }

/* Of whole numbers below 2^11. */
FUNCTION uint32_t halves_of_digits(uint32_t digits)
{
    return add_pairs(halves_of_short_digits(digits & 0x03FF03FFu), (digits >> 10 & ONES_OF_PAIR) * HALF_OF_1024);
}

/* Digits left in their places: 2^shift times what they are worth, of bytes; of halves, subnormal ones, 2^(shift - 24)
   times. Tensor cores take those exactly (M. Fasi et al., "Numerical behavior of NVIDIA tensor cores", PeerJ Computer
   Science 7, e330, 2021), one instruction cuts them, and their power of two goes into the reciprocal of the
   converter's step. */
template <class Matrix> FUNCTION void cut_in_place(Matrix &pulses, const Matrix &levels, const Cycle &cycle)
{
    EACH_WORD (index, pulses)
        pulses.own[index] = levels.own[index] & cycle.bits;
}

/* Short digits without a sign are the usual case: three instructions for two elements. */
template <class Matrix> FUNCTION void cut_halves(Matrix &pulses, const Matrix &levels, const Cycle &cycle)
{
    const uint32_t mask = (uint32_t)cycle.mask * ONES_OF_PAIR;
    if (cycle.kind == MAGNITUDE && cycle.mask < 1024) {
        EACH_WORD (index, pulses)
            pulses.own[index] = halves_of_short_digits(levels.own[index] >> cycle.shift & mask);
    }
    else {
        const uint32_t sign = cycle.kind == BIPOLAR ? 0x80008000u : 0u;
        EACH_WORD (index, pulses)
            pulses.own[index] = halves_of_digits(digits_of_pair(levels.own[index], cycle)) | (levels.own[index] & sign);
    }
}

FUNCTION void cut(OpaqueHalves::Matrix &pulses, const OpaqueHalves::Matrix &levels, const Cycle &cycle)
{
    cut_halves(pulses, levels, cycle);
}

FUNCTION void cut(Laned::Matrix &pulses, const Laned::Matrix &levels, const Cycle &cycle)
{
    cut_halves(pulses, levels, cycle);
}

FUNCTION void cut(OpaqueBytes::Matrix &pulses, const OpaqueBytes::Matrix &levels, const Cycle &cycle)
{
    EACH_WORD (index, pulses)
        pulses.own[index] = levels.own[index] >> cycle.shift & (uint32_t)cycle.mask * ONES_OF_QUAD;
}

/* Squares of pulses: in one part where they are small; else in units of 2^11, whole multiples and the rest. */
template <int PARTS, class Matrix>
FUNCTION void square(Matrix *squares, const Matrix &pulses, const Matrix &levels, const Cycle &cycle)
{
    EACH_WORD (index, pulses) {
        if (PARTS == 1) {
            squares[0].own[index] = mul_pairs(pulses.own[index], pulses.own[index]);
            continue;
        }
        const uint32_t digits = digits_of_pair(levels.own[index], cycle);
        const uint32_t low = (digits & 0xFFFFu) * (digits & 0xFFFFu), high = (digits >> 16) * (digits >> 16);
        const uint32_t rest = (low & 2047u) | (high & 2047u) << 16, multiples = low >> 11 | high >> 11 << 16;
        squares[0].own[index] = halves_of_digits(multiples);
        squares[PARTS - 1].own[index] = mul_pairs(halves_of_digits(rest), HALVES_OF_2_TO_MINUS_11);
    }
}

#endif
