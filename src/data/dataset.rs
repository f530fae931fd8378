//! Images and labels as the device has them: packed words, training images first, test images behind them.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::{idx, shard};
use crate::core::error::{DataError, Measure};
use crate::core::shared::SharedWords;
use crate::ir::program::BufferId;

/// Which images.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the field's")]
pub enum Split {
    #[default]
    Train,
    Test,
}

impl Split {
    /// Both splits, training first.
    pub const BOTH: [Self; 2] = [Self::Train, Self::Test];

    fn name(self) -> &'static str {
        ["train", "test"][self as usize]
    }
}

/// What is loaded of a split.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Loaded {
    /// Images that can be used.
    pub images: usize,
    /// Images there will be.
    pub total: usize,
}

/// Pixels of an image along one side.
pub const SIDE: usize = 28;
/// Pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;

/// Images with labels. Grows as shards come; the sizes of both splits are fixed when it is made.
#[derive(Debug)]
pub struct Dataset {
    images: SharedWords,
    labels: SharedWords,
    loaded: [Loaded; 2],
}

impl Dataset {
    /// An empty set with room for this many images.
    pub fn new(train_total: usize, test_total: usize) -> Self {
        let total = train_total + test_total;
        Self {
            images: Rc::new(RefCell::new(vec![0; total * PIXELS / 4])),
            labels: Rc::new(RefCell::new(vec![0; total])),
            loaded: [Loaded { images: 0, total: train_total }, Loaded { images: 0, total: test_total }],
        }
    }

    /// The images, four pixels a word, and how many words there will be.
    pub fn images(&self) -> (SharedWords, usize) {
        (Rc::clone(&self.images), self.images.borrow().len())
    }

    /// The labels, one a word, and how many words there will be.
    pub fn labels(&self) -> (SharedWords, usize) {
        (Rc::clone(&self.labels), self.labels.borrow().len())
    }

    /// Both as an executor takes what its plan does not allocate: in these buffers.
    pub fn external(&self, images: BufferId, labels: BufferId) -> [(BufferId, SharedWords, usize); 2] {
        let ((of_images, all_images), (of_labels, all_labels)) = (self.images(), self.labels());
        [(images, of_images, all_images), (labels, of_labels, all_labels)]
    }

    /// How much of a split is here.
    pub fn loaded(&self, split: Split) -> Loaded {
        self.loaded[split as usize]
    }

    /// The index, in the buffers, of a split's first image.
    pub fn base(&self, split: Split) -> usize {
        match split {
            Split::Train => 0,
            Split::Test => self.loaded[0].total,
        }
    }

    /// Takes a shard's bytes. Returns the buffer indices of its images.
    ///
    /// # Errors
    /// A damaged shard, or one that does not follow what is here; the set is then as it was.
    pub fn add_shard(&mut self, split: Split, file: &str, bytes: &[u8]) -> Result<std::ops::Range<usize>, DataError> {
        let shard = shard::read(file, bytes)?;
        let loaded = self.loaded(split);
        let wrong = |offset, what, found, expected| DataError::WrongSize { file: file.to_owned(), offset, what, found, expected };
        for (offset, what, found, expected) in [
            (8, Measure::FirstImage, shard.first_index, loaded.images),
            (16, Measure::Rows, shard.rows, SIDE),
            (20, Measure::Columns, shard.columns, SIDE),
            (28, Measure::ImagesInSet, shard.total, loaded.total),
        ] {
            if found != expected {
                return Err(wrong(offset, what, found, expected));
            }
        }
        if shard.images > loaded.total - loaded.images {
            return Err(wrong(12, Measure::Images, shard.images, loaded.total - loaded.images));
        }
        Ok(self.append(split, shard.pixels, shard.labels))
    }

    /// A set from IDX files, test images optional.
    ///
    /// # Errors
    /// A file that is not what it should be, with its name and the offset.
    pub fn from_idx(train: &IdxPair<'_>, test: Option<&IdxPair<'_>>) -> Result<Self, DataError> {
        let (train_pixels, train_labels) = train.read()?;
        let test = test.map(IdxPair::read).transpose()?;
        let mut dataset = Self::new(train_labels.len(), test.map_or(0, |(_, labels)| labels.len()));
        dataset.append(Split::Train, train_pixels, train_labels);
        if let Some((pixels, labels)) = test {
            dataset.append(Split::Test, pixels, labels);
        }
        Ok(dataset)
    }

    /// Takes over the test images of another set.
    pub fn keep_test_images(&mut self, other: &Self) {
        let (train, test) = (self.loaded(Split::Train).total, other.loaded(Split::Test));
        let mut kept = Self::new(train, test.total);
        let copy = |from: &SharedWords, from_at: usize, to: &SharedWords, to_at: usize, len: usize| {
            to.borrow_mut()[to_at..to_at + len].copy_from_slice(&from.borrow()[from_at..from_at + len]);
        };
        let trained = self.loaded(Split::Train);
        copy(&self.images, 0, &kept.images, 0, trained.images * PIXELS / 4);
        copy(&self.labels, 0, &kept.labels, 0, trained.images);
        let (from, to) = (other.base(Split::Test), kept.base(Split::Test));
        copy(&other.images, from * PIXELS / 4, &kept.images, to * PIXELS / 4, test.images * PIXELS / 4);
        copy(&other.labels, from, &kept.labels, to, test.images);
        kept.loaded = [trained, test];
        *self = kept;
    }

