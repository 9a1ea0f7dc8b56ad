//! How work becomes a task: the program, its arguments, what it reads and writes. The same work for each kind of
//! encoder.

use super::cut::Cutting;
use super::rendition::{EncodeState, Rendition};
use super::shared::{Shared, Work};
use crate::machine::limits::threads_each;
use crate::machine::{Decoder, NativeEncoder, VideoEncoder};
use crate::plan::chunks::Chunk;
use crate::plan::{Action, EncodePlan, RateControl};
use crate::rate::allocate::{Allocator, COARSEST_QP};
use crate::step::ffmpeg::{self as args, FrameSource, Native};
use crate::step::webcodecs;
use crate::step::x264::{self, Pass, Passes};
use crate::step::{
    Artifact, ArtifactKind, Encode, Input, InputSource, Output, Program, Task, TaskId, answer, files,
};
use crate::units::{Bytes, Kbps};
use clipfit_container::read;

/// With fewer frames x264's second pass hits nothing; the first pass's figures then name a constant rate factor.
const TWO_PASS_FROM: u64 = 8;

fn kept(name: &str, artifact: Artifact) -> Input {
    Input { name: name.into(), source: InputSource::Kept(artifact) }
}

fn keep(name: &str, artifact: Artifact, read: usize) -> Output {
    Output { name: name.into(), keep: Some(artifact), read }
}

/// Returns a run of ffmpeg.
fn ffmpeg(id: TaskId, arguments: Vec<String>, inputs: Vec<Input>, outputs: Vec<Output>) -> Task {
    Task::new(id, Program::Ffmpeg { arguments }, inputs, outputs)
}

impl Rendition {
    /// Returns the task for `work`; `None` when the plan has nothing of the kind.
    pub(super) fn task(
        &self,
        id: TaskId,
        work: Work,
        shared: &Shared,
        cutting: Option<&Cutting>,
    ) -> Option<Task> {
        let mut task = self.plain_task(id, work, shared, cutting)?;
        let by_ffmpeg = matches!(task.program, Program::Ffmpeg { .. } | Program::FfmpegThreads { .. });
        let shows_clip =
            matches!(work, Work::FirstPass(_) | Work::Encode { .. } | Work::WatchSource(_)) && by_ffmpeg;
        if let Some(tones) = shared.tones.as_ref().filter(|_| shows_clip) {
            let source = InputSource::Text(tones.clone());
            task.inputs.push(Input { name: files::TONES_FILE.into(), source });
        }
        Some(task)
    }

    /// As `task`, without the table of tones.
    fn plain_task(&self, id: TaskId, work: Work, shared: &Shared, cutting: Option<&Cutting>) -> Option<Task> {
        let result = || keep(files::RESULT_FILE, self.artifact(ArtifactKind::Result), read::HEAD);
        Some(match work {
            Work::Remux => {
                let Action::Remux(plan) = &self.plan.action else { return None };
                ffmpeg(id, args::remux(plan), vec![Input::clip()], vec![result()])
            }
            Work::Audio => {
                let plan = &self.encode.as_ref()?.plan;
                let program = match plan.decoder {
                    Decoder::Browser => Program::Audio(self.listening(webcodecs::audio(plan)?)),
                    Decoder::Ffmpeg(_) => Program::Ffmpeg { arguments: args::make_audio(plan)? },
                };
                Task::new(
                    id,
                    program,
                    vec![Input::clip()],
                    vec![keep(files::AUDIO_FILE, Artifact::AUDIO, read::HEAD)],
                )
            }
            Work::FirstPass(index) => {
                let task = self.first_pass(id, self.encode.as_ref()?, index, shared)?;
                self.sampling(task, index, shared)
            }
            Work::Encode { chunk, asked, serial } => {
                let task = self.encode_chunk(id, self.encode.as_ref()?, (chunk, serial), asked, shared)?;
                self.sampling(task, chunk, shared)
            }
            Work::Assemble => {
                let encode = self.encode.as_ref()?;
                let plan = &encode.plan;
                let (program, mut inputs) = match plan.decoder {
                    Decoder::Browser => {
                        let captured = plan.captured.map(|captured| captured.0);
                        (Program::Assemble { rate: plan.grid.rate, captured }, Vec::new())
                    }
                    Decoder::Ffmpeg(_) => {
                        let list = InputSource::Text(args::chunk_list(plan));
                        let list = Input { name: files::LIST_FILE.into(), source: list };
                        (Program::Ffmpeg { arguments: args::assemble(plan) }, vec![list])
                    }
                };
                inputs.extend(encode.chosen().into_iter().enumerate().map(|(index, serial)| {
                    kept(&files::chunk_name(index), self.artifact(ArtifactKind::Encoded(index, serial)))
                }));
                if plan.audio.stream().is_some() {
                    inputs.push(kept(files::AUDIO_FILE, Artifact::AUDIO));
                }
                Task::new(id, program, inputs, vec![result()])
            }
            Work::Check { .. } => {
                let input = kept(files::RESULT_FILE, self.artifact(ArtifactKind::Result));
                let program = match self.machine.decoder {
                    Decoder::Browser => Program::ExamineStreams,
                    Decoder::Ffmpeg(_) => Program::Ffprobe { arguments: args::probe_result() },
                };
                let outputs = answer::outputs(&program);
                Task::new(id, program, vec![input], outputs)
            }
            Work::WatchSource(_) | Work::FindDamage | Work::WatchKept | Work::WatchResult(_) => {
                let (program, outputs, file) = self.watch_program(shared, work)?;
                let input = if matches!(work, Work::WatchResult(_)) {
                    kept(file, self.artifact(ArtifactKind::Result))
                } else {
                    Input::clip()
                };
                Task::new(id, program, vec![input], outputs)
            }
            Work::Cut => {
                let input = kept(files::RESULT_FILE, self.artifact(ArtifactKind::Result));
                let cutting = cutting?;
                let outputs = cutting.outputs(self.index);
                Task::new(id, Program::Package(cutting.step()), vec![input], outputs)
            }
        })
    }

