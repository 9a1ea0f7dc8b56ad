/* The flat interface of x264 that src/library.rs declares again in Rust: no structure of x264's crosses it.
 * Knows nothing of where frames come from or where packets go. */
#ifndef CLIPFIT_LIBRARY_H
#define CLIPFIT_LIBRARY_H
#include <stdint.h>

typedef struct x264_param_t x264_param_t;
typedef struct x264_t x264_t;

/* One encoded frame; `data` stays valid until the next call for the same encoder. */
typedef struct
{
    int64_t pts;
    int64_t dts;
    const uint8_t *data;
    int32_t bytes; /* 0: x264 holds the frame back */
    int32_t keyframe;
} clipfit_packet;

/* Returns a preset's settings, or NULL for a preset that x264 does not know. */
x264_param_t *clipfit_settings_new( const char *preset );
/* Returns 0, X264_PARAM_BAD_NAME (-1) or X264_PARAM_BAD_VALUE (-2). */
int clipfit_settings_set( x264_param_t *settings, const char *name, const char *value );
/* `pass` 0, 1 or 2; statistics are read and written under the name `statistics`, the macroblock tree with ".mbtree" added. */
void clipfit_settings_pass( x264_param_t *settings, int pass, char *statistics );
void clipfit_settings_clip( x264_param_t *settings, int width, int height, uint32_t rate_numerator, uint32_t rate_denominator );
/* Returns 0 unless the profile is unknown or too small for the settings. */
int clipfit_settings_profile( x264_param_t *settings, const char *profile );
void clipfit_settings_free( x264_param_t *settings );

/* Returns NULL if x264 refuses the settings or has no memory. Its log says why. */
x264_t *clipfit_open( x264_param_t *settings, int use_kernels );
/* Writes the sequence and picture parameter sets with their sizes. Returns 0, or negative on failure. */
int clipfit_headers( x264_t *encoder, const uint8_t **sps, int32_t *sps_bytes, const uint8_t **pps, int32_t *pps_bytes );
/* Encodes a planar 4:2:0 frame without padding, or a delayed one if `frame` is NULL. Negative on failure. */
int clipfit_encode( x264_t *encoder, const uint8_t *frame, int width, int height, int64_t pts, clipfit_packet *packet );
int clipfit_delayed( x264_t *encoder );
void clipfit_close( x264_t *encoder );

#endif
