//! A network that only computes: one image's way, with parameters in pieces and without gradients.

use super::prediction::{self, Prediction};
use crate::core::error::ShapeError;
use crate::data::Data;
use crate::network::spec::Spec;
use crate::plan::{Builder, Plan};

/// A network for one image and nothing else.
#[derive(Clone, Debug)]
pub struct InferencePlan {
    /// Its memory. Parameters lie in pieces.
    pub plan: Plan,
    /// The image's way.
    pub predict: Prediction,
}

impl InferencePlan {
    /// Plans the way of one image through a specification, and nothing else.
    ///
    /// # Errors
    /// A layer that does not fit.
    pub fn new(spec: &Spec) -> Result<Self, ShapeError> {
        let mut builder = Builder::for_inference();
        let predict = prediction::plan(&mut builder, spec, &Data::mnist())?;
        Ok(Self { plan: builder.finish(1), predict })
    }
}
