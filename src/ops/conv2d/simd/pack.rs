//! Weights rearranged into panels: for every 8 channels written, the reduction steps one after another, 8 weights each.
//!
//! The last panel is 4 wide when at most 4 channels remain; missing channels are zeros, which is what keeps pad lanes zero.

use super::Geometry;
use crate::core::simd::{F32x4, LANES};

/// Widths of the panels for `channels` written channels, with the first channel of each.
pub(super) fn panels(channels: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..channels).step_by(2 * LANES).map(move |first| (first, if channels - first > LANES { 2 * LANES } else { LANES }))
}

/// Panels of one group for forward: reduction order `[kernel_h][kernel_w][in_channels / groups]`, as the weights are.
pub(super) fn forward(geometry: &Geometry, group: usize, weight: &[f32], packed: &mut [f32]) {
    let steps = geometry.taps() * geometry.group_in;
    rows(&weight[group * geometry.group_out..], geometry.out_stride, steps, geometry.group_out, packed);
}

/// Panels of a matrix of `steps` rows, `stride` apart, `columns` of which count.
fn rows(matrix: &[f32], stride: usize, steps: usize, columns: usize, packed: &mut [f32]) {
    let mut rest = packed;
    for (first, width) in panels(columns) {
        let (panel, next) = rest.split_at_mut(steps * width);
        rest = next;
        let wanted = width.min(columns - first);
        for (step, lanes) in panel.chunks_exact_mut(width).enumerate() {
            let from = &matrix[step * stride + first..][..wanted];
            if wanted == 2 * LANES {
                F32x4::load(from).store(lanes);
                F32x4::load(&from[LANES..]).store(&mut lanes[LANES..]);
            } else {
                lanes.fill(0.0);
                lanes[..wanted].copy_from_slice(from);
            }
        }
    }
}

/// Panels of one group for the input gradient: reduction order `[kernel_h reversed][kernel_w reversed][out_channels / groups]`.
pub(super) fn transposed(geometry: &Geometry, group: usize, weight: &[f32], packed: &mut [f32]) {
    let (taps, group_in, group_out) = (geometry.taps(), geometry.group_in, geometry.group_out);
    let mut rest = packed;
    for (first, width) in panels(group_in) {
        let (panel, next) = rest.split_at_mut(taps * group_out * width);
        rest = next;
        for (tap, block) in panel.chunks_exact_mut(group_out * width).enumerate() {
            let matrix = &weight[((taps - 1 - tap) * group_in + first) * geometry.out_stride + group * group_out..];
            transpose(matrix, geometry.out_stride, group_out, width.min(group_in - first), width, block);
        }
    }
}

/// Writes `[columns][width]` from `matrix[row * stride + column]`, zeros from `rows` to `width`.
fn transpose(matrix: &[f32], stride: usize, columns: usize, rows: usize, width: usize, block: &mut [f32]) {
    let whole = columns / LANES * LANES;
    for lane in (0..width).step_by(LANES) {
        for column in (0..whole).step_by(LANES) {
            let quad: [F32x4; LANES] =
                core::array::from_fn(|i| if lane + i < rows { F32x4::load(&matrix[(lane + i) * stride + column..]) } else { F32x4::ZERO });
            for (i, turned) in F32x4::transpose(quad).into_iter().enumerate() {
                turned.store(&mut block[(column + i) * width + lane..]);
            }
        }
        for column in whole..columns {
            for i in lane..lane + LANES {
                block[column * width + i] = if i < rows { matrix[i * stride + column] } else { 0.0 };
            }
        }
    }
}
