//! The constant matrices of F(2x2, 3x3), written out as additions: `Y = A' [(G g G') * (B' d B)] A` (Lavin and Gray, equation 8).

use super::OUT;
use crate::core::simd::F32x4;

/// Places of a tile: inputs along each axis, squared.
pub(super) const PLACES: usize = 16;

/// Inputs of a tile along each axis.
pub(super) const IN: usize = 4;

/// `B' d` of four inputs along one axis.
#[inline(always)]
fn forward([a, b, c, d]: [F32x4; IN]) -> [F32x4; IN] {
    [a - c, b + c, c - b, b - d]
}

/// `G g` of three weights along one axis.
#[inline(always)]
fn kernel([a, b, c]: [F32x4; 3]) -> [F32x4; IN] {
    let half = F32x4::splat(0.5);
    let (ends, middle) = ((a + c) * half, b * half);
    [a, ends + middle, ends - middle, c]
}

/// `G' m` of four sums along one axis.
#[inline(always)]
fn kernel_back([a, b, c, d]: [F32x4; IN]) -> [F32x4; 3] {
    let half = F32x4::splat(0.5);
    let (sum, difference) = ((b + c) * half, (b - c) * half);
    [a + sum, difference, sum + d]
}

/// `A' m` of four products along one axis.
#[inline(always)]
fn inverse([a, b, c, d]: [F32x4; IN]) -> [F32x4; OUT] {
    [a + b + c, b - c - d]
}

/// `A y` of two output gradients along one axis.
#[inline(always)]
fn inverse_back([a, b]: [F32x4; OUT]) -> [F32x4; IN] {
    [a, a + b, a - b, F32x4::ZERO - b]
}

/// Columns become rows.
#[inline(always)]
fn turn<const R: usize, const C: usize>(rows: [[F32x4; C]; R]) -> [[F32x4; R]; C] {
    core::array::from_fn(|c| core::array::from_fn(|r| rows[r][c]))
}

/// `B' d B`.
#[inline(always)]
pub(super) fn forward_tile(rows: [[F32x4; IN]; IN]) -> [[F32x4; IN]; IN] {
    turn(turn(rows.map(forward)).map(forward))
}

/// `G g G'`.
#[inline(always)]
pub(super) fn kernel_tile(rows: [[F32x4; 3]; 3]) -> [[F32x4; IN]; IN] {
    turn(turn(rows.map(kernel)).map(kernel))
}

/// `G' m G`.
#[inline(always)]
pub(super) fn kernel_back_tile(rows: [[F32x4; IN]; IN]) -> [[F32x4; 3]; 3] {
    turn(turn(rows.map(kernel_back)).map(kernel_back))
}

/// `A' m A`.
#[inline(always)]
pub(super) fn inverse_tile(rows: [[F32x4; IN]; IN]) -> [[F32x4; OUT]; OUT] {
    turn(turn(rows.map(inverse)).map(inverse))
}

/// `A y A'`.
#[inline(always)]
pub(super) fn inverse_back_tile(rows: [[F32x4; OUT]; OUT]) -> [[F32x4; IN]; IN] {
    turn(turn(rows.map(inverse_back)).map(inverse_back))
}
