//! One run of a program: its lines as they arrive, its end, and a way to end it at once. Knows no ffmpeg.

use crate::error::Error;
use crate::interrupt::{Interrupt, PATIENCE};
use crate::silence::Silence;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Log lines kept as evidence.
const EVIDENCE: usize = 200;
/// Bytes kept of one line. The rest of an endless one is read and dropped.
const LONGEST_LINE: usize = 4096;
/// Printed lines kept of a program's answer.
const LONGEST_ANSWER: usize = 10_000;
/// Delay between two checks whether a program that has closed its output has ended.
const NAP: Duration = Duration::from_millis(2);
/// How long a killed program is waited for.
const LONGEST_END: Duration = Duration::from_secs(10);

/// How a program ended.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) status: io::Result<ExitStatus>,
    /// The last lines of its standard error.
    pub(crate) log: Vec<String>,
}

impl End {
    /// Returns its exit code, or `None` if a signal ended it.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.as_ref().ok().and_then(ExitStatus::code)
    }

    /// Returns whether it was killed the way the system kills programs when memory runs out.
    pub(crate) fn was_killed(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt;
            const SIGKILL: i32 = 9;
            self.status.as_ref().ok().and_then(ExitStatus::signal) == Some(SIGKILL)
        }
        #[cfg(not(unix))]
        false
    }
}

/// A running program. Dropping it ends the program.
#[derive(Debug)]
pub(crate) struct Running(Arc<Mutex<Child>>);

impl Running {
    /// Returns the system's number of the program.
    pub(crate) fn number(&self) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // It has not been waited for, so its process id is still valid.
        if let Ok(None) = child.try_wait() {
            end_group(&mut child);
            // Its files are removed next. It cannot ignore the signal, but a disk that does not answer may hold it.
            let end = Instant::now() + LONGEST_END;
            while matches!(child.try_wait(), Ok(None)) && Instant::now() < end {
                thread::sleep(NAP);
            }
        }
    }
}

#[cfg(unix)]
fn end_group(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if group.is_none_or(|group| kill_process_group(group, Signal::KILL).is_err()) {
        let _ = child.kill();
    }
}

#[cfg(not(unix))]
fn end_group(child: &mut Child) {
    let _ = child.kill();
}

/// Starts a program in `folder`. Another thread reports its lines and its end.
pub(crate) fn start(
    program: &Path,
    arguments: &[String],
    folder: &Path,
    mut on_line: impl FnMut(String) + Send + 'static,
    on_end: impl FnOnce(End) + Send + 'static,
) -> io::Result<Running> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A separate process group: Ctrl-C in the terminal goes to Clipfit only, which then ends the group.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    let (printed, said) = (child.stdout.take(), child.stderr.take());
    let child = Arc::new(Mutex::new(child));
    let watched = child.clone();
    thread::spawn(move || {
        let log = thread::spawn(move || said.map(last_lines).unwrap_or_default());
        if let Some(printed) = printed {
            lines(printed).for_each(&mut on_line);
        }
        let log = log.join().unwrap_or_default();
        let status = loop {
            let status = watched.lock().unwrap_or_else(PoisonError::into_inner).try_wait();
            match status {
                Ok(None) => thread::sleep(NAP),
                Ok(Some(status)) => break Ok(status),
                Err(error) => break Err(error),
            }
        };
        on_end(End { status, log });
    });
    Ok(Running(child))
}

/// Runs a program to its end unless interrupted or silent for longer than `limit`. Returns the lines it printed and how
/// it ended.
pub(crate) fn ask(
    program: &Path,
    arguments: &[String],
    folder: &Path,
    limit: Duration,
    interrupt: &Interrupt,
) -> Result<(Vec<String>, End), Error> {
    enum Message {
        Line(String),
        End(End),
    }
    let not_run = |source: io::Error| Error::NotRun { program: program.display().to_string(), source };
    let (line, told) = mpsc::channel();
    let end = line.clone();
    // If the receiver is gone, it was interrupted.
    let on_line = move |text| drop(line.send(Message::Line(text)));
    let on_end = move |ended| drop(end.send(Message::End(ended)));
    let _running = start(program, arguments, folder, on_line, on_end).map_err(not_run)?;
    let mut printed = Vec::new();
    let mut silence = Silence::new(Instant::now());
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok(Message::Line(line)) if printed.len() < LONGEST_ANSWER => printed.push(line),
            Ok(Message::Line(_)) => {}
            Ok(Message::End(end)) => return Ok((printed, end)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(not_run(io::Error::other("it ended unexpectedly")));
            }
        }
        if interrupt.is_raised() {
            return Err(Error::Interrupted);
        }
        if silence.lasts(Instant::now()) > limit {
            return Err(not_run(io::Error::other(format!("it did not answer within {} s", limit.as_secs()))));
        }
    }
}

/// Returns the lines up to the first read error. Invalid UTF-8 becomes the replacement character.
fn lines(from: impl Read) -> impl Iterator<Item = String> {
    let mut from = BufReader::new(from);
    std::iter::from_fn(move || {
        let line = next_line(&mut from)?;
        Some(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned())
    })
}

/// Returns the beginning of the next line, after all of it has been read.
fn next_line(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line: Option<Vec<u8>> = None;
    loop {
        let read = match from.fill_buf() {
            Ok([]) => return line,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return None,
        };
        let end = read.iter().position(|&byte| byte == b'\n');
        let part = &read[..end.unwrap_or(read.len())];
        let kept = line.get_or_insert_default();
        kept.extend(&part[..part.len().min(LONGEST_LINE.saturating_sub(kept.len()))]);
        let used = part.len() + usize::from(end.is_some());
        from.consume(used);
        if end.is_some() {
            return line;
        }
    }
}

fn last_lines(from: impl Read) -> Vec<String> {
    let mut last = VecDeque::new();
    for line in lines(from) {
        if last.len() == EVIDENCE {
            last.pop_front();
        }
        last.push_back(line);
    }
    last.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_up_to_a_length() {
        let long = "x".repeat(LONGEST_LINE);
        // What is said, and its lines.
        let cases = [
            (String::new(), vec![]),
            ("one\r\n\ntwo".to_owned(), vec!["one", "", "two"]),
            (format!("{long}{long}{long}\nnext\n"), vec![long.as_str(), "next"]),
        ];
        for (said, expected) in cases {
            assert_eq!(lines(said.as_bytes()).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_flood_leaves_a_bounded_log() {
        let endless = last_lines(io::repeat(b'x').take(8 << 20));
        assert_eq!(endless.iter().map(String::len).collect::<Vec<_>>(), [LONGEST_LINE]);
        assert_eq!(last_lines(io::repeat(b'\n').take(100_000)).len(), EVIDENCE);
    }

    #[cfg(unix)]
    #[test]
    fn who_does_not_answer_is_ended() {
        let (limit, interrupt) = (Duration::from_millis(100), Interrupt::default());
        let arguments = ["-c", "sleep 1000"].map(str::to_owned);
        let asked = ask(Path::new("/bin/sh"), &arguments, Path::new("."), limit, &interrupt);
        assert!(matches!(asked, Err(Error::NotRun { .. })), "{asked:?}");
        let interrupted = Interrupt::default();
        interrupted.raise();
        let asked = ask(Path::new("/bin/sh"), &arguments, Path::new("."), limit, &interrupted);
        assert!(matches!(asked, Err(Error::Interrupted)), "{asked:?}");
    }
}
