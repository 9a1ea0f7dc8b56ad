//! The last look: a finished file is decoded whole and compared with a decode of the source from its start. What a
//! chunk's decoder got wrong shows here, and what is damaged in the source. Knows no pass and no rate.

use super::rendition::{EncodeState, Rendition, RenditionPhase};
use super::report::Report;
use super::samples::{self, audio_of_source, frames_of_source};
use super::schedule::Schedule;
use super::shared::{Ended, Running, Shared, SourceWatch, Waiting, WatchedPart, WholeFrames, Work};
use super::verify::Fault;
use crate::clip::facts::MediaFacts;
use crate::clip::streams::only_in_browser;
use crate::clip::watched::{self, Differences, Span, Tolerance, WINDOW};
use crate::machine::{Decoder, WhyFfmpeg};
use crate::plan::Action;
use crate::plan::audio::AudioPlan;
use crate::plan::chunks::Grid;
use crate::plan::notes::Note;
use crate::step::files::{CLIP, RESULT_FILE};
use crate::step::watch::{self, SampleStep, Seen, WatchStep};
use crate::step::{ArtifactKind, Output, Program, ffmpeg};
use crate::units::Micros;

/// Most parts in which a finished file is decoded side by side.
const MOST_PARTS: usize = 4;

/// How often a file is watched before the result is handed over without.
const TRIES: u32 = 2;

/// The frames of a file as they are.
fn own_grid(facts: &MediaFacts) -> Grid {
    let video = &facts.video;
    Grid::new(video, video.frame_rate, Micros(0), video.start + video.duration)
}

/// Watches a source that is handed over as it is.
fn of_kept(facts: &MediaFacts) -> WatchStep {
    let (video, grid) = (&facts.video, own_grid(facts));
    let start = facts.zero + video.start;
    let audio = facts.audio.first().map(|track| samples::listen(track.index, start));
    let step = samples::step(video.index, (video.width, video.height), facts.zero + grid.origin, &grid);
    WatchStep { video: Some(step), audio }
}

/// Watches a finished file, whose frames have this size in pixels and lie on `grid` from zero on.
fn of_result(grid: &Grid, size: (u32, u32), audio: bool) -> WatchStep {
    WatchStep {
        video: Some(samples::step(0, size, Micros(0), grid)),
        audio: audio.then(|| samples::listen(1, Micros(0))),
    }
}

/// Joins what was seen of the parts of a file. The audio is heard with the first.
fn joined(parts: Vec<Option<Seen>>) -> Option<Seen> {
    parts.into_iter().reduce(|all, part| {
        let (mut all, part) = (all?, part?);
        all.watched.frames.extend(part.watched.frames);
        all.errors |= part.errors;
        all.rgb |= part.rgb;
        Some(all)
    })?
}

impl Schedule {
    /// Returns a decode of the source that a rendition will be compared with and that nobody has begun.
    pub(super) fn due_source_watch(&mut self) -> Option<Waiting> {
        let compares = |one: &&Rendition| {
            one.report.is_none()
                && matches!(
                    one.phase,
                    RenditionPhase::Measuring
                        | RenditionPhase::Encoding
                        | RenditionPhase::Correcting
                        | RenditionPhase::Finishing
                )
        };
        let sources = &self.shared.sources;
        let (rendition, step) = self.renditions.iter().filter(compares).find_map(|one| {
            let step = one.source_step(&self.shared).filter(|step| !step.is_empty())?;
            sources.iter().all(|source| source.step != step).then_some((one.index, step))
        })?;
        self.shared.sources.push(SourceWatch { step, seen: None });
        let work = Work::WatchSource(self.shared.sources.len() - 1);
        Some(Waiting { rendition, work, tries: 1 })
    }

    /// A decode of the source ended.
    pub(super) fn source_watched(&mut self, running: &Running, source: usize, ended: Ended) {
        let seen = self.renditions[running.rendition].seen(&self.shared, running.work, ended);
        if seen.is_none() && running.tries < TRIES {
            return self.shared.again(running, running.tries + 1);
        }
        self.shared.sources[source].seen = Some(seen.map(Box::new));
        self.compare();
    }

