//! What happens up to the plan: parts are loaded, the machine is measured once, the file is examined, and it is decided
//! whether the browser's own codecs or ffmpeg do the job. Knows no chunk and no pass.

use super::events::{Command, Event, Milestone};
use super::examine::{Examination, Examined, ForBrowser};
use super::failure::Failure;
use super::report::Report;
use crate::clip::facts::MediaFacts;
use crate::clip::streams::Reader;
use crate::machine::limits::Limits;
use crate::machine::speeds::Speeds;
use crate::machine::{Decoder, Encoders, Machine, NativeEncoders, Threads, VideoEncoder, WhyFfmpeg};
use crate::plan::audio::chosen_track;
use crate::plan::framing::{Outside, framing};
use crate::plan::predict::{self, Means};
use crate::plan::{self, Plan};
use crate::step::load::{LoadFailure, Part};
use crate::step::{Answer, Program, Task, TaskId};
use crate::units::{Bytes, Micros};
use crate::wishes::{Codec, Mode, Trim, Wishes};

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
    /// Returns who examines a file that `decoder` is to decode.
    fn reader(&self, decoder: Decoder) -> Reader {
        match (self, decoder) {
            (Host::Native(_), _) => Reader::Native,
            (Host::Browser(_), Decoder::Browser) => Reader::Browser,
            (Host::Browser(_), Decoder::Ffmpeg(_)) => Reader::Core,
        }
    }

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
    /// ffmpeg cannot decode this codec; the browser may decode the copy that was made.
    CopyForBrowser(Box<ForBrowser>),
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
    /// The browser's decoders go on after errors.
    pub(super) lenient: bool,
}

/// A job on its way to a plan, with one decoder.
#[derive(Debug)]
pub(super) struct Prelude {
    wishes: Wishes,
    decoder: Decoder,
    /// Which x264 there is.
    x264: VideoEncoder,
    native: Option<NativeEncoders>,
    examination: Examination,
    /// The file of which it examines a copy.
    copy_of: Option<Box<ForBrowser>>,
    /// The browser's decoders go on after errors.
    lenient: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    /// What packs the result arrives: without it the work would be for nothing.
    LoadingPacker,
    Loading,
    Measuring(TaskId),
    Examining,
    /// The facts are there, the native encoders are not.
    FindingEncoders(Box<MediaFacts>),
    /// The multi-thread core starts: a plan promises nothing that does not even start.
    LoadingThreads(Box<MediaFacts>, Box<Machine>),
}

impl Prelude {
    pub(super) fn new(
        bytes: Bytes,
        wishes: Wishes,
        decoder: Decoder,
        host: &Host,
        next_task: u32,
    ) -> Prelude {
        let (x264, native, state) = (VideoEncoder::Native, None, State::Loading);
        let examination = Examination::new(bytes, host.reader(decoder), next_task);
        Prelude { wishes, decoder, x264, native, examination, copy_of: None, lenient: false, state }
    }

    /// Remembers of which file the browser examines a copy.
    pub(super) fn of_copy(self, copy_of: Option<Box<ForBrowser>>) -> Prelude {
        Prelude { copy_of, ..self }
    }

    /// Lets the browser's decoders go on after errors.
    pub(super) fn lenient(self, lenient: bool) -> Prelude {
        Prelude { lenient, ..self }
    }

    /// Lets our own decoder decode, because the browser's failed.
    pub(super) fn own_decoder(mut self, own: bool) -> Prelude {
        if own {
            self.examination.use_own_decoder(&mut Vec::new());
        }
        self
    }

    /// Returns whether a continuous copy stands for the person's file.
    pub(super) fn reads_copy(&self) -> bool {
        self.examination.reads_copy()
    }

    /// Returns the number of the next task.
    pub(super) fn next_task(&self) -> u32 {
        self.examination.next_task()
    }

    pub(super) fn begin(&mut self, host: &Host, commands: &mut Vec<Command>) -> Next {
        match host {
            Host::Native(_) => {
                commands.push(Command::FindEncoders);
                commands.push(Command::Show(Milestone::Probing));
                self.examine(commands)
            }
            Host::Browser(_) if self.wishes.asks_for_files() => {
                self.state = State::LoadingPacker;
                commands.push(Command::LoadPacker);
                Next::Wait
            }
            Host::Browser(browser) => self.load(browser, commands),
        }
    }

