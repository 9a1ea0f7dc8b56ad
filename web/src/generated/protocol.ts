// Generated from core and crates/engine/src/protocol.rs by `cargo xtask generate`. Do not edit: a test compares them.

/**
 * Page to worker.
 */
export type ToWorker = { "type": "load",
/**
 * The parts.
 */
parts: Array<PartAddress>,
/**
 * How they are fetched.
 */
downloads: Downloads, } | { "type": "run",
/**
 * Echoed in every answer.
 */
task: number,
/**
 * What runs.
 */
program: Program,
/**
 * Names under which the riding `blobs` appear, read-only, in the working folder.
 */
inputs: Array<string>,
/**
 * Files of the working folder to hand back; one that was not written is left out of the answer. Where an
 * encode's frames are among them they ride along instead.
 */
outputs: Array<string>,
/**
 * An encode of the frames that the program makes, or of those that ride along.
 */
encode: Encode | null,
/**
 * Of the frames that are to be kept, so many bytes stay in memory; the rest goes to the folder, if there is one.
 */
framesInMemory: number, };

/**
 * Worker to page. Towards serde the tag stands outside, where `pool::read` moves it: reading a tag among the fields
 * takes 4 kB of code more.
 */
export type FromWorker = { "type": "loadProgress",
/**
 * Bytes so far.
 */
received: number,
/**
 * Bytes in all.
 */
total: number, } | { "type": "loaded",
/**
 * Those that are not.
 */
missing: Array<MissingPart>, } | { "type": "log",
/**
 * The running task.
 */
task: number,
/**
 * Lines without their ends.
 */
lines: Array<LogLine>, } | { "type": "progress",
/**
 * The running task.
 */
task: number,
/**
 * Frames that it has encoded; null: nothing but a sign of life.
 */
frames: number | null, } | { "type": "finished",
/**
 * The task that ended.
 */
task: number,
/**
 * The program's own exit code; 0 is success, and of what is no program.
 */
exitCode: number,
/**
 * What it found out, where it was asked to.
 */
answer: Answer | null,
/**
 * Names of the files that ride along, a subset of the wanted ones in the same order.
 */
outputs: Array<string>,
/**
 * Size in bytes of the worker's memories at the end, which never shrink.
 */
memoryBytes: number, } | { "type": "crashed",
/**
 * The task that ended.
 */
task: number,
/**
 * What follows from it.
 */
death: Death,
/**
 * The engine's own words, for the log.
 */
detail: string, };

/**
 * Where a part's files are.
 */
export type PartAddress = {
/**
 * Which.
 */
part: Part,
/**
 * Absolute address of its script.
 */
scriptUrl: string,
/**
 * Absolute address of its packed module.
 */
wasmUrl: string,
/**
 * Size in bytes of the packed module, for a progress bar where the server names no length.
 */
packedBytes: number, };

/**
 * What the loader of files goes by, as the build wrote it into the document: web/src/media/load.ts reads it.
 */
export type Downloads = {
/**
 * The document's address, to which paths are relative.
 */
base: string,
/**
 * Paths with their hashes: `path:hash path:hash:hash`, in hexadecimal digits of SHA-256. The second is that of what
 * a packed file unpacks to.
 */
files: string,
/**
 * For so many milliseconds nothing may arrive before a download counts as broken.
 */
patience: number, };

/**
 * A part that could not be made ready.
 */
export type MissingPart = {
/**
 * Which.
 */
part: Part,
/**
 * What kind of failure, for the policy question.
 */
reason: LoadFailure,
/**
 * The engine's own words, for the log.
 */
detail: string, };

/**
 * One printed line.
 */
export type LogLine = {
/**
 * Standard output (where `-progress pipe:1` writes) rather than standard error.
 */
stdout: boolean,
/**
 * The text.
 */
text: string, };

/**
 * What a worker can do is brought by these, each a script and a WebAssembly module.
 */
export type Part = "core" | "coreThreads" | "encoder" | "codecs";

/**
 * Why a part could not be loaded.
 */
export type LoadFailure = "network" | "status" | "corrupt" | "refused";

/**
 * What runs. A program that makes one file writes it under the first name of the task's outputs.
 */
