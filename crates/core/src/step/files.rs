//! The names of files in a task's working folder, one list for core, drivers and workers. Knows nothing of what is in
//! them.

/// Name of the person's file in every working folder. Without an ending, so that only its content says what it is.
pub const CLIP: &str = "source";
/// Prefix of x264's statistics files.
pub(crate) const STATS: &str = "stats";
/// x264's statistics.
pub const STATS_FILE: &str = "stats-0.log";
/// x264's macroblock tree.
pub const MBTREE_FILE: &str = "stats-0.log.mbtree";
/// x265's tree of coding units; its statistics have the name of x264's.
pub const CUTREE_FILE: &str = "stats-0.log.cutree";
/// The streams of the person's file with continuous times.
pub const CONTINUOUS_FILE: &str = "continuous.mkv";
/// An encoded chunk.
pub const CHUNK_FILE: &str = "chunk.mp4";
/// Decoded frames on their way to x264: planar 4:2:0, one after the other.
pub const FRAMES_FILE: &str = "frames.yuv";
/// The audio.
pub const AUDIO_FILE: &str = "audio.mp4";
/// The table that maps HDR to BT.709.
pub(crate) const TONES_FILE: &str = "tones.cube";
/// The list of chunks for the concatenating demuxer.
pub const LIST_FILE: &str = "chunks.txt";
/// The assembled result.
pub const RESULT_FILE: &str = "result.mp4";
/// What ffprobe writes.
pub const PROBE_FILE: &str = "probe.txt";
/// Samples of a watched file's frames.
pub const WATCHED_FILE: &str = "watched.gray";
/// The times of its frames, as ffmpeg lists them.
pub(crate) const SHOWN_FILE: &str = "shown.txt";
/// The levels of its audio, as ffmpeg prints them.
pub(crate) const HEARD_FILE: &str = "heard.txt";

/// The files that workers write or look for by name, as the generated TypeScript names them.
pub const OF_WORKERS: [(&str, &str); 6] = [
    ("frames", FRAMES_FILE),
    ("statistics", STATS_FILE),
    ("macroblockTree", MBTREE_FILE),
    ("chunk", CHUNK_FILE),
    ("audio", AUDIO_FILE),
    ("watched", WATCHED_FILE),
];

/// Returns the name of chunk `index` as the assembly reads it.
pub fn chunk_name(index: usize) -> String {
    format!("chunk{index:05}.mp4")
}
