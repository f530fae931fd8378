//! The benchmark's jobs, for `cargo xtask bench`. In the harness build only.

mod host;
mod peak;

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::Mutex;
use js_sys::{Promise, Reflect, Uint8Array};
use serde::Serialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::convert::{from_js, throw, to_js};
use super::replica::Workers;
use crate::autodiff::differentiate;
use crate::core::clock::now_ms;
use crate::core::error::{Error, ShapeError, TrainError};
use crate::core::layout::Layout;
use crate::core::rng::{Rng, Stream};
use crate::core::shape::Shape;
use crate::data::dataset::{Dataset, IdxPair, PIXELS, Split};
use crate::describe::describe;
use crate::executor::AnyExecutor;
use crate::ir::graph::{Graph, Role};
use crate::ir::operator::Window;
use crate::ir::program::{Located, ProgramId};
use crate::network::spec::Spec;
use crate::network::{add_images, apply_layers, zoo};
use crate::ops::conv2d::Conv2d;
use crate::plan::{Builder, Plan};
use crate::programs::TrainingPlan;
use crate::programs::metrics::Sums;
use crate::run::parallel::Replicas;
use crate::run::select::{BackendChoice, select};
use crate::run::trainer::Trainer;

/// One job on one backend, made ready.
#[wasm_bindgen]
pub struct BenchJob {
    work: Rc<Mutex<Work>>,
    batch: u32,
}

/// What a job repeats.
enum Work {
    Training { trainer: Box<Trainer>, flop_a_step: f64, sums: Sums, times: [f64; 3] },
    Operator { executor: AnyExecutor, program: ProgramId, flop: f64 },
    Inference { executor: AnyExecutor, program: ProgramId, input: Located, logits: Located, images: Vec<f32>, flop: f64 },
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

/// A backend that is asked for: WebGPU means what the machine has, which in headless Chromium is a program.
fn read_backend(backend: JsValue) -> Result<BackendChoice, JsValue> {
    let choice = from_js(backend)?;
    Ok(if choice == BackendChoice::Webgpu { BackendChoice::WebgpuSoftware } else { choice })
}

fn option(options: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(options, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn bytes(options: &JsValue, name: &str) -> Vec<u8> {
    option(options, name).map(|value| Uint8Array::new(&value).to_vec()).unwrap_or_default()
}

#[wasm_bindgen]
impl BenchJob {
    /// Makes a job ready: `lenet-98`, `lenet-steady`, `conv-fwd`, `conv-bwd`, `peak`, or a network with `-train` or `-infer` behind it (`lenet`, `resnet8`,
    /// `resnet20`, `resnet56`, `resnet110`). Jobs that train have taken their first step then. They read MNIST's IDX files from `images`, `labels`,
    /// `test_images` and `test_labels`, and the images of a step from `batch` (64), as inference does. With `workers`, that many share a step, each with so
    /// many images, and the others are `replicas`, a `ReplicaWorkers`.
    ///
    /// # Errors
    /// Rejects for an unknown job, data that cannot be used, or a backend that is not there.
    pub async fn create(job: String, backend: JsValue, options: JsValue) -> Result<BenchJob, JsValue> {
        let choice = read_backend(backend)?;
        let batch = option(&options, "batch").and_then(|value| value.as_f64()).map_or(64, |batch| batch as usize);
        let workers = option(&options, "workers").and_then(|value| value.as_f64()).map_or(1, |workers| workers as usize);
        let batch = batch * workers;
        let work = make(&job, choice, batch, workers, &options).await.map_err(|error| throw(&error))?;
        Ok(BenchJob { work: Rc::new(Mutex::new(work)), batch: if job.starts_with("conv") { 16 } else { batch as u32 } })
    }

    /// Images in a step.
    #[wasm_bindgen(getter)]
    pub fn batch(&self) -> u32 {
        self.batch
    }

    /// Milliseconds of jobs that train: of planning alone; from having the specification and the device until all is ready (planning once more, memory,
    /// pipelines, first parameters); and until the end of the first step. Undefined for others.
    #[wasm_bindgen(getter)]
    pub fn times(&self) -> Option<Vec<f64>> {
        match &*self.work.try_lock()? {
            Work::Training { times, .. } => Some(times.to_vec()),
            _ => None,
        }
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
            to_js(&json!({ "top1": sums.top1_rate() }))
        })
    }
}

impl Work {
    /// Repeats until `enough(iterations, seconds)`, waiting for the device before the clock stops.
    async fn window(&mut self, enough: impl Fn(u64, f64) -> bool, batch: u64) -> Result<WindowOfWork, Error> {
        let begin = now_ms();
        let elapsed = || (now_ms() - begin) / 1e3;
        let (mut iterations, mut flop, mut ahead) = (0u64, 0.0, 1);
        while !enough(iterations, elapsed()) {
            flop += self.once().await?;
            iterations += 1;
            // A device may get a few steps ahead, unless they take so long that a window would not end.
            if iterations % ahead == 0 {
                self.finish().await?;
                ahead = if elapsed() / iterations as f64 > 0.05 { 1 } else { 8 };
            }
        }
        self.finish().await?;
        let images = if matches!(self, Self::Peak) { 0 } else { iterations * batch };
        Ok(WindowOfWork { iterations, seconds: elapsed(), images, flop })
    }

