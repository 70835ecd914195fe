/* Standard normal numbers in single precision, as nnsreport.engine.random.normal_rows defines them.

   The integers of Philox4x32-10 are the same as everywhere; logarithm, sine and cosine are polynomials of Cephes (S. L.
   Moshier, Methods and Programs for Mathematical Functions, 1989), which differ from NumPy's in the last bits. */

#ifndef NNSREPORT_NORMALS_H
#define NNSREPORT_NORMALS_H

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "job.h"

enum { WORDS = 4, DRAWN = 32, ROUNDS = 10, COLUMN_BITS = 40 };

typedef struct {
    const int64_t *columns; /* (count) */
    float *numbers;         /* (blocks, WORDS, count) */
    int64_t blocks, count, first_block;
    uint32_t key[2], high[2];
} Draws;

#define FIRST_FACTOR 0xD2511F53u
#define SECOND_FACTOR 0xCD9E8D57u
#define FIRST_INCREMENT 0x9E3779B9u
#define SECOND_INCREMENT 0xBB67AE85u

static void philox(uint32_t words[WORDS][DRAWN], uint32_t key0, uint32_t key1)
{
    for (int round = 0; round < ROUNDS; round++, key0 += FIRST_INCREMENT, key1 += SECOND_INCREMENT)
        for (int index = 0; index < DRAWN; index++) {
            const uint64_t first = (uint64_t)FIRST_FACTOR * words[0][index];
            const uint64_t second = (uint64_t)SECOND_FACTOR * words[2][index];
            words[0][index] = (uint32_t)(second >> 32) ^ words[1][index] ^ key0;
            words[2][index] = (uint32_t)(first >> 32) ^ words[3][index] ^ key1;
            words[1][index] = (uint32_t)second;
            words[3][index] = (uint32_t)first;
        }
}

#if defined(__x86_64__)
/* The same, four at a time: compilers do not find this. The upper halves of lanes hold what nobody looks at. */
__attribute__((target("avx2"))) static void philox_avx2(uint32_t words[WORDS][DRAWN], uint32_t key0, uint32_t key1)
{
    const __m256i first_factor = _mm256_set1_epi64x(FIRST_FACTOR), second_factor = _mm256_set1_epi64x(SECOND_FACTOR);
    const __m256i low = _mm256_set1_epi64x(0xFFFFFFFF), places = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    for (int index = 0; index < DRAWN; index += 4) {
        __m256i lanes[WORDS];
        for (int word = 0; word < WORDS; word++)
            lanes[word] = _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(words[word] + index)));
        __m256i own0 = _mm256_set1_epi64x(key0), own1 = _mm256_set1_epi64x(key1);
        for (int round = 0; round < ROUNDS; round++) {
            const __m256i first = _mm256_mul_epu32(lanes[0], first_factor);
            const __m256i second = _mm256_mul_epu32(lanes[2], second_factor);
            lanes[0] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(second, 32), lanes[1]), own0);
            lanes[2] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(first, 32), lanes[3]), own1);
            lanes[1] = second;
            lanes[3] = first;
            own0 = _mm256_and_si256(_mm256_add_epi64(own0, _mm256_set1_epi64x(FIRST_INCREMENT)), low);
            own1 = _mm256_and_si256(_mm256_add_epi64(own1, _mm256_set1_epi64x(SECOND_INCREMENT)), low);
        }
        for (int word = 0; word < WORDS; word++) {
            const __m256i together = _mm256_permutevar8x32_epi32(lanes[word], places);
            _mm_storeu_si128((__m128i *)(words[word] + index), _mm256_castsi256_si128(together));
        }
    }
}
#endif

