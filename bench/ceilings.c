/* What one core can do at most: loops that keep everything in registers, or in the nearest cache. */

#if defined(__x86_64__)
#include <immintrin.h>

#include "../engine/native/codes.h"

/* Sums that depend on no other, as many as hide how long an operation takes. They have names, as in the engine. */
#define ALL_SUMS(step)                                                                                                 \
    do {                                                                                                               \
        step(0);                                                                                                       \
        step(1);                                                                                                       \
        step(2);                                                                                                       \
        step(3);                                                                                                       \
        step(4);                                                                                                       \
        step(5);                                                                                                       \
        step(6);                                                                                                       \
        step(7);                                                                                                       \
        step(8);                                                                                                       \
        step(9);                                                                                                       \
    } while (0)
#define FOR_THIS_PROCESSOR __attribute__((target("avx2,fma")))

#define EACH_ZERO                                                                                                      \
    sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0}, sum4 = {0}, sum5 = {0}, sum6 = {0}, sum7 = {0}, sum8 = {0},        \
    sum9 = {0}
#define TOGETHER(add) add(add(add(add(sum0, sum1), add(sum2, sum3)), add(add(sum4, sum5), add(sum6, sum7))), add(sum8, sum9))

/* Sums of four rows looked up, each added to a sum: 32 a vector, 10 vectors a round. */
#define LOOK_UP(index)                                                                                                 \
    sum##index = _mm256_add_epi8(sum##index, _mm256_shuffle_epi8(table, places));                                      \
    __asm__("" : "+x"(sum##index), "+x"(places))
FOR_THIS_PROCESSOR int32_t look_up_sums(int64_t rounds)
{
    __m256i EACH_ZERO, table = _mm256_set1_epi8(3), places = _mm256_set1_epi8(5);
    for (int64_t round = 0; round < rounds; round++)
        ALL_SUMS(LOOK_UP);
    return _mm256_extract_epi32(TOGETHER(_mm256_add_epi8), 0);
}

/* Multiplications of two bytes, each added to a sum: 32 a vector, 10 vectors a round. */
#define ADD_BYTES(index)                                                                                               \
    sum##index = _mm256_add_epi16(sum##index, _mm256_maddubs_epi16(pulses, cells));                                    \
    __asm__("" : "+x"(sum##index), "+x"(pulses))
FOR_THIS_PROCESSOR int32_t multiply_bytes(int64_t rounds)
{
    __m256i EACH_ZERO, pulses = _mm256_set1_epi8(1), cells = _mm256_set1_epi8(3);
    for (int64_t round = 0; round < rounds; round++)
        ALL_SUMS(ADD_BYTES);
    return _mm256_extract_epi32(TOGETHER(_mm256_add_epi16), 0);
}

/* Multiplications of two words, each added to a sum of 32 bits: 16 a vector, 10 vectors a round. */
#define ADD_WORDS(index)                                                                                               \
    sum##index = _mm256_add_epi32(sum##index, _mm256_madd_epi16(pulses, cells));                                       \
    __asm__("" : "+x"(sum##index), "+x"(pulses))
FOR_THIS_PROCESSOR int32_t multiply_words(int64_t rounds)
{
    __m256i EACH_ZERO, pulses = _mm256_set1_epi16(1), cells = _mm256_set1_epi16(3);
    for (int64_t round = 0; round < rounds; round++)
        ALL_SUMS(ADD_WORDS);
    return _mm256_extract_epi32(TOGETHER(_mm256_add_epi32), 0);
}

/* Multiplications of two numbers of single precision, each added to a sum: 8 a vector, 10 vectors a round. */
#define ADD_FLOATS(index)                                                                                              \
    sum##index = _mm256_fmadd_ps(pulses, cells, sum##index);                                                           \
    __asm__("" : "+x"(sum##index))
FOR_THIS_PROCESSOR float multiply_floats(int64_t rounds)
{
    __m256 EACH_ZERO, pulses = _mm256_set1_ps(1.0f), cells = _mm256_set1_ps(1e-9f);
    __asm__("" : "+x"(pulses), "+x"(cells));
    for (int64_t round = 0; round < rounds; round++)
        ALL_SUMS(ADD_FLOATS);
    return _mm256_cvtss_f32(TOGETHER(_mm256_add_ps));
}

/* Conversions of sums that are in registers, as the engine converts: 8 a vector, 10 vectors a round. */
#define CONVERT(index)                                                                                                 \
    sum = (Floats)_mm256_set1_ps(3.0f * index);                                                                        \
    __asm__("" : "+x"(sum));                                                                                           \
    ADD_CODE(sum, 0, codes + index * LANES)
FOR_THIS_PROCESSOR float convert_sums(int64_t rounds)
{
    const int is_fused = 1;
    float codes[10 * LANES] = {0}, reciprocals[LINES] = {0.25f}, weight = 2.0f;
    const Floats low = 0.0f - (Floats){0}, high = 127.0f - (Floats){0};
    Integers count = {0}, *clipped = &count;
    Floats sum;
    for (int64_t round = 0; round < rounds; round++) {
        ALL_SUMS(CONVERT);
        __asm__("" : : "r"(codes) : "memory");
    }
    return codes[0] + (float)lanes_together(count);
}

int is_measurable(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#else
int is_measurable(void) { return 0; }
#endif
