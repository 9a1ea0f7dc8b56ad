//! The ledger of an encode: what each chunk was asked to take, what it took, and which chunks to encode again so that
//! the whole meets its size. Pure arithmetic; knows nothing of tasks and workers.

use crate::rate::allocate::{Allocation, Allocator, Share};
use crate::rate::stats::PassStats;
use crate::units::Bytes;

/// Share of the limit that a result uses at least, where quality still gains from bytes.
pub const FLOOR: f64 = 0.97;

/// `FLOOR` for encoders that only listen roughly: each further try takes as long as the first.
pub const MEASURED_FLOOR: f64 = 0.92;

/// How an encoder keeps to the bytes that it should take, and how near to the limit the ledger drives it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Habits {
    /// What part of the limit is aimed at: room for the encoder's own inaccuracy, well above the floor.
    aim: f64,
    /// Part of the limit below which a result is raised.
    floor: f64,
    /// Corrections that may raise a result to it.
    raises: usize,
    /// The part of the asked bytes that a chunk of some seconds takes, before any is known.
    bias: f64,
    /// What it may turn out to take of it.
    bias_range: (f64, f64),
    /// Whether it does, within some percent: then the chunks still to come make up for what others took too much, and a
    /// correction leaves most chunks alone. Else each chunk is held to its own share.
    exact: bool,
}

/// x264's second pass, held to its rate by `encoder::pass_options`; aim and bias as measured.
const X264: Habits =
    Habits { aim: 0.988, floor: FLOOR, raises: 5, bias: 1.005, bias_range: (0.8, 1.25), exact: true };
/// Encoders that may ignore the asked bytes, or take a multiple of it.
const MEASURED: Habits = Habits {
    aim: 0.965,
    floor: MEASURED_FLOOR,
    raises: 3,
    bias: 1.0,
    bias_range: (1.0 / MOST_ASKED, 20.0),
    exact: false,
};
/// Encoders of a native ffmpeg that take the whole clip: what they miss by is small, and told by one try.
const WHOLE: Habits = Habits {
    aim: 0.988,
    floor: FLOOR,
    raises: 4,
    bias: 1.0,
    bias_range: (1.0 / MOST_ASKED, 20.0),
    exact: false,
};
/// The same in corrections, a little lower each time; the last ones serve only to get under the limit.
const CORRECTION_AIMS: [f64; 8] = [0.992, 0.988, 0.985, 0.985, 0.985, 0.97, 0.94, 0.88];
/// One kilobit per second for one second.
const BYTES_PER_KILOBIT: f64 = 125.0;
/// The most to ask of a chunk, as a multiple of what it should take: bytes that an easy video does not take at that, it
/// never takes.
const MOST_ASKED: f64 = 4.0;
/// Of the aim: chunks that take this much are left alone.
const NEAR_ENOUGH: f64 = 0.98;
/// A chunk changes by no more than this in one correction, so that it does not stand out from its neighbours.
const LARGEST_STEP: f64 = 0.25;
/// Above this mean quantizer a smaller video looks better than a coarser one.
pub(crate) const COARSE_QP: f64 = 42.0;
/// Above this mean quantizer nothing watchable is left.
pub(crate) const UNWATCHABLE_QP: f64 = 47.5;
/// Below this mean quantizer more bytes are not visible.
const INVISIBLE_QP: f64 = 8.0;
/// Below this one they are hardly visible, and better spent on audio that is squeezed.
const PLENTY_QP: f64 = 16.0;
/// Room for what the figures of the first pass do not tell...
const PLENTY_MARGIN: f64 = 1.1;
/// ...and for what x264 writes into each chunk beside its frames.
const CHUNK_HEADERS: u64 = 1_000;

/// One encode of a chunk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Attempt {
    /// Counts the chunk's encodes.
    pub(crate) serial: u32,
    asked: f64,
    got: Bytes,
    /// Whether its bytes are still there; its figures always are.
    kept: bool,
}

/// A chunk's encodes so far.
#[derive(Debug, Clone, Default)]
struct Account {
    attempts: Vec<Attempt>,
    asked: Option<f64>,
    chosen: usize,
}

