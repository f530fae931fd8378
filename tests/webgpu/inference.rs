//! Networks that only compute: the device's results are those of the CPU's kernels, and what a device cannot hold is refused first.

use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::core::error::{DeviceError, Error};
use receptive::core::rng::{Rng, Stream};
use receptive::inference::Inference;
use receptive::network::spec::Spec;
use receptive::network::zoo;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::open;

async fn forward(spec: &Spec, device: Device) -> Vec<f32> {
    let mut network = Inference::new(spec, device).await.expect("it fits");
    network.draw_weights(3).expect("drawn");
    let mut random = Rng::new(5, Stream::Order);
    let image: Vec<f32> = (0..spec.input.iter().product()).map(|_| random.normal() as f32).collect();
    network.forward(&image).await.expect("it runs").1
}

/// Larger ones are compared by `cargo xtask forward`.
#[wasm_bindgen_test]
async fn networks_give_what_they_give_on_the_cpu() {
    for name in ["paper/lenet5_1998", "common/lenet5_modern", "paper/resnet20_cifar", "small/resnet14_mnist", "unet"] {
        let spec = Spec::from_json(&zoo::spec(name).expect("known")).expect("it is valid");
        let expected = forward(&spec, Device::Cpu(Kernels::Simd)).await;
        let found = forward(&spec, Device::Wgpu(Box::new(open().await))).await;
        assert_eq!(found.len(), expected.len(), "{name}");
        let largest = expected.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() <= 1e-4 * largest, "{name} at {at}: {found} instead of {expected}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_network_that_cannot_fit_is_refused_before_anything_is_made() {
    // 1.2 GB in one layer, and as much on its way to the device.
    let spec = json!({"version": 1, "name": "Wide", "input": [3, 100, 100], "layers": [{"op": "flatten"}, {"op": "linear", "out_features": 10_000}]});
    let spec = Spec::from_json(&spec).expect("it is valid");
    let refused = Inference::new(&spec, Device::Wgpu(Box::new(open().await))).await.expect_err("too large");
    let Error::Device(DeviceError::LimitExceeded { needed, limit, .. }) = refused else { panic!("{refused}") };
    assert!(needed > limit, "{needed} of {limit}");
}
