//! Cases of whole networks: outputs, loss and every gradient, and then each node's output.

use std::collections::HashMap;

use super::adapter::{adapter, apply};
use super::case::{Activation, CaseError, LossCase, NetCase};
use super::check::Check;
use super::compare;
use super::device::Device;
use super::network::{Network, build};
use super::ops::add_input;
use super::report::Failure;
use super::running::Running;
use super::tensors::{Tensor, Tensors, Values};
use crate::autodiff::differentiate;
use crate::check::{RELATIVE, allowed};
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Role, ValueId};

pub(super) async fn run(device: &Device, case: &NetCase, tensors: &Tensors<'_>) -> Result<Vec<Failure>, CaseError> {
    let mut check = Check::new(&case.tensors, tensors);
    let forward = Forward::new(case, &mut check)?;
    gradients(device, case, forward, &mut check).await?;
    let forward = Forward::new(case, &mut check)?;
    let failures = activations(device, case, forward).await?;
    check.fail(failures);
    Ok(check.finish())
}

/// The network without its loss, and what the host writes before a run.
struct Forward {
    graph: Graph,
    network: Network,
    writes: Vec<(String, Tensor)>,
}

impl Forward {
    fn new(case: &NetCase, check: &mut Check<'_>) -> Result<Self, CaseError> {
        let mut graph = Graph { training: true, ..Graph::default() };
        let tensor = check.given("in.x")?;
        let x = add_input(&mut graph, "in.x", &tensor);
        let mut writes = vec![("in.x".to_owned(), tensor)];
        let network = build(&mut graph, &case.graph, x, check, !case.losses.is_empty())?;
        for (parameter, id) in &network.parameters {
            writes.push((graph.value(*id).name.clone(), check.given(&format!("param.{parameter}"))?));
        }
        for (statistic, id) in &network.statistics {
            writes.push((graph.value(*id).name.clone(), check.given(&format!("buffer.{statistic}"))?));
        }
        for (constant, id) in &network.constants {
            writes.push((graph.value(*id).name.clone(), check.given(constant)?));
        }
        Ok(Self { graph, network, writes })
    }
}

/// One term of the loss.
enum Term {
    /// Made by the device: value and weight.
    Made(ValueId, f64),
    /// `weight * sum(value * up)`, summed by the host.
    Dot(ValueId, Tensor, f64),
}

/// The terms of a loss, and the gradients that autodiff starts from.
#[derive(Default)]
struct Loss {
    terms: Vec<Term>,
    seeds: Vec<(ValueId, ValueId)>,
}

impl Loss {
    fn new(case: &NetCase, forward: &mut Forward, check: &mut Check<'_>) -> Result<Self, CaseError> {
        let mut loss = Self::default();
        let Forward { graph, network, writes } = forward;
        let mut dots: HashMap<ValueId, Vec<f32>> = HashMap::new();
        for (position, term) in case.losses.iter().enumerate() {
            match term {
                LossCase::SoftmaxCrossEntropy { input, target, class_weight, weight, attrs } => {
                    let mut inputs = vec![network.value(input)?];
                    for name in [Some(target), class_weight.as_ref()].into_iter().flatten() {
                        let (given, constant) = (format!("in.{name}"), format!("const.{name}"));
                        let name = if check.has(&given) { given } else { constant };
                        let tensor = check.given(&name)?;
                        inputs.push(add_input(graph, &format!("{name} {position}"), &tensor));
                        writes.push((format!("{name} {position}"), tensor));
                    }
                    let adapter = adapter("softmax_cross_entropy")?;
                    let applied = apply(adapter, graph, &format!("loss {position}"), attrs, &inputs, &[])?;
                    let (value, shape) = (applied.outputs[0], graph.shape(applied.outputs[0]).clone());
                    let seed = graph.add("weight", shape, Layout::Activation, false, Role::Constant(*weight as f32));
                    loss.seeds.push((value, seed));
                    loss.terms.push(Term::Made(value, *weight));
                }
                LossCase::Dot { input, up, weight } => {
                    let (value, tensor) = (network.value(input)?, check.given(up)?);
                    let Values::Floats(floats) = &tensor.values else { return Err(CaseError::Malformed(format!("{up} must be floats"))) };
                    if tensor.shape != *graph.shape(value) {
                        let (found, expected) = (tensor.shape.to_string(), graph.shape(value).to_string());
                        return Err(CaseError::TensorDiffers { tensor: up.clone(), found, expected });
                    }
                    let total = dots.entry(value).or_insert_with(|| vec![0.0; floats.len()]);
                    total.iter_mut().zip(floats).for_each(|(total, up)| *total += *weight as f32 * up);
                    loss.terms.push(Term::Dot(value, tensor, *weight));
                }
            }
        }
        for (value, floats) in dots {
            let (name, shape) = (format!("up {}", value.0), graph.shape(value).clone());
            let tensor = Tensor { shape, values: Values::Floats(floats) };
            loss.seeds.push((value, add_input(graph, &name, &tensor)));
            writes.push((name, tensor));
        }
        Ok(loss)
    }
}