impl Account {
    fn got(&self) -> f64 {
        self.attempts.get(self.chosen).map_or(0.0, |attempt| attempt.got.0 as f64)
    }

    /// Returns the encodes that may go into the file, with their places among all.
    fn kept(&self) -> impl Iterator<Item = (usize, &Attempt)> {
        self.attempts.iter().enumerate().filter(|(_, attempt)| attempt.kept)
    }

    /// Lets go of the encodes that lie further above `share` than corrections go, where a better one is there. All
    /// others stay: a choice may have to fill up with any of them. Answers with their serials.
    fn let_go(&mut self, share: f64) -> Vec<u32> {
        let far = |attempt: &Attempt| attempt.got.0 as f64 > share * (1.0 + LARGEST_STEP);
        let best = self.kept().min_by_key(|(_, attempt)| attempt.got).map(|(index, _)| index);
        let latest = self.attempts.len().checked_sub(1);
        let gone = |index: usize, attempt: &Attempt| {
            attempt.kept && far(attempt) && best != Some(index) && latest != Some(index)
        };
        let mut serials = Vec::new();
        for (index, attempt) in self.attempts.iter_mut().enumerate() {
            if gone(index, attempt) {
                attempt.kept = false;
                serials.push(attempt.serial);
            }
        }
        serials
    }
}

/// A chunk's encoder is deaf where its bytes follow what is asked with less than this power, over a step of at least
/// this size.
const DEAF: f64 = 0.2;
const DEAF_STEP: f64 = 1.2;

impl Account {
    /// Returns whether asking for more (or for less) no longer changes what the chunk takes.
    fn is_deaf(&self, raise: bool) -> bool {
        let [.., before, last] = self.attempts.as_slice() else { return false };
        let step = last.asked / before.asked;
        let answer = last.got.0.max(1) as f64 / before.got.0.max(1) as f64;
        let tried = if raise { step >= DEAF_STEP } else { step <= 1.0 / DEAF_STEP };
        tried && answer.ln() / step.ln() < DEAF
    }
}

/// What to do once every chunk has been encoded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Put it together.
    Assemble,
    /// Encode these chunks again, asking for these bytes.
    Again(Vec<(usize, Bytes)>),
    /// No permitted correction got under the limit.
    OverLimit,
}

/// The books of one encode.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    limit: Bytes,
    audio: Bytes,
    overhead: Bytes,
    shares: Vec<Share>,
    /// What each chunk takes at the coarsest quantizer: x264 refuses to be asked for less.
    least: Vec<Bytes>,
    /// What one kilobit per second is in bytes of each chunk: x264 takes whole ones.
    unit: Vec<f64>,
    accounts: Vec<Account>,
    habits: Habits,
    round: usize,
    saturated: bool,
    /// What the shares hold beyond what is plenty for the video.
    spare: Bytes,
}

/// Whether a budget can be met, and how well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Outlook {
    /// It can.
    Good,
    /// The video should be smaller.
    Coarse,
    /// Nothing watchable; this many bytes of video would be.
    Hopeless(Bytes),
}

impl Ledger {
    /// Opens the books of a two-pass encode from all chunks' statistics.
    pub(crate) fn open(
        stats: &[&PassStats],
        frames_per_second: f64,
        limit: Bytes,
        audio: Bytes,
        overhead: Bytes,
    ) -> (Ledger, Outlook) {
        let allocator = Allocator::new(stats.iter().copied(), frames_per_second);
        let available = limit.0.saturating_sub(audio.0 + overhead.0) as f64 * X264.aim;
        let mut allocation = allocator.solve(Bytes(available.max(0.0) as u64));
        let mut saturated = false;
        if allocation.qp < INVISIBLE_QP {
            saturated = true;
            allocation = allocator.solve(allocator.bytes_at(INVISIBLE_QP).min(Bytes(available as u64)));
        }
        // Above it there is nothing to look for.
        let spare = if allocation.qp < PLENTY_QP {
            let plenty = allocator.bytes_at(PLENTY_QP).0 as f64 * PLENTY_MARGIN;
            let headers = CHUNK_HEADERS * stats.len() as u64;
            (available as u64).saturating_sub(plenty as u64 + headers)
        } else {
            0
        };
        let unit: Vec<f64> = stats
            .iter()
            .map(|stats| stats.frames.len() as f64 / frames_per_second * BYTES_PER_KILOBIT)
            .collect();
        let least = allocator.least();
        let outlook = outlook(&allocator, &allocation, available);
        let accounts = vec![Account::default(); allocation.shares.len()];
        let ledger = Ledger {
            limit,
            audio,
            overhead,
            shares: allocation.shares,
            least,
            unit,
            accounts,
            habits: X264,
            round: 0,
            saturated,
            spare: Bytes(spare),
        };
        (ledger, outlook)
    }

