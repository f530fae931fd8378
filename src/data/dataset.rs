//! Images and labels as the device has them: packed words, training images first, test images behind them.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::facts::{Facts, MOST_CLASSES, SIDES};
use super::mnist::CLASSES;
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
    /// Pixels of an image.
    pixels: usize,
    images: SharedWords,
    labels: SharedWords,
    loaded: [Loaded; 2],
    /// What files of one's own hold; nothing of MNIST, whose shards come one by one.
    facts: Option<Facts>,
}

impl Dataset {
    /// An empty set with room for this many images of MNIST's size.
    pub fn new(train_total: usize, test_total: usize) -> Self {
        Self::of_size(PIXELS, train_total, test_total)
    }

    /// An empty set with room for this many images of so many pixels.
    pub fn of_size(pixels: usize, train_total: usize, test_total: usize) -> Self {
        let total = train_total + test_total;
        Self {
            pixels,
            images: Rc::new(RefCell::new(vec![0; (total * pixels).div_ceil(4)])),
            labels: Rc::new(RefCell::new(vec![0; total])),
            loaded: [Loaded { images: 0, total: train_total }, Loaded { images: 0, total: test_total }],
            facts: None,
        }
    }

    /// Pixels of an image.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// What files of one's own hold; nothing of MNIST.
    pub fn facts(&self) -> Option<&Facts> {
        self.facts.as_ref()
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
        let (images, labels) = train.read(None)?;
        let size = [images.rows, images.columns];
        let test = test.map(|test| test.read(Some(size))).transpose()?;
        Ok(Self::of_bytes(size, (images.pixels, labels), test.map(|(images, labels)| (images.pixels, labels))))
    }

    /// A set of these images and labels, a byte a pixel and a byte a label.
    fn of_bytes(size: [usize; 2], train: (&[u8], &[u8]), test: Option<(&[u8], &[u8])>) -> Self {
        let facts = Facts::of(size, train, test);
        let mut dataset = Self::of_size(size[0] * size[1], train.1.len(), test.map_or(0, |(_, labels)| labels.len()));
        for (split, (pixels, labels)) in Split::BOTH.into_iter().zip([Some(train), test]).filter_map(|(split, of)| Some((split, of?))) {
            dataset.append(split, pixels, labels);
        }
        dataset.facts = Some(facts);
        dataset
    }

    /// The same set with each image turned over its diagonal and labels counted from 0, as EMNIST's letters have to be; nothing where they
    /// are no such letters.
    pub fn letters_turned(&self) -> Option<Self> {
        let Facts { height, width, letters: true, .. } = *self.facts.as_ref()? else { return None };
        let bytes = |split: Split| {
            let indices: Vec<u32> = (0..self.loaded(split).images).map(|index| (self.base(split) + index) as u32).collect();
            let (mut pixels, mut labels) = self.bytes_of(&indices);
            let mut turned = vec![0; self.pixels];
            for image in pixels.chunks_mut(self.pixels) {
                for (at, pixel) in turned.iter_mut().enumerate() {
                    *pixel = image[at % height * width + at / height];
                }
                image.copy_from_slice(&turned);
            }
            labels.iter_mut().for_each(|label| *label = label.saturating_sub(1));
            (pixels, labels)
        };
        let [train, test] = Split::BOTH.map(bytes);
        let tested = if test.1.is_empty() { None } else { Some((&test.0[..], &test.1[..])) };
        Some(Self::of_bytes([width, height], (&train.0, &train.1), tested))
    }

