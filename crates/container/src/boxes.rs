//! Finds boxes within boxes and makes them. Refuses incomplete boxes. Knows no box's meaning.

use crate::Error;
use crate::read::{Child, next_box};
use mp4_atom::{Atom, Encode, FourCC};

/// Splits `bytes` into the boxes that they consist of.
pub(crate) fn split(bytes: &[u8]) -> Result<Vec<Child<'_>>, Error> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let short = || Error::Unreadable("a box ends early".into());
        let head = next_box(rest, rest.len() as u64).ok_or_else(short)?;
        let split = usize::try_from(head.size).ok().and_then(|size| rest.split_at_checked(size));
        let (whole, behind) = split.ok_or_else(short)?;
        let body = whole.get(head.header as usize..).ok_or_else(short)?;
        found.push(Child { kind: head.kind, body, whole });
        rest = behind;
    }
    Ok(found)
}

/// Returns the payload of the only box of this type.
pub(crate) fn only<'a>(boxes: &[Child<'a>], kind: &[u8; 4]) -> Result<Option<&'a [u8]>, Error> {
    let mut of_kind = boxes.iter().filter(|found| &found.kind == kind);
    let first = of_kind.next().map(|found| found.body);
    match of_kind.next() {
        None => Ok(first),
        Some(_) => Err(Error::Foreign("a box twice that must exist once")),
    }
}

/// Returns the payload of a box that must exist exactly once.
pub(crate) fn one<'a>(boxes: &[Child<'a>], kind: &[u8; 4]) -> Result<&'a [u8], Error> {
    only(boxes, kind)?.ok_or_else(|| Error::Unreadable(format!("no box {:?}", FourCC::new(kind))))
}

/// Decodes the only box of the type `T`; `None` if there is none.
pub(crate) fn read<T: Atom>(boxes: &[Child<'_>]) -> Result<Option<T>, Error> {
    let kind: [u8; 4] = T::KIND.into();
    only(boxes, &kind)?.map(|mut body| T::decode_body(&mut body).map_err(Error::from)).transpose()
}

/// Decodes a box that must exist exactly once.
pub(crate) fn read_one<T: Atom>(boxes: &[Child<'_>]) -> Result<T, Error> {
    read(boxes)?.ok_or_else(|| Error::Unreadable(format!("no box {:?}", T::KIND)))
}

/// Makes a box with this content.
pub(crate) fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Result<Vec<u8>, Error> {
    let size: usize = parts.iter().map(|part| part.len()).sum();
    let size = u32::try_from(size + 8).map_err(|_| Error::TooLarge)?;
    Ok([&size.to_be_bytes(), kind.as_slice()]
        .into_iter()
        .chain(parts.iter().copied())
        .flatten()
        .copied()
        .collect())
}

/// Encodes a value as bytes.
pub(crate) fn bytes(value: &impl Encode) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    value.encode(&mut bytes).map_err(|_| Error::TooLarge)?;
    Ok(bytes)
}
