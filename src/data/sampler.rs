//! The order in which images are drawn.

use crate::core::rng::Rng;

/// Some ten thousand epochs of MNIST; skipping as many numbers takes a second or two.
const MOST_DRAWN: u64 = 1 << 30;

/// Draws every image once an epoch, in an order from the seed. When more images come during an epoch they are mixed into what is left of it.
///
/// The order depends on when images came, so a run is reproducible if all were there when it began.
#[derive(Clone, Debug)]
pub struct Sampler {
    rng: Rng,
    available: u32,
    remaining: Vec<u32>,
    epoch: u64,
}

impl Sampler {
    /// No images yet.
    pub fn new(rng: Rng) -> Self {
        Self { rng, available: 0, remaining: Vec::new(), epoch: 0 }
    }

    /// All of its state but its generator's seed: numbers drawn, images, epoch; and the images still to be drawn in this epoch.
    pub fn place(&self) -> ([u64; 3], &[u32]) {
        ([self.rng.drawn(), self.available.into(), self.epoch], &self.remaining)
    }

    /// A sampler at the place of another whose generator began alike; nothing where there is no such place.
    pub fn at(mut rng: Rng, [drawn, available, epoch]: [u64; 3], remaining: Vec<u32>) -> Option<Self> {
        let available = u32::try_from(available).ok().filter(|&available| remaining.iter().all(|&index| index < available))?;
        // More numbers than any run draws would take forever to skip.
        if drawn > MOST_DRAWN {
            return None;
        }
        rng.skip_to(drawn);
        Some(Self { rng, available, remaining, epoch })
    }

    /// Says how many images there are now.
    pub fn grow(&mut self, available: usize) {
        let available = available as u32;
        if available <= self.available {
            return;
        }
        if self.epoch > 0 {
            self.remaining.extend(self.available..available);
            self.rng.shuffle(&mut self.remaining);
        }
        self.available = available;
    }

    /// Puts the next batch into `indices`, and says whether the epoch has ended with it: whether fewer images are left than another batch
    /// needs. Those few are left out of this epoch. There must be as many images as a batch takes.
    pub fn draw(&mut self, indices: &mut [u32]) -> bool {
        if self.remaining.len() < indices.len() {
            self.remaining.clear();
            self.remaining.extend(0..self.available);
            self.rng.shuffle(&mut self.remaining);
            self.epoch += 1;
        }
        debug_assert!(self.remaining.len() >= indices.len(), "{} images for a batch of {}", self.remaining.len(), indices.len());
        let first = self.remaining.len().saturating_sub(indices.len());
        indices.iter_mut().zip(self.remaining.drain(first..).rev()).for_each(|(index, drawn)| *index = drawn);
        self.remaining.len() < indices.len()
    }

    /// Images of the current epoch still to be drawn.
    pub fn remaining(&self) -> usize {
        self.remaining.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rng::Stream;

    fn sampler(images: usize) -> Sampler {
        let mut sampler = Sampler::new(Rng::new(3, Stream::Order));
        sampler.grow(images);
        sampler
    }

    fn epoch(sampler: &mut Sampler, batch: usize) -> Vec<u32> {
        let (mut drawn, mut indices) = (Vec::new(), vec![0; batch]);
        loop {
            let ended = sampler.draw(&mut indices);
            drawn.extend_from_slice(&indices);
            if ended {
                return drawn;
            }
        }
    }

    #[test]
    fn another_sampler_goes_on_from_the_same_place() {
        let mut first = sampler(20);
        let mut indices = vec![0; 4];
        (0..7).for_each(|_| _ = first.draw(&mut indices));
        let (numbers, remaining) = first.place();
        let mut second = Sampler::at(Rng::new(3, Stream::Order), numbers, remaining.to_vec()).unwrap();
        assert_eq!(epoch(&mut first, 4), epoch(&mut second, 4));
        assert_eq!(epoch(&mut first, 4), epoch(&mut second, 4));
        assert!(Sampler::at(Rng::new(3, Stream::Order), [7, 5, 1], vec![5]).is_none());
        assert!(Sampler::at(Rng::new(3, Stream::Order), [u64::MAX, 5, 1], vec![]).is_none());
    }

    #[test]
    fn an_epoch_draws_every_image_once_and_the_next_in_another_order() {
        let mut sampler = sampler(12);
        let (first, second) = (epoch(&mut sampler, 4), epoch(&mut sampler, 4));
        assert_ne!(first, second);
        for mut drawn in [first, second] {
            drawn.sort_unstable();
            assert!(drawn.into_iter().eq(0..12));
        }
    }

    #[test]
    fn the_last_incomplete_batch_is_left_out() {
        assert_eq!(epoch(&mut sampler(10), 4).len(), 8);
    }

    #[test]
    fn images_that_come_late_are_drawn_in_the_same_epoch() {
        let mut sampler = sampler(8);
        let mut drawn = vec![0; 4];
        sampler.draw(&mut drawn);
        sampler.grow(16);
        drawn.extend(epoch(&mut sampler, 4));
        drawn.sort_unstable();
        assert!(drawn.into_iter().eq(0..16));
    }

    #[test]
    fn a_batch_of_all_images_is_an_epoch() {
        let mut sampler = sampler(3);
        for _ in 0..3 {
            let mut indices = vec![0; 3];
            assert!(sampler.draw(&mut indices));
            indices.sort_unstable();
            assert_eq!(indices, [0, 1, 2]);
        }
    }
}
