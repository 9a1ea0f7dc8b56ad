/* What FFmpeg's configure script would write for WebAssembly. */
#define AV_HAVE_BIGENDIAN 0
#define AV_HAVE_FAST_UNALIGNED 1
