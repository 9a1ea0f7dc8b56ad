//! What happens up to the plan: parts are loaded, the machine is measured once, the file is examined, and it is decided
//! whether the browser's own codecs or ffmpeg do the job. Knows no chunk and no pass.

use super::events::{Command, Event, Milestone};
use super::failure::Failure;
use super::report::Report;
use crate::clip::facts::MediaFacts;
use crate::clip::failure::ProbeFailure;
use crate::clip::streams::{Reader, Seen, Streams, only_in_browser, read_streams};
use crate::machine::limits::Limits;
use crate::machine::speeds::Speeds;
use crate::machine::{Decoder, Encoders, Machine, NativeEncoders, Threads, VideoEncoder, WhyFfmpeg};
use crate::plan::predict::{self, Means};
use crate::plan::{self, Plan};
use crate::step::load::{LoadFailure, Part};
use crate::step::{Answer, Death, Input, Program, Task, TaskId, Written, answer, ffmpeg};
use crate::units::Bytes;
use crate::wishes::{Codec, Mode, Wishes};

/// Where a job runs, as the driver knows it before anything has run.
#[derive(Debug, Clone)]
pub enum Host {
    /// A browser's tab.
    Browser(Browser),
    /// A machine with a native ffmpeg.
    Native(Limits),
}

/// A browser's tab.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The parts that the site was built with.
    pub parts: Vec<Part>,
    /// Whether the browser decodes video for pages at all.
    pub decodes: bool,
    /// Whether ffmpeg's multi-thread core can run here.
    pub threads: Threads,
    /// The speeds of this machine, where they are known from an earlier job.
    pub speeds: Option<Speeds>,
    /// How much runs side by side.
    pub limits: Limits,
}

impl Host {
    /// Returns who decodes first: the browser's own codecs where there is a browser.
    pub(super) fn first_decoder(&self) -> Decoder {
        match self {
            Host::Browser(_) => Decoder::Browser,
            Host::Native(_) => Decoder::Ffmpeg(None),
        }
    }

    /// Forgets the browser's own encoder for `codec`.
    pub(super) fn forget_encoder(&mut self, codec: Codec) {
        if let Host::Browser(browser) = self {
            browser.speeds = browser.speeds.map(|speeds| speeds.without(codec));
        }
    }

    /// Returns whether the files of a result go into one archive: a browser downloads one file.
    pub(super) fn packs(&self, report: &Report) -> bool {
        matches!(self, Host::Browser(_)) && !report.files.is_empty()
    }

    fn limits(&self) -> Limits {
        match self {
            Host::Browser(browser) => browser.limits,
            Host::Native(limits) => *limits,
        }
    }

    fn speeds(&self) -> Option<Speeds> {
        match self {
            Host::Browser(browser) => browser.speeds,
            Host::Native(_) => None,
        }
    }
}

/// What follows from an event.
#[derive(Debug)]
pub(super) enum Next {
    /// Nothing yet.
    Wait,
    /// There is a plan.
    Start(Box<Start>),
    /// The browser's own codecs are not up to it.
    FallBack(WhyFfmpeg),
    /// There is no result.
    GiveUp(Failure),
}

/// What the schedule begins with.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) facts: MediaFacts,
    pub(super) wishes: Wishes,
    pub(super) plan: Plan,
    pub(super) machine: Machine,
    pub(super) limits: Limits,
}

/// A job on its way to a plan, with one decoder.
#[derive(Debug)]
pub(super) struct Prelude {
    bytes: Bytes,
    wishes: Wishes,
    decoder: Decoder,
    /// Which x264 there is.
    x264: VideoEncoder,
    native: Option<NativeEncoders>,
    streams: Option<Streams>,
    /// What the browser made of the clip, once its packets are listed.
    seen: Seen,
    next_task: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    Loading,
    Measuring(TaskId),
    ListingStreams(TaskId),
    ListingPackets(TaskId),
    /// The facts are there, the native encoders are not.
    FindingEncoders(Box<MediaFacts>),
    /// The multi-thread core starts: a plan promises nothing that does not even start.
    LoadingThreads(Box<MediaFacts>, Box<Machine>),
}

impl Prelude {
    pub(super) fn new(bytes: Bytes, wishes: Wishes, decoder: Decoder, next_task: u32) -> Prelude {
        let (x264, native, streams, seen) = (VideoEncoder::Native, None, None, Seen::default());
        Prelude { bytes, wishes, decoder, x264, native, streams, seen, next_task, state: State::Loading }
    }

    /// The number of the next task.
    pub(super) fn next_task(&self) -> u32 {
        self.next_task
    }

