//! Data-parallel training between workers: a replica as another worker uses it, and the workers as the first one's session does.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Float32Array, Object, Promise, Reflect, Uint8Array, Uint32Array};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::convert::{promise, read_spec, throw, to_js};
use crate::optim::hyper::LEN;
use crate::run::parallel::{Answers, Done, Replica as Core, Replicas, Shard, Task, Update};

#[wasm_bindgen]
extern "C" {
    /// Other workers: `www/src/engine/worker/replicas.ts` has them as the page does.
    #[wasm_bindgen(typescript_type = "ReplicaWorkers")]
    pub type Workers;

    #[wasm_bindgen(method)]
    fn start(this: &Workers, spec: JsValue, places: Vec<u32>, images: Vec<u32>) -> Promise;
    #[wasm_bindgen(method)]
    fn shared(this: &Workers, place: u32) -> Option<SharedTensors>;
    #[wasm_bindgen(method)]
    fn run(this: &Workers, tasks: Array, patience_ms: f64) -> Promise;
    #[wasm_bindgen(method)]
    fn tell(this: &Workers, tasks: Array);
    #[wasm_bindgen(method)]
    fn stop(this: &Workers);

    /// What lies in memory that two workers share.
    type SharedTensors;

    #[wasm_bindgen(method, getter)]
    fn exchanged(this: &SharedTensors) -> Float32Array;
    #[wasm_bindgen(method, getter)]
    fn hyper(this: &SharedTensors) -> Float32Array;
    #[wasm_bindgen(method, getter)]
    fn images(this: &SharedTensors) -> Uint8Array;
    #[wasm_bindgen(method, getter)]
    fn labels(this: &SharedTensors) -> Uint8Array;
    #[wasm_bindgen(method, getter)]
    fn random(this: &SharedTensors) -> Uint32Array;
}

impl Workers {
    /// Tasks as they are handed out: by memory where a place has some that fits.
    fn handed(&self, tasks: &[Option<Task>]) -> Array {
        let by_memory = |place: usize, task: &Task| write_shared(&self.shared(place as u32)?, task);
        let handed = |(place, task): (usize, &Option<Task>)| {
            let Some(task) = task else { return JsValue::NULL };
            by_memory(place, task).map_or_else(|| to_object(task), JsValue::from_str)
        };
        tasks.iter().enumerate().map(handed).collect()
    }
}

/// Writes a shard, or the end of a step, and says what it was. Nothing for other tasks, and for other sizes.
fn write_shared(shared: &SharedTensors, task: &Task) -> Option<&'static str> {
    match task {
        Task { snapshot: None, update: Some(update), shard: None, sums: false } => {
            let (exchanged, hyper) = (shared.exchanged(), shared.hyper());
            if exchanged.length() as usize != update.exchanged.len() {
                return None;
            }
            exchanged.copy_from(&update.exchanged);
            hyper.copy_from(&update.hyper);
            Some("shared_update")
        }
        Task { snapshot: None, update: None, shard: Some(shard), sums: false } => {
            let (images, labels) = (shared.images(), shared.labels());
            if (images.length() as usize, labels.length() as usize) != (shard.images.len(), shard.labels.len()) {
                return None;
            }
            images.copy_from(&shard.images);
            labels.copy_from(&shard.labels);
            shared.random().copy_from(&shard.random);
            Some("shared_shard")
        }
        _ => None,
    }
}

impl Replicas for Workers {
    fn start(&self, spec: &Value, shards: Vec<(usize, usize)>) -> Pin<Box<dyn Future<Output = bool>>> {
        let (places, images) = shards.iter().map(|&(place, images)| (place as u32, images as u32)).unzip();
        let started = JsFuture::from(self.start(to_js(spec).unwrap_or(JsValue::NULL), places, images));
        Box::pin(async move { started.await.is_ok_and(|all| all.is_truthy()) })
    }

    fn run(&self, tasks: Vec<Option<Task>>, patience_ms: f64) -> Answers {
        let count = tasks.len();
        let done = JsFuture::from(self.run(self.handed(&tasks), patience_ms));
        Box::pin(async move {
            let answers = done.await.map(|answers| Array::from(&answers)).unwrap_or_default();
            (0..count as u32).map(|place| from_object(&answers.get(place))).collect()
        })
    }

