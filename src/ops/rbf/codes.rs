//! Fixed codes of classes, each value -1 or +1.

use std::rc::Rc;

use crate::core::rng::{Rng, Stream};

/// Width and height of a digit's bitmap: with 84 values a code has as many as layer F6 of LeNet-5 has outputs.
const WIDTH: usize = 7;
const HEIGHT: usize = 12;

/// The ten digits as on a screen, a row a number whose highest of seven bits is the left pixel.
#[rustfmt::skip]
const DIGITS: [[u8; HEIGHT]; 10] = [
    [0b0011100, 0b0110110, 0b1100011, 0b1100011, 0b1100011, 0b1100011, 0b1100011, 0b1100011, 0b1100011, 0b1100011, 0b0110110, 0b0011100],
    [0b0001100, 0b0011100, 0b0111100, 0b1101100, 0b0001100, 0b0001100, 0b0001100, 0b0001100, 0b0001100, 0b0001100, 0b0001100, 0b1111111],
    [0b0111110, 0b1100011, 0b1100011, 0b0000011, 0b0000011, 0b0000110, 0b0001100, 0b0011000, 0b0110000, 0b1100000, 0b1100000, 0b1111111],
    [0b1111111, 0b0000011, 0b0000110, 0b0001100, 0b0011000, 0b0111110, 0b0000011, 0b0000011, 0b0000011, 0b1100011, 0b1100011, 0b0111110],
    [0b0000110, 0b0001110, 0b0011110, 0b0110110, 0b0110110, 0b1100110, 0b1100110, 0b1111111, 0b1111111, 0b0000110, 0b0000110, 0b0000110],
    [0b1111111, 0b1100000, 0b1100000, 0b1100000, 0b1111110, 0b1100011, 0b0000011, 0b0000011, 0b0000011, 0b0000011, 0b1100011, 0b0111110],
    [0b0011110, 0b0110000, 0b1100000, 0b1100000, 0b1101110, 0b1110011, 0b1100011, 0b1100011, 0b1100011, 0b1100011, 0b0110011, 0b0011110],
    [0b1111111, 0b1111111, 0b0000011, 0b0000011, 0b0000110, 0b0000110, 0b0001100, 0b0001100, 0b0011000, 0b0011000, 0b0110000, 0b0110000],
    [0b0111110, 0b1100011, 0b1100011, 0b1100011, 0b0110110, 0b0011100, 0b0110110, 0b1100011, 0b1100011, 0b1100011, 0b1100011, 0b0111110],
    [0b0111100, 0b1100110, 0b1100011, 0b1100011, 0b1100011, 0b0110111, 0b0011111, 0b0000011, 0b0000011, 0b0000011, 0b0000110, 0b0111100],
];

/// Classes that [`digits`] has codes of, and the values of a code.
pub const DIGITS_SHAPE: [usize; 2] = [DIGITS.len(), WIDTH * HEIGHT];

/// +1 where a digit's bitmap is set, -1 where not, row after row.
pub fn digits() -> Rc<[f32]> {
    let pixels = |row: u8| (0..WIDTH).map(move |column| if row >> (WIDTH - 1 - column) & 1 == 1 { 1.0 } else { -1.0 });
    DIGITS.iter().flatten().flat_map(|&row| pixels(row)).collect()
}

/// So many values of -1 and +1, the same every time.
pub fn random(count: usize) -> Rc<[f32]> {
    let mut rng = Rng::new(1998, Stream::Parameters);
    (0..count).map(|_| if rng.below(2) == 1 { 1.0 } else { -1.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_digits_are_close() {
        let codes = digits();
        let codes: Vec<&[f32]> = codes.chunks(DIGITS_SHAPE[1]).collect();
        assert_eq!(codes.len(), DIGITS_SHAPE[0]);
        for (i, a) in codes.iter().enumerate() {
            for b in &codes[..i] {
                let differing = a.iter().zip(*b).filter(|(a, b)| a != b).count();
                assert!(differing >= 10, "digit {i} differs from an earlier one in {differing} pixels");
            }
        }
        assert!(random(1000).iter().sum::<f32>().abs() < 150.0);
    }
}
