//! Readers of MP4 boxes, and what is written from what they read.

use clipfit_container::read::segment::{Format, begin};
use clipfit_container::read::{boxes as boxes_of, codecs, index_first, media_bytes};
use clipfit_container::{AudioConfig, AudioFile, Packager, Piece, Rate, VideoConfig, VideoFile};

/// Boxes lie one behind the other inside their parent, and names are short.
pub fn boxes(bytes: &[u8]) {
    let mut walked = 0;
    for found in boxes_of(bytes) {
        assert!(found.body.len() <= found.whole.len());
        walked += found.whole.len();
    }
    assert!(walked <= bytes.len());
    let _ = (media_bytes(bytes, bytes.len() as u64), index_first(bytes));
    if let Some(found) = codecs(bytes) {
        assert_eq!(found.video.len(), 11);
        assert!(found.audio.is_none_or(|audio| audio.len() <= 12));
    }
}

/// The beginning of a segment. Two bytes say how long the initialization file is.
pub fn segment(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk() else { return };
    let (init, head) = rest.split_at_checked(u16::from_be_bytes(*length).into()).unwrap_or((rest, &[]));
    for format in [Format::TransportStream, Format::Fragments] {
        let _ = begin(format, init, head);
    }
}

/// Returns the payload of the box of this type at the top of a file.
fn payload<'a>(file: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes_of(file).find(|found| &found.kind == kind).map(|found| found.body)
}

/// The frame rate in a box of our own, else that of the seeds.
fn rate(file: &[u8]) -> Rate {
    let numbers = payload(file, b"rate").and_then(|rate| {
        let (numerator, rest) = rate.split_first_chunk()?;
        Some((u32::from_be_bytes(*numerator), u32::from_be_bytes(*rest.first_chunk()?)))
    });
    let (numerator, denominator) = numbers.unwrap_or((25, 1));
    Rate { numerator, denominator }
}

fn total(pieces: &[Piece]) -> u64 {
    pieces.iter().map(|piece| piece.bytes).fold(0, u64::saturating_add)
}

/// Joins the indices in a file: all are chunks, or the last is the audio. What comes out is read in again.
pub fn assemble(bytes: &[u8]) {
    let indices: Vec<&[u8]> =
        boxes_of(bytes).filter(|found| &found.kind == b"moov").map(|found| found.whole).collect();
    let Some((last, before)) = indices.split_last() else { return };
    let rate = rate(bytes);
    for (chunks, audio) in [(indices.as_slice(), None), (before, Some(*last))] {
        let Ok(made) = clipfit_container::assemble(chunks, audio, rate, Some(0)) else { continue };
        let media = total(&made.pieces);
        let whole = made.head.len() as u64 + media;
        assert_eq!(media_bytes(&made.head, whole), Some(media));
        assert!(index_first(&made.head));
        assert!(made.pieces.iter().all(|piece| piece.file < chunks.len() + usize::from(audio.is_some())));
        if audio.is_none() {
            let index = boxes_of(&made.head).find(|found| &found.kind == b"moov").unwrap().whole;
            let again = clipfit_container::assemble(&[index], None, rate, Some(0)).unwrap();
            assert_eq!(total(&again.pieces), media, "what was written is read again");
        }
    }
}

/// The most bytes of packets that a check makes up.
const MOST_MEDIA: u64 = 1 << 20;

/// Cuts a file into segments, at the frames in a box of our own, and reads their beginnings.
pub fn package(bytes: &[u8]) {
    let Some(index) = boxes_of(bytes).find(|found| &found.kind == b"moov") else { return };
    let firsts = payload(bytes, b"cuts").unwrap_or_default().chunks_exact(2);
    let firsts: Vec<u64> = firsts.map(|pair| u16::from_be_bytes([pair[0], pair[1]]).into()).collect();
    let firsts = if firsts.is_empty() { vec![0] } else { firsts };
    for format in [Format::TransportStream, Format::Fragments] {
        let Ok(mut packager) = Packager::new(index.whole, format, rate(bytes), &firsts) else { continue };
        let init = packager.init();
        let mut written = 0;
        while let Some(pieces) = packager.wanted() {
            assert!(
                pieces.is_sorted_by_key(|piece| piece.offset),
                "parts are wanted in the order of the file"
            );
            if total(&pieces) > MOST_MEDIA {
                break;
            }
            let mut media = Vec::new();
            for piece in pieces {
                let start = usize::try_from(piece.offset).unwrap_or(usize::MAX).min(bytes.len());
                let end = start.saturating_add(piece.bytes as usize).min(bytes.len());
                media.extend_from_slice(&bytes[start..end]);
                media.resize(media.len() + piece.bytes as usize - (end - start), 0);
            }
            let Ok(segment) = packager.write(&media) else { break };
            written += 1;
            let begin = begin(format, init.as_deref().unwrap_or_default(), &segment);
            assert!(format == Format::TransportStream || begin.is_some(), "our own segments are readable");
        }
        assert!(written <= firsts.len());
    }
}

/// Writes packets. The first line is the codec's name; then each packet is led by its length, and the first of them is
/// the description.
pub fn track(bytes: &[u8]) {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let (codec, rest) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let codec = String::from_utf8_lossy(codec).into_owned();
    let mut rest = rest;
    let mut packets = std::iter::from_fn(|| {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(behind.len());
        let (packet, behind) = behind.split_at(length);
        rest = behind;
        Some(packet)
    });
    let description = packets.next().unwrap_or_default().to_vec();
    let packets: Vec<&[u8]> = packets.collect();
    let media: usize = packets.iter().map(|packet| packet.len()).sum();
    let config = VideoConfig {
        codec,
        description: Some(description.clone()),
        width: 32,
        height: 32,
        colour: [1, 1, 1],
    };
    let rate = Rate { numerator: 25, denominator: 1 };
    if let Ok(mut file) = VideoFile::new(config, rate) {
        for packet in &packets {
            file.add(packet, i32::from(packet.first().map_or(0, |byte| *byte as i8)), true).unwrap();
        }
        if let Ok(file) = file.finish(0) {
            assert!(media_bytes(&file, file.len() as u64).is_some_and(|found| found <= media as u64));
            assemble(&file);
        }
    }
    let config = AudioConfig { description, sample_rate: 48_000, channels: 2 };
    if let Ok(mut file) = AudioFile::new(config) {
        for packet in &packets {
            file.add(packet, 1024).unwrap();
        }
        if let Ok(file) = file.finish(-1000) {
            assert_eq!(media_bytes(&file, file.len() as u64), Some(media as u64));
        }
    }
}
