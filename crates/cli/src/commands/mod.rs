//! One module per command. Each calls the other parts in order.

mod completions;
mod compress;
mod explain;
mod hls;
mod man;
mod plan;
mod probe;
mod publish;

use crate::clip::Clip;
use crate::driver::{Driver, Finished, Update};
use crate::error::Error;
use crate::ffmpeg::Ffmpeg;
use crate::interrupt::Interrupt;
use crate::options::Command;
use crate::output::Place;
use crate::voice::Voice;
use clipfit_core::facts::MediaFacts;
use clipfit_core::plan::{Machine, Plan};
use clipfit_core::session::job::Job;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

/// Runs a command. An error of one clip goes to `voice` and the other clips continue; a returned error ends the run.
pub(crate) fn run(command: Command, voice: &mut Voice) -> Result<(), Error> {
    match command {
        Command::Compress(options) => compress::run(&options, voice),
        Command::Hls(options) => hls::run(&options, voice),
        Command::Plan(options) => plan::run(&options, voice),
        Command::Explain(options) => explain::run(&options, voice),
        Command::Probe(options) => probe::run(&options, voice),
        Command::Publish(options) => publish::run(&options, voice),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { folder } => man::run(folder.as_deref()),
    }
}

/// What work on clips needs: the programs and the interrupt flag.
struct Bench {
    ffmpeg: Ffmpeg,
    interrupt: Interrupt,
}

/// A clip with its plan.
struct Drawn {
    clip: Clip,
    facts: MediaFacts,
    plan: Plan,
    machine: Machine,
}

impl Bench {
    fn new() -> Result<Bench, Error> {
        let interrupt = Interrupt::on_signals()?;
        Ok(Bench { ffmpeg: Ffmpeg::find(&interrupt)?, interrupt })
    }

    /// Examines a clip and reports its facts.
    fn examine(&self, input: &Path, voice: &mut Voice) -> Result<(Clip, MediaFacts), Error> {
        let clip = Clip::open(input)?;
        let facts = clip.examine(&self.ffmpeg, &self.interrupt)?;
        voice.facts(input, &facts);
        Ok((clip, facts))
    }

    /// Examines and plans a clip and reports both.
    fn draw(&mut self, input: &Path, wishes: &Wishes, voice: &mut Voice) -> Result<Drawn, Error> {
        let (clip, facts) = self.examine(input, voice)?;
        let machine = self.ffmpeg.machine(processors())?;
        let plan = clipfit_core::plan::plan(&facts, wishes, machine).map_err(Error::Refused)?;
        voice.plan(input, &plan);
        Ok(Drawn { clip, facts, plan, machine })
    }

    /// Makes the result of each clip and puts it in its place. A clip that fails does not stop the others.
    fn fill(
        &mut self,
        inputs: &[PathBuf],
        places: &[impl Place],
        wishes: &Wishes,
        voice: &mut Voice,
    ) -> Result<(), Error> {
        self.each(inputs, voice, |bench, index, voice| {
            let (Some(input), Some(place)) = (inputs.get(index), places.get(index)) else { return Ok(()) };
            let began = Instant::now();
            // Checked first, not after minutes of work.
            place.check(input)?;
            let finished = bench.make(input, wishes, voice)?;
            place.write(&finished.file)?;
            voice.result(input, place.path(), &finished.report, began);
            Ok(())
        })
    }

    /// Plans a clip, makes its result, and reports progress.
    fn make(&mut self, input: &Path, wishes: &Wishes, voice: &mut Voice) -> Result<Finished, Error> {
        let Drawn { clip, facts, plan, machine } = self.draw(input, wishes, voice)?;
        let workers = plan.workers(processors(), memory());
        let length = facts.video.duration;
        let session = Job::new(facts, wishes.clone(), plan, machine);
        let driver = Driver::new(&self.ffmpeg, &clip, &self.interrupt);
        let encoding = Instant::now();
        driver.run(session, workers, frames_room(), &mut |update| match update {
            Update::Replanned(plan) => voice.plan(input, plan),
            Update::Progress(progress) => voice.progress(input, progress, encoding, length),
        })
    }

    /// Does `work` for each clip. A clip that fails does not stop the others.
    fn each(
        &mut self,
        inputs: &[PathBuf],
        voice: &mut Voice,
        mut work: impl FnMut(&mut Bench, usize, &mut Voice) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (index, input) in inputs.iter().enumerate() {
            match work(self, index, voice) {
                Ok(()) => {}
                // The next clip would fail the same way.
                Err(error @ (Error::Interrupted | Error::TooOld(_) | Error::Lacks(_))) => return Err(error),
                Err(error) => voice.error(Some(input), &error),
            }
        }
        Ok(())
    }
}

/// Returns how many encoders run in parallel.
fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Returns the memory that all encoders together may use: three quarters of what the system reports as available, if it does.
fn memory() -> Bytes {
    const UNKNOWN: u64 = 4_000_000_000;
    let told = std::fs::read_to_string("/proc/meminfo").ok().and_then(|about| {
        let line = about.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    });
    told.map_or(Bytes(UNKNOWN), |kibibytes| Bytes(kibibytes.saturating_mul(1024) / 4 * 3))
}

/// Returns the bytes that decoded frames may use in addition. They are files that should stay in the memory cache, not on disk.
fn frames_room() -> Bytes {
    Bytes(memory().0 / 4)
}
