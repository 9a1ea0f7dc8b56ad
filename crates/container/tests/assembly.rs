//! Assembles chunks made by ffmpeg and by this crate, and reads the results with ffmpeg. Needs a native ffmpeg on PATH.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first surprise")]

use clipfit_container::read::boxes;
use clipfit_container::{AudioConfig, AudioFile, Error, Rate, VideoConfig, VideoFile, assemble};
use std::path::{Path, PathBuf};
use std::process::Command;

fn run(program: &str, folder: &Path, arguments: &str) -> String {
    let output = Command::new(program)
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .expect("these tests need a native ffmpeg on PATH");
    let said = String::from_utf8_lossy(&output.stderr);
    // ffmpeg's parser, which only looks ahead, reads slices of a second sample entry by the first one's parameters.
    let said: Vec<&str> = said.lines().filter(|line| !line.starts_with("[NULL @")).collect();
    assert!(output.status.success() && said.is_empty(), "{program} {arguments}: {said:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn ffmpeg(folder: &Path, arguments: &str) {
    run("ffmpeg", folder, &format!("-v error -nostdin -y {arguments}"));
}

/// Returns the first box of this type in a file, header included.
fn found(file: &[u8], kind: &[u8; 4]) -> Vec<u8> {
    boxes(file).find(|found| &found.kind == kind).unwrap().whole.to_vec()
}

/// Assembles files and writes the result.
fn assemble_files(folder: &Path, chunks: &[PathBuf], audio: Option<&Path>, rate: Rate) -> (Vec<u8>, usize) {
    let files: Vec<Vec<u8>> = chunks
        .iter()
        .map(PathBuf::as_path)
        .chain(audio)
        .map(|path| std::fs::read(folder.join(path)).unwrap())
        .collect();
    let indices: Vec<Vec<u8>> = files.iter().map(|file| found(file, b"moov")).collect();
    let borrowed: Vec<&[u8]> = indices.iter().map(Vec::as_slice).collect();
    let (heads, rest) = borrowed.split_at(chunks.len());
    let made = assemble(heads, rest.first().copied(), rate, None).unwrap();
    let mut result = made.head.clone();
    for piece in &made.pieces {
        let (start, bytes) = (piece.offset as usize, piece.bytes as usize);
        result.extend_from_slice(&files[piece.file][start..start + bytes]);
    }
    // The rest of the file is the media data, which is exactly the packets.
    assert_eq!(found(&result, b"mdat").len(), result.len() - made.head.len() + 8);
    std::fs::write(folder.join("result.mp4"), &result).unwrap();
    (result, made.head.len())
}

fn fields(folder: &Path, file: &str, stream: &str, entries: &str) -> Vec<Vec<String>> {
    let arguments = format!("-v error -select_streams {stream} -show_entries {entries} -of csv=p=0 {file}");
    let listing = run("ffprobe", folder, &arguments);
    listing
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

/// Returns the time and checksum of every frame, in presentation order.
fn decoded_frames(folder: &Path, file: &str) -> Vec<(i64, String)> {
    let listing = run(
        "ffmpeg",
        folder,
        &format!(
            "-v repeat+error -xerror -nostdin -i {file} -map 0:v -fps_mode passthrough -enc_time_base 1:120000 -f framemd5 -"
        ),
    );
    let lines = listing.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split(',').map(str::trim).collect();
            (parts[2].parse().unwrap(), parts[5].to_owned())
        })
        .collect()
}

const CHUNKS: [u64; 3] = [50, 37, 41];

/// Encodes consecutive parts of a test video as chunks and returns their names.
fn encode(folder: &Path, rate: &str, codec: &str) -> Vec<PathBuf> {
    let mut first = 0;
    let make = |(number, frames): (usize, &u64)| {
        let name = PathBuf::from(format!("chunk{number}.mp4"));
        ffmpeg(
            folder,
            &format!(
                "-f lavfi -i testsrc2=s=320x180:r={rate} -vf trim=start_frame={first}:end_frame={},setpts=PTS-STARTPTS,format=yuv420p {codec} -write_btrt 0 {}",
                first + frames,
                name.display(),
            ),
        );
        first += frames;
        name
    };
    CHUNKS.iter().enumerate().map(make).collect()
}

const H264: &str = "-c:v libx264 -preset medium -bf 3 -b_strategy 0 -g 30 -x264-params stitchable=1";

