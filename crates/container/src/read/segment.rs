//! Reads the beginning of a segment: when its first frame is shown and whether decoding can start there. Knows no
//! playlist, and nothing after the first frame.

use super::big_endian;
use super::boxes::{boxes, child};

/// How many of a segment's first bytes `begin` needs.
pub const HEAD: usize = 8_192;

/// When a stream's first frame is shown, on the stream's own clock, in every rendition and both formats. Audio that
/// begins earlier (the encoder's priming) then needs no negative time.
pub const ZERO_SECONDS: u32 = 10;

/// The format of segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// MPEG-2 transport streams (ISO/IEC 13818-1).
    TransportStream,
    /// Fragments of an MP4 file (ISO/IEC 14496-12), with an initialization file.
    Fragments,
}

/// The beginning of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begin {
    /// When its first frame is shown, in microseconds on the stream's own clock.
    pub micros: i64,
    /// Whether a decoder can start with that frame.
    pub clean: bool,
}

/// Reads the beginning of a segment. `head` is its first bytes, `init` the whole initialization file of its rendition.
/// `None` if they are invalid.
pub fn begin(format: Format, init: &[u8], head: &[u8]) -> Option<Begin> {
    match format {
        Format::TransportStream => transport(head),
        Format::Fragments => fragment(init, head),
    }
}

/// Reads a transport stream (ISO/IEC 13818-1) like ours: the tables come first and take one packet each.
fn transport(head: &[u8]) -> Option<Begin> {
    // Each packet's stream, whether something begins in it, and its payload.
    let packets = head.chunks_exact(188).map_while(|packet| {
        let field = if packet[3] & 0x20 == 0 { 0 } else { 1 + usize::from(packet[4]) };
        let stream = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
        let payload = packet.get(4 + field..)?;
        (packet[0] == 0x47).then_some((stream, packet[1] & 0x40 != 0, payload))
    });
    let (mut tables, mut video) = (None, None);
    let mut parcel: Option<Vec<u8>> = None;
    for (stream, begins, payload) in packets {
        if stream == 0 && begins {
            // There is one program, after the pointer and the table's head.
            tables = big_endian(payload, 11, 2).map(|number| number as u16 & 0x1fff);
        } else if Some(stream) == tables && begins {
            video = video.or(video_stream(payload));
        } else if Some(stream) == video {
            match &mut parcel {
                None if begins => parcel = Some(payload.to_vec()),
                Some(_) if begins => break,
                Some(parcel) => parcel.extend_from_slice(payload),
                None => {}
            }
        }
    }
    let parcel = parcel?;
    let stamp = big_endian(&parcel, 9, 5).filter(|_| parcel[7] & 0x80 != 0)?;
    let ticks = (stamp >> 33 & 7) << 30 | (stamp >> 17 & 0x7fff) << 15 | stamp >> 1 & 0x7fff;
    let stream = parcel.get(9 + usize::from(*parcel.get(8)?)..)?;
    Some(Begin { micros: micros(ticks.into(), 90_000)?, clean: clean(stream) })
}

/// Finds the stream of H.264 in a table of streams, which begins with its pointer.
fn video_stream(table: &[u8]) -> Option<u16> {
    let end = 4 + usize::from(big_endian(table, 2, 2)? as u16 & 0xfff);
    let mut at = 13 + usize::from(big_endian(table, 11, 2)? as u16 & 0xfff);
    // The table ends with a checksum of four bytes.
    while at + 4 < end {
        if *table.get(at)? == 0x1b {
            return big_endian(table, at + 1, 2).map(|stream| stream as u16 & 0x1fff);
        }
        at += 5 + usize::from(big_endian(table, at + 3, 2)? as u16 & 0xfff);
    }
    None
}

/// Returns whether parameter sets and then an IDR frame come first (Rec. ITU-T H.264, table 7-1).
fn clean(stream: &[u8]) -> bool {
    let (mut sequence, mut frame) = (false, false);
    let units = stream.windows(4).filter(|bytes| bytes[..3] == [0, 0, 1]).map(|bytes| bytes[3] & 31);
    for unit in units {
        match unit {
            7 => sequence = true,
            8 => frame = true,
            5 => return sequence && frame,
            1..=4 => return false,
            _ => {}
        }
    }
    false
}

