//! How long each effort takes on this machine and how its video will look, from speeds that were measured once. Knows
//! no clock; what it says of a clip binds nobody.

use crate::clip::facts::MediaFacts;
use crate::clip::format::VideoFormat;
use crate::machine::Preset;
use crate::machine::VideoEncoder;
use crate::machine::limits::Limits;
use crate::machine::speeds::{MEASURED_AGAIN, Speeds, USUAL_DENSITY};
use crate::machine::{Decoder, Machine};
use crate::plan::audio::{AacCoder, AudioPlan};
use crate::plan::chunks::Chunk;
use crate::plan::format::{self, Fixed};
use crate::plan::{self, Action, EncodePlan, RateControl};
use crate::units::{Bytes, Micros};
use crate::wishes::{Codec, Effort, Mode, Wishes};

/// What a prediction goes by, beside the clip.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// The machine as plans see it.
    pub machine: Machine,
    /// How much runs side by side.
    pub limits: Limits,
    /// The machine's speeds.
    pub speeds: &'a Speeds,
}

/// The prediction for one effort on a clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The effort.
    pub effort: Effort,
    /// Time and quality.
    pub likely: Result<Likely, Unavailable>,
}

/// Roughly what to expect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likely {
    /// From the plan to the checked result.
    pub time: Micros,
    /// How it will look.
    pub quality: Quality,
}

/// How a result looks beside its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// Too few bytes for the wished format.
    Blocky,
    /// Much detail is gone.
    Soft,
    /// Some detail is gone.
    Good,
    /// Hardly to be told from the source.
    Sharp,
}

impl Quality {
    /// Returns it in a word.
    pub fn text(self) -> &'static str {
        match self {
            Quality::Blocky => "blocky",
            Quality::Soft => "soft",
            Quality::Good => "good",
            Quality::Sharp => "sharp",
        }
    }
}

/// Why an effort cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Nothing but the browser's own encoder makes this codec, and it knows one effort.
    OnlyBrowser(Codec),
}

impl Unavailable {
    /// Returns it in a word.
    pub fn text(self) -> String {
        match self {
            Unavailable::OnlyBrowser(codec) => {
                format!("Only this browser's own encoder makes {}.", codec.name())
            }
        }
    }
}

/// The efforts that are predicted, quickest first.
const EFFORTS: [Effort; 3] = [Effort::Fast, Effort::Balanced, Effort::Best];

/// Returns a prediction for each effort, quickest first; empty if there is no choice: nothing is encoded, or nothing
/// fits.
pub fn predict(facts: &MediaFacts, wishes: &Wishes, means: &Means) -> Vec<Prediction> {
    if wishes.mode != Mode::Size {
        return Vec::new();
    }
    let predict = |effort| {
        let wishes = Wishes { effort, ..wishes.clone() };
        let plan = plan::plan(facts, &wishes, means.machine).ok()?;
        let Action::Encode(encode) = &plan.action else { return None };
        let workers = plan.workers(facts, &means.limits);
        let likely = if effort != Effort::Fast && encode.engine == VideoEncoder::Browser {
            Err(Unavailable::OnlyBrowser(encode.codec))
        } else {
            let time = time(facts, encode, workers, means)?;
            Ok(Likely { time, quality: quality(facts, &wishes, encode) })
        };
        Some(Prediction { effort, likely })
    };
    EFFORTS.into_iter().map(predict).collect::<Option<_>>().unwrap_or_default()
}

/// `Auto` takes `Best` where the wait is no longer than this, about what `plan::effort_of`'s pixels take on two
/// cores.
const BEST_WITHIN: Micros = Micros(30_000_000);
/// Where even `Balanced` takes longer than this, people go away: `Fast`, where it is watchable.
const LONG_WAIT: Micros = Micros(300_000_000);

