//! What happens before a plan: looking at the file, and who looks again when that fails.

use crate::clip::failure::ProbeFailure;
use crate::machine::WhyFfmpeg;
use crate::step::Death;

/// Why a look at a file brought no facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unexamined {
    /// Whoever looked did not come back.
    Death(Death),
    /// What was told is no clip.
    Told(ProbeFailure),
    /// The browser must not be trusted with it.
    Unsuited(WhyFfmpeg),
}

impl From<ProbeFailure> for Unexamined {
    fn from(failure: ProbeFailure) -> Unexamined {
        Unexamined::Told(failure)
    }
}

impl From<Unexamined> for ProbeFailure {
    fn from(failure: Unexamined) -> ProbeFailure {
        match failure {
            Unexamined::Death(Death::InputUnreadable) => ProbeFailure::Unreadable,
            Unexamined::Death(_) | Unexamined::Unsuited(_) => ProbeFailure::Broken,
            Unexamined::Told(failure) => failure,
        }
    }
}

impl WhyFfmpeg {
    /// Why ffmpeg looks at a clip of which the browser's own look failed like this; `None` where ffmpeg would fail the same way.
    /// Whatever the browser makes of it, what is wrong with a file is said in ffprobe's words.
    pub fn after(failure: &Unexamined) -> Option<WhyFfmpeg> {
        match failure {
            Unexamined::Death(Death::InputUnreadable) => None,
            Unexamined::Death(Death::Browser) => Some(WhyFfmpeg::Container),
            Unexamined::Death(Death::Crash | Death::Encoder | Death::OutOfMemory) => Some(WhyFfmpeg::Midway),
            Unexamined::Told(ProbeFailure::UnsupportedCodec { .. }) => Some(WhyFfmpeg::Picture),
            Unexamined::Told(_) => Some(WhyFfmpeg::Wrong),
            Unexamined::Unsuited(why) => Some(*why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_for_which_ffmpeg_looks_again_is_the_true_one() {
        let codec = ProbeFailure::UnsupportedCodec { codec: "av1".into() };
        for (failure, why) in [
            (Unexamined::Death(Death::Browser), Some(WhyFfmpeg::Container)),
            (Unexamined::Death(Death::OutOfMemory), Some(WhyFfmpeg::Midway)),
            (Unexamined::Death(Death::InputUnreadable), None),
            (Unexamined::Told(codec), Some(WhyFfmpeg::Picture)),
            (Unexamined::Told(ProbeFailure::NoFrames), Some(WhyFfmpeg::Wrong)),
        ] {
            assert_eq!(WhyFfmpeg::after(&failure), why, "{failure:?}");
        }
    }
}
