//! A short check of an adapter: it trains a tiny network one step, and the scalar kernels do the same.

use std::rc::Rc;

use crate::autodiff::differentiate;
use crate::backend::cpu::Kernels;
use crate::backend::wgpu::Wgpu;
use crate::core::error::{DeviceError, Doing, Error};
use crate::core::layout::Layout;
use crate::core::rng::{Rng, Stream};
use crate::core::shape::Shape;
use crate::executor::AnyExecutor;
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::operator::{Operator, Window};
use crate::ir::program::{Located, ProgramId};
use crate::ops::conv2d::Conv2d;
use crate::ops::flatten::Flatten;
use crate::ops::linear::Linear;
use crate::ops::max_pool2d::MaxPool2d;
use crate::ops::relu::Relu;
use crate::plan::{Builder, Plan};

/// Largest allowed difference, relative to the largest magnitude of a tensor. A driver that is wrong is wrong by far more; one that
/// contracts products and sums differently by far less.
const ALLOWED: f64 = 1e-4;

/// Compares convolution, pooling and linear layers, forward and backward, with those of the CPU.
///
/// # Errors
/// [`DeviceError::SelfCheckFailed`], or what the device reports.
pub async fn self_check(wgpu: &Wgpu) -> Result<(), DeviceError> {
    let network = tiny_network(wgpu.has_chip_passes()).map_err(|error| internal(&error))?;
    let mut here = AnyExecutor::wgpu(wgpu.clone(), &network.plan, &[]).await?;
    let mut reference = AnyExecutor::cpu(Kernels::Simd, &network.plan, &[]).await?;
    let mut random = Rng::new(1, Stream::Parameters);
    for place in inputs(&network) {
        let values: Vec<f32> = (0..place.shape.count()).map(|_| random.symmetric(1.0) as f32).collect();
        for executor in [&mut here, &mut reference] {
            executor.write_value("input", &place, &values).map_err(|error| internal(&error))?;
        }
    }
    here.run(network.program)?;
    reference.run(network.program)?;
    for (kernel, place) in outputs(&network) {
        let (found, expected) = (here.read_value(&place).await?, reference.read_value(&place).await?);
        let largest = expected.iter().fold(0.0, |largest: f64, &value| largest.max(f64::from(value).abs()));
        let allowed = ALLOWED * largest;
        let difference = |(&a, &b): (&f32, &f32)| (f64::from(a) - f64::from(b)).abs();
        let errors = found.iter().zip(&expected).map(difference);
        // Not `max`, which would let a NaN pass.
        let largest_error = errors.fold(0.0, |largest: f64, error| if error <= largest { largest } else { error });
        if largest_error.is_nan() || largest_error > allowed {
            return Err(DeviceError::SelfCheckFailed { kernel: kernel.to_owned(), largest_error, allowed });
        }
    }
    Ok(())
}

/// An error that only a bug in the check itself can cause.
fn internal(error: &Error) -> DeviceError {
    DeviceError::DeviceFailed { what: Doing::SelfCheck, name: None, reason: error.to_string() }
}

/// The network of the check, planned.
struct TinyNetwork {
    plan: Plan,
    program: ProgramId,
    /// What to fill besides the parameters.
    inputs: [Located; 2],
    /// What to compare, by the kernel that made it.
    outputs: [(&'static str, Located); 2],
}

/// Two convolutions (of one channel, and of several), a pooling and a linear layer, with sizes that leave tails everywhere; for a chip so large that
/// the second convolution takes its passes.
fn tiny_network(chip: bool) -> Result<TinyNetwork, Error> {
    let mut graph = Graph::default();
    let ([batch, height, width], channels) = if chip { ([19, 35, 37], [12, 21]) } else { ([5, 11, 9], [6, 10]) };
    let input = graph.add("x", Shape::new(&[batch, 1, height, width]), Layout::Activation, false, Role::Input);
    let window = |kernel_size, stride, padding| Window {
        kernel_size: [kernel_size; 2],
        stride: [stride; 2],
        padding: [padding; 2],
        dilation: [1; 2],
    };
    let convolution = |out_channels, window| -> Rc<dyn Operator> { Rc::new(Conv2d { out_channels, window, groups: 1, bias: true }) };
    let mut apply = |name: &str, operator: Rc<dyn Operator>, x: ValueId| graph.apply(name, operator, &[x]);
    let convolved = apply("conv1", convolution(channels[0], window(5, 1, 2)), input)?;
    let x = apply("relu1", Rc::new(Relu), convolved)?;
    let x = apply("pool1", Rc::new(MaxPool2d { window: window(2, 2, 0), ceil_mode: false }), x)?;
    let convolved_again = apply("conv2", convolution(channels[1], window(3, 1, 0)), x)?;
    let x = apply("flatten", Rc::new(Flatten), convolved_again)?;
    let result = apply("fc", Rc::new(Linear { out_features: 7, bias: true }), x)?;
    let dy = graph.add("dy", graph.shape(result).clone(), Layout::Activation, false, Role::Input);
    differentiate(&mut graph, &[(result, dy)], &[])?;
    let mut builder = Builder::default();
    let built = builder.program("self-check", graph, &[result, convolved_again]);
    let outputs = [("conv2d.forward", built.at(convolved_again)), ("linear.forward", built.at(result))];
    Ok(TinyNetwork { plan: builder.finish(batch), program: built.program, inputs: [input, dy].map(|id| built.at(id)), outputs })
}

fn inputs(network: &TinyNetwork) -> Vec<Located> {
    let TinyNetwork { plan, inputs, .. } = network;
    inputs.iter().cloned().chain(plan.parameters.iter().map(|parameter| plan.parameter_place(parameter, 0))).collect()
}

fn outputs(network: &TinyNetwork) -> Vec<(&'static str, Located)> {
    let TinyNetwork { plan, outputs, .. } = network;
    let gradients = plan.parameters.iter().map(|parameter| {
        let kernel = match parameter.name.split_once('.') {
            Some(("fc", "weight")) => "linear.weight_gradient",
            Some(("fc", _)) => "linear.bias_gradient",
            // The first layer's gradients have come through all the others.
            Some((_, "weight")) => "conv2d.weight_gradient",
            _ => "conv2d.bias_gradient",
        };
        (kernel, plan.parameter_place(parameter, 1))
    });
    outputs.iter().cloned().chain(gradients).collect()
}
