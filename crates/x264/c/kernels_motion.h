/* Kernels of crates/x264-kernels/src/motion as C sees them. */
#ifndef CLIPFIT_KERNELS_MOTION_H
#define CLIPFIT_KERNELS_MOTION_H

#include "common/common.h"

void clipfit_mc_luma( pixel *dst, intptr_t i_dst, pixel **src, intptr_t i_src, int mvx, int mvy, int i_width,
                      int i_height, const x264_weight_t *weight );
pixel *clipfit_get_ref( pixel *dst, intptr_t *i_dst, pixel **src, intptr_t i_src, int mvx, int mvy, int i_width,
                        int i_height, const x264_weight_t *weight );
void clipfit_mc_chroma( pixel *dstu, pixel *dstv, intptr_t i_dst, pixel *src, intptr_t i_src, int mvx, int mvy,
                        int i_width, int i_height );

#define AVERAGE( size ) \
    void clipfit_avg_##size( pixel *dst, intptr_t i_dst, pixel *src1, intptr_t i_src1, pixel *src2, intptr_t i_src2, \
                             int i_weight )
AVERAGE( 16x16 );
AVERAGE( 16x8 );
AVERAGE( 8x16 );
AVERAGE( 8x8 );
AVERAGE( 8x4 );
AVERAGE( 4x16 );
AVERAGE( 4x8 );
AVERAGE( 4x4 );
AVERAGE( 4x2 );
AVERAGE( 2x8 );
AVERAGE( 2x4 );
AVERAGE( 2x2 );
#undef AVERAGE

#define WEIGHT( width ) \
    void clipfit_weight_w##width( pixel *dst, intptr_t i_dst, pixel *src, intptr_t i_src, const x264_weight_t *weight, \
                                  int i_height )
WEIGHT( 2 );
WEIGHT( 4 );
WEIGHT( 8 );
WEIGHT( 12 );
WEIGHT( 16 );
WEIGHT( 20 );
#undef WEIGHT

#define COPY( width ) \
    void clipfit_copy_w##width( pixel *dst, intptr_t i_dst, pixel *src, intptr_t i_src, int i_height )
COPY( 16 );
COPY( 8 );
COPY( 4 );
#undef COPY

void clipfit_store_interleave_chroma( pixel *dst, intptr_t i_dst, pixel *srcu, pixel *srcv, int height );
void clipfit_load_deinterleave_chroma_fenc( pixel *dst, pixel *src, intptr_t i_src, int height );
void clipfit_load_deinterleave_chroma_fdec( pixel *dst, pixel *src, intptr_t i_src, int height );
void clipfit_plane_copy_interleave( pixel *dst, intptr_t i_dst, pixel *srcu, intptr_t i_srcu, pixel *srcv,
                                    intptr_t i_srcv, int w, int h );
void clipfit_plane_copy_deinterleave( pixel *dstu, intptr_t i_dstu, pixel *dstv, intptr_t i_dstv, pixel *src,
                                      intptr_t i_src, int w, int h );
void *clipfit_memcpy_aligned( void *dst, const void *src, size_t n );

void clipfit_hpel_filter( pixel *dsth, pixel *dstv, pixel *dstc, pixel *src, intptr_t i_stride, int i_width,
                          int i_height, int16_t *buf );
void clipfit_frame_init_lowres_core( pixel *src0, pixel *dst0, pixel *dsth, pixel *dstv, pixel *dstc,
                                     intptr_t src_stride, intptr_t dst_stride, int width, int height );

#endif
