//! One image's way to its logits.

use super::images::{ImagePlace, add_single_image};
use crate::core::error::ShapeError;
use crate::data::Data;
use crate::ir::graph::Graph;
use crate::ir::program::{Located, ProgramId};
use crate::network::{apply_layers, spec::Spec};
use crate::plan::{Builder, lower};

/// One image's way, planned.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The program.
    pub program: ProgramId,
    /// Where the image is written. Where the data draw something around it, the host writes its bytes and reads what the network saw; it has no
    /// label.
    pub image: ImagePlace,
    /// What the network makes of it.
    pub logits: Located,
}

/// Adds one image's way to a plan.
///
/// # Errors
/// A layer that does not fit.
pub fn plan(builder: &mut Builder, spec: &Spec, data: &Data) -> Result<Prediction, ShapeError> {
    let mut graph = Graph::default();
    let image = add_single_image(&mut graph, spec, data)?;
    let logits = apply_layers(&mut graph, spec, image.image)?;
    lower::check_arena(&graph)?;
    let built = builder.program("predict", graph, &[image.image, logits]);
    Ok(Prediction { program: built.program, image: ImagePlace::of(&image, &built), logits: built.at(logits) })
}
