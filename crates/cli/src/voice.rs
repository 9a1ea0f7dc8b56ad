//! Reports to people and programs: text on standard output with a bar on standard error, or JSON lines. Decides
//! nothing.

use crate::error::Error;
use crate::words::{self, Status};
use clipfit_core::clip::facts::MediaFacts;
use clipfit_core::job::report::Report;
use clipfit_core::live::Address;
use clipfit_core::live::reconnect::Sent;
use clipfit_core::plan::Plan;
use clipfit_core::plan::notes::Note;
use clipfit_core::progress::{self, Progress};
use clipfit_core::units::Micros;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Shortest time between two progress lines for programs.
const INTERVAL: Duration = Duration::from_millis(200);
/// Steps of the bar.
const STEPS: u64 = 1000;
/// Log lines shown to people.
const LOG_SHOWN: usize = 8;

/// Prints the reports of one run of the program.
pub(crate) struct Voice {
    json: bool,
    bar: Option<ProgressBar>,
    told_at: Option<Instant>,
    told: Option<Progress>,
    done: usize,
    failed: usize,
    files: Vec<Value>,
    /// Notes of the plan that was reported last.
    noted: Vec<Note>,
}

impl Voice {
    pub(crate) fn new(json: bool) -> Voice {
        let noted = Vec::new();
        Voice { json, bar: None, told_at: None, told: None, done: 0, failed: 0, files: Vec::new(), noted }
    }

    /// Returns how many jobs have no result.
    pub(crate) fn failed(&self) -> usize {
        self.failed
    }

    /// Reports a clip's facts at the start of its job.
    pub(crate) fn facts(&mut self, input: &Path, facts: &MediaFacts) {
        if self.json {
            self.object(json!({ "type": "facts", "input": shown(input), "facts": facts }));
        } else {
            self.line(&format!("{}: {}", input.display(), words::clip(facts)));
        }
    }

    /// Reports a plan.
    pub(crate) fn plan(&mut self, input: &Path, plan: &Plan) {
        if self.json {
            let notes: Vec<String> = plan.notes.iter().map(Note::text).collect();
            self.object(json!({
                "type": "plan", "input": shown(input), "text": words::plan(plan), "notes": notes, "plan": plan,
            }));
        } else {
            self.line(&format!("  {}", words::plan(plan)));
            plan.notes.iter().for_each(|note| self.line(&format!("  {}", note.text())));
            self.noted.clone_from(&plan.notes);
        }
    }

    /// Reports a clip's details to people. Programs already have all facts.
    pub(crate) fn explain_facts(&mut self, input: &Path, facts: &MediaFacts) {
        if !self.json {
            self.explain(input, "Details", &words::details(facts));
        }
    }

    /// Reports one section of an explanation.
    pub(crate) fn explain(&mut self, input: &Path, about: &str, rows: &[String]) {
        if self.json {
            self.object(
                json!({ "type": "explanation", "input": shown(input), "about": about, "rows": rows }),
            );
        } else {
            self.line(&format!("  {about}:"));
            rows.iter().for_each(|row| self.line(&format!("    {row}")));
        }
    }

    /// Reports progress since `began` on a clip of this length.
    pub(crate) fn progress(&mut self, input: &Path, now: Progress, began: Instant, clip: Micros) {
        let elapsed = Micros(began.elapsed().as_micros() as i64);
        let left = progress::estimate(now.fraction, elapsed, clip).left;
        if !self.json {
            let bar = self.bar.get_or_insert_with(bar);
            bar.set_position((now.fraction * STEPS as f64) as u64);
            let left = left.map_or(String::new(), |left| format!(", {left} left"));
            bar.set_message(format!("{}{left}", now.stage.text()));
            return;
        }
        let early = self.told_at.is_some_and(|told| told.elapsed() < INTERVAL);
        if early || self.told == Some(now) {
            return;
        }
        (self.told_at, self.told) = (Some(Instant::now()), Some(now));
        self.object(json!({
            "type": "progress", "input": shown(input), "stage": now.stage,
            "fraction": now.fraction, "secondsLeft": left.map(Micros::seconds),
        }));
    }

    /// Reports the live stream that is about to start.
    pub(crate) fn pushing(&mut self, input: Option<&Path>, to: &Address, what: &str) {
        if self.json {
            let about = json!({ "input": input.map(shown), "to": to.to_string(), "text": what });
            self.object(with_type("publish", with_event("plan", about)));
        } else {
            let whose = input.map_or("test pattern".into(), shown);
            let _ = writeln!(io::stderr(), "{whose}: {what}");
        }
    }

