//! Rate control: from the figures of first passes to the bytes of each chunk, and what to correct. Knows no plan,
//! no container and no task.

pub mod allocate;
pub mod ledger;
pub mod stats;
