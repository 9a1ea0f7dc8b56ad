//! The plan: what will be made of a clip, shown before anything runs. Pure: `(facts, wishes, machine) -> Plan`.

use crate::audio::{self, AudioPlan, WhyNoAudio};
use crate::browser::{self, Decoder, WhyFfmpeg};
use crate::chunks::{self, Chunk, Grid};
use crate::encoder::{CodecUnavailable, Encoders, Engine, NativeEncoders, Threads};
use crate::explain::Note;
use crate::facts::{Colour, Container, MediaFacts, Rotation, VideoFacts};
use crate::feasibility::{self, Refusal};
use crate::ladder::{self, Cap, Rung};
use crate::mp4;
use crate::picture::{self, Fixed, Picture};
use crate::renditions;
pub use crate::renditions::PackagePlan;
use crate::units::{Bytes, FrameRate, Kbps, Micros};
use crate::wishes::{AudioWish, Codec, Effort, Mode, Wishes};
use serde::{Deserialize, Serialize};

/// Share of the limit that a result uses at least, where quality still gains from bytes.
pub const FLOOR: f64 = 0.97;

/// What will be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// No result is larger than this.
    pub limit: Bytes,
    /// How the result comes about.
    pub action: Action,
    /// What changes, what is dropped, and why.
    pub notes: Vec<Note>,
}

/// Three ways to a result, cheapest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// The source fits and plays everywhere: hand it over as it is.
    Keep,
    /// Its packets fit and play everywhere, only the container does not: copy them into MP4.
    Remux(RemuxPlan),
    /// Encode.
    Encode(Box<EncodePlan>),
    /// Encode several renditions and cut them into segments.
    Package(PackagePlan),
}

/// Copying packets into MP4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemuxPlan {
    /// Video stream index.
    pub video: u32,
    /// Audio stream index.
    pub audio: Option<u32>,
    /// Video frames that the result must have.
    pub frames: u64,
    /// Length that the result must have.
    pub duration: Micros,
}

/// An encode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncodePlan {
    /// Video stream index in the source.
    pub stream: u32,
    /// The file's timestamp at which the timeline of `grid` begins.
    pub zero: Micros,
    /// Size and rate of the result.
    pub picture: Picture,
    /// Its frames on the source's timeline.
    pub grid: Grid,
    /// The chunks, in order; they cover the grid.
    pub chunks: Vec<Chunk>,
    /// Who decodes the source and puts the result together.
    pub decoder: Decoder,
    /// Which encoder makes the picture.
    pub engine: Engine,
    /// How the picture is coded.
    pub codec: Codec,
    /// x264's preset, or x265's, where one of them encodes; how thorough other encoders of a native ffmpeg are.
    pub preset: Preset,
    /// How bytes are controlled.
    pub control: RateControl,
    /// Frames from one keyframe to the next, where that is fixed; else the encoder places them.
    pub keyframe_distance: Option<u64>,
    /// Conversions on the way from source to result.
    pub conversion: Conversion,
    /// The sound.
    pub audio: AudioPlan,
    /// How long the sound is.
    pub sound: Micros,
    /// The kept part of the source, when not all of it.
    pub trim: Option<(Micros, Micros)>,
}

/// x264 presets in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preset {
    /// The live recipe's.
    Ultrafast,
    /// The quick recipe's.
    Superfast,
    /// `balanced`
    Veryfast,
    /// `best`
    Medium,
}

impl Preset {
    /// x264's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Ultrafast => "ultrafast",
            Preset::Superfast => "superfast",
            Preset::Veryfast => "veryfast",
            Preset::Medium => "medium",
        }
    }
}

