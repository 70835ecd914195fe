/* A tile of lines and vectors: block sums on the tensor cores, converted, and added up over blocks and cycles, in
   registers.

   A warp has LINE_TILES by VECTOR_TILES matrices of codes, and sums of CYCLES cycles at once for each, so that cells
   that were loaded serve several times. */

#ifndef NNSREPORT_CUDA_TILE_CUH
#define NNSREPORT_CUDA_TILE_CUH

#include "product.cuh"
#include "staging.cuh"

#define MAGIC 12582912.0f /* 1.5 * 2^23: what is added to it is rounded to whole numbers, half to even */

template <class S> struct Warp {
    typedef typename S::Numbers Numbers;
    typedef typename Numbers::Cell Cell;
    typedef typename Numbers::Matrix Matrix;
    typedef typename Numbers::Sums Sums;

    int index;
    int32_t clipped;
    Codes codes[S::LINE_TILES][S::VECTOR_TILES];
    Sums sums[S::LINE_TILES][S::VECTOR_TILES][S::CYCLES];
    Sums variances[S::IS_NOISY ? S::LINE_TILES : 1][S::VECTOR_TILES][S::CYCLES];
    /* Of a lane's lines: reciprocal of the converter's step, and the first of their numbers. */
    float reciprocals[HELD(S::QUADS * LANES)];
    int32_t lines[HELD(S::QUADS * LANES)];

    METHOD void begin(const Job &job, const Place &place, int own, Shared<S> &shared)
    {
        index = own;
        clipped = 0;
        EACH_LANE (lane)
            for (int vector = lane; vector < S::VECTORS_OF_WARP; vector += LANES) {
                const int at = index * S::VECTORS_OF_WARP + vector;
                const bool is_any = S::IS_NOISY && place.first_vector + at < job.count;
                shared.totals[at] = 0;
                shared.numbers[at] = is_any ? job.numbers[place.first_vector + at] : 0;
            }
    }

    METHOD void begin_pass(const Job &job, const Place &place, int pass)
    {
        EACH (line, S::LINE_TILES)
            EACH (vector, S::VECTOR_TILES)
                EACH (element, SUMS_HELD)
                    codes[line][vector].own[element] = 0.0f;
        EACH_LANE (lane)
            EACH (quad, S::QUADS) {
                const int line = pass * S::LINES_OF_PASS + quad * Numbers::TOGETHER * SIDE +
                    (Numbers::IS_LANED ? lane / QUAD * QUAD : 0);
                const int slice = line / job.columns_of_block, column = line % job.columns_of_block;
                reciprocals[AT(quad, lane)] =
                    slice < job.slices ? job.reciprocals[place.trial(job) * job.slices + slice] : 0.0f;
                lines[AT(quad, lane)] = (int32_t)(slice * job.columns + place.first_column + column);
            }
    }

    METHOD void clear_sums()
    {
        EACH (line, S::LINE_TILES)
            EACH (vector, S::VECTOR_TILES)
                EACH (cycle, S::CYCLES)
                    EACH (element, SUMS_HELD) {
                        sums[line][vector][cycle].own[element] = Numbers::nothing();
                        if (S::IS_NOISY)
                            variances[line][vector][cycle].own[element] = Numbers::nothing();
                    }
    }

    /* The products of the rows in shared memory, in some cycles. */
    METHOD void multiply(const Cycle *cycles, int rows, const Shared<S> &shared)
    {
        const int cell = sizeof(Cell), level = sizeof(typename Numbers::Level);
        const typename Numbers::Rows cells = Numbers::rows_of_cells(shared.staged.cells, S::CELL_STRIDE * cell);
        const int level_by_vector = (Numbers::LEVELS_BY_VECTOR ? (int)S::LEVEL_STRIDE : 1) * level;
        const int level_by_row = (Numbers::LEVELS_BY_VECTOR ? 1 : (int)S::LEVEL_STRIDE) * level;
        const typename Numbers::Rows levels = Numbers::rows_of_levels(
            (const char *)shared.staged.levels + index * S::VECTORS_OF_WARP * level_by_vector, S::LEVEL_STRIDE * level);
        for (int row = 0; row < rows; row += Numbers::ROWS) {
            Matrix pulses[S::VECTOR_TILES][S::CYCLES];
            Matrix squares[S::VECTOR_TILES][S::CYCLES][S::SQUARES > 1 ? S::SQUARES : 1];
            EACH (vector, S::VECTOR_TILES) {
                Matrix own;
                Numbers::load_levels(
                    own, levels, row * level_by_row + vector * SIDE * level_by_vector, S::LEVEL_STRIDE);
                EACH (cycle, S::CYCLES)
                    cut_pulses(pulses[vector][cycle], squares[vector][cycle], own, cycles[cycle]);
            }
            EACH (line, S::LINE_TILES)
                EACH (part, S::ALL_PARTS) {
                    Matrix own;
                    Numbers::load_cells(
                        own, cells, ((part * S::LINES_OF_PASS + line * SIDE) * S::CELL_STRIDE + row) * cell,
                        S::CELL_STRIDE);
                    EACH (vector, S::VECTOR_TILES)
                        EACH (cycle, S::CYCLES)
                            if (part < S::PARTS)
                                Numbers::add_product(sums[line][vector][cycle], own, pulses[vector][cycle]);
                            else
                                EACH (square, S::SQUARES)
                                    Numbers::add_product(
                                        variances[S::IS_NOISY ? line : 0][vector][cycle], own,
                                        squares[vector][cycle][square]);
                }
        }
    }

    /* Digits that stay in their places are of one bit where there is noise, and so their own squares. */
    METHOD static void cut_pulses(Matrix &pulses, Matrix *squares, const Matrix &levels, const Cycle &cycle)
    {
        if constexpr (S::IN_PLACE) {
            cut_in_place(pulses, levels, cycle);
            squares[0] = pulses;
        }
        else {
            cut(pulses, levels, cycle);
            if constexpr (S::IS_NOISY)
                square<S::SQUARES>(squares, pulses, levels, cycle);
        }
    }

    /* Sums to codes, each with its cycle's weight. */
    METHOD void
    convert(const Job &job, const Place &place, int block, int first_cycle, const Cycle *cycles, Shared<S> &shared)
    {
        if constexpr (S::IS_NOISY) {
            const int64_t *numbers = shared.numbers + index * S::VECTORS_OF_WARP;
            const Noise noise = noise_of(job, place, block, first_cycle, S::CYCLES);
            if constexpr (!Numbers::IS_LANED)
                disturb_in_memory(noise, cycles, numbers, shared.noise[index]);
            else if (job.columns % QUAD == 0)
                disturb_lanes<true>(noise, cycles, numbers);
            else
                disturb_lanes<false>(noise, cycles, numbers);
        }
        EACH (line, S::LINE_TILES)
            EACH (vector, S::VECTOR_TILES)
                EACH (cycle, S::CYCLES)
                    add_codes(
                        job, line / Numbers::TOGETHER, cycles[cycle], sums[line][vector][cycle], codes[line][vector]);
    }

    /* Of whole numbers the product is rounded before anything is added to it, as NumPy's is; of others not even sums
       are equal to their last bits. Beyond 2^22 rounding is not exact, but no code lies there. */
    METHOD void add_codes(const Job &job, int quad, const Cycle &cycle, const Sums &read, Codes &total)
    {
        EACH_LANE (lane) {
            const float reciprocal = PRODUCT(reciprocals[AT(quad, lane)], cycle.reciprocal);
            EACH (element, SUMS_OF_LANE) {
                const float sum = Numbers::value(read.own[AT(element, lane)]);
                const float code = (S::IS_WHOLE ? PRODUCT(sum, reciprocal) + MAGIC
                                                : PRODUCT_AND_SUM(sum, reciprocal, MAGIC)) -
                    MAGIC;
                const float kept = S::CLIPS ? fminf(fmaxf(code, job.low), job.high) : code;
                if (S::CLIPS)
                    count_unequal(clipped, kept, code);
                total.own[AT(element, lane)] += cycle.weight * kept;
            }
        }
    }

    /* In two matrices a lane holds four lines in succession of each of four vectors. A cycle that applies nothing has no
       variance. */
    template <bool IS_ALIGNED>
    METHOD void disturb_lanes(const Noise &noise, const Cycle *cycles, const int64_t *numbers)
    {
        EACH_LANE (lane)
            EACH (quad, S::QUADS)
                EACH (vector, S::VECTOR_TILES)
                    EACH (own, QUAD) {
                        const int element = own / 2 * QUAD + own % 2;
                        const int64_t number =
                            numbers[vector * SIDE + own / 2 * (SIDE / 2) + lane % QUAD * 2 + own % 2];
                        EACH (cycle, S::CYCLES) {
                            const int64_t row = noise.row_of(cycle, lines[AT(quad, lane)]);
                            Normals normals;
                            if (IS_ALIGNED)
                                normals_of_quad(noise.stream, row / QUAD, number, normals);
                            else
                                normals_of_rows(noise.stream, row, number, normals);
                            EACH (line, QUAD) {
                                const int tile = quad * 2 + line / 2, at = AT(element + line % 2 * 2, lane);
                                float &sum = sums[tile][vector][cycle].own[at];
                                const float variance = variances[tile][vector][cycle].own[at];
                                sum = disturbed(sum, variance, normals, line, noise.factor(cycles[cycle]));
                            }
                        }
                    }
    }

    METHOD void disturb_in_memory(const Noise &noise, const Cycle *cycles, const int64_t *numbers, Scratch *memory)
    {
        EACH (tile, S::LINE_TILES)
            EACH (vector, S::VECTOR_TILES)
                EACH (cycle, S::CYCLES)
                    if (cycle < noise.cycles) {
                        WARP_BARRIER();
                        Numbers::store(memory[0].sums, SCRATCH_STRIDE, 0, sums[tile][vector][cycle].own);
                        Numbers::store(memory[1].sums, SCRATCH_STRIDE, 0, variances[tile][vector][cycle].own);
                        WARP_BARRIER();
                        EACH_LANE (lane)
                            add_noise(
                                noise.stream, lane, noise.row_of(cycle, lines[AT(tile, lane)]),
                                numbers[vector * SIDE + lane % SIDE], noise.factor(cycles[cycle]), memory[0].sums,
                                memory[1].sums, SCRATCH_STRIDE);
                        WARP_BARRIER();
                        Numbers::load(sums[tile][vector][cycle].own, memory[0].sums, SCRATCH_STRIDE);
                    }
    }

    /* Codes of a pass, in the memory of the rows that have been multiplied. */
    METHOD float *codes_in(Shared<S> &shared) const
    {
        return (float *)&shared.staged + index * S::LINES_OF_PASS * SIDE;
    }

    METHOD void lay_codes(int vector, Shared<S> &shared) const
    {
        WARP_BARRIER();
        EACH (line, S::LINE_TILES)
            Numbers::store(codes_in(shared), SIDE, line, codes[line][vector].own);
        WARP_BARRIER();
    }

    METHOD void put(const Job &job, const Place &place, int pass, int vector, Shared<S> &shared) const
    {
        const int first = index * S::VECTORS_OF_WARP + vector * SIDE;
        EACH_LANE (lane)
            put_products(
                job, place, pass, S::LINES_OF_PASS, lane, place.first_vector + first + lane % SIDE,
                shared.totals[first + lane % SIDE], codes_in(shared) + lane % SIDE, SIDE);
    }
};

#endif
