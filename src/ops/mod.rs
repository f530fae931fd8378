//! The operators: one folder each, with its params, shape rule, gradient rule, scalar kernels, SIMD kernels and WGSL.

mod registry;

#[cfg(feature = "harness")]
pub mod adapter;
pub mod shift;

use std::rc::Rc;

use crate::core::error::{Fix, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::Kernel;
use crate::core::shape::Shape;
use crate::ir::operator::Operator;
#[cfg(feature = "harness")]
use crate::ops::adapter::Adapter;

/// WGSL of a gradient kernel whose third argument is `dx`: stores it.
pub const GRADIENT: &str = crate::core::wgsl::wgsl!("shared/gradient.wgsl");

/// The same with a ReLU's output before it, and the ReLU's gradient taken.
pub const RECTIFIED_GRADIENT: &str = crate::core::wgsl::wgsl!("shared/rectified_gradient.wgsl");

/// The dimensions of a rank-4 input.
///
/// # Errors
/// [`ShapeError::RankMismatch`] for any other rank.
pub fn rank_4(node: &str, input: &Shape) -> Result<[usize; 4], ShapeError> {
    match *input.dims() {
        [n, c, h, w] => Ok([n, c, h, w]),
        _ => Err(ShapeError::RankMismatch {
            node: node.to_owned(),
            needed: 4,
            also: None,
            shape: input.to_string(),
            fix: Fix::BeforeFlatten,
        }),
    }
}

/// Reads one operator's fields from a layer of a specification.
pub type Parse = fn(&mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError>;

/// What a folder of operators has to offer.
#[derive(Debug)]
pub struct Family {
    /// The names that layers can have, and what reads the fields of each.
    pub operators: &'static [(&'static str, Parse)],
    /// Those of operators that read several values, and so are no layers.
    pub joins: &'static [(&'static str, Parse)],
    /// Every kernel, for the checks of declarations and shaders.
    pub kernels: &'static [&'static Kernel],
    /// How the reference data writes the operators.
    #[cfg(feature = "harness")]
    pub adapters: &'static [Adapter],
}

/// Declares each folder as a module, and lists what they have to offer.
macro_rules! declare {
    ($($folder:ident)*) => {
        $(pub mod $folder;)*

        /// Every operator, and the kernels that several share.
        pub static REGISTRY: &[&Family] = &[$(&$folder::FAMILY,)* &shift::FAMILY];
    };
}
crate::operator_folders!(declare);

/// Every operator that a specification can name.
pub fn operators() -> impl Iterator<Item = (&'static str, Parse)> {
    REGISTRY.iter().flat_map(|family| family.operators.iter().chain(family.joins)).copied()
}

/// The names of those that are layers.
pub fn layers() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().flat_map(|family| family.operators).map(|(name, _)| *name)
}
