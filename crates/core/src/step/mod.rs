//! One step of a job as plain data: what runs, what it reads and what it writes. How a step is spelled for ffmpeg, x264
//! and WebCodecs stands in this folder too. Knows no order of steps.
//!
//! The steps in here are the only definition: drivers serialize them for their workers, and
//! `web/src/generated/protocol.ts` is generated from them (feature `typescript`).

pub mod answer;
pub mod ffmpeg;
pub mod files;
pub mod load;
pub mod package;
pub mod tones;
pub mod watch;
pub mod webcodecs;
pub mod x264;

use crate::step::package::PackageStep;
use crate::step::watch::{SampleStep, WatchStep};
use crate::step::webcodecs::{AudioStep, DecodeStep, WebCodecsStep};
use crate::step::x264::X264Step;
use crate::units::{Bytes, FrameRate, Micros};
use clipfit_container::read;
use serde::{Deserialize, Serialize};

pub use answer::Answer;

/// Identifies a task within one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub u32);

/// A file that the driver keeps for later tasks. Keeping it again under the same name replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Artifact {
    /// The rendition that it belongs to, counted from 0; what all renditions share belongs to the first.
    pub rendition: usize,
    /// What it is.
    pub kind: ArtifactKind,
}

/// Kinds of kept files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArtifactKind {
    /// The person's file with continuous times: it stands for the file in all that follows.
    Continuous,
    /// x264's or x265's statistics of a chunk.
    Stats(usize),
    /// x264's macroblock-tree file of a chunk, or x265's tree of coding units.
    Tree(usize),
    /// The decoded frames of a chunk, as they go into the encoder.
    Frames(usize),
    /// The decoded frames of a chunk for all renditions, by the chunk's first frame.
    SharedFrames(u64),
    /// The encoded chunk; the second part counts its encodes, so that the best of several can be chosen.
    Encoded(usize, u32),
    /// The encoded or copied audio.
    Audio,
    /// The assembled file.
    Result,
    /// What players need before the first fragment.
    Init,
    /// A segment, counted from 0.
    Segment(usize),
}

impl Artifact {
    /// The person's file with continuous times.
    pub const CONTINUOUS: Artifact = Artifact { rendition: 0, kind: ArtifactKind::Continuous };

    /// The audio of all renditions.
    pub const AUDIO: Artifact = Artifact { rendition: 0, kind: ArtifactKind::Audio };

    /// Returns whether it is decoded frames, which drivers may keep in another place than files.
    pub fn is_frames(self) -> bool {
        matches!(self.kind, ArtifactKind::Frames(_) | ArtifactKind::SharedFrames(_))
    }
}

/// What runs. A program that makes one file writes it under the first name of the task's outputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Program {
    /// `ffmpeg` with these arguments.
    Ffmpeg {
        /// Without the program's name.
        arguments: Vec<String>,
    },
    /// The same by ffmpeg's multi-thread core, which may hang: its driver watches for signs of life.
    FfmpegThreads {
        /// Without the program's name.
        arguments: Vec<String>,
    },
    /// `ffprobe` with these arguments.
    Ffprobe {
        /// Without the program's name.
        arguments: Vec<String>,
    },
    /// None: an encode alone, of frames that lie among the inputs and are of this size. Frames of another size than the
    /// encode's are scaled.
    Frames {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The worker measures how fast it is: `Answer::Speeds`.
    Measure,
    /// The browser lists the streams of the first input, a clip or a result: `Answer::Streams`.
    ExamineStreams,
    /// The browser lists the packets of one video stream of the first input, and tries to decode its first keyframe:
    /// `Answer::Packets`.
    ExaminePackets {
        /// Position of the stream in the file.
        stream: u32,
        /// Our own decoder is tried at once, because the browser's failed at this clip.
        own_decoder: bool,
    },
    /// The browser decodes a chunk of the first input into frames, for the encode.
    Decode {
        /// The frames.
        step: DecodeStep,
        /// Frames to sample besides, of which some may lie behind the chunk.
        samples: Option<Box<SampleStep>>,
    },
    /// The browser makes the audio from the first input.
    Audio(AudioStep),
    /// The encoded chunks, and the audio where there is one, are put together.
    Assemble {
        /// Frames per second.
        rate: FrameRate,
        /// When the clip was captured, in seconds since the beginning of 1970.
        captured: Option<i64>,
    },
    /// The browser decodes the first input, a clip or a result: `Answer::Heard`, and samples of the frames.
    Watch(Box<WatchStep>),
    /// A finished file, the only input, is cut into the segments of a stream: `PackageStep::outputs`.
    Package(PackageStep),
}