    fn append(&mut self, split: Split, pixels: &[u8], labels: &[u8]) -> std::ops::Range<usize> {
        let first = self.base(split) + self.loaded(split).images;
        let mut images = self.images.borrow_mut();
        for (word, four) in images[first * PIXELS / 4..].iter_mut().zip(pixels.as_chunks().0) {
            *word = u32::from_le_bytes(*four);
        }
        for (word, &label) in self.labels.borrow_mut()[first..].iter_mut().zip(labels) {
            *word = label.into();
        }
        self.loaded[split as usize].images += labels.len();
        first..first + labels.len()
    }

    /// The pixels and the label of one image.
    ///
    /// # Errors
    /// [`DataError::NoData`] before any has come, [`DataError::InvalidIndex`] past those that have.
    pub fn image(&self, split: Split, index: usize) -> Result<(Vec<u8>, u8), DataError> {
        let Loaded { images: total, .. } = self.loaded(split);
        if total == 0 {
            return Err(DataError::NoData { split: split.name() });
        }
        if index >= total {
            return Err(DataError::InvalidIndex { index, total });
        }
        let at = self.base(split) + index;
        let words = &self.images.borrow()[at * PIXELS / 4..][..PIXELS / 4];
        Ok((words.iter().flat_map(|word| word.to_le_bytes()).collect(), self.labels.borrow()[at] as u8))
    }

    /// Pixels and labels of images, by their indices in the buffers.
    pub fn bytes_of(&self, indices: &[u32]) -> (Vec<u8>, Vec<u8>) {
        let (words, labels) = (self.images.borrow(), self.labels.borrow());
        let mut pixels = Vec::with_capacity(indices.len() * PIXELS);
        for &index in indices {
            words[index as usize * PIXELS / 4..][..PIXELS / 4].iter().for_each(|word| pixels.extend_from_slice(&word.to_le_bytes()));
        }
        (pixels, indices.iter().map(|&index| labels[index as usize] as u8).collect())
    }

    /// Puts other images in the place of a split's; there must be room for them.
    pub fn replace(&mut self, split: Split, pixels: &[u8], labels: &[u8]) {
        self.loaded[split as usize].images = 0;
        self.append(split, pixels, labels);
    }

    /// What these images of a split are. Those that have not come are 0.
    pub fn labels_of(&self, split: Split, images: Range<usize>) -> Vec<u8> {
        let base = self.base(split);
        let labels = self.labels.borrow();
        images.map(|index| labels.get(base + index).map_or(0, |&label| label as u8)).collect()
    }

    /// # Errors
    /// [`DataError::NoData`] when nothing of a split is here.
    pub fn require(&self, split: Split) -> Result<Loaded, DataError> {
        let loaded = self.loaded(split);
        if loaded.images == 0 { Err(DataError::NoData { split: split.name() }) } else { Ok(loaded) }
    }
}

/// Two IDX files that belong together, with their names.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct IdxPair<'a> {
    pub images_name: &'a str,
    pub images: &'a [u8],
    pub labels_name: &'a str,
    pub labels: &'a [u8],
}

impl<'a> IdxPair<'a> {
    fn read(&self) -> Result<(&'a [u8], &'a [u8]), DataError> {
        let images = idx::images(self.images_name, self.images)?;
        let labels = idx::labels(self.labels_name, self.labels)?;
        for (offset, what, found) in [(8, Measure::Rows, images.rows), (12, Measure::Columns, images.columns)] {
            if found != SIDE {
                return Err(DataError::WrongSize { file: self.images_name.to_owned(), offset, what, found, expected: SIDE });
            }
        }
        if images.count != labels.len() {
            return Err(DataError::CountMismatch {
                file: self.images_name.to_owned(),
                labels_file: self.labels_name.to_owned(),
                images: images.count,
                labels: labels.len(),
            });
        }
        if labels.is_empty() {
            return Err(DataError::NoData { split: "train" });
        }
        Ok((images.pixels, labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(first: u32, labels: &[u8], total: u32) -> Vec<u8> {
        let pixels = labels.iter().flat_map(|&label| [label; PIXELS]);
        let body: Vec<u8> = pixels.chain(labels.iter().copied()).collect();
        let header = [shard::MAGIC, 1, first, labels.len() as u32, 28, 28, shard::checksum_of(&body), total];
        header.iter().flat_map(|n| n.to_le_bytes()).chain(body).collect()
    }

    #[test]
    fn shards_fill_their_split_in_order() {
        let mut dataset = Dataset::new(3, 1);
        assert!(matches!(dataset.image(Split::Train, 0), Err(DataError::NoData { split: "train" })));
        assert_eq!(dataset.add_shard(Split::Train, "a", &shard(0, &[4, 5], 3)), Ok(0..2));
        assert_eq!(dataset.add_shard(Split::Test, "t", &shard(0, &[9], 1)), Ok(3..4));
        assert_eq!(dataset.loaded(Split::Train), Loaded { images: 2, total: 3 });
        let again = dataset.add_shard(Split::Train, "a", &shard(0, &[4, 5], 3)).unwrap_err();
        assert!(matches!(again, DataError::WrongSize { offset: 8, found: 0, expected: 2, .. }));
        assert!(dataset.add_shard(Split::Train, "a", &shard(2, &[1, 2], 3)).is_err());
        assert_eq!(dataset.image(Split::Train, 1), Ok((vec![5; PIXELS], 5)));
        assert_eq!(dataset.image(Split::Test, 0), Ok((vec![9; PIXELS], 9)));
        assert_eq!(dataset.image(Split::Train, 2), Err(DataError::InvalidIndex { index: 2, total: 2 }));
    }
}
