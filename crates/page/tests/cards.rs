//! Tests the components in a browser: the handles and attributes of a card in each phase, and the actions of its
//! buttons.
#![cfg(target_arch = "wasm32")]

mod samples;

use clipfit_core::wishes::Effort;
use clipfit_core::wishes::link;
use clipfit_page::components::job_card::{JobCard, JobCardProps};
use clipfit_page::components::page::page;
use clipfit_page::job::Job;
use clipfit_page::shared::Shared;
use clipfit_page::state::{Action, State};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

fn place() -> Element {
    let document = web_sys::window().and_then(|window| window.document());
    let place = document.as_ref().and_then(|document| document.create_element("div").ok());
    let body = document.and_then(|document| document.body());
    match (place, body) {
        (Some(place), Some(body)) => {
            assert!(body.append_child(&place).is_ok());
            place
        }
        _ => panic!("no document to draw into"),
    }
}

async fn drawn() {
    yew::platform::time::sleep(std::time::Duration::ZERO).await;
}

fn find(root: &Element, selector: &str) -> Option<Element> {
    root.query_selector(selector).ok().flatten()
}

fn handle(root: &Element, name: &str) -> Option<Element> {
    find(root, &format!("[data-testid={name}]"))
}

fn text(element: Option<Element>) -> String {
    element.and_then(|element| element.text_content()).unwrap_or_default()
}

fn click(element: Option<Element>) {
    match element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        Some(element) => element.click(),
        None => panic!("nothing to click"),
    }
}

struct Card {
    root: Element,
    actions: Rc<RefCell<Vec<Action>>>,
}

impl Card {
    async fn of(job: Job) -> Card {
        let actions = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&actions);
        let again = job.has_ended().then(|| State::new(None).wishes);
        let dispatch = Callback::from(move |action| heard.borrow_mut().push(action));
        let root = place();
        let props = JobCardProps {
            job: Shared::new(job),
            again,
            folders: true,
            copied: None,
            sources: Callback::from(|_| None),
            dispatch,
        };
        yew::Renderer::<JobCard>::with_root_and_props(root.clone(), props).render();
        drawn().await;
        Card { root, actions }
    }

    fn attribute(&self, name: &str) -> Option<String> {
        handle(&self.root, "job").and_then(|job| job.get_attribute(name))
    }

    /// Returns the address of the preview when there is one, or none, or after a while.
    async fn preview(&self, loaded: bool) -> Option<String> {
        let address = || find(&self.root, "video").and_then(|video| video.get_attribute("src"));
        for _ in 0..100 {
            if address().is_some() == loaded {
                break;
            }
            yew::platform::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        address()
    }

    fn heard(&self) -> Option<Action> {
        self.actions.borrow_mut().pop()
    }
}

