//! Programs and their authors: what is computed of a network, as graphs that [`crate::plan`] gives memory.

pub mod guard;
pub mod metrics;

use std::collections::HashMap;

use self::metrics::MetricsParams;
use crate::autodiff::{differentiate, differentiate_values};
use crate::core::error::ShapeError;
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::data::Data;
use crate::data::clutter::{self, CLUTTER, ClutterParams};
use crate::data::dataset::SIDE;
use crate::data::gather::{GATHER, GatherParams};
use crate::data::mnist::{DEVIATION, MEAN};
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::program::Program;
use crate::network::{add_images, apply_layers, apply_network, spec::Spec};
use crate::ops::softmax_cross_entropy::SoftmaxCrossEntropy;
use crate::optim::hyper::{self, StepParams};
use crate::optim::{Decay, Optimizer, clip};
use crate::plan::{Builder, OPTIMIZER, Plan, PlannedParameter, lower, names};

impl Plan {
    /// Plans training, evaluation and prediction of a specification at its batch size.
    ///
    /// # Errors
    /// A layer that does not fit, or a network that does not end in one row of logits an image.
    pub fn for_training(spec: &Spec) -> Result<Self, ShapeError> {
        let batch = spec.training.batch_size;
        let mut builder = Builder::default();
        let train = builder.program(training_graph(spec, batch)?, &[]);
        let (graph, logits) = evaluation_graph(spec, batch)?;
        let name = graph.value(logits).name.clone();
        let mut evaluate = builder.program(graph, &[logits]);
        evaluate.rename(&name, names::LOGITS);
        let predict = prediction_program(&mut builder, spec, spec.data)?;
        let mut plan = builder.finish();
        (plan.train, plan.evaluate, plan.predict) = (train, evaluate, predict);
        (plan.batch, plan.classes) = (batch, spec.data.classes());
        plan.places = if spec.data == Data::Mnist { 1 } else { SIDE * SIDE };
        Ok(plan)
    }

    /// Plans a training step without the optimizer, whose logits and loss can be read. It repeats: no step changes a parameter.
    ///
    /// # Errors
    /// Those of [`Plan::for_dataset`].
    #[cfg(feature = "check")]
    pub fn for_check(spec: &Spec) -> Result<Self, ShapeError> {
        Self::check_images(spec)?;
        let batch = spec.training.batch_size;
        let (mut graph, [logits, loss]) = gradient_graph(spec, batch)?;
        for (id, name) in [(logits, names::LOGITS), (loss, names::LOSS)] {
            name.clone_into(&mut graph.values[id.0].name);
        }
        let mut builder = Builder::default();
        let train = builder.program(graph, &[logits, loss]);
        Ok(Self { train, batch, classes: spec.data.classes(), ..builder.finish() })
    }

    /// Plans the way of one image through a specification, and nothing else. Parameters lie in pieces, and there are no gradients.
    ///
    /// # Errors
    /// A layer that does not fit.
    pub fn for_inference(spec: &Spec) -> Result<Self, ShapeError> {
        let mut builder = Builder::for_inference();
        let predict = prediction_program(&mut builder, spec, Data::Mnist)?;
        let mut plan = builder.finish();
        (plan.predict, plan.batch) = (predict, 1);
        Ok(plan)
    }

    /// Plans a specification as [`Plan::for_training`] does, for a data set's images.
    ///
    /// # Errors
    /// [`ShapeError::ShapesDiffer`] for an input that is not of their size, and those of [`Plan::for_training`].
    pub fn for_dataset(spec: &Spec) -> Result<Self, ShapeError> {
        let plan = Self::for_training(spec)?;
        Self::check_images(spec).map(|()| plan)
    }

    /// Refuses an input that is not of the size of a data set's images: the gathering kernel would read on behind the last of them.
    ///
    /// # Errors
    /// [`ShapeError::ShapesDiffer`].
    fn check_images(spec: &Spec) -> Result<(), ShapeError> {
        let (left, right) = (Shape::new(&spec.input), Shape::new(&[1, SIDE, SIDE]));
        let differ = || ShapeError::ShapesDiffer { node: "input".into(), left: left.to_string(), right: right.to_string() };
        if left == right { Ok(()) } else { Err(differ()) }
    }

