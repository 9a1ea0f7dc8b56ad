//! A package's end: every finished file is cut into segments, the playlists are written and held against the rules, and
//! the report counts all files. Knows nothing of how a rendition is encoded.

use super::cut::Cutting;
use super::failure::{Failure, Step};
use super::rendition::Rendition;
use super::report::{PackageFile, Report};
use super::schedule::Schedule;
use super::shared::{End, Ended, Running};
use super::verify::Fault;
use crate::hls::{self, check};
use crate::plan::{Action, Plan, refuse_package};
use crate::step::{Artifact, ArtifactKind, InputSource};
use crate::units::Bytes;
use crate::wishes::Wishes;
use crate::wishes::packaging::SegmentFormat;

/// A file is cut this often at most.
const TRIES: u32 = 3;
/// More than what a rendition missed its share by is offered, since it is measured at its coarsest.
const RAISED: f64 = 1.1;

impl Schedule {
    /// Returns whether nothing is left to do for a rendition.
    pub(super) fn is_through(&self, one: &Rendition) -> bool {
        one.cut.is_some() || self.cutting.is_none() && one.report.is_some()
    }

    pub(super) fn cut_done(&mut self, running: Running, ended: Ended) {
        let Ended { exit_code, outputs, log, .. } = ended;
        let cut = self.cutting.as_ref().and_then(|cutting| cutting.read(&outputs));
        match cut.filter(|_| exit_code == 0) {
            Some(cut) => {
                let rendition = &mut self.renditions[running.rendition];
                rendition.cut = Some(cut);
                let whole = rendition.artifact(ArtifactKind::Result);
                self.shared.drop_files(vec![whole]);
            }
            None => self.cut_again(running, Some(exit_code), log),
        }
    }

    pub(super) fn cut_again(&mut self, running: Running, exit_code: Option<i32>, log: Vec<String>) {
        if running.tries < TRIES {
            self.shared.again(&running, running.tries + 1);
        } else {
            self.shared.end(End::GaveUp(Failure::Broken { step: Step::Assemble, exit_code, log }));
        }
    }

    /// Ends once nothing is left to do for any rendition.
    pub(super) fn finish_package(&mut self) {
        if !self.renditions.iter().all(|one| self.is_through(one)) {
            return;
        }
        let (files, fault) = match &self.cutting {
            Some(cutting) => match self.put_together(cutting) {
                Some((files, fault)) => (files, fault),
                None => return,
            },
            None => (self.whole_files(), None),
        };
        let bytes = Bytes(files.iter().map(|file| file.bytes.0).sum());
        let limit = self.shared.plan.limit;
        let Some(first) = self.renditions.first().and_then(|one| one.report.clone()) else { return };
        let end = match fault {
            _ if bytes > limit => End::GaveUp(Failure::OverLimit { reached: bytes, limit }),
            Some(fault) => End::GaveUp(Failure::CheckFailed { fault }),
            None => {
                let reports = self.renditions.iter().filter_map(|one| one.report.as_ref());
                let encoded_again = reports.map(|one| one.encoded_again).sum();
                let notes = self.shared.plan.notes.clone();
                self.shared.drop_files(vec![Artifact::AUDIO]);
                End::Finished(Box::new(Report {
                    bytes,
                    limit,
                    encoded_again,
                    notes,
                    files,
                    grid: None,
                    ..first
                }))
            }
        };
        self.shared.end(end);
    }

    /// Returns the renditions as they are, a file each.
    fn whole_files(&self) -> Vec<PackageFile> {
        let file = |one: &Rendition| {
            let report = one.report.as_ref()?;
            let path = format!("{}.mp4", folder(report));
            let source = InputSource::Kept(one.artifact(ArtifactKind::Result));
            Some(PackageFile { path, bytes: report.bytes, source })
        };
        self.renditions.iter().filter_map(file).collect()
    }

    /// Returns the files of a stream, and the first rule that they break.
    fn put_together(&self, cutting: &Cutting) -> Option<(Vec<PackageFile>, Option<Fault>)> {
        let Cutting { format, segments } = cutting;
        let format = *format;
        let playlist = hls::media_playlist(format, segments);
        let durations = segments.durations();
        let (mut renditions, mut streams, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for one in &self.renditions {
            let (cut, folder) = (one.cut.as_ref()?, folder(one.report.as_ref()?));
            let name = |segment: usize| hls::segment_name(format, segment);
            let begins = durations.iter().zip(&cut.begins);
            streams.push(check::Stream {
                uri: format!("{folder}/{}", hls::INDEX),
                segments: begins.map(|(&duration, &begin)| check::Segment { duration, begin }).collect(),
            });
            files.push(PackageFile::text(format!("{folder}/{}", hls::INDEX), playlist.clone()));
            if format == SegmentFormat::Fmp4 {
                let bytes = Bytes(cut.init.len() as u64);
                let source = InputSource::Kept(one.artifact(ArtifactKind::Init));
                files.push(PackageFile { path: format!("{folder}/{}", hls::INIT), bytes, source });
            }
            files.extend(cut.sizes.iter().enumerate().map(|(segment, &bytes)| PackageFile {
                path: format!("{folder}/{}", name(segment)),
                bytes,
                source: InputSource::Kept(one.artifact(ArtifactKind::Segment(segment))),
            }));
            renditions.push(hls::Variant { folder, codecs: cut.codecs.clone(), sizes: cut.sizes.clone() });
        }
        let master = hls::master_playlist(format, segments, &renditions);
        let broken = check::check(&streams).into_iter().next();
        files.insert(0, PackageFile::text(hls::MASTER.to_owned(), master));
        Some((files, broken.map(|rule| Fault::Package(rule.to_string()))))
    }
}

/// Returns a rendition's failure in terms of the whole package, which is what the person named a target for.
pub(super) fn in_all(failure: Failure, plan: &Plan, wishes: &Wishes) -> Failure {
    let streams = matches!(&plan.action, Action::Package(package) if package.format.is_some());
    match (&failure, wishes.packaging.target) {
        (Failure::OverLimit { reached, limit }, Some(_)) if streams => {
            let scale = reached.0 as f64 / limit.0.max(1) as f64 * RAISED;
            let least = (plan.limit.0 as f64 * scale / 1000.0).ceil() as u64 * 1000;
            Failure::TooSmall(refuse_package(wishes, Bytes(least)))
        }
        _ => failure,
    }
}

fn folder(report: &Report) -> String {
    hls::folder(report.format.width, report.format.height)
}
