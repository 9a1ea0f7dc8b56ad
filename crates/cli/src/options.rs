//! The command line: what can be asked for, and the wishes that follow. Values mean what they mean in Clipfit's links, and are
//! read by the same parser.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use clipfit_core::units::{Bytes, FrameRate};
use clipfit_core::wishes::destinations::{self, Destination};
use clipfit_core::wishes::ladder::{self, Rung};
use clipfit_core::wishes::link;
use clipfit_core::wishes::packaging::Packaging;
use clipfit_core::wishes::packaging::SegmentFormat;
use clipfit_core::wishes::renditions;
use clipfit_core::wishes::renditions::Wanted;
use clipfit_core::wishes::{AudioWish, Codec, Effort, Mode, Wishes};
use std::fmt;
use std::path::PathBuf;

/// What the exit codes mean; for the help and the manual.
pub(crate) const EXIT_CODES: &[(&str, &str)] = &[
    ("0", "every job has a result"),
    ("1", "some job has none; what is wrong was said"),
    ("2", "the command line was not understood"),
    ("130", "interrupted; nothing half-written is left behind"),
];

/// Makes any clip fit under a size limit.
///
/// The result is an MP4 that is never over the limit, not by one byte, and as sharp as the bytes allow. Works with the ffmpeg
/// on PATH, version 5.1 or later.
#[derive(Debug, Parser)]
#[command(name = "clipfit", version, propagate_version = true, after_help = exit_codes())]
pub struct Options {
    /// Print one JSON object a line, the last of type "report"
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

fn exit_codes() -> String {
    let rows = EXIT_CODES.iter().map(|(code, meaning)| format!("  {code:<4} {meaning}\n"));
    std::iter::once("Exit codes:\n".to_owned()).chain(rows).collect()
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make clips fit
    Compress(Compress),
    /// Make packages for streaming (HLS), a folder for each clip
    Hls(Hls),
    /// Tell what would be made of clips, without making it
    Plan(Planned),
    /// Tell the plan with its reasons in figures: the budget, the chunks, the first commands
    Explain(Planned),
    /// Tell what is known of clips
    Probe(Inputs),
    /// Push a clip or a test pattern live by RTMP, SRT or WHIP, again and again when the far end goes away
    Publish(Publish),
    /// Print a script that completes commands and options in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write a page for every command
    Man {
        /// Folder for the pages
        folder: Option<PathBuf>,
    },
}

/// The clips.
#[derive(Debug, Args)]
pub struct Inputs {
    /// Clips: MP4, MOV, MKV, WebM, AVI, MPEG-TS and whatever else ffmpeg reads
    #[arg(required = true, value_name = "IN", value_hint = clap::ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,
}

/// Clips and what is wished of them.
#[derive(Debug, Args)]
pub struct Planned {
    #[command(flatten)]
    pub(crate) clips: Inputs,
    #[command(flatten)]
    pub(crate) wishes: WishOptions,
}

/// A compression.
#[derive(Debug, Args)]
pub struct Compress {
    #[command(flatten)]
    pub(crate) clips: Inputs,
    #[command(flatten)]
    pub(crate) wishes: WishOptions,
    /// File for the result, or a folder; without it <IN>-clipfit.mp4 beside each clip
    #[arg(short, long, value_name = "OUT", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) output: Option<PathBuf>,
    /// Replace results that are there already (a source never)
    #[arg(short, long)]
    pub(crate) force: bool,
}

/// A package for streaming: the clip in several sizes, never above its own, cut into segments, with playlists.
#[derive(Debug, Args)]
pub struct Hls {
    #[command(flatten)]
    pub(crate) clips: Inputs,
    /// What segments are made of: ts plays everywhere, fmp4 is smaller
    #[arg(long, value_parser = segment_format(), default_value = "ts")]
    format: SegmentFormat,
    /// Length of the segments in seconds, 1 to 60
    #[arg(short, long, value_name = "SECONDS", value_parser = segment, default_value = "10")]
    segment: u32,
    /// All of the package is never larger than this; without it, steady quality
    #[arg(short, long, value_name = "SIZE", value_parser = size)]
    target: Option<Bytes>,
    /// How much time to spend for sharpness
    #[arg(short, long, value_parser = effort())]
    effort: Option<Effort>,
    /// Frames per second, never above the source
    #[arg(long, value_name = "RATE", value_parser = frame_rate)]
    fps: Option<FrameRate>,
    /// What to do with the sound: auto, copy, none, or kb/s from 16 to 512
    #[arg(long, value_name = "WISH", value_parser = audio)]
    audio: Option<AudioWish>,
    /// Folder for the package, or for all of them; without it <IN>-hls beside each clip
    #[arg(short, long, value_name = "OUT", value_hint = clap::ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
    /// Replace packages that are there already
    #[arg(short, long)]
    pub(crate) force: bool,
}

impl Hls {
    /// What is wished of the clips.
    pub fn wishes(&self) -> Wishes {
        let unsaid = Wishes::default();
        Wishes {
            mode: Mode::Hls,
            packaging: Packaging { format: self.format, seconds: self.segment, target: self.target },
            effort: self.effort.unwrap_or(unsaid.effort),
            frame_rate: self.fps,
            audio: self.audio.unwrap_or(unsaid.audio),
            ..unsaid
        }
    }
}

/// A live push.
#[derive(Debug, Args)]
pub struct Publish {
    /// The clip, at the pace of the clock
    #[arg(
        required_unless_present = "test_pattern",
        conflicts_with = "test_pattern",
        value_name = "IN",
        value_hint = clap::ValueHint::FilePath
    )]
    pub(crate) input: Option<PathBuf>,
    /// Moving bars and a tone instead of a clip, without end
    #[arg(long)]
    pub(crate) test_pattern: bool,
    /// A rung of the low-bandwidth ladder, as 1024x576@25, or a format of one's own with its kb/s, as 640x360@30:700; else the best
    /// below the clip
    #[arg(short, long, value_name = "RUNG", value_parser = rung)]
    pub(crate) rung: Option<Rung>,
    /// Where to: rtmp://HOST/APP/NAME, rtmps://..., srt://HOST:PORT?streamid=..., or http(s)://... for WHIP
    ///
    /// Nothing that Clipfit prints shows the stream's name, keys or passwords in it. Other programs of this machine can see it in
    /// the list of processes while ffmpeg runs; in the variable it stays out of the shell's history.
    #[arg(long, value_name = "ADDRESS", required = true, env = "CLIPFIT_TO", hide_env_values = true)]
    pub(crate) to: Option<Secret>,
    /// The token that a WHIP server asks for
    #[arg(long, value_name = "TOKEN", env = "CLIPFIT_BEARER", hide_env_values = true)]
    pub(crate) bearer: Option<Secret>,
    /// Begin the clip again at its end
    #[arg(long = "loop", conflicts_with = "test_pattern")]
    pub(crate) looped: bool,
    /// Without sound
    #[arg(long)]
    pub(crate) mute: bool,
    /// Give up after so many connections in a row that did not hold for half a minute; else never
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) tries: Option<u32>,
    /// One connection and no other after it
    #[arg(long, conflicts_with = "tries")]
    pub(crate) once: bool,
    /// Print the ffmpeg command, its secrets hidden, and run nothing
    #[arg(long)]
    pub(crate) print_command: bool,
}

