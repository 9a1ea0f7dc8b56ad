//! As much of the MP4 box structure as the size promise needs: how many bytes of video a chunk holds, whether the index comes
//! first. No demuxing.

use crate::units::Bytes;

/// How much of a file's beginning `media_bytes` and `index_first` need to see.
pub const HEAD: usize = 4096;

/// A top-level box: its type, its whole size in bytes (`None`: to the end of the file) and where its payload starts.
struct BoxHead {
    kind: [u8; 4],
    size: Option<u64>,
    header: u64,
}

fn box_head(bytes: &[u8]) -> Option<BoxHead> {
    let size = u32::from_be_bytes(bytes.get(0..4)?.try_into().ok()?);
    let kind = bytes.get(4..8)?.try_into().ok()?;
    match size {
        0 => Some(BoxHead { kind, size: None, header: 8 }),
        1 => {
            let large = u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?);
            (large >= 16).then_some(BoxHead { kind, size: Some(large), header: 16 })
        }
        8.. => Some(BoxHead { kind, size: Some(u64::from(size)), header: 8 }),
        _ => None,
    }
}

fn boxes(head: &[u8]) -> impl Iterator<Item = BoxHead> + '_ {
    let mut offset = Some(0_usize);
    std::iter::from_fn(move || {
        let at = offset?;
        let found = box_head(head.get(at..)?)?;
        offset = found.size.and_then(|size| usize::try_from(size).ok()).and_then(|size| at.checked_add(size));
        Some(found)
    })
}

/// Payload size of the media data box, when it begins within `head` (the file's first bytes) and the whole file has
/// `file` bytes. With one stream in the file this is the size of its packets.
pub fn media_bytes(head: &[u8], file: Bytes) -> Option<Bytes> {
    let mut before = 0_u64;
    for found in boxes(head) {
        let size = found.size.unwrap_or(file.0.saturating_sub(before));
        if &found.kind == b"mdat" {
            return size.checked_sub(found.header).map(Bytes);
        }
        before = before.checked_add(size)?;
    }
    None
}

/// Whether the index (`moov`) stands before the media data, so that playback starts before the file is whole.
pub fn index_first(head: &[u8]) -> bool {
    boxes(head).find_map(|found| match &found.kind {
        b"moov" => Some(true),
        b"mdat" => Some(false),
        _ => None,
    }) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], payload: usize) -> Vec<u8> {
        let mut bytes = u32::try_from(payload + 8).unwrap_or(0).to_be_bytes().to_vec();
        bytes.extend_from_slice(kind);
        bytes.resize(payload + 8, 0);
        bytes
    }

    #[test]
    fn finds_media_and_index() {
        let chunk = [boxed(b"ftyp", 24), boxed(b"free", 0), boxed(b"mdat", 100), boxed(b"moov", 50)].concat();
        assert_eq!(media_bytes(&chunk, Bytes(chunk.len() as u64)), Some(Bytes(100)));
        assert!(!index_first(&chunk));
        let result = [boxed(b"ftyp", 24), boxed(b"moov", 50), boxed(b"mdat", 100)].concat();
        assert!(index_first(&result));
        // Only the beginning is at hand: the index hides the media data.
        assert_eq!(media_bytes(&result[..60], Bytes(result.len() as u64)), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = (media_bytes(&bytes, Bytes(bytes.len() as u64)), index_first(&bytes));
        }
    }
}
