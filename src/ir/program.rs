//! Programs: steps over buffers, as a backend runs them.

use std::rc::Rc;

use crate::core::kernel::Kernel;
use crate::core::layout::Layout;
use crate::core::shape::Shape;

/// A buffer's place in [`Plan::buffers`](crate::plan::Plan::buffers).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BufferId(pub usize);

/// A buffer to allocate.
#[derive(Clone, Debug, PartialEq)]
pub struct BufferSpec {
    /// For people and GPU debuggers.
    pub label: String,
    /// Elements, four bytes each.
    pub len: usize,
    /// Whether it holds 32-bit words and not floats.
    pub words: bool,
    /// What every element is at first.
    pub fill: f32,
    /// Its first floats, as they are stored, where they are not all alike.
    pub contents: Option<Rc<[f32]>>,
    /// Of what is provided from outside the plan and not allocated for it (the data set): the bytes that a run of a program reads.
    pub external: Option<u64>,
}

/// A part of a buffer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Range {
    /// Which buffer.
    pub buffer: BufferId,
    /// First element. A multiple of 64, so that a GPU can bind it.
    pub offset: usize,
    /// Elements.
    pub len: usize,
}

/// One kernel call with its memory.
#[derive(Clone, Debug)]
pub struct Step {
    /// The node it belongs to.
    pub node: String,
    /// What runs.
    pub kernel: &'static Kernel,
    /// The bytes of the kernel's params struct.
    pub params: Vec<u8>,
    /// One range for each binding.
    pub arguments: Vec<Range>,
}

/// A program's place in [`Plan::programs`](crate::plan::Plan::programs).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ProgramId(pub usize);

/// Steps that run together, in order: a training step, a forward pass.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// For people: `train`.
    pub name: &'static str,
    /// The steps.
    pub steps: Vec<Step>,
    /// What the host writes before a run or may read after it; other memory means nothing then.
    pub kept: Vec<Range>,
}

/// A value's place and form.
#[derive(Clone, Debug)]
pub struct Located {
    /// Where it lies.
    pub range: Range,
    /// Its canonical shape.
    pub shape: Shape,
    /// Its order in memory.
    pub layout: Layout,
}

impl Located {
    /// The place of a value that begins at this offset of an arena.
    pub fn in_arena(buffer: BufferId, offset: usize, shape: &Shape, layout: Layout) -> Self {
        Self { range: Range { buffer, offset, len: layout.stored_len(shape) }, shape: shape.clone(), layout }
    }
}
