//! Cuts a finished file into the segments of a stream, at given frames. Knows no playlist, and needs only the packets
//! of one segment at a time.

mod codecs;
mod fragment;
mod transport;

use crate::assembly::presentation;
use crate::index::{Media, Track};
use crate::{Error, Format, Piece, Rate, ZERO_SECONDS};
use codecs::{Aac, Avc};
use std::ops::Range;

/// The video on its grid of frames, and the audio.
struct Source {
    rate: Rate,
    video: Track,
    avc: Vec<Avc>,
    /// Presentation minus decoding of each frame, in frames.
    leads: Vec<i64>,
    /// How many frames before presentation decoding starts.
    ahead: i64,
    audio: Option<Audio>,
}

struct Audio {
    track: Track,
    aac: Aac,
    /// When each packet is due, in ticks of its track; the first frame is at zero.
    times: Vec<i64>,
}

/// The samples of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    video: Range<usize>,
    audio: Range<usize>,
}

/// Cuts one file into segments.
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
    /// Creates a packager for the file with this index (`moov`, box header included): H.264 at this rate, possibly with
    /// AAC. A segment begins at each of the frames `firsts`, the first of which is 0.
    pub fn new(index: &[u8], format: Format, rate: Rate, firsts: &[u64]) -> Result<Packager, Error> {
        let source = Source::read(index, rate)?;
        let segments = source.cut(firsts)?;
        let muxer = match format {
            Format::TransportStream => Muxer::TransportStream(transport::Muxer::default()),
            Format::Fragments => Muxer::Fragments,
        };
        Ok(Packager { source, segments, next: 0, muxer })
    }

    /// Returns the initialization file, which players need before fragments. Transport streams have one too, because it
    /// names the codecs.
    pub fn init(&self) -> Result<Vec<u8>, Error> {
        fragment::init(&self.source)
    }

    /// Returns the parts of the file that the next segment needs, in file order; `None` after the last segment.
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

    /// Writes the next segment. `media` are the pieces that `wanted` returns, concatenated.
    pub fn write(&mut self, media: &[u8]) -> Result<Vec<u8>, Error> {
        let segment = self.segments.get(self.next).ok_or(Error::Empty)?;
        let packets = Packets::new(&self.source, segment, media)?;
        let first = segment.video.start;
        let entry = self.source.video.samples[first].entry as usize;
        let avc = self.source.avc.get(entry).ok_or(Error::Empty)?;
        if !avc.refreshes(packets.video(first)?) {
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
        // Refuses rates without a clock.
        rate.clock()?;
        let (mut video, mut audio): (Vec<Track>, Vec<Track>) =
            Track::read_all(index)?.into_iter().partition(|track| matches!(track.media, Media::Video(..)));
        let (Some(video), true) = (video.pop(), video.is_empty()) else {
            return Err(Error::Foreign("not one video track"));
        };
        if audio.len() > 1 {
            return Err(Error::Foreign("several audio tracks"));
        }
        let leads = presentation(&video, rate).map_err(|sample| Error::OffGrid { chunk: 0, sample })?;
        let avc: Result<Vec<Avc>, Error> = video.entries.iter().map(|entry| Avc::read(entry)).collect();
        let audio = audio.pop().filter(|track| !track.samples.is_empty());
        let audio = audio.map(|track| Audio::new(track, video.wait)).transpose()?;
        let ahead = leads.iter().map(|lead| -lead).max().unwrap_or(0).max(0);
        Ok(Source { rate, avc: avc?, leads, ahead, audio, video })
    }

    /// Assigns every sample to a segment. Each segment must begin with a closed group of pictures.
    fn cut(&self, firsts: &[u64]) -> Result<Vec<Segment>, Error> {
        let frames = self.leads.len();
        if firsts.first() != Some(&0) || frames == 0 {
            return Err(Error::NoCut { frame: 0 });
        }
        let packets = self.audio.as_ref().map_or(0, |audio| audio.times.len());
        let mut segments = Vec::with_capacity(firsts.len());
        let mut taken = 0;
        for (number, &first) in firsts.iter().enumerate() {
            let end = firsts.get(number + 1).copied();
            let no_cut = Error::NoCut { frame: first };
            let start = usize::try_from(first).map_err(|_| no_cut.clone())?;
            let until = usize::try_from(end.unwrap_or(frames as u64)).map_err(|_| no_cut.clone())?;
            let inside = self.leads.get(start..until).filter(|inside| !inside.is_empty());
            let closed = inside.ok_or_else(|| no_cut.clone())?.iter().zip(start..).all(|(lead, sample)| {
                usize::try_from(sample as i64 + lead).is_ok_and(|slot| (start..until).contains(&slot))
            });
            if !closed || !self.video.samples[start].key {
                return Err(no_cut);
            }
            let next = match (&self.audio, end) {
                (Some(audio), Some(end)) => {
                    audio.times.partition_point(|&time| audio.before(time, end, self.rate)).max(taken)
                }
                _ => packets,
            };
            segments.push(Segment { video: start..until, audio: taken..next });
            taken = next;
        }
        Ok(segments)
    }

    /// Returns the offsets and sizes of a segment's packets, in file order.
    fn places(&self, segment: &Segment) -> Vec<(u64, u64)> {
        let audio = self.audio.as_ref().and_then(|audio| audio.track.samples.get(segment.audio.clone()));
        let samples = self.video.samples[segment.video.clone()].iter().chain(audio.into_iter().flatten());
        let mut places: Vec<(u64, u64)> =
            samples.map(|sample| (sample.offset, u64::from(sample.size))).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

impl Audio {
    /// Reads the audio track. `waits` is how many microseconds after the movie's beginning the video begins.
    fn new(track: Track, waits: u64) -> Result<Audio, Error> {
        if track.samples.iter().any(|sample| sample.entry != 0) {
            return Err(Error::Foreign("audio that changes its kind"));
        }
        let aac = Aac::read(track.entries.first().ok_or(Error::Empty)?)?;
        let wait = (i128::from(track.wait) - i128::from(waits)) * i128::from(track.scale);
        let wait = i64::try_from(wait.div_euclid(1_000_000)).map_err(|_| Error::TooLarge)?;
        let skipped = i64::try_from(track.skipped).map_err(|_| Error::TooLarge)?;
        let mut time = wait.checked_sub(skipped).ok_or(Error::TooLarge)?;
        if time < -i64::from(track.scale) * i64::from(ZERO_SECONDS) {
            return Err(Error::Foreign("audio long before the first frame"));
        }
        let mut times = Vec::with_capacity(track.samples.len());
        for sample in &track.samples {
            times.push(time);
            time = time.checked_add(sample.duration.into()).ok_or(Error::TooLarge)?;
        }
        Ok(Audio { track, aac, times })
    }

    /// Returns whether `time` is before the time of a frame.
    fn before(&self, time: i64, frame: u64, rate: Rate) -> bool {
        let frame = i128::from(frame) * i128::from(rate.denominator) * i128::from(self.track.scale);
        i128::from(time) * i128::from(rate.numerator) < frame
    }
}

/// Finds the packets of one segment in its pieces.
struct Packets<'a> {
    source: &'a Source,
    media: &'a [u8],
    /// Offsets of each packet in the file and in `media`.
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
            return Err(Error::Unreadable(format!("{} bytes instead of {at}", media.len())));
        }
        Ok(Packets { source, media, places })
    }

    fn at(&self, track: &Track, sample: usize) -> Result<&'a [u8], Error> {
        let sample = track.samples.get(sample).ok_or(Error::Empty)?;
        let place = self.places.binary_search_by_key(&sample.offset, |place| place.0);
        let start = place.ok().and_then(|place| self.places.get(place)).ok_or(Error::Empty)?.1;
        self.media.get(start..).and_then(|rest| rest.get(..sample.size as usize)).ok_or(Error::Empty)
    }

    fn video(&self, sample: usize) -> Result<&'a [u8], Error> {
        self.at(&self.source.video, sample)
    }

    fn audio(&self, sample: usize) -> Result<&'a [u8], Error> {
        self.at(&self.source.audio.as_ref().ok_or(Error::Empty)?.track, sample)
    }
}
