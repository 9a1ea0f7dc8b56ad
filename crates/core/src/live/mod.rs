//! A rung pushed live: what is pushed, and the command line that does it. Where it goes is `destination`'s, what happens when the
//! far end goes away `reconnect`'s. Knows no process, network or clock.

pub mod destination;
mod push;
pub mod reconnect;

pub use destination::{AddressTrouble, Destination, Protocol};
pub use push::publish;

use crate::clip::facts::MediaFacts;
use crate::clip::format::Picture;
use crate::plan::audio::{self, AudioPlan};
use crate::plan::picture;
use crate::plan::{self, Conversion};
use crate::units::{FrameRate, Kbps, Micros};
use crate::wishes::ladder::{self, Rung};
use crate::wishes::{AudioWish, Wishes};

/// The test pattern's size and frame rate where no rung is named.
const USUAL: ((u32, u32), u32) = ((1280, 720), 25);

/// One push.
#[derive(Debug, Clone)]
pub struct Push {
    /// What is shown.
    pub source: Source,
    /// The format, which nothing exceeds.
    pub rung: Rung,
    /// A clip begins again at its end.
    pub looped: bool,
    /// Without sound.
    pub mute: bool,
    /// Where it goes.
    pub to: Destination,
}

/// What is shown.
#[derive(Debug, Clone)]
pub enum Source {
    /// Moving bars, a running clock and a tone, without end.
    TestPattern,
    /// A clip.
    Clip(Box<LiveClip>),
}

/// A clip, as far as a push needs to know it.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveClip {
    /// Index of its picture in the file.
    pub stream: u32,
    /// Size and rate of what is pushed.
    pub picture: Picture,
    /// Conversions on the way there.
    pub conversion: Conversion,
    /// Its sound, always encoded again.
    pub audio: AudioPlan,
    /// How long it is.
    pub duration: Micros,
}

impl Push {
    /// A push of this clip; without a wished rung on the best one below it.
    pub fn of_clip(facts: &MediaFacts, wished: Option<Rung>, to: Destination) -> Push {
        let source = facts.video.display_size();
        let rung = ladder::of_source(wished, source, facts.video.frame_rate);
        let picture = Picture { width: rung.width, height: rung.height, frame_rate: rung.frame_rate };
        let mut conversion = plan::conversion(&facts.video, picture);
        conversion.inside = picture::inside(source, (picture.width, picture.height));
        // Packets that are copied begin where they like after a seek.
        let wishes = Wishes { audio: AudioWish::Encode(rung.sound()), ..Wishes::default() };
        let clip = LiveClip {
            stream: facts.video.index,
            picture,
            conversion,
            audio: audio::beside(facts, &wishes, rung.sound()),
            duration: facts.video.start + facts.video.duration,
        };
        Push { source: Source::Clip(Box::new(clip)), rung, looped: false, mute: false, to }
    }

    /// A push of the test pattern.
    pub fn of_test_pattern(wished: Option<Rung>, to: Destination) -> Push {
        let (size, rate) = USUAL;
        let rung = wished.unwrap_or_else(|| ladder::below(size, FrameRate::whole(rate)));
        Push { source: Source::TestPattern, rung, looped: false, mute: false, to }
    }

    /// The rate of the sound; `None` without.
    pub fn sound(&self) -> Option<Kbps> {
        let there = match &self.source {
            Source::TestPattern => true,
            Source::Clip(clip) => clip.audio.stream().is_some(),
        };
        (there && !self.mute).then(|| self.rung.sound())
    }

    /// How long the clip is once; `None` for the pattern, which has no end.
    pub fn clip_length(&self) -> Option<Micros> {
        match &self.source {
            Source::Clip(clip) => Some(clip.duration),
            Source::TestPattern => None,
        }
    }
}