    /// Opens the books of an encode without x264's figures: every chunk's share is in proportion to its `weight`.
    pub(crate) fn measured(weights: &[f64], limit: Bytes, audio: Bytes, overhead: Bytes) -> Ledger {
        Ledger::by_weight(weights, limit, audio, overhead, MEASURED)
    }

    /// Opens the ledger of an encoder that takes the whole clip and nearly meets its rate.
    pub(crate) fn whole_clip(weights: &[f64], limit: Bytes, audio: Bytes, overhead: Bytes) -> Ledger {
        Ledger::by_weight(weights, limit, audio, overhead, WHOLE)
    }

    fn by_weight(weights: &[f64], limit: Bytes, audio: Bytes, overhead: Bytes, habits: Habits) -> Ledger {
        let mut ledger = Ledger {
            limit,
            audio,
            overhead,
            shares: Vec::new(),
            least: vec![Bytes(1); weights.len()],
            unit: vec![1.0; weights.len()],
            accounts: vec![Account::default(); weights.len()],
            habits,
            round: 0,
            saturated: false,
            spare: Bytes(0),
        };
        let (all, available) = (weights.iter().sum::<f64>().max(f64::MIN_POSITIVE), ledger.available());
        let share = |weight: &f64| Share { bytes: Bytes((available * weight / all) as u64), qp: 0.0 };
        ledger.shares = weights.iter().map(share).collect();
        ledger
    }

    /// Books the audio's true size if the ledger was opened before it was known.
    pub(crate) fn book_audio(&mut self, bytes: Bytes) {
        let before = self.available();
        self.audio = bytes;
        let scale = self.available() / before.max(1.0);
        for share in &mut self.shares {
            share.bytes = Bytes((share.bytes.0 as f64 * scale) as u64);
        }
    }

    /// Adds what the container costs more than was thought.
    pub(crate) fn add_overhead(&mut self, more: Bytes) {
        self.overhead = Bytes(self.overhead.0 + more.0);
    }

    /// Returns what the video could do without and hardly look worse, before any chunk is encoded.
    pub(crate) fn spare(&self) -> Bytes {
        self.spare
    }

    /// Returns what the chosen encodes leave of the limit, where they stay below the floor.
    pub(crate) fn left(&self) -> Bytes {
        let total = (self.audio.0 + self.overhead.0) as f64 + self.video();
        let limit = self.limit.0 as f64;
        Bytes(if total < limit * self.habits.floor {
            (limit * self.habits.aim - total).max(0.0) as u64
        } else {
            0
        })
    }

    /// Returns what is aimed at for the video.
    fn available(&self) -> f64 {
        self.limit.0.saturating_sub(self.audio.0 + self.overhead.0) as f64 * self.habits.aim
    }

    /// Returns the bytes that chunk `index` should take on its first encode: its share, corrected by what finished
    /// chunks took more or less than asked.
    pub(crate) fn ask(&mut self, index: usize) -> Bytes {
        let bias = self.bias();
        let spent: f64 = self
            .accounts
            .iter()
            .map(|account| {
                if account.attempts.is_empty() { account.asked.unwrap_or(0.0) * bias } else { account.got() }
            })
            .sum();
        let open: f64 = self
            .accounts
            .iter()
            .zip(&self.shares)
            .filter(|(account, _)| account.asked.is_none())
            .map(|(_, share)| share.bytes.0 as f64)
            .sum();
        let budget: f64 = self.shares.iter().map(|share| share.bytes.0 as f64).sum();
        let correction = if !self.habits.exact {
            1.0 / bias
        } else if open > 0.0 {
            ((budget - spent) / (open * bias)).clamp(0.9, 1.1)
        } else {
            1.0
        };
        let asked = self.shares.get(index).map_or(0.0, |share| share.bytes.0 as f64 * correction);
        let asked = self.whole(index, asked);
        if let Some(account) = self.accounts.get_mut(index) {
            account.asked = Some(asked);
        }
        Bytes(asked as u64)
    }

