//! What only a look at frames tells: whether video that does not say so is interlaced, and whether frames change their
//! size midway. Says which clips are worth a look, and reads what was seen; runs nothing.

use crate::clip::facts::{Container, Field, MediaFacts, Resized, VideoFacts};
use crate::clip::packets::FrameSize;
use crate::units::Micros;

/// How many frames one look at fields takes: four seconds.
pub const FRAMES: u32 = 100;

/// Codecs that know no fields.
const WHOLE_FRAMES: [&str; 12] =
    ["vp8", "vp9", "av1", "gif", "png", "apng", "webp", "theora", "flv1", "flashsv", "qtrle", "h263"];

/// Lower frames have no fields: those of the least of cameras have so many lines.
const LEAST_HEIGHT: u32 = 120;

/// Frames of interlaced video come at most at this rate, and fields at twice that.
const HIGHEST_RATE: f64 = 31.0;

/// The heights of interlaced television.
const TELEVISION: [u32; 6] = [480, 486, 512, 576, 608, 1080];

/// Whether to look for fields in a clip; `unsaid` is whether its stream leaves open what it is. MPEG-2 always says
/// something, but of material that was captured and encoded without a thought it says that it is progressive.
pub fn is_maybe_interlaced(video: &VideoFacts, unsaid: bool) -> bool {
    let unsaid = unsaid || (video.codec == "mpeg2video" && TELEVISION.contains(&video.height));
    unsaid
        && !video.interlaced
        && !WHOLE_FRAMES.contains(&video.codec.as_str())
        && video.height >= LEAST_HEIGHT
        && video.frame_rate.per_second() <= HIGHEST_RATE
}

/// Clips up to this length are looked at from their start.
const SHORT: Micros = Micros(12_000_000);

/// Where to look for fields, on the zero-based timeline; later places are for frames in which nothing moves.
pub fn places(video: &VideoFacts) -> Vec<Micros> {
    let at = |share: f64| video.start + Micros::from_seconds(video.duration.seconds() * share);
    if video.duration <= SHORT { vec![at(0.0)] } else { vec![at(1.0 / 3.0), at(2.0 / 3.0), at(0.0)] }
}

/// What a look at fields brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// Whole frames.
    Progressive,
    /// Two fields a frame, of different times.
    Interlaced(Field),
    /// Nothing moves, or all is noise.
    Unseen,
}

/// How many of the frames that idet counted: top field first, bottom field first, progressive, undetermined.
type Counts = [u64; 4];

/// Reads what ffmpeg's filter `idet` printed: `Multi frame detection: TFF:   100 BFF:     0 Progressive:     0
/// Undetermined:     0`.
pub fn fields(log: &[String]) -> Fields {
    // Of frames that change their size the filter counts each size by itself.
    judge(
        log.iter().filter_map(|line| counts(line)).fold([0; 4], |sum, more| {
            [0, 1, 2, 3].map(|kind: usize| u64::saturating_add(sum[kind], more[kind]))
        }),
    )
}

fn counts(line: &str) -> Option<Counts> {
    let (_, told) = line.split_once("Multi frame detection:")?;
    let mut words = told.split_whitespace();
    let mut number = |name: &str| {
        words.find(|word| *word == name)?;
        words.next()?.parse().ok()
    };
    Some([number("TFF:")?, number("BFF:")?, number("Progressive:")?, number("Undetermined:")?])
}

/// Fewer frames than this prove nothing.
const PROOF: u64 = 3;

/// Fields come in one order throughout: frames that are taken for fields by mistake are so for those of either order.
const CLEARLY: u64 = 4;

fn judge([top, bottom, progressive, undetermined]: Counts) -> Fields {
    let seen = top.saturating_add(bottom).saturating_add(progressive);
    let (first, most, other) =
        if top >= bottom { (Field::Top, top, bottom) } else { (Field::Bottom, bottom, top) };
    if seen < PROOF || seen < undetermined.div_ceil(10) {
        Fields::Unseen
    } else if most >= PROOF && most > progressive && most / CLEARLY >= other {
        Fields::Interlaced(first)
    } else {
        Fields::Progressive
    }
}

/// Codecs whose keyframes may have another size than those before them.
const MAY_CHANGE: [&str; 8] = ["h264", "hevc", "mpeg2video", "mpeg1video", "vp8", "vp9", "flv1", "vc1"];

/// Places at which keyframes are looked at where not all are: a change that lasts no longer is missed.
const SAMPLES: usize = 48;

