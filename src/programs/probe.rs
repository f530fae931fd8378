//! Looking inside a network: one image's way in evaluation with every node's value kept, and back where a gradient is asked for.

use std::collections::HashMap;

use super::images::{ImagePlace, add_label, add_single_image};
use super::loss::add_cross_entropy;
use crate::autodiff::differentiate_values;
use crate::core::error::ShapeError;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::program::{Located, ProgramId, Range};
use crate::network::{apply_layers, spec::Spec};
use crate::plan::{Builder, Plan};

/// What the image is called among the nodes.
pub const INPUT: &str = "input";

/// What is asked of every value of a network for one image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Probe {
    /// The value itself.
    Activations,
    /// The gradient of the loss for a label.
    Gradients,
    /// Of the image alone: the gradient of what the host writes to [`ProbePlan::seed`] times this node's values.
    Unit(String),
}

/// A network planned for looking at.
#[derive(Clone, Debug)]
pub struct ProbePlan {
    /// Its memory.
    pub plan: Plan,
    /// The program.
    pub program: ProgramId,
    /// Where the image is written.
    pub image: ImagePlace,
    /// Where the digit's value is written, for a loss.
    pub label: Option<Range>,
    /// By what the node's values are multiplied, for [`Probe::Unit`].
    pub seed: Option<Located>,
    /// Where each node's value, or its gradient, lies.
    pub values: HashMap<String, Located>,
}

impl ProbePlan {
    /// Plans it; nothing for a unit of a node that there is not.
    ///
    /// # Errors
    /// A layer that does not fit, and [`ShapeError::NotDifferentiable`].
    pub fn new(spec: &Spec, probe: &Probe) -> Result<Option<Self>, ShapeError> {
        let mut graph = Graph::default();
        let image = add_single_image(&mut graph, spec, &spec.data)?;
        let logits = apply_layers(&mut graph, spec, image.image)?;
        let outputs = graph.nodes.iter().map(|node| (node.name.clone(), node.outputs[0]));
        let nodes: Vec<(String, ValueId)> = std::iter::once((INPUT.to_owned(), image.image)).chain(outputs).collect();
        let of: Vec<ValueId> = nodes.iter().map(|(_, id)| *id).collect();
        let mut keep = of.clone();
        let mut label = image.clutter.map(|cluttered| cluttered.label);
        let mut seed = None;
        let values = match probe {
            Probe::Activations => nodes,
            Probe::Gradients => {
                let targets = image.clutter.map_or_else(|| add_label(&mut graph), |cluttered| cluttered.targets);
                label = label.or(Some(targets));
                let (loss, _) = add_cross_entropy(&mut graph, "loss", logits, targets, &spec.data)?;
                let one = graph.add("weight 1", Shape::new(&[1]), Layout::Activation, false, Role::Constant(1.0));
                let made = differentiate_values(&mut graph, &[(loss, one)], &of)?;
                nodes.into_iter().filter_map(|(name, id)| Some((name, *made.get(&id)?))).collect()
            }
            Probe::Unit(node) => {
                let Some((_, of)) = nodes.iter().find(|(name, _)| name == node) else { return Ok(None) };
                let shape = graph.shape(*of).clone();
                let upstream = graph.add("probe.seed", shape, Layout::Activation, false, Role::Input);
                seed = Some(upstream);
                let made = differentiate_values(&mut graph, &[(*of, upstream)], &[image.image])?;
                made.get(&image.image).map(|&id| (INPUT.to_owned(), id)).into_iter().collect()
            }
        };
        keep.extend(values.iter().map(|(_, id)| *id));
        let mut builder = Builder::for_inference();
        let built = builder.program("probe", graph, &keep);
        Ok(Some(Self {
            plan: builder.finish(1),
            program: built.program,
            image: ImagePlace::of(&image, &built),
            label: label.map(|id| built.at(id).range),
            seed: seed.map(|id| built.at(id)),
            values: values.into_iter().filter_map(|(node, id)| Some((node, built.find(id)?))).collect(),
        }))
    }
}