    /// Returns the part of the asked bytes that chunks take: what the finished ones took, and before that what short
    /// second passes of x264 usually take.
    fn bias(&self) -> f64 {
        let budget: f64 = self.shares.iter().map(|share| share.bytes.0 as f64).sum();
        let usual = budget / self.shares.len().max(1) as f64;
        let (asked, got) = self
            .accounts
            .iter()
            .filter_map(|account| account.attempts.first())
            .fold((usual, usual * self.habits.bias), |(asked, got), a| {
                (asked + a.asked, got + a.got.0 as f64)
            });
        let (least, most) = self.habits.bias_range;
        (got / asked.max(1.0)).clamp(least, most)
    }

    /// Returns the number of the next encode of a chunk.
    pub(crate) fn next_serial(&self, index: usize) -> u32 {
        self.accounts.get(index).map_or(0, |account| account.attempts.len() as u32)
    }

    /// Books an encode of chunk `index` that took `got`; answers with the serials of its earlier ones that are not
    /// needed any more.
    pub(crate) fn book(&mut self, index: usize, asked: Bytes, got: Bytes) -> Vec<u32> {
        let share = self.shares.get(index).map_or(0.0, |share| share.bytes.0 as f64);
        let Some(account) = self.accounts.get_mut(index) else { return Vec::new() };
        let serial = account.attempts.len() as u32;
        account.attempts.push(Attempt { serial, asked: asked.0.max(1) as f64, got, kept: true });
        account.chosen = account.attempts.len() - 1;
        account.let_go(share)
    }

    /// Books the true size of an assembled file, and with it the container's true cost.
    pub(crate) fn book_assembly(&mut self, bytes: Bytes) {
        self.overhead = Bytes(bytes.0.saturating_sub(self.audio.0).saturating_sub(self.video() as u64));
    }

    /// Returns the encode of each chunk that goes into the file.
    pub(crate) fn chosen(&self) -> Vec<u32> {
        self.accounts.iter().map(|a| a.attempts.get(a.chosen).map_or(0, |attempt| attempt.serial)).collect()
    }

    /// Returns the part of the limit to use at least.
    pub(crate) fn floor(&self) -> f64 {
        self.habits.floor
    }

    /// Returns how many encodes were corrections.
    pub(crate) fn encoded_again(&self) -> u32 {
        self.accounts.iter().map(|account| account.attempts.len().saturating_sub(1) as u32).sum()
    }

    /// Returns whether more bytes would not be visible, so that the floor does not apply.
    pub(crate) fn saturated(&self) -> bool {
        self.saturated
    }

    /// Judges the encodes so far.
    pub(crate) fn judge(&mut self) -> Verdict {
        self.choose();
        let fixed = (self.audio.0 + self.overhead.0) as f64;
        let (limit, total) = (self.limit.0 as f64, fixed + self.video());
        let over = total > limit;
        let under = total < limit * self.habits.floor && !self.saturated && self.round < self.habits.raises;
        if !over && !under {
            return Verdict::Assemble;
        }
        let Some(&aim) = CORRECTION_AIMS.get(self.round) else {
            return if over { Verdict::OverLimit } else { Verdict::Assemble };
        };
        self.round += 1;
        let again = if self.habits.exact {
            self.correct(limit * aim - total)
        } else {
            self.hold_to_shares(limit * aim * self.habits.aim - fixed)
        };
        match (again.is_empty(), over) {
            (false, _) => Verdict::Again(again),
            (true, true) => Verdict::OverLimit,
            (true, false) => Verdict::Assemble,
        }
    }

