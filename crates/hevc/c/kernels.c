/* Enters our kernels into FFmpeg's table of HEVC functions: the linker's --wrap redirects FFmpeg's own initialisation to
 * the one here, which calls the original and then replaces its C functions with kernels. The compiler checks every
 * kernel's prototype (kernels.h) against the table's. Knows nothing of what a kernel computes. */
#include "libavcodec/hevcdsp.h"
#include "kernels.h"
#include "libavcodec/hevcdec.h"

/* Widths that the kernels count on. */
_Static_assert( MAX_PB_SIZE == 64, "ROW" );
_Static_assert( 2 * MAX_PB_SIZE + AV_INPUT_BUFFER_PADDING_SIZE == 192, "EDGE_STRIDE" );

void __real_ff_hevc_dsp_init( HEVCDSPContext *dsp, int bit_depth );

#define ENTER_TRANSFORM( bits, index, size ) \
    dsp->idct[index] = clipfit_hevc_idct_##size##_##bits; \
    dsp->idct_dc[index] = clipfit_hevc_idct_##size##_dc_##bits; \
    dsp->add_residual[index] = clipfit_hevc_add_residual##size##_##bits;

/* Every width has the same kernels: `down` and `across` say whether the vector lies between pixels that way. */
#define ENTER_MOTION( bits, entry, down, across, name, way ) \
    for( int i = 0; i < 10; i++ ) \
    { \
        dsp->put_hevc_##entry[i][down][across] = clipfit_hevc_##name##way##_##bits; \
        dsp->put_hevc_##entry##_uni[i][down][across] = clipfit_hevc_##name##_uni##way##_##bits; \
        dsp->put_hevc_##entry##_uni_w[i][down][across] = clipfit_hevc_##name##_uni_w##way##_##bits; \
        dsp->put_hevc_##entry##_bi[i][down][across] = clipfit_hevc_##name##_bi##way##_##bits; \
        dsp->put_hevc_##entry##_bi_w[i][down][across] = clipfit_hevc_##name##_bi_w##way##_##bits; \
    }

/* The _c entries are for frames where some blocks stay as they are: the same kernels. */
#define ENTER_DEBLOCK( bits, way ) \
    dsp->hevc_##way##_loop_filter_luma = clipfit_hevc_##way##_loop_filter_luma_##bits; \
    dsp->hevc_##way##_loop_filter_luma_c = clipfit_hevc_##way##_loop_filter_luma_##bits; \
    dsp->hevc_##way##_loop_filter_chroma = clipfit_hevc_##way##_loop_filter_chroma_##bits; \
    dsp->hevc_##way##_loop_filter_chroma_c = clipfit_hevc_##way##_loop_filter_chroma_##bits;

#define ENTER_ALL( bits ) \
    static void enter_##bits( HEVCDSPContext *dsp ) \
    { \
        ENTER_TRANSFORM( bits, 0, 4x4 ) \
        ENTER_TRANSFORM( bits, 1, 8x8 ) \
        ENTER_TRANSFORM( bits, 2, 16x16 ) \
        ENTER_TRANSFORM( bits, 3, 32x32 ) \
        dsp->transform_4x4_luma = clipfit_hevc_transform_4x4_luma_##bits; \
        ENTER_MOTION( bits, qpel, 0, 0, pel, ) \
        ENTER_MOTION( bits, qpel, 0, 1, qpel, _h ) \
        ENTER_MOTION( bits, qpel, 1, 0, qpel, _v ) \
        ENTER_MOTION( bits, qpel, 1, 1, qpel, _hv ) \
        ENTER_MOTION( bits, epel, 0, 0, pel, ) \
        ENTER_MOTION( bits, epel, 0, 1, epel, _h ) \
        ENTER_MOTION( bits, epel, 1, 0, epel, _v ) \
        ENTER_MOTION( bits, epel, 1, 1, epel, _hv ) \
        ENTER_DEBLOCK( bits, h ) \
        ENTER_DEBLOCK( bits, v ) \
        for( int i = 0; i < 5; i++ ) \
        { \
            dsp->sao_band_filter[i] = clipfit_hevc_sao_band_filter_##bits; \
            dsp->sao_edge_filter[i] = clipfit_hevc_sao_edge_filter_##bits; \
        } \
    }

ENTER_ALL( 8 )
ENTER_ALL( 10 )

void __wrap_ff_hevc_dsp_init( HEVCDSPContext *dsp, int bit_depth )
{
    __real_ff_hevc_dsp_init( dsp, bit_depth );
    if( bit_depth == 8 )
        enter_8( dsp );
    else if( bit_depth == 10 )
        enter_10( dsp );
}
