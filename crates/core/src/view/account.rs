//! A job as the page shows it: figures and sentences made from facts, plan, predictions and report, so that whoever shows them
//! needs to know none of those. Plain data that passes between modules; knows no page.

use crate::clip::facts::MediaFacts;
use crate::hls;
use crate::job::report::Report;
use crate::machine::Preset;
use crate::machine::{CodecUnavailable, Engine};
use crate::plan::audio::AudioPlan;
use crate::plan::notes::Note;
use crate::plan::predict::{self as speed, Prediction, Unavailable};
use crate::plan::refusal::Refusal;
use crate::plan::{Action, EncodePlan, PackagePlan, Plan, RateControl};
use crate::units::{Bytes, Micros};
use crate::view::notes::channel_layout;
use crate::wishes::{Codec, Effort, Wishes};
use serde::{Deserialize, Serialize};

/// What a clip is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipAccount {
    /// `0:30`, `854×480`, `24 fps`, `h264`.
    pub figures: Vec<String>,
    /// Length of the picture.
    pub length: Micros,
}

/// What is made of a clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanAccount {
    /// In figures.
    pub figures: Vec<Figure>,
    /// What changes or is left out.
    pub remarks: Vec<Remark>,
    /// Length of what is encoded; `None` where that is all of the clip, or nothing.
    pub length: Option<Micros>,
}

/// One figure of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it tells.
    pub name: String,
    /// How much.
    pub value: String,
    /// In more detail.
    pub detail: Option<String>,
}

/// A sentence about a plan or a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The sentence.
    pub text: String,
    /// Whether the person may miss something, as `Note::is_loss`.
    pub loss: bool,
}

/// What each effort would come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffortsAccount {
    /// Quickest first; empty where there is no choice.
    pub each: Vec<EffortAccount>,
    /// The one that `Effort::Auto` stands for; itself where nothing is predicted.
    pub automatic: Effort,
}

/// What one effort would come to.
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
    /// Width and height of the picture.
    pub size: (u32, u32),
    /// How many files a package has; a single result has none.
    pub files: usize,
    /// The files are a stream's.
    pub streams: bool,
    /// What the plan changed and dropped, with what was found while running.
    pub remarks: Vec<Remark>,
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
    /// `None` where it can be had, as far as that is known.
    pub missing: Option<String>,
}

impl From<&MediaFacts> for ClipAccount {
    fn from(facts: &MediaFacts) -> ClipAccount {
        let video = &facts.video;
        let (width, height) = video.display_size();
        let figures = vec![
            video.duration.to_string(),
            format!("{width}×{height}"),
            format!("{} fps", video.frame_rate),
            video.codec.clone(),
        ];
        ClipAccount { figures, length: video.duration }
    }
}

impl From<&Plan> for PlanAccount {
    fn from(plan: &Plan) -> PlanAccount {
        let mut figures = vec![figure("Never over", plan.limit.to_string(), None)];
        let length = match &plan.action {
            Action::Keep => {
                figures.push(figure("Result", "The file as it is".into(), None));
                None
            }
            Action::Remux(_) => {
                figures.push(figure("Result", "Same picture, as MP4".into(), None));
                None
            }
            Action::Encode(encode) => {
                figures.extend(encode_figures(encode));
                Some(encode.grid.duration())
            }
            Action::Package(package) => {
                figures.extend(package_figures(package));
                package.segments().map(|segments| segments.rate().time_of(segments.frames()))
            }
        };
        PlanAccount { figures, remarks: remarks(&plan.notes), length }
    }
}

impl From<&[Prediction]> for EffortsAccount {
    fn from(predictions: &[Prediction]) -> EffortsAccount {
        EffortsAccount {
            each: predictions.iter().map(EffortAccount::from).collect(),
            automatic: speed::settle(Effort::Auto, predictions),
        }
    }
}

impl EffortsAccount {
    /// The effort that a wished one stands for, as `speed::settle`.
    pub fn settle(&self, wished: Effort) -> Effort {
        if wished == Effort::Auto { self.automatic } else { wished }
    }

    /// What one effort would come to.
    pub fn find(&self, effort: Effort) -> Option<&EffortAccount> {
        self.each.iter().find(|one| one.effort == effort)
    }
}

impl From<&Prediction> for EffortAccount {
    fn from(Prediction { effort, likely }: &Prediction) -> EffortAccount {
        let (time, text) = match likely {
            Ok(likely) => {
                (Some(likely.time), format!("about {} · {}", rough(likely.time), likely.quality.text()))
            }
            Err(why) => (None, why.text()),
        };
        let never = matches!(likely, Err(Unavailable::OnlyBrowser(_)));
        EffortAccount { effort: *effort, time, text, never }
    }
}

impl From<&Report> for ResultAccount {
    fn from(report: &Report) -> ResultAccount {
        ResultAccount {
            source_bytes: report.source_bytes,
            bytes: report.bytes,
            limit: report.limit,
            saved: report.saved(),
            kept_source: report.kept_source,
            size: (report.picture.width, report.picture.height),
            files: report.files.len(),
            streams: report.files.iter().any(|file| file.path == hls::MASTER),
            remarks: remarks(&report.notes),
        }
    }
}

impl CodecAccount {
    /// Of what a machine answers when asked for a codec.
    pub fn new(codec: Codec, offer: Result<(), CodecUnavailable>) -> CodecAccount {
        CodecAccount { codec, missing: offer.err().map(|why| why.to_string()) }
    }
}

