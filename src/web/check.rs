//! One batch on every kernel set, for the page `check/`. In that page's package only.

use std::rc::Rc;

use async_lock::Mutex;
use js_sys::{Float64Array, Promise};
use wasm_bindgen::prelude::*;

use super::convert::{promise, read_network, read_spec, to_js};
use crate::check::{Check as Core, Tensor, compare};
use crate::core::error::Error;
use crate::data::shard;
use crate::network::spec::Spec;
use crate::run::select::{BackendStatus, Selected, select};

/// A network and one batch on one backend: a training step without the optimizer, which can be repeated, and timed step by step. All errors are
/// `ReceptiveError` objects.
#[wasm_bindgen]
pub struct Check {
    core: Rc<Mutex<Core>>,
    backend: Option<BackendStatus>,
    steps: Vec<Step>,
}

/// What a run of a `Check` made: loss, logits and gradients.
#[wasm_bindgen]
pub struct CheckResults {
    tensors: Vec<Tensor>,
}

/// A kernel call of the step.
#[derive(serde::Serialize)]
struct Step {
    node: String,
    kernel: &'static str,
    backward: bool,
}

async fn make(spec: &Spec, selected: Option<Selected>, (file, bytes): (&str, &[u8])) -> Result<JsValue, Error> {
    let shard = shard::read(file, bytes)?;
    let (device, backend) = selected.map(|Selected { device, status }| (device, status)).unzip();
    let core = Core::new(spec, device, &shard).await?;
    let steps = core.steps().iter().enumerate();
    let steps = steps.map(|(place, step)| Step { node: step.node.clone(), kernel: step.kernel.name, backward: core.is_backward(place) });
    Ok(Check { steps: steps.collect(), core: Rc::new(Mutex::new(core)), backend }.into())
}

#[wasm_bindgen]
impl Check {
    /// Plans a specification at its batch size on a backend, draws its weights from its seed, and takes the first images of a shard, whose checksum is
    /// looked at. `file` is its name, for errors.
    #[wasm_bindgen(unchecked_return_type = "Promise<Check>")]
    pub fn create(
        #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue,
        #[wasm_bindgen(unchecked_param_type = "BackendChoice")] backend: JsValue,
        shard: Vec<u8>,
        file: String,
    ) -> Promise {
        match read_network(spec, backend) {
            Ok((spec, choice)) => promise(async move { make(&spec, Some(select(choice).await?), (&file, &shard)).await }),
            Err(error) => Promise::reject(&error),
        }
    }

    /// The same in double precision, by the scalar kernels: what the results of single precision are measured by.
    #[wasm_bindgen(unchecked_return_type = "Promise<Check>")]
    pub fn exact(#[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue, shard: Vec<u8>, file: String) -> Promise {
        match read_spec(spec) {
            Ok(spec) => promise(async move { make(&spec, None, (&file, &shard)).await }),
            Err(error) => Promise::reject(&error),
        }
    }

    /// What it runs on, and why; nothing in double precision.
    #[wasm_bindgen(getter, unchecked_return_type = "BackendStatus | null")]
    pub fn backend(&self) -> Result<JsValue, JsValue> {
        to_js(&self.backend)
    }

    /// The kernel calls of the step, in order.
    #[wasm_bindgen(getter, unchecked_return_type = "CheckStep[]")]
    pub fn steps(&self) -> Result<JsValue, JsValue> {
        to_js(&self.steps)
    }

    /// Runs the batch forward and backward so many times; resolves with the milliseconds until the device has done it all.
    #[wasm_bindgen(unchecked_return_type = "Promise<number>")]
    pub fn run(&self, times: u32) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move { Ok(core.lock().await.run(times as usize).await?.into()) })
    }

    /// Runs one kernel call `repeats` times at once (on a GPU in one submit), and that `samples` times; resolves with the milliseconds of each sample. Called
    /// for one call after the other, all compute the network's own numbers.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float64Array>")]
    pub fn time(&self, step: u32, repeats: u32, samples: u32) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            let times = core.lock().await.time(step as usize, repeats as usize, samples as usize).await?;
            Ok(Float64Array::from(times.as_slice()).into())
        })
    }

    /// What the last run made.
    #[wasm_bindgen(unchecked_return_type = "Promise<CheckResults>")]
    pub fn results(&self) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move { Ok(CheckResults { tensors: core.lock().await.results().await? }.into()) })
    }
}

#[wasm_bindgen]
impl CheckResults {
    /// The loss of the batch.
    #[wasm_bindgen(getter)]
    pub fn loss(&self) -> f64 {
        self.tensors.first().and_then(|loss| loss.values.first()).map_or(f64::NAN, |&loss| loss.into())
    }

    /// How far each tensor is from the reference's, and whether that is within the tolerance of the reference cases. `exact` are the results of double
    /// precision.
    #[wasm_bindgen(unchecked_return_type = "CheckDifference[]")]
    pub fn differences(&self, reference: &CheckResults, exact: &CheckResults) -> Result<JsValue, JsValue> {
        to_js(&compare(&reference.tensors, &exact.tensors, &self.tensors))
    }
}
