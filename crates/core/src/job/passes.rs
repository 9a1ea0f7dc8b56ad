//! What follows when a rendition's task is done or its phase is through: from measuring to encoding, corrections,
//! assembly, the check and the report.

use super::failure::Failure;
use super::rendition::{ENCODE_WEIGHT, EncodeState, FIRST_PASS_WEIGHT, Leaves, Rendition, RenditionPhase};
use super::report::Report;
use super::shared::{Ended, Running, Shared, WatchedPart, Work};
use super::shrink::Shrink;
use super::verify::{self, Expected, Fault};
use crate::clip::format::VideoFormat;
use crate::clip::listing::Listing;
use crate::machine::{Decoder, VideoEncoder, WhyFfmpeg};
use crate::plan::notes::Note;
use crate::plan::refusal::{self, Measured, Refusal};
use crate::plan::{self, Action, Ceiling, Plan, RateControl, RemuxPlan, audio, format};
use crate::rate::ledger::{Ledger, Outlook, Verdict};
use crate::rate::stats::{self, PassStats};
use crate::step::{Artifact, ArtifactKind, Written, answer, files, watch};
use crate::units::Bytes;
use crate::wishes::{Codec, Mode};
use clipfit_container::read;

/// The result is put together again this often, where another choice of encodes fits better.
const MOST_ASSEMBLIES: u32 = 4;
/// The quick recipe's rate factor is raised by this when the result came out larger than the source...
const CRF_STEP: u32 = 5;
/// ...up to this.
const CRF_MOST: u32 = 40;

impl Rendition {
    /// Returns the ledger of an encode without x264's figures, on what the audio is expected to take.
    pub(super) fn measured_ledger(&self, shared: &Shared, encode: &EncodeState) -> Ledger {
        let plan = &encode.plan;
        let video = &shared.facts.video;
        let weights: Vec<f64> = plan.chunks.iter().map(|chunk| plan.grid.weight(video, chunk)).collect();
        let expected = plan.audio_bytes();
        let (limit, overhead) = (self.plan.limit, encode.plan.overhead());
        let mut ledger = match plan.engine {
            VideoEncoder::NativeOther(_) => Ledger::whole_clip(&weights, limit, expected, overhead),
            _ => Ledger::measured(&weights, limit, expected, overhead),
        };
        if let (Some(bytes), Some(_)) = (shared.audio.bytes(), plan.audio.stream()) {
            ledger.book_audio(bytes);
        }
        ledger
    }

    /// Takes in what a task made.
    pub(super) fn done(&mut self, shared: &mut Shared, running: Running, ended: Ended) {
        let Ended { exit_code, answer, outputs, log } = ended;
        // Encodes of different encoders do not go together in one result.
        if self.changing_encoder {
            return;
        }
        let file = |name: &str| outputs.iter().find(|written| written.name == name && written.size.0 > 0);
        if let (Work::FirstPass(chunk) | Work::Encode { chunk, .. }, 0) = (running.work, exit_code) {
            self.book_errors(chunk, watch::decode_errors(&log));
            if let Some(written) = file(files::WATCHED_FILE) {
                self.book_samples(shared, chunk, written);
            }
        }
        let booked = match running.work {
            _ if exit_code != 0 => None,
            Work::FirstPass(index) => {
                let frames_kept = outputs.iter().any(|written| written.name == files::FRAMES_FILE);
                file(files::STATS_FILE).and_then(|written| self.book_stats(index, written, frames_kept))
            }
            Work::Encode { chunk, asked, serial } => file(files::CHUNK_FILE)
                .and_then(|written| self.book_chunk(shared, (chunk, serial), asked, written)),
            Work::Remux | Work::Assemble => {
                file(files::RESULT_FILE).map(|written| self.assembled(shared, running.work, written))
            }
            Work::Check { bytes, index_first } => answer::listing(answer, &outputs)
                .map(|listing| self.checked(shared, bytes, index_first, &listing)),
            // The schedule's own, and what needs no booking.
            Work::Audio
            | Work::Cut
            | Work::WatchSource(_)
            | Work::FindDamage
            | Work::WatchKept
            | Work::WatchResult(_) => Some(()),
        };
        if booked.is_none() {
            self.failed(shared, running, Some(exit_code), log);
        }
    }