    /// Returns the search for frames that decode as a whole, where a rendition is compared with a source that is damaged.
    pub(super) fn due_damage(&mut self) -> Option<Waiting> {
        let WholeFrames::Unknown = self.shared.whole_frames else { return None };
        let damaged = |one: &&Rendition| {
            let step = one.source_step(&self.shared);
            self.shared.sources.iter().any(|source| {
                Some(source.step) == step
                    && source.seen.iter().flatten().any(|seen| one.is_damage_sought(seen))
            })
        };
        let rendition = self.renditions.iter().find(damaged)?.index;
        self.shared.whole_frames = WholeFrames::Asked;
        Some(Waiting { rendition, work: Work::FindDamage, tries: 1 })
    }

    /// A decode that leaves out what does not decode as a whole ended.
    pub(super) fn damage_found(&mut self, running: &Running, ended: Ended) {
        let whole = (ended.exit_code == 0).then(|| watch::read_times(&ended.outputs)).flatten();
        if whole.is_none() && running.tries < TRIES {
            return self.shared.again(running, running.tries + 1);
        }
        self.shared.whole_frames = WholeFrames::Found(whole);
        self.compare();
    }

    fn compare(&mut self) {
        for one in &mut self.renditions {
            one.compare(&mut self.shared);
        }
    }

    /// A worker was lost while it watched a file. Nothing is lost for that but the comparison.
    pub(super) fn watch_failed(&mut self, running: &Running, log: Vec<String>) {
        let ended = Ended { exit_code: 1, answer: None, outputs: Vec::new(), log };
        match running.work {
            Work::WatchSource(source) => self.source_watched(running, source, ended),
            Work::FindDamage => self.damage_found(running, ended),
            _ => self.renditions[running.rendition].watched(&mut self.shared, running, ended),
        }
    }
}

impl Rendition {
    /// Returns the program that watches a file for `work`, the files that it writes, and the file's name in the working
    /// folder.
    pub(super) fn watch_program(
        &self,
        shared: &Shared,
        work: Work,
    ) -> Option<(Program, Vec<Output>, &'static str)> {
        if work == Work::FindDamage {
            let arguments = ffmpeg::find_whole_frames(CLIP, shared.facts.video.index);
            return Some((Program::Ffmpeg { arguments }, watch::times_only(), CLIP));
        }
        let (file, step) = self.watch_step(shared, work)?;
        let by_browser = self.machine.decoder == Decoder::Browser;
        let program = if by_browser {
            Program::Watch(Box::new(step))
        } else {
            Program::Ffmpeg { arguments: ffmpeg::watch(file, step.video.as_ref()?, step.audio) }
        };
        let outputs = if step.video.is_some() { watch::outputs(by_browser) } else { Vec::new() };
        Some((program, outputs, file))
    }

    fn watch_step(&self, shared: &Shared, work: Work) -> Option<(&'static str, WatchStep)> {
        let facts = &shared.facts;
        Some(match (work, &self.plan.action) {
            (Work::WatchSource(source), _) => (CLIP, shared.sources.get(source)?.step),
            (Work::WatchKept, _) => (CLIP, of_kept(facts)),
            (_, Action::Encode(plan)) => {
                let mut step = of_result(
                    &plan.grid,
                    (plan.format.width, plan.format.height),
                    plan.audio.stream().is_some(),
                );
                if let Some(video) = &mut step.video {
                    let inside = plan.conversion.place(plan.format);
                    let all = [0, 0, plan.format.width, plan.format.height];
                    video.decode.crop = Some(inside).filter(|_| inside != all);
                    let matrix = plan.conversion.colour.matrix.as_deref();
                    if plan.decoder == Decoder::Browser && matches!(matrix, Some("smpte170m" | "bt470bg")) {
                        video.luma_of_chroma = watch::BT601_FROM_BT709;
                    }
                }
                self.only_part(work, &mut step);
                (RESULT_FILE, step)
            }
            (_, Action::Remux(plan)) => {
                let size = (facts.video.width, facts.video.height);
                (RESULT_FILE, of_result(&own_grid(facts), size, plan.audio.is_some()))
            }
            (_, Action::Keep | Action::Package(_)) => return None,
        })
    }

