//! `clipfit publish`: streams a rung live, over as many connections as it takes. Core's `live::reconnect` decides when
//! to reconnect and where to resume. No output shows the address's secrets.

use super::Bench;
use crate::clip::Clip;
use crate::error::Error;
use crate::folder;
use crate::guard;
use crate::interrupt::PATIENCE;
use crate::options::{Publish, Secret};
use crate::process::{self, End};
use crate::voice::Voice;
use crate::words;
use crate::words::Status;
use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::live::address::conceal_addresses;
use clipfit_core::live::reconnect::{Exit, Heard, Next, Reconnect, Tries};
use clipfit_core::live::{self, Address, AddressError, Push};
use clipfit_core::step::files::CLIP;
use clipfit_core::units::Micros;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Instant;

/// Lines of ffmpeg's log kept as evidence.
const EVIDENCE: usize = 8;

pub(super) fn run(options: &Publish, voice: &mut Voice) -> Result<(), Error> {
    let to = address(options)?;
    let input = options.input.as_deref();
    // An address in the wrong place would be printed as a file name.
    if let Some(address) = input.map(Path::to_string_lossy).filter(|name| name.contains("://")) {
        let shown = conceal_addresses(&address);
        return Err(Error::Usage(format!("the clip must be a file, not an address such as {shown}")));
    }
    let bench = Bench::new()?;
    let examine = |input: &Path| -> Result<(Clip, MediaFacts), Error> {
        // With --print-command, only the command is printed.
        if options.print_command {
            let clip = Clip::open(input)?;
            let facts = bench.driver(&clip).examine()?;
            return Ok((clip, facts));
        }
        bench.examine(input, voice)
    };
    let clip = input.map(examine).transpose()?;
    let mut push = match &clip {
        Some((_, facts)) => Push::of_clip(facts, options.rung, to),
        None => Push::of_test_pattern(options.rung, to),
    };
    (push.looped, push.mute) = (options.looped, options.mute);
    if options.print_command {
        let name = input.map_or("".into(), Path::to_string_lossy);
        let command = live::shown_command(&live::publish(&push, &name, Micros(0)), &push.to);
        voice.command(input, &push.to, &command);
        return Ok(());
    }
    if !bench.ffmpeg.can_push(push.to.protocol(), &bench.interrupt)? {
        return Err(Error::CannotPush(push.to.protocol()));
    }
    let tries = match (options.once, options.tries) {
        (true, _) => Tries::Once,
        (false, Some(most)) => Tries::AtMost(most),
        (false, None) => Tries::Unlimited,
    };
    voice.pushing(input, &push.to, &words::push(&push));
    let job = Job { bench: &bench, clip: clip.as_ref().map(|(clip, _)| clip), push: &push, input };
    job.run(Reconnect::new(&push, tries), voice)
}

fn address(options: &Publish) -> Result<Address, Error> {
    let wrong = |trouble: AddressError| Error::Usage(trouble.to_string());
    let to = options.to.as_ref().map_or("", Secret::reveal);
    let to = Address::parse(to).map_err(wrong)?;
    match &options.bearer {
        Some(token) => to.with_bearer(token.reveal().trim()).map_err(wrong),
        None => Ok(to),
    }
}

/// One live stream and what it needs.
struct Job<'a> {
    bench: &'a Bench,
    clip: Option<&'a Clip>,
    push: &'a Push,
    input: Option<&'a Path>,
}

enum Message {
    Printed(String),
    Ended(End),
}

impl Job<'_> {
    fn run(&self, mut state: Reconnect, voice: &mut Voice) -> Result<(), Error> {
        let began = Instant::now();
        let now = || Micros(began.elapsed().as_micros() as i64);
        let folder = folder::temporary()?;
        if let Some(clip) = self.clip {
            folder::link(&clip.path, &folder.path().join(CLIP))?;
        }
        let mut attempt = 1;
        loop {
            let from = state.begin(now());
            voice.publish(self.input, &self.push.to, &Status::Connecting { attempt, from });
            let (exit, log) = self.connect(&mut state, from, folder.path(), &now, voice)?;
            let next = state.ended(exit, &log, now(), chance());
            let log = self.evidence(&log);
            match next {
                Next::Finished => {
                    voice.published(self.input, &self.push.to, &state.sent(), state.connections());
                    return Ok(());
                }
                Next::GiveUp(why) => return Err(Error::NotPushed { why, log }),
                Next::Wait { delay, attempt: next, loss } => {
                    attempt = next;
                    let status = Status::Waiting { delay, attempt, loss, log: &log };
                    voice.publish(self.input, &self.push.to, &status);
                    let until = now() + delay;
                    while now() < until {
                        self.go_on()?;
                        thread::sleep(PATIENCE);
                    }
                }
            }
        }
    }

    /// Runs one connection to its end. Returns how it ended and the end of ffmpeg's log, with secrets.
    fn connect(
        &self,
        state: &mut Reconnect,
        from: Micros,
        folder: &Path,
        now: &dyn Fn() -> Micros,
        voice: &mut Voice,
    ) -> Result<(Exit, Vec<String>), Error> {
        let program = &self.bench.ffmpeg.ffmpeg;
        let arguments: Vec<String> = ["-nostdin", "-y"]
            .map(str::to_owned)
            .into_iter()
            .chain(live::publish(self.push, CLIP, from))
            .collect();
        let (send, messages) = mpsc::channel();
        let printed = send.clone();
        // If the receiver is gone, the program has been ended.
        let on_line = move |line| drop(printed.send(Message::Printed(line)));
        let on_end = move |end| drop(send.send(Message::Ended(end)));
        let running = process::start(program, &guard::guarded(&arguments), folder, on_line, on_end)
            .map_err(|source| Error::NotRun { program: program.display().to_string(), source })?;
        // Dropping it ends the program, whichever way this function returns.
        let mut running = Some(running);
        let mut stalled = false;
        loop {
            match messages.recv_timeout(PATIENCE) {
                Ok(Message::Printed(line)) => match state.printed(&line, now()) {
                    Some(Heard::Connected) => voice.publish(self.input, &self.push.to, &Status::Connected),
                    Some(Heard::Sent(sent)) => {
                        voice.publish(self.input, &self.push.to, &Status::Sending(sent));
                    }
                    None => {}
                },
                Ok(Message::Ended(end)) => {
                    let exit = match end.code() {
                        _ if stalled => Exit::Stalled,
                        Some(code) => Exit::Code(code),
                        None => Exit::Signal,
                    };
                    return Ok((exit, end.log));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok((Exit::Signal, Vec::new())),
            }
            self.go_on()?;
            if !stalled && state.is_stalled(now()) {
                stalled = true;
                drop(running.take());
            }
        }
    }

    fn go_on(&self) -> Result<(), Error> {
        if self.bench.interrupt.is_raised() { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// Returns the last lines of a log, with secrets concealed.
    fn evidence(&self, log: &[String]) -> Vec<String> {
        let last = &log[log.len().saturating_sub(EVIDENCE)..];
        last.iter().map(|line| self.push.to.conceal(line)).collect()
    }
}

/// Returns a random number from 0 to 1: the standard library seeds each hasher anew.
fn chance() -> f64 {
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}
