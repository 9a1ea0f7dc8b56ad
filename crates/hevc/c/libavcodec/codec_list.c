static const AVCodec * const codec_list[] = { &ff_hevc_decoder, NULL };
