//! Declares the flat interface of c/library.h in Rust.
#![allow(unsafe_code, reason = "this is the border to C")]

use std::ffi::{c_char, c_int, c_void};

/// `clipfit_decoder`
#[repr(C)]
pub(crate) struct RawDecoder(c_void);

/// `clipfit_frame`
#[repr(C)]
#[derive(Debug)]
pub(crate) struct RawFrame {
    pub(crate) time: i64,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) bits: i32,
    pub(crate) chroma_across: i32,
    pub(crate) chroma_down: i32,
    pub(crate) planes: [*const u8; 3],
    pub(crate) strides: [i32; 3],
    pub(crate) owner: *mut c_void,
}

unsafe extern "C" {
    pub(crate) fn clipfit_open(record: *const u8, bytes: c_int) -> *mut RawDecoder;
    pub(crate) fn clipfit_send(decoder: *mut RawDecoder, data: *const u8, bytes: c_int, time: i64) -> c_int;
    pub(crate) fn clipfit_receive(decoder: *mut RawDecoder, frame: *mut RawFrame) -> c_int;
    pub(crate) fn clipfit_release(owner: *mut c_void);
    pub(crate) fn clipfit_errors() -> c_int;
    pub(crate) fn clipfit_last_error() -> *const c_char;
    pub(crate) fn clipfit_close(decoder: *mut RawDecoder);
}
