//! Choosing the part of a clip to keep: a bar of frames with two handles, typed times, and playing just the part. Knows
//! no plan: what follows from the part is core's.

use super::icon::Icon;
use crate::hooks::use_source::{play, show, stop_at, use_source};
use crate::job::{Job, JobId};
use crate::state::Action;
use crate::words;
use clipfit_core::units::{FrameRate, Micros};
use clipfit_core::wishes::Trim;
use clipfit_core::wishes::link;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

/// Frames along the bar.
const THUMBNAILS: u64 = 8;

/// The properties of the place where a part is chosen.
#[derive(Properties, PartialEq)]
pub struct TrimProps {
    /// The job.
    pub id: JobId,
    /// Name of the clip.
    pub name: AttrValue,
    /// The clip.
    pub source: File,
    /// Its length.
    pub length: Micros,
    /// Its frames per second.
    pub rate: FrameRate,
    /// The part that is kept now.
    pub part: Option<Trim>,
    /// Where its buttons' actions go.
    pub dispatch: Callback<Action>,
}

/// Returns the place for a job, once its clip is known.
pub fn trim(job: &Job, source: Option<File>, dispatch: &Callback<Action>) -> Html {
    let (Some(clip), Some(source)) = (&job.clip, source) else { return Html::default() };
    html! {
        <TrimPlace id={job.id} name={job.source.name.clone()} {source} length={clip.length} rate={clip.rate}
            part={job.wishes.trim} {dispatch} />
    }
}

/// Draws the button, and the editor while it is open.
#[component]
pub fn TrimPlace(props: &TrimProps) -> Html {
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let TrimProps { id, name, source, length, rate, part, dispatch } = props;
    html! {
        <div class="trim">
            <button type="button" class="button button--quiet trim__open" data-testid="job-trim"
                aria-expanded={open.to_string()} onclick={toggle}>
                { Icon::Trim.draw() }{ "Trim" }
                if let Some(part) = part {
                    <small>{ words::part_kept(*part) }</small>
                }
            </button>
            if *open {
                <TrimEditor id={*id} {name} source={source.clone()} length={*length} rate={*rate} part={*part}
                    {dispatch} />
            }
        </div>
    }
}

/// The ends of the part, counted in frames.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ends {
    begin: u64,
    end: u64,
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Which {
    Begin,
    End,
}

