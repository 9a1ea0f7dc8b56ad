//! The file that a clip was made of, as a video element plays it. The address lives as long as the component.

use clipfit_core::units::Micros;
use web_sys::{File, HtmlVideoElement, Url};
use yew::prelude::*;

/// Returns an address of the file, given back when the component goes; `None` before it is drawn.
#[hook]
pub fn use_source(file: &File) -> Option<AttrValue> {
    let address = use_state(|| None::<AttrValue>);
    let setter = address.setter();
    use_effect_with(file.clone(), move |file| {
        let made = Url::create_object_url_with_blob(file).ok();
        setter.set(made.clone().map(AttrValue::from));
        move || {
            if let Some(made) = made {
                // An address that is gone already needs no giving back.
                let _ = Url::revoke_object_url(&made);
            }
        }
    });
    (*address).clone()
}

/// Shows the frame at this time.
pub fn show(video: &NodeRef, at: Micros) {
    if let Some(video) = video.cast::<HtmlVideoElement>() {
        // A video that plays would go on from there.
        let _ = video.pause();
        video.set_current_time(at.seconds());
    }
}

/// Plays from this time on.
pub fn play(video: &NodeRef, from: Micros) {
    if let Some(video) = video.cast::<HtmlVideoElement>() {
        video.set_current_time(from.seconds());
        // What cannot be played shows no frame, which is all there is to say of it.
        let _ = video.play();
    }
}

/// Stops a video that plays at this time.
pub fn stop_at(video: &NodeRef, end: Micros) {
    if let Some(video) = video.cast::<HtmlVideoElement>()
        && video.current_time() >= end.seconds()
    {
        let _ = video.pause();
    }
}
