//! Forward and input gradient: every position written is a sum over the taps inside the map being read.

use super::Geometry;
use super::axis::{Axis, Run};
use super::pack::panels;
use crate::backend::cpu::simd::tile::{Taps, dot_tile};
use crate::backend::cpu::simd::{F32x4, LANES, MR};

/// Positions computed with one panel before the next panel is taken: the panel stays in the first-level cache.
/// A multiple of every tile height in use (4, 6 and 8).
const CHUNK: usize = 96;

/// Below this many channels a group's pixels are copied close together first, so that a kernel row is one stretch.
const COMPACT_BELOW: usize = 32;

/// Floats a compact copy may take before the batch is worked through in parts.
const COMPACT_LEN: usize = 1 << 18;

/// One walk over a map. "Read" is the map the taps fall on, "written" the one with the results.
pub(super) struct Gather {
    batch: usize,
    /// Rows, then columns.
    axes: [Axis; 2],
    read_channels: usize,
    read_stride: usize,
    written_channels: usize,
    written_stride: usize,
    compact: bool,
    /// Stores must not touch the lanes of the next group.
    shared_vectors: bool,
    first_group_only_pads: bool,
    relu: bool,
}

impl Gather {
    pub fn forward(geometry: &Geometry, relu: bool) -> Gather {
        Gather::new(geometry, false, relu)
    }

    pub fn input_gradient(geometry: &Geometry) -> Gather {
        Gather::new(geometry, true, false)
    }

    fn new(g: &Geometry, transposed: bool, relu: bool) -> Gather {
        let axes = core::array::from_fn(|i| Axis {
            kernel: g.kernel[i],
            written: if transposed { g.input[i] } else { g.output[i] },
            read: if transposed { g.output[i] } else { g.input[i] },
            stride: g.stride[i],
            padding: g.padding[i],
            dilation: g.dilation[i],
            transposed,
        });
        let (input, output) = ((g.group_in, g.in_stride), (g.group_out, g.out_stride));
        let ((read_channels, read_stride), (written_channels, written_stride)) = if transposed { (output, input) } else { (input, output) };
        Gather {
            batch: g.batch,
            axes,
            read_channels,
            read_stride,
            written_channels,
            written_stride,
            compact: read_channels != read_stride && read_channels < COMPACT_BELOW && g.taps() > 1,
            shared_vectors: g.groups > 1 && written_channels % LANES != 0,
            first_group_only_pads: g.groups > 1 && written_channels % LANES != 0 && written_stride != g.groups * written_channels,
            relu,
        }
    }

    fn steps(&self) -> usize {
        self.axes[0].kernel * self.axes[1].kernel * self.read_channels
    }

    /// Floats of one group's panels.
    pub fn panel_len(&self) -> usize {
        self.steps() * self.written_channels.div_ceil(LANES) * LANES
    }

    /// Images in one part of the batch.
    fn part(&self) -> usize {
        let image = self.axes[0].read * self.axes[1].read * self.read_channels;
        if self.compact { (COMPACT_LEN / image.max(1)).clamp(1, self.batch.max(1)) } else { self.batch.max(1) }
    }

    pub fn scratch_len(&self) -> usize {
        let image = self.axes[0].read * self.axes[1].read * self.read_channels;
        self.panel_len() + if self.compact { self.part() * image } else { 0 }
    }

    /// Computes one group. `bias` is empty or has a value for every channel of all groups.
    pub fn run(&self, group: usize, read: &[f32], panel: &[f32], bias: &[f32], written: &mut [f32], scratch: &mut [f32]) {
        let read_image = self.axes[0].read * self.axes[1].read * self.read_stride;
        let written_image = self.axes[0].written * self.axes[1].written * self.written_stride;
        let part = self.part();
        if group == 0 && self.first_group_only_pads {
            written.fill(0.0);
        }
        for first in (0..self.batch).step_by(part) {
            let images = part.min(self.batch - first);
            let from = &read[first * read_image..][..images * read_image];
            let to = &mut written[first * written_image..][..images * written_image];
            if self.compact {
                let pixels = images * self.axes[0].read * self.axes[1].read;
                let copy = &mut scratch[..pixels * self.read_channels];
                compact(from, self.read_stride, group * self.read_channels, self.read_channels, copy);
                self.part_of_batch(group, images, (copy, self.read_channels), panel, bias, to);
            } else {
                self.part_of_batch(group, images, (&from[group * self.read_channels..], self.read_stride), panel, bias, to);
            }
        }
    }

    fn part_of_batch(&self, group: usize, images: usize, map: (&[f32], usize), panel: &[f32], bias: &[f32], written: &mut [f32]) {
        for rows in self.axes[0].runs() {
            for columns in self.axes[1].runs() {
                self.block(group, images, map, [rows, columns], panel, bias, written);
            }
        }
    }

