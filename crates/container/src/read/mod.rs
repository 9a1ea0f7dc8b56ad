//! Reads the few facts about MP4 files and segments that a plan or a check needs. Does no I/O, knows no sample table,
//! and returns `None` for invalid bytes.

mod boxes;
mod codecs;
mod head;
pub mod segment;

pub use boxes::{BoxHead, Child, MOST_HEADER, boxes, child, next_box};
pub use codecs::{StreamCodecs, codecs, parameter_sets};
#[cfg(feature = "write")]
pub(crate) use codecs::{aac_decoder, avc_record};
pub use head::{HEAD, index_first, media_bytes};

/// Reads the unsigned number of `width` bytes, at most 8, at the offset `at`.
fn big_endian(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    Some(field.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)))
}

#[cfg(test)]
mod testing {
    /// Makes a box with this content.
    pub(super) fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        let size = u32::try_from(body.len() + 8).unwrap_or(0);
        [&size.to_be_bytes(), kind.as_slice(), &body].concat()
    }

    #[cfg(not(target_arch = "wasm32"))]
    /// Returns `bytes` with the byte at `place` changed, if there is one, and no longer than `cut`.
    pub(super) fn spoilt(mut bytes: Vec<u8>, cut: usize, place: usize, byte: u8) -> Vec<u8> {
        if let Some(changed) = bytes.get_mut(place) {
            *changed = byte;
        }
        bytes.truncate(cut);
        bytes
    }
}
