//! The IDX files that MNIST comes in (LeCun, Cortes, Burges 1998): a magic number, sizes, bytes; all numbers big-endian.

use crate::core::error::{DataError, Measure};

/// Magic number of a file of images.
pub const IMAGES_MAGIC: u32 = 0x0000_0803;
/// Magic number of a file of labels.
pub const LABELS_MAGIC: u32 = 0x0000_0801;

/// Images read from a file: `count` times `rows * columns` bytes.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Images<'a> {
    pub count: usize,
    pub rows: usize,
    pub columns: usize,
    pub pixels: &'a [u8],
}

fn number(file: &str, bytes: &[u8], offset: usize) -> Result<u32, DataError> {
    let needed = offset + 4;
    let truncated = || DataError::Truncated { file: file.to_owned(), offset: bytes.len(), needed: needed as u64 };
    let four = bytes.get(offset..needed).and_then(|four| four.try_into().ok()).ok_or_else(truncated)?;
    Ok(u32::from_be_bytes(four))
}

fn magic(file: &str, bytes: &[u8], expected: u32) -> Result<(), DataError> {
    let found = number(file, bytes, 0)?;
    if found != expected {
        return Err(DataError::BadMagic { file: file.to_owned(), offset: 0, found, expected });
    }
    Ok(())
}

/// The `len` bytes after a header, exactly; `None` for more than 64 bits count.
fn body<'a>(file: &str, bytes: &'a [u8], header: usize, len: Option<u64>) -> Result<&'a [u8], DataError> {
    let needed = len.and_then(|len| len.checked_add(header as u64)).unwrap_or(u64::MAX);
    if (bytes.len() as u64) < needed {
        return Err(DataError::Truncated { file: file.to_owned(), offset: bytes.len(), needed });
    }
    let needed = needed as usize;
    if bytes.len() > needed {
        return Err(DataError::WrongSize {
            file: file.to_owned(),
            offset: needed,
            what: Measure::FileLength,
            found: bytes.len(),
            expected: needed,
        });
    }
    Ok(&bytes[header..])
}

/// Reads a file of images.
///
/// # Errors
/// [`DataError::BadMagic`], [`DataError::Truncated`], [`DataError::WrongSize`], with the file's name and the offset.
pub fn images<'a>(file: &str, bytes: &'a [u8]) -> Result<Images<'a>, DataError> {
    magic(file, bytes, IMAGES_MAGIC)?;
    let [count, rows, columns] = [number(file, bytes, 4)? as usize, number(file, bytes, 8)? as usize, number(file, bytes, 12)? as usize];
    let len = (count as u64).checked_mul(rows as u64).and_then(|n| n.checked_mul(columns as u64));
    Ok(Images { count, rows, columns, pixels: body(file, bytes, 16, len)? })
}

/// Reads a file of labels, none of which may be larger than `largest`.
///
/// # Errors
/// As [`images`], and [`DataError::LabelOutOfRange`].
pub fn labels<'a>(file: &str, bytes: &'a [u8], largest: u8) -> Result<&'a [u8], DataError> {
    magic(file, bytes, LABELS_MAGIC)?;
    let count = number(file, bytes, 4)? as usize;
    let labels = body(file, bytes, 8, Some(count as u64))?;
    check_labels(file, labels, 8, largest)?;
    Ok(labels)
}

/// Refuses labels that are larger than `largest`. `start` is the offset of the first in its file.
///
/// # Errors
/// [`DataError::LabelOutOfRange`].
pub fn check_labels(file: &str, labels: &[u8], start: usize, largest: u8) -> Result<(), DataError> {
    match labels.iter().position(|&label| label > largest) {
        Some(at) => Err(DataError::LabelOutOfRange { file: file.to_owned(), offset: start + at, found: labels[at], largest }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(magic: u32, sizes: &[u32], body: &[u8]) -> Vec<u8> {
        let numbers = std::iter::once(&magic).chain(sizes).flat_map(|n| n.to_be_bytes());
        numbers.chain(body.iter().copied()).collect()
    }

    #[test]
    fn reads_what_is_there() {
        let bytes = file(IMAGES_MAGIC, &[2, 1, 2], &[1, 2, 3, 4]);
        let read = images("a", &bytes).unwrap();
        assert_eq!((read.count, read.rows, read.columns, read.pixels), (2, 1, 2, &[1u8, 2, 3, 4][..]));
        assert_eq!(labels("b", &file(LABELS_MAGIC, &[2], &[9, 0]), 9).unwrap(), [9, 0]);
    }

    #[test]
    fn refuses_what_is_wrong_with_file_and_offset() {
        let refused = |bytes: &[u8]| images("a", bytes).unwrap_err();
        assert_eq!(refused(&[0, 0]), DataError::Truncated { file: "a".into(), offset: 2, needed: 4 });
        let found = DataError::BadMagic { file: "a".into(), offset: 0, found: LABELS_MAGIC, expected: IMAGES_MAGIC };
        assert_eq!(refused(&file(LABELS_MAGIC, &[1, 1, 1], &[0])), found);
        assert_eq!(refused(&file(IMAGES_MAGIC, &[2, 1, 2], &[1, 2, 3])), DataError::Truncated { file: "a".into(), offset: 19, needed: 20 });
        assert!(matches!(refused(&file(IMAGES_MAGIC, &[1, 1, 2], &[1, 2, 3])), DataError::WrongSize { offset: 18, found: 19, .. }));
        assert!(matches!(refused(&file(IMAGES_MAGIC, &[u32::MAX, u32::MAX, u32::MAX], &[1])), DataError::Truncated { .. }));
        let label = labels("b", &file(LABELS_MAGIC, &[2], &[9, 10]), 9).unwrap_err();
        assert_eq!(label, DataError::LabelOutOfRange { file: "b".into(), offset: 9, found: 10, largest: 9 });
    }
}
