//! Cluttered MNIST: a digit over strokes and noise, and the class of every pixel. It is made where the images lie, anew for every batch.
//!
//! The strokes are arcs as thick and as bright as a digit's, so that neither tells them from it. What is drawn depends on four words and the image's
//! index alone: in training on the run's seed and the step, in evaluation on none, so that the test task is always the same.

use bytemuck::{Pod, Zeroable};

use serde_json::Value;

use super::facts::Facts;
use super::gather::NO_IMAGE;
use super::kind::{Data, DataKind, Logits, Normalization, Sources};
use super::mnist::{self, DEVIATION, INPUT, MEAN};
use crate::core::error::{DataError, Fix, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, MapMut, Pass, Real, double, params};
use crate::core::layout::Layout;
use crate::core::rng::{self, fraction, step_key};
use crate::core::shape::Shape;
use crate::core::wgsl::{HASH, PRELUDE};
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ops::softmax_cross_entropy::IGNORE_INDEX;

/// As a specification says it.
pub const NAME: &str = "cluttered_mnist";

/// MNIST's digits over strokes and noise: one class a pixel.
#[derive(Clone, Copy, Debug)]
pub struct ClutteredMnist;

pub(super) fn read(_: &mut Fields<'_>) -> Result<Data, SpecError> {
    Ok(Data::new(ClutteredMnist))
}

impl DataKind for ClutteredMnist {
    fn to_json(&self) -> Value {
        NAME.into()
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn normalization(&self) -> Normalization {
        Normalization { mean: MEAN, deviation: DEVIATION }
    }

    /// What lies under a digit is drawn for images of MNIST's size.
    fn can_gather(&self, input: [usize; 3]) -> Result<(), &'static str> {
        if input == INPUT { Ok(()) } else { Err("[1, 28, 28]") }
    }

    fn has_images(&self, input: [usize; 3]) -> Result<(), [usize; 3]> {
        if input == INPUT { Ok(()) } else { Err(INPUT) }
    }

    fn targets_per_image(&self, [_, height, width]: [usize; 3]) -> usize {
        height * width
    }

    fn logits(&self) -> Logits {
        Logits { rank: 4, fix: Fix::EndInConvolution }
    }

    fn draws(&self) -> bool {
        true
    }

    /// Adds the call that puts clutter under the images, with each pixel's class.
    fn gather(&self, graph: &mut Graph, sources: &Sources, images: ValueId) -> ValueId {
        let [batch, _, height, width] = graph.shape(images).nchw();
        let targets = graph.add("targets", Shape::new(&[batch, height, width]), Layout::Activation, true, Role::Temporary);
        let params = ClutterParams {
            batch: batch as u32,
            height: height as u32,
            width: width as u32,
            step: u32::from(!sources.single),
            mean: MEAN,
            deviation: DEVIATION,
            noise: NOISE,
            unused: 0,
        };
        let Sources { images: data, labels, indices, .. } = *sources;
        // An evaluation's clutter is drawn from four zeros.
        let not_random = |graph: &mut Graph| graph.state("data.not_random", &Shape::new(&[4]), Layout::Channels, true);
        let random = if graph.training { graph.random() } else { not_random(graph) };
        graph.call("input", &CLUTTER, bytemuck::bytes_of(&params), &[data, labels, indices, random, images, targets]);
        targets
    }

    fn check_loaded(&self, input: [usize; 3], loaded: Option<&Facts>) -> Result<(), DataError> {
        mnist::check_loaded(input, CLASSES, loaded)
    }
}

/// Background, and ten digits.
pub const CLASSES: usize = 11;

/// Tells these random numbers from those of others that draw in the same step.
const STREAM: u32 = 0x636c_7574;

/// What each of an image's random numbers is for: the number of strokes, so many for each of them, and then one a pixel.
mod draws {
    pub const STROKES: u32 = 0;
    pub const RIGHT: u32 = 0;
    pub const DOWN: u32 = 1;
    pub const TURN: u32 = 2;
    pub const END: u32 = 3;
    pub const LENGTH: u32 = 4;
    pub const BEND: u32 = 5;
    pub const WIDTH: u32 = 6;
    pub const BRIGHTNESS: u32 = 7;
    /// Numbers for a stroke; the first stroke's come after as many.
    pub const A_STROKE: u32 = 8;
    pub const PIXELS: u32 = 64;
}

/// Strokes of an image.
const FEWEST: u32 = 1;
const MOST: u32 = 3;

/// The ink, of 255, from which on a pixel is the digit's: half.
pub const INK: u8 = 128;

/// Largest change of a pixel, of black to white.
pub const NOISE: f32 = 0.2;

/// Geometry and normalisation; the same bytes as `struct ClutterParams` in `clutter.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct ClutterParams {
    /// Indices in a batch.
    pub batch: u32,
    /// Of an image; images are stored one after the other, four pixels a word, lowest byte first.
    pub height: u32,
    /// Of an image.
    pub width: u32,
    /// 1; or 0 where there is a single image, and the index only says what is drawn under it.
    pub step: u32,
    /// Subtracted from the brightness, 0 to 1.
    pub mean: f32,
    /// Divides the difference.
    pub deviation: f32,
    /// Largest change of a pixel.
    pub noise: f32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: u32,
}

