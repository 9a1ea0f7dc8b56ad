#include "library.h"
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct clipfit_decoder
{
    AVCodecContext *context;
    AVPacket *packet;
};

static int errors;
static char last_error[256];

/* FFmpeg conceals what it cannot decode and only says so. */
static void note_error( void *unused, int level, const char *format, va_list arguments )
{
    (void)unused;
    if( level > AV_LOG_ERROR )
        return;
    errors++;
    vsnprintf( last_error, sizeof(last_error), format, arguments );
}

/* Named by options that nothing here sets. */
uint32_t av_get_random_seed( void )
{
    return 0;
}

int clipfit_errors( void )
{
    return errors;
}

const char *clipfit_last_error( void )
{
    return last_error;
}

clipfit_decoder *clipfit_open( const uint8_t *record, int bytes )
{
    clipfit_decoder *decoder = calloc( 1, sizeof(*decoder) );
    AVCodec *codec = avcodec_find_decoder( AV_CODEC_ID_HEVC );
    av_log_set_callback( note_error );
    if( !decoder )
        return NULL;
    decoder->context = avcodec_alloc_context3( codec );
    decoder->packet = av_packet_alloc();
    if( decoder->context && decoder->packet )
    {
        AVCodecContext *context = decoder->context;
        context->thread_count = 1;
        /* Errors that FFmpeg would conceal without a word. */
        context->err_recognition |= AV_EF_EXPLODE;
        /* Cut off at the left to the pixel. */
        context->flags |= AV_CODEC_FLAG_UNALIGNED;
        context->extradata = av_mallocz( bytes + AV_INPUT_BUFFER_PADDING_SIZE );
        if( context->extradata )
        {
            memcpy( context->extradata, record, bytes );
            context->extradata_size = bytes;
            if( avcodec_open2( context, codec, NULL ) >= 0 )
                return decoder;
        }
    }
    clipfit_close( decoder );
    return NULL;
}

int clipfit_send( clipfit_decoder *decoder, const uint8_t *data, int bytes, int64_t time )
{
    int result;
    if( !data )
        return avcodec_send_packet( decoder->context, NULL );
    result = av_new_packet( decoder->packet, bytes );
    if( result < 0 )
        return result;
    memcpy( decoder->packet->data, data, bytes );
    decoder->packet->pts = time;
    result = avcodec_send_packet( decoder->context, decoder->packet );
    av_packet_unref( decoder->packet );
    return result;
}

int clipfit_receive( clipfit_decoder *decoder, clipfit_frame *out )
{
    const AVPixFmtDescriptor *format;
    AVFrame *frame = av_frame_alloc();
    int result = frame ? avcodec_receive_frame( decoder->context, frame ) : AVERROR(ENOMEM);
    if( result < 0 )
    {
        av_frame_free( &frame );
        return result == AVERROR(EAGAIN) || result == AVERROR_EOF ? 0 : result;
    }
    format = av_pix_fmt_desc_get( frame->format );
    out->time = frame->pts;
    out->width = frame->width;
    out->height = frame->height;
    out->bits = format->comp[0].depth;
    /* WebCodecs has no layout for planes of green, blue and red either. */
    out->chroma_across =
        format->nb_components < 3 || ( format->flags & AV_PIX_FMT_FLAG_RGB ) ? -1 : format->log2_chroma_w;
    out->chroma_down = format->log2_chroma_h;
    for( int plane = 0; plane < 3; plane++ )
    {
        out->planes[plane] = frame->data[plane];
        out->strides[plane] = frame->linesize[plane];
    }
    out->owner = frame;
    return 1;
}

void clipfit_release( void *owner )
{
    AVFrame *frame = owner;
    av_frame_free( &frame );
}

void clipfit_close( clipfit_decoder *decoder )
{
    avcodec_free_context( &decoder->context );
    av_packet_free( &decoder->packet );
    free( decoder );
}
