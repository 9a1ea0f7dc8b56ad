//! The command line of a push. ffmpeg's options for video and colours are those of `step::ffmpeg`.

use super::{LiveSource, Protocol, Push};
use crate::plan::audio::AudioPlan;
use crate::step::ffmpeg::{
    Arguments, Tones, capped, deinterlace, fill_frame, mix, seconds, tag_with, whole_bits,
};
use crate::step::x264::gop_options;
use crate::units::Micros;

/// How often a push reports its progress, in seconds.
const TOLD_EVERY: u32 = 1;

/// How long RTMP's connection may take no byte, in microseconds, before it counts as lost.
const DEAF: u32 = 10_000_000;

/// Encodes at the pace of the clock and sends it to where `push` goes, whose address is the last argument. `file` is
/// the clip's name, and `from` where it begins.
pub fn publish(push: &Push, file: &str, from: Micros) -> Vec<String> {
    let rung = push.rung;
    let (protocol, cap) = (push.to.protocol(), rung.cap());
    let arguments = Arguments::new("-hide_banner -nostats -loglevel warning -progress pipe:1")
        .pair("-stats_period", TOLD_EVERY);
    let audio_rate = push.audio_rate();
    let arguments = match &push.source {
        LiveSource::TestPattern => {
            let rate = rung.frame_rate;
            let (above, below) = (rate.numerator(), rate.denominator());
            let format = format!("testsrc2=size={}x{}:rate={above}/{below}", rung.width, rung.height);
            let arguments = arguments.words("-re -f lavfi").pair("-i", format);
            match audio_rate {
                Some(_) => arguments
                    .words("-re -f lavfi -i sine=frequency=440:sample_rate=48000 -map 0:v:0 -map 1:a:0"),
                None => arguments.words("-map 0:v:0"),
            }
        }
        LiveSource::Clip(clip) => {
            let arguments = arguments.words("-re");
            let arguments = if push.looped { arguments.words("-stream_loop -1") } else { arguments };
            let arguments = if from.0 > 0 { arguments.pair("-ss", seconds(from)) } else { arguments };
            let mut chain = Vec::new();
            deinterlace(&clip.conversion, &mut chain);
            let rate = rung.frame_rate;
            chain.push(format!("fps=fps={}/{}", rate.numerator(), rate.denominator()));
            fill_frame(&clip.conversion, clip.format, Tones::Filters, &mut chain);
            let arguments = arguments.words("-max_error_rate 1").pair("-i", file);
            let arguments = arguments.pair("-map", format!("0:{}", clip.stream));
            let arguments = match clip.audio {
                AudioPlan::Encode { stream, source_channels, .. } if audio_rate.is_some() => arguments
                    .pair("-map", format!("0:{stream}"))
                    .pair("-af", format!("{}aresample=async=1:first_pts=0", mix(source_channels))),
                _ => arguments,
            };
            let arguments = arguments.pair("-vf", chain.join(","));
            tag_with(arguments, &clip.conversion.colour)
        }
    };
    let arguments = arguments
        .words("-sn -dn -map_metadata -1 -map_chapters -1")
        .words("-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p")
        .pair("-b:v", whole_bits(cap.rate));
    let gop = gop_options(rung.keyframe_distance());
    let arguments = capped(arguments, cap).pair("-x264-params", gop.join(":"));
    let arguments = match audio_rate {
        Some(rate) => arguments
            .pair("-c:a", protocol.audio_encoder())
            .pair("-b:a", whole_bits(rate))
            .words("-ac 2 -ar 48000"),
        None => arguments,
    };
    let arguments = match protocol {
        // A live stream has no length to be written afterwards.
        Protocol::Rtmp | Protocol::Rtmps => {
            arguments.pair("-rw_timeout", DEAF).words("-flvflags no_duration_filesize -f flv")
        }
        Protocol::Srt => arguments.words("-f mpegts"),
        Protocol::Whip => match push.to.bearer() {
            Some(token) => arguments.pair("-authorization", token).words("-f whip"),
            None => arguments.words("-f whip"),
        },
    };
    let mut arguments = arguments.0;
    arguments.push(push.to.address().to_owned());
    arguments
}
