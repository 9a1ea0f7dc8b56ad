//! Examines a file, from the list of its streams to complete facts, one question to a worker after another. Knows
//! neither wishes nor the machine.

use super::events::Command;
use crate::clip::facts::MediaFacts;
use crate::clip::failure::ProbeFailure;
use crate::clip::look::{self, Fields};
use crate::clip::packets::PacketTable;
use crate::clip::streams::{Reader, Seen, Streams, for_browser, read_streams};
use crate::machine::WhyFfmpeg;
use crate::plan;
use crate::step::{
    Answer, Artifact, Death, Input, Output, Program, Task, TaskId, Written, answer, ffmpeg, files,
};
use crate::units::{Bytes, Micros};

/// A browser keeps copies in memory: of no larger file.
pub(super) const MOST_COPIED: Bytes = Bytes(1_000_000_000);

/// What follows from an answer.
#[derive(Debug)]
pub(super) enum Examined {
    /// There is a further question.
    Asking,
    /// The facts are complete.
    Facts(Box<MediaFacts>),
    /// The browser's own codecs are not up to it.
    FallBack(WhyFfmpeg),
    /// ffmpeg cannot decode the codec, and has made a copy that the browser may.
    CopyForBrowser(Box<ForBrowser>),
    /// It is no clip.
    Failed(ProbeFailure),
}

/// A file of which the browser decodes a copy.
#[derive(Debug, Clone)]
pub(super) struct ForBrowser {
    pub(super) codec: String,
    /// The streams of the file itself.
    pub(super) streams: Streams,
    /// What was printed when the copy was made.
    pub(super) log: Vec<String>,
}

/// A file that one reader examines.
#[derive(Debug)]
pub(super) struct Examination {
    bytes: Bytes,
    reader: Reader,
    streams: Option<Streams>,
    /// The streams of the person's file, where a continuous copy stands for it.
    joined: Option<Streams>,
    /// What the browser made of the clip, once its packets are listed.
    seen: Seen,
    /// Our own decoder decodes, because the browser's failed.
    own_decoder: bool,
    next_task: u32,
    asked: Option<TaskId>,
    question: Question,
}

/// The packets of a video, and what the reader printed with them.
#[derive(Debug)]
struct Listed {
    packets: PacketTable,
    log: Vec<String>,
}

/// What is asked, in this order.
#[derive(Debug)]
enum Question {
    Streams,
    /// The packets of the video.
    Packets,
    /// The packets of the video are there, those of an audio stream are asked for.
    Audio(u32, Box<Listed>),
    /// A copy is made for the browser, since ffmpeg has no decoder for this codec.
    Copying(String, Box<Streams>),
    /// A continuous copy is made of a file whose times jump here. Then all is asked again of the copy.
    Joining(Micros),
    /// The facts are there; ffprobe tells the sizes of keyframes.
    Sizes(Box<MediaFacts>),
    /// The facts are there; ffmpeg looks for fields, here and then at these other places.
    Fields(Box<MediaFacts>, Vec<Micros>),
}

impl Examination {
    pub(super) fn new(bytes: Bytes, reader: Reader, next_task: u32) -> Examination {
        let (streams, joined, seen, asked) = (None, None, Seen::default(), None);
        let (own_decoder, question) = (false, Question::Streams);
        Examination { bytes, reader, streams, joined, seen, own_decoder, next_task, asked, question }
    }

    /// Lets our own decoder decode, if it is not to already; asks again for what was listed with the browser's. Returns
    /// whether it does.
    pub(super) fn use_own_decoder(&mut self, commands: &mut Vec<Command>) -> bool {
        if std::mem::replace(&mut self.own_decoder, true) {
            return false;
        }
        if let Some(streams) = &self.streams {
            let program = self.list_packets(streams.video_stream());
            self.ask(Question::Packets, program, commands);
        }
        true
    }