export type Program = { "type": "ffmpeg",
/**
 * Without the program's name.
 */
arguments: Array<string>, } | { "type": "ffmpegThreads",
/**
 * Without the program's name.
 */
arguments: Array<string>, } | { "type": "ffprobe",
/**
 * Without the program's name.
 */
arguments: Array<string>, } | { "type": "frames",
/**
 * Pixels.
 */
width: number,
/**
 * Pixels.
 */
height: number, } | { "type": "measure" } | { "type": "examineStreams" } | { "type": "examinePackets",
/**
 * Position of the stream in the file.
 */
stream: number,
/**
 * Our own decoder is tried at once, because the browser's failed at this clip.
 */
ownDecoder: boolean, } | { "type": "decode",
/**
 * The frames.
 */
step: DecodeStep,
/**
 * Frames to sample besides, of which some may lie behind the chunk.
 */
samples: SampleStep | null, } | { "type": "audio" } & AudioStep | { "type": "assemble",
/**
 * Frames per second.
 */
rate: FrameRate,
/**
 * When the clip was captured, in seconds since the beginning of 1970.
 */
captured: number | null, } | { "type": "watch" } & WatchStep | { "type": "package" } & PackageStep;

/**
 * Decoding one chunk: its frames on the output grid, upright, at the output size, planar 4:2:0 in limited range.
 */
export type DecodeStep = {
/**
 * Position of the stream in the file.
 */
stream: number,
/**
 * Decode from the keyframe at or before this time in the file; `None`: from the start.
 */
from: Micros | null,
/**
 * Time in the file of the grid's first slot.
 */
origin: Micros,
/**
 * Slots per second.
 */
rate: FrameRate,
/**
 * First slot of the chunk.
 */
first: number,
/**
 * How many slots.
 */
frames: number,
/**
 * Width of the result in pixels.
 */
width: number,
/**
 * Height of the result in pixels.
 */
height: number,
/**
 * Where the video is in it: left, top, width, height. What is around it is black.
 */
inside: [number, number, number, number],
/**
 * The part of the coded frames that is kept: left, top, width, height; `None` keeps all.
 */
crop: [number, number, number, number] | null,
/**
 * Clockwise degrees that turn the frame the way up it is to have.
 */
turn: number,
/**
 * Left and right are swapped, after the turn.
 */
mirrored: boolean,
/**
 * The source uses the full range of values.
 */
fullRange: boolean,
/**
 * HDR that is to become BT.709; `None` leaves the colours as they are.
 */
hdr: Hdr | null,
/**
 * Most decoded frames that wait, and most packets that are on their way to the decoder.
 */
waiting: number,
/**
 * Goes on at the next keyframe after a decode error. The frame before it is shown until then.
 */
lenient: boolean,
/**
 * Our own HEVC decoder decodes it, whatever the browser claims to decode.
 */
ownDecoder: boolean, };

/**
 * What HDR is made of. The first three are code points of H.273.
 */
export type Hdr = {
/**
 * How light is coded: 16 for PQ, 18 for HLG.
 */
transfer: number,
/**
 * Its primaries.
 */
primaries: number,
/**
 * Its matrix.
 */
matrix: number,
/**
 * The brightest light in nits; 0 where nobody knows.
 */
peak: number, };

/**
 * How FFmpeg's AAC encoder searches for quantizers: its option `aac_coder`.
 */
export type AacCoder = "twoLoop" | "fast";

/**
 * Making the audio.
 */
export type AudioStep = {
/**
 * Position of the stream in the file.
 */
stream: number,
/**
 * Packets as they are, rather than AAC anew.
 */
copy: boolean,
/**
 * The rate for the encoder, in bits per second.
 */
bitrate: number,
/**
 * How the encoder searches for quantizers.
 */
coder: AacCoder,
/**
 * Channels of the result.
 */
channels: number,
/**
 * Samples per second of the result.
 */
sampleRate: number,
/**
 * Time in the file at which the result begins.
 */
origin: Micros,
/**
 * How much to keep from there; `None`: to the end.
 */
length: Micros | null,
/**
 * So much of what is due may be missing...
 */
mayMiss: Micros,
/**
 * ...or this share of it, where that is more.
 */
mayMissShare: number,
/**
 * How the channels of sources are mixed into those of the result. A source of as many channels needs no mix; of
 * any other number that is not listed there is none.
 */
mixes: Array<Mix>,
/**
 * How loud the decoded source is, is measured besides: `Answer::Heard`.
 */
listen: ListenStep | null,
/**
 * Goes on after decode errors, with silence in their place.
 */
lenient: boolean, };