/// Returns the effort that a wished one stands for. `Auto` stays where nothing is predicted; plans then go by
/// `plan::effort_of`.
pub fn settle(wished: Effort, predictions: &[Prediction]) -> Effort {
    if wished == Effort::Auto { choose(predictions) } else { wished }
}

/// Chooses best if it is quick, fast if bytes are ample or the wait would be long, else balanced.
fn choose(predictions: &[Prediction]) -> Effort {
    let likely = |effort| predictions.iter().find(|one| one.effort == effort).and_then(|one| one.likely.ok());
    match (likely(Effort::Fast), likely(Effort::Balanced), likely(Effort::Best)) {
        (None, None, None) => Effort::Auto,
        (_, _, Some(best)) if best.time <= BEST_WITHIN => Effort::Best,
        (Some(_), None, _) => Effort::Fast,
        (Some(fast), _, _) if fast.quality == Quality::Sharp => Effort::Fast,
        (Some(fast), Some(balanced), _) if balanced.time > LONG_WAIT && fast.quality > Quality::Blocky => {
            Effort::Fast
        }
        _ => Effort::Balanced,
    }
}

/// The x264 inside ffmpeg.wasm against our own (docs/benchmarks.md: 0.31 to 0.44).
const STOCK: f64 = 0.35;
/// What each further worker adds of the first one's speed: they share memory, and here and there a processor's halves.
const FURTHER_WORKER: f64 = 0.95;

const QUICK_FIRST_PASS: f64 = 0.8;

/// x265's medium in plain C with its threads, against x264's superfast in one: 3.5 million pixels a second where that
/// does 150 on the synthetic frames.
const X265: f64 = 0.023;
/// The browser decodes and encodes in processes of its own: on a clip side by side, on trial one after the other.
const BESIDE: f64 = 0.7;

/// A second of audio that is decoded and encoded, in pixels of veryfast.
const AUDIO: f64 = 3.4e6;
/// The same with FFmpeg's quicker coder.
const AUDIO_FAST: f64 = 1.2e6;
/// The browser decodes a result for the last look in this part of the time that its decoder was measured with: few frames
/// are converted.
const LAST_LOOK: f64 = 0.4;
/// Seconds until ffmpeg.wasm is compiled and has looked at the file.
const START_OF_FFMPEG: f64 = 1.0;
/// Seconds at the end of every pass: workers wait for the last of them, and after it comes assembly and check.
const END_OF_PASS: f64 = 0.15;

