//! A session in a dedicated worker of a browser, as the page has it: trains on every backend, answers while it trains, survives losing its GPU.
#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::rc::Rc;

use receptive::data::dataset::{IdxPair, PIXELS};
use receptive::data::idx;
use receptive::run::session::{Next, Session};
use serde_json::{Value, json};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

mod weights_files;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn file(magic: u32, sizes: &[u32], body: &[u8]) -> Vec<u8> {
    let numbers = std::iter::once(&magic).chain(sizes).flat_map(|n| n.to_be_bytes());
    numbers.chain(body.iter().copied()).collect()
}

/// A session with images whose label is the brightest of ten stripes, and the events it emits.
fn session(images: usize) -> (Session, Rc<RefCell<Vec<Value>>>) {
    let labels: Vec<u8> = (0..images).map(|i| (i % 10) as u8).collect();
    let pixel = |label: u8, at: usize| if at % 28 / 2 == usize::from(label) { 255 } else { (at * 7 % 50) as u8 };
    let pixels: Vec<u8> = labels.iter().flat_map(|&label| (0..PIXELS).map(move |at| pixel(label, at))).collect();
    let (images, labels) = (file(idx::IMAGES_MAGIC, &[images as u32, 28, 28], &pixels), file(idx::LABELS_MAGIC, &[images as u32], &labels));
    let events = Rc::new(RefCell::new(Vec::new()));
    let seen = events.clone();
    let session = Session::new(move |event| seen.borrow_mut().push(serde_json::to_value(event).unwrap()), None);
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    session.load_idx(&pair, Some(&pair)).unwrap();
    (session, events)
}

async fn ask(session: &Session, request: Value) -> Value {
    serde_json::to_value(session.handle(serde_json::from_value(request).unwrap()).await).unwrap()
}

async fn compile(session: &Session, backend: &str) -> Value {
    let spec = json!({"version": 1, "layers": [
        {"op": "conv2d", "out_channels": 6, "kernel_size": 5, "stride": 2}, {"op": "relu"}, {"op": "max_pool2d", "kernel_size": 2}, {"op": "flatten"},
        {"op": "linear", "out_features": 10}],
        "training": {"batch_size": 32, "epochs": 4, "optimizer": {"learning_rate": 0.05, "momentum": 0.9}}});
    ask(session, json!({"type": "compile", "run": "kiwi", "spec": spec, "backend": backend})).await
}

async fn drive(session: &Session) {
    assert!(session.begin_driving());
    while session.slice().await == Next::Continue {}
}

async fn trains_on(backend: &str, kernels: &str) {
    let (session, events) = session(320);
    let compiled = compile(&session, backend).await;
    assert_eq!(compiled["type"], "compiled", "{compiled}");
    assert_eq!(compiled["backend"]["kernels"], kernels, "{compiled}");
    let before = ask(&session, json!({"type": "evaluate", "split": "test"})).await;
    ask(&session, json!({"type": "start"})).await;
    drive(&session).await;
    let after = ask(&session, json!({"type": "evaluate", "split": "test"})).await;
    assert_eq!(after["evaluation"]["count"], 320);
    let loss = |reply: &Value| reply["evaluation"]["loss"].as_f64().unwrap();
    assert!(loss(&after) < 0.5 * loss(&before), "{} to {}", loss(&before), loss(&after));
    assert_eq!(events.borrow().last().unwrap()["type"], "done");
    let predicted = ask(&session, json!({"type": "predict", "pixels": vec![0; PIXELS]})).await;
    let sum: f64 = predicted["probabilities"].as_array().unwrap().iter().filter_map(Value::as_f64).sum();
    assert!((sum - 1.0).abs() < 1e-5);
}

#[wasm_bindgen_test]
async fn trains_on_the_cpu() {
    trains_on("cpu", receptive::backend::cpu::SIMD_NAME).await;
}

#[wasm_bindgen_test]
async fn trains_on_the_reference_kernels() {
    trains_on("scalar", "scalar").await;
}

#[wasm_bindgen_test]
async fn trains_on_webgpu() {
    trains_on("webgpu_software", "wgsl").await;
}

/// The machines of the test have no hardware adapter or have one; in both cases the choice is explained.
#[wasm_bindgen_test]
async fn auto_says_what_it_chose() {
    let (session, _) = session(32);
    let compiled = compile(&session, "auto").await;
    let backend = &compiled["backend"];
    match backend["backend"].as_str() {
        Some("cpu") => assert!(backend["reason"]["kind"].is_string(), "{compiled}"),
        Some("webgpu") => assert_eq!(backend["software"], false, "{compiled}"),
        _ => panic!("{compiled}"),
    }
}

/// A stop must not wait for an evaluation of the whole set, and what would change the parameters must not happen during one.
#[wasm_bindgen_test]
async fn answers_while_it_evaluates() {
    let (session, _) = session(6400);
    let session = Rc::new(session);
    compile(&session, "scalar").await;
    ask(&session, json!({"type": "start"})).await;
    let order = Rc::new(RefCell::new(Vec::new()));
    let (other, seen) = (session.clone(), order.clone());
    wasm_bindgen_futures::spawn_local(async move {
        let evaluated = ask(&other, json!({"type": "evaluate", "split": "test"})).await;
        assert_eq!(evaluated["evaluation"]["count"], 6400, "{evaluated}");
        seen.borrow_mut().push("evaluated");
    });
    // Two turns of the event loop: the evaluation has begun.
    receptive::core::clock::next_task().await;
    receptive::core::clock::next_task().await;
    let paused = ask(&session, json!({"type": "pause"})).await;
    assert_eq!(paused["type"], "paused", "{paused}");
    order.borrow_mut().push("paused");
    assert_eq!(ask(&session, json!({"type": "reset"})).await["error"]["kind"], "busy");
    assert_eq!(ask(&session, json!({"type": "predict", "pixels": vec![0; PIXELS]})).await["type"], "predicted");
    while order.borrow().len() < 2 {
        receptive::core::clock::next_task().await;
    }
    assert_eq!(*order.borrow(), ["paused", "evaluated"]);
    assert_eq!(ask(&session, json!({"type": "reset"})).await["type"], "reset");
}
