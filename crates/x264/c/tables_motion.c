/* The table of motion compensation: interpolation, averaging, weighting, half-pel planes, low-resolution frames and
 * copies. The macroblock tree's arithmetic stays x264's: it is in floating point under -ffast-math, or needs x264's own
 * state. */
#include "common/common.h"
#include "kernels_motion.h"
#include "tables.h"
#include <stddef.h>

/* `Weight` of crates/x264-kernels/src/motion/weight.rs. */
_Static_assert( sizeof(x264_weight_t) == 48, "a weight's size" );
_Static_assert( offsetof( x264_weight_t, i_denom ) == 32, "where a weight's denominator stands" );
_Static_assert( offsetof( x264_weight_t, i_scale ) == 36, "where a weight's scale stands" );
_Static_assert( offsetof( x264_weight_t, i_offset ) == 40, "where a weight's offset stands" );
_Static_assert( offsetof( x264_weight_t, weightfn ) == 44, "where a weight's functions stand" );

/* Indexed by a quarter of the width, as x264 looks them up. */
static weight_fn_t weights[6] =
{
    clipfit_weight_w2,
    clipfit_weight_w4,
    clipfit_weight_w8,
    clipfit_weight_w12,
    clipfit_weight_w16,
    clipfit_weight_w20,
};

void __real_x264_8_mc_init( int cpu, x264_mc_functions_t *pf, int cpu_independent );

void __wrap_x264_8_mc_init( int cpu, x264_mc_functions_t *pf, int cpu_independent )
{
    __real_x264_8_mc_init( cpu, pf, cpu_independent );
    if( !clipfit_use_kernels )
        return;
    pf->mc_luma = clipfit_mc_luma;
    pf->get_ref = clipfit_get_ref;
    pf->mc_chroma = clipfit_mc_chroma;

    pf->avg[PIXEL_16x16] = clipfit_avg_16x16;
    pf->avg[PIXEL_16x8] = clipfit_avg_16x8;
    pf->avg[PIXEL_8x16] = clipfit_avg_8x16;
    pf->avg[PIXEL_8x8] = clipfit_avg_8x8;
    pf->avg[PIXEL_8x4] = clipfit_avg_8x4;
    pf->avg[PIXEL_4x16] = clipfit_avg_4x16;
    pf->avg[PIXEL_4x8] = clipfit_avg_4x8;
    pf->avg[PIXEL_4x4] = clipfit_avg_4x4;
    pf->avg[PIXEL_4x2] = clipfit_avg_4x2;
    pf->avg[PIXEL_2x8] = clipfit_avg_2x8;
    pf->avg[PIXEL_2x4] = clipfit_avg_2x4;
    pf->avg[PIXEL_2x2] = clipfit_avg_2x2;

    /* x264's own weight_cache takes its functions from here. Our kernels detect a weight that is only an offset
     * themselves; x264 has two more tables for it. */
    pf->weight = pf->offsetadd = pf->offsetsub = weights;

    pf->copy[PIXEL_16x16] = pf->copy_16x16_unaligned = clipfit_copy_w16;
    pf->copy[PIXEL_8x8] = clipfit_copy_w8;
    pf->copy[PIXEL_4x4] = clipfit_copy_w4;

    pf->store_interleave_chroma = clipfit_store_interleave_chroma;
    pf->load_deinterleave_chroma_fenc = clipfit_load_deinterleave_chroma_fenc;
    pf->load_deinterleave_chroma_fdec = clipfit_load_deinterleave_chroma_fdec;
    pf->plane_copy_interleave = clipfit_plane_copy_interleave;
    pf->plane_copy_deinterleave = clipfit_plane_copy_deinterleave;

    pf->memcpy_aligned = clipfit_memcpy_aligned;

    pf->hpel_filter = clipfit_hpel_filter;
    pf->frame_init_lowres_core = clipfit_frame_init_lowres_core;
}