fn time(facts: &MediaFacts, plan: &EncodePlan, workers: usize, means: &Means) -> Option<Micros> {
    let speeds = means.speeds;
    let pixels = f64::from(plan.format.width) * f64::from(plan.format.height);
    let (width, height) = plan.conversion.source;
    let thinned = facts.video.frame_rate.per_second() / plan.format.frame_rate.per_second();
    let source = f64::from(width) * f64::from(height);
    let (codec, own) = (facts.video.codec.as_str(), facts.video.own_decoder);
    let decode_alone = source * thinned / speeds.of_decoder(plan.decoder, codec, own);
    let tone_map = if plan.conversion.tone_map { source / speeds.of_tone_mapping(plan.decoder) } else { 0.0 };
    let decode = decode_alone + tone_map;
    let density = plan.video_rate().map_or(USUAL_DENSITY, |rate| plan.format.density(rate));
    let x264 = if plan.engine == VideoEncoder::Stock { STOCK } else { 1.0 };
    let encode = match plan.engine {
        VideoEncoder::Browser => pixels / speeds.of_browser(plan.codec)?,
        VideoEncoder::X265 => pixels / (speeds.superfast * X265),
        // Nobody measured these.
        VideoEncoder::NativeOther(_) => return None,
        VideoEncoder::Native | VideoEncoder::Own | VideoEncoder::Stock => {
            pixels / speeds.of_x264(plan.preset, density) / x264
        }
    };
    // Passes, how often a frame is decoded, and what else it takes.
    let (passes, decodes, frame) = match plan.control {
        RateControl::TwoPass { .. } => {
            let quick = if plan.preset == Preset::Medium { 1.0 } else { QUICK_FIRST_PASS };
            let first = pixels / speeds.veryfast / x264 * quick;
            (2.0, 1.0 + decoded_again(plan, means.limits.frames), first + encode)
        }
        // Both passes decode and take as long.
        RateControl::Measured { .. } if plan.engine == VideoEncoder::X265 => (2.0, 2.0, encode * 2.0),
        RateControl::Measured { .. } => {
            let times = (1.0 + MEASURED_AGAIN) * BESIDE;
            (1.0, times, encode * times)
        }
        RateControl::Quality { .. } | RateControl::Capped(_) | RateControl::Constrained { .. } => {
            (1.0, 1.0, encode)
        }
    };
    let decode = decode * decodes;
    let audio = match plan.audio {
        AudioPlan::Encode { channels, .. } => {
            let cost = match plan.aac_coder(channels) {
                AacCoder::Fast => AUDIO_FAST,
                AacCoder::TwoLoop => AUDIO,
            };
            plan.audio_length.seconds() * cost / speeds.veryfast
        }
        AudioPlan::Copy { .. } | AudioPlan::None(_) => 0.0,
    };
    let count = workers as f64;
    let together = 1.0 + (count - 1.0) * FURTHER_WORKER;
    let chunk =
        |chunk: &Chunk| chunk.frames as f64 * (decode + frame) + chunk.run_up(&plan.grid) as f64 * decode;
    let video = busiest(plan.chunks.iter().map(chunk).collect(), workers) * count;
    // The result is decoded for the last look, and by ffmpeg the source, too, once more.
    let frames = plan.grid.frames as f64;
    let result = frames * pixels / speeds.of_decoder(plan.decoder, "h264", false);
    let (last_look, start) = match plan.decoder {
        Decoder::Browser => (result * LAST_LOOK / together, 0.0),
        Decoder::Ffmpeg(_) => (result + frames * decode_alone / together, START_OF_FFMPEG),
    };
    // One worker makes all of the audio.
    let busy = ((video + audio) / together).max(audio);
    Some(Micros::from_seconds(start + passes * END_OF_PASS + busy + last_look))
}

/// Returns the part of the frames that a second pass decodes again.
fn decoded_again(plan: &EncodePlan, room: Bytes) -> f64 {
    if !matches!(plan.engine, VideoEncoder::Own | VideoEncoder::Native) {
        return 1.0;
    }
    let frame = f64::from(plan.format.width) * f64::from(plan.format.height) * 1.5;
    1.0 - (room.0 as f64 / (frame * plan.grid.frames as f64)).min(1.0)
}

/// Returns the work of the worker that has most to do, when each takes the longest chunk that waits.
fn busiest(mut chunks: Vec<f64>, workers: usize) -> f64 {
    chunks.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut loads = vec![0.0; workers.max(1)];
    for chunk in chunks {
        if let Some(least) = loads.iter_mut().min_by(|a, b| f64::total_cmp(a, b)) {
            *least += chunk;
        }
    }
    loads.into_iter().fold(0.0, f64::max)
}

// What a byte of x264's quicker presets is worth beside one of medium's, from the SSIM that they reach: veryfast's
// 0.9751 at 1,285 kB takes medium about 1,136, superfast's 0.9664 at 1,192 kB about 750.
const VERYFAST_WORTH: f64 = 0.88;
const SUPERFAST_WORTH: f64 = 0.63;
/// Of a software H.264 encoder in a browser: OpenH264's 0.9237 at 1,181 kB is far below superfast's.
const BROWSER_H264_WORTH: f64 = 0.55;
/// Parts of what the format is comfortable with at the wished size: no detail has to go.
const SHARP: f64 = 1.0;
/// About what a format two sizes smaller is comfortable with.
const GOOD: f64 = 0.35;
/// Frames a second from which it is no loss that there were more.
const FLUENT: f64 = 23.0;
/// Part of what the planned format is comfortable with below which it breaks into blocks.
const UNBROKEN: f64 = 0.6;