/* Of a number in (0, 1]. */
INLINE float logarithm(float value)
{
    union {
        float number;
        int32_t bits;
    } parts = {value};
    /* A mantissa from sqrt(1/2) to sqrt(2), and the exponent that goes with it. */
    const int32_t exponent = (parts.bits - 0x3F3504F3) >> 23;
    parts.bits -= exponent << 23;
    const float x = parts.number - 1.0f, square = x * x;
    float y = 7.0376836292e-2f;
    y = y * x - 1.1514610310e-1f;
    y = y * x + 1.1676998740e-1f;
    y = y * x - 1.2420140846e-1f;
    y = y * x + 1.4249322787e-1f;
    y = y * x - 1.6668057665e-1f;
    y = y * x + 2.0000714765e-1f;
    y = y * x - 2.4999993993e-1f;
    y = y * x + 3.3333331174e-1f;
    y = y * x * square - 2.12194440e-4f * exponent - 0.5f * square;
    return x + y + 0.693359375f * exponent;
}

/* Of an angle from 0 to 2 pi; the sine and the cosine are those of what is left of a quarter turn, in some order. */
INLINE void sine_and_cosine(float angle, float *sine, float *cosine)
{
    const int32_t quarter = (int32_t)(angle * 0.636619772367581343f + 0.5f);
    float x = angle - quarter * 1.5703125f;
    x -= quarter * 4.837512969970703125e-4f;
    x -= quarter * 7.54978995489188216e-8f;
    const float square = x * x;
    const float s = ((-1.9515295891e-4f * square + 8.3321608736e-3f) * square - 1.6666654611e-1f) * square * x + x;
    const float c =
        ((2.443315711809948e-5f * square - 1.388731625493765e-3f) * square + 4.166664568298827e-2f) * square * square -
        0.5f * square + 1.0f;
    const float own_sine = quarter & 1 ? c : s, own_cosine = quarter & 1 ? s : c;
    *sine = quarter & 2 ? -own_sine : own_sine;
    *cosine = (quarter + 1) & 2 ? -own_cosine : own_cosine;
}

typedef void Philox(uint32_t words[WORDS][DRAWN], uint32_t key0, uint32_t key1);

INLINE void draw_some(
    const Draws *draws, int64_t block, int64_t first, Philox *shuffle, float drawn[WORDS][DRAWN])
{
    uint32_t words[WORDS][DRAWN];
    const uint64_t row = (uint64_t)(draws->first_block + block) << COLUMN_BITS;
    const int64_t left = draws->count - first;
    for (int index = 0; index < DRAWN; index++) {
        const uint64_t counter = row | (uint64_t)draws->columns[first + (index < left ? index : 0)];
        words[0][index] = (uint32_t)counter;
        words[1][index] = (uint32_t)(counter >> 32);
        words[2][index] = draws->high[0];
        words[3][index] = draws->high[1];
    }
    shuffle(words, draws->key[0], draws->key[1]);
    for (int pair = 0; pair < WORDS; pair += 2)
        for (int index = 0; index < DRAWN; index++) {
            const float uniform = ((float)words[pair][index] + 0.5f) * 0x1p-32f;
            const float radius = sqrtf(-2.0f * logarithm(uniform));
            float sine, cosine;
            sine_and_cosine((float)words[pair + 1][index] * (float)(0x1p-31 * 3.14159265358979323846), &sine, &cosine);
            drawn[pair][index] = radius * cosine;
            drawn[pair + 1][index] = radius * sine;
        }
}

INLINE void draw_all(const Draws *draws, Philox *shuffle)
{
    for (int64_t block = 0; block < draws->blocks; block++) {
        float *rows = draws->numbers + block * WORDS * draws->count;
        for (int64_t first = 0; first < draws->count; first += DRAWN) {
            const int64_t left = draws->count - first, width = left < DRAWN ? left : DRAWN;
            float drawn[WORDS][DRAWN];
            draw_some(draws, block, first, shuffle, drawn);
            for (int row = 0; row < WORDS; row++)
                memcpy(rows + row * draws->count + first, drawn[row], width * sizeof(float));
        }
    }
}

#endif
