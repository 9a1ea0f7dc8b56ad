/* Kernels of crates/x264-kernels/src/transform as C sees them. */
#ifndef CLIPFIT_KERNELS_TRANSFORM_H
#define CLIPFIT_KERNELS_TRANSFORM_H
#endif