    /// Returns the parts in which the finished file is decoded by so many workers: each begins with a chunk, and the
    /// browser's decoder can start there. ffmpeg decodes it as a whole.
    pub(super) fn result_parts(&self, workers: usize) -> Vec<WatchedPart> {
        let whole = vec![WatchedPart::whole(Work::WatchResult(0))];
        let Some(plan) = self.encode_plan().filter(|_| self.machine.decoder == Decoder::Browser) else {
            return whole;
        };
        let (grid, wanted) = (&plan.grid, workers.min(MOST_PARTS) as u64);
        // The slots where parts begin: the chunks that are nearest to even shares.
        let chunks = || plan.chunks.iter().map(|chunk| chunk.first);
        let mut begins: Vec<u64> = (0..wanted)
            .filter_map(|part| chunks().min_by_key(|first| (first * wanted).abs_diff(grid.frames * part)))
            .collect();
        begins.dedup();
        let every = watch::every(grid.rate);
        let ends = begins.iter().skip(1).copied().chain([grid.frames]);
        let parts = begins.iter().zip(ends).enumerate().map(|(part, (&begin, end))| {
            // Sampled are the same slots as of the source.
            let [first, end] = [begin, end].map(|slot| slot.next_multiple_of(every).min(grid.frames));
            // Half a frame later, so that rounding does not lead to the keyframe before.
            let from = grid.rate.time_of(begin) + Micros(grid.rate.time_of(1).0 / 2);
            WatchedPart {
                work: Work::WatchResult(part),
                from: (part > 0).then_some(from),
                slots: Some((first, end - first)),
                seen: None,
            }
        });
        if begins.len() < 2 { whole } else { parts.collect() }
    }

    /// Restricts `step` to the part of the finished file that `work` decodes.
    fn only_part(&self, work: Work, step: &mut WatchStep) {
        let part = self.watched.iter().find(|part| part.work == work);
        let Some((part, (first, frames))) = part.and_then(|part| Some((part, part.slots?))) else { return };
        if let Some(SampleStep { decode, .. }) = &mut step.video {
            (decode.from, decode.first, decode.frames) = (part.from, first, frames);
        }
        step.audio = step.audio.filter(|_| part.from.is_none());
    }

    /// Reads what watching brought; `None` where it failed.
    fn seen(&self, shared: &Shared, work: Work, ended: Ended) -> Option<Seen> {
        let Ended { exit_code, answer, outputs, log } = ended;
        let (_, step) = self.watch_step(shared, work)?;
        let origin = step.audio.map_or(Micros(0), |audio| audio.origin);
        let codec = &shared.facts.video.codec;
        (exit_code == 0).then(|| watch::read(answer, &outputs, &log, origin, codec)).flatten()
    }

    /// The file is checked, but for its content: `report` is what is said of it once that is right.
    pub(super) fn watch(&mut self, shared: &mut Shared, parts: Vec<WatchedPart>, report: Report) {
        let frames = self.encode.as_mut().map_or(Vec::new(), EncodeState::forget_frames);
        let artifact = |chunk| self.artifact(ArtifactKind::Frames(chunk));
        shared.drop_files(frames.into_iter().map(artifact).collect());
        self.phase = RenditionPhase::Finishing;
        self.checked = Some(report);
        let waiting = |part: &WatchedPart| Waiting { rendition: self.index, work: part.work, tries: 1 };
        shared.tasks.waiting.extend(parts.iter().map(waiting));
        self.watched = parts;
    }

    /// A part of a finished file, or a source that is handed over, was decoded.
    pub(super) fn watched(&mut self, shared: &mut Shared, running: &Running, ended: Ended) {
        // The plan changed meanwhile.
        if self.checked.is_none() {
            return;
        }
        let seen = self.seen(shared, running.work, ended);
        if seen.is_none() && running.tries < TRIES {
            return shared.again(running, running.tries + 1);
        }
        if let Some(part) = self.watched.iter_mut().find(|part| part.work == running.work) {
            part.seen = Some(seen);
        }
        self.compare(shared);
    }

    /// Returns the decode of the source that it is compared with, without what other decodes of it show.
    fn source_step(&self, shared: &Shared) -> Option<WatchStep> {
        let plan = self.encode_plan()?;
        let video = (!self.samples_chunks(shared)).then(|| frames_of_source(plan));
        let audio = audio_of_source(plan).filter(|_| !self.listens_beside(shared));
        Some(WatchStep { video, audio })
    }

