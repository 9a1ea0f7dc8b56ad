//! One run of a program: its lines as they arrive, its end, and a way to end it at once. Knows no ffmpeg.

use crate::error::Error;
use crate::interrupt::{Interrupt, PATIENCE};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Log lines kept as evidence.
const EVIDENCE: usize = 200;
/// Delay between two checks whether a program that has closed its output has ended.
const NAP: Duration = Duration::from_millis(2);

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

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // It has not been waited for, so its process id is still valid.
        if let Ok(None) = child.try_wait() {
            end_group(&mut child);
            // It cannot ignore the signal, and its files are removed next.
            let _ = child.wait();
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

/// Runs a program to its end unless interrupted. Returns the lines it printed and how it ended.
pub(crate) fn ask(
    program: &Path,
    arguments: &[String],
    folder: &Path,
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
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok(Message::Line(line)) => printed.push(line),
            Ok(Message::End(end)) => return Ok((printed, end)),
            Err(RecvTimeoutError::Timeout) if !interrupt.is_raised() => {}
            Err(RecvTimeoutError::Timeout) => return Err(Error::Interrupted),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(not_run(io::Error::other("it ended unexpectedly")));
            }
        }
    }
}

/// Returns the lines up to the first read error. Invalid UTF-8 becomes the replacement character.
fn lines(from: impl Read) -> impl Iterator<Item = String> {
    let text = |line: Vec<u8>| String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
    BufReader::new(from).split(b'\n').map_while(Result::ok).map(text)
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
