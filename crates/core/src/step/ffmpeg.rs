//! ffmpeg's arguments for every step of a plan. The only place that spells ffmpeg options.
//! The same arguments serve the WebAssembly core and a native ffmpeg of the 5.1 line or later.

use crate::clip::facts::{Colour, Field};
use crate::clip::format::VideoFormat;
use crate::clip::look::{self, Keyframes, SAME_SHAPE};
use crate::clip::metadata::Captured;
use crate::clip::rotation::Rotation;
use crate::machine::NativeEncoder;
use crate::machine::Preset;
use crate::plan::audio::{AudioPlan, MixedTrack};
use crate::plan::chunks::Chunk;
use crate::plan::types::Upright;
use crate::plan::{Conversion, EncodePlan, RemuxPlan};
use crate::step::files::{
    AUDIO_FILE, CHUNK_FILE, CLIP, CONTINUOUS_FILE, FRAMES_FILE, HEARD_FILE, LIST_FILE, PROBE_FILE,
    RESULT_FILE, SHOWN_FILE, STATS, STATS_FILE, TONES_FILE, WATCHED_FILE, chunk_name,
};
use crate::step::tones::Hdr;
use crate::step::watch::SampleStep;
use crate::step::webcodecs::ListenStep;
use crate::step::x264::{self as encoder, Pass, Passes};
use crate::units::{Kbps, Micros};
use crate::wishes::ladder::Cap;

pub(crate) struct Arguments(pub(crate) Vec<String>);

impl Arguments {
    pub(crate) fn new(words: &str) -> Arguments {
        Arguments(Vec::new()).words(words)
    }

    pub(crate) fn words(mut self, words: &str) -> Arguments {
        self.0.extend(words.split_whitespace().map(str::to_owned));
        self
    }

    /// Adds one word, whatever it holds.
    pub(crate) fn word(mut self, word: &str) -> Arguments {
        self.0.push(word.to_owned());
        self
    }

    pub(crate) fn pair(mut self, name: &str, value: impl ToString) -> Arguments {
        self.0.push(name.to_owned());
        self.0.push(value.to_string());
        self
    }
}

/// Reads a chunk's frames, in the result's size and on its grid.
fn read_chunk(plan: &EncodePlan, chunk: &Chunk, arguments: Arguments) -> Arguments {
    let arguments = open_clip(chunk, arguments)
        .pair("-map", format!("0:{}", plan.stream))
        .words("-an -sn -dn")
        .pair("-vf", filters(plan, chunk, Tones::Table));
    frames_of(arguments, chunk)
}

/// Opens the clip where decoding a chunk begins.
fn open_clip(chunk: &Chunk, arguments: Arguments) -> Arguments {
    begin_at(chunk, arguments).words("-copyts -reinit_filter 0 -max_error_rate 1").pair("-i", CLIP)
}

/// Goes to where decoding a chunk begins.
pub(crate) fn begin_at(chunk: &Chunk, arguments: Arguments) -> Arguments {
    match chunk.seek {
        // Every frame from the keyframe on reaches the filters: `fps` needs the one before the chunk's first slot.
        Some(seek) => arguments.words("-noaccurate_seek").pair("-ss", seconds(seek)),
        None => arguments,
    }
}

/// Takes as many frames as the chunk has, each once.
fn frames_of(arguments: Arguments, chunk: &Chunk) -> Arguments {
    arguments.pair("-frames:v", chunk.frames).words("-fps_mode passthrough")
}

/// Decodes one chunk into `FRAMES_FILE`, for x264 alone.
pub fn decode_chunk(plan: &EncodePlan, chunk: &Chunk) -> Vec<String> {
    read_chunk(plan, chunk, Arguments::new("-hide_banner -nostats"))
        .words("-c:v rawvideo -f rawvideo")
        .words(FRAMES_FILE)
        .0
}

/// What a native ffmpeg may do beyond the one for WebAssembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Native {
    /// x264's threads.
    pub threads: usize,
    /// Where frames come from, and whether they stay.
    pub frames: FrameSource,
}

/// Where a native x264 gets its frames from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameSource {
    /// Decoded for this pass.
    Decoded,
    /// Decoded, and kept in `FRAMES_FILE` for other passes.
    Kept,
    /// Read from `FRAMES_FILE`.
    FromFile,
}

