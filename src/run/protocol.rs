//! The messages between page and worker; `www/src/engine/protocol.ts` is their other side.
//!
//! Every request ends in exactly one reply. Events carry their run.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::error::NotFinite;
use crate::data::dataset::Split;
use crate::describe::NetworkDescription;
use crate::inference::ranking::{NO_CLASS, has_class};
use crate::run::probe::{Floats, Look, NodeMaps, NodeTensor};
use crate::run::race::Race;
use crate::run::select::{BackendChoice, BackendStatus};
use crate::run::trainer::Scene;

/// What the page asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Fields")]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum Request {
    /// Makes a network ready to train, in place of the one before.
    /// On the CPU, so many workers share each batch: one where it is left out.
    /// What an earlier race between the backends said of the same network (`cpu_ms`, `webgpu_ms`) decides as it did then.
    /// With the bytes of a file, it goes on from them; where the file is refused nothing changes.
    Compile { run: String, spec: Value, backend: BackendChoice, workers: Option<usize>, race: Option<Race>, bytes: Option<Vec<u8>> },
    /// Trains for so many epochs from here; with `wait_for_all` not before all images are there.
    Start { epochs: Option<u32>, wait_for_all: bool },
    /// Stops after the step under way.
    Pause {},
    /// Goes on after a pause.
    Resume {},
    /// Takes single steps.
    Step { count: Option<u32> },
    /// Draws new parameters and goes back to step 0.
    Reset { seed: Option<u64> },
    /// Changes the numbers of the optimizer while it runs. Another type of optimizer needs a new compile.
    Set { learning_rate: Option<f64>, momentum: Option<f64>, weight_decay: Option<f64> },
    /// Evaluates all images of a split.
    Evaluate { split: Split },
    /// Logits and probabilities of one image. Cluttered data lay it over the strokes of an image of the split, or of no image's.
    Predict { pixels: Vec<u8>, draw: (Option<Split>, usize) },
    /// What the network says to each image of a split. Only of data with one class an image.
    Predictions { split: Split },
    /// The run as a file, with a note.
    Checkpoint { note: Option<String> },
    /// Values of nodes for an image, or their gradients.
    Look { nodes: Vec<String>, look: Look, pixels: Vec<u8>, draw: (Option<Split>, usize) },
    /// A node's parameters and statistics.
    Weights { node: String },
    /// What one value of a node depends on in an image.
    Field { node: String, unit: Vec<usize>, pixels: Vec<u8>, draw: (Option<Split>, usize) },
    /// What one of the [instruments](crate::run::instrument) is asked.
    Instrument { instrument: String, ask: Value },
    /// One image of the set.
    Sample { split: Split, index: usize },
    /// Lets go of the network and its memory.
    Dispose {},
}

/// The fields of all requests together. Read like this, a request takes a tenth of the code that a tagged enum would.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(rename = "type")]
    kind: String,
    run: Option<String>,
    spec: Option<Value>,
    backend: Option<BackendChoice>,
    epochs: Option<u32>,
    wait_for_all: Option<bool>,
    count: Option<u32>,
    seed: Option<u64>,
    learning_rate: Option<f64>,
    momentum: Option<f64>,
    weight_decay: Option<f64>,
    split: Option<Split>,
    #[serde(default, with = "serde_bytes")]
    pixels: Option<Vec<u8>>,
    index: Option<usize>,
    note: Option<String>,
    #[serde(default, with = "serde_bytes")]
    bytes: Option<Vec<u8>>,
    nodes: Option<Vec<String>>,
    what: Option<String>,
    label: Option<u8>,
    node: Option<String>,
    unit: Option<Vec<usize>>,
    workers: Option<usize>,
    cpu_ms: Option<f64>,
    webgpu_ms: Option<f64>,
    instrument: Option<String>,
    ask: Option<Value>,
}

impl TryFrom<Fields> for Request {
    type Error = String;

