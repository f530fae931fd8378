//! Weights and batches from the host: for a program that gives several libraries the same work. In the harness build only.

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::Mutex;
use js_sys::{Float32Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::{Convolution, Forward, forward, read_backend};
use crate::core::error::{DataError, Error, TrainError};
use crate::data::dataset::{Dataset, PIXELS, Split};
use crate::executor::AnyExecutor;
use crate::network::spec::Spec;
use crate::plan::Plan;
use crate::run::select::{BackendChoice, select};
use crate::run::trainer::Trainer;
use crate::web::convert::{promise, read_spec, throw};

/// Images that are tested at most.
const TEST_IMAGES: usize = 10_000;

/// Numbers in canonical order (NCHW, OIHW, `[out, in]`), by name.
fn floats(tensors: &JsValue, name: &str) -> Result<Vec<f32>, Error> {
    let found = Reflect::get(tensors, &name.into()).ok().and_then(|value| value.dyn_into::<Float32Array>().ok());
    found.map(|floats| floats.to_vec()).ok_or_else(|| TrainError::UnknownName { what: "tensor", name: name.to_owned() }.into())
}

/// Writes all parameters and statistics. Whoever calls names every one of them.
fn write(plan: &Plan, executor: &mut AnyExecutor, tensors: &JsValue) -> Result<(), Error> {
    let parameters = plan.parameters.iter().map(|parameter| (&parameter.name, plan.parameter_place(parameter, 0)));
    let statistics = plan.statistics.iter().map(|statistic| (&statistic.name, plan.statistic_place(statistic)));
    for (name, place) in parameters.chain(statistics) {
        executor.write_value(name, &place, &floats(tensors, name)?)?;
    }
    Ok(())
}

fn read(spec: JsValue, backend: JsValue) -> Result<(Spec, BackendChoice), JsValue> {
    Ok((read_spec(spec)?, read_backend(backend)?))
}

/// A network that trains on batches from the host.
#[wasm_bindgen]
pub struct HostTraining {
    trainer: Rc<Mutex<Trainer>>,
    indices: Vec<u32>,
}

#[wasm_bindgen]
impl HostTraining {
    /// Makes a network ready, with these weights.
    pub fn create(spec: JsValue, backend: JsValue, tensors: JsValue) -> Promise {
        let (spec, choice) = match read(spec, backend) {
            Ok(read) => read,
            Err(error) => return Promise::reject(&error),
        };
        promise(async move {
            let batch = spec.training.batch_size;
            let mut data = Dataset::new(batch, TEST_IMAGES);
            data.replace(Split::Train, &vec![0; batch * PIXELS], &vec![0; batch]);
            let mut trainer = Trainer::new(spec, select(choice).await?.device, Rc::new(RefCell::new(data))).await?;
            let (plan, executor) = trainer.parts();
            write(plan, executor, &tensors)?;
            trainer.finish().await?;
            Ok(HostTraining { trainer: Rc::new(Mutex::new(trainer)), indices: (0..batch as u32).collect() }.into())
        })
    }

    /// Takes a step on a batch: 784 bytes an image, a byte a label. Does not wait for the device.
    ///
    /// # Errors
    /// Throws a `ReceptiveError` object for a batch of another size, or what the device reports.
    pub fn step(&self, images: &[u8], labels: &[u8]) -> Result<(), JsValue> {
        let mut trainer = self.trainer.try_lock().ok_or_else(|| JsValue::from_str("a step while another call waits"))?;
        if (images.len(), labels.len()) != (self.indices.len() * PIXELS, self.indices.len()) {
            return Err(throw(&DataError::InvalidPixels { found: images.len(), expected: self.indices.len() * PIXELS }.into()));
        }
        trainer.replace_images(Split::Train, images, labels);
        trainer.train_on(&self.indices).map_err(|error| throw(&error))
    }

    /// Mean loss of the steps since the last call.
    pub fn loss(&self) -> Promise {
        let trainer = Rc::clone(&self.trainer);
        promise(async move { Ok(JsValue::from_f64(trainer.lock().await.take_training_sums().await?.mean_loss())) })
    }

    /// The share of these images whose largest logit is their class.
    pub fn accuracy(&self, images: Vec<u8>, labels: Vec<u8>) -> Promise {
        let trainer = Rc::clone(&self.trainer);
        promise(async move {
            let mut trainer = trainer.lock().await;
            trainer.replace_images(Split::Test, &images, &labels);
            Ok(JsValue::from_f64(trainer.evaluate(Split::Test, usize::MAX).await?.top1_rate()))
        })
    }
}

/// A network that says what a batch is.
#[wasm_bindgen]
pub struct HostInference {
    forward: Rc<Mutex<Forward>>,
}

#[wasm_bindgen]
impl HostInference {
    /// Makes a network ready, with these weights.
    pub fn create(spec: JsValue, backend: JsValue, tensors: JsValue) -> Promise {
        let (spec, choice) = match read(spec, backend) {
            Ok(read) => read,
            Err(error) => return Promise::reject(&error),
        };
        promise(async move {
            let mut forward = forward(&spec, choice).await?;
            write(&forward.plan, &mut forward.executor, &tensors)?;
            Ok(HostInference { forward: Rc::new(Mutex::new(forward)) }.into())
        })
    }

    /// The logits of a batch: `[batch, 1, 28, 28]` to `[batch, classes]`.
    pub fn run(&self, images: Vec<f32>) -> Promise {
        let forward = Rc::clone(&self.forward);
        promise(async move {
            let Forward { executor, program, input, logits, .. } = &mut *forward.lock().await;
            executor.write_value("input", input, &images)?;
            executor.run(*program)?;
            Ok(Float32Array::from(executor.read_value(logits).await?.as_slice()).into())
        })
    }
}

/// The convolution of `conv-fwd` or `conv-bwd`.
#[wasm_bindgen]
pub struct HostConvolution {
    convolution: Rc<Mutex<Convolution>>,
}

#[wasm_bindgen]
impl HostConvolution {
    /// Makes it ready; `tensors` are `x`, `weight` and, for the gradients, `dy`.
    pub fn create(backend: JsValue, backward: bool, tensors: JsValue) -> Promise {
        let choice = match read_backend(backend) {
            Ok(choice) => choice,
            Err(error) => return Promise::reject(&error),
        };
        promise(async move {
            let mut convolution = Convolution::new(choice, backward).await?;
            for (name, place) in std::mem::take(&mut convolution.inputs) {
                convolution.executor.write_value(name, &place, &floats(&tensors, name)?)?;
            }
            Ok(HostConvolution { convolution: Rc::new(Mutex::new(convolution)) }.into())
        })
    }

    /// Computes it once. Does not wait for the device.
    ///
    /// # Errors
    /// Throws a `ReceptiveError` object of what the device reports.
    pub fn run(&self) -> Result<(), JsValue> {
        let mut convolution = self.convolution.try_lock().ok_or_else(|| JsValue::from_str("a run while another call waits"))?;
        let program = convolution.program;
        convolution.executor.run(program).map_err(|error| throw(&error.into()))
    }

    /// Waits for the device.
    pub fn finish(&self) -> Promise {
        let convolution = Rc::clone(&self.convolution);
        promise(async move {
            convolution.lock().await.executor.finish().await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// `{ y }`, or `{ dx, dweight }`.
    pub fn results(&self) -> Promise {
        let convolution = Rc::clone(&self.convolution);
        promise(async move {
            let Convolution { executor, results, .. } = &mut *convolution.lock().await;
            let object = Object::new();
            for (name, place) in results {
                let values = executor.read_value(place).await?;
                let _ = Reflect::set(&object, &(*name).into(), &Float32Array::from(values.as_slice()));
            }
            Ok(object.into())
        })
    }
}