    /// One repetition; returns its floating-point operations.
    async fn once(&mut self) -> Result<f64, Error> {
        match self {
            Self::Training { trainer, flop_a_step, .. } => {
                trainer.step().await?;
                Ok(*flop_a_step)
            }
            Self::Operator { executor, program, flop } => {
                executor.run(*program)?;
                Ok(*flop)
            }
            Self::Inference { executor, program, input, logits, images, flop } => {
                executor.write_value("input", input, images)?;
                executor.run(*program)?;
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

async fn make(job: &str, choice: BackendChoice, batch: usize, workers: usize, options: &JsValue) -> Result<Work, Error> {
    match job {
        "peak" => return Ok(Work::Peak),
        "conv-fwd" => return convolution(choice, false).await,
        "conv-bwd" => return convolution(choice, true).await,
        _ => (),
    }
    let known = job.rsplit_once('-').and_then(|(network, work)| Some((spec(network, batch)?, work)));
    match known {
        Some((spec, "train" | "98" | "steady")) => training(spec?, choice, workers, options).await,
        Some((spec, "infer")) => inference(&spec?.0, choice).await,
        _ => Err(TrainError::UnknownName { what: "job", name: job.to_owned() }.into()),
    }
}

/// A job's network with the training that the jobs name: SGD with momentum 0.9, a constant rate, no decay, images as they are. `None` where no job has
/// a network of this name.
fn spec(network: &str, batch_size: usize) -> Option<Result<(Spec, Value), Error>> {
    let (preset, learning_rate) = if network == "lenet" { ("lenet5", 0.02) } else { (network, 0.05) };
    if network != "lenet" && !network.starts_with("resnet") {
        return None;
    }
    let mut written = zoo::preset(preset)?.spec;
    written["training"] = json!({ "batch_size": batch_size, "optimizer": { "type": "sgd", "learning_rate": learning_rate, "momentum": 0.9 }, "schedule": { "type": "constant" } });
    Some(Spec::from_json(&written).map(|spec| (spec, written)).map_err(Error::from))
}

async fn training((spec, written): (Spec, Value), choice: BackendChoice, workers: usize, options: &JsValue) -> Result<Work, Error> {
    let [images, labels, test_images, test_labels] = ["images", "labels", "test_images", "test_labels"].map(|name| bytes(options, name));
    let train = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    let test = IdxPair { images_name: "test images", images: &test_images, labels_name: "test labels", labels: &test_labels };
    let dataset = Dataset::from_idx(&train, (!test_images.is_empty()).then_some(&test))?;
    let flop_a_step = 3.0 * 2.0 * describe(&spec)?.totals.macs as f64 * spec.training.batch_size as f64;
    let device = select(choice).await?.device;
    let begin = now_ms();
    TrainingPlan::new(&spec)?;
    let planned = now_ms();
    let dataset = Rc::new(RefCell::new(dataset));
    let replicas = option(options, "replicas").map(|replicas| Rc::new(replicas.unchecked_into::<Workers>()) as Rc<dyn Replicas>);
    let mut trainer = Box::new(match replicas {
        Some(replicas) => Trainer::sharing((spec, written), dataset, workers, replicas).await?,
        None => Trainer::new(spec, device, dataset).await?,
    });
    trainer.finish().await?;
    let ready = now_ms();
    trainer.step().await?;
    trainer.finish().await?;
    Ok(Work::Training { trainer, flop_a_step, sums: Sums::empty(), times: [planned - begin, ready - planned, now_ms() - planned] })
}

async fn executor(choice: BackendChoice, plan: &Plan) -> Result<AnyExecutor, Error> {
    Ok(AnyExecutor::on(select(choice).await?.device, plan, &[]).await?)
}

fn random(count: usize, rng: &mut Rng) -> Vec<f32> {
    (0..count).map(|_| rng.normal() as f32).collect()
}

/// Forward with host arrays in and logits out; running statistics as training starts from them.
async fn inference(spec: &Spec, choice: BackendChoice) -> Result<Work, Error> {
    let batch = spec.training.batch_size;
    let flop = 2.0 * describe(spec)?.totals.macs as f64 * batch as f64;
    let Forward { plan, mut executor, program, input, logits } = forward(spec, choice).await?;
    let mut rng = Rng::new(1, Stream::Parameters);
    executor.write_initial(&plan, spec.training.init, &mut rng)?;
    Ok(Work::Inference { executor, program, input, logits, images: random(batch * PIXELS, &mut rng), flop })
}

/// A batch's way to its logits, without weights yet.
struct Forward {
    plan: Plan,
    executor: AnyExecutor,
    program: ProgramId,
    input: Located,
    logits: Located,
}

async fn forward(spec: &Spec, choice: BackendChoice) -> Result<Forward, Error> {
    let batch = spec.training.batch_size;
    let mut graph = Graph::default();
    let images = add_images(&mut graph, spec, batch, Role::Input)?;
    let logits = apply_layers(&mut graph, spec, images)?;
    let mut builder = Builder::default();
    let built = builder.program("forward", graph, &[logits]);
    let plan = builder.finish(batch);
    let executor = executor(choice, &plan).await?;
    Ok(Forward { plan, executor, program: built.program, input: built.at(images), logits: built.at(logits) })
}

async fn convolution(choice: BackendChoice, backward: bool) -> Result<Work, Error> {
    let Convolution { mut executor, program, inputs, flop, .. } = Convolution::new(choice, backward).await?;
    let mut rng = Rng::new(1, Stream::Parameters);
    for (name, place) in inputs {
        executor.write_value(name, &place, &random(place.shape.count(), &mut rng))?;
    }
    Ok(Work::Operator { executor, program, flop })
}

/// 3x3, 64 to 64 channels, 28x28, batch 16: forward, or both gradients.
struct Convolution {
    executor: AnyExecutor,
    program: ProgramId,
    /// `x`, `weight`, and for the gradients `dy`.
    inputs: Vec<(&'static str, Located)>,
    /// `y`, or `dx` and `dweight`.
    results: Vec<(&'static str, Located)>,
    flop: f64,
}

impl Convolution {
    async fn new(choice: BackendChoice, backward: bool) -> Result<Self, Error> {
        const DIMS: [usize; 4] = [16, 64, 28, 28];
        let mut graph = Graph::default();
        let x = graph.add("x", Shape::new(&DIMS), Layout::Activation, false, Role::Input);
        let window = Window { kernel_size: [3, 3], padding: [1, 1], ..Window::POINT };
        let conv = Conv2d { out_channels: 64, window, groups: 1, bias: false };
        let mut made = graph.apply("conv", Rc::new(conv), &[x])?;
        let mut flop = 2.0 * (16 * 64 * 28 * 28 * 64 * 9) as f64;
        let mut read = vec![("x", x)];
        if backward {
            // The gradients read x, the weight and dy; without the forward call only they are measured.
            graph.calls.clear();
            let dy = graph.add("dy", Shape::new(&DIMS), Layout::Activation, false, Role::Input);
            let gradients = differentiate(&mut graph, &[(made, dy)], &[x])?;
            let none = || ShapeError::NotDifferentiable { node: "conv".into(), op: "conv2d" };
            made = *gradients.get(&x).ok_or_else(none)?;
            read.push(("dy", dy));
            flop *= 2.0;
        }
        let mut builder = Builder::default();
        let built = builder.program("convolution", graph, &[made]);
        let plan = builder.finish(DIMS[0]);
        let executor = executor(choice, &plan).await?;
        let mut inputs: Vec<_> = read.into_iter().map(|(name, id)| (name, built.at(id))).collect();
        let mut results = vec![(if backward { "dx" } else { "y" }, built.at(made))];
        for parameter in &plan.parameters {
            inputs.push(("weight", plan.parameter_place(parameter, 0)));
            if backward {
                results.push(("dweight", plan.parameter_place(parameter, 1)));
            }
        }
        Ok(Self { executor, program: built.program, inputs, results, flop })
    }
}
