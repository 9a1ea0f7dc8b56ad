//! Reads and writes the index of a file (`moov`): its tracks with every sample.

use crate::Error;
use crate::boxes::{boxed, bytes, one, only, read, read_one, split};
use mp4_atom::{
    Co64, Ctts, CttsEntry, Dref, DrefEntry, Edts, Elst, ElstEntry, FixedPoint, FourCC, Ftyp, Hdlr, Mdhd,
    Mvhd, Smhd, Stco, Stsc, StscEntry, Stss, Stsz, StszSamples, Stts, SttsEntry, Tkhd, Trex, Url, Vmhd,
};

/// Ticks per second of the movie's own clock: the start of audio is in microseconds.
const MOVIE_SCALE: u32 = 1_000_000;

/// Seconds from the beginning of 1904, at which the format begins to count, to that of 1970.
const EPOCH: i64 = 2_082_844_800;

/// Most samples of a track: a day of audio. A damaged index must not take all memory.
const MOST_SAMPLES: usize = 1 << 22;

/// What a track contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// Width and height in pixels.
    Video(u16, u16),
    Audio,
}

/// One sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Its offset in the file.
    pub(crate) offset: u64,
    /// Its size in bytes.
    pub(crate) size: u32,
    /// Ticks until the next sample is decoded.
    pub(crate) duration: u32,
    /// Ticks from its decoding to its presentation.
    pub(crate) shift: i64,
    /// Whether decoding can start here.
    pub(crate) key: bool,
    /// The index of its sample entry.
    pub(crate) entry: u32,
}

/// One track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Track {
    pub(crate) media: Media,
    /// Ticks per second.
    pub(crate) scale: u32,
    /// Sample entries, each a whole box.
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) samples: Vec<Sample>,
    /// Ticks of the track that are not presented.
    pub(crate) skipped: u64,
    /// Microseconds before the track begins.
    pub(crate) wait: u64,
}

impl Track {
    /// Returns the sum of all durations, in ticks.
    pub(crate) fn duration(&self) -> u64 {
        self.samples.iter().map(|sample| u64::from(sample.duration)).sum()
    }

    /// Returns the microseconds from the movie's beginning to the track's end.
    fn presented(&self) -> Result<u64, Error> {
        let mut decoded = 0_i64;
        let mut end = 0_i64;
        for sample in &self.samples {
            decoded = decoded.checked_add(sample.duration.into()).ok_or(Error::TooLarge)?;
            end = end.max(decoded.checked_add(sample.shift).ok_or(Error::TooLarge)?);
        }
        let shown = u128::from(end.unsigned_abs().saturating_sub(self.skipped));
        let lasts = (shown * u128::from(MOVIE_SCALE)).div_ceil(u128::from(self.scale));
        let lasts = u64::try_from(lasts).map_err(|_| Error::TooLarge)?;
        self.wait.checked_add(lasts).ok_or(Error::TooLarge)
    }

    /// Reads a `moov` box with one track, box header included.
    pub(crate) fn read(index: &[u8]) -> Result<Track, Error> {
        let track = Track::read_some(index, 1, "several tracks")?.pop();
        track.ok_or_else(|| Error::Unreadable("no box \"trak\"".into()))
    }

    /// Reads a `moov` box with at most two tracks, box header included.
    pub(crate) fn read_all(index: &[u8]) -> Result<Vec<Track>, Error> {
        Track::read_some(index, 2, "more tracks than two")
    }

    /// Reads a `moov` box with at most so many tracks. They are counted first: each may promise all samples that there
    /// can be, in a hundred bytes.
    fn read_some(index: &[u8], most: usize, too_many: &'static str) -> Result<Vec<Track>, Error> {
        let movie = split(one(&split(index)?, b"moov")?)?;
        let tracks = || movie.iter().filter(|found| &found.kind == b"trak");
        if tracks().nth(most).is_some() {
            return Err(Error::Foreign(too_many));
        }
        let header: Mvhd = read_one(&movie)?;
        tracks().map(|track| Track::read_one(&header, track.body)).collect()
    }

