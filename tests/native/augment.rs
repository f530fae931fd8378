//! What augmentation does to images: as strong as asked for, the same for the same seed and step, nothing in evaluation.
use crate::support::{Machine, cases, normal, rng};
use proptest::prelude::*;
use receptive::backend::cpu::Kernels;
use receptive::core::layout::Layout;
use receptive::core::shape::Shape;
use receptive::data::augment::Augmentation;
use receptive::data::kind::DataKind;
use receptive::data::mnist::{DEVIATION, MEAN, Mnist};
use receptive::ir::graph::{Graph, Role, ValueId};
use receptive::network::spec::Spec;
use receptive::programs::TrainingPlan;
use serde_json::{Value, json};

const BACKGROUND: f64 = -(MEAN / DEVIATION) as f64;

/// Images `[n, h, w]` and what is done to them.
struct Batch {
    graph: Graph,
    images: Vec<f64>,
    size: [usize; 3],
    augmented: ValueId,
}

impl Batch {
    fn new(augmentation: &Value, size: [usize; 3], images: Vec<f64>) -> Self {
        let augmentation = Augmentation::from_json(augmentation).unwrap();
        let mut graph = Graph { training: true, ..Graph::default() };
        let shape = Shape::new(&[size[0], 1, size[1], size[2]]);
        let x = graph.add("images", shape, Layout::Activation, false, Role::Input);
        let augmented = augmentation.apply(&mut graph, x, Mnist.normalization());
        Self { graph, images, size, augmented }
    }

    /// Random images.
    fn random(augmentation: &Value, size: [usize; 3]) -> Self {
        Self::new(augmentation, size, normal(&mut rng(1), size.iter().product()).iter().map(|&x| f64::from(x as f32)).collect())
    }

    /// The value of this name after a step that draws from these words.
    fn run<T: receptive::backend::cpu::Element>(&self, name: &str, random: [u32; 4], kernels: Kernels) -> Vec<f64> {
        let place = self.graph.values.iter().position(|value| value.name == name).unwrap();
        let mut machine = Machine::<T>::new(&self.graph, &[ValueId(place), self.augmented], kernels);
        machine.write("images", &self.images);
        machine.write_words(receptive::ir::graph::RANDOM, &random);
        machine.run();
        machine.read(name)
    }

    fn augmented(&self, random: [u32; 4]) -> Vec<f64> {
        self.run::<f32>("augmented", random, Kernels::Scalar)
    }

    /// Image `n` before, of the same size as after.
    fn image<'a>(&self, of: &'a [f64], n: usize) -> &'a [f64] {
        let pixels = self.size[1] * self.size[2];
        &of[n * pixels..][..pixels]
    }
}

fn everything() -> Value {
    json!({"shift": 2, "rotation_degrees": 15, "scale": 0.15, "elastic": {}, "erase": {}})
}

#[test]
fn no_strength_is_no_call_and_no_change() {
    for off in [json!({}), json!({"shift": 0, "scale": 0.0, "elastic": {"alpha": 0}, "erase": {"probability": 0}})] {
        let batch = Batch::random(&off, [2, 5, 6]);
        assert!(batch.graph.calls.is_empty() && batch.graph.value(batch.augmented).name == "images");
    }
    // A strength that never comes to anything runs the kernel.
    let batch = Batch::random(&json!({"erase": {"probability": 1e-12}}), [3, 28, 28]);
    assert_eq!(batch.augmented([1, 2, 3, 4]), batch.images);
}

#[test]
fn the_same_words_draw_the_same_and_others_do_not() {
    let batch = Batch::random(&everything(), [3, 28, 28]);
    let one = batch.augmented([1, 0, 7, 0]);
    assert_eq!(one, batch.augmented([1, 0, 7, 0]));
    for other in [[2, 0, 7, 0], [1, 1, 7, 0], [1, 0, 8, 0], [1, 0, 7, 1]] {
        assert_ne!(one, batch.augmented(other), "{other:?}");
    }
    // The place in the batch counts, its size does not.
    let same = Batch::new(&everything(), [2, 28, 28], batch.image(&batch.images, 0).repeat(2));
    let pair = same.augmented([1, 0, 7, 0]);
    assert_eq!(same.image(&pair, 0), batch.image(&one, 0));
    assert_ne!(same.image(&pair, 0), same.image(&pair, 1));
}