/// Encodes one chunk with the x264 inside ffmpeg.
pub fn encode_chunk(plan: &EncodePlan, chunk: &Chunk, pass: Pass, native: Option<Native>) -> Vec<String> {
    let arguments = Arguments::new("-hide_banner -nostats -progress pipe:1");
    // The decoder is quick beside x264: threads of its own cost more than they gain.
    let arguments =
        if native.is_some() { arguments.words("-threads 1 -filter_threads 1") } else { arguments };
    let frames = native.map_or(FrameSource::Decoded, |native| native.frames);
    let arguments = match frames {
        FrameSource::Decoded => read_chunk(plan, chunk, arguments),
        FrameSource::Kept => {
            let graph =
                format!("[0:{}]{},split[video][frames]", plan.stream, filters(plan, chunk, Tones::Table));
            let arguments = open_clip(chunk, arguments).pair("-filter_complex", graph);
            frames_of(arguments.words("-map [video]"), chunk)
        }
        FrameSource::FromFile => frames_of(read_frames(plan, arguments), chunk),
    };
    let arguments = arguments.words("-c:v libx264").pair("-preset", plan.preset.name());
    let arguments = match native {
        // Frames from a file do not say where their chroma stands: chunks made of both must not differ in their
        // headers.
        Some(native) => {
            arguments.pair("-threads", native.threads).words("-chroma_sample_location unspecified")
        }
        None => arguments,
    };
    // Headers must not depend on a chunk's content or rate: all chunks share one set in the result.
    let headers = vec!["stitchable=1".to_owned(), format!("level={}", encoder::level_name(plan))];
    let arguments = x264_pass(arguments, plan, pass, headers);
    let arguments = match pass {
        Pass::First(_) => arguments.words("-f null -"),
        _ => arguments.words("-tag:v avc1 -f mp4").words(CHUNK_FILE),
    };
    match frames {
        FrameSource::Kept => frames_of(arguments.words("-map [frames]"), chunk)
            .words("-c:v rawvideo -f rawvideo")
            .words(FRAMES_FILE),
        FrameSource::Decoded | FrameSource::FromFile => arguments,
    }
    .0
}

/// Says how x264 spends bytes in this pass, with these of its own options before those of the pass.
pub(crate) fn x264_pass(
    arguments: Arguments,
    plan: &EncodePlan,
    pass: Pass,
    mut x264: Vec<String>,
) -> Arguments {
    x264.extend(plan.keyframe_distance.into_iter().flat_map(encoder::gop_options));
    x264.extend(encoder::pass_options(plan.preset, pass).iter().map(|&option| option.to_owned()));
    let high = "-profile:v high";
    let arguments = match pass {
        Pass::First(rate) | Pass::Second(rate) => arguments
            .words(high)
            .pair("-b:v", whole_bits(rate))
            .pair("-pass", if matches!(pass, Pass::First(_)) { 1 } else { 2 })
            .pair("-passlogfile", STATS),
        Pass::Quality(crf) => arguments.pair("-crf", (crf * 100.0).round() / 100.0),
        Pass::Capped(cap) => capped(arguments.pair("-b:v", whole_bits(cap.rate)).words(high), cap),
        Pass::Constrained(crf, cap) => capped(arguments.pair("-crf", crf).words(high), cap),
    };
    let arguments = if x264.is_empty() { arguments } else { arguments.pair("-x264-params", x264.join(":")) };
    tag_colours(arguments, plan)
}

/// Reads `FRAMES_FILE` as it was written.
fn read_frames(plan: &EncodePlan, arguments: Arguments) -> Arguments {
    let rate = plan.grid.rate;
    arguments
        .words("-f rawvideo -pixel_format yuv420p")
        .pair("-video_size", format!("{}x{}", plan.format.width, plan.format.height))
        .pair("-framerate", format!("{}/{}", rate.numerator(), rate.denominator()))
        .pair("-i", FRAMES_FILE)
        .words("-vf setsar=1")
}

