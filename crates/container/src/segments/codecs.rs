//! Writes what a transport stream needs in every segment and an MP4 file has once: H.264's parameter sets and AAC's
//! headers.

use crate::Error;
use crate::boxes::split;
use crate::read::{aac_decoder, avc_record, parameter_sets};

/// Types of H.264's NAL units (Rec. ITU-T H.264, table 7-1).
const REFRESH: u8 = 5;
const DELIMITER: u8 = 9;

/// An H.264 sample entry's configuration (ISO/IEC 14496-15, 5.3.3.1).
pub(super) struct Avc {
    /// Bytes of the size before each unit.
    length: usize,
    /// Sequence and picture parameter sets, with start codes.
    sets: Vec<u8>,
}

fn codec(what: &str) -> Error {
    Error::Codec(what.to_owned())
}

/// Returns the payload of a sample entry, or `None` if it has another type.
fn entry<'a>(entry: &'a [u8], kind: &[u8; 4]) -> Result<Option<&'a [u8]>, Error> {
    let found = split(entry)?;
    let found = found.first().ok_or(Error::Empty)?;
    Ok((&found.kind == kind).then_some(found.body))
}

impl Avc {
    pub(super) fn read(sample_entry: &[u8]) -> Result<Avc, Error> {
        let body = entry(sample_entry, b"avc1")?.ok_or_else(|| codec("segments are made of H.264 alone"))?;
        let unreadable = || Error::Unreadable("an H.264 configuration ends early".into());
        let record = avc_record(body).ok_or_else(unreadable)?;
        let [_, _, _, _, length, list @ ..] = record else { return Err(unreadable()) };
        let (sequence, list) = parameter_sets(list, 31).ok_or_else(unreadable)?;
        let (picture, _) = parameter_sets(list, 255).ok_or_else(unreadable)?;
        let sets = sequence.iter().chain(&picture).flat_map(|set| [&[0, 0, 0, 1], *set].concat());
        Ok(Avc { length: usize::from(length & 3) + 1, sets: sets.collect() })
    }

    /// Splits a packet into its units.
    fn units<'a>(&self, packet: &'a [u8]) -> impl Iterator<Item = Result<&'a [u8], Error>> + use<'a> {
        let mut rest = packet;
        let width = self.length;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let unit = rest.split_at_checked(width).and_then(|(length, behind)| {
                let length = length.iter().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte));
                behind.split_at_checked(length)
            });
            rest = unit.map_or(&[], |(_, behind)| behind);
            let broken = || Error::Unreadable("a unit of H.264 ends early".into());
            Some(unit.map(|(unit, _)| unit).ok_or_else(broken))
        })
    }

    /// Returns whether decoding can start with this packet.
    pub(super) fn refreshes(&self, packet: &[u8]) -> bool {
        self.units(packet)
            .any(|unit| unit.is_ok_and(|unit| unit.first().is_some_and(|head| head & 31 == REFRESH)))
    }

    /// Converts a packet to a byte stream (Rec. ITU-T H.264, annex B) with a delimiter, and parameter sets if `key`.
    pub(super) fn byte_stream(&self, packet: &[u8], key: bool) -> Result<Vec<u8>, Error> {
        let mut stream = Vec::with_capacity(packet.len() + 64);
        // A delimiter: any type of slice may follow.
        stream.extend([0, 0, 0, 1, DELIMITER, 0xf0]);
        if key {
            stream.extend_from_slice(&self.sets);
        }
        for unit in self.units(packet) {
            let unit = unit?;
            if unit.first().is_some_and(|head| head & 31 != DELIMITER) {
                stream.extend([0, 0, 1]);
                stream.extend_from_slice(unit);
            }
        }
        Ok(stream)
    }
}

/// The content of AAC's headers (ADTS; ISO/IEC 14496-3, 1.A.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aac {
    profile: u8,
    rate: u8,
    channels: u8,
}

/// Bytes of such a header.
pub(super) const ADTS: usize = 7;

impl Aac {
    pub(super) fn read(sample_entry: &[u8]) -> Result<Aac, Error> {
        let body = entry(sample_entry, b"mp4a")?.ok_or_else(|| codec("segments hold AAC alone"))?;
        let unreadable = || Error::Unreadable("an audio description ends early".into());
        match aac_decoder(body).ok_or_else(unreadable)? {
            (0x40, specific) => Aac::of(specific),
            _ => Err(codec("segments hold AAC alone")),
        }
    }

    /// Reads an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). Decoders detect extensions of AAC themselves.
    fn of(specific: &[u8]) -> Result<Aac, Error> {
        let mut bits = Bits { bytes: specific, at: 0 };
        let mut kind = bits.object_type()?;
        let rate = bits.take(4)?;
        if rate == 15 {
            return Err(codec("a sample rate that transport streams cannot name"));
        }
        let channels = bits.take(4)?;
        if kind == 5 || kind == 29 {
            if bits.take(4)? == 15 {
                bits.take(24)?;
            }
            kind = bits.object_type()?;
        }
        match (u8::try_from(kind), u8::try_from(rate), u8::try_from(channels)) {
            (Ok(kind @ 1..=4), Ok(rate), Ok(channels @ 1..=7)) => {
                Ok(Aac { profile: kind - 1, rate, channels })
            }
            _ => Err(codec("a kind of AAC that transport streams have no name for")),
        }
    }

    /// Returns the header of a packet of `bytes` bytes.
    pub(super) fn header(self, bytes: usize) -> Result<[u8; ADTS], Error> {
        let length = u16::try_from(bytes + ADTS).ok().filter(|&length| length < 1 << 13);
        let [high, low] = length.ok_or(Error::TooLarge)?.to_be_bytes();
        // MPEG-4 without checksum. A buffer fullness of all ones means a variable rate.
        Ok([
            0xff,
            0xf1,
            self.profile << 6 | self.rate << 2 | self.channels >> 2,
            self.channels << 6 | high >> 3,
            high << 5 | low >> 3,
            low << 5 | 0x1f,
            0xfc,
        ])
    }
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Result<u32, Error> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8);
            let byte = byte.ok_or_else(|| Error::Unreadable("an audio description ends early".into()))?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Ok(value)
    }

    fn object_type(&mut self) -> Result<u32, Error> {
        match self.take(5)? {
            31 => Ok(32 + self.take(6)?),
            kind => Ok(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn kinds_of_aac() {
        for (specific, wanted) in [
            (&[0x11, 0x90][..], Some(Aac { profile: 1, rate: 3, channels: 2 })),
            (&[0x12, 0x08], Some(Aac { profile: 1, rate: 4, channels: 1 })),
            // Explicit spectral band replication: 24 kHz inside, 48 kHz in the end.
            (&[0x2b, 0x11, 0x88], Some(Aac { profile: 1, rate: 6, channels: 2 })),
            // Channels by a list, xHE-AAC, a rate of its own, cut off.
            (&[0x11, 0x80], None),
            (&[0xf9, 0x46, 0x40], None),
            (&[0x17, 0x80, 0x2e, 0xe0, 0x10], None),
            (&[0x11], None),
        ] {
            assert_eq!(Aac::of(specific).ok(), wanted, "{specific:x?}");
        }
    }

    #[test]
    fn a_header_contains_its_length() {
        let aac = Aac { profile: 1, rate: 3, channels: 2 };
        assert_eq!(aac.header(371 - ADTS), Ok([0xff, 0xf1, 0x4c, 0x80, 0x2e, 0x7f, 0xfc]));
        assert_eq!(aac.header(8192), Err(Error::TooLarge));
    }
}
