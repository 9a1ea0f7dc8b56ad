//! Writes sample entries: what a decoder must know before the first packet, by codec.

use crate::Error;
use crate::boxes::{boxed, bytes};
use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{Audio, Av1c, Esds, FixedPoint, Pasp, Visual, VpcC};

/// The codec, size and colours of a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoConfig {
    /// WebCodecs' name of the codec: `avc1.64001f`, `hvc1.…`, `vp09.…`, `av01.…`
    pub codec: String,
    /// WebCodecs' description: the decoder configuration record, if the codec has one.
    pub description: Option<Vec<u8>>,
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
    /// Code points of H.273 for primaries, transfer and matrix, in limited range; `UNSPECIFIED` if unknown.
    pub colour: [u16; 3],
}

/// The code point of H.273 for what is not specified.
pub const UNSPECIFIED: u16 = 2;

/// AAC audio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioConfig {
    /// The AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).
    pub description: Vec<u8>,
    /// Samples per second.
    pub sample_rate: u32,
    /// Number of channels.
    pub channels: u16,
}

/// Video codecs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    H264,
    H265,
    Vp9,
    Av1,
}

impl Codec {
    /// Returns the type of the sample entry.
    pub(crate) fn kind(self) -> &'static [u8; 4] {
        match self {
            Codec::H264 => b"avc1",
            Codec::H265 => b"hvc1",
            Codec::Vp9 => b"vp09",
            Codec::Av1 => b"av01",
        }
    }
}

impl VideoConfig {
    /// Returns the codec that the name stands for.
    pub(crate) fn codec(&self) -> Result<Codec, Error> {
        match self.codec.split('.').next() {
            Some("avc1" | "avc3") => Ok(Codec::H264),
            Some("hvc1" | "hev1") => Ok(Codec::H265),
            Some("vp09") => Ok(Codec::Vp9),
            Some("av01") => Ok(Codec::Av1),
            _ => Err(Error::Codec(format!("no file can be made of {:?}", self.codec))),
        }
    }

    /// Returns the sample entry of a file that begins with this packet.
    pub(crate) fn entry(&self, first: &[u8]) -> Result<Vec<u8>, Error> {
        let codec = self.codec()?;
        let record = || {
            let record = self.description.as_deref().filter(|record| !record.is_empty());
            record.ok_or_else(|| Error::Codec(format!("{:?} without its configuration", self.codec)))
        };
        let configuration = match codec {
            Codec::H264 => boxed(b"avcC", &[record()?])?,
            Codec::H265 => boxed(b"hvcC", &[record()?])?,
            Codec::Vp9 => bytes(&vp9(&self.codec)?)?,
            Codec::Av1 => match record() {
                Ok(record) => boxed(b"av1C", &[record])?,
                Err(_) => bytes(&av1(&self.codec, first)?)?,
            },
        };
        let visual =
            Visual { data_reference_index: 1, width: self.width, height: self.height, ..Visual::default() };
        let square = Pasp { h_spacing: 1, v_spacing: 1 };
        let colour: Vec<u8> = self.colour.iter().flat_map(|code| code.to_be_bytes()).collect();
        let colour = boxed(b"colr", &[b"nclx", &colour, &[0]])?;
        let colour = if self.colour == [UNSPECIFIED; 3] { &[][..] } else { &colour };
        boxed(codec.kind(), &[&bytes(&visual)?, &configuration, colour, &bytes(&square)?])
    }
}

impl AudioConfig {
    /// Returns the sample entry for audio of this bitrate, in bits per second.
    pub(crate) fn entry(&self, bit_rate: u32) -> Result<Vec<u8>, Error> {
        let audio = Audio {
            data_reference_index: 1,
            channel_count: self.channels,
            sample_size: 16,
            // The field ends at 65535 Hz; decoders use the configuration.
            sample_rate: FixedPoint::from(u16::try_from(self.sample_rate).unwrap_or(0)),
        };
        // ISO/IEC 14496-1, 7.2.6.6: MPEG-4 audio, an audio stream.
        let configuration = DecoderConfig {
            object_type_indication: 0x40,
            stream_type: 5,
            max_bitrate: bit_rate,
            avg_bitrate: bit_rate,
            dec_specific: Some(DecoderSpecific {
                raw: self.description.clone(),
                ..DecoderSpecific::default()
            }),
            ..DecoderConfig::default()
        };
        let stream = EsDescriptor {
            dec_config: configuration,
            sl_config: SLConfig::default(),
            ..EsDescriptor::default()
        };
        boxed(b"mp4a", &[&bytes(&audio)?, &bytes(&Esds { es_desc: stream })?])
    }
}

/// Offsets of the level in an `avcC` box and in the first parameter set there (ISO/IEC 14496-15, 5.3.3.1), counted from
/// the box's type.
const LEVELS: [usize; 2] = [4 + 3, 4 + 8 + 3];

