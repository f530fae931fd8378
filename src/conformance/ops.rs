//! Cases of one operator: its outputs, and the gradients for given gradients of the outputs.

use super::adapter::{adapter, apply};
use super::case::{CaseError, OpCase};
use super::check::Check;
use super::device::Device;
use super::report::Failure;
use super::running::Running;
use super::tensors::{Tensor, Tensors};
use crate::autodiff::differentiate;
use crate::core::layout::Layout;
use crate::ir::graph::{Graph, Role, ValueId};

/// Adds a value that the host fills with this tensor.
pub(super) fn add_input(graph: &mut Graph, name: &str, tensor: &Tensor) -> ValueId {
    graph.add(name, tensor.shape.clone(), Layout::Activation, tensor.words(), Role::Input)
}

pub(super) async fn run(device: &Device, case: &OpCase, tensors: &Tensors<'_>) -> Result<Vec<Failure>, CaseError> {
    let adapter = adapter(&case.op)?;
    let mut check = Check::new(&case.tensors, tensors);
    let mut graph = Graph { training: true, ..Graph::default() };
    let mut writes: Vec<(String, Tensor)> = Vec::new();

    let optional = adapter.optional_inputs.iter().filter(|role| check.has(&format!("in.{role}")));
    let inputs: Vec<&str> = adapter.inputs.iter().chain(optional).copied().collect();
    let mut input_ids = Vec::new();
    for role in &inputs {
        let name = format!("in.{role}");
        let tensor = check.given(&name)?;
        input_ids.push(add_input(&mut graph, &name, &tensor));
        writes.push((name, tensor));
    }
    let mut parameters = Vec::new();
    let mut parameter_tensors = Vec::new();
    for role in check.names("in.").into_iter().filter(|role| !inputs.contains(role) && !adapter.statistics.contains(role)) {
        let tensor = check.given(&format!("in.{role}"))?;
        parameters.push((role.to_owned(), tensor.shape.clone()));
        parameter_tensors.push((role, tensor));
    }
    let applied = apply(adapter, &mut graph, &case.op, &case.attrs, &input_ids, &parameters)?;
    let mut sources: Vec<(&str, ValueId)> = inputs.iter().copied().zip(input_ids.iter().copied()).collect();
    for (role, tensor) in parameter_tensors {
        if let Some((_, id)) = applied.parameters.iter().find(|(known, _)| known == role) {
            writes.push((graph.value(*id).name.clone(), tensor));
            sources.push((role, *id));
        }
    }

    for (role, id) in &applied.statistics {
        writes.push((graph.value(*id).name.clone(), check.given(&format!("in.{role}"))?));
    }

    let mut seeds = Vec::new();
    for (output, &id) in adapter.outputs.iter().zip(&applied.outputs) {
        let name = format!("up.{output}");
        if !check.has(&name) {
            continue;
        }
        let tensor = check.given(&name)?;
        if tensor.shape != *graph.shape(id) {
            let (found, expected) = (tensor.shape.to_string(), graph.shape(id).to_string());
            return Err(CaseError::TensorDiffers { tensor: name, found, expected });
        }
        seeds.push((id, add_input(&mut graph, &name, &tensor)));
        writes.push((name, tensor));
    }
    let wanted: Vec<ValueId> = sources.iter().filter(|(role, _)| check.has(&format!("grad.{role}"))).map(|&(_, id)| id).collect();
    let gradients = differentiate(&mut graph, &seeds, &wanted)?;

    let outputs = adapter.outputs.iter().zip(&applied.outputs).map(|(output, &id)| (format!("out.{output}"), id));
    let outputs = outputs.chain(applied.statistics.iter().map(|(role, id)| (format!("out.{role}"), *id)));
    let made = sources.iter().filter_map(|(role, id)| Some((format!("grad.{role}"), *gradients.get(id)?)));
    let results: Vec<(String, ValueId)> = outputs.chain(made).filter(|(name, _)| check.has(name)).collect();
    let keep: Vec<ValueId> = results.iter().map(|&(_, id)| id).collect();
    let results: Vec<(String, String, bool)> =
        results.into_iter().map(|(name, id)| (name, graph.value(id).name.clone(), graph.value(id).words)).collect();

    let mut running = Running::start(device, graph, &keep).await?;
    for (name, tensor) in &writes {
        running.write(name, tensor)?;
    }
    running.run()?;
    for (name, value, words) in &results {
        check.result(name, &running.read(value, *words).await?)?;
    }
    Ok(check.finish())
}