/// images (packed bytes), labels (a word each), indices, random words -> x `[batch, 1, h, w]`, normalised, and targets `[batch, h, w]`
///
/// `x = digit + (1 - digit) * strokes + noise`, cut to 0 to 1; the target is 1 + label where the digit's ink is at least half, else 0.
pub static CLUTTER: Kernel = Kernel {
    name: "gather.clutter",
    bindings: &[ReadWords, ReadWords, ReadWords, ReadWords, Write, WriteWords],
    scalar: clutter::<f32>,
    scalar_f64: double(clutter::<f64>),
    wgsl: &[PRELUDE, HASH, crate::core::wgsl::wgsl!("clutter.wgsl")],
    passes: &[Pass { entry: "clutter", workgroups }],
    ..Kernel::BASE
};

/// One thread a pixel.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: ClutterParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.height) * u64::from(p.width)).div_ceil(64)
}

/// Random number `which` of an image: uniform in `[0, 1)`, exact in single precision.
#[inline(never)]
fn draw<T: Real>(key: u32, which: u32) -> T {
    T::of(fraction(rng::draw(key, which)))
}

/// An arc of a circle, with round ends.
#[derive(Clone, Copy, Debug)]
struct Stroke<T> {
    /// The middle of its chord: right, down.
    middle: [T; 2],
    /// Along the chord, of length 1.
    direction: [T; 2],
    /// Half the chord.
    half: T,
    /// From the circle's centre to the chord.
    offset: T,
    radius: T,
    /// Half its width.
    thickness: T,
    brightness: T,
}

impl<T: Real> Stroke<T> {
    fn new(p: &ClutterParams, key: u32, number: u32) -> Self {
        let between = |least: f64, most: f64, which| {
            let part: T = draw(key, draws::A_STROKE * (number + 1) + which);
            T::of(least) + T::of(most - least) * part
        };
        // A direction without sine and cosine, which differ between devices: all of a half circle, and either end of it.
        let turn = between(-1.0, 1.0, draws::TURN);
        let end = between(-1.0, 1.0, draws::END).signum() / (T::one() + turn * turn);
        let half = between(4.0, 8.0, draws::LENGTH);
        // Never quite straight: a straight line would be a circle without a centre.
        let bend = half * between(0.05, 0.75, draws::BEND);
        let two_bends = bend + bend;
        Self {
            middle: [between(0.0, f64::from(p.width - 1), draws::RIGHT), between(0.0, f64::from(p.height - 1), draws::DOWN)],
            direction: [end * (T::one() - turn * turn), end * (turn + turn)],
            half,
            offset: (half * half - bend * bend) / two_bends,
            radius: (half * half + bend * bend) / two_bends,
            thickness: between(0.9, 1.5, draws::WIDTH),
            brightness: between(0.75, 1.0, draws::BRIGHTNESS),
        }
    }

    /// How far a pixel is from the arc.
    fn distance(&self, right: T, down: T) -> T {
        let (right, down) = (right - self.middle[0], down - self.middle[1]);
        let along = right * self.direction[0] + down * self.direction[1];
        let up = down * self.direction[0] - right * self.direction[1];
        let above_centre = up + self.offset;
        let from_centre = (along * along + above_centre * above_centre).sqrt();
        if above_centre * self.radius >= self.offset * from_centre {
            // `from_centre - radius`, without the difference of two large numbers.
            let squares = along * along + up * up + T::of(2.0) * up * self.offset - self.half * self.half;
            return squares.abs() / (from_centre + self.radius);
        }
        let beyond = along.abs() - self.half;
        (beyond * beyond + up * up).sqrt()
    }

    /// Its brightness at a pixel: full inside, falling to 0 over one pixel at the edge.
    #[inline(never)]
    fn at(&self, right: T, down: T) -> T {
        self.brightness * (self.thickness + T::of(0.5) - self.distance(right, down)).max(T::zero()).min(T::one())
    }
}

fn clutter<T: Real>(mut args: Args<'_, T>) {
    let p: ClutterParams = args.params();
    let [images, labels, indices, random, x, targets] = args.take();
    let (images, labels, indices, random) = (images.read_words(), labels.read_words(), indices.read_words(), random.read_words());
    let (mean, deviation) = (T::of(p.mean.into()), T::of(p.deviation.into()));
    let pixels = (p.height * p.width) as usize;
    let mut x = MapMut::zeroed(x.write(), 1, p.height, p.width);
    let targets = targets.write_words();
    for (n, &index) in indices.iter().take(p.batch as usize).enumerate() {
        let targets = &mut targets[n * pixels..][..pixels];
        if index == NO_IMAGE {
            targets.fill(IGNORE_INDEX as u32);
            continue;
        }
        let key = rng::draw(step_key(STREAM, random), index);
        let more: T = draw::<T>(key, draws::STROKES) * T::of(f64::from(MOST - FEWEST + 1));
        let count = FEWEST + more.to_u32().unwrap_or(0);
        let strokes: Vec<Stroke<T>> = (0..count).map(|number| Stroke::new(&p, key, number)).collect();
        let image = (index * p.step) as usize;
        for (pixel, target) in targets.iter_mut().enumerate() {
            let place = image * pixels + pixel;
            let ink = images[place / 4] >> (8 * (place % 4)) & 0xff;
            *target = if ink >= INK.into() { 1 + labels[image] } else { 0 };
            let (row, column) = (pixel / p.width as usize, pixel % p.width as usize);
            let (right, down) = (T::of(column as f64), T::of(row as f64));
            let digit = T::of(f64::from(ink)) / T::of(255.0);
            let under = strokes.iter().map(|stroke| stroke.at(right, down)).fold(T::zero(), T::max);
            let noise = T::of(p.noise.into()) * (T::of(2.0) * draw(key, draws::PIXELS + pixel as u32) - T::one());
            let seen = (digit + (T::one() - digit) * under + noise).max(T::zero()).min(T::one());
            *x.at(n, 0, row, column) = (seen - mean) / deviation;
        }
    }
}