/// A word that may hold secrets, read from the command line as it is: what is wrong with it is said without it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(word: String) -> Secret {
        Secret(word)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Compress {
    /// What is wished of the clips.
    pub fn wishes(&self) -> Wishes {
        self.wishes.wishes()
    }
}

/// What can be wished of a clip.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Wishes")]
pub(crate) struct WishOptions {
    /// The limit: 10MB (decimal), 900KB, 10MiB (binary), 123456B; 10MB where nothing is said
    #[arg(short, long, value_name = "SIZE", value_parser = size)]
    target: Option<Bytes>,
    /// The limit of a destination
    #[arg(
        short,
        long,
        value_name = "DESTINATION",
        value_parser = destination(),
        hide_possible_values = true,
        conflicts_with = "target",
        long_help = destinations_help()
    )]
    preset: Option<Destination>,
    /// Constant quality, about a tenth of the size, never larger than the source; no limit is aimed at
    #[arg(short, long, conflicts_with_all = ["target", "preset"])]
    quick: bool,
    /// A rung of the low-bandwidth ladder, as 1024x576@25, or a format of one's own with its kb/s, as 640x360@30:700
    #[arg(short, long, value_name = "RUNG", value_parser = rung, conflicts_with_all = ["target", "preset", "quick"])]
    rung: Option<Rung>,
    /// Several renditions at once, none above the source, each with its kb/s, into a folder: as 720:3000,480:1500,360:800, which is
    /// what it means where nothing is said
    #[arg(
        long,
        value_name = "RENDITIONS",
        value_parser = several,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "720:3000,480:1500,360:800",
        conflicts_with_all = ["target", "preset", "quick", "rung"]
    )]
    renditions: Option<Renditions>,
    /// How much time to spend for sharpness
    #[arg(short, long, value_parser = effort())]
    effort: Option<Effort>,
    /// How the picture is coded, where ffmpeg has an encoder for it
    #[arg(short, long, value_parser = codec())]
    codec: Option<Codec>,
    /// Height of the result in pixels, never above the source; else the limit decides
    #[arg(long, value_name = "PIXELS", value_parser = height)]
    height: Option<u32>,
    /// Frames per second, as 25, 23.976 or 30000/1001, never above the source; else the limit decides
    #[arg(long, value_name = "RATE", value_parser = frame_rate)]
    fps: Option<FrameRate>,
    /// What to do with the sound: auto, copy, none, or kb/s from 16 to 512
    #[arg(long, value_name = "WISH", value_parser = audio)]
    audio: Option<AudioWish>,
}