#[test]
fn a_shift_moves_whole_pixels_and_background_comes_in() {
    let batch = Batch::random(&json!({"shift": 2}), [64, 9, 7]);
    let after = batch.augmented([5, 0, 1, 0]);
    let mut seen = std::collections::BTreeSet::new();
    for n in 0..64 {
        let (before, after) = (batch.image(&batch.images, n), batch.image(&after, n));
        let moved = |right: i32, down: i32| -> Vec<f64> {
            let source = |at: i32| (at % 7 - right, at / 7 - down);
            let pixel =
                |(x, y): (i32, i32)| if (0..7).contains(&x) && (0..9).contains(&y) { before[(y * 7 + x) as usize] } else { BACKGROUND };
            (0..63).map(|at| pixel(source(at))).collect()
        };
        let found = (-2..=2).flat_map(|right| (-2..=2).map(move |down| (right, down))).find(|&(right, down)| moved(right, down) == after);
        seen.insert(found.expect("some shift of up to two pixels"));
    }
    assert!(seen.len() > 18, "of 25 shifts, {} occur in 64 images", seen.len());
}

/// A blob off the centre, and where its middle is after: distance from the centre, and angle.
fn blobs(augmentation: &Value) -> Vec<[f64; 2]> {
    let size = [32, 29, 29];
    let blob = |at: usize| {
        let (right, down) = ((at % 29) as f64 - 20.0, (at / 29) as f64 - 14.0);
        BACKGROUND + 3.0 * (-(right * right + down * down) / 6.0).exp()
    };
    let batch = Batch::new(augmentation, size, (0..29 * 29).map(blob).collect::<Vec<_>>().repeat(32));
    let after = batch.augmented([9, 0, 3, 0]);
    let middle = |n| {
        let ink: Vec<f64> = batch.image(&after, n).iter().map(|x| x - BACKGROUND).collect();
        let mean = |axis: fn(usize) -> usize| {
            ink.iter().enumerate().map(|(at, ink)| ink * (axis(at) as f64 - 14.0)).sum::<f64>() / ink.iter().sum::<f64>()
        };
        let (right, down) = (mean(|at| at % 29), mean(|at| at / 29));
        [right.hypot(down), down.atan2(right).to_degrees()]
    };
    (0..32).map(middle).collect()
}

#[test]
fn a_rotation_turns_about_the_centre_and_a_scale_moves_along_the_radius() {
    let turned = blobs(&json!({"rotation_degrees": 20}));
    assert!(turned.iter().all(|[radius, angle]| (radius - 6.0).abs() < 0.05 && angle.abs() <= 20.1), "{turned:?}");
    assert!(turned.iter().any(|[_, angle]| *angle > 10.0) && turned.iter().any(|[_, angle]| *angle < -10.0));
    let scaled = blobs(&json!({"scale": 0.2}));
    assert!(scaled.iter().all(|[radius, angle]| (4.75..=7.25).contains(radius) && angle.abs() < 0.5), "{scaled:?}");
    assert!(scaled.iter().any(|[radius, _]| *radius > 6.6) && scaled.iter().any(|[radius, _]| *radius < 5.4));
}

#[test]
fn a_field_of_displacements_is_bounded_smooth_and_as_strong_as_its_formula() {
    let batch = Batch::random(&json!({"elastic": {"alpha": 34, "sigma": 4}}), [64, 28, 28]);
    let field = batch.run::<f64>("displacement", [3, 0, 5, 0], Kernels::Scalar);
    assert!(field.iter().all(|d| d.abs() <= 34.0));
    // In the middle, where the Gaussian lies inside: the variance of a uniform in ±1 is 1/3, the smoothed one 1/(4 pi sigma^2) of that.
    let middle: Vec<f64> = field.chunks(784).map(|plane| plane[14 * 28 + 14]).collect();
    let deviation = (middle.iter().map(|d| d * d).sum::<f64>() / middle.len() as f64).sqrt();
    let expected = 34.0 / (12.0 * std::f64::consts::PI * 16.0).sqrt();
    assert!((deviation / expected - 1.0).abs() < 0.2, "{deviation} where {expected} is expected");
    let steepest = field.chunks(28).flat_map(|row| row.windows(2).map(|pair| (pair[1] - pair[0]).abs())).fold(0.0, f64::max);
    assert!(steepest < 1.5, "neighbours {steepest} apart");
    // Its two axes are not alike.
    assert_ne!(field[..784], field[784..1568]);
}

