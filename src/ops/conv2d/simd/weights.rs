//! Weight gradient: for every tap a sum over positions of outer products, input channels times output channels.

use core::ops::Range;

use super::Geometry;
use super::pack::panels;
use crate::core::simd::tile::{Field, outer_tile};
use crate::core::simd::{F32x4, LANES, MR, round_up};

/// With fewer input channels than this a tile takes the columns of a kernel row too, from a copy with the padding written out.
const FLATTEN_BELOW: usize = 6;

/// Floats the copies may take before the batch is worked through in parts.
const COPY_LEN: usize = 1 << 18;

/// Bytes of `x` and `dy` a strip of positions may touch: they are read once a tile and should stay in the first-level cache.
const STRIP_BYTES: usize = 20 << 10;

/// Floats in a cache line.
const LINE: usize = 16;

/// How the two operands lie.
struct Plan<'g> {
    geometry: &'g Geometry,
    /// The kernel's columns are rows of the tile, over a padded copy of `x`.
    flat: bool,
    /// Copy the group's channels of `dy`: they do not begin and end with whole vectors.
    copy_dy: bool,
}

impl<'g> Plan<'g> {
    fn new(geometry: &'g Geometry) -> Plan<'g> {
        Plan {
            geometry,
            flat: geometry.group_in < FLATTEN_BELOW && geometry.dilation[1] == 1 && geometry.kernel[1] > 1,
            copy_dy: geometry.groups > 1 && !geometry.group_out.is_multiple_of(LANES),
        }
    }

    /// Floats of one image's copies of `x` and of `dy`.
    fn copies(&self) -> (usize, usize) {
        let g = self.geometry;
        let x = if self.flat { g.input[0] * self.padded_width() * g.group_in } else { 0 };
        let dy = if self.copy_dy { g.output[0] * g.output[1] * round_up(g.group_out) } else { 0 };
        (x, dy)
    }

    fn padded_width(&self) -> usize {
        self.geometry.input[1] + 2 * self.geometry.padding[1]
    }

    /// Images worked on together.
    fn part(&self) -> usize {
        let (x, dy) = self.copies();
        let batch = self.geometry.batch.max(1);
        COPY_LEN.checked_div(x + dy).map_or(batch, |images| images.clamp(1, batch))
    }
}

pub(super) fn scratch_len(geometry: &Geometry) -> usize {
    let plan = Plan::new(geometry);
    let (x, dy) = plan.copies();
    plan.part() * (x + dy)
}

pub(super) fn run(geometry: &Geometry, x: &[f32], dy: &[f32], dweight: &mut [f32], scratch: &mut [f32]) {
    let g = geometry;
    let plan = Plan::new(g);
    let part = plan.part();
    let (x_image, dy_image) = (g.input[0] * g.input[1] * g.in_stride, g.output[0] * g.output[1] * g.out_stride);
    let (x_copy, dy_copy) = scratch.split_at_mut(part * plan.copies().0);
    dweight[..g.taps() * g.group_in * g.out_stride].fill(0.0);
    for group in 0..g.groups {
        for first in (0..g.batch).step_by(part) {
            let images = part.min(g.batch - first);
            let x = &x[first * x_image..][..images * x_image];
            let dy = &dy[first * dy_image..][..images * dy_image];
            let input = if plan.flat {
                let padded = &mut x_copy[..images * plan.copies().0];
                pad_columns(g, group, x, padded);
                Operand { data: padded, width: plan.padded_width(), pixel: g.group_in }
            } else {
                Operand { data: &x[group * g.group_in..], width: g.input[1], pixel: g.in_stride }
            };
            let gradient = if plan.copy_dy {
                let pixel = round_up(g.group_out);
                let copy = &mut dy_copy[..images * plan.copies().1];
                for (from, to) in dy.chunks_exact(g.out_stride).zip(copy.chunks_exact_mut(pixel)) {
                    to.fill(0.0);
                    to[..g.group_out].copy_from_slice(&from[group * g.group_out..][..g.group_out]);
                }
                Operand { data: copy, width: g.output[1], pixel }
            } else {
                Operand { data: &dy[group * g.group_out..], width: g.output[1], pixel: g.out_stride }
            };
            accumulate(&plan, group, images, input, gradient, dweight);
        }
    }
}

/// A map as the tiles read it, from the first channel of the group on.
#[derive(Clone, Copy)]
struct Operand<'a> {
    data: &'a [f32],
    width: usize,
    /// Floats from one pixel to the next.
    pixel: usize,
}

