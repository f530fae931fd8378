//! Graphs to programs: gives every value its memory. Programs of one plan share parameters, state and scratch.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Plan, PlannedParameter, PlannedStatistic, fuse, memory};
use crate::core::error::{Part, ShapeError};
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::operator::{ParameterSpec, StatisticSpec};
use crate::ir::program::{BufferId, BufferSpec, Located, Program, ProgramId, Range, Step};

/// Arena offsets are multiples of this many floats: 256 bytes, what any GPU can bind at.
const ALIGNMENT: usize = 64;

fn aligned(len: usize) -> usize {
    len.div_ceil(ALIGNMENT) * ALIGNMENT
}

pub(crate) fn stored_len(graph: &Graph, id: ValueId) -> usize {
    let value = graph.value(id);
    value.layout.stored_len(&value.shape)
}

/// Floats of the largest piece that parameters lie in where they need not be one arena: 128 MiB, what every GPU can bind.
const PIECE: usize = 1 << 25;

/// Lays values out one after the other: for each the piece it lies in and where it begins there, and the floats of each piece. A value larger
/// than a piece has one of its own.
fn lay_out<S>(graph: &Graph, values: &[(ValueId, S)], piece: usize) -> (Vec<(usize, usize)>, Vec<usize>) {
    let mut pieces: Vec<usize> = Vec::new();
    let places = values.iter().map(|(id, _)| {
        let len = aligned(stored_len(graph, *id));
        if pieces.last().is_none_or(|&used| used + len > piece) {
            pieces.push(0);
        }
        let last = pieces.len() - 1;
        let offset = pieces[last];
        pieces[last] += len;
        (last, offset)
    });
    (places.collect(), pieces)
}

/// Floats that the parameter arena of a graph takes.
pub(crate) fn arena_len(graph: &Graph) -> usize {
    lay_out(graph, &graph.parameters, usize::MAX).1.iter().sum()
}

/// Refuses parameters that would not fit in one arena that 32-bit signed indices reach.
pub(crate) fn check_arena(graph: &Graph) -> Result<(), ShapeError> {
    let total: u64 = graph.parameters.iter().map(|(id, _)| (stored_len(graph, *id) as u64).next_multiple_of(ALIGNMENT as u64)).sum();
    if total > i32::MAX as u64 {
        return Err(ShapeError::SizeOverflow { node: "parameters".into(), what: Part::AllParameters });
    }
    Ok(())
}

/// A buffer, and where in it a value begins.
type Place = (BufferId, usize);

/// Notes where each of these values lies, by what was placed under its name.
fn place_by_name<'a>(
    graph: &Graph,
    values: impl Iterator<Item = ValueId>,
    known: impl Iterator<Item = (&'a str, Place)>,
    placed: &mut [Option<Place>],
) {
    let known: HashMap<&str, Place> = known.collect();
    for id in values {
        placed[id.0] = known.get(graph.value(id).name.as_str()).copied();
        debug_assert!(placed[id.0].is_some(), "{}: the first program of a plan has all that is in an arena", graph.value(id).name);
    }
}

/// A program that was planned, and where its values lie.
#[derive(Clone, Debug)]
pub struct Built {
    /// The program.
    pub program: ProgramId,
    places: Vec<Option<Located>>,
}

impl Built {
    /// Where a value lies that the graph takes from the host or that was to be kept.
    ///
    /// # Panics
    /// For another value, whose memory is others' too: a bug in the author of the program, found by any test that plans it.
    pub fn at(&self, value: ValueId) -> Located {
        match self.find(value) {
            Some(place) => place,
            None => panic!("value {} of program {} was not kept", value.0, self.program.0),
        }
    }

    /// Where a value lies; nothing for one that nobody makes, or whose memory is others' too.
    pub fn find(&self, value: ValueId) -> Option<Located> {
        self.places[value.0].clone()
    }
}

/// Collects programs into a plan.
#[derive(Debug, Default)]
pub struct Builder {
    plan: Plan,
    shared: HashMap<String, BufferId>,
    pool: Vec<BufferId>,
    inference: bool,
}

impl Builder {
    /// For programs without gradients: none are given memory, and the parameters lie in pieces of at most 128 MiB, as far as each fits in one.
    pub fn for_inference() -> Self {
        Self { inference: true, ..Self::default() }
    }

    /// Lowers a graph to a program of the plan. Values in `keep` hold their result after it has run and can be read, like every input, state and
    /// parameter; other values share memory.
    pub fn program(&mut self, name: &'static str, mut graph: Graph, keep: &[ValueId]) -> Built {
        fuse::fuse(&mut graph, keep);
        let mut placed = vec![None; graph.values.len()];
        self.place_parameters(&graph, &mut placed);
        self.place_statistics(&graph, &mut placed);
        let temporaries = memory::assign(&graph, keep, &mut self.plan.buffers, &mut self.pool);
        // A temporary without memory is read and written by no call: the planner fused it away.
        let mut places: Vec<Option<Range>> = Vec::with_capacity(graph.values.len());
        for (index, value) in graph.values.iter().enumerate() {
            let len = value.layout.stored_len(&value.shape);
            let arenas = self.plan.arenas.unwrap_or([BufferId(0); 2]);
            let at = |(buffer, offset): Place| Some(Range { buffer, offset, len });
            places.push(match &value.role {
                Role::Temporary => temporaries[index].and_then(|buffer| at((buffer, 0))),
                Role::Parameter | Role::Statistic => placed[index].and_then(at),
                Role::ParameterGradient(parameter) => placed[parameter.0].and_then(|(_, offset)| at((arenas[1], offset))),
                Role::ParameterArena => at((arenas[0], 0)),
                Role::GradientArena => at((arenas[1], 0)),
                Role::Constant(fill) => {
                    Some(Range { buffer: self.shared(&format!("constant {}", f64::from(*fill)), len, value.words, *fill), offset: 0, len })
                }
                Role::Table(floats) => {
                    let contents = value.layout.store(&value.shape, floats).into();
                    Some(Range { buffer: self.table(&value.name, contents), offset: 0, len })
                }
                Role::External(bytes) => {
                    let buffer = self.shared(&value.name, len, value.words, 0.0);
                    self.plan.buffers[buffer.0].external = Some(*bytes);
                    Some(Range { buffer, offset: 0, len })
                }
                Role::State => Some(Range { buffer: self.shared(&value.name, len, value.words, 0.0), offset: 0, len }),
                Role::Input => Some(Range { buffer: self.allocate(&value.name, len, value.words, 0.0), offset: 0, len }),
            });
        }
        self.assemble(name, &graph, keep, &places)
    }

