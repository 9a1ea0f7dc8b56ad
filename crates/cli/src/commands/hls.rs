//! `clipfit hls`: each clip as a package for streaming, in a folder of its own.

use super::{Bench, Drawn, memory, processors};
use crate::driver::{Driver, Update};
use crate::error::Error;
use crate::options::Hls;
use crate::output::{self, PackagePlace};
use crate::voice::Voice;
use clipfit_core::session::job::Job;
use clipfit_core::units::Bytes;
use clipfit_core::wishes::Wishes;
use std::path::Path;
use std::time::Instant;

pub(super) fn run(options: &Hls, voice: &mut Voice) -> Result<(), Error> {
    let (inputs, wishes) = (&options.clips.inputs, options.wishes());
    let places = output::packages(inputs, options.output.as_deref(), options.force)?;
    Bench::new()?.each(inputs, voice, |bench, index, voice| match (inputs.get(index), places.get(index)) {
        (Some(input), Some(place)) => one(bench, input, place, &wishes, voice),
        _ => Ok(()),
    })
}

fn one(
    bench: &mut Bench,
    input: &Path,
    place: &PackagePlace,
    wishes: &Wishes,
    voice: &mut Voice,
) -> Result<(), Error> {
    let began = Instant::now();
    place.check()?;
    let Drawn { clip, facts, plan, machine } = bench.draw(input, wishes, voice)?;
    let workers = plan.workers(processors(), memory());
    let length = facts.video.duration;
    let session = Job::new(facts, wishes.clone(), plan, machine);
    let driver = Driver::new(&bench.ffmpeg, &clip, &bench.interrupt);
    let encoding = Instant::now();
    let finished = driver.run(session, workers, Bytes(0), &mut |update| match update {
        Update::Replanned(plan) => voice.plan(input, plan),
        Update::Progress(progress) => voice.progress(input, progress, encoding, length),
    })?;
    place.write(&finished.file)?;
    voice.result(input, &place.path, &finished.report, began);
    Ok(())
}