impl WishOptions {
    /// The wishes, with core's defaults for what is not said.
    pub(crate) fn wishes(&self) -> Wishes {
        let unsaid = Wishes::default();
        let limit = self.preset.as_ref().map(|destination| destination.limit);
        Wishes {
            mode: match (self.quick, self.rung.is_some() || self.renditions.is_some()) {
                (true, _) => Mode::Quick,
                (false, true) => Mode::Ladder,
                (false, false) => unsaid.mode,
            },
            target: self.target.or(limit).unwrap_or(unsaid.target),
            rung: self.rung,
            renditions: self.renditions.as_ref().map_or_else(Vec::new, |wanted| wanted.0.clone()),
            packaging: unsaid.packaging,
            effort: self.effort.unwrap_or(unsaid.effort),
            codec: self.codec.unwrap_or(unsaid.codec),
            height: self.height,
            frame_rate: self.fps,
            audio: self.audio.unwrap_or(unsaid.audio),
            trim: None,
        }
    }
}

fn size(text: &str) -> Result<Bytes, &'static str> {
    link::parse_size(text).ok_or("a size is written as 10MB, 900KB, 10MiB or 123456B")
}

/// Several renditions: as a value of its own, since clap takes a list of values for repeated options.
#[derive(Debug, Clone)]
struct Renditions(Vec<Wanted>);

fn several(text: &str) -> Result<Renditions, &'static str> {
    let wanted = renditions::parse(text).map(Renditions);
    wanted.ok_or("renditions are heights, each with its kb/s, as 720:3000,480:1500; at most eight")
}

fn segment(text: &str) -> Result<u32, &'static str> {
    link::parse_segment(text).ok_or("segments last 1 to 60 seconds")
}

fn segment_format() -> impl TypedValueParser<Value = SegmentFormat> {
    let all = [SegmentFormat::Ts, SegmentFormat::Fmp4];
    named(all.map(|format| PossibleValue::new(format.id())).into(), |id| {
        [SegmentFormat::Ts, SegmentFormat::Fmp4].into_iter().find(|format| format.id() == id)
    })
}

fn rung(text: &str) -> Result<Rung, String> {
    ladder::parse(text).ok_or_else(|| {
        let rungs: Vec<String> = ladder::rungs().map(|rung| rung.to_string()).collect();
        format!("a rung is one of {}, or a format of one's own as 640x360@30:700", rungs.join(", "))
    })
}

fn height(text: &str) -> Result<u32, &'static str> {
    link::parse_height(text).ok_or("a height is 16 to 8640 pixels")
}

fn frame_rate(text: &str) -> Result<FrameRate, &'static str> {
    link::parse_frame_rate(text).ok_or("a frame rate is 1 to 240, as 25, 23.976 or 30000/1001")
}

fn audio(text: &str) -> Result<AudioWish, &'static str> {
    link::parse_audio(text).ok_or("sound is auto, copy, none, or kb/s from 16 to 512")
}

/// A parser that takes only these names. What they stand for is told by `find`, which knows them all.
fn named<T: Clone + Send + Sync + 'static>(
    names: Vec<PossibleValue>,
    find: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(move |name| find(&name).ok_or("not known"))
}

fn effort() -> impl TypedValueParser<Value = Effort> {
    named(Effort::ALL.map(|effort| PossibleValue::new(effort.id())).into(), Effort::find)
}

fn codec() -> impl TypedValueParser<Value = Codec> {
    let value = |codec: Codec| PossibleValue::new(codec.id()).help(codec.plays());
    named(Codec::ALL.map(value).into(), Codec::find)
}

fn destination() -> impl TypedValueParser<Value = Destination> {
    let value =
        |place: Destination| PossibleValue::new(place.id).help(format!("{}, {}", place.label, place.limit));
    named(destinations::all().into_iter().map(value).collect(), destinations::find)
}

fn destinations_help() -> String {
    let rows = destinations::all();
    let rows = rows.iter().map(|place| format!("\n  {:<18} {} ({})", place.id, place.limit, place.label));
    std::iter::once("The limit of a destination:".to_owned()).chain(rows).collect()
}
