//! What happens to the audio: copied, encoded again, or left out, by one explicit rule.
//! Knows nothing of how it is encoded.

use crate::clip::facts::{AudioFacts, MediaFacts};
use crate::units::{Kbps, Micros};
use crate::wishes::{AudioWish, Wishes};
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_1_SQRT_2;

/// Audio may take this share of the bytes before it is copied as it is or given the next lower rung.
pub const SHARE: f64 = 0.15;
/// When even the lowest rung would take more than this share, the audio is left out.
pub const DROP_ABOVE: f64 = 0.50;

/// One step of the audio ladder.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rung {
    bitrate: f64,
    /// The share of all bytes up to which it is taken: poor audio annoys more than a slightly softer video.
    share: f64,
    channels: u32,
    /// Highest sample rate that the bitrate can carry well.
    sample_rate: u32,
}

/// AAC-LC steps, best first. Stereo below 48 kb/s sounds worse than mono.
const RUNGS: [Rung; 7] = [
    Rung { bitrate: 128.0, share: SHARE, channels: 2, sample_rate: 48_000 },
    Rung { bitrate: 96.0, share: SHARE, channels: 2, sample_rate: 48_000 },
    Rung { bitrate: 64.0, share: SHARE, channels: 2, sample_rate: 48_000 },
    Rung { bitrate: 48.0, share: 0.18, channels: 2, sample_rate: 32_000 },
    Rung { bitrate: 32.0, share: 0.25, channels: 1, sample_rate: 32_000 },
    Rung { bitrate: 24.0, share: 0.30, channels: 1, sample_rate: 24_000 },
    Rung { bitrate: 16.0, share: DROP_ABOVE, channels: 1, sample_rate: 16_000 },
];

/// What an encode takes for which no rate is named: ffmpeg's own default.
pub const UNNAMED: Kbps = Kbps(128.0);

/// The lowest rate at which audio is kept.
pub const LOWEST: Kbps = Kbps(16.0);

/// The decision for the audio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AudioPlan {
    /// No audio in the result.
    None(WhyNoAudio),
    /// The stream's packets as they are.
    Copy {
        /// Stream index in the source.
        stream: u32,
        /// Its bitrate.
        bitrate: Kbps,
        /// Its samples per second.
        sample_rate: u32,
    },
    /// AAC-LC at `bitrate`.
    Encode {
        /// Stream index in the source.
        stream: u32,
        /// Wanted rate; `None` leaves it to the encoder's own default (the quick recipe).
        bitrate: Option<Kbps>,
        /// Channels of the result.
        channels: u32,
        /// Samples per second of the result.
        sample_rate: u32,
        /// Channels of the source.
        source_channels: u32,
        /// Why it is not copied.
        why: WhyEncode,
    },
}

impl AudioPlan {
    /// Returns the rate to set aside before the true bytes are known.
    pub fn expected(&self) -> Kbps {
        match self {
            AudioPlan::None(_) => Kbps(0.0),
            AudioPlan::Copy { bitrate, .. } => *bitrate,
            AudioPlan::Encode { bitrate, .. } => bitrate.unwrap_or(UNNAMED),
        }
    }

    /// Samples per second of the result; `None` without audio.
    pub fn sample_rate(&self) -> Option<u32> {
        match self {
            AudioPlan::None(_) => None,
            AudioPlan::Copy { sample_rate, .. } | AudioPlan::Encode { sample_rate, .. } => Some(*sample_rate),
        }
    }

    /// Returns the source stream it is made from.
    pub fn stream(&self) -> Option<u32> {
        match self {
            AudioPlan::None(_) => None,
            AudioPlan::Copy { stream, .. } | AudioPlan::Encode { stream, .. } => Some(*stream),
        }
    }
}

/// Why a result has no audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhyNoAudio {
    /// The source has none.
    Silent,
    /// The person said so.
    Wished,
    /// Even `LOWEST` would take more than `DROP_ABOVE` of the bytes.
    NoRoom,
    /// It could not be decoded.
    Undecodable,
}

/// Why audio is encoded again rather than copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhyEncode {
    /// The person named a rate.
    Wished,
    /// The source's codec does not play everywhere in MP4.
    Codec,
    /// A copy would take more than `SHARE` of the bytes.
    TooLarge,
    /// Only a part of the clip is kept, and packets cannot be cut exactly.
    Trimmed,
    /// Its parts overlap or leave gaps where they meet.
    Joined,
    /// The quick recipe always encodes it.
    Recipe,
    /// Not all of it decodes.
    Damaged,
    /// A copy would take more than goes with this bandwidth.
    Bandwidth,
}

