//! What differs between one data set and another: a trait with a file for each, listed in `KINDS`.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use serde_json::Value;

use super::facts::Facts;
use super::{clutter, idx_set, mnist};
use crate::core::error::{DataError, Expected, Fix, SpecError};
use crate::core::fields::{Fields, brief};
use crate::ir::graph::{Graph, ValueId};

/// A pixel is seen as `(pixel / 255 - mean) / deviation`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the text above says it")]
pub struct Normalization {
    pub mean: f32,
    pub deviation: f32,
}

impl Normalization {
    /// A pixel from 0 to 255, as the network sees it.
    pub fn of(self, pixel: u8) -> f32 {
        (f32::from(pixel) / 255.0 - self.mean) / self.deviation
    }
}

/// What a batch is made of: values of a graph.
#[derive(Clone, Copy, Debug)]
pub struct Sources {
    /// The images, four pixels a word.
    pub images: ValueId,
    /// Their labels, one a word.
    pub labels: ValueId,
    /// Which images, one a word.
    pub indices: ValueId,
    /// There is one image, and the index only says what is drawn around it.
    pub single: bool,
}

/// What the last layer has to give.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Logits {
    /// 2: classes of an image. 4: classes of every pixel.
    pub rank: usize,
    /// What mends a network that ends in another rank.
    pub fix: Fix,
}

/// A data set.
pub trait DataKind: fmt::Debug {
    /// As the `data` of a specification says it.
    fn to_json(&self) -> Value;

    /// How many classes there are.
    fn classes(&self) -> usize;

    /// How pixels are normalised.
    fn normalization(&self) -> Normalization;

    /// Whether the kernels that make a batch can make images of this shape; else what they can make.
    fn can_gather(&self, input: [usize; 3]) -> Result<(), &'static str>;

    /// Whether there are such images: `[channels, height, width]`. Else the shape of those that there are.
    fn has_images(&self, input: [usize; 3]) -> Result<(), [usize; 3]>;

    /// How many classes an image of this shape gets: 1, or one a pixel.
    fn targets_per_image(&self, _input: [usize; 3]) -> usize {
        1
    }

    /// What the last layer has to give.
    fn logits(&self) -> Logits {
        Logits { rank: 2, fix: Fix::EndInFlattenAndLinear }
    }

    /// Whether something is drawn around every image, also around a single one.
    fn draws(&self) -> bool {
        false
    }

    /// Adds the calls that make a batch of `images`, normalised, and returns the classes.
    fn gather(&self, graph: &mut Graph, sources: &Sources, images: ValueId) -> ValueId;

    /// Whether these images are what a network with this `input` learns from; `loaded`: what files of one's own are like, nothing for
    /// MNIST.
    ///
    /// # Errors
    /// [`DataError::OtherData`].
    fn check_loaded(&self, input: [usize; 3], loaded: Option<&Facts>) -> Result<(), DataError>;
}

/// A data set's kind: cheap to copy, equal where a specification says the same.
#[derive(Clone, Debug)]
pub struct Data(Rc<dyn DataKind>);

impl Data {
    /// A handle to this.
    pub fn new(kind: impl DataKind + 'static) -> Self {
        Self(Rc::new(kind))
    }

    /// MNIST: what a specification that says nothing learns from.
    pub fn mnist() -> Self {
        Self::new(mnist::Mnist)
    }

    /// Reads the `data` of a specification: a name, or an object with the name as `type`.
    ///
    /// # Errors
    /// [`SpecError`], saying where and what would do.
    pub fn from_json(value: Option<&Value>) -> Result<Self, SpecError> {
        let Some(value) = value else { return Ok(Self::mnist()) };
        let nothing = Value::Object(serde_json::Map::new());
        let mut fields = Fields::new("data", if value.is_object() { value } else { &nothing })?;
        let name = if value.is_object() { fields.text("type")? } else { value.as_str() };
        let Some((_, read)) = KINDS.iter().find(|(known, _)| Some(*known) == name) else {
            let expected = Expected::Choice { names: KINDS.iter().map(|(name, _)| (*name).to_owned()).collect() };
            return Err(SpecError::InvalidValue { path: "spec.data".into(), found: brief(value), expected });
        };
        let data = read(&mut fields)?;
        fields.finish()?;
        Ok(data)
    }
}

impl Default for Data {
    fn default() -> Self {
        Self::mnist()
    }
}

impl Deref for Data {
    type Target = dyn DataKind;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}

/// Reads the fields of a kind.
type Read = fn(&mut Fields<'_>) -> Result<Data, SpecError>;

/// All data sets: a line each.
const KINDS: &[(&str, Read)] = &[(mnist::NAME, mnist::read), (clutter::NAME, clutter::read), (idx_set::NAME, idx_set::read)];