fn pad_columns(g: &Geometry, group: usize, x: &[f32], padded: &mut [f32]) {
    let edge = g.padding[1] * g.group_in;
    let rows = x.chunks_exact(g.input[1] * g.in_stride);
    for (from, to) in rows.zip(padded.chunks_exact_mut((g.input[1] + 2 * g.padding[1]) * g.group_in)) {
        let inner = edge + g.input[1] * g.group_in;
        to[..edge].fill(0.0);
        to[inner..].fill(0.0);
        compact(from, g.in_stride, group * g.group_in, g.group_in, &mut to[edge..inner]);
    }
}

/// Copies `channels` channels from `first` on of every pixel close together.
fn compact(from: &[f32], stride: usize, first: usize, channels: usize, to: &mut [f32]) {
    if channels == 1 {
        for (pixel, copy) in from.chunks_exact(stride).zip(to) {
            *copy = pixel[first];
        }
        return;
    }
    let width = round_up(channels);
    for (i, pixel) in from.chunks_exact(stride).enumerate() {
        let at = i * channels;
        match (pixel.get(first..first + width), to.get_mut(at..at + width)) {
            // Whole vectors: what is too much is overwritten by the next pixel.
            (Some(pixel), Some(copy)) => {
                for lane in (0..width).step_by(LANES) {
                    F32x4::load(&pixel[lane..]).store(&mut copy[lane..]);
                }
            }
            _ => to[at..at + channels].copy_from_slice(&pixel[first..first + channels]),
        }
    }
}

/// Output positions along one axis for which `tap` reads inside the map.
fn reaching(g: &Geometry, axis: usize, tap: usize) -> Range<usize> {
    let (shift, padding, stride) = (tap * g.dilation[axis], g.padding[axis], g.stride[axis]);
    let first = padding.saturating_sub(shift).div_ceil(stride);
    let end = (g.input[axis] + padding).saturating_sub(shift).div_ceil(stride).min(g.output[axis]);
    first.min(end)..end
}

/// Adds the part's sums to the gradient, strip by strip.
fn accumulate(plan: &Plan<'_>, group: usize, images: usize, x: Operand<'_>, dy: Operand<'_>, dweight: &mut [f32]) {
    let g = plan.geometry;
    let [height, width] = g.output;
    let bytes = 4 * ((x.pixel * g.stride[1]).min(LINE) + dy.pixel.min(LINE));
    let rows = (STRIP_BYTES / (bytes * width).max(1)).clamp(1, height.max(1));
    let together = if rows == height { (STRIP_BYTES / (bytes * width * height).max(1)).clamp(1, images) } else { 1 };
    for n in (0..images).step_by(together) {
        for top in (0..height).step_by(rows) {
            let strip = Strip { images: n..(n + together).min(images), rows: top..(top + rows).min(height) };
            for tap in 0..g.kernel[0] {
                let valid = reaching(g, 0, tap);
                let strip = Strip { rows: strip.rows.start.max(valid.start)..strip.rows.end.min(valid.end), ..strip.clone() };
                if !strip.rows.is_empty() {
                    kernel_row(plan, group, tap, &strip, x, dy, dweight);
                }
            }
        }
    }
}

/// Positions worked on together.
#[derive(Clone)]
struct Strip {
    images: Range<usize>,
    rows: Range<usize>,
}

