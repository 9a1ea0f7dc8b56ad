//! What happens to the audio: copied, encoded again, or left out, by one explicit rule.
//! Knows nothing of how it is encoded.

use crate::clip::facts::{AudioFacts, MediaFacts};
use crate::units::{Kbps, Micros};
use crate::wishes::{AudioWish, Tracks, Wishes};
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_1_SQRT_2;

/// Audio may take this share of the bytes before it is copied as it is or given the next lower rung.
pub const SHARE: f64 = 0.15;
/// Audio that is still understood may take this much of the bytes, however good the video could be for them.
const SPEECH_SHARE: f64 = 0.50;

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

/// AAC-LC steps, best first. Stereo below 48 kb/s sounds worse than mono. The lowest were measured with ffmpeg's
/// encoder: of speech at 12 and 8 kb/s, the loudness over time correlates with the source's by 0.89 and 0.86 at 16 kHz,
/// hardly better at 12 kHz (0.90 and 0.86) and worse at 8 kHz (0.89 and 0.83), where hard sounds take twice what is
/// asked for. At 6 kb/s little is left of it.
const RUNGS: [Rung; 9] = [
    Rung { bitrate: 128.0, share: SHARE, channels: 2, sample_rate: 48_000 },
    Rung { bitrate: 96.0, share: SHARE, channels: 2, sample_rate: 48_000 },
    Rung { bitrate: 64.0, share: SHARE, channels: 2, sample_rate: 48_000 },
    Rung { bitrate: 48.0, share: 0.18, channels: 2, sample_rate: 32_000 },
    Rung { bitrate: 32.0, share: 0.25, channels: 1, sample_rate: 32_000 },
    Rung { bitrate: 24.0, share: 0.30, channels: 1, sample_rate: 24_000 },
    Rung { bitrate: 16.0, share: SPEECH_SHARE, channels: 1, sample_rate: 16_000 },
    Rung { bitrate: 12.0, share: SPEECH_SHARE, channels: 1, sample_rate: 16_000 },
    LEAST,
];

/// The last one: it is taken as long as anything watchable is left beside it.
const LEAST: Rung = Rung { bitrate: 8.0, share: SPEECH_SHARE, channels: 1, sample_rate: 16_000 };

/// What an encode takes for which no rate is named: ffmpeg's own default.
pub const UNNAMED: Kbps = Kbps(128.0);

/// From this much for each channel, FFmpeg's coder `fast` is at least as good as its `twoloop`, in a quarter of the time
/// (docs/benchmarks.md, "AAC").
const FAST_CODER: f64 = 24.0;

/// So many times the rate of its audio makes the video most of a file.
const MOSTLY_VIDEO: f64 = 3.0;

/// The lowest rate at which audio is kept.
pub const LOWEST: Kbps = Kbps(LEAST.bitrate);

/// How FFmpeg's AAC encoder searches for quantizers: its option `aac_coder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum AacCoder {
    /// Weighs every band against the others.
    TwoLoop,
    /// Estimates each band on its own.
    Fast,
}

impl AacCoder {
    /// Returns the one that sounds better at this rate, beside video of that rate; `None` where that is not known. `Fast`
    /// leaves bits over where there is little to hear: the video takes them, if it is most of the file.
    pub fn at(bitrate: Kbps, channels: u32, video: Option<Kbps>) -> AacCoder {
        let suits = bitrate.0 >= FAST_CODER * f64::from(channels)
            && video.is_none_or(|video| video.0 >= bitrate.0 * MOSTLY_VIDEO);
        if suits { AacCoder::Fast } else { AacCoder::TwoLoop }
    }

    /// Returns its name for ffmpeg.
    pub fn name(self) -> &'static str {
        match self {
            AacCoder::TwoLoop => "twoloop",
            AacCoder::Fast => "fast",
        }
    }
}

