//! Convolution whose output channels each see only some of the input channels, as C3 of the LeNet-5 of 1998 does.

use std::collections::BTreeSet;
use std::rc::Rc;

use bytemuck::{Pod, Zeroable};
use serde_json::Value;

use super::{BIAS_GRADIENT, Conv2d, FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT};
use crate::core::error::{Expected, Part, ShapeError, SpecError};
use crate::core::fields::{brief, whole};
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params};
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, Role, ValueId};
use crate::ir::operator::{Operator, OutputSpec, ParameterSpec, Window};

/// Which input channels each output channel sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Connections(Rc<[BTreeSet<usize>]>);

/// C3 of LeNet-5 (LeCun et al. 1998, table I): 16 output channels, 6 input channels, 60 of 96 pairs.
const LENET5: [&[usize]; 16] = [
    &[0, 1, 2],
    &[1, 2, 3],
    &[2, 3, 4],
    &[3, 4, 5],
    &[0, 4, 5],
    &[0, 1, 5],
    &[0, 1, 2, 3],
    &[1, 2, 3, 4],
    &[2, 3, 4, 5],
    &[0, 3, 4, 5],
    &[0, 1, 4, 5],
    &[0, 1, 2, 5],
    &[0, 1, 3, 4],
    &[1, 2, 4, 5],
    &[0, 2, 3, 5],
    &[0, 1, 2, 3, 4, 5],
];

/// Weights that a mask may have: it is made when a network is planned, and none worth a table comes near.
const LARGEST_MASK: usize = 1 << 22;

impl Connections {
    /// The table of LeNet-5's C3.
    pub fn lenet5() -> Self {
        let mut lists = vec![BTreeSet::new(); LENET5.len()];
        for (list, channels) in lists.iter_mut().zip(LENET5) {
            list.extend(channels.iter());
        }
        Self(lists.into())
    }

    /// From a 0 or 1 for each weight `[out_channels, in_channels, kernel_height, kernel_width]`, the same within a pair of channels. `None`
    /// when the mask is something else.
    pub fn from_mask(shape: &Shape, mask: &[f32]) -> Option<Self> {
        let &[outputs, inputs, kernel_height, kernel_width] = shape.dims() else { return None };
        let taps = kernel_height * kernel_width;
        if taps == 0 || mask.len() != outputs * inputs * taps {
            return None;
        }
        let mut lists = vec![BTreeSet::new(); outputs];
        for (pair, taps) in mask.chunks_exact(taps).enumerate() {
            match taps[0] {
                first if taps.iter().any(|&tap| tap != first) => return None,
                1.0 => drop(lists[pair / inputs].insert(pair % inputs)),
                0.0 => (),
                _ => return None,
            }
        }
        Some(Self(lists.into()))
    }

    /// The lists, as specifications have them.
    pub fn to_json(&self) -> Value {
        self.0.iter().map(|channels| channels.iter().copied().collect::<Value>()).collect()
    }

    /// Reads `"lenet5"`, or a list of input channels for each of `out_channels` output channels.
    pub fn from_json(path: &str, json: &Value, out_channels: usize) -> Result<Self, SpecError> {
        let invalid = |place: String, found: &Value| SpecError::InvalidValue {
            path: place,
            found: brief(found),
            expected: Expected::Connections { out_channels },
        };
        let connections = match json {
            Value::String(name) if name == "lenet5" => Self::lenet5(),
            Value::Array(lists) => {
                let read = |(i, list): (usize, &Value)| {
                    let place = || format!("{path}[{i}]");
                    let channels = list.as_array().filter(|channels| !channels.is_empty()).ok_or_else(|| invalid(place(), list))?;
                    let mut known = BTreeSet::new();
                    for channel in channels {
                        let number = whole(channel).filter(|&number| number <= 1 << 24);
                        let fresh = number.is_some_and(|number| known.insert(number as usize));
                        if !fresh {
                            return Err(invalid(place(), list));
                        }
                    }
                    Ok(known)
                };
                Self(lists.iter().enumerate().map(read).collect::<Result<_, _>>()?)
            }
            other => return Err(invalid(path.to_owned(), other)),
        };
        if connections.0.len() != out_channels {
            return Err(invalid(path.to_owned(), json));
        }
        Ok(connections)
    }

    /// Connected pairs of channels.
    fn count(&self) -> usize {
        self.0.iter().map(BTreeSet::len).sum()
    }

