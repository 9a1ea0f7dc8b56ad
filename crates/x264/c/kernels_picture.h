/* Kernels of crates/x264-kernels/src/picture as C sees them. */
#ifndef CLIPFIT_KERNELS_PICTURE_H
#define CLIPFIT_KERNELS_PICTURE_H

#define COSTS( name ) void clipfit_intra_##name( pixel *encoded, pixel *decoded, int costs[3] );
COSTS( sad_x3_16x16 )
COSTS( sad_x3_8x8c )
COSTS( sad_x3_4x4 )
COSTS( satd_x3_16x16 )
COSTS( satd_x3_8x8c )
COSTS( satd_x3_4x4 )
#undef COSTS
void clipfit_intra_sad_x3_8x8( pixel *encoded, pixel edge[36], int costs[3] );
void clipfit_intra_sa8d_x3_8x8( pixel *encoded, pixel edge[36], int costs[3] );

#define PREDICT( name ) void clipfit_predict_##name( pixel *at );
PREDICT( 16x16_v )
PREDICT( 16x16_h )
PREDICT( 16x16_dc )
PREDICT( 16x16_dc_left )
PREDICT( 16x16_dc_top )
PREDICT( 16x16_dc_128 )
PREDICT( 16x16_p )
PREDICT( 8x8c_v )
PREDICT( 8x8c_h )
PREDICT( 8x8c_dc )
PREDICT( 8x8c_dc_left )
PREDICT( 8x8c_dc_top )
PREDICT( 8x8c_dc_128 )
PREDICT( 8x8c_p )
PREDICT( 4x4_ddl )
PREDICT( 4x4_ddr )
PREDICT( 4x4_vr )
PREDICT( 4x4_hd )
PREDICT( 4x4_vl )
PREDICT( 4x4_hu )
#undef PREDICT

#define PREDICT( name ) void clipfit_predict_8x8_##name( pixel *at, pixel edge[36] );
PREDICT( v )
PREDICT( h )
PREDICT( dc )
PREDICT( dc_left )
PREDICT( dc_top )
PREDICT( ddl )
PREDICT( ddr )
PREDICT( vr )
PREDICT( hd )
PREDICT( vl )
PREDICT( hu )
#undef PREDICT
void clipfit_predict_8x8_filter( pixel *at, pixel edge[36], int present, int wanted );

#define DEBLOCK( name )\
    void clipfit_deblock_##name( pixel *at, intptr_t stride, int alpha, int beta, int8_t *tc0 );
#define DEBLOCK_INTRA( name )\
    void clipfit_deblock_##name( pixel *at, intptr_t stride, int alpha, int beta );
DEBLOCK( v_luma )
DEBLOCK( h_luma )
DEBLOCK( v_chroma )
DEBLOCK( h_chroma_420 )
DEBLOCK_INTRA( v_luma_intra )
DEBLOCK_INTRA( h_luma_intra )
DEBLOCK_INTRA( v_chroma_intra )
DEBLOCK_INTRA( h_chroma_420_intra )
#undef DEBLOCK
#undef DEBLOCK_INTRA
void clipfit_deblock_strength( uint8_t coefficients[X264_SCAN8_SIZE], int8_t references[2][X264_SCAN8_LUMA_SIZE],
                               int16_t vectors[2][X264_SCAN8_LUMA_SIZE][2], uint8_t strengths[2][8][4], int limit,
                               int bidirectional );

#endif
