//! The command line's options, and the wishes that follow from them. Values mean the same as in Clipfit's links; the
//! same parser reads them.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use clipfit_core::clip::rotation::Rotation;
use clipfit_core::units::{Bytes, FrameRate, Micros};
use clipfit_core::wishes::destinations::{self, Destination};
use clipfit_core::wishes::ladder::{self, Rung};
use clipfit_core::wishes::link;
use clipfit_core::wishes::packaging::Packaging;
use clipfit_core::wishes::packaging::SegmentFormat;
use clipfit_core::wishes::renditions;
use clipfit_core::wishes::renditions::Wanted;
use clipfit_core::wishes::shape::{self, Crop, Flip, Shape};
use clipfit_core::wishes::{AudioWish, Codec, Effort, Mode, Tracks, Trim, Wishes};
use std::fmt;
use std::path::PathBuf;

/// The exit codes and their meanings, for the help and the manual.
pub(crate) const EXIT_CODES: &[(&str, &str)] = &[
    ("0", "every clip has a result"),
    ("1", "one or more clips failed; errors were reported"),
    ("2", "the command line is invalid"),
    ("130", "interrupted; no partial files are left behind"),
];

/// Makes any clip fit under a size limit.
///
/// The result is an MP4 that never exceeds the limit, not even by one byte, and is as sharp as the bytes allow. Uses
/// the ffmpeg on PATH, version 5.1 or later.
#[derive(Debug, Parser)]
#[command(name = "clipfit", version, propagate_version = true, after_help = exit_codes())]
pub struct Options {
    /// Print one JSON object per line; the last one has type "report"
    #[arg(long, global = true)]
    pub json: bool,
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
}

fn exit_codes() -> String {
    let rows = EXIT_CODES.iter().map(|(code, meaning)| format!("  {code:<4} {meaning}\n"));
    std::iter::once("Exit codes:\n".to_owned()).chain(rows).collect()
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compress clips so that they fit
    Compress(Compress),
    /// Make streaming packages (HLS), one folder per clip
    Hls(Hls),
    /// Show the plan for each clip without encoding it
    Plan(Planned),
    /// Show the plan with its figures: the budget, the chunks, the first commands
    Explain(Planned),
    /// Show the facts about each clip
    Probe(Inputs),
    /// Stream a clip or a test pattern live over RTMP, SRT or WHIP, and reconnect when the connection breaks
    Publish(Publish),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write one page per command
    Man {
        /// Folder for the pages
        folder: Option<PathBuf>,
    },
}

/// The clips.
#[derive(Debug, Args)]
pub struct Inputs {
    /// Clips: MP4, MOV, MKV, WebM, AVI, MPEG-TS and any other single file that ffmpeg reads
    #[arg(required = true, value_name = "IN", value_hint = clap::ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,
}

/// Clips and the wishes for them.
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
    /// File or folder for the result; default: <IN>-clipfit.mp4 next to each clip
    #[arg(short, long, value_name = "OUT", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) output: Option<PathBuf>,
    /// Replace existing results (never a source)
    #[arg(short, long)]
    pub(crate) force: bool,
}

/// A streaming package: the clip in several sizes, none above its own, cut into segments, with playlists.
#[derive(Debug, Args)]
pub struct Hls {
    #[command(flatten)]
    pub(crate) clips: Inputs,
    /// Segment format: ts plays everywhere, fmp4 is smaller
    #[arg(long, value_parser = segment_format(), default_value = "ts")]
    format: SegmentFormat,
    /// Segment length in seconds, 1 to 60
    #[arg(short, long, value_name = "SECONDS", value_parser = segment, default_value = "10")]
    segment: u32,
    /// Size limit for the whole package; default: no limit, constant quality
    #[arg(short, long, value_name = "SIZE", value_parser = size)]
    target: Option<Bytes>,
    /// How much time to spend on sharpness
    #[arg(short, long, value_parser = effort())]
    effort: Option<Effort>,
    /// Frames per second, never above the source
    #[arg(long, value_name = "RATE", value_parser = frame_rate)]
    fps: Option<FrameRate>,
    /// What to do with the audio: auto, copy, none, or kb/s from 16 to 512
    #[arg(long, value_name = "AUDIO", value_parser = audio)]
    audio: Option<AudioWish>,
    /// What to do with several audio tracks: keep the default one, or mix all into one
    #[arg(long, value_parser = tracks())]
    audio_tracks: Option<Tracks>,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    shape: ShapeOptions,
    /// Folder for the package, or for all packages; default: <IN>-hls next to each clip
    #[arg(short, long, value_name = "OUT", value_hint = clap::ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
    /// Replace existing packages
    #[arg(short, long)]
    pub(crate) force: bool,
}

impl Hls {
    /// Returns the wishes for the clips.
    pub fn wishes(&self) -> Wishes {
        let unsaid = Wishes::default();
        Wishes {
            mode: Mode::Hls,
            packaging: Packaging { format: self.format, seconds: self.segment, target: self.target },
            effort: self.effort.unwrap_or(unsaid.effort),
            frame_rate: self.fps,
            audio: self.audio.unwrap_or(unsaid.audio),
            tracks: self.audio_tracks.unwrap_or(unsaid.tracks),
            trim: self.part.trim(),
            shape: self.shape.shape(),
            ..unsaid
        }
    }
}

