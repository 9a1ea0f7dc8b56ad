/* The tables of pixel comparisons: SAD, SATD, SA8D, Hadamard AC, SSD, variance, SSIM. */
#include "common/common.h"
#include "kernels_pixel.h"
#include "tables.h"

int clipfit_use_kernels = 1;

void __real_x264_8_pixel_init( int cpu, x264_pixel_function_t *pixf );
/* In tables_picture.c: the costs of intra prediction stand in the same table. */
void clipfit_enter_intra_costs( x264_pixel_function_t *pixf );

void __wrap_x264_8_pixel_init( int cpu, x264_pixel_function_t *pixf )
{
    __real_x264_8_pixel_init( cpu, pixf );
    if( !clipfit_use_kernels )
        return;
    clipfit_enter_intra_costs( pixf );
}
