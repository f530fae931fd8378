//! Two-dimensional max pooling.

#[cfg(feature = "harness")]
mod cases;
pub mod params;
mod scalar;
mod simd;

use std::rc::Rc;

use self::params::MaxPool2dParams;
use super::{Family, GRADIENT, RECTIFIED_GRADIENT, relu};
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, Window};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("max_pool2d", parse)],
    joins: &[],
    kernels: &[&FORWARD, &BACKWARD, &BACKWARD_RELU],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Max pooling.
#[doc = include_str!("max_pool2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct MaxPool2d {
    pub window: Window,
    pub ceil_mode: bool,
}

/// Reads the fields of a `max_pool2d` layer: `kernel_size`, and optionally `stride` (as the kernel), `padding` 0, `dilation` 1,
/// `ceil_mode` false.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    let kernel_size = fields.pair("kernel_size", 1, None)?;
    Ok(Rc::new(MaxPool2d { window: Window::read(fields, kernel_size, kernel_size)?, ceil_mode: fields.flag_or("ceil_mode", false)? }))
}

impl MaxPool2d {
    fn params(&self, x: &Shape, y: &Shape) -> MaxPool2dParams {
        let ([batch, channels, in_height, in_width], [_, _, out_height, out_width]) = (x.nchw(), y.nchw());
        let Window { kernel_size, stride, padding, dilation } = self.window;
        MaxPool2dParams {
            batch: batch as u32,
            channels: channels as u32,
            channel_stride: channel_stride(channels) as u32,
            in_height: in_height as u32,
            in_width: in_width as u32,
            out_height: out_height as u32,
            out_width: out_width as u32,
            kernel_height: kernel_size[0] as u32,
            kernel_width: kernel_size[1] as u32,
            stride_height: stride[0] as u32,
            stride_width: stride[1] as u32,
            padding_height: padding[0] as u32,
            padding_width: padding[1] as u32,
            dilation_height: dilation[0] as u32,
            dilation_width: dilation[1] as u32,
            unused: 0,
        }
    }
}

impl Operator for MaxPool2d {
    fn name(&self) -> &'static str {
        "max_pool2d"
    }

    fn short_name(&self) -> &'static str {
        "pool"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, c, height, width] = super::rank_4(node, inputs[0])?;
        let [out_height, out_width] = self.window.pooled_size(node, [height, width], self.ceil_mode)?;
        let output = OutputSpec::floats(&[n, c, out_height, out_width]);
        let argmax = OutputSpec { what: "argmax", words: true, ..output.clone() };
        Ok(vec![output, argmax])
    }

    fn window(&self) -> Option<Window> {
        Some(self.window)
    }

    fn hides_infinity(&self) -> bool {
        true
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y, argmax) = (node.inputs[0], node.outputs[0], node.outputs[1]);
        let params = self.params(graph.shape(x), graph.shape(y));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[x, y, argmax]);
    }

    // y = max of x over the window    dx[argmax] = sum of dy over the windows that chose it    keeps argmax
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None]);
        }
        let (x, y, argmax) = (node.inputs[0], node.outputs[0], node.outputs[1]);
        let params = self.params(graph.shape(x), graph.shape(y));
        let dx = graph.gradient_of(x);
        graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(&params), &[dy, argmax, dx]);
        Ok(vec![Some(dx)])
    }
}

const WGSL: &str = crate::core::wgsl::wgsl!("max_pool2d.wgsl");
const BACKWARD_WGSL: &str = crate::core::wgsl::wgsl!("backward.wgsl");

/// x -> y, argmax
pub static FORWARD: Kernel = Kernel {
    name: "max_pool2d.forward",
    bindings: &[Read, Write, WriteWords],
    scalar: reference(scalar::forward::<f32>),
    scalar_f64: double(scalar::forward::<f64>),
    simd: Some(|mut args| {
        let p: MaxPool2dParams = args.params();
        let [x, y, argmax] = args.take();
        simd::forward(&p, x.read(), y.write(), argmax.write_words());
    }),
    wgsl: &[PRELUDE, WGSL, crate::core::wgsl::wgsl!("forward.wgsl")],
    passes: &[Pass { entry: "forward", workgroups: forward_workgroups }],
    ..Kernel::BASE
};

