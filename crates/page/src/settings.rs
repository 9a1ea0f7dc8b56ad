//! The fields of the settings panel as typed and chosen, and the wishes that follow from them. Knows nothing of the
//! page's elements or of where settings are stored.

use crate::words;
use clipfit_core::clip::rotation::Rotation;
use clipfit_core::units::{FrameRate, Kbps, Micros};
use clipfit_core::wishes::destinations;
use clipfit_core::wishes::ladder::{self, Rung};
use clipfit_core::wishes::link::{self, Link, Start};
use clipfit_core::wishes::packaging::Packaging;
use clipfit_core::wishes::packaging::SegmentFormat;
use clipfit_core::wishes::renditions;
use clipfit_core::wishes::shape::{Crop, Flip, Shape};
use clipfit_core::wishes::{AudioWish, Codec, DEFAULT_TARGET, Effort, Mode, Tracks, Trim, Wishes};
use serde::{Deserialize, Serialize};

/// Every field, as typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The kind of result.
    pub mode: Mode,
    /// The limit, as the user typed it.
    pub target: String,
    /// The destination that the limit was taken from.
    pub destination: Option<destinations::Id>,
    /// The format in `Mode::Ladder`.
    pub rung: RungChoice,
    /// The figures of a custom format.
    pub own: OwnFormat,
    /// Sizes and bandwidths of several renditions.
    pub renditions: String,
    /// The segment format of a package.
    pub format: SegmentFormat,
    /// The segment length in seconds.
    pub segment: String,
    /// The limit of a whole package; empty means no limit.
    pub package_target: String,
    /// How much time to spend.
    pub effort: Effort,
    /// The video codec.
    pub codec: Codec,
    /// Height; empty means automatic.
    pub height: String,
    /// Frames per second; empty means automatic.
    pub frame_rate: String,
    /// What to do with the audio.
    pub audio: AudioChoice,
    /// Kilobits per second, for `AudioChoice::Rate`.
    pub audio_rate: String,
    /// What to do with several audio tracks.
    pub tracks: Tracks,
    /// Where the part to keep begins; empty means the beginning. Not for the next visit: that has other clips.
    #[serde(skip)]
    pub start_at: String,
    /// Where it ends; empty means the end.
    #[serde(skip)]
    pub end_at: String,
    /// The part of the frames to keep; empty means all. Not for the next visit, either.
    #[serde(skip)]
    pub crop: String,
    /// The turn, clockwise.
    #[serde(skip)]
    pub turn: Rotation,
    /// What is swapped.
    #[serde(skip)]
    pub flip: Flip,
    /// Whether a finished result downloads without a click.
    pub download: bool,
    /// Whether clips wait with their plan until they are started.
    pub wait: bool,
}

/// The choice of a format in `Mode::Ladder`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum RungChoice {
    /// The best rung that does not exceed the source.
    Fitting,
    /// A rung of the ladder.
    Published(Rung),
    /// The format in `Settings::own`.
    Own,
    /// The renditions in `Settings::renditions`.
    Several,
}

/// A custom format, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct OwnFormat {
    /// Pixels.
    pub width: String,
    /// Pixels.
    pub height: String,
    /// Frames per second.
    pub frame_rate: String,
    /// Kilobits per second.
    pub rate: String,
}

/// Stored names of the choices that are neither a rung nor `Fitting`.
const OWN: &str = "own";
const SEVERAL: &str = "several";

impl From<RungChoice> for String {
    fn from(choice: RungChoice) -> String {
        match choice {
            RungChoice::Fitting => String::new(),
            RungChoice::Published(rung) => rung.to_string(),
            RungChoice::Own => OWN.into(),
            RungChoice::Several => SEVERAL.into(),
        }
    }
}

impl From<String> for RungChoice {
    fn from(kept: String) -> RungChoice {
        match ladder::parse(&kept) {
            Some(rung) => RungChoice::Published(rung),
            None if kept == OWN => RungChoice::Own,
            None if kept == SEVERAL => RungChoice::Several,
            None => RungChoice::Fitting,
        }
    }
}

impl From<OwnFormat> for String {
    fn from(OwnFormat { width, height, frame_rate, rate }: OwnFormat) -> String {
        [width, height, frame_rate, rate].join("\n")
    }
}

impl From<String> for OwnFormat {
    fn from(kept: String) -> OwnFormat {
        let mut parts = kept.split('\n').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        OwnFormat { width: next(), height: next(), frame_rate: next(), rate: next() }
    }
}

