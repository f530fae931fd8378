//! What everything else stands on: numbers, shapes, kernels' declarations, errors. It knows no graph, no operator and no backend.

pub mod clock;
pub mod error;
pub mod fields;
pub mod kernel;
pub mod layout;
pub mod rng;
pub mod safetensors;
pub mod shape;
pub mod shared;
pub mod simd;
pub mod sum;
pub(crate) mod wgsl;