fn kernel_row(plan: &Plan<'_>, group: usize, tap: usize, strip: &Strip, x: Operand<'_>, dy: Operand<'_>, dweight: &mut [f32]) {
    let g = plan.geometry;
    let (x_row, dy_row) = (x.width * x.pixel, dy.width * dy.pixel);
    let (x_image, dy_image) = (g.input[0] * x_row, g.output[0] * dy_row);
    let x_start = strip.images.start * x_image + (strip.rows.start * g.stride[0] + tap * g.dilation[0] - g.padding[0]) * x_row;
    let dy_start = strip.images.start * dy_image + strip.rows.start * dy_row;
    let field = |columns: usize| {
        let count = [strip.images.len(), strip.rows.len(), columns];
        Field::new(count, [x_image, g.stride[0] * x_row, g.stride[1] * x.pixel], [dy_image, dy_row, dy.pixel])
    };
    let weights = &mut dweight[tap * g.kernel[1] * g.group_in * g.out_stride + group * g.group_out..];
    if plan.flat {
        let rows = g.kernel[1] * g.group_in;
        tiles(g, rows, &x.data[x_start..], &dy.data[dy_start..], &field(g.output[1]), weights);
        return;
    }
    for column in 0..g.kernel[1] {
        let valid = reaching(g, 1, column);
        if valid.is_empty() {
            continue;
        }
        let x_start = x_start + (valid.start * g.stride[1] + column * g.dilation[1] - g.padding[1]) * x.pixel;
        let dy_start = dy_start + valid.start * dy.pixel;
        let weights = &mut weights[column * g.group_in * g.out_stride..];
        tiles(g, g.group_in, &x.data[x_start..], &dy.data[dy_start..], &field(valid.len()), weights);
    }
}

/// Adds to `rows` rows of weights, each `out_stride` floats, in tiles.
pub(super) fn tiles(g: &Geometry, rows: usize, x: &[f32], dy: &[f32], field: &Field, weights: &mut [f32]) {
    for_each_tile(rows, |first, height| {
        for (column, width) in panels(g.group_out) {
            let lanes = if g.groups == 1 { width } else { width.min(g.group_out - column) };
            let to = &mut weights[first * g.out_stride + column..];
            add_tile(height, width, &x[first..], &dy[column..], field, Rows { data: to, stride: g.out_stride, lanes });
        }
    });
}

/// Splits `rows` into tiles of nearly equal height, at most [`MR`].
fn for_each_tile(rows: usize, mut tile: impl FnMut(usize, usize)) {
    let count = rows.div_ceil(MR);
    let mut first = 0;
    for i in 0..count {
        let height = (rows - first).div_ceil(count - i);
        tile(first, height);
        first += height;
    }
}

/// Rows a tile is added to: `lanes` floats of each, `stride` apart.
struct Rows<'a> {
    data: &'a mut [f32],
    stride: usize,
    lanes: usize,
}

/// Adds a tile of `height` rows and `width` (4 or 8) columns.
fn add_tile(height: usize, width: usize, x: &[f32], dy: &[f32], field: &Field, rows: Rows<'_>) {
    if width == LANES {
        add_tile_of::<1>(height, x, dy, field, rows);
    } else {
        add_tile_of::<2>(height, x, dy, field, rows);
    }
}

fn add_tile_of<const V: usize>(height: usize, x: &[f32], dy: &[f32], field: &Field, rows: Rows<'_>) {
    match height {
        1 => rows.add(outer_tile::<1, V>(x, dy, field).as_flattened(), V),
        2 => rows.add(outer_tile::<2, V>(x, dy, field).as_flattened(), V),
        3 => rows.add(outer_tile::<3, V>(x, dy, field).as_flattened(), V),
        4 => rows.add(outer_tile::<4, V>(x, dy, field).as_flattened(), V),
        5 if MR > 4 => rows.add(outer_tile::<5, V>(x, dy, field).as_flattened(), V),
        _ if MR > 4 => rows.add(outer_tile::<6, V>(x, dy, field).as_flattened(), V),
        _ => unreachable!("tiles have at most MR rows"),
    }
}

impl Rows<'_> {
    /// Adds a tile's rows, each of `vectors` vectors: one function for tiles of every size.
    #[inline(never)]
    fn add(self, tile: &[F32x4], vectors: usize) {
        for (row, to) in tile.chunks_exact(vectors).zip(self.data.chunks_mut(self.stride)) {
            let to = &mut to[..self.lanes];
            if self.lanes == vectors * LANES {
                for (value, place) in row.iter().zip(to.chunks_exact_mut(LANES)) {
                    (F32x4::load(place) + *value).store(place);
                }
            } else {
                let values = row.iter().flat_map(|value| value.to_array());
                to.iter_mut().zip(values).for_each(|(to, value)| *to += value);
            }
        }
    }
}
