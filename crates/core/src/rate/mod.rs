//! Rate control: from the figures of first passes to what each chunk is asked for, and what to correct. Knows no plan,
//! no container and no task.

pub mod allocate;
pub mod ledger;
pub mod stats;