    /// Books how many errors a decode of a chunk brought. A pass over kept frames decodes nothing.
    fn book_errors(&mut self, chunk: usize, errors: usize) {
        let booked = self.encode.as_mut().and_then(|encode| encode.decode_errors.get_mut(chunk));
        booked.into_iter().for_each(|before| *before = errors.max(*before));
    }

    fn book_stats(&mut self, index: usize, written: &Written, frames_kept: bool) -> Option<()> {
        let encode = self.encode.as_mut()?;
        let frames = encode.plan.chunks.get(index)?.frames;
        // Other encoders' are for themselves alone.
        if !encode.plan.engine.has_own_first_pass() {
            let stats = stats::parse(std::str::from_utf8(&written.head).ok()?).ok()?;
            if stats.frames.len() as u64 != frames {
                return None;
            }
            *encode.stats.get_mut(index)? = Some(stats);
        }
        *encode.frames_kept.get_mut(index)? = frames_kept;
        encode.frames_done += frames as f64 * FIRST_PASS_WEIGHT;
        Some(())
    }

    /// Books the encode of a chunk, `encode_of` being the chunk and its serial, and drops earlier ones that no
    /// result needs.
    fn book_chunk(
        &mut self,
        shared: &mut Shared,
        encode_of: (usize, u32),
        asked: Bytes,
        written: &Written,
    ) -> Option<()> {
        let (index, serial) = encode_of;
        let encode = self.encode.as_mut()?;
        let bytes = written.media()?;
        let before = encode.encoded.get_mut(index)?.replace((serial, bytes));
        let superseded: Vec<u32> = match &mut encode.ledger {
            Some(ledger) => ledger.book(index, asked, bytes),
            None => before.into_iter().map(|(serial, _)| serial).collect(),
        };
        if self.phase == RenditionPhase::Encoding {
            encode.frames_done += encode.plan.chunks.get(index)?.frames as f64 * ENCODE_WEIGHT;
        }
        let artifact = |serial| self.artifact(ArtifactKind::Encoded(index, serial));
        shared.drop_files(superseded.into_iter().map(artifact).collect());
        Some(())
    }

    /// Moves on to the next phase, now that nothing of this one is left to do. Returns whether there is one.
    pub(super) fn move_on(&mut self, shared: &mut Shared) -> bool {
        match self.phase {
            _ if self.changing_encoder => self.change_encoder(shared),
            RenditionPhase::Measuring => self.allocate(shared),
            RenditionPhase::Encoding | RenditionPhase::Correcting => self.judge(shared),
            RenditionPhase::Waiting | RenditionPhase::Finishing | RenditionPhase::Ended => return false,
        }
        true
    }

    /// Finds one rate factor for all chunks, once all are measured. An encoder that takes the whole clip finds its own.
    fn allocate(&mut self, shared: &mut Shared) {
        if self.takes_the_whole() {
            return self.encode_all();
        }
        let Some(encode) = self.encode.as_ref().filter(|encode| encode.measured()) else { return };
        let stats: Vec<&PassStats> = encode.stats.iter().flatten().collect();
        let (overhead, audio) = (encode.plan.overhead(), shared.audio.bytes().unwrap_or_default());
        let rate = encode.plan.format.frame_rate.per_second();
        let (ledger, outlook) = Ledger::open(&stats, rate, self.plan.limit, audio, overhead);
        let shrink = match outlook {
            Outlook::Good => None,
            Outlook::Coarse => Some(Shrink::ForLooks),
            Outlook::Hopeless(_) => Some(Shrink::Far),
        };
        if shrink.is_some_and(|shrink| self.shrink(shared, shrink)) {
            return;
        }
        if let Outlook::Hopeless(video) = outlook {
            return self.refuse(shared, Measured { video, audio, overhead });
        }
        if self.raise_audio(shared, Leaves::Predicted, ledger.spare()) {
            return;
        }
        if ledger.saturated() {
            self.plan.notes.push(Note::Saturated);
        }
        if let Some(encode) = &mut self.encode {
            encode.ledger = Some(ledger);
        }
        self.encode_all();
    }

