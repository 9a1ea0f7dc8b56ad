//! A job as the page shows it: figures and sentences made from facts, plan, predictions and report, so that whoever
//! shows them needs to know none of those (`of_plan` makes them). Plain data that passes between modules; knows no
//! page.

use crate::machine::speeds::Speeds;
use crate::machine::{CodecUnavailable, Threads};
use crate::units::{Bytes, FrameRate, Micros};
use crate::wishes::{Codec, Effort, Trim, Wishes};
use serde::{Deserialize, Serialize};

/// What a clip is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipAccount {
    /// `0:30`, `854×480`, `24 fps`, `h264`.
    pub figures: Vec<String>,
    /// Length of the video.
    pub length: Micros,
    /// Its frames per second.
    pub rate: FrameRate,
}

/// What is made of a clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanAccount {
    /// In figures.
    pub figures: Vec<Figure>,
    /// What changes or is left out.
    pub remarks: Vec<Remark>,
    /// The part that the destination takes, where the clip is too long for it.
    pub takes: Option<Trim>,
    /// Length of what is encoded; `None` where that is all of the clip, or nothing.
    pub length: Option<Micros>,
    /// The same with ffmpeg; `None` where nothing is to be done.
    pub command: Option<CommandAccount>,
}

/// Command lines that people can run themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandAccount {
    /// As a shell takes them.
    pub text: String,
    /// What to know before.
    pub about: String,
    /// What each option does.
    pub options: Vec<OptionAccount>,
}

/// An option of a command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionAccount {
    /// The option and its value; several if the value differs from command to command.
    pub words: Vec<String>,
    /// What it does.
    pub sentence: String,
    /// It is part of the value of the option before it.
    pub within: bool,
}

/// One figure of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Its label.
    pub name: String,
    /// Its value.
    pub value: String,
    /// In more detail.
    pub detail: Option<String>,
}

/// A sentence about a plan or a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The sentence.
    pub text: String,
    /// Whether the user may miss something, as `Note::is_loss`.
    pub loss: bool,
}

/// The predictions for all efforts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffortsAccount {
    /// Quickest first; empty where there is no choice.
    pub each: Vec<EffortAccount>,
    /// The one that `Effort::Auto` stands for; itself where nothing is predicted.
    pub automatic: Effort,
}

/// The prediction for one effort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffortAccount {
    /// The effort.
    pub effort: Effort,
    /// From the plan to the checked result; `None` where it cannot be had.
    pub time: Option<Micros>,
    /// `about 14 s · sharp`, or why it cannot be had.
    pub text: String,
    /// It cannot be had for other clips either.
    pub never: bool,
}

/// A checked result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultAccount {
    /// Size of the source.
    pub source_bytes: Bytes,
    /// Size of the result.
    pub bytes: Bytes,
    /// The limit that held.
    pub limit: Bytes,
    /// Share of the source that was saved, as `Report::saved`.
    pub saved: f64,
    /// The source itself is the result.
    pub kept_source: bool,
    /// It was decoded whole and compared with the source, as `Report::is_compared`.
    pub compared: bool,
    /// Width and height of the video.
    pub size: (u32, u32),
    /// How its frames lie beside the source's, where the two can be compared.
    pub beside: Option<Beside>,
    /// How many files a package has; a single result has none.
    pub files: usize,
    /// The files are a stream's.
    pub streams: bool,
    /// What the plan changed and dropped, with what was found while running.
    pub remarks: Vec<Remark>,
}

/// How the frames of a result lie beside those of its source. The middle of frame `n` is at `n` and a half frames in the
/// result; what that frame was made of is shown in the source at as much after `origin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Frames per second of the result.
    pub rate: FrameRate,
    /// Frames of the result.
    pub frames: u64,
    /// Time in the source at which the result's frames are counted from: after what a trim takes off. Below zero where
    /// the first frame is at zero and rates differ.
    pub origin: Micros,
}

/// A way out of a refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferAccount {
    /// For a button.
    pub text: String,
    /// All wishes with the change.
    pub wishes: Wishes,
}

/// A codec, and why it cannot be had here, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodecAccount {
    /// The codec.
    pub codec: Codec,
    /// `None` if it is available, as far as that is known.
    pub missing: Option<String>,
}

impl EffortsAccount {
    /// Returns the effort that a wished one stands for, as `predict::settle`.
    pub fn settle(&self, wished: Effort) -> Effort {
        if wished == Effort::Auto { self.automatic } else { wished }
    }

    /// Returns the prediction for one effort.
    pub fn find(&self, effort: Effort) -> Option<&EffortAccount> {
        self.each.iter().find(|one| one.effort == effort)
    }
}

impl CodecAccount {
    /// Makes the account from a machine's answer about a codec.
    pub fn new(codec: Codec, offer: Result<(), CodecUnavailable>) -> CodecAccount {
        CodecAccount { codec, missing: offer.err().map(|why| why.to_string()) }
    }

    /// Returns every codec, and why a browser cannot make it where that is known: what has not been measured may be
    /// there.
    pub fn in_browser(speeds: Option<Speeds>, threads: Threads) -> Vec<CodecAccount> {
        let offer = |codec| speeds.map_or(Ok(()), |speeds| speeds.encoders().offer(codec, threads));
        Codec::ALL.into_iter().map(|codec| CodecAccount::new(codec, offer(codec))).collect()
    }
}
