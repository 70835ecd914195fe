/* A tile of lines and vectors: block sums on the tensor cores, converted, and added up over blocks and cycles, in
   registers.

   A warp has LINE_TILES by VECTOR_TILES matrices of codes, and sums of CYCLES cycles at once for each, so that cells
   that were loaded serve several times. Tiles of lines never hold those of two slices: one step of the ADC is right for
   all. */

#ifndef NNSREPORT_CUDA_TILE_CUH
#define NNSREPORT_CUDA_TILE_CUH

#include "noise.cuh"
#include "pulses.cuh"

/* Rows in shared memory at a time. */
enum { CHUNK = 128, SCRATCH_STRIDE = SIDE + 4, QUAD = 4 };

/* PARTS: matrices that a cell's number is the sum of. SQUARES: those of a squared pulse; 0 without noise. */
template <
    class NUMBERS, int PARTS_OF_CELLS, int PARTS_OF_SQUARES, int TILES_OF_LINES, int TILES_OF_VECTORS,
    int CYCLES_AT_ONCE>
struct Shape {
    typedef NUMBERS Numbers;
    enum {
        PARTS = PARTS_OF_CELLS,
        SQUARES = PARTS_OF_SQUARES,
        IS_NOISY = SQUARES > 0,
        ALL_PARTS = PARTS + 2 * IS_NOISY, /* variances are in two parts */
        LINE_TILES = TILES_OF_LINES,
        VECTOR_TILES = TILES_OF_VECTORS,
        CYCLES = CYCLES_AT_ONCE,
        LINES_OF_BLOCK = LINE_TILES * SIDE,
        VECTORS_OF_WARP = VECTOR_TILES * SIDE,
        VECTORS_OF_BLOCK = WARPS * VECTORS_OF_WARP,
        /* 16 bytes more than needed, so that the eight rows of an instruction begin in different banks; multiples of 16
           bytes are what the tensor cores' loads ask of a row (CUDA C++ Programming Guide, load_matrix_sync). */
        CELL_STRIDE = CHUNK + 16 / sizeof(typename Numbers::Cell),
        LEVEL_STRIDE = (Numbers::LEVELS_BY_VECTOR ? (int)CHUNK : (int)VECTORS_OF_BLOCK) +
            16 / sizeof(typename Numbers::Level),
        LEVEL_ROWS = Numbers::LEVELS_BY_VECTOR ? (int)VECTORS_OF_BLOCK : (int)CHUNK
    };
};

struct alignas(32) Scratch {
    float sums[SIDE * SCRATCH_STRIDE];
};

template <class S> struct alignas(32) Shared {
    Scratch scratch[WARPS][1 + S::IS_NOISY];
    typename S::Numbers::Cell cells[S::ALL_PARTS][S::LINES_OF_BLOCK * S::CELL_STRIDE];
    typename S::Numbers::Level levels[S::LEVEL_ROWS * S::LEVEL_STRIDE];
};

/* Which tile a thread block has. */
struct Place {
    int64_t first_vector, first_tile, group; /* of all trials */

    METHOD int64_t trial(const Job &job) const { return group / job.groups_of_trial; }
    METHOD int64_t group_of_trial(const Job &job) const { return group % job.groups_of_trial; }
};

struct alignas(16) Sixteen {
    uint32_t words[4];
};

FUNCTION int32_t level_at(const Job &job, int64_t index)
{
    if (job.bytes == 1)
        return job.is_signed ? ((const int8_t *)job.vectors)[index] : ((const uint8_t *)job.vectors)[index];
    return job.is_signed ? ((const int16_t *)job.vectors)[index] : ((const uint16_t *)job.vectors)[index];
}

FUNCTION int32_t byte_of(const Job &job, uint32_t bytes, int index)
{
    const uint32_t byte = bytes >> 8 * index & 0xFFu;
    return job.is_signed ? (int8_t)byte : (int32_t)byte;
}

