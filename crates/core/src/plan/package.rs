//! Several renditions of one clip, as files or for streaming: which sizes, at what rates, and where their segments
//! begin, which is the same in all of them. Knows nothing of playlists and of how segments are cut from a finished
//! file.

use super::encode::{encode_plan, machine_notes};
use super::rung::encode_on_rung;
use crate::clip::facts::MediaFacts;
use crate::clip::format::VideoFormat;
use crate::hls;
use crate::machine::Machine;
use crate::machine::Preset;
use crate::machine::VideoEncoder;
use crate::plan::audio::{self, AudioPlan};
use crate::plan::chunks;
use crate::plan::format::{self, Fixed};
use crate::plan::notes::{Note, Wished};
use crate::plan::notes::{conversion_notes, source_notes};
use crate::plan::refusal::{Change, Offer, Refusal};
use crate::plan::types::{Action, EncodePlan, Plan, RateControl};
use crate::plan::types::{PackagePlan, RenditionPlan};
use crate::units::{Bytes, FrameRate, Kbps};
use crate::wishes::ladder::{Cap, Rung};
use crate::wishes::packaging::Packaging;
use crate::wishes::packaging::SegmentFormat;
use crate::wishes::renditions::Wanted;
use crate::wishes::{Effort, Wishes};

/// Shorter sides of the renditions, largest first.
const SIDES: [u32; 4] = [1080, 720, 480, 240];
/// A source this much larger than the largest of them that it holds gets a rendition of its own size as well.
const LARGER: f64 = 1.25;
/// Steady quality, on x264's scale.
const CRF: u32 = 23;
/// The rate of a rendition of 1080 lines and 30 frames a second at its busiest; smaller ones need a little more for
/// each pixel.
const PEAK: f64 = 6_000.0;
/// Seconds of the peak rate that players are thought to have buffered.
const BUFFER_SECONDS: f64 = 2.0;
/// The audio of all renditions.
const AUDIO_RATE: Kbps = Kbps(128.0);
/// The same, and what it becomes where bytes are few.
const AUDIO_RATES: [Kbps; 3] = [AUDIO_RATE, Kbps(64.0), Kbps(32.0)];
/// Times `format::least_rate` below which a rendition is left out.
const WATCHABLE: f64 = 2.0;
/// Room above the least, so that its own rounding does not refuse it.
const LEAST_MARGIN: f64 = 1.05;
/// A segment is encoded on its own: one of a few frames is nearly all keyframe, and native encoders that reorder frames
/// give it times that are not the others'.
const LEAST_FRAMES: u64 = 8;
/// Room for what is only estimated: the segments' containers.
const MARGIN: f64 = 0.995;
/// Page, player and its licence that go with a package, and the playlists' beginnings.
const EXTRAS: Bytes = Bytes(415_000);
/// What a segment takes in the playlists and as an entry of the archive.
const ENTRY: u64 = 250;
/// What an archive takes beside its entries.
const ARCHIVE: u64 = 1_000;

/// Returns the shorter sides for a source whose shorter side is `own`, largest first.
fn sides(own: u32) -> Vec<u32> {
    // A line or two is rounding.
    let mut sides: Vec<u32> =
        SIDES.into_iter().filter(|&side| side <= own + 2).map(|side| side.min(own)).collect();
    let largest = sides.first().copied().unwrap_or(0);
    if f64::from(own) >= f64::from(largest) * LARGER && own < SIDES[0] {
        sides.insert(0, own);
    }
    sides
}

fn peak(side: u32, rate: FrameRate) -> Kbps {
    let busy = (rate.per_second() / 30.0).max(1.0).sqrt();
    Kbps((PEAK * (f64::from(side) / 1080.0).powf(1.5) * busy / 50.0).round().max(2.0) * 50.0)
}

