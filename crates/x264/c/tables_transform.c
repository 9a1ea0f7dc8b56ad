/* The tables of transforms, coefficient scans and quantisation. */
#include "common/common.h"
#include "kernels_transform.h"
#include "tables.h"

void __real_x264_8_dct_init( int cpu, x264_dct_function_t *dctf );
void __real_x264_8_zigzag_init( int cpu, x264_zigzag_function_t *progressive, x264_zigzag_function_t *interlaced );
void __real_x264_8_quant_init( x264_t *h, int cpu, x264_quant_function_t *pf );

void __wrap_x264_8_dct_init( int cpu, x264_dct_function_t *dctf )
{
    __real_x264_8_dct_init( cpu, dctf );
    if( !clipfit_use_kernels )
        return;
}

void __wrap_x264_8_zigzag_init( int cpu, x264_zigzag_function_t *progressive, x264_zigzag_function_t *interlaced )
{
    __real_x264_8_zigzag_init( cpu, progressive, interlaced );
    if( !clipfit_use_kernels )
        return;
}

void __wrap_x264_8_quant_init( x264_t *h, int cpu, x264_quant_function_t *pf )
{
    __real_x264_8_quant_init( h, cpu, pf );
    if( !clipfit_use_kernels )
        return;
}
