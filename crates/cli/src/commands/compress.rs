//! `clipfit compress`: each clip planned, encoded, checked, and put in its place.

use super::Bench;
use crate::error::Error;
use crate::options::Compress;
use crate::output;
use crate::voice::Voice;

pub(super) fn run(options: &Compress, voice: &mut Voice) -> Result<(), Error> {
    let inputs = &options.clips.inputs;
    let places = output::destinations(inputs, options.output.as_deref(), options.force)?;
    Bench::new()?.fill(inputs, &places, &options.wishes(), voice)
}
