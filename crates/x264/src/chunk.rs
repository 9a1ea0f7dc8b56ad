//! Packets as an MP4 file of one track, as ffmpeg's concatenating demuxer reads it. Knows nothing of encoders or plans.

use crate::encoder::{Format, Packet, ParameterSets};
use mp4_atom::{
    Avc1, Avcc, Codec, Ctts, CttsEntry, Dinf, Dref, DrefEntry, Edts, Elst, ElstEntry, Encode, FixedPoint,
    FourCC, Ftyp, Hdlr, Mdhd, Mdia, Minf, Moov, Mvhd, Pasp, Stbl, Stco, Stsc, StscEntry, Stsd, Stss, Stsz,
    StszSamples, Stts, SttsEntry, Tkhd, Trak, Url, Visual, Vmhd,
};

/// Ticks of the movie's own clock in a second.
const MOVIE_SCALE: u64 = 1000;

/// Ticks of the track's clock in a second are at least this many, as in ffmpeg's own files: on a coarser clock its
/// concatenation loses the last frame's length where a frame is more than one tick.
const TRACK_SCALE: u32 = 10_000;

/// The track's clock: ticks in a second, and ticks of a frame.
#[derive(Clone, Copy)]
struct Clock {
    scale: u32,
    frame: u32,
}

impl Clock {
    fn new(format: Format) -> Option<Clock> {
        let factor = TRACK_SCALE.div_ceil(format.rate_numerator).next_power_of_two();
        Some(Clock {
            scale: format.rate_numerator.checked_mul(factor)?,
            frame: format.rate_denominator.checked_mul(factor)?,
        })
    }
}

/// The file, or `None` where there are no packets or a number does not fit the format (4 GiB of
/// packets, a clip of years).
pub(crate) fn mp4(format: Format, sets: &ParameterSets, packets: &[Packet]) -> Option<Vec<u8>> {
    packets.first()?;
    let mut file = Vec::new();
    let brands = [b"isom", b"iso2", b"avc1", b"mp41"].map(FourCC::new).to_vec();
    Ftyp { major_brand: FourCC::new(b"isom"), minor_version: 512, compatible_brands: brands }
        .encode(&mut file)
        .ok()?;
    let media: usize = packets.iter().map(|packet| packet.data.len()).sum();
    file.extend_from_slice(&u32::try_from(media + 8).ok()?.to_be_bytes());
    file.extend_from_slice(b"mdat");
    let first = u32::try_from(file.len()).ok()?;
    file.reserve(media + 1024 + packets.len() * 16);
    packets.iter().for_each(|packet| file.extend_from_slice(&packet.data));
    movie(format, sets, packets, first)?.encode(&mut file).ok()?;
    Some(file)
}

fn movie(format: Format, sets: &ParameterSets, packets: &[Packet], first: u32) -> Option<Moov> {
    let frames = u64::try_from(packets.len()).ok()?;
    let clock = Clock::new(format)?;
    let media_duration = frames.checked_mul(u64::from(clock.frame))?;
    let movie_duration = media_duration.checked_mul(MOVIE_SCALE)?.div_ceil(u64::from(clock.scale));
    // Decoding starts before zero so that every frame is decoded when it is due; the edit takes that off again.
    let early = packets.first().map_or(0, |packet| packet.decoded.min(0)).unsigned_abs();
    let (width, height) = (u16::try_from(format.width).ok()?, u16::try_from(format.height).ok()?);
    let mdhd =
        Mdhd { timescale: clock.scale, duration: media_duration, language: "und".into(), ..Mdhd::default() };
    let minf = Minf {
        vmhd: Some(Vmhd::default()),
        dinf: Dinf { dref: Dref { entries: vec![DrefEntry::Url(Url { location: String::new() })] } },
        stbl: samples(format, clock, sets, packets, first)?,
        ..Minf::default()
    };
    let edit = ElstEntry {
        segment_duration: movie_duration,
        media_time: Some(early.checked_mul(u64::from(clock.frame))?),
        media_rate: FixedPoint::from(1_i16),
    };
    let track = Trak {
        tkhd: Tkhd {
            track_id: 1,
            duration: movie_duration,
            enabled: true,
            in_movie: true,
            width: FixedPoint::from(width),
            height: FixedPoint::from(height),
            ..Tkhd::default()
        },
        edts: Some(Edts { elst: Some(Elst { entries: vec![edit] }) }),
        mdia: Mdia { mdhd, hdlr: Hdlr { handler: FourCC::new(b"vide"), name: "VideoHandler".into() }, minf },
        ..Trak::default()
    };
    Some(Moov {
        mvhd: Mvhd {
            timescale: MOVIE_SCALE as u32,
            duration: movie_duration,
            rate: FixedPoint::from(1_u16),
            volume: FixedPoint::from(1_u8),
            next_track_id: 2,
            ..Mvhd::default()
        },
        trak: vec![track],
        ..Moov::default()
    })
}

