/* Kernels of crates/x264-kernels/src/pixel as C sees them. */
#ifndef CLIPFIT_KERNELS_PIXEL_H
#define CLIPFIT_KERNELS_PIXEL_H
#endif
