//! The session, as the page's worker uses it.

use std::rc::Rc;

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::convert::{from_js, throw, to_js};
use super::replica::Workers;
use crate::core::clock::next_task;
use crate::core::error::TrainError;
use crate::data::dataset::{IdxPair, Split};
use crate::instruments::INSTRUMENTS;
use crate::run::parallel::Replicas;
use crate::run::protocol::{Event, Request};
use crate::run::session::{Next, Session as Core};

/// One worker's session: a data set and at most one network in training. Requests in, replies and events out; the messages are those of
/// `www/src/engine/protocol.ts`.
#[wasm_bindgen]
pub struct Session {
    core: Rc<Core>,
}

fn split(name: &str) -> Result<Split, JsValue> {
    match name {
        "train" => Ok(Split::Train),
        "test" => Ok(Split::Test),
        other => Err(throw(&TrainError::UnknownName { what: "split", name: other.to_owned() }.into())),
    }
}

#[wasm_bindgen]
impl Session {
    /// A session that calls `emit` with each event. With `workers`, a batch can be shared between several: it starts them, hands them tasks, and ends them.
    #[wasm_bindgen(constructor)]
    pub fn new(emit: Function, workers: Option<Workers>) -> Self {
        let replicas = workers.map(|workers| Rc::new(workers) as Rc<dyn Replicas>);
        let emit = move |event: &Event| {
            if let Ok(event) = to_js(event) {
                // A listener that throws is the page's affair; training goes on.
                let _ = emit.call1(&JsValue::NULL, &event);
            }
        };
        let core = Core::new(emit, replicas).with_instruments(INSTRUMENTS);
        Self { core: Rc::new(core) }
    }

    /// Answers a request. Resolves with the reply; never rejects for a request that is refused (that reply has type `error`).
    pub fn handle(&self, request: JsValue) -> Promise {
        let core = Rc::clone(&self.core);
        wasm_bindgen_futures::future_to_promise(async move {
            let request: Request = match strip_id(&request).and_then(from_js) {
                Ok(request) => request,
                Err(error) => return refused(&error),
            };
            let reply = core.handle(request).await;
            if core.begin_driving() {
                spawn_local(drive(Rc::clone(&core)));
            }
            to_js(&reply)
        })
    }

    /// Takes a decompressed shard of a split, `train` or `test`; `file` is its name, for messages. Returns `{ images, total }`.
    ///
    /// # Errors
    /// Throws a `ReceptiveError` object for a shard that is damaged or does not follow what is here; everything is then as it was.
    #[wasm_bindgen(js_name = addShard, unchecked_return_type = "{ images: number; total: number }")]
    pub fn add_shard(&self, split_name: &str, bytes: &[u8], file: Option<String>) -> Result<JsValue, JsValue> {
        let split = split(split_name)?;
        let file = file.unwrap_or_else(|| format!("{split_name} shard"));
        to_js(&self.core.add_shard(split, &file, bytes).map_err(|error| throw(&error))?)
    }

    /// Replaces the data set by IDX files. Without test files the test images stay. `names` are the files' names, for messages:
    /// train images, train labels, test images, test labels. Returns the counts of both splits, and what the images are like.
    ///
    /// # Errors
    /// Throws a `ReceptiveError` object for a file that is not what it should be; everything is then as it was.
    #[wasm_bindgen(js_name = loadIdx, unchecked_return_type = "OwnData")]
    pub fn load_idx(
        &self,
        train_images: &[u8],
        train_labels: &[u8],
        test_images: Option<Uint8Array>,
        test_labels: Option<Uint8Array>,
        names: Vec<String>,
    ) -> Result<JsValue, JsValue> {
        let name = |i: usize| names.get(i).map_or("file", String::as_str);
        let train = IdxPair { images_name: name(0), images: train_images, labels_name: name(1), labels: train_labels };
        let test = test_images.zip(test_labels).map(|(images, labels)| (images.to_vec(), labels.to_vec()));
        let test = test.as_ref().map(|(images, labels)| IdxPair { images_name: name(2), images, labels_name: name(3), labels });
        to_js(&self.core.load_idx(&train, test.as_ref()).map_err(|error| throw(&error))?)
    }

    /// Turns EMNIST's letters upright and counts them from 0: what is loaded has to be such letters (`facts.letters`).
    ///
    /// # Errors
    /// Throws a `ReceptiveError` object for other images; everything is then as it was.
    #[wasm_bindgen(js_name = turnLetters, unchecked_return_type = "OwnData")]
    pub fn turn_letters(&self) -> Result<JsValue, JsValue> {
        to_js(&self.core.turn_letters().map_err(|error| throw(&error))?)
    }

    /// Forgets the images. A network compiled before keeps those it has.
    #[wasm_bindgen(js_name = clearData)]
    pub fn clear_data(&self) {
        self.core.clear_data();
    }
}

/// A request's `id` is the worker script's affair.
fn strip_id(request: &JsValue) -> Result<JsValue, JsValue> {
    let copy = js_sys::Object::assign(&js_sys::Object::new(), request.unchecked_ref());
    js_sys::Reflect::delete_property(&copy, &"id".into())?;
    Ok(copy.into())
}

fn refused(error: &JsValue) -> Result<JsValue, JsValue> {
    let reply = js_sys::Object::new();
    js_sys::Reflect::set(&reply, &"type".into(), &"error".into())?;
    js_sys::Reflect::set(&reply, &"error".into(), error)?;
    Ok(reply.into())
}

/// Trains slice by slice, and lets the worker's event loop run in between, so that requests are seen.
async fn drive(core: Rc<Core>) {
    while core.slice().await == Next::Continue {
        next_task().await;
    }
}
