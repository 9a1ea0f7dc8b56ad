//! What the streams of an MP4 file are called in a playlist (RFC 6381), read from the beginning of the file. Knows the boxes on
//! the way to the sample entries and no others.

use std::fmt;

/// Names of a rendition's streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codecs {
    /// H.264 with its profile, constraints and level: `avc1.64001e`.
    pub video: String,
    /// AAC with its kind of object: `mp4a.40.2`.
    pub audio: Option<String>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl fmt::Display for Codecs {
    /// As the attribute `CODECS` lists them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.video)?;
        self.audio.iter().try_for_each(|audio| write!(f, ",{audio}"))
    }
}

/// Reads the beginning of an MP4 file whose index comes first: all of an initialization file, of another file as much as holds
/// its first track's sample entry. `None` where there is no H.264, or sound that is no AAC. A second track beyond `head` is not
/// seen.
pub fn codecs(head: &[u8]) -> Option<Codecs> {
    let movie = boxes(head).find(|found| &found.0 == b"moov")?.1;
    let mut video = None;
    let mut audio = None;
    for (_, track) in boxes(movie).filter(|found| &found.0 == b"trak") {
        let media = inside(track, b"mdia").and_then(|media| inside(media, b"minf"));
        let list = media.and_then(|media| inside(media, b"stbl")).and_then(|table| inside(table, b"stsd"));
        match list.and_then(|list| boxes(list.get(8..)?).next()) {
            Some((kind, entry)) if &kind == b"avc1" => video = video.or(Some(avc(entry)?)),
            Some((kind, entry)) if &kind == b"mp4a" => audio = audio.or(Some(aac(entry)?)),
            Some(_) => return None,
            None => {}
        }
    }
    let (video, width, height) = video?;
    Some(Codecs { video, audio, width, height })
}

/// The boxes of `bytes` by kind and content, the last of which may be cut off.
pub(super) fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let size = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let kind = rest.get(4..8)?.try_into().ok()?;
        let size = if size < 8 { rest.len() } else { size.min(rest.len()) };
        let (found, behind) = rest.split_at_checked(size)?;
        rest = behind;
        Some((kind, found.get(8..)?))
    })
}

pub(super) fn inside<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|found| &found.0 == kind).map(|found| found.1)
}

/// The name, width and height in an entry of H.264 (ISO/IEC 14496-12, 12.1.3; 14496-15, 5.3.3.1).
fn avc(entry: &[u8]) -> Option<(String, u32, u32)> {
    let number = |at: usize| Some(u32::from(u16::from_be_bytes(entry.get(at..at + 2)?.try_into().ok()?)));
    let [1, profile, constraints, level] = inside(entry.get(78..)?, b"avcC")?.get(..4)? else { return None };
    Some((format!("avc1.{profile:02x}{constraints:02x}{level:02x}"), number(24)?, number(26)?))
}

/// The name in an entry of AAC (ISO/IEC 14496-1, 7.2.6; 14496-3, 1.6.2.1).
fn aac(entry: &[u8]) -> Option<String> {
    // QuickTime's first version of the entry is longer.
    let fields = if entry.get(8..10)? == [0, 1] { 44 } else { 28 };
    let stream = descriptor(inside(entry.get(fields..)?, b"esds")?.get(4..)?, 3)?;
    // A number, and flags, none of which our files set.
    let decoder = descriptor(stream.get(3..)?, 4)?;
    let (0x40, specific) = (decoder.first()?, descriptor(decoder.get(13..)?, 5)?) else { return None };
    let first = specific.first()? >> 3;
    let kind = if first == 31 { 32 + ((specific[0] & 7) << 3 | specific.get(1)? >> 5) } else { first };
    Some(format!("mp4a.40.{kind}"))
}

/// The content of the descriptor with which `bytes` begin, if it is of this kind.
fn descriptor(bytes: &[u8], kind: u8) -> Option<&[u8]> {
    let (_, mut rest) = bytes.split_first().filter(|(first, _)| **first == kind)?;
    let mut size = 0_usize;
    for _ in 0..4 {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        size = size << 7 | usize::from(byte & 127);
        if byte & 128 == 0 {
            return rest.get(..size);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        let size = u32::try_from(body.len() + 8).unwrap_or(0);
        [&size.to_be_bytes(), kind.as_slice(), &body].concat()
    }

    fn track(entry: &[u8]) -> Vec<u8> {
        let list = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], entry]);
        boxed(b"trak", &[&boxed(b"mdia", &[&boxed(b"minf", &[&boxed(b"stbl", &[&list])])])])
    }

    fn picture(record: &[u8]) -> Vec<u8> {
        let mut fields = [0; 78];
        fields[24..28].copy_from_slice(&[5, 0, 2, 0xd0]);
        track(&boxed(b"avc1", &[&fields, &boxed(b"avcC", &[record])]))
    }

    fn sound(object: u8, specific: &[u8]) -> Vec<u8> {
        let specific = [&[5, 0x80, 0x80, 0x80, specific.len() as u8], specific].concat();
        let decoder = [&[4, 13 + specific.len() as u8, object][..], &[0; 12], &specific].concat();
        let stream = [&[0, 0, 0, 0, 3, 3 + decoder.len() as u8, 0, 1, 0][..], &decoder].concat();
        track(&boxed(b"mp4a", &[&[0; 28], &boxed(b"esds", &[&stream])]))
    }

    fn named(tracks: &[Vec<u8>]) -> Option<String> {
        let file = [boxed(b"ftyp", &[b"iso6"]), boxed(b"moov", &[&tracks.concat()])].concat();
        codecs(&file).map(|codecs| format!("{codecs} {}x{}", codecs.width, codecs.height))
    }

    #[test]
    fn streams_are_named() {
        let high = picture(&[1, 0x64, 0, 0x1e, 0xff]);
        for (tracks, name) in [
            (vec![high.clone()], Some("avc1.64001e 1280x720")),
            (vec![picture(&[1, 0x42, 0xc0, 0x0d])], Some("avc1.42c00d 1280x720")),
            (vec![high.clone(), sound(0x40, &[0x11, 0x90])], Some("avc1.64001e,mp4a.40.2 1280x720")),
            (vec![sound(0x40, &[0x2b, 0x11]), high.clone()], Some("avc1.64001e,mp4a.40.5 1280x720")),
            (vec![high.clone(), sound(0x40, &[0xf9, 0x46])], Some("avc1.64001e,mp4a.40.42 1280x720")),
            // MP3 within; no pictures; another version; cut off.
            (vec![high.clone(), sound(0x6b, &[0x11, 0x90])], None),
            (vec![sound(0x40, &[0x11, 0x90])], None),
            (vec![picture(&[2, 0x64, 0, 0x1e])], None),
            (vec![picture(&[1, 0x64])], None),
            (vec![track(&boxed(b"hvc1", &[&[0; 90]]))], None),
        ] {
            assert_eq!(named(&tracks).as_deref(), name);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(cut in 0..400_usize, place in 0..400_usize, byte: u8) {
            let mut file = boxed(b"moov", &[&picture(&[1, 0x64, 0, 0x1e]), &sound(0x40, &[0x11, 0x90])]);
            if let Some(changed) = file.get_mut(place) {
                *changed = byte;
            }
            file.truncate(cut);
            let _ = codecs(&file);
        }
    }
}