/// More than this for each channel is not audible.
const GOOD_CHANNEL: f64 = 64.0;
/// Nor are more bits than this for each sample.
const GOOD_SAMPLE: f64 = 4.0;
/// AAC-LC takes up to this many times the bits of newer codecs, and of those for speech, to sound the same.
const BEHIND_OTHERS: f64 = 2.0;
/// Audio is made again only where it gains at least this much.
const WORTH_IT: f64 = 1.05;

/// The rates that the audio may have, over its own length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// All bytes, over the length of the result.
    pub total: Kbps,
    /// What the least watchable video leaves.
    pub most: Kbps,
    /// What a video leaves that more bytes would not make any better.
    pub spare: Kbps,
}

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
        /// Further streams that are mixed in.
        mixed: Vec<MixedTrack>,
        /// Why it is not copied.
        why: WhyEncode,
    },
}

/// A stream that is mixed into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MixedTrack {
    /// Stream index in the source.
    pub stream: u32,
    /// Its channels.
    pub channels: u32,
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
    /// Beside audio at `LOWEST` the bytes are too few for any video.
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
    /// A copy would take more than `SHARE` of the bytes, and more than the video can spare.
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
    /// Several tracks become one.
    Mixed,
}

/// Returns the track that is kept: the default one, else the first.
pub fn chosen_track(facts: &MediaFacts) -> Option<&AudioFacts> {
    facts.audio.iter().find(|track| track.default).or_else(|| facts.audio.first())
}

/// Returns whether several tracks become one.
pub fn mixes_tracks(facts: &MediaFacts, wishes: &Wishes) -> bool {
    wishes.tracks == Tracks::Mix && facts.audio.len() > 1 && wishes.audio != AudioWish::None
}

/// What the audio is made from: the chosen track, or all of them.
struct Source<'a> {
    track: &'a AudioFacts,
    /// The file's parts overlap or leave gaps where they meet.
    joined: bool,
    channels: u32,
    sample_rate: u32,
    /// Above this an encode only wastes bytes; `None` where the file does not say.
    own: Option<Kbps>,
    mixed: Vec<MixedTrack>,
}

impl Source<'_> {
    fn new<'a>(facts: &'a MediaFacts, wishes: &Wishes) -> Option<Source<'a>> {
        let (track, joined) = (chosen_track(facts)?, facts.joined);
        let (channels, sample_rate, own) = (track.channels, track.sample_rate, track.bitrate);
        if !mixes_tracks(facts, wishes) {
            return Some(Source { track, joined, channels, sample_rate, own, mixed: Vec::new() });
        }
        let others = facts.audio.iter().filter(|other| other.index != track.index);
        Some(Source {
            track,
            joined,
            channels: facts.audio.iter().map(|one| one.channels).max().unwrap_or(channels),
            sample_rate: facts.audio.iter().map(|one| one.sample_rate).max().unwrap_or(sample_rate),
            own: facts.audio.iter().map(|one| one.bitrate.map(|rate| rate.0)).sum::<Option<f64>>().map(Kbps),
            mixed: others.map(|one| MixedTrack { stream: one.index, channels: one.channels }).collect(),
        })
    }

    /// Whether its packets may go into the result.
    fn is_copyable(&self, wishes: &Wishes) -> bool {
        self.track.is_whole_aac() && wishes.trim.is_none() && self.mixed.is_empty() && !self.joined
    }

    /// Why it is encoded again, where its codec, a trim or a mix say so; else `otherwise`.
    fn why(&self, wishes: &Wishes, otherwise: WhyEncode) -> WhyEncode {
        match self {
            _ if !self.mixed.is_empty() => WhyEncode::Mixed,
            _ if wishes.trim.is_some() => WhyEncode::Trimmed,
            _ if self.track.damaged => WhyEncode::Damaged,
            _ if self.joined => WhyEncode::Joined,
            _ if self.track.codec != "aac" => WhyEncode::Codec,
            _ => otherwise,
        }
    }

    /// The rate above which nobody hears a difference.
    fn good(&self) -> f64 {
        let samples = f64::from(self.sample_rate) / 1000.0 * GOOD_SAMPLE;
        let channels = f64::from(self.channels.clamp(1, RUNGS[0].channels));
        let behind = if self.track.codec == "aac" { 1.0 } else { BEHIND_OTHERS };
        let own = self.own.map_or(f64::INFINITY, |own| own.0 * behind);
        (GOOD_CHANNEL.min(samples) * channels).min(own).max(LOWEST.0)
    }
}

