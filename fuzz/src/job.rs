//! What programs and media workers answer about a clip, read where a product reads it: by a whole job, up to a plan, its
//! chunks and its result. Refuses to run anything.

use clipfit_core::clip::ffprobe;
use clipfit_core::job::prelude::{Browser, Host};
use clipfit_core::job::{Command, Event, Job};
use clipfit_core::machine::limits::Limits;
use clipfit_core::machine::{NativeEncoders, Threads};
use clipfit_core::step::load::Part;
use clipfit_core::step::{Answer, Task, Written};
use clipfit_core::units::Bytes;
use clipfit_core::wishes::{Wishes, link};

/// What stands between two answers.
pub const BORDER: &[u8] = b"\n====\n";

/// Splits bytes at every border.
fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let here = rest?;
        let at = here.windows(BORDER.len()).position(|window| window == BORDER);
        rest = at.map(|at| &here[at + BORDER.len()..]);
        Some(at.map_or(here, |at| &here[..at]))
    })
}

/// What ffprobe lists: of streams, of packets, of sizes.
pub fn listing(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().count();
    let listing = ffprobe::listing(&text);
    assert!(listing.streams.len() <= lines.min(1000) && listing.tags.len() <= lines);
    for video in listing.streams.iter().filter_map(|stream| stream.video.as_ref()) {
        assert!([0, 90, 180, 270].contains(&video.rotation));
    }
    let packets = ffprobe::packets(&text);
    assert!(packets.sizes.len() <= lines && packets.presented.len() == packets.sizes.len());
    assert!(packets.keyframes.is_sorted() && packets.hidden.is_sorted());
    assert!(ffprobe::sizes(&text).iter().all(|size| size.width > 0 && size.height > 0));
}

/// More events than any input of this size leads to.
const MOST_EVENTS: usize = 3000;

/// Drives a job to its end; `answer` says how a task ends. Nothing follows the end, progress never falls, no result is
/// above its limit.
pub fn drive(mut job: Job, mut answer: impl FnMut(Task) -> Event) {
    let mut commands = job.handle(Event::Start);
    let mut events = Vec::new();
    let mut furthest = 0.0;
    for _ in 0..MOST_EVENTS {
        for command in std::mem::take(&mut commands) {
            match command {
                Command::Run(task) => {
                    let _ = task.program.describe();
                    events.push(answer(task));
                }
                Command::Load { .. } | Command::LoadThreads => {
                    events.push(Event::Loaded { missing: Vec::new() });
                }
                Command::LoadPacker => events.push(Event::PackerLoaded(Ok(()))),
                Command::FindEncoders => events.push(Event::Encoders(NativeEncoders::of(|_| true))),
                Command::Pack(report) => events.push(Event::Packed(Ok(report.bytes))),
                Command::Finish(report) => {
                    assert!(report.kept_source || report.bytes <= report.limit, "{report:?}");
                    assert!(report.notes.iter().all(|note| !note.text().is_empty()));
                    assert_eq!(job.handle(Event::Cancel), [], "nothing follows the end");
                    return;
                }
                Command::Rest => {
                    assert_eq!(job.handle(Event::Cancel), [], "nothing follows the end");
                    return;
                }
                Command::GiveUp(failure) => {
                    assert!(!failure.to_string().is_empty());
                    assert_eq!(job.handle(Event::Cancel), [], "nothing follows the end");
                    return;
                }
                Command::Show(shown) => drop(format!("{shown:?}")),
                Command::Stop => events.clear(),
                Command::KeepSpeeds(_) | Command::EncoderFailed(_) | Command::Drop(_) => {}
            }
        }
        let progress = job.progress().fraction;
        assert!((furthest..=1.0).contains(&progress), "progress is {progress} after {furthest}");
        furthest = progress;
        if events.is_empty() {
            panic!("the job waits for nothing");
        }
        commands = job.handle(events.remove(0));
    }
    panic!("the job does not end");
}

/// Answers of native programs. First the link parameters, and how large the clip is; then for each task the files that
/// it is asked for, each led by its size if it is not read whole, and its log.
pub fn native(bytes: &[u8]) {
    let mut parts = parts(bytes);
    let wishes = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (size, wishes) = wishes.split_once(' ').unwrap_or(("1000000", &wishes));
    let size = size.parse().unwrap_or(1_000_000);
    let host = Host::Native(Limits::native(2, Some(Bytes(4_000_000_000)), Bytes(100_000_000_000)));
    drive(Job::new(Bytes(size), link::parse(wishes, "").wishes, host), |task| {
        let mut outputs = Vec::new();
        for output in &task.outputs {
            let Some(part) = parts.next() else { continue };
            let (size, head) = match part.strip_prefix(b"@").and_then(|part| {
                let at = part.iter().position(|byte| *byte == b' ')?;
                let size = std::str::from_utf8(&part[..at]).ok()?.parse().ok()?;
                Some((size, &part[at + 1..]))
            }) {
                Some((size, head)) => (size, head),
                None => (part.len() as u64, part),
            };
            let head = head[..head.len().min(output.read)].to_vec();
            outputs.push(Written { name: output.name.clone(), size: Bytes(size), head });
        }
        let log = parts.next().map(|log| String::from_utf8_lossy(log).lines().map(str::to_owned).collect());
        let exit_code = i32::from(log.is_none());
        Event::Done { task: task.id, exit_code, answer: None, outputs, log: log.unwrap_or_default() }
    });
}

/// Answers of media workers, as JSON, to a browser's job that wishes what the first part says as it is stored.
pub fn browser(bytes: &[u8]) {
    let mut parts = parts(bytes);
    let wishes = parts.next().unwrap_or_default();
    let wishes: Wishes = serde_json::from_slice(wishes).unwrap_or_default();
    let host = Host::Browser(Browser {
        parts: vec![Part::Core, Part::Encoder, Part::Codecs],
        decodes: true,
        threads: Threads::default(),
        speeds: None,
        limits: Limits::in_browser(2, Some(4.0), false, None),
    });
    drive(Job::new(Bytes(1_000_000), wishes, host), |task| {
        let answer: Option<Answer> = parts.next().and_then(|part| serde_json::from_slice(part).ok());
        let outputs = task.outputs.iter().map_while(|output| {
            let head = parts.next()?.to_vec();
            Some(Written { name: output.name.clone(), size: Bytes(head.len() as u64), head })
        });
        let outputs = if answer.is_none() { outputs.collect() } else { Vec::new() };
        Event::Done {
            task: task.id,
            exit_code: i32::from(answer.is_none()),
            answer,
            outputs,
            log: Vec::new(),
        }
    });
}
