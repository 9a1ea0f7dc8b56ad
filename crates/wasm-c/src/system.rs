//! Replaces the operating system that the C library expects: files, an environment and clocks are not there. What a
//! library writes to files goes to memory streams, for which none of these calls has to succeed.
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

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_fd_fdstat_get(_descriptor: i32, _status: i32) -> i32 {
    i32::from(BADF)
}

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_fd_read(
    _descriptor: i32,
    _vectors: i32,
    _count: i32,
    _read: i32,
) -> i32 {
    i32::from(BADF)
}

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_clock_time_get(
    _clock: i32,
    _precision: i64,
    _time: i32,
) -> i32 {
    i32::from(BADF)
}

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_environ_get(_variables: i32, _text: i32) -> i32 {
    i32::from(BADF)
}

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_environ_sizes_get(_count: i32, _bytes: i32) -> i32 {
    i32::from(BADF)
}

#[unsafe(no_mangle)]
extern "C" fn __imported_wasi_snapshot_preview1_proc_exit(_code: i32) -> ! {
    core::arch::wasm32::unreachable()
}