    /// Reads the content of a `trak` box.
    fn read_one(header: &Mvhd, track: &[u8]) -> Result<Track, Error> {
        let track = split(track)?;
        let media = split(one(&track, b"mdia")?)?;
        let information = split(one(&media, b"minf")?)?;
        let table = split(one(&information, b"stbl")?)?;
        let handler: [u8; 4] = read_one::<Hdlr>(&media)?.handler.into();
        let track_header: Tkhd = read_one(&track)?;
        let scale = read_one::<Mdhd>(&media)?.timescale;
        if scale == 0 || header.timescale == 0 {
            return Err(Error::Unreadable("a clock that stands still".into()));
        }
        let edits = match only(&track, b"edts")? {
            Some(edits) => read::<Elst>(&split(edits)?)?.map(|list| list.entries).unwrap_or_default(),
            None => Vec::new(),
        };
        let (empty, skipped) = match edits.as_slice() {
            [] => (0, 0),
            [ElstEntry { media_time: Some(skipped), .. }] => (0, *skipped),
            [
                ElstEntry { media_time: None, segment_duration: empty, .. },
                ElstEntry { media_time: Some(skipped), .. },
            ] => (*empty, *skipped),
            _ => return Err(Error::Foreign("edits")),
        };
        let wait = u128::from(empty) * u128::from(MOVIE_SCALE) / u128::from(header.timescale);
        // After the version, the flags and the number of entries.
        let entries = one(&table, b"stsd")?.get(8..).unwrap_or_default();
        let entries: Vec<Vec<u8>> = split(entries)?.iter().map(|entry| entry.whole.to_vec()).collect();
        // One that reaches to the end would swallow those that come behind it when chunks are joined.
        if entries.iter().any(|entry| entry.starts_with(&[0; 4])) {
            return Err(Error::Foreign("a sample entry without its size"));
        }
        let samples = samples(
            &read_one(&table)?,
            &read_one(&table)?,
            read(&table)?,
            read(&table)?,
            &read_one(&table)?,
            &offsets(read(&table)?, read(&table)?)?,
        )?;
        if samples.iter().any(|sample| sample.entry as usize >= entries.len()) {
            return Err(Error::Unreadable("a sample without its entry".into()));
        }
        Ok(Track {
            media: match &handler {
                b"vide" => Media::Video(track_header.width.integer(), track_header.height.integer()),
                b"soun" => Media::Audio,
                _ => return Err(Error::Foreign("a track that is neither video nor audio")),
            },
            scale,
            entries,
            samples,
            skipped,
            wait: u64::try_from(wait).map_err(|_| Error::TooLarge)?,
        })
    }

    /// Encodes a `trak` box. `runs` are the lengths of the runs in samples; `moved` is added to every offset.
    fn write(&self, number: u32, runs: &[usize], moved: u64, wide: bool) -> Result<Vec<u8>, Error> {
        let lasts = self.presented()?;
        let (width, height) = match self.media {
            Media::Video(width, height) => (width, height),
            Media::Audio => (0, 0),
        };
        let header = Tkhd {
            track_id: number,
            duration: lasts,
            enabled: true,
            in_movie: true,
            width: FixedPoint::from(width),
            height: FixedPoint::from(height),
            volume: FixedPoint::from(u8::from(self.media == Media::Audio)),
            ..Tkhd::default()
        };
        let media_header = Mdhd {
            timescale: self.scale,
            duration: self.duration(),
            language: "und".into(),
            ..Mdhd::default()
        };
        let (handler, media_information) = match self.media {
            Media::Video(..) => (b"vide", bytes(&Vmhd::default())?),
            Media::Audio => (b"soun", bytes(&Smhd::default())?),
        };
        let handler = Hdlr { handler: FourCC::new(handler), name: String::new() };
        let here = Dref { entries: vec![DrefEntry::Url(Url { location: String::new() })] };
        let information = boxed(
            b"minf",
            &[
                &media_information,
                &boxed(b"dinf", &[&bytes(&here)?])?,
                &boxed(b"stbl", &[&self.table(runs, moved, wide)?])?,
            ],
        )?;
        let media = boxed(b"mdia", &[&bytes(&media_header)?, &bytes(&handler)?, &information])?;
        boxed(b"trak", &[&bytes(&header)?, &self.edits(lasts)?, &media])
    }

    /// Encodes the edit list, if one is needed.
    fn edits(&self, lasts: u64) -> Result<Vec<u8>, Error> {
        if self.wait == 0 && self.skipped == 0 {
            return Ok(Vec::new());
        }
        let edit = |segment_duration, media_time| ElstEntry {
            segment_duration,
            media_time,
            media_rate: FixedPoint::from(1_i16),
        };
        let mut entries = vec![edit(lasts - self.wait, Some(self.skipped))];
        if self.wait > 0 {
            entries.insert(0, edit(self.wait, None));
        }
        bytes(&Edts { elst: Some(Elst { entries }) })
    }

