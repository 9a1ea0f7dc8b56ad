//! The settings of a streaming package: segment format, segment length, and a total size limit.

use super::chosen;
use super::field::TextField;
use crate::settings::{Edit, Field, Settings};
use clipfit_core::wishes::Wishes;
use clipfit_core::wishes::packaging::SegmentFormat;
use yew::prelude::*;

const FORMATS: [(SegmentFormat, &str, &str); 2] = [
    (SegmentFormat::Ts, "ts", "MPEG-TS (.ts), plays everywhere"),
    (SegmentFormat::Fmp4, "fmp4", "Fragmented MP4, smaller"),
];

/// Draws the fields.
pub(super) fn packaging(settings: &Settings, wishes: &Wishes, edit: &Callback<Edit>) -> Html {
    let format = edit.reform(|event: Event| {
        let value = chosen(&event);
        let found = FORMATS.iter().find(|(_, name, _)| *name == value);
        Edit::Format(found.map_or(SegmentFormat::Ts, |(format, ..)| *format))
    });
    let segment = TextField {
        id: "segment",
        label: "Segment length",
        value: &settings.segment,
        placeholder: "10",
        unit: Some("seconds"),
        inputmode: "numeric",
        problem: settings.problem(Field::Segment, wishes),
        on_input: edit.reform(Edit::Segment),
    };
    let limit = TextField {
        id: "package-target",
        label: "Total size limit",
        value: &settings.package_target,
        placeholder: "No limit",
        unit: None,
        inputmode: "text",
        problem: settings.problem(Field::PackageTarget, wishes),
        on_input: edit.reform(Edit::PackageTarget),
    };
    html! {
        <>
            <p class="settings__hint">
                { "HTTP Live Streaming: the clip in several sizes, cut into segments, with playlists and a page that plays it. For your own web server." }
            </p>
            <div class="field">
                <label for="segment-format">{ "Segments" }</label>
                <select id="segment-format" onchange={format}>
                    { for FORMATS.iter().map(|(format, value, label)| html! {
                        <option value={*value} selected={settings.format == *format}>{ *label }</option>
                    }) }
                </select>
            </div>
            { segment.draw() }
            { limit.draw() }
        </>
    }
}
