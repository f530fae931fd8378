//! The benchmark's jobs, for `cargo xtask bench`. In the harness build only.

mod peak;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use async_lock::Mutex;
use js_sys::{Promise, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::convert::{from_js, throw, to_js};
use crate::autodiff::differentiate;
use crate::backend::select::{BackendChoice, select};
use crate::data::dataset::{Dataset, IdxPair, PIXELS, Split};
use crate::error::{Error, ShapeError, TrainError};
use crate::executor::{AnyExecutor, Which, locate};
use crate::graph::{Graph, Role, ValueId};
use crate::layout::Layout;
use crate::network::describe::describe;
use crate::network::spec::Spec;
use crate::network::{add_images, apply_layers, zoo};
use crate::ops::Window;
use crate::ops::conv2d::Conv2d;
use crate::optim::schedule::Schedule;
use crate::plan::{Builder, Located, Plan};
use crate::rng::{Rng, Stream};
use crate::shape::Shape;
use crate::train::clock::now_ms;
use crate::train::metrics::Sums;
use crate::train::trainer::{Device, Trainer};

/// One job on one backend, made ready.
#[wasm_bindgen]
pub struct BenchJob {
    work: Rc<Mutex<Work>>,
    batch: u32,
}

/// What a job repeats.
enum Work {
    Training { trainer: Box<Trainer>, flop_a_step: f64, sums: Sums },
    Operator { executor: AnyExecutor, flop: f64 },
    Inference { executor: AnyExecutor, input: Located, logits: Located, images: Vec<f32>, flop: f64 },
    Peak,
}

/// One measured window.
#[derive(Serialize)]
struct WindowOfWork {
    iterations: u64,
    seconds: f64,
    images: u64,
    flop: f64,
}

fn option(options: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(options, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn bytes(options: &JsValue, name: &str) -> Vec<u8> {
    option(options, name).map(|value| Uint8Array::new(&value).to_vec()).unwrap_or_default()
}

#[wasm_bindgen]
impl BenchJob {
    /// Makes a job ready: `lenet-train`, `lenet-infer`, `lenet-98`, `conv-fwd`, `conv-bwd` or `peak`. Training jobs take MNIST's IDX files as
    /// `images`, `labels`, `test_images`, `test_labels`.
    ///
    /// # Errors
    /// Rejects for an unknown job, data that cannot be used, or a backend that is not there.
    pub async fn create(job: String, backend: JsValue, options: JsValue) -> Result<BenchJob, JsValue> {
        let choice: BackendChoice = from_js(backend)?;
        // The benchmark asks for what the machine has: in headless Chromium that is a program.
        let choice = if choice == BackendChoice::Webgpu { BackendChoice::WebgpuSoftware } else { choice };
        let batch = option(&options, "batch").and_then(|value| value.as_f64()).map_or(64, |batch| batch as usize);
        let work = make(&job, choice, batch, &options).await.map_err(|error| throw(&error))?;
        Ok(BenchJob { work: Rc::new(Mutex::new(work)), batch: if job.starts_with("conv") { 16 } else { batch as u32 } })
    }

    /// Images in a step.
    #[wasm_bindgen(getter)]
    pub fn batch(&self) -> u32 {
        self.batch
    }

    /// Works for this long and resolves with `{ iterations, seconds, images, flop }`.
    pub fn run(&self, seconds: f64) -> Promise {
        let (work, batch) = (Rc::clone(&self.work), u64::from(self.batch));
        future_to_promise(async move {
            let mut work = work.lock().await;
            let window = work.window(|iterations, elapsed| iterations > 0 && elapsed >= seconds, batch).await;
            to_js(&window.map_err(|error| throw(&error))?)
        })
    }

    /// Takes exactly this many training steps; resolves as [`BenchJob::run`] does.
    #[wasm_bindgen(js_name = trainSteps)]
    pub fn train_steps(&self, steps: u32) -> Promise {
        let (work, batch) = (Rc::clone(&self.work), u64::from(self.batch));
        future_to_promise(async move {
            let mut work = work.lock().await;
            let window = work.window(|iterations, _| iterations >= u64::from(steps), batch).await;
            to_js(&window.map_err(|error| throw(&error))?)
        })
    }

    /// Mean loss of the steps since the last call; null for jobs that do not train.
    pub fn loss(&self) -> Promise {
        let work = Rc::clone(&self.work);
        future_to_promise(async move {
            let Work::Training { trainer, sums, .. } = &mut *work.lock().await else { return Ok(JsValue::NULL) };
            let latest = trainer.take_training_sums().await.map_err(|error| throw(&error))?;
            *sums = latest;
            Ok(if sums.items == 0 { JsValue::NULL } else { JsValue::from_f64(sums.mean_loss()) })
        })
    }

    /// Evaluates the whole test set; resolves with `{ top1 }`.
    pub fn evaluate(&self) -> Promise {
        let work = Rc::clone(&self.work);
        future_to_promise(async move {
            let Work::Training { trainer, .. } = &mut *work.lock().await else { return Ok(JsValue::NULL) };
            let sums = trainer.evaluate(Split::Test, usize::MAX).await.map_err(|error| throw(&error))?;
            to_js(&serde_json::json!({ "top1": sums.top1_rate() }))
        })
    }
}

impl Work {
    /// Repeats until `enough(iterations, seconds)`, waiting for the device before the clock stops.
    async fn window(&mut self, enough: impl Fn(u64, f64) -> bool, batch: u64) -> Result<WindowOfWork, Error> {
        let begin = now_ms();
        let elapsed = || (now_ms() - begin) / 1e3;
        let (mut iterations, mut flop) = (0u64, 0.0);
        while !enough(iterations, elapsed()) {
            flop += self.once(iterations).await?;
            iterations += 1;
        }
        self.finish().await?;
        let images = if matches!(self, Self::Peak) { 0 } else { iterations * batch };
        Ok(WindowOfWork { iterations, seconds: elapsed(), images, flop })
    }

    /// One repetition; returns its floating-point operations. Lets a device get a few steps ahead.
    async fn once(&mut self, iteration: u64) -> Result<f64, Error> {
        match self {
            Self::Training { trainer, flop_a_step, .. } => {
                trainer.train_step()?;
                if iteration % 8 == 7 {
                    trainer.finish().await?;
                }
                Ok(*flop_a_step)
            }
            Self::Operator { executor, flop } => {
                executor.run(Which::Train)?;
                if iteration % 8 == 7 {
                    executor.finish().await?;
                }
                Ok(*flop)
            }
            Self::Inference { executor, input, logits, images, flop } => {
                executor.write_value("input", input, images)?;
                executor.run(Which::Train)?;
                executor.read_value(logits).await?;
                Ok(*flop)
            }
            Self::Peak => Ok(peak::multiply_adds()),
        }
    }

    async fn finish(&mut self) -> Result<(), Error> {
        match self {
            Self::Training { trainer, .. } => trainer.finish().await?,
            Self::Operator { executor, .. } | Self::Inference { executor, .. } => executor.finish().await?,
            Self::Peak => (),
        }
        Ok(())
    }
}

async fn make(job: &str, choice: BackendChoice, batch: usize, options: &JsValue) -> Result<Work, Error> {
    match job {
        "peak" => Ok(Work::Peak),
        "lenet-train" | "lenet-98" => training("lenet5", choice, batch, options).await,
        "lenet-infer" => inference("lenet5", choice, batch).await,
        "conv-fwd" => convolution(choice, false).await,
        "conv-bwd" => convolution(choice, true).await,
        other => Err(TrainError::UnknownName { what: "job", name: other.to_owned() }.into()),
    }
}

/// A preset at the benchmark's batch, with the optimizer the jobs name: rate 0.02, momentum 0.9, no decay.
fn preset(name: &str, batch: usize) -> Result<Spec, Error> {
    let preset = zoo::preset(name).ok_or_else(|| TrainError::UnknownName { what: "preset", name: name.to_owned() })?;
    let mut spec = Spec::from_json(&preset.spec)?;
    spec.training.batch_size = batch;
    spec.training.schedule = Schedule::Constant;
    Ok(spec)
}

async fn training(name: &str, choice: BackendChoice, batch: usize, options: &JsValue) -> Result<Work, Error> {
    let spec = preset(name, batch)?;
    let [images, labels, test_images, test_labels] = ["images", "labels", "test_images", "test_labels"].map(|name| bytes(options, name));
    let train = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    let test = IdxPair { images_name: "test images", images: &test_images, labels_name: "test labels", labels: &test_labels };
    let dataset = Dataset::from_idx(&train, (!test_images.is_empty()).then_some(&test))?;
    let flop_a_step = 3.0 * 2.0 * describe(&spec)?.totals.macs as f64 * batch as f64;
    let device = select(choice).await?.device;
    let trainer = Box::new(Trainer::new(spec, device, Rc::new(RefCell::new(dataset))).await?);
    Ok(Work::Training { trainer, flop_a_step, sums: Sums::empty() })
}

async fn executor(choice: BackendChoice, plan: &Plan) -> Result<AnyExecutor, Error> {
    Ok(match select(choice).await?.device {
        Device::Cpu(kernels) => AnyExecutor::cpu(kernels, plan, &HashMap::new()).await?,
        Device::Wgpu(wgpu) => AnyExecutor::wgpu(*wgpu, plan, &HashMap::new()).await?,
    })
}

fn random(count: usize, rng: &mut Rng) -> Vec<f32> {
    (0..count).map(|_| rng.normal() as f32).collect()
}

/// Forward with host arrays in and logits out.
async fn inference(name: &str, choice: BackendChoice, batch: usize) -> Result<Work, Error> {
    let spec = preset(name, batch)?;
    let flop = 2.0 * describe(&spec)?.totals.macs as f64 * batch as f64;
    let mut graph = Graph::default();
    let images = add_images(&mut graph, &spec, batch, Role::Input)?;
    let logits = apply_layers(&mut graph, &spec, images)?;
    let (images_name, logits_name) = (graph.value(images).name.clone(), graph.value(logits).name.clone());
    let mut builder = Builder::default();
    let program = builder.program(graph, &[logits]);
    let plan = Plan { train: program, ..builder.finish() };
    let mut executor = executor(choice, &plan).await?;
    let mut rng = Rng::new(1, Stream::Parameters);
    for parameter in &plan.parameters {
        let values = crate::network::init::draw(&parameter.spec, spec.training.init, &mut rng);
        executor.write_value(&parameter.name, &plan.parameter_place(parameter, 0), &values)?;
    }
    let (input, logits) = (locate(&plan.train, &images_name)?.clone(), locate(&plan.train, &logits_name)?.clone());
    Ok(Work::Inference { executor, input, logits, images: random(batch * PIXELS, &mut rng), flop })
}

/// 3x3, 64 to 64 channels, 28x28, batch 16: forward, or both gradients.
async fn convolution(choice: BackendChoice, backward: bool) -> Result<Work, Error> {
    const DIMS: [usize; 4] = [16, 64, 28, 28];
    let mut graph = Graph::default();
    let x = graph.add("x", Shape::new(&DIMS), Layout::Activation, false, Role::Input);
    let window = Window { kernel_size: [3, 3], padding: [1, 1], ..Window::POINT };
    let conv = Conv2d { out_channels: 64, window, groups: 1, bias: false };
    let y = graph.apply("conv", Rc::new(conv), &[x])?;
    let flop = 2.0 * (16 * 64 * 28 * 28 * 64 * 9) as f64;
    let mut keep = vec![y];
    let mut written = vec!["x"];
    if backward {
        // The gradients read x, the weight and dy; without the forward call only they are measured.
        graph.calls.clear();
        let dy = graph.add("dy", Shape::new(&DIMS), Layout::Activation, false, Role::Input);
        let gradients = differentiate(&mut graph, &[(y, dy)], &[x])?;
        let dx: ValueId =
            *gradients.get(&x).ok_or(ShapeError::NotDifferentiable { node: "conv".into(), op: "conv2d", reason: "no gradient" })?;
        keep = vec![dx];
        written.push("dy");
    }
    let mut builder = Builder::default();
    let program = builder.program(graph, &keep);
    let plan = Plan { train: program, ..builder.finish() };
    let mut executor = executor(choice, &plan).await?;
    let mut rng = Rng::new(1, Stream::Parameters);
    for name in written {
        let place = locate(&plan.train, name)?.clone();
        executor.write_value(name, &place, &random(place.shape.count(), &mut rng))?;
    }
    for parameter in &plan.parameters {
        let place = plan.parameter_place(parameter, 0);
        executor.write_value(&parameter.name, &place, &random(place.shape.count(), &mut rng))?;
    }
    Ok(Work::Operator { executor, flop: if backward { 2.0 * flop } else { flop } })
}