    /// Returns whether a continuous copy stands for the person's file.
    pub(super) fn reads_copy(&self) -> bool {
        self.joined.is_some()
    }

    /// Returns what the browser made of the clip.
    pub(super) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Returns the number of the next task.
    pub(super) fn next_task(&self) -> u32 {
        self.next_task
    }

    /// Numbers a task.
    pub(super) fn number_task(&mut self) -> TaskId {
        let id = TaskId(self.next_task);
        self.next_task += 1;
        id
    }

    pub(super) fn waits_for(&self, task: TaskId) -> bool {
        self.asked == Some(task)
    }

    /// Asks the first question.
    pub(super) fn begin(&mut self, commands: &mut Vec<Command>) {
        let program = match self.reader {
            Reader::Browser => Program::ExamineStreams,
            Reader::Core | Reader::Native => Program::Ffprobe { arguments: ffmpeg::probe_streams() },
        };
        self.ask(Question::Streams, program, commands);
    }

    /// Takes the answer to the last question.
    pub(super) fn answered(
        &mut self,
        answer: Option<Answer>,
        outputs: &[Written],
        log: &[String],
        commands: &mut Vec<Command>,
    ) -> Examined {
        self.asked = None;
        match std::mem::replace(&mut self.question, Question::Streams) {
            Question::Streams => {
                let listing = answer::listing(answer, outputs).unwrap_or_default();
                if self.reader == Reader::Browser
                    && let Err(why) = plan::suits_container(&listing)
                {
                    return Examined::FallBack(why);
                }
                let copied = for_browser(&listing).filter(|_| self.reader == Reader::Core);
                match (read_streams(self.bytes, listing, log, self.reader), copied) {
                    (Ok(streams), _) => self.list_video(streams, commands),
                    (Err(ProbeFailure::UnsupportedCodec { codec }), Some(streams))
                        if self.bytes <= MOST_COPIED =>
                    {
                        let (video, audio) = (streams.video_stream(), streams.audio_for_browser());
                        let arguments = ffmpeg::copy_for_browser(video, &audio);
                        let question = Question::Copying(codec, Box::new(streams));
                        self.ask(question, Program::Ffmpeg { arguments }, commands)
                    }
                    (Err(failure), _) => self.failed(Unexamined::Found(failure)),
                }
            }
            Question::Packets => {
                let packets = answer::packets(answer, outputs).unwrap_or_default();
                self.read(Listed { packets, log: log.to_vec() }, commands)
            }
            Question::Audio(stream, listed) => {
                if let Some(streams) = &mut self.streams {
                    streams.hear(stream, &answer::packets(answer, outputs).unwrap_or_default());
                }
                self.read(*listed, commands)
            }
            Question::Copying(codec, _) if outputs.iter().all(|file| file.size == Bytes(0)) => {
                self.failed(Unexamined::Found(ProbeFailure::UnsupportedCodec { codec }))
            }
            Question::Copying(codec, streams) => {
                let log = log.to_vec();
                Examined::CopyForBrowser(Box::new(ForBrowser { codec, streams: *streams, log }))
            }
            Question::Joining(at) => {
                if outputs.iter().all(|file| file.size == Bytes(0)) {
                    return self.failed(Unexamined::Found(ProbeFailure::TimesJump { at }));
                }
                self.joined = self.streams.take();
                self.begin(commands);
                Examined::Asking
            }
            Question::Sizes(mut facts) => {
                look::take_largest(&mut facts.video, &answer::sizes(outputs));
                self.look_for_fields(facts, commands)
            }
            Question::Fields(mut facts, places) => {
                match look::fields(log) {
                    Fields::Unseen if !places.is_empty() => {
                        return self.look_for_fields_at(facts, places, commands);
                    }
                    Fields::Unseen | Fields::Progressive => {}
                    Fields::Interlaced(first) => {
                        facts.video.interlaced = true;
                        facts.video.first_field = Some(first);
                    }
                }
                Examined::Facts(facts)
            }
        }
    }