fn quality(facts: &MediaFacts, wishes: &Wishes, plan: &EncodePlan) -> Quality {
    let worth = match (plan.engine, plan.preset) {
        (VideoEncoder::Browser, _) if plan.codec == Codec::H264 => BROWSER_H264_WORTH,
        (VideoEncoder::Browser, _) => 1.0,
        (_, Preset::Medium) => 1.0,
        (_, Preset::Veryfast) => VERYFAST_WORTH,
        (_, Preset::Ultrafast | Preset::Superfast) => SUPERFAST_WORTH,
    };
    let rate = plan.video_rate().map_or(f64::INFINITY, |rate| rate.0) * worth;
    let fixed = Fixed { height: wishes.height, ..Fixed::default() };
    let whole = format::whole(facts.video.display_size(), facts.video.frame_rate, fixed);
    let fluent = plan.format.frame_rate.per_second() >= FLUENT;
    let whole = if fluent { VideoFormat { frame_rate: plan.format.frame_rate, ..whole } } else { whole };
    let of = |format| rate / format::comfortable_rate(format).0;
    match of(whole) {
        _ if of(plan.format) < UNBROKEN => Quality::Blocky,
        share if share >= SHARP => Quality::Sharp,
        share if share >= GOOD => Quality::Good,
        _ => Quality::Soft,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]
mod tests {
    use super::*;
    use crate::clip::facts::Container;
    use crate::machine::speeds::key;
    use crate::machine::{Decoder, Encoders, Profile};
    use crate::testing::facts;
    use crate::units::FrameRate;
    use proptest::prelude::*;

    const FIGURES: &str = "superfast=43000000\nveryfast=27000000\nmedium=13000000\ndecode=150000000\nh264-profile=main\nh264=60000000\nvp9=20000000";

    fn speeds(figures: &str) -> Option<Speeds> {
        let key = key("Browser/1.0", 2);
        Speeds::read(&format!("{key}\n{figures}"), &key, 0)
    }

    fn predictions(
        facts: &MediaFacts,
        wishes: &Wishes,
        decoder: Decoder,
        speeds: &Speeds,
    ) -> Vec<Prediction> {
        let machine =
            Machine { decoder, encoders: speeds.encoders(), ..Machine::ffmpeg(2, VideoEncoder::Own) };
        let means = Means {
            machine,
            limits: Limits { workers: 2, memory: Bytes(3_000_000_000), frames: Bytes(400_000_000) },
            speeds,
        };
        predict(facts, wishes, &means)
    }

    fn clip(size: (u32, u32), seconds: u64) -> MediaFacts {
        let mut facts = facts(seconds * 25);
        (facts.video.width, facts.video.height) = size;
        facts.file_bytes = Bytes(seconds * 2_000_000);
        facts
    }

    fn target(bytes: u64) -> Wishes {
        Wishes { target: Bytes(bytes), ..Wishes::default() }
    }

    #[test]
    fn figures_are_read_where_they_are_valid() {
        let read = speeds(FIGURES).unwrap();
        let encoders = Encoders { h264: Some(Profile::Main), vp9: true, ..Encoders::default() };
        assert_eq!(read.encoders(), encoders);
        let valid = format!("{}\n{FIGURES}", key("Browser/1.0", 2));
        assert_eq!(Speeds::read(&valid, &key("Browser/1.0", 4), 0), None);
        assert_eq!(Speeds::read(&valid, &key("Browser/1.1", 2), 0), None);
        for broken in [
            "",
            "medium=1e7",
            "superfast=NaN\nveryfast=1e7\nmedium=1e7",
            "superfast=-1\nveryfast=2\nmedium=3",
        ] {
            assert_eq!(speeds(broken), None, "{broken}");
        }
    }

    /// A phone's clip: what it takes by our decoder is between a clip that the browser decodes and one that ffmpeg does.
    #[test]
    fn hevc_and_tone_mapping_count() {
        let balanced = |clip: &MediaFacts, decoder| {
            let found = predictions(clip, &target(3_000_000), decoder, &speeds(FIGURES).unwrap());
            found[1].likely.unwrap().time.seconds()
        };
        let mut phone = clip((1920, 1080), 10);
        let plain = balanced(&phone, Decoder::Browser);
        phone.video.codec = "hevc".into();
        phone.video.colour.transfer = Some("arib-std-b67".into());
        phone.video.own_decoder = true;
        let ours = balanced(&phone, Decoder::Browser);
        let by_ffmpeg = balanced(&phone, Decoder::Ffmpeg(None));
        assert!(plain * 1.3 < ours && ours * 2.0 < by_ffmpeg, "{plain} s, {ours} s, {by_ffmpeg} s");
    }

    #[test]
    fn what_cannot_be_had_says_why() {
        let without = FIGURES.replace("h264=", "none=");
        let vp9 = Wishes { codec: Codec::Vp9, ..target(1_900_000) };
        let (browser, ffmpeg) = (Decoder::Browser, Decoder::Ffmpeg(None));
        let cases = [
            (FIGURES, target(1_900_000), browser, [None, None, None]),
            (&without, target(1_900_000), browser, [None, None, None]),
            (FIGURES, target(1_900_000), ffmpeg, [None, None, None]),
            (
                FIGURES,
                vp9,
                browser,
                [
                    None,
                    Some(Unavailable::OnlyBrowser(Codec::Vp9)),
                    Some(Unavailable::OnlyBrowser(Codec::Vp9)),
                ],
            ),
        ];
        for (figures, wishes, decoder, expected) in cases {
            let found = predictions(&clip((854, 480), 30), &wishes, decoder, &speeds(figures).unwrap());
            assert_eq!(found.iter().map(|one| one.effort).collect::<Vec<_>>(), EFFORTS);
            assert_eq!(found.iter().map(|one| one.likely.err()).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn there_is_nothing_to_choose_without_an_encode() {
        let speeds = speeds(FIGURES).unwrap();
        let quick = Wishes { mode: Mode::Quick, ..Wishes::default() };
        for wishes in [target(90_000_000), quick, target(40_000)] {
            let found = predictions(&clip((854, 480), 400), &wishes, Decoder::Browser, &speeds);
            let nothing = wishes.mode == Mode::Quick || wishes.target == Bytes(40_000);
            assert_eq!(found.is_empty(), nothing, "{}", wishes.target);
        }
        let mut kept = clip((854, 480), 10);
        kept.container = Container::Mp4;
        assert_eq!(predictions(&kept, &target(90_000_000), Decoder::Browser, &speeds), []);
    }

    #[test]
    fn the_worker_with_most_to_do_counts() {
        for (chunks, workers, expected) in [
            (vec![100.0, 100.0, 100.0], 2, 200.0),
            (vec![60.0, 100.0, 50.0, 40.0], 2, 140.0),
            (vec![10.0, 20.0], 4, 20.0),
            (vec![10.0, 20.0], 1, 30.0),
        ] {
            assert_eq!(busiest(chunks.clone(), workers), expected, "{chunks:?} on {workers}");
        }
    }

    #[test]
    fn quality_follows_the_bytes() {
        let speeds = speeds(FIGURES).unwrap();
        let cases = [
            // height wished, target -> fast, balanced, best
            (None, 4_000_000, [Quality::Sharp, Quality::Sharp, Quality::Sharp]),
            (None, 1_900_000, [Quality::Good, Quality::Sharp, Quality::Sharp]),
            (None, 1_200_000, [Quality::Good, Quality::Good, Quality::Good]),
            (None, 700_000, [Quality::Soft, Quality::Good, Quality::Good]),
            (Some(480), 400_000, [Quality::Blocky, Quality::Soft, Quality::Soft]),
        ];
        for (height, bytes, expected) in cases {
            let wishes = Wishes { height, ..target(bytes) };
            let found = predictions(&clip((854, 480), 30), &wishes, Decoder::Browser, &speeds);
            let qualities: Vec<_> = found.iter().map(|one| one.likely.unwrap().quality).collect();
            assert_eq!(qualities, expected, "{bytes}");
        }
    }

    #[test]
    fn auto_weighs_the_wait_against_the_quality() {
        let of = |effort, seconds, quality| Prediction {
            effort,
            likely: Ok(Likely { time: Micros::from_seconds(seconds), quality }),
        };
        let none = |effort| Prediction { effort, likely: Err(Unavailable::OnlyBrowser(Codec::Vp9)) };
        let (fast, balanced, best) = (Effort::Fast, Effort::Balanced, Effort::Best);
        let (sharp, good, blocky) = (Quality::Sharp, Quality::Good, Quality::Blocky);
        let cases = [
            (vec![of(fast, 2.0, sharp), of(balanced, 9.0, sharp), of(best, 14.0, sharp)], best),
            (vec![of(fast, 9.0, sharp), of(balanced, 40.0, sharp), of(best, 70.0, sharp)], fast),
            (vec![of(fast, 9.0, good), of(balanced, 40.0, sharp), of(best, 70.0, sharp)], balanced),
            (vec![of(fast, 90.0, good), of(balanced, 400.0, sharp), of(best, 700.0, sharp)], fast),
            (vec![of(fast, 90.0, blocky), of(balanced, 400.0, blocky), of(best, 700.0, blocky)], balanced),
            (vec![none(fast), of(balanced, 400.0, sharp), of(best, 700.0, sharp)], balanced),
            (vec![of(fast, 9.0, good), none(balanced), none(best)], fast),
            (Vec::new(), Effort::Auto),
        ];
        for (predictions, expected) in cases {
            assert_eq!(settle(Effort::Auto, &predictions), expected, "{predictions:?}");
            assert_eq!(settle(best, &predictions), best);
        }
    }

    proptest! {
        #[test]
        fn faster_machines_take_no_longer_and_better_efforts_no_less(
            seconds in 1_u64..2000,
            height in 100_u32..2200,
            rate in 1_u32..120,
            bytes in 200_000_u64..50_000_000,
            figures in proptest::collection::vec(1e5_f64..1e9, 5),
            faster in proptest::collection::vec(1.0_f64..4.0, 5),
        ) {
            let with = |figures: &[f64]| {
                let names = ["superfast", "veryfast", "medium", "decode", "h264"];
                let lines = names.iter().zip(figures).map(|(name, figure)| format!("{name}={figure}\n"));
                speeds(&(lines.collect::<String>() + "h264-profile=high")).unwrap()
            };
            let more: Vec<f64> = figures.iter().zip(&faster).map(|(figure, faster)| figure * faster).collect();
            let mut facts = clip((height * 16 / 9, height), seconds);
            facts.video.frame_rate = FrameRate::whole(rate);
            let of = |speeds| {
                let found = predictions(&facts, &target(bytes), Decoder::Browser, &speeds);
                found.iter().filter_map(|one| one.likely.ok()).collect::<Vec<_>>()
            };
            // Another encoder for `Fast` makes another video.
            prop_assume!(with(&figures).encoders() == with(&more).encoders());
            let (slow, quick) = (of(with(&figures)), of(with(&more)));
            prop_assert_eq!(slow.len(), quick.len());
            for (slow, quick) in slow.iter().zip(&quick) {
                prop_assert!(quick.time <= slow.time);
            }
            // Fast may choose a smaller frame size or fewer frames, and be less blocky so.
            if let [_, balanced, best] = slow.as_slice() {
                prop_assert!(balanced.time <= best.time && balanced.quality <= best.quality);
            }
        }
    }
}
