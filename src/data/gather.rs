//! A batch from the data set that lies on the device as bytes: gathering and normalising are kernels, the host sends indices only.

use bytemuck::{Pod, Zeroable};

use crate::core::kernel::{Args, Binding::*, Kernel, MapMut, Pass, Real, double, params};
use crate::core::wgsl::PRELUDE;
use crate::ops::softmax_cross_entropy::IGNORE_INDEX;

/// An index that stands for no image: the batch's place is filled with zeros and its label does not count.
pub const NO_IMAGE: u32 = u32::MAX;

/// Geometry and normalisation; the same bytes as `struct GatherParams` in `gather.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct GatherParams {
    /// Indices in a batch.
    pub batch: u32,
    /// Pixels of an image; images are stored one after the other, four pixels a word, lowest byte first.
    pub pixels: u32,
    /// Subtracted from pixel / 255.
    pub mean: f32,
    /// Divides the difference.
    pub deviation: f32,
}

/// images (packed bytes), labels (a word each), indices -> x `[batch, 1, h, w]`, normalised: `(pixel / 255 - mean) / deviation`, targets `[batch]`
pub static GATHER: Kernel = Kernel {
    name: "gather",
    bindings: &[ReadWords, ReadWords, ReadWords, Write, WriteWords],
    scalar: gather::<f32>,
    scalar_f64: double(gather::<f64>),
    wgsl: &[PRELUDE, crate::core::wgsl::wgsl!("gather.wgsl")],
    passes: &[Pass { entry: "gather", workgroups }],
    ..Kernel::BASE
};

/// One thread a pixel.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: GatherParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.pixels)).div_ceil(64)
}

fn gather<T: Real>(mut args: Args<'_, T>) {
    let p: GatherParams = args.params();
    let [images, labels, indices, x, targets] = args.take();
    let (images, labels, pixels) = (images.read_words(), labels.read_words(), p.pixels as usize);
    let normalised: [T; 256] =
        std::array::from_fn(|value| (T::of(value as f64) / T::of(255.0) - T::of(p.mean.into())) / T::of(p.deviation.into()));
    let mut x = MapMut::zeroed(x.write(), 1, 1, p.pixels);
    let indices = indices.read_words().iter().take(p.batch as usize);
    for (n, (target, &index)) in targets.write_words().iter_mut().zip(indices).enumerate() {
        *target = IGNORE_INDEX as u32;
        if index == NO_IMAGE {
            continue;
        }
        *target = labels[index as usize];
        for pixel in 0..pixels {
            let place = index as usize * pixels + pixel;
            let value = images[place / 4] >> (8 * (place % 4)) & 0xff;
            *x.at(n, 0, 0, pixel) = normalised[value as usize];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::kernel::{MAX_BINDINGS, Map, Slot};

    #[test]
    fn a_batch_is_normalised_and_missing_images_are_zero() {
        let packed = [u32::from_le_bytes([0, 255, 51, 102]), u32::from_le_bytes([255, 255, 0, 0])];
        let p = GatherParams { batch: 2, pixels: 4, mean: 0.2, deviation: 0.5 };
        let (mut x, mut targets) = (vec![9.0f64; 2 * 4 * 4], [77; 2]);
        let (labels, indices) = ([5, 6], [NO_IMAGE, 0]);
        let mut slots: [Slot<'_, f64>; MAX_BINDINGS] = Default::default();
        slots[0] = Slot::ReadWords(&packed);
        slots[1] = Slot::ReadWords(&labels);
        slots[2] = Slot::ReadWords(&indices);
        slots[3] = Slot::Write(&mut x);
        slots[4] = Slot::WriteWords(&mut targets);
        gather(Args { params: bytemuck::bytes_of(&p), slots, scratch: &mut [] });
        assert_eq!(targets, [IGNORE_INDEX as u32, 5]);
        let x = Map::new(&x, 1, 1, 4);
        assert_eq!(x.at(0, 0, 0, 1), 0.0);
        for (pixel, expected) in [(0, -0.4), (1, 1.6), (2, 0.0), (3, 0.4)] {
            assert!((x.at(1, 0, 0, pixel) - expected).abs() < 1e-7);
        }
    }
}
