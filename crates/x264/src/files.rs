//! Keeps the two files of x264's rate control in memory: replaces `fopen` and `rename`.
//! The C library's memory streams read and write them. Knows nothing of their content.
#![allow(unsafe_code, reason = "this is the border to C")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::NonNull;

unsafe extern "C" {
    fn open_memstream(memory: *mut *mut c_char, size: *mut usize) -> *mut c_void;
    fn fmemopen(memory: *mut c_void, size: usize, mode: *const c_char) -> *mut c_void;
    fn free(memory: *mut c_void);
}

/// Where a memory stream writes the address and size of its bytes.
#[derive(Default)]
struct Written {
    memory: usize,
    size: usize,
}

/// A separate allocation for one stream, which keeps its address.
struct Place(NonNull<Written>);

impl Place {
    fn new() -> Place {
        Place(NonNull::from(Box::leak(Box::default())))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // SAFETY: leaked from a box by `new` and owned by this alone; the stream that wrote here is closed by now.
        let written = unsafe { Box::from_raw(self.0.as_ptr()) };
        // SAFETY: the stream allocated it, or it is null.
        unsafe { free(written.memory as *mut c_void) }
    }
}

enum File {
    Written(Place),
    Given(Vec<u8>),
}

thread_local! {
    static FILES: RefCell<BTreeMap<Vec<u8>, File>> = const { RefCell::new(BTreeMap::new()) };
}

/// Adds a file for x264 to read.
pub(crate) fn give(name: &CStr, bytes: Vec<u8>) {
    FILES.with_borrow_mut(|files| files.insert(name.to_bytes().to_vec(), File::Given(bytes)));
}

/// Takes a file that x264 has written and closed; `None` if it wrote none.
pub(crate) fn take(name: &CStr) -> Option<Vec<u8>> {
    match FILES.with_borrow_mut(|files| files.remove(name.to_bytes()))? {
        File::Given(bytes) => Some(bytes),
        File::Written(place) => {
            // SAFETY: the stream was closed, so nothing writes here any more, and memory and size agree.
            let written = unsafe { place.0.as_ref() };
            let bytes = match written.memory {
                0 => &[],
                // SAFETY: as above.
                memory => unsafe { std::slice::from_raw_parts(memory as *const u8, written.size) },
            };
            Some(bytes.to_vec())
        }
    }
}

/// Removes every file whose name begins with `prefix`.
pub(crate) fn forget(prefix: &CStr) {
    FILES.with_borrow_mut(|files| files.retain(|name, _| !name.starts_with(prefix.to_bytes())));
}

/// Replaces the C library's `fopen`. Returns null if the file does not exist.
///
/// # Safety
/// As `fopen`: both are strings.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fopen(name: *const c_char, mode: *const c_char) -> *mut c_void {
    // SAFETY: x264 passes strings.
    let (name, mode) = unsafe { (CStr::from_ptr(name), CStr::from_ptr(mode)) };
    FILES.with_borrow_mut(|files| {
        if mode.to_bytes().starts_with(b"w") {
            let place = Place::new();
            let written = place.0.as_ptr();
            files.insert(name.to_bytes().to_vec(), File::Written(place));
            // SAFETY: the allocation stays until the stream is closed (`Encoder` closes before it takes or removes).
            return unsafe { open_memstream((&raw mut (*written).memory).cast(), &raw mut (*written).size) };
        }
        match files.get_mut(name.to_bytes()) {
            // SAFETY: reading only; the bytes stay until the encoder is closed.
            Some(File::Given(bytes)) if !bytes.is_empty() => unsafe {
                fmemopen(bytes.as_mut_ptr().cast(), bytes.len(), c"rb".as_ptr())
            },
            _ => std::ptr::null_mut(),
        }
    })
}

/// Replaces the C library's `rename`. Returns -1 if the file does not exist.
///
/// # Safety
/// As `rename`: both are strings.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: x264 passes strings.
    let (from, to) = unsafe { (CStr::from_ptr(from), CStr::from_ptr(to)) };
    FILES.with_borrow_mut(|files| match files.remove(from.to_bytes()) {
        Some(file) => {
            files.insert(to.to_bytes().to_vec(), file);
            0
        }
        None => -1,
    })
}
