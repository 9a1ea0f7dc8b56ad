//! The part of a clip that is kept. Knows nothing of what is made of it.

use crate::clip::facts::MediaFacts;
use crate::units::Micros;
use crate::wishes::Wishes;

/// Returns the part of the clip that is kept, on the source's timeline: it begins and ends with frames. All frames from
/// `Trim::start` on and before `Trim::end` are in it.
pub(crate) fn kept(facts: &MediaFacts, wishes: &Wishes) -> (Micros, Micros) {
    let whole = (facts.video.start, facts.video.start + facts.video.duration);
    match wishes.trim {
        None => whole,
        Some(trim) => {
            let start = facts.video.frame_from(trim.start).max(whole.0);
            let end = trim.end.map_or(whole.1, |end| facts.video.frame_from(end));
            (start, end.max(start))
        }
    }
}

/// Returns whether not one frame of the clip is in it.
pub fn keeps_nothing(facts: &MediaFacts, wishes: &Wishes) -> bool {
    let (start, end) = kept(facts, wishes);
    wishes.trim.is_some() && start >= end
}
