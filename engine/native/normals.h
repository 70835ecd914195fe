/* Standard normal numbers in single precision, as nnsreport.engine.random.normal_rows defines them.

   The integers of Philox4x32-10 are the same as everywhere; what is made of them may differ from NumPy's in the last bits. */

#ifndef NNSREPORT_NORMALS_H
#define NNSREPORT_NORMALS_H

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "box_muller.h"
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
        for (int index = 0; index < DRAWN; index++)
            box_muller(words[pair][index], words[pair + 1][index], &drawn[pair][index], &drawn[pair + 1][index]);
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
