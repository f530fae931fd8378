//! Augmentation: images are changed at random, anew in every training step, where they lie on the device.
//!
//! What is drawn depends on the run's seed, the step, and the image's place in the batch alone, so that every backend draws the same.
//! Evaluation and prediction see the images as they are.

pub mod displacement;
pub mod warp;

use std::rc::Rc;

use serde_json::Value;

use self::displacement::{DISPLACEMENT, DisplacementParams};
use self::warp::{WARP, WarpParams};
use crate::core::error::{Expected, SpecError};
use crate::core::fields::Fields;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::data::kind::Normalization;
use crate::ir::graph::{Graph, Role, ValueId};

/// How strongly images are changed. By default not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Augmentation {
    /// Shifts by a whole number of pixels up to this, along each axis; background comes in at the edge.
    pub shift: u32,
    /// Rotates about the centre by an angle up to this, either way.
    pub rotation_degrees: f32,
    /// Scales about the centre by a factor from `1 - scale` to `1 + scale`.
    pub scale: f32,
    /// Elastic deformation.
    pub elastic: Option<Elastic>,
    /// Random erasing.
    pub erase: Option<Erase>,
}

/// Elastic deformation (Simard, Steinkraus and Platt 2003, section 2): each pixel looks at a place beside it. The displacements are uniform
/// random numbers in ±1 for each axis, smoothed by a Gaussian and multiplied by `alpha`. As most code does and unlike the paper, which gives no
/// details, the smoothed field is not normalised again; outside of the image the numbers are 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elastic {
    /// Pixels: no displacement is larger, most are much smaller.
    pub alpha: f32,
    /// The Gaussian's deviation, in pixels.
    pub sigma: f32,
}

/// Random erasing (Zhong et al. 2017, algorithm 1): fills a rectangle of random size, shape and place. Departs from the paper in that a rectangle
/// that would be higher or wider than the image is cut to fit and not drawn again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Erase {
    /// Of an image to lose a rectangle.
    pub probability: f64,
    /// The smallest rectangle, as a part of the image's area.
    pub smallest: f64,
    /// The largest.
    pub largest: f64,
    /// Height over width is from this to its inverse.
    pub aspect: f64,
    /// Whether to fill with random pixels, the best of the paper's fillings, or with background.
    pub noise: bool,
}

impl Augmentation {
    /// Reads `{ shift, rotation_degrees, scale, elastic: { alpha, sigma }, erase: { probability, smallest, largest, aspect, fill } }`, all optional.
    ///
    /// # Errors
    /// A value that is not possible.
    pub fn from_json(json: &Value) -> Result<Self, SpecError> {
        let mut fields = Fields::new("training.augmentation", json)?;
        let augmentation = Self {
            shift: fields.whole_or("shift", 0)? as u32,
            rotation_degrees: fields.number_or("rotation_degrees", 0.0, 45.0, 0.0)? as f32,
            scale: fields.number_or("scale", 0.0, 0.9, 0.0)? as f32,
            elastic: fields.get("elastic").map(Elastic::from_json).transpose()?,
            erase: fields.get("erase").map(Erase::from_json).transpose()?,
        };
        fields.finish()?;
        Ok(augmentation)
    }

    /// Whether it leaves every image as it is.
    pub fn is_off(&self) -> bool {
        let Self { shift, rotation_degrees, scale, elastic, erase } = *self;
        let elastic = elastic.is_none_or(|elastic| elastic.alpha == 0.0);
        let erase = erase.is_none_or(|erase| erase.probability == 0.0);
        shift == 0 && rotation_degrees == 0.0 && scale == 0.0 && elastic && erase
    }

    /// Adds the calls that change a batch of images `[batch, 1, h, w]`, normalised so, at random, and returns the changed ones; `images`
    /// itself when there is nothing to change.
    pub fn apply(&self, graph: &mut Graph, images: ValueId, of: Normalization) -> ValueId {
        if self.is_off() {
            return images;
        }
        let random = graph.random();
        let shape = graph.shape(images).clone();
        let field = self.elastic.map_or(images, |elastic| elastic.add_field(graph, random, &shape));
        let augmented = graph.temporary("augmented", shape.clone());
        let params = WarpParams::new(self, &shape, of);
        graph.call("augment", &WARP, bytemuck::bytes_of(&params), &[random, images, field, augmented]);
        augmented
    }
}

impl Elastic {
    fn from_json(json: &Value) -> Result<Self, SpecError> {
        let mut fields = Fields::new("training.augmentation.elastic", json)?;
        // The paper's values for MNIST.
        let elastic =
            Self { alpha: fields.number_or("alpha", 0.0, 1000.0, 34.0)? as f32, sigma: fields.number_or("sigma", 0.1, 32.0, 4.0)? as f32 };
        fields.finish()?;
        Ok(elastic)
    }

    /// The Gaussian's weights at whole distances, to three deviations either way; their sum is 1.
    pub fn gaussian(&self) -> Rc<[f32]> {
        let sigma = f64::from(self.sigma);
        let radius = (3.0 * sigma).ceil() as i32;
        let weights: Vec<f64> = (-radius..=radius).map(|d| (-f64::from(d * d) / (2.0 * sigma * sigma)).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| (weight / sum) as f32).collect()
    }

    /// Adds the call that makes a field of displacements for images of this shape.
    fn add_field(&self, graph: &mut Graph, random: ValueId, images: &Shape) -> ValueId {
        let weights = self.gaussian();
        let [batch, _, height, width] = images.nchw();
        let params = DisplacementParams {
            batch: batch as u32,
            height: height as u32,
            width: width as u32,
            radius: (weights.len() / 2) as u32,
            alpha: self.alpha,
            unused: [0; 3],
        };
        let weights_shape = Shape::new(&[weights.len()]);
        let gaussian = graph.add("augment.gaussian", weights_shape, Layout::Channels, false, Role::Table(weights));
        let field = graph.temporary("displacement", Shape::new(&[batch, 2, height, width]));
        graph.call("augment", &DISPLACEMENT, bytemuck::bytes_of(&params), &[random, gaussian, field]);
        field
    }
}

impl Erase {
    fn from_json(json: &Value) -> Result<Self, SpecError> {
        let mut fields = Fields::new("training.augmentation.erase", json)?;
        // The paper's values.
        let erase = Self {
            probability: fields.number_or("probability", 0.0, 1.0, 0.5)?,
            smallest: fields.number_or("smallest", 0.0, 1.0, 0.02)?,
            largest: fields.number_or("largest", 0.0, 1.0, 0.4)?,
            aspect: fields.number_or("aspect", 0.1, 1.0, 0.3)?,
            noise: fields.choice_or("fill", &[("noise", true), ("background", false)], true)?,
        };
        fields.finish()?;
        if erase.smallest > erase.largest {
            return Err(SpecError::InvalidValue {
                path: "training.augmentation.erase.smallest".into(),
                found: erase.smallest.to_string(),
                expected: Expected::Smallest { largest: erase.largest },
            });
        }
        Ok(erase)
    }
}
