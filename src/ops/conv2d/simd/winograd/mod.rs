//! 3x3 convolution by F(2x2, 3x3): two by two outputs from four by four inputs with 16 multiplications a channel pair instead of 36.
//!
//! Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), section 4.1. Input tiles and weights are transformed
//! ([`transform`]), multiplied as 16 matrices, one for each place of a tile, and transformed back. The input gradient is the same walk
//! over the output's gradient with the kernel turned; the weight gradient ([`weights`]) multiplies the transformed maps with each other.
//! Only its sums and halves are rounded more than those of the direct kernels; it is taken where it costs less ([`Cost::pays`]).

mod band;
mod transform;
pub(super) mod weights;

use core::ops::Range;

use self::band::Band;
use self::transform::{IN, PLACES, forward_tile, inverse_tile, kernel_tile};
use super::Geometry;
use crate::core::simd::tile::{load_grid, product_tile, store_grid};
use crate::core::simd::{F32x4, LANES, MR};
use crate::ops::relu::{NONE, simd::Rectify};

/// Outputs of a tile along each axis; a tile reads two more.
const OUT: usize = 2;

/// Tiles transformed together: with 16 channels their transforms stay in the first-level cache. A multiple of 4 and 6.
const CHUNK: usize = 24;

/// Written channels of a panel of the kernel.
const WIDTH: usize = 2 * LANES;

/// One walk: "read" is the map the tiles are cut from, "written" the one with the results.
pub(super) struct Winograd {
    tiles: Tiles,
    read_channels: usize,
    read_stride: usize,
    written_channels: usize,
    written_stride: usize,
    relu: u32,
}

/// Where the tiles lie.
#[derive(Clone, Copy)]
struct Tiles {
    batch: usize,
    /// Rows and columns of the map read, and of the map written.
    read: [usize; 2],
    written: [usize; 2],
    padding: [usize; 2],
}

/// Where a tile is.
#[derive(Clone, Copy)]
struct Tile {
    image: usize,
    row: usize,
    column: usize,
}

impl Tiles {
    /// Those of the forward pass.
    fn of(g: &Geometry) -> Tiles {
        Tiles { batch: g.batch, read: g.input, written: g.output, padding: g.padding }
    }

    fn across(&self) -> [usize; 2] {
        self.written.map(|size| size.div_ceil(OUT))
    }

    fn count(&self) -> usize {
        let [rows, columns] = self.across();
        self.batch * rows * columns
    }

    /// Those of these numbers: images, rows, columns.
    fn walk(&self, numbers: Range<usize>) -> impl Iterator<Item = Tile> {
        let [rows, columns] = self.across();
        let mut next =
            Tile { image: numbers.start / (rows * columns), row: numbers.start / columns % rows, column: numbers.start % columns };
        numbers.map(move |_| {
            let tile = next;
            next.column += 1;
            if next.column == columns {
                (next.column, next.row) = (0, next.row + 1);
            }
            if next.row == rows {
                (next.row, next.image) = (0, next.image + 1);
            }
            tile
        })
    }

    /// The map read, as tiles see it.
    fn input_band(&self, stride: usize) -> Band {
        Band { size: self.read, padding: self.padding, stride, columns: OUT * self.across()[1] + 2 }
    }

    /// Taps inside the map read that the direct kernels would go through for one image.
    fn direct_taps(&self) -> usize {
        let taps = |axis: usize| {
            let inside = |at: usize| {
                (0..3).filter(|tap| (at + tap).checked_sub(self.padding[axis]).is_some_and(|read| read < self.read[axis])).count()
            };
            (0..self.written[axis]).map(inside).sum::<usize>()
        };
        taps(0) * taps(1)
    }
}

impl Winograd {
    /// The forward walk, where it pays.
    pub fn forward(g: &Geometry, relu: u32) -> Option<Winograd> {
        Winograd {
            tiles: Tiles::of(g),
            read_channels: g.group_in,
            read_stride: g.in_stride,
            written_channels: g.group_out,
            written_stride: g.out_stride,
            relu,
        }
        .where_it_pays(g)
    }

    /// The input gradient's walk, where it pays.
    pub fn input_gradient(g: &Geometry) -> Option<Winograd> {
        let padding = [2usize.checked_sub(g.padding[0])?, 2usize.checked_sub(g.padding[1])?];
        let tiles = Tiles { batch: g.batch, read: g.output, written: g.input, padding };
        let (read_channels, read_stride, written_channels, written_stride) = (g.group_out, g.out_stride, g.group_in, g.in_stride);
        Winograd { tiles, read_channels, read_stride, written_channels, written_stride, relu: NONE }.where_it_pays(g)
    }