    /// Plans a specification as [`Plan::for_dataset`] does, or refuses one that needs more memory than there is.
    ///
    /// # Errors
    /// [`ShapeError::TooLarge`] with the largest batch size that fits (0 when none does), and those of [`Plan::for_dataset`].
    pub fn within_memory(spec: &Spec, limit_bytes: u64) -> Result<Self, ShapeError> {
        let plan = Self::for_dataset(spec)?;
        let needed_bytes = plan.bytes();
        if needed_bytes <= limit_bytes {
            return Ok(plan);
        }
        let fits = |batch_size: usize| {
            let training = crate::network::spec::Training { batch_size, ..spec.training.clone() };
            let smaller = Spec { training, ..spec.clone() };
            Self::for_training(&smaller).is_ok_and(|plan| plan.bytes() <= limit_bytes)
        };
        let (mut largest_batch, mut too_large) = (0, spec.training.batch_size);
        while too_large - largest_batch > 1 {
            let middle = largest_batch + (too_large - largest_batch) / 2;
            if fits(middle) { largest_batch = middle } else { too_large = middle }
        }
        Err(ShapeError::TooLarge { node: spec.name.clone(), needed_bytes, limit_bytes, largest_batch })
    }

    /// The table of parameters that a weight decay leaves alone, as [`names::UNDECAYED`] holds it.
    pub fn undecayed(&self, decay: Decay) -> Vec<u32> {
        let blocks = |parameter: &PlannedParameter| parameter.spec.layout.stored_len(&parameter.spec.shape).div_ceil(hyper::BLOCK);
        let words = self.parameters.iter().flat_map(|parameter| vec![u32::from(!decay.reaches(&parameter.spec)); blocks(parameter)]);
        words.collect()
    }
}

/// Adds the calls that gather a batch by the indices the host wrote, and returns `(images, targets)`.
fn add_gather(graph: &mut Graph, spec: &Spec, batch: usize) -> Result<(ValueId, ValueId), ShapeError> {
    let [channels, height, width] = spec.input;
    // What lies under a digit is drawn for images of MNIST's size.
    let (fits, needed) = match spec.data {
        Data::Mnist => (channels == 1, "[1, height, width]"),
        Data::ClutteredMnist => (spec.input == [1, SIDE, SIDE], "[1, 28, 28]"),
    };
    if !fits {
        return Err(ShapeError::ImagesMismatch { node: "input".into(), shape: Shape::new(&spec.input).to_string(), needed });
    }
    let pixels = height * width;
    let words = |graph: &mut Graph, name: &str, len: usize, role| graph.add(name, Shape::new(&[len]), Layout::Activation, true, role);
    // The data set is external: its length is that of whatever the trainer binds.
    let data = words(graph, names::IMAGES, 1, Role::State);
    let labels = words(graph, names::LABELS, 1, Role::State);
    let indices = words(graph, names::INDICES, batch, Role::State);
    let images = add_images(graph, spec, batch, Role::Temporary)?;
    if spec.data == Data::ClutteredMnist {
        let random =
            if graph.training { graph.random() } else { graph.state(names::NOT_RANDOM, &Shape::new(&[4]), Layout::Channels, true) };
        let targets = add_clutter(graph, [data, labels, indices, random], images, 1);
        return Ok((images, targets));
    }
    let targets = words(graph, names::TARGETS, batch, Role::Temporary);
    let params = GatherParams { batch: batch as u32, pixels: pixels as u32, mean: MEAN, deviation: DEVIATION };
    graph.call("input", &GATHER, bytemuck::bytes_of(&params), &[data, labels, indices, images, targets]);
    Ok((images, targets))
}