/// Decides by these rules, first match wins: no track or none wished: none. A wished rate: encode at it. AAC whose
/// rate is at most `SHARE` of all bytes, or which the video can spare (or wished copied): copy. Otherwise the best rung
/// within its own share, which is larger for the low rungs, or what the video can spare, where that is more, up to the
/// rate above which nobody hears a difference. The lowest rung is taken as long as anything watchable is left beside
/// it; else none. `below` rules out what proved too much; it never overrides a wish.
pub fn plan_audio(facts: &MediaFacts, wishes: &Wishes, room: Room, below: Option<Kbps>) -> AudioPlan {
    let Some(source) = Source::new(facts, wishes) else { return AudioPlan::None(WhyNoAudio::Silent) };
    let copyable = source.is_copyable(wishes);
    let why = source.why(wishes, WhyEncode::TooLarge);
    let may_take = (room.total.0 * SHARE).max(room.spare.0);
    match wishes.audio {
        AudioWish::None => AudioPlan::None(WhyNoAudio::Wished),
        AudioWish::Encode(bitrate) => encode_at(&source, bitrate, WhyEncode::Wished),
        AudioWish::Copy if copyable => copy(source.track),
        AudioWish::Auto
            if copyable
                && source
                    .own
                    .is_some_and(|rate| rate.0 <= may_take && below.is_none_or(|below| rate.0 < below.0)) =>
        {
            copy(source.track)
        }
        // A wished copy of what cannot be copied gets the best encode instead.
        AudioWish::Copy => encode_at(&source, Kbps(RUNGS[0].bitrate), why),
        AudioWish::Auto => {
            best_rung(&source, room, below).map_or(AudioPlan::None(WhyNoAudio::NoRoom), |rung| {
                let spare = room.spare.0.min(source.good());
                if below.is_none() && spare >= rung.bitrate {
                    return encode_at(&source, Kbps(spare.floor()), why);
                }
                // Encoding above the source's own rate only wastes bytes.
                let own = source.own.map_or(rung.bitrate, |own| own.0.max(LOWEST.0));
                let bitrate = rung.bitrate.min(own).min(source.good());
                encode(&source, Kbps(bitrate), rung, why)
            })
        }
    }
}

/// Returns better audio than `now` for `room`, which the video turned out to leave; `None` where that is as good as it
/// gets, or was wished.
pub fn raised(facts: &MediaFacts, wishes: &Wishes, room: Kbps, now: &AudioPlan) -> Option<AudioPlan> {
    let dropped = AudioPlan::None(WhyNoAudio::NoRoom);
    let squeezed = *now == dropped || matches!(now, AudioPlan::Encode { .. });
    if wishes.audio != AudioWish::Auto || !squeezed {
        return None;
    }
    let source = Source::new(facts, wishes)?;
    if source.is_copyable(wishes) && source.own.is_some_and(|own| own.0 <= room.0) {
        return Some(copy(source.track));
    }
    let rate = room.0.min(source.good()).floor();
    let gains = rate >= LOWEST.0 && rate >= now.expected().0 * WORTH_IT;
    gains.then(|| encode_at(&source, Kbps(rate), source.why(wishes, WhyEncode::TooLarge)))
}