/// Returns the track that is kept: the default one, else the first.
pub fn chosen_track(facts: &MediaFacts) -> Option<&AudioFacts> {
    facts.audio.iter().find(|track| track.default).or_else(|| facts.audio.first())
}

/// Decides by these rules, first match wins: no track or none wished: none. A wished rate: encode at it. AAC whose
/// rate is at most `SHARE` of `total` (or wished copied): copy. Otherwise the best rung within its own share, which is
/// larger for the low rungs; else none. `below` rules out what proved too much; it never overrides a wish.
pub fn plan_audio(facts: &MediaFacts, wishes: &Wishes, total: Kbps, below: Option<Kbps>) -> AudioPlan {
    let Some(track) = chosen_track(facts) else { return AudioPlan::None(WhyNoAudio::Silent) };
    let copyable = is_copyable(facts, track, wishes);
    let why = if wishes.trim.is_some() {
        WhyEncode::Trimmed
    } else if track.damaged {
        WhyEncode::Damaged
    } else if facts.joined {
        WhyEncode::Joined
    } else if copyable {
        WhyEncode::TooLarge
    } else {
        WhyEncode::Codec
    };
    match wishes.audio {
        AudioWish::None => AudioPlan::None(WhyNoAudio::Wished),
        AudioWish::Encode(bitrate) => encode_at(track, bitrate, WhyEncode::Wished),
        AudioWish::Copy if copyable => copy(track),
        AudioWish::Auto
            if copyable
                && track.bitrate.is_some_and(|rate| {
                    rate.0 <= total.0 * SHARE && below.is_none_or(|below| rate.0 < below.0)
                }) =>
        {
            copy(track)
        }
        // A wished copy of what cannot be copied gets the best encode instead.
        AudioWish::Copy => encode_at(track, Kbps(RUNGS[0].bitrate), why),
        AudioWish::Auto => {
            best_rung(track, total, below).map_or(AudioPlan::None(WhyNoAudio::NoRoom), |rung| {
                // Encoding above the source's own rate only wastes bytes.
                let bitrate = track.bitrate.map_or(rung.bitrate, |own| rung.bitrate.min(own.0.max(LOWEST.0)));
                encode(track, Kbps(bitrate), rung, why)
            })
        }
    }
}

/// Returns whether a track's packets can be copied into an MP4 that plays everywhere.
fn is_copyable(facts: &MediaFacts, track: &AudioFacts, wishes: &Wishes) -> bool {
    track.is_whole_aac() && !facts.joined && wishes.trim.is_none()
}

/// Returns the audio beside a video of fixed bandwidth: the wished one, else AAC at `rate`, or the source's own packets
/// where they take no more.
pub fn beside(facts: &MediaFacts, wishes: &Wishes, rate: Kbps) -> AudioPlan {
    let Some(track) = chosen_track(facts) else { return AudioPlan::None(WhyNoAudio::Silent) };
    let copyable = is_copyable(facts, track, wishes) && track.channels <= 2;
    match wishes.audio {
        AudioWish::None => AudioPlan::None(WhyNoAudio::Wished),
        AudioWish::Encode(wished) => encode_at(track, wished, WhyEncode::Wished),
        AudioWish::Copy if copyable => copy(track),
        AudioWish::Auto if copyable && track.bitrate.is_some_and(|own| own.0 <= rate.0) => copy(track),
        AudioWish::Copy | AudioWish::Auto => {
            let why = if track.codec == "aac" { WhyEncode::Bandwidth } else { WhyEncode::Codec };
            encode_at(track, rate, why)
        }
    }
}

/// Returns the audio of the quick recipe: the encoder's own defaults, all channels kept.
pub fn recipe_audio(facts: &MediaFacts, wishes: &Wishes) -> AudioPlan {
    match (chosen_track(facts), wishes.audio) {
        (None, _) => AudioPlan::None(WhyNoAudio::Silent),
        (Some(_), AudioWish::None) => AudioPlan::None(WhyNoAudio::Wished),
        (Some(track), AudioWish::Encode(rate)) => encode_at(track, rate, WhyEncode::Wished),
        (Some(track), AudioWish::Copy) if is_copyable(facts, track, wishes) => copy(track),
        (Some(track), _) => AudioPlan::Encode {
            stream: track.index,
            bitrate: None,
            channels: if track.channels > 8 { 2 } else { track.channels },
            sample_rate: aac_sample_rate(track.sample_rate),
            source_channels: track.channels,
            why: WhyEncode::Recipe,
        },
    }
}