    /// Returns the smallest size of the encodes so far.
    pub(crate) fn smallest(&self) -> Bytes {
        let least = |account: &Account| account.kept().map(|(_, attempt)| attempt.got.0).min().unwrap_or(0);
        Bytes(self.accounts.iter().map(least).sum::<u64>() + self.audio.0 + self.overhead.0)
    }

    /// Returns the nearest to `asked` that x264 can be asked for: whole kilobits per second, not below the chunk's
    /// least.
    fn whole(&self, index: usize, asked: f64) -> f64 {
        let unit = self.unit.get(index).copied().unwrap_or(1.0).max(1e-9);
        let least = self.least.get(index).map_or(0.0, |least| (least.0 as f64 / unit).ceil());
        (asked / unit).round().max(least).max(1.0) * unit
    }

    fn video(&self) -> f64 {
        self.accounts.iter().map(Account::got).sum()
    }

    /// Chooses for each chunk the largest of its encodes that fits, neediest chunk first.
    fn choose(&mut self) {
        let room = self.limit.0.saturating_sub(self.audio.0 + self.overhead.0) as f64;
        if self.video() <= room
            && self.video() + (self.audio.0 + self.overhead.0) as f64
                >= self.limit.0 as f64 * self.habits.floor
        {
            return;
        }
        for account in &mut self.accounts {
            let smallest = account.kept().min_by_key(|(_, attempt)| attempt.got);
            account.chosen = smallest.map_or(0, |(index, _)| index);
        }
        let mut order: Vec<usize> =
            (0..self.accounts.len()).filter(|&i| self.accounts[i].attempts.len() > 1).collect();
        order.sort_by(|&a, &b| self.relative(a).total_cmp(&self.relative(b)));
        for index in order {
            let others = self.video() - self.accounts[index].got();
            let account = &mut self.accounts[index];
            let fitting = account.kept().filter(|(_, attempt)| others + attempt.got.0 as f64 <= room);
            if let Some((best, _)) = fitting.max_by_key(|(_, attempt)| attempt.got) {
                account.chosen = best;
            }
        }
    }

    /// Returns what a chunk took relative to its share: the more above 1, the better it looks beside the others.
    fn relative(&self, index: usize) -> f64 {
        self.accounts[index].got() / (self.shares[index].bytes.0.max(1) as f64)
    }

    /// Returns what a chunk took beyond its share: a large chunk hides a change better than a small one.
    fn excess(&self, index: usize) -> f64 {
        self.accounts[index].got() - self.shares[index].bytes.0 as f64
    }

    /// Returns the fewest chunks whose change by at most `LARGEST_STEP` covers `difference` bytes, those furthest from
    /// their share first.
    fn correct(&mut self, difference: f64) -> Vec<(usize, Bytes)> {
        let mut order: Vec<usize> = (0..self.accounts.len()).collect();
        order.sort_by(|&a, &b| self.excess(a).total_cmp(&self.excess(b)));
        if difference < 0.0 {
            order.reverse();
        }
        // Where everything together cannot cover it, the step must be larger.
        let step = LARGEST_STEP.max(difference.abs() / self.video().max(1.0) * 1.02);
        let mut chosen = Vec::new();
        let mut covered = 0.0;
        for index in order {
            if covered >= difference.abs() {
                break;
            }
            covered += self.accounts[index].got() * step;
            chosen.push(index);
        }
        let base: f64 = chosen.iter().map(|&index| self.accounts[index].got()).sum();
        chosen
            .into_iter()
            .filter_map(|index| {
                let account = &self.accounts[index];
                let wanted = account.got() + difference * account.got() / base.max(1.0);
                // Asking for the same again would give the same again: then the next step on the wanted side.
                let unit = self.unit.get(index).copied().unwrap_or(1.0);
                let known = |asked: f64| {
                    account.attempts.iter().any(|attempt| (attempt.asked - asked).abs() < unit / 2.0)
                };
                let asked = self.whole(index, next_ask(account, wanted)?);
                let beside = self.whole(index, asked + unit.copysign(wanted - account.got()));
                let asked = [asked, beside].into_iter().find(|&asked| !known(asked))?;
                Some((index, Bytes(asked.round() as u64)))
            })
            .collect()
    }