/// Adds the call that puts clutter under `sources` (images, labels, indices, random words), and returns each pixel's class. With a `step` of 0 there
/// is a single image, and the indices only say what is drawn.
fn add_clutter(graph: &mut Graph, sources: [ValueId; 4], images: ValueId, step: u32) -> ValueId {
    let [batch, _, height, width] = graph.shape(images).nchw();
    let targets = graph.add(names::TARGETS, Shape::new(&[batch, height, width]), Layout::Activation, true, Role::Temporary);
    let params = ClutterParams {
        batch: batch as u32,
        height: height as u32,
        width: width as u32,
        step,
        mean: MEAN,
        deviation: DEVIATION,
        noise: clutter::NOISE,
        unused: 0,
    };
    let [data, labels, indices, random] = sources;
    graph.call("input", &CLUTTER, bytemuck::bytes_of(&params), &[data, labels, indices, random, images, targets]);
    targets
}

/// Adds the loss of one output, and returns it with the loss of each item.
fn add_cross_entropy(
    graph: &mut Graph,
    node: &str,
    logits: ValueId,
    targets: ValueId,
    data: Data,
) -> Result<(ValueId, ValueId), ShapeError> {
    let (name, shape) = (&graph.value(logits).name, graph.shape(logits));
    let (needed, fix) = match data {
        Data::Mnist => (2, "end the network in flatten and a linear layer"),
        Data::ClutteredMnist => (4, "end the network in a convolution"),
    };
    if shape.rank() != needed {
        return Err(ShapeError::RankMismatch { node: name.clone(), needed, also: None, shape: shape.to_string(), fix });
    }
    let (found, classes) = (shape.nchw()[1], data.classes());
    if found != classes {
        return Err(ShapeError::ClassesMismatch { node: name.clone(), shape: format!("[{found}]"), classes });
    }
    let loss = graph.apply(node, std::rc::Rc::new(SoftmaxCrossEntropy::default()), &[logits, targets])?;
    Ok((loss, graph.nodes[graph.nodes.len() - 1].outputs[1]))
}

/// Adds loss and metrics on top of the network, and returns the loss.
fn add_loss(graph: &mut Graph, logits: ValueId, targets: ValueId, data: Data, confusion: bool) -> Result<ValueId, ShapeError> {
    let (loss, items) = add_cross_entropy(graph, "loss", logits, targets, data)?;
    let [batch, classes, height, width] = graph.shape(logits).nchw();
    let sums_shape = Shape::new(&[metrics::sums_len(classes)]);
    let sums = graph.add(if confusion { names::EVALUATION_SUMS } else { names::SUMS }, sums_shape, Layout::Activation, true, Role::State);
    let params = MetricsParams {
        rows: (batch * height * width) as u32,
        channels: classes as u32,
        channel_stride: channel_stride(classes) as u32,
        confusion: confusion.into(),
    };
    graph.call("metrics", &metrics::ACCUMULATE, bytemuck::bytes_of(&params), &[logits, targets, items, sums]);
    Ok(loss)
}

fn training_graph(spec: &Spec, batch: usize) -> Result<Graph, ShapeError> {
    let (mut graph, _) = gradient_graph(spec, batch)?;
    add_optimizer(&mut graph, &spec.training.optimizer);
    Ok(graph)
}

/// A training step up to its gradients, and the values of its logits and loss.
fn gradient_graph(spec: &Spec, batch: usize) -> Result<(Graph, [ValueId; 2]), ShapeError> {
    let mut graph = Graph { training: true, ..Graph::default() };
    let (images, targets) = add_gather(&mut graph, spec, batch)?;
    let images = spec.training.augmentation.apply(&mut graph, images);
    let outputs = apply_network(&mut graph, spec, images, true)?;
    lower::check_arena(&graph)?;
    let loss = add_loss(&mut graph, outputs.output, targets, spec.data, false)?;
    let mut losses = vec![(loss, 1.0)];
    for ((logits, weight), head) in outputs.heads.into_iter().zip(&spec.heads) {
        losses.push((add_cross_entropy(&mut graph, &format!("{}.loss", head.name), logits, targets, spec.data)?.0, weight));
    }
    // What is minimised is the weighted sum: its gradient with respect to a loss is that loss's weight.
    let weigh = |(loss, weight): (ValueId, f64)| {
        (loss, graph.add(format!("weight {weight}"), Shape::new(&[1]), Layout::Activation, false, Role::Constant(weight as f32)))
    };
    let seeds: Vec<(ValueId, ValueId)> = losses.into_iter().map(weigh).collect();
    differentiate(&mut graph, &seeds, &[])?;
    Ok((graph, [outputs.output, loss]))
}

