//! `clipfit hls`: makes a streaming package of each clip, in a separate folder.

use super::Bench;
use crate::error::Error;
use crate::options::Hls;
use crate::output::{self, Package};
use crate::voice::Voice;

pub(super) fn run(options: &Hls, voice: &mut Voice) -> Result<(), Error> {
    let inputs = &options.clips.inputs;
    let places = output::packages(inputs, Package::Stream, options.output.as_deref(), options.force)?;
    Bench::new()?.fill(inputs, &places, &options.wishes(), voice)
}