    /// Returns the chunks that are furthest from their share of `video` bytes, until those that stay make it come out.
    /// Those whose bytes no longer follow what is asked are left as they are, and the others share what they leave.
    fn hold_to_shares(&self, video: f64) -> Vec<(usize, Bytes)> {
        let raise = self.video() < video;
        let (deaf, mut order): (Vec<usize>, Vec<usize>) =
            (0..self.accounts.len()).partition(|&index| self.accounts[index].is_deaf(raise));
        let left: f64 = deaf.iter().map(|&index| self.accounts[index].got()).sum();
        let share = |index: usize| self.shares[index].bytes.0.max(1) as f64;
        let all: f64 = order.iter().map(|&index| share(index)).sum();
        let due = |index: usize| ((video - left) * share(index) / all).max(1.0);
        let off = |index: usize| (self.accounts[index].got() / due(index)).ln().abs();
        order.sort_by(|&a, &b| off(b).total_cmp(&off(a)));
        let mut expected = self.video();
        let mut again = Vec::new();
        for index in order {
            let enough = expected <= video && expected >= video * NEAR_ENOUGH;
            if enough {
                break;
            }
            let (account, wanted) = (&self.accounts[index], due(index));
            let Some(asked) = next_ask(account, wanted) else { continue };
            expected += wanted - account.got();
            again.push((index, Bytes(self.whole(index, asked.min(wanted * MOST_ASKED)) as u64)));
        }
        again
    }
}

fn outlook(allocator: &Allocator, allocation: &Allocation, available: f64) -> Outlook {
    if allocation.qp > UNWATCHABLE_QP
        || allocator.least().iter().map(|least| least.0).sum::<u64>() as f64 > available
    {
        Outlook::Hopeless(allocator.bytes_at(UNWATCHABLE_QP - 1.0))
    } else if allocation.qp > COARSE_QP {
        Outlook::Coarse
    } else {
        Outlook::Good
    }
}

/// How much faster or slower than the asked bytes an encoder's bytes may move: very short chunks react steeply.
const SLOPES: (f64, f64) = (0.4, 8.0);

