//! Segments as MPEG-2 transport streams (ISO/IEC 13818-1), each of which can be played by itself. Packets are counted
//! on from segment to segment.

use super::codecs::ADTS;
use super::{Packets, Segment, Source};
use crate::ZERO_SECONDS;
use crate::{Error, Rate};

const PACKET: usize = 188;
/// Ticks of the clock in a second.
const CLOCK: i128 = 90_000;
/// By how much the system clock runs behind decoding, as in ffmpeg's streams: 0.7 s.
const LAG: i64 = 63_000;
/// Sound goes in parcels of at most about so many bytes and ticks, to save headers.
const PARCEL_BYTES: usize = 2_800;
const PARCEL_TICKS: i64 = 31_500;

const TABLE_OF_PROGRAMS: u16 = 0;
const TABLE_OF_STREAMS: u16 = 0x1000;
const PICTURES: u16 = 0x100;
const SOUND: u16 = 0x101;

/// Names of streams (2.4.3.7), and kinds of them (2.4.4.9).
const PICTURE_STREAM: u8 = 0xe0;
const SOUND_STREAM: u8 = 0xc0;
const H264: u8 = 0x1b;
const AAC: u8 = 0x0f;

/// What goes on from segment to segment.
#[derive(Default)]
pub(super) struct Muxer {
    /// Packets of each kind so far, counted round.
    programs: u8,
    streams: u8,
    pictures: u8,
    sound: u8,
}

impl Muxer {
    pub(super) fn segment(
        &mut self,
        source: &Source,
        segment: &Segment,
        packets: &Packets<'_>,
    ) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        let with_sound = source.sound.is_some();
        send(&mut out, TABLE_OF_PROGRAMS, &mut self.programs, &programs(), Field::default());
        send(&mut out, TABLE_OF_STREAMS, &mut self.streams, &streams(with_sound), Field::default());
        let mut parcels = parcels(source, segment, packets)?.into_iter().peekable();
        for sample in segment.pictures.clone() {
            let decoded = at(source.rate, sample as i64 - source.ahead)?;
            // A picture comes first, so that a segment's first bytes tell what it begins with.
            while sample > segment.pictures.start
                && let Some(parcel) = parcels.next_if(|parcel| parcel.time <= decoded)
            {
                send(&mut out, SOUND, &mut self.sound, &parcel.bytes, Field::default());
            }
            let shown = at(source.rate, sample as i64 + source.leads.get(sample).ok_or(Error::Empty)?)?;
            let described = source.pictures.samples.get(sample).ok_or(Error::Empty)?;
            let avc = source.avc.get(described.entry as usize).ok_or(Error::Empty)?;
            let mut parcel = header(PICTURE_STREAM, 0, shown, (shown != decoded).then_some(decoded));
            parcel.extend(avc.byte_stream(packets.picture(sample)?, described.key)?);
            let field = Field { clock: Some(decoded - LAG), key: described.key };
            send(&mut out, PICTURES, &mut self.pictures, &parcel, field);
        }
        for parcel in parcels {
            send(&mut out, SOUND, &mut self.sound, &parcel.bytes, Field::default());
        }
        Ok(out)
    }
}

/// The clock at frame `frame`.
fn at(rate: Rate, frame: i64) -> Result<i64, Error> {
    let ticks = i128::from(frame) * i128::from(rate.denominator) * CLOCK;
    rounded(ticks, rate.numerator)
}

/// `ticks / per`, rounded, after the stream's zero.
fn rounded(ticks: i128, per: u32) -> Result<i64, Error> {
    let per = i128::from(per);
    let ticks = (2 * ticks + per).div_euclid(2 * per) + i128::from(ZERO_SECONDS) * CLOCK;
    i64::try_from(ticks).map_err(|_| Error::TooLarge)
}

/// Packets of sound behind one header.
struct Parcel {
    time: i64,
    bytes: Vec<u8>,
}