/// Adds the optimizer's step over the arenas, after the norm of the gradients where that is to be clipped.
pub(crate) fn add_optimizer(graph: &mut Graph, optimizer: &Optimizer) {
    let len = lower::arena_len(graph);
    if len == 0 {
        return;
    }
    let vector = |graph: &mut Graph, name: &str, len: usize, role| graph.add(name, Shape::new(&[len]), Layout::Activation, false, role);
    let gradients = vector(graph, "gradients", len, Role::GradientArena);
    let hyper = vector(graph, names::HYPER, hyper::LEN, Role::State);
    let table = Shape::new(&[len / hyper::BLOCK]);
    let undecayed = graph.add(names::UNDECAYED, table, Layout::Activation, true, Role::State);
    let parameters = vector(graph, "parameters", len, Role::ParameterArena);
    let mut arguments = vec![gradients, hyper, undecayed, parameters];
    arguments.extend(names::STATES[..optimizer.states()].iter().map(|name| vector(graph, name, len, Role::State)));
    let over = |len: usize| StepParams { len: len as u32, unused: [0; 3] };
    let params = over(len);
    let params = bytemuck::bytes_of(&params);
    if let Some(sums) = graph.values.iter().position(|value| value.role == Role::State && value.name == names::SUMS) {
        let mut checked = Vec::new();
        for node in graph.nodes.iter().filter(|node| node.operator.hides_infinity()) {
            let input = node.inputs[0];
            let maker = graph.nodes.iter().find(|node| node.outputs[0] == input);
            if !checked.contains(&input) && maker.is_none_or(|maker| !maker.operator.is_finite_or_nan()) {
                checked.push(input);
            }
        }
        // Last, since what comes from several workers is checked after activations are.
        checked.push(gradients);
        let last = checked.len() - 1;
        for (place, checked) in checked.into_iter().enumerate() {
            let params = guard::params(lower::stored_len(graph, checked), place == last);
            graph.call(OPTIMIZER, &guard::CHECK, bytemuck::bytes_of(&params), &[checked, ValueId(sums), hyper]);
        }
    }
    if optimizer.clip_grad_norm.is_some() {
        graph.call(OPTIMIZER, &clip::NORM, params, &[gradients, hyper]);
    }
    graph.call(OPTIMIZER, optimizer.kernel(), params, &arguments);
}

fn evaluation_graph(spec: &Spec, batch: usize) -> Result<(Graph, ValueId), ShapeError> {
    let mut graph = Graph::default();
    let (images, targets) = add_gather(&mut graph, spec, batch)?;
    let logits = apply_layers(&mut graph, spec, images)?;
    add_loss(&mut graph, logits, targets, spec.data, true)?;
    Ok((graph, logits))
}

/// The way of one image to its logits. Of cluttered data the host writes the image's bytes and reads what the network saw; it has no label.
fn prediction_program(builder: &mut Builder, spec: &Spec, data: Data) -> Result<Program, ShapeError> {
    let mut graph = Graph::default();
    let (images, _) = add_single_image(&mut graph, spec, data)?;
    let logits = apply_layers(&mut graph, spec, images)?;
    lower::check_arena(&graph)?;
    let name = graph.value(logits).name.clone();
    let mut program = builder.program(graph, &[images, logits]);
    program.rename(&name, names::LOGITS);
    Ok(program)
}

/// Adds the value of one image that the host writes, or makes from the bytes that it writes where they are cluttered; and then its classes too.
fn add_single_image(graph: &mut Graph, spec: &Spec, data: Data) -> Result<(ValueId, Option<ValueId>), ShapeError> {
    if data == Data::Mnist {
        return Ok((add_images(graph, spec, 1, Role::Input)?, None));
    }
    let mut words = |name, len| graph.state(name, &Shape::new(&[len]), Layout::Channels, true);
    let (pixels, draw, label) = (words(names::PIXELS, SIDE * SIDE / 4), words(names::DRAW, 1), words(names::LABEL, 1));
    let zeros = words(names::NOT_RANDOM, 4);
    let images = add_images(graph, spec, 1, Role::Temporary)?;
    let targets = add_clutter(graph, [pixels, label, draw, zeros], images, 0);
    Ok((images, Some(targets)))
}