    fn where_it_pays(self, g: &Geometry) -> Option<Winograd> {
        (fits(g) && self.written_stride.is_multiple_of(WIDTH) && MAPS.pays(&self.tiles, [self.read_channels, self.written_channels]))
            .then_some(self)
    }

    fn kernel_len(&self) -> usize {
        PLACES * self.read_stride * self.written_stride
    }

    /// Floats of scratch: the transformed kernel, a chunk's transforms, its products, and two pairs of rows.
    pub fn scratch_len(&self) -> usize {
        self.kernel_len()
            + PLACES * (place_len(CHUNK, self.read_stride) + place_len(CHUNK, WIDTH))
            + 2 * self.tiles.input_band(self.read_stride).pair_len()
    }

    /// Computes the map written. `weight[(tap * in_channels + i) * out_stride + o]`, turned for the input gradient.
    pub fn run(&self, weight: &Kernel<'_>, read: &[f32], bias: &[f32], written: &mut [f32], scratch: &mut [f32]) {
        let (kernel, scratch) = scratch.split_at_mut(self.kernel_len());
        let (transforms, scratch) = scratch.split_at_mut(PLACES * place_len(CHUNK, self.read_stride));
        let (products, rows) = scratch.split_at_mut(PLACES * place_len(CHUNK, WIDTH));
        self.transform_kernel(weight, kernel);
        let count = self.tiles.count();
        for first in (0..count).step_by(CHUNK) {
            let chunk = first..count.min(first + CHUNK);
            transform_inputs(&self.tiles, chunk.clone(), read, self.read_stride, rows, transforms);
            for (i, panel) in kernel.chunks_exact(PLACES * self.read_stride * WIDTH).enumerate() {
                multiply(chunk.len(), transforms, self.read_stride, panel, products);
                self.invert(chunk.clone(), products, i * WIDTH, bias, written);
            }
        }
    }

    /// Transforms the products of the panel that begins with `channel` back.
    #[inline(never)]
    fn invert(&self, chunk: Range<usize>, products: &[f32], channel: usize, bias: &[f32], written: &mut [f32]) {
        let bias: [F32x4; WIDTH / LANES] =
            core::array::from_fn(|v| if bias.is_empty() { F32x4::ZERO } else { F32x4::load(&bias[channel + v * LANES..]) });
        for (i, tile) in self.tiles.walk(chunk).enumerate() {
            for (v, bias) in bias.into_iter().enumerate() {
                let sums = inverse_tile(load_grid(products, i * WIDTH + v * LANES, places(place_len(CHUNK, WIDTH))));
                self.store(tile, channel + v * LANES, sums, bias, written);
            }
        }
    }

    /// Adds the bias, applies the ReLU and writes what of a tile lies inside the map.
    #[inline(always)]
    fn store(&self, tile: Tile, channel: usize, sums: [[F32x4; OUT]; OUT], bias: F32x4, written: &mut [f32]) {
        let [height, width] = self.tiles.written;
        let rectify = Rectify::new(self.relu);
        let (row, column) = (OUT * tile.row, OUT * tile.column);
        let at = ((tile.image * height + row) * width + column) * self.written_stride + channel;
        let [[a, b], [c, d]] = sums.map(|row| row.map(|sum| rectify.apply(sum + bias)));
        let mut store = |value: F32x4, pixels: usize| value.store(&mut written[at + pixels * self.written_stride..]);
        let (below, beside) = (row + 1 < height, column + 1 < width);
        store(a, 0);
        if beside {
            store(b, 1);
        }
        if below {
            store(c, width);
        }
        if below && beside {
            store(d, width + 1);
        }
    }

    /// Panel by panel `[place][read channel][width]`; zero for channels that are not there, up to whole vectors of both.
    fn transform_kernel(&self, weight: &Kernel<'_>, kernel: &mut [f32]) {
        for (i, panel) in kernel.chunks_exact_mut(PLACES * self.read_stride * WIDTH).enumerate() {
            for step in 0..self.read_stride {
                for lane in (0..WIDTH).step_by(LANES) {
                    let channel = i * WIDTH + lane;
                    let left = if step < self.read_channels { self.written_channels.saturating_sub(channel) } else { 0 };
                    let taps = core::array::from_fn(|r| core::array::from_fn(|s| weight.vector(3 * r + s, step, channel, left)));
                    store_grid(kernel_tile(taps), panel, step * WIDTH + lane, places(self.read_stride * WIDTH));
                }
            }
        }
    }
}

/// How a walk sees the weights: `data[tap * tap_stride + step * step_stride + channel * channel_stride]`, taps from the last on where `turned`.
pub(super) struct Kernel<'w> {
    data: &'w [f32],
    tap_stride: usize,
    step_stride: usize,
    channel_stride: usize,
    turned: bool,
}

