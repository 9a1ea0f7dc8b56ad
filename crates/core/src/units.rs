//! Newtypes for the units that could be mixed up: bytes, kilobits per second, microseconds, frames per second.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::ops::RangeInclusive;

/// A size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Bytes(pub u64);

impl Bytes {
    /// This many bytes spread over `duration`, as a bitrate. Zero for an empty duration.
    pub fn over(self, duration: Micros) -> Kbps {
        if duration.0 <= 0 { Kbps(0.0) } else { Kbps(self.0 as f64 * 8000.0 / duration.0 as f64) }
    }

    /// Returns `fraction` of this size, rounded down.
    pub fn times(self, fraction: f64) -> Bytes {
        Bytes((self.0 as f64 * fraction).max(0.0) as u64)
    }
}

impl fmt::Display for Bytes {
    /// Writes decimal units, as upload limits are meant: `1.90 MB`, `48.0 kB`, `512 bytes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0 as f64;
        match self.0 {
            0..1_000 => write!(f, "{} bytes", self.0),
            1_000..1_000_000 => write!(f, "{} kB", three_digits(n / 1e3)),
            1_000_000..1_000_000_000 => write!(f, "{} MB", three_digits(n / 1e6)),
            _ => write!(f, "{} GB", three_digits(n / 1e9)),
        }
    }
}

/// Writes `n` with three significant digits, for sizes from 1 to 1000. Truncates, so that a size never reads larger
/// than it is.
fn three_digits(n: f64) -> String {
    let cut = |scale: f64| (n * scale + 1e-9).floor() / scale;
    if n < 10.0 {
        format!("{:.2}", cut(100.0))
    } else if n < 100.0 {
        format!("{:.1}", cut(10.0))
    } else {
        format!("{:.0}", cut(1.0))
    }
}

/// Digits in groups of three: `1,889,412`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A bitrate in kilobits (1000 bits) per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct Kbps(pub f64);

impl Kbps {
    /// Returns the bytes that this rate fills in `duration`.
    pub fn during(self, duration: Micros) -> Bytes {
        Bytes((self.0 * duration.0.max(0) as f64 / 8000.0).max(0.0).round() as u64)
    }
}

impl fmt::Display for Kbps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0.round();
        if n >= 10_000.0 { write!(f, "{:.1} Mb/s", n / 1000.0) } else { write!(f, "{n:.0} kb/s") }
    }
}

/// A point in time or a duration, in microseconds. Points are on the source's own timeline shifted to start at zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Micros(pub i64);

impl Micros {
    /// Converts seconds; anything that is not a finite number becomes zero.
    pub fn from_seconds(seconds: f64) -> Micros {
        if seconds.is_finite() { Micros((seconds * 1e6).round() as i64) } else { Micros(0) }
    }

    /// Returns the seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Writes a point in time to the tenth of a second: `0:09.4`, `1:02:05.0`.
    pub fn on_clock(self) -> String {
        let tenths = (self.seconds() * 10.0).round().max(0.0) as i64;
        let (hours, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60);
        let hours = if hours > 0 { format!("{hours}:{minutes:02}") } else { minutes.to_string() };
        format!("{hours}:{seconds:02}.{}", tenths % 10)
    }
}

