//! The speeds of this machine, kept in the browser's storage from one visit to the next. Measures nothing itself.

use crate::site::Site;
use clipfit_core::machine::speeds;
use clipfit_core::machine::speeds::{SpeedFigures, Speeds};
use clipfit_core::view::account::CodecAccount;
use clipfit_core::wishes::Codec;
use std::cell::{Cell, RefCell};

const STORED_AS: &str = "clipfit-speeds";

thread_local! {
    /// What this page knows already, where storage is switched off.
    static KNOWN: Cell<Option<Speeds>> = const { Cell::new(None) };
    /// Codecs whose encoder in this browser failed at a clip: not tried again before the next visit.
    static FAILED: RefCell<Vec<Codec>> = const { RefCell::new(Vec::new()) };
}

/// Speeds that were measured by this browser on this machine.
pub(crate) fn known() -> Option<Speeds> {
    let stored = || Speeds::read(&storage()?.get_item(STORED_AS).ok()??, &key());
    let speeds = KNOWN.get().or_else(stored)?;
    Some(FAILED.with_borrow(|failed| failed.iter().fold(speeds, |speeds, codec| speeds.without(*codec))))
}

/// Forgets the browser's own encoder for `codec` for this visit.
pub(crate) fn without(codec: Codec) {
    FAILED.with_borrow_mut(|failed| failed.push(codec));
}

/// Every codec, and why it cannot be had on this page where that is known: what has not been measured may be there.
pub fn codecs() -> Vec<CodecAccount> {
    let threads = Site::threads_here();
    let offer = |codec| known().map_or(Ok(()), |speeds| speeds.encoders().offer(codec, threads));
    Codec::ALL.into_iter().map(|codec| CodecAccount::new(codec, offer(codec))).collect()
}

/// Keeps freshly measured figures.
pub(crate) fn keep(figures: &SpeedFigures) -> Option<Speeds> {
    let kept = speeds::kept(&key(), figures);
    let speeds = Speeds::read(&kept, &key())?;
    KNOWN.set(Some(speeds));
    if let Some(storage) = storage() {
        // Full or refused: measured again on the next visit.
        let _ = storage.set_item(STORED_AS, &kept);
    }
    Some(speeds)
}

fn key() -> String {
    let navigator = web_sys::window().map(|window| window.navigator());
    let agent = navigator.as_ref().and_then(|navigator| navigator.user_agent().ok()).unwrap_or_default();
    let processors = navigator.map_or(1.0, |navigator| navigator.hardware_concurrency());
    speeds::key(&agent, processors as usize)
}

/// The browser's storage; `None` where it is switched off.
pub fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
