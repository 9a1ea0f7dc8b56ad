//! A plan as command lines of ffmpeg that people run themselves, and what each of their options does. Runs nothing, and
//! knows no task: what is written here takes the whole clip at once.

mod explain;
mod whole;

pub use explain::{Explained, Part, explained, parts, sentence, x264_option};
pub use whole::equivalent;

use crate::live::quoted;
use crate::plan::{Action, EncodePlan, Plan, RateControl};

/// Returns command lines as the shells of Linux and macOS take them: each runs if the one before succeeds.
pub fn text(commands: &[Vec<String>]) -> String {
    let line = |command: &Vec<String>| {
        let words = command.iter().map(|word| quoted(word));
        std::iter::once("ffmpeg".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    };
    commands.iter().map(line).collect::<Vec<_>>().join(" &&\n")
}

/// Returns what to know before running the commands of a plan.
pub fn about(plan: &Plan) -> String {
    let encodes: Vec<&EncodePlan> = match &plan.action {
        Action::Keep | Action::Remux(_) => Vec::new(),
        Action::Encode(encode) => vec![encode.as_ref()],
        Action::Package(package) => package.renditions.iter().map(|one| &one.encode).collect(),
    };
    let sized =
        |one: &&EncodePlan| matches!(one.control, RateControl::TwoPass { .. } | RateControl::Measured { .. });
    let mut about =
        "Run it in the clip's folder, in a shell of Linux or macOS, with ffmpeg 5.1 or later.".to_owned();
    if encodes.iter().any(sized) {
        about.push_str(" Nothing corrects it afterwards, so the result may miss the target by some percent.");
    }
    if encodes.iter().any(|one| whole::encoder(one).is_some_and(|encoder| !encoder.has_first_pass())) {
        about.push_str(" With one pass, as here, it may miss it by a quarter.");
    }
    if encodes.iter().any(|one| one.conversion.tone_map) {
        about.push_str(
            " HDR needs an ffmpeg with zimg, and its colours come out a little darker than Clipfit's.",
        );
    }
    about
}

#[cfg(test)]
mod tests;
