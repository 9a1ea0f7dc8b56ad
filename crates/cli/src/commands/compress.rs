//! `clipfit compress`: plans, encodes and checks each clip and puts the result in its place; several renditions go into
//! a folder.

use super::Bench;
use crate::error::Error;
use crate::options::Compress;
use crate::output::{self, Package};
use crate::voice::Voice;

pub(super) fn run(options: &Compress, voice: &mut Voice) -> Result<(), Error> {
    let (inputs, wanted) = (&options.clips.inputs, options.output.as_deref());
    let wishes = options.wishes();
    if wishes.renditions.is_empty() {
        let places = output::file_places(inputs, wanted, options.force)?;
        Bench::new()?.fill(inputs, &places, &wishes, voice)
    } else {
        let places = output::packages(inputs, Package::Files, wanted, options.force)?;
        Bench::new()?.fill(inputs, &places, &wishes, voice)
    }
}
