//! Declares x264's flat interface (c/library.h) in Rust.
#![allow(unsafe_code, reason = "this is the border to C")]

use std::ffi::{c_char, c_int, c_void};

/// One of x264's parameter structures.
#[repr(C)]
pub(crate) struct RawSettings(c_void);
/// One of x264's encoders.
#[repr(C)]
pub(crate) struct RawEncoder(c_void);

/// `clipfit_packet`
#[repr(C)]
pub(crate) struct RawPacket {
    pub(crate) pts: i64,
    pub(crate) dts: i64,
    pub(crate) data: *const u8,
    pub(crate) bytes: i32,
    pub(crate) keyframe: i32,
}

unsafe extern "C" {
    pub(crate) fn clipfit_settings_new(preset: *const c_char) -> *mut RawSettings;
    pub(crate) fn clipfit_settings_set(
        settings: *mut RawSettings,
        name: *const c_char,
        value: *const c_char,
    ) -> c_int;
    pub(crate) fn clipfit_settings_pass(settings: *mut RawSettings, pass: c_int, statistics: *mut c_char);
    pub(crate) fn clipfit_settings_clip(
        settings: *mut RawSettings,
        width: c_int,
        height: c_int,
        rate_numerator: u32,
        rate_denominator: u32,
    );
    pub(crate) fn clipfit_settings_profile(settings: *mut RawSettings, profile: *const c_char) -> c_int;
    pub(crate) fn clipfit_settings_free(settings: *mut RawSettings);
    pub(crate) fn clipfit_open(settings: *mut RawSettings, use_kernels: c_int) -> *mut RawEncoder;
    pub(crate) fn clipfit_headers(
        encoder: *mut RawEncoder,
        sps: *mut *const u8,
        sps_bytes: *mut i32,
        pps: *mut *const u8,
        pps_bytes: *mut i32,
    ) -> c_int;
    pub(crate) fn clipfit_encode(
        encoder: *mut RawEncoder,
        frame: *const u8,
        width: c_int,
        height: c_int,
        pts: i64,
        packet: *mut RawPacket,
    ) -> c_int;
    pub(crate) fn clipfit_delayed(encoder: *mut RawEncoder) -> c_int;
    pub(crate) fn clipfit_close(encoder: *mut RawEncoder);
}