/// Encodes `chunk` with x265: the first pass at about this rate, the second spending it. The multi-thread core has 32
/// threads and hangs if one more is wanted: x265 would take as many as there are processors.
pub fn encode_x265(plan: &EncodePlan, chunk: &Chunk, pass: Passes, rate: Kbps) -> Vec<String> {
    let arguments = Arguments::new("-hide_banner -nostats -progress pipe:1")
        .words("-cpucount 2 -filter_threads 1 -threads 2");
    let number = if pass == Passes::First { 1 } else { 2 };
    let arguments = read_chunk(plan, chunk, arguments)
        .words("-c:v libx265 -threads 4")
        .pair("-preset", plan.preset.name())
        .pair("-b:v", whole_bits(rate))
        .pair("-x265-params", format!("pass={number}:stats={STATS_FILE}:pools=8"));
    let arguments = tag_colours(arguments, plan);
    match pass {
        Passes::First => arguments.words("-f null -"),
        // Each packet is written at once: a sign of life to whoever waits.
        _ => arguments
            .pair("-tag:v", plan.codec.sample_entry())
            .words("-flush_packets 1 -f mp4")
            .words(CHUNK_FILE),
    }
    .0
}

/// Holds x264 to `cap`.
pub(crate) fn capped(arguments: Arguments, cap: Cap) -> Arguments {
    arguments.pair("-maxrate", whole_bits(cap.rate)).pair("-bufsize", u64::from(cap.buffer) * 1000)
}

/// Bits per second: x264 takes whole kilobits and would cut the rest off.
pub(crate) fn whole_bits(rate: Kbps) -> u64 {
    rate.0.round().max(1.0) as u64 * 1000
}

/// Encodes `chunk`, which is the whole clip, in one pass at this rate with an encoder of a native ffmpeg other than
/// x264.
pub fn encode_other(
    plan: &EncodePlan,
    encoder: NativeEncoder,
    chunk: &Chunk,
    pass: Passes,
    rate: Kbps,
) -> Vec<String> {
    let arguments = read_chunk(plan, chunk, Arguments::new("-hide_banner -nostats -progress pipe:1"));
    let arguments = other_pass(arguments, plan, encoder, pass, rate);
    match pass {
        Passes::First => arguments.words("-f null -"),
        _ => arguments.pair("-tag:v", plan.codec.sample_entry()).words("-f mp4").words(CHUNK_FILE),
    }
    .0
}

/// Says how an encoder other than x264 encodes in this pass.
pub(crate) fn other_pass(
    arguments: Arguments,
    plan: &EncodePlan,
    encoder: NativeEncoder,
    pass: Passes,
    rate: Kbps,
) -> Arguments {
    let number = if pass == Passes::First { 1 } else { 2 };
    // How thorough: the encoders' own scales, at about the time that x264's presets of these names stand for beside
    // each other.
    let pick = |superfast: u32, veryfast: u32, medium: u32| match plan.preset {
        Preset::Ultrafast | Preset::Superfast => superfast,
        Preset::Veryfast => veryfast,
        Preset::Medium => medium,
    };
    let arguments = arguments.pair("-c:v", encoder.name()).pair("-b:v", whole_bits(rate));
    let passes = |arguments: Arguments| arguments.pair("-pass", number).pair("-passlogfile", STATS);
    // A keyframe every ten seconds or so, for seeking; the encoders choose their own at scene cuts.
    let apart = (plan.grid.rate.per_second() * 10.0).round().max(1.0) as u64;
    let arguments = match encoder {
        NativeEncoder::X265 => {
            let x265 = format!("log-level=error:pass={number}:stats={STATS_FILE}:slow-firstpass=0");
            arguments.pair("-preset", plan.preset.name()).pair("-x265-params", x265)
        }
        NativeEncoder::Vpx => passes(arguments)
            .words("-deadline good -row-mt 1 -auto-alt-ref 1 -lag-in-frames 25")
            .pair("-cpu-used", if pass == Passes::First { 4 } else { pick(5, 4, 2) }),
        NativeEncoder::SvtAv1 => arguments.pair("-preset", pick(10, 8, 6)),
        NativeEncoder::Aom => passes(arguments)
            .words("-usage good -row-mt 1 -lag-in-frames 35")
            .pair("-cpu-used", if pass == Passes::First { 6 } else { pick(8, 6, 4) }),
    };
    tag_colours(arguments.pair("-g", apart), plan)
}

fn tag_colours(arguments: Arguments, plan: &EncodePlan) -> Arguments {
    tag_with(arguments, &plan.conversion.colour)
}

