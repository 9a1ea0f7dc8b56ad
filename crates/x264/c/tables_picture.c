/* The tables of intra prediction and its costs, and of deblocking. Edges of interlaced and of 4:2:2 video stay in C:
 * Clipfit makes none. The costs of all nine modes at once stay empty, as in C: with them, x264 would try modes that it
 * otherwise skips, and its output would differ. */
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
    pixf->intra_sad_x3_16x16 = clipfit_intra_sad_x3_16x16;
    pixf->intra_sad_x3_8x8c = clipfit_intra_sad_x3_8x8c;
    pixf->intra_sad_x3_8x8 = clipfit_intra_sad_x3_8x8;
    pixf->intra_sad_x3_4x4 = clipfit_intra_sad_x3_4x4;
    pixf->intra_satd_x3_16x16 = clipfit_intra_satd_x3_16x16;
    pixf->intra_satd_x3_8x8c = clipfit_intra_satd_x3_8x8c;
    pixf->intra_sa8d_x3_8x8 = clipfit_intra_sa8d_x3_8x8;
    pixf->intra_satd_x3_4x4 = clipfit_intra_satd_x3_4x4;
}

void __wrap_x264_8_deblock_init( int cpu, x264_deblock_function_t *pf, int b_mbaff )
{
    __real_x264_8_deblock_init( cpu, pf, b_mbaff );
    if( !clipfit_use_kernels )
        return;
    pf->deblock_luma[0] = clipfit_deblock_h_luma;
    pf->deblock_luma[1] = clipfit_deblock_v_luma;
    pf->deblock_chroma[1] = clipfit_deblock_v_chroma;
    pf->deblock_h_chroma_420 = clipfit_deblock_h_chroma_420;
    pf->deblock_luma_intra[0] = clipfit_deblock_h_luma_intra;
    pf->deblock_luma_intra[1] = clipfit_deblock_v_luma_intra;
    pf->deblock_chroma_intra[1] = clipfit_deblock_v_chroma_intra;
    pf->deblock_h_chroma_420_intra = clipfit_deblock_h_chroma_420_intra;
    pf->deblock_strength = clipfit_deblock_strength;
}

void __wrap_x264_8_predict_16x16_init( int cpu, x264_predict_t pf[7] )
{
    __real_x264_8_predict_16x16_init( cpu, pf );
    if( !clipfit_use_kernels )
        return;
    pf[I_PRED_16x16_V] = clipfit_predict_16x16_v;
    pf[I_PRED_16x16_H] = clipfit_predict_16x16_h;
    pf[I_PRED_16x16_DC] = clipfit_predict_16x16_dc;
    pf[I_PRED_16x16_P] = clipfit_predict_16x16_p;
    pf[I_PRED_16x16_DC_LEFT] = clipfit_predict_16x16_dc_left;
    pf[I_PRED_16x16_DC_TOP] = clipfit_predict_16x16_dc_top;
    pf[I_PRED_16x16_DC_128] = clipfit_predict_16x16_dc_128;
}

void __wrap_x264_8_predict_8x8c_init( int cpu, x264_predict_t pf[7] )
{
    __real_x264_8_predict_8x8c_init( cpu, pf );
    if( !clipfit_use_kernels )
        return;
    pf[I_PRED_CHROMA_V] = clipfit_predict_8x8c_v;
    pf[I_PRED_CHROMA_H] = clipfit_predict_8x8c_h;
    pf[I_PRED_CHROMA_DC] = clipfit_predict_8x8c_dc;
    pf[I_PRED_CHROMA_P] = clipfit_predict_8x8c_p;
    pf[I_PRED_CHROMA_DC_LEFT] = clipfit_predict_8x8c_dc_left;
    pf[I_PRED_CHROMA_DC_TOP] = clipfit_predict_8x8c_dc_top;
    pf[I_PRED_CHROMA_DC_128] = clipfit_predict_8x8c_dc_128;
}

void __wrap_x264_8_predict_8x8_init( int cpu, x264_predict8x8_t pf[12], x264_predict_8x8_filter_t *predict_filter )
{
    __real_x264_8_predict_8x8_init( cpu, pf, predict_filter );
    if( !clipfit_use_kernels )
        return;
    pf[I_PRED_8x8_V] = clipfit_predict_8x8_v;
    pf[I_PRED_8x8_H] = clipfit_predict_8x8_h;
    pf[I_PRED_8x8_DC] = clipfit_predict_8x8_dc;
    pf[I_PRED_8x8_DDL] = clipfit_predict_8x8_ddl;
    pf[I_PRED_8x8_DDR] = clipfit_predict_8x8_ddr;
    pf[I_PRED_8x8_VR] = clipfit_predict_8x8_vr;
    pf[I_PRED_8x8_HD] = clipfit_predict_8x8_hd;
    pf[I_PRED_8x8_VL] = clipfit_predict_8x8_vl;
    pf[I_PRED_8x8_HU] = clipfit_predict_8x8_hu;
    pf[I_PRED_8x8_DC_LEFT] = clipfit_predict_8x8_dc_left;
    pf[I_PRED_8x8_DC_TOP] = clipfit_predict_8x8_dc_top;
    *predict_filter = clipfit_predict_8x8_filter;
}

void __wrap_x264_8_predict_4x4_init( int cpu, x264_predict_t pf[12] )
{
    __real_x264_8_predict_4x4_init( cpu, pf );
    if( !clipfit_use_kernels )
        return;
    pf[I_PRED_4x4_DDL] = clipfit_predict_4x4_ddl;
    pf[I_PRED_4x4_DDR] = clipfit_predict_4x4_ddr;
    pf[I_PRED_4x4_VR] = clipfit_predict_4x4_vr;
    pf[I_PRED_4x4_HD] = clipfit_predict_4x4_hd;
    pf[I_PRED_4x4_VL] = clipfit_predict_4x4_vl;
    pf[I_PRED_4x4_HU] = clipfit_predict_4x4_hu;
}