fn samples(
    format: Format,
    clock: Clock,
    sets: &ParameterSets,
    packets: &[Packet],
    first: u32,
) -> Option<Stbl> {
    let count = u32::try_from(packets.len()).ok()?;
    let sizes = packets.iter().map(|packet| packet.data.len() as u32).collect();
    let keyframes: Vec<u32> =
        (1..).zip(packets).filter(|(_, packet)| packet.keyframe).map(|(number, _)| number).collect();
    Some(Stbl {
        stsd: Stsd { codecs: vec![Codec::Avc1(sample_entry(format, sets)?)] },
        stts: Stts { entries: vec![SttsEntry { sample_count: count, sample_delta: clock.frame }] },
        ctts: Some(Ctts { entries: offsets(clock, packets)? }),
        stss: Some(Stss { entries: keyframes }),
        stsc: Stsc {
            entries: vec![StscEntry {
                first_chunk: 1,
                samples_per_chunk: count,
                sample_description_index: 1,
            }],
        },
        stsz: Stsz { samples: StszSamples::Different { sizes } },
        stco: Some(Stco { entries: vec![first] }),
        ..Stbl::default()
    })
}

/// How long after its decoding each frame is shown, equal neighbours together.
fn offsets(clock: Clock, packets: &[Packet]) -> Option<Vec<CttsEntry>> {
    let mut entries: Vec<CttsEntry> = Vec::new();
    for packet in packets {
        let frames = packet.shown.checked_sub(packet.decoded).filter(|frames| *frames >= 0)?;
        let sample_offset = frames.checked_mul(i64::from(clock.frame))?;
        match entries.last_mut() {
            Some(last) if last.sample_offset == sample_offset => last.sample_count += 1,
            _ => entries.push(CttsEntry { sample_count: 1, sample_offset }),
        }
    }
    Some(entries)
}

fn sample_entry(format: Format, sets: &ParameterSets) -> Option<Avc1> {
    let [_, profile, compatibility, level, ..] = *sets.sequence.as_slice() else { return None };
    Some(Avc1 {
        visual: Visual {
            data_reference_index: 1,
            width: u16::try_from(format.width).ok()?,
            height: u16::try_from(format.height).ok()?,
            horizresolution: FixedPoint::from(72_u16),
            vertresolution: FixedPoint::from(72_u16),
            frame_count: 1,
            depth: 24,
            ..Visual::default()
        },
        avcc: Avcc {
            configuration_version: 1,
            avc_profile_indication: profile,
            profile_compatibility: compatibility,
            avc_level_indication: level,
            length_size: 4,
            sequence_parameter_sets: vec![sets.sequence.clone()],
            picture_parameter_sets: vec![sets.picture.clone()],
            ext: None,
        },
        btrt: None,
        colr: None,
        pasp: Some(Pasp { h_spacing: 1, v_spacing: 1 }),
        taic: None,
        fiel: None,
        spatial: None,
    })
}
