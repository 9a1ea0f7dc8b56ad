//! What a push does when the connection to the receiver is lost: how long it waits, where it goes on, and when it gives
//! up. Fed with what ffmpeg prints and with its end; time and chance come from outside. Knows no process and no
//! address.

use crate::live::Push;
use crate::units::{Bytes, Kbps, Micros};
use std::collections::VecDeque;
use std::error::Error;
use std::fmt;

/// The longest wait, in seconds.
const LONGEST: f64 = 30.0;
/// A connection that held this long makes what failed before it forgotten.
const HELD: Micros = Micros(30_000_000);
/// A push that gets no further for this long has lost its receiver.
const STALLED: Micros = Micros(20_000_000);
/// The reported rate covers this many of ffmpeg's progress blocks, about a second apart.
const WINDOW: usize = 6;

/// How often is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tries {
    /// One connection, and no other after it however long it held.
    Once,
    /// So many in a row that did not hold.
    AtMost(u32),
    /// Until somebody ends it.
    #[default]
    Unlimited,
}

/// Why a connection is gone. Another may fare better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Nobody listens at this port.
    Refused,
    /// No such machine is known, perhaps because the network is away.
    NotFound,
    /// The machine does not answer.
    NoAnswer,
    /// The receiver rejected the stream, perhaps only for now.
    Rejected,
    /// The receiver closed the connection.
    Gone,
    /// No byte went out for a while.
    Stalled,
    /// ffmpeg was ended by something else.
    Killed,
    /// ffmpeg ended though there is more to push.
    Ended,
}

/// Why another connection would fare no better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fatal {
    /// ffmpeg lacks the protocol or the format.
    Protocol,
    /// The clip cannot be read.
    Input,
    /// The encoder does not take what it is given.
    Encoder,
    /// The receiver did not accept the key.
    Unauthorized,
}

/// Why a push ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GaveUp {
    /// No use in trying again.
    Fatal(Fatal),
    /// Tried as often as was asked for.
    Tried {
        /// Connections in a row that did not hold.
        connections: u32,
        /// What became of the last.
        last: Loss,
    },
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Loss::Refused => "the connection was refused",
            Loss::NotFound => "the host name is not known",
            Loss::NoAnswer => "the receiver does not answer",
            Loss::Rejected => "the receiver rejected the stream",
            Loss::Gone => "the receiver closed the connection",
            Loss::Stalled => "no data went through any more",
            Loss::Killed => "ffmpeg was stopped from outside",
            Loss::Ended => "ffmpeg ended",
        })
    }
}

impl Loss {
    /// Returns its name for programs.
    pub fn id(self) -> &'static str {
        match self {
            Loss::Refused => "refused",
            Loss::NotFound => "notFound",
            Loss::NoAnswer => "noAnswer",
            Loss::Rejected => "rejected",
            Loss::Gone => "gone",
            Loss::Stalled => "stalled",
            Loss::Killed => "killed",
            Loss::Ended => "ended",
        }
    }
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GaveUp::Fatal(Fatal::Protocol) => "The ffmpeg on PATH does not support this protocol.",
            GaveUp::Fatal(Fatal::Input) => "The clip cannot be read.",
            GaveUp::Fatal(Fatal::Encoder) => "The encoder does not support this format.",
            GaveUp::Fatal(Fatal::Unauthorized) => "The receiver did not accept the key or token.",
            GaveUp::Tried { connections: 1, last } => return write!(f, "The push ended: {last}."),
            GaveUp::Tried { connections, last } => {
                return write!(f, "Gave up after {connections} connections in a row: {last}.");
            }
        })
    }
}

impl Error for GaveUp {}

/// How ffmpeg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By a signal.
    Signal,
    /// By us, because it got no further.
    Stalled,
}

/// What comes after an end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// The clip is over.
    Finished,
    /// Another connection after `delay`, the `attempt`th in a row.
    Wait {
        /// How long.
        delay: Micros,
        /// Counted from 1.
        attempt: u32,
        /// Why.
        loss: Loss,
    },
    /// There is no more to be done.
    GiveUp(GaveUp),
}

/// What a line of ffmpeg's output means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Heard {
    /// The receiver accepts what is sent.
    Connected,
    /// How far it is.
    Sent(Sent),
}

/// How far a push is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sent {
    /// Time shown so far, over all connections.
    pub media: Micros,
    /// Bytes so far, over all connections.
    pub bytes: Bytes,
    /// The rate of the last seconds.
    pub rate: Option<Kbps>,
}