/// What is asked of every value of a network for one image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Probe {
    /// The value itself.
    Activations,
    /// The gradient of the loss for a label.
    Gradients,
    /// Of the image alone: the gradient of what the host writes to [`names::SEED`] times this node's values.
    Unit(String),
}

impl Plan {
    /// Plans one image's way through a specification in evaluation, and back where a gradient is asked for, with every node's value kept. Its program is
    /// [`Plan::predict`], and the map says under which name each node's value, or its gradient, lies there.
    ///
    /// # Errors
    /// A layer that does not fit, and [`ShapeError::NotDifferentiable`].
    pub fn for_probe(spec: &Spec, probe: &Probe) -> Result<(Self, HashMap<String, String>), ShapeError> {
        let mut graph = Graph::default();
        let (images, targets) = add_single_image(&mut graph, spec, spec.data)?;
        let logits = apply_layers(&mut graph, spec, images)?;
        let outputs = graph.nodes.iter().map(|node| (node.name.clone(), node.outputs[0]));
        let values: Vec<(String, ValueId)> = std::iter::once((names::INPUT.to_owned(), images)).chain(outputs).collect();
        let of: Vec<ValueId> = values.iter().map(|(_, id)| *id).collect();
        let mut keep = of.clone();
        let mut places = values.clone();
        match probe {
            Probe::Activations => (),
            Probe::Gradients => {
                let targets = targets.unwrap_or_else(|| graph.state(names::LABEL, &Shape::new(&[1]), Layout::Channels, true));
                let (loss, _) = add_cross_entropy(&mut graph, "loss", logits, targets, spec.data)?;
                let one = graph.add("weight 1", Shape::new(&[1]), Layout::Activation, false, Role::Constant(1.0));
                let made = differentiate_values(&mut graph, &[(loss, one)], &of)?;
                places = values.into_iter().filter_map(|(name, id)| Some((name, *made.get(&id)?))).collect();
            }
            Probe::Unit(node) => {
                let Some((_, of)) = values.iter().find(|(name, _)| name == node) else { return Ok((Self::default(), HashMap::new())) };
                let shape = graph.shape(*of).clone();
                let seed = graph.add(names::SEED, shape, Layout::Activation, false, Role::Input);
                let made = differentiate_values(&mut graph, &[(*of, seed)], &[images])?;
                places = made.get(&images).map(|&id| (names::INPUT.to_owned(), id)).into_iter().collect();
            }
        }
        keep.extend(places.iter().map(|(_, id)| *id));
        let places = places.into_iter().map(|(node, id)| {
            let value = &mut graph.values[id.0];
            // Several nodes may share a gradient, as the summands of an addition do; and a gradient's own name may be another's too.
            if *probe != Probe::Activations && value.role == Role::Temporary {
                value.name = format!("gradient {}", id.0);
            }
            (node, value.name.clone())
        });
        let places: HashMap<String, String> = places.collect();
        let mut builder = Builder::for_inference();
        let predict = builder.program(graph, &keep);
        let mut plan = builder.finish();
        plan.predict = predict;
        Ok((plan, places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::zoo::preset;

    #[test]
    fn what_does_not_fit_is_refused_with_the_largest_batch_that_does() {
        let mut spec = Spec::from_json(&preset("lenet5").unwrap().spec).unwrap();
        let bytes = |spec: &Spec, batch_size: usize| {
            let training = crate::network::spec::Training { batch_size, ..spec.training.clone() };
            Plan::for_training(&Spec { training, ..spec.clone() }).unwrap().bytes()
        };
        let limit = bytes(&spec, 100);
        assert!(Plan::within_memory(&spec, limit).is_ok());
        spec.training.batch_size = 4096;
        let refused = Plan::within_memory(&spec, limit).unwrap_err();
        assert!(matches!(refused, ShapeError::TooLarge { largest_batch: 100, .. }), "{refused}");
        assert!(matches!(Plan::within_memory(&spec, 1000), Err(ShapeError::TooLarge { largest_batch: 0, .. })));
    }
}
