//! Effects that live and end with one component. Components call these, and no others.

pub mod use_compare;
pub mod use_player;
pub mod use_preview;
pub mod use_source;
