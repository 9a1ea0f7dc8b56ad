//! Replays the kept seeds, and a few thousand changes of them that are the same in every run. Looks for broken rules,
//! for panics, and for memory that the size of an input does not explain.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

use clipfit_fuzz::{TARGETS, Target};
use peak_alloc::PeakAlloc;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestError, TestRunner};
use std::path::Path;
use std::time::{Duration, Instant};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// No input may take longer, on a machine that is busy and without optimization.
const SLOWEST: Duration = Duration::from_secs(20);
/// All seeds together, in bytes.
const MOST_SEEDS: usize = 200_000;

/// A change of an input.
#[derive(Debug, Clone)]
enum Change {
    Bit(Index, u8),
    Byte(Index, u8),
    /// A number of so many bytes, at which formats break.
    Number(Index, usize, u64),
    /// Decimal digits, as text has them.
    Digits(Index, i64),
    Cut(Index),
    Remove(Index, Index),
    /// A part of a seed, put in so many times.
    Repeat(Index, Index, usize),
    Other(usize, Index, Index),
}

fn change(seeds: usize) -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    let edges = vec![
        0,
        1,
        2,
        7,
        8,
        16,
        127,
        128,
        255,
        1 << 15,
        1 << 16,
        (1 << 31) - 1,
        1 << 31,
        u32::MAX.into(),
        1 << 32,
        i64::MAX as u64,
        u64::MAX - 1,
        u64::MAX,
    ];
    let numbers = vec![0, -1, 1, 90, 65_536, i64::from(i32::MAX), 1 << 40, i64::MAX, i64::MIN];
    prop_oneof![
        (place(), 0..8_u8).prop_map(|(at, bit)| Change::Bit(at, bit)),
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (place(), select(vec![2, 4, 8]), select(edges))
            .prop_map(|(at, width, number)| Change::Number(at, width, number)),
        (place(), select(numbers)).prop_map(|(at, number)| Change::Digits(at, number)),
        place().prop_map(Change::Cut),
        (place(), place()).prop_map(|(from, to)| Change::Remove(from, to)),
        (place(), place(), 1..40_usize).prop_map(|(from, to, times)| Change::Repeat(from, to, times)),
        (0..seeds, place(), place()).prop_map(|(seed, from, to)| Change::Other(seed, from, to)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let length = bytes.len() + 1;
        let range = |one: &Index, other: &Index, length: usize| {
            let (one, other) = (one.index(length), other.index(length));
            one.min(other)..one.max(other)
        };
        match self {
            Change::Bit(at, bit) => {
                bytes.get_mut(at.index(length)).into_iter().for_each(|byte| *byte ^= 1 << bit)
            }
            Change::Byte(at, new) => {
                bytes.get_mut(at.index(length)).into_iter().for_each(|byte| *byte = *new)
            }
            Change::Number(at, width, number) => {
                let number = &number.to_be_bytes()[8 - width..];
                let room = bytes.iter_mut().skip(at.index(length));
                room.zip(number).for_each(|(byte, new)| *byte = *new);
            }
            Change::Digits(at, number) => {
                let start = at.index(length);
                let is_digit = |byte: &&u8| byte.is_ascii_digit();
                let skipped = bytes[start..].iter().take_while(|byte| !byte.is_ascii_digit()).count();
                let from = start + skipped;
                let count = bytes[from..].iter().take_while(is_digit).count();
                bytes.splice(from..from + count, number.to_string().into_bytes());
            }
            Change::Cut(at) => bytes.truncate(at.index(length)),
            Change::Remove(one, other) => drop(bytes.drain(range(one, other, length))),
            Change::Repeat(one, other, times) => {
                let range = range(one, other, length);
                let part = bytes[range.start..range.end.min(range.start + 400)].repeat(*times);
                bytes.splice(range.end..range.end, part);
            }
            Change::Other(seed, one, other) => {
                let seed = &seeds[*seed];
                let range = range(one, other, seed.len().min(length - 1) + 1);
                bytes.splice(range.clone(), seed[range].iter().copied());
            }
        }
    }
}

/// Returns the seeds of a target, by name.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target.name);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Checks one input, its time and its memory.
fn check(target: &Target, bytes: &[u8]) {
    MEMORY.reset_peak_usage();
    let (before, began) = (MEMORY.current_usage(), Instant::now());
    (target.check)(bytes);
    let (fixed, each) = target.memory;
    let (taken, lasted) = (MEMORY.peak_usage().saturating_sub(before), began.elapsed());
    let name = target.name;
    assert!(taken <= fixed + each * bytes.len(), "{name}: {taken} bytes of memory for {}", bytes.len());
    assert!(lasted < SLOWEST, "{name}: {lasted:?} for {} bytes", bytes.len());
}

// One test, because memory is counted for the process.
#[test]
fn whatever_comes_is_read_or_refused() {
    let mut total = 0;
    let wanted = std::env::var("CLIPFIT_FUZZ").ok();
    for target in TARGETS.iter().filter(|target| wanted.as_ref().is_none_or(|wanted| wanted == target.name)) {
        let seeds = seeds(target);
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        total += seeds.iter().map(Vec::len).sum::<usize>();
        let began = Instant::now();
        seeds.iter().for_each(|seed| check(target, seed));
        let config = Config { cases: target.cases, failure_persistence: None, ..Config::default() };
        let random = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
        let inputs = (0..seeds.len(), vec(change(seeds.len()), 1..6));
        let result = TestRunner::new_with_rng(config, random).run(&inputs, |(seed, changes)| {
            let mut bytes = seeds[seed].clone();
            changes.iter().for_each(|change| change.apply(&mut bytes, &seeds));
            check(target, &bytes);
            Ok(())
        });
        eprintln!("{}: {:?}", target.name, began.elapsed());
        if let Err(TestError::Fail(why, (seed, changes))) = result {
            let mut bytes = seeds[seed].clone();
            changes.iter().for_each(|change| change.apply(&mut bytes, &seeds));
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(target.name);
            std::fs::write(&kept, bytes).unwrap();
            panic!("{}: {why}; the input is {}", target.name, kept.display());
        }
    }
    assert!(total <= MOST_SEEDS, "{total} bytes of seeds");
}
