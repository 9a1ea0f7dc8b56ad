//! `clipfit hls`: each clip as a package for streaming, in a folder of its own.

use super::Bench;
use crate::error::Error;
use crate::options::Hls;
use crate::output::{self, PackagePlace};
use crate::voice::Voice;
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
    // Its session keeps no frames of ffmpeg's.
    let finished = bench.make(input, wishes, Bytes(0), voice)?;
    place.write(&finished.file)?;
    voice.result(input, &place.path, &finished.report, began);
    Ok(())
}
