//! `clipfit compress`: each clip planned, encoded, checked, and put in its place.

use super::{Bench, frames_room};
use crate::clip::Clip;
use crate::error::Error;
use crate::options::Compress;
use crate::output::{self, Destination};
use crate::voice::Voice;
use clipfit_core::wishes::Wishes;
use std::path::Path;
use std::time::Instant;

pub(super) fn run(options: &Compress, voice: &mut Voice) -> Result<(), Error> {
    let (inputs, wishes) = (&options.clips.inputs, options.wishes());
    let places = output::destinations(inputs, options.output.as_deref(), options.force)?;
    Bench::new()?.each(inputs, voice, |bench, index, voice| match (inputs.get(index), places.get(index)) {
        (Some(input), Some(place)) => one(bench, input, place, &wishes, voice),
        _ => Ok(()),
    })
}

fn one(
    bench: &mut Bench,
    input: &Path,
    place: &Destination,
    wishes: &Wishes,
    voice: &mut Voice,
) -> Result<(), Error> {
    let began = Instant::now();
    // Not after minutes of work.
    place.check(&Clip::open(input)?)?;
    let finished = bench.make(input, wishes, frames_room(), voice)?;
    place.write(&finished.file)?;
    voice.result(input, &place.path, &finished.report, began);
    Ok(())
}
