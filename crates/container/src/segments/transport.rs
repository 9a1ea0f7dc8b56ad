//! Writes segments as MPEG-2 transport streams (ISO/IEC 13818-1) that can each be played alone. The packet counters
//! continue from segment to segment.

use super::codecs::ADTS;
use super::{Packets, Segment, Source};
use crate::ZERO_SECONDS;
use crate::{Error, Rate};

const PACKET: usize = 188;
/// Ticks of the clock per second.
const CLOCK: i128 = 90_000;
/// The delay of the system clock behind decoding, as in ffmpeg's streams: 0.7 s.
const LAG: i64 = 63_000;
/// Most bytes and ticks of a parcel of audio packets, which share a header to save bytes.
const PARCEL_BYTES: usize = 2_800;
const PARCEL_TICKS: i64 = 31_500;

const TABLE_OF_PROGRAMS: u16 = 0;
const TABLE_OF_STREAMS: u16 = 0x1000;
const VIDEO: u16 = 0x100;
const AUDIO: u16 = 0x101;

/// Stream identifiers (2.4.3.7) and stream types (2.4.4.9).
const VIDEO_STREAM: u8 = 0xe0;
const AUDIO_STREAM: u8 = 0xc0;
const H264: u8 = 0x1b;
const AAC: u8 = 0x0f;

/// The state that continues from segment to segment.
#[derive(Default)]
pub(super) struct Muxer {
    /// Continuity counters of the packets.
    programs: u8,
    streams: u8,
    video: u8,
    audio: u8,
}

impl Muxer {
    /// Writes the next segment.
    pub(super) fn segment(
        &mut self,
        source: &Source,
        segment: &Segment,
        packets: &Packets<'_>,
    ) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        let with_audio = source.audio.is_some();
        send(&mut out, TABLE_OF_PROGRAMS, &mut self.programs, &programs(), Field::default());
        send(&mut out, TABLE_OF_STREAMS, &mut self.streams, &streams(with_audio), Field::default());
        let mut parcels = parcels(source, segment, packets)?.into_iter().peekable();
        for sample in segment.video.clone() {
            let decoded = at(source.rate, sample as i64 - source.ahead)?;
            // A frame comes first, so that a segment's first bytes show what it begins with.
            while sample > segment.video.start
                && let Some(parcel) = parcels.next_if(|parcel| parcel.time <= decoded)
            {
                send(&mut out, AUDIO, &mut self.audio, &parcel.bytes, Field::default());
            }
            let shown = at(source.rate, sample as i64 + source.leads.get(sample).ok_or(Error::Empty)?)?;
            let described = source.video.samples.get(sample).ok_or(Error::Empty)?;
            let avc = source.avc.get(described.entry as usize).ok_or(Error::Empty)?;
            let mut parcel = header(VIDEO_STREAM, 0, shown, (shown != decoded).then_some(decoded));
            parcel.extend(avc.byte_stream(packets.video(sample)?, described.key)?);
            let field = Field { clock: Some(decoded - LAG), key: described.key };
            send(&mut out, VIDEO, &mut self.video, &parcel, field);
        }
        for parcel in parcels {
            send(&mut out, AUDIO, &mut self.audio, &parcel.bytes, Field::default());
        }
        Ok(out)
    }
}

/// Returns the clock at a frame.
fn at(rate: Rate, frame: i64) -> Result<i64, Error> {
    let ticks = i128::from(frame) * i128::from(rate.denominator) * CLOCK;
    rounded(ticks, rate.numerator)
}

/// Returns `ticks / per`, rounded, after the stream's zero.
fn rounded(ticks: i128, per: u32) -> Result<i64, Error> {
    let per = i128::from(per);
    let ticks = (2 * ticks + per).div_euclid(2 * per) + i128::from(ZERO_SECONDS) * CLOCK;
    i64::try_from(ticks).map_err(|_| Error::TooLarge)
}

/// Audio packets with one header.
struct Parcel {
    time: i64,
    bytes: Vec<u8>,
}

fn parcels(source: &Source, segment: &Segment, packets: &Packets<'_>) -> Result<Vec<Parcel>, Error> {
    let Some(audio) = &source.audio else { return Ok(Vec::new()) };
    // Each body has the time of its first packet.
    let mut bodies: Vec<(i64, Vec<u8>)> = Vec::new();
    for sample in segment.audio.clone() {
        let ticks = i128::from(*audio.times.get(sample).ok_or(Error::Empty)?) * CLOCK;
        let time = rounded(ticks, audio.track.scale)?;
        let packet = packets.audio(sample)?;
        let header = audio.aac.header(packet.len())?;
        let body = match bodies.last_mut() {
            Some((first, body))
                if body.len() + ADTS + packet.len() <= PARCEL_BYTES && time - *first < PARCEL_TICKS =>
            {
                body
            }
            _ => {
                bodies.push((time, Vec::new()));
                &mut bodies.last_mut().ok_or(Error::Empty)?.1
            }
        };
        body.extend(header);
        body.extend_from_slice(packet);
    }
    Ok(bodies
        .into_iter()
        .map(|(time, body)| {
            let mut bytes = header(AUDIO_STREAM, body.len(), time, None);
            bytes.extend(body);
            Parcel { time, bytes }
        })
        .collect())
}

