//! How work becomes a task: the program, its arguments, what it reads and writes. The same work for each kind of encoder.

use super::{Encode, Session, Work};
use crate::clip::mp4;
use crate::machine::Decoder;
use crate::machine::{Engine, NativeEncoder, Profile};
use crate::plan::chunks::Chunk;
use crate::plan::{Action, EncodePlan, RateControl};
use crate::rate::allocate::{Allocator, COARSEST_QP};
use crate::step::ffmpeg::{self as args, Frames, Native};
use crate::step::webcodecs as browser;
use crate::step::x264::Pass;
use crate::step::x264::{self as encoder, Passes};
use crate::step::{Artifact, Encode as EncodeTask, Input, Output, Program, Source, Task, TaskId};
use crate::units::{Bytes, Kbps};

/// With fewer frames x264's second pass hits nothing; the first pass's figures then name a constant rate factor.
const TWO_PASS_FROM: u64 = 8;

/// More threads than this in one x264 gain little and cost sharpness.
const MOST_THREADS: usize = 16;

fn clip() -> Input {
    Input { name: args::CLIP.into(), source: Source::Clip }
}

fn kept(name: &str, artifact: Artifact) -> Input {
    Input { name: name.into(), source: Source::Kept(artifact) }
}

fn keep(name: &str, artifact: Artifact, read: usize) -> Output {
    Output { name: name.into(), keep: Some(artifact), read }
}

fn result() -> Output {
    keep(args::RESULT_FILE, Artifact::Result, mp4::HEAD)
}

/// A run of ffmpeg.
fn ffmpeg(id: TaskId, arguments: Vec<String>, inputs: Vec<Input>, outputs: Vec<Output>) -> Task {
    plain(id, Program::Ffmpeg { arguments }, inputs, outputs)
}

/// A run of anything without an encode behind it.
fn plain(id: TaskId, program: Program, inputs: Vec<Input>, outputs: Vec<Output>) -> Task {
    Task { id, program, inputs, outputs, encode: None }
}

impl Session {
    /// The task for `work`; `None` when the plan has nothing of the kind.
    pub(super) fn task(&self, id: TaskId, work: Work) -> Option<Task> {
        Some(match work {
            Work::Remux => {
                let Action::Remux(plan) = &self.plan.action else { return None };
                ffmpeg(id, args::remux(plan), vec![clip()], vec![result()])
            }
            Work::Audio => {
                let plan = &self.encode.as_ref()?.plan;
                let program = match plan.decoder {
                    Decoder::Browser => Program::Audio(browser::audio(plan)?),
                    Decoder::Ffmpeg(_) => Program::Ffmpeg { arguments: args::make_audio(plan)? },
                };
                plain(id, program, vec![clip()], vec![keep(args::AUDIO_FILE, Artifact::Audio, mp4::HEAD)])
            }
            Work::FirstPass(index) => self.first_pass(id, self.encode.as_ref()?, index)?,
            Work::Encode { chunk, asked, serial } => {
                self.encode_chunk(id, self.encode.as_ref()?, chunk, asked, serial)?
            }
            Work::Assemble => {
                let encode = self.encode.as_ref()?;
                let plan = &encode.plan;
                let (program, mut inputs) = match plan.decoder {
                    Decoder::Browser => (Program::Assemble { rate: plan.grid.rate }, Vec::new()),
                    Decoder::Ffmpeg(_) => {
                        let list = Source::Text(args::chunk_list(plan));
                        let list = Input { name: args::LIST_FILE.into(), source: list };
                        (Program::Ffmpeg { arguments: args::assemble(plan) }, vec![list])
                    }
                };
                let chosen = encode.chosen();
                inputs.extend(
                    chosen.into_iter().enumerate().map(|(index, serial)| {
                        kept(&args::chunk_name(index), Artifact::Encoded(index, serial))
                    }),
                );
                if plan.audio.stream().is_some() {
                    inputs.push(kept(args::AUDIO_FILE, Artifact::Audio));
                }
                plain(id, program, inputs, vec![result()])
            }
            Work::Check { .. } => {
                let listing = Output { name: args::PROBE_FILE.into(), keep: None, read: usize::MAX };
                let (program, outputs) = match self.machine.decoder {
                    Decoder::Browser => (Program::ExamineStreams, Vec::new()),
                    Decoder::Ffmpeg(_) => {
                        (Program::Ffprobe { arguments: args::probe_result() }, vec![listing])
                    }
                };
                plain(id, program, vec![kept(args::RESULT_FILE, Artifact::Result)], outputs)
            }
        })
    }