#[test]
fn erasing_fills_one_rectangle_of_the_asked_area_in_the_asked_part_of_the_images() {
    let (size, erase) =
        ([400, 28, 28], json!({"erase": {"probability": 0.25, "smallest": 0.1, "largest": 0.3, "aspect": 0.5, "fill": "background"}}));
    let batch = Batch::new(&erase, size, vec![1.0; 400 * 784]);
    let after = batch.augmented([3, 0, 5, 0]);
    let mut erased = 0;
    for n in 0..400 {
        let gone: Vec<usize> = (0..784).filter(|&at| batch.image(&after, n)[at] != 1.0).collect();
        let (Some(first), Some(last)) = (gone.first(), gone.last()) else { continue };
        erased += 1;
        let (height, width) = (last / 28 - first / 28 + 1, last % 28 - first % 28 + 1);
        assert_eq!(gone.len(), height * width, "a rectangle");
        assert!(gone.iter().all(|&at| batch.image(&after, n)[at] == BACKGROUND));
        // Sides are whole: up to one row and one column less than the area that was drawn.
        assert!(gone.len() <= 235 && (height + 1) * (width + 1) >= 78, "{height} x {width}");
        assert!((0.4..2.5).contains(&(height as f64 / width as f64)), "{height} x {width}");
    }
    assert!((70..130).contains(&erased), "{erased} of 400");

    let noise = Batch::new(&json!({"erase": {"probability": 1}}), [1, 28, 28], vec![9.0; 784]).augmented([3, 0, 5, 0]);
    let filled: Vec<f64> = noise.into_iter().filter(|&x| x != 9.0).collect();
    let pixels = filled.iter().map(|x| x * f64::from(DEVIATION) + f64::from(MEAN));
    assert!(filled.len() > 10 && pixels.clone().all(|pixel| (-1e-6..1.0).contains(&pixel)));
    let mean = pixels.sum::<f64>() / filled.len() as f64;
    assert!((0.3..0.7).contains(&mean), "{mean}");
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn single_precision_and_simd_agree_with_double(
        batch in 1usize..=3, height in 1usize..=30, width in 1usize..=30, shift in 0u32..=3, rotation in 0.0..45.0f64, scale in 0.0..0.5f64,
        alpha in 0.0..60.0f64, sigma in 0.1..9.0f64, random: [u32; 4],
    ) {
        let augmentation = json!({"shift": shift, "rotation_degrees": rotation, "scale": scale, "elastic": {"alpha": alpha, "sigma": sigma}, "erase": {}});
        let batch = Batch::random(&augmentation, [batch, height, width]);
        for name in ["displacement", "augmented"] {
            let want = batch.run::<f64>(name, random, Kernels::Scalar);
            for kernels in [Kernels::Scalar, Kernels::Simd] {
                for (got, want) in batch.run::<f32>(name, random, kernels).iter().zip(&want) {
                    prop_assert!((got - want).abs() < 1e-4, "{name}: {got} where {want} is expected");
                }
            }
        }
    }
}

#[test]
fn only_training_steps_augment() {
    let spec = |augmentation: Value| {
        let layers = json!([{"op": "flatten"}, {"op": "linear", "out_features": 10}]);
        Spec::from_json(&json!({"version": 1, "layers": layers, "training": {"batch_size": 4, "augmentation": augmentation}})).unwrap()
    };
    let plan = TrainingPlan::new(&spec(everything())).unwrap();
    let augments =
        |program: &receptive::ir::program::Program| program.steps.iter().filter(|step| step.kernel.name.starts_with("augment.")).count();
    assert_eq!(plan.plan.programs.iter().map(augments).collect::<Vec<_>>(), [2, 0, 0]);
    let off = TrainingPlan::new(&spec(json!({}))).unwrap();
    assert_eq!(augments(&off.plan[off.train.program]), 0);
    assert!(off.train.random.is_none() && plan.train.random.is_some());
}

#[test]
fn impossible_strengths_are_refused() {
    for (augmentation, path) in [
        (json!({"shift": -1}), "training.augmentation.shift"),
        (json!({"rotation_degrees": 90}), "training.augmentation.rotation_degrees"),
        (json!({"scale": 1}), "training.augmentation.scale"),
        (json!({"elastic": {"sigma": 0}}), "training.augmentation.elastic.sigma"),
        (json!({"erase": {"smallest": 0.5}}), "training.augmentation.erase.smallest"),
        (json!({"erase": {"fill": "white"}}), "training.augmentation.erase.fill"),
        (json!({"flip": true}), "training.augmentation: flip"),
    ] {
        let refused = Augmentation::from_json(&augmentation).unwrap_err().to_string();
        assert!(refused.starts_with(path), "{refused}");
    }
}
