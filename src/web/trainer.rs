//! The trainer for course authors: a network, images, steps, without our page.

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::Mutex;
use js_sys::{Float32Array, Promise};
use wasm_bindgen::prelude::*;

use super::convert::{self, js, promise, read_network, to_js};
use crate::data::dataset::{Dataset, IdxPair, Split};
use crate::describe::{NetworkDescription, describe};
use crate::run::select::{BackendStatus, select};
use crate::run::trainer::{Image, Trainer as Core};

/// A network in training. Everything is async and nothing is global: two trainers live side by side. All errors are `ReceptiveError` objects.
///
/// ```js
/// const trainer = await Trainer.create(presets().find(({ name }) => name === "lenet5").spec, "auto", images, labels, testImages, testLabels);
/// const { loss } = await trainer.train(100);
/// const { top1 } = await trainer.evaluate("test");
/// ```
#[wasm_bindgen]
pub struct Trainer {
    core: Rc<Mutex<Core>>,
    description: NetworkDescription,
    backend: BackendStatus,
}

// Structs and not `json!`: a map that is made to be read once takes twice the code.
#[derive(serde::Serialize)]
struct Means {
    step: u64,
    loss: f64,
    top1: f64,
    top5: f64,
}

#[derive(serde::Serialize)]
struct Named<'a> {
    name: &'a str,
    shape: &'a [usize],
}

fn split_of(name: &str) -> Split {
    if name == "train" { Split::Train } else { Split::Test }
}

#[wasm_bindgen]
impl Trainer {
    /// Compiles a specification on a backend and gives it images: the bytes of MNIST's four IDX files, or of files like them.
    ///
    /// # Errors
    /// Rejects for a specification, a file or a device that cannot be used.
    #[wasm_bindgen(unchecked_return_type = "Promise<Trainer>")]
    pub fn create(
        #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue,
        #[wasm_bindgen(unchecked_param_type = "BackendChoice")] backend: JsValue,
        train_images: Vec<u8>,
        train_labels: Vec<u8>,
        test_images: Vec<u8>,
        test_labels: Vec<u8>,
    ) -> Promise {
        let (spec, choice) = match read_network(spec, backend) {
            Ok(read) => read,
            Err(error) => return Promise::reject(&error),
        };
        promise(async move {
            let pair = |images_name, images, labels_name, labels| IdxPair { images_name, images, labels_name, labels };
            let train = pair("train images", &train_images, "train labels", &train_labels);
            let test = pair("test images", &test_images, "test labels", &test_labels);
            let dataset = Dataset::from_idx(&train, Some(&test))?;
            let description = describe(&spec)?;
            spec.data.check_loaded(spec.input, dataset.facts())?;
            let selected = select(choice).await?;
            let core = Core::new(spec, selected.device, Rc::new(RefCell::new(dataset))).await?;
            Ok(Trainer { core: Rc::new(Mutex::new(core)), description, backend: selected.status }.into())
        })
    }

    /// Shapes, parameters, multiply-accumulates, memory and receptive fields.
    #[wasm_bindgen(getter, unchecked_return_type = "NetworkDescription")]
    pub fn description(&self) -> Result<JsValue, JsValue> {
        to_js(&self.description)
    }

    /// What it runs on, and why.
    #[wasm_bindgen(getter, unchecked_return_type = "BackendStatus")]
    pub fn backend(&self) -> Result<JsValue, JsValue> {
        to_js(&self.backend)
    }

    /// Takes `steps` training steps and resolves with the means over them.
    #[wasm_bindgen(unchecked_return_type = "Promise<TrainingMetrics>")]
    pub fn train(&self, steps: u32) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            let mut core = core.lock().await;
            for step in 0..steps {
                core.train_step()?;
                // A device gets only so far ahead of the host.
                if step % 16 == 15 {
                    core.finish().await?;
                }
            }
            let sums = core.take_training_sums().await?;
            js(&Means { step: core.steps(), loss: sums.mean_loss(), top1: sums.top1_rate(), top5: sums.top5_rate() })
        })
    }

    /// Evaluates all images of a split.
    #[wasm_bindgen(unchecked_return_type = "Promise<EvaluationResult>")]
    pub fn evaluate(&self, #[wasm_bindgen(unchecked_param_type = "'train' | 'test'")] split: String) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            let mut core = core.lock().await;
            let split = split_of(&split);
            let sums = core.evaluate(split, usize::MAX).await?;
            js(&core.measured(split, &sums))
        })
    }

    /// The logits of one image: a byte a pixel from 0 (background) to 255 (ink). Cluttered data give logits class by class, 784 each, for the image over
    /// the same strokes every time.
    #[wasm_bindgen(unchecked_return_type = "Promise<Float32Array>")]
    pub fn predict(&self, pixels: Vec<u8>) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            Ok(Float32Array::from(core.lock().await.predict(Image { pixels: &pixels, draw: 0 }).await?.logits.as_slice()).into())
        })
    }

    /// Names and shapes of the parameters, as PyTorch has them.
    #[wasm_bindgen(unchecked_return_type = "Promise<{ name: string; shape: number[] }[]>")]
    pub fn parameters(&self) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            let core = core.lock().await;
            let list: Vec<_> = core.parameters().map(|(name, shape)| Named { name, shape }).collect();
            js(&list)
        })
    }

    /// A parameter in PyTorch's order: OIHW, or `[out, in]`.
    #[wasm_bindgen(js_name = readParameter, unchecked_return_type = "Promise<Float32Array>")]
    pub fn read_parameter(&self, name: String) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move { Ok(Float32Array::from(core.lock().await.read_parameter(&name).await?.as_slice()).into()) })
    }

    /// Overwrites a parameter, given in PyTorch's order.
    #[wasm_bindgen(js_name = writeParameter, unchecked_return_type = "Promise<void>")]
    pub fn write_parameter(&self, name: String, values: Vec<f32>) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            core.lock().await.write_parameter(&name, &values)?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Draws new parameters from a seed and goes back to step 0.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn reset(&self, seed: f64) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            core.lock().await.reset(convert::seed(seed)?)?;
            Ok(JsValue::UNDEFINED)
        })
    }
}
