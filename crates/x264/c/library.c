#include "library.h"
#include "tables.h"
#include <stdio.h>
#include <stdlib.h>
#include <x264.h>

/* Defined in src/library.rs. */
void clipfit_log( int level, const char *text );

static void format_log( void *unused, int level, const char *format, va_list arguments )
{
    char text[1024];
    (void)unused;
    vsnprintf( text, sizeof(text), format, arguments );
    clipfit_log( level, text );
}

x264_param_t *clipfit_settings_new( const char *preset )
{
    x264_param_t *settings = malloc( sizeof(*settings) );
    if( settings && x264_param_default_preset( settings, preset, NULL ) < 0 )
    {
        free( settings );
        return NULL;
    }
    return settings;
}

int clipfit_settings_set( x264_param_t *settings, const char *name, const char *value )
{
    return x264_param_parse( settings, name, value );
}

void clipfit_settings_pass( x264_param_t *settings, int pass, char *statistics )
{
    settings->rc.b_stat_write = pass == 1;
    settings->rc.b_stat_read = pass == 2;
    settings->rc.psz_stat_out = statistics;
    settings->rc.psz_stat_in = statistics;
    if( pass == 1 )
        x264_param_apply_fastfirstpass( settings );
}

void clipfit_settings_clip( x264_param_t *settings, int width, int height, uint32_t rate_numerator, uint32_t rate_denominator )
{
    settings->i_width = width;
    settings->i_height = height;
    settings->i_csp = X264_CSP_I420;
    settings->i_bitdepth = 8;
    settings->i_fps_num = settings->i_timebase_den = rate_numerator;
    settings->i_fps_den = settings->i_timebase_num = rate_denominator;
    settings->b_vfr_input = 0;
    settings->i_threads = 1;
    settings->i_lookahead_threads = 1;
    /* As MP4 requires: a size before each unit, and the parameter sets separate. */
    settings->b_annexb = 0;
    settings->b_repeat_headers = 0;
    settings->pf_log = format_log;
    settings->i_log_level = X264_LOG_WARNING;
}

int clipfit_settings_profile( x264_param_t *settings, const char *profile )
{
    return x264_param_apply_profile( settings, profile );
}

void clipfit_settings_free( x264_param_t *settings )
{
    free( settings );
}

x264_t *clipfit_open( x264_param_t *settings, int use_kernels )
{
    clipfit_use_kernels = use_kernels;
    return x264_encoder_open( settings );
}

int clipfit_headers( x264_t *encoder, const uint8_t **sps, int32_t *sps_bytes, const uint8_t **pps, int32_t *pps_bytes )
{
    x264_nal_t *units;
    int count;
    *sps = *pps = NULL;
    if( x264_encoder_headers( encoder, &units, &count ) < 0 )
        return -1;
    for( int i = 0; i < count; i++ )
    {
        /* After the four bytes of its size. */
        if( units[i].i_type == NAL_SPS )
            *sps = units[i].p_payload + 4, *sps_bytes = units[i].i_payload - 4;
        else if( units[i].i_type == NAL_PPS )
            *pps = units[i].p_payload + 4, *pps_bytes = units[i].i_payload - 4;
    }
    return *sps && *pps ? 0 : -1;
}

int clipfit_encode( x264_t *encoder, const uint8_t *frame, int width, int height, int64_t pts, clipfit_packet *packet )
{
    x264_picture_t in, out;
    x264_nal_t *units;
    int count;
    if( frame )
    {
        uint8_t *plane = (uint8_t *)frame;
        x264_picture_init( &in );
        in.img.i_csp = X264_CSP_I420;
        in.img.i_plane = 3;
        in.img.i_stride[0] = width;
        in.img.i_stride[1] = in.img.i_stride[2] = width / 2;
        in.img.plane[0] = plane;
        in.img.plane[1] = plane + width * height;
        in.img.plane[2] = plane + width * height + width / 2 * (height / 2);
        in.i_pts = pts;
    }
    int bytes = x264_encoder_encode( encoder, &units, &count, frame ? &in : NULL, &out );
    if( bytes < 0 )
        return bytes;
    packet->bytes = bytes;
    if( bytes > 0 )
    {
        packet->pts = out.i_pts;
        packet->dts = out.i_dts;
        packet->keyframe = out.b_keyframe;
        /* The units of a frame are contiguous. */
        packet->data = units[0].p_payload;
    }
    return 0;
}

int clipfit_delayed( x264_t *encoder )
{
    return x264_encoder_delayed_frames( encoder );
}

void clipfit_close( x264_t *encoder )
{
    x264_encoder_close( encoder );
}
