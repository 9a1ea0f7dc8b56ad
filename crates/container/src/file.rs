//! Packets as a file of one track: media data first, so that it can be written before all is known.

use crate::boxes::boxed;
use crate::entry::{Codec, Picture, Sound, without_delimiter};
use crate::index::{self, Media, Sample, Track, file_type};
use crate::{Error, Rate};

/// The file as far as it is written: its type, then media data.
struct Written {
    bytes: Vec<u8>,
    /// Where the media data's box begins.
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

    /// What the first packet is.
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

/// A file of pictures at an even rate.
pub struct PictureFile {
    written: Written,
    picture: Picture,
    codec: Codec,
    frame: u32,
    scale: u32,
    /// Presentation minus decoding of every packet, in frames.
    leads: Vec<i32>,
}

impl PictureFile {
    /// A file without packets.
    pub fn new(picture: Picture, rate: Rate) -> Result<PictureFile, Error> {
        let (codec, clock) = (picture.codec()?, rate.clock()?);
        Ok(PictureFile {
            written: Written::new(codec.kind())?,
            picture,
            codec,
            frame: clock.frame,
            scale: clock.scale,
            leads: Vec::new(),
        })
    }

    /// The next packet in the order of decoding. `lead` is by how many frames it is presented after its turn in that
    /// order.
    pub fn add(&mut self, data: &[u8], lead: i32, key: bool) -> Result<(), Error> {
        let data = if self.codec == Codec::Av1 { without_delimiter(data) } else { data };
        self.leads.push(lead);
        self.written.add(data, self.frame, 0, key)
    }

    /// The whole file. Decoding goes ahead of presentation by `ahead` frames, or as many more as the most reordered
    /// picture needs; an edit takes that off again.
    pub fn finish(mut self, ahead: u32) -> Result<Vec<u8>, Error> {
        let needed = self.leads.iter().map(|lead| -i64::from(*lead)).max().unwrap_or(0);
        let delay = needed.max(ahead.into());
        let ticks = |frames: i64| frames.checked_mul(self.frame.into()).ok_or(Error::TooLarge);
        for (sample, lead) in self.written.samples.iter_mut().zip(&self.leads) {
            sample.shift = ticks(i64::from(*lead) + delay)?;
        }
        let skipped = ticks(delay)?.unsigned_abs();
        let entry = self.picture.entry(self.written.first()?)?;
        let media = Media::Picture(self.picture.width, self.picture.height);
        self.written.finish(media, self.scale, entry, skipped, 0)
    }
}

/// A file of AAC.
pub struct SoundFile {
    written: Written,
    sound: Sound,
}

impl SoundFile {
    /// A file without packets.
    pub fn new(sound: Sound) -> Result<SoundFile, Error> {
        if sound.sample_rate == 0 || sound.channels == 0 || sound.description.is_empty() {
            return Err(Error::Codec(format!("no file can be made of {sound:?}")));
        }
        Ok(SoundFile { written: Written::new(b"mp4a")?, sound })
    }

    /// The next packet and for how many samples it lasts.
    pub fn add(&mut self, data: &[u8], samples: u32) -> Result<(), Error> {
        self.written.add(data, samples, 0, true)
    }

    /// The whole file. `start` is when its first sample is due, in microseconds: what is due before zero is cut off,
    /// what begins later is waited for.
    pub fn finish(self, start: i64) -> Result<Vec<u8>, Error> {
        self.written.first()?;
        let rate = u128::from(self.sound.sample_rate);
        let early = u128::from(start.min(0).unsigned_abs()) * rate;
        let skipped = u64::try_from((early + 500_000) / 1_000_000).map_err(|_| Error::TooLarge)?;
        let sum =
            |of: fn(&Sample) -> u32| self.written.samples.iter().map(|sample| u128::from(of(sample))).sum();
        let (bytes, samples): (u128, u128) = (sum(|sample| sample.size), sum(|sample| sample.duration));
        let bit_rate = u32::try_from(bytes * 8 * rate / samples.max(1)).map_err(|_| Error::TooLarge)?;
        let entry = self.sound.entry(bit_rate)?;
        self.written.finish(Media::Sound, self.sound.sample_rate, entry, skipped, start.max(0).unsigned_abs())
    }
}