impl OwnFormat {
    fn of(rung: Rung) -> OwnFormat {
        OwnFormat {
            width: rung.width.to_string(),
            height: rung.height.to_string(),
            frame_rate: exact_rate(rung.frame_rate),
            rate: rung.rate.0.to_string(),
        }
    }

    fn read(&self) -> Option<Rung> {
        let side = |text: &str| text.trim().parse().ok();
        let rate = link::parse_frame_rate(&self.frame_rate)?;
        ladder::own(side(&self.width)?, side(&self.height)?, rate, self.rate.trim().parse().ok()?)
    }
}

/// The choices for the audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AudioChoice {
    /// By core's rule.
    Auto,
    /// Copied unchanged.
    Copy,
    /// Left out.
    None,
    /// At the rate in `Settings::audio_rate`.
    Rate,
}

/// One change in the panel.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Another kind of result.
    Mode(Mode),
    /// Typed in the limit.
    Target(String),
    /// Chose a destination, or no destination.
    Destination(Option<destinations::Id>),
    /// Another format of the ladder.
    Rung(RungChoice),
    /// Typed in the custom format.
    Own(OwnFormat),
    /// Typed in several renditions.
    Renditions(String),
    /// Another segment format.
    Format(SegmentFormat),
    /// Typed in the segment length.
    Segment(String),
    /// Typed in the limit of a package.
    PackageTarget(String),
    /// Another effort.
    Effort(Effort),
    /// Another codec.
    Codec(Codec),
    /// Typed in the height.
    Height(String),
    /// Typed in the frame rate.
    FrameRate(String),
    /// Another choice for the audio.
    Audio(AudioChoice),
    /// Typed in the audio bitrate.
    AudioRate(String),
    /// Another choice for several audio tracks.
    Tracks(Tracks),
    /// Typed where the part to keep begins.
    StartAt(String),
    /// Typed where it ends.
    EndAt(String),
    /// Typed or chose the part of the frames to keep.
    Crop(String),
    /// Another turn.
    Turn(Rotation),
    /// Another flip.
    Flip(Flip),
    /// Switched automatic download.
    Download(bool),
    /// Switched waiting.
    Wait(bool),
}

/// Fields that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The limit.
    Target,
    /// The height.
    Height,
    /// The frame rate.
    FrameRate,
    /// The audio bitrate.
    AudioRate,
    /// The custom format.
    Own,
    /// Several renditions.
    Renditions,
    /// The segment length.
    Segment,
    /// The limit of a package.
    PackageTarget,
    /// Where the part to keep begins.
    StartAt,
    /// Where it ends.
    EndAt,
    /// The part of the frames to keep.
    Crop,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            mode: Mode::Size,
            target: words::exact_size(DEFAULT_TARGET),
            destination: None,
            rung: RungChoice::Fitting,
            own: OwnFormat {
                width: "640".into(),
                height: "360".into(),
                frame_rate: "25".into(),
                rate: "500".into(),
            },
            renditions: renditions::text(&renditions::USUAL),
            format: SegmentFormat::Ts,
            segment: Packaging::default().seconds.to_string(),
            package_target: String::new(),
            effort: Effort::Auto,
            codec: Codec::H264,
            height: String::new(),
            frame_rate: String::new(),
            audio: AudioChoice::Auto,
            audio_rate: "96".into(),
            tracks: Tracks::First,
            start_at: String::new(),
            end_at: String::new(),
            crop: String::new(),
            turn: Rotation::None,
            flip: Flip::None,
            download: false,
            wait: false,
        }
    }
}

