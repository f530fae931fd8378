//! A plan is data: buffers, and any number of programs of steps over them. Authors ([`crate::programs`]) make the graphs; here they get their memory.

pub mod cost;
mod display;
mod fuse;
pub(crate) mod lower;
mod memory;

use std::ops::Index;

use crate::ir::operator::{ParameterSpec, StatisticSpec};
use crate::ir::program::{BufferId, BufferSpec, Located, Program, ProgramId, Range};

pub use lower::{Builder, Built};

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
    /// What can be run over this memory, in the order in which it was planned.
    pub programs: Vec<Program>,
    /// Images that a run of the first program takes.
    pub batch: usize,
}

impl Index<ProgramId> for Plan {
    type Output = Program;

    fn index(&self, id: ProgramId) -> &Program {
        &self.programs[id.0]
    }
}

impl Plan {
    /// All of a buffer.
    pub fn whole(&self, buffer: BufferId) -> Range {
        Range { buffer, offset: 0, len: self.buffers[buffer.0].len }
    }

    /// Bytes of all buffers, the data set not counted.
    pub fn bytes(&self) -> u64 {
        self.buffers.iter().filter(|buffer| buffer.external.is_none()).map(|buffer| 4 * buffer.len as u64).sum()
    }

    /// Where a parameter (`arena` 0) or its gradient (`arena` 1) lies.
    pub fn parameter_place(&self, parameter: &PlannedParameter, arena: usize) -> Located {
        let buffer = self.arenas.filter(|_| arena > 0).map_or(parameter.buffer, |arenas| arenas[arena]);
        Located::in_arena(buffer, parameter.offset, &parameter.spec.shape, parameter.spec.layout)
    }

    /// Every parameter and then every statistic by its name here, with its place.
    pub fn tensors(&self) -> [Vec<(&str, Located)>; 2] {
        let parameters = self.parameters.iter().map(|parameter| (parameter.name.as_str(), self.parameter_place(parameter, 0)));
        let statistics = self.statistics.iter().map(|statistic| (statistic.name.as_str(), self.statistic_place(statistic)));
        [parameters.collect(), statistics.collect()]
    }

    /// Where a statistic lies.
    pub fn statistic_place(&self, statistic: &PlannedStatistic) -> Located {
        let buffer = self.statistics_arena.unwrap_or(BufferId(0));
        Located::in_arena(buffer, statistic.offset, &statistic.spec.shape, statistic.spec.layout)
    }
}