/// dy, argmax -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "max_pool2d.backward",
    bindings: &[Read, ReadWords, Write],
    scalar: reference(scalar::backward::<f32>),
    scalar_f64: double(scalar::backward::<f64>),
    simd: Some(|mut args| {
        let p: MaxPool2dParams = args.params();
        let [dy, argmax, dx] = args.take();
        simd::backward(&p, dy.read(), argmax.read_words(), dx.write());
    }),
    wgsl: &[PRELUDE, WGSL, GRADIENT, BACKWARD_WGSL],
    passes: &[Pass { entry: "backward", workgroups: backward_workgroups }],
    with_relu: Some(&BACKWARD_RELU),
    ..Kernel::BASE
};

/// dy, argmax, x -> dx where x, a ReLU's output, is positive.
pub static BACKWARD_RELU: Kernel = Kernel {
    name: "max_pool2d.backward_relu",
    bindings: &[Read, ReadWords, Read, Write],
    scalar: reference(|args| relu::masked(args, scalar::backward::<f32>)),
    scalar_f64: double(|args| relu::masked(args, scalar::backward::<f64>)),
    simd: Some(|mut args| {
        let p: MaxPool2dParams = args.params();
        let [dy, argmax, x, dx] = args.take();
        let dx = dx.write();
        simd::backward(&p, dy.read(), argmax.read_words(), dx);
        relu::simd::mask(dx, x.read());
    }),
    wgsl: &[PRELUDE, WGSL, RECTIFIED_GRADIENT, BACKWARD_WGSL],
    passes: &[Pass { entry: "backward", workgroups: backward_workgroups }],
    ..Kernel::BASE
};

/// One thread for four channels of an output pixel.
fn forward_workgroups(bytes: &[u8]) -> u64 {
    let p: MaxPool2dParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.out_height) * u64::from(p.out_width) * u64::from(p.channel_stride / 4)).div_ceil(64)
}

/// One thread for four channels of an input pixel: it gathers from the windows that may have chosen it.
fn backward_workgroups(bytes: &[u8]) -> u64 {
    let p: MaxPool2dParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.in_height) * u64::from(p.in_width) * u64::from(p.channel_stride / 4)).div_ceil(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether some window along an axis covers no value of the input.
    fn misses([kernel, stride, padding, dilation]: [usize; 4], input: usize, output: usize) -> bool {
        let real = |at: usize, tap: usize| (padding..padding + input).contains(&(at * stride + tap * dilation));
        (0..output).any(|at| !(0..kernel).any(|tap| real(at, tap)))
    }

    #[test]
    fn every_window_that_is_allowed_holds_a_value_and_none_is_refused_for_nothing() {
        let mut refused = 0;
        for code in 0..5 * 4 * 3 * 5 * 9 * 2 {
            let part = |divisor: usize, size: usize| code / divisor % size;
            let axis = [part(1, 5) + 1, part(5, 4) + 1, part(20, 3), part(60, 5) + 1];
            let (input, ceil_mode) = (part(300, 9) + 1, part(2700, 2) == 1);
            let [kernel_size, stride, padding, dilation] = axis.map(|value| [value; 2]);
            let pool = MaxPool2d { window: Window { kernel_size, stride, padding, dilation }, ceil_mode };
            match pool.window.pooled_size("pool", [input; 2], ceil_mode) {
                Ok([output, _]) => assert!(!misses(axis, input, output), "{pool:?} of {input}"),
                Err(ShapeError::WindowOfPadding { .. }) => {
                    let [output, _] = pool.window.output_size("pool", [input; 2]).unwrap();
                    assert!(misses(axis, input, output), "{pool:?} of {input}");
                    refused += 1;
                }
                Err(_) => (),
            }
        }
        assert!(refused > 0);
    }
}
