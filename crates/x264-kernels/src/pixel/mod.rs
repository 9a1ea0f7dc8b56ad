//! Comparisons of pixels: how far two blocks are apart, by which x264 chooses.
