//! Looking inside a network that trains on WebGPU, and going on from its checkpoint elsewhere.

use std::cell::RefCell;
use std::rc::Rc;

use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::data::dataset::{Dataset, IdxPair, Split};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::run::probe::Look;
use receptive::run::trainer::{Image, Trainer};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::open;

/// Noise, a class each.
fn noise(count: usize) -> Dataset {
    let header = |magic: u32, sizes: &[u32]| [&[magic], sizes].concat().iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let (mut images, mut labels) = (header(2051, &[count as u32, 28, 28]), header(2049, &[count as u32]));
    labels.extend((0..count).map(|image| (image % 10) as u8));
    images.extend((0..count * 784).map(|at| (at % 4099 * (at % 4099) % 251) as u8));
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    Dataset::from_idx(&pair, Some(&pair)).expect("it is sound")
}

async fn trainer(preset: &str, device: Device) -> Trainer {
    let mut json = zoo::preset(preset).expect("a preset").spec;
    json["training"]["batch_size"] = 8.into();
    let spec = Spec::from_json(&json).expect("it is valid");
    Trainer::new(spec, device, Rc::new(RefCell::new(noise(20)))).await.expect("it fits")
}

async fn parameters(trainer: &mut Trainer) -> Vec<Vec<f32>> {
    let names: Vec<String> = trainer.parameters().map(|(name, _)| name.to_owned()).collect();
    let mut all = Vec::new();
    for name in names {
        all.push(trainer.read_parameter(&name).await.expect("read"));
    }
    all
}

#[wasm_bindgen_test]
async fn a_look_inside_sees_the_parameters_that_webgpu_trained() {
    for preset in ["lenet5", "resnet8"] {
        let mut gpu = trainer(preset, Device::Wgpu(Box::new(open().await))).await;
        for _ in 0..3 {
            gpu.train_step().expect("a step");
        }
        let (pixels, _) = noise(20).image(Split::Test, 3).expect("an image");
        let image = Image { pixels: &pixels, draw: 3 };
        let said = gpu.predict(image).await.expect("an answer").logits;
        let last = gpu.spec().layers.last().expect("it has layers").name.clone();
        let (maps, _) = gpu.look(&[last], Look::Activations, image).await.expect("a look");
        for (seen, said) in maps[0].values.0.iter().zip(&said) {
            assert!((seen - said).abs() < 1e-4 * said.abs().max(1.0), "{preset}: {seen} {said}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_checkpoint_of_webgpu_goes_on_on_the_cpu() {
    let mut gpu = trainer("resnet8", Device::Wgpu(Box::new(open().await))).await;
    for _ in 0..3 {
        gpu.train_step().expect("a step");
    }
    let file = gpu.checkpoint_file(None).await.expect("a file");
    let mut cpu = trainer("resnet8", Device::Cpu(Kernels::Simd)).await;
    let restored = cpu.restore_file(&file).await.expect("it goes on");
    assert_eq!((restored.fresh.len(), cpu.steps()), (0, 3));
    assert!(parameters(&mut gpu).await == parameters(&mut cpu).await);
    for trainer in [&mut gpu, &mut cpu] {
        trainer.train_step().expect("a step");
    }
    let (one, other) = (parameters(&mut gpu).await, parameters(&mut cpu).await);
    let furthest = one.iter().flatten().zip(other.iter().flatten()).fold(0.0f32, |most, (a, b)| most.max((a - b).abs()));
    assert!(furthest < 1e-3, "{furthest}");
}

#[wasm_bindgen_test]
async fn an_evaluation_on_webgpu_says_what_it_makes_of_each_image() {
    let mut gpu = trainer("lenet5", Device::Wgpu(Box::new(open().await))).await;
    gpu.begin_evaluation(Split::Test).expect("images");
    let next = gpu.evaluate_batch(Split::Test, 16, 20).expect("a batch");
    let logits = gpu.evaluated_logits(next - 16).await.expect("read");
    assert_eq!((next, logits.len()), (20, 40));
    let (pixels, _) = noise(20).image(Split::Test, 17).expect("an image");
    let said = gpu.predict(Image { pixels: &pixels, draw: 0 }).await.expect("an answer").logits;
    for (seen, said) in logits[10..20].iter().zip(&said) {
        assert!((seen - said).abs() < 1e-4 * said.abs().max(1.0), "{seen} {said}");
    }
}
