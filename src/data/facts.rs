//! What files of one's own hold: all that a network has to fit, found by reading them.

use serde::{Deserialize, Serialize};

use super::shard::checksum_of_all;

/// The smallest and the largest image that files may hold, in pixels along one side.
pub const SIDES: [usize; 2] = [8, 64];
/// More classes than this no file may have.
pub const MOST_CLASSES: usize = 100;

/// EMNIST's letters are counted from 1 to this.
const LETTERS: u8 = 26;

/// What the loaded images are like.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Facts {
    /// Of an image, in pixels.
    pub height: usize,
    /// Of an image, in pixels.
    pub width: usize,
    /// One more than the largest label, and two at least.
    pub classes: usize,
    /// Of the training images' pixels / 255, to four decimals as MNIST's is written.
    pub mean: f64,
    /// Their standard deviation, likewise; never 0.
    pub std: f64,
    /// Of all images and labels of the files: eight hexadecimal digits.
    pub crc32: String,
    /// They are as EMNIST's letters are stored: labels 1 to 26, and each image turned over its diagonal.
    pub letters: bool,
}

impl Facts {
    /// Of training images and labels, and of those for testing where there are some, a byte a pixel and a byte a label.
    pub fn of([height, width]: [usize; 2], train: (&[u8], &[u8]), test: Option<(&[u8], &[u8])>) -> Self {
        let (pixels, labels) = train;
        let mut counts = [0u64; 256];
        for &pixel in pixels {
            counts[usize::from(pixel)] += 1;
        }
        let count = pixels.len().max(1) as f64;
        let levels = || counts.iter().zip(0..=255u8).map(|(&count, level)| (count as f64, f64::from(level) / 255.0));
        let mean = levels().map(|(count, level)| count * level).sum::<f64>() / count;
        let variance = levels().map(|(count, level)| count * (level - mean) * (level - mean)).sum::<f64>() / count;
        let tested: &[u8] = test.map_or(&[][..], |(_, labels)| labels);
        let all = || labels.iter().chain(tested);
        let (least, most) = (all().min().copied().unwrap_or(0), all().max().copied().unwrap_or(0));
        let pieces = [Some(train), test].into_iter().flatten().flat_map(|(pixels, labels)| [pixels, labels]);
        Self {
            height,
            width,
            classes: (usize::from(most) + 1).max(2),
            mean: (mean * 1e4).round() / 1e4,
            // Images of one grey have no deviation to divide by.
            std: ((variance.sqrt() * 1e4).round() / 1e4).max(1e-4),
            crc32: format!("{:08x}", checksum_of_all(pieces)),
            letters: [height, width] == [28, 28] && least == 1 && most == LETTERS,
        }
    }

    /// `[channels, height, width]`.
    pub fn input(&self) -> [usize; 3] {
        [1, self.height, self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_those_of_the_training_images() {
        let pixels = [0, 255, 51, 102].repeat(16);
        let facts = Facts::of([8, 8], (&pixels, &[3]), Some((&[9; 64], &[5])));
        // 0, 1, 0.2 and 0.4: mean 0.4, variance (0.16 + 0.36 + 0.04 + 0) / 4.
        assert_eq!((facts.mean, facts.std, facts.classes, facts.letters), (0.4, 0.3742, 6, false));
        let other = Facts::of([8, 8], (&pixels, &[4]), Some((&[9; 64], &[5])));
        assert_ne!(facts.crc32, other.crc32);
        assert_eq!(Facts::of([8, 8], (&[7; 64], &[0]), None).std, 1e-4);
    }

    #[test]
    fn letters_are_known_by_their_labels_and_size() {
        let of = |labels: &[u8], side: usize| Facts::of([side, side], (&vec![0; side * side * labels.len()], labels), None).letters;
        assert!(of(&[1, 5, 26], 28));
        assert!(!of(&[0, 5, 26], 28) && !of(&[1, 5, 25], 28) && !of(&[1, 26], 32));
    }
}