/// Outputs, loss and gradients, with the planner free to fuse and to share memory.
async fn gradients(device: &Device, case: &NetCase, mut forward: Forward, check: &mut Check<'_>) -> Result<(), CaseError> {
    let loss = Loss::new(case, &mut forward, check)?;
    let Forward { mut graph, network, writes } = forward;
    let x = network.value("x")?;
    let also: &[ValueId] = if check.has("grad.x") { &[x] } else { &[] };
    let made = differentiate(&mut graph, &loss.seeds, also)?;

    let mut keep: Vec<ValueId> = case.outputs.iter().map(|name| network.value(name)).collect::<Result<_, _>>()?;
    keep.extend(loss.terms.iter().map(|term| match term {
        Term::Made(value, _) | Term::Dot(value, ..) => *value,
    }));
    let mut wanted: Vec<(&str, ValueId)> = network.parameters.iter().map(|(name, id)| (name.as_str(), *id)).collect();
    wanted.extend(also.iter().map(|&x| ("x", x)));
    let wanted: Vec<(&str, ValueId)> = wanted.into_iter().filter_map(|(name, id)| Some((name, *made.get(&id)?))).collect();
    keep.extend(wanted.iter().map(|&(_, id)| id));
    let names: HashMap<ValueId, String> = keep.iter().map(|&id| (id, graph.value(id).name.clone())).collect();

    let statistics: Vec<(String, String)> =
        network.statistics.iter().map(|(name, id)| (format!("buffer_after.{name}"), graph.value(*id).name.clone())).collect();
    let mut running = Running::start(device, graph, &keep).await?;
    for (name, tensor) in &writes {
        running.write(name, tensor)?;
    }
    running.run()?;
    for (name, value) in statistics.iter().filter(|(name, _)| check.has(name)).collect::<Vec<_>>() {
        check.result(name, &running.read(value, false).await?)?;
    }
    for output in &case.outputs {
        check.result(&format!("out.{output}"), &running.read(&names[&network.value(output)?], false).await?)?;
    }
    let mut total = 0.0;
    for term in &loss.terms {
        total += match term {
            Term::Made(value, weight) => weight * floats(&running.read(&names[value], false).await?).sum::<f64>(),
            Term::Dot(value, up, weight) => {
                let value = running.read(&names[value], false).await?;
                weight * floats(&value).zip(floats(up)).map(|(value, up)| value * up).sum::<f64>()
            }
        };
    }
    if case.losses.is_empty() {
        return Ok(());
    }
    check.result("out.loss", &Tensor { shape: Shape::new(&[1]), values: Values::Floats(vec![total as f32]) })?;
    for (name, id) in wanted {
        compare_gradient(case, name, &running.read(&names[&id], false).await?, check)?;
    }
    Ok(())
}

fn floats(tensor: &Tensor) -> impl Iterator<Item = f64> {
    let floats: &[f32] = if let Values::Floats(floats) = &tensor.values { floats } else { &[] };
    floats.iter().map(|&x| x.into())
}

/// Compares a gradient with whatever the case has of it: all values, every so many, the norm.
fn compare_gradient(case: &NetCase, name: &str, gradient: &Tensor, check: &mut Check<'_>) -> Result<(), CaseError> {
    let (whole, sampled) = (format!("grad.{name}"), format!("gradsample.{name}"));
    if check.has(&whole) {
        check.result(&whole, gradient)?;
    }
    if let Some(sample) = case.grad_samples.get(name) {
        let values: Vec<f32> = floats(gradient).step_by(sample.stride.max(1)).take(sample.count).map(|x| x as f32).collect();
        check.result(&sampled, &Tensor { shape: Shape::new(&[values.len()]), values: Values::Floats(values) })?;
    }
    if let Some(norm) = case.grad_norms.get(name) {
        let l2 = floats(gradient).map(|x| x * x).sum::<f64>().sqrt();
        check.fail(compare::number(&format!("grad_norms.{name}"), l2, norm.l2, norm.atol, 1e-5));
    }
    Ok(())
}

/// Every node's output, with nothing fused and no memory shared: the first that differs shows where an error comes from.
async fn activations(device: &Device, case: &NetCase, forward: Forward) -> Result<Option<Failure>, CaseError> {
    let Forward { graph, network, writes } = forward;
    let kept: Vec<(&Activation, ValueId)> =
        case.activations.iter().map(|row| Ok((row, network.value(&row.0)?))).collect::<Result<_, CaseError>>()?;
    let keep: Vec<ValueId> = kept.iter().map(|&(_, id)| id).collect();
    let names: Vec<String> = keep.iter().map(|&id| graph.value(id).name.clone()).collect();
    let mut running = Running::start(device, graph, &keep).await?;
    for (name, tensor) in &writes {
        running.write(name, tensor)?;
    }
    running.run()?;
    let mut first = None;
    for ((row, _), name) in kept.iter().zip(&names) {
        let tensor = running.read(name, false).await?;
        first = first.or_else(|| compare_activation(row, &tensor));
    }
    Ok(first)
}

fn compare_activation(row: &Activation, tensor: &Tensor) -> Option<Failure> {
    let Activation(node, shape, l2, mean, value, f32_error) = row;
    let name = |what: &str| format!("activations.{node}.{what}");
    if tensor.shape != Shape::new(shape) {
        let message = format!("the shape is {}, expected {}", tensor.shape, Shape::new(shape));
        return Some(Failure::message(name("shape"), message));
    }
    let count = tensor.shape.count() as f64;
    let largest = floats(tensor).fold(0.0, |largest: f64, x| largest.max(x.abs()));
    // As every result is compared; norm and mean sum that up.
    let atol = allowed(*f32_error, largest);
    let norm = floats(tensor).map(|x| x * x).sum::<f64>().sqrt();
    let first = floats(tensor).next().unwrap_or(0.0);
    compare::number(&name("l2"), norm, *l2, atol * count.sqrt(), RELATIVE)
        .or_else(|| compare::number(&name("mean"), floats(tensor).sum::<f64>() / count, *mean, atol, RELATIVE))
        .or_else(|| compare::number(&name("first"), first, *value, atol, RELATIVE))
}
