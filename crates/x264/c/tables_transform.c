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
    dctf->sub4x4_dct = clipfit_sub4x4_dct;
    dctf->sub8x8_dct = clipfit_sub8x8_dct;
    dctf->sub16x16_dct = clipfit_sub16x16_dct;
    dctf->sub8x8_dct_dc = clipfit_sub8x8_dct_dc;
    dctf->sub8x8_dct8 = clipfit_sub8x8_dct8;
    dctf->sub16x16_dct8 = clipfit_sub16x16_dct8;
    dctf->add4x4_idct = clipfit_add4x4_idct;
    dctf->add8x8_idct = clipfit_add8x8_idct;
    dctf->add16x16_idct = clipfit_add16x16_idct;
    dctf->add8x8_idct_dc = clipfit_add8x8_idct_dc;
    dctf->add16x16_idct_dc = clipfit_add16x16_idct_dc;
    dctf->add8x8_idct8 = clipfit_add8x8_idct8;
    dctf->add16x16_idct8 = clipfit_add16x16_idct8;
    dctf->dct4x4dc = clipfit_dct4x4dc;
    dctf->idct4x4dc = clipfit_idct4x4dc;
}

void __wrap_x264_8_zigzag_init( int cpu, x264_zigzag_function_t *progressive, x264_zigzag_function_t *interlaced )
{
    __real_x264_8_zigzag_init( cpu, progressive, interlaced );
    if( !clipfit_use_kernels )
        return;
    progressive->scan_4x4 = clipfit_zigzag_scan_4x4;
    progressive->sub_4x4 = clipfit_zigzag_sub_4x4;
    progressive->sub_4x4ac = clipfit_zigzag_sub_4x4ac;
    progressive->interleave_8x8_cavlc = clipfit_zigzag_interleave_8x8_cavlc;
}

void __wrap_x264_8_quant_init( x264_t *h, int cpu, x264_quant_function_t *pf )
{
    __real_x264_8_quant_init( h, cpu, pf );
    if( !clipfit_use_kernels )
        return;
    pf->quant_8x8 = clipfit_quant_8x8;
    pf->quant_4x4 = clipfit_quant_4x4;
    pf->quant_4x4x4 = clipfit_quant_4x4x4;
    pf->quant_4x4_dc = clipfit_quant_4x4_dc;
    pf->quant_2x2_dc = clipfit_quant_2x2_dc;
    pf->dequant_8x8 = clipfit_dequant_8x8;
    pf->dequant_4x4 = clipfit_dequant_4x4;
    pf->dequant_4x4_dc = clipfit_dequant_4x4_dc;
    pf->denoise_dct = clipfit_denoise_dct;
    pf->decimate_score15 = clipfit_decimate_score15;
    pf->decimate_score16 = clipfit_decimate_score16;
    pf->decimate_score64 = clipfit_decimate_score64;
    pf->coeff_last4 = clipfit_coeff_last4;
    pf->coeff_last8 = clipfit_coeff_last8;
    pf->coeff_level_run4 = clipfit_coeff_level_run4;
    pf->coeff_level_run8 = clipfit_coeff_level_run8;

    /* Blocks of 16, all their kinds; of 15, without the lowest; of 64. */
    static const uint8_t sixteen[] = { DCT_LUMA_DC, DCT_LUMA_4x4, DCT_CHROMAU_DC, DCT_CHROMAU_4x4, DCT_CHROMAV_DC, DCT_CHROMAV_4x4 };
    static const uint8_t fifteen[] = { DCT_LUMA_AC, DCT_CHROMA_AC, DCT_CHROMAU_AC, DCT_CHROMAV_AC };
    static const uint8_t sixty_four[] = { DCT_LUMA_8x8, DCT_CHROMAU_8x8, DCT_CHROMAV_8x8 };
    for( int i = 0; i < ARRAY_ELEMS(sixteen); i++ )
    {
        pf->coeff_last[sixteen[i]] = clipfit_coeff_last16;
        pf->coeff_level_run[sixteen[i]] = clipfit_coeff_level_run16;
    }
    for( int i = 0; i < ARRAY_ELEMS(fifteen); i++ )
    {
        pf->coeff_last[fifteen[i]] = clipfit_coeff_last15;
        pf->coeff_level_run[fifteen[i]] = clipfit_coeff_level_run15;
    }
    for( int i = 0; i < ARRAY_ELEMS(sixty_four); i++ )
        pf->coeff_last[sixty_four[i]] = clipfit_coeff_last64;
}
