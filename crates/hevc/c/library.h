/* A flat interface to FFmpeg's HEVC decoder: none of FFmpeg's structures. */
#ifndef CLIPFIT_HEVC_LIBRARY_H
#define CLIPFIT_HEVC_LIBRARY_H
#include <stdint.h>

typedef struct clipfit_decoder clipfit_decoder;

/* A decoded frame. It keeps its memory until it is released. */
typedef struct
{
    int64_t time;
    int32_t width;
    int32_t height;
    /* Bits of a sample; samples of more than 8 take two bytes. */
    int32_t bits;
    /* How often chroma is halved across and down. */
    int32_t chroma_across;
    int32_t chroma_down;
    const uint8_t *planes[3];
    /* Bytes from row to row. */
    int32_t strides[3];
    /* To be released. */
    void *owner;
} clipfit_frame;

/* Opens a decoder with an HEVCDecoderConfigurationRecord; null without memory or where the record is wrong. */
clipfit_decoder *clipfit_open( const uint8_t *record, int bytes );
/* Takes a packet, or the end where `data` is null. Returns 0, or FFmpeg's negative error. */
int clipfit_send( clipfit_decoder *decoder, const uint8_t *data, int bytes, int64_t time );
/* Returns 1 with a frame, 0 where none is ready, or FFmpeg's negative error. */
int clipfit_receive( clipfit_decoder *decoder, clipfit_frame *frame );
void clipfit_release( void *owner );
/* The number of errors so far that FFmpeg reported, and the text of the last one. */
int clipfit_errors( void );
const char *clipfit_last_error( void );
void clipfit_close( clipfit_decoder *decoder );
#endif