/// Audio may be shorter than expected by this much, or by this share where that is more: files give the lengths of
/// their tracks roughly.
pub const MAY_MISS: (Micros, f64) = (Micros(500_000), 0.02);

/// How so many channels become those of the result.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Mix {
    /// Channels of the source.
    pub channels: u32,
    /// A row for each channel of the result: what each channel of the source gives to it, in the order in which
    /// decoders hand them out.
    pub rows: Vec<Vec<f64>>,
}

/// What each channel gives to left and right (ITU-R BS.775, the levels of ffmpeg). 5.1 channels are left, right,
/// centre, low frequencies, back left, back right; 7.1 have side left and side right behind them.
const TO_STEREO: [&[(f64, f64)]; 4] = {
    const LEFT: (f64, f64) = (1.0, 0.0);
    const RIGHT: (f64, f64) = (0.0, 1.0);
    const HALF_LEFT: (f64, f64) = (FRAC_1_SQRT_2, 0.0);
    const HALF_RIGHT: (f64, f64) = (0.0, FRAC_1_SQRT_2);
    const CENTRE: (f64, f64) = (FRAC_1_SQRT_2, FRAC_1_SQRT_2);
    const NONE: (f64, f64) = (0.0, 0.0);
    [
        &[(1.0, 1.0)],
        &[LEFT, RIGHT],
        &[LEFT, RIGHT, CENTRE, NONE, HALF_LEFT, HALF_RIGHT],
        &[LEFT, RIGHT, CENTRE, NONE, HALF_LEFT, HALF_RIGHT, HALF_LEFT, HALF_RIGHT],
    ]
};

/// Returns the mixes by the browser's way into `channels` channels, from other numbers of channels: to mono or stereo,
/// from layouts that their number alone identifies. Decoders may output another number of channels than the file
/// declares.
pub fn mixes_into(channels: u32) -> Vec<Mix> {
    let rows = |stereo: &[(f64, f64)]| match channels {
        1 => vec![stereo.iter().map(|(left, right)| (left + right) / 2.0).collect()],
        _ => vec![
            stereo.iter().map(|(left, _)| *left).collect(),
            stereo.iter().map(|(_, right)| *right).collect(),
        ],
    };
    TO_STEREO
        .iter()
        .map(|stereo| (stereo.len() as u32, stereo))
        .filter(|(from, _)| channels <= 2 && *from != channels)
        .map(|(from, stereo)| Mix { channels: from, rows: rows(stereo) })
        .collect()
}

/// Returns whether the browser's way mixes `from` channels into `to`.
pub(crate) fn mixes(from: u32, to: u32) -> bool {
    from == to || mixes_into(to).iter().any(|mix| mix.channels == from)
}

/// Returns how long the chosen track plays, for budgets; the clip's length where the file does not say.
pub fn audio_length(facts: &MediaFacts, wishes: &Wishes, clip: Micros) -> Micros {
    match chosen_track(facts) {
        Some(track) if wishes.trim.is_none() && track.duration.0 > 0 => track.duration,
        _ => clip,
    }
}

/// Returns how far the chosen track plays, at least, after `start` and up to `end` on the source's timeline; `None`
/// where the file does not say how long it is.
pub(crate) fn heard(facts: &MediaFacts, start: Micros, end: Option<Micros>) -> Option<Micros> {
    let track = chosen_track(facts).filter(|track| track.duration.0 > 0)?;
    // Some containers give a track's end as its length: a late start adds nothing that is certain.
    let last = track.duration + track.start.min(Micros(0));
    Some((end.map_or(last, |end| end.min(last)) - start).max(Micros(0)))
}

fn copy(track: &AudioFacts) -> AudioPlan {
    AudioPlan::Copy {
        stream: track.index,
        bitrate: track.bitrate.unwrap_or(Kbps(RUNGS[0].bitrate)),
        sample_rate: track.sample_rate,
    }
}

fn best_rung(track: &AudioFacts, total: Kbps, below: Option<Kbps>) -> Option<Rung> {
    let mono_is_enough = |rung: &&Rung| track.channels > 1 || rung.bitrate <= 64.0;
    let allowed = |rung: &&Rung| below.is_none_or(|below| rung.bitrate < below.0);
    RUNGS
        .iter()
        .filter(mono_is_enough)
        .filter(allowed)
        .find(|rung| rung.bitrate <= total.0 * rung.share)
        .copied()
}

