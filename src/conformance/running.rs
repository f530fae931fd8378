//! One program on the device under test, with its values read and written by name.

use std::collections::HashMap;

use super::case::CaseError;
use super::device::Device;
use super::tensors::{Tensor, Values};
use crate::core::error::TrainError;
use crate::core::layout::Layout;
use crate::executor::AnyExecutor;
use crate::ir::graph::{Graph, ValueId};
use crate::ir::program::Located;
use crate::plan::{Builder, Built};

/// A program in memory.
#[derive(Debug)]
pub(super) struct Running {
    executor: AnyExecutor,
    built: Built,
    /// Name and id of each value of the graph.
    names: HashMap<String, ValueId>,
}

impl Running {
    /// Plans a graph and puts it on the device. Memory that the kernels have to fill starts as NaN, so that one which leaves a hole is found.
    pub(super) async fn start(device: &Device, graph: Graph, keep: &[ValueId]) -> Result<Self, CaseError> {
        let kept: Vec<String> = keep.iter().map(|&id| graph.value(id).name.clone()).collect();
        let named: Vec<String> = graph.values.iter().map(|value| value.name.clone()).collect();
        let mut builder = Builder::default();
        let built = builder.program("case", graph, keep);
        let named = named.into_iter().enumerate().map(|(id, name)| (name, ValueId(id)));
        let names = named.filter(|(_, id)| built.find(*id).is_some()).collect();
        let mut plan = builder.finish(1);
        let gradients = plan.arenas.map(|[_, gradients]| gradients.0);
        for (index, buffer) in plan.buffers.iter_mut().enumerate() {
            let filled_by_kernels = buffer.label.starts_with("scratch ") || kept.contains(&buffer.label) || gradients == Some(index);
            if filled_by_kernels && !buffer.words {
                buffer.fill = f32::NAN;
            }
        }
        let executor = device.executor(&plan, &[]).await?;
        Ok(Self { executor, built, names })
    }

    /// Where the value of this name lies.
    fn place(&self, name: &str) -> Result<Located, CaseError> {
        let place = self.names.get(name).and_then(|&id| self.built.find(id));
        place.ok_or_else(|| TrainError::UnknownName { what: "value", name: name.to_owned() }.into())
    }

    pub(super) fn write(&mut self, name: &str, tensor: &Tensor) -> Result<(), CaseError> {
        let place = self.place(name)?;
        match &tensor.values {
            Values::Floats(floats) => self.executor.write_value(name, &place, floats)?,
            Values::Words(words) => self.executor.write_words(place.range, &place.layout.store(&place.shape, words))?,
        }
        Ok(())
    }

    pub(super) fn run(&mut self) -> Result<(), CaseError> {
        Ok(self.executor.run(self.built.program)?)
    }

    pub(super) async fn read(&mut self, name: &str, words: bool) -> Result<Tensor, CaseError> {
        let place = self.place(name)?;
        read(&mut self.executor, place, name, words).await
    }
}

/// Reads a value of a program.
///
/// # Errors
/// [`CaseError::PadLanes`] when a kernel left something in the lanes that fill up the channels: later kernels rely on their zeros.
pub(super) async fn read(executor: &mut AnyExecutor, place: Located, name: &str, words: bool) -> Result<Tensor, CaseError> {
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
