//! One shard: some images and their labels, behind a header with a checksum, as gzip.
//!
//! Little-endian: magic "RCPS", version, first_index, images, rows, columns, crc32 (IEEE, of everything after the
//! header), total (images in the split): eight 32-bit words; then the pixel bytes, then the label bytes.
//! `src/data/` of the engine reads it.

use std::io::{Read, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder, read::GzDecoder};

use super::DataError;
use super::source::Images;

const MAGIC: [u8; 4] = *b"RCPS";
const VERSION: u32 = 1;
const HEADER: usize = 32;

/// Packs `count` images from `first` on.
pub fn pack(images: &Images, first: usize, count: usize) -> Vec<u8> {
    let size = images.rows * images.columns;
    let mut body = Vec::with_capacity(count * (size + 1));
    body.extend_from_slice(&images.pixels[first * size..(first + count) * size]);
    body.extend_from_slice(&images.labels[first..first + count]);
    let mut shard = MAGIC.to_vec();
    for word in
        [VERSION, first as u32, count as u32, images.rows as u32, images.columns as u32, crc32fast::hash(&body), images.count() as u32]
    {
        shard.extend(word.to_le_bytes());
    }
    shard.extend(body);
    shard
}

/// Compresses without name and time, so that the bytes depend on the contents only.
pub fn compress(contents: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    // Writing into a Vec cannot fail.
    encoder.write_all(contents).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Unpacks a compressed shard and checks it; returns the index of its first image and the images.
pub fn unpack(file: &Path, compressed: &[u8]) -> Result<(usize, Images), DataError> {
    let unreadable = |reason: String| DataError::Unreadable { file: file.to_owned(), reason };
    let mut shard = Vec::new();
    GzDecoder::new(compressed).read_to_end(&mut shard).map_err(|error| unreadable(error.to_string()))?;
    if shard.len() < HEADER {
        return Err(DataError::WrongSize { file: file.to_owned(), wanted: HEADER, found: shard.len() });
    }
    let (header, body) = shard.split_at(HEADER);
    let mut words = header.chunks_exact(4).map(|word| [word[0], word[1], word[2], word[3]]);
    let magic = words.next().unwrap_or_default();
    if magic != MAGIC {
        return Err(DataError::BadMagic { file: file.to_owned(), wanted: MAGIC, found: magic });
    }
    let mut number = || u32::from_le_bytes(words.next().unwrap_or_default());
    let (version, first, count, rows, columns, wanted) = (number(), number(), number(), number(), number(), number());
    if version != VERSION {
        return Err(unreadable(format!("shard version {version} at offset 4, not {VERSION}")));
    }
    let (count, rows, columns) = (count as usize, rows as usize, columns as usize);
    let pixels = count.saturating_mul(rows).saturating_mul(columns);
    let length = pixels.saturating_add(count);
    if body.len() != length {
        return Err(DataError::WrongSize { file: file.to_owned(), wanted: HEADER.saturating_add(length), found: shard.len() });
    }
    let found = crc32fast::hash(body);
    if found != wanted {
        return Err(DataError::ChecksumMismatch { file: file.to_owned(), wanted, found });
    }
    Ok((first as usize, Images { rows, columns, pixels: body[..pixels].to_vec(), labels: body[pixels..].to_vec() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images() -> Images {
        Images { rows: 2, columns: 3, pixels: (0..60).collect(), labels: (0..10).collect() }
    }

    #[test]
    fn round_trip() {
        let all = images();
        let (first, part) = unpack(Path::new("s"), &compress(&pack(&all, 4, 5))).unwrap();
        assert_eq!((first, part.count(), part.rows, part.columns), (4, 5, 2, 3));
        assert_eq!(part.pixels, all.pixels[24..54]);
        assert_eq!(part.labels, all.labels[4..9]);
    }

    #[test]
    fn the_header_is_as_documented() {
        let shard = pack(&images(), 4, 5);
        assert_eq!(&shard[..4], b"RCPS");
        let words: Vec<u32> = shard[4..32].chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
        assert_eq!(words, [1, 4, 5, 2, 3, crc32fast::hash(&shard[32..]), 10]);
        assert_eq!(shard.len(), 32 + 5 * 6 + 5);
    }

    #[test]
    fn the_same_bytes_every_time() {
        assert_eq!(compress(&pack(&images(), 0, 10)), compress(&pack(&images(), 0, 10)));
        assert_eq!(compress(b"x")[4..8], [0; 4], "no time stamp");
    }

    #[test]
    fn refuses_corrupted_input() {
        let file = Path::new("s");
        let shard = pack(&images(), 0, 10);
        let broken = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut shard = shard.clone();
            change(&mut shard);
            unpack(file, &compress(&shard)).unwrap_err()
        };
        assert!(matches!(broken(&|shard| shard[0] = b'X'), DataError::BadMagic { .. }));
        assert!(matches!(broken(&|shard| shard[4] = 2), DataError::Unreadable { .. }));
        assert!(matches!(broken(&|shard| shard[40] ^= 1), DataError::ChecksumMismatch { .. }));
        assert!(matches!(broken(&|shard| shard.truncate(50)), DataError::WrongSize { found: 50, .. }));
        assert!(matches!(broken(&|shard| shard.truncate(7)), DataError::WrongSize { found: 7, .. }));
        assert!(matches!(broken(&|shard| shard[12..24].fill(255)), DataError::WrongSize { .. }));
        let compressed = compress(&shard);
        assert!(unpack(file, &compressed[..compressed.len() / 2]).is_err(), "cut off");
        assert!(unpack(file, b"not gzip").is_err());
    }
}