    fn first_pass(&self, id: TaskId, encode: &Encode, index: usize) -> Option<Task> {
        let chunk = encode.plan.chunks.get(index)?;
        if encode.plan.engine.has_own_first_pass() {
            let program = whole(&encode.plan, chunk, Passes::First, encode.plan.video_rate()?)?;
            let outputs = vec![
                keep(args::STATS_FILE, Artifact::Stats(index), 0),
                keep(args::CUTREE_FILE, Artifact::MbTree(index), 0),
            ];
            return Some(plain(id, program, vec![clip()], outputs));
        }
        let mut outputs = vec![
            keep(args::STATS_FILE, Artifact::Stats(index), usize::MAX),
            keep(args::MBTREE_FILE, Artifact::MbTree(index), 0),
        ];
        if self.keeps_frames(encode, index) {
            outputs.push(keep(args::FRAMES_FILE, Artifact::Frames(index), 0));
        }
        let frames = if self.keeps_frames(encode, index) { Frames::Kept } else { Frames::Decoded };
        let (pass, native) = (encode.plan.opening_pass(), self.native(encode, frames));
        Some(chunk_task(id, encode, chunk, pass, native, Vec::new(), outputs))
    }

    fn encode_chunk(
        &self,
        id: TaskId,
        encode: &Encode,
        index: usize,
        asked: Bytes,
        serial: u32,
    ) -> Option<Task> {
        let chunk = encode.plan.chunks.get(index)?;
        let outputs = vec![keep(args::CHUNK_FILE, Artifact::Encoded(index, serial), mp4::HEAD)];
        let mut inputs = Vec::new();
        let pass = match encode.control {
            RateControl::TwoPass { .. } if chunk.frames < TWO_PASS_FROM => {
                let stats = encode.stats.get(index)?.as_ref()?;
                let rate = encode.plan.picture.frame_rate.per_second();
                Pass::Quality(Allocator::new([stats], rate).solve(asked).qp.clamp(1.0, COARSEST_QP))
            }
            RateControl::TwoPass { .. } => {
                inputs.push(kept(args::STATS_FILE, Artifact::Stats(index)));
                inputs.push(kept(args::MBTREE_FILE, Artifact::MbTree(index)));
                Pass::Second(asked.over(encode.plan.picture.frame_rate.time_of(chunk.frames)))
            }
            RateControl::Quality { crf } => Pass::Quality(f64::from(crf)),
            RateControl::Capped(cap) => Pass::Capped(cap),
            RateControl::Constrained { crf, cap } => Pass::Constrained(crf, cap),
            RateControl::Measured { .. } if encode.plan.engine.takes_the_whole() => {
                let rate = asked.over(encode.plan.grid.rate.time_of(chunk.frames));
                let second = encode.plan.engine.has_own_first_pass();
                let pass = if second { Passes::Second } else { Passes::Only };
                let program = whole(&encode.plan, chunk, pass, rate)?;
                inputs.push(clip());
                if second {
                    inputs.push(kept(args::STATS_FILE, Artifact::Stats(index)));
                }
                if second && has_tree(encode.plan.engine) {
                    inputs.push(kept(args::CUTREE_FILE, Artifact::MbTree(index)));
                }
                return Some(plain(id, program, inputs, outputs));
            }
            RateControl::Measured { .. } => {
                let profile = self.machine.encoders.h264.unwrap_or(Profile::Baseline);
                let step = browser::encode(&encode.plan, profile, chunk, asked);
                let program = Program::Decode(browser::decode(&encode.plan, chunk));
                return Some(Task {
                    encode: Some(EncodeTask::WebCodecs(step)),
                    ..plain(id, program, vec![clip()], outputs)
                });
            }
        };
        let frames = if encode.frames_kept.get(index).copied()? {
            inputs.push(kept(args::FRAMES_FILE, Artifact::Frames(index)));
            Frames::FromFile
        } else {
            Frames::Decoded
        };
        Some(chunk_task(id, encode, chunk, pass, self.native(encode, frames), inputs, outputs))
    }

