//! Ctrl-C and other requests to end, as a flag that every wait checks. Ends nothing itself.

use crate::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a wait lasts before it checks the flag again.
pub(crate) const PATIENCE: Duration = Duration::from_millis(50);

/// Whether the user asked to end.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Returns a flag that SIGINT, SIGTERM and SIGHUP raise from now on.
    pub(crate) fn on_signals() -> Result<Interrupt, Error> {
        let interrupt = Interrupt::default();
        let raised = interrupt.clone();
        ctrlc::set_handler(move || raised.raise())
            .map_err(|error| Error::Temporary(std::io::Error::other(error)))?;
        Ok(interrupt)
    }

    /// Asks to end.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether an end was requested.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
