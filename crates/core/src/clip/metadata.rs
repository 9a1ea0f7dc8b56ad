//! What a file tells of whoever made it: where, with which device, by whom, and when. Says which of it no result keeps.
//! Knows no container.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What there is of it in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// It tells a place, a device, the software in it, or a name.
    pub personal: bool,
    /// When it was captured, where it says.
    pub captured: Option<Captured>,
}

/// A point in time: seconds since the beginning of 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Captured(pub i64);

/// What vendors put in front of a tag's name.
const PREFIXES: [&str; 4] = ["com.apple.quicktime.", "com.apple.proapps.", "com.android.", "\u{a9}"];

/// Tags that tell a place, a device, its software or a name, as ffmpeg, QuickTime, 3GPP, iTunes, GoPro and Matroska call
/// them, in small letters.
const PERSONAL: [&str; 49] = [
    // Places.
    "location",
    "xyz",
    "loci",
    "gps",
    "geo",
    "latitude",
    "longitude",
    "recording_location",
    // Devices.
    "make",
    "mak",
    "model",
    "mod",
    "modl",
    "manufacturer",
    "device",
    "camera",
    "lens",
    "serial",
    "serial_number",
    "firmware",
    "firm",
    "came",
    "gpmf",
    "ncdt",
    "cnda",
    // Their software; what encoded a file ("encoder") is no device's.
    "software",
    "version",
    // People, and what belongs to one.
    "artist",
    "art",
    "album_artist",
    "aart",
    "author",
    "auth",
    "aut",
    "owner",
    "ownr",
    "creator",
    "director",
    "dir",
    "producer",
    "prd",
    "performer",
    "perf",
    "copyright",
    "cprt",
    "cpy",
    "account_id",
    "apid",
    "content.identifier",
];

/// Timed data in which devices tell where they were.
const DATA: [&str; 4] = ["gpmd", "camm", "mebx", "rtmd"];

/// Whether a tag of this name tells something that no result keeps.
pub(crate) fn is_personal(name: &str) -> bool {
    let name = name.to_lowercase();
    let name = PREFIXES.iter().fold(name.as_str(), |name, prefix| name.strip_prefix(prefix).unwrap_or(name));
    // `location.ISO6709`, `location-eng`, `camera.identifier`, `make-deu`
    let family = name.split(['.', '-', ' ']).next().unwrap_or(name);
    PERSONAL.contains(&name) || PERSONAL.contains(&family)
}

/// Whether a data stream of this kind tells something that no result keeps.
pub(crate) fn is_personal_data(kind: &str) -> bool {
    DATA.contains(&kind)
}

const SECONDS_A_DAY: i64 = 86_400;

impl Captured {
    /// Reads `2024-05-01T12:34:56.000000Z` and its like: with a blank for the T, with an offset (`+0200`, `+02:00`), or
    /// without either, which counts as UTC. What is before 1970 is a clock that was never set.
    pub fn parse(text: &str) -> Option<Captured> {
        let text = text.trim();
        let (date, rest) = text.split_at_checked(10)?;
        let mut parts = date.split('-');
        let year: i64 = digits(parts.next()?, 4)?;
        let (month, day) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
            Some(at) => rest.split_at_checked(at)?,
            None => (rest, ""),
        };
        let mut parts = clock.split('.').next()?.split(':');
        let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
        let second = parts.next().map_or(Some(0), |text| digits(text, 2))?;
        let valid =
            (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
        let seconds =
            days(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second - ahead(offset)?;
        (valid && seconds >= SECONDS_A_DAY).then_some(Captured(seconds))
    }
}

/// `+02:00`, `+0200`, `+02`, `Z` or nothing, in seconds.
fn ahead(offset: &str) -> Option<i64> {
    let sign = match offset.chars().next() {
        None | Some('Z' | 'z') => return Some(0),
        Some('-') => -1,
        Some(_) => 1,
    };
    let numbers: String = offset.chars().skip(1).filter(|letter| *letter != ':').collect();
    let (hours, minutes) = numbers.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { digits(minutes, 2)? };
    Some(sign * (digits(hours, 2)? * 3600 + minutes * 60))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Days from the beginning of 1970 to a date of the Gregorian calendar: whole years from March on, so that the leap day
/// is the last of one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + in_year - 719_468
}

/// The date that `days` tells.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let in_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// `2024-05-01T12:34:56Z`
impl fmt::Display for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0.div_euclid(SECONDS_A_DAY));
        let second = self.0.rem_euclid(SECONDS_A_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_places_devices_and_people_are_known() {
        for name in [
            "location",
            "location-eng",
            "com.apple.quicktime.location.ISO6709",
            "com.apple.quicktime.make",
            "com.apple.quicktime.camera.identifier",
            "com.apple.quicktime.software",
            "com.android.model",
            "com.android.version",
            "Make",
            "MODEL",
            "\u{a9}xyz",
            "\u{a9}ART",
            "artist",
            "firmware",
        ] {
            assert!(is_personal(name), "{name}");
        }
        for name in [
            "encoder",
            "\u{a9}too",
            "\u{a9}swr",
            "title",
            "major_brand",
            "creation_time",
            "com.apple.quicktime.creationdate",
            "com.android.capture.fps",
            "handler_name",
            "language",
            "minor_version",
            "compatible_brands",
            "genre",
            "date",
        ] {
            assert!(!is_personal(name), "{name}");
        }
        assert!(is_personal_data("mebx") && !is_personal_data("tmcd"));
    }

    #[test]
    fn dates_are_read_and_written() {
        for (text, written) in [
            ("2024-05-01T12:34:56.000000Z", Some("2024-05-01T12:34:56Z")),
            ("2024-05-01T12:34:56+0200", Some("2024-05-01T10:34:56Z")),
            ("2024-05-01 12:34:56", Some("2024-05-01T12:34:56Z")),
            ("2023-12-31T23:30:00-05:30", Some("2024-01-01T05:00:00Z")),
            ("2000-02-29T00:00Z", Some("2000-02-29T00:00:00Z")),
            ("1904-01-01T00:00:00Z", None),
            ("1970-01-01T00:00:00Z", None),
            ("2024", None),
            ("2024-13-01T00:00:00Z", None),
            ("2024-05-01T12:34:56+xx", None),
            ("yesterday evening", None),
            ("", None),
        ] {
            let told = Captured::parse(text).map(|captured| captured.to_string());
            assert_eq!(told.as_deref(), written, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_second_reads_as_it_is_written(second in SECONDS_A_DAY..253_402_300_799) {
            let captured = Captured(second);
            proptest::prop_assert_eq!(Captured::parse(&captured.to_string()), Some(captured));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}", like in "[0-9TZ:+.-]{0,30}") {
            let _ = (Captured::parse(&text), Captured::parse(&like), is_personal(&text));
        }
    }
}
