//! MNIST's four IDX files: which they are, whether they are intact, what is in them.

use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use super::DataError;

const IMAGES_MAGIC: [u8; 4] = [0, 0, 8, 3];
const LABELS_MAGIC: [u8; 4] = [0, 0, 8, 1];

/// The training set or the test set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// 60,000 images.
    Train,
    /// 10,000 images.
    Test,
}

impl Split {
    /// File names and md5 sums (of the files as Yann LeCun published them, unpacked): images, labels.
    fn files(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Train => [
                ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
                ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
            ],
            Self::Test => [
                ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
                ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
            ],
        }
    }
}

/// Images with their labels, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// Rows of an image.
    pub rows: usize,
    /// Columns of an image.
    pub columns: usize,
    /// `count * rows * columns` bytes, 0 background to 255 ink.
    pub pixels: Vec<u8>,
    /// One label an image.
    pub labels: Vec<u8>,
}

impl Images {
    /// How many images there are.
    pub fn count(&self) -> usize {
        self.labels.len()
    }
}

/// Reads and verifies the two files of a split.
pub fn read(folder: &Path, split: Split) -> Result<Images, DataError> {
    let [images, labels] = split.files();
    let images_file = folder.join(images.0);
    let labels_file = folder.join(labels.0);
    let images = read_verified(&images_file, images.1)?;
    let labels = read_verified(&labels_file, labels.1)?;
    parse(&images_file, &images, &labels_file, &labels)
}

fn read_verified(file: &Path, wanted: &str) -> Result<Vec<u8>, DataError> {
    let bytes = std::fs::read(file).map_err(|error| DataError::Unreadable { file: file.to_owned(), reason: error.to_string() })?;
    verify(file, &bytes, wanted)?;
    Ok(bytes)
}

fn verify(file: &Path, bytes: &[u8], wanted: &str) -> Result<(), DataError> {
    let found = hex(&Md5::digest(bytes));
    if found == wanted { Ok(()) } else { Err(DataError::SumMismatch { file: file.to_owned(), wanted: wanted.to_owned(), found }) }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(images_file: &Path, images: &[u8], labels_file: &Path, labels: &[u8]) -> Result<Images, DataError> {
    let [count, rows, columns] = header(images_file, images, IMAGES_MAGIC)?;
    let [label_count] = header(labels_file, labels, LABELS_MAGIC)?;
    let pixels = body(images_file, images, 16, count.saturating_mul(rows).saturating_mul(columns))?;
    let labels = body(labels_file, labels, 8, label_count)?;
    if count != label_count {
        return Err(DataError::CountMismatch { file: labels_file.to_owned(), images: count, labels: label_count });
    }
    Ok(Images { rows, columns, pixels: pixels.to_vec(), labels: labels.to_vec() })
}

/// The big-endian sizes after the magic number.
fn header<const N: usize>(file: &Path, bytes: &[u8], wanted: [u8; 4]) -> Result<[usize; N], DataError> {
    let word = |index: usize| bytes.get(4 * index..4 * index + 4).and_then(|word| <[u8; 4]>::try_from(word).ok());
    let too_short = || DataError::WrongSize { file: PathBuf::from(file), wanted: 4 * (N + 1), found: bytes.len() };
    let found = word(0).ok_or_else(too_short)?;
    if found != wanted {
        return Err(DataError::BadMagic { file: file.to_owned(), wanted, found });
    }
    let mut sizes = [0; N];
    for (index, size) in sizes.iter_mut().enumerate() {
        *size = word(index + 1).map(|word| u32::from_be_bytes(word) as usize).ok_or_else(too_short)?;
    }
    Ok(sizes)
}

fn body<'a>(file: &Path, bytes: &'a [u8], offset: usize, length: usize) -> Result<&'a [u8], DataError> {
    let wanted = offset.saturating_add(length);
    if bytes.len() == wanted {
        Ok(&bytes[offset..])
    } else {
        Err(DataError::WrongSize { file: file.to_owned(), wanted, found: bytes.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idx(magic: [u8; 4], sizes: &[u32], body: &[u8]) -> Vec<u8> {
        let mut bytes = magic.to_vec();
        sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
        bytes.extend(body);
        bytes
    }

    fn parsed(images: &[u8], labels: &[u8]) -> Result<Images, DataError> {
        parse(Path::new("images"), images, Path::new("labels"), labels)
    }

    #[test]
    fn reads_images_and_labels() {
        let images = parsed(&idx(IMAGES_MAGIC, &[2, 1, 3], &[1, 2, 3, 4, 5, 6]), &idx(LABELS_MAGIC, &[2], &[7, 8])).unwrap();
        assert_eq!((images.count(), images.rows, images.columns), (2, 1, 3));
        assert_eq!((images.pixels, images.labels), (vec![1, 2, 3, 4, 5, 6], vec![7, 8]));
    }

    #[test]
    fn refuses_damaged_files() {
        let images = idx(IMAGES_MAGIC, &[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        let labels = idx(LABELS_MAGIC, &[2], &[7, 8]);
        let short = DataError::WrongSize { file: "images".into(), wanted: 22, found: 21 };
        assert_eq!(parsed(&images[..21], &labels), Err(short));
        assert!(matches!(parsed(&images[..3], &labels), Err(DataError::WrongSize { .. })));
        assert!(matches!(parsed(&labels, &labels), Err(DataError::BadMagic { .. })));
        let three = idx(LABELS_MAGIC, &[3], &[7, 8, 9]);
        assert!(matches!(parsed(&images, &three), Err(DataError::CountMismatch { images: 2, labels: 3, .. })));
        let huge = idx(IMAGES_MAGIC, &[u32::MAX, u32::MAX, u32::MAX], &[]);
        assert!(matches!(parsed(&huge, &labels), Err(DataError::WrongSize { .. })));
    }

    #[test]
    fn a_wrong_sum_names_the_file() {
        assert_eq!(verify(Path::new("x"), b"abc", "900150983cd24fb0d6963f7d28e17f72"), Ok(()));
        let error = verify(Path::new("some/file"), b"abd", "900150983cd24fb0d6963f7d28e17f72").unwrap_err();
        assert!(error.to_string().starts_with("some/file: the sum "), "{error}");
    }
}
