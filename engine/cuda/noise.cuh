/* One standard normal number a conversion, as nnsreport.engine.random.normal_rows numbers them. */

#ifndef NNSREPORT_CUDA_NOISE_CUH
#define NNSREPORT_CUDA_NOISE_CUH

#include "job.cuh"
#include "special.cuh"

enum { ROUNDS = 10, WORD_BITS = 32, COLUMN_BITS = 40 };
enum : uint32_t {
    FIRST_FACTOR = 0xD2511F53u,
    SECOND_FACTOR = 0xCD9E8D57u,
    FIRST_INCREMENT = 0x9E3779B9u,
    SECOND_INCREMENT = 0xBB67AE85u
};

/* Of four rows in succession; each is the root of a square times a cosine or sine. */
struct Normals {
    float squares[QUAD], directions[QUAD];
};

FUNCTION void philox(uint32_t *words, uint32_t key0, uint32_t key1)
{
    UNROLL
    for (int round = 0; round < ROUNDS; round++, key0 += FIRST_INCREMENT, key1 += SECOND_INCREMENT) {
        const uint64_t first = (uint64_t)FIRST_FACTOR * words[0], second = (uint64_t)SECOND_FACTOR * words[2];
        words[0] = (uint32_t)(second >> 32) ^ words[1] ^ key0;
        words[2] = (uint32_t)(first >> 32) ^ words[3] ^ key1;
        words[1] = (uint32_t)second;
        words[3] = (uint32_t)first;
    }
}

/* Box and Muller's transform of a counter's words. The logarithm to base 2 is lessened by its greatest error, so that
   that of a number close to 1 cannot come out positive; an angle is taken from -pi to pi, where sine and cosine err
   least. */
FUNCTION void normals_of_quad(const Stream &stream, int64_t quad, int64_t column, Normals &normals)
{
    const float scale = -2.0f * 0.693147180559945309f, turn = 0x1p-31f * 3.14159265358979324f;
    const uint32_t high = (uint32_t)(column >> WORD_BITS) | (uint32_t)quad << (COLUMN_BITS - WORD_BITS);
    uint32_t words[QUAD] = {(uint32_t)column, high, stream.upper[0], stream.upper[1]};
    philox(words, stream.key[0], stream.key[1]);
    EACH (pair, 2) {
        const float uniform = PRODUCT_AND_SUM((float)words[2 * pair], 0x1p-32f, 0x1p-33f);
        const float angle = (float)(int32_t)words[2 * pair + 1] * turn;
        const float square = PRODUCT_AND_SUM(logarithm(uniform), scale, scale * -0x1p-22f);
        normals.squares[2 * pair] = normals.squares[2 * pair + 1] = square;
        normals.directions[2 * pair] = cosine(angle);
        normals.directions[2 * pair + 1] = sine(angle);
    }
}

/* Of four rows that begin anywhere within such four. */
FUNCTION void normals_of_rows(const Stream &stream, int64_t row, int64_t column, Normals &normals)
{
    Normals further;
    normals_of_quad(stream, row / QUAD, column, normals);
    normals_of_quad(stream, row / QUAD + 1, column, further);
    EACH (step, QUAD - 1)
        if (step < row % QUAD) {
            EACH (index, QUAD - 1) {
                normals.squares[index] = normals.squares[index + 1];
                normals.directions[index] = normals.directions[index + 1];
            }
            normals.squares[QUAD - 1] = further.squares[step];
            normals.directions[QUAD - 1] = further.directions[step];
        }
}

FUNCTION float disturbed(float sum, float variance, const Normals &normals, int index, float factor)
{
    const float square = PRODUCT(variance, PRODUCT(normals.squares[index], factor));
    return PRODUCT_AND_SUM(root(square), normals.directions[index], sum);
}

/* What conversions of a block draw from, in some cycles: rows of normal numbers from that of the first line on. */
struct Noise {
    const Stream &stream;
    int64_t first_row, rows_of_cycle;
    int cycles;

    METHOD int64_t row_of(int cycle, int line) const { return first_row + cycle * rows_of_cycle + line; }
    METHOD float factor(const Cycle &cycle) const { return stream.variance_scale * cycle.unit; }
};

/* Each block of word lines begins at a multiple of four. */
FUNCTION Noise noise_of(const Job &job, const Place &place, int block, int first_cycle, int cycles)
{
    const int64_t lines = job.slices * job.columns, of_cycle = job.groups_of_trial * lines;
    const int64_t rows = parts_of(job.cycle_count * of_cycle, QUAD) * QUAD;
    const int64_t first = block * rows + first_cycle * of_cycle + place.group % job.groups_of_trial * lines;
    return {job.streams[place.trial(job)], first, of_cycle, (int)least(cycles, job.cycle_count - first_cycle)};
}

/* Noise of a matrix in memory. A lane has a vector, and every other four rows of it; where lines begin within such
   four, the first have fewer. */
FUNCTION void add_noise(
    const Stream &stream, int lane, int64_t row, int64_t number, float factor, float *sums, const float *variances,
    int stride)
{
    for (int64_t quad = row / QUAD + lane / SIDE; quad * QUAD < row + SIDE; quad += LANES / SIDE) {
        Normals normals;
        normals_of_quad(stream, quad, number, normals);
        EACH (index, QUAD) {
            const int line = (int)(quad * QUAD - row) + index, place = line * stride + lane % SIDE;
            if (line >= 0 && line < SIDE)
                sums[place] = disturbed(sums[place], variances[place], normals, index, factor);
        }
    }
}

#endif
