/* Enters our kernels into x264's function tables: the linker's --wrap redirects x264's own initialisations to the
 * tables_*.c here, which call the original and then replace its C functions with kernels if kernels are wanted. The
 * compiler checks every kernel's prototype (kernels_*.h) against the table's. Knows nothing of what a kernel computes. */
#ifndef CLIPFIT_TABLES_H
#define CLIPFIT_TABLES_H

/* Sets whether encoders that open from now on use our kernels or x264's C. */
extern int clipfit_use_kernels;

#endif
