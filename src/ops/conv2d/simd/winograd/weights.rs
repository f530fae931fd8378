//! Weight gradient: `G' [sum over tiles of (B' d B) * (A dy A')] G`.

use super::super::Geometry;
use super::super::weights::tiles as add_tiles;
use super::band::Band;
use super::transform::{PLACES, inverse_back_tile, kernel_back_tile};
use super::{OUT, Tiles, WEIGHTS, fits, place_len, places, transform_inputs};
use crate::core::simd::LANES;
use crate::core::simd::tile::{Field, load_grid, store_grid};

/// Tiles summed together: one place's transforms of both maps stay in the first-level cache up to 64 channels each.
const CHUNK: usize = 96;

/// The walk over both maps.
pub(in super::super) struct WeightGradient<'g> {
    geometry: &'g Geometry,
    tiles: Tiles,
}

impl<'g> WeightGradient<'g> {
    /// Where it pays.
    pub fn new(geometry: &'g Geometry) -> Option<Self> {
        let g = geometry;
        let tiles = Tiles::of(g);
        (fits(g) && WEIGHTS.pays(&tiles, [g.group_in, g.group_out])).then_some(WeightGradient { geometry, tiles })
    }

    /// Floats of one place's sums.
    fn sums_len(&self) -> usize {
        self.geometry.group_in * self.geometry.out_stride
    }

    /// Floats of scratch: a chunk's transforms of both maps, the sums, and rows of both.
    pub fn scratch_len(&self) -> usize {
        let g = self.geometry;
        PLACES * (place_len(CHUNK, g.in_stride) + place_len(CHUNK, g.out_stride) + self.sums_len())
            + 2 * self.tiles.input_band(g.in_stride).pair_len()
            + self.gradient_band().pair_len()
    }

    /// Overwrites `dweight`.
    pub fn run(&self, x: &[f32], dy: &[f32], dweight: &mut [f32], scratch: &mut [f32]) {
        let g = self.geometry;
        let (inputs, scratch) = scratch.split_at_mut(PLACES * place_len(CHUNK, g.in_stride));
        let (gradients, scratch) = scratch.split_at_mut(PLACES * place_len(CHUNK, g.out_stride));
        let (sums, rows) = scratch.split_at_mut(PLACES * self.sums_len());
        let (input_rows, gradient_rows) = rows.split_at_mut(2 * self.tiles.input_band(g.in_stride).pair_len());
        sums.fill(0.0);
        let count = self.tiles.count();
        for first in (0..count).step_by(CHUNK) {
            let chunk = first..count.min(first + CHUNK);
            let field = Field::new([1, 1, chunk.len()], [0, 0, g.in_stride], [0, 0, g.out_stride]);
            transform_inputs(&self.tiles, chunk.clone(), x, g.in_stride, input_rows, inputs);
            self.transform_gradients(chunk, dy, gradient_rows, gradients);
            for (place, sums) in sums.chunks_exact_mut(self.sums_len()).enumerate() {
                let (inputs, gradients) =
                    (&inputs[place * place_len(CHUNK, g.in_stride)..], &gradients[place * place_len(CHUNK, g.out_stride)..]);
                add_tiles(g, g.group_in, inputs, gradients, &field, sums);
            }
        }
        for row in 0..g.group_in {
            for lane in (0..g.out_stride).step_by(LANES) {
                let at = row * g.out_stride + lane;
                let taps = kernel_back_tile(load_grid(sums, at, places(self.sums_len())));
                store_grid(taps, dweight, at, [3 * self.sums_len(), self.sums_len()]);
            }
        }
    }

    /// The output's gradient, as tiles see it.
    fn gradient_band(&self) -> Band {
        Band { size: self.tiles.written, padding: [0, 0], stride: self.geometry.out_stride, columns: OUT * self.tiles.across()[1] }
    }

    /// Transforms a chunk's output gradients to `[place][tile][out_stride]`. `rows` are a pair of rows, and stay from chunk to chunk.
    #[inline(never)]
    fn transform_gradients(&self, chunk: core::ops::Range<usize>, dy: &[f32], rows: &mut [f32], gradients: &mut [f32]) {
        let stride = self.geometry.out_stride;
        let band = self.gradient_band();
        for (i, tile) in self.tiles.walk(chunk).enumerate() {
            if tile.column == 0 {
                band.copy(band.image(dy, tile.image), tile.row, rows);
            }
            for channel in (0..stride).step_by(LANES) {
                let pixels = load_grid(rows, OUT * tile.column * stride + channel, [band.row_len(), stride]);
                store_grid(inverse_back_tile(pixels), gradients, i * stride + channel, places(gradients.len() / PLACES));
            }
        }
    }
}
