//! Shift, rotation, scale and displacement in one bilinear sampling, and erasing.

use bytemuck::{Pod, Zeroable};

use super::Augmentation;
use super::displacement::image_key;
use crate::core::kernel::{Args, Binding::*, Kernel, Map, MapMut, Pass, Real, double, params};
use crate::core::rng::{draw, fraction, threshold};
use crate::core::shape::Shape;
use crate::core::wgsl::{HASH, PRELUDE};
use crate::data::kind::Normalization;

/// Tells these random numbers from those of others that draw in the same step.
const STREAM: u32 = 0x7761_7270;

/// What each of an image's random numbers is for; from `PIXELS` on, one for each pixel that is erased.
mod draws {
    pub const RIGHT: u32 = 0;
    pub const DOWN: u32 = 1;
    pub const ANGLE: u32 = 2;
    pub const SCALE: u32 = 3;
    pub const ERASE: u32 = 4;
    pub const AREA: u32 = 5;
    pub const ASPECT: u32 = 6;
    pub const TOP: u32 = 7;
    pub const LEFT: u32 = 8;
    pub const PIXELS: u32 = 16;
}

/// Parts of 1 that aspect ratios are counted in: sizes are whole numbers made from whole numbers, the same on every backend.
const ASPECT_UNIT: u32 = 64;

/// Sizes and strengths; the same bytes as `struct WarpParams` in `warp.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "most names are the field's of Augmentation")]
pub struct WarpParams {
    pub batch: u32,
    pub height: u32,
    pub width: u32,
    pub shift: u32,
    /// Radians.
    pub angle: f32,
    pub scale: f32,
    /// 1 when there is a field of displacements.
    pub displaced: u32,
    /// Random numbers below this erase.
    pub erase: u32,
    /// Pixels.
    pub smallest: u32,
    /// How many areas there are, from the smallest on.
    pub areas: u32,
    /// In 64ths.
    pub flattest: u32,
    /// How many aspect ratios there are, from the flattest on.
    pub aspects: u32,
    /// 1 when random pixels fill what is erased, 0 for background.
    pub noise: u32,
    /// Of the images' normalisation: `(pixel / 255 - mean) / deviation`.
    pub mean: f32,
    pub deviation: f32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: u32,
}

impl WarpParams {
    /// For images of this shape, normalised so.
    pub(super) fn new(augmentation: &Augmentation, images: &Shape, of: Normalization) -> Self {
        let [batch, _, height, width] = images.nchw();
        let Augmentation { shift, rotation_degrees, scale, elastic, erase } = *augmentation;
        let mut params = Self {
            batch: batch as u32,
            height: height as u32,
            width: width as u32,
            shift,
            angle: rotation_degrees.to_radians(),
            scale,
            displaced: elastic.is_some().into(),
            erase: 0,
            smallest: 1,
            areas: 1,
            flattest: ASPECT_UNIT,
            aspects: 1,
            noise: 0,
            mean: of.mean,
            deviation: of.deviation,
            unused: 0,
        };
        if let Some(erase) = erase {
            params.erase = threshold(erase.probability);
            params.noise = erase.noise.into();
            let unit = f64::from(ASPECT_UNIT);
            let (flattest, steepest) = ((erase.aspect * unit).round() as u32, (unit / erase.aspect).round() as u32);
            (params.flattest, params.aspects) = (flattest, steepest - flattest + 1);
            // An area times an aspect ratio has to fit 32 bits: a limit that only images far larger than any here would meet.
            let area = |part: f64| ((part * (height * width) as f64).round() as u32).clamp(1, u32::MAX / steepest);
            params.smallest = area(erase.smallest);
            params.areas = area(erase.largest) - params.smallest + 1;
        }
        params
    }
}

/// random state, images `[batch, 1, h, w]`, field `[batch, 2, h, w]` (any buffer when `displaced` is 0) -> augmented images
///
/// `y[n,p] = x[n, centre + rotate(-angle) (p - centre - shift) / scale + field[n,p]]`, bilinear between four pixels, with background outside.
pub static WARP: Kernel = Kernel {
    name: "augment.warp",
    bindings: &[ReadWords, Read, Read, Write],
    scalar: warp::<f32>,
    scalar_f64: double(warp::<f64>),
    wgsl: &[PRELUDE, HASH, crate::core::wgsl::wgsl!("warp.wgsl")],
    passes: &[Pass { entry: "warp", workgroups }],
    ..Kernel::BASE
};

/// One thread a pixel.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: WarpParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.height) * u64::from(p.width)).div_ceil(64)
}

