//! Where a program's images come from: a batch of the data set, by the indices that the host wrote, or a single image.

use crate::core::error::ShapeError;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::data::Data;
use crate::data::kind::Sources;
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
    if let Err(needed) = spec.data.can_gather(spec.input) {
        return Err(ShapeError::ImagesMismatch { node: "input".into(), shape: Shape::new(&spec.input).to_string(), needed });
    }
    let [_, height, width] = spec.input;
    let [data, labels, indices] = add_data_set(graph, batch, height * width);
    let images = add_images(graph, spec, batch, Role::Temporary)?;
    let targets = spec.data.gather(graph, &Sources { images: data, labels, indices, single: false }, images);
    Ok(Batch { images, targets, data, labels, indices })
}

/// One image in a graph.
#[derive(Clone, Copy, Debug)]
pub struct SingleImage {
    /// The image, as the network sees it.
    pub image: ValueId,
    /// Of data that draw something around it.
    pub clutter: Option<Cluttered>,
}

/// What makes one image where something is drawn around it.
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
    /// Of such data, the image's bytes and the word that says what is drawn.
    pub bytes: Option<[Range; 2]>,
}

impl ImagePlace {
    /// Where an image of a graph lies.
    pub fn of(image: &SingleImage, built: &Built) -> Self {
        let bytes = image.clutter.map(|cluttered| [cluttered.pixels, cluttered.draw].map(|id| built.at(id).range));
        Self { seen: built.at(image.image), bytes }
    }
}

/// Adds one image that the host writes, or whose bytes it writes where something is drawn around it; then its pixels have classes too.
///
/// # Errors
/// [`ShapeError::SizeOverflow`] for an image that does not fit.
pub fn add_single_image(graph: &mut Graph, spec: &Spec, data: &Data) -> Result<SingleImage, ShapeError> {
    if !data.draws() {
        return Ok(SingleImage { image: add_images(graph, spec, 1, Role::Input)?, clutter: None });
    }
    let [_, height, width] = spec.input;
    let mut words = |name, len| graph.state(name, &Shape::new(&[len]), Layout::Channels, true);
    let (pixels, draw) = (words("data.pixels", (height * width).div_ceil(4)), words("data.draw", 1));
    let label = add_label(graph);
    let image = add_images(graph, spec, 1, Role::Temporary)?;
    let sources = Sources { images: pixels, labels: label, indices: draw, single: true };
    let targets = data.gather(graph, &sources, image);
    Ok(SingleImage { image, clutter: Some(Cluttered { targets, pixels, draw, label }) })
}

/// Adds the label of one image, which the host writes.
pub fn add_label(graph: &mut Graph) -> ValueId {
    graph.state("data.label", &Shape::new(&[1]), Layout::Channels, true)
}
