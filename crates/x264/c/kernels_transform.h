/* Kernels of crates/x264-kernels/src/transform as C sees them. */
#ifndef CLIPFIT_KERNELS_TRANSFORM_H
#define CLIPFIT_KERNELS_TRANSFORM_H

void clipfit_sub4x4_dct( dctcoef dct[16], pixel *pix1, pixel *pix2 );
void clipfit_sub8x8_dct( dctcoef dct[4][16], pixel *pix1, pixel *pix2 );
void clipfit_sub16x16_dct( dctcoef dct[16][16], pixel *pix1, pixel *pix2 );
void clipfit_sub8x8_dct_dc( dctcoef dct[4], pixel *pix1, pixel *pix2 );
void clipfit_sub8x8_dct8( dctcoef dct[64], pixel *pix1, pixel *pix2 );
void clipfit_sub16x16_dct8( dctcoef dct[4][64], pixel *pix1, pixel *pix2 );
void clipfit_add4x4_idct( pixel *p_dst, dctcoef dct[16] );
void clipfit_add8x8_idct( pixel *p_dst, dctcoef dct[4][16] );
void clipfit_add16x16_idct( pixel *p_dst, dctcoef dct[16][16] );
void clipfit_add8x8_idct_dc( pixel *p_dst, dctcoef dct[4] );
void clipfit_add16x16_idct_dc( pixel *p_dst, dctcoef dct[16] );
void clipfit_add8x8_idct8( pixel *p_dst, dctcoef dct[64] );
void clipfit_add16x16_idct8( pixel *p_dst, dctcoef dct[4][64] );
void clipfit_dct4x4dc( dctcoef d[16] );
void clipfit_idct4x4dc( dctcoef d[16] );

void clipfit_zigzag_scan_4x4( dctcoef level[16], dctcoef dct[16] );
int clipfit_zigzag_sub_4x4( dctcoef level[16], const pixel *p_src, pixel *p_dst );
int clipfit_zigzag_sub_4x4ac( dctcoef level[16], const pixel *p_src, pixel *p_dst, dctcoef *dc );
void clipfit_zigzag_interleave_8x8_cavlc( dctcoef *dst, dctcoef *src, uint8_t *nnz );

int clipfit_quant_8x8( dctcoef dct[64], udctcoef mf[64], udctcoef bias[64] );
int clipfit_quant_4x4( dctcoef dct[16], udctcoef mf[16], udctcoef bias[16] );
int clipfit_quant_4x4x4( dctcoef dct[4][16], udctcoef mf[16], udctcoef bias[16] );
int clipfit_quant_4x4_dc( dctcoef dct[16], int mf, int bias );
int clipfit_quant_2x2_dc( dctcoef dct[4], int mf, int bias );
void clipfit_dequant_8x8( dctcoef dct[64], int dequant_mf[6][64], int i_qp );
void clipfit_dequant_4x4( dctcoef dct[16], int dequant_mf[6][16], int i_qp );
void clipfit_dequant_4x4_dc( dctcoef dct[16], int dequant_mf[6][16], int i_qp );
void clipfit_denoise_dct( dctcoef *dct, uint32_t *sum, udctcoef *offset, int size );
int clipfit_decimate_score15( dctcoef *dct );
int clipfit_decimate_score16( dctcoef *dct );
int clipfit_decimate_score64( dctcoef *dct );
int clipfit_coeff_last4( dctcoef *dct );
int clipfit_coeff_last8( dctcoef *dct );
int clipfit_coeff_last15( dctcoef *dct );
int clipfit_coeff_last16( dctcoef *dct );
int clipfit_coeff_last64( dctcoef *dct );
int clipfit_coeff_level_run4( dctcoef *dct, x264_run_level_t *runlevel );
int clipfit_coeff_level_run8( dctcoef *dct, x264_run_level_t *runlevel );
int clipfit_coeff_level_run15( dctcoef *dct, x264_run_level_t *runlevel );
int clipfit_coeff_level_run16( dctcoef *dct, x264_run_level_t *runlevel );

/* The layout that the kernels' RunLevel mirrors. */
_Static_assert( offsetof( x264_run_level_t, last ) == 0, "last" );
_Static_assert( offsetof( x264_run_level_t, mask ) == 4, "mask" );
_Static_assert( offsetof( x264_run_level_t, level ) == 16, "level" );
_Static_assert( sizeof( ((x264_run_level_t *)0)->level ) == 36, "room for levels" );

#endif
