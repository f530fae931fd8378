//! Numbers of a file as `f32`: half precision of both kinds exactly, double precision rounded to the nearest, ties to even.

/// Bytes of a number of a type that is read: F32, F16, BF16 and F64.
pub fn width(dtype: &str) -> Option<usize> {
    match dtype {
        "F16" | "BF16" => Some(2),
        "F32" => Some(4),
        "F64" => Some(8),
        _ => None,
    }
}

/// The numbers in these bytes; none for a type that is not read.
pub fn read(dtype: &str, bytes: &[u8]) -> Vec<f32> {
    match dtype {
        "F16" => bytes.as_chunks().0.iter().map(|&two| half(u16::from_le_bytes(two))).collect(),
        "BF16" => bytes.as_chunks().0.iter().map(|&two| f32::from_bits(u32::from(u16::from_le_bytes(two)) << 16)).collect(),
        "F32" => bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect(),
        "F64" => bytes.as_chunks().0.iter().map(|&eight| f64::from_le_bytes(eight) as f32).collect(),
        _ => Vec::new(),
    }
}

/// IEEE 754's binary16: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    let size = match exponent {
        // Subnormal: multiples of 2^-24, and zero.
        0 => fraction as f32 / (1u32 << 24) as f32,
        // Infinity and NaN.
        0x1f => f32::from_bits(0x7f80_0000 | fraction << 13),
        _ => f32::from_bits((exponent + 112) << 23 | fraction << 13),
    };
    if bits >> 15 == 0 { size } else { -size }
}

/// How many are non-finite.
pub fn not_finite(values: &[f32]) -> usize {
    values.iter().filter(|value| !value.is_finite()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `torch.tensor(bits).view(torch.float16).float()` gives, by the definition: every one of the 65,536.
    #[test]
    fn every_half_is_what_its_definition_says() {
        for bits in 0..=u16::MAX {
            let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
            let size = match exponent {
                0 => fraction * 2f64.powi(-24),
                0x1f if fraction == 0.0 => f64::INFINITY,
                0x1f => f64::NAN,
                _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
            };
            let expected = if bits >> 15 == 1 { -size } else { size };
            let [found] = read("F16", &bits.to_le_bytes())[..] else { panic!("one number") };
            assert!(f64::from(found) == expected || found.is_nan() && expected.is_nan(), "{bits:#06x}: {found}, expected {expected}");
            assert_eq!(found.is_sign_negative(), bits >> 15 == 1, "{bits:#06x}");
        }
    }

    #[test]
    fn the_other_types_are_cut_widened_or_rounded_to_even() {
        let bf16 = [0x3f80u16, 0xc020, 0x0001, 0x8000, 0x7f80, 0xff80, 0x7fc0, 0x7f7f].map(u16::to_le_bytes).concat();
        let expected = [1.0, -2.5, f32::from_bits(0x1_0000), -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 3.389_531_4e38];
        let found = read("BF16", &bf16);
        assert!(found.iter().zip(expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{found:?}");
        // Half of the last place goes to the even neighbour, a little more up; past the largest lies infinity; far below the least subnormal, zero.
        let half_place = 2f64.powi(-24);
        let doubles = [1.0 + half_place, 1.0 + 3.0 * half_place, 1.0 + half_place + 1e-12, 1e39, -1e39, 1e-46, 2f64.powi(-149), f64::NAN];
        let expected =
            [1.0, 1.0 + 2.0 * f32::EPSILON, 1.0 + f32::EPSILON, f32::INFINITY, f32::NEG_INFINITY, 0.0, f32::from_bits(1), f32::NAN];
        let found = read("F64", &doubles.map(f64::to_le_bytes).concat());
        assert!(found.iter().zip(expected).all(|(&a, b)| a == b || a.is_nan() && b.is_nan()), "{found:?}");
        assert_eq!(not_finite(&found), 3);
        assert!(read("I8", &[1, 2]).is_empty() && width("I8").is_none());
    }
}