fn parcels(source: &Source, segment: &Segment, packets: &Packets<'_>) -> Result<Vec<Parcel>, Error> {
    let Some(sound) = &source.sound else { return Ok(Vec::new()) };
    // Each with the time of its first packet.
    let mut bodies: Vec<(i64, Vec<u8>)> = Vec::new();
    for sample in segment.sounds.clone() {
        let ticks = i128::from(*sound.times.get(sample).ok_or(Error::Empty)?) * CLOCK;
        let time = rounded(ticks, sound.track.scale)?;
        let packet = packets.sound(sample)?;
        let header = sound.aac.header(packet.len())?;
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
            let mut bytes = header(SOUND_STREAM, body.len(), time, None);
            bytes.extend(body);
            Parcel { time, bytes }
        })
        .collect())
}

/// The header of what is presented and decoded at these times (2.4.3.6). Pictures do not say how long they are.
fn header(stream: u8, body: usize, shown: i64, decoded: Option<i64>) -> Vec<u8> {
    let times = if decoded.is_some() { 10 } else { 5 };
    let length = if body == 0 { 0 } else { u16::try_from(body + 3 + times).unwrap_or(0) };
    let [high, low] = length.to_be_bytes();
    // What follows begins with a whole picture or packet.
    let said = if decoded.is_some() { 0xc0 } else { 0x80 };
    let mut bytes = vec![0, 0, 1, stream, high, low, 0x84, said, times as u8];
    match decoded {
        None => bytes.extend(stamp(2, shown)),
        Some(decoded) => {
            bytes.extend(stamp(3, shown));
            bytes.extend(stamp(1, decoded));
        }
    }
    bytes
}

/// A time in 33 bits, between marks.
fn stamp(mark: u8, time: i64) -> [u8; 5] {
    let time = time.rem_euclid(1 << 33);
    let bits = |from: u32| (time >> from) as u8;
    [mark << 4 | (bits(30) & 7) << 1 | 1, bits(22), bits(14) | 1, bits(7), bits(0) << 1 | 1]
}

/// What the first packet says beside its payload.
#[derive(Debug, Clone, Copy, Default)]
struct Field {
    clock: Option<i64>,
    key: bool,
}

impl Field {
    /// The adaptation field (2.4.3.4) without its length and stuffing.
    fn bytes(self) -> Vec<u8> {
        let Some(clock) = self.clock else { return Vec::new() };
        let clock = clock.rem_euclid(1 << 33);
        // 33 bits, six that are reserved, nine of a finer clock.
        let [_, _, rest @ ..] = ((clock as u64) << 15 | 0x7e00).to_be_bytes();
        [&[0x10 | u8::from(self.key) << 6], rest.as_slice()].concat()
    }
}

/// Sends `payload` in as many packets as it takes; the last one is stuffed.
fn send(out: &mut Vec<u8>, stream: u16, count: &mut u8, payload: &[u8], first: Field) {
    let mut rest = payload;
    let mut said = first.bytes();
    let mut start = 0x40_u8;
    while !rest.is_empty() {
        let room = PACKET - 4;
        let taken = if said.is_empty() { 0 } else { said.len() + 1 };
        let now = rest.len().min(room - taken);
        let field = room - now;
        let [high, low] = stream.to_be_bytes();
        let has_field = if field > 0 { 0x30 } else { 0x10 };
        out.extend([0x47, start | high, low, has_field | *count]);
        if field > 0 {
            out.push((field - 1) as u8);
            if said.is_empty() && field > 1 {
                said.push(0);
            }
            let stuffing = field - 1 - said.len();
            out.append(&mut said);
            out.extend(std::iter::repeat_n(0xff, stuffing));
        }
        out.extend_from_slice(&rest[..now]);
        rest = &rest[now..];
        *count = (*count + 1) & 15;
        start = 0;
    }
}

/// A table (2.4.4) of this kind about `number`, with its pointer and checksum, and nothing behind it in its packet.
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

fn streams(with_sound: bool) -> Vec<u8> {
    let one = |kind: u8, stream: u16| {
        let [high, low] = stream.to_be_bytes();
        [kind, 0xe0 | high, low, 0xf0, 0]
    };
    let [high, low] = PICTURES.to_be_bytes();
    let mut content = vec![0xe0 | high, low, 0xf0, 0];
    content.extend(one(H264, PICTURES));
    if with_sound {
        content.extend(one(AAC, SOUND));
    }
    table(2, 1, &content)
}

/// Annex A: the polynomial 0x04c11db7, from all ones, most significant bit first.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| {
            if sum >> 31 == 1 { sum << 1 ^ 0x04c1_1db7 } else { sum << 1 }
        })
    })
}