impl<'w> Kernel<'w> {
    /// For [`Winograd::forward`].
    pub fn forward(g: &Geometry, data: &'w [f32]) -> Kernel<'w> {
        Kernel { data, tap_stride: g.group_in * g.out_stride, step_stride: g.out_stride, channel_stride: 1, turned: false }
    }

    /// For [`Winograd::input_gradient`].
    pub fn turned(g: &Geometry, data: &'w [f32]) -> Kernel<'w> {
        Kernel { data, tap_stride: g.group_in * g.out_stride, step_stride: 1, channel_stride: g.out_stride, turned: true }
    }

    /// Four written channels from `channel` on, of which `left` are there; the others are zero.
    #[inline(never)]
    fn vector(&self, tap: usize, step: usize, channel: usize, left: usize) -> F32x4 {
        let tap = if self.turned { 8 - tap } else { tap };
        let first = tap * self.tap_stride + step * self.step_stride + channel * self.channel_stride;
        F32x4::constant(core::array::from_fn(|lane| if lane < left { self.data[first + lane * self.channel_stride] } else { 0.0 }))
    }
}

/// Whether the convolution is one that these tiles compute.
fn fits(g: &Geometry) -> bool {
    g.kernel == [3, 3] && g.stride == [1, 1] && g.dilation == [1, 1] && g.groups == 1
}

/// What a walk costs, in multiply-adds of the direct kernels: fitted to both kernels' times over channels and maps (docs/decisions/0017).
struct Cost {
    /// For each tile and pair of channels.
    pair: usize,
    /// For each tile and channel of either map.
    channel: usize,
    /// For each pair of channels: the transform of the kernel.
    kernel: usize,
}

const MAPS: Cost = Cost { pair: 18, channel: 65, kernel: 25 };
const WEIGHTS: Cost = Cost { pair: 16, channel: 40, kernel: 25 };

impl Cost {
    /// Whether a walk costs less than the direct kernels, which leave out the taps that fall on padding.
    fn pays(&self, tiles: &Tiles, channels: [usize; 2]) -> bool {
        let pairs = channels[0] * channels[1];
        let tile = self.pair * pairs + self.channel * (channels[0] + channels[1]);
        tiles.count() * tile + self.kernel * pairs < tiles.batch * tiles.direct_taps() * pairs
    }
}

/// Floats of one place's rows. A cache line more than they need: at a multiple of 4,096 bytes all places would share a set of the cache.
fn place_len(rows: usize, stride: usize) -> usize {
    rows * stride + 16
}

/// Steps from place to place of a tile, row by row.
fn places(place_len: usize) -> [usize; 2] {
    [IN * place_len, place_len]
}

/// Transforms a chunk's input tiles to `[place][tile][stride]`. `rows` are two pairs of rows, and stay from chunk to chunk.
#[inline(never)]
fn transform_inputs(tiles: &Tiles, chunk: Range<usize>, read: &[f32], stride: usize, rows: &mut [f32], transforms: &mut [f32]) {
    let place_steps = places(transforms.len() / PLACES);
    let band = tiles.input_band(stride);
    let (even, odd) = rows.split_at_mut(band.pair_len());
    for (i, tile) in tiles.walk(chunk).enumerate() {
        if tile.column == 0 {
            let image = band.image(read, tile.image);
            if tile.row == 0 {
                band.copy(image, 0, even);
            }
            band.copy(image, tile.row + 1, if tile.row % 2 == 0 { odd } else { even });
        }
        let (upper, lower): (&[f32], &[f32]) = if tile.row % 2 == 0 { (even, odd) } else { (odd, even) };
        let steps = [band.row_len(), stride];
        for channel in (0..stride).step_by(LANES) {
            let at = OUT * tile.column * stride + channel;
            let ([a, b], [c, d]) = (load_grid(upper, at, steps), load_grid(lower, at, steps));
            store_grid(forward_tile([a, b, c, d]), transforms, i * stride + channel, place_steps);
        }
    }
}

/// For every place the product of a chunk's transforms with a panel, to `[place][tile][WIDTH]`.
#[inline(never)]
fn multiply(count: usize, transforms: &[f32], stride: usize, panel: &[f32], products: &mut [f32]) {
    const V: usize = WIDTH / LANES;
    for (place, panel) in panel.chunks_exact(stride * WIDTH).enumerate() {
        let x = &transforms[place * place_len(CHUNK, stride)..][..CHUNK * stride];
        let to = &mut products[place * place_len(CHUNK, WIDTH)..][..CHUNK * WIDTH];
        for first in (0..count).step_by(MR) {
            let tile = product_tile::<MR, V>(&x[first * stride..], stride, panel, stride);
            store_grid(tile, to, first * WIDTH, [WIDTH, LANES]);
        }
    }
}
