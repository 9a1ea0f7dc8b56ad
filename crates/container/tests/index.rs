//! Tests indices that no encoder makes: damaged ones, and those of files beyond 4 GiB.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use clipfit_container::{
    AudioConfig, AudioFile, Error, Format, Packager, Piece, Rate, VideoConfig, VideoFile, assemble,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const RATE: Rate = Rate { numerator: 25, denominator: 1 };

/// Returns the index of a video file whose packets have these sizes and are reordered.
fn video(sizes: &[usize]) -> Vec<u8> {
    let config = VideoConfig {
        codec: "vp09.00.10.08".into(),
        description: None,
        width: 320,
        height: 180,
        colour: [1, 1, 1],
    };
    let mut file = VideoFile::new(config, RATE).unwrap();
    for (number, size) in sizes.iter().enumerate() {
        // Shown as 0, 2, 1, 4, 3, ...
        let lead = if number == 0 {
            0
        } else if number % 2 == 1 {
            1
        } else {
            -1
        };
        file.add(&vec![7; *size], lead, number == 0).unwrap();
    }
    index(&file.finish(0).unwrap())
}

fn audio(packets: usize, start: i64) -> Vec<u8> {
    let config = AudioConfig { description: vec![0x11, 0x90], sample_rate: 48_000, channels: 2 };
    let mut file = AudioFile::new(config).unwrap();
    for _ in 0..packets {
        file.add(&[1; 200], 1024).unwrap();
    }
    index(&file.finish(start).unwrap())
}

fn index(file: &[u8]) -> Vec<u8> {
    file[file.windows(4).rposition(|bytes| bytes == b"moov").unwrap() - 4..].to_vec()
}

fn number(bytes: &[u8], place: usize) -> u32 {
    u32::from_be_bytes(bytes[place..place + 4].try_into().unwrap())
}

fn after(bytes: &[u8], kind: &[u8; 4]) -> Option<usize> {
    bytes.windows(4).position(|found| found == kind).map(|place| place + 4)
}

#[test]
fn the_date_of_capture_stands_in_the_header() {
    let chunk = video(&[100; 31]);
    // Version 1 of the movie's header: the date takes eight bytes behind version and flags.
    for (captured, written) in [(None, 0), (Some(0), 2_082_844_800), (Some(1_714_566_896), 3_797_411_696)] {
        let head = assemble(&[&chunk], None, RATE, captured).unwrap().head;
        let header = after(&head, b"mvhd").unwrap();
        let date = (u64::from(number(&head, header + 4)) << 32) | u64::from(number(&head, header + 8));
        assert_eq!((head[header], date), (1, written), "{captured:?}");
    }
}

/// Returns a box with this content.
fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&u32::try_from(content.len() + 8).unwrap().to_be_bytes(), kind.as_slice(), content].concat()
}

#[test]
fn tracks_that_nobody_wants_are_not_read() {
    let chunk = video(&[100; 3]);
    let track = after(&chunk, b"trak").unwrap() - 8;
    let (before, track) = (&chunk[8..track], &chunk[track..]);
    // Each promises as many samples as a track may have, in a hundred bytes: together they would take 16 GB.
    let many = [before, &track.repeat(100)].concat();
    let many = boxed(b"moov", &many);
    assert_eq!(assemble(&[&many], None, RATE, None), Err(Error::Foreign("several tracks")));
    let refused = Packager::new(&many, Format::Fragments, RATE, &[0]);
    assert_eq!(refused.err(), Some(Error::Foreign("more tracks than two")));
}

#[test]
fn an_entry_to_the_end_stays_the_last() {
    let whole = video(&[100; 3]);
    let mut open = whole.clone();
    let entry = after(&open, b"vp09").unwrap() - 8;
    open[entry..entry + 4].fill(0);
    // Behind it, another entry would be read as its own.
    assert_eq!(
        assemble(&[&open, &whole], None, RATE, None),
        Err(Error::Foreign("a sample entry without its size"))
    );
}

#[test]
fn many_units_before_the_sequence_header_take_no_stack() {
    let config = VideoConfig {
        codec: "av01.0.00M.08".into(),
        description: None,
        width: 320,
        height: 180,
        colour: [1, 1, 1],
    };
    // Padding without content, then a sequence header.
    let packet = [[0x7a, 0].repeat(500_000), vec![0x0a, 1, 7]].concat();
    let mut file = VideoFile::new(config, RATE).unwrap();
    file.add(&packet, 0, true).unwrap();
    assert!(after(&file.finish(0).unwrap(), b"av1C").is_some());
}