    /// What a native x264 may do. As many threads as processors would be left idle by there being fewer tasks, and two at
    /// least, so that none is idle while the last task of a pass ends.
    fn native(&self, encode: &Encode, frames: Frames) -> Option<Native> {
        let workers = self.machine.workers;
        let waiting = encode.to_measure.len() + encode.queue.len();
        let tasks = (waiting + self.running.len() + 1).min(encode.plan.chunks.len()).max(1);
        let at_least = if workers > 1 { 2 } else { 1 };
        let threads = workers.div_ceil(tasks).clamp(at_least, MOST_THREADS);
        (encode.plan.engine == Engine::Native).then_some(Native { threads, frames })
    }

    /// Whether a chunk's decoded frames are kept for its second pass and for corrections: as many chunks as there is room
    /// for, from the first on.
    fn keeps_frames(&self, encode: &Encode, index: usize) -> bool {
        let frames: u64 = encode.plan.chunks.iter().take(index + 1).map(|chunk| chunk.frames).sum();
        let picture = encode.plan.picture;
        let frame = u64::from(picture.width) * u64::from(picture.height) * 3 / 2;
        let may = matches!(encode.plan.engine, Engine::Own | Engine::Native);
        may && frames.saturating_mul(frame) <= self.frames_room.0
    }
}

/// One pass of an encoder that takes the whole clip.
fn whole(plan: &EncodePlan, chunk: &Chunk, pass: Passes, rate: Kbps) -> Option<Program> {
    match plan.engine {
        Engine::X265 => {
            Some(Program::FfmpegThreads { arguments: args::encode_x265(plan, chunk, pass, rate) })
        }
        Engine::NativeOther(encoder) => {
            Some(Program::Ffmpeg { arguments: args::encode_other(plan, encoder, chunk, pass, rate) })
        }
        Engine::Native | Engine::Own | Engine::Stock | Engine::Browser => None,
    }
}

/// Whether its first pass leaves a tree of coding units beside the statistics.
fn has_tree(engine: Engine) -> bool {
    matches!(engine, Engine::X265 | Engine::NativeOther(NativeEncoder::X265))
}

/// One pass over a chunk, with whichever x264 the plan names. Of `inputs` the frames, where kept, replace the clip.
fn chunk_task(
    id: TaskId,
    encode: &Encode,
    chunk: &Chunk,
    pass: Pass,
    native: Option<Native>,
    mut inputs: Vec<Input>,
    outputs: Vec<Output>,
) -> Task {
    let plan = &encode.plan;
    let from_ffmpeg = matches!(plan.decoder, Decoder::Ffmpeg(_));
    let from_file = inputs.iter().any(|input| input.name == args::FRAMES_FILE);
    if from_ffmpeg && plan.engine != Engine::Own {
        if !from_file {
            inputs.insert(0, clip());
        }
        return ffmpeg(id, args::encode_chunk(plan, chunk, pass, native), inputs, outputs);
    }
    let program = if from_file {
        Program::Frames { width: plan.picture.width, height: plan.picture.height }
    } else {
        inputs.insert(0, clip());
        match plan.decoder {
            Decoder::Browser => Program::Decode(browser::decode(plan, chunk)),
            Decoder::Ffmpeg(_) => Program::Ffmpeg { arguments: args::decode_chunk(plan, chunk) },
        }
    };
    let encode = Some(EncodeTask::X264(encoder::step(plan, chunk, pass)));
    Task { encode, ..plain(id, program, inputs, outputs) }
}