fn encode_at(track: &AudioFacts, bitrate: Kbps, why: WhyEncode) -> AudioPlan {
    let rung = RUNGS.iter().find(|rung| rung.bitrate <= bitrate.0).copied().unwrap_or(RUNGS[RUNGS.len() - 1]);
    encode(track, bitrate, rung, why)
}

fn encode(track: &AudioFacts, bitrate: Kbps, rung: Rung, why: WhyEncode) -> AudioPlan {
    AudioPlan::Encode {
        stream: track.index,
        bitrate: Some(bitrate),
        channels: track.channels.min(rung.channels).max(1),
        sample_rate: aac_sample_rate(track.sample_rate.min(rung.sample_rate)),
        source_channels: track.channels,
        why,
    }
}

/// Returns the rate of AAC's own table next above `rate`, at most 48 kHz.
fn aac_sample_rate(rate: u32) -> u32 {
    const TABLE: [u32; 9] = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
    TABLE.into_iter().find(|&known| known >= rate).unwrap_or(48_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::notes::Note;
    use crate::testing::facts;

    const fn seconds(seconds: i64) -> Micros {
        Micros(seconds * 1_000_000)
    }

    #[test]
    fn how_far_audio_is_heard_is_never_promised_too_far() {
        // The track's start and length, the kept part; all in seconds.
        let cases = [
            ((0, 30), (0, None), Some(30)),
            ((0, 30), (10, None), Some(20)),
            ((0, 30), (10, Some(15)), Some(5)),
            ((0, 8), (10, Some(15)), Some(0)),
            ((-2, 30), (0, None), Some(28)),
            // Perhaps the file tells its end.
            ((5, 30), (0, None), Some(30)),
            ((0, 0), (0, None), None),
        ];
        for ((start, length), (from, to), heard_for) in cases {
            let mut facts = facts(100);
            (facts.audio[0].start, facts.audio[0].duration) = (seconds(start), seconds(length));
            assert_eq!(
                heard(&facts, seconds(from), to.map(seconds)),
                heard_for.map(seconds),
                "{start} {length}"
            );
        }
    }

    #[test]
    fn channels_are_mixed_by_the_usual_levels() {
        let half = FRAC_1_SQRT_2;
        for (from, to, rows) in [
            (1, 2, vec![vec![1.0], vec![1.0]]),
            (2, 1, vec![vec![0.5, 0.5]]),
            (6, 1, vec![vec![0.5, 0.5, half, 0.0, half / 2.0, half / 2.0]]),
            (
                8,
                2,
                vec![
                    vec![1.0, 0.0, half, 0.0, half, 0.0, half, 0.0],
                    vec![0.0, 1.0, half, 0.0, 0.0, half, 0.0, half],
                ],
            ),
            (6, 2, vec![vec![1.0, 0.0, half, 0.0, half, 0.0], vec![0.0, 1.0, half, 0.0, 0.0, half]]),
        ] {
            let mixes = mixes_into(to);
            let mix = mixes.iter().find(|mix| mix.channels == from);
            assert_eq!(mix.map(|mix| &mix.rows), Some(&rows), "{from} to {to}");
        }
        for (from, to, possible) in [(6, 6, true), (3, 2, false), (8, 6, false), (8, 1, true), (3, 3, true)] {
            assert_eq!(mixes(from, to), possible, "{from} to {to}");
        }
    }

    #[test]
    fn audio_before_the_video_gets_a_note() {
        let mut facts = facts(100);
        for (start, lost) in [(0, None), (100_000, None), (900_000, Some(Micros(900_000)))] {
            facts.video.start = Micros(start);
            let mut notes = Vec::new();
            let audio = plan_audio(&facts, &Wishes::default(), Kbps(2000.0), None);
            let format = crate::clip::format::VideoFormat {
                width: 320,
                height: 180,
                frame_rate: facts.video.frame_rate,
            };
            crate::plan::notes::encode_notes(&facts, &Wishes::default(), format, &audio, &mut notes);
            let told = notes.iter().find_map(|note| match note {
                Note::AudioBeforeVideo { lost } => Some(*lost),
                _ => None,
            });
            assert_eq!(told, lost);
        }
    }
}
