/* Entering our kernels into x264's function tables: the linker's --wrap sends x264's own initialisations to the tables_*.c
 * here, which call the original and then put kernels over its C where kernels are wanted. The compiler holds every
 * kernel's prototype (kernels_*.h) against the table's. Knows nothing of what a kernel computes. */
#ifndef CLIPFIT_TABLES_H
#define CLIPFIT_TABLES_H

/* Whether encoders that open from now on work with our kernels or with x264's C. */
extern int clipfit_use_kernels;

#endif
