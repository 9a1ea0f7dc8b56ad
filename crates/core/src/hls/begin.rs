//! With what a segment begins, read from its first bytes: when its first picture is shown and whether decoding can start there.
//! Knows as much of transport streams and of fragments as that takes.

use super::codecs::{boxes, inside};
use crate::units::Micros;
use crate::wishes::packaging::SegmentFormat;

/// How many of a segment's first bytes are enough.
pub const HEAD: usize = 8_192;

/// With what a segment begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begin {
    /// When its first picture is shown, on the stream's own clock.
    pub time: Micros,
    /// Whether that picture, and all a decoder must know for it, stands by itself.
    pub fresh: bool,
}

/// Reads the first bytes of a segment; `init` is all of its rendition's initialization file. `None` where they are none.
pub fn begin(format: SegmentFormat, init: &[u8], head: &[u8]) -> Option<Begin> {
    match format {
        SegmentFormat::Ts => transport(head),
        SegmentFormat::Fmp4 => fragment(init, head),
    }
}

fn big_endian(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    Some(field.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)))
}

/// ISO/IEC 13818-1. The tables come first and take one packet each, as our segments have them.
fn transport(head: &[u8]) -> Option<Begin> {
    // What each packet carries: of which stream, whether something begins in it, and its payload.
    let packets = head.chunks_exact(188).map_while(|packet| {
        let field = if packet[3] & 0x20 == 0 { 0 } else { 1 + usize::from(packet[4]) };
        let stream = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
        let payload = packet.get(4 + field..)?;
        (packet[0] == 0x47).then_some((stream, packet[1] & 0x40 != 0, payload))
    });
    let (mut tables, mut pictures) = (None, None);
    let mut parcel: Option<Vec<u8>> = None;
    for (stream, begins, payload) in packets {
        if stream == 0 && begins {
            // One program, behind the pointer and the table's head.
            tables = big_endian(payload, 11, 2).map(|number| number as u16 & 0x1fff);
        } else if Some(stream) == tables && begins {
            pictures = pictures.or(stream_of_pictures(payload));
        } else if Some(stream) == pictures {
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
    Some(Begin { time: micros(ticks as i64, 90_000)?, fresh: fresh(stream) })
}

/// The stream of H.264 in a table of streams, which begins with its pointer.
fn stream_of_pictures(table: &[u8]) -> Option<u16> {
    let end = 4 + usize::from(big_endian(table, 2, 2)? as u16 & 0xfff);
    let mut at = 13 + usize::from(big_endian(table, 11, 2)? as u16 & 0xfff);
    // A checksum of four bytes ends it.
    while at + 4 < end {
        if *table.get(at)? == 0x1b {
            return big_endian(table, at + 1, 2).map(|stream| stream as u16 & 0x1fff);
        }
        at += 5 + usize::from(big_endian(table, at + 3, 2)? as u16 & 0xfff);
    }
    None
}

/// Whether parameter sets and then an IDR picture come first (Rec. ITU-T H.264, table 7-1).
fn fresh(stream: &[u8]) -> bool {
    let (mut sequence, mut picture) = (false, false);
    let units = stream.windows(4).filter(|bytes| bytes[..3] == [0, 0, 1]).map(|bytes| bytes[3] & 31);
    for unit in units {
        match unit {
            7 => sequence = true,
            8 => picture = true,
            5 => return sequence && picture,
            1..=4 => return false,
            _ => {}
        }
    }
    false
}

/// ISO/IEC 14496-12, 8.8.
fn fragment(init: &[u8], head: &[u8]) -> Option<Begin> {
    let movie = inside(init, b"moov")?;
    let track = boxes(movie).find(|(kind, track)| {
        let handler = inside(track, b"mdia").and_then(|media| inside(media, b"hdlr"));
        kind == b"trak" && handler.and_then(|handler| handler.get(8..12)) == Some(b"vide")
    });
    let track = track?.1;
    // Before the numbers stand two times, of eight bytes each in the second version.
    let clock = inside(inside(track, b"mdia")?, b"mdhd")?;
    let scale = big_endian(clock, if clock.first()? == &1 { 20 } else { 12 }, 4)?;
    let header = inside(track, b"tkhd")?;
    let number = big_endian(header, if header.first()? == &1 { 20 } else { 12 }, 4)?;
    let skipped = match inside(track, b"edts").and_then(|edits| inside(edits, b"elst")) {
        Some(edits) if edits.first() == Some(&1) => big_endian(edits, 16, 8)?,
        Some(edits) => big_endian(edits, 12, 4)?,
        None => 0,
    };
    let part = boxes(inside(head, b"moof")?).find(|(kind, part)| {
        kind == b"traf" && inside(part, b"tfhd").and_then(|part| big_endian(part, 4, 4)) == Some(number)
    });
    let part = part?.1;
    let time = inside(part, b"tfdt")?;
    let time = big_endian(time, 4, if time.first()? == &1 { 8 } else { 4 })?;
    let run = inside(part, b"trun")?;
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
        flags = usual_flags(inside(part, b"tfhd")?);
    }
    let shift = if has(0x800) { big_endian(run, at, 4)? as u32 as i32 } else { 0 };
    let shown = i64::try_from(time).ok()? + i64::from(shift) - i64::try_from(skipped).ok()?;
    // A sample that is no place to start from says so.
    Some(Begin { time: micros(shown, scale)?, fresh: flags.is_some_and(|flags| flags & 0x1_0000 == 0) })
}

/// The flags of samples without their own (8.8.7.1).
fn usual_flags(header: &[u8]) -> Option<u64> {
    let fields = big_endian(header, 0, 4)?;
    let before = [(0x1, 8), (0x2, 4), (0x8, 4), (0x10, 4)];
    let at = before.iter().filter(|(field, _)| fields & field != 0).map(|(_, width)| width).sum::<usize>();
    if fields & 0x20 == 0 { None } else { big_endian(header, 8 + at, 4) }
}

fn micros(ticks: i64, scale: u64) -> Option<Micros> {
    let scale = i128::from(scale);
    let micros = (i128::from(ticks) * 2_000_000 + scale).checked_div_euclid(2 * scale)?;
    i64::try_from(micros).ok().map(Micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Real segments are read in tests/hls.rs.
    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..800)) {
            let mut packets = bytes.clone();
            for packet in packets.chunks_mut(188) {
                packet[0] = 0x47;
            }
            let _ = begin(SegmentFormat::Ts, &[], &packets);
            let _ = begin(SegmentFormat::Fmp4, &bytes, &bytes);
            let _ = stream_of_pictures(&bytes);
            let _ = usual_flags(&bytes);
        }
    }
}
