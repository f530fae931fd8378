//! Forward and input gradient: every position written is a sum over the taps inside the map being read.

use super::Geometry;
use super::axis::{Axis, Run};
use super::pack::panels;
use crate::core::simd::tile::{Steps, Taps, dot_tile};
use crate::core::simd::{F32x4, LANES, MR, round_up};
use crate::ops::relu::{NONE, simd::Rectify};

/// Positions computed with one panel before the next panel is taken: the panel stays in the first-level cache.
/// A multiple of every tile height in use (4, 6 and 8).
const CHUNK: usize = 96;

/// One walk over a map. "Read" is the map the taps fall on, "written" the one with the results.
pub(super) struct Gather {
    batch: usize,
    /// Rows, then columns.
    axes: [Axis; 2],
    read_channels: usize,
    read_stride: usize,
    written_channels: usize,
    written_stride: usize,
    /// Groups do not begin and end with whole vectors: stores must not touch the lanes of the next group.
    shared_vectors: bool,
    relu: u32,
}

/// The buffers of one group's walk.
struct Buffers<'a> {
    /// The map read, from the group's first channel on.
    read: &'a [f32],
    panel: &'a [f32],
    /// Empty, or a value for every channel of all groups.
    bias: &'a [f32],
    /// The map written, all groups.
    written: &'a mut [f32],
    /// Room for [`Steps`].
    table: &'a mut [[u32; 2]],
}

impl Gather {
    pub fn forward(geometry: &Geometry, relu: u32) -> Gather {
        Gather::new(geometry, false, relu)
    }

    pub fn input_gradient(geometry: &Geometry) -> Gather {
        Gather::new(geometry, true, NONE)
    }

    fn new(g: &Geometry, transposed: bool, relu: u32) -> Gather {
        let (input, output) = ((g.group_in, g.in_stride), (g.group_out, g.out_stride));
        let ((read_channels, read_stride), (written_channels, written_stride)) = if transposed { (output, input) } else { (input, output) };
        Gather {
            batch: g.batch,
            axes: g.axes(transposed),
            read_channels,
            read_stride,
            written_channels,
            written_stride,
            shared_vectors: g.groups > 1 && !written_channels.is_multiple_of(LANES),
            relu,
        }
    }

    /// Reduction steps of one position that has all its taps.
    fn steps(&self) -> usize {
        self.axes[0].kernel * self.axes[1].kernel * self.read_channels
    }

    /// Floats of one group's panels.
    pub fn panel_len(&self) -> usize {
        self.steps() * round_up(self.written_channels)
    }

    /// Floats of scratch: one group's panels, and two words for every step.
    pub fn scratch_len(&self) -> usize {
        self.panel_len() + 2 * self.steps()
    }

    /// Computes one group, whose panels are the first [`Gather::panel_len`] floats of `scratch`.
    pub fn run(&self, group: usize, read: &[f32], bias: &[f32], written: &mut [f32], scratch: &mut [f32]) {
        // In the input gradient of a kernel smaller than its stride no tap meets most of the positions.
        let unmet = bias.is_empty() && self.axes.iter().any(|axis| axis.runs().any(|run| run.span.count == 0));
        if (self.shared_vectors || unmet) && group == 0 {
            // Where lanes are written one by one, nobody else writes the pad lanes.
            written.fill(0.0);
        }
        let (panel, table) = scratch.split_at_mut(self.panel_len());
        let table = bytemuck::cast_slice_mut(&mut table[..2 * self.steps()]);
        let mut buffers = Buffers { read: &read[group * self.read_channels..], panel, bias, written, table };
        for rows in self.axes[0].runs() {
            for columns in self.axes[1].runs() {
                if unmet && rows.span.count * columns.span.count == 0 {
                    continue;
                }
                self.block(group, [rows, columns], &mut buffers);
            }
        }
    }