    /// Encodes the sample table.
    fn table(&self, runs: &[usize], moved: u64, wide: bool) -> Result<Vec<u8>, Error> {
        let samples = &self.samples;
        let count = u32::try_from(self.entries.len()).map_err(|_| Error::TooLarge)?;
        let head = [0_u32.to_be_bytes(), count.to_be_bytes()].concat();
        let parts: Vec<&[u8]> =
            std::iter::once(head.as_slice()).chain(self.entries.iter().map(Vec::as_slice)).collect();
        let mut table = boxed(b"stsd", &parts)?;
        let mut add = |part: Vec<u8>| table.extend(part);

        let durations = equal_neighbours(samples.iter().map(|sample| sample.duration));
        let entry = |(sample_count, sample_delta)| SttsEntry { sample_count, sample_delta };
        add(bytes(&Stts { entries: durations.into_iter().map(entry).collect() })?);
        if samples.iter().any(|sample| sample.shift != 0) {
            let shifts = equal_neighbours(samples.iter().map(|sample| sample.shift));
            let entry = |(sample_count, sample_offset)| CttsEntry { sample_count, sample_offset };
            add(bytes(&Ctts { entries: shifts.into_iter().map(entry).collect() })?);
        }
        if samples.iter().any(|sample| !sample.key) {
            let keys = (1..).zip(samples).filter(|(_, sample)| sample.key).map(|(number, _)| number);
            add(bytes(&Stss { entries: keys.collect() })?);
        }

        let firsts = runs.iter().scan(0, |next, run| {
            let first = *next;
            *next += run;
            Some(first)
        });
        let mut starts = Vec::new();
        let mut counts: Vec<StscEntry> = Vec::new();
        for (number, (first, run)) in (1..).zip(firsts.zip(runs)) {
            let sample: &Sample = samples.get(first).ok_or(Error::Empty)?;
            starts.push(sample.offset.checked_add(moved).ok_or(Error::TooLarge)?);
            let entry = StscEntry {
                first_chunk: number,
                samples_per_chunk: u32::try_from(*run).map_err(|_| Error::TooLarge)?,
                sample_description_index: sample.entry + 1,
            };
            let same = |last: &StscEntry| {
                last.samples_per_chunk == entry.samples_per_chunk
                    && last.sample_description_index == entry.sample_description_index
            };
            if !counts.last().is_some_and(same) {
                counts.push(entry);
            }
        }
        add(bytes(&Stsc { entries: counts })?);
        let sizes = samples.iter().map(|sample| sample.size).collect();
        add(bytes(&Stsz { samples: StszSamples::Different { sizes } })?);
        add(if wide {
            bytes(&Co64 { entries: starts })?
        } else {
            let narrow: Result<_, _> = starts.into_iter().map(u32::try_from).collect();
            bytes(&Stco { entries: narrow.map_err(|_| Error::TooLarge)? })?
        });
        Ok(table)
    }
}

/// Encodes the beginning of a file whose first track has sample entries of this type.
pub(crate) fn file_type(kind: &[u8]) -> Result<Vec<u8>, Error> {
    let mut brands = [b"isom", b"iso2", b"mp41"].map(FourCC::new).to_vec();
    // Two codecs have their own brands.
    brands.extend([b"avc1", b"av01"].into_iter().filter(|brand| kind == *brand).map(FourCC::new));
    bytes(&Ftyp { major_brand: FourCC::new(b"isom"), minor_version: 512, compatible_brands: brands })
}

/// Encodes the `moov` box of these tracks, each with the lengths of its runs in samples. `captured` is when the clip was
/// captured, in seconds since the beginning of 1970.
pub(crate) fn write(
    tracks: &[(&Track, &[usize])],
    moved: u64,
    wide: bool,
    captured: Option<i64>,
) -> Result<Vec<u8>, Error> {
    write_with(tracks, moved, wide, captured, &[])
}

/// Encodes the `moov` box of tracks whose samples are in fragments.
pub(crate) fn write_fragmented(tracks: &[Track]) -> Result<Vec<u8>, Error> {
    let listed: Vec<(&Track, &[usize])> = tracks.iter().map(|track| (track, &[][..])).collect();
    let defaults = (1..).zip(tracks).map(|(track_id, _)| Trex {
        track_id,
        default_sample_description_index: 1,
        ..Trex::default()
    });
    let defaults: Result<Vec<Vec<u8>>, Error> = defaults.map(|each| bytes(&each)).collect();
    write_with(&listed, 0, false, None, &boxed(b"mvex", &[&defaults?.concat()])?)
}