/// Longer than any audio, and still an exact number in JavaScript.
const ENDLESS: Micros = Micros(1 << 52);

impl Program {
    /// Lets the browser's decoders go on after errors.
    pub(crate) fn pass_over_errors(&mut self) {
        match self {
            Program::Decode { step, .. } => step.lenient = true,
            Program::Audio(step) => (step.lenient, step.may_miss) = (true, ENDLESS),
            Program::Watch(step) => {
                step.video.iter_mut().for_each(|video| video.decode.lenient = true);
                step.audio.iter_mut().for_each(|audio| audio.lenient = true);
            }
            _ => {}
        }
    }

    /// Lets our own decoder decode the video.
    pub(crate) fn use_own_decoder(&mut self) {
        match self {
            Program::Decode { step, .. } => step.own_decoder = true,
            Program::Watch(step) => step.video.iter_mut().for_each(|video| video.decode.own_decoder = true),
            _ => {}
        }
    }

    /// Returns a line for the log; `None` where the encode says it all.
    pub fn describe(&self) -> Option<String> {
        Some(match self {
            Program::Ffmpeg { arguments } | Program::FfmpegThreads { arguments } => {
                format!("ffmpeg {}", arguments.join(" "))
            }
            Program::Ffprobe { arguments } => format!("ffprobe {}", arguments.join(" ")),
            Program::Frames { .. } => return None,
            Program::Measure => "measure the machine".into(),
            Program::ExamineStreams => "browser: examine the streams".into(),
            Program::ExaminePackets { stream, .. } => {
                format!("browser: examine the packets of stream {stream}")
            }
            Program::Decode { step, .. } => format!(
                "browser: decode {} frames from {} at {}x{}",
                step.frames, step.first, step.width, step.height
            ),
            Program::Audio(step) => {
                let verb = if step.copy { "copy" } else { "encode" };
                format!("browser: {verb} the audio of stream {}", step.stream)
            }
            Program::Assemble { rate, .. } => format!("browser: assemble at {rate} frames a second"),
            Program::Watch(step) => match &step.video {
                Some(video) => format!("browser: watch {} frames", video.decode.frames),
                None => "browser: listen to the audio".into(),
            },
            Program::Package(step) => {
                format!("browser: package into {} segments ({})", step.firsts.len(), step.format().id())
            }
        })
    }
}

/// An encode of frames, with whatever does it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Encode {
    /// x264 itself.
    X264(X264Step),
    /// The browser's own encoder.
    WebCodecs(WebCodecsStep),
}

impl Encode {
    /// Returns a line for the log.
    pub fn describe(&self) -> String {
        match self {
            Encode::X264(step) => step.command_line(),
            Encode::WebCodecs(step) => step.describe(),
        }
    }
}

/// Where an input file comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum InputSource {
    /// The person's file.
    Clip,
    /// A kept file.
    Kept(Artifact),
    /// A small text given here.
    Text(String),
}

/// A file that the program reads under `name` in its working folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Name in the working folder.
    pub name: String,
    /// Where it comes from.
    pub source: InputSource,
}

impl Input {
    /// Returns the person's file, under its name in every working folder.
    pub(crate) fn clip() -> Input {
        Input { name: files::CLIP.into(), source: InputSource::Clip }
    }
}

/// A file that the program writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Name in the working folder.
    pub name: String,
    /// Under what it is kept; `None` drops it once it has been read.
    pub keep: Option<Artifact>,
    /// How many of its first bytes the job wants to see (`usize::MAX` for all).
    pub read: usize,
}