/// How the encoder's bytes are controlled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum RateControl {
    /// Two passes, spending this many bytes on the picture (an estimate until the sound's bytes are known).
    TwoPass {
        /// Bytes for the picture.
        video: Bytes,
    },
    /// An encoder that is asked for a rate and may miss it: its bytes are measured and it is asked again.
    Measured {
        /// Bytes for the picture.
        video: Bytes,
    },
    /// One pass at a constant rate factor.
    Quality {
        /// 0 to 51, lower is better and bigger.
        crf: u32,
    },
    /// One pass that never takes more than a bandwidth.
    Capped(Cap),
    /// One pass at a constant rate factor, as far as a bandwidth lasts.
    Constrained {
        /// 0 to 51, lower is better and bigger.
        crf: u32,
        /// The bandwidth.
        cap: Cap,
    },
}

/// Conversions between source and result picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversion {
    /// Size of the source picture before rotation and aspect.
    pub source: (u32, u32),
    /// Size of the picture within the result's frame, in its middle; what is around it is black.
    pub inside: (u32, u32),
    /// How the source must be turned to stand upright.
    pub rotation: Rotation,
    /// Turn into progressive frames.
    pub deinterlace: bool,
    /// Map high dynamic range to SDR.
    pub tone_map: bool,
    /// Convert full range to limited range.
    pub full_range: bool,
    /// The source is RGB: the matrix is ours to choose.
    pub rgb: bool,
    /// Colour tags of the source.
    pub source_colour: Colour,
    /// Colour tags of the result.
    pub colour: Colour,
}

/// What there is to encode with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// How many encoders may run side by side, at least 1.
    pub workers: usize,
    /// Which x264 each of them is.
    pub engine: Engine,
    /// Who decodes.
    pub decoder: Decoder,
    /// The encoders of the browser's own.
    pub encoders: Encoders,
    /// ffmpeg's multi-thread core, and in it x265.
    pub threads: Threads,
    /// What a native ffmpeg has beside x264.
    pub native: NativeEncoders,
}

impl Machine {
    /// Everything through ffmpeg.
    pub fn ffmpeg(workers: usize, engine: Engine) -> Machine {
        Machine {
            workers,
            engine,
            decoder: Decoder::Ffmpeg(None),
            encoders: Encoders::default(),
            threads: Threads::default(),
            native: NativeEncoders::default(),
        }
    }

    /// A native ffmpeg with these encoders beside x264.
    pub fn native(workers: usize, native: NativeEncoders) -> Machine {
        Machine { native, ..Machine::ffmpeg(workers, Engine::Native) }
    }

    /// Whether `codec` can be had, and if not, why.
    fn offers(self, codec: Codec) -> Result<(), CodecUnavailable> {
        match self.engine {
            Engine::Native if codec == Codec::H264 || self.native.best(codec).is_some() => Ok(()),
            Engine::Native => Err(CodecUnavailable::NotInFfmpeg(codec)),
            _ => self.encoders.offer(codec, self.threads),
        }
    }
}

/// Plans `facts` under `wishes` for this machine.
pub fn plan(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Result<Plan, Refusal> {
    match wishes.mode {
        Mode::Size => {}
        Mode::Quick => return Ok(quick(facts, wishes, machine)),
        Mode::Ladder if wishes.renditions.is_empty() => return Ok(on_rung(facts, wishes, machine)),
        Mode::Ladder => return Ok(renditions::files(facts, wishes, machine)),
        Mode::Hls => return renditions::plan(facts, wishes, machine),
    }
    match without_encoding(facts, wishes, wishes.target) {
        Some(Action::Keep) => {
            Ok(Plan { limit: wishes.target, action: Action::Keep, notes: vec![Note::KeptAsIs] })
        }
        Some(action) => {
            let mut notes = crate::explain::source_notes(facts);
            notes.push(Note::Remuxed);
            Ok(Plan { limit: wishes.target, action, notes })
        }
        None => plan_encode(facts, wishes, machine, Ceiling::default()),
    }
}

/// What proved too much for the bytes while encoding.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ceiling {
    /// The short side must be below this.
    pub short_side: Option<u32>,
    /// The frame rate must be below this.
    pub frame_rate: Option<FrameRate>,
    /// The sound must take less than this.
    pub audio: Option<Kbps>,
    /// The result may be this large, although the source is smaller: nothing watchable fits the source's own size.
    pub room: Option<Bytes>,
}

