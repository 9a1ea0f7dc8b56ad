//! Jobs in a real browser with an imagined media worker: a few lines of script that answer as told.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

use clipfit_core::clip::failure::ProbeFailure;
use clipfit_core::step::load::LoadFailure;
use clipfit_core::units::Bytes;
use clipfit_core::view::update::{FailureAccount, Update};
use clipfit_core::wishes::Wishes;
use clipfit_engine::{Helpers, ResultFiles};
use js_sys::{Array, Function, Promise};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Blob, BlobPropertyBag, File, Url};

wasm_bindgen_test_configure!(run_in_browser);

/// An H.264 clip of one second, as ffprobe lists it.
const LISTING: &str = "streams.stream.0.index=0\\n\
    streams.stream.0.codec_type=\"video\"\\n\
    streams.stream.0.codec_name=\"h264\"\\n\
    streams.stream.0.pix_fmt=\"yuv420p\"\\n\
    streams.stream.0.width=320\\n\
    streams.stream.0.height=180\\n\
    streams.stream.0.avg_frame_rate=\"2/1\"\\n\
    format.format_name=\"mov,mp4,m4a,3gp,3g2,mj2\"\\n\
    format.start_time=\"0.0\"\\n\
    format.tags.major_brand=\"isom\"\\n";
const PACKETS: &str = "0.0,0.0,0.5,100,K_\\n0.5,0.5,0.5,100,__\\n";

/// A worker that loads, lists `listing`, then `packets`.
fn probing(listing: &str, packets: &str) -> String {
    format!(
        "onmessage = ({{ data }}) => {{
            if (data.type !== 'run') {{
                postMessage({{ type: 'loadProgress', received: 5, total: 10 }});
                postMessage({{ type: 'loaded', missing: [] }});
                return;
            }}
            const text = data.program.arguments.includes('-show_streams') ? '{listing}' : '{packets}';
            postMessage({{ type: 'log', task: data.task, lines: [{{ stdout: false, text: 'a word from ffprobe' }}] }});
            // The clip that is handed over is watched: what that writes is empty but for a time base.
            const watches = data.outputs.includes('watched.gray');
            const outputs = watches ? data.outputs : ['probe.txt'];
            const blobs = outputs.map(() => new Blob([watches ? '#tb 0: 1/25' : text]));
            postMessage({{ type: 'finished', task: data.task, exitCode: 0, answer: null, outputs, memoryBytes: 1, blobs }});
        }};"
    )
}

fn answering(load: &str, run: &str) -> String {
    format!(
        "onmessage = ({{ data }}) => {{ if (data.type === 'run') {{ const task = data.task; postMessage({run}); }} else postMessage({load}); }};"
    )
}

fn missing_core(reason: &str) -> String {
    format!("{{ type: 'loaded', missing: [{{ part: 'core', reason: '{reason}', detail: '' }}] }}")
}

/// Writes the `meta` elements that the build writes, with the worker given as a script of its own.
fn install(script: &str) {
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let parts = Array::of1(&JsValue::from_str(script));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).unwrap();
    install_at(&Url::create_object_url_with_blob(&blob).unwrap());
}

fn install_at(worker: &str) {
    let document = web_sys::window().unwrap().document().unwrap();
    let entries = [
        ("media-worker", worker),
        ("core-script", "core.js"),
        ("core-wasm", "core.wasm.gz"),
        ("core-bytes", "10"),
        ("x264-script", ""),
        ("x264-wasm", ""),
        ("x264-bytes", ""),
        ("codecs-script", ""),
        ("codecs-wasm", ""),
        ("codecs-bytes", ""),
    ];
    for (name, content) in entries {
        let name = format!("clipfit-{name}");
        if let Some(old) = document.query_selector(&format!("meta[name=\"{name}\"]")).unwrap() {
            old.remove();
        }
        let meta = document.create_element("meta").unwrap();
        meta.set_attribute("name", &name).unwrap();
        meta.set_attribute("content", content).unwrap();
        document.body().unwrap().append_child(&meta).unwrap();
    }
}

fn file(bytes: usize) -> File {
    let parts = Array::of1(&JsValue::from_str(&"x".repeat(bytes)));
    File::new_with_str_sequence(&parts, "clip.mp4").unwrap()
}

async fn sleep(milliseconds: u32) {
    gloo::timers::future::TimeoutFuture::new(milliseconds).await;
}

/// Runs a job to its last update.
async fn run(bytes: usize, helpers: Helpers) -> Vec<(Update, ResultFiles)> {
    let updates = Rc::new(RefCell::new(Vec::new()));
    let told = updates.clone();
    let tell = Rc::new(move |update, files| told.borrow_mut().push((update, files)));
    let _run = clipfit_engine::run(file(bytes), Wishes::default(), tell, helpers, None);
    for _ in 0..100 {
        sleep(50).await;
        if matches!(updates.borrow().last(), Some((Update::Finished(_) | Update::Failed(_), _))) {
            break;
        }
    }
    updates.take()
}

