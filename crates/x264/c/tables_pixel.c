/* The tables of pixel comparisons: SAD, SATD, SA8D, Hadamard AC, SSD, variance, SSIM. */
#include "common/common.h"
#include "kernels_pixel.h"
#include "tables.h"

int clipfit_use_kernels = 1;

void __real_x264_8_pixel_init( int cpu, x264_pixel_function_t *pixf );
/* In tables_picture.c: the costs of intra prediction are in the same table. */
void clipfit_enter_intra_costs( x264_pixel_function_t *pixf );

#define ENTER_COMPARISONS( size ) \
    pixf->sad[PIXEL_##size] = clipfit_sad_##size; \
    pixf->sad_aligned[PIXEL_##size] = clipfit_sad_##size; \
    pixf->satd[PIXEL_##size] = clipfit_satd_##size; \
    pixf->ssd[PIXEL_##size] = clipfit_ssd_##size;

#define ENTER_ALL_COMPARISONS( size ) \
    ENTER_COMPARISONS( size ) \
    pixf->sad_x3[PIXEL_##size] = clipfit_sad_x3_##size; \
    pixf->sad_x4[PIXEL_##size] = clipfit_sad_x4_##size; \
    pixf->satd_x3[PIXEL_##size] = clipfit_satd_x3_##size; \
    pixf->satd_x4[PIXEL_##size] = clipfit_satd_x4_##size;

void __wrap_x264_8_pixel_init( int cpu, x264_pixel_function_t *pixf )
{
    __real_x264_8_pixel_init( cpu, pixf );
    if( !clipfit_use_kernels )
        return;
    ENTER_ALL_COMPARISONS( 16x16 )
    ENTER_ALL_COMPARISONS( 16x8 )
    ENTER_ALL_COMPARISONS( 8x16 )
    ENTER_ALL_COMPARISONS( 8x8 )
    ENTER_ALL_COMPARISONS( 8x4 )
    ENTER_ALL_COMPARISONS( 4x8 )
    ENTER_ALL_COMPARISONS( 4x4 )
    ENTER_COMPARISONS( 4x16 )
    pixf->sa8d[PIXEL_16x16] = clipfit_sa8d_16x16;
    pixf->sa8d[PIXEL_8x8] = clipfit_sa8d_8x8;
    /* Empty in x264's C, which then calls SA8D and SATD. */
    pixf->sa8d_satd[PIXEL_16x16] = clipfit_sa8d_satd_16x16;
    pixf->hadamard_ac[PIXEL_16x16] = clipfit_hadamard_ac_16x16;
    pixf->hadamard_ac[PIXEL_16x8] = clipfit_hadamard_ac_16x8;
    pixf->hadamard_ac[PIXEL_8x16] = clipfit_hadamard_ac_8x16;
    pixf->hadamard_ac[PIXEL_8x8] = clipfit_hadamard_ac_8x8;
    pixf->var[PIXEL_16x16] = clipfit_var_16x16;
    pixf->var[PIXEL_8x16] = clipfit_var_8x16;
    pixf->var[PIXEL_8x8] = clipfit_var_8x8;
    pixf->var2[PIXEL_8x16] = clipfit_var2_8x16;
    pixf->var2[PIXEL_8x8] = clipfit_var2_8x8;
    pixf->asd8 = clipfit_asd8;
    pixf->ssd_nv12_core = clipfit_ssd_nv12_core;
    pixf->ssim_4x4x2_core = clipfit_ssim_4x4x2_core;
    clipfit_enter_intra_costs( pixf );
}