    fn try_from(mut fields: Fields) -> Result<Self, String> {
        fn needed<T>(name: &str, field: &mut Option<T>) -> Result<T, String> {
            field.take().ok_or_else(|| format!("missing field `{name}`"))
        }
        let request = match fields.kind.as_str() {
            "compile" => Self::Compile {
                run: needed("run", &mut fields.run)?,
                spec: needed("spec", &mut fields.spec)?,
                backend: needed("backend", &mut fields.backend)?,
                workers: fields.workers.take(),
                race: fields.cpu_ms.take().zip(fields.webgpu_ms.take()).map(|(cpu_ms, webgpu_ms)| Race { cpu_ms, webgpu_ms }),
                bytes: fields.bytes.take(),
            },
            "start" => Self::Start { epochs: fields.epochs.take(), wait_for_all: fields.wait_for_all.take().unwrap_or(false) },
            "pause" => Self::Pause {},
            "resume" => Self::Resume {},
            "step" => Self::Step { count: fields.count.take() },
            "reset" => Self::Reset { seed: fields.seed.take() },
            "set" => Self::Set {
                learning_rate: fields.learning_rate.take(),
                momentum: fields.momentum.take(),
                weight_decay: fields.weight_decay.take(),
            },
            "evaluate" => Self::Evaluate { split: needed("split", &mut fields.split)? },
            "predict" => Self::Predict { pixels: needed("pixels", &mut fields.pixels)?, draw: fields.draw() },
            "predictions" => Self::Predictions { split: needed("split", &mut fields.split)? },
            "checkpoint" => Self::Checkpoint { note: fields.note.take() },
            "look" => {
                let look = match needed("what", &mut fields.what)?.as_str() {
                    "activations" => Look::Activations,
                    "gradients" => Look::Gradients { label: needed("label", &mut fields.label)? },
                    other => return Err(format!("`{other}` cannot be looked at: activations and gradients can")),
                };
                // A label asks for nothing where there is no loss.
                fields.label = None;
                let nodes = needed("nodes", &mut fields.nodes)?;
                Self::Look { nodes, look, pixels: needed("pixels", &mut fields.pixels)?, draw: fields.draw() }
            }
            "weights" => Self::Weights { node: needed("node", &mut fields.node)? },
            "field" => {
                let (node, unit) = (needed("node", &mut fields.node)?, needed("unit", &mut fields.unit)?);
                Self::Field { node, unit, pixels: needed("pixels", &mut fields.pixels)?, draw: fields.draw() }
            }
            "instrument" => {
                Self::Instrument { instrument: needed("instrument", &mut fields.instrument)?, ask: needed("ask", &mut fields.ask)? }
            }
            "sample" => Self::Sample { split: needed("split", &mut fields.split)?, index: needed("index", &mut fields.index)? },
            "dispose" => Self::Dispose {},
            other => return Err(format!("there is no request `{other}`")),
        };
        fields.nothing_left()?;
        Ok(request)
    }
}

impl Fields {
    /// What an image lies over.
    fn draw(&mut self) -> (Option<Split>, usize) {
        (self.split.take(), self.index.take().unwrap_or(0))
    }

    /// Refuses what does not belong to the request.
    fn nothing_left(&self) -> Result<(), String> {
        let left = [
            ("run", self.run.is_some()),
            ("spec", self.spec.is_some()),
            ("backend", self.backend.is_some()),
            ("epochs", self.epochs.is_some()),
            ("wait_for_all", self.wait_for_all.is_some()),
            ("count", self.count.is_some()),
            ("seed", self.seed.is_some()),
            ("learning_rate", self.learning_rate.is_some()),
            ("momentum", self.momentum.is_some()),
            ("weight_decay", self.weight_decay.is_some()),
            ("split", self.split.is_some()),
            ("pixels", self.pixels.is_some()),
            ("index", self.index.is_some()),
            ("note", self.note.is_some()),
            ("bytes", self.bytes.is_some()),
            ("nodes", self.nodes.is_some()),
            ("what", self.what.is_some()),
            ("label", self.label.is_some()),
            ("node", self.node.is_some()),
            ("unit", self.unit.is_some()),
            ("workers", self.workers.is_some()),
            ("cpu_ms", self.cpu_ms.is_some()),
            ("webgpu_ms", self.webgpu_ms.is_some()),
            ("instrument", self.instrument.is_some()),
            ("ask", self.ask.is_some()),
        ];
        match left.iter().find(|(_, there)| *there) {
            Some((name, _)) => Err(format!("`{name}` is not a field of {}", self.kind)),
            None => Ok(()),
        }
    }
}