/// One run of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its identity.
    pub id: TaskId,
    /// What runs.
    pub program: Program,
    /// Files that it reads.
    pub inputs: Vec<Input>,
    /// Files that it writes.
    pub outputs: Vec<Output>,
    /// An encode of the frames that the program makes, or of those among the inputs. What it writes counts among the
    /// outputs.
    pub encode: Option<Encode>,
    /// Of the frames that it keeps, so many bytes stay in memory. The rest goes to the driver's disk, if it has one.
    pub frames_in_memory: Bytes,
}

impl Task {
    /// Returns a run of a program that makes nothing but its outputs.
    pub(crate) fn new(id: TaskId, program: Program, inputs: Vec<Input>, outputs: Vec<Output>) -> Task {
        Task { id, program, inputs, outputs, encode: None, frames_in_memory: Bytes(0) }
    }

    /// Returns whether it takes so long, for so little that it writes, that a page which goes on with the job of an
    /// earlier one would rather not run it again.
    pub fn is_worth_recording(&self) -> bool {
        let of_clip = self.inputs.iter().all(|input| input.source == InputSource::Clip);
        let watches = matches!(self.program, Program::Watch(_)) && of_clip;
        let kind = |output: &Output| output.keep.map(|artifact| artifact.kind);
        let encodes = |kind| {
            matches!(
                kind,
                ArtifactKind::Stats(_)
                    | ArtifactKind::Tree(_)
                    | ArtifactKind::Encoded(..)
                    | ArtifactKind::Audio
            )
        };
        watches || self.outputs.iter().filter_map(kind).any(encodes)
    }

    /// Reads `file` wherever the task would read the person's file.
    pub(crate) fn read_instead_of_clip(&mut self, file: Artifact) {
        for input in self.inputs.iter_mut().filter(|input| input.source == InputSource::Clip) {
            input.source = InputSource::Kept(file);
        }
    }
}

/// A written file, as reported to the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Name in the working folder.
    pub name: String,
    /// Its whole size.
    pub size: Bytes,
    /// The first `Output::read` bytes.
    pub head: Vec<u8>,
}

impl Written {
    /// Returns the size of the packets in an MP4 file of one track; `None` where its head does not tell.
    pub fn media(&self) -> Option<Bytes> {
        read::media_bytes(&self.head, self.size.0).map(Bytes)
    }
}

/// How a worker was lost, or a task ended without an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Death {
    /// No memory: fewer workers at once may do.
    OutOfMemory,
    /// The person's file cannot be read any more (moved, changed or removed while open): trying again is no use.
    InputUnreadable,
    /// The encoder (x264 itself, the browser's own or x265) refused, failed or hung; another one may do better.
    Encoder,
    /// The browser's own codecs could not do what they promised; ffmpeg may.
    Browser,
    /// Anything else.
    Crash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_and_is_small_is_recorded() {
        let [clip, result] =
            [Input::clip(), Input { name: files::CLIP.into(), source: InputSource::Kept(RESULT) }];
        let watch = || Program::Watch(Box::new(WatchStep { video: None, audio: None }));
        let ffmpeg = || Program::Ffmpeg { arguments: Vec::new() };
        for (program, input, kinds, recorded) in [
            (Program::ExamineStreams, &clip, &[][..], false),
            (watch(), &clip, &[], true),
            // Another attempt's result may be another file.
            (watch(), &result, &[], false),
            (ffmpeg(), &clip, &[ArtifactKind::Stats(3), ArtifactKind::Frames(3)], true),
            (ffmpeg(), &clip, &[ArtifactKind::Encoded(3, 0)], true),
            (ffmpeg(), &clip, &[ArtifactKind::Audio], true),
            // As large as the clip.
            (ffmpeg(), &clip, &[ArtifactKind::Continuous], false),
            // Quickly made.
            (ffmpeg(), &clip, &[ArtifactKind::Result], false),
        ] {
            let kept = |&kind| Some(Artifact { rendition: 0, kind });
            let output = |kind| Output { name: String::new(), keep: kept(kind), read: 0 };
            let outputs = kinds.iter().map(output).collect();
            let task = Task::new(TaskId(0), program, vec![input.clone()], outputs);
            assert_eq!(task.is_worth_recording(), recorded, "{task:?}");
        }
    }

    const RESULT: Artifact = Artifact { rendition: 0, kind: ArtifactKind::Result };
}
