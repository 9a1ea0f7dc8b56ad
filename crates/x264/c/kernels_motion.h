/* Kernels of crates/x264-kernels/src/motion as C sees them. */
#ifndef CLIPFIT_KERNELS_MOTION_H
#define CLIPFIT_KERNELS_MOTION_H
#endif