    /// Returns what was seen and heard of the source; `None` as long as something is missing, nothing where its decode
    /// failed.
    fn source_seen(&self, shared: &Shared) -> Option<Option<Seen>> {
        let step = self.source_step(shared)?;
        let seen = if step.is_empty() {
            Some(Seen::default())
        } else {
            let source = shared.sources.iter().find(|source| source.step == step)?;
            source.seen.as_ref()?.as_deref().cloned()
        };
        let encode = self.encode.as_ref().filter(|_| step.video.is_none());
        Some(seen.map(|mut seen| {
            if let Some(encode) = encode {
                seen.watched.frames = encode.samples.joined(&encode.plan);
            }
            if let (None, Some(heard)) = (step.audio, &shared.heard) {
                seen.watched.loudness.clone_from(&heard.windows);
            }
            seen
        }))
    }

    /// Returns whether it is worth finding out which frames do not decode as a whole: only ffmpeg can.
    fn is_damage_sought(&self, seen: &Seen) -> bool {
        (seen.errors || seen.complaints) && self.machine.decoder != Decoder::Browser
    }

    /// Compares the file with the source, once both were decoded.
    fn compare(&mut self, shared: &mut Shared) {
        if self.checked.is_none() || shared.has_ended() {
            return;
        }
        if self.watched.iter().any(|part| part.seen.is_none()) {
            return;
        }
        let result =
            |parts: &mut Vec<WatchedPart>| joined(parts.drain(..).filter_map(|part| part.seen).collect());
        let Action::Encode(plan) = &self.plan.action else {
            let seen = result(&mut self.watched);
            return self.judge_copy(shared, seen);
        };
        let Some(seen) = self.source_seen(shared) else { return };
        let whole = match &shared.whole_frames {
            WholeFrames::Found(whole) => whole.as_deref(),
            _ if seen.as_ref().is_some_and(|seen| self.is_damage_sought(seen)) => return,
            WholeFrames::Unknown | WholeFrames::Asked => None,
        };
        let (Some(source), Some(result)) = (seen, result(&mut self.watched)) else {
            return self.finish_checked(shared, vec![Note::NotCompared]);
        };
        let step = frames_of_source(plan);
        // A browser may hand out the result as RGB, but not the source, if that is decoded by our HEVC decoder.
        let rgb = plan.conversion.rgb || shared.facts.video.decoded_as_rgb || result.rgb;
        let tolerance = Tolerance {
            interval: plan.grid.rate.time_of(step.every),
            tones: plan.conversion.tone_map || plan.conversion.full_range || plan.conversion.rgb,
            loose: rgb || step.fitted.is_some(),
        };
        let differences = watched::compare(&source.watched, &result.watched, tolerance);
        let heard = plan.audio.stream().filter(|_| shared.lenient);
        let damage = damage(&shared.facts, &plan.grid, &source, whole, heard);
        let copied = match plan.audio {
            AudioPlan::Copy { stream, .. } => Some(stream),
            AudioPlan::Encode { .. } | AudioPlan::None(_) => None,
        };
        let broken_audio = copied.filter(|_| !differences.audio.is_empty() || result.errors);
        if let Some(stream) = broken_audio.filter(|_| !shared.plan.is_package()) {
            // Encoded anew, what does not decode becomes silence.
            let tracks = shared.facts.audio.iter_mut().filter(|track| track.index == stream);
            tracks.for_each(|track| track.damaged = true);
            return self.encode_after_all(shared, Some(Fault::Undecodable));
        }
        if !differences.is_empty() && self.another_way(shared, &differences) {
            return;
        }
        // The source decodes without an error from its start: its seeks are at fault.
        if !source.errors && self.encode.as_ref().is_some_and(EncodeState::has_errors_after_seeks) {
            return self.decode_from_start(shared);
        }
        let differs = (!differences.is_empty())
            .then_some(Note::Differs { video: differences.video, audio: differences.audio });
        self.finish_checked(shared, damage.into_iter().chain(differs).collect());
    }

    /// Makes the result again with other decoding, where there is one left.
    fn another_way(&mut self, shared: &mut Shared, differences: &Differences) -> bool {
        if self.machine.decoder == Decoder::Browser && !only_in_browser(&shared.facts.video.codec) {
            shared.fall_back(WhyFfmpeg::Different);
            return true;
        }
        let seeks =
            self.encode_plan().is_some_and(|plan| plan.chunks.iter().any(|chunk| chunk.seek.is_some()));
        if differences.video.is_empty() || !seeks {
            return false;
        }
        self.decode_from_start(shared);
        true
    }