impl Settings {
    /// Returns the settings that a link asks for. Automatic download stays as it is unless the link switches it on, and
    /// waiting unless the link says when clips start.
    pub fn from_link(link: &Link, before: &Settings) -> Self {
        let Wishes {
            mode,
            target,
            destination,
            rung,
            renditions: several,
            packaging,
            effort,
            codec,
            height,
            frame_rate,
            audio,
            tracks,
            trim,
            shape,
            only_plan: _,
        } = &link.wishes;
        let fresh = Settings::default();
        let (audio, audio_rate) = match audio {
            AudioWish::Auto => (AudioChoice::Auto, fresh.audio_rate),
            AudioWish::Copy => (AudioChoice::Copy, fresh.audio_rate),
            AudioWish::None => (AudioChoice::None, fresh.audio_rate),
            AudioWish::Encode(rate) => (AudioChoice::Rate, rate.0.to_string()),
        };
        Settings {
            mode: *mode,
            target: words::exact_size(*target),
            destination: *destination,
            rung: match rung {
                _ if !several.is_empty() => RungChoice::Several,
                None => RungChoice::Fitting,
                Some(rung) if rung.is_published() => RungChoice::Published(*rung),
                Some(_) => RungChoice::Own,
            },
            own: rung.map_or(fresh.own, OwnFormat::of),
            renditions: if several.is_empty() { fresh.renditions } else { renditions::text(several) },
            format: packaging.format,
            segment: packaging.seconds.to_string(),
            package_target: packaging.target.map_or(String::new(), words::exact_size),
            effort: *effort,
            codec: *codec,
            height: height.map_or(String::new(), |height| height.to_string()),
            frame_rate: frame_rate.map_or(String::new(), exact_rate),
            audio,
            audio_rate,
            tracks: *tracks,
            start_at: trim
                .filter(|trim| trim.start > Micros(0))
                .map_or(String::new(), |trim| link::time_text(trim.start)),
            end_at: trim.and_then(|trim| trim.end).map_or(String::new(), link::time_text),
            crop: shape.crop.map_or(String::new(), |crop| crop.to_string()),
            turn: shape.turn,
            flip: shape.flip,
            download: before.download || link.start == Some(Start::Automatically),
            wait: link.start.map_or(before.wait, |start| start == Start::Waiting),
        }
    }

