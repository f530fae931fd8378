//! Looking inside a network: every node's values for one image, their gradients, and what one value depends on in the image.
//!
//! The network is planned a second time for it, for one image, in evaluation and with every value kept, and computes on the CPU wherever training does: a
//! look costs a copy of the parameters and one image's way, and training's memory stays as lean as it was.

use serde::{Serialize, Serializer};

use super::trainer::{Image, Trainer};
use crate::backend::cpu::Kernels;
use crate::core::error::{Error, TrainError};
use crate::core::layout::channel_stride;
use crate::data::kind::Normalization;
use crate::describe::{NodeSupport, supports};
use crate::executor::AnyExecutor;
use crate::ir::program::Located;
use crate::programs::probe::{INPUT, Probe, ProbePlan};

/// A network planned for looking at.
#[derive(Debug)]
pub(super) struct Prober {
    probe: Probe,
    planned: ProbePlan,
    executor: AnyExecutor,
    normalization: Normalization,
}

/// Floats that cross to the page as their bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floats(pub Vec<f32>);

impl Serialize for Floats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytemuck::cast_slice(&self.0))
    }
}

/// One node's values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeMaps {
    /// The node; `input` is the image.
    pub node: String,
    /// `[channels, height, width]` or `[features]`.
    pub shape: Vec<usize>,
    /// In canonical order.
    pub values: Floats,
}

/// A parameter or a statistic of a node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeTensor {
    /// Its role: `weight`, `running_mean`.
    pub name: String,
    /// As PyTorch has it.
    pub shape: Vec<usize>,
    /// In canonical order.
    pub values: Floats,
}

/// What of nodes is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Look {
    /// Their values.
    Activations,
    /// The gradients of the loss for this label.
    Gradients {
        /// The class that the loss wants.
        label: u8,
    },
}

/// What one value of a node depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldOfUnit {
    /// Its gradient at each pixel of the image: `[channels, height, width]`.
    pub gradient: Vec<f32>,
    /// First and last row it can depend on at all.
    pub rows: [usize; 2],
    /// First and last column.
    pub columns: [usize; 2],
}

fn unknown(node: &str) -> Error {
    TrainError::UnknownName { what: "node", name: node.to_owned() }.into()
}

impl Trainer {
    /// The network planned for this, with the parameters of now. It is taken from those that are kept: whoever asks puts it back.
    async fn prober(&mut self, probe: Probe) -> Result<Prober, Error> {
        let alike = |known: &Prober| std::mem::discriminant(&known.probe) == std::mem::discriminant(&probe);
        let kept = self.probers.iter().position(alike).map(|at| self.probers.swap_remove(at));
        let mut prober = match kept.filter(|known| known.probe == probe) {
            Some(prober) => prober,
            None => {
                let planned = ProbePlan::new(&self.spec, &probe)?.ok_or_else(|| match &probe {
                    Probe::Unit(node) => unknown(node),
                    _ => unknown(INPUT),
                })?;
                let executor = AnyExecutor::cpu(Kernels::Simd, &planned.plan, &[]).await?;
                Prober { probe, planned, executor, normalization: self.spec.data.normalization() }
            }
        };
        let weights = self.weights_now().await?;
        self.write_weights(&weights, &prober.planned.plan, &mut prober.executor)?;
        Ok(prober)
    }

    /// Values of these nodes for one image, or their gradients, in evaluation; and the least and the largest of all nodes.
    ///
    /// # Errors
    /// [`TrainError::UnknownName`], an image of another size, a node that has no gradient, or what the device reports.
    pub async fn look(&mut self, nodes: &[String], look: Look, image: Image<'_>) -> Result<(Vec<NodeMaps>, [f32; 2]), Error> {
        let probe = if look == Look::Activations { Probe::Activations } else { Probe::Gradients };
        let mut prober = self.prober(probe).await?;
        let seen = prober.look(nodes, look, image).await;
        self.probers.push(prober);
        seen
    }