#[wasm_bindgen_test]
async fn every_phase_has_its_handles() {
    let cases = [
        (samples::queued(1, "a.mp4"), "queued", "0", ["job-cancel"].as_slice()),
        (samples::loading(2), "planning", "0", &["job-cancel"]),
        (samples::planned(3), "planning", "0", &["job-cancel", "job-plan"]),
        (samples::encoding(4), "encoding", "42", &["job-cancel", "job-plan"]),
        (samples::done(5, "blob:x"), "done", "100", &["job-download", "job-plan"]),
        (samples::refused(6), "failed", "0", &["job-error"]),
        (samples::cancelled(7), "cancelled", "42", &[]),
    ];
    for (job, state, progress, present) in cases {
        let card = Card::of(job).await;
        assert_eq!(card.attribute("data-state").as_deref(), Some(state));
        assert_eq!(card.attribute("data-progress").as_deref(), Some(progress));
        assert_eq!(card.attribute("data-bytes").is_some(), state == "done");
        for name in ["job-cancel", "job-plan", "job-download", "job-error"] {
            assert_eq!(handle(&card.root, name).is_some(), present.contains(&name), "{name} in {state}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_result_can_be_taken() {
    let card = Card::of(samples::done(1, "blob:x")).await;
    assert_eq!(card.attribute("data-bytes").as_deref(), Some("1889412"));
    let download = handle(&card.root, "job-download");
    let attribute = |name: &str| download.as_ref().and_then(|link| link.get_attribute(name));
    assert_eq!(download.as_ref().map(|link| link.tag_name()).as_deref(), Some("A"));
    assert_eq!(attribute("href").as_deref(), Some("blob:x"));
    assert_eq!(attribute("download").as_deref(), Some("big-buck-bunny-trailer-clipfit.mp4"));
    card.root.scroll_into_view();
    assert_eq!(card.preview(true).await.as_deref(), Some("blob:x"));
    assert!(text(find(&card.root, ".result__saving")).contains("54 % smaller"));
}

#[wasm_bindgen_test]
async fn a_preview_is_loaded_only_near_what_is_seen() {
    let card = Card::of(samples::done(1, "blob:x")).await;
    assert!(card.root.set_attribute("style", "padding: 10000px 0").is_ok());
    let video = find(&card.root, "video");
    let scroll_to = |place: Option<&Element>| place.map(Element::scroll_into_view);
    for _ in 0..2 {
        scroll_to(video.as_ref());
        assert_eq!(card.preview(true).await.as_deref(), Some("blob:x"));
        scroll_to(Some(&card.root));
        assert_eq!(card.preview(false).await, None);
    }
    card.root.remove();
}

#[wasm_bindgen_test]
async fn progress_is_told_to_screen_readers() {
    let card = Card::of(samples::encoding(1)).await;
    let bar = find(&card.root, "[role=progressbar]");
    assert_eq!(bar.and_then(|bar| bar.get_attribute("aria-valuenow")).as_deref(), Some("42"));
    let line = text(find(&card.root, ".progress__line"));
    for part in ["Encoding", "18 s left", "1.0× clip speed", "42 %"] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

#[wasm_bindgen_test]
async fn what_is_lost_stands_out() {
    let card = Card::of(samples::planned(1)).await;
    assert!(text(find(&card.root, ".plan__loss")).contains("subtitle"));
    let shown = text(handle(&card.root, "job-plan"));
    let Some(plan) = samples::plan() else { panic!("the sample has no plan") };
    let clipfit_core::plan::Action::Encode(encode) = plan.action else {
        panic!("the sample needs no encode")
    };
    let size = format!("{}×{}", encode.format.width, encode.format.height);
    let rate = encode.video_rate().map_or(String::new(), |rate| rate.to_string());
    for part in ["1.90 MB", &size, "24 fps", &rate, "AAC, "] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    for note in plan.notes {
        assert!(shown.contains(&note.text()), "{} in {shown}", note.text());
    }
}

#[wasm_bindgen_test]
async fn efforts_are_told_beside_each_other_and_can_be_switched() {
    let efforts = |card: &Card| {
        ["Fast", "Balanced", "Best"].map(|name| {
            let found = find(&card.root, &format!("[data-testid=job-effort][data-effort={name}]"));
            let is = |name: &str, value| {
                found.as_ref().and_then(|one| one.get_attribute(name)).as_deref() == value
            };
            (is("aria-pressed", Some("true")), is("disabled", None), text(found.clone()))
        })
    };
    let card = Card::of(samples::planned(1)).await;
    let [fast, balanced, best] = efforts(&card);
    assert_eq!([fast.0, balanced.0, best.0], [false, false, true]);
    assert_eq!([fast.1, balanced.1, best.1], [true, true, false]);
    for (_, _, text) in [fast, balanced, best] {
        assert!(text.contains("about ") && text.contains(" s · "), "{text}");
    }
    click(find(&card.root, "[data-effort=Fast]"));
    assert!(matches!(card.heard(), Some(Action::Switch(id, Effort::Fast)) if id.0 == 1));

    let [fast, balanced, _] = efforts(&Card::of(samples::encoding(2)).await);
    assert_eq!((fast.0, balanced.0, balanced.1), (true, false, false));
    assert!(balanced.2.contains("Only this browser"), "{}", balanced.2);
}

#[wasm_bindgen_test]
async fn buttons_say_what_they_do() {
    let card = Card::of(samples::encoding(1)).await;
    click(handle(&card.root, "job-cancel"));
    assert!(matches!(card.heard(), Some(Action::Cancel(id)) if id.0 == 1));

    let card = Card::of(samples::refused(2)).await;
    click(handle(&card.root, "job-offer"));
    assert!(matches!(card.heard(), Some(Action::TakeOffer(id, 0)) if id.0 == 2));
    click(handle(&card.root, "job-log-toggle"));
    assert!(matches!(card.heard(), Some(Action::ToggleLog(id)) if id.0 == 2));

    let card = Card::of(samples::broken(3)).await;
    assert!(text(handle(&card.root, "job-log")).contains("Invalid data"));
    click(handle(&card.root, "job-log-copy"));
    assert!(matches!(card.heard(), Some(Action::CopyLog(id)) if id.0 == 3));
    click(find(&card.root, "[aria-label='Remove notes.txt']"));
    assert!(matches!(card.heard(), Some(Action::Remove(id)) if id.0 == 3));
}

struct Bare(State);

impl Component for Bare {
    type Message = Action;
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        let mut state = State::new(None);
        let link = link::parse("target=1.9MB&speed=9", "");
        state.reduce(Action::FollowLink(Box::new(link), 2));
        Bare(state)
    }

    fn update(&mut self, _: &Context<Self>, action: Action) -> bool {
        self.0.reduce(action);
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        page(
            &self.0,
            &context.link().callback(|action| action),
            &Callback::noop(),
            &Callback::noop(),
            &Callback::from(|_| None),
        )
    }
}

#[wasm_bindgen_test]
async fn the_page_shows_the_settings_of_the_link_and_names_its_problems() {
    let root = place();
    yew::Renderer::<Bare>::with_root(root.clone()).render();
    drawn().await;
    let target = find(&root, "#target").and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok());
    assert_eq!(target.map(|input| input.value()).as_deref(), Some("1.9 MB"));
    assert!(text(handle(&root, "link-problems")).contains("speed"));
    let chooser = handle(&root, "file-input");
    assert!(chooser.is_some_and(|input| input.has_attribute("multiple")));

    click(find(&root, "[data-testid=link-problems] button"));
    drawn().await;
    assert!(find(&root, ".notice").is_none());
}
