//! Records what native programs answer to a whole job, as a seed of the target `job`: `record CLIP LINK > seed`. Knows
//! nothing of damage.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for whoever makes seeds")]

use clipfit_core::job::prelude::Host;
use clipfit_core::job::{Event, Job};
use clipfit_core::machine::limits::Limits;
use clipfit_core::step::{Artifact, InputSource, Program, Written};
use clipfit_core::units::Bytes;
use clipfit_core::wishes::link;
use clipfit_fuzz::job::{BORDER, drive};
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

/// As much of a media file as a seed holds.
const MEDIA_HEAD: usize = 64;

fn main() {
    let [clip, address] = [1, 2].map(|at| std::env::args().nth(at).unwrap());
    let clip = fs::canonicalize(clip).unwrap();
    let size = fs::metadata(&clip).unwrap().len();
    let folder = tempfile::tempdir().unwrap();
    let mut kept: HashMap<Artifact, PathBuf> = HashMap::new();
    let mut seed = format!("{size} {address}").into_bytes();
    let limits = Limits::native(2, Some(Bytes(4_000_000_000)), Bytes(100_000_000_000));
    drive(Job::new(Bytes(size), link::parse(&address, "").wishes, Host::Native(limits)), |task| {
        let place = folder.path().join(task.id.0.to_string());
        fs::create_dir(&place).unwrap();
        for input in &task.inputs {
            let to = place.join(&input.name);
            match &input.source {
                InputSource::Clip => drop(fs::copy(&clip, to).unwrap()),
                InputSource::Kept(artifact) => {
                    kept.get(artifact).map(|from| fs::copy(from, to).unwrap());
                }
                InputSource::Text(text) => fs::write(to, text).unwrap(),
            }
        }
        let (program, arguments) = match &task.program {
            Program::Ffmpeg { arguments } => ("ffmpeg", arguments.clone()),
            Program::Ffprobe { arguments } => ("ffprobe", arguments.clone()),
            other => panic!("no native program can do this: {other:?}"),
        };
        let end =
            Command::new(program).arg("-hide_banner").args(&arguments).current_dir(&place).output().unwrap();
        let mut outputs = Vec::new();
        for output in &task.outputs {
            let Ok(whole) = fs::read(place.join(&output.name)) else { continue };
            if let Some(artifact) = output.keep {
                let to = folder.path().join(format!("{artifact:?}"));
                fs::write(&to, &whole).unwrap();
                kept.insert(artifact, to);
            }
            // Of media only the first boxes are looked at.
            let most = if output.read == usize::MAX { whole.len() } else { output.read.min(MEDIA_HEAD) };
            let head = whole[..whole.len().min(most)].to_vec();
            seed.extend_from_slice(BORDER);
            if head.len() < whole.len() {
                seed.extend(format!("@{} ", whole.len()).into_bytes());
            }
            seed.extend_from_slice(&head);
            outputs.push(Written { name: output.name.clone(), size: Bytes(whole.len() as u64), head });
        }
        let log = String::from_utf8_lossy(&end.stderr).into_owned();
        seed.extend_from_slice(BORDER);
        seed.extend_from_slice(log.as_bytes());
        let log = log.lines().map(str::to_owned).collect();
        let exit_code = end.status.code().unwrap_or(1);
        Event::Done { task: task.id, exit_code, answer: None, outputs, log }
    });
    std::io::stdout().write_all(&seed).unwrap();
}
