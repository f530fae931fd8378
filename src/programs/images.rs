//! Where a program's images come from: a batch of the data set, by the indices that the host wrote, or a single image.

use crate::core::error::ShapeError;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::data::Data;
use crate::data::clutter::{self, CLUTTER, ClutterParams};
use crate::data::dataset::SIDE;
use crate::data::gather::{GATHER, GatherParams};
use crate::data::mnist::{DEVIATION, MEAN};
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::program::{BufferId, Located, Range};
use crate::network::{add_images, spec::Spec};
use crate::plan::Built;

/// A batch of the data set in a graph.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// The images, as the network sees them.
    pub images: ValueId,
    /// The class of each image, or of each of its pixels.
    pub targets: ValueId,
    /// The data set's images, four pixels a word.
    pub data: ValueId,
    /// Its labels.
    pub labels: ValueId,
    /// Which images, written by the host.
    pub indices: ValueId,
}

/// Where the data set lies: buffers that a plan does not allocate.
#[derive(Clone, Copy, Debug)]
pub struct DataSet {
    /// Images, four pixels a word.
    pub images: BufferId,
    /// Labels, one a word.
    pub labels: BufferId,
}

impl DataSet {
    /// Where a batch's data set lies.
    pub fn of(batch: &Batch, built: &Built) -> Self {
        let buffer = |id| built.at(id).range.buffer;
        Self { images: buffer(batch.data), labels: buffer(batch.labels) }
    }
}

/// Adds the data set to a graph, of which a run reads a batch of images of so many pixels, and the indices of that batch: data, labels, indices.
pub fn add_data_set(graph: &mut Graph, batch: usize, pixels: usize) -> [ValueId; 3] {
    let mut words = |name: &str, len: usize, role| graph.add(name, Shape::new(&[len]), Layout::Activation, true, role);
    // The data set is external: its length is that of whatever the trainer binds.
    let data = words("data.images", 1, Role::External((batch * pixels) as u64));
    let labels = words("data.labels", 1, Role::External(4 * batch as u64));
    [data, labels, words("data.indices", batch, Role::State)]
}

/// Adds the calls that gather a batch by the indices the host wrote.
///
/// # Errors
/// Images that the specification's data do not have.
pub fn add_batch(graph: &mut Graph, spec: &Spec, batch: usize) -> Result<Batch, ShapeError> {
    let [channels, height, width] = spec.input;
    // What lies under a digit is drawn for images of MNIST's size.
    let (fits, needed) = match spec.data {
        Data::Mnist => (channels == 1, "[1, height, width]"),
        Data::ClutteredMnist => (spec.input == [1, SIDE, SIDE], "[1, 28, 28]"),
    };
    if !fits {
        return Err(ShapeError::ImagesMismatch { node: "input".into(), shape: Shape::new(&spec.input).to_string(), needed });
    }
    let pixels = height * width;
    let [data, labels, indices] = add_data_set(graph, batch, pixels);
    let images = add_images(graph, spec, batch, Role::Temporary)?;
    let targets = match spec.data {
        Data::ClutteredMnist => {
            let random = if graph.training { graph.random() } else { not_random(graph) };
            add_clutter(graph, [data, labels, indices, random], images, 1)
        }
        Data::Mnist => {
            let targets = graph.add("targets", Shape::new(&[batch]), Layout::Activation, true, Role::Temporary);
            let params = GatherParams { batch: batch as u32, pixels: pixels as u32, mean: MEAN, deviation: DEVIATION };
            graph.call("input", &GATHER, bytemuck::bytes_of(&params), &[data, labels, indices, images, targets]);
            targets
        }
    };
    Ok(Batch { images, targets, data, labels, indices })
}

/// What the clutter of an evaluation is drawn from: four zeros.
fn not_random(graph: &mut Graph) -> ValueId {
    graph.state("data.not_random", &Shape::new(&[4]), Layout::Channels, true)
}

/// Adds the call that puts clutter under `sources` (images, labels, indices, random words), and returns each pixel's class. With a `step` of 0 there
/// is a single image, and the indices only say what is drawn.
fn add_clutter(graph: &mut Graph, sources: [ValueId; 4], images: ValueId, step: u32) -> ValueId {
    let [batch, _, height, width] = graph.shape(images).nchw();
    let targets = graph.add("targets", Shape::new(&[batch, height, width]), Layout::Activation, true, Role::Temporary);
    let params = ClutterParams {
        batch: batch as u32,
        height: height as u32,
        width: width as u32,
        step,
        mean: MEAN,
        deviation: DEVIATION,
        noise: clutter::NOISE,
        unused: 0,
    };
    let [data, labels, indices, random] = sources;
    graph.call("input", &CLUTTER, bytemuck::bytes_of(&params), &[data, labels, indices, random, images, targets]);
    targets
}

/// One image in a graph.
#[derive(Clone, Copy, Debug)]
pub struct SingleImage {
    /// The image, as the network sees it.
    pub image: ValueId,
    /// Of cluttered data.
    pub clutter: Option<Cluttered>,
}

/// What makes one image where it is cluttered.
#[derive(Clone, Copy, Debug)]
pub struct Cluttered {
    /// The class of each pixel.
    pub targets: ValueId,
    /// The image's bytes, written by the host.
    pub pixels: ValueId,
    /// Which clutter, written by the host.
    pub draw: ValueId,
    /// The digit's value, which the host may write.
    pub label: ValueId,
}

/// Where one image is written.
#[derive(Clone, Debug)]
pub struct ImagePlace {
    /// The image, as the network sees it: written by the host, or made of the bytes.
    pub seen: Located,
    /// Of cluttered data, the image's bytes and the word that says which clutter.
    pub bytes: Option<[Range; 2]>,
}

impl ImagePlace {
    /// Where an image of a graph lies.
    pub fn of(image: &SingleImage, built: &Built) -> Self {
        let bytes = image.clutter.map(|cluttered| [cluttered.pixels, cluttered.draw].map(|id| built.at(id).range));
        Self { seen: built.at(image.image), bytes }
    }
}

/// Adds one image that the host writes, or whose bytes it writes where it is cluttered; then its pixels have classes too.
///
/// # Errors
/// [`ShapeError::SizeOverflow`] for an image that does not fit.
pub fn add_single_image(graph: &mut Graph, spec: &Spec, data: Data) -> Result<SingleImage, ShapeError> {
    if data == Data::Mnist {
        return Ok(SingleImage { image: add_images(graph, spec, 1, Role::Input)?, clutter: None });
    }
    let mut words = |name, len| graph.state(name, &Shape::new(&[len]), Layout::Channels, true);
    let (pixels, draw) = (words("data.pixels", SIDE * SIDE / 4), words("data.draw", 1));
    let label = add_label(graph);
    let zeros = not_random(graph);
    let image = add_images(graph, spec, 1, Role::Temporary)?;
    let targets = add_clutter(graph, [pixels, label, draw, zeros], image, 0);
    Ok(SingleImage { image, clutter: Some(Cluttered { targets, pixels, draw, label }) })
}

/// Adds the label of one image, which the host writes.
pub fn add_label(graph: &mut Graph) -> ValueId {
    graph.state("data.label", &Shape::new(&[1]), Layout::Channels, true)
}