    /// Applies one change.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Mode(mode) => self.mode = mode,
            Edit::Target(text) => {
                self.target = text;
                self.destination = None;
            }
            Edit::Destination(id) => {
                if let Some(destination) = id.and_then(destinations::Id::destination) {
                    self.target = words::exact_size(destination.limit);
                }
                self.destination = id;
            }
            Edit::Rung(rung) => self.rung = rung,
            Edit::Own(own) => self.own = own,
            Edit::Renditions(text) => self.renditions = text,
            Edit::Format(format) => self.format = format,
            Edit::Segment(text) => self.segment = text,
            Edit::PackageTarget(text) => self.package_target = text,
            Edit::Effort(effort) => self.effort = effort,
            Edit::Codec(codec) => self.codec = codec,
            Edit::Height(text) => self.height = text,
            Edit::FrameRate(text) => self.frame_rate = text,
            Edit::Audio(audio) => self.audio = audio,
            Edit::AudioRate(text) => self.audio_rate = text,
            Edit::Tracks(tracks) => self.tracks = tracks,
            Edit::StartAt(text) => self.start_at = text,
            Edit::EndAt(text) => self.end_at = text,
            Edit::Crop(text) => self.crop = text,
            Edit::Turn(turn) => self.turn = turn,
            Edit::Flip(flip) => self.flip = flip,
            Edit::Download(on) => self.download = on,
            Edit::Wait(on) => self.wait = on,
        }
    }

    /// Returns the wishes that follow. An unreadable field leaves its wish as it was in `before`.
    pub fn wishes(&self, before: &Wishes) -> Wishes {
        Wishes {
            mode: self.mode,
            target: link::parse_size(&self.target).unwrap_or(before.target),
            destination: self.destination,
            rung: match self.rung {
                RungChoice::Fitting | RungChoice::Several => None,
                RungChoice::Published(rung) => Some(rung),
                RungChoice::Own => self.own.read().or(before.rung),
            },
            renditions: match self.rung {
                RungChoice::Several => renditions::parse(&self.renditions)
                    .or_else(|| Some(before.renditions.clone()).filter(|before| !before.is_empty()))
                    .unwrap_or_else(|| renditions::USUAL.into()),
                _ => Vec::new(),
            },
            packaging: Packaging {
                format: self.format,
                seconds: link::parse_segment(&self.segment).unwrap_or(before.packaging.seconds),
                target: optional(&self.package_target, link::parse_size).unwrap_or(before.packaging.target),
            },
            effort: self.effort,
            codec: self.codec,
            height: optional(&self.height, link::parse_height).unwrap_or(before.height),
            frame_rate: optional(&self.frame_rate, link::parse_frame_rate).unwrap_or(before.frame_rate),
            audio: match self.audio {
                AudioChoice::Auto => AudioWish::Auto,
                AudioChoice::Copy => AudioWish::Copy,
                AudioChoice::None => AudioWish::None,
                AudioChoice::Rate => rate(&self.audio_rate).map_or(before.audio, AudioWish::Encode),
            },
            tracks: self.tracks,
            trim: self.trim().unwrap_or(before.trim),
            shape: Shape {
                crop: optional(&self.crop, Crop::parse).unwrap_or(before.shape.crop),
                turn: self.turn,
                flip: self.flip,
            },
            only_plan: false,
        }
    }

    /// Returns the part to keep, `Some(None)` for all of it; `None` if a field is unreadable or it ends before it begins.
    fn trim(&self) -> Option<Option<Trim>> {
        let (start, end) =
            (optional(&self.start_at, link::parse_time)?, optional(&self.end_at, link::parse_time)?);
        let trim = Trim { start: start.unwrap_or_default(), end };
        let holds = end.is_none_or(|end| end > trim.start);
        holds.then_some((trim != Trim::default()).then_some(trim))
    }

    /// Says in a sentence what is wrong with a field; `in_force` are the wishes that apply until it is corrected.
    pub fn problem(&self, field: Field, in_force: &Wishes) -> Option<String> {
        let automatic = || "automatic".to_owned();
        match field {
            Field::Target => link::parse_size(&self.target).is_none().then(|| {
                format!(
                    "Enter a size such as 10 MB or 900 KB. Until then, {} applies.",
                    words::exact_size(in_force.target)
                )
            }),
            Field::Height => optional(&self.height, link::parse_height).is_none().then(|| {
                let now = in_force.height.map_or_else(automatic, |height| height.to_string());
                format!("Enter a whole number from 16 to 8640. Until then: {now}.")
            }),
            Field::FrameRate => optional(&self.frame_rate, link::parse_frame_rate).is_none().then(|| {
                let now = in_force.frame_rate.map_or_else(automatic, |rate| rate.to_string());
                format!("Enter a number from 1 to 240, such as 30 or 23.976. Until then: {now}.")
            }),
            Field::Own => (self.rung == RungChoice::Own && self.own.read().is_none()).then(|| {
                let now = in_force.rung.map_or_else(automatic, |rung| rung.to_string());
                format!(
                    "Enter 16 to 8192 pixels, 1 to 240 frames per second, and 4 to 100,000 kb/s. Until then: {now}."
                )
            }),
            Field::Renditions => renditions::parse(&self.renditions).is_none().then(|| {
                let now = renditions::text(&in_force.renditions);
                format!("Enter up to eight heights, each with its kb/s: 720p 3000, 480p 1500. Until then: {now}.")
            }),
            Field::Segment => link::parse_segment(&self.segment).is_none().then(|| {
                format!("Enter a whole number from 1 to 60. Until then: {}.", in_force.packaging.seconds)
            }),
            Field::PackageTarget => optional(&self.package_target, link::parse_size).is_none().then(|| {
                let now = in_force.packaging.target.map_or_else(|| "no limit".to_owned(), words::exact_size);
                format!("Enter a size such as 10 MB or 900 KB. Until then: {now}.")
            }),
            Field::StartAt => optional(&self.start_at, link::parse_time).is_none().then(time_asked),
            Field::EndAt => match optional(&self.end_at, link::parse_time) {
                None => Some(time_asked()),
                Some(_) if self.trim().is_none() && optional(&self.start_at, link::parse_time).is_some() => {
                    Some("It ends before it begins.".into())
                }
                Some(_) => None,
            },
            Field::Crop => optional(&self.crop, Crop::parse).is_none().then(|| {
                "Enter a shape such as 9:16, a size such as 640x360, or 640x360+10+20 to place it.".into()
            }),
            Field::AudioRate => {
                (self.audio == AudioChoice::Rate && rate(&self.audio_rate).is_none()).then(|| {
                    let now = match in_force.audio {
                        AudioWish::Encode(rate) => rate.to_string(),
                        _ => automatic(),
                    };
                    format!("Enter a number from 16 to 512. Until then: {now}.")
                })
            }
        }
    }
}

fn time_asked() -> String {
    "Enter a time such as 12.5 or 1:05.".into()
}

/// Writes a frame rate so that `link::parse_frame_rate` reads it back exactly.
fn exact_rate(rate: FrameRate) -> String {
    match rate.denominator() {
        1 => rate.to_string(),
        denominator => format!("{}/{denominator}", rate.numerator()),
    }
}

/// Returns `Some(None)` for an empty field and `None` for an unreadable one.
fn optional<T>(text: &str, parse: fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.trim().is_empty() { Some(None) } else { parse(text).map(Some) }
}

fn rate(text: &str) -> Option<Kbps> {
    match link::parse_audio(text) {
        Some(AudioWish::Encode(rate)) => Some(rate),
        _ => None,
    }
}