/// Returns the header of a payload with these times (2.4.3.6). `body` is its size, which is 0 for frames.
fn header(stream: u8, body: usize, shown: i64, decoded: Option<i64>) -> Vec<u8> {
    let times = if decoded.is_some() { 10 } else { 5 };
    let length = if body == 0 { 0 } else { u16::try_from(body + 3 + times).unwrap_or(0) };
    let [high, low] = length.to_be_bytes();
    // The payload begins with a whole frame or audio packet.
    let present = if decoded.is_some() { 0xc0 } else { 0x80 };
    let mut bytes = vec![0, 0, 1, stream, high, low, 0x84, present, times as u8];
    match decoded {
        None => bytes.extend(stamp(2, shown)),
        Some(decoded) => {
            bytes.extend(stamp(3, shown));
            bytes.extend(stamp(1, decoded));
        }
    }
    bytes
}

/// Encodes a time in 33 bits, between marker bits.
fn stamp(mark: u8, time: i64) -> [u8; 5] {
    let time = time.rem_euclid(1 << 33);
    let bits = |from: u32| (time >> from) as u8;
    [mark << 4 | (bits(30) & 7) << 1 | 1, bits(22), bits(14) | 1, bits(7), bits(0) << 1 | 1]
}

/// The adaptation field of the first packet.
#[derive(Debug, Clone, Copy, Default)]
struct Field {
    clock: Option<i64>,
    key: bool,
}

impl Field {
    /// Encodes the field (2.4.3.4) without its length and stuffing.
    fn bytes(self) -> Vec<u8> {
        let Some(clock) = self.clock else { return Vec::new() };
        let clock = clock.rem_euclid(1 << 33);
        // 33 bits, six reserved ones, nine of a finer clock.
        let [_, _, rest @ ..] = ((clock as u64) << 15 | 0x7e00).to_be_bytes();
        [&[0x10 | u8::from(self.key) << 6], rest.as_slice()].concat()
    }
}

/// Sends `payload` in as many packets as it takes; the last one is stuffed.
fn send(out: &mut Vec<u8>, stream: u16, count: &mut u8, payload: &[u8], first: Field) {
    let mut rest = payload;
    let mut field_bytes = first.bytes();
    let mut start = 0x40_u8;
    while !rest.is_empty() {
        let room = PACKET - 4;
        let taken = if field_bytes.is_empty() { 0 } else { field_bytes.len() + 1 };
        let now = rest.len().min(room - taken);
        let field = room - now;
        let [high, low] = stream.to_be_bytes();
        let has_field = if field > 0 { 0x30 } else { 0x10 };
        out.extend([0x47, start | high, low, has_field | *count]);
        if field > 0 {
            out.push((field - 1) as u8);
            if field_bytes.is_empty() && field > 1 {
                field_bytes.push(0);
            }
            let stuffing = field - 1 - field_bytes.len();
            out.append(&mut field_bytes);
            out.extend(std::iter::repeat_n(0xff, stuffing));
        }
        out.extend_from_slice(&rest[..now]);
        rest = &rest[now..];
        *count = (*count + 1) & 15;
        start = 0;
    }
}

/// Encodes the payload of a packet with one table (2.4.4), its pointer and checksum.
fn table(kind: u8, number: u16, content: &[u8]) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    let length = content.len() + 9;
    let mut section = vec![kind, 0xb0, length as u8, high, low, 0xc1, 0, 0];
    section.extend_from_slice(content);
    section.extend(checksum(&section).to_be_bytes());
    let mut payload = vec![0];
    payload.append(&mut section);
    payload.resize(PACKET - 4, 0xff);
    payload
}

fn programs() -> Vec<u8> {
    let [high, low] = TABLE_OF_STREAMS.to_be_bytes();
    table(0, 1, &[0, 1, 0xe0 | high, low])
}

fn streams(with_audio: bool) -> Vec<u8> {
    let one = |kind: u8, stream: u16| {
        let [high, low] = stream.to_be_bytes();
        [kind, 0xe0 | high, low, 0xf0, 0]
    };
    let [high, low] = VIDEO.to_be_bytes();
    let mut content = vec![0xe0 | high, low, 0xf0, 0];
    content.extend(one(H264, VIDEO));
    if with_audio {
        content.extend(one(AAC, AUDIO));
    }
    table(2, 1, &content)
}

/// Computes the checksum of annex A: the polynomial 0x04c11db7, from all ones, most significant bit first.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| {
            if sum >> 31 == 1 { sum << 1 ^ 0x04c1_1db7 } else { sum << 1 }
        })
    })
}
