//! A plan is data: buffers, and programs of steps over them. It is made once for a network and a batch size; the executor's loop is short.

pub mod cost;
mod display;
mod fuse;
pub(crate) mod lower;
mod memory;

use crate::ir::operator::{ParameterSpec, StatisticSpec};
use crate::ir::program::{BufferId, BufferSpec, Program, Range};

pub use lower::Builder;

/// A parameter's place in the arena.
#[derive(Clone, Debug)]
pub struct PlannedParameter {
    /// `conv1.weight`.
    pub name: String,
    /// Role, shape, layout, fan-in.
    pub spec: ParameterSpec,
    /// The parameter arena; in a plan for inference, the piece that it lies in.
    pub buffer: BufferId,
    /// First float there, and of its gradient in the gradient arena.
    pub offset: usize,
}

/// A statistic's place in its arena.
#[derive(Clone, Debug)]
pub struct PlannedStatistic {
    /// `bn1.running_mean`.
    pub name: String,
    /// Role, shape, layout, first value.
    pub spec: StatisticSpec,
    /// First float in the statistics arena.
    pub offset: usize,
}

/// Everything a backend needs to run a network.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What to allocate.
    pub buffers: Vec<BufferSpec>,
    /// In arena order.
    pub parameters: Vec<PlannedParameter>,
    /// The parameter arena, then the gradient arena, where there are parameters that are trained.
    pub arenas: Option<[BufferId; 2]>,
    /// In arena order.
    pub statistics: Vec<PlannedStatistic>,
    /// The statistics arena, where there are statistics.
    pub statistics_arena: Option<BufferId>,
    /// One training step.
    pub train: Program,
    /// One batch of an evaluation: forward, loss, metrics.
    pub evaluate: Program,
    /// Logits of one image that the host wrote: as the network sees it, or, where clutter is put under it, as its bytes.
    pub predict: Program,
    /// Images a training step and an evaluation batch take.
    pub batch: usize,
    /// Classes the network tells apart.
    pub classes: usize,
    /// Places of an image that have a class: 1, or all its pixels.
    pub places: usize,
}

/// Names of the values that trainer and plan share.
pub mod names {
    #![expect(missing_docs, reason = "each is the name of the value it names")]
    pub const IMAGES: &str = "data.images";
    pub const LABELS: &str = "data.labels";
    pub const INDICES: &str = "data.indices";
    /// What the clutter of an evaluation is drawn from: four zeros.
    pub const NOT_RANDOM: &str = "data.not_random";
    pub const TARGETS: &str = "targets";
    /// Of a single image that clutter is put under: its bytes, and the number that says which clutter.
    pub const PIXELS: &str = "data.pixels";
    pub const DRAW: &str = "data.draw";
    pub const LABEL: &str = "data.label";
    pub const SEED: &str = "probe.seed";
    pub const HYPER: &str = "optimizer.hyper";
    /// What an optimizer keeps, arena after arena; it has as many as its rule needs.
    pub const STATES: [&str; 3] = ["optimizer.state.0", "optimizer.state.1", "optimizer.state.2"];
    /// Parameters that the weight decay leaves alone: a word for 64 floats of the arena, 0 where they decay.
    pub const UNDECAYED: &str = "optimizer.undecayed";
    pub const SUMS: &str = "metrics.sums";
    pub const EVALUATION_SUMS: &str = "metrics.evaluation_sums";
    pub const STATISTICS: &str = "statistics";
    pub const INPUT: &str = "input";
    pub const LOGITS: &str = "logits";
    pub const LOSS: &str = "loss";
}

/// The node of the steps that change parameters.
pub const OPTIMIZER: &str = "optimizer";

impl Plan {
    /// All of a buffer.
    pub fn whole(&self, buffer: BufferId) -> Range {
        Range { buffer, offset: 0, len: self.buffers[buffer.0].len }
    }

    /// Bytes of all buffers, the data set not counted.
    pub fn bytes(&self) -> u64 {
        self.buffers.iter().filter(|buffer| !buffer.external).map(|buffer| 4 * buffer.len as u64).sum()
    }
}