#[test]
fn packets_alternate_every_second() {
    let made = assemble(&[&video(&[100; 31]), &video(&[50; 31])], Some(&audio(100, 0)), RATE, None).unwrap();
    // 28 + 8 bytes of file type and the media data's head come before the first packet of each file.
    let start = 36;
    let piece = |file, packets: std::ops::Range<u64>, size| Piece {
        file,
        offset: start + packets.start * size,
        bytes: (packets.end - packets.start) * size,
    };
    // Decoding starts a frame early, so the first second has 26; of the audio, 47 packets begin within a second.
    let wanted = [
        piece(0, 0..26, 100),
        piece(2, 0..47, 200),
        piece(0, 26..31, 100),
        piece(1, 0..20, 50),
        piece(2, 47..94, 200),
        piece(1, 20..31, 50),
        piece(2, 94..100, 200),
    ];
    assert_eq!(made.pieces, wanted);
    let bytes: u64 = wanted.iter().map(|piece| piece.bytes).sum();
    assert_eq!(u64::from(number(&made.head, made.head.len() - 8)), bytes + 8);
}

#[test]
fn beyond_four_gibibytes_places_are_wide() {
    let mut large = video(&[100; 3]);
    let sizes = after(&large, b"stsz").unwrap() + 12;
    for place in 0..3 {
        large[sizes + 4 * place..][..4].copy_from_slice(&3_000_000_000_u32.to_be_bytes());
    }
    for (chunks, wide) in [(vec![video(&[100; 3])], false), (vec![large.clone(); 2], true)] {
        let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        let made = assemble(&chunks, Some(&audio(300, 0)), RATE, None).unwrap();
        assert_eq!(after(&made.head, b"co64").is_some(), wide);
        assert_eq!(after(&made.head, b"stco").is_none(), wide);
        let packets: u64 = made.pieces.iter().map(|piece| piece.bytes).sum();
        let media = after(&made.head, b"mdat").unwrap();
        // The first packet follows the head, where the index points, and the head contains the size of the packets.
        let (first, size) = if wide {
            let place = after(&made.head, b"co64").unwrap() + 8;
            assert_eq!((number(&made.head, media - 8), number(&made.head, place)), (1, 0));
            let size =
                (u64::from(number(&made.head, media)) << 32) | u64::from(number(&made.head, media + 4));
            (number(&made.head, place + 4), size - 16)
        } else {
            (
                number(&made.head, after(&made.head, b"stco").unwrap() + 8),
                u64::from(number(&made.head, media - 8)) - 8,
            )
        };
        assert_eq!((first as usize, size), (made.head.len(), packets));
    }
}

#[test]
fn files_that_cannot_be() {
    let config = |codec: &str| VideoConfig {
        codec: codec.into(),
        description: None,
        width: 2,
        height: 2,
        colour: [2; 3],
    };
    let made = |codec: &str, rate, data: &[u8]| {
        let mut file = VideoFile::new(config(codec), rate)?;
        file.add(data, 0, true)?;
        file.finish(0)
    };
    let rate = |numerator, denominator| Rate { numerator, denominator };
    let codec = |result: Result<Vec<u8>, Error>| matches!(result, Err(Error::Codec(_)));
    assert!(codec(made("vp8", RATE, &[1])));
    assert!(codec(made("avc1.64001f", RATE, &[1])));
    assert!(codec(made("vp09.00", RATE, &[1])));
    assert!(codec(made("vp09.00.10.x", RATE, &[1])));
    assert!(codec(made("av01.0.00M.08", RATE, &[0x12, 0])));
    assert!(codec(made("av01.0.00M.08", RATE, &[0x0a, 0xff, 0xff, 0xff, 0xff])));
    assert!(codec(made("av01.0..08", RATE, &[0x0a, 0])));
    assert_eq!(made("vp09.00.10.08", rate(0, 1), &[1]), Err(Error::TooLarge));
    assert_eq!(made("vp09.00.10.08", rate(25, u32::MAX), &[1]), Err(Error::TooLarge));
    assert_eq!(VideoFile::new(config("vp09.00.10.08"), RATE).unwrap().finish(0), Err(Error::Empty));
    let audio =
        |description, sample_rate| AudioFile::new(AudioConfig { description, sample_rate, channels: 2 });
    assert!(matches!(audio(vec![], 48_000).err(), Some(Error::Codec(_))));
    assert!(matches!(audio(vec![0x11, 0x90], 0).err(), Some(Error::Codec(_))));
    assert_eq!(audio(vec![0x11, 0x90], 48_000).unwrap().finish(0), Err(Error::Empty));
}

#[cfg(not(target_arch = "wasm32"))]
proptest::proptest! {
    #[test]
    fn damage_is_survived(
        damage in proptest::collection::vec((proptest::num::usize::ANY, proptest::num::u8::ANY), 1..6),
        in_audio in proptest::bool::ANY,
        short in 0_usize..40,
    ) {
        let (mut chunk, mut track) = (video(&[10; 60]), audio(120, -5_000));
        let damaged = if in_audio { &mut track } else { &mut chunk };
        for (place, value) in damage {
            let place = place % damaged.len();
            damaged[place] = value;
        }
        damaged.truncate(damaged.len() - short);
        let _ = assemble(&[&chunk, &chunk], Some(&track), RATE, None);
    }
}