/// Reads a fragment (ISO/IEC 14496-12, 8.8).
fn fragment(init: &[u8], head: &[u8]) -> Option<Begin> {
    let movie = child(init, b"moov")?;
    let track = boxes(movie).find(|found| {
        let handler = child(found.body, b"mdia").and_then(|media| child(media, b"hdlr"));
        &found.kind == b"trak" && handler.and_then(|handler| handler.get(8..12)) == Some(b"vide")
    });
    let track = track?.body;
    // Before the numbers are two times, which take eight bytes each in version 1.
    let clock = child(child(track, b"mdia")?, b"mdhd")?;
    let scale = big_endian(clock, if clock.first()? == &1 { 20 } else { 12 }, 4)?;
    let header = child(track, b"tkhd")?;
    let number = big_endian(header, if header.first()? == &1 { 20 } else { 12 }, 4)?;
    let skipped = match child(track, b"edts").and_then(|edits| child(edits, b"elst")) {
        Some(edits) if edits.first() == Some(&1) => big_endian(edits, 16, 8)?,
        Some(edits) => big_endian(edits, 12, 4)?,
        None => 0,
    };
    let part = boxes(child(head, b"moof")?).find(|found| {
        let header = child(found.body, b"tfhd");
        &found.kind == b"traf" && header.and_then(|header| big_endian(header, 4, 4)) == Some(number)
    });
    let part = part?.body;
    let time = child(part, b"tfdt")?;
    let time = big_endian(time, 4, if time.first()? == &1 { 8 } else { 4 })?;
    let run = child(part, b"trun")?;
    let fields = big_endian(run, 0, 4)?;
    let has = |field: u64| fields & field != 0;
    let mut at = 8 + if has(0x1) { 4 } else { 0 };
    let mut flags = None;
    if has(0x4) {
        flags = big_endian(run, at, 4);
        at += 4;
    }
    at += if has(0x100) { 4 } else { 0 } + if has(0x200) { 4 } else { 0 };
    if has(0x400) {
        flags = big_endian(run, at, 4);
        at += 4;
    }
    if flags.is_none() {
        flags = usual_flags(child(part, b"tfhd")?);
    }
    let shift = if has(0x800) { big_endian(run, at, 4)? as u32 as i32 } else { 0 };
    let shown = i128::from(time) + i128::from(shift) - i128::from(skipped);
    // The flag marks samples that decoding cannot start with.
    Some(Begin { micros: micros(shown, scale)?, clean: flags.is_some_and(|flags| flags & 0x1_0000 == 0) })
}

/// Returns the flags of samples without their own (8.8.7.1).
fn usual_flags(header: &[u8]) -> Option<u64> {
    let fields = big_endian(header, 0, 4)?;
    let before = [(0x1, 8), (0x2, 4), (0x8, 4), (0x10, 4)];
    let at = before.iter().filter(|(field, _)| fields & field != 0).map(|(_, width)| width).sum::<usize>();
    if fields & 0x20 == 0 { None } else { big_endian(header, 8 + at, 4) }
}