#[test]
fn chunks_with_reordered_frames_lie_on_the_grid() {
    for (name, numerator, denominator) in [("25", 25, 1), ("30000/1001", 30_000, 1001), ("25/2", 25, 2)] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let chunks = encode(folder, name, H264);
        ffmpeg(folder, "-f lavfi -i sine=f=440:d=5:r=48000 -c:a aac -b:a 96k audio.mp4");
        let rate = Rate { numerator, denominator };
        let (result, head) = assemble_files(folder, &chunks, Some(Path::new("audio.mp4")), rate);

        let frames: u64 = CHUNKS.iter().sum();
        let shown = decoded_frames(folder, "result.mp4");
        let singly: Vec<String> = chunks
            .iter()
            .flat_map(|chunk| decoded_frames(folder, &chunk.to_string_lossy()))
            .map(|(_, frame)| frame)
            .collect();
        assert_eq!(shown.len() as u64, frames, "{name}");
        for (number, (time, checksum)) in shown.iter().enumerate() {
            // In 120000ths of a second; 29.97 frames a second are not whole ones.
            let due = number as f64 * f64::from(denominator) * 120_000.0 / f64::from(numerator);
            assert!((*time as f64 - due).abs() <= 0.5, "{name}: frame {number} at {time}, not {due}");
            assert_eq!(checksum, &singly[number], "{name}: frame {number}");
        }
        // Decoding and presentation, exactly, in ticks of the track.
        let clock = fields(folder, "result.mp4", "v", "stream=time_base,start_pts,nb_frames");
        let scale: u32 = clock[0][0].trim_start_matches("1/").parse().unwrap();
        assert_eq!(clock[0][1..], ["0".to_owned(), frames.to_string()]);
        let ticks = i64::from(scale / numerator * denominator);
        let mut times: Vec<i64> = fields(folder, "result.mp4", "v", "packet=pts")
            .iter()
            .map(|fields| fields[0].parse().unwrap())
            .collect();
        times.sort_unstable();
        assert_eq!(times, (0..frames as i64).map(|frame| frame * ticks).collect::<Vec<_>>(), "{name}");
        let packets = fields(folder, "result.mp4", "a", "packet=size");
        assert_eq!(packets.len(), fields(folder, "audio.mp4", "a", "packet=size").len());
        ffmpeg(folder, "-xerror -i result.mp4 -f null -");

        // What `overhead` in crates/core/src/plan/overhead.rs reserves for the container.
        let packets = 5 * 48_000 / 1024 + 2;
        let allowed = 2_200 + frames * 21 / 2 + packets * 4 + packets.min(frames) * 10;
        assert!(head as u64 <= allowed, "{name}: {head} of {allowed} bytes");
        // The tracks alternate every second.
        let order = fields(folder, "result.mp4", "a", "packet=pts_time,pos");
        let places: Vec<(f64, usize)> =
            order.iter().map(|fields| (fields[0].parse().unwrap(), fields[1].parse().unwrap())).collect();
        let middle = places.iter().find(|(time, _)| *time >= 2.0).unwrap();
        assert!(middle.1 < head + (result.len() - head) * 2 / 3, "{name}");
    }
}

#[test]
fn the_same_entry_is_written_once_and_others_beside_it() {
    let rate = Rate { numerator: 25, denominator: 1 };
    for (codecs, entries) in [
        ([H264, H264, H264], 1),
        // Encoders name the level by the rate of each chunk.
        ([H264, "-c copy -bsf:v h264_metadata=level=4.2", H264], 1),
        ([H264, "-c:v libx264 -profile:v baseline -refs 1", H264], 2),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let mut chunks = encode(folder, "25", codecs[0]);
        if codecs[1] != codecs[0] {
            chunks[1] = "other.mp4".into();
            ffmpeg(folder, &format!("-i chunk1.mp4 {} -write_btrt 0 other.mp4", codecs[1]));
        }
        let (result, _) = assemble_files(folder, &chunks, None, rate);
        let table = result.windows(4).position(|bytes| bytes == b"stsd").unwrap();
        assert_eq!(result[table + 8..table + 12], u32::to_be_bytes(entries));
        let singly: Vec<String> = chunks
            .iter()
            .flat_map(|chunk| decoded_frames(folder, &chunk.to_string_lossy()))
            .map(|(_, frame)| frame)
            .collect();
        let together: Vec<String> =
            decoded_frames(folder, "result.mp4").into_iter().map(|(_, frame)| frame).collect();
        assert!(singly == together, "{codecs:?}");
    }
}