/// The ways out of a refusal, best first.
pub fn offers(refusal: &Refusal) -> Vec<OfferAccount> {
    let account = |offer: &crate::plan::refusal::Offer| OfferAccount {
        text: offer.change.text(),
        wishes: offer.wishes.clone(),
    };
    refusal.offers.iter().map(account).collect()
}

fn remarks(notes: &[Note]) -> Vec<Remark> {
    notes.iter().map(|note| Remark { text: note.text(), loss: note.is_loss() }).collect()
}

fn figure(name: &str, value: String, detail: Option<String>) -> Figure {
    Figure { name: name.into(), value, detail }
}

/// A figure for each rendition, and what they have in common.
fn package_figures(package: &PackagePlan) -> Vec<Figure> {
    let Some(first) = package.renditions.first() else { return Vec::new() };
    let [_, rate, _, sound, effort] = encode_figures(&first.encode);
    let sizes = package.renditions.iter().map(|one| {
        let picture = one.encode.picture;
        let most = one.encode.video_rate().map(|rate| match one.encode.control {
            RateControl::TwoPass { .. } => rate.to_string(),
            _ => format!("at most {rate}"),
        });
        figure("Rendition", format!("{}×{}", picture.width, picture.height), most)
    });
    let segments =
        package.format.map(|_| figure("Segments", format!("{} of each", package.firsts.len()), None));
    sizes.chain([rate, sound, effort]).chain(segments).collect()
}

fn encode_figures(encode: &EncodePlan) -> [Figure; 5] {
    let picture = &encode.picture;
    let codec = encode.codec.name();
    let rate = encode.video_rate().map_or_else(|| "Steady quality".into(), |rate| rate.to_string());
    let control = match encode.control {
        RateControl::TwoPass { .. } => format!("{codec}, two passes"),
        RateControl::Measured { .. } => format!("{codec}, measured"),
        RateControl::Quality { crf } => format!("{codec}, CRF {crf}"),
        RateControl::Constrained { crf, .. } => format!("{codec}, CRF {crf}, capped"),
        RateControl::Capped(cap) => format!("{codec}, capped, buffer {} kb", cap.buffer),
    };
    let (audio, audio_detail) = match &encode.audio {
        AudioPlan::None(_) => ("None".into(), None),
        AudioPlan::Copy { bitrate, .. } => (bitrate.to_string(), Some("copied unchanged".into())),
        AudioPlan::Encode { bitrate, channels, .. } => {
            let layout = channel_layout(*channels);
            (bitrate.map_or_else(|| "AAC".into(), |rate| rate.to_string()), Some(format!("AAC, {layout}")))
        }
    };
    let (effort, encoder) = match (encode.engine, encode.preset) {
        (Engine::Browser, _) => ("Fast", "the browser's own encoder".to_owned()),
        (Engine::X265, preset) => ("Best", format!("x265 {}, with threads", preset.name())),
        (engine, preset) => {
            let effort = match (preset, encode.control) {
                (Preset::Superfast, RateControl::Quality { .. }) => "Quick",
                (Preset::Ultrafast | Preset::Superfast, _) => "Fast",
                (Preset::Veryfast, _) => "Balanced",
                (Preset::Medium, _) => "Best",
            };
            let simd = if engine == Engine::Own { ", SIMD" } else { "" };
            (effort, format!("x264 {}{simd}", preset.name()))
        }
    };
    [
        figure("Picture", format!("{}×{}", picture.width, picture.height), None),
        figure("Frame rate", format!("{} fps", picture.frame_rate), None),
        figure("Video", rate, Some(control)),
        figure("Sound", audio, audio_detail),
        figure("Effort", effort.into(), Some(encoder)),
    ]
}

/// `14 s`, `2.5 min`, `1 h`: nobody predicts to the second.
fn rough(time: Micros) -> String {
    let halves = |seconds: f64| (time.seconds() / seconds * 2.0).round() / 2.0;
    match time.seconds() {
        seconds if seconds < 90.0 => format!("{} s", seconds.round().max(1.0)),
        seconds if seconds < 5400.0 => format!("{} min", halves(60.0)),
        _ => format!("{} h", halves(3600.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::predict::{Likely, Quality};

    #[test]
    fn predictions_are_rough() {
        let of = |seconds| {
            let likely = Likely { time: Micros::from_seconds(seconds), quality: Quality::Sharp };
            EffortAccount::from(&Prediction { effort: Effort::Best, likely: Ok(likely) }).text
        };
        let cases = [
            (0.2, "1 s"),
            (13.6, "14 s"),
            (89.9, "90 s"),
            (95.0, "1.5 min"),
            (3000.0, "50 min"),
            (7300.0, "2 h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(of(seconds), format!("about {expected} · sharp"));
        }
        let why = Unavailable::OnlyBrowser(Codec::Vp9);
        let none = EffortAccount::from(&Prediction { effort: Effort::Best, likely: Err(why) });
        assert_eq!((none.text, none.time, none.never), (why.text(), None, true));
    }

    #[test]
    fn an_automatic_effort_is_the_one_that_was_settled_on() {
        let likely = Likely { time: Micros::from_seconds(1.0), quality: Quality::Soft };
        let predictions = [Prediction { effort: Effort::Best, likely: Ok(likely) }];
        for (predictions, automatic) in [(predictions.as_slice(), Effort::Best), (&[], Effort::Auto)] {
            let account = EffortsAccount::from(predictions);
            assert_eq!(account.settle(Effort::Auto), automatic);
            assert_eq!(account.settle(Effort::Fast), Effort::Fast);
        }
    }
}
