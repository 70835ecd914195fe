/* Codes of slices to products: added up, and scaled, in the order and with the rounding of NumPy's passes. */

#ifndef NNSREPORT_CUDA_PRODUCT_CUH
#define NNSREPORT_CUDA_PRODUCT_CUH

#include "job.cuh"

FUNCTION float rescaled(const Job &job, int64_t column, float product, int32_t total)
{
    product = PRODUCT(product, job.gains[column]);
    if (job.reference != 0.0f)
        product -= PRODUCT(job.reference, (float)total);
    return PRODUCT(product, job.scales[column]);
}

/* Codes of a pass lie line by line, `stride` vectors apart: those of some slices, whole ones. A lane has a vector and
   every other column; what further passes add to waits in the product's own place. */
FUNCTION void put_products(
    const Job &job, const Place &place, int pass, int lines_of_pass, int lane, int64_t vector, int32_t total,
    const float *codes, int stride)
{
    const int width = job.columns_of_block, first = pass * lines_of_pass / width;
    const int last = (int)least((pass + 1) * lines_of_pass / width, job.slices);
    const int columns = (int)least(width, job.columns - place.first_column);
    for (int column = lane / SIDE; column < columns && vector < job.count; column += LANES / SIDE) {
        const int64_t own = place.group * job.columns + place.first_column + column;
        float product = pass ? job.product[own * job.count + vector] : 0.0f;
        for (int slice = first; slice < last; slice++) {
            const float value = PRODUCT(codes[((slice - first) * width + column) * stride], job.values[slice]);
            product = slice ? product + value : value;
        }
        job.product[own * job.count + vector] =
            job.gains && pass == job.passes - 1 ? rescaled(job, own, product, total) : product;
    }
}

#endif
