//! The fully connected layer on the CPU: a 1x1 convolution of maps of one pixel, so the convolution's register tiles do it.

use super::params::LinearParams;
use crate::ops::conv2d::params::Conv2dParams;
use crate::ops::conv2d::simd as conv2d;

/// `y[n][o] = bias[o] + sum over i of x[n][i] * weight[i][o]`, then ReLU where asked for. `bias` is not read without one.
pub fn forward(p: &LinearParams, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32], scratch: &mut [f32]) {
    conv2d::forward(&as_conv2d(p), x, weight, bias, y, scratch);
}

/// Floats of scratch [`forward`] needs.
pub fn forward_scratch_len(p: &LinearParams) -> usize {
    conv2d::forward_scratch_len(&as_conv2d(p))
}

/// `dx[n][i] = sum over o of dy[n][o] * weight[i][o]`.
pub fn input_gradient(p: &LinearParams, dy: &[f32], weight: &[f32], dx: &mut [f32], scratch: &mut [f32]) {
    conv2d::input_gradient(&as_conv2d(p), dy, weight, dx, scratch);
}

/// Floats of scratch [`input_gradient`] needs.
pub fn input_gradient_scratch_len(p: &LinearParams) -> usize {
    conv2d::input_gradient_scratch_len(&as_conv2d(p))
}

/// `dweight[i][o] = sum over n of x[n][i] * dy[n][o]`.
pub fn weight_gradient(p: &LinearParams, x: &[f32], dy: &[f32], dweight: &mut [f32], scratch: &mut [f32]) {
    conv2d::weight_gradient(&as_conv2d(p), x, dy, dweight, scratch);
}

/// Floats of scratch [`weight_gradient`] needs.
pub fn weight_gradient_scratch_len(p: &LinearParams) -> usize {
    conv2d::weight_gradient_scratch_len(&as_conv2d(p))
}

/// `dbias[o] = sum over n of dy[n][o]`.
pub fn bias_gradient(p: &LinearParams, dy: &[f32], dbias: &mut [f32]) {
    conv2d::bias_gradient(&as_conv2d(p), dy, dbias);
}

fn as_conv2d(p: &LinearParams) -> Conv2dParams {
    Conv2dParams {
        batch: p.batch,
        in_channels: p.in_features,
        in_height: 1,
        in_width: 1,
        in_stride: p.in_stride,
        out_channels: p.out_features,
        out_height: 1,
        out_width: 1,
        out_stride: p.out_stride,
        kernel_height: 1,
        kernel_width: 1,
        stride_height: 1,
        stride_width: 1,
        padding_height: 0,
        padding_width: 0,
        dilation_height: 1,
        dilation_width: 1,
        groups: 1,
        has_bias: p.has_bias,
        relu: p.relu,
    }
}