    /// Asks for the parts that this decoder takes. Packages are cut in the codecs' module, whoever decodes.
    fn load(&mut self, browser: &Browser, commands: &mut Vec<Command>) -> Next {
        self.state = State::Loading;
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
            (State::LoadingPacker, Event::PackerLoaded(Err(failure))) => {
                Next::GiveUp(Failure::NotPacked(failure))
            }
            (State::LoadingPacker, Event::PackerLoaded(Ok(()))) => match host {
                Host::Browser(browser) => self.load(browser, commands),
                Host::Native(_) => Next::Wait,
            },
            (State::Loading, Event::Loaded { missing }) => self.loaded(&missing, host, commands),
            (State::Loading, Event::NotLoaded(reason)) => Next::GiveUp(Failure::NotLoaded(reason)),
            (State::LoadingThreads(..), Event::Loaded { missing }) => {
                self.threads_loaded(missing.is_empty(), host, commands)
            }
            (State::LoadingThreads(..), Event::NotLoaded(_)) => self.threads_loaded(false, host, commands),
            (_, Event::Encoders(encoders)) => self.found_encoders(encoders, host, commands),
            (State::Measuring(own), Event::Done { task, answer, .. }) if *own == task => {
                self.measured(answer, host, commands)
            }
            // A machine that cannot be measured gets a plan without figures.
            (State::Measuring(own), Event::Died { task, .. }) if *own == task => self.examine(commands),
            (State::Examining, Event::Done { task, answer, outputs, log, .. })
                if self.examination.waits_for(task) =>
            {
                let examined = self.examination.answered(answer, &outputs, &log, commands);
                self.after_examination(examined, host, commands)
            }
            (State::Examining, Event::Died { task, death, .. }) if self.examination.waits_for(task) => {
                let examined = self.examination.died(death, commands);
                self.after_examination(examined, host, commands)
            }
            _ => Next::Wait,
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
            let (id, program) = (self.examination.number_task(), Program::Measure);
            let (inputs, outputs) = (Vec::new(), Vec::new());
            commands.push(Command::Run(Task::new(id, program, inputs, outputs)));
            self.state = State::Measuring(id);
            return Next::Wait;
        }
        self.examine(commands)
    }

    fn measured(&mut self, answer: Option<Answer>, host: &mut Host, commands: &mut Vec<Command>) -> Next {
        if let (Host::Browser(browser), Some(Answer::Speeds(figures))) = (host, answer)
            && let Some(speeds) = figures.speeds()
        {
            browser.speeds = Some(speeds);
            commands.push(Command::KeepSpeeds(figures));
        }
        self.examine(commands)
    }

    fn examine(&mut self, commands: &mut Vec<Command>) -> Next {
        self.state = State::Examining;
        self.examination.begin(commands);
        Next::Wait
    }

    fn after_examination(&mut self, examined: Examined, host: &Host, commands: &mut Vec<Command>) -> Next {
        match examined {
            Examined::Asking => Next::Wait,
            Examined::Facts(facts) => self.examined(*facts, host, commands),
            Examined::FallBack(why) => Next::FallBack(why),
            Examined::CopyForBrowser(copy) => Next::CopyForBrowser(copy),
            Examined::Failed(failure) => Next::GiveUp(Failure::Probe(failure)),
        }
    }

    fn examined(&mut self, mut facts: MediaFacts, host: &Host, commands: &mut Vec<Command>) -> Next {
        match framing(&self.wishes.shape, &facts.video) {
            Ok(framing) => facts.video.framing = framing,
            Err(Outside { size }) => return Next::GiveUp(Failure::CropOutside { size }),
        }
        if self.decoder == Decoder::Browser
            && let Err(why) = plan::suits(&facts, self.examination.seen())
        {
            let may = facts.video.suits_own_decoder() && why.is_of_the_decoder();
            let again = may && self.examination.use_own_decoder(commands);
            return if again { Next::Wait } else { Next::FallBack(why) };
        }
        let facts = match &self.copy_of {
            Some(file) => file.streams.copied(facts, &file.log),
            None => facts,
        };
        let facts = if self.lenient { facts.damaged() } else { facts };
        self.wishes.trim = self.wishes.trim.or_else(|| without_overhang(&facts));
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

    /// Shows the predictions for all efforts, and settles on one.
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
        if plan::keeps_nothing(&facts, &self.wishes) {
            return Next::GiveUp(Failure::NothingKept { length: facts.video.duration });
        }
        let plan = match plan::plan(&facts, &self.wishes, machine) {
            Ok(plan) => plan,
            Err(refusal) => return Next::GiveUp(Failure::TooSmall(refusal)),
        };
        if self.decoder == Decoder::Browser
            && let Some(why) = plan.needs_ffmpeg(|stream| self.examination.seen().hears(stream))
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
        limits.workers = plan.workers(&facts, &limits);
        let wishes = self.wishes.clone();
        Next::Start(Box::new(Start { facts, wishes, plan, machine, limits, lenient: self.lenient }))
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

/// Audio may go on this long after the last frame.
const OVERHANG: Micros = Micros(1_000_000);

/// The part of a file that is cut off in which there is video, where its audio goes on for long: a frozen frame is no
/// clip.
fn without_overhang(facts: &MediaFacts) -> Option<Trim> {
    let (start, end) = (facts.video.start, facts.video.start + facts.video.duration);
    let track = chosen_track(facts).filter(|_| facts.missing.end.is_some())?;
    (track.start + track.duration > end + OVERHANG).then_some(Trim { start, end: Some(end) })
}
