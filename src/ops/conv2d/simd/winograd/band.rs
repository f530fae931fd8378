//! Two rows of an image at a time, copied with the zeros around it, so that tiles at its border are like all others.

use super::OUT;

/// How an image lies that tiles are cut from.
#[derive(Clone, Copy)]
pub(super) struct Band {
    /// Rows and columns of the image.
    pub size: [usize; 2],
    pub padding: [usize; 2],
    pub stride: usize,
    /// Columns of a copied row: those of all tiles, with what is beyond the image.
    pub columns: usize,
}

impl Band {
    /// Floats of a copied row.
    pub fn row_len(&self) -> usize {
        self.columns * self.stride
    }

    /// Floats of a pair of rows.
    pub fn pair_len(&self) -> usize {
        OUT * self.row_len()
    }

    /// One of a map's images.
    pub fn image<'m>(&self, map: &'m [f32], number: usize) -> &'m [f32] {
        let len = self.size[0] * self.size[1] * self.stride;
        &map[number * len..][..len]
    }

    /// Copies pair `number` of an image: the rows from `OUT * number - padding` on.
    pub fn copy(&self, image: &[f32], number: usize, pair: &mut [f32]) {
        let [height, width] = self.size;
        let (left, inner) = (self.padding[1] * self.stride, width * self.stride);
        for (i, to) in pair[..self.pair_len()].chunks_exact_mut(self.row_len()).enumerate() {
            match (OUT * number + i).checked_sub(self.padding[0]).filter(|row| *row < height) {
                None => to.fill(0.0),
                Some(row) => {
                    to[..left].fill(0.0);
                    to[left..left + inner].copy_from_slice(&image[row * inner..][..inner]);
                    to[left + inner..].fill(0.0);
                }
            }
        }
    }
}