/// Returns a file's packets as `VideoFile::add` takes them: bytes, presentation minus decoding in frames, key.
fn packets(folder: &Path, file: &str, rate: Rate) -> Vec<(Vec<u8>, i32, bool)> {
    let bytes = std::fs::read(folder.join(file)).unwrap();
    let listed = fields(folder, file, "0", "packet=pts_time,size,pos,flags");
    let slot = |time: &str| {
        (time.parse::<f64>().unwrap() * f64::from(rate.numerator) / f64::from(rate.denominator)).round()
            as i32
    };
    (0..)
        .zip(listed)
        .map(|(number, fields)| {
            let [size, place]: [usize; 2] = [fields[1].parse().unwrap(), fields[2].parse().unwrap()];
            (bytes[place..place + size].to_vec(), slot(&fields[0]) - number, fields[3].starts_with('K'))
        })
        .collect()
}

/// Returns the payload of a box anywhere in a file.
fn payload(file: &[u8], kind: &[u8; 4]) -> Vec<u8> {
    let place = file.windows(4).position(|bytes| bytes == kind).unwrap();
    let size = u32::from_be_bytes(file[place - 4..place].try_into().unwrap()) as usize;
    file[place + 4..place - 4 + size].to_vec()
}

#[test]
fn packets_of_every_codec_become_files_that_play() {
    let rate = Rate { numerator: 25, denominator: 1 };
    let codecs: [(&str, &str, Option<&[u8; 4]>, &str); 5] = [
        (H264, "avc1.64000d", Some(b"avcC"), "h264,avc1"),
        (
            "-c:v libx265 -tag:v hvc1 -x265-params log-level=none",
            "hev1.1.6.L60.90",
            Some(b"hvcC"),
            "hevc,hvc1",
        ),
        ("-c:v libvpx-vp9 -deadline realtime -cpu-used 8", "vp09.00.11.08", None, "vp9,vp09"),
        ("-c:v libaom-av1 -cpu-used 8 -usage realtime", "av01.0.00M.08", Some(b"av1C"), "av1,av01"),
        ("-c:v libaom-av1 -cpu-used 8 -usage realtime", "av01.0.00M.08", None, "av1,av01"),
    ];
    for (arguments, codec, record, wanted) in codecs {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let chunks = encode(folder, "25", arguments);
        let mut files = Vec::new();
        for chunk in &chunks {
            let name = chunk.to_string_lossy();
            let source = std::fs::read(folder.join(chunk)).unwrap();
            let description = record.map(|kind| payload(&source, kind));
            let config =
                VideoConfig { codec: codec.into(), description, width: 320, height: 180, colour: [1, 1, 1] };
            let mut file = VideoFile::new(config, rate).unwrap();
            for (data, lead, key) in packets(folder, &name, rate) {
                // Encoders add a temporal delimiter.
                let delimiter: &[u8] = if codec.starts_with("av01") { &[0x12, 0] } else { &[] };
                file.add(&[delimiter, &data].concat(), lead, key).unwrap();
            }
            std::fs::write(folder.join(format!("own-{name}")), file.finish(2).unwrap()).unwrap();
            let same: Vec<_> = decoded_frames(folder, &format!("own-{name}"));
            assert!(same == decoded_frames(folder, &name), "{codec}");
            files.push(PathBuf::from(format!("own-{name}")));
        }
        assemble_files(folder, &files, None, rate);
        let list: String = files.iter().map(|file| format!("file {}\n", file.display())).collect();
        std::fs::write(folder.join("list.txt"), list).unwrap();
        ffmpeg(folder, "-f concat -i list.txt -c copy concatenated.mp4");
        for name in ["result.mp4", "concatenated.mp4"] {
            let shown = decoded_frames(folder, name);
            assert_eq!(shown.len() as u64, CHUNKS.iter().sum::<u64>(), "{codec}: {name}");
            let mut due = (0..).step_by(4800);
            assert!(shown.iter().all(|(time, _)| Some(*time) == due.next()), "{codec}: {name}");
        }
        let about = fields(folder, "result.mp4", "v", "stream=codec_name,codec_tag_string,width,height");
        assert_eq!(about[0].join(","), format!("{wanted},320,180"));
    }
}