    /// Refuses because nothing watchable fits, unless only the source's own size is too little.
    fn refuse(&mut self, shared: &mut Shared, measured: Measured) {
        let Measured { video, audio, overhead } = measured;
        if shared.wishes.mode == Mode::Hls {
            let reached = Bytes(video.0 + audio.0 + overhead.0);
            return self.give_up(shared, Failure::OverLimit { reached, limit: self.plan.limit });
        }
        let refusal = refusal::refuse_measured(&shared.facts, &shared.wishes, measured);
        // It was the source's own size that was too little, not the target.
        if refusal.least <= shared.wishes.target && self.ceiling.room.is_none() {
            self.ceiling = Ceiling { room: Some(refusal.least), ..Ceiling::default() };
            return self.encode_after_all(shared, None);
        }
        self.give_up(shared, Failure::TooSmall(refusal));
    }

    fn encode_all(&mut self) {
        if let Some(encode) = &mut self.encode {
            encode.queue_all();
        }
        self.phase = RenditionPhase::Encoding;
    }

    pub(super) fn takes_the_whole(&self) -> bool {
        self.encode.as_ref().is_some_and(|encode| encode.plan.engine.takes_the_whole())
    }

    /// Assembles, or encodes some chunks again, once all are encoded.
    fn judge(&mut self, shared: &mut Shared) {
        let Some(encode) = &mut self.encode else { return };
        let verdict = encode.ledger.as_mut().map_or(Verdict::Assemble, Ledger::judge);
        match verdict {
            Verdict::Assemble => {
                let left = encode.ledger.as_ref().map_or(Bytes(0), Ledger::left);
                if self.raise_audio(shared, Leaves::Encoded, left) {
                    return;
                }
                self.phase = RenditionPhase::Finishing;
                self.due = Some(Work::Assemble);
            }
            Verdict::Again(chunks) => self.encode_again(chunks),
            Verdict::OverLimit => {
                let reached = encode.ledger.as_ref().map_or(Bytes(0), Ledger::smallest);
                self.over_limit(shared, reached);
            }
        }
    }

    fn encode_again(&mut self, chunks: Vec<(usize, Bytes)>) {
        self.phase = RenditionPhase::Correcting;
        if let Some(encode) = &mut self.encode {
            encode.queue_again(chunks);
        }
    }

    fn assembled(&mut self, shared: &mut Shared, work: Work, written: &Written) {
        let (bytes, limit) = (written.size, self.plan.limit);
        if work == Work::Remux && bytes > limit {
            return self.encode_after_all(shared, None);
        }
        if let Some(ledger) = self.encode.as_mut().and_then(|encode| encode.ledger.as_mut()) {
            let put_together = ledger.chosen();
            ledger.book_assembly(bytes);
            // The container's true cost may show that a chunk can still gain, or must give, or that another of the
            // encodes at hand fits better.
            match ledger.judge() {
                Verdict::Assemble if bytes <= limit && ledger.chosen() == put_together => {}
                Verdict::Assemble if self.assemblies < MOST_ASSEMBLIES => {
                    self.assemblies += 1;
                    self.due = Some(Work::Assemble);
                    return;
                }
                Verdict::Assemble if bytes <= limit => {}
                Verdict::Again(chunks) => return self.encode_again(chunks),
                Verdict::Assemble | Verdict::OverLimit => return self.over_limit(shared, bytes),
            }
        } else if work == Work::Assemble && bytes > limit {
            return self.coarser(shared, bytes);
        }
        self.due = Some(Work::Check { bytes, index_first: read::index_first(&written.head) });
    }