    fn assemble(&mut self, name: &'static str, graph: &Graph, keep: &[ValueId], places: &[Option<Range>]) -> Built {
        let known = |id: &ValueId| {
            debug_assert!(places[id.0].is_some(), "{}: what a call touches has memory", graph.value(*id).name);
            places[id.0]
        };
        let steps = graph.calls.iter().map(|call| Step {
            node: call.node.clone(),
            kernel: call.kernel,
            params: call.params.clone(),
            arguments: call.arguments.iter().filter_map(known).collect(),
        });
        let steps = steps.collect();
        let places = graph.values.iter().zip(places).enumerate().map(|(index, (value, place))| {
            let visible = value.role != Role::Temporary || keep.contains(&ValueId(index));
            let range = place.filter(|_| visible)?;
            Some(Located { range, shape: value.shape.clone(), layout: value.layout })
        });
        let places: Vec<Option<Located>> = places.collect();
        let kept = places.iter().flatten().map(|place| place.range).collect();
        self.plan.programs.push(Program { name, steps, kept });
        Built { program: ProgramId(self.plan.programs.len() - 1), places }
    }

    /// Lays the parameters out, the same in every program, and notes their places.
    fn place_parameters(&mut self, graph: &Graph, placed: &mut [Option<Place>]) {
        if self.plan.parameters.is_empty() && !graph.parameters.is_empty() {
            let (places, pieces) = lay_out(graph, &graph.parameters, if self.inference { PIECE } else { usize::MAX });
            let buffers: Vec<BufferId> = pieces.iter().map(|&len| self.allocate("parameters", len, false, 0.0)).collect();
            if !self.inference {
                self.plan.arenas = Some([buffers[0], self.allocate("gradients", pieces[0], false, 0.0)]);
            }
            let planned = |((id, spec), (piece, offset)): (&(ValueId, ParameterSpec), (usize, usize))| PlannedParameter {
                name: graph.value(*id).name.clone(),
                spec: spec.clone(),
                buffer: buffers[piece],
                offset,
            };
            self.plan.parameters = graph.parameters.iter().zip(places).map(planned).collect();
        }
        // The first program has all of them; others leave out those of heads.
        let known = self.plan.parameters.iter().map(|planned| (planned.name.as_str(), (planned.buffer, planned.offset)));
        place_by_name(graph, graph.parameters.iter().map(|(id, _)| *id), known, placed);
    }

    /// Lays the statistics out as [`Builder::place_parameters`] does the parameters, in one arena.
    fn place_statistics(&mut self, graph: &Graph, placed: &mut [Option<Place>]) {
        if self.plan.statistics_arena.is_none() && !graph.statistics.is_empty() {
            let (places, pieces) = lay_out(graph, &graph.statistics, usize::MAX);
            self.plan.statistics_arena = Some(self.allocate("statistics", pieces[0], false, 0.0));
            let planned = |((id, spec), (_, offset)): (&(ValueId, StatisticSpec), (usize, usize))| PlannedStatistic {
                name: graph.value(*id).name.clone(),
                spec: spec.clone(),
                offset,
            };
            self.plan.statistics = graph.statistics.iter().zip(places).map(planned).collect();
        }
        let arena = self.plan.statistics_arena.unwrap_or(BufferId(0));
        let known = self.plan.statistics.iter().map(|planned| (planned.name.as_str(), (arena, planned.offset)));
        place_by_name(graph, graph.statistics.iter().map(|(id, _)| *id), known, placed);
    }

    fn shared(&mut self, name: &str, len: usize, words: bool, fill: f32) -> BufferId {
        if let Some(&id) = self.shared.get(name) {
            self.plan.buffers[id.0].len = self.plan.buffers[id.0].len.max(len);
            return id;
        }
        let id = self.allocate(name, len, words, fill);
        self.shared.insert(name.to_owned(), id);
        id
    }

    /// A buffer with these contents: the same for every table of them.
    fn table(&mut self, label: &str, contents: Rc<[f32]>) -> BufferId {
        let known = self.plan.buffers.iter().position(|buffer| buffer.contents.as_ref() == Some(&contents));
        BufferId(known.unwrap_or_else(|| {
            let label = format!("constant {label}");
            self.plan.buffers.push(BufferSpec {
                label,
                len: contents.len(),
                words: false,
                fill: 0.0,
                contents: Some(contents),
                external: None,
            });
            self.plan.buffers.len() - 1
        }))
    }

    fn allocate(&mut self, label: &str, len: usize, words: bool, fill: f32) -> BufferId {
        self.plan.buffers.push(BufferSpec { label: label.to_owned(), len, words, fill, contents: None, external: None });
        BufferId(self.plan.buffers.len() - 1)
    }

    /// The plan, with all programs so far. Its first one takes so many images.
    pub fn finish(self, batch: usize) -> Plan {
        Plan { batch, ..self.plan }
    }
}
