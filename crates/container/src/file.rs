//! Writes packets as a file with one track, media data first: the index is only known at the end.

use crate::boxes::boxed;
use crate::entry::{AudioConfig, Codec, VideoConfig, without_delimiter};
use crate::index::{self, Media, Sample, Track, file_type};
use crate::rate::Clock;
use crate::{Error, Rate};

/// The file so far: its type, then media data.
struct Written {
    bytes: Vec<u8>,
    /// Where the box with the media data begins.
    media: usize,
    samples: Vec<Sample>,
}

impl Written {
    fn new(kind: &[u8; 4]) -> Result<Written, Error> {
        let mut bytes = file_type(kind)?;
        let media = bytes.len();
        bytes.extend(boxed(b"mdat", &[])?);
        Ok(Written { bytes, media, samples: Vec::new() })
    }

    fn add(&mut self, data: &[u8], duration: u32, shift: i64, key: bool) -> Result<(), Error> {
        let size = u32::try_from(data.len()).map_err(|_| Error::TooLarge)?;
        self.samples.push(Sample { offset: self.bytes.len() as u64, size, duration, shift, key, entry: 0 });
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    /// Returns the first packet.
    fn first(&self) -> Result<&[u8], Error> {
        let sample = self.samples.first().ok_or(Error::Empty)?;
        let start = usize::try_from(sample.offset).map_err(|_| Error::TooLarge)?;
        self.bytes.get(start..).and_then(|rest| rest.get(..sample.size as usize)).ok_or(Error::Empty)
    }

    fn finish(
        mut self,
        media: Media,
        scale: u32,
        entry: Vec<u8>,
        skipped: u64,
        wait: u64,
    ) -> Result<Vec<u8>, Error> {
        let size = u32::try_from(self.bytes.len() - self.media).map_err(|_| Error::TooLarge)?;
        self.bytes[self.media..self.media + 4].copy_from_slice(&size.to_be_bytes());
        let track = Track { media, scale, entries: vec![entry], samples: self.samples, skipped, wait };
        self.bytes.extend(index::write(&[(&track, &[track.samples.len()])], 0, false, None)?);
        Ok(self.bytes)
    }
}

/// An MP4 file with one video track of an even frame rate.
pub struct VideoFile {
    written: Written,
    config: VideoConfig,
    codec: Codec,
    clock: Clock,
    /// Presentation minus decoding of every packet, in frames.
    leads: Vec<i32>,
}

impl VideoFile {
    /// Creates a file without packets.
    pub fn new(config: VideoConfig, rate: Rate) -> Result<VideoFile, Error> {
        let (codec, clock) = (config.codec()?, rate.clock()?);
        Ok(VideoFile { written: Written::new(codec.kind())?, config, codec, clock, leads: Vec::new() })
    }

    /// Adds the next packet in decoding order. `lead` is how many frames after its place in that order it is presented.
    pub fn add(&mut self, data: &[u8], lead: i32, key: bool) -> Result<(), Error> {
        let data = if self.codec == Codec::Av1 { without_delimiter(data) } else { data };
        self.leads.push(lead);
        self.written.add(data, self.clock.frame, 0, key)
    }

    /// Returns the whole file. Decoding starts `ahead` frames before presentation, or earlier if reordered frames need
    /// it; an edit hides that delay.
    pub fn finish(mut self, ahead: u32) -> Result<Vec<u8>, Error> {
        let needed = self.leads.iter().map(|lead| -i64::from(*lead)).max().unwrap_or(0);
        let delay = needed.max(ahead.into());
        let ticks = |frames: i64| frames.checked_mul(self.clock.frame.into()).ok_or(Error::TooLarge);
        for (sample, lead) in self.written.samples.iter_mut().zip(&self.leads) {
            sample.shift = ticks(i64::from(*lead) + delay)?;
        }
        let skipped = ticks(delay)?.unsigned_abs();
        let entry = self.config.entry(self.written.first()?)?;
        let media = Media::Video(self.config.width, self.config.height);
        self.written.finish(media, self.clock.scale, entry, skipped, 0)
    }
}

/// An MP4 file with one track of AAC.
pub struct AudioFile {
    written: Written,
    config: AudioConfig,
}

impl AudioFile {
    /// Creates a file without packets.
    pub fn new(config: AudioConfig) -> Result<AudioFile, Error> {
        if config.sample_rate == 0 || config.channels == 0 || config.description.is_empty() {
            return Err(Error::Codec(format!("no file can be made of {config:?}")));
        }
        Ok(AudioFile { written: Written::new(b"mp4a")?, config })
    }

    /// Adds the next packet, which lasts `samples` samples.
    pub fn add(&mut self, data: &[u8], samples: u32) -> Result<(), Error> {
        self.written.add(data, samples, 0, true)
    }

    /// Returns the whole file. `start` is when its first sample is due, in microseconds: an edit hides what is due
    /// before zero, or delays audio that begins later.
    pub fn finish(self, start: i64) -> Result<Vec<u8>, Error> {
        self.written.first()?;
        let rate = u128::from(self.config.sample_rate);
        let early = u128::from(start.min(0).unsigned_abs()) * rate;
        let skipped = u64::try_from((early + 500_000) / 1_000_000).map_err(|_| Error::TooLarge)?;
        let sum =
            |of: fn(&Sample) -> u32| self.written.samples.iter().map(|sample| u128::from(of(sample))).sum();
        let (bytes, samples): (u128, u128) = (sum(|sample| sample.size), sum(|sample| sample.duration));
        let bit_rate = u32::try_from(bytes * 8 * rate / samples.max(1)).map_err(|_| Error::TooLarge)?;
        let entry = self.config.entry(bit_rate)?;
        self.written.finish(
            Media::Audio,
            self.config.sample_rate,
            entry,
            skipped,
            start.max(0).unsigned_abs(),
        )
    }
}