/// How a request ended.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum Reply {
    Compiled {
        run: String,
        description: Box<NetworkDescription>,
        backend: BackendStatus,
        /// Workers that share a batch: fewer than were asked for where the batch is small, one where it is not the CPU that trains.
        workers: usize,
        /// What became of a file.
        restored: Option<Restoration>,
    },
    Started {
        run: String,
    },
    Paused {
        run: String,
        step: u64,
    },
    Resumed {
        run: String,
    },
    Stepped {
        run: String,
        metrics: Metrics,
    },
    Reset {
        run: String,
        seed: u64,
    },
    Set {
        run: String,
        learning_rate: f64,
        /// `None` for optimizers that have none.
        momentum: Option<f64>,
        weight_decay: f64,
    },
    Evaluated {
        run: String,
        evaluation: Evaluation,
    },
    Predicted {
        run: String,
        /// Of each class, or of each class at each pixel, class by class.
        logits: Vec<f32>,
        probabilities: Vec<f32>,
        /// Of cluttered data only.
        scene: Option<Scene>,
    },
    Sample {
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
        label: u8,
        index: usize,
        total: usize,
    },
    Predictions {
        run: String,
        predictions: Predictions,
    },
    Checkpoint {
        run: String,
        step: u64,
        epoch: u64,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    Looked {
        run: String,
        step: u64,
        maps: Vec<NodeMaps>,
        /// The least and the largest value of all nodes.
        range: [f32; 2],
    },
    Weights {
        run: String,
        step: u64,
        tensors: Vec<NodeTensor>,
    },
    Field {
        run: String,
        step: u64,
        /// At each pixel.
        gradient: Floats,
        /// First and last row that can matter.
        rows: [usize; 2],
        columns: [usize; 2],
    },
    /// What the instrument says, in a form of its own.
    Instrument {
        run: String,
        step: u64,
        answer: Value,
    },
    Disposed {},
    /// The request was refused; nothing has changed.
    Error {
        error: Value,
    },
}

/// What a run goes on from, and how it was found in a file.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub struct Restoration {
    pub step: u64,
    pub epoch: u64,
    /// Whole ones.
    pub epochs_done: u64,
    pub note: Option<String>,
    /// Parameters and statistics that were taken.
    pub kept: Vec<String>,
    /// Those drawn anew.
    pub fresh: Vec<String>,
    /// What stood before names and was taken off.
    pub taken_off: Vec<String>,
    pub not_finite: Vec<NotFinite>,
    /// It was trained on other images than those that are loaded, and training begins at step 0.
    pub other_data: bool,
}

/// What happens while a network trains.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum Event {
    /// At most four a second.
    Metrics { run: String, metrics: Metrics },
    /// An evaluation that nobody asked for; `count` says on how many images.
    Evaluation { run: String, evaluation: Evaluation },
    /// An epoch has ended; the test figures are of the full test set, where there is one.
    Epoch {
        run: String,
        epoch: u64,
        train_loss: f64,
        train_top1: f64,
        test_loss: Option<f64>,
        test_top1: Option<f64>,
        test_top5: Option<f64>,
        seconds: f64,
        images_per_second: f64,
        /// Where every pixel has a class.
        test_mean_iou: Option<f64>,
    },
    /// All epochs asked for have ended.
    Done { run: String, step: u64 },
    /// The run has stopped.
    Failed { run: String, error: Value },
    /// The run goes on elsewhere.
    Backend { run: String, backend: BackendStatus },
    /// Of the WebGPU pipelines that a network needs, so many are compiled.
    Preparing { done: usize, total: usize },
}