    /// Plans a smaller size, or gives up, if no encode at this size gets under the limit.
    fn over_limit(&mut self, shared: &mut Shared, reached: Bytes) {
        if self.encode.as_ref().is_some_and(|encode| !encode.plan.engine.is_x264()) {
            return self.change_encoder(shared);
        }
        if !self.shrink(shared, Shrink::Near) {
            self.give_up(shared, Failure::OverLimit { reached, limit: self.plan.limit });
        }
    }

    /// Encodes coarser, or keeps the source, if the quick recipe came out larger than the source.
    fn coarser(&mut self, shared: &mut Shared, reached: Bytes) {
        let Some(encode) = &mut self.encode else { return };
        let RateControl::Quality { crf } = encode.control else {
            return self.give_up(shared, Failure::OverLimit { reached, limit: self.plan.limit });
        };
        if crf + CRF_STEP <= CRF_MOST {
            encode.control = RateControl::Quality { crf: crf + CRF_STEP };
            encode.queue_all();
            self.phase = RenditionPhase::Correcting;
        } else if plan::plays_everywhere(&shared.facts) {
            let plan = plan::hand_over(&shared.facts, &shared.wishes, self.plan.limit);
            match &plan.action {
                Action::Remux(_) if self.machine.decoder == Decoder::Browser => {
                    shared.fall_back(WhyFfmpeg::Remux);
                }
                Action::Remux(_) => self.replan(shared, plan),
                _ => self.keep_source(shared, plan.notes),
            }
        } else {
            self.give_up(shared, Failure::AlreadySmall { source: shared.facts.file_bytes });
        }
    }

    /// Encodes after a plain copy failed.
    /// Plans this file again in the mode of its job, with what is known of the source by now.
    pub(super) fn plan_again(&self, shared: &Shared) -> Result<Plan, Refusal> {
        let Shared { facts, wishes, .. } = shared;
        if shared.plan.is_package() {
            // Its chunks are the segments.
            let mut plan = self.plan.clone();
            if let Action::Encode(encode) = &mut plan.action
                && facts.video.only_from_start
            {
                encode.chunks.iter_mut().for_each(|chunk| chunk.seek = None);
            }
            return Ok(plan);
        }
        match wishes.mode {
            Mode::Size | Mode::Hls => plan::plan_encode(facts, wishes, self.machine, self.ceiling),
            Mode::Quick | Mode::Ladder => plan::plan(facts, wishes, self.machine),
        }
    }

    pub(super) fn encode_after_all(&mut self, shared: &mut Shared, fault: Option<Fault>) {
        match self.plan_again(shared) {
            Ok(plan) => self.replan(shared, plan),
            Err(refusal) => self.give_up(
                shared,
                match fault {
                    Some(fault) => Failure::CheckFailed { fault },
                    None => Failure::TooSmall(refusal),
                },
            ),
        }
    }

    fn checked(&mut self, shared: &mut Shared, bytes: Bytes, index_first: bool, listing: &Listing) {
        let Some(expected) = self.expected(shared) else { return };
        let mut notes = self.plan.notes.clone();
        let encoded = matches!(self.plan.action, Action::Encode(_));
        match verify::check(&expected, bytes, index_first, listing) {
            // ffmpeg is the last resort: nothing here decodes more of the audio, and the video is not lost for it.
            Err(Fault::AudioShort { found, .. }) if encoded && self.machine.decoder != Decoder::Browser => {
                notes.push(Note::AudioEndsEarly { at: found });
                self.checked_well(shared, bytes, &expected, notes);
            }
            Ok(()) => self.checked_well(shared, bytes, &expected, notes),
            Err(fault) if matches!(self.plan.action, Action::Remux(_)) => {
                self.encode_after_all(shared, Some(fault));
            }
            Err(fault) => self.give_up(shared, Failure::CheckFailed { fault }),
        }
    }

