/* Kernels of crates/x264-kernels/src/pixel as C sees them. */
#ifndef CLIPFIT_KERNELS_PIXEL_H
#define CLIPFIT_KERNELS_PIXEL_H

#define CLIPFIT_COMPARISON( name, size ) \
int clipfit_##name##_##size( pixel *, intptr_t, pixel *, intptr_t );

#define CLIPFIT_COMPARISONS_OF_SEVERAL( name, size ) \
void clipfit_##name##_x3_##size( pixel *, pixel *, pixel *, pixel *, intptr_t, int[3] ); \
void clipfit_##name##_x4_##size( pixel *, pixel *, pixel *, pixel *, pixel *, intptr_t, int[4] );

#define CLIPFIT_COMPARISONS( size ) \
CLIPFIT_COMPARISON( sad, size ) \
CLIPFIT_COMPARISON( satd, size ) \
CLIPFIT_COMPARISON( ssd, size )

#define CLIPFIT_ALL_COMPARISONS( size ) \
CLIPFIT_COMPARISONS( size ) \
CLIPFIT_COMPARISONS_OF_SEVERAL( sad, size ) \
CLIPFIT_COMPARISONS_OF_SEVERAL( satd, size )

CLIPFIT_ALL_COMPARISONS( 16x16 )
CLIPFIT_ALL_COMPARISONS( 16x8 )
CLIPFIT_ALL_COMPARISONS( 8x16 )
CLIPFIT_ALL_COMPARISONS( 8x8 )
CLIPFIT_ALL_COMPARISONS( 8x4 )
CLIPFIT_ALL_COMPARISONS( 4x8 )
CLIPFIT_ALL_COMPARISONS( 4x4 )
CLIPFIT_COMPARISONS( 4x16 )
CLIPFIT_COMPARISON( sa8d, 16x16 )
CLIPFIT_COMPARISON( sa8d, 8x8 )

uint64_t clipfit_sa8d_satd_16x16( pixel *, intptr_t, pixel *, intptr_t );
uint64_t clipfit_hadamard_ac_16x16( pixel *, intptr_t );
uint64_t clipfit_hadamard_ac_16x8( pixel *, intptr_t );
uint64_t clipfit_hadamard_ac_8x16( pixel *, intptr_t );
uint64_t clipfit_hadamard_ac_8x8( pixel *, intptr_t );
uint64_t clipfit_var_16x16( pixel *, intptr_t );
uint64_t clipfit_var_8x16( pixel *, intptr_t );
uint64_t clipfit_var_8x8( pixel *, intptr_t );
int clipfit_var2_8x16( pixel *, pixel *, int[2] );
int clipfit_var2_8x8( pixel *, pixel *, int[2] );
int clipfit_asd8( pixel *, intptr_t, pixel *, intptr_t, int );
void clipfit_ssd_nv12_core( pixel *, intptr_t, pixel *, intptr_t, int, int, uint64_t *, uint64_t * );
void clipfit_ssim_4x4x2_core( const pixel *, intptr_t, const pixel *, intptr_t, int[2][4] );
#endif
