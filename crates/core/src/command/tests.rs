//! Commands as people copy them, compared as a whole; no option goes unexplained in `tests/explained.rs`.

use super::*;
use crate::machine::{Machine, NativeEncoders, VideoEncoder};
use crate::plan::plan;
use crate::testing::facts;
use crate::units::{Bytes, Micros};
use crate::wishes::{Codec, Mode, Wishes};

fn commands(wishes: &Wishes, name: &str) -> Vec<Vec<String>> {
    let planned = plan(&facts(700), wishes, Machine::ffmpeg(2, VideoEncoder::Own));
    let Ok(planned) = planned else { panic!("refused") };
    equivalent(&planned, name, "out.mp4")
}

#[test]
fn a_size_takes_two_passes_over_the_whole_clip() {
    let wishes = Wishes { target: Bytes(1_500_000), ..Wishes::default() };
    let [first, second] = commands(&wishes, "clip.mov").try_into().unwrap_or_else(|all| panic!("{all:?}"));
    let (first, second) = (first.join(" "), second.join(" "));
    for part in ["-pass 1 -passlogfile stats", "-an", "-f null -", "trim=end_frame=700"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    for part in ["-i clip.mov -map 0:0 ", "-pass 2", "-tag:v avc1 -movflags +faststart -f mp4 out.mp4"] {
        assert!(second.contains(part), "{part}: {second}");
    }
    for foreign in ["stitchable", "-progress", "-hide_banner", "-frames:v", "source", "tones.cube"] {
        assert!(!first.contains(foreign) && !second.contains(foreign), "{foreign}: {second}");
    }
}

#[test]
fn the_quick_recipe_is_one_command() {
    let all = commands(&Wishes { mode: Mode::Quick, ..Wishes::default() }, "clip.mov");
    let [one] = all.as_slice() else { panic!("{all:?}") };
    let said = one.join(" ");
    assert!(
        said.contains("-c:v libx264 -preset superfast -crf 30") && said.contains("-tag:v avc1"),
        "{said}"
    );
    assert!(!said.contains("-x264-params"), "{said}");
}

#[test]
fn what_to_know_depends_on_the_plan() {
    let planned = |wishes: &Wishes| {
        let plan = plan(&facts(700), wishes, Machine::native(2, NativeEncoders::of(|_| true)));
        about(&plan.unwrap_or_else(|refusal| panic!("{refusal}")))
    };
    let sized = Wishes { target: Bytes(1_500_000), ..Wishes::default() };
    for (wishes, percent, quarter) in [
        (Wishes { mode: Mode::Quick, ..Wishes::default() }, false, false),
        (sized.clone(), true, false),
        (Wishes { codec: Codec::Av1, ..sized }, true, true),
    ] {
        let said = planned(&wishes);
        assert_eq!((said.contains("some percent"), said.contains("a quarter")), (percent, quarter), "{said}");
    }
}

#[test]
fn names_are_quoted_and_never_options_or_addresses() {
    let quick = Wishes { mode: Mode::Quick, ..Wishes::default() };
    for (name, shown) in [
        ("a clip's end.mp4", r"-i 'a clip'\''s end.mp4' "),
        ("-y.mp4", "-i ./-y.mp4 "),
        ("http:clip.mp4", "-i ./http:clip.mp4 "),
        ("/a/b:c.mp4", "-i /a/b:c.mp4 "),
        ("$(reboot).mp4", "-i '$(reboot).mp4' "),
    ] {
        let said = text(&commands(&quick, name));
        assert!(said.contains(shown), "{shown}: {said}");
    }
}

#[test]
fn a_kept_part_begins_at_its_keyframe_and_ends_with_its_audio() {
    let trim = crate::wishes::Trim { start: Micros(5_000_000), end: Some(Micros(9_000_000)) };
    let wishes = Wishes { mode: Mode::Quick, trim: Some(trim), ..Wishes::default() };
    let said = text(&commands(&wishes, "clip.mov"));
    assert!(
        said.starts_with("ffmpeg -noaccurate_seek -ss ") && said.contains(" -copyts -i clip.mov"),
        "{said}"
    );
    assert!(said.contains("trim=end_frame=100") && said.contains("-t 4.000000"), "{said}");
}

#[test]
fn what_plays_already_needs_no_command() {
    assert!(commands(&Wishes { target: Bytes(u64::MAX), ..Wishes::default() }, "clip.mp4").is_empty());
}

#[test]
fn a_stream_has_keyframes_where_segments_begin() {
    let all = commands(&Wishes { mode: Mode::Hls, ..Wishes::default() }, "clip.mov");
    let (last, encodes) = all.split_last().unwrap_or_else(|| panic!("nothing"));
    assert!(encodes.iter().all(|one| one.join(" ").contains("expr:gte(t,n_forced*10)")), "{encodes:?}");
    let said = last.join(" ");
    for part in ["-f hls -hls_time 10", "%v/segment%03d.ts", "-master_pl_name master.m3u8", "%v/index.m3u8"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn every_part_is_told_once_with_its_values() {
    let wishes = Wishes { target: Bytes(1_500_000), ..Wishes::default() };
    let rows = explained(&commands(&wishes, "clip.mov"));
    let find = |word: &str| rows.iter().filter(|row| row.words.iter().any(|words| words == word)).count();
    for word in ["-pass 1", "-pass 2", "-vf", "-f null", "-f mp4", "setpts=PTS-STARTPTS", "-map_metadata -1"]
    {
        assert_eq!(find(word), 1, "{word}: {rows:?}");
    }
    assert!(rows.iter().all(|row| row.words.iter().all(|words| !words.contains(','))), "{rows:?}");
}