    /// Finishes a result that passed its check, with these `notes`.
    fn checked_well(&mut self, shared: &mut Shared, bytes: Bytes, expected: &Expected, mut notes: Vec<Note>) {
        let ledger = self.encode.as_ref().and_then(|encode| encode.ledger.as_ref());
        let below = |ledger: &Ledger| (bytes.0 as f64) < ledger.floor() * self.plan.limit.0 as f64;
        if ledger.is_some_and(|ledger| below(ledger) && !ledger.saturated()) {
            if self.x264_would_gain(bytes) {
                return self.change_encoder(shared);
            }
            notes.push(Note::NotAllUsed);
        }
        let report = self.describe(shared, bytes, expected, notes);
        let parts = self.result_parts(shared.tasks.at_once);
        self.watch(shared, parts, report);
    }

    /// Returns whether the browser's own encoder stays below its floor where more bytes would be seen.
    fn x264_would_gain(&self, bytes: Bytes) -> bool {
        self.encode.as_ref().is_some_and(|encode| {
            let plan = &encode.plan;
            let video = Bytes(bytes.0.saturating_sub(plan.audio_bytes().0));
            plan.engine == VideoEncoder::Browser
                && video.over(plan.grid.duration()).0 < format::comfortable_rate(plan.format).0
        })
    }

    fn expected(&self, shared: &Shared) -> Option<Expected> {
        Some(match &self.plan.action {
            Action::Keep | Action::Package(_) => return None,
            Action::Remux(RemuxPlan { frames, duration, audio, .. }) => Expected {
                limit: self.plan.limit,
                codec: Codec::H264,
                frames: *frames,
                duration: *duration,
                frame_rate: shared.facts.video.frame_rate,
                size: None,
                audio: audio.is_some(),
                heard: audio::heard(&shared.facts, shared.facts.video.start, None),
            },
            Action::Encode(encode) => Expected {
                limit: self.plan.limit,
                codec: encode.codec,
                frames: encode.grid.frames,
                duration: encode.grid.duration(),
                frame_rate: encode.grid.rate,
                size: Some((encode.format.width, encode.format.height)),
                audio: encode.audio.stream().is_some(),
                heard: audio::heard(&shared.facts, encode.grid.start, encode.trim.map(|(_, end)| end)),
            },
        })
    }

    fn describe(&self, shared: &Shared, bytes: Bytes, expected: &Expected, notes: Vec<Note>) -> Report {
        let (width, height) = expected.size.unwrap_or_else(|| shared.facts.video.display_size());
        let encode = self.encode.as_ref();
        let ledger = encode.and_then(|encode| encode.ledger.as_ref());
        Report {
            source_bytes: shared.facts.file_bytes,
            bytes,
            limit: self.plan.limit,
            kept_source: false,
            format: VideoFormat { width, height, frame_rate: expected.frame_rate },
            frames: expected.frames,
            duration: expected.duration,
            grid: encode.filter(|encode| encode.plan.shows_all()).map(|encode| encode.plan.grid),
            encoded_again: ledger.map_or(0, Ledger::encoded_again),
            notes,
            files: Vec::new(),
        }
    }

    /// Hands the source over as it is, once it is seen to decode.
    pub(super) fn keep_source(&mut self, shared: &mut Shared, notes: Vec<Note>) {
        let video = &shared.facts.video;
        let expected = Expected {
            limit: self.plan.limit,
            codec: Codec::H264,
            frames: video.frames,
            duration: video.duration,
            frame_rate: video.frame_rate,
            size: None,
            audio: !shared.facts.audio.is_empty(),
            heard: None,
        };
        let report = self.describe(shared, shared.facts.file_bytes, &expected, notes);
        self.watch(shared, vec![WatchedPart::whole(Work::WatchKept)], Report { kept_source: true, ..report });
    }

    pub(super) fn finish(&mut self, shared: &mut Shared, report: Report) {
        if let Some(encode) = self.encode.take() {
            let mut artifacts = encode.artifacts(self.index);
            // The audio is everybody's until the end.
            artifacts.extend((!shared.tasks.queues_all).then_some(Artifact::AUDIO));
            shared.drop_files(artifacts);
        }
        self.phase = RenditionPhase::Finishing;
        self.report = Some(report);
    }
}
