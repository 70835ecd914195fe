/* Sums of word-line blocks, converted and added up in one launch: what a thread block does, phase by phase. */

#ifndef NNSREPORT_CUDA_CONVERT_CUH
#define NNSREPORT_CUDA_CONVERT_CUH

#include "tile.cuh"

#if defined(__CUDACC__)
#define BEGIN_WARPS(S)                                                                                                 \
    Warp<S> warp;                                                                                                      \
    warp.begin(threadIdx.x / LANES)
#else
#define BEGIN_WARPS(S)                                                                                                 \
    Warp<S> warps[WARPS];                                                                                              \
    for (int index = 0; index < WARPS; index++)                                                                        \
    warps[index].begin(index)
#endif

template <class S> FUNCTION void convert(const Job &job, const Place &place, Shared<S> &shared)
{
    BEGIN_WARPS(S);
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
                const int filled = (int)parts_of(own, SIDE) * SIDE;
                if (first_cycle == 0 || chunks > 1) { /* else they still lie there */
                    BARRIER();
                    EACH_WARP (warp) {
                        warp.stage_cells(job, place, block.place + first, filled, shared);
                        warp.stage_levels(job, place, block.begin + first, own, filled, shared);
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
    EACH_WARP (warp) {
        warp.store(job, place, shared);
        if (warp.clipped)
            add_to_count(job.clipped + place.trial(job), warp.clipped);
    }
}

#endif