    pub(super) fn begin(&mut self, host: &Host, commands: &mut Vec<Command>) -> Next {
        match host {
            Host::Native(_) => {
                commands.push(Command::FindEncoders);
                self.examine(commands)
            }
            Host::Browser(browser) => self.load(browser, commands),
        }
    }

    /// Asks for the parts that this decoder takes. Packages are cut in the codecs' module, whoever decodes.
    fn load(&mut self, browser: &Browser, commands: &mut Vec<Command>) -> Next {
        let (needed, why) = match self.decoder {
            Decoder::Browser => (Part::Codecs, None),
            Decoder::Ffmpeg(why) => (Part::Core, why),
        };
        if self.decoder == Decoder::Browser && !(browser.parts.contains(&needed) && browser.decodes) {
            return Next::FallBack(WhyFfmpeg::NotHere);
        }
        let cuts = self.cuts_beside_ffmpeg().then_some(Part::Codecs);
        let parts = [needed, Part::Encoder].into_iter().chain(cuts).collect();
        commands.push(Command::Load { parts, why });
        Next::Wait
    }

    fn cuts_beside_ffmpeg(&self) -> bool {
        self.wishes.mode == Mode::Hls && self.decoder != Decoder::Browser
    }

    pub(super) fn handle(&mut self, event: Event, host: &mut Host, commands: &mut Vec<Command>) -> Next {
        match (&self.state, event) {
            (State::Loading, Event::Loaded { missing }) => self.loaded(&missing, host, commands),
            (State::Loading, Event::NotLoaded(reason)) => Next::GiveUp(Failure::NotLoaded(reason)),
            (State::LoadingThreads(..), Event::Loaded { missing }) => {
                self.threads_loaded(missing.is_empty(), host, commands)
            }
            (State::LoadingThreads(..), Event::NotLoaded(_)) => self.threads_loaded(false, host, commands),
            (_, Event::Encoders(encoders)) => self.found_encoders(encoders, host, commands),
            (_, Event::Done { task, answer, outputs, log, .. }) if self.waits_for(task) => {
                self.answered(answer, &outputs, &log, host, commands)
            }
            (_, Event::Died { task, death, .. }) if self.waits_for(task) => self.died(death, commands),
            _ => Next::Wait,
        }
    }

    fn waits_for(&self, task: TaskId) -> bool {
        match &self.state {
            State::Measuring(own) | State::ListingStreams(own) | State::ListingPackets(own) => *own == task,
            State::Loading | State::FindingEncoders(_) | State::LoadingThreads(..) => false,
        }
    }

    /// Settles which x264 there is, or that a part is missing without which nothing goes.
    fn loaded(&mut self, missing: &[(Part, LoadFailure)], host: &Host, commands: &mut Vec<Command>) -> Next {
        let Host::Browser(browser) = host else { return Next::Wait };
        let has = |part: Part| browser.parts.contains(&part) && missing.iter().all(|(one, _)| *one != part);
        let needed = if self.decoder == Decoder::Browser { Part::Codecs } else { Part::Core };
        let whole = has(needed) && (!self.cuts_beside_ffmpeg() || has(Part::Codecs));
        self.x264 = match (whole, has(Part::Encoder), self.decoder) {
            (false, _, Decoder::Browser) => return Next::FallBack(WhyFfmpeg::NotHere),
            (false, _, Decoder::Ffmpeg(_)) => {
                let reason =
                    missing.iter().find(|(part, _)| *part != Part::Encoder).map(|(_, reason)| *reason);
                return Next::GiveUp(Failure::NotLoaded(reason.unwrap_or(LoadFailure::Status)));
            }
            (true, true, _) => VideoEncoder::Own,
            (true, false, Decoder::Browser) => return Next::FallBack(WhyFfmpeg::Encoder),
            (true, false, Decoder::Ffmpeg(_)) => VideoEncoder::Stock,
        };
        commands.push(Command::Show(Milestone::Probing));
        // Whatever becomes of this clip: only with the browser's own codecs at hand can the machine be measured.
        if browser.speeds.is_none() && self.decoder == Decoder::Browser {
            let task = self.ask(Program::Measure, Vec::new(), commands);
            self.state = State::Measuring(task);
            return Next::Wait;
        }
        self.list_streams(commands);
        Next::Wait
    }

    fn examine(&mut self, commands: &mut Vec<Command>) -> Next {
        commands.push(Command::Show(Milestone::Probing));
        self.list_streams(commands);
        Next::Wait
    }

