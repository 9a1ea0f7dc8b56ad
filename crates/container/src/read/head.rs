//! Reads how many bytes of media an MP4 file with one track contains, and whether its index comes first. Knows only
//! top-level boxes, not their content.

use super::boxes::headers;

/// How many of a file's first bytes `media_bytes` and `index_first` need.
pub const HEAD: usize = 4096;

/// Returns the payload size of the media data box, if it begins within `head`, the first bytes of a file of
/// `file_bytes`. In a file with one track this is the size of its packets.
pub fn media_bytes(head: &[u8], file_bytes: u64) -> Option<u64> {
    let (_, found) = headers(head, file_bytes).find(|(_, found)| &found.kind == b"mdat")?;
    Some(found.size - found.header)
}

/// Returns whether the index (`moov`) comes before the media data, so that playback can start during a download.
pub fn index_first(head: &[u8]) -> bool {
    // The end of the last box does not matter here.
    let first = headers(head, u64::MAX).find(|(_, found)| matches!(&found.kind, b"moov" | b"mdat"));
    first.is_some_and(|(_, found)| &found.kind == b"moov")
}

#[cfg(test)]
mod tests {
    use super::super::testing::boxed;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn finds_media_and_index() {
        let chunk = [
            boxed(b"ftyp", &[&[0; 24]]),
            boxed(b"free", &[]),
            boxed(b"mdat", &[&[0; 100]]),
            boxed(b"moov", &[&[0; 50]]),
        ]
        .concat();
        assert_eq!(media_bytes(&chunk, chunk.len() as u64), Some(100));
        assert!(!index_first(&chunk));
        let result =
            [boxed(b"ftyp", &[&[0; 24]]), boxed(b"moov", &[&[0; 50]]), boxed(b"mdat", &[&[0; 100]])].concat();
        assert!(index_first(&result));
        // The media data begins after the known bytes.
        assert_eq!(media_bytes(&result[..60], result.len() as u64), None);
        // Media data up to the end of the file, and more of it than 32 bits can count.
        let open = [boxed(b"ftyp", &[]), b"\0\0\0\0mdat".to_vec()].concat();
        assert_eq!(media_bytes(&open, 1016), Some(1000));
        let large = [&b"\0\0\0\x01mdat"[..], &(1_u64 << 33).to_be_bytes()].concat();
        assert_eq!(media_bytes(&large, 1 << 34), Some((1 << 33) - 16));
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(0..40_u8, 0..200), file_bytes: u64) {
            let _ = (media_bytes(&bytes, file_bytes), index_first(&bytes));
        }
    }
}