/// `ffmpeg` with these arguments as a shell takes it, every secret of the destination hidden. For people to read.
pub fn shown_command(arguments: &[String], to: &Destination) -> String {
    let words = arguments.iter().map(|argument| quoted(&to.conceal(argument)));
    std::iter::once("ffmpeg".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// The command line that pushes a clip on `rung`, with an address for this protocol to be filled in.
pub fn publish_command(rung: Rung, protocol: Protocol) -> String {
    format!("clipfit publish clip.mp4 --rung {rung} --to {}", quoted(protocol.example()))
}

/// As one word of a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@,+%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(address: &str) -> Destination {
        Destination::parse(address).unwrap_or_else(|why| panic!("{address}: {why:?}"))
    }

    fn command(push: &Push, from: f64) -> String {
        publish(push, "clip.mp4", Micros::from_seconds(from)).join(" ")
    }

    #[test]
    fn the_published_rule_holds_live() {
        let rung = ladder::parse("256x144@4");
        let push = Push::of_test_pattern(rung, to("rtmp://127.0.0.1:1935/live/key"));
        let said = command(&push, 7.0);
        for part in [
            "-re -f lavfi -i testsrc2=size=256x144:rate=4/1 -re -f lavfi -i sine",
            "-preset ultrafast -tune zerolatency -pix_fmt yuv420p -b:v 20000 -maxrate 20000 -bufsize 5000",
            "-x264-params keyint=12:min-keyint=12:scenecut=0 -c:a aac -b:a 64000",
            "-f flv rtmp://127.0.0.1:1935/live/key",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!said.contains("-ss"), "a pattern begins anew: {said}");
        let mute = Push { mute: true, ..push };
        assert!(!command(&mute, 0.0).contains("-c:a") && !command(&mute, 0.0).contains("sine"));
    }

    #[test]
    fn a_clip_fills_the_frame_without_distortion_and_goes_on_where_it_was() {
        let mut facts = crate::testing::facts(100);
        (facts.video.width, facts.video.height) = (640, 480);
        let push = Push::of_clip(&facts, ladder::parse("1024x576@12"), to("srt://127.0.0.1:8890"));
        let said = command(&push, 12.5);
        for part in [
            "-re -ss 12.500000 -max_error_rate 1 -i clip.mp4 -map 0:",
            "fps=fps=12/1,scale=768:576:",
            "pad=1024:576:128:0",
            "-f mpegts srt://127.0.0.1:8890?pkt_size=1316",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let standing = MediaFacts {
            video: crate::clip::facts::VideoFacts { width: 480, height: 640, ..facts.video.clone() },
            ..facts
        };
        let push = Push::of_clip(&standing, ladder::parse("1024x576@12"), to("https://127.0.0.1/whip"));
        assert_eq!((push.rung.width, push.rung.height), (576, 1024));
        let looped = Push { looped: true, ..push };
        let said = command(&looped, 0.0);
        assert!(
            said.contains("-re -stream_loop -1 -max_error_rate")
                && said.contains("-f whip https://127.0.0.1/whip"),
            "{said}"
        );
    }

    #[test]
    fn commands_are_shown_without_secrets() {
        let push =
            Push::of_test_pattern(ladder::parse("256x144@4"), to("srt://h:8890?streamid=publish:NAME"));
        let shown = shown_command(&publish(&push, "clip.mp4", Micros(0)), &push.to);
        assert!(shown.ends_with("-f mpegts 'srt://h:8890?streamid=***&pkt_size=1316'"), "{shown}");
        let rung = ladder::parse("512x228@25");
        let said =
            rung.map(|rung| [Protocol::Rtmp, Protocol::Srt].map(|protocol| publish_command(rung, protocol)));
        assert_eq!(
            said,
            Some([
                "clipfit publish clip.mp4 --rung 512x228@25 --to rtmp://HOST:1935/live/NAME".to_owned(),
                "clipfit publish clip.mp4 --rung 512x228@25 --to 'srt://HOST:8890?streamid=publish:NAME'"
                    .to_owned(),
            ])
        );
    }
}