    /// A 1 for every weight that counts and a 0 for the others, in the order of a weight of this shape.
    fn mask(&self, shape: &Shape) -> Rc<[f32]> {
        let [_, inputs, kernel_height, kernel_width] = shape.nchw();
        let pairs = self.0.iter().flat_map(|known| (0..inputs).map(|channel| f32::from(u8::from(known.contains(&channel)))));
        pairs.flat_map(|value| std::iter::repeat_n(value, kernel_height * kernel_width)).collect()
    }
}

/// [`Conv2d`] with connections: `y = conv(x, weight * mask) + bias`, where the mask is 1 for connected pairs of channels and 0 for the others
/// (LeCun et al. 1998, section II.B). "It breaks the symmetry in the network" and saves multiplications.
///
/// # Shapes
/// As [`Conv2d`] of one group. The weight is dense; what the mask leaves out has no effect, gets no gradient and is not counted as a parameter.
/// As in PyTorch it is drawn by the dense fan-in.
///
/// # Errors
/// Those of [`Conv2d`], [`ShapeError::NoSuchChannel`], and [`ShapeError::SizeOverflow`] for a weight of more than four million values.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct ConnectedConv2d {
    pub connections: Connections,
    pub window: Window,
    pub bias: bool,
}

impl ConnectedConv2d {
    fn dense(&self) -> Conv2d {
        Conv2d { out_channels: self.connections.0.len(), window: self.window, groups: 1, bias: self.bias }
    }

    /// Adds the call that masks something shaped like the node's weight.
    fn add_mask(&self, graph: &mut Graph, node: &Node, weight: ValueId, masked: ValueId) {
        let shape = graph.shape(weight).clone();
        let len = Layout::ConvWeight.stored_len(&shape) as u32;
        let table = Role::Table(self.connections.mask(&shape));
        let mask = graph.add(format!("{} connections", node.name), shape, Layout::ConvWeight, false, table);
        graph.call(&node.name, &MASK, bytemuck::bytes_of(&MaskParams { len, unused: [0; 3] }), &[weight, mask, masked]);
    }

    /// Adds the weight as it counts.
    fn masked_weight(&self, graph: &mut Graph, node: &Node) -> ValueId {
        let weight = node.parameters[0];
        let (name, shape) = (format!("{}.weight masked", node.name), graph.shape(weight).clone());
        let masked = graph.add(name, shape, Layout::ConvWeight, false, Role::Temporary);
        self.add_mask(graph, node, weight, masked);
        masked
    }
}

