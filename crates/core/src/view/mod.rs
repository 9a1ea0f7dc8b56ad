//! What users read: every sentence about clips, plans, results and failures, and the figures next to them. The page and
//! the command line print these and never build their own.

pub mod account;
mod failures;
#[cfg(feature = "planner")]
pub mod notes;
#[cfg(feature = "planner")]
pub mod of_plan;
pub mod update;