    /// Returns the first frame of the chunk that this work decodes for an encoder; `None` if it decodes nothing.
    pub(super) fn decodes_for(&self, work: Work) -> Option<u64> {
        let encode = self.encode.as_ref()?;
        let (Work::FirstPass(index) | Work::Encode { chunk: index, .. }) = work else { return None };
        let by_browser = encode.plan.decoder == Decoder::Browser;
        encode.plan.chunks.get(index).filter(|_| by_browser).map(|chunk| chunk.first)
    }

    fn first_pass(&self, id: TaskId, encode: &EncodeState, index: usize, shared: &Shared) -> Option<Task> {
        let chunk = encode.plan.chunks.get(index)?;
        let statistics = |read| keep(files::STATS_FILE, self.artifact(ArtifactKind::Stats(index)), read);
        let tree = |name| keep(name, self.artifact(ArtifactKind::Tree(index)), 0);
        if encode.plan.engine.has_own_first_pass() {
            let program = whole(&encode.plan, chunk, Passes::First, encode.plan.video_rate()?)?;
            return Some(Task::new(
                id,
                program,
                vec![Input::clip()],
                vec![statistics(0), tree(files::CUTREE_FILE)],
            ));
        }
        let mut outputs = vec![statistics(usize::MAX), tree(files::MBTREE_FILE)];
        let keeps = keeps_frames(encode, index, shared.frames_room);
        if keeps {
            outputs.push(keep(files::FRAMES_FILE, self.artifact(ArtifactKind::Frames(index)), 0));
        }
        let frames = if keeps { FrameSource::Kept } else { FrameSource::Decoded };
        let (pass, native) = (encode.plan.opening_pass(), self.native(encode, frames, shared));
        let task = chunk_task(id, encode, chunk, pass, native, Vec::new(), outputs);
        let chunks = encode.plan.chunks.len().max(1) as u64;
        Some(Task { frames_in_memory: Bytes(shared.frames_in_memory.0 / chunks), ..task })
    }

    /// Returns the task of an encode; `encode_of` is the chunk and how often it has been encoded.
    fn encode_chunk(
        &self,
        id: TaskId,
        encode: &EncodeState,
        encode_of: (usize, u32),
        asked: Bytes,
        shared: &Shared,
    ) -> Option<Task> {
        let (index, serial) = encode_of;
        let chunk = encode.plan.chunks.get(index)?;
        let encoded = self.artifact(ArtifactKind::Encoded(index, serial));
        let outputs = vec![keep(files::CHUNK_FILE, encoded, read::HEAD)];
        let statistics = || kept(files::STATS_FILE, self.artifact(ArtifactKind::Stats(index)));
        let tree = |name| kept(name, self.artifact(ArtifactKind::Tree(index)));
        let mut inputs = Vec::new();
        let pass = match encode.control {
            RateControl::TwoPass { .. } if chunk.frames < TWO_PASS_FROM => {
                let stats = encode.stats.get(index)?.as_ref()?;
                let rate = encode.plan.format.frame_rate.per_second();
                Pass::Quality(Allocator::new([stats], rate).solve(asked).qp.clamp(1.0, COARSEST_QP))
            }
            RateControl::TwoPass { .. } => {
                inputs.extend([statistics(), tree(files::MBTREE_FILE)]);
                Pass::Second(asked.over(encode.plan.format.frame_rate.time_of(chunk.frames)))
            }
            RateControl::Quality { crf } => Pass::Quality(f64::from(crf)),
            RateControl::Capped(cap) => Pass::Capped(cap),
            RateControl::Constrained { crf, cap } => Pass::Constrained(crf, cap),
            RateControl::Measured { .. } if encode.plan.engine.takes_the_whole() => {
                let rate = asked.over(encode.plan.grid.rate.time_of(chunk.frames));
                let second = encode.plan.engine.has_own_first_pass();
                let pass = if second { Passes::Second } else { Passes::Only };
                let program = whole(&encode.plan, chunk, pass, rate)?;
                inputs.push(Input::clip());
                inputs.extend(second.then(statistics));
                inputs.extend((second && has_tree(encode.plan.engine)).then(|| tree(files::CUTREE_FILE)));
                return Some(Task::new(id, program, inputs, outputs));
            }
            RateControl::Measured { .. } => {
                let step = webcodecs::encode(&encode.plan, self.machine.encoders, chunk, asked);
                let program = decode(&encode.plan, chunk);
                return Some(Task {
                    encode: Some(Encode::WebCodecs(step)),
                    ..Task::new(id, program, vec![Input::clip()], outputs)
                });
            }
        };
        let frames = if encode.frames_kept.get(index).copied()? {
            inputs.push(kept(files::FRAMES_FILE, self.artifact(ArtifactKind::Frames(index))));
            FrameSource::FromFile
        } else {
            FrameSource::Decoded
        };
        Some(chunk_task(id, encode, chunk, pass, self.native(encode, frames, shared), inputs, outputs))
    }

