//! The messages between page and worker; `www/src/protocol.ts` is their other side.
//!
//! Every request ends in exactly one reply. Events carry their run.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backend::select::{BackendChoice, BackendStatus};
use crate::data::dataset::Split;
use crate::network::describe::NetworkDescription;

/// What the page asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum Request {
    /// Makes a network ready to train, in place of the one before.
    Compile { run: String, spec: Value, backend: BackendChoice },
    /// Trains for so many epochs from here; with `wait_for_all` not before all images are there.
    Start {
        epochs: Option<u32>,
        #[serde(default)]
        wait_for_all: bool,
    },
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
    /// Logits and probabilities of one drawn image.
    Predict {
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
    },
    /// One image of the set.
    Sample { split: Split, index: usize },
    /// Lets go of the network and its memory.
    Dispose {},
}

/// How a request ended.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are named as what they hold")]
pub enum Reply {
    Compiled {
        run: String,
        description: NetworkDescription,
        backend: BackendStatus,
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
        logits: Vec<f32>,
        probabilities: Vec<f32>,
    },
    Sample {
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
        label: u8,
        index: usize,
        total: usize,
    },
    Disposed {},
    /// The request was refused; nothing has changed.
    Error {
        error: Value,
    },
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
    },
    /// All epochs asked for have ended.
    Done { run: String, step: u64 },
    /// The run has stopped.
    Failed { run: String, error: Value },
    /// The run goes on elsewhere.
    Backend { run: String, backend: BackendStatus },
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
    /// Counts by label, then prediction.
    pub confusion: Option<Vec<Vec<u32>>>,
}