    /// Handles a worker's death. What a look would have found out stays as listed.
    pub(super) fn died(&mut self, death: Death, commands: &mut Vec<Command>) -> Examined {
        self.asked = None;
        if death == Death::InputUnreadable {
            return self.failed(Unexamined::Death(death));
        }
        match std::mem::replace(&mut self.question, Question::Streams) {
            Question::Joining(at) => self.failed(Unexamined::Found(ProbeFailure::TimesJump { at })),
            Question::Copying(codec, _) => {
                self.failed(Unexamined::Found(ProbeFailure::UnsupportedCodec { codec }))
            }
            Question::Sizes(facts) => self.look_for_fields(facts, commands),
            Question::Fields(facts, _) => Examined::Facts(facts),
            Question::Streams | Question::Packets | Question::Audio(..) => {
                self.failed(Unexamined::Death(death))
            }
        }
    }

    fn ask(&mut self, question: Question, program: Program, commands: &mut Vec<Command>) -> Examined {
        let outputs = match question {
            Question::Joining(_) | Question::Copying(..) => {
                let (name, keep) = (files::CONTINUOUS_FILE.into(), Some(Artifact::CONTINUOUS));
                vec![Output { name, keep, read: 0 }]
            }
            _ => answer::outputs(&program),
        };
        let (id, inputs) = (self.number_task(), vec![Input::clip()]);
        commands.push(Command::Run(Task::new(id, program, inputs, outputs)));
        (self.asked, self.question) = (Some(id), question);
        Examined::Asking
    }

    fn list_packets(&self, stream: u32) -> Program {
        match self.reader {
            Reader::Browser => Program::ExaminePackets { stream, own_decoder: self.own_decoder },
            Reader::Core | Reader::Native => Program::Ffprobe { arguments: ffmpeg::probe_packets(stream) },
        }
    }

    fn list_video(&mut self, streams: Streams, commands: &mut Vec<Command>) -> Examined {
        let program = self.list_packets(streams.video_stream());
        self.streams = Some(streams);
        self.ask(Question::Packets, program, commands)
    }

    /// Reads what has been listed; lists more where something is in doubt.
    fn read(&mut self, listed: Listed, commands: &mut Vec<Command>) -> Examined {
        let Some(streams) = &self.streams else { return Examined::Asking };
        self.seen = streams.seen(&listed.packets);
        match streams.read_packets(self.bytes, &listed.packets, &listed.log) {
            Ok(facts) => match streams.doubtful(&facts) {
                Some(audio) => {
                    let program = self.list_packets(audio);
                    self.ask(Question::Audio(audio, Box::new(listed)), program, commands)
                }
                None => {
                    let facts = match &self.joined {
                        Some(original) => original.joined(facts),
                        None => facts,
                    };
                    self.look_at_sizes(Box::new(facts), commands)
                }
            },
            Err(ProbeFailure::TimesJump { at }) if self.may_join() => {
                let (streams, gap) = streams.to_join();
                let program = Program::Ffmpeg { arguments: ffmpeg::join(&streams, gap) };
                self.ask(Question::Joining(at), program, commands)
            }
            Err(ProbeFailure::NoFrames) if let Some(streams) = streams.without_video() => {
                self.list_video(streams, commands)
            }
            Err(failure) => self.failed(Unexamined::Found(failure)),
        }
    }

    /// Whether ffmpeg may make a copy with continuous times: once, and in a browser only where there is memory for it.
    fn may_join(&self) -> bool {
        let has_room = match self.reader {
            Reader::Native => true,
            Reader::Core => self.bytes <= MOST_COPIED,
            Reader::Browser => false,
        };
        has_room && self.joined.is_none()
    }