/// Where training stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metrics {
    /// Steps taken.
    pub step: u64,
    /// The epoch under way, from 1.
    pub epoch: u64,
    /// The epoch after which training ends.
    pub epochs: u64,
    /// Images trained on since step 0, repeats counted.
    pub images_seen: u64,
    /// Training images that are loaded.
    pub images_in_use: usize,
    /// Training images there will be.
    pub images_total: usize,
    /// Mean loss of the steps since the metrics before.
    pub loss: f64,
    /// Right at first place, 0 to 1, of the same steps.
    pub top1: f64,
    /// Right within five, 0 to 1, of the same steps.
    pub top5: f64,
    /// Images trained on a second, evaluations not counted as time.
    pub images_per_second: f64,
    /// Seconds of training since step 0, evaluations not counted.
    pub seconds: f64,
    /// 0 to 1, of the epochs asked for.
    pub progress: f64,
    /// At the present rate.
    pub seconds_left: Option<f64>,
    /// Of the next step, by the schedule.
    pub learning_rate: f64,
    /// Where several workers share a batch: how many times the images a second that one of them reached with its own shard. Known after some steps.
    pub speed_up: Option<f64>,
}

/// What the network says to each image of a split, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Predictions {
    /// Which images.
    pub split: Split,
    /// Steps taken before.
    pub step: u64,
    /// What each is.
    #[serde(with = "serde_bytes")]
    pub labels: Vec<u8>,
    /// The most likely class; [`NO_CLASS`] where the logits give none, and then so is the second, and the figures are NaN.
    #[serde(with = "serde_bytes")]
    pub first: Vec<u8>,
    /// The second most likely.
    #[serde(with = "serde_bytes")]
    pub second: Vec<u8>,
    /// The softmax's value for the first, 0 to 1.
    pub probabilities: Floats,
    /// Cross-entropy.
    pub losses: Floats,
}

impl Predictions {
    /// Takes in the logits of further images, `[images, classes]`, and what they are.
    pub fn add(&mut self, logits: &[f32], labels: &[u8], classes: usize) {
        for (row, &label) in logits.chunks(classes).zip(labels) {
            if !has_class(row.iter().copied()) {
                self.labels.push(label);
                self.first.push(NO_CLASS);
                self.second.push(NO_CLASS);
                self.probabilities.0.push(f32::NAN);
                self.losses.0.push(f32::NAN);
                continue;
            }
            let best = |but: Option<usize>| {
                let others = row.iter().enumerate().filter(|(class, _)| Some(*class) != but);
                others.fold((0, f32::NEG_INFINITY), |best, (class, &logit)| if logit > best.1 { (class, logit) } else { best })
            };
            let (first, largest) = best(None);
            let (second, _) = best(Some(first));
            let sum: f32 = row.iter().map(|logit| (logit - largest).exp()).sum();
            self.labels.push(label);
            self.first.push(first as u8);
            self.second.push(second as u8);
            self.probabilities.0.push(1.0 / sum);
            self.losses.0.push(largest + sum.ln() - row.get(usize::from(label)).copied().unwrap_or(f32::NAN));
        }
    }
}

/// A network measured on images it is not trained on (or, for `train`, on those it is).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Steps taken before.
    pub step: u64,
    /// The epoch under way.
    pub epoch: u64,
    /// Which images.
    pub split: Split,
    /// How many of them.
    pub count: u64,
    /// Mean loss.
    pub loss: f64,
    /// Right at first place, 0 to 1.
    pub top1: f64,
    /// Right within five, 0 to 1.
    pub top5: f64,
    /// Where every pixel has a class: intersection over union, 0 to 1, on average over the classes.
    pub mean_iou: Option<f64>,
    /// Counts by label, then prediction.
    pub confusion: Option<Vec<Vec<u32>>>,
}
