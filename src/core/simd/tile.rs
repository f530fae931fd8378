//! The two register tiles every convolution and linear kernel is made of, and the grids of vectors that Winograd's tiles are.
//!
//! [`dot_tile`]: `M` positions times `V` vectors of output channels, summed over taps and input channels (forward, input
//! gradient). [`outer_tile`]: `M` input channels times `V` vectors of output channels, summed over positions (weight gradient).
//! Both check their bounds once a tile and then read through pointers.

use super::{F32x4, LANES};

/// Where the reduction of one position runs: `rows x columns` taps of `channels` consecutive inputs, at even distances.
///
/// Tap `(r, c)` begins `r * row_x + c * column_x` floats after the position's first input and meets the panel's reduction
/// steps from `first + r * row_k + c * column_k` on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taps {
    /// Taps from top to bottom.
    pub rows: usize,
    /// Floats of input from one row of taps to the next.
    pub row_x: usize,
    /// Reduction steps of the panel from one row of taps to the next.
    pub row_k: usize,
    /// Taps from left to right.
    pub columns: usize,
    /// Floats of input from one tap to the next.
    pub column_x: usize,
    /// Reduction steps of the panel from one tap to the next.
    pub column_k: usize,
    /// Consecutive inputs, and reduction steps, of a tap.
    pub channels: usize,
    /// The panel's reduction step of the first tap.
    pub first: usize,
}

/// The taps written out, one entry a reduction step, so that the inner loop is a single one whatever the kernel's size.
///
/// Loops nested over kernel rows and channels are short (5, 6, 3 rounds in LeNet) and cost more than their work.
#[derive(Debug)]
pub struct Steps<'t> {
    /// Bytes from a position's first input; bytes from the panel's start, for each vector of its width.
    offsets: &'t [[u32; 2]],
    /// No step reads further than this many floats from the position's first input.
    reach_x: usize,
    /// No step reads further than this many steps into the panel.
    reach_k: usize,
}

impl<'t> Steps<'t> {
    /// Writes out the taps into `table`, which must hold `rows * columns * channels` entries.
    pub fn write(taps: &Taps, table: &'t mut [[u32; 2]]) -> Steps<'t> {
        let table = &mut table[..taps.rows * taps.columns * taps.channels];
        let (mut reach_x, mut reach_k) = (0, 0);
        let mut entries = table.iter_mut();
        for row in 0..taps.rows {
            for column in 0..taps.columns {
                let x = row * taps.row_x + column * taps.column_x;
                let k = taps.first + row * taps.row_k + column * taps.column_k;
                reach_x = reach_x.max(x + taps.channels);
                reach_k = reach_k.max(k + taps.channels);
                for (i, entry) in entries.by_ref().take(taps.channels).enumerate() {
                    *entry = [((x + i) * size_of::<f32>()) as u32, ((k + i) * size_of::<[f32; LANES]>()) as u32];
                }
            }
        }
        let limit = u32::MAX as usize / size_of::<[f32; 2 * LANES]>();
        assert!(reach_x <= limit && reach_k <= limit, "offsets in bytes fit 32 bits");
        Steps { offsets: table, reach_x, reach_k }
    }
}

/// `start[v] + sum over steps of x[at[m] + step] * panel[step][v]` for `M` positions and `V` vectors.
///
/// `panel` holds `V * 4` weights for each reduction step.
#[inline(always)]
pub fn dot_tile<const M: usize, const V: usize>(
    x: &[f32],
    at: &[u32; M],
    panel: &[f32],
    steps: &Steps<'_>,
    start: [F32x4; V],
) -> [[F32x4; V]; M] {
    assert!(steps.reach_x <= x.len() && at.iter().all(|&at| at as usize <= x.len() - steps.reach_x), "positions lie inside the input");
    assert!(steps.reach_k * V * LANES <= panel.len(), "steps lie inside the panel");
    let mut acc = [start; M];
    // SAFETY: every step reads below `reach_x` floats after its position and below `reach_k` steps of the panel, both checked
    // above against the slices.
    unsafe {
        let inputs = at.map(|at| x.as_ptr().add(at as usize));
        for &[x_offset, panel_offset] in steps.offsets {
            let panel = panel.as_ptr().byte_add(V * panel_offset as usize);
            let weights: [F32x4; V] = core::array::from_fn(|v| F32x4::load_ptr(panel.add(v * LANES)));
            for m in 0..M {
                let value = F32x4::splat_ptr(inputs[m].byte_add(x_offset as usize));
                for v in 0..V {
                    acc[m][v] = value.mul_add(weights[v], acc[m][v]);
                }
            }
        }
    }
    acc
}

/// `sum over k of x[m * stride + k] * panel[k][v]` for `M` rows of `x` and `V` vectors, `len` terms, a multiple of four.
#[inline(always)]
pub fn product_tile<const M: usize, const V: usize>(x: &[f32], stride: usize, panel: &[f32], len: usize) -> [[F32x4; V]; M] {
    assert!((M - 1) * stride + len <= x.len() && len * V * LANES <= panel.len() && len.is_multiple_of(LANES), "all terms are there");
    let mut acc = [[F32x4::ZERO; V]; M];
    // SAFETY: no term lies behind the last one, checked above.
    unsafe {
        let inputs: [*const f32; M] = core::array::from_fn(|m| x.as_ptr().add(m * stride));
        for k in (0..len).step_by(LANES) {
            let (inputs, panel) = (inputs.map(|input| input.add(k)), panel.as_ptr().add(k * V * LANES));
            for i in 0..LANES {
                let weights: [F32x4; V] = core::array::from_fn(|v| F32x4::load_ptr(panel.add((i * V + v) * LANES)));
                for m in 0..M {
                    let value = F32x4::splat_ptr(inputs[m].add(i));
                    for v in 0..V {
                        acc[m][v] = value.mul_add(weights[v], acc[m][v]);
                    }
                }
            }
        }
    }
    acc
}

/// `R x C` vectors: that of row `r` and column `c` begins at `at + r * steps[0] + c * steps[1]`.
#[inline(always)]
pub fn load_grid<const R: usize, const C: usize>(from: &[f32], at: usize, steps: [usize; 2]) -> [[F32x4; C]; R] {
    assert!(at + (R - 1) * steps[0] + (C - 1) * steps[1] + LANES <= from.len(), "the grid lies inside");
    // SAFETY: no place is further than the last one, checked above.
    core::array::from_fn(|r| core::array::from_fn(|c| unsafe { F32x4::load_ptr(from.as_ptr().add(at + r * steps[0] + c * steps[1])) }))
}

/// Writes what [`load_grid`] reads.
#[inline(always)]
pub fn store_grid<const R: usize, const C: usize>(grid: [[F32x4; C]; R], to: &mut [f32], at: usize, steps: [usize; 2]) {
    assert!(at + (R - 1) * steps[0] + (C - 1) * steps[1] + LANES <= to.len(), "the grid lies inside");
    for (r, row) in grid.into_iter().enumerate() {
        for (c, value) in row.into_iter().enumerate() {
            // SAFETY: no place is further than the last one, checked above.
            unsafe { value.store_ptr(to.as_mut_ptr().add(at + r * steps[0] + c * steps[1])) }
        }
    }
}

/// The positions an [`outer_tile`] sums over: `images x rows x cols`, each at an even distance in `x` and in `dy`.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    count: [usize; 3],
    x_step: [usize; 3],
    dy_step: [usize; 3],
}

