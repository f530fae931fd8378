//! Tensors of a case's file.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::case::{CaseError, Index};
use crate::core::shape::Shape;

/// Values in canonical order.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Values {
    Floats(Vec<f32>),
    Words(Vec<u32>),
}

impl Values {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Floats(floats) => floats.len(),
            Self::Words(words) => words.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A tensor on the host.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Tensor {
    pub shape: Shape,
    pub values: Values,
}

impl Tensor {
    /// Whether it holds words.
    pub fn words(&self) -> bool {
        matches!(self.values, Values::Words(_))
    }
}

/// A safetensors file.
#[derive(Debug)]
pub struct Tensors<'a>(SafeTensors<'a>);

impl<'a> Tensors<'a> {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`CaseError::TensorFile`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, CaseError> {
        SafeTensors::deserialize(bytes).map(Self).map_err(|error| CaseError::TensorFile(error.to_string()))
    }

    /// A tensor, which must be as the index says.
    ///
    /// # Errors
    /// As [`Tensors::shape`].
    pub fn get(&self, index: &Index, name: &str) -> Result<Tensor, CaseError> {
        let (shape, view) = self.checked(index, name)?;
        let words = view.data().chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let values = match view.dtype() {
            Dtype::F32 => Values::Floats(words.map(f32::from_bits).collect()),
            _ => Values::Words(words.collect()),
        };
        Ok(Tensor { shape, values })
    }

    /// The shape of a tensor, which must be as the index says.
    ///
    /// # Errors
    /// [`CaseError::MissingTensor`], [`CaseError::TensorDiffers`], and [`CaseError::Malformed`] for a tensor without values, which no kernel is made for.
    pub fn shape(&self, index: &Index, name: &str) -> Result<Shape, CaseError> {
        self.checked(index, name).map(|(shape, _)| shape)
    }

    fn checked(&self, index: &Index, name: &str) -> Result<(Shape, TensorView<'a>), CaseError> {
        let missing = || CaseError::MissingTensor(name.to_owned());
        let info = index.get(name).ok_or_else(missing)?;
        let view = self.0.tensor(name).map_err(|_| missing())?;
        let dtype = match view.dtype() {
            Dtype::F32 => "f32",
            Dtype::I32 => "i32",
            _ => "of another type",
        };
        if dtype != info.dtype || view.shape() != info.shape {
            let describe = |dtype: &str, shape: &[usize]| format!("{dtype} {}", Shape::new(shape));
            let (found, expected) = (describe(dtype, view.shape()), describe(&info.dtype, &info.shape));
            return Err(CaseError::TensorDiffers { tensor: name.to_owned(), found, expected });
        }
        if info.shape.contains(&0) {
            return Err(CaseError::Malformed(format!("{name} is {}, which has no values", Shape::new(&info.shape))));
        }
        Ok((Shape::new(&info.shape), view))
    }
}