pub(crate) fn tag_with(mut arguments: Arguments, colour: &Colour) -> Arguments {
    let tags = [
        ("-color_primaries", &colour.primaries),
        ("-color_trc", &colour.transfer),
        ("-colorspace", &colour.matrix),
    ];
    for (name, value) in tags {
        if let Some(value) = value {
            // ffprobe and ffmpeg's options name two transfer curves differently.
            let value = match (name, value.as_str()) {
                ("-color_trc", "bt470m") => "gamma22",
                ("-color_trc", "bt470bg") => "gamma28",
                (_, other) => other,
            };
            arguments = arguments.pair(name, value);
        }
    }
    arguments.words("-color_range tv")
}

/// Returns the filters from source frames to the chunk's frames. ffmpeg itself has applied the rotation before.
pub(crate) fn filters(plan: &EncodePlan, chunk: &Chunk, tones: Tones) -> String {
    let conversion = &plan.conversion;
    let format = plan.format;
    let mut chain: Vec<String> = Vec::new();
    deinterlace(conversion, &mut chain);
    chain.push(format!(
        "fps=fps={}/{}:start_time={}:round=near:eof_action=pass",
        plan.grid.rate.numerator(),
        plan.grid.rate.denominator(),
        seconds(plan.zero + plan.grid.time_of(chunk.anchor))
    ));
    // Slots between the anchor and the chunk hold references to one frame and cost nothing.
    if chunk.first > chunk.anchor {
        chain.push(format!("trim=start_frame={}", chunk.first - chunk.anchor));
    }
    // A last frame that is shown longer than one slot fills the grid to its end.
    chain.push("tpad=stop_mode=clone:stop=-1".into());
    fill_frame(conversion, format, tones, &mut chain);
    chain.push("setpts=PTS-STARTPTS".into());
    chain.join(",")
}

/// Turns fields into whole frames.
pub(crate) fn deinterlace(conversion: &Conversion, chain: &mut Vec<String>) {
    if !conversion.deinterlace {
        return;
    }
    if conversion.resized {
        // yadif takes every frame for as large as the first. Fields are scaled each by itself.
        let (width, height) = conversion.source;
        chain.push(format!("scale={width}:{height}:interl=1"));
    }
    chain.push(match conversion.first_field {
        None => "yadif=deint=interlaced".into(),
        Some(Field::Top) => "yadif=deint=all:parity=tff".into(),
        Some(Field::Bottom) => "yadif=deint=all:parity=bff".into(),
    });
}

/// Fits frames of any shape into this size, black around them. Shapes that differ by rounding fill it. The filter `scale`
/// follows frames that change.
fn fit(width: u32, height: u32, how: &str, chain: &mut Vec<String>) {
    let (same, wide) =
        (format!("lt(abs(dar*{height}/{width}-1),{SAME_SHAPE})"), format!("gt(dar*{height},{width})"));
    let across = format!("if({same},{width},if({wide},{width},max(2,2*round({height}*dar/2))))");
    let down = format!("if({same},{height},if({wide},max(2,2*round({width}/dar/2)),{height}))");
    chain.push(format!("scale=w='{across}':h='{down}':eval=frame:{how}"));
    chain.push(format!("pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:eval=frame"));
}

/// Keeps a part of upright frames, and turns it.
fn frame(Upright { same, crop: part, turn, mirrored }: Upright, chain: &mut Vec<String>) {
    if let Some((width, height)) = same {
        chain.push(format!("scale={width}:{height}"));
    }
    chain.extend(part.map(crop));
    let turned = match turn {
        Rotation::None => None,
        Rotation::Right => Some("transpose=clock"),
        Rotation::Half => Some("hflip,vflip"),
        Rotation::Left => Some("transpose=cclock"),
    };
    chain.extend(turned.into_iter().chain(mirrored.then_some("hflip")).map(str::to_owned));
}

fn crop([left, top, width, height]: [u32; 4]) -> String {
    format!("crop={width}:{height}:{left}:{top}")
}

/// How ffmpeg maps HDR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tones {
    /// As Clipfit does everywhere, by the table that is among the inputs.
    Table,
    /// By filters alone, for commands that people can run themselves.
    Filters,
}

