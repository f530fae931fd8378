//! The field of displacements of an elastic deformation.

use bytemuck::{Pod, Zeroable};

use crate::core::kernel::{Args, Binding::*, Kernel, MapMut, Pass, Real, double, params, reference};
use crate::core::rng::{draw, step_key};
use crate::core::simd::LANES;
use crate::core::wgsl::{HASH, PRELUDE};

/// Tells these random numbers from those of others that draw in the same step.
const STREAM: u32 = 0x656c_6173;

/// Size of the batch and strength; the same bytes as `struct DisplacementParams` in `displacement.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct DisplacementParams {
    /// Images.
    pub batch: u32,
    /// Of an image.
    pub height: u32,
    /// Of an image.
    pub width: u32,
    /// The Gaussian has `2 radius + 1` weights.
    pub radius: u32,
    /// Multiplies the smoothed field.
    pub alpha: f32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

/// random state, gaussian `[2 radius + 1]` -> field `[batch, 2, h, w]`: how many pixels further right, and further down, each pixel looks.
///
/// `field[n,c] = alpha * (gaussian over rows and columns of uniform random numbers in ±1)`; both axes of a pixel come from one hash.
pub static DISPLACEMENT: Kernel = Kernel {
    name: "augment.displacement",
    bindings: &[ReadWords, Read, Write],
    scalar: reference(displacement::<f32>),
    scalar_f64: double(displacement::<f64>),
    simd: Some(by_rows),
    simd_scratch: |bytes| {
        let p: DisplacementParams = params(bytes);
        (3 * p.height as usize + 1) * p.width as usize
    },
    wgsl: &[PRELUDE, HASH, crate::core::wgsl::wgsl!("displacement.wgsl")],
    passes: &[Pass { entry: "smooth_rows", workgroups }, Pass { entry: "smooth_columns", workgroups }],
    wgsl_scratch: |bytes| 2 * pixels(bytes) as usize,
    ..Kernel::BASE
};

fn pixels(bytes: &[u8]) -> u64 {
    let p: DisplacementParams = params(bytes);
    u64::from(p.batch) * u64::from(p.height) * u64::from(p.width)
}

/// One thread a pixel.
fn workgroups(bytes: &[u8]) -> u64 {
    pixels(bytes).div_ceil(64)
}

/// What image `n` draws from.
pub(super) fn image_key(stream: u32, random: &[u32], n: usize) -> u32 {
    draw(step_key(stream, random), n as u32)
}

/// Two numbers in ±1 for a pixel: right and down. Exact in single precision.
fn noise<T: Real>(key: u32, pixel: usize) -> [T; 2] {
    let bits = draw(key, pixel as u32);
    [bits & 0xffff, bits >> 16].map(|bits| T::of((2.0 * f64::from(bits) + 1.0) / 65_536.0 - 1.0))
}

/// The places along an axis of length `len` that the Gaussian reaches from `at`, each with its weight.
fn reached<T: Copy>(gaussian: &[T], radius: usize, at: usize, len: usize) -> impl Iterator<Item = (usize, T)> {
    let (first, last) = (at.saturating_sub(radius), (at + radius).min(len - 1));
    (first..=last).map(move |place| (place, gaussian[place + radius - at]))
}

fn displacement<T: Real>(mut args: Args<'_, T>) {
    let p: DisplacementParams = args.params();
    let [random, gaussian, field] = args.take();
    let (random, gaussian) = (random.read_words(), gaussian.read());
    let (height, width, radius) = (p.height as usize, p.width as usize, p.radius as usize);
    let mut field = MapMut::zeroed(field.write(), 2, p.height, p.width);
    for n in 0..p.batch as usize {
        let key = image_key(STREAM, random, n);
        let noise: Vec<[T; 2]> = (0..height * width).map(|pixel| noise(key, pixel)).collect();
        for (axis, noise) in [0, 1].map(|axis| (axis, noise.iter().map(move |pair| pair[axis]).collect::<Vec<T>>())) {
            let along_row = |y: usize, x: usize| reached(gaussian, radius, x, width).map(|(x, weight)| weight * noise[y * width + x]).sum();
            let rows: Vec<T> = (0..height * width).map(|pixel| along_row(pixel / width, pixel % width)).collect();
            for y in 0..height {
                for x in 0..width {
                    let sum: T = reached(gaussian, radius, y, height).map(|(y, weight)| weight * rows[y * width + x]).sum();
                    *field.at(n, axis, y, x) = T::of(p.alpha.into()) * sum;
                }
            }
        }
    }
}

/// The same with whole rows added to whole rows, which compilers turn into vector instructions.
fn by_rows(mut args: Args<'_, f32>) {
    let p: DisplacementParams = args.params();
    let [random, gaussian, field] = args.take();
    let (random, gaussian) = (random.read_words(), gaussian.read());
    let (height, width, radius) = (p.height as usize, p.width as usize, p.radius as usize);
    let (drawn, rest) = args.scratch.split_at_mut(2 * height * width);
    let (rows, sums) = rest.split_at_mut(height * width);
    for (n, field) in field.write().chunks_exact_mut(LANES * height * width).enumerate() {
        let key = image_key(STREAM, random, n);
        let (right, down) = drawn.split_at_mut(height * width);
        for (pixel, (right, down)) in right.iter_mut().zip(down).enumerate() {
            [*right, *down] = noise(key, pixel);
        }
        field.fill(0.0);
        for (axis, drawn) in drawn.chunks_exact(height * width).enumerate() {
            rows.fill(0.0);
            for (sums, drawn) in rows.chunks_exact_mut(width).zip(drawn.chunks_exact(width)) {
                for (i, &weight) in gaussian.iter().enumerate().take(2 * radius + 1) {
                    // Sum x takes what lies `i - radius` further right.
                    let (to, from) = (radius.saturating_sub(i), i.saturating_sub(radius));
                    add_scaled(sums.get_mut(to..).unwrap_or_default(), drawn.get(from..).unwrap_or_default(), weight);
                }
            }
            for (y, field) in field.chunks_exact_mut(LANES * width).enumerate() {
                sums.fill(0.0);
                for (y, weight) in reached(gaussian, radius, y, height) {
                    add_scaled(sums, &rows[y * width..][..width], p.alpha * weight);
                }
                for (lanes, &sum) in field.chunks_exact_mut(LANES).zip(&*sums) {
                    lanes[axis] = sum;
                }
            }
        }
    }
}

/// Adds `factor` times a row to another, as far as both go.
fn add_scaled(sums: &mut [f32], row: &[f32], factor: f32) {
    for (sum, &value) in sums.iter_mut().zip(row) {
        *sum += factor * value;
    }
}