/**
 * How so many channels become those of the result.
 */
export type Mix = {
/**
 * Channels of the source.
 */
channels: number,
/**
 * A row for each channel of the result: what each channel of the source gives to it, in the order in which
 * decoders hand them out.
 */
rows: Array<Array<number>>, };

/**
 * Cutting one rendition's MP4 file into segments: `INIT` and `segment_name`s, in the working folder.
 */
export type PackageStep = {
/**
 * Fragments of MP4 rather than transport streams.
 */
fragments: boolean,
/**
 * Frames per second: numerator.
 */
rateNumerator: number,
/**
 * Frames per second: denominator.
 */
rateDenominator: number,
/**
 * The frames with which segments begin.
 */
firsts: Array<number>, };

/**
 * An encode of frames, with whatever does it.
 */
export type Encode = { "type": "x264" } & X264Step | { "type": "webCodecs" } & WebCodecsStep;

/**
 * One encode of one chunk by x264 itself.
 */
export type X264Step = {
/**
 * Width in pixels.
 */
width: number,
/**
 * Height in pixels.
 */
height: number,
/**
 * Frames per second.
 */
rate: FrameRate,
/**
 * x264's preset.
 */
preset: string,
/**
 * x264's options, each as `name=value`.
 */
options: Array<string>,
/**
 * Which pass.
 */
pass: Passes,
/**
 * How many frames there are to encode; with fewer or more nothing is handed out.
 */
frames: number, };

/**
 * Which of x264's passes.
 */
export type Passes = "only" | "first" | "second";

/**
 * One encode of one chunk by the browser's own encoder.
 */
export type WebCodecsStep = {
/**
 * The codec in WebCodecs' own words, such as `avc1.64001e`.
 */
codec: string,
/**
 * Width in pixels.
 */
width: number,
/**
 * Height in pixels.
 */
height: number,
/**
 * Frames per second.
 */
rate: FrameRate,
/**
 * Code points of H.273 for primaries, transfer and matrix of the frames; 2 where nobody knows.
 */
colour: [number, number, number],
/**
 * The rate for the encoder, in bits per second.
 */
bitrate: number,
/**
 * How many frames there are to encode; with fewer or more nothing is handed out.
 */
frames: number,
/**
 * Hardware is asked for by name, where it takes frames of this size.
 */
hardware: boolean, };

/**
 * Decodes frames and samples some of them: their luma, one sample after the other.
 */
export type SampleStep = {
/**
 * The slots, at the size of a sample or a multiple of it.
 */
decode: DecodeStep,
/**
 * So many times a sample's width and height; a sample's pixel is the mean of them.
 */
finer: number,
/**
 * Of so many slots the first is sampled.
 */
every: number,
/**
 * What is added to luma for each unit of blue and of red chroma of frames that come as RGB. What a browser made with
 * BT.601 becomes luma of BT.709, and this makes it what was coded.
 */
lumaOfChroma: [number, number], };

/**
 * Decodes a file to see and hear what is in it.
 */
export type WatchStep = {
/**
 * Its frames; `None` leaves them out.
 */
video: SampleStep | null,
/**
 * Audio to listen to; `None` leaves it out.
 */
audio: ListenStep | null, };

/**
 * Measures how loud an audio stream is, window by window.
 */
export type ListenStep = {
/**
 * Position of the stream in the file.
 */
stream: number,
/**
 * Time in the file at which the first window begins.
 */
origin: Micros,
/**
 * Length of a window.
 */
window: Micros,
/**
 * Goes on after decode errors.
 */
lenient: boolean, };

/**
 * What the browser found out of a file, besides the samples of its frames.
 */