#[test]
fn audio_starts_when_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let rate = Rate { numerator: 25, denominator: 1 };
    let chunks = encode(folder, "25", H264);
    // There is a click at one second; ffmpeg's own file shows where it should be.
    ffmpeg(
        folder,
        "-f lavfi -i aevalsrc=exprs=between(t\\,1\\,1.01)*sin(2*PI*2000*t):d=4:s=48000 -c:a aac -b:a 128k audio.mp4",
    );
    let source = std::fs::read(folder.join("audio.mp4")).unwrap();
    let listed = fields(folder, "audio.mp4", "a", "packet=size,pos");
    let record = payload(&source, b"esds");
    let description =
        record.windows(2).position(|bytes| bytes == [0x11, 0x88] || bytes == [0x11, 0x90]).unwrap();
    let description = record[description..description + 5].to_vec();
    let click = |file: &str| -> f64 {
        let decoded = Command::new("ffmpeg")
            .args(format!("-v error -nostdin -xerror -i {file} -map 0:a -af aresample=async=1:first_pts=0 -f f32le -").split(' '))
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(decoded.stderr.is_empty(), "{}", String::from_utf8_lossy(&decoded.stderr));
        let samples = decoded.stdout.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes).abs());
        samples.enumerate().find(|(_, level)| *level > 0.3).unwrap().0 as f64 / 48_000.0
    };
    let right = click("audio.mp4");
    // The encoder's delay of 1024 samples is cut off, as in ffmpeg's own file; then half a second more or less.
    let delay = 1024.0 / 48_000.0;
    for start in [0.0_f64, 0.5, -0.5, 0.040, 1.234_567] {
        let config = AudioConfig { description: description.clone(), sample_rate: 48_000, channels: 1 };
        let mut file = AudioFile::new(config).unwrap();
        for fields in &listed {
            let [size, place]: [usize; 2] = [fields[0].parse().unwrap(), fields[1].parse().unwrap()];
            file.add(&source[place..place + size], 1024).unwrap();
        }
        let micros = ((start - delay) * 1e6).round() as i64;
        std::fs::write(folder.join("own.mp4"), file.finish(micros).unwrap()).unwrap();
        assemble_files(folder, &chunks, Some(Path::new("own.mp4")), rate);
        let found = click("result.mp4");
        assert!((found - right - start).abs() < 0.000_05, "from {start}: {found}, not {}", right + start);
        let stream = fields(folder, "result.mp4", "a", "stream=start_time,codec_name,channels,sample_rate");
        assert_eq!(stream[0][..3], ["aac".to_owned(), "48000".into(), "1".into()]);
        let start_time: f64 = stream[0][3].parse().unwrap();
        assert!((start_time - (start - delay).max(0.0)).abs() < 0.000_03, "{start_time} for {start}");
        assert_eq!(decoded_frames(folder, "result.mp4").len() as u64, CHUNKS.iter().sum::<u64>());
    }
}

#[test]
fn what_is_off_the_grid_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let chunks = encode(folder, "25", H264);
    ffmpeg(folder, "-f lavfi -i sine=d=1:r=48000 -c:a aac audio.mp4");
    let index = |name: &Path| found(&std::fs::read(folder.join(name)).unwrap(), b"moov");
    let chunk = index(&chunks[0]);
    let audio = index(Path::new("audio.mp4"));
    let rate = |numerator, denominator| Rate { numerator, denominator };
    type Case<'a> = (&'a [&'a [u8]], Option<&'a [u8]>, Rate, Error);
    let cases: [Case; 6] = [
        (&[&chunk], None, rate(24, 1), Error::OffGrid { chunk: 0, sample: 13 }),
        (&[&chunk, &chunk], None, rate(50, 1), Error::OffGrid { chunk: 0, sample: 1 }),
        (&[], None, rate(25, 1), Error::Empty),
        (&[&audio], None, rate(25, 1), Error::Foreign("no video where there should be")),
        (&[&chunk], Some(&chunk), rate(25, 1), Error::Foreign("no audio where there should be")),
        (&[&chunk], None, rate(0, 1), Error::TooLarge),
    ];
    for (chunks, audio, rate, wanted) in cases {
        assert_eq!(assemble(chunks, audio, rate, None), Err(wanted));
    }
}