/// The plan of an encode to the target, below a ceiling.
pub fn plan_encode(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    ceiling: Ceiling,
) -> Result<Plan, Refusal> {
    let fixed = Fixed {
        height: wishes.height,
        frame_rate: wishes.frame_rate,
        short_side_below: ceiling.short_side,
        rate_below: ceiling.frame_rate,
    };
    sized(facts, wishes, machine, fixed, ceiling)
}

/// The part of the clip that is kept, on the source's timeline.
pub(crate) fn kept(facts: &MediaFacts, wishes: &Wishes) -> (Micros, Micros) {
    let whole = (facts.video.start, facts.video.start + facts.video.duration);
    match wishes.trim {
        None => whole,
        Some(trim) => {
            let start = trim.start.max(whole.0).min(whole.1);
            (start, trim.end.min(whole.1).max(start))
        }
    }
}

/// Clips up to this length are measured even where an estimate says that they cannot fit.
const MEASURED_UP_TO: Micros = Micros(300_000_000);

fn sized(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    fixed: Fixed,
    ceiling: Ceiling,
) -> Result<Plan, Refusal> {
    let mut notes = crate::explain::source_notes(facts);
    let limit = spendable(facts, wishes, fixed, ceiling.room);
    let (start, end) = kept(facts, wishes);
    let duration = (end - start).max(facts.video.frame_rate.time_of(1));
    // A picture may be shorter than its sound: the sound takes bytes for all of its length.
    let sound = audio::sound_length(facts, wishes, duration);
    let total = limit.over(duration.max(sound));
    let audio = audio::plan_audio(facts, wishes, total, ceiling.audio);
    let audio_bytes = audio.expected().during(sound);
    let source = facts.video.display_size();
    // Container overhead depends on the frame rate, which depends on the budget: the full rate is the safe side.
    let most = picture::whole(source, facts.video.frame_rate, fixed);
    let least = picture::smallest(source, facts.video.frame_rate, fixed);
    let video_bytes = |picture: Picture| {
        let frames = picture.frame_rate.frames_in(duration);
        limit.0.saturating_sub(audio_bytes.0).saturating_sub(mp4::overhead(frames, &audio, sound).0)
    };
    let engine = engine_for(facts, wishes, machine);
    // An encoder that makes less of each byte needs fewer pixels to spend it on.
    let worth = if engine == Engine::Browser { wishes.codec.worth_by_browser() } else { 1.0 };
    let for_picture = Kbps(Bytes(video_bytes(most)).over(duration).0 * worth);
    let picture = picture::choose(source, facts.video.frame_rate, for_picture, fixed);
    let video = Bytes(video_bytes(picture));
    if video.over(duration) < picture::least_rate(picture) {
        // A short clip is measured before it is refused, so that the least size that is named will do.
        if duration > MEASURED_UP_TO {
            return Err(feasibility::refuse(facts, wishes, &audio, least));
        }
        notes.push(Note::MayNotFit);
    }
    crate::explain::encode_notes(facts, wishes, picture, &audio, &mut notes);
    notes.extend(machine_notes(facts, wishes, machine));
    if limit < wishes.target {
        notes.push(Note::SourceIsSmaller { limit });
    }
    let preset = match effort_of(wishes, picture, duration) {
        _ if engine == Engine::X265 => Preset::Medium,
        Effort::Best => Preset::Medium,
        Effort::Auto | Effort::Balanced => Preset::Veryfast,
        Effort::Fast => Preset::Superfast,
    };
    let control = match engine {
        Engine::Browser | Engine::X265 | Engine::NativeOther(_) => RateControl::Measured { video },
        Engine::Native | Engine::Own | Engine::Stock => RateControl::TwoPass { video },
    };
    let machine = Machine { engine, ..machine };
    let encode = encode_plan(facts, wishes, machine, picture, preset, control, audio);
    Ok(Plan { limit: wishes.target.min(limit), action: Action::Encode(Box::new(encode)), notes })
}

