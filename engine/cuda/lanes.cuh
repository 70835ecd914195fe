/* One source for a GPU and for a processor, on which the tests prove it.

   A thread block works in phases between barriers. A phase is a function of a warp; in it, what lanes do apart stands
   in a loop over lanes, of which a GPU's thread runs its own turn, and a processor all of them. Whatever a warp keeps
   between phases is a member of `Warp`: its registers there, one object of several here. */

#ifndef NNSREPORT_LANES_CUH
#define NNSREPORT_LANES_CUH

enum { LANES = 32, WARPS = 4, SIDE = 16, QUAD = 4 };

#if defined(__CUDACC__)

#if defined(__CUDACC_RTC__) /* compilation at run time has no headers */
typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
#else
#include <stdint.h>
#endif

#define FUNCTION __device__ __forceinline__
#define METHOD __device__ __forceinline__
#define UNROLL _Pragma("unroll")
#define EACH_LANE(lane) for (int lane = threadIdx.x % LANES, is_left = 1; is_left; is_left = 0)
#define EACH_WARP(warp)
#define BARRIER() __syncthreads()
#define WARP_BARRIER() __syncwarp()
#define PRODUCT(first, second) __fmul_rn(first, second)
#define PRODUCT_AND_SUM(first, second, third) __fmaf_rn(first, second, third)
/* Of what a warp holds, how much one lane does, and where: a number of its own here, those of all lanes there. */
#define HELD(elements) ((elements) / LANES)
#define AT(index, lane) (index)

FUNCTION float float_of_bits(uint32_t bits) { return __uint_as_float(bits); }
FUNCTION uint32_t bits_of_float(float value) { return __float_as_uint(value); }
FUNCTION void add_to_count(int64_t *total, int64_t count) { atomicAdd((unsigned long long *)total, (uint64_t)count); }
FUNCTION void add_to_total(int32_t *total, int32_t number) { atomicAdd(total, number); }

/* In two instructions; compilers make three of it. */
FUNCTION void count_unequal(int32_t &count, float first, float second)
{
    asm("{ .reg .pred unequal; setp.ne.f32 unequal, %1, %2; @unequal add.s32 %0, %0, 1; }"
        : "+r"(count)
        : "f"(first), "f"(second));
}

#else

#include <cstring>
#include <math.h>
#include <stdint.h>

#define FUNCTION inline
#define METHOD inline
#define UNROLL
#define EACH_LANE(lane) for (int lane = 0; lane < LANES; lane++)
#define EACH_WARP(warp) for (auto &warp : warps)
#define BARRIER() (void)0
#define WARP_BARRIER() (void)0
#define PRODUCT(first, second) ((first) * (second)) /* compiled without contraction */
#define PRODUCT_AND_SUM(first, second, third) fmaf(first, second, third)
#define HELD(elements) (elements)
#define AT(index, lane) ((index) * LANES + (lane))

FUNCTION float float_of_bits(uint32_t bits)
{
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

FUNCTION uint32_t bits_of_float(float value)
{
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

FUNCTION void add_to_count(int64_t *total, int64_t count) { *total += count; }
FUNCTION void add_to_total(int32_t *total, int32_t number) { *total += number; }
FUNCTION void count_unequal(int32_t &count, float first, float second) { count += first != second; }

#endif

enum { LANE_COPIES = HELD(LANES) };

/* Loops of known length, unrolled, so that what they index can stay in registers. */
#define EACH(index, count)                                                                                             \
    UNROLL                                                                                                             \
    for (int index = 0; index < (count); index++)

FUNCTION int64_t least(int64_t first, int64_t second) { return first < second ? first : second; }
FUNCTION int64_t parts_of(int64_t number, int64_t size) { return (number + size - 1) / size; }

#endif
