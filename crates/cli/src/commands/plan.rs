//! `clipfit plan`: shows the plan for each clip.

use super::Bench;
use crate::error::Error;
use crate::options::Planned;
use crate::voice::Voice;

pub(super) fn run(options: &Planned, voice: &mut Voice) -> Result<(), Error> {
    let (inputs, wishes) = (&options.clips.inputs, options.wishes.wishes());
    Bench::new()?.each(inputs, voice, |bench, index, voice| {
        let Some(input) = inputs.get(index) else { return Ok(()) };
        bench.plan(input, &wishes, voice)?;
        voice.done(input);
        Ok(())
    })
}
