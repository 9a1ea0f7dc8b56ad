//! Starts the C library and shares its heap with Rust.
#![allow(unsafe_code, reason = "this is the border to C")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ffi::c_void;

unsafe extern "C" {
    fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
    #[link_name = "__real_malloc"]
    fn real_malloc(size: usize) -> *mut c_void;
    #[link_name = "__real_calloc"]
    fn real_calloc(count: usize, size: usize) -> *mut c_void;
    #[link_name = "__real_realloc"]
    fn real_realloc(memory: *mut c_void, size: usize) -> *mut c_void;
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
pub fn memory_refused() -> bool {
    MEMORY_REFUSED.get()
}

fn noted(memory: *mut c_void) -> *mut c_void {
    if memory.is_null() {
        MEMORY_REFUSED.set(true);
    }
    memory
}

/// Replaces the C library's `malloc` and records when it fails, because libraries only report that they failed.
#[unsafe(no_mangle)]
extern "C" fn __wrap_malloc(size: usize) -> *mut c_void {
    // SAFETY: the C library's own.
    noted(unsafe { real_malloc(size) })
}

/// The same for zeroed memory.
#[unsafe(no_mangle)]
extern "C" fn __wrap_calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: the C library's own.
    noted(unsafe { real_calloc(count, size) })
}

/// The same for memory that changes its size. With a size of zero it is freed, and null is no failure.
#[unsafe(no_mangle)]
extern "C" fn __wrap_realloc(memory: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the C library's own, with the caller's promises.
    let moved = unsafe { real_realloc(memory, size) };
    if size == 0 { moved } else { noted(moved) }
}

/// Uses the C library's heap for Rust, too: two heaps would each keep memory that the other could use.
struct CHeap;

// SAFETY: `aligned_alloc` and `free` keep this trait's promises; sizes are rounded up as C requires.
unsafe impl GlobalAlloc for CHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let alignment = layout.align().max(16);
        match layout.size().checked_next_multiple_of(alignment) {
            Some(size) => noted(unsafe { aligned_alloc(alignment, size) }).cast(),
            None => noted(std::ptr::null_mut()).cast(),
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        unsafe { free(memory.cast()) }
    }
}

#[global_allocator]
static HEAP: CHeap = CHeap;