    /// All positions of one run of rows and one run of columns, in all images: they share their taps.
    #[expect(clippy::too_many_arguments, reason = "the operands of one walk, passed on once")]
    fn block(
        &self,
        group: usize,
        images: usize,
        (map, pixel): (&[f32], usize),
        [rows, columns]: [Run; 2],
        panel: &[f32],
        bias: &[f32],
        written: &mut [f32],
    ) {
        let taps = self.taps([rows, columns], pixel);
        let read_row = self.axes[1].read * pixel;
        let written_row = self.axes[1].written * self.written_stride;
        let read_image = self.axes[0].read * read_row;
        let written_image = self.axes[0].written * written_row;
        let mut reads = [0u32; CHUNK];
        let mut writes = [0u32; CHUNK];
        let mut filled = 0;
        for n in 0..images {
            for i in 0..rows.count {
                let read = n * read_image + (rows.span.read + i * rows.advance) * read_row + columns.span.read * pixel;
                let write = n * written_image + (rows.first + i * rows.step) * written_row + columns.first * self.written_stride;
                for j in 0..columns.count {
                    reads[filled] = (read + j * columns.advance * pixel) as u32;
                    writes[filled] = (write + j * columns.step * self.written_stride) as u32;
                    filled += 1;
                    if filled == CHUNK {
                        self.chunk(group, map, &taps, (&reads, &writes, CHUNK), panel, bias, written);
                        filled = 0;
                    }
                }
            }
        }
        if filled > 0 {
            // The last tile repeats its last position: the same values are written again.
            let (last_read, last_write) = (reads[filled - 1], writes[filled - 1]);
            reads[filled..].fill(last_read);
            writes[filled..].fill(last_write);
            self.chunk(group, map, &taps, (&reads, &writes, filled), panel, bias, written);
        }
    }

    fn taps(&self, [rows, columns]: [Run; 2], pixel: usize) -> Taps {
        if rows.span.count == 0 || columns.span.count == 0 {
            return Taps::default();
        }
        let [vertical, horizontal] = self.axes;
        let channels = self.read_channels;
        let taps = Taps {
            rows: rows.span.count,
            row_x: vertical.read_step() * horizontal.read * pixel,
            row_k: vertical.tap_step() * horizontal.kernel * channels,
            cols: columns.span.count,
            col_x: horizontal.read_step() * pixel,
            col_k: horizontal.tap_step() * channels,
            len: channels,
            first: (rows.span.tap * horizontal.kernel + columns.span.tap) * channels,
        };
        // Neighbouring taps that read neighbouring pixels without a gap are one stretch.
        if taps.col_x == channels && taps.col_k == channels {
            Taps { cols: 1, col_x: 0, col_k: 0, len: taps.cols * channels, ..taps }
        } else {
            taps
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the operands of one walk, passed on once")]
    fn chunk(&self, group: usize, map: &[f32], taps: &Taps, positions: Positions<'_>, panel: &[f32], bias: &[f32], written: &mut [f32]) {
        let mut rest = panel;
        for (first, width) in panels(self.written_channels) {
            let (panel, next) = rest.split_at(self.steps() * width);
            rest = next;
            let channel = group * self.written_channels + first;
            let lanes = width.min(self.written_channels - first);
            let target = Target { channel, lanes: if self.shared_vectors { lanes } else { width }, relu: self.relu };
            if width == LANES {
                tiles::<{ 2 * LANES }, 1>(map, taps, positions, panel, bias, target, written);
            } else {
                tiles::<MR, 2>(map, taps, positions, panel, bias, target, written);
            }
        }
    }
}

/// Where each position's first input and its result are, and how many there are; the rest repeats the last one.
type Positions<'a> = (&'a [u32; CHUNK], &'a [u32; CHUNK], usize);

/// What of a tile is written, and how.
#[derive(Clone, Copy)]
struct Target {
    /// First channel.
    channel: usize,
    /// Lanes to write.
    lanes: usize,
    relu: bool,
}

#[expect(clippy::too_many_arguments, reason = "the operands of one walk, passed on once")]
fn tiles<const M: usize, const V: usize>(
    map: &[f32],
    taps: &Taps,
    (reads, writes, count): Positions<'_>,
    panel: &[f32],
    bias: &[f32],
    target: Target,
    written: &mut [f32],
) {
    let mut start = [F32x4::ZERO; V];
    if !bias.is_empty() {
        let mut lanes = [0.0; 2 * LANES];
        let count = target.lanes.min(bias.len() - target.channel);
        lanes[..count].copy_from_slice(&bias[target.channel..][..count]);
        start = core::array::from_fn(|v| F32x4::load(&lanes[v * LANES..]));
    }
    let (reads, _) = reads.as_chunks::<M>();
    let (writes, _) = writes.as_chunks::<M>();
    for (reads, writes) in reads.iter().zip(writes).take(count.div_ceil(M)) {
        let mut acc = dot_tile::<M, V>(map, reads, panel, taps, start);
        if target.relu {
            acc = acc.map(|row| row.map(F32x4::relu));
        }
        for (row, write) in acc.into_iter().zip(writes) {
            let to = &mut written[*write as usize + target.channel..][..target.lanes];
            if target.lanes == V * LANES {
                for (v, value) in row.into_iter().enumerate() {
                    value.store(&mut to[v * LANES..]);
                }
            } else {
                let values = row.map(F32x4::to_array);
                to.copy_from_slice(&values.as_flattened()[..target.lanes]);
            }
        }
    }
}

/// Copies `channels` channels from `first` on of every pixel close together.
pub(super) fn compact(from: &[f32], stride: usize, first: usize, channels: usize, to: &mut [f32]) {
    for (pixel, copy) in from.chunks_exact(stride).zip(to.chunks_exact_mut(channels)) {
        copy.copy_from_slice(&pixel[first..][..channels]);
    }
}
