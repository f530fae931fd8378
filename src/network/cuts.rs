//! Parts that a network is run without (Veit, Wilber, Belongie 2016, section 4): a layer that hands on one of the values it reads, or
//! zeros in the place of a value that is brought together with others.

use std::collections::{HashMap, HashSet};

use crate::ir::graph::{Graph, Role, ValueId};

/// What is left out. Layers are named by their places in [`Spec::layers`](super::spec::Spec::layers).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cuts {
    /// Layers that do nothing, and which of their inputs they hand on.
    passed: HashMap<usize, usize>,
    /// Layers and the input that is zeros for them.
    zeroed: HashSet<(usize, usize)>,
}

impl Cuts {
    /// A layer hands on one of its inputs as it is.
    pub fn pass(&mut self, layer: usize, input: usize) {
        self.passed.insert(layer, input);
    }

    /// A layer gets zeros in the place of one of its inputs.
    pub fn zero(&mut self, layer: usize, input: usize) {
        self.zeroed.insert((layer, input));
    }

    /// Whether the network is whole.
    pub fn is_empty(&self) -> bool {
        self.passed.is_empty() && self.zeroed.is_empty()
    }

    /// What a layer reads; and, where it does nothing, what it hands on.
    pub(super) fn apply(&self, graph: &mut Graph, layer: usize, inputs: &mut [ValueId]) -> Option<ValueId> {
        if let Some(&input) = self.passed.get(&layer) {
            return Some(inputs[input]);
        }
        for (at, input) in inputs.iter_mut().enumerate().filter(|(at, _)| self.zeroed.contains(&(layer, *at))) {
            let value = graph.value(*input);
            let (name, shape, layout) = (format!("zeros {layer}.{at}"), value.shape.clone(), value.layout);
            *input = graph.add(name, shape, layout, false, Role::Constant(0.0));
        }
        None
    }
}

/// A part that a network can be run without, and still fit together.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// The layer that is cut: of a residual the sum, of a branch or a skip what brings the values together.
    pub layer: usize,
    /// Which of its inputs is handed on, or is zeros.
    pub input: usize,
    /// The container it is, as a place in [`Spec::containers`](super::spec::Spec::containers).
    pub container: Option<usize>,
}

/// What kind of part.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PartKind {
    /// A residual's body: its shortcut alone is left, and what comes after the sum.
    Residual,
    /// A branch of several: its channels, or its summand, become 0.
    Branch,
    /// A long skip: what was kept becomes 0 where it is joined.
    Skip,
    /// A layer whose input and output have one shape: it hands on what it reads.
    Layer,
}

impl Part {
    /// Adds it to what is left out.
    pub fn cut(&self, cuts: &mut Cuts) {
        match self.kind {
            PartKind::Residual | PartKind::Layer => cuts.pass(self.layer, self.input),
            PartKind::Branch | PartKind::Skip => cuts.zero(self.layer, self.input),
        }
    }
}