/// A live stream.
#[derive(Debug, Args)]
pub struct Publish {
    /// The clip to stream, in real time
    #[arg(
        required_unless_present = "test_pattern",
        conflicts_with = "test_pattern",
        value_name = "IN",
        value_hint = clap::ValueHint::FilePath
    )]
    pub(crate) input: Option<PathBuf>,
    /// Stream moving bars and a tone without end instead of a clip
    #[arg(long)]
    pub(crate) test_pattern: bool,
    /// A rung of the low-bandwidth ladder, such as 1024x576@25, or a custom format with its kb/s, such as
    /// 640x360@30:700; default: the best rung that does not exceed the clip
    #[arg(short, long, value_name = "RUNG", value_parser = rung)]
    pub(crate) rung: Option<Rung>,
    /// Address of the server: rtmp://HOST/APP/NAME, rtmps://..., srt://HOST:PORT?streamid=..., or http(s)://... for
    /// WHIP
    ///
    /// Clipfit never prints the stream's name, keys or passwords. Other programs on this machine can see the address in
    /// the process list while ffmpeg runs. The environment variable keeps it out of the shell history.
    #[arg(long, value_name = "ADDRESS", required = true, env = "CLIPFIT_TO", hide_env_values = true)]
    pub(crate) to: Option<Secret>,
    /// The token that a WHIP server requires
    #[arg(long, value_name = "TOKEN", env = "CLIPFIT_BEARER", hide_env_values = true)]
    pub(crate) bearer: Option<Secret>,
    /// Start the clip again when it ends
    #[arg(long = "loop", conflicts_with = "test_pattern")]
    pub(crate) looped: bool,
    /// Send no audio
    #[arg(long)]
    pub(crate) mute: bool,
    /// Give up after N connections in a row that each lasted less than half a minute; default: never give up
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) tries: Option<u32>,
    /// Connect once and never reconnect
    #[arg(long, conflicts_with = "tries")]
    pub(crate) once: bool,
    /// Print the ffmpeg command with its secrets hidden, and run nothing
    #[arg(long)]
    pub(crate) print_command: bool,
}

/// A value that may hold secrets. It is taken from the command line unparsed, so that no error message shows it.
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
    /// Returns the wishes for the clips.
    pub fn wishes(&self) -> Wishes {
        self.wishes.wishes()
    }
}

/// The options that set the wishes for a clip.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Result options")]
pub(crate) struct WishOptions {
    /// Size limit: 10MB (decimal), 900KB, 10MiB (binary), 123456B; default: 10MB
    #[arg(short, long, value_name = "SIZE", value_parser = size)]
    target: Option<Bytes>,
    /// Use the size limit of a destination, and tell of clips that are too long for it
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
    /// Constant quality without a size limit: about a tenth of the size, never larger than the source
    #[arg(short, long, conflicts_with_all = ["target", "preset"])]
    quick: bool,
    /// A rung of the low-bandwidth ladder, such as 1024x576@25, or a custom format with its kb/s, such as
    /// 640x360@30:700
    #[arg(short, long, value_name = "RUNG", value_parser = rung, conflicts_with_all = ["target", "preset", "quick"])]
    rung: Option<Rung>,
    /// Several renditions at once, into a folder: heights, each with its kb/s; those above the source are left out.
    /// Without a value: 720:3000,480:1500,360:800
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
    /// How much time to spend on sharpness
    #[arg(short, long, value_parser = effort())]
    effort: Option<Effort>,
    /// Video codec, if ffmpeg has an encoder for it
    #[arg(short, long, value_parser = codec())]
    codec: Option<Codec>,
    /// Height of the result in pixels, never above the source; default: whatever suits the limit
    #[arg(long, value_name = "PIXELS", value_parser = height)]
    height: Option<u32>,
    /// Frames per second, such as 25, 23.976 or 30000/1001, never above the source; default: whatever suits the limit
    #[arg(long, value_name = "RATE", value_parser = frame_rate)]
    fps: Option<FrameRate>,
    /// What to do with the audio: auto, copy, none, or kb/s from 16 to 512
    #[arg(long, value_name = "AUDIO", value_parser = audio)]
    audio: Option<AudioWish>,
    /// What to do with several audio tracks: keep the default one, or mix all into one
    #[arg(long, value_parser = tracks())]
    audio_tracks: Option<Tracks>,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    shape: ShapeOptions,
}

/// The part of the frames to keep, and which way up.
#[derive(Debug, Args, Default)]
struct ShapeOptions {
    /// Keep a part of the frames: an aspect ratio such as 9:16, or pixels as 640x360 (in the middle) or 640x360+LEFT+TOP
    #[arg(long, value_name = "PART", value_parser = crop)]
    crop: Option<Crop>,
    /// Turn the frames clockwise: 90, 180 or 270 degrees, after the crop
    #[arg(long, value_name = "DEGREES", value_parser = turn)]
    turn: Option<Rotation>,
    /// Flip the frames, after the turn
    #[arg(long, value_parser = flip())]
    flip: Option<Flip>,
}

