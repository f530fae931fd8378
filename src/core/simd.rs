//! `F32x4`: four f32 lanes, the only vector type of the CPU kernels.
//!
//! On wasm with `simd128` it is one `v128`; everywhere else it is `[f32; 4]`, so that the same kernels run and are tested
//! natively. Together with [`tile`] this is the only place of the CPU backend with `unsafe` code.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use core::arch::wasm32 as arch;

pub mod tile;

/// Lanes of an [`F32x4`].
pub const LANES: usize = 4;

/// Rows of the register tile: with two vectors a row, `MR * 2` accumulators stay in registers.
///
/// V8 leaves 15 vector registers on x86-64. A fused multiply-add needs no temporary, so 6 rows fit (12 accumulators, 2
/// weights, 1 input); with a separate multiply the product needs a register too and 6 rows spill, 4 do not.
pub const MR: usize = if cfg!(target_feature = "relaxed-simd") { 6 } else { 4 };

/// Rounds a channel or feature count up to whole vectors.
#[inline]
pub const fn round_up(count: usize) -> usize {
    count.div_ceil(LANES) * LANES
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Repr = arch::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Repr = [f32; 4];

/// Four f32 lanes.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct F32x4(Repr);

/// A lane-wise condition, made by the comparisons and consumed by [`F32x4::select`] and [`U32x4::select`].
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Mask4(MaskRepr);

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type MaskRepr = arch::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type MaskRepr = [bool; 4];

/// Four u32 lanes: positions of maxima.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct U32x4(U32Repr);

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type U32Repr = arch::v128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type U32Repr = [u32; 4];

impl F32x4 {
    /// All lanes zero.
    pub const ZERO: F32x4 = F32x4::constant([0.0; 4]);

    /// The four values, usable in constants.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    pub const fn constant(v: [f32; 4]) -> F32x4 {
        F32x4(arch::f32x4(v[0], v[1], v[2], v[3]))
    }

    /// The four values, usable in constants.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline(always)]
    pub const fn constant(v: [f32; 4]) -> F32x4 {
        F32x4(v)
    }

    /// The same value in every lane.
    #[inline(always)]
    pub fn splat(value: f32) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return F32x4(arch::f32x4_splat(value));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return F32x4([value; 4]);
    }

    /// The first four values of `src`, at any alignment. Panics if there are fewer.
    #[inline(always)]
    pub fn load(src: &[f32]) -> F32x4 {
        let src = &src[..LANES];
        // SAFETY: the slice above holds four values.
        unsafe { F32x4::load_ptr(src.as_ptr()) }
    }

    /// Writes the lanes to the first four places of `dst`, at any alignment. Panics if there are fewer.
    #[inline(always)]
    pub fn store(self, dst: &mut [f32]) {
        let dst = &mut dst[..LANES];
        // SAFETY: the slice above holds four values.
        unsafe { self.store_ptr(dst.as_mut_ptr()) }
    }

    /// Four consecutive values at `src`.
    ///
    /// # Safety
    /// `src` must be valid for reading four f32; any alignment that suits f32 will do.
    #[inline(always)]
    pub unsafe fn load_ptr(src: *const f32) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: four readable f32 are promised by the caller; v128.load has no alignment requirement.
        return F32x4(unsafe { arch::v128_load(src.cast()) });
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        // SAFETY: four readable, f32-aligned values are promised by the caller.
        return F32x4(unsafe { src.cast::<[f32; 4]>().read() });
    }

    /// The value at `src` in every lane.
    ///
    /// # Safety
    /// `src` must be valid for reading one f32.
    #[inline(always)]
    pub unsafe fn splat_ptr(src: *const f32) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: one readable f32 is promised by the caller.
        return F32x4(unsafe { arch::v128_load32_splat(src.cast()) });
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        // SAFETY: one readable f32 is promised by the caller.
        return F32x4([unsafe { src.read() }; 4]);
    }

    /// Writes the lanes to four consecutive places at `dst`.
    ///
    /// # Safety
    /// `dst` must be valid for writing four f32; any alignment that suits f32 will do.
    #[inline(always)]
    pub unsafe fn store_ptr(self, dst: *mut f32) {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: four writable f32 are promised by the caller; v128.store has no alignment requirement.
        unsafe {
            arch::v128_store(dst.cast(), self.0)
        }
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        // SAFETY: four writable, f32-aligned places are promised by the caller.
        unsafe {
            dst.cast::<[f32; 4]>().write(self.0)
        }
    }

    /// The lanes as an array.
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return [
            arch::f32x4_extract_lane::<0>(self.0),
            arch::f32x4_extract_lane::<1>(self.0),
            arch::f32x4_extract_lane::<2>(self.0),
            arch::f32x4_extract_lane::<3>(self.0),
        ];
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return self.0;
    }

    /// `self * factor + addend`, fused into one instruction (and one rounding) in the relaxed-simd build.
    #[inline(always)]
    pub fn mul_add(self, factor: F32x4, addend: F32x4) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        return F32x4(arch::f32x4_relaxed_madd(self.0, factor.0, addend.0));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
        return addend + self * factor;
    }

    /// Lane-wise square root.
    #[inline(always)]
    pub fn sqrt(self) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return F32x4(arch::f32x4_sqrt(self.0));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return F32x4(self.0.map(f32::sqrt));
    }

    /// Lane-wise `self < floor ? 0 : self`; NaN and -0 stay. No maximum: compilers make a relaxed one of it, which may let neither stay.
    #[inline(always)]
    pub fn zero_below(self, floor: F32x4) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return F32x4(arch::v128_andnot(self.0, arch::f32x4_lt(self.0, floor.0)));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return self.zip(floor, |a, floor| if a < floor { 0.0 } else { a });
    }

    /// Zero in lanes below the smallest normal number, which arithmetic takes many times as long for; NaN stays.
    #[inline(always)]
    pub fn normal_or_zero(self) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return F32x4(arch::v128_andnot(self.0, arch::f32x4_lt(arch::f32x4_abs(self.0), arch::f32x4_splat(f32::MIN_POSITIVE))));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return F32x4(self.0.map(|a| if a.is_subnormal() { 0.0 } else { a }));
    }

    /// Lane-wise `self > other`.
    #[inline(always)]
    pub fn gt(self, other: F32x4) -> Mask4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return Mask4(arch::f32x4_gt(self.0, other.0));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return Mask4(core::array::from_fn(|i| self.0[i] > other.0[i]));
    }

    /// Lane-wise `self > other`, true also where `self` is NaN.
    #[inline(always)]
    pub fn gt_or_nan(self, other: F32x4) -> Mask4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return Mask4(arch::v128_or(arch::f32x4_gt(self.0, other.0), arch::f32x4_ne(self.0, self.0)));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return Mask4(core::array::from_fn(|i| self.0[i] > other.0[i] || self.0[i].is_nan()));
    }

    /// Lane-wise `mask ? yes : no`.
    #[inline(always)]
    pub fn select(mask: Mask4, yes: F32x4, no: F32x4) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return F32x4(arch::v128_bitselect(yes.0, no.0, mask.0));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return F32x4(core::array::from_fn(|i| if mask.0[i] { yes.0[i] } else { no.0[i] }));
    }

    /// Lane-wise `mask ? self : 0`.
    #[inline(always)]
    pub fn keep(self, mask: Mask4) -> F32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return F32x4(arch::v128_and(self.0, mask.0));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return F32x4::select(mask, self, F32x4::ZERO);
    }

    /// Rows become columns: lane `j` of result `i` is lane `i` of `rows[j]`.
    #[inline(always)]
    pub fn transpose(rows: [F32x4; 4]) -> [F32x4; 4] {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        {
            let [a, b, c, d] = rows.map(|r| r.0);
            let ab_low = arch::i32x4_shuffle::<0, 4, 1, 5>(a, b);
            let ab_high = arch::i32x4_shuffle::<2, 6, 3, 7>(a, b);
            let cd_low = arch::i32x4_shuffle::<0, 4, 1, 5>(c, d);
            let cd_high = arch::i32x4_shuffle::<2, 6, 3, 7>(c, d);
            [
                F32x4(arch::i64x2_shuffle::<0, 2>(ab_low, cd_low)),
                F32x4(arch::i64x2_shuffle::<1, 3>(ab_low, cd_low)),
                F32x4(arch::i64x2_shuffle::<0, 2>(ab_high, cd_high)),
                F32x4(arch::i64x2_shuffle::<1, 3>(ab_high, cd_high)),
            ]
        }
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        core::array::from_fn(|i| F32x4(core::array::from_fn(|j| rows[j].0[i])))
    }

    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline(always)]
    fn zip(self, other: F32x4, f: impl Fn(f32, f32) -> f32) -> F32x4 {
        F32x4(core::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

macro_rules! lanewise {
    ($trait:ident, $method:ident, $wasm:ident, $op:tt) => {
        impl core::ops::$trait for F32x4 {
            type Output = F32x4;
            #[inline(always)]
            fn $method(self, other: F32x4) -> F32x4 {
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                return F32x4(arch::$wasm(self.0, other.0));
                #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
                return self.zip(other, |a, b| a $op b);
            }
        }
    };
}
lanewise!(Add, add, f32x4_add, +);
lanewise!(Sub, sub, f32x4_sub, -);
lanewise!(Mul, mul, f32x4_mul, *);
lanewise!(Div, div, f32x4_div, /);

impl U32x4 {
    /// The same value in every lane.
    #[inline(always)]
    pub fn splat(value: u32) -> U32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return U32x4(arch::u32x4_splat(value));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return U32x4([value; 4]);
    }

    /// The first four values of `src`. Panics if there are fewer.
    #[inline(always)]
    pub fn load(src: &[u32]) -> U32x4 {
        let src = &src[..LANES];
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: the slice above holds four values; v128.load has no alignment requirement.
        return U32x4(unsafe { arch::v128_load(src.as_ptr().cast()) });
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return U32x4([src[0], src[1], src[2], src[3]]);
    }

    /// Writes the lanes to the first four places of `dst`. Panics if there are fewer.
    #[inline(always)]
    pub fn store(self, dst: &mut [u32]) {
        let dst = &mut dst[..LANES];
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: the slice above holds four values; v128.store has no alignment requirement.
        unsafe {
            arch::v128_store(dst.as_mut_ptr().cast(), self.0)
        }
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        dst.copy_from_slice(&self.0);
    }

    /// Lane-wise `self == other`.
    #[inline(always)]
    pub fn equal(self, other: U32x4) -> Mask4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return Mask4(arch::i32x4_eq(self.0, other.0));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return Mask4(core::array::from_fn(|i| self.0[i] == other.0[i]));
    }

    /// Lane-wise `mask ? yes : no`.
    #[inline(always)]
    pub fn select(mask: Mask4, yes: U32x4, no: U32x4) -> U32x4 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return U32x4(arch::v128_bitselect(yes.0, no.0, mask.0));
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return U32x4(core::array::from_fn(|i| if mask.0[i] { yes.0[i] } else { no.0[i] }));
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const A: [f32; 4] = [1.5, -2.0, 0.0, f32::NAN];
    const B: [f32; 4] = [0.5, 4.0, -0.0, 1.0];

    #[test]
    fn subnormal_lanes_become_zero_and_others_stay() {
        let lanes = F32x4::constant([1e-39, -2e-45, f32::MIN_POSITIVE, -1.5]).normal_or_zero().to_array();
        assert_eq!(lanes, [0.0, 0.0, f32::MIN_POSITIVE, -1.5]);
        let [not_a_number, infinite, ..] = F32x4::constant([f32::NAN, f32::INFINITY, 0.0, -0.0]).normal_or_zero().to_array();
        assert!(not_a_number.is_nan() && infinite == f32::INFINITY);
    }

    fn vectors() -> (F32x4, F32x4) {
        (F32x4::load(&A), F32x4::constant(B))
    }

    /// NaN equals NaN here, 0 does not equal -0.
    #[track_caller]
    fn assert_lanes(actual: F32x4, expected: [f32; 4]) {
        let bits = |lanes: [f32; 4]| lanes.map(|lane| if lane.is_nan() { f32::NAN.to_bits() } else { lane.to_bits() });
        assert_eq!(bits(actual.to_array()), bits(expected));
    }

    #[test]
    fn arithmetic_is_lane_wise() {
        let (a, b) = vectors();
        assert_lanes(a + b, [2.0, 2.0, 0.0, f32::NAN]);
        assert_lanes(a - b, [1.0, -6.0, 0.0, f32::NAN]);
        assert_lanes(a * b, [0.75, -8.0, -0.0, f32::NAN]);
        assert_lanes((a / b).sqrt(), [3f32.sqrt(), f32::NAN, (a / b).to_array()[2].sqrt(), f32::NAN]);
        assert_lanes(a.mul_add(b, F32x4::splat(1.0)), [1.75, -7.0, 1.0, f32::NAN]);
    }

    #[test]
    fn a_floor_keeps_nan() {
        assert_lanes(vectors().0.zero_below(F32x4::ZERO), [1.5, 0.0, 0.0, f32::NAN]);
    }

    #[test]
    fn comparisons_choose_lanes() {
        let (a, b) = vectors();
        assert_lanes(F32x4::select(a.gt(b), a, b), [1.5, 4.0, -0.0, 1.0]);
        assert_lanes(F32x4::select(a.gt_or_nan(b), a, b), [1.5, 4.0, -0.0, f32::NAN]);
        assert_lanes(b.keep(b.gt(F32x4::splat(0.75))), [0.0, 4.0, 0.0, 1.0]);
        let mut lanes = [0; 4];
        U32x4::select(a.gt_or_nan(b), U32x4::splat(7), U32x4::load(&[1, 2, 3, 4])).store(&mut lanes);
        assert_eq!(lanes, [7, 2, 3, 7]);
        assert_lanes(F32x4::splat(9.0).keep(U32x4::load(&lanes).equal(U32x4::splat(7))), [9.0, 0.0, 0.0, 9.0]);
    }

    #[test]
    fn transposing_swaps_rows_and_lanes() {
        let rows = core::array::from_fn(|row| F32x4::constant(core::array::from_fn(|lane| (4 * row + lane) as f32)));
        for (i, column) in F32x4::transpose(rows).into_iter().enumerate() {
            assert_lanes(column, core::array::from_fn(|j| (4 * j + i) as f32));
        }
    }

    #[test]
    fn loads_and_stores_need_no_alignment() {
        let mut values: Vec<f32> = (0..9).map(|i| i as f32).collect();
        F32x4::load(&values[3..]).store(&mut values[1..]);
        assert_eq!(values, [0.0, 3.0, 4.0, 5.0, 6.0, 5.0, 6.0, 7.0, 8.0]);
    }
}