/// Draws the editor.
#[component]
pub fn TrimEditor(props: &TrimProps) -> Html {
    let TrimProps { id, name, source, length, rate, part, dispatch } = props;
    let rate = *rate;
    let frames = frame_at(*length, rate).max(1);
    let video = use_node_ref();
    let address = use_source(source);
    let unseen = use_state(|| false);
    let ends = use_state(|| Ends {
        begin: part.map_or(0, |part| frame_at(part.start, rate)),
        end: part.and_then(|part| part.end).map_or(frames, |end| frame_at(end, rate).min(frames)),
    });
    let move_to = {
        let (ends, video) = (ends.clone(), video.clone());
        Callback::from(move |(which, frame): (Which, u64)| {
            let Ends { begin, end } = *ends;
            let moved = match which {
                Which::Begin => Ends { begin: frame.min(end.saturating_sub(1)), end },
                Which::End => Ends { begin, end: frame.clamp(begin + 1, frames) },
            };
            // The end is the first frame that is not kept.
            show(&video, rate.time_of(if which == Which::Begin { moved.begin } else { moved.end - 1 }));
            ends.set(moved);
        })
    };
    let Ends { begin, end } = *ends;
    let (from, to) = (rate.time_of(begin), rate.time_of(end));
    let kept = {
        let whole = end == frames;
        Trim { start: from, end: (!whole).then_some(to) }
    };
    let use_part = {
        let id = *id;
        dispatch.reform(move |_: MouseEvent| Action::Trim(id, (kept != Trim::default()).then_some(kept)))
    };
    let keep_all = {
        let id = *id;
        dispatch.reform(move |_: MouseEvent| Action::Trim(id, None))
    };
    let play_part = {
        let video = video.clone();
        Callback::from(move |_: MouseEvent| play(&video, from))
    };
    let stop = {
        let video = video.clone();
        Callback::from(move |_: Event| stop_at(&video, to))
    };
    let failed = {
        let unseen = unseen.clone();
        Callback::from(move |_: Event| unseen.set(true))
    };
    let share = |frame: u64| frame as f64 / frames.max(1) as f64;
    html! {
        <div class="trim__editor" data-testid="trim" role="group" aria-label={format!("The part of {name} to keep")}>
            if *unseen {
                <p class="trim__line">{ "This browser cannot show the clip. The times count all the same." }</p>
            } else if let Some(address) = &address {
                <video class="trim__video" ref={video.clone()} src={address} muted=true playsinline=true preload="auto"
                    ontimeupdate={stop} onerror={failed} aria-label={format!("The clip {name}")}></video>
            }
            <div class="trim__bar" style={format!("--begin: {}; --end: {}", share(begin), share(end))}>
                <div class="trim__frames" aria-hidden="true">
                    if let Some(address) = address.filter(|_| !*unseen) {
                        { for (0..THUMBNAILS).map(|number| {
                            let at = length.seconds() * (number as f64 + 0.5) / THUMBNAILS as f64;
                            html! { <video src={format!("{address}#t={at:.3}")} muted=true playsinline=true
                                preload="metadata" tabindex="-1"></video> }
                        }) }
                    }
                </div>
                { handle(Which::Begin, begin, frames, rate, &move_to) }
                { handle(Which::End, end, frames, rate, &move_to) }
            </div>
            <div class="trim__times">
                { typed_time(Which::Begin, from, rate, &move_to) }
                { typed_time(Which::End, to, rate, &move_to) }
                <span class="trim__line">{ format!("{} kept", link::time_text(to - from)) }</span>
            </div>
            <div class="trim__buttons">
                <button type="button" class="button button--main" data-testid="trim-use" onclick={use_part}>
                    { "Use this part" }
                </button>
                <button type="button" class="button" onclick={play_part} disabled={*unseen}>{ "Play this part" }</button>
                if part.is_some() {
                    <button type="button" class="button button--quiet" data-testid="trim-all" onclick={keep_all}>
                        { "Keep all" }
                    </button>
                }
            </div>
        </div>
    }
}

/// Returns the frame that is nearest to a time.
fn frame_at(time: Micros, rate: FrameRate) -> u64 {
    (time.seconds().max(0.0) * rate.per_second()).round() as u64
}

impl Which {
    fn label(self) -> &'static str {
        match self {
            Which::Begin => "Begin",
            Which::End => "End",
        }
    }
}

/// Draws a handle. An arrow key moves it by a frame, with shift by a second.
fn handle(which: Which, frame: u64, frames: u64, rate: FrameRate, move_to: &Callback<(Which, u64)>) -> Html {
    let second = rate.per_second().round().max(1.0) as u64;
    let oninput = move_to.reform(move |event: InputEvent| (which, number(&event).unwrap_or(frame)));
    let onkeydown = {
        let move_to = move_to.clone();
        Callback::from(move |event: KeyboardEvent| {
            let target = match event.key().as_str() {
                "ArrowRight" | "ArrowUp" if event.shift_key() => frame.saturating_add(second),
                "ArrowLeft" | "ArrowDown" if event.shift_key() => frame.saturating_sub(second),
                _ => return,
            };
            event.prevent_default();
            move_to.emit((which, target.min(frames)));
        })
    };
    html! {
        <input type="range" class={classes!("trim__handle", format!("trim__handle--{}", which.label().to_lowercase()))}
            aria-label={which.label()} aria-valuetext={link::time_text(rate.time_of(frame))}
            min="0" max={frames.to_string()} step="1" value={frame.to_string()} {oninput} {onkeydown} />
    }
}

/// Draws a field for a time.
fn typed_time(which: Which, time: Micros, rate: FrameRate, move_to: &Callback<(Which, u64)>) -> Html {
    let now = frame_at(time, rate);
    let onchange = move_to.reform(move |event: Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let read = input.and_then(|input| link::parse_time(&input.value()));
        (which, read.map_or(now, |time| frame_at(time, rate)))
    });
    html! {
        <label class="trim__time">
            <span>{ which.label() }</span>
            <input type="text" inputmode="text" autocomplete="off" value={link::time_text(time)} {onchange} />
        </label>
    }
}

fn number(event: &InputEvent) -> Option<u64> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    input.value().parse().ok()
}
