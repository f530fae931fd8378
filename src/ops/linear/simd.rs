//! The fully connected layer on the CPU: a 1x1 convolution of maps of one pixel, so the convolution's register tiles do it.

use super::params::LinearParams;
use crate::core::simd::{F32x4, LANES};
use crate::ops::conv2d::params::Conv2dParams;
use crate::ops::conv2d::simd as conv2d;
use crate::ops::relu::{NONE, simd::Rectify};

/// `y[n][o] = bias[o] + sum over i of x[n][i] * weight[i][o]`, then ReLU where asked for. `bias` is not read without one.
pub fn forward(p: &LinearParams, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32], scratch: &mut [f32]) {
    if p.batch == 1 {
        return forward_one(p, x, weight, bias, y);
    }
    conv2d::forward(&as_conv2d(p), x, weight, bias, y, scratch);
}

/// One row: every weight is read once, so that rearranging them first would cost more than it gains. Inputs go four at a time over the outputs.
fn forward_one(p: &LinearParams, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32]) {
    let (inputs, stride) = (p.in_features as usize, p.out_stride as usize);
    let y = &mut y[..stride];
    match p.has_bias {
        0 => y.fill(0.0),
        _ => y.copy_from_slice(&bias[..stride]),
    }
    for (x, rows) in x[..inputs].chunks(LANES).zip(weight.chunks(LANES * stride)) {
        for (o, sums) in y.chunks_exact_mut(LANES).enumerate() {
            let mut sum = F32x4::load(sums);
            for (&x, row) in x.iter().zip(rows.chunks_exact(stride)) {
                sum = F32x4::splat(x).mul_add(F32x4::load(&row[o * LANES..]), sum);
            }
            sum.store(sums);
        }
    }
    if p.relu != NONE {
        let rectify = Rectify::new(p.relu);
        y.chunks_exact_mut(LANES).for_each(|y| rectify.apply(F32x4::load(y)).store(y));
    }
}

/// Floats of scratch [`forward`] needs.
pub fn forward_scratch_len(p: &LinearParams) -> usize {
    if p.batch == 1 {
        return 0;
    }
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

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn all_four_match_plain_loops() {
        for (batch, inputs, outputs) in
            [(1_usize, 1_usize, 1_usize), (1, 9, 5), (1, 16, 12), (7, 10, 3), (5, 6, 12), (13, 33, 10), (2, 8, 17)]
        {
            let (x_row, y_row) = (inputs.next_multiple_of(4), outputs.next_multiple_of(4));
            // Small integers: every sum is exact, whatever its order.
            let value = |seed: usize, i: usize, j: usize| ((i * 7 + j * 13 + seed) % 11) as f32 - 5.0;
            let fill = |seed: usize, rows: usize, used: usize, row: usize| -> Vec<f32> {
                (0..rows * row).map(|at| if at % row < used { value(seed, at / row, at % row) } else { 0.0 }).collect()
            };
            let (x, weight) = (fill(1, batch, inputs, x_row), fill(2, inputs, outputs, y_row));
            let (bias, dy) = (fill(3, 1, outputs, y_row), fill(4, batch, outputs, y_row));
            let (mut y, mut dx) = (vec![0.0; batch * y_row], vec![0.0; batch * x_row]);
            let (mut dweight, mut dbias) = (vec![0.0; inputs * y_row], vec![0.0; y_row]);
            for n in 0..batch {
                for o in 0..outputs {
                    y[n * y_row + o] += bias[o];
                    dbias[o] += dy[n * y_row + o];
                    for i in 0..inputs {
                        y[n * y_row + o] += x[n * x_row + i] * weight[i * y_row + o];
                        dx[n * x_row + i] += dy[n * y_row + o] * weight[i * y_row + o];
                        dweight[i * y_row + o] += x[n * x_row + i] * dy[n * y_row + o];
                    }
                }
            }
            let p = LinearParams {
                batch: batch as u32,
                in_features: inputs as u32,
                in_stride: x_row as u32,
                out_features: outputs as u32,
                out_stride: y_row as u32,
                has_bias: 1,
                relu: 0,
                unused: 0,
            };
            let stale = |len: usize| vec![777.0; len];
            let mut actual = stale(y.len());
            forward(&p, &x, &weight, &bias, &mut actual, &mut stale(forward_scratch_len(&p)));
            assert_eq!(actual, y);
            let mut actual = stale(dx.len());
            input_gradient(&p, &dy, &weight, &mut actual, &mut stale(input_gradient_scratch_len(&p)));
            assert_eq!(actual, dx);
            let mut actual = stale(dweight.len());
            weight_gradient(&p, &x, &dy, &mut actual, &mut stale(weight_gradient_scratch_len(&p)));
            assert_eq!(actual, dweight);
            let mut actual = stale(dbias.len());
            bias_gradient(&p, &dy, &mut actual);
            assert_eq!(actual, dbias);
        }
    }
}