impl Field {
    /// `count` images, rows and columns; `x_step` and `dy_step` floats from one image, row, column to the next.
    pub fn new(count: [usize; 3], x_step: [usize; 3], dy_step: [usize; 3]) -> Field {
        let mut field = Field { count, x_step, dy_step };
        // Long inner loops: a dimension that goes on where the one inside it ends is part of it.
        for _ in 0..2 {
            field.merge(0, 1);
            field.merge(1, 2);
        }
        field
    }

    fn merge(&mut self, outer: usize, inner: usize) {
        let Field { count, x_step, dy_step } = self;
        if count[inner] == 1 {
            (x_step[inner], dy_step[inner]) = (x_step[outer], dy_step[outer]);
        } else if x_step[outer] != count[inner] * x_step[inner] || dy_step[outer] != count[inner] * dy_step[inner] {
            return;
        }
        count[inner] *= count[outer];
        count[outer] = 1;
    }

    #[inline(always)]
    fn reach(&self, step: &[usize; 3]) -> usize {
        (0..3).map(|i| self.count[i].saturating_sub(1) * step[i]).sum()
    }
}

/// `sum over positions of x[position + m] * dy[position][v]` for `M` consecutive channels and `V` vectors.
#[inline(always)]
pub fn outer_tile<const M: usize, const V: usize>(x: &[f32], dy: &[f32], field: &Field) -> [[F32x4; V]; M] {
    let mut acc = [[F32x4::ZERO; V]; M];
    if field.count.contains(&0) {
        return acc;
    }
    assert!(field.reach(&field.x_step) + M <= x.len(), "positions lie inside the input");
    assert!(field.reach(&field.dy_step) + V * LANES <= dy.len(), "positions lie inside the output gradient");
    for n in 0..field.count[0] {
        for row in 0..field.count[1] {
            // SAFETY: the furthest position, `reach`, with its `M` inputs and `V` vectors was checked above; the pointers
            // are moved on only as far as that.
            unsafe {
                let mut input = x.as_ptr().add(n * field.x_step[0] + row * field.x_step[1]);
                let mut gradient = dy.as_ptr().add(n * field.dy_step[0] + row * field.dy_step[1]);
                let mut left = field.count[2];
                loop {
                    let weights: [F32x4; V] = core::array::from_fn(|v| F32x4::load_ptr(gradient.add(v * LANES)));
                    for (m, row) in acc.iter_mut().enumerate() {
                        let value = F32x4::splat_ptr(input.add(m));
                        for v in 0..V {
                            row[v] = value.mul_add(weights[v], row[v]);
                        }
                    }
                    left -= 1;
                    if left == 0 {
                        break;
                    }
                    input = input.add(field.x_step[2]);
                    gradient = gradient.add(field.dy_step[2]);
                }
            }
        }
    }
    acc
}
