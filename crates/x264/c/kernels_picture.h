/* Kernels of crates/x264-kernels/src/picture as C sees them. */
#ifndef CLIPFIT_KERNELS_PICTURE_H
#define CLIPFIT_KERNELS_PICTURE_H
#endif
