//! One program on the device under test, with its values read and written by name.

use std::collections::HashMap;

use super::case::CaseError;
use super::device::Device;
use super::tensors::{Tensor, Values};
use crate::core::layout::Layout;
use crate::executor::{AnyExecutor, Which, locate};
use crate::ir::graph::{Graph, ValueId};
use crate::ir::program::Program;
use crate::plan::{Builder, Plan};

/// A program in memory.
#[derive(Debug)]
pub(super) struct Running {
    executor: AnyExecutor,
    program: Program,
}

impl Running {
    /// Plans a graph and puts it on the device. Memory that the kernels have to fill starts as NaN, so that one which leaves a hole is found.
    pub(super) async fn start(device: &Device, graph: Graph, keep: &[ValueId]) -> Result<Self, CaseError> {
        let kept: Vec<String> = keep.iter().map(|&id| graph.value(id).name.clone()).collect();
        let mut builder = Builder::default();
        let program = builder.program(graph, keep);
        let mut plan = Plan { train: program.clone(), ..builder.finish() };
        let gradients = plan.arenas.map(|[_, gradients]| gradients.0);
        for (index, buffer) in plan.buffers.iter_mut().enumerate() {
            let filled_by_kernels = buffer.label.starts_with("scratch ") || kept.contains(&buffer.label) || gradients == Some(index);
            if filled_by_kernels && !buffer.words {
                buffer.fill = f32::NAN;
            }
        }
        let executor = device.executor(&plan, &HashMap::new()).await?;
        Ok(Self { executor, program })
    }

    pub(super) fn write(&mut self, name: &str, tensor: &Tensor) -> Result<(), CaseError> {
        write(&mut self.executor, &self.program, name, tensor)
    }

    pub(super) fn run(&mut self) -> Result<(), CaseError> {
        Ok(self.executor.run(Which::Train)?)
    }

    pub(super) async fn read(&mut self, name: &str, words: bool) -> Result<Tensor, CaseError> {
        read(&mut self.executor, &self.program, name, words).await
    }
}

/// Overwrites a value of a program.
pub(super) fn write(executor: &mut AnyExecutor, program: &Program, name: &str, tensor: &Tensor) -> Result<(), CaseError> {
    let place = locate(program, name)?;
    match &tensor.values {
        Values::Floats(floats) => executor.write_value(name, place, floats)?,
        Values::Words(words) => executor.write_words(place.range, &place.layout.store(&place.shape, words))?,
    }
    Ok(())
}

/// Reads a value of a program.
///
/// # Errors
/// [`CaseError::PadLanes`] when a kernel left something in the lanes that fill up the channels: later kernels rely on their zeros.
pub(super) async fn read(executor: &mut AnyExecutor, program: &Program, name: &str, words: bool) -> Result<Tensor, CaseError> {
    let place = locate(program, name)?.clone();
    if words {
        let stored = executor.read_words(place.range).await?;
        let values = Values::Words(place.layout.restore(&place.shape, &stored));
        return Ok(Tensor { shape: place.shape, values });
    }
    let stored = executor.read_stored(place.range).await?;
    let pads = place.layout.store(&place.shape, &vec![true; place.shape.count()]);
    // A loss or a row of labels has no channels, and so no lanes that would have to be zero.
    let has_channels = place.layout != Layout::Activation || matches!(place.shape.rank(), 2 | 4);
    if has_channels && stored.iter().zip(pads).any(|(&float, value)| !value && float != 0.0) {
        return Err(CaseError::PadLanes(name.to_owned()));
    }
    Ok(Tensor { values: Values::Floats(place.layout.restore(&place.shape, &stored)), shape: place.shape })
}
