//! A rung pushed live: what is pushed, and the command line that does it. Where it goes is `address`'s, what
//! happens when the connection is lost is `reconnect`'s. Knows no process, network or clock.

pub mod address;
#[cfg(feature = "planner")]
mod push;
#[cfg(feature = "planner")]
pub mod reconnect;
mod shell;
#[cfg(feature = "planner")]
mod subject;

pub use address::{Address, AddressError, Protocol};
#[cfg(feature = "planner")]
pub use push::publish;
#[cfg(feature = "planner")]
pub(crate) use shell::quoted;
pub use shell::{publish_command, shown_command};
#[cfg(feature = "planner")]
pub use subject::{LiveClip, LiveSource, Push};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::facts::MediaFacts;
    use crate::units::Micros;
    use crate::wishes::ladder;

    fn to(address: &str) -> Address {
        Address::parse(address).unwrap_or_else(|why| panic!("{address}: {why:?}"))
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