/// Brings whole frames to the result's size, colours and samples, black around a video of another shape.
pub(crate) fn fill_frame(
    conversion: &Conversion,
    format: VideoFormat,
    tones: Tones,
    chain: &mut Vec<String>,
) {
    let range = if conversion.full_range { ":out_range=tv" } else { "" };
    let matrix = if conversion.rgb { ":out_color_matrix=bt709" } else { "" };
    let [left, top, width, height] = conversion.place(format);
    if let Some(upright) = conversion.upright() {
        frame(upright, chain);
    }
    if conversion.fits_each() {
        fit(width, height, &format!("flags=bicubic{range}{matrix}"), chain);
    } else {
        chain.push(format!("scale={width}:{height}:flags=bicubic{range}{matrix}"));
    }
    if let Some(hdr) = Hdr::of(conversion) {
        tone_map(hdr, tones, chain);
    }
    chain.push("format=yuv420p,setsar=1".into());
    if (width, height) != (format.width, format.height) {
        chain.push(format!("pad={}:{}:{left}:{top}", format.width, format.height));
    }
}

/// Maps HDR to SDR, after scaling, since every pixel costs much. With 10 bits instead of 16, RGB is no faster.
fn tone_map(hdr: Hdr, tones: Tones, chain: &mut Vec<String>) {
    let Hdr { transfer, matrix, primaries, .. } = hdr;
    chain.push(format!("setparams=color_trc={transfer}:colorspace={matrix}:color_primaries={primaries}"));
    match tones {
        Tones::Table => {
            chain.push("scale=flags=bicubic+accurate_rnd+full_chroma_int,format=gbrp16le".into());
            chain.push(format!("lut3d=file={TONES_FILE}:interp=tetrahedral"));
            chain.push("scale=flags=bicubic:out_color_matrix=bt709:out_range=tv".into());
        }
        // Linear light, BT.709 primaries, Hable's curve, BT.709.
        Tones::Filters => {
            chain.push("zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709".into());
            chain.push("tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv".into());
        }
    }
}

/// Returns the mix of more than eight channels, for which ffmpeg has no default.
pub(crate) fn mix(source_channels: u32) -> &'static str {
    if source_channels > 8 { "pan=stereo|c0=c0|c1=c1," } else { "" }
}

/// Places audio from `from` on. Silence fills gaps and a late start, so that the audio stays where it belongs.
pub(crate) fn in_place(source_channels: u32, from: Micros, joined: bool) -> String {
    let mix = mix(source_channels);
    // Where parts meet, the overlaps of several add up.
    let apart = if joined { 0.01 } else { 0.1 };
    format!("{mix}asetpts=PTS-({})/TB,aresample=async=1:min_hard_comp={apart}:first_pts=0", seconds(from))
}

/// Sums tracks as `[mixed]`. Each keeps its level: `amix` by itself would halve two voices, and raise one again where
/// the other ends. Where the sum is louder than there is room for, a limiter holds the peaks down for some
/// milliseconds, and nothing clips; its own gain is off.
pub(crate) fn mix_tracks(
    tracks: &[MixedTrack],
    channels: u32,
    sample_rate: u32,
    from: Micros,
    joined: bool,
) -> String {
    let layout = if channels == 1 { "mono" } else { "stereo" };
    let each: String = tracks
        .iter()
        .enumerate()
        .map(|(index, track)| {
            let placed = in_place(track.channels, from, joined);
            format!(
                "[0:{}]{placed},aformat=sample_rates={sample_rate}:channel_layouts={layout}[track{index}];",
                track.stream
            )
        })
        .collect();
    let inputs: String = (0..tracks.len()).map(|index| format!("[track{index}]")).collect();
    let sum = format!("amix=inputs={}:duration=longest:dropout_transition=0:normalize=0", tracks.len());
    format!("{each}{inputs}{sum},alimiter=limit=0.9:level=0[mixed]")
}