/// Returns what to ask for so that the chunk takes `wanted`: in proportion to the nearest encode, or along the line (of
/// logarithms) through the nearest encode on either side, or the two nearest on one side.
fn next_ask(account: &Account, wanted: f64) -> Option<f64> {
    let bytes = |attempt: &Attempt| attempt.got.0.max(1) as f64;
    let distance = |attempt: &Attempt| (bytes(attempt) / wanted).ln().abs();
    let mut near: Vec<&Attempt> = account.attempts.iter().collect();
    near.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    let first = *near.first()?;
    let opposite = near.iter().find(|attempt| (bytes(attempt) > wanted) != (bytes(first) > wanted));
    let slope = opposite
        .or(near.get(1))
        .map(|second| (bytes(first) / bytes(second)).ln() / (first.asked / second.asked).ln())
        .filter(|slope| slope.is_finite())
        .map_or(1.0, |slope| slope.clamp(SLOPES.0, SLOPES.1));
    Some(first.asked * (wanted / bytes(first)).powf(1.0 / slope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ledger(shares: &[u64], audio: u64, overhead: u64) -> Ledger {
        let video: u64 = shares.iter().sum();
        Ledger {
            limit: Bytes(((video as f64 / X264.aim) as u64) + audio + overhead),
            audio: Bytes(audio),
            overhead: Bytes(overhead),
            shares: shares.iter().map(|&bytes| Share { bytes: Bytes(bytes), qp: 30.0 }).collect(),
            least: vec![Bytes(1); shares.len()],
            unit: vec![5.0 * BYTES_PER_KILOBIT; shares.len()],
            accounts: vec![Account::default(); shares.len()],
            habits: X264,
            round: 0,
            saturated: false,
            spare: Bytes(0),
        }
    }

    /// An encoder that misses by a factor of its own for each chunk, reacts with a slope of its own, and takes whole
    /// kilobits per second only.
    struct Encoder {
        bias: Vec<f64>,
        slope: f64,
        seconds: f64,
        shares: Vec<u64>,
    }

    impl Encoder {
        fn encode(&self, chunk: usize, asked: Bytes) -> Bytes {
            let step = self.seconds * 125.0;
            let whole = (asked.0 as f64 / step).round().max(1.0) * step;
            let share = self.shares[chunk] as f64;
            Bytes((share * self.bias[chunk] * (whole / share).powf(self.slope)) as u64)
        }
    }

    /// Drives the ledger to its verdict as the job does, and returns the size reached and the encodes needed.
    fn settle(ledger: &mut Ledger, encoder: &Encoder, true_overhead: u64) -> (Verdict, u64, u32) {
        for chunk in 0..encoder.shares.len() {
            let asked = ledger.ask(chunk);
            ledger.book(chunk, asked, encoder.encode(chunk, asked));
        }
        let mut assembled = None;
        loop {
            let size = |ledger: &Ledger| ledger.video() as u64 + ledger.audio.0 + true_overhead;
            match ledger.judge() {
                Verdict::Again(chunks) => {
                    for (chunk, asked) in chunks {
                        ledger.book(chunk, asked, encoder.encode(chunk, asked));
                    }
                    assembled = None;
                }
                Verdict::Assemble if assembled == Some(size(ledger)) => {
                    return (Verdict::Assemble, size(ledger), ledger.encoded_again());
                }
                Verdict::Assemble => {
                    assembled = Some(size(ledger));
                    ledger.book_assembly(Bytes(size(ledger)));
                }
                Verdict::OverLimit => return (Verdict::OverLimit, size(ledger), ledger.encoded_again()),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn an_imprecise_encoder_is_brought_between_floor_and_limit(
            chunks in proptest::collection::vec((20_000_u64..400_000, 0.85_f64..1.15), 1..12),
            slope in 0.8_f64..2.0,
            overhead_error in 0.7_f64..1.05,
        ) {
            let shares: Vec<u64> = chunks.iter().map(|chunk| chunk.0).collect();
            let encoder =
                Encoder { bias: chunks.iter().map(|chunk| chunk.1).collect(), slope, seconds: 5.0, shares: shares.clone() };
            let mut ledger = ledger(&shares, 30_000, 10_000);
            let (verdict, size, again) = settle(&mut ledger, &encoder, (10_000.0 * overhead_error) as u64);
            prop_assert_eq!(verdict, Verdict::Assemble);
            prop_assert!(size <= ledger.limit.0);
            prop_assert!(size as f64 >= FLOOR * ledger.limit.0 as f64, "{} of {} after {}", size, ledger.limit.0, again);
        }

        #[test]
        fn whatever_the_encoder_does_the_limit_holds(
            chunks in proptest::collection::vec((1_000_u64..400_000, 0.2_f64..5.0), 1..8),
            slope in 0.1_f64..9.0,
        ) {
            let shares: Vec<u64> = chunks.iter().map(|chunk| chunk.0).collect();
            let encoder =
                Encoder { bias: chunks.iter().map(|chunk| chunk.1).collect(), slope, seconds: 5.0, shares: shares.clone() };
            let mut ledger = ledger(&shares, 3_000, 1_000);
            let (verdict, size, _) = settle(&mut ledger, &encoder, 1_000);
            prop_assert!(verdict == Verdict::OverLimit || size <= ledger.limit.0);
        }
    }

    #[test]
    fn only_the_chunk_that_took_most_is_encoded_again() {
        let mut ledger = ledger(&[100_000, 100_000, 100_000], 0, 1_000);
        for (chunk, got) in [(0, 99_000), (1, 112_000), (2, 101_000)] {
            let asked = ledger.ask(chunk);
            ledger.book(chunk, asked, Bytes(got));
        }
        let verdict = ledger.judge();
        assert!(
            matches!(&verdict, Verdict::Again(chunks) if chunks.len() == 1 && chunks[0].0 == 1),
            "{verdict:?}"
        );
    }
}