    /// All positions of one run of rows and one run of columns, in all images: they share their taps.
    fn block(&self, group: usize, [rows, columns]: [Run; 2], buffers: &mut Buffers<'_>) {
        let Buffers { read, panel, bias, ref mut written, ref mut table } = *buffers;
        let steps = Steps::write(&self.taps([rows, columns]), table);
        let (read_row, written_row) = (self.axes[1].read * self.read_stride, self.axes[1].written * self.written_stride);
        let (read_image, written_image) = (self.axes[0].read * read_row, self.axes[0].written * written_row);
        let (read_step, written_step) = (columns.advance * self.read_stride, columns.step * self.written_stride);
        let mut positions = Positions { reads: [0; CHUNK], writes: [0; CHUNK], count: 0 };
        for n in 0..self.batch {
            for i in 0..rows.count {
                let mut read_at = n * read_image + (rows.span.read + i * rows.advance) * read_row + columns.span.read * self.read_stride;
                let mut write_at = n * written_image + (rows.first + i * rows.step) * written_row + columns.first * self.written_stride;
                for _ in 0..columns.count {
                    if positions.count == CHUNK {
                        self.chunk(group, &steps, &positions, read, panel, bias, written);
                        positions.count = 0;
                    }
                    positions.push(read_at, write_at);
                    read_at += read_step;
                    write_at += written_step;
                }
            }
        }
        positions.repeat_last();
        self.chunk(group, &steps, &positions, read, panel, bias, written);
    }

    fn taps(&self, [rows, columns]: [Run; 2]) -> Taps {
        if rows.span.count == 0 || columns.span.count == 0 {
            return Taps::default();
        }
        let [vertical, horizontal] = self.axes;
        let channels = self.read_channels;
        Taps {
            rows: rows.span.count,
            row_x: vertical.read_step() * horizontal.read * self.read_stride,
            row_k: vertical.tap_step() * horizontal.kernel * channels,
            columns: columns.span.count,
            column_x: horizontal.read_step() * self.read_stride,
            column_k: horizontal.tap_step() * channels,
            channels,
            first: (rows.span.tap * horizontal.kernel + columns.span.tap) * channels,
        }
    }

    /// All channels of some positions, panel by panel.
    #[expect(clippy::too_many_arguments, reason = "the buffers of one walk, borrowed one by one")]
    fn chunk(
        &self,
        group: usize,
        steps: &Steps<'_>,
        positions: &Positions,
        read: &[f32],
        panel: &[f32],
        bias: &[f32],
        written: &mut [f32],
    ) {
        let mut rest = panel;
        for (first, width) in panels(self.written_channels) {
            let (panel, next) = rest.split_at(self.steps() * width);
            rest = next;
            let channel = group * self.written_channels + first;
            let lanes = if self.shared_vectors { width.min(self.written_channels - first) } else { width };
            let target = Target { channel, lanes, relu: self.relu };
            if width == LANES {
                tiles::<{ 2 * LANES }, 1>(steps, positions, read, panel, bias, target, written);
            } else {
                tiles::<MR, 2>(steps, positions, read, panel, bias, target, written);
            }
        }
    }
}

/// Where each position's first input and its results are.
struct Positions {
    reads: [u32; CHUNK],
    writes: [u32; CHUNK],
    count: usize,
}

impl Positions {
    #[inline(always)]
    fn push(&mut self, read: usize, write: usize) {
        // A map has fewer than 2^31 elements, see `Layout::checked_stored_len`.
        self.reads[self.count] = read as u32;
        self.writes[self.count] = write as u32;
        self.count += 1;
    }

    /// Fills up with the last position, so that the last tile writes the same values again.
    fn repeat_last(&mut self) {
        if let Some(last) = self.count.checked_sub(1) {
            let (read, write) = (self.reads[last], self.writes[last]);
            self.reads[self.count..].fill(read);
            self.writes[self.count..].fill(write);
        }
    }
}

/// What of a tile is written, and how.
#[derive(Clone, Copy)]
struct Target {
    /// First channel.
    channel: usize,
    /// Lanes to write.
    lanes: usize,
    relu: u32,
}

fn tiles<const M: usize, const V: usize>(
    steps: &Steps<'_>,
    positions: &Positions,
    read: &[f32],
    panel: &[f32],
    bias: &[f32],
    target: Target,
    written: &mut [f32],
) {
    let mut start = [F32x4::ZERO; V];
    if let Some(bias) = bias.get(target.channel..) {
        let mut lanes = [0.0; 2 * LANES];
        let count = target.lanes.min(bias.len());
        lanes[..count].copy_from_slice(&bias[..count]);
        start = core::array::from_fn(|v| F32x4::load(&lanes[v * LANES..]));
    }
    let (reads, _) = positions.reads.as_chunks::<M>();
    let (writes, _) = positions.writes.as_chunks::<M>();
    for (reads, writes) in reads.iter().zip(writes).take(positions.count.div_ceil(M)) {
        let mut acc = dot_tile::<M, V>(read, reads, panel, steps, start);
        if target.relu != NONE {
            let rectify = Rectify::new(target.relu);
            acc = acc.map(|row| row.map(|value| rectify.apply(value)));
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
