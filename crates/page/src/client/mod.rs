//! The page's side of the scripts that are fetched when they are first needed: the engine, which plans and encodes, the
//! player of packages, and the viewer that compares. For `effects` and `hooks` alone. Knows no state and no component.

pub mod compare;
pub mod engine;
pub mod player;
mod script;
pub mod store;