/// Uniform in `[-1, 1)`, exact in single precision.
fn symmetric<T: Real>(bits: u32) -> T {
    T::of(f64::from(bits >> 8) / f64::from(1 << 23) - 1.0)
}

/// What happens to one image.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Drawn<T> {
    /// Right, down.
    shift: [i32; 2],
    sine: T,
    cosine: T,
    inverse_scale: T,
    rectangle: Option<Rectangle>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Rectangle {
    top: u32,
    left: u32,
    height: u32,
    width: u32,
}

impl<T: Real> Drawn<T> {
    fn new(p: &WarpParams, key: u32) -> Self {
        let shift = |which| (draw(key, which) % (2 * p.shift + 1)) as i32 - p.shift as i32;
        let angle = T::of(p.angle.into()) * symmetric(draw(key, draws::ANGLE));
        let scale = T::one() + T::of(p.scale.into()) * symmetric(draw(key, draws::SCALE));
        Self {
            shift: [shift(draws::RIGHT), shift(draws::DOWN)],
            sine: angle.sin(),
            cosine: angle.cos(),
            inverse_scale: T::one() / scale,
            rectangle: (draw(key, draws::ERASE) < p.erase).then(|| Rectangle::new(p, key)),
        }
    }
}

impl Rectangle {
    fn new(p: &WarpParams, key: u32) -> Self {
        let area = p.smallest + draw(key, draws::AREA) % p.areas;
        let aspect = p.flattest + draw(key, draws::ASPECT) % p.aspects;
        let height = (area * aspect / ASPECT_UNIT).isqrt().clamp(1, p.height);
        let width = (area * ASPECT_UNIT / aspect).isqrt().clamp(1, p.width);
        let top = draw(key, draws::TOP) % (p.height - height + 1);
        let left = draw(key, draws::LEFT) % (p.width - width + 1);
        Self { top, left, height, width }
    }

    fn holds(&self, y: usize, x: usize) -> bool {
        let inside = |at: usize, first: u32, len: u32| (first..first + len).contains(&(at as u32));
        inside(y, self.top, self.height) && inside(x, self.left, self.width)
    }
}

fn warp<T: Real>(mut args: Args<'_, T>) {
    let p: WarpParams = args.params();
    let [random, x, field, y] = args.take();
    let (random, field) = (random.read_words(), field.read());
    let x = Map::new(x.read(), 1, p.height, p.width);
    let field = Map::new(field, 2, p.height, p.width);
    let mut augmented = MapMut::zeroed(y.write(), 1, p.height, p.width);
    let (mean, deviation) = (T::of(p.mean.into()), T::of(p.deviation.into()));
    let background = -mean / deviation;
    let half = |len: u32| T::of(f64::from(len - 1) / 2.0);
    let (middle_x, middle_y) = (half(p.width), half(p.height));
    for n in 0..p.batch as usize {
        let key = image_key(STREAM, random, n);
        let drawn = Drawn::<T>::new(&p, key);
        let pixel = |row: i32, column: i32| {
            let inside = (0..p.height as i32).contains(&row) && (0..p.width as i32).contains(&column);
            if inside { x.at(n, 0, row as usize, column as usize) } else { background }
        };
        for row in 0..p.height as usize {
            for column in 0..p.width as usize {
                if drawn.rectangle.is_some_and(|rectangle| rectangle.holds(row, column)) {
                    let bits = draw(key, draws::PIXELS + (row * p.width as usize + column) as u32);
                    *augmented.at(n, 0, row, column) = if p.noise == 1 { (T::of(fraction(bits)) - mean) / deviation } else { background };
                    continue;
                }
                let right = T::of(column as f64 - f64::from(drawn.shift[0])) - middle_x;
                let down = T::of(row as f64 - f64::from(drawn.shift[1])) - middle_y;
                let mut from_x = middle_x + drawn.inverse_scale * (drawn.cosine * right + drawn.sine * down);
                let mut from_y = middle_y + drawn.inverse_scale * (drawn.cosine * down - drawn.sine * right);
                if p.displaced == 1 {
                    from_x += field.at(n, 0, row, column);
                    from_y += field.at(n, 1, row, column);
                }
                let (left, top) = (from_x.floor(), from_y.floor());
                let (part_x, part_y) = (from_x - left, from_y - top);
                let place = |value: T| value.to_i32().unwrap_or(i32::MIN / 2);
                let (left, top) = (place(left), place(top));
                let mix = |row: i32| pixel(row, left) * (T::one() - part_x) + pixel(row, left + 1) * part_x;
                *augmented.at(n, 0, row, column) = mix(top) * (T::one() - part_y) + mix(top + 1) * part_y;
            }
        }
    }
}
