/* What x264's configure script would report to its users: see config.h. */
#define X264_BIT_DEPTH 8
#define X264_CHROMA_FORMAT 0
#define X264_GPL 1
#define X264_INTERLACED 0
#define X264_POINTVER "0.157"
#define X264_REV 0
#define X264_REV_DIFF 0
#define X264_VERSION ""