impl Operator for ConnectedConv2d {
    fn name(&self) -> &'static str {
        self.dense().name()
    }

    fn short_name(&self) -> &'static str {
        self.dense().short_name()
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let outputs = self.dense().infer(node, inputs)?;
        let [_, channels, ..] = inputs[0].nchw();
        let [weight, ..] = &self.dense().parameters(inputs)[..] else { return Ok(outputs) };
        if weight.shape.checked_count().is_none_or(|count| count > LARGEST_MASK) {
            return Err(ShapeError::SizeOverflow { node: node.to_owned(), what: Part::Connections });
        }
        match self.connections.0.iter().filter_map(BTreeSet::last).max() {
            Some(&channel) if channel >= channels => Err(ShapeError::NoSuchChannel { node: node.to_owned(), channel, channels }),
            _ => Ok(outputs),
        }
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        self.dense().parameters(inputs)
    }

    fn parameter_count(&self, _inputs: &[&Shape]) -> u64 {
        let [kernel_height, kernel_width] = self.window.kernel_size;
        let bias = if self.bias { self.connections.0.len() } else { 0 };
        (self.connections.count() as u64).saturating_mul(kernel_height as u64).saturating_mul(kernel_width as u64) + bias as u64
    }

    fn macs(&self, _inputs: &[&Shape], output: &Shape) -> u64 {
        let [batch, _, out_height, out_width] = output.nchw();
        let [kernel_height, kernel_width] = self.window.kernel_size;
        [batch, self.connections.count(), kernel_height, kernel_width, out_height, out_width]
            .iter()
            .fold(1, |macs: u64, &n| macs.saturating_mul(n as u64))
    }

    fn window(&self) -> Option<Window> {
        Some(self.window)
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y) = (node.inputs[0], node.outputs[0]);
        let masked = self.masked_weight(graph, node);
        let bias = node.parameters.get(1).copied().unwrap_or(masked);
        let params = self.dense().params(graph.shape(x), graph.shape(y));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[x, masked, bias, y]);
    }

    // y = conv(x, weight * mask) + bias    dweight = mask * (dweight of conv)    dx as of conv with weight * mask
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let (x, weight) = (node.inputs[0], node.parameters[0]);
        let params = self.dense().params(graph.shape(x), graph.shape(node.outputs[0]));
        let params = bytemuck::bytes_of(&params);
        let mut gradients = vec![None; 1 + node.parameters.len()];
        if self.bias && wants[2] {
            let dbias = graph.gradient_of(node.parameters[1]);
            graph.call(&node.name, &BIAS_GRADIENT, params, &[dy, dbias]);
            gradients[2] = Some(dbias);
        }
        if wants[1] {
            let (name, shape) = (format!("d {}.weight masked", node.name), graph.shape(weight).clone());
            let dense = graph.add(name, shape, Layout::ConvWeight, false, Role::Temporary);
            graph.call(&node.name, &WEIGHT_GRADIENT, params, &[x, dy, dense]);
            let dweight = graph.gradient_of(weight);
            self.add_mask(graph, node, dense, dweight);
            gradients[1] = Some(dweight);
        }
        if wants[0] {
            // Masked again: cheaper than keeping it from the forward pass.
            let masked = self.masked_weight(graph, node);
            let dx = graph.gradient_of(x);
            graph.call(&node.name, &INPUT_GRADIENT, params, &[dy, masked, dx]);
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

/// How many weights there are; the same bytes as `struct MaskParams` in `mask.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct MaskParams {
    /// Stored floats, pad lanes included: a multiple of four.
    pub len: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

/// weight, mask -> weight * mask
pub static MASK: Kernel = Kernel {
    name: "conv2d.mask",
    bindings: &[Read, Read, Write],
    scalar: mask::<f32>,
    scalar_f64: double(mask::<f64>),
    wgsl: &[PRELUDE, crate::core::wgsl::wgsl!("mask.wgsl")],
    passes: &[Pass { entry: "apply_mask", workgroups }],
    ..Kernel::BASE
};

/// One thread for four weights.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: MaskParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn mask<T: Real>(mut args: Args<'_, T>) {
    let [weight, mask, masked] = args.take();
    for ((masked, &weight), &mask) in masked.write().iter_mut().zip(weight.read()).zip(mask.read()) {
        *masked = weight * mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::fields::Fields;
    use serde_json::json;

    fn parse(connections: Value) -> Result<Rc<dyn Operator>, SpecError> {
        let layer = json!({"out_channels": 2, "kernel_size": 3, "connections": connections});
        super::super::parse(&mut Fields::new("layers[0]", &layer)?)
    }

    #[test]
    fn lenets_table_costs_what_the_paper_says() {
        let layer = json!({"out_channels": 16, "kernel_size": 5, "connections": "lenet5"});
        let c3 = super::super::parse(&mut Fields::new("layers[0]", &layer).unwrap()).unwrap();
        let (x, y) = (Shape::new(&[1, 6, 14, 14]), Shape::new(&[1, 16, 10, 10]));
        assert_eq!(c3.infer("c3", &[&x]).unwrap()[0].shape, y);
        assert_eq!((c3.parameter_count(&[&x]), c3.macs(&[&x], &y)), (1516, 150_000));
    }

    #[test]
    fn a_mask_and_the_connections_it_came_from_are_the_same() {
        let shape = Shape::new(&[16, 6, 5, 5]);
        let mut mask = Connections::lenet5().mask(&shape).to_vec();
        assert_eq!(mask.iter().sum::<f32>(), 60.0 * 25.0);
        assert_eq!(Connections::from_mask(&shape, &mask), Some(Connections::lenet5()));
        mask[3] = 0.0;
        assert_eq!(Connections::from_mask(&shape, &mask), None);
    }

    #[test]
    fn impossible_connections_are_refused() {
        for connections in
            [json!("lenet5"), json!([[0]]), json!([[0], []]), json!([[0], [1, 1]]), json!([[0], [-1]]), json!([[0], 1]), json!(3)]
        {
            assert!(matches!(parse(connections.clone()), Err(SpecError::InvalidValue { .. })), "{connections}");
        }
        let refused = parse(json!([[0], [1, 3]])).unwrap().infer("c3", &[&Shape::new(&[1, 3, 4, 4])]).unwrap_err();
        assert_eq!(refused, ShapeError::NoSuchChannel { node: "c3".into(), channel: 3, channels: 3 });
        let grouped = json!({"out_channels": 2, "kernel_size": 3, "connections": [[0], [1]], "groups": 2});
        let refused = super::super::parse(&mut Fields::new("layers[0]", &grouped).unwrap()).unwrap_err();
        assert!(refused.to_string().starts_with("layers[0].groups: 2 is not possible here"), "{refused}");
    }
}