/// Encodes the audio.
pub fn make_audio(plan: &EncodePlan) -> Option<Vec<String>> {
    // The file's own timestamps: ffmpeg's zero would depend on which streams a command uses.
    let arguments = Arguments::new("-hide_banner -nostats -progress pipe:1 -copyts");
    let input = |arguments: Arguments, stream: u32| {
        let below = below_zero(plan);
        let arguments = if below.0 < 0 && matches!(plan.audio, AudioPlan::Copy { .. }) {
            arguments.pair("-itsoffset", seconds(Micros(0) - below))
        } else {
            arguments
        };
        arguments.pair("-i", CLIP).pair("-map", format!("0:{stream}")).words("-vn -sn -dn")
    };
    let arguments = match &plan.audio {
        AudioPlan::None(_) => return None,
        AudioPlan::Copy { stream, .. } => input(arguments, *stream).words("-c:a copy"),
        AudioPlan::Encode { stream, bitrate, channels, sample_rate, source_channels, mixed, .. } => {
            let (from, length) = match plan.trim {
                Some((start, end)) => (start, Some(end - start)),
                None => (Micros(0), None),
            };
            let mut arguments = arguments;
            if from.0 > 0 {
                arguments = arguments.pair("-ss", seconds(from));
            }
            if let Some(length) = length {
                arguments = arguments.pair("-t", seconds(length));
            }
            let from = plan.zero + from;
            let arguments = if mixed.is_empty() {
                input(arguments, *stream).pair("-af", in_place(*source_channels, from, plan.joined))
            } else {
                let first = MixedTrack { stream: *stream, channels: *source_channels };
                let tracks: Vec<MixedTrack> = std::iter::once(first).chain(mixed.iter().copied()).collect();
                let graph = mix_tracks(&tracks, *channels, *sample_rate, from, plan.joined);
                arguments.pair("-i", CLIP).pair("-filter_complex", graph).words("-map [mixed]")
            };
            aac(arguments, plan, *channels, *sample_rate, *bitrate)
        }
    };
    Some(arguments.words("-map_metadata -1 -map_chapters -1 -f mp4").words(AUDIO_FILE).0)
}

/// Says how AAC is encoded.
pub(crate) fn aac(
    arguments: Arguments,
    plan: &EncodePlan,
    channels: u32,
    sample_rate: u32,
    bitrate: Option<Kbps>,
) -> Arguments {
    let coder = plan.aac_coder(channels).name();
    let arguments = arguments.words("-c:a aac").pair("-aac_coder", coder);
    let arguments = arguments.pair("-ac", channels).pair("-ar", sample_rate);
    match bitrate {
        Some(rate) => arguments.pair("-b:a", (rate.0 * 1000.0).round() as u64),
        None => arguments,
    }
}

/// How far below zero the file's times begin: MP4 files do not.
fn below_zero(plan: &EncodePlan) -> Micros {
    plan.zero.min(Micros(0))
}

/// Puts chunks and audio together. Packets are copied; the index comes first.
pub fn assemble(plan: &EncodePlan) -> Vec<String> {
    let mut arguments =
        Arguments::new("-hide_banner -nostats -copyts -f concat -safe 0").pair("-i", LIST_FILE);
    if plan.audio.stream().is_some() {
        // The video's first frame is the result's zero; audio before it is skipped by the edit list.
        let start = match plan.audio {
            AudioPlan::Copy { .. } => plan.zero - below_zero(plan) + plan.grid.start,
            _ if plan.trim.is_some() => Micros(0),
            _ => plan.grid.start,
        };
        if start.0 != 0 {
            arguments = arguments.pair("-itsoffset", seconds(Micros(0) - start));
        }
        arguments = arguments.pair("-i", AUDIO_FILE).words("-map 0:v:0 -map 1:a:0");
    } else {
        arguments = arguments.words("-map 0:v:0");
    }
    let arguments = arguments.words("-c copy -map_metadata -1 -map_chapters -1");
    finish_mp4(dated(arguments, plan.captured), plan.codec.sample_entry()).words(RESULT_FILE).0
}

/// Names the date of capture, which alone is kept of a clip's metadata.
pub(crate) fn dated(arguments: Arguments, captured: Option<Captured>) -> Arguments {
    match captured {
        Some(captured) => arguments.pair("-metadata", format!("creation_time={captured}")),
        None => arguments,
    }
}

/// Returns the text of `LIST_FILE`.
pub fn chunk_list(plan: &EncodePlan) -> String {
    (0..plan.chunks.len()).fold(String::new(), |mut list, index| {
        let duration = plan.grid.rate.time_of(plan.chunks[index].first + plan.chunks[index].frames)
            - plan.grid.rate.time_of(plan.chunks[index].first);
        list.push_str(&format!("file '{}'\nduration {}\n", chunk_name(index), seconds(duration)));
        list
    })
}

/// Copies the source's packets into MP4.
pub fn remux(plan: &RemuxPlan) -> Vec<String> {
    copy_into_mp4(Arguments::new("-hide_banner -nostats -progress pipe:1"), plan, CLIP, RESULT_FILE)
}