/// One push, over as many connections as it takes.
#[derive(Debug, Clone)]
pub struct Reconnect {
    tries: Tries,
    /// How long the clip is; `None` for the pattern.
    length: Option<Micros>,
    looped: bool,
    waits_to_be_called: bool,
    /// Sent over connections that are gone.
    before: (Micros, Bytes),
    /// Sent over this one.
    now: (Micros, Bytes),
    /// What is known of the block of lines under way.
    block: (Micros, Bytes),
    recent: VecDeque<(Micros, Bytes)>,
    connected: Option<Micros>,
    advanced: Micros,
    failures: u32,
    connections: u32,
}

impl Reconnect {
    /// Returns a push that has not begun.
    pub fn new(push: &Push, tries: Tries) -> Reconnect {
        Reconnect {
            tries,
            length: push.clip_length(),
            looped: push.looped,
            waits_to_be_called: push.to.waits_to_be_called(),
            before: Default::default(),
            now: Default::default(),
            block: Default::default(),
            recent: VecDeque::new(),
            connected: None,
            advanced: Micros(0),
            failures: 0,
            connections: 0,
        }
    }

    /// Begins a connection at `now` and returns where in the clip it starts.
    pub fn begin(&mut self, now: Micros) -> Micros {
        (self.now, self.block, self.connected, self.advanced) =
            (Default::default(), Default::default(), None, now);
        self.recent.clear();
        let media = self.before.0;
        match self.length {
            None => Micros(0),
            Some(length) if self.looped => Micros(media.0.checked_rem(length.0).unwrap_or(0)),
            Some(_) => media,
        }
    }

    /// Reads a line of `-progress`, printed at `now`.
    pub fn printed(&mut self, line: &str, now: Micros) -> Option<Heard> {
        let (name, value) = line.split_once('=')?;
        let value = value.trim();
        match name {
            // `N/A` before the first packet.
            "out_time_us" => {
                self.block.0 = value.parse().map_or(self.block.0, |time: i64| Micros(time.max(0)))
            }
            "total_size" => self.block.1 = value.parse().map_or(self.block.1, Bytes),
            "progress" => return self.block_ends(now),
            _ => {}
        }
        None
    }

    fn block_ends(&mut self, now: Micros) -> Option<Heard> {
        let further = self.block.0 > self.now.0 || self.block.1 > self.now.1;
        if !further {
            return None;
        }
        (self.now, self.advanced) = (self.block, now);
        self.recent.push_back(self.now);
        if self.recent.len() > WINDOW {
            self.recent.pop_front();
        }
        if self.connected.is_none() {
            self.connected = Some(now);
            self.connections = self.connections.saturating_add(1);
            return Some(Heard::Connected);
        }
        Some(Heard::Sent(self.sent()))
    }

    /// Returns how much was sent.
    pub fn sent(&self) -> Sent {
        let rate = self.recent.front().zip(self.recent.back()).and_then(|(first, last)| {
            let time = last.0 - first.0;
            (time.0 > 0).then(|| Bytes(last.1.0.saturating_sub(first.1.0)).over(time))
        });
        let bytes = Bytes(self.before.1.0.saturating_add(self.now.1.0));
        Sent { media: self.before.0 + self.now.0, bytes, rate }
    }

    /// Connections that came about.
    pub fn connections(&self) -> u32 {
        self.connections
    }

    /// Returns whether the receiver has accepted nothing for so long that the connection counts as lost.
    pub fn is_stalled(&self, now: Micros) -> bool {
        let expects = self.connected.is_some() || !self.waits_to_be_called;
        expects && now - self.advanced > STALLED
    }

    /// Decides what follows the end of a connection at `now`, with these last lines of ffmpeg's log. `chance` is from 0
    /// to 1.
    pub fn ended(&mut self, exit: Exit, log: &[String], now: Micros, chance: f64) -> Next {
        let sent = self.sent();
        (self.before, self.now) = ((sent.media, sent.bytes), Default::default());
        if exit == Exit::Code(0) && self.length.is_some() && !self.looped {
            return Next::Finished;
        }
        let loss = match judge(exit, log, self.connected.is_some()) {
            Ok(loss) => loss,
            Err(fatal) => return Next::GiveUp(GaveUp::Fatal(fatal)),
        };
        if self.connected.is_some_and(|since| now - since >= HELD) {
            self.failures = 0;
        } else {
            self.failures = self.failures.saturating_add(1);
        }
        let most = match self.tries {
            Tries::Once => 0,
            Tries::AtMost(most) => most,
            Tries::Unlimited => u32::MAX,
        };
        if self.failures >= most {
            return Next::GiveUp(GaveUp::Tried { connections: self.failures.max(1), last: loss });
        }
        Next::Wait { delay: delay(self.failures, chance), attempt: self.failures.saturating_add(1), loss }
    }
}