    fn tell(&self, tasks: Vec<Option<Task>>) {
        self.tell(self.handed(&tasks));
    }

    fn stop(&self) {
        self.stop();
    }
}

fn put(object: &Object, name: &str, value: &JsValue) {
    // An object that was just made takes every property.
    let _ = Reflect::set(object, &name.into(), value);
}

fn get<T: JsCast>(object: &JsValue, name: &str) -> Option<T> {
    Reflect::get(object, &name.into()).ok()?.dyn_into().ok()
}

fn floats(object: &JsValue, name: &str) -> Option<Vec<f32>> {
    get::<Float32Array>(object, name).map(|floats| floats.to_vec())
}

/// Typed arrays of their own, which can be handed on without a copy.
fn to_object(task: &Task) -> JsValue {
    let object = Object::new();
    if let Some(snapshot) = &task.snapshot {
        put(&object, "snapshot", &Float32Array::from(snapshot.as_slice()));
    }
    if let Some(update) = &task.update {
        put(&object, "exchanged", &Float32Array::from(update.exchanged.as_slice()));
        put(&object, "hyper", &Float32Array::from(update.hyper.as_slice()));
    }
    if let Some(shard) = &task.shard {
        put(&object, "images", &Uint8Array::from(shard.images.as_slice()));
        put(&object, "labels", &Uint8Array::from(shard.labels.as_slice()));
        put(&object, "random", &Uint32Array::from(shard.random.as_slice()));
    }
    put(&object, "sums", &task.sums.into());
    object.into()
}

fn from_object(answer: &JsValue) -> Option<Done> {
    let sums = get::<Uint32Array>(answer, "sums")?.to_vec();
    Some(Done { exchanged: floats(answer, "exchanged")?, sums })
}

fn read_task(object: &JsValue) -> Task {
    let update = floats(object, "exchanged").zip(floats(object, "hyper").and_then(|hyper| <[f32; LEN]>::try_from(hyper).ok()));
    let bytes = |name: &str| get::<Uint8Array>(object, name).map(|bytes| bytes.to_vec());
    let random = get::<Uint32Array>(object, "random").and_then(|words| <[u32; 4]>::try_from(words.to_vec()).ok());
    let shard = bytes("images").zip(bytes("labels")).zip(random);
    Task {
        snapshot: floats(object, "snapshot").map(Rc::new),
        update: update.map(|(exchanged, hyper)| Rc::new(Update { exchanged, hyper })),
        shard: shard.map(|((images, labels), random)| Shard { images, labels, random }),
        sums: Reflect::get(object, &"sums".into()).is_ok_and(|sums| sums.is_truthy()),
    }
}

/// A network that computes gradients for another worker's run.
#[wasm_bindgen]
pub struct Replica {
    core: Core,
}

#[wasm_bindgen]
impl Replica {
    /// A replica of a network, whose batch size is that of its shard.
    ///
    /// # Errors
    /// Rejects for a specification that cannot be used.
    #[wasm_bindgen(unchecked_return_type = "Promise<Replica>")]
    pub fn create(#[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue) -> Promise {
        let spec = match read_spec(spec) {
            Ok(spec) => spec,
            Err(error) => return Promise::reject(&error),
        };
        promise(async move { Ok(Replica { core: Core::new(spec).await? }.into()) })
    }

    /// Does a task and returns what came of it.
    ///
    /// # Errors
    /// Throws a `ReceptiveError` object for a task of another network.
    #[wasm_bindgen(unchecked_return_type = "ReplicaDone")]
    pub fn run(&mut self, #[wasm_bindgen(unchecked_param_type = "ReplicaTask")] task: JsValue) -> Result<JsValue, JsValue> {
        let done = self.core.run(&read_task(&task)).map_err(|error| throw(&error))?;
        let object = Object::new();
        match get::<Float32Array>(&task, "into") {
            Some(into) if into.length() as usize == done.exchanged.len() => into.copy_from(&done.exchanged),
            _ => put(&object, "exchanged", &Float32Array::from(done.exchanged.as_slice())),
        }
        put(&object, "sums", &Uint32Array::from(done.sums.as_slice()));
        Ok(object.into())
    }
}