/// Copies the packets of `source` into `result`, which is MP4.
pub(crate) fn copy_into_mp4(
    arguments: Arguments,
    plan: &RemuxPlan,
    source: &str,
    result: &str,
) -> Vec<String> {
    let arguments = arguments.pair("-i", source).pair("-map", format!("0:{}", plan.video));
    let arguments = match plan.audio {
        Some(stream) => arguments.pair("-map", format!("0:{stream}")),
        None => arguments,
    };
    let arguments = dated(arguments.words("-c copy -map_metadata -1 -map_chapters -1"), plan.captured);
    finish_mp4(arguments, "avc1").word(result).0
}

/// Writes MP4 that begins to play before all of it is there.
pub(crate) fn finish_mp4(arguments: Arguments, sample_entry: &str) -> Arguments {
    arguments.pair("-tag:v", sample_entry).words("-movflags +faststart -f mp4")
}

/// Copies these streams so that their times go on where they start again or leap by more than `gap`: ffmpeg moves all
/// that follows, video and audio alike. Matroska takes every codec.
pub fn join(streams: &[u32], gap: Micros) -> Vec<String> {
    let arguments = Arguments::new("-hide_banner -nostats -progress pipe:1")
        .pair("-dts_delta_threshold", gap.seconds())
        .pair("-i", CLIP);
    let map = |arguments: Arguments, stream: &u32| arguments.pair("-map", format!("0:{stream}"));
    streams.iter().fold(arguments, map).words("-c copy -map_chapters -1 -f matroska").words(CONTINUOUS_FILE).0
}

/// Copies the video for the browser to decode, and the audio streams, without loss, in a codec that it decodes.
pub fn copy_for_browser(video: u32, audio: &[(u32, bool)]) -> Vec<String> {
    let mut arguments = Arguments::new("-hide_banner -nostats -progress pipe:1")
        .pair("-i", CLIP)
        .pair("-map", format!("0:{video}"));
    for (place, &(stream, anew)) in audio.iter().enumerate() {
        let codec = if anew { "flac" } else { "copy" };
        arguments = arguments.pair("-map", format!("0:{stream}")).pair(&format!("-c:a:{place}"), codec);
    }
    arguments.words("-c:v copy -map_chapters -1 -f matroska").words(CONTINUOUS_FILE).0
}

/// Decodes all of `file` from its start: samples of its frames on the grid, the times of all frames, and how loud its
/// audio is. The audio is measured before anything fills its gaps.
pub fn watch(file: &str, step: &SampleStep, audio: Option<ListenStep>) -> Vec<String> {
    let video = &step.decode;
    let map = |arguments: Arguments, stream: u32| arguments.pair("-map", format!("0:{stream}"));
    let rate = video.rate;
    let mut chain = vec![
        format!(
            "fps=fps={}/{}:start_time={}:round=near:eof_action=pass",
            rate.numerator(),
            rate.denominator(),
            seconds(video.origin)
        ),
        format!("select='not(mod(n\\,{}))'", step.every),
    ];
    if let Some((width, height)) = step.fitted {
        fit(width, height, "flags=area", &mut chain);
    }
    match step.upright {
        Some(upright) => frame(upright, &mut chain),
        None => chain.extend(video.crop.map(crop)),
    }
    chain.push(format!("scale={}:{}:flags=area", video.width, video.height));
    if let Some(hdr) = video.hdr {
        tone_map(hdr, Tones::Table, &mut chain);
        // From RGB, ffmpeg's gray would be that of another matrix.
        chain.push("format=yuv420p".into());
    }
    chain.push("format=gray".into());
    if step.finer > 1 {
        let [width, height] = [video.width, video.height].map(|side| side / step.finer);
        chain.push(format!("scale={width}:{height}:flags=area"));
    }
    // A message that repeats counts each time.
    let arguments = Arguments::new("-hide_banner -nostats -progress pipe:1 -loglevel repeat+info -copyts")
        .words("-reinit_filter 0 -max_error_rate 1")
        .pair("-i", file);
    let arguments = map(arguments, video.stream)
        .words("-an -sn -dn")
        .pair("-vf", chain.join(","))
        .pair("-frames:v", step.samples())
        .words("-fps_mode passthrough -c:v rawvideo -f rawvideo")
        .words(WATCHED_FILE);
    // Frames as they come, whatever their times: packets that hold nothing but a reference.
    let arguments = map(arguments, video.stream)
        .words("-an -sn -dn -c:v wrapped_avframe -fps_mode passthrough -enc_time_base -1 -f framecrc")
        .words(SHOWN_FILE);
    match audio {
        Some(audio) => map(arguments, audio.stream)
            .words("-vn -sn -dn")
            .pair(
                "-af",
                format!(
                    "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level,\
                     ametadata=mode=print:key=lavfi.astats.Overall.RMS_level:file={HEARD_FILE}"
                ),
            )
            .words("-f null -"),
        None => arguments,
    }
    .0
}