/// `Auto` spends the time where it is short: up to this many pixels (about 40 s of 480p at 30 frames per second).
const BEST_UP_TO_PIXELS: f64 = 0.5e9;

/// The effort that `Auto` stands for on this clip.
pub fn effort_of(wishes: &Wishes, picture: Picture, duration: Micros) -> Effort {
    match wishes.effort {
        Effort::Auto if picture.pixels_per_second() * duration.seconds() <= BEST_UP_TO_PIXELS => Effort::Best,
        Effort::Auto => Effort::Balanced,
        chosen => chosen,
    }
}

/// The encoder for these wishes: a native ffmpeg's for the codec, the browser's own for `Effort::Fast` and for codecs that only
/// it has, x265 for H.265 where that is not to be had, else x264.
fn engine_for(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Engine {
    let wanted = wishes.effort == Effort::Fast || wishes.codec != Codec::H264;
    let possible = machine.decoder == Decoder::Browser && machine.encoders.has(wishes.codec);
    // x265 takes its frames from ffmpeg, which cannot decode AV1.
    let x265 = wishes.codec == Codec::H265 && machine.threads == Threads::Here && facts.video.codec != "av1";
    match (wishes.mode, machine.native.best(wishes.codec)) {
        (Mode::Size, Some(encoder)) => Engine::NativeOther(encoder),
        (Mode::Size, None) if wanted && possible => Engine::Browser,
        (Mode::Size, None) if x265 => Engine::X265,
        _ => machine.engine,
    }
}

/// What the machine lacks for these wishes.
pub(crate) fn machine_notes(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Decoder::Ffmpeg(Some(why)) = machine.decoder {
        notes.push(Note::DecodedByFfmpeg { why });
    }
    let engine = engine_for(facts, wishes, machine);
    if engine == Engine::Stock {
        notes.push(Note::StockEncoder);
    }
    if engine.is_x264() {
        if wishes.codec != Codec::H264 {
            let why = machine.offers(wishes.codec).err();
            notes.push(Note::CodecNotHere { codec: wishes.codec, why });
        } else if wishes.effort == Effort::Fast
            && wishes.mode == Mode::Size
            && machine.decoder == Decoder::Browser
        {
            notes.push(Note::FastNotHere);
        }
    }
    notes
}

fn quick(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Plan {
    let mut notes = crate::explain::source_notes(facts);
    let fixed = Fixed { height: wishes.height, frame_rate: wishes.frame_rate, ..Fixed::default() };
    let picture = picture::whole(facts.video.display_size(), facts.video.frame_rate, fixed);
    let audio = audio::recipe_audio(facts, wishes);
    crate::explain::encode_notes(facts, wishes, picture, &audio, &mut notes);
    notes.extend(machine_notes(facts, wishes, machine));
    let control = RateControl::Quality { crf: 30 };
    let encode = encode_plan(facts, wishes, machine, picture, Preset::Superfast, control, audio);
    Plan { limit: facts.file_bytes, action: Action::Encode(Box::new(encode)), notes }
}

/// A rung of the ladder, whatever the source: what expects this format gets it.
fn on_rung(facts: &MediaFacts, wishes: &Wishes, machine: Machine) -> Plan {
    let source = facts.video.display_size();
    let rung = ladder::of_source(wishes.rung, source, facts.video.frame_rate);
    let picture = rung.picture();
    let audio = audio::beside(facts, wishes, rung.sound());
    let inside = picture::inside(source, (picture.width, picture.height));
    let mut notes = crate::explain::source_notes(facts);
    crate::explain::rung_notes(facts, wishes, picture, inside, &audio, &mut notes);
    notes.extend(machine_notes(facts, wishes, machine));
    let encode = encode_on_rung(facts, wishes, machine, rung, inside, audio);
    let limit = most_on_rung(&encode, rung);
    Plan { limit, action: Action::Encode(Box::new(encode)), notes }
}

/// An encode that never takes more than a rung's bandwidth, its picture of the size `inside` in the middle of the rung's.
pub(crate) fn encode_on_rung(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    rung: Rung,
    inside: (u32, u32),
    audio: AudioPlan,
) -> EncodePlan {
    let picture = rung.picture();
    let length = kept(facts, wishes);
    let preset = match effort_of(wishes, picture, length.1 - length.0) {
        Effort::Fast => Preset::Ultrafast,
        Effort::Auto | Effort::Balanced => Preset::Veryfast,
        Effort::Best => Preset::Medium,
    };
    let mut encode =
        encode_plan(facts, wishes, machine, picture, preset, RateControl::Capped(rung.cap()), audio);
    let distance = rung.keyframe_distance();
    encode.keyframe_distance = Some(distance);
    encode.chunks =
        chunks::on_the_beat(&facts.video, facts.container, &encode.grid, machine.workers, distance);
    encode.conversion.inside = inside;
    encode
}

/// Encoders of sound take a little more than they are asked for, most of all in short clips.
pub(crate) const SOUND_OVER: f64 = 1.25;

/// What a result on `rung` takes at most, sound and container included.
pub(crate) fn most_on_rung(plan: &EncodePlan, rung: Rung) -> Bytes {
    let picture = rung.cap().most(plan.grid.duration(), plan.chunks.len());
    let sound = plan.audio.expected().during(plan.sound).times(SOUND_OVER);
    let container = mp4::overhead(plan.grid.frames, &plan.audio, plan.sound);
    Bytes(picture.0 + sound.0 + container.0)
}

pub(crate) fn encode_plan(
    facts: &MediaFacts,
    wishes: &Wishes,
    machine: Machine,
    picture: Picture,
    preset: Preset,
    control: RateControl,
    audio: AudioPlan,
) -> EncodePlan {
    let (start, end) = kept(facts, wishes);
    let grid = Grid::new(&facts.video, picture.frame_rate, start, end);
    EncodePlan {
        stream: facts.video.index,
        zero: facts.zero,
        picture,
        // Threads of its own, and a second pass that knows the whole clip.
        chunks: if machine.engine.takes_the_whole() {
            chunks::whole(&facts.video, facts.container, &grid)
        } else {
            chunks::cut(&facts.video, facts.container, &grid, machine.workers)
        },
        grid,
        decoder: machine.decoder,
        engine: machine.engine,
        codec: if machine.engine.is_x264() { Codec::H264 } else { wishes.codec },
        preset,
        control,
        keyframe_distance: None,
        conversion: conversion(&facts.video, picture),
        audio,
        sound: audio::sound_length(facts, wishes, end - start),
        trim: wishes.trim.map(|_| (start, end)),
    }
}

/// How the names of RGB pixel formats begin.
const RGB: [&str; 9] = ["rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb"];

pub(crate) fn conversion(video: &VideoFacts, picture: Picture) -> Conversion {
    let tone_map = video.is_hdr();
    let rgb = RGB.iter().any(|name| video.pixel_format.starts_with(name));
    let bt709 = || Some("bt709".to_owned());
    let colour = if tone_map {
        Colour { primaries: bt709(), transfer: bt709(), matrix: bt709(), full_range: false }
    } else {
        // Players guess the matrix of an untagged picture by its size, which may change here.
        let guessed = if rgb || video.height >= 720 { "bt709" } else { "smpte170m" };
        let matrix = video.colour.matrix.clone().filter(|_| !rgb).unwrap_or_else(|| guessed.to_owned());
        Colour { full_range: false, matrix: Some(matrix), ..video.colour.clone() }
    };
    Conversion {
        source: (video.width, video.height),
        inside: (picture.width, picture.height),
        rotation: video.rotation,
        deinterlace: video.interlaced,
        tone_map,
        full_range: video.colour.full_range || video.pixel_format.starts_with("yuvj"),
        rgb,
        source_colour: video.colour.clone(),
        colour,
    }
}

/// The bytes worth spending: a source that is already below the target is not inflated, even where it has to be encoded.
/// Only what would not be watchable at its own size gets more: some codecs keep a drawn picture in next to nothing.
fn spendable(facts: &MediaFacts, wishes: &Wishes, fixed: Fixed, room: Option<Bytes>) -> Bytes {
    let (start, end) = kept(facts, wishes);
    let whole = picture::whole(facts.video.display_size(), facts.video.frame_rate, fixed);
    let sound = if facts.audio.is_empty() {
        0
    } else {
        PLAIN_SOUND.during(audio::sound_length(facts, wishes, end - start)).0
    };
    let picture = Kbps(PLAIN_PICTURE * picture::comfortable_rate(whole).0).during(end - start);
    let container = mp4::overhead(
        whole.frame_rate.frames_in(end - start),
        &AudioPlan::None(WhyNoAudio::Silent),
        end - start,
    );
    let watchable = Bytes(picture.0 + sound + container.0).max(room.unwrap_or_default());
    wishes.target.min(facts.file_bytes.max(watchable))
}

/// Part of the comfortable bitrate at which a picture is still watchable.
const PLAIN_PICTURE: f64 = 0.6;
/// Sound that is still understood well.
const PLAIN_SOUND: Kbps = Kbps(32.0);

/// Whether these packets play everywhere, given the right container.
fn packets_play_everywhere(facts: &MediaFacts) -> bool {
    facts.video.codec == "h264"
        && matches!(facts.video.pixel_format.as_str(), "yuv420p" | "yuvj420p")
        && !facts.video.interlaced
        && !facts.video.is_hdr()
        && audio::chosen_track(facts).is_none_or(|track| track.codec == "aac")
}

/// Whether the file plays everywhere as it is.
pub fn plays_everywhere(facts: &MediaFacts) -> bool {
    facts.container == Container::Mp4 && packets_play_everywhere(facts)
}

/// Whether the source, or its packets in another container, is already the answer.
fn without_encoding(facts: &MediaFacts, wishes: &Wishes, limit: Bytes) -> Option<Action> {
    let changes = wishes.height.is_some_and(|height| height < facts.video.display_size().1)
        || wishes.frame_rate.is_some_and(|rate| rate.per_second() < facts.video.frame_rate.per_second())
        || wishes.trim.is_some()
        || matches!(wishes.audio, AudioWish::Encode(_))
        || (wishes.audio == AudioWish::None && !facts.audio.is_empty());
    let track = audio::chosen_track(facts);
    if changes || !packets_play_everywhere(facts) || facts.file_bytes > limit {
        return None;
    }
    match facts.container {
        Container::Mp4 => Some(Action::Keep),
        // Rotation and pixel aspect travel in other ways in other containers; only plain pictures are copied.
        Container::Mov | Container::Matroska | Container::MpegTs
            if facts.video.rotation == Rotation::None && facts.video.constant_rate =>
        {
            Some(Action::Remux(RemuxPlan {
                video: facts.video.index,
                audio: track.map(|track| track.index),
                frames: facts.video.frames,
                duration: facts.video.duration,
            }))
        }
        _ => None,
    }
}

/// Memory of one single-thread encoder: the program, x264's lookahead and references for each pixel of the result (121 MB
/// at 480p, 250 at 720p, 448 at 1080p were measured with medium), and the decoder's references for each of the source.
const WORKER_BYTES: (f64, f64, f64) = (48e6, 195.0, 40.0);

/// `FLOOR` for encoders that only listen roughly: each further try takes as long as the first.
pub(crate) const MEASURED_FLOOR: f64 = 0.92;

impl Codec {
    /// What a byte of the browser's own encoder is worth beside one of x264's when a size is chosen for the picture. Software
    /// H.264 is visibly worse; but from 480p at 437 kb/s down to 432p nothing was gained (SSIM at the source's size 0.957 both
    /// ways), and scaling costs time. VP9 and AV1 are about as good as x264.
    fn worth_by_browser(self) -> f64 {
        match self {
            Codec::H264 => 0.75,
            Codec::H265 | Codec::Vp9 | Codec::Av1 => 1.0,
        }
    }
}

fn sound_needs_ffmpeg(sound: &AudioPlan, hears: impl Fn(u32) -> bool) -> Option<WhyFfmpeg> {
    match *sound {
        AudioPlan::Encode { stream, .. } if !hears(stream) => Some(WhyFfmpeg::Sound),
        AudioPlan::Encode { source_channels, channels, .. } if !browser::mixes(source_channels, channels) => {
            Some(WhyFfmpeg::Mix)
        }
        _ => None,
    }
}

impl Plan {
    /// Why ffmpeg must do it after all, where this plan was made for the browser's own codecs; `hears` says whether they
    /// decode the chosen sound.
    pub fn needs_ffmpeg(&self, hears: impl Fn(u32) -> bool) -> Option<WhyFfmpeg> {
        match &self.action {
            Action::Keep => None,
            Action::Remux(_) => Some(WhyFfmpeg::Remux),
            Action::Package(package) => {
                let sound = package.renditions.first().map(|one| &one.encode.audio);
                sound.and_then(|sound| sound_needs_ffmpeg(sound, hears))
            }
            Action::Encode(_) if self.by_x265() => Some(WhyFfmpeg::X265),
            Action::Encode(encode) => sound_needs_ffmpeg(&encode.audio, hears),
        }
    }

    /// Whether x265 makes the picture.
    pub fn by_x265(&self) -> bool {
        matches!(&self.action, Action::Encode(encode) if encode.engine == Engine::X265)
    }

    /// How many of `processors` encoders may run side by side within `memory`, at least 1.
    pub fn workers(&self, processors: usize, memory: Bytes) -> usize {
        let encode = match &self.action {
            Action::Encode(encode) => encode.as_ref(),
            Action::Package(PackagePlan { renditions, .. }) if !renditions.is_empty() => {
                &renditions[0].encode
            }
            _ => return 1,
        };
        let pixels = |(width, height): (u32, u32)| f64::from(width) * f64::from(height);
        let (program, result, source) = WORKER_BYTES;
        let each = program
            + result * pixels((encode.picture.width, encode.picture.height))
            + source * pixels(encode.conversion.source);
        processors.clamp(1, ((memory.0 as f64 / each) as usize).max(1))
    }
}

impl Conversion {
    /// Where the picture is in the result's frame: left, top, width, height. On whole samples of colour.
    pub fn place(&self, frame: Picture) -> [u32; 4] {
        let middle = |frame: u32, own: u32| (frame.saturating_sub(own) / 2) & !1;
        let (width, height) = self.inside;
        [middle(frame.width, width), middle(frame.height, height), width, height]
    }
}

impl EncodePlan {
    /// The bitrate aimed at for the picture; `None` where quality leads.
    pub fn video_rate(&self) -> Option<Kbps> {
        match self.control {
            RateControl::TwoPass { video } | RateControl::Measured { video } => {
                Some(video.over(self.grid.duration()))
            }
            RateControl::Capped(cap) | RateControl::Constrained { cap, .. } => Some(cap.rate),
            RateControl::Quality { .. } => None,
        }
    }
}
