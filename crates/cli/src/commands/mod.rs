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
use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::plan::Plan;
use clipfit_core::step::Task;
use clipfit_core::units::Micros;
use clipfit_core::wishes::Wishes;
use std::path::{Path, PathBuf};
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

impl Bench {
    fn new() -> Result<Bench, Error> {
        let interrupt = Interrupt::on_signals()?;
        Ok(Bench { ffmpeg: Ffmpeg::find(&interrupt)?, interrupt })
    }

    /// Examines a clip and reports its facts.
    fn examine(&self, input: &Path, voice: &mut Voice) -> Result<(Clip, MediaFacts), Error> {
        let clip = Clip::open(input)?;
        let facts = self.driver(&clip).examine()?;
        voice.facts(input, &facts);
        Ok((clip, facts))
    }

    /// Plans a clip, tells of that, and returns the tasks that would run first.
    fn plan(&self, input: &Path, wishes: &Wishes, voice: &mut Voice) -> Result<(Plan, Vec<Task>), Error> {
        let clip = Clip::open(input)?;
        self.driver(&clip).plan(wishes, &mut |update| tell(input, &update, None, voice))
    }

    fn driver<'a>(&'a self, clip: &'a Clip) -> Driver<'a> {
        Driver::new(&self.ffmpeg, clip, &self.interrupt)
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
        let clip = Clip::open(input)?;
        let (mut length, mut encoding) = (Micros(0), None);
        self.driver(&clip).make(wishes, &mut |update| {
            match &update {
                Update::Probed(facts) => length = facts.video.duration,
                Update::Planned(_) => encoding = encoding.or(Some((Instant::now(), length))),
                Update::Progress(_) => {}
            }
            tell(input, &update, encoding, voice);
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
                Err(
                    error @ (Error::Interrupted | Error::TooOld(_) | Error::Lacks(_) | Error::NotRun { .. }),
                ) => return Err(error),
                Err(error) => voice.error(Some(input), &error),
            }
        }
        Ok(())
    }
}

/// Tells of an update; `encoding` is when the encode began, and the clip's length.
fn tell(input: &Path, update: &Update<'_>, encoding: Option<(Instant, Micros)>, voice: &mut Voice) {
    match (update, encoding) {
        (Update::Probed(facts), _) => voice.facts(input, facts),
        (Update::Planned(plan), _) => voice.plan(input, plan),
        (Update::Progress(progress), Some((began, length))) => {
            voice.progress(input, *progress, began, length)
        }
        (Update::Progress(_), None) => {}
    }
}
