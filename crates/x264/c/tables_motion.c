/* The table of motion compensation: interpolation, averaging, weighting, half-pel planes, low-resolution frames, copies,
 * and the macroblock tree's arithmetic. */
#include "common/common.h"
#include "kernels_motion.h"
#include "tables.h"

void __real_x264_8_mc_init( int cpu, x264_mc_functions_t *pf, int cpu_independent );

void __wrap_x264_8_mc_init( int cpu, x264_mc_functions_t *pf, int cpu_independent )
{
    __real_x264_8_mc_init( cpu, pf, cpu_independent );
    if( !clipfit_use_kernels )
        return;
}
