//! One finished file cut into the segments of a stream, at given frames. Knows no playlist, and reads only the bytes
//! that it is given.

mod codecs;
mod fragment;
mod transport;

use crate::assembly::presentation;
use crate::index::{Media, Track};
use crate::{Error, Format, Piece, Rate, ZERO_SECONDS};
use codecs::{Aac, Avc};
use std::ops::Range;

/// The pictures on their grid, and the sound.
struct Source {
    rate: Rate,
    pictures: Track,
    avc: Vec<Avc>,
    /// Presentation minus decoding of every picture, in frames.
    leads: Vec<i64>,
    /// By how many frames decoding goes ahead of presentation.
    ahead: i64,
    sound: Option<Sound>,
}

struct Sound {
    track: Track,
    aac: Aac,
    /// When each packet is due, in ticks of its track, the first picture at zero.
    times: Vec<i64>,
}

/// The samples of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    pictures: Range<usize>,
    sounds: Range<usize>,
}

/// Cuts a file whose index is known; asks for the packets of one segment at a time.
pub struct Packager {
    source: Source,
    segments: Vec<Segment>,
    next: usize,
    muxer: Muxer,
}

enum Muxer {
    TransportStream(transport::Muxer),
    Fragments,
}

impl Packager {
    /// For the file that this index (`moov`, header and all) belongs to: H.264 at this rate, perhaps with AAC, cut
    /// before each of these frames but the first, which is 0.
    pub fn new(index: &[u8], format: Format, rate: Rate, firsts: &[u64]) -> Result<Packager, Error> {
        let source = Source::read(index, rate)?;
        let segments = source.cut(firsts)?;
        let muxer = match format {
            Format::TransportStream => Muxer::TransportStream(transport::Muxer::default()),
            Format::Fragments => Muxer::Fragments,
        };
        Ok(Packager { source, segments, next: 0, muxer })
    }

    /// How many segments there are.
    pub fn count(&self) -> usize {
        self.segments.len()
    }

    /// The initialization file, which players need before fragments. Made for transport streams too: it tells what the
    /// streams are.
    pub fn init(&self) -> Result<Vec<u8>, Error> {
        fragment::init(&self.source)
    }

    /// What of the file the next segment needs, in the order in which it lies there; `None` after the last one.
    pub fn wanted(&self) -> Option<Vec<Piece>> {
        let segment = self.segments.get(self.next)?;
        let mut pieces: Vec<Piece> = Vec::new();
        for (offset, size) in self.source.places(segment) {
            match pieces.last_mut() {
                Some(last) if last.offset + last.bytes == offset => last.bytes += size,
                _ => pieces.push(Piece { file: 0, offset, bytes: size }),
            }
        }
        Some(pieces)
    }

    /// The next segment, out of the bytes that `wanted` names, one piece behind the other.
    pub fn write(&mut self, media: &[u8]) -> Result<Vec<u8>, Error> {
        let segment = self.segments.get(self.next).ok_or(Error::Empty)?;
        let packets = Packets::new(&self.source, segment, media)?;
        let first = segment.pictures.start;
        let entry = self.source.pictures.samples[first].entry as usize;
        let avc = self.source.avc.get(entry).ok_or(Error::Empty)?;
        if !avc.refreshes(packets.picture(first)?) {
            return Err(Error::NoCut { frame: first as u64 });
        }
        let number = u32::try_from(self.next + 1).map_err(|_| Error::TooLarge)?;
        let written = match &mut self.muxer {
            Muxer::TransportStream(muxer) => muxer.segment(&self.source, segment, &packets)?,
            Muxer::Fragments => fragment::segment(&self.source, segment, &packets, number)?,
        };
        self.next += 1;
        Ok(written)
    }
}

impl Source {
    fn read(index: &[u8], rate: Rate) -> Result<Source, Error> {
        // A clock must be possible.
        rate.clock()?;
        let (mut pictures, mut sounds): (Vec<Track>, Vec<Track>) =
            Track::read_all(index)?.into_iter().partition(|track| matches!(track.media, Media::Picture(..)));
        let (Some(pictures), true) = (pictures.pop(), pictures.is_empty()) else {
            return Err(Error::Foreign("not one track of pictures"));
        };
        let sound = sounds.pop();
        if !sounds.is_empty() {
            return Err(Error::Foreign("several tracks of sound"));
        }
        let leads = presentation(&pictures, rate).map_err(|sample| Error::OffGrid { chunk: 0, sample })?;
        let avc: Result<Vec<Avc>, Error> = pictures.entries.iter().map(|entry| Avc::read(entry)).collect();
        let sound = match sound.filter(|track| !track.samples.is_empty()) {
            Some(track) => Some(Sound::new(track, pictures.wait)?),
            None => None,
        };
        let ahead = leads.iter().map(|lead| -lead).max().unwrap_or(0).max(0);
        Ok(Source { rate, avc: avc?, leads, ahead, sound, pictures })
    }