/// Which keyframes to look at for their size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keyframes {
    /// Every one, in one go through the file.
    All,
    /// Those at these times of the file: it has an index, and more keyframes than it takes, or a decoder that knows no
    /// keyframes.
    At(Vec<Micros>),
}

/// Which keyframes to look at, where the size of frames may change midway.
pub fn sizes_to_look_at(facts: &MediaFacts) -> Option<Keyframes> {
    let video = &facts.video;
    if !MAY_CHANGE.contains(&video.codec.as_str()) || video.keyframes.len() < 2 {
        return None;
    }
    let indexed = match facts.container {
        Container::Mp4 | Container::Mov | Container::Matroska | Container::WebM => true,
        Container::MpegTs | Container::Other => false,
        Container::Avi => return None,
    };
    // ffmpeg's decoder of VP9 decodes every frame, whatever it is asked to leave out.
    let few = video.keyframes.len() <= SAMPLES && video.codec != "vp9";
    if few || !indexed {
        return Some(Keyframes::All);
    }
    let last = video.keyframes.len() - 1;
    let samples = SAMPLES.min(video.keyframes.len());
    let spread = (0..samples).map(|sample| video.keyframes[last * sample / (samples - 1)]);
    Some(Keyframes::At(spread.map(|time| facts.zero + time).collect()))
}

/// Beyond this ratio it is a mistake in the file, not a format.
pub(crate) fn aspect(told: Option<(u64, u64)>) -> (u32, u32) {
    let read = || {
        let (horizontal, vertical) = told?;
        let pair = (u32::try_from(horizontal).ok()?, u32::try_from(vertical).ok()?);
        let ratio = f64::from(pair.0) / f64::from(pair.1);
        (pair.0 > 0 && pair.1 > 0 && (0.1..=10.0).contains(&ratio)).then_some(pair)
    };
    read().unwrap_or((1, 1))
}

/// Aspect ratios that differ by less are the same one, rounded to whole pixels.
pub(crate) const SAME_SHAPE: f64 = 0.02;