    fn list_streams(&mut self, commands: &mut Vec<Command>) {
        let program = match self.decoder {
            Decoder::Browser => Program::ExamineStreams,
            Decoder::Ffmpeg(_) => Program::Ffprobe { arguments: ffmpeg::probe_streams() },
        };
        let task = self.ask(program, vec![Input::clip()], commands);
        self.state = State::ListingStreams(task);
    }

    fn list_packets(&mut self, stream: u32, commands: &mut Vec<Command>) {
        let program = match self.decoder {
            Decoder::Browser => Program::ExaminePackets { stream },
            Decoder::Ffmpeg(_) => Program::Ffprobe { arguments: ffmpeg::probe_packets(stream) },
        };
        let task = self.ask(program, vec![Input::clip()], commands);
        self.state = State::ListingPackets(task);
    }

    /// Runs a program that finds something out.
    fn ask(&mut self, program: Program, inputs: Vec<Input>, commands: &mut Vec<Command>) -> TaskId {
        let id = TaskId(self.next_task);
        self.next_task += 1;
        let outputs = answer::outputs(&program);
        commands.push(Command::Run(Task { id, program, inputs, outputs, encode: None }));
        id
    }

    fn answered(
        &mut self,
        answer: Option<Answer>,
        outputs: &[Written],
        log: &[String],
        host: &mut Host,
        commands: &mut Vec<Command>,
    ) -> Next {
        match &self.state {
            State::Measuring(_) => {
                if let (Host::Browser(browser), Some(Answer::Speeds(figures))) = (host, answer)
                    && let Some(speeds) = figures.speeds()
                {
                    browser.speeds = Some(speeds);
                    commands.push(Command::KeepSpeeds(figures));
                }
                self.list_streams(commands);
                Next::Wait
            }
            State::ListingStreams(_) => {
                let listing = answer::listing(answer, outputs).unwrap_or_default();
                if self.decoder == Decoder::Browser
                    && let Err(why) = plan::suits_container(&listing)
                {
                    return Next::FallBack(why);
                }
                match read_streams(self.bytes, listing, log, self.reader(host)) {
                    Ok(streams) => {
                        let stream = streams.video_stream();
                        self.streams = Some(streams);
                        self.list_packets(stream, commands);
                        Next::Wait
                    }
                    Err(failure) => self.unexamined(Unexamined::Found(failure)),
                }
            }
            State::ListingPackets(_) => {
                let Some(streams) = &self.streams else { return Next::Wait };
                let packets = answer::packets(answer, outputs).unwrap_or_default();
                self.seen = streams.seen(&packets);
                match streams.read_packets(self.bytes, &packets, log) {
                    Ok(facts) => self.examined(facts, host, commands),
                    Err(failure) => self.unexamined(Unexamined::Found(failure)),
                }
            }
            State::Loading | State::FindingEncoders(_) | State::LoadingThreads(..) => Next::Wait,
        }
    }

    fn reader(&self, host: &Host) -> Reader {
        match (host, self.decoder) {
            (Host::Native(_), _) => Reader::Native,
            (Host::Browser(_), Decoder::Browser) => Reader::Browser,
            (Host::Browser(_), Decoder::Ffmpeg(_)) => Reader::Core,
        }
    }

    /// A machine that cannot be measured is planned for without figures.
    fn died(&mut self, death: Death, commands: &mut Vec<Command>) -> Next {
        if matches!(self.state, State::Measuring(_)) {
            self.list_streams(commands);
            return Next::Wait;
        }
        self.unexamined(Unexamined::Death(death))
    }

    fn unexamined(&self, failure: Unexamined) -> Next {
        match why_ffmpeg(&failure).filter(|_| self.decoder == Decoder::Browser) {
            Some(why) => Next::FallBack(why),
            None => Next::GiveUp(self.failure(failure)),
        }
    }

    /// Returns why there is no result. Where ffmpeg has no decoder, the reason why it was asked says more.
    fn failure(&self, failure: Unexamined) -> Failure {
        match (failure, self.decoder) {
            (Unexamined::Found(ProbeFailure::UnsupportedCodec { codec }), Decoder::Ffmpeg(Some(why)))
                if only_in_browser(&codec) && why != WhyFfmpeg::Video =>
            {
                Failure::OnlyInBrowser { codec, why }
            }
            (failure, _) => Failure::Probe(failure.into()),
        }
    }

