/* From the memory of the device to that of a thread block. */

#ifndef NNSREPORT_CUDA_STAGING_CUH
#define NNSREPORT_CUDA_STAGING_CUH

#include "shape.cuh"

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

/* A warp's share of what is staged. */
template <class S> struct Staging {
    typedef typename S::Numbers Numbers;
    typedef typename Numbers::Cell Cell;
    typedef typename Numbers::Level Level;

    /* Of cells from a row on, sixteen bytes at a time. */
    METHOD static void
    stage_cells(const Job &job, const Place &place, int warp, int64_t first_row, int rows, Shared<S> &shared)
    {
        const int at_once = 16 / sizeof(Cell), pieces = CHUNK / at_once, lines_at_once = LANES / pieces;
        const Cell *cells = (const Cell *)job.cells + first_row;
        EACH_LANE (lane) {
            const int row = lane % pieces * at_once;
            for (int part = 0; part < S::ALL_PARTS; part++) {
                const int64_t line = (place.group * S::ALL_PARTS + part) * job.padded_lines + place.first_line;
                for (int own = warp * lines_at_once + lane / pieces; own < S::LINES_OF_PASS;
                     own += WARPS * lines_at_once)
                    if (row < rows)
                        *(Sixteen *)(shared.staged.cells[part] + own * S::CELL_STRIDE +
                                     row) = *(const Sixteen *)(cells + (line + own) * job.places + row);
            }
        }
    }

    /* Of levels; there are none beyond the last vector, nor in rows that only fill up a matrix. They are counted once
       for each vector, where something is to be subtracted for them. */
    METHOD static void stage_levels(
        const Job &job, const Place &place, int warp, int64_t first_row, int rows, int filled, bool are_counted,
        Shared<S> &shared)
    {
        /* Four bytes are read at once where none of them can lie beyond the last vector. */
        const bool are_quads = job.bytes == 1 && job.count % QUAD == 0 && (uint64_t)job.vectors % QUAD == 0;
        const int pieces = filled * (S::VECTORS_OF_BLOCK / QUAD);
        EACH_LANE (lane)
            for (int piece = warp * LANES + lane; piece < pieces; piece += WARPS * LANES) {
                const int row = piece / (S::VECTORS_OF_BLOCK / QUAD), own = piece % (S::VECTORS_OF_BLOCK / QUAD) * QUAD;
                const int64_t vector = place.first_vector + own;
                const int64_t from =
                    (place.group % job.groups_of_vectors * job.rows + first_row + row) * job.count + vector;
                const int64_t left = row < rows ? job.count - vector : 0;
                const uint32_t bytes = are_quads && left > 0 ? ((const uint32_t *)job.vectors)[from / QUAD] : 0;
                EACH (next, QUAD) {
                    int32_t level = are_quads     ? byte_of(job, bytes, next)
                                    : next < left ? level_at(job, from + next)
                                                  : 0;
                    if (are_counted)
                        add_to_total(shared.totals + own + next, level);
                    if (job.has_sign_apart && level < 0)
                        level = -level | 1 << Numbers::SIGN_AT;
                    shared.staged.levels
                        [Numbers::LEVELS_BY_VECTOR ? (own + next) * S::LEVEL_STRIDE + row
                                                   : row * S::LEVEL_STRIDE + own + next] = (Level)level;
                }
            }
    }
};

#endif