export type Perceived = {
/**
 * Root mean square of each window, in dBFS; `None` where nothing was decoded.
 */
windows: Array<number | null>,
/**
 * Whether frames came as RGB, whatever is coded.
 */
rgb: boolean,
/**
 * Times in the file of all decoded frames, where its decoder passed over errors.
 */
decoded: Array<Micros> | null, };

/**
 * The answer of a program that looks at something. In TypeScript a tag stands among the fields; towards serde it is
 * outside, which takes less code to read: drivers move it.
 */
export type Answer = { "type": "streams" } & Listing | { "type": "packets" } & PacketTable | { "type": "speeds" } & SpeedFigures | { "type": "heard" } & Perceived;

/**
 * A file.
 */
export type Listing = {
/**
 * ffmpeg's name of the container format; empty where the reader knows none.
 */
format: string,
/**
 * The major brand of an MP4 or MOV file.
 */
brand: string | null,
/**
 * The first time of any stream.
 */
start: Micros | null,
/**
 * From there to the last.
 */
duration: Micros | null,
/**
 * When the longest stream ends by a header that does not know whether the file is whole (Matroska).
 */
declaredEnd: Micros | null,
/**
 * The index is spread over the file, as in an MP4 file that was written while recording. Nothing is known of the
 * packets then.
 */
fragmented: boolean,
/**
 * The names of its tags and of its streams', as the container has them.
 */
tags: Array<string>,
/**
 * When it was captured, as it says itself.
 */
captured: string | null,
/**
 * In the order of the file.
 */
streams: Array<ListedStream>, };

/**
 * A stream.
 */
export type ListedStream = {
/**
 * Its number in the file.
 */
index: number,
/**
 * What it carries.
 */
kind: StreamKind,
/**
 * ffmpeg's name of the codec.
 */
codec: string | null,
/**
 * The container's own name of the codec.
 */
tag: string | null,
/**
 * The container's own name of what handles it.
 */
handler: string | null,
/**
 * ffmpeg's name of the profile.
 */
profile: string | null,
/**
 * ISO 639-2; none where the file does not say.
 */
language: string | null,
/**
 * Marked as the one to play.
 */
default: boolean,
/**
 * A cover or a thumbnail, no video.
 */
still: boolean,
/**
 * Time of its first packet.
 */
start: Micros | null,
/**
 * From there to the end of its last.
 */
duration: Micros | null,
/**
 * Bits per second, measured or declared.
 */
bitrate: number | null,
/**
 * How many packets there are, where they were counted.
 */
packets: number | null,
/**
 * How many packets the header promises.
 */
promised: number | null,
/**
 * What is unusual about it. Its packets are then unknown.
 */
odd: Oddity | null,
/**
 * Of video.
 */
video: VideoDetails | null,
/**
 * Of audio.
 */
audio: AudioDetails | null, };

/**
 * What a stream carries.
 */
export type StreamKind = "video" | "audio" | "subtitle" | "data" | "attachment" | "unknown";

/**
 * What neither a browser's demuxer nor its decoders deal with.
 */
export type Oddity = "encrypted" | "severalDescriptions" | "severalEdits" | "nothingShown" | "cropped";

/**
 * Details of a video stream. Colours have ffmpeg's names.
 */
export type VideoDetails = {
/**
 * Coded width in pixels; 0 where it is not known.
 */
width: number,
/**
 * Coded height in pixels; 0 where it is not known.
 */
height: number,
/**
 * Width to height of a pixel.
 */
sampleAspect: [number, number] | null,
/**
 * Clockwise degrees that make the frame upright: 0, 90, 180 or 270.
 */
rotation: number,
/**
 * The container wants the frame mirrored.
 */
mirrored: boolean,
/**
 * ffmpeg's name of the pixel format.
 */
pixelFormat: string | null,
/**
 * `color_primaries`
 */
primaries: string | null,
/**
 * `color_transfer`
 */
transfer: string | null,
/**
 * `color_space`
 */
matrix: string | null,
/**
 * Full (0 to 255) rather than limited range.
 */
fullRange: boolean,
/**
 * The brightest light of its HDR in nits, where the file tells it.
 */
peak: number | null,
/**
 * It says that it is interlaced.
 */
interlaced: boolean,
/**
 * It says neither that it is interlaced nor that it is not, where such video may be interlaced.
 */
fieldsUnsaid: boolean,
/**
 * Its profile of Dolby Vision, and what it says that it is compatible with (0 is nothing).
 */
dolbyVision: [number, number] | null,
/**
 * The lowest rate that has a place for every frame.
 */
baseRate: FrameRate | null,
/**
 * Frames over time.
 */
averageRate: FrameRate | null,
/**
 * How many frames its decoder holds back to put them into order.
 */
reordered: number, };

