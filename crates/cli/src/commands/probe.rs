//! `clipfit probe`: shows the facts about each clip.

use super::Bench;
use crate::error::Error;
use crate::options::Inputs;
use crate::voice::Voice;

pub(super) fn run(options: &Inputs, voice: &mut Voice) -> Result<(), Error> {
    Bench::new()?.each(&options.inputs, voice, |bench, index, voice| {
        let Some(input) = options.inputs.get(index) else { return Ok(()) };
        let (_, facts) = bench.examine(input, voice)?;
        voice.explain_facts(input, &facts);
        voice.done(input);
        Ok(())
    })
}