/// Returns the package of a clip. Where a target for all of it is tight the audio gives way first, then the largest
/// renditions.
pub(crate) fn plan(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Result<Plan, Refusal> {
    let source = facts.video.display_size();
    let sides = sides(source.0.min(source.1));
    let mut smallest = None;
    for first in 0..sides.len() {
        for audio_rate in AUDIO_RATES {
            let mut plan = package(facts, wishes, machine, &sides[first..], audio_rate);
            if wishes.packaging.target.is_none() || is_watchable(&plan) {
                if first > 0 {
                    plan.notes.push(Note::LargerRenditionsLeftOut);
                }
                return Ok(plan);
            }
            smallest = Some(plan);
        }
    }
    let least = smallest.map_or(Bytes(0), |plan| least(&plan, machine));
    Err(refuse(wishes, least))
}

/// Refuses a package of which nothing watchable fits its target; `least` would.
pub(crate) fn refuse(wishes: &Wishes, least: Bytes) -> Refusal {
    let packaging = Packaging { target: Some(least), ..wishes.packaging };
    let offer = Offer { change: Change::Target(least), wishes: Wishes { packaging, ..wishes.clone() } };
    Refusal { target: wishes.packaging.target.unwrap_or(least), least, offers: vec![offer] }
}

/// Returns whether every rendition has bytes enough to be looked at.
fn is_watchable(plan: &Plan) -> bool {
    let Action::Package(package) = &plan.action else { return false };
    package
        .renditions
        .iter()
        .all(|one| one.encode.video_rate().is_some_and(|rate| rate.0 >= least_rate(one).0))
}

/// Returns the rate below which even calm videos fall apart.
fn least_rate(one: &RenditionPlan) -> Kbps {
    Kbps(format::least_rate(one.encode.format).0 * WATCHABLE)
}

/// Returns what a package takes at least, in whole kilobytes.
fn least(plan: &Plan, machine: Machine) -> Bytes {
    let Action::Package(PackagePlan { format: Some(format), firsts, renditions }) = &plan.action else {
        return plan.limit;
    };
    let whole = |one: &RenditionPlan| {
        let encode = &one.encode;
        let video = least_rate(one).during(encode.grid.duration());
        let file = Bytes(video.0 + encode.audio_bytes().0 + encode.overhead().0);
        file.0 + container(encode, *format, file).0
    };
    let all: u64 = renditions.iter().map(whole).sum();
    let all = (all as f64 * LEAST_MARGIN) as u64 + extras(machine, firsts.len(), renditions.len()).0;
    Bytes(all.div_ceil(1000) * 1000)
}

/// Returns what goes with the segments.
fn extras(machine: Machine, segments: usize, renditions: usize) -> Bytes {
    // The command line leaves playing to others.
    let page = if machine.engine == VideoEncoder::Native { Bytes(1_000) } else { EXTRAS };
    Bytes(page.0 + (segments * renditions) as u64 * ENTRY)
}

/// Returns a package of these renditions with this much audio.
fn package(facts: &MediaFacts, wishes: &Wishes, machine: Machine, sides: &[u32], audio_rate: Kbps) -> Plan {
    let source = facts.video.display_size();
    let audio = audio::beside(facts, wishes, audio_rate);
    let fixed =
        |side| Fixed { short_side_below: Some(side + 1), frame_rate: wishes.frame_rate, ..Fixed::default() };
    let formats: Vec<VideoFormat> =
        sides.iter().map(|&side| format::whole(source, facts.video.frame_rate, fixed(side))).collect();
    let mut notes = source_notes(facts, wishes);
    notes.extend(machine_notes(facts, wishes, machine));
    if wishes.height.is_some() {
        notes.push(Note::HeightsAreNamed);
    }
    if let Some(largest) = formats.first() {
        conversion_notes(facts, wishes, *largest, &audio, &mut notes);
    }
    let encodes: Vec<EncodePlan> = sides
        .iter()
        .zip(formats)
        .map(|(&side, format)| encode(facts, wishes, machine, side, format, audio.clone()))
        .collect();
    let format = wishes.packaging.format;
    let firsts = encodes.first().map(|encode| firsts(encode, wishes.packaging.seconds)).unwrap_or_default();
    let mut renditions: Vec<RenditionPlan> = encodes
        .into_iter()
        .map(|mut encode| {
            encode.chunks = chunks::at(&facts.video, facts.container, &encode.grid, &firsts);
            RenditionPlan { limit: encode.most(), encode }
        })
        .collect();
    let extras = extras(machine, firsts.len(), renditions.len());
    let whole = |one: &RenditionPlan| one.limit.0 + container(&one.encode, format, one.limit).0;
    let mut limit = Bytes(renditions.iter().map(whole).sum::<u64>() + extras.0);
    if let Some(target) = wishes.packaging.target.filter(|target| *target < limit) {
        limit = target;
        share(&mut renditions, format, Bytes(target.0.saturating_sub(extras.0)));
    }
    let package = PackagePlan { format: Some(format), firsts, renditions };
    Plan { limit, action: Action::Package(package), notes }
}

/// Plans each of `wishes.renditions` that is not above the source as a file of its own; if all are above it, the
/// leanest in the source's own size.
pub(crate) fn files(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Plan {
    let source = facts.video.display_size();
    let own = source.0.min(source.1);
    // A line or two is rounding.
    let below: Vec<Wanted> = wishes.renditions.iter().copied().filter(|one| one.side <= own + 2).collect();
    let left_out = below.len() < wishes.renditions.len();
    let wanted =
        if below.is_empty() { wishes.renditions.last().copied().into_iter().collect() } else { below };
    let mut rungs: Vec<Rung> = wanted.iter().map(|one| rung(facts, wishes, *one)).collect();
    // Sizes that are a line or two apart may become one in the source's shape: files are called after them.
    rungs.dedup_by_key(|rung| rung.width.min(rung.height));
    let audio_rate = rungs.first().map_or(AUDIO_RATE, Rung::audio_rate);
    let audio = audio::beside(facts, wishes, audio_rate);
    let mut notes = source_notes(facts, wishes);
    notes.extend(machine_notes(facts, wishes, machine));
    if left_out {
        notes.push(Note::RenditionsAboveSource);
    }
    if wishes.height.is_some() {
        notes.push(Note::HeightsAreNamed);
    }
    if wishes.frame_rate.is_some_and(|rate| rate.per_second() > facts.video.frame_rate.per_second() + 0.01) {
        notes.push(Note::WishAboveSource { what: Wished::FrameRate });
    }
    if let Some(largest) = rungs.first() {
        conversion_notes(facts, wishes, largest.format(), &audio, &mut notes);
    }
    let renditions: Vec<RenditionPlan> = rungs
        .into_iter()
        .map(|rung| {
            let size = (rung.width, rung.height);
            let encode = encode_on_rung(facts, wishes, machine, rung, size, audio.clone());
            RenditionPlan { limit: encode.most(), encode }
        })
        .collect();
    let entries = renditions.len() as u64 * ENTRY + ARCHIVE;
    let limit = Bytes(renditions.iter().map(|one| one.limit.0).sum::<u64>() + entries);
    let package = PackagePlan { format: None, firsts: vec![0], renditions };
    Plan { limit, action: Action::Package(package), notes }
}

/// Returns the format of a wanted rendition, in the source's shape.
fn rung(facts: &MediaFacts, wishes: &Wishes, wanted: Wanted) -> Rung {
    let fixed =
        Fixed { short_side_below: Some(wanted.side + 1), frame_rate: wishes.frame_rate, ..Fixed::default() };
    let VideoFormat { width, height, frame_rate } =
        format::whole(facts.video.display_size(), facts.video.frame_rate, fixed);
    Rung { width, height, frame_rate, rate: wanted.rate }
}

fn encode(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    side: u32,
    format: VideoFormat,
    audio: AudioPlan,
) -> EncodePlan {
    let preset = match wishes.effort {
        Effort::Fast => Preset::Superfast,
        Effort::Auto | Effort::Balanced => Preset::Veryfast,
        Effort::Best => Preset::Medium,
    };
    let rate = peak(side, format.frame_rate);
    let cap = Cap { rate, buffer: (rate.0 * BUFFER_SECONDS) as u32 };
    let control = RateControl::Constrained { crf: CRF, cap };
    encode_plan(facts, wishes, machine, format, preset, control, audio)
}

/// Returns the first frames of segments of `seconds`, or of as many whole seconds as make some frames; the last may be
/// shorter, or a little longer rather than leave a few frames over. They are at whole multiples of the seconds, or the
/// frame after.
fn firsts(encode: &EncodePlan, seconds: u32) -> Vec<u64> {
    let rate = encode.grid.rate.per_second();
    let seconds = f64::from(seconds.max(1)).max((LEAST_FRAMES as f64 / rate).ceil());
    let at = |index: u64| (rate * seconds * index as f64 - 1e-6).ceil().max(0.0) as u64;
    let rest = |first: u64| encode.grid.frames.saturating_sub(first);
    (0..).map(at).take_while(|&first| first == 0 || rest(first) >= LEAST_FRAMES).collect()
}

/// Returns what the segments of a file of `bytes` take more than it.
fn container(encode: &EncodePlan, format: SegmentFormat, bytes: Bytes) -> Bytes {
    let audio = encode.audio_bytes();
    let rate = encode.audio.sample_rate().unwrap_or(48_000);
    let shape = hls::Shape {
        frames: encode.grid.frames,
        audio_packets: if audio.0 == 0 {
            0
        } else {
            (encode.audio_length.seconds() * f64::from(rate) / 1024.0) as u64 + 2
        },
        audio,
        segments: encode.chunks.len() as u64,
    };
    hls::overhead(format, Bytes(bytes.0.saturating_sub(audio.0)), &shape)
}

/// Divides the bytes of all segments among the renditions, by their peak rates, after audio and containers.
fn share(renditions: &mut [RenditionPlan], format: SegmentFormat, target: Bytes) {
    let weight = |one: &RenditionPlan| one.encode.video_rate().map_or(1.0, |rate| rate.0);
    let weights: f64 = renditions.iter().map(weight).sum();
    let audio = |one: &RenditionPlan| one.encode.audio_bytes().0;
    let audios: u64 = renditions.iter().map(audio).sum();
    let room = target.times(MARGIN).0.saturating_sub(audios) as f64;
    for one in renditions {
        let whole = Bytes((room * weight(one) / weights) as u64 + audio(one));
        // The container's share of what there is, not of what it will be: a little too much.
        let over = container(&one.encode, format, whole);
        one.limit = Bytes(whole.0.saturating_sub(over.0));
        let video = Bytes(one.limit.0.saturating_sub(audio(one) + one.encode.overhead().0));
        one.encode.control = RateControl::TwoPass { video };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::facts;
    use crate::units::Micros;
    use crate::wishes::Mode;
    use crate::wishes::renditions::{USUAL, parse};

    #[test]
    fn renditions_as_the_source_allows() {
        for (own, wanted) in [
            (2160, &[1080, 720, 480, 240][..]),
            (1080, &[1080, 720, 480, 240]),
            (720, &[720, 480, 240]),
            (478, &[478, 240]),
            (432, &[432, 240]),
            (272, &[240]),
            (180, &[180]),
        ] {
            assert_eq!(sides(own), wanted, "{own}");
        }
    }

    #[test]
    fn no_segment_has_only_a_few_frames() {
        // Frames at 25 a second, and at 4; seconds of segments; where they begin.
        for (frames, rate, seconds, expected) in [
            (502, 25, 10, &[0, 250][..]),
            (508, 25, 10, &[0, 250, 500]),
            (3, 25, 10, &[0]),
            (20, 4, 1, &[0, 8]),
            (30, 1, 1, &[0, 8, 16]),
        ] {
            let mut facts = facts(frames);
            facts.video.frame_rate = FrameRate::whole(rate);
            facts.video.duration = facts.video.frame_rate.time_of(frames);
            let packaging = Packaging { seconds, ..Packaging::default() };
            let wishes = Wishes { mode: Mode::Hls, packaging, ..Wishes::default() };
            let Ok(plan) = plan(&facts, &wishes, Machine::ffmpeg(2, VideoEncoder::Own)) else {
                panic!("refused")
            };
            let Action::Package(package) = plan.action else { panic!("no package") };
            assert_eq!(package.firsts, expected, "{frames} at {rate}");
        }
    }

    #[test]
    fn a_tight_target_costs_audio_then_renditions_and_is_refused_at_last() {
        let mut facts = facts(700);
        (facts.video.width, facts.video.height) = (1280, 720);
        let planned = |target, engine| {
            let packaging = Packaging { target: Some(Bytes(target)), ..Packaging::default() };
            let wishes = Wishes { mode: Mode::Hls, packaging, ..Wishes::default() };
            plan(&facts, &wishes, Machine::ffmpeg(2, engine))
        };
        for (target, sides, audio_rate) in [
            (6_000_000, &[720, 480, 240][..], 128),
            (3_200_000, &[720, 480, 240], 32),
            (2_800_000, &[480, 240], 128),
            (900_000, &[240], 64),
        ] {
            let Ok(plan) = planned(target, VideoEncoder::Own) else { panic!("{target} is refused") };
            let Action::Package(package) = &plan.action else { panic!("no package") };
            let found: Vec<u32> = package.renditions.iter().map(|one| one.encode.format.height).collect();
            let rate = package.renditions[0].encode.audio.expected().0;
            assert_eq!((found.as_slice(), rate), (sides, f64::from(audio_rate)), "{target}");
            assert_eq!(plan.notes.contains(&Note::LargerRenditionsLeftOut), sides.len() < 3, "{target}");
        }
        // The player that goes with it on the page takes more than this.
        for (target, engine) in [(300_000, VideoEncoder::Own), (20_000, VideoEncoder::Native)] {
            let Err(refusal) = planned(target, engine) else { panic!("{target} is planned") };
            assert_eq!(refusal.target, Bytes(target));
            assert!(refusal.least > refusal.target);
            // The offer holds.
            assert!(planned(refusal.least.0, engine).is_ok(), "{}", refusal.least);
            assert_eq!(refusal.offers[0].wishes.packaging.target, Some(refusal.least));
        }
    }

    #[test]
    fn no_two_renditions_become_one_file() {
        let mut facts = facts(700);
        (facts.video.width, facts.video.height) = (1280, 720);
        for (asked, sides, noted) in [
            ("722:3000,720:2000,360:500", &[720, 360][..], false),
            ("1080:6000", &[720], true),
            ("1080:6000,480:900", &[480], true),
        ] {
            let renditions = parse(asked).unwrap_or_default();
            let wishes = Wishes {
                mode: Mode::Ladder,
                renditions,
                height: Some(360),
                frame_rate: Some(FrameRate::whole(60)),
                ..Wishes::default()
            };
            let plan = files(&facts, &wishes, Machine::ffmpeg(2, VideoEncoder::Own));
            let Action::Package(package) = plan.action else { panic!("no package") };
            let found: Vec<u32> = package.renditions.iter().map(|one| one.encode.format.height).collect();
            assert_eq!(found, sides, "{asked}");
            assert_eq!(plan.notes.contains(&Note::RenditionsAboveSource), noted, "{asked}");
            // What is not granted gets a note.
            assert!(plan.notes.contains(&Note::HeightsAreNamed));
            assert!(plan.notes.contains(&Note::WishAboveSource { what: Wished::FrameRate }));
        }
    }

    #[test]
    fn files_are_never_above_the_source() {
        let mut facts = facts(700);
        for ((width, height), expected) in [
            ((1280, 720), &[(1280, 720), (854, 480), (640, 360)][..]),
            ((640, 480), &[(640, 480), (480, 360)]),
            ((360, 640), &[(360, 640)]),
            ((320, 180), &[(320, 180)]),
        ] {
            (facts.video.width, facts.video.height) = (width, height);
            let wishes = Wishes { mode: Mode::Ladder, renditions: USUAL.into(), ..Wishes::default() };
            let Ok(plan) = crate::plan::plan(&facts, &wishes, Machine::ffmpeg(2, VideoEncoder::Own)) else {
                panic!("refused")
            };
            let Action::Package(package) = plan.action else { panic!("no package") };
            let sizes: Vec<_> = package
                .renditions
                .iter()
                .map(|one| (one.encode.format.width, one.encode.format.height))
                .collect();
            assert_eq!((package.format, sizes.as_slice()), (None, expected));
            let left_out = plan.notes.contains(&Note::RenditionsAboveSource);
            assert_eq!(left_out, expected.len() < 3);
            let chunks: Vec<_> = package.renditions.iter().map(|one| one.encode.chunks.clone()).collect();
            assert!(chunks.windows(2).all(|pair| pair[0] == pair[1]), "one decode serves all");
        }
    }

    #[test]
    fn segments_are_the_same_in_all_renditions() {
        let mut facts = facts(700);
        (facts.video.width, facts.video.height) = (1280, 720);
        for (seconds, target, firsts) in
            [(10, None, &[0, 250, 500][..]), (6, Some(Bytes(3_000_000)), &[0, 150, 300, 450, 600])]
        {
            let packaging = Packaging { seconds, target, ..Packaging::default() };
            let wishes = Wishes { mode: Mode::Hls, packaging, ..Wishes::default() };
            let Ok(planned) = plan(&facts, &wishes, Machine::ffmpeg(2, VideoEncoder::Own)) else {
                panic!("refused")
            };
            let Action::Package(package) = planned.action else { panic!("no package") };
            assert_eq!(package.firsts, firsts);
            let sides: Vec<u32> = package.renditions.iter().map(|one| one.encode.format.height).collect();
            assert_eq!(sides, [720, 480, 240]);
            for one in &package.renditions {
                let chunks: Vec<u64> = one.encode.chunks.iter().map(|chunk| chunk.first).collect();
                assert_eq!(chunks, firsts);
                assert_eq!(one.encode.grid.duration(), Micros(28_000_000));
            }
            let whole: u64 = package.renditions.iter().map(|one| one.limit.0).sum();
            assert!(
                whole < planned.limit.0 && (whole + EXTRAS.0) * 10 > planned.limit.0 * 8,
                "{whole} of {}",
                planned.limit
            );
            assert!(target.is_none_or(|target| planned.limit == target));
        }
    }
}