    /// Takes over the test images of another set, where they are of the same form: as large, and of no more classes than there are.
    pub fn keep_test_images(&mut self, other: &Self) {
        let classes = |set: &Self| set.facts.as_ref().map_or(CLASSES, |facts| facts.classes.max(CLASSES));
        let letters = self.facts.as_ref().is_some_and(|facts| facts.letters);
        if self.pixels != other.pixels || self.size() != other.size() || classes(self) != classes(other) || letters {
            return;
        }
        let (train, test) = (self.loaded(Split::Train).total, other.loaded(Split::Test));
        let mut kept = Self::of_size(self.pixels, train, test.total);
        for (split, from) in [(Split::Train, &*self), (Split::Test, other)] {
            let first = from.base(split);
            let indices: Vec<u32> = (first..first + from.loaded(split).images).map(|index| index as u32).collect();
            let (pixels, labels) = from.bytes_of(&indices);
            kept.append(split, &pixels, &labels);
        }
        kept.facts = self.facts.take();
        *self = kept;
    }

    /// Height and width of an image.
    fn size(&self) -> [usize; 2] {
        self.facts.as_ref().map_or([SIDE, SIDE], |facts| [facts.height, facts.width])
    }

    fn append(&mut self, split: Split, pixels: &[u8], labels: &[u8]) -> std::ops::Range<usize> {
        let first = self.base(split) + self.loaded(split).images;
        // Images need not end at a word's end.
        let mut images = self.images.borrow_mut();
        bytemuck::cast_slice_mut::<u32, u8>(&mut images[..])[first * self.pixels..][..pixels.len()].copy_from_slice(pixels);
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
        let (pixels, labels) = self.bytes_of(&[at as u32]);
        Ok((pixels, labels[0]))
    }

