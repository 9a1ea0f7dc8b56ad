//! The figures of a checked result.

use crate::clip::format::VideoFormat;
use crate::plan::chunks::Grid;
use crate::plan::notes::Note;
use crate::step::InputSource;
use crate::units::{Bytes, Micros};
use serde::Serialize;

/// A finished, checked result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Size of the source.
    pub source_bytes: Bytes,
    /// Size of the result.
    pub bytes: Bytes,
    /// The limit that held.
    pub limit: Bytes,
    /// The source itself is the result.
    pub kept_source: bool,
    /// Frame size and rate of the video.
    #[serde(rename = "picture")]
    pub format: VideoFormat,
    /// Frames of the video.
    pub frames: u64,
    /// Length of the result.
    pub duration: Micros,
    /// Its frames on the source's timeline; `None` for a package, where nothing was encoded, and where its
    /// frames show a part of the source's, another way up or with bars around.
    #[serde(skip)]
    pub grid: Option<Grid>,
    /// Chunks that were encoded again to meet the limit or the floor.
    pub encoded_again: u32,
    /// What the plan changed and dropped, with what was found while running.
    pub notes: Vec<Note>,
    /// The files of a package; a single result has none.
    pub files: Vec<PackageFile>,
}

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackageFile {
    /// Where it belongs, with forward slashes.
    pub path: String,
    /// Its size.
    pub bytes: Bytes,
    /// What is in it.
    #[serde(skip)]
    pub source: InputSource,
}

impl PackageFile {
    pub(super) fn text(path: String, text: String) -> PackageFile {
        PackageFile { path, bytes: Bytes(text.len() as u64), source: InputSource::Text(text) }
    }
}

impl Report {
    /// Returns whether it was decoded whole and shows and plays what the source does.
    pub fn is_compared(&self) -> bool {
        !self.notes.iter().any(|note| matches!(note, Note::Differs { .. } | Note::NotCompared))
    }

    /// Returns the share of the source's bytes that were saved, 0 to 1.
    pub fn saved(&self) -> f64 {
        if self.source_bytes.0 == 0 { 0.0 } else { 1.0 - self.bytes.0 as f64 / self.source_bytes.0 as f64 }
    }
}
