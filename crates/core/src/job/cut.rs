//! How a finished file is cut into the segments of a stream, and what is known of them. Knows no playlist and no
//! schedule.

use crate::hls::{self, Segments};
use crate::plan::{Action, Plan};
use crate::step::package::PackageStep;
use crate::step::{Artifact, ArtifactKind, Output, Written};
use crate::units::Bytes;
use crate::wishes::packaging::SegmentFormat;
use clipfit_container::read::segment::{self, Begin};
use clipfit_container::read::{self, StreamCodecs};

/// How finished files are cut into segments.
#[derive(Debug)]
pub(super) struct Cutting {
    pub(super) format: SegmentFormat,
    pub(super) segments: Segments,
}

/// A rendition's segments.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) codecs: StreamCodecs,
    pub(super) init: Vec<u8>,
    pub(super) sizes: Vec<Bytes>,
    pub(super) begins: Vec<Option<Begin>>,
}

impl Cutting {
    /// Returns how the files of a plan are cut; `None` where they stay whole.
    pub(super) fn of(plan: &Plan) -> Option<Cutting> {
        let Action::Package(package) = &plan.action else { return None };
        Some(Cutting { format: package.format?, segments: package.segments()? })
    }

    pub(super) fn step(&self) -> PackageStep {
        PackageStep::new(self.format, &self.segments)
    }

    /// Returns the files that cutting one rendition writes. The first tells what the streams are; as a file it belongs
    /// to fragments only.
    pub(super) fn outputs(&self, rendition: usize) -> Vec<Output> {
        let fragments = self.format == SegmentFormat::Fmp4;
        let keep = |kind| Some(Artifact { rendition, kind });
        let output = |(place, name): (usize, String)| match place.checked_sub(1) {
            None => Output { name, keep: keep(ArtifactKind::Init).filter(|_| fragments), read: usize::MAX },
            Some(index) => Output { name, keep: keep(ArtifactKind::Segment(index)), read: segment::HEAD },
        };
        self.step().outputs().into_iter().enumerate().map(output).collect()
    }

    /// Reads what cutting has written; `None` where a file is missing.
    pub(super) fn read(&self, outputs: &[Written]) -> Option<Cut> {
        let [init, segments @ ..] = outputs else { return None };
        let begin = |one: &Written| segment::begin(self.format.into(), &init.head, &one.head);
        (init.name == hls::INIT && segments.len() == self.segments.count()).then_some(())?;
        Some(Cut {
            codecs: read::codecs(&init.head)?,
            init: init.head.clone(),
            sizes: segments.iter().map(|one| one.size).collect(),
            begins: segments.iter().map(begin).collect(),
        })
    }
}
