//! Cases of an optimizer: given gradients, step by step, over the real arenas.

use serde_json::Value;

use super::case::{CaseError, OptimCase};
use super::check::Check;
use super::device::Device;
use super::report::Failure;
use super::tensors::{Tensor, Tensors, Values};
use crate::core::error::SpecError;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Role};
use crate::ir::operator::ParameterSpec;
use crate::optim::Optimizer;
use crate::plan::Builder;
use crate::programs::optimizer::{OptimizerStep, add_optimizer};

/// The optimizer of this name; its attributes are the fields that a specification has.
pub(super) fn optimizer(name: &str, attributes: &Value) -> Result<Optimizer, CaseError> {
    let mut json = attributes.clone();
    let fields = json.as_object_mut().ok_or_else(|| CaseError::Malformed("an optimizer's attributes are an object".into()))?;
    fields.insert("type".into(), name.into());
    Optimizer::from_json(&json).map_err(|error| match error {
        SpecError::InvalidValue { path, .. } if path.ends_with(".type") => CaseError::Unknown { what: "optimizer", name: name.to_owned() },
        other => other.into(),
    })
}

pub(super) async fn run(device: &Device, case: &OptimCase, tensors: &Tensors<'_>) -> Result<Vec<Failure>, CaseError> {
    let mut optimizer = optimizer(&case.optimizer, &case.attrs)?;
    let mut check = Check::new(&case.tensors, tensors);
    let steps = case.lr_per_step.len();
    let mut graph = Graph::default();
    let mut runs = Vec::new();
    for name in check.names("in.p") {
        let parameter = check.given(&format!("in.p{name}"))?;
        let gradients = check.given(&format!("in.g{name}"))?;
        let (shape, of_all_steps) = (parameter.shape.clone(), [&[steps], parameter.shape.dims()].concat());
        if *gradients.shape.dims() != of_all_steps {
            let (found, expected) = (gradients.shape.to_string(), Shape::new(&of_all_steps).to_string());
            return Err(CaseError::TensorDiffers { tensor: format!("in.g{name}"), found, expected });
        }
        let id = graph.add(format!("p{name}"), shape.clone(), Layout::Channels, false, Role::Parameter);
        graph.parameters.push((id, ParameterSpec { role: "weight", shape: shape.clone(), layout: Layout::Channels, fan_in: 1 }));
        runs.push((name, all_floats(&parameter)?, all_floats(&gradients)?, shape, Vec::new()));
    }
    let values = add_optimizer(&mut graph, &optimizer, None);
    let values = values.ok_or_else(|| CaseError::Malformed("an optimizer's case has parameters".into()))?;
    let mut builder = Builder::default();
    let built = builder.program("step", graph, &[]);
    let plan = builder.finish(1);
    let hyper = OptimizerStep::of(&values, &built).hyper;

    let mut executor = device.executor(&plan, &[]).await?;
    for ((_, parameter, ..), planned) in runs.iter().zip(&plan.parameters) {
        executor.write_value(&planned.name, &plan.parameter_place(planned, 0), parameter)?;
    }
    for (step, &learning_rate) in case.lr_per_step.iter().enumerate() {
        *optimizer.live().learning_rate = learning_rate;
        executor.write_stored(hyper, &optimizer.hyper(step as u64, step == 0))?;
        for ((_, parameter, gradients, ..), planned) in runs.iter().zip(&plan.parameters) {
            let gradient = &gradients[step * parameter.len()..][..parameter.len()];
            executor.write_value(&planned.name, &plan.parameter_place(planned, 1), gradient)?;
        }
        executor.run(built.program)?;
        for ((.., made), planned) in runs.iter_mut().zip(&plan.parameters) {
            made.extend(executor.read_value(&plan.parameter_place(planned, 0)).await?);
        }
    }
    for (name, _, _, shape, made) in runs {
        let shape = Shape::new(&[&[steps], shape.dims()].concat());
        check.result(&format!("out.p{name}"), &Tensor { shape, values: Values::Floats(made) })?;
    }
    Ok(check.finish())
}

fn all_floats(tensor: &Tensor) -> Result<Vec<f32>, CaseError> {
    match &tensor.values {
        Values::Floats(floats) => Ok(floats.clone()),
        Values::Words(_) => Err(CaseError::Malformed("parameters and their gradients must be floats".into())),
    }
}