fn write_with(
    tracks: &[(&Track, &[usize])],
    moved: u64,
    wide: bool,
    captured: Option<i64>,
    behind: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut duration = 0;
    let mut parts = Vec::new();
    for (number, (track, runs)) in (1..).zip(tracks) {
        duration = track.presented()?.max(duration);
        parts.push(track.write(number, runs, moved, wide)?);
    }
    let created = captured.map_or(0, |captured| u64::try_from(captured.saturating_add(EPOCH)).unwrap_or(0));
    let header = Mvhd {
        creation_time: created,
        timescale: MOVIE_SCALE,
        duration,
        rate: FixedPoint::from(1_u16),
        volume: FixedPoint::from(1_u8),
        next_track_id: u32::try_from(tracks.len() + 1).map_err(|_| Error::TooLarge)?,
        ..Mvhd::default()
    };
    boxed(b"moov", &[&bytes(&header)?, &parts.concat(), behind])
}

/// Counts how often each value is repeated in a row.
fn equal_neighbours<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<(u32, T)> {
    let mut rows: Vec<(u32, T)> = Vec::new();
    for value in values {
        match rows.last_mut() {
            Some((count, last)) if *last == value => *count += 1,
            _ => rows.push((1, value)),
        }
    }
    rows
}

fn offsets(narrow: Option<Stco>, wide: Option<Co64>) -> Result<Vec<u64>, Error> {
    match (narrow, wide) {
        (Some(narrow), None) => Ok(narrow.entries.into_iter().map(u64::from).collect()),
        (None, Some(wide)) => Ok(wide.entries),
        _ => Err(Error::Unreadable("not one list of offsets".into())),
    }
}

/// Combines the tables of a track into a list of its samples.
fn samples(
    sizes: &Stsz,
    durations: &Stts,
    shifts: Option<Ctts>,
    keys: Option<Stss>,
    runs: &Stsc,
    offsets: &[u64],
) -> Result<Vec<Sample>, Error> {
    let unreadable = |what: &str| Error::Unreadable(format!("the tables disagree about {what}"));
    let sizes: Vec<u32> = match &sizes.samples {
        StszSamples::Identical { count, size } if *count as usize <= MOST_SAMPLES => {
            vec![*size; *count as usize]
        }
        StszSamples::Different { sizes } if sizes.len() <= MOST_SAMPLES => sizes.clone(),
        _ => return Err(Error::TooLarge),
    };
    let mut samples: Vec<Sample> = Vec::with_capacity(sizes.len());
    let mut description = runs.entries.iter().peekable();
    let mut run = description.next();
    for (number, start) in (1..).zip(offsets) {
        if let Some(next) = description.next_if(|next| next.first_chunk <= number) {
            run = Some(next);
        }
        let run = run.filter(|run| run.first_chunk <= number).ok_or_else(|| unreadable("runs"))?;
        let mut offset = *start;
        for _ in 0..run.samples_per_chunk {
            let size = *sizes.get(samples.len()).ok_or_else(|| unreadable("runs"))?;
            let entry = run.sample_description_index.checked_sub(1).ok_or_else(|| unreadable("entries"))?;
            samples.push(Sample { offset, size, duration: 0, shift: 0, key: keys.is_none(), entry });
            offset = offset.checked_add(size.into()).ok_or(Error::TooLarge)?;
        }
    }
    if samples.len() != sizes.len() {
        return Err(unreadable("runs"));
    }
    let mut rest = samples.iter_mut();
    for entry in &durations.entries {
        for _ in 0..entry.sample_count {
            rest.next().ok_or_else(|| unreadable("durations"))?.duration = entry.sample_delta;
        }
    }
    if rest.next().is_some() {
        return Err(unreadable("durations"));
    }
    let mut rest = samples.iter_mut();
    for entry in shifts.iter().flat_map(|shifts| &shifts.entries) {
        for _ in 0..entry.sample_count {
            rest.next().ok_or_else(|| unreadable("composition"))?.shift = entry.sample_offset;
        }
    }
    for number in keys.iter().flat_map(|keys| &keys.entries) {
        let place = (*number as usize).checked_sub(1).ok_or_else(|| unreadable("keys"))?;
        samples.get_mut(place).ok_or_else(|| unreadable("keys"))?.key = true;
    }
    Ok(samples)
}
