/* Sums of word-line blocks, converted and added up in one launch: what a thread block does, phase by phase. */

#ifndef NNSREPORT_CUDA_CONVERT_CUH
#define NNSREPORT_CUDA_CONVERT_CUH

#include "tile.cuh"

#if defined(__CUDACC__)
#define BEGIN_WARPS(S)                                                                                                 \
    Warp<S> warp;                                                                                                      \
    warp.begin(job, place, threadIdx.x / LANES, shared)
#else
#define BEGIN_WARPS(S)                                                                                                 \
    Warp<S> warps[WARPS];                                                                                              \
    for (int index = 0; index < WARPS; index++)                                                                        \
    warps[index].begin(job, place, index, shared)
#endif

/* Blocks of columns lie on the second axis of the grid. */
template <class S> FUNCTION Place place_of(const Job &job, int64_t vectors, int64_t columns, int64_t group)
{
    return {vectors * S::VECTORS_OF_BLOCK, columns * job.columns_of_block, group,
            columns * job.passes * S::LINES_OF_PASS};
}

template <class S> FUNCTION void convert(const Job &job, Place place, Shared<S> &shared)
{
    BEGIN_WARPS(S);
    for (int pass = 0; pass < job.passes; pass++, place.first_line += S::LINES_OF_PASS) {
        EACH_WARP (warp)
            warp.begin_pass(job, place, pass);
        for (int number = 0; number < job.block_count; number++) {
            const Block block = job.blocks[number];
            const int rows = block.end - block.begin, chunks = (int)parts_of(rows, CHUNK);
            for (int first_cycle = 0; first_cycle < job.cycle_count; first_cycle += S::CYCLES) {
                Cycle cycles[S::CYCLES];
                EACH (cycle, S::CYCLES)
                    cycles[cycle] = job.cycles[first_cycle + cycle];
                EACH_WARP (warp)
                    warp.clear_sums();
                for (int chunk = 0; chunk < chunks; chunk++) {
                    const int first = chunk * CHUNK, own = (int)least(CHUNK, rows - first);
                    const int filled = (int)parts_of(own, S::Numbers::ROWS) * S::Numbers::ROWS;
                    if (first_cycle == 0 || chunks > 1) { /* else they still lie there */
                        const bool are_counted = job.reference != 0.0f && first_cycle == 0 && pass == 0;
                        BARRIER();
                        EACH_WARP (warp) {
                            Staging<S>::stage_cells(job, place, warp.index, block.place + first, filled, shared);
                            Staging<S>::stage_levels(
                                job, place, warp.index, block.begin + first, own, filled, are_counted, shared);
                        }
                        BARRIER();
                    }
                    EACH_WARP (warp)
                        warp.multiply(cycles, filled, shared);
                }
                EACH_WARP (warp)
                    warp.convert(job, place, number, first_cycle, cycles, shared);
            }
        }
        BARRIER();
        EACH (vector, S::VECTOR_TILES) {
            EACH_WARP (warp)
                warp.lay_codes(vector, shared);
            EACH_WARP (warp)
                warp.put(job, place, pass, vector, shared);
        }
    }
    EACH_WARP (warp)
        if (warp.clipped)
            add_to_count(job.clipped + place.trial(job), warp.clipped);
}

#endif