    /// Shares all samples out. Every cut must lie before a closed group of pictures.
    fn cut(&self, firsts: &[u64]) -> Result<Vec<Segment>, Error> {
        let frames = self.leads.len();
        if firsts.first() != Some(&0) || frames == 0 {
            return Err(Error::NoCut { frame: 0 });
        }
        let packets = self.sound.as_ref().map_or(0, |sound| sound.times.len());
        let mut segments = Vec::with_capacity(firsts.len());
        let mut heard = 0;
        for (number, &first) in firsts.iter().enumerate() {
            let end = firsts.get(number + 1).copied();
            let no_cut = Error::NoCut { frame: first };
            let start = usize::try_from(first).map_err(|_| no_cut.clone())?;
            let until = usize::try_from(end.unwrap_or(frames as u64)).map_err(|_| no_cut.clone())?;
            let inside = self.leads.get(start..until).filter(|inside| !inside.is_empty());
            let closed = inside.ok_or_else(|| no_cut.clone())?.iter().zip(start..).all(|(lead, sample)| {
                usize::try_from(sample as i64 + lead).is_ok_and(|slot| (start..until).contains(&slot))
            });
            if !closed || !self.pictures.samples[start].key {
                return Err(no_cut);
            }
            let next = match (&self.sound, end) {
                (Some(sound), Some(end)) => {
                    sound.times.partition_point(|&time| sound.before(time, end, self.rate)).max(heard)
                }
                _ => packets,
            };
            segments.push(Segment { pictures: start..until, sounds: heard..next });
            heard = next;
        }
        Ok(segments)
    }

    /// Where the packets of a segment lie and how long they are, as they lie in the file.
    fn places(&self, segment: &Segment) -> Vec<(u64, u64)> {
        let sounds = self.sound.as_ref().and_then(|sound| sound.track.samples.get(segment.sounds.clone()));
        let samples =
            self.pictures.samples[segment.pictures.clone()].iter().chain(sounds.into_iter().flatten());
        let mut places: Vec<(u64, u64)> =
            samples.map(|sample| (sample.offset, u64::from(sample.size))).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

impl Sound {
    /// `waits` is how many microseconds the pictures wait for the movie to begin.
    fn new(track: Track, waits: u64) -> Result<Sound, Error> {
        if track.samples.iter().any(|sample| sample.entry != 0) {
            return Err(Error::Foreign("sound that changes its kind"));
        }
        let aac = Aac::read(track.entries.first().ok_or(Error::Empty)?)?;
        let wait = (i128::from(track.wait) - i128::from(waits)) * i128::from(track.scale);
        let wait = i64::try_from(wait.div_euclid(1_000_000)).map_err(|_| Error::TooLarge)?;
        let skipped = i64::try_from(track.skipped).map_err(|_| Error::TooLarge)?;
        let mut time = wait.checked_sub(skipped).ok_or(Error::TooLarge)?;
        if time < -i64::from(track.scale) * i64::from(ZERO_SECONDS) {
            return Err(Error::Foreign("sound long before the first picture"));
        }
        let mut times = Vec::with_capacity(track.samples.len());
        for sample in &track.samples {
            times.push(time);
            time = time.checked_add(sample.duration.into()).ok_or(Error::TooLarge)?;
        }
        Ok(Sound { track, aac, times })
    }

    /// Whether what is due at `time` begins before frame `frame` does.
    fn before(&self, time: i64, frame: u64, rate: Rate) -> bool {
        let frame = i128::from(frame) * i128::from(rate.denominator) * i128::from(self.track.scale);
        i128::from(time) * i128::from(rate.numerator) < frame
    }
}

/// The packets of one segment, out of its pieces.
struct Packets<'a> {
    source: &'a Source,
    media: &'a [u8],
    /// Offset in the file, and in `media`.
    places: Vec<(u64, usize)>,
}

impl<'a> Packets<'a> {
    fn new(source: &'a Source, segment: &Segment, media: &'a [u8]) -> Result<Packets<'a>, Error> {
        let mut at = 0_usize;
        let mut places = Vec::new();
        for (offset, size) in source.places(segment) {
            places.push((offset, at));
            at = usize::try_from(size).ok().and_then(|size| at.checked_add(size)).ok_or(Error::TooLarge)?;
        }
        if at != media.len() {
            return Err(Error::Unreadable(format!("{} bytes where {at} were asked for", media.len())));
        }
        Ok(Packets { source, media, places })
    }

    fn at(&self, track: &Track, sample: usize) -> Result<&'a [u8], Error> {
        let sample = track.samples.get(sample).ok_or(Error::Empty)?;
        let place = self.places.binary_search_by_key(&sample.offset, |place| place.0);
        let start = place.ok().and_then(|place| self.places.get(place)).ok_or(Error::Empty)?.1;
        self.media.get(start..).and_then(|rest| rest.get(..sample.size as usize)).ok_or(Error::Empty)
    }

    fn picture(&self, sample: usize) -> Result<&'a [u8], Error> {
        self.at(&self.source.pictures, sample)
    }

    fn sound(&self, sample: usize) -> Result<&'a [u8], Error> {
        self.at(&self.source.sound.as_ref().ok_or(Error::Empty)?.track, sample)
    }
}