/// Returns the audio beside a video of fixed bandwidth: the wished one, else AAC at `rate`, or the source's own packets
/// where they take no more.
pub fn beside(facts: &MediaFacts, wishes: &Wishes, rate: Kbps) -> AudioPlan {
    let Some(source) = Source::new(facts, wishes) else { return AudioPlan::None(WhyNoAudio::Silent) };
    let copyable = source.is_copyable(wishes) && source.channels <= 2;
    match wishes.audio {
        AudioWish::None => AudioPlan::None(WhyNoAudio::Wished),
        AudioWish::Encode(wished) => encode_at(&source, wished, WhyEncode::Wished),
        AudioWish::Copy if copyable => copy(source.track),
        AudioWish::Auto if copyable && source.own.is_some_and(|own| own.0 <= rate.0) => copy(source.track),
        AudioWish::Copy | AudioWish::Auto => {
            let why = match &source {
                _ if !source.mixed.is_empty() => WhyEncode::Mixed,
                _ if source.track.codec == "aac" => WhyEncode::Bandwidth,
                _ => WhyEncode::Codec,
            };
            encode_at(&source, rate, why)
        }
    }
}

/// Returns the audio of the quick recipe: the encoder's own defaults, all channels kept.
pub fn recipe_audio(facts: &MediaFacts, wishes: &Wishes) -> AudioPlan {
    let Some(source) = Source::new(facts, wishes) else { return AudioPlan::None(WhyNoAudio::Silent) };
    match wishes.audio {
        AudioWish::None => AudioPlan::None(WhyNoAudio::Wished),
        AudioWish::Encode(rate) => encode_at(&source, rate, WhyEncode::Wished),
        AudioWish::Copy if source.is_copyable(wishes) => copy(source.track),
        AudioWish::Copy | AudioWish::Auto => {
            // Several tracks are mixed as mono or stereo.
            let most = if source.mixed.is_empty() { 8 } else { 2 };
            AudioPlan::Encode {
                stream: source.track.index,
                bitrate: None,
                channels: if source.channels > most { 2 } else { source.channels },
                sample_rate: aac_sample_rate(source.sample_rate),
                source_channels: source.track.channels,
                why: if source.mixed.is_empty() { WhyEncode::Recipe } else { WhyEncode::Mixed },
                mixed: source.mixed,
            }
        }
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

/// Returns how long the chosen track plays, or the longest of those that are mixed, for budgets; the clip's length where
/// the file does not say.
pub fn audio_length(facts: &MediaFacts, wishes: &Wishes, clip: Micros) -> Micros {
    let known = |track: &&AudioFacts| wishes.trim.is_none() && track.duration.0 > 0;
    let length = if mixes_tracks(facts, wishes) {
        facts.audio.iter().filter(known).map(|track| track.duration).max()
    } else {
        chosen_track(facts).filter(known).map(|track| track.duration)
    };
    length.unwrap_or(clip)
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

fn best_rung(source: &Source<'_>, room: Room, below: Option<Kbps>) -> Option<Rung> {
    let mono_is_enough = |rung: &&Rung| source.channels > 1 || rung.bitrate <= 64.0;
    let allowed = |rung: &&Rung| below.is_none_or(|below| rung.bitrate < below.0);
    let may_take = |rung: &Rung| {
        let most = if *rung == LEAST { room.most.0 } else { 0.0 };
        (room.total.0 * rung.share).max(room.spare.0.min(source.good())).max(most)
    };
    RUNGS.iter().filter(mono_is_enough).filter(allowed).find(|rung| rung.bitrate <= may_take(rung)).copied()
}

fn encode_at(source: &Source<'_>, bitrate: Kbps, why: WhyEncode) -> AudioPlan {
    let rung = RUNGS.into_iter().find(|rung| rung.bitrate <= bitrate.0).unwrap_or(LEAST);
    encode(source, bitrate, rung, why)
}

fn encode(source: &Source<'_>, bitrate: Kbps, rung: Rung, why: WhyEncode) -> AudioPlan {
    AudioPlan::Encode {
        stream: source.track.index,
        bitrate: Some(bitrate),
        channels: source.channels.min(rung.channels).max(1),
        sample_rate: aac_sample_rate(source.sample_rate.min(rung.sample_rate)),
        source_channels: source.track.channels,
        mixed: source.mixed.clone(),
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

    fn room(total: f64, most: f64, spare: f64) -> Room {
        Room { total: Kbps(total), most: Kbps(most), spare: Kbps(spare) }
    }

    /// The codec, rate in kb/s, channels and sample rate of a track.
    fn with_track(codec: &str, rate: f64, channels: u32, sample_rate: u32) -> MediaFacts {
        let mut facts = facts(500);
        let track = &mut facts.audio[0];
        (track.codec, track.bitrate) = (codec.into(), Some(Kbps(rate)));
        (track.channels, track.sample_rate) = (channels, sample_rate);
        facts
    }

    /// The rate, channels and sample rate of an encode, a copy's rate, or why there is none.
    fn said(plan: &AudioPlan) -> String {
        match plan {
            AudioPlan::None(why) => format!("{why:?}"),
            AudioPlan::Copy { bitrate, .. } => format!("copy {}", bitrate.0),
            AudioPlan::Encode { bitrate, channels, sample_rate, .. } => {
                format!("{} {channels} {sample_rate}", bitrate.map_or(0.0, |rate| rate.0))
            }
        }
    }

    #[test]
    fn audio_gets_its_share_and_what_the_video_cannot_use() {
        const AAC: (&str, f64, u32, u32) = ("aac", 96.0, 1, 44_100);
        const STEREO: (&str, f64, u32, u32) = ("aac", 192.0, 2, 48_000);
        for (track, (total, most, spare), expected) in [
            // By its share alone.
            (AAC, (700.0, 690.0, 0.0), "copy 96"),
            (AAC, (500.0, 490.0, 0.0), "64 1 44100"),
            (STEREO, (1000.0, 990.0, 0.0), "128 2 48000"),
            (STEREO, (100.0, 90.0, 0.0), "24 1 24000"),
            (AAC, (33.0, 30.0, 0.0), "16 1 16000"),
            (AAC, (24.5, 22.0, 0.0), "12 1 16000"),
            (AAC, (17.0, 14.0, 0.0), "8 1 16000"),
            // As long as anything watchable is left.
            (AAC, (11.0, 8.5, 0.0), "8 1 16000"),
            (AAC, (11.0, 7.9, 0.0), "NoRoom"),
            // With what a calm video leaves: any rate, up to the source's own, a good one, or a copy.
            (AAC, (24.0, 22.0, 15.2), "15 1 16000"),
            (AAC, (40.0, 38.0, 31.0), "31 1 24000"),
            (AAC, (90.0, 85.0, 80.0), "64 1 44100"),
            (AAC, (110.0, 105.0, 97.0), "copy 96"),
            (STEREO, (180.0, 170.0, 150.0), "128 2 48000"),
            (STEREO, (60.0, 55.0, 50.0), "50 2 32000"),
            (("aac", 24.0, 1, 16_000), (24.0, 22.0, 20.0), "20 1 16000"),
            // A source of few samples has no use for more bits.
            (("pcm_mulaw", 64.0, 1, 8_000), (200.0, 190.0, 150.0), "32 1 8000"),
            // Codecs for speech say more with less.
            (("opus", 16.0, 1, 48_000), (80.0, 70.0, 60.0), "32 1 32000"),
            (("ac3", 448.0, 6, 48_000), (300.0, 290.0, 200.0), "128 2 48000"),
        ] {
            let (codec, rate, channels, sample_rate) = track;
            let facts = with_track(codec, rate, channels, sample_rate);
            let plan = plan_audio(&facts, &Wishes::default(), room(total, most, spare), None);
            assert_eq!(said(&plan), expected, "{track:?} {total} {most} {spare}");
        }
    }

    #[test]
    fn what_proved_too_much_gives_way_rung_by_rung() {
        let facts = with_track("aac", 96.0, 1, 44_100);
        let mut below = None;
        let mut rates = Vec::new();
        while let AudioPlan::Encode { bitrate: Some(rate), .. } =
            plan_audio(&facts, &Wishes::default(), room(200.0, 190.0, 20.0), below)
        {
            rates.push(rate.0);
            below = Some(rate);
        }
        assert_eq!(rates, [32.0, 24.0, 16.0, 12.0, 8.0]);
    }

    #[test]
    fn audio_is_raised_to_what_is_left() {
        let stereo = with_track("aac", 192.0, 2, 48_000);
        let dropped = || AudioPlan::None(WhyNoAudio::NoRoom);
        let at = |rate| {
            let wishes = Wishes { audio: AudioWish::Encode(Kbps(rate)), ..Wishes::default() };
            plan_audio(&stereo, &wishes, room(0.0, 0.0, 0.0), None)
        };
        let auto = AudioWish::Auto;
        for (wish, now, room, expected) in [
            (auto, dropped(), 7.9, None),
            (auto, dropped(), 9.5, Some("9 1 16000")),
            (auto, dropped(), 70.0, Some("70 2 48000")),
            (auto, dropped(), 500.0, Some("copy 192")),
            (auto, at(16.0), 16.9, None),
            (auto, at(16.0), 17.9, Some("17 1 16000")),
            (auto, at(128.0), 191.0, None),
            (auto, at(128.0), 193.0, Some("copy 192")),
            (auto, AudioPlan::None(WhyNoAudio::Undecodable), 500.0, None),
            (AudioWish::Encode(Kbps(16.0)), at(16.0), 500.0, None),
            (AudioWish::None, AudioPlan::None(WhyNoAudio::Wished), 500.0, None),
        ] {
            let wishes = Wishes { audio: wish, ..Wishes::default() };
            let better = raised(&stereo, &wishes, Kbps(room), &now);
            assert_eq!(better.as_ref().map(said).as_deref(), expected, "{now:?} {room}");
        }
    }

    #[test]
    fn several_tracks_are_mixed_where_that_is_wished() {
        let mut facts = with_track("aac", 96.0, 1, 44_100);
        let second = AudioFacts {
            index: 2,
            channels: 2,
            sample_rate: 48_000,
            duration: facts.audio[0].duration + seconds(3),
            default: false,
            ..facts.audio[0].clone()
        };
        facts.audio.push(second);
        let mix = |audio| Wishes { tracks: Tracks::Mix, audio, ..Wishes::default() };
        let first = |audio| Wishes { audio, ..Wishes::default() };
        let clip = facts.video.duration;
        for (wishes, expected, mixed, longer) in [
            (first(AudioWish::Auto), "copy 96", 0, 0),
            (mix(AudioWish::Auto), "128 2 48000", 1, 3),
            (mix(AudioWish::Copy), "128 2 48000", 1, 3),
            (mix(AudioWish::Encode(Kbps(32.0))), "32 1 32000", 1, 3),
            (mix(AudioWish::None), "Wished", 0, 0),
        ] {
            let plan = plan_audio(&facts, &wishes, room(2000.0, 1900.0, 0.0), None);
            let others = match &plan {
                AudioPlan::Encode { mixed, .. } => mixed.len(),
                AudioPlan::Copy { .. } | AudioPlan::None(_) => 0,
            };
            assert_eq!((said(&plan).as_str(), others), (expected, mixed), "{wishes:?}");
            assert_eq!(audio_length(&facts, &wishes, clip), clip + seconds(longer), "{wishes:?}");
        }
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
            let audio = plan_audio(&facts, &Wishes::default(), room(2000.0, 2000.0, 0.0), None);
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
