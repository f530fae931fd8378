//! The pieces that `cargo xtask build` cuts MNIST into, so that training can start before all of it has come.
//!
//! Little-endian: magic `RCPS`, then eight-times-four bytes in all: version 1, first image's index, images, rows, columns, CRC-32 (IEEE) of
//! what follows the header, images in the whole split; then the pixels, then the labels.

use crc::{CRC_32_ISO_HDLC, Crc, Table};

use super::idx::check_labels;
use crate::core::error::{DataError, Measure};

/// First four bytes of a shard, as a little-endian number.
pub const MAGIC: u32 = u32::from_le_bytes(*b"RCPS");
const VERSION: u32 = 1;
/// Sets with more images than this cannot be held.
const MOST_IMAGES: usize = 1 << 20;
/// Bytes before the pixels.
pub const HEADER: usize = 32;

/// A shard that was read.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Shard<'a> {
    pub first_index: usize,
    pub images: usize,
    pub rows: usize,
    pub columns: usize,
    /// Images in the whole split.
    pub total: usize,
    pub pixels: &'a [u8],
    pub labels: &'a [u8],
}

/// Reads a shard; `file` is its name, for messages.
///
/// # Errors
/// [`DataError`] with the file and the offset of what is wrong.
pub fn read<'a>(file: &str, bytes: &'a [u8]) -> Result<Shard<'a>, DataError> {
    let truncated = |needed| DataError::Truncated { file: file.to_owned(), offset: bytes.len(), needed };
    let header: &[[u8; 4]; 8] =
        bytes.get(..HEADER).and_then(|h| h.as_chunks().0.try_into().ok()).ok_or_else(|| truncated(HEADER as u64))?;
    let [magic, version, first_index, images, rows, columns, checksum, total] = header.map(u32::from_le_bytes);
    if magic != MAGIC {
        return Err(DataError::BadMagic { file: file.to_owned(), offset: 0, found: magic, expected: MAGIC });
    }
    let wrong = |offset, what, found, expected| DataError::WrongSize { file: file.to_owned(), offset, what, found, expected };
    if version != VERSION {
        return Err(wrong(4, Measure::Version, version as usize, VERSION as usize));
    }
    let pixels = u64::from(images).checked_mul(rows.into()).and_then(|n| n.checked_mul(columns.into())).unwrap_or(u64::MAX);
    let needed = pixels.saturating_add(images.into()).saturating_add(HEADER as u64);
    if (bytes.len() as u64) < needed {
        return Err(truncated(needed));
    }
    let (pixels, needed) = (pixels as usize, needed as usize);
    let [first_index, images, rows, columns, total] = [first_index, images, rows, columns, total].map(|n| n as usize);
    if bytes.len() > needed {
        return Err(wrong(needed, Measure::FileLength, bytes.len(), needed));
    }
    if total > MOST_IMAGES {
        return Err(wrong(28, Measure::ImagesInSet, total, MOST_IMAGES));
    }
    let body = &bytes[HEADER..];
    let found = checksum_of(body);
    if found != checksum {
        return Err(DataError::ChecksumMismatch { file: file.to_owned(), offset: HEADER, found, expected: checksum });
    }
    let (pixels, labels) = body.split_at(pixels);
    check_labels(file, labels, HEADER + pixels.len(), 9)?;
    Ok(Shard { first_index, images, rows, columns, total, pixels, labels })
}

/// One table of 1 kB: faster ones are sixteen times as long, and travel to every visitor.
static CRC_32: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// CRC-32 as zip and PNG have it.
pub(crate) fn checksum_of(bytes: &[u8]) -> u32 {
    CRC_32.checksum(bytes)
}

/// The same of bytes that come in pieces.
pub(super) fn checksum_of_all<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> u32 {
    let mut digest = CRC_32.digest();
    pieces.for_each(|bytes| digest.update(bytes));
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(body: &[u8], checksum: u32) -> Vec<u8> {
        let numbers = [MAGIC, 1, 4, 2, 1, 2, checksum, 9];
        numbers.iter().flat_map(|n| n.to_le_bytes()).chain(body.iter().copied()).collect()
    }

    #[test]
    fn reads_what_is_there() {
        let body = [10, 20, 30, 40, 7, 1];
        let bytes = shard(&body, checksum_of(&body));
        let read = read("s", &bytes).unwrap();
        assert_eq!((read.first_index, read.images, read.total), (4, 2, 9));
        assert_eq!((read.pixels, read.labels), (&body[..4], &body[4..]));
    }

    #[test]
    fn refuses_damage_with_file_and_offset() {
        let body = [10, 20, 30, 40, 7, 1];
        let good = shard(&body, checksum_of(&body));
        let refused = |bytes: &[u8]| read("s", bytes).unwrap_err();
        assert_eq!(refused(&good[..20]), DataError::Truncated { file: "s".into(), offset: 20, needed: 32 });
        assert_eq!(refused(&good[..37]), DataError::Truncated { file: "s".into(), offset: 37, needed: 38 });
        let mut flipped = good.clone();
        flipped[33] ^= 1;
        assert!(matches!(refused(&flipped), DataError::ChecksumMismatch { offset: 32, .. }));
        let mut wrong = good.clone();
        wrong[0] = b'X';
        assert!(matches!(refused(&wrong), DataError::BadMagic { offset: 0, .. }));
        let mut endless = good.clone();
        endless[28..32].fill(0xff);
        assert!(matches!(refused(&endless), DataError::WrongSize { offset: 28, found: 0xffff_ffff, .. }));
        let longer: Vec<u8> = good.iter().copied().chain([0]).collect();
        assert!(matches!(refused(&longer), DataError::WrongSize { offset: 38, found: 39, .. }));
    }
}
