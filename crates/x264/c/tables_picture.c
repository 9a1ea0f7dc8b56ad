/* The tables of intra prediction and its costs, and of deblocking. */
#include "common/common.h"
#include "kernels_picture.h"
#include "tables.h"

void __real_x264_8_deblock_init( int cpu, x264_deblock_function_t *pf, int b_mbaff );
void __real_x264_8_predict_16x16_init( int cpu, x264_predict_t pf[7] );
void __real_x264_8_predict_8x8c_init( int cpu, x264_predict_t pf[7] );
void __real_x264_8_predict_8x8_init( int cpu, x264_predict8x8_t pf[12], x264_predict_8x8_filter_t *predict_filter );
void __real_x264_8_predict_4x4_init( int cpu, x264_predict_t pf[12] );

void clipfit_enter_intra_costs( x264_pixel_function_t *pixf )
{
    (void)pixf;
}

void __wrap_x264_8_deblock_init( int cpu, x264_deblock_function_t *pf, int b_mbaff )
{
    __real_x264_8_deblock_init( cpu, pf, b_mbaff );
    if( !clipfit_use_kernels )
        return;
}

void __wrap_x264_8_predict_16x16_init( int cpu, x264_predict_t pf[7] )
{
    __real_x264_8_predict_16x16_init( cpu, pf );
    if( !clipfit_use_kernels )
        return;
}

void __wrap_x264_8_predict_8x8c_init( int cpu, x264_predict_t pf[7] )
{
    __real_x264_8_predict_8x8c_init( cpu, pf );
    if( !clipfit_use_kernels )
        return;
}

void __wrap_x264_8_predict_8x8_init( int cpu, x264_predict8x8_t pf[12], x264_predict_8x8_filter_t *predict_filter )
{
    __real_x264_8_predict_8x8_init( cpu, pf, predict_filter );
    if( !clipfit_use_kernels )
        return;
}

void __wrap_x264_8_predict_4x4_init( int cpu, x264_predict_t pf[12] )
{
    __real_x264_8_predict_4x4_init( cpu, pf );
    if( !clipfit_use_kernels )
        return;
}