    /// What one value of a node depends on in an image: `[channel, row, column]`, or `[feature]`.
    ///
    /// # Errors
    /// [`TrainError::UnknownName`] for a node or a unit that there is not, an image of another size, or what the device reports.
    pub async fn field(&mut self, node: &str, unit: &[usize], image: Image<'_>) -> Result<FieldOfUnit, Error> {
        let mut prober = self.prober(Probe::Unit(node.to_owned())).await?;
        let seen = prober.field(node, unit, image).await;
        self.probers.push(prober);
        let [_, height, width] = self.spec.input;
        let (mut rows, mut columns) = ([0, height - 1], [0, width - 1]);
        if let [_, row, column] = unit {
            let supports = supports(&self.spec)?;
            let fields = supports.into_iter().find(|support| support.name == node).and_then(|NodeSupport { fields, .. }| fields);
            if let Some([of_rows, of_columns]) = fields {
                rows = of_rows.spans.get(*row).copied().flatten().unwrap_or([0, 0]);
                columns = of_columns.spans.get(*column).copied().flatten().unwrap_or([0, 0]);
            } else if node == INPUT {
                (rows, columns) = ([*row, *row], [*column, *column]);
            }
        }
        Ok(FieldOfUnit { gradient: seen?, rows, columns })
    }

    /// A node's parameters and statistics, and codes that it computes with and does not learn.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn weights(&mut self, node: &str) -> Result<Vec<NodeTensor>, Error> {
        let of_node = self.programs.plan.tensors().into_iter().flatten().filter_map(|(name, place)| {
            let (of, role) = name.rsplit_once('.')?;
            (of == node).then(|| (role.to_owned(), place))
        });
        let mut of_node: Vec<(String, Located)> = of_node.collect();
        let codes = self.programs.train.tables.iter().find(|(name, _)| name.rsplit_once('.') == Some((node, "codes")));
        of_node.extend(codes.map(|(_, place)| ("codes".to_owned(), place.clone())));
        let mut tensors = Vec::with_capacity(of_node.len());
        for (name, place) in of_node {
            let values = Floats(self.executor.read_value(&place).await?);
            tensors.push(NodeTensor { name, shape: place.shape.dims().to_vec(), values });
        }
        Ok(tensors)
    }
}

impl Prober {
    fn place(&self, node: &str) -> Result<Located, Error> {
        self.planned.values.get(node).cloned().ok_or_else(|| unknown(node))
    }

    async fn look(&mut self, nodes: &[String], look: Look, image: Image<'_>) -> Result<(Vec<NodeMaps>, [f32; 2]), Error> {
        let places = nodes.iter().map(|node| self.place(node)).collect::<Result<Vec<Located>, Error>>()?;
        image.write(&mut self.executor, &self.planned.image, self.normalization)?;
        if let (Look::Gradients { label }, Some(place)) = (look, self.planned.label) {
            self.executor.write_words(place, &[label.into()])?;
        }
        self.executor.run(self.planned.program)?;
        let mut range = [f32::INFINITY, f32::NEG_INFINITY];
        for Located { range: place, shape, .. } in self.planned.values.values() {
            let channels = shape.nchw()[1];
            for pixel in self.executor.read_stored(*place).await?.chunks(channel_stride(channels)) {
                for &value in &pixel[..channels] {
                    range = [range[0].min(value), range[1].max(value)];
                }
            }
        }
        let mut maps = Vec::with_capacity(nodes.len());
        for (node, place) in nodes.iter().zip(places) {
            let values = Floats(self.executor.read_value(&place).await?);
            maps.push(NodeMaps { node: node.clone(), shape: place.shape.dims()[1..].to_vec(), values });
        }
        Ok((maps, range))
    }

    async fn field(&mut self, node: &str, unit: &[usize], image: Image<'_>) -> Result<Vec<f32>, Error> {
        let seed = self.planned.seed.clone().ok_or_else(|| unknown(node))?;
        let dims = &seed.shape.dims()[1..];
        if unit.len() != dims.len() || unit.iter().zip(dims).any(|(at, size)| at >= size) {
            return Err(unknown(&format!("{node} {unit:?}")));
        }
        let mut values = vec![0.0; seed.shape.count()];
        values[unit.iter().zip(dims).fold(0, |index, (at, size)| index * size + at)] = 1.0;
        image.write(&mut self.executor, &self.planned.image, self.normalization)?;
        self.executor.write_value("probe.seed", &seed, &values)?;
        self.executor.run(self.planned.program)?;
        match self.place(INPUT) {
            Ok(place) => Ok(self.executor.read_value(&place).await?),
            // Nothing of the image reaches it.
            Err(_) => Ok(vec![0.0; image.pixels.len()]),
        }
    }
}
