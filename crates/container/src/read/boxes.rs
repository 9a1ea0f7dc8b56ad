//! Walks the boxes of MP4 files (ISO/IEC 14496-12, 4.2): sizes of 32 and 64 bits and to the end. Knows no box's
//! meaning.

/// The most bytes that `next_box` reads.
pub const MOST_HEADER: usize = 16;

/// The header of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxHead {
    /// The box's type.
    pub kind: [u8; 4],
    /// Bytes of the whole box, header included, according to the header.
    pub size: u64,
    /// Bytes of the header, at most `size`.
    pub header: u64,
}

/// A box with its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child<'a> {
    /// The box's type.
    pub kind: [u8; 4],
    /// Its payload, as much as is available.
    pub body: &'a [u8],
    /// The whole box, header included, as much as is available.
    pub whole: &'a [u8],
}

/// Returns the header with which `head` begins; `rest` is how many bytes follow from there to the end of the file or
/// parent, for the box that reaches to it. The next box begins `size` bytes further. `None` where `head` holds no whole
/// header, or an impossible one.
pub fn next_box(head: &[u8], rest: u64) -> Option<BoxHead> {
    let (size, behind) = head.split_first_chunk()?;
    let (kind, behind) = behind.split_first_chunk()?;
    let (size, header) = match u32::from_be_bytes(*size) {
        0 => (rest, 8),
        1 => (u64::from_be_bytes(*behind.first_chunk()?), 16),
        size => (u64::from(size), 8),
    };
    (size >= header).then_some(BoxHead { kind: *kind, size, header })
}

/// Returns the headers of the boxes that begin within `head`, the first bytes of `whole`, each with where it begins.
pub(super) fn headers(head: &[u8], whole: u64) -> impl Iterator<Item = (usize, BoxHead)> {
    let mut next = Some(0_usize);
    std::iter::from_fn(move || {
        let at = next?;
        let found = next_box(head.get(at..)?, whole.saturating_sub(at as u64))?;
        next = usize::try_from(found.size).ok().and_then(|size| at.checked_add(size));
        Some((at, found))
    })
}

/// Returns the boxes that `bytes` consist of; the last one may be cut off.
pub fn boxes(bytes: &[u8]) -> impl Iterator<Item = Child<'_>> {
    headers(bytes, bytes.len() as u64).filter_map(|(at, BoxHead { kind, size, header })| {
        let there = bytes.get(at..)?;
        let end = usize::try_from(size).map_or(there.len(), |size| size.min(there.len()));
        let whole = there.get(..end)?;
        Some(Child { kind, body: whole.get(usize::try_from(header).ok()?..)?, whole })
    })
}

/// Returns the payload of the first box of this type among those that `bytes` consist of.
pub fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|found| &found.kind == kind).map(|found| found.body)
}

#[cfg(test)]
mod tests {
    use super::super::testing::boxed;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn headers_of_every_kind() {
        let long = |size: u64| [&[0, 0, 0, 1], b"mdat".as_slice(), &size.to_be_bytes()].concat();
        for (head, rest, wanted) in [
            (b"\0\0\0\x08free".to_vec(), 8, Some((8, 8))),
            (b"\0\0\0\x20free".to_vec(), 8, Some((32, 8))),
            (b"\0\0\0\0mdat".to_vec(), 1000, Some((1000, 8))),
            (long(1 << 40), 1000, Some((1 << 40, 16))),
            (long(16), 16, Some((16, 16))),
            // Smaller than their own headers; cut off.
            (long(15), 1000, None),
            (b"\0\0\0\x07free".to_vec(), 1000, None),
            (b"\0\0\0\0mdat".to_vec(), 7, None),
            (long(1 << 40)[..15].to_vec(), 1000, None),
            (b"\0\0\0\x08fre".to_vec(), 1000, None),
            (Vec::new(), 0, None),
        ] {
            let found = next_box(&head, rest).map(|found| (found.size, found.header));
            assert_eq!(found, wanted, "{head:?} {rest}");
        }
    }

    #[test]
    fn walks_to_the_end() {
        let long = [&[0, 0, 0, 1], b"long".as_slice(), &18_u64.to_be_bytes(), b"ab"].concat();
        let bytes = [boxed(b"free", &[]), long, b"\0\0\0\0lastrest".to_vec()].concat();
        let found: Vec<([u8; 4], &[u8])> = boxes(&bytes).map(|found| (found.kind, found.body)).collect();
        assert_eq!(found, [(*b"free", &b""[..]), (*b"long", b"ab"), (*b"last", b"rest")]);
        assert_eq!(child(&bytes, b"long"), Some(&b"ab"[..]));
        assert_eq!(child(&bytes, b"none"), None);
        // The last one is cut off.
        let bytes = &boxed(b"moov", &[b"payload"])[..12];
        assert_eq!(child(bytes, b"moov"), Some(&b"payl"[..]));
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(0..24_u8, 0..100), rest: u64) {
            let _ = next_box(&bytes, rest);
            let walked: usize = boxes(&bytes).map(|found| found.whole.len()).sum();
            proptest::prop_assert!(walked <= bytes.len());
            proptest::prop_assert!(headers(&bytes, rest).count() <= bytes.len());
        }
    }
}
