//! The roof: how many multiply-adds a second this machine's browser does at all, in registers alone.

use std::arch::wasm32::{f32x4_extract_lane, f32x4_splat, v128};

/// Independent sums: enough to hide the latency of one multiply-add on two units.
const SUMS: usize = 12;
const ROUNDS: usize = 100_000;

#[cfg(target_feature = "relaxed-simd")]
fn multiply_add(a: v128, b: v128, c: v128) -> v128 {
    std::arch::wasm32::f32x4_relaxed_madd(a, b, c)
}

#[cfg(not(target_feature = "relaxed-simd"))]
fn multiply_add(a: v128, b: v128, c: v128) -> v128 {
    std::arch::wasm32::f32x4_add(std::arch::wasm32::f32x4_mul(a, b), c)
}

/// Does a fixed number of multiply-adds on four lanes and returns the floating-point operations done.
pub(super) fn multiply_adds() -> f64 {
    // Hidden from the optimizer, which would otherwise do the sums once.
    let a = std::hint::black_box(f32x4_splat(0.999_999));
    let b = std::hint::black_box(f32x4_splat(1e-6));
    let mut sums: [v128; SUMS] = std::array::from_fn(|i| f32x4_splat(i as f32));
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            *sum = multiply_add(*sum, a, b);
        }
    }
    let total: f32 = sums.iter().map(|&sum| f32x4_extract_lane::<0>(sum)).sum();
    std::hint::black_box(total);
    (ROUNDS * SUMS * 4 * 2) as f64
}
