//! The session: a state machine that carries out a plan. Fed with events, answers with commands; sans-IO.

pub mod outcome;
pub mod task;