/// Decodes a video of `file` from its start and lists the times of the frames that decode without an error. One thread:
/// side by side, decoders give up frames that have none.
pub fn find_whole_frames(file: &str, stream: u32) -> Vec<String> {
    Arguments::new("-hide_banner -nostats -progress pipe:1 -copyts -reinit_filter 0 -max_error_rate 1")
        .words("-threads 1 -err_detect:v explode")
        .pair("-i", file)
        .pair("-map", format!("0:{stream}"))
        .words("-an -sn -dn -c:v wrapped_avframe -fps_mode passthrough -enc_time_base -1 -f framecrc")
        .words(SHOWN_FILE)
        .0
}

/// Lets ffprobe look for the rest of a transport stream behind any hole; ffmpeg goes on by itself, and knows this option
/// for no other format.
const READ_ON: &str = "-resync_size 2147483647";

/// Lists all streams and the format of `CLIP`, for ffprobe.
pub fn probe_streams() -> Vec<String> {
    Arguments::new("-v error -print_format flat -show_format -show_streams -o")
        .words(PROBE_FILE)
        .words(READ_ON)
        .pair("-i", CLIP)
        .0
}

/// Lists times, sizes and places of the packets of one stream, for ffprobe.
pub fn probe_packets(stream: u32) -> Vec<String> {
    Arguments::new("-v error -print_format csv=p=0")
        .pair("-select_streams", stream)
        .pair("-show_entries", "packet=pts_time,dts_time,duration_time,size,flags")
        .words("-o")
        .words(PROBE_FILE)
        .words(READ_ON)
        .pair("-i", CLIP)
        .0
}

/// Lists the sizes of the frames of keyframes of one stream, for ffprobe.
pub fn probe_sizes(stream: u32, keyframes: &Keyframes) -> Vec<String> {
    let arguments = Arguments::new("-v error -print_format csv=p=0 -threads 1 -skip_frame nokey")
        .pair("-select_streams", stream)
        .pair("-show_entries", "frame=width,height,sample_aspect_ratio");
    let arguments = match keyframes {
        Keyframes::All => arguments,
        // Where an index lists decoding times, a place is that of a packet or two before.
        Keyframes::At(times) => {
            let places: Vec<String> = times.iter().map(|time| format!("{}%+#4", seconds(*time))).collect();
            arguments.pair("-read_intervals", places.join(","))
        }
    };
    arguments.words("-o").words(PROBE_FILE).pair("-i", CLIP).0
}

/// Looks at some frames of one stream from `from` on, on the zero-based timeline: what ffmpeg prints tells whether they
/// have fields. With idet's own threshold of 1.04, patterns that move steadily in whole frames count as fields: of
/// `testsrc2` four frames in five; with 1.2 none, and all of the interlaced ones still.
pub fn look_for_fields(stream: u32, from: Micros) -> Vec<String> {
    let arguments = Arguments::new("-hide_banner -nostats");
    let arguments =
        if from.0 > 0 { arguments.words("-noaccurate_seek").pair("-ss", seconds(from)) } else { arguments };
    arguments
        .words("-max_error_rate 1")
        .pair("-i", CLIP)
        .pair("-map", format!("0:{stream}"))
        .words("-an -sn -dn -vf idet=intl_thres=1.2")
        .pair("-frames:v", look::FRAMES)
        .words("-fps_mode passthrough -f null -")
        .0
}

/// Lists what the check of a result needs, for ffprobe.
pub fn probe_result() -> Vec<String> {
    Arguments::new("-v error -print_format flat -count_packets -show_format -show_streams -o")
        .words(PROBE_FILE)
        .pair("-i", RESULT_FILE)
        .0
}

/// Writes seconds with six digits, without going through floating point.
pub(crate) fn seconds(time: Micros) -> String {
    let sign = if time.0 < 0 { "-" } else { "" };
    let magnitude = time.0.unsigned_abs();
    format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000)
}
