//! Ctrl-C and a request to end, as a flag that everything that waits looks at. Ends nothing itself.

use crate::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long anything waits before it looks at the flag again.
pub(crate) const PATIENCE: Duration = Duration::from_millis(50);

/// Whether the person has had enough.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// A flag that SIGINT, SIGTERM and SIGHUP raise from now on.
    pub(crate) fn on_signals() -> Result<Interrupt, Error> {
        let interrupt = Interrupt::default();
        let raised = interrupt.clone();
        ctrlc::set_handler(move || raised.raise())
            .map_err(|error| Error::Temporary(std::io::Error::other(error)))?;
        Ok(interrupt)
    }

    /// Asks for an end.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether an end was asked for.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
