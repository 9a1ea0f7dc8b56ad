/* Kernels of crates/hevc-kernels as C sees them: one of 8 and one of 10 bits per sample for each entry of
 * HEVCDSPContext that has any. */
#ifndef CLIPFIT_HEVC_KERNELS_H
#define CLIPFIT_HEVC_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define CLIPFIT_HEVC_TRANSFORM( bits, size ) \
    void clipfit_hevc_idct_##size##_##bits( int16_t *coeffs, int col_limit ); \
    void clipfit_hevc_idct_##size##_dc_##bits( int16_t *coeffs ); \
    void clipfit_hevc_add_residual##size##_##bits( uint8_t *dst, int16_t *res, ptrdiff_t stride );

/* An interpolation, kept, and with each way to finish it. */
#define CLIPFIT_HEVC_MOTION( bits, name, way ) \
    void clipfit_hevc_##name##way##_##bits( int16_t *dst, uint8_t *src, ptrdiff_t src_stride, int height, intptr_t mx, \
        intptr_t my, int width ); \
    void clipfit_hevc_##name##_uni##way##_##bits( uint8_t *dst, ptrdiff_t dst_stride, uint8_t *src, \
        ptrdiff_t src_stride, int height, intptr_t mx, intptr_t my, int width ); \
    void clipfit_hevc_##name##_uni_w##way##_##bits( uint8_t *dst, ptrdiff_t dst_stride, uint8_t *src, \
        ptrdiff_t src_stride, int height, int denom, int wx, int ox, intptr_t mx, intptr_t my, int width ); \
    void clipfit_hevc_##name##_bi##way##_##bits( uint8_t *dst, ptrdiff_t dst_stride, uint8_t *src, \
        ptrdiff_t src_stride, int16_t *src2, int height, intptr_t mx, intptr_t my, int width ); \
    void clipfit_hevc_##name##_bi_w##way##_##bits( uint8_t *dst, ptrdiff_t dst_stride, uint8_t *src, \
        ptrdiff_t src_stride, int16_t *src2, int height, int denom, int wx0, int wx1, int ox0, int ox1, intptr_t mx, \
        intptr_t my, int width );

#define CLIPFIT_HEVC_DEBLOCK( bits, way ) \
    void clipfit_hevc_##way##_loop_filter_luma_##bits( uint8_t *pix, ptrdiff_t stride, int beta, int32_t *tc, \
        uint8_t *no_p, uint8_t *no_q ); \
    void clipfit_hevc_##way##_loop_filter_chroma_##bits( uint8_t *pix, ptrdiff_t stride, int32_t *tc, uint8_t *no_p, \
        uint8_t *no_q );

#define CLIPFIT_HEVC_KERNELS( bits ) \
    CLIPFIT_HEVC_TRANSFORM( bits, 4x4 ) \
    CLIPFIT_HEVC_TRANSFORM( bits, 8x8 ) \
    CLIPFIT_HEVC_TRANSFORM( bits, 16x16 ) \
    CLIPFIT_HEVC_TRANSFORM( bits, 32x32 ) \
    void clipfit_hevc_transform_4x4_luma_##bits( int16_t *coeffs ); \
    CLIPFIT_HEVC_MOTION( bits, pel, ) \
    CLIPFIT_HEVC_MOTION( bits, qpel, _h ) \
    CLIPFIT_HEVC_MOTION( bits, qpel, _v ) \
    CLIPFIT_HEVC_MOTION( bits, qpel, _hv ) \
    CLIPFIT_HEVC_MOTION( bits, epel, _h ) \
    CLIPFIT_HEVC_MOTION( bits, epel, _v ) \
    CLIPFIT_HEVC_MOTION( bits, epel, _hv ) \
    CLIPFIT_HEVC_DEBLOCK( bits, h ) \
    CLIPFIT_HEVC_DEBLOCK( bits, v ) \
    void clipfit_hevc_sao_band_filter_##bits( uint8_t *dst, uint8_t *src, ptrdiff_t dst_stride, ptrdiff_t src_stride, \
        int16_t *offsets, int left_class, int width, int height ); \
    void clipfit_hevc_sao_edge_filter_##bits( uint8_t *dst, uint8_t *src, ptrdiff_t dst_stride, int16_t *offsets, \
        int eo_class, int width, int height );

CLIPFIT_HEVC_KERNELS( 8 )
CLIPFIT_HEVC_KERNELS( 10 )

#endif
