//! Replaces the operating system that the C library expects. The four remaining calls are for files. x264's two files
//! are memory streams (files.rs), for which the C library never needs these calls to succeed.
#![allow(unsafe_code, reason = "these stand in for the C library's own imports")]

/// "Bad file descriptor", in WASI's numbers.
const BADF: u16 = 8;

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_fd_close(_descriptor: i32) -> i32 {
    i32::from(BADF)
}

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_fd_filestat_get(_descriptor: i32, _status: i32) -> i32 {
    i32::from(BADF)
}

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_fd_seek(
    _descriptor: i32,
    _offset: i64,
    _whence: i32,
    _position: i32,
) -> i32 {
    i32::from(BADF)
}

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_fd_write(
    _descriptor: i32,
    _vectors: i32,
    _count: i32,
    _written: i32,
) -> i32 {
    i32::from(BADF)
}