/// Joins two sample entries that differ only in H.264's level, which encoders choose by the rate of each chunk. The
/// level is an upper bound, so the higher one is valid for both. Returns `None` if the entries differ in more.
pub(crate) fn with_higher_level(one: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let record = one.windows(4).position(|kind| kind == b"avcC")?;
    let places = LEVELS.map(|level| record + level);
    let mut joined = one.to_vec();
    for place in places {
        let level = *one.get(place)?.max(other.get(place)?);
        *joined.get_mut(place)? = level;
    }
    let alike = one.len() == other.len()
        && (0..one.len()).all(|place| one[place] == other[place] || places.contains(&place));
    alike.then_some(joined)
}

/// The numbers after the codec's name, separated by dots.
struct Numbers<'a> {
    codec: &'a str,
    parts: Vec<&'a str>,
}

impl Numbers<'_> {
    fn new(codec: &str) -> Numbers<'_> {
        Numbers { codec, parts: codec.split('.').skip(1).collect() }
    }

    fn unreadable(&self) -> Error {
        Error::Codec(format!("{:?} does not say enough", self.codec))
    }

    fn optional(&self, place: usize) -> Result<Option<u8>, Error> {
        self.parts.get(place).map(|part| part.parse().map_err(|_| self.unreadable())).transpose()
    }

    fn needed(&self, place: usize) -> Result<u8, Error> {
        self.optional(place)?.ok_or_else(|| self.unreadable())
    }
}

/// Reads the configuration of VP9 from the codec's name ("VP Codec ISO Media File Format Binding", codecs parameter
/// string). Colours that it does not name stay unspecified (2).
fn vp9(codec: &str) -> Result<VpcC, Error> {
    let numbers = Numbers::new(codec);
    Ok(VpcC {
        profile: numbers.needed(0)?,
        level: numbers.needed(1)?,
        bit_depth: numbers.needed(2)?,
        chroma_subsampling: numbers.optional(3)?.unwrap_or(1),
        color_primaries: numbers.optional(4)?.unwrap_or(2),
        transfer_characteristics: numbers.optional(5)?.unwrap_or(2),
        matrix_coefficients: numbers.optional(6)?.unwrap_or(2),
        video_full_range_flag: numbers.optional(7)? == Some(1),
        codec_initialization_data: Vec::new(),
    })
}

/// Reads the configuration of AV1 from the codec's name and the sequence header in the first packet ("AV1 Codec ISO
/// Media File Format Binding", 2.3 and 5).
fn av1(codec: &str, first: &[u8]) -> Result<Av1c, Error> {
    let numbers = Numbers::new(codec);
    let (level, tier) = numbers
        .parts
        .get(1)
        .and_then(|level| level.split_at_checked(level.len().saturating_sub(1)))
        .ok_or_else(|| numbers.unreadable())?;
    let bits = numbers.needed(2)?;
    let [across, down, position] = match numbers.parts.get(4).map(|sampling| sampling.as_bytes()) {
        None => [1, 1, 0],
        Some([across, down, position]) => [across, down, position].map(|digit| digit.saturating_sub(b'0')),
        Some(_) => return Err(numbers.unreadable()),
    };
    Ok(Av1c {
        seq_profile: numbers.needed(0)?,
        seq_level_idx_0: level.parse().map_err(|_| numbers.unreadable())?,
        seq_tier_0: tier == "H",
        high_bitdepth: bits > 8,
        twelve_bit: bits == 12,
        monochrome: numbers.optional(3)? == Some(1),
        chroma_subsampling_x: across == 1,
        chroma_subsampling_y: down == 1,
        chroma_sample_position: position & 3,
        initial_presentation_delay: None,
        config_obus: sequence_header(first)
            .ok_or_else(|| Error::Codec("an AV1 stream without a sequence header".into()))?
            .to_vec(),
    })
}

/// Types of AV1's open bitstream units (AV1 specification, 6.2.2).
const SEQUENCE_HEADER: u8 = 1;
const TEMPORAL_DELIMITER: u8 = 2;

/// Splits an AV1 packet into the type of its first unit, that unit, and the rest. The unit must contain its size.
fn unit(packet: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let head = *packet.first()?;
    let (extension, sized) = (head & 4 != 0, head & 2 != 0);
    let start = 1 + usize::from(extension);
    let mut size = 0_usize;
    let mut end = start;
    for place in 0..4 {
        let byte = *packet.get(end).filter(|_| sized)?;
        size |= usize::from(byte & 127) << (7 * place);
        end += 1;
        if byte & 128 == 0 {
            break;
        }
    }
    let (unit, rest) = packet.split_at_checked(end.checked_add(size)?)?;
    Some(((head >> 3) & 15, unit, rest))
}

fn sequence_header(packet: &[u8]) -> Option<&[u8]> {
    let mut packet = packet;
    loop {
        let (kind, first, rest) = unit(packet)?;
        if kind == SEQUENCE_HEADER {
            return Some(first);
        }
        packet = rest;
    }
}

/// Removes the temporal delimiter from an AV1 packet, as the binding requires.
pub(crate) fn without_delimiter(packet: &[u8]) -> &[u8] {
    match unit(packet) {
        Some((TEMPORAL_DELIMITER, _, rest)) => rest,
        _ => packet,
    }
}