/// Returns 1, 2, 4, 8, 16 seconds and then 30, less up to a quarter, so that not everyone returns to a lost server at
/// once.
fn delay(failures: u32, chance: f64) -> Micros {
    let doubled = 2f64.powi(failures.saturating_sub(1).min(16) as i32).min(LONGEST);
    Micros::from_seconds(doubled * (1.0 - chance.clamp(0.0, 1.0) / 4.0))
}

/// Judges by ffmpeg's last words: those of libavformat and of the system, which are the same since ffmpeg 4.
fn judge(exit: Exit, log: &[String], connected: bool) -> Result<Loss, Fatal> {
    match exit {
        Exit::Stalled if connected => return Ok(Loss::Stalled),
        Exit::Stalled => return Ok(Loss::NoAnswer),
        Exit::Signal => return Ok(Loss::Killed),
        Exit::Code(_) => {}
    }
    let says = |words: &[&str]| log.iter().any(|line| words.iter().any(|word| line.contains(word)));
    let of_input = |line: &String| {
        line.starts_with(&format!("{}: ", crate::step::files::CLIP)) || line.contains("Error opening input")
    };
    if log.iter().any(of_input) {
        return Err(Fatal::Input);
    }
    if !connected {
        if says(&[
            "Protocol not found",
            "Unknown output format",
            "not a suitable output format",
            "not known format",
        ]) {
            return Err(Fatal::Protocol);
        }
        if says(&[
            "while opening encoder",
            "Error initializing output stream",
            "Unknown encoder",
            "Unrecognized option",
        ]) {
            return Err(Fatal::Encoder);
        }
        if says(&["401 Unauthorized", "403 Forbidden"]) {
            return Err(Fatal::Unauthorized);
        }
    }
    Ok(if connected {
        if exit == Exit::Code(0) { Loss::Ended } else { Loss::Gone }
    } else if says(&["Connection refused"]) {
        Loss::Refused
    } else if says(&["Failed to resolve hostname", "Name or service not known"]) {
        Loss::NotFound
    } else if says(&["timed out", "No route to host", "Network is unreachable", "Input/output error"]) {
        Loss::NoAnswer
    } else {
        Loss::Rejected
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Address;

    const SECOND: i64 = 1_000_000;

    fn push(to: &str) -> Push {
        let to = Address::parse(to).unwrap_or_else(|why| panic!("{to}: {why:?}"));
        Push::of_test_pattern(None, to)
    }

    fn clip(seconds: i64, looped: bool) -> Reconnect {
        let length = Some(Micros(seconds * SECOND));
        Reconnect { length, looped, ..Reconnect::new(&push("rtmp://h/live/x"), Tries::Unlimited) }
    }

    /// Runs from `from` to `to`, both in seconds, and prints a block each.
    fn run(state: &mut Reconnect, from: i64, to: i64) -> Micros {
        let began = state.begin(Micros(from * SECOND));
        for second in 1..=(to - from) {
            let now = Micros((from + second) * SECOND);
            let lines = [
                format!("out_time_us={}", second * SECOND),
                format!("total_size={}", second * 2500),
                "progress=continue".into(),
            ];
            for line in &lines {
                state.printed(line, now);
            }
        }
        began
    }

    fn gone(state: &mut Reconnect, at: i64) -> Next {
        state.ended(
            Exit::Code(1),
            &["av_interleaved_write_frame(): Broken pipe".into()],
            Micros(at * SECOND),
            0.0,
        )
    }

    fn waited(next: Next) -> i64 {
        match next {
            Next::Wait { delay, .. } => delay.0 / SECOND,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn waits_grow_and_are_forgotten_after_a_while_that_held() {
        let mut state = Reconnect::new(&push("rtmp://h/live/x"), Tries::Unlimited);
        let refused = ["rtmp://h/live/x: Connection refused".to_owned()];
        let next = |state: &mut Reconnect| {
            state.begin(Micros(0));
            state.ended(Exit::Code(1), &refused, Micros(0), 0.0)
        };
        let waits: Vec<i64> = (0..8).map(|_| waited(next(&mut state))).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        // Ten seconds are too few, thirty are enough.
        run(&mut state, 100, 110);
        assert_eq!(waited(gone(&mut state, 110)), 30);
        run(&mut state, 140, 172);
        assert_eq!(waited(gone(&mut state, 172)), 1);
        assert_eq!(state.connections(), 2);
        state.begin(Micros(0));
        let less = state.ended(Exit::Signal, &[], Micros(0), 1.0);
        assert_eq!(less, Next::Wait { delay: Micros(750_000), attempt: 2, loss: Loss::Killed });
    }

    #[test]
    fn a_clip_goes_on_where_it_was() {
        let mut state = clip(25, false);
        assert_eq!(run(&mut state, 0, 10), Micros(0));
        waited(gone(&mut state, 10));
        assert_eq!(run(&mut state, 20, 28), Micros(10 * SECOND));
        assert_eq!(state.sent().media, Micros(18 * SECOND));
        assert_eq!(state.sent().rate, Some(Kbps(20.0)));
        waited(gone(&mut state, 28));
        assert_eq!(run(&mut state, 40, 47), Micros(18 * SECOND));
        assert_eq!(state.ended(Exit::Code(0), &[], Micros(47 * SECOND), 0.0), Next::Finished);
        assert_eq!(state.sent().bytes, Bytes(25 * 2500));
        let mut state = clip(8, true);
        run(&mut state, 0, 10);
        waited(gone(&mut state, 10));
        assert_eq!(state.begin(Micros(0)), Micros(2 * SECOND));
        assert!(
            matches!(state.ended(Exit::Code(0), &[], Micros(0), 0.0), Next::Wait { .. }),
            "a loop has no end"
        );
    }

    #[test]
    fn it_is_tried_as_often_as_asked() {
        for (tries, connections) in [(Tries::Once, 1), (Tries::AtMost(1), 1), (Tries::AtMost(3), 3)] {
            let mut state = Reconnect::new(&push("rtmp://h/live/x"), tries);
            let mut count = 0;
            let end = loop {
                count += 1;
                run(&mut state, 0, 2);
                if let Next::GiveUp(why) = gone(&mut state, 2) {
                    break why;
                }
            };
            assert_eq!(
                (count, end),
                (connections, GaveUp::Tried { connections, last: Loss::Gone }),
                "{tries:?}"
            );
        }
        let mut state = Reconnect::new(&push("rtmp://h/live/x"), Tries::Once);
        run(&mut state, 0, 60);
        assert!(matches!(gone(&mut state, 60), Next::GiveUp(GaveUp::Tried { connections: 1, .. })));
    }

    #[test]
    fn last_words_are_understood() {
        for (words, expected) in [
            ("rtmp://h/***: Connection refused", Ok(Loss::Refused)),
            ("[tcp @ 0x1] Failed to resolve hostname h: Name or service not known", Ok(Loss::NotFound)),
            ("[srt @ 0x1] Connection to *** failed: Input/output error", Ok(Loss::NoAnswer)),
            ("[rtmp @ 0x1] Server error: already publishing", Ok(Loss::Rejected)),
            ("xyz://h: Protocol not found", Err(Fatal::Protocol)),
            (
                "[NULL @ 0x1] Requested output format 'whip' is not a suitable output format",
                Err(Fatal::Protocol),
            ),
            ("source: Invalid data found when processing input", Err(Fatal::Input)),
            ("[in#0 @ 0x1] Error opening input: No such file or directory", Err(Fatal::Input)),
            ("Error while opening encoder for output stream #0:0", Err(Fatal::Encoder)),
            ("[https @ 0x1] HTTP error 401 Unauthorized", Err(Fatal::Unauthorized)),
        ] {
            assert_eq!(judge(Exit::Code(1), &[words.to_owned()], false), expected, "{words}");
        }
    }

    #[test]
    fn what_gets_no_further_is_lost_unless_it_waits_to_be_called() {
        let late = Micros(21 * SECOND);
        for (to, stalled) in
            [("rtmp://h/live/x", true), ("srt://h:1", true), ("srt://:1?mode=listener", false)]
        {
            let mut state = Reconnect::new(&push(to), Tries::Unlimited);
            state.begin(Micros(0));
            assert_eq!((state.is_stalled(Micros(SECOND)), state.is_stalled(late)), (false, stalled), "{to}");
            run(&mut state, 0, 5);
            assert!(!state.is_stalled(late) && state.is_stalled(Micros(26 * SECOND)), "{to}");
        }
    }
}