    /// Makes the result again, with every chunk decoded from the file's start.
    pub(super) fn decode_from_start(&mut self, shared: &mut Shared) {
        shared.facts.video.only_from_start = true;
        self.encode_after_all(shared, None);
        self.plan.notes.push(Note::OnlyFromStart);
        shared.show_plan(self.index, &self.plan);
    }

    /// A copy of the source's packets, or the source itself, must decode.
    fn judge_copy(&mut self, shared: &mut Shared, seen: Option<Seen>) {
        if seen.is_some_and(|seen| !seen.errors) {
            return self.finish_checked(shared, Vec::new());
        }
        shared.facts.copy_no_audio();
        self.encode_after_all(shared, Some(Fault::Undecodable));
    }

    fn finish_checked(&mut self, shared: &mut Shared, notes: Vec<Note>) {
        if let Some(mut report) = self.checked.take() {
            report.notes.extend(notes);
            self.finish(shared, report);
        }
    }
}

/// Returns what of the source does not decode within what `grid` keeps, as a decode from its start shows it, in times from
/// the source's first frame on. `whole` are the times of the frames that decode without an error, `heard` is the audio
/// stream that was decoded from one end to the other, past all errors.
fn damage(
    facts: &MediaFacts,
    grid: &Grid,
    source: &Seen,
    whole: Option<&[Micros]>,
    heard: Option<u32>,
) -> Option<Note> {
    let (frame, start, times) = (facts.video.frame_rate.time_of(1), facts.video.start, &facts.video.times);
    let on_timeline = |times: &[Micros]| times.iter().map(|time| *time - facts.zero).collect::<Vec<_>>();
    // The browser's decoder loses no frame that is listed; between those there may be holes.
    let decoded = source.decoded.as_deref().map_or_else(|| times.clone(), on_timeline);
    // Fields of one frame may be packets of their own.
    let by_fields = (decoded.len() as u64 * 2).abs_diff(facts.video.frames) * 50 <= facts.video.frames;
    let (mut video, mut partly) = (Vec::new(), Vec::new());
    if !by_fields {
        video = watched::lost_frames(times, &decoded, frame);
        if let Some(whole) = whole {
            partly =
                watched::partly_decoded(&decoded, &on_timeline(whole), &video, frame, &facts.video.keyframes);
        }
    }
    // Where the end is missing, the last packet is only in part there, and that is said already.
    let (kept_from, mut kept_to) = (grid.start, grid.start + grid.duration());
    if whole.is_none() && source.decoded.is_some() {
        // A decode of slots ends with the last of them.
        kept_to = kept_to - grid.rate.time_of(1);
    }
    let last = start + facts.video.duration - frame - frame;
    let matters = |span: &&Span| {
        span.from < kept_to && span.to > kept_from && (facts.missing.end.is_none() || span.from < last)
    };
    let from_start = |span: &Span| Span { from: span.from - start, to: span.to - start };
    let [video, partly] =
        [video, partly].map(|spans| spans.iter().filter(matters).map(from_start).collect::<Vec<_>>());
    // The windows of the audio begin with the result.
    let trimmed = grid.start - start;
    let later = |span: Span| Span { from: span.from + trimmed, to: span.to + trimmed };
    let heard = heard.and_then(|stream| facts.audio.iter().find(|track| track.index == stream));
    let gaps = match heard {
        Some(track) => {
            let (from, to) = (track.start - grid.start, track.start + track.duration - grid.start);
            let gaps = source.watched.gaps_between(from.max(Micros(0)), to.min(grid.duration()));
            // A window at an end may be only in part within the track.
            gaps.into_iter().filter(|gap| gap.length() > WINDOW).collect()
        }
        None => source.watched.gaps_in_audio(),
    };
    let audio: Vec<Span> = gaps.into_iter().map(later).collect();
    if source.errors || source.complaints && !partly.is_empty() {
        let nothing = video.is_empty() && partly.is_empty() && audio.is_empty();
        // All frames are found to be whole, or what is not is the missing end.
        let known = nothing && (facts.missing.end.is_some() || whole.is_some() || heard.is_some());
        return (!known).then_some(Note::SourceDamaged { video, partly, audio });
    }
    // Nothing is amiss in what is there, but at the same time frames and audio are not.
    let [video, audio] = watched::at_once(&video, &audio);
    (!video.is_empty()).then_some(Note::SourceDamaged { video, partly: Vec::new(), audio })
}
