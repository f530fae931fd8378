//! The one seeded generator, handed down from the trainer.

use rand_core::{Rng as _, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Reproducible random numbers: xoshiro256++ (Blackman and Vigna 2018).
///
/// Independent needs (weights, order of the images) take independent streams, so that using more of one does not move another.
#[derive(Clone, Debug)]
pub struct Rng {
    generator: Xoshiro256PlusPlus,
    /// How many numbers it has given: with its seed, all of its state.
    drawn: u64,
}

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    /// Initial parameters.
    Parameters,
    /// The order in which images are drawn.
    Order,
}

impl Rng {
    /// The stream of this seed for one purpose.
    pub fn new(seed: u64, stream: Stream) -> Self {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
        for _ in 0..stream as usize {
            generator.jump();
        }
        Self { generator, drawn: 0 }
    }

    /// How many numbers it has given.
    pub fn drawn(&self) -> u64 {
        self.drawn
    }

    /// Goes on to where so many numbers have been given.
    pub fn skip_to(&mut self, drawn: u64) {
        while self.drawn < drawn {
            self.next_u64();
        }
    }

    fn next_u64(&mut self) -> u64 {
        self.drawn += 1;
        self.generator.next_u64()
    }

    /// Uniform in `[0, 1)`, 53 bits.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `[-bound, bound)`.
    pub fn symmetric(&mut self, bound: f64) -> f64 {
        (self.uniform() * 2.0 - 1.0) * bound
    }

    /// Standard normal, by Box and Muller (1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Uniform in `0..bound`, without bias (Lemire 2019).
    pub fn below(&mut self, bound: u32) -> u32 {
        let threshold = bound.wrapping_neg() % bound.max(1);
        loop {
            let product = u64::from((self.next_u64() >> 32) as u32) * u64::from(bound);
            if product as u32 >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

/// 32 bits that look random from 32 bits (pcg, Jarzynski and Olano 2020, section 3). What kernels draw from: it needs no state, so that any thread
/// of any backend gets the same number for the same position.
pub fn hash(input: u32) -> u32 {
    let state = input.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

/// What is drawn from in one step: the words that the step is told by, after what tells these numbers from those of others that draw in it.
pub fn step_key(stream: u32, words: &[u32]) -> u32 {
    words.iter().fold(stream, |key, &word| hash(key ^ word))
}

/// Random number `which` of a key; also the key of a part of what the key is for, such as one image.
pub fn draw(key: u32, which: u32) -> u32 {
    hash(key ^ hash(which))
}

/// Uniform in `[0, 1)` from random bits, exact in single precision.
pub fn fraction(bits: u32) -> f64 {
    f64::from(bits >> 8) / f64::from(1 << 24)
}

/// The number that a hash is below with probability `p`.
pub fn threshold(p: f64) -> u32 {
    (p * f64::from(u32::MAX)).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_streams_differ() {
        let draw = |seed, stream| Rng::new(seed, stream).uniform();
        assert_eq!(draw(7, Stream::Parameters), draw(7, Stream::Parameters));
        assert_ne!(draw(7, Stream::Parameters), draw(7, Stream::Order));
        assert_ne!(draw(7, Stream::Parameters), draw(8, Stream::Parameters));
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        let mut rng = Rng::new(1, Stream::Parameters);
        let draws: Vec<f64> = (0..20_000).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "mean {mean}, variance {variance}");
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..1000).collect();
        Rng::new(3, Stream::Order).shuffle(&mut items);
        assert_ne!(items[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        items.sort_unstable();
        assert!(items.iter().copied().eq(0..1000));
    }
}
