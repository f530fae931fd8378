//! MNIST for the training runs.

use super::case::CaseError;
use crate::core::error::DataError;
use crate::data::idx;

/// Images and labels of one split.
#[derive(Debug)]
pub(super) struct Mnist {
    /// Rows and columns of an image.
    pub(super) size: [usize; 2],
    /// One image after the other.
    pub(super) pixels: Vec<u8>,
    /// One a image.
    pub(super) labels: Vec<u8>,
}

impl Mnist {
    pub(super) fn read(split: &str, images: &[u8], labels: &[u8]) -> Result<Self, CaseError> {
        let (images_file, labels_file) = (format!("{split} images"), format!("{split} labels"));
        let images = idx::images(&images_file, images)?;
        let labels = idx::labels(&labels_file, labels, 9)?;
        if images.count != labels.len() {
            let (images, labels) = (images.count, labels.len());
            return Err(DataError::CountMismatch { file: images_file, labels_file, images, labels }.into());
        }
        let needed = if split == "train" { super::trajectory::TRAINED } else { super::trajectory::TESTED };
        if labels.len() < needed || images.rows * images.columns == 0 {
            let found = format!("{} of {} by {} pixels", labels.len(), images.rows, images.columns);
            return Err(CaseError::Malformed(format!("{images_file}: a training run needs {needed} images, and there are {found}")));
        }
        Ok(Self { size: [images.rows, images.columns], pixels: images.pixels.to_vec(), labels: labels.to_vec() })
    }
}
