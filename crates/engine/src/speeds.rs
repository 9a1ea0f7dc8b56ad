//! The speeds of this machine as far as this visit knows them, beyond what the browser keeps. Measures nothing itself.

use clipfit_core::machine::speeds::{SpeedFigures, Speeds};
use clipfit_core::view::account::CodecAccount;
use clipfit_core::wishes::Codec;
use std::cell::{Cell, RefCell};

thread_local! {
    /// What this page knows already, where storage is switched off.
    static KNOWN: Cell<Option<Speeds>> = const { Cell::new(None) };
    /// Codecs whose encoder in this browser failed at a clip: not tried again before the next visit.
    static FAILED: RefCell<Vec<Codec>> = const { RefCell::new(Vec::new()) };
}

/// Returns the speeds that were measured by this browser on this machine.
pub(crate) fn known() -> Option<Speeds> {
    let speeds = KNOWN.get().or_else(clipfit_site::kept_speeds)?;
    Some(FAILED.with_borrow(|failed| failed.iter().fold(speeds, |speeds, codec| speeds.without(*codec))))
}

/// Forgets the browser's own encoder for `codec` for this visit.
pub(crate) fn without(codec: Codec) {
    FAILED.with_borrow_mut(|failed| failed.push(codec));
}

/// Returns every codec, and why this page cannot make it.
pub(crate) fn codecs() -> Vec<CodecAccount> {
    CodecAccount::in_browser(known(), clipfit_site::threads())
}

/// Keeps freshly measured figures.
pub(crate) fn keep(figures: &SpeedFigures) {
    KNOWN.set(figures.speeds());
    clipfit_site::keep_speeds(figures);
}
