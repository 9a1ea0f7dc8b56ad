//! Accounts of facts, plans, predictions, reports and failures: the figures and sentences that `account` and `update`
//! hold.

use super::account::{
    Beside, ClipAccount, CommandAccount, EffortAccount, EffortsAccount, Figure, OfferAccount, OptionAccount,
    PlanAccount, Remark, ResultAccount,
};
use super::update::FailureAccount;
use crate::clip::facts::MediaFacts;
use crate::command::{self, Explained};
use crate::hls;
use crate::job;
use crate::job::report::Report;
use crate::machine::{Preset, VideoEncoder};
use crate::plan::audio::AudioPlan;
use crate::plan::chunks::Grid;
use crate::plan::notes::Note;
use crate::plan::predict::{self as speed, Prediction, Unavailable};
use crate::plan::refusal::{Offer, Refusal};
use crate::plan::{Action, EncodePlan, PackagePlan, Plan, RateControl};
use crate::units::Micros;
use crate::view::notes::channel_layout;
use crate::wishes::Effort;
use crate::wishes::names;

impl From<&MediaFacts> for ClipAccount {
    fn from(facts: &MediaFacts) -> ClipAccount {
        let video = &facts.video;
        let (width, height) = video.full_size();
        let figures = vec![
            video.duration.to_string(),
            format!("{width}×{height}"),
            format!("{} fps", video.frame_rate),
            video.codec.clone(),
        ];
        ClipAccount { figures, length: video.duration, rate: video.frame_rate }
    }
}

impl PlanAccount {
    /// Makes the account of a plan for the clip of this name.
    pub fn new(plan: &Plan, clip: &str) -> PlanAccount {
        let mut figures = vec![figure("Never over", plan.limit.to_string(), None)];
        let length = match &plan.action {
            Action::Keep => {
                figures.push(figure("Result", "The original file".into(), None));
                None
            }
            Action::Remux(_) => {
                figures.push(figure("Result", "Same video, as MP4".into(), None));
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
        PlanAccount {
            figures,
            remarks: remarks(&plan.notes),
            takes: plan.notes.iter().find_map(|note| match note {
                Note::TooLong { takes, .. } => Some(*takes),
                _ => None,
            }),
            length,
            command: CommandAccount::new(plan, clip),
        }
    }
}

impl CommandAccount {
    /// Makes the account of the commands that do what is planned for the clip of this name.
    fn new(plan: &Plan, clip: &str) -> Option<CommandAccount> {
        let commands = command::equivalent(plan, clip, &names::result_name(clip));
        let option = |Explained { words, sentence, within }| OptionAccount {
            words,
            sentence: sentence.to_owned(),
            within,
        };
        (!commands.is_empty()).then(|| CommandAccount {
            text: command::text(&commands),
            about: command::about(plan),
            options: command::explained(&commands).into_iter().map(option).collect(),
        })
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
            compared: report.is_compared(),
            size: (report.format.width, report.format.height),
            beside: report.grid.as_ref().map(Beside::from),
            files: report.files.len(),
            streams: report.files.iter().any(|file| file.path == hls::MASTER),
            remarks: remarks(&report.notes),
        }
    }
}

impl From<&Grid> for Beside {
    fn from(grid: &Grid) -> Beside {
        Beside { rate: grid.rate, frames: grid.frames, origin: grid.origin }
    }
}

/// Returns the ways out of a refusal, best first.
pub fn offers(refusal: &Refusal) -> Vec<OfferAccount> {
    let account = |offer: &Offer| OfferAccount { text: offer.change.text(), wishes: offer.wishes.clone() };
    refusal.offers.iter().map(account).collect()
}

impl From<job::failure::Failure> for FailureAccount {
    fn from(failure: job::failure::Failure) -> FailureAccount {
        FailureAccount {
            text: failure.to_string(),
            offers: failure.refusal().map_or_else(Vec::new, offers),
            evidence: failure.log().to_vec(),
        }
    }
}

fn remarks(notes: &[Note]) -> Vec<Remark> {
    notes.iter().map(|note| Remark { text: note.text(), loss: note.is_loss() }).collect()
}

fn figure(name: &str, value: String, detail: Option<String>) -> Figure {
    Figure { name: name.into(), value, detail }
}

/// Returns a figure for each rendition, and what they have in common.
fn package_figures(package: &PackagePlan) -> Vec<Figure> {
    let Some(first) = package.renditions.first() else { return Vec::new() };
    let [_, rate, _, audio, effort] = encode_figures(&first.encode);
    let sizes = package.renditions.iter().map(|one| {
        let format = one.encode.format;
        let most = one.encode.video_rate().map(|rate| match one.encode.control {
            RateControl::TwoPass { .. } => rate.to_string(),
            _ => format!("at most {rate}"),
        });
        figure("Rendition", format!("{}×{}", format.width, format.height), most)
    });
    let segments =
        package.format.map(|_| figure("Segments", format!("{} of each", package.firsts.len()), None));
    sizes.chain([rate, audio, effort]).chain(segments).collect()
}

fn encode_figures(encode: &EncodePlan) -> [Figure; 5] {
    let format = &encode.format;
    let codec = encode.codec.name();
    let rate = encode.video_rate().map_or_else(|| "Constant quality".into(), |rate| rate.to_string());
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
        (VideoEncoder::Browser, _) => ("Fast", "the browser's own encoder".to_owned()),
        (VideoEncoder::X265, preset) => ("Best", format!("x265 {}, with threads", preset.name())),
        (engine, preset) => {
            let effort = match (preset, encode.control) {
                (Preset::Superfast, RateControl::Quality { .. }) => "Quick",
                (Preset::Ultrafast | Preset::Superfast, _) => "Fast",
                (Preset::Veryfast, _) => "Balanced",
                (Preset::Medium, _) => "Best",
            };
            let simd = if engine == VideoEncoder::Own { ", SIMD" } else { "" };
            (effort, format!("x264 {}{simd}", preset.name()))
        }
    };
    [
        figure("Dimensions", format!("{}×{}", format.width, format.height), None),
        figure("Frame rate", format!("{} fps", format.frame_rate), None),
        figure("Video", rate, Some(control)),
        figure("Audio", audio, audio_detail),
        figure("Effort", effort.into(), Some(encoder)),
    ]
}

/// Returns `14 s`, `2.5 min`, `1 h`: nobody predicts to the second.
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
    use crate::units::FrameRate;
    use crate::wishes::Codec;

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
    fn the_middle_of_a_frame_is_within_the_frame_of_the_source_that_it_shows() {
        let video = crate::testing::facts(250).video;
        let rate = video.frame_rate;
        let middle = |rate: FrameRate, frame: u64| Micros(rate.time_of(2 * frame + 1).0 / 2);
        for first in [0, 37] {
            for divisor in [1, 2, 3] {
                let grid = Grid::new(&video, rate.divided_by(divisor), rate.time_of(first), video.duration);
                let beside = Beside::from(&grid);
                for frame in 0..beside.frames {
                    let shown = first + u64::from(divisor) * frame;
                    let at = beside.origin + middle(beside.rate, frame);
                    // Of several that a slot takes in, the last.
                    let last = (shown..).take_while(|&next| grid.slot_of(rate.time_of(next)) <= frame).last();
                    let from = rate.time_of(last.unwrap_or(shown));
                    let to = rate.time_of(last.unwrap_or(shown) + 1);
                    assert!(from < at && at < to, "frame {frame} of {beside:?}: {at:?} in {from:?}..{to:?}");
                }
            }
        }
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