/// Gives `video` the largest of the sizes that its frames have, where they have several.
pub fn take_largest(video: &mut VideoFacts, sizes: &[FrameSize]) {
    let Some(first) = sizes.first() else { return };
    let area = |size: &FrameSize| u64::from(size.width) * u64::from(size.height);
    let alike = |one: &FrameSize, other: &FrameSize| (one.width, one.height) == (other.width, other.height);
    let Some(largest) = sizes.iter().max_by_key(|size| area(size)) else { return };
    if sizes.iter().all(|size| alike(size, first)) {
        return;
    }
    let own = video.sample_aspect;
    let shown = |size: &FrameSize| {
        let aspect = size.sample_aspect.map_or(own, |told| aspect(Some(told)));
        video.displayed((size.width, size.height), aspect)
    };
    let other = sizes.iter().find(|size| !alike(size, largest)).unwrap_or(largest);
    let (from, to) = if alike(first, largest) { (largest, other) } else { (first, largest) };
    let ratio = |(width, height): (u32, u32)| f64::from(width) / f64::from(height.max(1));
    let shape = ratio(shown(largest));
    let reshaped = sizes.iter().any(|size| (ratio(shown(size)) / shape - 1.0).abs() > SAME_SHAPE);
    let resized = Resized { from: shown(from), to: shown(to), reshaped };
    let aspect = largest.sample_aspect.map_or(own, |told| aspect(Some(told)));
    (video.width, video.height) = (largest.width, largest.height);
    video.sample_aspect = aspect;
    video.resized = Some(resized);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::facts;
    use crate::units::FrameRate;

    fn idet(counts: Counts) -> Vec<String> {
        let [top, bottom, progressive, undetermined] = counts;
        let line = |what: &str, top: u64| {
            format!(
                "[Parsed_idet_0 @ 0x55] {what} frame detection: TFF: {top:5} BFF: {bottom:5} Progressive: {progressive:5} Undetermined: {undetermined:5}"
            )
        };
        vec!["Stream #0:0".into(), line("Single", top + 1), line("Multi", top), "bye".into()]
    }

    #[test]
    fn fields_are_told_by_one_order_that_prevails() {
        for (counts, seen) in [
            ([100, 0, 0, 0], Fields::Interlaced(Field::Top)),
            ([0, 20, 0, 0], Fields::Interlaced(Field::Bottom)),
            ([0, 60, 30, 10], Fields::Interlaced(Field::Bottom)),
            // A pattern that moves steadily, in whole frames, at idet's own threshold.
            ([38, 37, 25, 0], Fields::Progressive),
            ([2, 0, 98, 0], Fields::Progressive),
            ([0, 0, 100, 0], Fields::Progressive),
            ([0, 0, 0, 100], Fields::Unseen),
            ([5, 0, 0, 95], Fields::Unseen),
            ([1, 0, 0, 0], Fields::Unseen),
            ([u64::MAX - 1, 0, u64::MAX, 1], Fields::Progressive),
            ([u64::MAX - 1, u64::MAX / 2, 0, 0], Fields::Progressive),
        ] {
            assert_eq!(fields(&idet(counts)), seen, "{counts:?}");
        }
        assert_eq!(fields(&["Multi frame detection: TFF: x".into()]), Fields::Unseen);
        assert_eq!(fields(&[]), Fields::Unseen);
    }

    #[test]
    fn only_what_may_be_interlaced_is_looked_at() {
        for (codec, height, rate, unsaid, looked_at) in [
            ("dvvideo", 576, 25, true, true),
            ("huffyuv", 480, 30, true, true),
            ("huffyuv", 240, 30, true, true),
            ("huffyuv", 100, 30, true, false),
            ("huffyuv", 480, 60, true, false),
            ("ffv1", 576, 25, false, false),
            ("mpeg2video", 576, 25, false, true),
            ("mpeg2video", 720, 25, false, false),
            ("vp8", 480, 25, true, false),
            ("png", 480, 25, true, false),
        ] {
            let mut video = facts(100).video;
            (video.codec, video.height, video.frame_rate) = (codec.into(), height, FrameRate::whole(rate));
            assert_eq!(is_maybe_interlaced(&video, unsaid), looked_at, "{codec} {height} {rate}");
        }
        let mut said = facts(100).video;
        (said.codec, said.height, said.interlaced) = ("dvvideo".into(), 576, true);
        assert!(!is_maybe_interlaced(&said, true));
        assert_eq!(places(&facts(100).video), [Micros(0)]);
        assert_eq!(places(&facts(1500).video), [Micros(20_000_000), Micros(40_000_000), Micros(0)]);
    }

    #[test]
    fn the_largest_frames_set_the_size() {
        let size = |width, height, sample_aspect| FrameSize { width, height, sample_aspect };
        let square = Some((1, 1));
        for (sizes, frame, resized) in [
            (vec![], (320, 180), None),
            (vec![size(320, 180, square); 3], (320, 180), None),
            (
                vec![size(160, 90, None), size(320, 180, None), size(160, 90, None)],
                (320, 180),
                Some(((160, 90), (320, 180), false)),
            ),
            (
                vec![size(640, 480, square), size(320, 240, square)],
                (640, 480),
                Some(((640, 480), (320, 240), false)),
            ),
            (
                vec![size(320, 180, square), size(640, 480, square)],
                (640, 480),
                Some(((320, 180), (640, 480), true)),
            ),
            // Television of both shapes: the same number of pixels, of another shape.
            (
                vec![size(352, 288, Some((12, 11))), size(720, 576, Some((16, 15)))],
                (720, 576),
                Some(((384, 288), (768, 576), false)),
            ),
        ] {
            let mut video = facts(100).video;
            take_largest(&mut video, &sizes);
            let found = video.resized.map(|resized| (resized.from, resized.to, resized.reshaped));
            assert_eq!(((video.width, video.height), found), (frame, resized), "{sizes:?}");
        }
    }

    #[test]
    fn many_keyframes_of_an_indexed_file_are_sampled() {
        let with = |codec: &str, container, keyframes: i64| {
            let mut facts = facts(100);
            (facts.video.codec, facts.container, facts.zero) = (codec.into(), container, Micros(7));
            facts.video.keyframes = (0..keyframes).map(|second| Micros(second * 1_000_000)).collect();
            sizes_to_look_at(&facts)
        };
        assert_eq!(with("h264", Container::MpegTs, 5000), Some(Keyframes::All));
        assert_eq!(with("vp8", Container::WebM, 40), Some(Keyframes::All));
        assert_eq!(with("mpeg4", Container::Avi, 40), None);
        assert_eq!(with("ffv1", Container::Matroska, 40), None);
        assert_eq!(with("h264", Container::Mp4, 1), None);
        let both = vec![Micros(7), Micros(1_000_007)];
        assert_eq!(with("vp9", Container::WebM, 2), Some(Keyframes::At(both)));
        let Some(Keyframes::At(times)) = with("h264", Container::Mp4, 1000) else { panic!("not sampled") };
        assert_eq!((times.len(), times[0], times[47]), (48, Micros(7), Micros(999_000_007)));
    }
}