    /// Pixels and labels of images, by their indices in the buffers.
    pub fn bytes_of(&self, indices: &[u32]) -> (Vec<u8>, Vec<u8>) {
        let (words, labels) = (self.images.borrow(), self.labels.borrow());
        let bytes: &[u8] = bytemuck::cast_slice(&words[..]);
        let pixels = indices.iter().flat_map(|&index| &bytes[index as usize * self.pixels..][..self.pixels]).copied().collect();
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
    /// Images and labels; of the size of the other files where there are some.
    fn read(&self, size: Option<[usize; 2]>) -> Result<(idx::Images<'a>, &'a [u8]), DataError> {
        let images = idx::images(self.images_name, self.images)?;
        let labels = idx::labels(self.labels_name, self.labels, MOST_CLASSES as u8 - 1)?;
        let (height, width) = (images.rows, images.columns);
        let file = || self.images_name.to_owned();
        if let Some([rows, columns]) = size {
            for (offset, what, found, expected) in [(8, Measure::Rows, height, rows), (12, Measure::Columns, width, columns)] {
                if found != expected {
                    return Err(DataError::WrongSize { file: file(), offset, what, found, expected });
                }
            }
        }
        let [least, most] = SIDES;
        if ![height, width].iter().all(|side| (least..=most).contains(side)) {
            return Err(DataError::SideOutOfRange { file: file(), height, width, least, most });
        }
        if images.count != labels.len() {
            let labels_file = self.labels_name.to_owned();
            return Err(DataError::CountMismatch { file: file(), labels_file, images: images.count, labels: labels.len() });
        }
        if labels.is_empty() {
            return Err(DataError::NoData { split: "train" });
        }
        Ok((images, labels))
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

    fn file(magic: u32, sizes: &[usize], body: &[u8]) -> Vec<u8> {
        let numbers = std::iter::once(magic).chain(sizes.iter().map(|&size| size as u32)).flat_map(u32::to_be_bytes);
        numbers.chain(body.iter().copied()).collect()
    }

    /// IDX files of images whose pixels count up from their index.
    fn pair(labels: &[u8], [height, width]: [usize; 2]) -> [Vec<u8>; 2] {
        let pixels: Vec<u8> = (0..labels.len()).flat_map(|n| (0..height * width).map(move |at| (n + at) as u8)).collect();
        [file(idx::IMAGES_MAGIC, &[labels.len(), height, width], &pixels), file(idx::LABELS_MAGIC, &[labels.len()], labels)]
    }

    fn of([images, labels]: &[Vec<u8>; 2]) -> IdxPair<'_> {
        IdxPair { images_name: "images", images, labels_name: "labels", labels }
    }

    #[test]
    fn files_of_any_size_are_held_image_by_image() {
        for size in [[8, 8], [9, 9], [28, 28], [13, 9], [64, 64]] {
            let (train, test) = (pair(&[0, 1, 25], size), pair(&[3, 2], size));
            let set = Dataset::from_idx(&of(&train), Some(&of(&test))).unwrap();
            let pixels = size[0] * size[1];
            let image = |n: usize| (0..pixels).map(|at| (n + at) as u8).collect::<Vec<u8>>();
            assert_eq!(set.pixels(), pixels);
            assert_eq!(set.image(Split::Train, 2), Ok((image(2), 25)), "{size:?}");
            assert_eq!(set.image(Split::Test, 1), Ok((image(1), 2)), "{size:?}");
            assert_eq!(set.facts().map(|facts| (facts.height, facts.width, facts.classes)), Some((size[0], size[1], 26)));
        }
    }

    #[test]
    fn files_that_are_too_large_or_too_many_classes_are_refused() {
        let refused = |train: &[Vec<u8>; 2], test: Option<&[Vec<u8>; 2]>| Dataset::from_idx(&of(train), test.map(of).as_ref()).unwrap_err();
        for size in [[7, 8], [8, 65], [200, 200]] {
            let [height, width] = size;
            let expected = DataError::SideOutOfRange { file: "images".into(), height, width, least: 8, most: 64 };
            assert_eq!(refused(&pair(&[0], size), None), expected);
        }
        let label = DataError::LabelOutOfRange { file: "labels".into(), offset: 9, found: 100, largest: 99 };
        assert_eq!(refused(&pair(&[99, 100], [8, 8]), None), label);
        let sizes = refused(&pair(&[0], [8, 8]), Some(&pair(&[0], [8, 9])));
        assert!(matches!(sizes, DataError::WrongSize { offset: 12, found: 9, expected: 8, .. }));
        // As many pixels as 32 bits do not count: refused by the file's length, before anything is held.
        let huge = [file(idx::IMAGES_MAGIC, &[u32::MAX as usize, 64, 64], &[0; 64]), file(idx::LABELS_MAGIC, &[1], &[0])];
        assert!(matches!(refused(&huge, None), DataError::Truncated { needed, .. } if needed > u64::from(u32::MAX)));
    }

    #[test]
    fn test_images_of_another_form_are_not_kept() {
        let mnist = Dataset::from_idx(&of(&pair(&[0, 9], [28, 28])), Some(&of(&pair(&[4], [28, 28])))).unwrap();
        for (labels, size, kept) in
            [(&[0, 1][..], [28, 28], 1), (&[0, 25][..], [28, 28], 0), (&[0, 9][..], [32, 32], 0), (&[1, 26][..], [28, 28], 0)]
        {
            let mut set = Dataset::from_idx(&of(&pair(labels, size)), None).unwrap();
            set.keep_test_images(&mnist);
            assert_eq!(set.loaded(Split::Test).images, kept, "{labels:?} {size:?}");
            assert!(set.facts().is_some());
        }
    }

    #[test]
    fn letters_are_turned_over_the_diagonal_and_counted_from_0() {
        let letters = Dataset::from_idx(&of(&pair(&[1, 26], [28, 28])), Some(&of(&pair(&[5], [28, 28])))).unwrap();
        assert_eq!(letters.facts().map(|facts| (facts.letters, facts.classes)), Some((true, 27)));
        let turned = letters.letters_turned().unwrap();
        assert_eq!(turned.facts().map(|facts| (facts.letters, facts.classes)), Some((false, 26)));
        let ((from, _), (to, label)) = (letters.image(Split::Train, 1).unwrap(), turned.image(Split::Train, 1).unwrap());
        assert_eq!(label, 25);
        assert!((0..PIXELS).all(|at| to[at] == from[at % 28 * 28 + at / 28]));
        assert_eq!(turned.image(Split::Test, 0).unwrap().1, 4);
        assert!(turned.letters_turned().is_none());
    }
}