template <class S> struct Warp {
    typedef typename S::Numbers Numbers;
    typedef typename Numbers::Cell Cell;
    typedef typename Numbers::Level Level;

    int index;
    int32_t clipped;
    Codes codes[S::LINE_TILES][S::VECTOR_TILES];
    typename Numbers::Sums sums[S::LINE_TILES][S::VECTOR_TILES][S::CYCLES];
    Halves::Sums variances[S::IS_NOISY ? S::LINE_TILES : 1][S::VECTOR_TILES][S::CYCLES];

    METHOD void begin(int own)
    {
        index = own;
        clipped = 0;
        EACH (line, S::LINE_TILES)
            EACH (vector, S::VECTOR_TILES)
                EACH (element, SUMS_HELD)
                    codes[line][vector].own[element] = 0.0f;
    }

    METHOD void clear_sums()
    {
        EACH (line, S::LINE_TILES)
            EACH (vector, S::VECTOR_TILES)
                EACH (cycle, S::CYCLES)
                    EACH (element, SUMS_HELD) {
                        sums[line][vector][cycle].own[element] = Numbers::nothing();
                        if (S::IS_NOISY)
                            variances[line][vector][cycle].own[element] = 0.0f;
                    }
    }

    /* Its share of the cells of some rows, sixteen bytes at a time. */
    METHOD void stage_cells(const Job &job, const Place &place, int64_t first_row, int rows, Shared<S> &shared) const
    {
        const int at_once = 16 / sizeof(Cell), pieces = rows / at_once;
        const Cell *cells = (const Cell *)job.cells;
        EACH_LANE (lane)
            for (int part = 0; part < S::ALL_PARTS; part++) {
                const int64_t line = ((place.group * S::ALL_PARTS + part) * job.tiles + place.first_tile) * SIDE;
                for (int piece = index * LANES + lane; piece < S::LINES_OF_BLOCK * pieces; piece += WARPS * LANES) {
                    const int own = piece / pieces, row = piece % pieces * at_once;
                    *(Sixteen *)(shared.cells[part] + own * S::CELL_STRIDE +
                                 row) = *(const Sixteen *)(cells + (line + own) * job.places + first_row + row);
                }
            }
    }

    /* Its share of the levels; there are none beyond the last vector, nor in rows that only fill up a matrix. */
    METHOD void
    stage_levels(const Job &job, const Place &place, int64_t first_row, int rows, int filled, Shared<S> &shared) const
    {
        /* Four bytes are read at once where none of them can lie beyond the last vector. */
        const bool are_quads = job.bytes == 1 && job.count % QUAD == 0 && (uint64_t)job.vectors % QUAD == 0;
        const int pieces = filled * (S::VECTORS_OF_BLOCK / QUAD);
        EACH_LANE (lane)
            for (int piece = index * LANES + lane; piece < pieces; piece += WARPS * LANES) {
                const int row = piece / (S::VECTORS_OF_BLOCK / QUAD), own = piece % (S::VECTORS_OF_BLOCK / QUAD) * QUAD;
                const int64_t vector = place.first_vector + own;
                const int64_t from = (place.group % job.groups_of_vectors * job.rows + first_row + row) * job.count + vector;
                const int64_t left = row < rows ? job.count - vector : 0;
                const uint32_t bytes = are_quads && left > 0 ? ((const uint32_t *)job.vectors)[from / QUAD] : 0;
                EACH (next, QUAD) {
                    int32_t level = are_quads     ? byte_of(job, bytes, next)
                                    : next < left ? level_at(job, from + next)
                                                  : 0;
                    if (job.has_sign_apart && level < 0)
                        level = -level | 1 << Numbers::SIGN_AT;
                    shared.levels
                        [Numbers::LEVELS_BY_VECTOR ? (own + next) * S::LEVEL_STRIDE + row
                                                   : row * S::LEVEL_STRIDE + own + next] = (Level)level;
                }
            }
    }

    /* The products of the rows in shared memory, in some cycles. */
    METHOD void multiply(const Cycle *cycles, int rows, const Shared<S> &shared)
    {
        for (int row = 0; row < rows; row += SIDE) {
            typename Numbers::Matrix pulses[S::VECTOR_TILES][S::CYCLES];
            Halves::Matrix squares[S::VECTOR_TILES][S::CYCLES][S::IS_NOISY ? S::SQUARES : 1];
            EACH (vector, S::VECTOR_TILES) {
                const int own = index * S::VECTORS_OF_WARP + vector * SIDE;
                typename Numbers::Matrix levels;
                Numbers::load_levels(
                    levels,
                    shared.levels +
                        (Numbers::LEVELS_BY_VECTOR ? own * S::LEVEL_STRIDE + row : row * S::LEVEL_STRIDE + own),
                    S::LEVEL_STRIDE);
                EACH (cycle, S::CYCLES) {
                    cut(pulses[vector][cycle], levels, cycles[cycle]);
                    if constexpr (S::IS_NOISY)
                        square<S::SQUARES>(squares[vector][cycle], pulses[vector][cycle], levels, cycles[cycle]);
                }
            }
            EACH (line, S::LINE_TILES) {
                const int first = line * SIDE * S::CELL_STRIDE + row;
                EACH (part, S::PARTS)
                    add_products<1>(sums[line], shared.cells[part] + first, pulses);
                if constexpr (S::IS_NOISY) {
                    add_products<S::SQUARES>(variances[line], shared.cells[S::PARTS] + first, squares);
                    add_products<S::SQUARES>(variances[line], shared.cells[S::PARTS + 1] + first, squares);
                }
            }
        }
    }

    template <int COUNT, class Sums, class Pulses>
    METHOD static void add_products(Sums &totals, const Cell *cells, const Pulses &pulses)
    {
        typename Numbers::Matrix matrix;
        Numbers::load_cells(matrix, cells, S::CELL_STRIDE);
        EACH (vector, S::VECTOR_TILES)
            EACH (cycle, S::CYCLES)
                add_parts<COUNT>(totals[vector][cycle], matrix, pulses[vector][cycle]);
    }

    template <int COUNT, class Sums>
    METHOD static void
    add_parts(Sums &total, const typename Numbers::Matrix &matrix, const typename Numbers::Matrix *pulses)
    {
        EACH (part, COUNT)
            Numbers::add_product(total, matrix, pulses[part]);
    }

    template <int COUNT, class Sums>
    METHOD static void
    add_parts(Sums &total, const typename Numbers::Matrix &matrix, const typename Numbers::Matrix &pulses)
    {
        Numbers::add_product(total, matrix, pulses);
    }

    /* Sums to codes, each with its cycle's weight. */
    METHOD void
    convert(const Job &job, const Place &place, int block, int first_cycle, const Cycle *cycles, Shared<S> &shared)
    {
        EACH (line, S::LINE_TILES)
            EACH (vector, S::VECTOR_TILES)
                EACH (cycle, S::CYCLES) {
                    Codes read;
                    EACH (element, SUMS_HELD)
                        read.own[element] = Numbers::value(sums[line][vector][cycle].own[element]);
                    if constexpr (S::IS_NOISY)
                        if (first_cycle + cycle < job.cycle_count)
                            disturb(
                                job, place, block, first_cycle + cycle, line, vector, variances[line][vector][cycle],
                                read, shared);
                    add_codes(
                        job, job.reciprocals[place.trial(job) * job.tiles + place.first_tile + line], cycles[cycle].weight, read, codes[line][vector]);
                }
    }

    /* The product is rounded before anything is added to it, then half to even: beyond 2^22 that is not exact, but no
     * code lies there. */
    METHOD void add_codes(const Job &job, float reciprocal, float weight, const Codes &read, Codes &total)
    {
        EACH (element, SUMS_HELD) {
            const float code = (PRODUCT(read.own[element], reciprocal) + 12582912.0f) - 12582912.0f;
            const float kept = fminf(fmaxf(code, job.low), job.high);
            clipped += kept != code;
            total.own[element] += weight * kept;
        }
    }

    METHOD void disturb(
        const Job &job, const Place &place, int block, int cycle, int line, int vector, const Halves::Sums &variance,
        Codes &read, Shared<S> &shared) const
    {
        const int64_t tile = place.first_tile + line;
        const int64_t own = tile / job.tiles_of_slice * job.columns + tile % job.tiles_of_slice * SIDE;
        const int64_t row = first_row(job, block, cycle, place.group_of_trial(job), own);
        float *sums_in_memory = shared.scratch[index][0].sums,
              *variances_in_memory = shared.scratch[index][S::IS_NOISY].sums;
        Codes of_variance;
        EACH (element, SUMS_HELD)
            of_variance.own[element] = variance.own[element];
        WARP_BARRIER();
        Halves::store(sums_in_memory, SCRATCH_STRIDE, read);
        Halves::store(variances_in_memory, SCRATCH_STRIDE, of_variance);
        WARP_BARRIER();
        EACH_LANE (lane)
            add_noise(
                job, job.streams[place.trial(job)], lane, row, place.first_vector + index * S::VECTORS_OF_WARP + vector * SIDE, sums_in_memory,
                variances_in_memory, SCRATCH_STRIDE);
        WARP_BARRIER();
        Halves::load(read, sums_in_memory, SCRATCH_STRIDE);
    }

    METHOD void store(const Job &job, const Place &place, Shared<S> &shared) const
    {
        float *memory = shared.scratch[index][0].sums;
        EACH (line, S::LINE_TILES)
            EACH (vector, S::VECTOR_TILES) {
                const int64_t first = place.first_vector + index * S::VECTORS_OF_WARP + vector * SIDE;
                WARP_BARRIER();
                Numbers::store(memory, SCRATCH_STRIDE, codes[line][vector]);
                WARP_BARRIER();
                EACH_LANE (lane)
                    copy_out(job, place.group, place.first_tile + line, first, lane, memory);
            }
    }

    METHOD static void
    copy_out(const Job &job, int64_t group, int64_t tile, int64_t first_vector, int lane, const float *memory)
    {
        const int64_t slice = tile / job.tiles_of_slice, column = tile % job.tiles_of_slice * SIDE;
        const int64_t vector = first_vector + lane % SIDE;
        const int64_t lines = slice * job.columns < job.lines ? least(SIDE, job.columns - column) : 0;
        for (int own = lane / SIDE; own < lines && vector < job.count; own += LANES / SIDE)
            job.codes[(group * job.lines + slice * job.columns + column + own) * job.count + vector] =
                memory[own * SCRATCH_STRIDE + lane % SIDE];
    }
};

#endif
