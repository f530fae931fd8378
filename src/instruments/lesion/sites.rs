//! The parts of a network as the page gets them, and back.

use serde::Serialize;

use crate::core::error::{Error, TrainError};
use crate::network::cuts::{Cuts, Part, PartKind};
use crate::network::parts::{branch_name, parts};
use crate::network::spec::{Source, Spec, Work};

/// A part that can be left out.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Site {
    /// What requests call it: `residual:stage1.block2`.
    pub id: String,
    /// `residual`, `branch`, `skip` or `layer`.
    pub kind: &'static str,
    /// Of a residual its group, of a layer itself, of a branch its group or what it goes into, of a skip what it goes into.
    pub name: String,
    /// Of a branch or skip, which of the values that come together, from 1.
    pub number: usize,
    /// The item it was made of.
    pub path: String,
    /// What a layer does: `conv2d`.
    pub op: &'static str,
    /// Of a residual, whether its shortcut is the value itself: then its input and output have one shape.
    pub identity: bool,
    /// Of one image's values there.
    pub shape: Vec<usize>,
}

/// The parts of a network, in the order of its layers.
///
/// # Errors
/// A layer that does not fit.
pub(super) fn sites(spec: &Spec) -> Result<Vec<Site>, Error> {
    let mut sites: Vec<Site> = parts(spec)?.into_iter().map(|(part, shape)| site(spec, &part, shape)).collect();
    let names: Vec<String> = sites.iter().map(|site| site.name.clone()).collect();
    // A group that holds one residual without a name is what people call the block.
    for site in sites.iter_mut().filter(|site| site.kind == "residual") {
        let Some(group) = site.name.strip_suffix(".residual1") else { continue };
        if !names.contains(&format!("{group}.residual2")) {
            site.name = group.to_owned();
        }
    }
    Ok(sites)
}

fn site(spec: &Spec, part: &Part, shape: Vec<usize>) -> Site {
    let layer = &spec.layers[part.layer];
    let container = part.container.map(|index| &spec.containers[index]);
    let kind = match part.kind {
        PartKind::Residual => "residual",
        PartKind::Branch => "branch",
        PartKind::Skip => "skip",
        PartKind::Layer => "layer",
    };
    let name = match (part.kind, container) {
        (PartKind::Residual, Some(container)) => container.name.clone(),
        _ => branch_name(spec, part).unwrap_or(&layer.name).to_owned(),
    };
    let op = match &layer.work {
        Work::Operator(operator) => operator.name(),
        Work::Fit | Work::Crop => "",
    };
    // A shortcut with layers of its own ends in one of the residual's.
    let identity = container.is_some_and(|container| {
        let shortcut = layer.inputs.get(part.input);
        part.kind == PartKind::Residual && !container.layers.clone().any(|own| shortcut == Some(&Source::Layer(own)))
    });
    Site { id: id(spec, part, kind), kind, name, number: part.input + 1, path: layer.path.to_string(), op, identity, shape }
}

fn id(spec: &Spec, part: &Part, kind: &str) -> String {
    let layer = &spec.layers[part.layer].name;
    match (part.kind, part.container) {
        (PartKind::Residual, Some(container)) => format!("{kind}:{}", spec.containers[container].name),
        (PartKind::Branch, _) => format!("{kind}:{layer}.{}", part.input + 1),
        _ => format!("{kind}:{layer}"),
    }
}

/// What to leave out, by the ids of its parts.
///
/// # Errors
/// [`TrainError::UnknownName`] for a part that the network does not have.
pub(super) fn cuts(spec: &Spec, ids: &[String]) -> Result<Cuts, Error> {
    let known: Vec<(String, Part)> = parts(spec)?.into_iter().map(|(part, shape)| (site(spec, &part, shape).id, part)).collect();
    let mut cuts = Cuts::default();
    for wanted in ids {
        let found = known.iter().find(|(id, _)| id == wanted);
        let unknown = || TrainError::UnknownName { what: "part", name: wanted.clone() };
        found.ok_or_else(unknown)?.1.cut(&mut cuts);
    }
    Ok(cuts)
}
