/* One launch converts a layer. LAYER_SHAPE, a `Shape`, SHARED_BYTES and JOB_BYTES come with the compilation. */

#include "convert.cuh"

typedef LAYER_SHAPE OwnShape;
static_assert(sizeof(Shared<OwnShape>) == SHARED_BYTES, "whoever launches gives another amount of shared memory");
static_assert(sizeof(Job) == JOB_BYTES, "whoever launches describes the job in another layout");

extern "C" __global__ void __launch_bounds__(WARPS *LANES, OwnShape::BLOCKS_AT_ONCE)
    convert_layer(const __grid_constant__ Job job)
{
    extern __shared__ __align__(32) unsigned char memory[];
    convert<OwnShape>(
        job, place_of<OwnShape>(job, blockIdx.x, blockIdx.y, blockIdx.z), *(Shared<OwnShape> *)memory);
}