impl std::ops::Add for Micros {
    type Output = Micros;
    fn add(self, other: Micros) -> Micros {
        Micros(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Micros {
    type Output = Micros;
    fn sub(self, other: Micros) -> Micros {
        Micros(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Micros {
    /// Writes a clip's length as people read it: `0:30`, `1:02:05`, and `0.5 s` below ten seconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds();
        if (0.0..10.0).contains(&seconds) {
            let tenths = (seconds * 10.0).round() / 10.0;
            return if tenths == 0.0 && seconds > 0.0 {
                write!(f, "{seconds:.2} s")
            } else {
                write!(f, "{tenths} s")
            };
        }
        let whole = seconds.round() as i64;
        let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
        if hours > 0 {
            write!(f, "{hours}:{minutes:02}:{seconds:02}")
        } else {
            write!(f, "{minutes}:{seconds:02}")
        }
    }
}

/// Frames per second as an exact ratio, so that 30000/1001 stays what it is. Both parts are at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FrameRate {
    numerator: u32,
    denominator: u32,
}

impl<'de> Deserialize<'de> for FrameRate {
    /// Reads what a worker answers, or an earlier page stored: parts of 0 are refused as they are by `new`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FrameRate, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "FrameRate")]
        struct Parts {
            numerator: u32,
            denominator: u32,
        }
        let Parts { numerator, denominator } = Parts::deserialize(deserializer)?;
        FrameRate::new(numerator, denominator).ok_or_else(|| D::Error::custom("a frame rate of 0"))
    }
}

impl FrameRate {
    /// What can be wished for, in frames per second; 1000/1001 counts as one.
    pub(crate) const WISHED: RangeInclusive<f64> = 0.999..=240.0;

    /// Returns a rate of `numerator / denominator` in lowest terms; `None` unless both are positive.
    pub fn new(numerator: u32, denominator: u32) -> Option<FrameRate> {
        if numerator == 0 || denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator, denominator);
        Some(FrameRate { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// Returns a whole rate; 0 becomes 1.
    pub fn whole(rate: u32) -> FrameRate {
        FrameRate { numerator: rate.max(1), denominator: 1 }
    }

    /// Parses `25`, `30000/1001` or `23.976` (known broadcast rates are recognised in their decimal form).
    pub fn parse(text: &str) -> Option<FrameRate> {
        let text = text.trim();
        if let Some((numerator, denominator)) = text.split_once('/') {
            return FrameRate::new(numerator.trim().parse().ok()?, denominator.trim().parse().ok()?);
        }
        if let Ok(whole) = text.parse::<u32>() {
            return FrameRate::new(whole, 1);
        }
        let value: f64 = text.parse().ok()?;
        if !value.is_finite() || !(0.01..=1000.0).contains(&value) {
            return None;
        }
        Some(FrameRate::nearest(value))
    }

    /// Returns the common rate within 0.15 % of `value`, else `value` in thousandths. `value` must be positive and
    /// finite.
    pub fn nearest(value: f64) -> FrameRate {
        const COMMON: [(u32, u32); 16] = [
            (24_000, 1001),
            (24, 1),
            (25, 1),
            (30_000, 1001),
            (30, 1),
            (48_000, 1001),
            (48, 1),
            (50, 1),
            (60_000, 1001),
            (60, 1),
            (10, 1),
            (12, 1),
            (15, 1),
            (20, 1),
            (120_000, 1001),
            (120, 1),
        ];
        let best = COMMON
            .iter()
            .map(|&(numerator, denominator)| {
                let rate = FrameRate { numerator, denominator };
                (rate, (rate.per_second() / value - 1.0).abs())
            })
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            // 23.976 and 24 differ by 0.1 %: the nearest of the list wins, and only a near one counts.
            Some((rate, distance)) if distance < 0.0015 => rate,
            _ => FrameRate::new((value * 1000.0).round().clamp(1.0, 4e9) as u32, 1000)
                .unwrap_or(FrameRate::whole(1)),
        }
    }

    /// Returns the frames per second as a plain number.
    pub fn per_second(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// Returns the ratio's upper part.
    pub fn numerator(self) -> u32 {
        self.numerator
    }

    /// Returns the ratio's lower part.
    pub fn denominator(self) -> u32 {
        self.denominator
    }

    /// Returns the time of frame `index` when frame 0 is at zero, rounded to the nearest microsecond.
    pub fn time_of(self, index: u64) -> Micros {
        let exact = u128::from(index) * u128::from(self.denominator) * 1_000_000;
        let rounded = (exact + u128::from(self.numerator) / 2) / u128::from(self.numerator);
        Micros(i64::try_from(rounded).unwrap_or(i64::MAX))
    }

    /// Returns how many frames fill `duration`, rounded to the nearest.
    pub fn frames_in(self, duration: Micros) -> u64 {
        let ticks = u128::from(duration.0.max(0).unsigned_abs()) * u128::from(self.numerator);
        let per_frame = u128::from(self.denominator) * 1_000_000;
        u64::try_from((ticks + per_frame / 2) / per_frame).unwrap_or(u64::MAX)
    }

    /// This rate divided by a whole number.
    pub fn divided_by(self, divisor: u32) -> FrameRate {
        self.denominator
            .checked_mul(divisor.max(1))
            .and_then(|denominator| FrameRate::new(self.numerator, denominator))
            .unwrap_or(self)
    }
}

impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.per_second());
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::MapDeserializer;

    #[test]
    fn sizes_read_as_people_write_them() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.00 kB"),
            (48_123, "48.1 kB"),
            (1_899_999, "1.89 MB"),
            (1_900_000, "1.90 MB"),
            (10_000_000, "10.0 MB"),
            (2_500_000_000, "2.50 GB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    #[test]
    fn digits_stand_in_groups() {
        for (number, text) in [(12, "12"), (1_000, "1,000"), (1_889_412, "1,889,412")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn durations_read_as_people_write_them() {
        for (micros, text) in [
            (41_666, "0.04 s"),
            (500_000, "0.5 s"),
            (30_020_000, "0:30"),
            (3_725_000_000, "1:02:05"),
            (0, "0 s"),
        ] {
            assert_eq!(Micros(micros).to_string(), text);
        }
    }

    #[test]
    fn frame_rates_parse_and_print() {
        for (text, numerator, denominator, shown) in [
            ("25", 25, 1, "25"),
            ("30000/1001", 30_000, 1001, "29.97"),
            ("23.976", 24_000, 1001, "23.98"),
            ("29.97", 30_000, 1001, "29.97"),
            ("50/2", 25, 1, "25"),
            ("12.5", 25, 2, "12.5"),
        ] {
            let rate = FrameRate::parse(text);
            assert_eq!(rate, FrameRate::new(numerator, denominator), "{text}");
            assert_eq!(rate.map(|r| r.to_string()).as_deref(), Some(shown));
        }
        for bad in ["", "0", "0/1", "1/0", "-3", "NaN", "1e9", "abc"] {
            assert_eq!(FrameRate::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_stored_frame_rate_is_one() {
        for (parts, read) in [((50, 2), FrameRate::new(25, 1)), ((0, 1), None), ((25, 0), None)] {
            let parts = [("numerator", parts.0), ("denominator", parts.1)];
            let stored = MapDeserializer::<_, serde::de::value::Error>::new(parts.into_iter());
            assert_eq!(FrameRate::deserialize(stored).ok(), read, "{parts:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_frame_time_counts_back_to_its_frame(index in 0_u64..10_000_000, numerator in 1_u32..200_000, denominator in 1_u32..2_000) {
            let rate = FrameRate::new(numerator, denominator).unwrap_or(FrameRate::whole(1));
            proptest::prop_assume!(rate.per_second() < 10_000.0);
            proptest::prop_assert_eq!(rate.frames_in(rate.time_of(index)), index);
        }
    }
}