    /// Looks at the size of keyframes, where it may change midway. The browser has looked at all that it listed.
    fn look_at_sizes(&mut self, facts: Box<MediaFacts>, commands: &mut Vec<Command>) -> Examined {
        if self.reader == Reader::Browser {
            return Examined::Facts(facts);
        }
        let Some(keyframes) = look::sizes_to_look_at(&facts) else {
            return self.look_for_fields(facts, commands);
        };
        let program = Program::Ffprobe { arguments: ffmpeg::probe_sizes(facts.video.index, &keyframes) };
        self.ask(Question::Sizes(facts), program, commands)
    }

    /// Looks whether the video is interlaced, where it does not say.
    fn look_for_fields(&mut self, facts: Box<MediaFacts>, commands: &mut Vec<Command>) -> Examined {
        let unsaid = self.streams.as_ref().is_some_and(Streams::fields_unsaid);
        if !look::is_maybe_interlaced(&facts.video, unsaid) {
            return Examined::Facts(facts);
        }
        let places = look::places(&facts.video);
        self.look_for_fields_at(facts, places, commands)
    }

    fn look_for_fields_at(
        &mut self,
        facts: Box<MediaFacts>,
        mut places: Vec<Micros>,
        commands: &mut Vec<Command>,
    ) -> Examined {
        let from = if places.is_empty() { Micros(0) } else { places.remove(0) };
        let program = Program::Ffmpeg { arguments: ffmpeg::look_for_fields(facts.video.index, from) };
        self.ask(Question::Fields(facts, places), program, commands)
    }

    fn failed(&self, failure: Unexamined) -> Examined {
        match why_ffmpeg(&failure).filter(|_| self.reader == Reader::Browser) {
            Some(why) => Examined::FallBack(why),
            None => Examined::Failed(failure.into()),
        }
    }
}

/// Why an examination brought no facts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unexamined {
    /// The worker did not come back.
    Death(Death),
    /// What it found is no clip.
    Found(ProbeFailure),
}

impl From<Unexamined> for ProbeFailure {
    fn from(failure: Unexamined) -> ProbeFailure {
        match failure {
            Unexamined::Death(Death::InputUnreadable) => ProbeFailure::Unreadable,
            Unexamined::Death(_) => ProbeFailure::Broken,
            Unexamined::Found(failure) => failure,
        }
    }
}

/// Returns why ffmpeg examines a clip at which the browser failed like this; `None` where ffmpeg would fail the same
/// way. Whatever the browser makes of a file, what is wrong with it is said in ffprobe's words.
fn why_ffmpeg(failure: &Unexamined) -> Option<WhyFfmpeg> {
    match failure {
        Unexamined::Death(Death::InputUnreadable) => None,
        Unexamined::Death(Death::Browser) => Some(WhyFfmpeg::Container),
        Unexamined::Death(Death::Crash | Death::Encoder | Death::OutOfMemory) => Some(WhyFfmpeg::Midway),
        Unexamined::Found(
            ProbeFailure::UnsupportedCodec { .. }
            | ProbeFailure::UnknownCodec
            | ProbeFailure::Undecodable { .. },
        ) => Some(WhyFfmpeg::Video),
        Unexamined::Found(_) => Some(WhyFfmpeg::Wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_for_which_ffmpeg_looks_again_is_the_true_one() {
        let codec = ProbeFailure::UnsupportedCodec { codec: "av1".into() };
        for (failure, why) in [
            (Unexamined::Death(Death::Browser), Some(WhyFfmpeg::Container)),
            (Unexamined::Death(Death::OutOfMemory), Some(WhyFfmpeg::Midway)),
            (Unexamined::Death(Death::InputUnreadable), None),
            (Unexamined::Found(codec), Some(WhyFfmpeg::Video)),
            (Unexamined::Found(ProbeFailure::NoFrames), Some(WhyFfmpeg::Wrong)),
        ] {
            assert_eq!(why_ffmpeg(&failure), why, "{failure:?}");
        }
    }
}
