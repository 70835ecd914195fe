/* What both kinds of matrices of the tensor cores share: numbers of 16 bits, and codes that are added up. */

#ifndef NNSREPORT_FRAGMENTS_CUH
#define NNSREPORT_FRAGMENTS_CUH

#include "lanes.cuh"

enum { ELEMENTS = SIDE * SIDE, SUMS_OF_LANE = ELEMENTS / LANES, SUMS_HELD = HELD(ELEMENTS) };

/* Codes that are added up, or sums on their way to them. */
struct Codes {
    float own[SUMS_HELD];
};

#if defined(__CUDACC__)

/* In shared memory, whose addresses have 32 bits. */
typedef uint32_t Address;

FUNCTION Address address_of(const void *pointer)
{
    Address address;
    asm("{ .reg .u64 wide; cvta.to.shared.u64 wide, %1; cvt.u32.u64 %0, wide; }" : "=r"(address) : "l"(pointer));
    return address;
}

#else

typedef const unsigned char *Address;

FUNCTION Address address_of(const void *pointer) { return (Address)pointer; }

FUNCTION float float_of_half(uint32_t half)
{
    const uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31u, mantissa = half & 0x3FFu;
    const float magnitude = exponent ? float_of_bits(((exponent + 112u) << 23) | (mantissa << 13))
                                     : mantissa * 0x1p-24f;
    return sign ? -magnitude : magnitude;
}

/* Of a number that a half holds exactly, and not a subnormal one. */
FUNCTION uint32_t half_of_float(float value)
{
    const uint32_t bits = bits_of_float(value), magnitude = bits & 0x7FFFFFFFu;
    return (bits >> 16 & 0x8000u) | (magnitude ? (magnitude >> 13) - (112u << 10) : 0u);
}

#endif

#endif
