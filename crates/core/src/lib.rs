//! Pure planning. No async, clock, file system, web-sys, threads or logging.
