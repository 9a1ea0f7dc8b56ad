//! Readers of text: what people and links say, what programs print, what is stored.

use clipfit_cli::guard;
use clipfit_core::clip::look;
use clipfit_core::clip::metadata::Captured;
use clipfit_core::live::address::conceal_addresses;
use clipfit_core::live::reconnect::{Reconnect, Tries};
use clipfit_core::live::{Address, Push};
use clipfit_core::machine::speeds::Speeds;
use clipfit_core::progress::frame_of;
use clipfit_core::rate::stats;
use clipfit_core::units::{FrameRate, Micros};
use clipfit_core::wishes::link;
use clipfit_core::wishes::shape::Crop;
use clipfit_core::wishes::{Wishes, ladder, names, renditions};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// x264's statistics: one frame for each line at most.
pub fn statistics(bytes: &[u8]) {
    let text = text(bytes);
    if let Ok(stats) = stats::parse(&text) {
        assert!(!stats.frames.is_empty() && stats.frames.len() < text.lines().count());
        assert!(stats.frames.iter().all(|frame| frame.texture_bits.is_finite() && frame.macroblocks > 0));
    }
}

/// Parameters of a link: whatever they say, the wishes are ones that a job can take, and can be stored.
pub fn link(bytes: &[u8]) {
    let text = text(bytes);
    let (query, fragment) = text.split_once('#').unwrap_or((&text, ""));
    let link = link::parse(query, fragment);
    let pairs = text.split(['&', '#']).count() + 1;
    assert!(link.problems.len() <= pairs);
    assert!(link.problems.iter().all(|problem| !problem.text().is_empty()));
    let wishes = &link.wishes;
    assert!((1..=1_000_000_000_000).contains(&wishes.target.0));
    assert!(wishes.height.is_none_or(|height| (16..=8640).contains(&height)));
    assert!(wishes.renditions.len() <= 8);
    let stored = serde_json::to_string(wishes).unwrap();
    assert_eq!(serde_json::from_str::<Wishes>(&stored).ok().as_ref(), Some(wishes), "{stored}");
}

/// Single words, one a line: what is understood is written so that it is understood alike again.
pub fn words(bytes: &[u8]) {
    let text = text(bytes);
    for word in text.lines() {
        if let Some(rung) = ladder::parse(word) {
            assert_eq!(ladder::parse(&rung.to_string()), Some(rung), "{word}");
        }
        if let Some(wanted) = renditions::parse(word) {
            assert_eq!(renditions::parse(&renditions::text(&wanted)), Some(wanted), "{word}");
        }
        if let Some(rate) = FrameRate::parse(word) {
            assert!(rate.numerator() > 0 && rate.denominator() > 0);
            let _ = (rate.time_of(u64::MAX), rate.frames_in(Micros(i64::MAX)), rate.to_string());
        }
        if let Some(bytes) = link::parse_size(word) {
            assert!(!bytes.to_string().is_empty());
        }
        if let Some(captured) = Captured::parse(word) {
            assert!(captured.0 > 0);
        }
        if let Some(time) = link::parse_time(word) {
            assert_eq!(link::parse_time(&link::time_text(time)), Some(time), "{word}");
        }
        if let Some(crop) = Crop::parse(word) {
            assert_eq!(Crop::parse(&crop.to_string()), Some(crop), "{word}");
            let [left, top, width, height] = crop.within((1920, 1080));
            assert!(width == 0 || height == 0 || (left + width <= 1920 && top + height <= 1080), "{word}");
        }
        let _ = (link::parse_audio(word), link::parse_segment(word), link::parse_height(word));
        // Stored by other versions of the page.
        if let Ok(rate) = serde_json::from_str::<FrameRate>(word) {
            assert!(rate.per_second().is_finite() && rate.per_second() > 0.0);
            let _ = (rate.time_of(1), rate.frames_in(Micros(1)));
        }
        let _ = serde_json::from_str::<Wishes>(word);
        assert!(names::package_folder(word).len() <= 40);
        assert!(names::result_name(word).ends_with(".mp4"));
    }
    let _ = Speeds::read(&text, text.lines().next().unwrap_or_default(), 20_000);
}

/// An address in the first line, and text in which its secrets must not be seen.
pub fn address(bytes: &[u8]) {
    let text = text(bytes);
    let (address, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let hidden = conceal_addresses(&text);
    assert!(hidden.len() <= 5 * text.len());
    let Ok(to) = Address::parse(address) else { return };
    let address = address.trim();
    let path = address.split('?').next().unwrap_or_default();
    let key = path.rsplit('/').next().unwrap_or_default();
    let is_key = address.to_ascii_lowercase().starts_with("rtmp")
        && key.len() >= 4
        && key.chars().all(char::is_alphanumeric);
    let said = format!("{} {}", to.conceal(address), to.conceal(rest));
    assert!(!is_key || !said.contains(key), "{key} in {said}");
    let _ = to.with_bearer(rest);
}

/// What ffmpeg prints, line by line.
pub fn log(bytes: &[u8]) {
    let text = text(bytes);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let _ = (look::fields(&lines), guard::refusal(&lines), guard::playlist(bytes));
    let to = Address::parse("rtmp://h/live/key").unwrap();
    let mut push = Reconnect::new(&Push::of_test_pattern(None, to), Tries::default());
    push.begin(Micros(0));
    let mut sent = push.sent();
    for (line, now) in lines.iter().zip(0..) {
        let _ = frame_of(line);
        let _ = push.printed(line, Micros(now * 1_000_000));
        assert!(push.sent().media >= sent.media.min(push.sent().media));
        sent = push.sent();
    }
}
