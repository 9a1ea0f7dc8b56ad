//! Declares x264's flat interface (c/library.h) in Rust, and the memory that x264 shares with Rust.
#![allow(unsafe_code, reason = "this is the border to C")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
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
    fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
    #[link_name = "__real_malloc"]
    fn real_malloc(size: usize) -> *mut c_void;
    /// Provided by the linker: the C library's initialisation.
    fn __wasm_call_ctors();
}

/// Runs once, when the module starts. Without this call, the linker would treat every export as a whole program, and
/// the C library would shut its streams down at the end of each.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
fn start() {
    // SAFETY: called once, before anything else.
    unsafe { __wasm_call_ctors() }
}

thread_local! {
    static MEMORY_REFUSED: Cell<bool> = const { Cell::new(false) };
}

/// Returns whether an allocation ever failed.
pub(crate) fn memory_refused() -> bool {
    MEMORY_REFUSED.get()
}

fn noted(memory: *mut c_void) -> *mut c_void {
    if memory.is_null() {
        MEMORY_REFUSED.set(true);
    }
    memory
}

/// Replaces the C library's `malloc` and records when it fails, because x264 only reports that it failed.
#[unsafe(no_mangle)]
extern "C" fn __wrap_malloc(size: usize) -> *mut c_void {
    // SAFETY: the C library's own.
    noted(unsafe { real_malloc(size) })
}

/// Uses the C library's heap for Rust, too: two heaps would each keep memory that the other could use.
struct CHeap;

// SAFETY: `aligned_alloc` and `free` keep this trait's promises; sizes are rounded up as C requires.
unsafe impl GlobalAlloc for CHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let alignment = layout.align().max(16);
        match layout.size().checked_next_multiple_of(alignment) {
            Some(size) => noted(unsafe { aligned_alloc(alignment, size) }).cast(),
            None => std::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        unsafe { free(memory.cast()) }
    }
}

#[global_allocator]
static HEAP: CHeap = CHeap;