impl ShapeOptions {
    fn shape(&self) -> Shape {
        let unsaid = Shape::default();
        Shape {
            crop: self.crop,
            turn: self.turn.unwrap_or(unsaid.turn),
            flip: self.flip.unwrap_or(unsaid.flip),
        }
    }
}

fn crop(text: &str) -> Result<Crop, &'static str> {
    Crop::parse(text).ok_or("write a part as 9:16, 640x360 or 640x360+10+20")
}

fn turn(text: &str) -> Result<Rotation, &'static str> {
    shape::parse_turn(text).ok_or("a turn is 90, 180 or 270")
}

/// The part of each clip to keep.
#[derive(Debug, Args, Default)]
struct Part {
    /// Keep the clip from here on: seconds, m:ss or h:mm:ss, with decimals
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Micros>,
    /// Keep the clip up to here
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<Micros>,
}

impl Part {
    fn trim(&self) -> Option<Trim> {
        let trim = Trim { start: self.from.unwrap_or_default(), end: self.to };
        (trim != Trim::default()).then_some(trim)
    }
}

fn time(text: &str) -> Result<Micros, &'static str> {
    link::parse_time(text).ok_or("write a time as 75.5, 1:15.5 or 1:02:03")
}

impl WishOptions {
    /// Returns the wishes, with core's defaults for options that are not given.
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
            destination: self.preset.as_ref().map(|destination| destination.id),
            rung: self.rung,
            renditions: self.renditions.as_ref().map_or_else(Vec::new, |wanted| wanted.0.clone()),
            packaging: unsaid.packaging,
            effort: self.effort.unwrap_or(unsaid.effort),
            codec: self.codec.unwrap_or(unsaid.codec),
            height: self.height,
            frame_rate: self.fps,
            audio: self.audio.unwrap_or(unsaid.audio),
            tracks: self.audio_tracks.unwrap_or(unsaid.tracks),
            trim: self.part.trim(),
            shape: self.shape.shape(),
            only_plan: false,
        }
    }
}

fn size(text: &str) -> Result<Bytes, &'static str> {
    link::parse_size(text).ok_or("write a size as 10MB, 900KB, 10MiB or 123456B")
}

/// Several renditions, as a separate type: clap would take a `Vec` for a repeated option.
#[derive(Debug, Clone)]
struct Renditions(Vec<Wanted>);

fn several(text: &str) -> Result<Renditions, &'static str> {
    let wanted = renditions::parse(text).map(Renditions);
    wanted.ok_or("write renditions as heights, each with its kb/s, such as 720:3000,480:1500; at most eight")
}

fn segment(text: &str) -> Result<u32, &'static str> {
    link::parse_segment(text).ok_or("a segment lasts 1 to 60 seconds")
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
        format!("use one of the rungs {}, or a custom format such as 640x360@30:700", rungs.join(", "))
    })
}

fn height(text: &str) -> Result<u32, &'static str> {
    link::parse_height(text).ok_or("a height is from 16 to 8640 pixels")
}

fn frame_rate(text: &str) -> Result<FrameRate, &'static str> {
    link::parse_frame_rate(text).ok_or("a frame rate is from 1 to 240, such as 25, 23.976 or 30000/1001")
}

fn audio(text: &str) -> Result<AudioWish, &'static str> {
    link::parse_audio(text).ok_or("audio is auto, copy, none, or kb/s from 16 to 512")
}

/// Returns a parser that accepts only these names. `find` maps each name to its value and knows all of them.
fn named<T: Clone + Send + Sync + 'static>(
    names: Vec<PossibleValue>,
    find: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(move |name| find(&name).ok_or("unknown value"))
}

fn effort() -> impl TypedValueParser<Value = Effort> {
    named(Effort::ALL.map(|effort| PossibleValue::new(effort.id())).into(), Effort::find)
}

fn flip() -> impl TypedValueParser<Value = Flip> {
    named(Flip::ALL.map(|(_, id)| PossibleValue::new(id)).into(), Flip::find)
}

fn tracks() -> impl TypedValueParser<Value = Tracks> {
    named(Tracks::ALL.map(|tracks| PossibleValue::new(tracks.id())).into(), Tracks::find)
}

fn codec() -> impl TypedValueParser<Value = Codec> {
    let value = |codec: Codec| PossibleValue::new(codec.id()).help(codec.plays());
    named(Codec::ALL.map(value).into(), Codec::find)
}

fn destination() -> impl TypedValueParser<Value = Destination> {
    let value = |place: Destination| PossibleValue::new(place.id.as_str()).help(place.to_string());
    named(destinations::all().into_iter().map(value).collect(), destinations::find)
}

fn destinations_help() -> String {
    let rows = destinations::all();
    let rows = rows.iter().map(|place| format!("\n  {:<18} {place}", place.id.as_str()));
    std::iter::once(
        "Use the size limit of a destination, and tell of clips that are too long for it:".to_owned(),
    )
    .chain(rows)
    .collect()
}
