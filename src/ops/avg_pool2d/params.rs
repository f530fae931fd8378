//! The numbers every averaging kernel gets, on every backend, and the windows they describe.

use core::ops::Range;

use bytemuck::{Pod, Zeroable};

use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::ir::operator::Window;

/// Geometry of one average pooling, pairs as `[height, width]`; the same bytes as `struct AvgPool2dParams` in `avg_pool2d.wgsl`.
///
/// `ceil_mode` is already in `output`. `channel_stride` is the floats from one pixel to the next, on both sides. A `divisor` of 0 stands
/// for the size of each window. With `adaptive` windows follow from the sizes alone.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "the names are the field's and explained in the type's own text")]
pub struct AvgPool2dParams {
    pub batch: u32,
    pub channels: u32,
    pub channel_stride: u32,
    pub divisor: u32,
    pub input: [u32; 2],
    pub output: [u32; 2],
    pub kernel_size: [u32; 2],
    pub stride: [u32; 2],
    pub padding: [u32; 2],
    pub count_include_pad: u32,
    pub adaptive: u32,
}

impl AvgPool2dParams {
    /// For these shapes, which passed inference.
    pub fn new(x: &Shape, y: &Shape, window: Window) -> Self {
        let ([batch, channels, in_height, in_width], [_, _, out_height, out_width]) = (x.nchw(), y.nchw());
        let pair = |pair: [usize; 2]| pair.map(|value| value as u32);
        Self {
            batch: batch as u32,
            channels: channels as u32,
            channel_stride: channel_stride(channels) as u32,
            divisor: 0,
            input: pair([in_height, in_width]),
            output: pair([out_height, out_width]),
            kernel_size: pair(window.kernel_size),
            stride: pair(window.stride),
            padding: pair(window.padding),
            count_include_pad: 1,
            adaptive: 0,
        }
    }

    /// The rows (axis 0) or columns (axis 1) of the input in window number `at`.
    pub fn taken(&self, axis: usize, at: usize) -> Range<usize> {
        let [input, output, kernel_size, stride, padding] = self.axis(axis);
        if self.adaptive == 1 {
            return at * input / output..((at + 1) * input).div_ceil(output);
        }
        (at * stride).saturating_sub(padding)..(at * stride + kernel_size).saturating_sub(padding).min(input)
    }

    /// How many rows or columns of window number `at` count for its size.
    fn counted(&self, axis: usize, at: usize) -> usize {
        let [input, _, kernel_size, stride, padding] = self.axis(axis);
        if self.adaptive == 1 || self.count_include_pad == 0 {
            return self.taken(axis, at).len();
        }
        // A window that ceil_mode lets hang over ends with the padding.
        (at * stride + kernel_size).min(input + 2 * padding) - at * stride
    }

    /// What the sum over a window is divided by.
    pub fn divisor(&self, h: usize, w: usize) -> usize {
        if self.divisor > 0 { self.divisor as usize } else { self.counted(0, h) * self.counted(1, w) }
    }

    /// The windows that hold row or column `at` of the input.
    pub fn covering(&self, axis: usize, at: usize) -> Range<usize> {
        let [input, output, kernel_size, stride, padding] = self.axis(axis);
        if self.adaptive == 1 {
            return at * output / input..((at + 1) * output).div_ceil(input);
        }
        let padded = at + padding;
        let first = if padded < kernel_size { 0 } else { (padded - kernel_size) / stride + 1 };
        let end = (padded / stride + 1).min(output);
        first.min(end)..end
    }

    /// Input size, output size, kernel, stride and padding along an axis.
    fn axis(&self, axis: usize) -> [usize; 5] {
        [self.input, self.output, self.kernel_size, self.stride, self.padding].map(|pair| pair[axis] as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_covers_what_it_takes() {
        let shape = |size: [usize; 2]| Shape::new(&[1, 1, size[0], size[1]]);
        let mut params = Vec::new();
        for code in 0..4 * 3 * 3 * 7usize {
            let [kernel, stride, padding] = [code % 4 + 1, code / 4 % 3 + 1, (code / 12 % 3).min((code % 4).div_ceil(2))];
            let input = (code / 36).max(kernel.saturating_sub(2 * padding)).max(1);
            let window = Window { kernel_size: [kernel; 2], stride: [stride; 2], padding: [padding; 2], dilation: [1; 2] };
            for ceil_mode in [false, true] {
                let output = window.pooled_size("pool", [input; 2], ceil_mode).unwrap();
                params.push(AvgPool2dParams::new(&shape([input; 2]), &shape(output), window));
            }
        }
        for (input, output) in (1..12).flat_map(|input| (1..12).map(move |output| (input, output))) {
            let plain = AvgPool2dParams::new(&shape([input; 2]), &shape([output; 2]), Window::POINT);
            params.push(AvgPool2dParams { adaptive: 1, ..plain });
        }
        for p in params {
            for window in 0..p.output[0] as usize {
                let taken = p.taken(0, window);
                assert!(!taken.is_empty() && p.divisor(window, window) > 0, "{p:?}: window {window}");
                for at in 0..p.input[0] as usize {
                    assert_eq!(taken.contains(&at), p.covering(0, at).contains(&window), "{p:?}: window {window} at {at}");
                }
            }
        }
    }
}
