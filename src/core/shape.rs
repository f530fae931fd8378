//! Shapes as the field writes them: batch first, then channels, height, width.

use std::fmt;

/// A shape with the batch first: `[n, c, h, w]`, `[n, features]`, `[n]` or `[]`; of parameters, as PyTorch has them.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Shape(Vec<usize>);

impl Shape {
    /// A shape with these dimensions.
    pub fn new(dims: &[usize]) -> Self {
        Self(dims.to_vec())
    }

    /// The dimensions, outermost first.
    pub fn dims(&self) -> &[usize] {
        &self.0
    }

    /// How many dimensions there are.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// `[n, c, h, w]`, with ones for what a lower rank lacks: `[n, features]` counts as `[n, features, 1, 1]`, a map of labels
    /// `[n, h, w]` as `[n, 1, h, w]`.
    pub fn nchw(&self) -> [usize; 4] {
        match *self.0.as_slice() {
            [n, c, h, w] => [n, c, h, w],
            [n, h, w] => [n, 1, h, w],
            [n, features] => [n, features, 1, 1],
            [n] => [n, 1, 1, 1],
            _ => [1, 1, 1, 1],
        }
    }

    /// How many values it holds; `None` when that overflows.
    pub fn checked_count(&self) -> Option<usize> {
        self.0.iter().try_fold(1usize, |product, &dim| product.checked_mul(dim))
    }

    /// How many values it holds. Only for shapes that passed inference, which checks the product.
    pub fn count(&self) -> usize {
        self.0.iter().product()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, dim) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{dim}")?;
        }
        f.write_str("]")
    }
}