/// Converts ticks of a clock with `scale` ticks per second to microseconds, rounded.
fn micros(ticks: i128, scale: u64) -> Option<i64> {
    let scale = i128::from(scale);
    let micros = (ticks * 2_000_000 + scale).checked_div_euclid(2 * scale)?;
    i64::try_from(micros).ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::boxed;
    #[cfg(not(target_arch = "wasm32"))]
    use super::super::testing::spoilt;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// An initialization file: track 1 of video, 90,000 ticks a second, of which the first 3,000 are skipped.
    fn init() -> Vec<u8> {
        let clock = boxed(b"mdhd", &[&[0; 12], &90_000_u32.to_be_bytes(), &[0; 8]]);
        let media = boxed(b"mdia", &[&clock, &boxed(b"hdlr", &[&[0; 8], b"vide", &[0; 13]])]);
        let header = boxed(b"tkhd", &[&[0; 12], &1_u32.to_be_bytes(), &[0; 68]]);
        let edits = boxed(b"elst", &[&[0; 7], &[1], &[0; 4], &3_000_u32.to_be_bytes(), &[0, 1, 0, 0]]);
        boxed(b"moov", &[&boxed(b"trak", &[&header, &boxed(b"edts", &[&edits]), &media])])
    }

    /// A fragment of one sample, due at tick `time`, shown 3,000 later, with these flags.
    fn fragment(time: u64, flags: u32) -> Vec<u8> {
        let header = boxed(b"tfhd", &[&[0, 2, 0, 0], &1_u32.to_be_bytes()]);
        let due = boxed(b"tfdt", &[&[1, 0, 0, 0], &time.to_be_bytes()]);
        let shift = 3_000_u32.to_be_bytes();
        let run = boxed(b"trun", &[&[1, 0, 0x0c, 1], &[0, 0, 0, 1], &[0; 4], &flags.to_be_bytes(), &shift]);
        boxed(b"moof", &[&boxed(b"traf", &[&header, &due, &run])])
    }

    /// A packet of stream `number` in which something begins: this payload behind stuffing.
    fn packet(number: u16, payload: &[u8]) -> Vec<u8> {
        let [high, low] = number.to_be_bytes();
        let stuffing = vec![0; 183 - payload.len()];
        [&[0x47, 0x40 | high, low, 0x30, stuffing.len() as u8][..], &stuffing, payload].concat()
    }

    /// A transport stream of one frame, at tick 900,000, whose units are of these types.
    fn transport(units: &[u8]) -> Vec<u8> {
        let programs = [0, 0, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1, 0xf0, 0, 0, 0, 0, 0];
        let streams =
            [0, 2, 0xb0, 18, 0, 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 0, 0x1b, 0xe1, 0, 0xf0, 0, 0, 0, 0, 0];
        let units: Vec<u8> = units.iter().flat_map(|&unit| [0, 0, 1, unit, 0x80]).collect();
        let frame = [&[0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 0x37, 0x77, 0x41], &units[..]].concat();
        [packet(0, &programs), packet(0x1000, &streams), packet(0x100, &frame)].concat()
    }

    // Real segments are read in core's tests/hls.rs.
    #[test]
    fn beginnings_are_read() {
        let ten = |clean| Some(Begin { micros: 10_000_000, clean });
        for (units, begins) in [
            (&[9, 0x67, 0x68, 0x65][..], ten(true)),
            (&[0x67, 0x68, 0x41, 0x65], ten(false)),
            (&[0x67, 0x65], ten(false)),
            (&[], ten(false)),
        ] {
            assert_eq!(begin(Format::TransportStream, &[], &transport(units)), begins, "{units:?}");
        }
        for (fragment, begins) in [
            (fragment(900_000, 0x200_0000), ten(true)),
            (fragment(900_000, 0x101_0000), ten(false)),
            (fragment(u64::MAX, 0), None),
            (boxed(b"mdat", &[]), None),
        ] {
            assert_eq!(begin(Format::Fragments, &init(), &fragment), begins);
        }
        assert_eq!(begin(Format::Fragments, &[], &fragment(0, 0)), None);
        assert_eq!(begin(Format::TransportStream, &[], &fragment(0, 0)), None);
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn never_panics(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..800),
            (cut, place, byte) in (0..700_usize, 0..600_usize, proptest::num::u8::ANY),
            time: u64,
        ) {
            let mut packets = bytes.clone();
            for packet in packets.chunks_mut(188) {
                packet[0] = 0x47;
            }
            let _ = begin(Format::TransportStream, &[], &packets);
            let _ = begin(Format::Fragments, &bytes, &bytes);
            let _ = (video_stream(&bytes), usual_flags(&bytes));
            let stream = spoilt(transport(&[0x67, 0x68, 0x65]), cut, place, byte);
            let _ = begin(Format::TransportStream, &[], &stream);
            let _ = begin(Format::Fragments, &spoilt(init(), cut, place, byte), &fragment(time, 0));
            let _ = begin(Format::Fragments, &init(), &spoilt(fragment(time, 0), cut, place, byte));
        }
    }
}
