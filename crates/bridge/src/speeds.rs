//! The speeds of this machine, kept in the browser's storage from one visit to the next. Measures nothing itself.

use crate::site::Site;
use clipfit_core::encoder::{CodecUnavailable, Threads};
use clipfit_core::speed::{self, Speeds};
use clipfit_core::wishes::Codec;
use std::cell::Cell;

const STORED_AS: &str = "clipfit-speeds";

thread_local! {
    /// What this page knows already, where storage is switched off.
    static KNOWN: Cell<Option<Speeds>> = const { Cell::new(None) };
}

/// Speeds that were measured by this browser on this machine.
pub(crate) fn known() -> Option<Speeds> {
    let stored = || Speeds::read(&storage()?.get_item(STORED_AS).ok()??, &key());
    KNOWN.get().or_else(stored)
}

/// Every codec, and why it cannot be had on this page where that is known: what has not been measured may be there.
pub fn codecs() -> Vec<(Codec, Result<(), CodecUnavailable>)> {
    let threads = Site::read().map_or(Threads::Missing, |site| site.threads());
    let offer = |codec| known().map_or(Ok(()), |speeds| speeds.encoders().offer(codec, threads));
    Codec::ALL.into_iter().map(|codec| (codec, offer(codec))).collect()
}

/// Keeps freshly measured figures.
pub(crate) fn keep(figures: &str) -> Option<Speeds> {
    let kept = speed::kept(&key(), figures);
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
    speed::key(&agent, processors as usize)
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
