//! Names the streams of an MP4 file as playlists do (RFC 6381), from the beginning of the file. Knows the boxes around
//! the sample entries and no others.

use super::boxes::{Child, boxes, child};
use std::fmt;

/// The names of a file's streams, and the frame size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamCodecs {
    /// H.264 with its profile, constraints and level: `avc1.64001e`.
    pub video: String,
    /// AAC with its object type: `mp4a.40.2`.
    pub audio: Option<String>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl fmt::Display for StreamCodecs {
    /// Writes the value of the attribute `CODECS`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.video)?;
        self.audio.iter().try_for_each(|audio| write!(f, ",{audio}"))
    }
}

/// Returns the codecs of an MP4 file whose index comes first. `init` is its beginning: a whole initialization file, or
/// enough of another file to include the sample entry of its first track. `None` without H.264, or if the audio is not
/// AAC. Tracks beyond `init` are ignored.
pub fn codecs(init: &[u8]) -> Option<StreamCodecs> {
    let movie = child(init, b"moov")?;
    let (mut video, mut audio) = (None, None);
    for track in boxes(movie).filter(|found| &found.kind == b"trak") {
        let media = child(track.body, b"mdia").and_then(|media| child(media, b"minf"));
        let list = media.and_then(|media| child(media, b"stbl")).and_then(|table| child(table, b"stsd"));
        match list.and_then(|list| boxes(list.get(8..)?).next()) {
            Some(Child { kind, body, .. }) if &kind == b"avc1" => video = video.or(Some(avc(body)?)),
            Some(Child { kind, body, .. }) if &kind == b"mp4a" => audio = audio.or(Some(aac(body)?)),
            Some(_) => return None,
            None => {}
        }
    }
    let (video, width, height) = video?;
    Some(StreamCodecs { video, audio, width, height })
}

/// Returns the name, width and height in an entry of H.264 (ISO/IEC 14496-12, 12.1.3).
fn avc(entry: &[u8]) -> Option<(String, u32, u32)> {
    let number = |at: usize| Some(u32::from(u16::from_be_bytes(*entry.get(at..)?.first_chunk()?)));
    let [1, profile, constraints, level] = avc_record(entry)?.first_chunk()? else { return None };
    Some((format!("avc1.{profile:02x}{constraints:02x}{level:02x}"), number(24)?, number(26)?))
}

/// Returns the configuration in an entry of H.264 (ISO/IEC 14496-15, 5.3.3.1).
pub(crate) fn avc_record(entry: &[u8]) -> Option<&[u8]> {
    child(entry.get(78..)?, b"avcC")
}

/// Splits a list of parameter sets in an H.264 configuration from what follows it. The list begins with its length, in
/// the bits of `mask`: 31 for sequence parameter sets, 255 for the picture parameter sets after them.
pub fn parameter_sets(list: &[u8], mask: u8) -> Option<(Vec<&[u8]>, &[u8])> {
    let (count, mut rest) = list.split_first()?;
    let mut sets = Vec::new();
    for _ in 0..count & mask {
        let (size, behind) = rest.split_first_chunk()?;
        let (set, behind) = behind.split_at_checked(u16::from_be_bytes(*size).into())?;
        sets.push(set);
        rest = behind;
    }
    Some((sets, rest))
}

/// Returns the name in an entry of AAC.
fn aac(entry: &[u8]) -> Option<String> {
    let (0x40, specific) = aac_decoder(entry)? else { return None };
    Some(format!("mp4a.40.{}", object_type(specific)?))
}

/// Returns the type of decoder that an entry of MPEG-4 audio needs (ISO/IEC 14496-1, 7.2.6), 0x40 for AAC, and the
/// decoder's configuration.
pub(crate) fn aac_decoder(entry: &[u8]) -> Option<(u8, &[u8])> {
    // QuickTime's first version of the entry is longer.
    let fields = if entry.get(8..10)? == [0, 1] { 44 } else { 28 };
    let stream = descriptor(child(entry.get(fields..)?, b"esds")?.get(4..)?, 3)?;
    // An identifier, and flags, none of which our files set.
    let decoder = descriptor(stream.get(3..)?, 4)?;
    Some((*decoder.first()?, decoder.get(13..).and_then(|rest| descriptor(rest, 5)).unwrap_or_default()))
}

/// Returns the object type with which an AudioSpecificConfig begins (ISO/IEC 14496-3, 1.6.2.1).
fn object_type(specific: &[u8]) -> Option<u8> {
    let first = specific.first()?;
    match first >> 3 {
        31 => Some(32 + ((first & 7) << 3 | specific.get(1)? >> 5)),
        kind => Some(kind),
    }
}

/// Returns the content of the descriptor at the beginning of `bytes`, if it has this type.
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
    use super::super::testing::boxed;
    #[cfg(not(target_arch = "wasm32"))]
    use super::super::testing::spoilt;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn track(entry: &[u8]) -> Vec<u8> {
        let list = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], entry]);
        boxed(b"trak", &[&boxed(b"mdia", &[&boxed(b"minf", &[&boxed(b"stbl", &[&list])])])])
    }

    fn video(record: &[u8]) -> Vec<u8> {
        let mut fields = [0; 78];
        fields[24..28].copy_from_slice(&[5, 0, 2, 0xd0]);
        track(&boxed(b"avc1", &[&fields, &boxed(b"avcC", &[record])]))
    }

    fn audio(object: u8, specific: &[u8]) -> Vec<u8> {
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
        let high = video(&[1, 0x64, 0, 0x1e, 0xff]);
        for (tracks, name) in [
            (vec![high.clone()], Some("avc1.64001e 1280x720")),
            (vec![video(&[1, 0x42, 0xc0, 0x0d])], Some("avc1.42c00d 1280x720")),
            (vec![high.clone(), audio(0x40, &[0x11, 0x90])], Some("avc1.64001e,mp4a.40.2 1280x720")),
            (vec![audio(0x40, &[0x2b, 0x11]), high.clone()], Some("avc1.64001e,mp4a.40.5 1280x720")),
            (vec![high.clone(), audio(0x40, &[0xf9, 0x46])], Some("avc1.64001e,mp4a.40.42 1280x720")),
            // MP3 within; no video; another version; cut off.
            (vec![high.clone(), audio(0x6b, &[0x11, 0x90])], None),
            (vec![audio(0x40, &[0x11, 0x90])], None),
            (vec![video(&[2, 0x64, 0, 0x1e])], None),
            (vec![video(&[1, 0x64])], None),
            (vec![track(&boxed(b"hvc1", &[&[0; 90]]))], None),
        ] {
            assert_eq!(named(&tracks).as_deref(), name);
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn never_panics(cut in 0..400_usize, place in 0..400_usize, byte: u8) {
            let file = boxed(b"moov", &[&video(&[1, 0x64, 0, 0x1e]), &audio(0x40, &[0x11, 0x90])]);
            let _ = codecs(&spoilt(file, cut, place, byte));
        }
    }
}