    fn examined(&mut self, facts: MediaFacts, host: &Host, commands: &mut Vec<Command>) -> Next {
        if self.decoder == Decoder::Browser
            && let Err(why) = plan::suits(&facts, &self.seen)
        {
            return Next::FallBack(why);
        }
        commands.push(Command::Show(Milestone::Probed(Box::new(facts.clone()))));
        match (host, self.native) {
            (Host::Native(_), None) => {
                self.state = State::FindingEncoders(Box::new(facts));
                Next::Wait
            }
            (Host::Native(limits), Some(native)) => {
                self.plan(facts, Machine::native(limits.workers, native), host, commands)
            }
            (Host::Browser(browser), _) => {
                let machine = Machine {
                    decoder: self.decoder,
                    encoders: browser.speeds.map_or(Encoders::default(), |speeds| speeds.encoders()),
                    threads: browser.threads,
                    ..Machine::ffmpeg(browser.limits.workers, self.x264)
                };
                self.predict(&facts, machine, host, commands);
                self.plan(facts, machine, host, commands)
            }
        }
    }

    fn found_encoders(&mut self, encoders: NativeEncoders, host: &Host, commands: &mut Vec<Command>) -> Next {
        self.native = Some(encoders);
        match &self.state {
            State::FindingEncoders(facts) => {
                let facts = MediaFacts::clone(facts);
                self.plan(facts, Machine::native(host.limits().workers, encoders), host, commands)
            }
            _ => Next::Wait,
        }
    }

    /// Shows what each effort would come to, and settles which one it is.
    fn predict(&mut self, facts: &MediaFacts, machine: Machine, host: &Host, commands: &mut Vec<Command>) {
        let Some(speeds) = &host.speeds() else { return };
        let means = Means { machine, limits: host.limits(), speeds };
        let predictions = predict::predict(facts, &self.wishes, &means);
        self.wishes.effort = predict::settle(self.wishes.effort, &predictions);
        commands.push(Command::Show(Milestone::Predicted(predictions)));
    }

    fn plan(
        &mut self,
        facts: MediaFacts,
        machine: Machine,
        host: &Host,
        commands: &mut Vec<Command>,
    ) -> Next {
        let plan = match plan::plan(&facts, &self.wishes, machine) {
            Ok(plan) => plan,
            Err(refusal) => return Next::GiveUp(Failure::TooSmall(refusal)),
        };
        if self.decoder == Decoder::Browser
            && let Some(why) = plan.needs_ffmpeg(|stream| self.seen.hears(stream))
        {
            return Next::FallBack(why);
        }
        if plan.by_x265() && !matches!(self.state, State::LoadingThreads(..)) {
            commands.push(Command::LoadThreads);
            self.state = State::LoadingThreads(Box::new(facts), Box::new(machine));
            return Next::Wait;
        }
        commands.push(Command::Show(Milestone::Planned(Box::new(plan.clone()))));
        let mut limits = host.limits();
        limits.workers = plan.workers(&limits);
        let wishes = self.wishes.clone();
        Next::Start(Box::new(Start { facts, wishes, plan, machine, limits }))
    }

    fn threads_loaded(&mut self, ready: bool, host: &Host, commands: &mut Vec<Command>) -> Next {
        let State::LoadingThreads(facts, machine) = &self.state else { return Next::Wait };
        let (facts, mut machine) = (MediaFacts::clone(facts), **machine);
        if !ready {
            machine.threads = Threads::Missing;
        }
        self.plan(facts, machine, host, commands)
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
        Unexamined::Found(ProbeFailure::UnsupportedCodec { .. }) => Some(WhyFfmpeg::Video),
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

    #[test]
    fn a_codec_that_only_the_browser_decodes_is_refused_for_the_true_reason() {
        let unsupported = |codec: &str| ProbeFailure::UnsupportedCodec { codec: codec.into() };
        let only = |why| Failure::OnlyInBrowser { codec: "av1".into(), why };
        let probe = |codec| Failure::Probe(unsupported(codec));
        for (codec, why, failure) in [
            ("av1", Some(WhyFfmpeg::Container), only(WhyFfmpeg::Container)),
            ("av1", Some(WhyFfmpeg::Midway), only(WhyFfmpeg::Midway)),
            ("av1", Some(WhyFfmpeg::Video), probe("av1")),
            ("av1", None, probe("av1")),
            ("an unknown codec", Some(WhyFfmpeg::Container), probe("an unknown codec")),
        ] {
            let prelude = Prelude::new(Bytes(1), Wishes::default(), Decoder::Ffmpeg(why), 0);
            assert_eq!(prelude.failure(Unexamined::Found(unsupported(codec))), failure, "{codec} {why:?}");
        }
        let sentence = only(WhyFfmpeg::Mirrored).to_string();
        assert!(
            sentence.contains("the video has to be mirrored") && sentence.contains("try that"),
            "{sentence}"
        );
    }
}