    /// Returns what a native x264 may do. As many threads as the tasks beside it leave processors idle.
    fn native(&self, encode: &EncodeState, frames: FrameSource, shared: &Shared) -> Option<Native> {
        let chunks = encode.plan.chunks.len();
        let waiting = encode.to_measure.len() + encode.queue.len();
        // Renditions that queue all their work have as many tasks as chunks.
        let tasks = if shared.tasks.queues_all {
            chunks
        } else {
            (waiting + shared.tasks.running.len() + 1).min(chunks)
        };
        let threads = threads_each(self.machine.workers, tasks);
        (encode.plan.engine == VideoEncoder::Native).then_some(Native { threads, frames })
    }
}

/// Returns whether a chunk's decoded frames are kept for its second pass and for corrections: as many chunks as there
/// is room for, from the first on.
fn keeps_frames(encode: &EncodeState, index: usize, room: Bytes) -> bool {
    let frames: u64 = encode.plan.chunks.iter().take(index + 1).map(|chunk| chunk.frames).sum();
    let format = encode.plan.format;
    let frame = u64::from(format.width) * u64::from(format.height) * 3 / 2;
    let may = matches!(encode.plan.engine, VideoEncoder::Own | VideoEncoder::Native);
    may && frames.saturating_mul(frame) <= room.0
}

/// Returns one pass of an encoder that takes the whole clip.
fn whole(plan: &EncodePlan, chunk: &Chunk, pass: Passes, rate: Kbps) -> Option<Program> {
    match plan.engine {
        VideoEncoder::X265 => {
            Some(Program::FfmpegThreads { arguments: args::encode_x265(plan, chunk, pass, rate) })
        }
        VideoEncoder::NativeOther(encoder) => {
            Some(Program::Ffmpeg { arguments: args::encode_other(plan, encoder, chunk, pass, rate) })
        }
        VideoEncoder::Native | VideoEncoder::Own | VideoEncoder::Stock | VideoEncoder::Browser => None,
    }
}

/// Returns whether its first pass leaves a tree of coding units beside the statistics.
fn has_tree(engine: VideoEncoder) -> bool {
    matches!(engine, VideoEncoder::X265 | VideoEncoder::NativeOther(NativeEncoder::X265))
}

/// Returns the browser's decode of a chunk.
fn decode(plan: &EncodePlan, chunk: &Chunk) -> Program {
    Program::Decode { step: webcodecs::decode(plan, chunk), samples: None }
}

/// Returns one pass over a chunk, with whichever x264 the plan names. Kept frames among `inputs` replace the clip.
fn chunk_task(
    id: TaskId,
    encode: &EncodeState,
    chunk: &Chunk,
    pass: Pass,
    native: Option<Native>,
    mut inputs: Vec<Input>,
    outputs: Vec<Output>,
) -> Task {
    let plan = &encode.plan;
    let from_ffmpeg = matches!(plan.decoder, Decoder::Ffmpeg(_));
    let from_file = inputs.iter().any(|input| input.name == files::FRAMES_FILE);
    if from_ffmpeg && plan.engine != VideoEncoder::Own {
        if !from_file {
            inputs.insert(0, Input::clip());
        }
        return ffmpeg(id, args::encode_chunk(plan, chunk, pass, native), inputs, outputs);
    }
    let program = if from_file {
        Program::Frames { width: plan.format.width, height: plan.format.height }
    } else {
        inputs.insert(0, Input::clip());
        match plan.decoder {
            Decoder::Browser => decode(plan, chunk),
            Decoder::Ffmpeg(_) => Program::Ffmpeg { arguments: args::decode_chunk(plan, chunk) },
        }
    };
    let encode = Some(Encode::X264(x264::step(plan, chunk, pass)));
    Task { encode, ..Task::new(id, program, inputs, outputs) }
}