async fn failure(bytes: usize) -> FailureAccount {
    failure_of(bytes, Helpers::default()).await
}

async fn failure_of(bytes: usize, helpers: Helpers) -> FailureAccount {
    match run(bytes, helpers).await.pop() {
        Some((Update::Failed(failure), _)) => failure,
        other => panic!("{other:?}"),
    }
}

/// Whether a job of `bytes` bytes fails with the sentence of `reason`.
async fn fails(bytes: usize, reason: impl ToString) {
    assert_eq!(failure(bytes).await.text, reason.to_string());
}

#[wasm_bindgen_test]
async fn an_empty_file_is_named_without_any_worker() {
    install_at("nowhere.js");
    fails(0, ProbeFailure::Empty).await;
}

#[wasm_bindgen_test]
async fn each_way_of_not_starting_is_told_apart() {
    install(&answering(&missing_core("status"), "{}"));
    fails(9, LoadFailure::Status).await;
    install(&answering(&missing_core("corrupt"), "{}"));
    fails(9, LoadFailure::Corrupt).await;
}

#[wasm_bindgen_test]
async fn a_worker_without_a_script_is_not_started() {
    install_at("nowhere.js");
    for reason in [LoadFailure::Network, LoadFailure::Status, LoadFailure::Corrupt] {
        let said = serde_wasm_bindgen::to_value(&reason).unwrap();
        let failing = Closure::<dyn Fn() -> Promise>::new(move || Promise::reject(&said));
        let fetch = failing.as_ref().unchecked_ref::<Function>().clone();
        assert_eq!(failure_of(9, Helpers { fetch, ..Helpers::default() }).await.text, reason.to_string());
    }
}

#[wasm_bindgen_test]
async fn what_ffprobe_says_becomes_facts_or_a_reason() {
    install(&probing("", ""));
    fails(9, ProbeFailure::NotMedia).await;
    install(&answering(
        "{ type: 'loaded', missing: [] }",
        "{ type: 'crashed', task, death: 'inputUnreadable', detail: 'gone' }",
    ));
    fails(9, ProbeFailure::Unreadable).await;
    install(&answering(
        "{ type: 'loaded', missing: [] }",
        "{ type: 'crashed', task, death: 'crash', detail: 'unreachable' }",
    ));
    fails(9, ProbeFailure::Broken).await;
    install(&answering("{ type: 'loaded', missing: [] }", "{ type: 'nonsense' }"));
    fails(9, ProbeFailure::Broken).await;
}

#[wasm_bindgen_test]
async fn a_clip_that_fits_passes_through_every_step() {
    install(&probing(LISTING, PACKETS));
    let updates = run(5000, Helpers::default()).await;
    let steps: Vec<&str> = updates
        .iter()
        .filter(|(update, _)| !matches!(update, Update::Progress(..)))
        .map(|(update, _)| match update {
            Update::Loading { .. } => "loading",
            Update::Probing => "probing",
            Update::Probed(..) => "probed",
            Update::Predicted(..) => "predicted",
            Update::Planned(..) => "planned",
            Update::Progress(..) => "progress",
            Update::Finished(_) => "finished",
            Update::Failed(..) => "failed",
            Update::Resting => "resting",
        })
        .collect();
    assert_eq!(steps, ["loading", "probing", "probed", "planned", "finished"]);
    let Some((Update::Finished(report), files)) = updates.last() else { panic!("{updates:?}") };
    assert!(report.kept_source && report.bytes == Bytes(5000));
    assert_eq!(files.result.as_ref().map(Blob::size), Some(5000.0));
}

#[wasm_bindgen_test]
async fn a_dropped_job_is_silent_and_its_log_ends_with_it() {
    // Loads and then never answers.
    install(
        "onmessage = ({ data }) => { if (data.type !== 'run') postMessage({ type: 'loaded', missing: [] }); };",
    );
    let updates = Rc::new(RefCell::new(0));
    let told = updates.clone();
    let tell = Rc::new(move |_, _| *told.borrow_mut() += 1);
    let handle = clipfit_engine::run(file(9), Wishes::default(), tell, Helpers::default(), None);
    for _ in 0..100 {
        sleep(20).await;
        if *updates.borrow() > 0 {
            break;
        }
    }
    assert_eq!(*updates.borrow(), 1, "only `Probing`");
    assert!(handle.log().contains("-show_streams"));
    drop(handle);
    sleep(200).await;
    assert_eq!(*updates.borrow(), 1);
}
