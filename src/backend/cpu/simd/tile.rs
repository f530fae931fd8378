//! The two register tiles every convolution and linear kernel is made of.
//!
//! [`dot_tile`]: `M` positions times `V` vectors of output channels, summed over taps and input channels (forward, input
//! gradient). [`outer_tile`]: `M` input channels times `V` vectors of output channels, summed over positions (weight gradient).
//! Both check their bounds once a tile and then read through pointers.

use super::{F32x4, LANES};

/// Where the reduction of one position runs: `rows x cols` stretches of `len` consecutive inputs, at even distances.
///
/// Stretch `(r, c)` begins `r * row_x + c * col_x` floats after the position's first input and meets the panel's
/// reduction steps from `first + r * row_k + c * col_k` on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taps {
    /// Stretches from top to bottom.
    pub rows: usize,
    /// Floats of input from one row of stretches to the next.
    pub row_x: usize,
    /// Reduction steps of the panel from one row of stretches to the next.
    pub row_k: usize,
    /// Stretches from left to right.
    pub cols: usize,
    /// Floats of input from one stretch to the next.
    pub col_x: usize,
    /// Reduction steps of the panel from one stretch to the next.
    pub col_k: usize,
    /// Consecutive inputs, and reduction steps, of a stretch.
    pub len: usize,
    /// The panel's reduction step of the first stretch.
    pub first: usize,
}

impl Taps {
    /// Floats of input from a position's first one to just past its last one.
    #[inline(always)]
    fn reach_x(&self) -> usize {
        if self.rows == 0 || self.cols == 0 { 0 } else { (self.rows - 1) * self.row_x + (self.cols - 1) * self.col_x + self.len }
    }

    /// Reduction steps of the panel up to just past the last one used.
    #[inline(always)]
    fn reach_k(&self) -> usize {
        if self.rows == 0 || self.cols == 0 {
            0
        } else {
            self.first + (self.rows - 1) * self.row_k + (self.cols - 1) * self.col_k + self.len
        }
    }
}

/// `start[v] + sum over taps of x[at[m] + tap] * panel[tap][v]` for `M` positions and `V` vectors.
///
/// `panel` holds `V * 4` weights for each reduction step.
#[inline(always)]
pub fn dot_tile<const M: usize, const V: usize>(
    x: &[f32],
    at: &[u32; M],
    panel: &[f32],
    taps: &Taps,
    start: [F32x4; V],
) -> [[F32x4; V]; M] {
    let reach = taps.reach_x();
    assert!(reach <= x.len() && at.iter().all(|&at| at as usize <= x.len() - reach), "positions lie inside the input");
    assert!(taps.reach_k() * V * LANES <= panel.len(), "taps lie inside the panel");
    let mut acc = [start; M];
    for row in 0..taps.rows {
        for col in 0..taps.cols {
            let skip = row * taps.row_x + col * taps.col_x;
            let step = taps.first + row * taps.row_k + col * taps.col_k;
            // SAFETY: `at[m] + reach` was checked against `x`, and `skip + len <= reach`; `reach_k` was checked against
            // `panel`, and `step + len <= reach_k`.
            unsafe {
                let inputs = at.map(|at| x.as_ptr().add(at as usize + skip));
                acc = dot_stretch(acc, inputs, panel.as_ptr().add(step * V * LANES), taps.len);
            }
        }
    }
    acc
}

/// Adds `len` reduction steps to the accumulators.
///
/// # Safety
/// Every input must be readable for `len` floats and `panel` for `len * V * 4`.
#[inline(always)]
unsafe fn dot_stretch<const M: usize, const V: usize>(
    mut acc: [[F32x4; V]; M],
    mut inputs: [*const f32; M],
    mut panel: *const f32,
    len: usize,
) -> [[F32x4; V]; M] {
    const UNROLL: usize = 4;
    let mut left = len;
    // SAFETY: each round reads `UNROLL` (then one) steps of the `left` that remain, and moves the pointers past them.
    unsafe {
        while left >= UNROLL {
            for k in 0..UNROLL {
                let weights: [F32x4; V] = core::array::from_fn(|v| F32x4::load_ptr(panel.add((k * V + v) * LANES)));
                for m in 0..M {
                    let value = F32x4::splat_ptr(inputs[m].add(k));
                    for v in 0..V {
                        acc[m][v] = value.mul_add(weights[v], acc[m][v]);
                    }
                }
            }
            inputs = inputs.map(|input| input.add(UNROLL));
            panel = panel.add(UNROLL * V * LANES);
            left -= UNROLL;
        }
        while left > 0 {
            let weights: [F32x4; V] = core::array::from_fn(|v| F32x4::load_ptr(panel.add(v * LANES)));
            for m in 0..M {
                let value = F32x4::splat_ptr(inputs[m]);
                for v in 0..V {
                    acc[m][v] = value.mul_add(weights[v], acc[m][v]);
                }
            }
            inputs = inputs.map(|input| input.add(1));
            panel = panel.add(V * LANES);
            left -= 1;
        }
    }
    acc
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
                    for m in 0..M {
                        let value = F32x4::splat_ptr(input.add(m));
                        for v in 0..V {
                            acc[m][v] = value.mul_add(weights[v], acc[m][v]);
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