/**
 * Details of an audio stream.
 */
export type AudioDetails = {
/**
 * Samples per second; 0 where it is not known.
 */
sampleRate: number,
/**
 * Channels; 0 where it is not known.
 */
channels: number,
/**
 * Whether the browser says that it decodes it; none where nobody asked.
 */
decodes: boolean | null, };

/**
 * Packets in decoding order, as columns: a clip of an hour has 100,000. Times are the file's own.
 */
export type PacketTable = {
/**
 * When each is shown.
 */
presented: Array<Micros | null>,
/**
 * When each is decoded; empty where the reader does not say.
 */
decoded: Array<Micros | null>,
/**
 * How long each is shown.
 */
durations: Array<Micros | null>,
/**
 * Bytes of each.
 */
sizes: Array<number>,
/**
 * The rows that are keyframes, ascending.
 */
keyframes: Array<number>,
/**
 * The rows that the container cuts away after decoding, ascending.
 */
hidden: Array<number>,
/**
 * The sizes that keyframes tell, width and height in pixels, one after the other as they change; empty where nobody
 * looked.
 */
frameSizes: Array<[number, number]>,
/**
 * Layout of the frame that the browser decoded on trial, in WebCodecs' words; none where it could not, or was not
 * asked.
 */
layout: string | null,
/**
 * Clipfit's own decoder decoded that frame, because the browser has none.
 */
ownDecoder: boolean, };

/**
 * What a worker measured, in pixels a second; `None`: it did not work.
 */
export type SpeedFigures = {
/**
 * x264's preset of this name.
 */
superfast: number,
/**
 * x264's preset of this name.
 */
veryfast: number,
/**
 * x264's preset of this name.
 */
medium: number,
/**
 * The browser's decoder, with the conversion to what encoders take.
 */
decode: number | null,
/**
 * The best profile of H.264 that the browser's own encoder makes.
 */
h264Profile: Profile | null,
/**
 * The browser's own encoder for H.264.
 */
h264: number | null,
/**
 * The browser's own encoder for H.265.
 */
h265: number | null,
/**
 * The browser's own encoder for VP9.
 */
vp9: number | null,
/**
 * The browser's own encoder for AV1.
 */
av1: number | null,
/**
 * Which of the browser's own are hardware.
 */
hardware: InHardware, };

/**
 * Which of the browser's own encoders are hardware, proved by frames.
 */
export type InHardware = {
/**
 * The one for H.264.
 */
h264: boolean,
/**
 * The one for H.265.
 */
h265: boolean,
/**
 * The one for VP9.
 */
vp9: boolean,
/**
 * The one for AV1.
 */
av1: boolean, };

/**
 * Profiles of H.264, best first.
 */
export type Profile = "high" | "main" | "baseline";

/**
 * How a worker was lost, or a task ended without an exit code.
 */
export type Death = "outOfMemory" | "inputUnreadable" | "encoder" | "browser" | "crash";

/**
 * Frames per second as an exact ratio, so that 30000/1001 stays what it is. Both parts are at least 1.
 */
export type FrameRate = { numerator: number, denominator: number, };

/**
 * A point in time or a duration, in microseconds. Points are on the source's own timeline shifted to start at zero.
 */
export type Micros = number;

/** Names of files in a task's working folder. */
export const FILES = {
  frames: "frames.yuv",
  statistics: "stats-0.log",
  macroblockTree: "stats-0.log.mbtree",
  chunk: "chunk.mp4",
  audio: "audio.mp4",
  watched: "watched.gray",
} as const;
