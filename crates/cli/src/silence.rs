//! How long a program may give no sign of life. Knows signs, not what they mean, and ends nothing itself.

use clipfit_core::units::Bytes;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a program that works on a clip may give no sign of life. It is long because a disk may have to wake up, and
/// because an encoder may look at many large frames before it writes the first.
pub(crate) const LONGEST: Duration = Duration::from_secs(600);
/// How many bytes of a clip a slow disk or network reads in a second.
const SLOWEST: u64 = 10_000_000;
/// How long a program may take to say what it is.
pub(crate) const LONGEST_ANSWER: Duration = Duration::from_secs(120);
/// Between two looks at a program.
const APART: Duration = Duration::from_secs(1);
/// Processor time, in the system's ticks of 10 ms, that counts as a sign of life: a program whose encoder hangs may
/// still print the same lines again and again, which takes less.
const WORK: u64 = 100;

/// Returns how long it takes at most to read a file of this size.
pub(crate) fn reading(file: Bytes) -> Duration {
    Duration::from_secs(file.0 / SLOWEST)
}

/// The time since something happened. While Clipfit itself stands still, on a sleeping machine for one, it does not
/// pass.
#[derive(Debug)]
pub(crate) struct Silence {
    lasted: Duration,
    looked: Instant,
}

impl Silence {
    pub(crate) fn new(now: Instant) -> Silence {
        Silence { lasted: Duration::ZERO, looked: now }
    }

    /// Begins again.
    pub(crate) fn end(&mut self) {
        self.lasted = Duration::ZERO;
    }

    /// Returns how long it has lasted. Whoever waits asks several times a second.
    pub(crate) fn lasts(&mut self, now: Instant) -> Duration {
        self.lasted += now.saturating_duration_since(self.looked).min(APART);
        self.looked = now;
        self.lasted
    }
}

/// Tells new figures in ffmpeg's lines of progress from mere lines: some versions print on while they hang.
#[derive(Debug, Default)]
pub(crate) struct Printed([Option<String>; 3]);

impl Printed {
    /// Returns whether this line tells that something was done since the line before of its kind.
    pub(crate) fn is_new(&mut self, line: &str) -> bool {
        let figures = ["frame=", "out_time=", "total_size="].into_iter().zip(&mut self.0);
        for (name, last) in figures {
            let Some(figure) = line.strip_prefix(name) else { continue };
            let is_new = last.as_deref() != Some(figure);
            *last = Some(figure.to_owned());
            return is_new;
        }
        false
    }
}

/// What can be seen of a program from outside.
#[derive(Debug)]
pub(crate) struct Signs {
    silence: Silence,
    looked: Option<Instant>,
    /// Bytes in its working folder.
    written: u64,
    /// Processor time, where it counts.
    worked: Option<u64>,
}

impl Signs {
    pub(crate) fn new() -> Signs {
        Signs { silence: Silence::new(Instant::now()), looked: None, written: 0, worked: None }
    }

    /// Takes notice of progress.
    pub(crate) fn seen(&mut self) {
        self.silence.end();
    }

    /// Returns how long there has been no sign of life from the program that writes in `folder`. If it is given,
    /// processor time of the program with this number counts, too.
    pub(crate) fn silent_for(&mut self, folder: &Path, number: Option<u32>) -> Duration {
        let now = Instant::now();
        if self.looked.is_none_or(|looked| now.saturating_duration_since(looked) >= APART) {
            self.looked = Some(now);
            let written = bytes_in(folder);
            let worked = number.and_then(processor_time);
            let has_worked = worked > self.worked.map(|before| before.saturating_add(WORK));
            if written != self.written || has_worked {
                (self.written, self.worked) = (written, worked);
                self.silence.end();
            }
        }
        self.silence.lasts(now)
    }
}

fn bytes_in(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
    sizes.fold(0, u64::saturating_add)
}

/// Returns the processor time of a program in ticks, where the system tells it in this way: on Linux.
fn processor_time(number: u32) -> Option<u64> {
    let about = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The name, in brackets, may hold anything. Behind it, these are `utime` and `stime` of proc_pid_stat(5).
    let mut figures = about.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || figures.next()?.parse::<u64>().ok();
    Some(next()?.saturating_add(next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_lasts_while_clipfit_itself_runs() {
        let began = Instant::now();
        let mut silence = Silence::new(began);
        // Milliseconds since the beginning, and how long the silence has lasted.
        for (at, lasted) in [(0, 0), (50, 50), (900, 900), (3_600_900, 1900), (3_601_000, 2000)] {
            assert_eq!(
                silence.lasts(began + Duration::from_millis(at)),
                Duration::from_millis(lasted),
                "{at}"
            );
        }
        silence.end();
        assert_eq!(silence.lasts(began + Duration::from_millis(3_601_010)), Duration::from_millis(10));
    }

    #[test]
    fn only_new_figures_are_progress() {
        let mut printed = Printed::default();
        for (line, is_new) in [
            ("frame=0", true),
            ("out_time=00:00:00.000000", true),
            ("speed=0.1x", false),
            ("frame=0", false),
            ("speed=0.05x", false),
            ("out_time=00:00:00.000000", false),
            ("frame=1", true),
            ("progress=continue", false),
        ] {
            assert_eq!(printed.is_new(line), is_new, "{line}");
        }
    }

    #[test]
    fn what_is_written_is_a_sign_of_life() {
        let Ok(folder) = tempfile::tempdir() else { panic!("no folder") };
        let (mut signs, long_ago) = (Signs::new(), Duration::from_secs(90));
        for (bytes, is_silent) in [(0, true), (10, false), (10, true), (30, false)] {
            assert!(fs::write(folder.path().join("probe.txt"), vec![b'x'; bytes]).is_ok());
            (signs.silence.lasted, signs.looked) = (long_ago, None);
            assert_eq!(signs.silent_for(folder.path(), None) >= long_ago, is_silent, "{bytes}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn processor_time_is_told() {
        assert!(processor_time(std::process::id()).is_some());
        assert_eq!(processor_time(u32::MAX), None);
    }
}
