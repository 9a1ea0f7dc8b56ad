//! The files of a job between its tasks: blobs, and decoded frames, which lie in memory and, as far as there is too
//! little of it, in files of the browser's private file system: browsers take longer to put them into a blob and back
//! than to decode them. Knows no task's purpose.

use crate::disk::Disk;
use clipfit_core::job::report;
use clipfit_core::step::files::FRAMES_FILE;
use clipfit_core::step::{Artifact, ArtifactKind, InputSource, Task, Written};
use clipfit_core::units::Bytes;
use clipfit_site::PackageFile;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// What a job keeps.
#[derive(Default)]
pub(crate) struct Kept {
    blobs: HashMap<Artifact, Blob>,
    /// Buffers, the handle of a file, or both.
    frames: HashMap<Artifact, Array>,
    disk: Disk,
    /// Several tasks may want the same frames at once.
    shares: bool,
}

/// Frames for a task.
pub(crate) struct LentFrames {
    /// Buffers, the handle of a file, or both.
    pub(crate) parts: Array,
    /// Those that go to the worker, which gives them back, instead of being copied.
    pub(crate) moved: Array,
}

/// What a task is given.
pub(crate) struct Given {
    pub(crate) names: Vec<String>,
    /// In the order of `names`.
    pub(crate) blobs: Vec<Blob>,
    pub(crate) frames: Option<LentFrames>,
}

impl Kept {
    /// Returns what a job keeps at its beginning: nothing, and the place for it.
    pub(crate) fn new(disk: Disk) -> Kept {
        Kept { disk, ..Kept::default() }
    }

    /// Returns the folder for the frames that a task is to keep; undefined where it keeps none.
    pub(crate) fn folder(&self, task: &Task) -> JsValue {
        let keeps = task.outputs.iter().any(|output| output.name == FRAMES_FILE);
        if keeps { self.disk.folder.clone() } else { JsValue::UNDEFINED }
    }

    /// Sets whether several tasks may want the same frames at once.
    pub(crate) fn share(&mut self, shares: bool) {
        self.shares = shares;
    }

    /// Returns the inputs of a task on `clip`, without files that were never written (a preset without macroblock
    /// tree).
    pub(crate) fn give(&mut self, task: &Task, clip: &File) -> Given {
        let mut given = Given { names: Vec::new(), blobs: Vec::new(), frames: None };
        for input in &task.inputs {
            let blob = match &input.source {
                InputSource::Kept(artifact) if artifact.is_frames() => {
                    given.frames = self.lend(artifact);
                    None
                }
                InputSource::Clip => Some(clip.clone().into()),
                InputSource::Kept(artifact) => self.blobs.get(artifact).cloned(),
                InputSource::Text(text) => text_blob(text),
            };
            if let Some(blob) = blob {
                given.names.push(input.name.clone());
                given.blobs.push(blob);
            }
        }
        given
    }

    fn lend(&mut self, artifact: &Artifact) -> Option<LentFrames> {
        let parts = self.frames.get(artifact).cloned()?;
        let moves = |part: &JsValue| !self.shares && part.is_instance_of::<ArrayBuffer>();
        let moved: Array = parts.iter().filter(moves).collect();
        if moved.length() > 0 {
            self.frames.remove(artifact);
        }
        Some(LentFrames { parts, moved })
    }

    /// Takes in what a task made, and frames that it was lent or made; returns what the job wants to
    /// know of them.
    pub(crate) async fn take(
        &mut self,
        task: &Task,
        files: Vec<(String, Blob)>,
        frames: Option<Array>,
    ) -> Vec<Written> {
        let mut written = Vec::new();
        for (name, blob) in files {
            let Some(wanted) = task.outputs.iter().find(|output| output.name == name) else { continue };
            let size = Bytes(blob.size() as u64);
            // What cannot be read back counts as not written; the job then tries again.
            let Ok(head) = head(&blob, wanted.read).await else { continue };
            if let Some(artifact) = wanted.keep {
                self.blobs.insert(artifact, blob);
            }
            written.push(Written { name, size, head });
        }
        let Some(frames) = frames else { return written };
        let made = task.outputs.iter().find(|output| output.name == FRAMES_FILE).and_then(|one| one.keep);
        let lent = task.inputs.iter().find_map(|input| match input.source {
            InputSource::Kept(artifact) if artifact.is_frames() => Some(artifact),
            _ => None,
        });
        if made.is_some() {
            written.push(Written { name: FRAMES_FILE.into(), size: Bytes(0), head: Vec::new() });
        }
        if let Some(artifact) = made.or(lent.filter(|_| !self.shares)) {
            self.frames.insert(artifact, frames);
        }
        written
    }

    /// Lets go of a file.
    pub(crate) fn drop(&mut self, artifact: &Artifact) {
        self.blobs.remove(artifact);
        if let Some(frames) = self.frames.remove(artifact) {
            self.disk.forget(&frames);
        }
    }

    /// Lets go of everything.
    pub(crate) fn clear(&mut self) {
        self.blobs.clear();
        self.frames.drain().for_each(|(_, frames)| self.disk.forget(&frames));
    }

    /// Returns the result of a job that makes one file.
    pub(crate) fn result(&mut self) -> Option<Blob> {
        self.blobs.remove(&Artifact { rendition: 0, kind: ArtifactKind::Result })
    }

    /// Returns the files of a package; `None` if one is missing.
    pub(crate) fn package(&mut self, files: &[report::PackageFile]) -> Option<Vec<PackageFile>> {
        let mut blob = |source: &InputSource| match source {
            InputSource::Kept(artifact) => self.blobs.remove(artifact),
            InputSource::Text(text) => text_blob(text),
            InputSource::Clip => None,
        };
        files.iter().map(|file| Some((file.path.clone(), blob(&file.source)?))).collect()
    }
}

fn text_blob(text: &str) -> Option<Blob> {
    Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text))).ok()
}

/// Returns the first `most` bytes of a blob.
async fn head(blob: &Blob, most: usize) -> Result<Vec<u8>, JsValue> {
    let wanted = blob.size().min(most as f64);
    if wanted == 0.0 {
        return Ok(Vec::new());
    }
    let part = blob.slice_with_f64_and_f64(0.0, wanted)?;
    let buffer = JsFuture::from(part.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