    /// Reports the state of a live stream; to people, on standard error.
    pub(crate) fn publish(&mut self, input: Option<&Path>, to: &Address, status: &Status) {
        if let Status::Sending(sent) = status {
            if !self.json {
                let bar = self.bar.get_or_insert_with(ProgressBar::new_spinner);
                bar.set_message(words::sent(sent));
                bar.tick();
                return;
            }
            if self.told_at.is_some_and(|told| told.elapsed() < INTERVAL) {
                return;
            }
            self.told_at = Some(Instant::now());
        } else if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if !self.json {
            // If this cannot be written, there is nowhere left to report it.
            let _ = writeln!(io::stderr(), "  {}", words::status(status, to));
            return;
        }
        let mut event = json!({ "type": "publish", "input": input.map(shown), "to": to.to_string() });
        let told = match status {
            Status::Connecting { attempt, from } => {
                json!({ "event": "connecting", "attempt": attempt, "from": from.seconds() })
            }
            Status::Connected => json!({ "event": "connected" }),
            Status::Sending(sent) => with_event("sending", figures(sent)),
            Status::Waiting { delay, attempt, loss, log } => json!({
                "event": "waiting", "why": loss.id(), "text": loss.to_string(), "seconds": delay.seconds(),
                "attempt": attempt, "log": log,
            }),
        };
        if let (Value::Object(event), Value::Object(told)) = (&mut event, told) {
            event.extend(told);
        }
        self.object(event);
    }

    /// Reports that a live stream has reached the end of the clip.
    pub(crate) fn published(&mut self, input: Option<&Path>, to: &Address, sent: &Sent, connections: u32) {
        self.quiet();
        self.done += 1;
        if self.json {
            let mut result = figures(sent);
            if let Value::Object(fields) = &mut result {
                fields.insert("input".to_owned(), input.map(shown).into());
                fields.insert("to".to_owned(), to.to_string().into());
                fields.insert("connections".to_owned(), connections.into());
            }
            self.files.push(result.clone());
            self.object(with_type("publish", with_event("finished", result)));
        } else {
            let _ = writeln!(io::stderr(), "  finished: {}", words::sent(sent));
        }
    }

    /// Prints the command that was requested instead of a run.
    pub(crate) fn command(&mut self, input: Option<&Path>, to: &Address, command: &str) {
        self.done += 1;
        let about = json!({ "input": input.map(shown), "to": to.to_string(), "command": command });
        if self.json {
            self.files.push(about.clone());
            self.object(with_type("publish", with_event("command", about)));
        } else {
            self.line(command);
        }
    }

    /// Reports a checked result at its final path.
    pub(crate) fn result(&mut self, input: &Path, output: &Path, report: &Report, began: Instant) {
        self.quiet();
        self.done += 1;
        let took = began.elapsed();
        if self.json {
            let notes: Vec<String> = report.notes.iter().map(Note::text).collect();
            let result = json!({
                "input": shown(input), "output": shown(output), "seconds": took.as_secs_f64(),
                "notes": notes, "report": report,
            });
            self.files.push(result.clone());
            self.object(with_type("result", result));
        } else {
            let noted = std::mem::take(&mut self.noted);
            for note in report.notes.iter().filter(|note| !noted.contains(note)) {
                self.line(&format!("  {}", note.text()));
            }
            let figures = words::report(report, Micros(took.as_micros() as i64));
            self.line(&format!("{}: {figures}", output.display()));
        }
    }

    /// Counts a clip as done when the command leaves no file.
    pub(crate) fn done(&mut self, input: &Path) {
        self.done += 1;
        self.files.push(json!({ "input": shown(input) }));
    }

    /// Reports an error, of one clip or of the whole run.
    pub(crate) fn error(&mut self, input: Option<&Path>, error: &Error) {
        self.quiet();
        self.failed += 1;
        let offers = error.offers();
        if self.json {
            let offers: Vec<Value> =
                offers.iter().map(|(text, option)| json!({ "text": text, "option": option })).collect();
            let error = json!({
                "input": input.map(shown), "kind": error.kind(), "message": error.to_string(),
                "offers": offers, "log": error.log(),
            });
            self.files.extend(input.map(|_| error.clone()));
            self.object(with_type("error", error));
            return;
        }
        let whose = input.map_or("clipfit".into(), shown);
        let log = error.log();
        let log = log[log.len().saturating_sub(LOG_SHOWN)..].iter().map(|line| format!("  | {line}"));
        let offers = offers.iter().map(|(text, option)| format!("  {text}: {option}"));
        let lines = std::iter::once(format!("{whose}: {error}")).chain(offers).chain(log);
        let mut said = io::stderr().lock();
        for line in lines {
            // If this cannot be written, there is nowhere left to report it.
            let _ = writeln!(said, "{line}");
        }
    }

    /// Prints the final report.
    pub(crate) fn end(&mut self) {
        self.quiet();
        if self.json {
            let files = std::mem::take(&mut self.files);
            self.object(
                json!({ "type": "report", "done": self.done, "failed": self.failed, "files": files }),
            );
        }
    }

    /// Removes the bar when a job is over.
    fn quiet(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        (self.told_at, self.told) = (None, None);
    }

    fn object(&mut self, object: Value) {
        self.line(&object.to_string());
    }

    fn line(&mut self, line: &str) {
        let write = || {
            // A closed pipe does not stop the work.
            let _ = writeln!(io::stdout().lock(), "{line}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

fn figures(sent: &Sent) -> Value {
    let rate = sent.rate.map(|rate| rate.0);
    json!({ "seconds": sent.media.seconds(), "bytes": sent.bytes.0, "kbps": rate })
}

fn with_event(name: &str, mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.insert("event".to_owned(), name.into());
    }
    object
}

/// Creates a bar on standard error; hidden if that is not a terminal.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    let style = ProgressStyle::with_template("  [{bar:30}] {percent:>3} %  {msg}");
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn with_type(name: &str, mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.insert("type".to_owned(), name.into());
    }
    object
}
