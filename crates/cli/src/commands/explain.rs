//! `clipfit explain`: shows a plan with its figures: where the bytes go, how the clip is cut, what runs first, and the
//! same as commands of ffmpeg with what each option does.

use super::Bench;
use crate::error::Error;
use crate::options::Planned;
use crate::output::result_path;
use crate::voice::Voice;
use clipfit_core::command::{self, Explained, equivalent};
use clipfit_core::plan::{Action, EncodePlan, Plan, RateControl};
use clipfit_core::step::{Program, Task};
use clipfit_core::units::{Bytes, Kbps, grouped};

pub(super) fn run(options: &Planned, voice: &mut Voice) -> Result<(), Error> {
    let (inputs, wishes) = (&options.clips.inputs, options.wishes.wishes());
    Bench::new()?.each(inputs, voice, |bench, index, voice| {
        let Some(input) = inputs.get(index) else { return Ok(()) };
        let (plan, first) = bench.plan(input, &wishes, voice)?;
        if let Action::Encode(encode) = &plan.action {
            voice.explain(input, "Where the bytes go", &budget(&plan, encode));
            voice.explain(input, "Chunks, side by side", &chunks(encode));
        }
        let rows: Vec<String> = first.iter().filter_map(command_line).collect();
        if !rows.is_empty() {
            voice.explain(input, "What runs first", &rows);
        }
        let commands = equivalent(&plan, &input.to_string_lossy(), &result_path(input).to_string_lossy());
        if !commands.is_empty() {
            let lines: Vec<String> = command::text(&commands).lines().map(str::to_owned).collect();
            voice.explain(input, "The same with ffmpeg", &lines);
            voice.explain(input, "What each option does", &meanings(&commands));
        }
        voice.done(input);
        Ok(())
    })
}

fn meanings(commands: &[Vec<String>]) -> Vec<String> {
    command::explained(commands)
        .into_iter()
        .map(|Explained { words, sentence, within }| {
            let indent = if within { "  " } else { "" };
            format!("{indent}{}: {sentence}", words.join(", "))
        })
        .collect()
}

fn budget(plan: &Plan, encode: &EncodePlan) -> Vec<String> {
    let (RateControl::TwoPass { video } | RateControl::Measured { video }) = encode.control else {
        return vec![
            "There is no size target: the size follows from the quality or the bandwidth.".to_owned(),
        ];
    };
    let row = |what: &str, bytes: Bytes, rate: Option<Kbps>| {
        let rate = rate.map_or(String::new(), |rate| format!(", {rate}"));
        let share = bytes.0 as f64 / plan.limit.0.max(1) as f64 * 100.0;
        format!("{what:<9} {:>13} bytes, {share:>4.1} %{rate}", grouped(bytes.0))
    };
    let rate = video.over(encode.grid.duration());
    vec![
        row("limit", plan.limit, None),
        row("video", video, Some(rate)),
        row("audio", encode.audio_bytes(), Some(encode.audio.expected())),
        row("container", encode.overhead(), None),
        format!("{:.4} bits per pixel per frame", encode.format.density(rate)),
    ]
}

fn chunks(encode: &EncodePlan) -> Vec<String> {
    let row = |(index, chunk): (usize, &clipfit_core::plan::chunks::Chunk)| {
        let at = encode.grid.rate.time_of(chunk.first);
        let from = chunk.seek.map_or("the start".to_owned(), |seek| format!("{:.3} s", seek.seconds()));
        format!("{index:>3}: {:>6} frames from {:.3} s, decoded from {from}", chunk.frames, at.seconds())
    };
    encode.chunks.iter().enumerate().map(row).collect()
}

fn command_line(task: &Task) -> Option<String> {
    let (name, arguments) = match &task.program {
        Program::Ffmpeg { arguments } => ("ffmpeg", arguments),
        Program::Ffprobe { arguments } => ("ffprobe", arguments),
        _ => return None,
    };
    Some(format!("{name} {}", arguments.join(" ")))
}
