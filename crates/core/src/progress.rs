//! How far a job is: parsing of ffmpeg's `-progress` lines, and the estimate shown to people.

use crate::units::Micros;
use serde::{Deserialize, Serialize};

/// What a job does at large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// First passes and the audio.
    Measuring,
    /// Encoding chunks.
    Encoding,
    /// Encoding single chunks again to meet the size.
    Correcting,
    /// Putting together and checking.
    Finishing,
}

impl Stage {
    /// Returns the text for the page.
    pub fn text(self) -> &'static str {
        match self {
            Stage::Measuring => "Measuring the video",
            Stage::Encoding => "Encoding",
            Stage::Correcting => "Fine-tuning the size",
            Stage::Finishing => "Finishing and checking",
        }
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// Share of all work that is done, 0 to 1; never falls.
    pub fraction: f64,
}

/// Time left and speed, from progress and the time that it took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Time left; `None` while too little is known.
    pub left: Option<Micros>,
    /// Clip time per real time, over all passes together.
    pub speed: Option<f64>,
}

/// Below this share a prediction is a guess.
const TOO_EARLY: f64 = 0.05;

/// Estimates from `fraction` of the work on a clip of length `clip` done in `elapsed`.
pub fn estimate(fraction: f64, elapsed: Micros, clip: Micros) -> Estimate {
    if fraction < TOO_EARLY || elapsed.seconds() < 0.5 || fraction > 1.0 {
        return Estimate { left: None, speed: None };
    }
    let total = elapsed.seconds() / fraction;
    Estimate {
        left: Some(Micros::from_seconds(total - elapsed.seconds())),
        speed: (total > 0.0).then(|| clip.seconds() / total),
    }
}

/// Returns the frame count in a line of `-progress` output, if the line tells it.
pub fn frame_of(line: &str) -> Option<u64> {
    line.trim().strip_prefix("frame=")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_from_progress_lines() {
        for (line, frame) in
            [("frame=120", Some(120)), ("frame=  7\r", Some(7)), ("fps=12.0", None), ("frame=x", None)]
        {
            assert_eq!(frame_of(line), frame, "{line}");
        }
    }

    #[test]
    fn time_left_follows_from_the_pace() {
        let estimate = estimate(0.25, Micros::from_seconds(10.0), Micros::from_seconds(30.0));
        assert_eq!(estimate.left, Some(Micros::from_seconds(30.0)));
        assert_eq!(estimate.speed, Some(0.75));
        assert_eq!(super::estimate(0.001, Micros::from_seconds(10.0), Micros(1)).left, None);
    }
}
