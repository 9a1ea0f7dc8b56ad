//! What a program found out, rather than made: typed where a worker of ours looked, as text where ffprobe did. Knows
//! nothing of what follows from it.

use crate::clip::ffprobe;
use crate::clip::listing::Listing;
use crate::clip::packets::{FrameSize, PacketTable};
use crate::clip::watched::Perceived;
use crate::machine::speeds::SpeedFigures;
use crate::step::files::PROBE_FILE;
use crate::step::{Output, Program, Written};
use serde::Deserialize;

/// The answer of a program that looks at something. In TypeScript a tag stands among the fields; towards serde it is
/// outside, which takes less code to read: drivers move it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(tag = "type"))]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// Of `Program::ExamineStreams`.
    Streams(Box<Listing>),
    /// Of `Program::ExaminePackets`.
    Packets(Box<PacketTable>),
    /// Of `Program::Measure`.
    Speeds(SpeedFigures),
    /// Of `Program::Watch`, and of `Program::Audio` where it listens.
    Heard(Perceived),
}

/// Returns the file with which a program answers, if it is one that answers with a file: only ffprobe does.
pub(crate) fn outputs(program: &Program) -> Vec<Output> {
    let listing = Output { name: PROBE_FILE.into(), keep: None, read: usize::MAX };
    matches!(program, Program::Ffprobe { .. }).then_some(listing).into_iter().collect()
}

/// Returns the listing that a task answered with, or that ffprobe wrote.
pub fn listing(answer: Option<Answer>, outputs: &[Written]) -> Option<Listing> {
    match answer {
        Some(Answer::Streams(listing)) => Some(*listing),
        Some(_) => None,
        None => written(outputs).map(|text| ffprobe::listing(&text)),
    }
}

/// Returns what a task heard.
pub(crate) fn heard(answer: Answer) -> Option<Perceived> {
    match answer {
        Answer::Heard(heard) => Some(heard),
        Answer::Streams(_) | Answer::Packets(_) | Answer::Speeds(_) => None,
    }
}

/// Returns the packets that a task answered with, or that ffprobe wrote.
pub fn packets(answer: Option<Answer>, outputs: &[Written]) -> Option<PacketTable> {
    match answer {
        Some(Answer::Packets(packets)) => Some(*packets),
        Some(_) => None,
        None => written(outputs).map(|text| ffprobe::packets(&text)),
    }
}

/// Returns the sizes of frames that ffprobe wrote.
pub fn sizes(outputs: &[Written]) -> Vec<FrameSize> {
    written(outputs).map(|text| ffprobe::sizes(&text)).unwrap_or_default()
}

/// Returns what ffprobe wrote; nothing where it could not open the file.
fn written(outputs: &[Written]) -> Option<String> {
    let file = outputs.iter().find(|written| written.name == PROBE_FILE && written.size.0 > 0)?;
    Some(String::from_utf8_lossy(&file.head).into_owned())
}
