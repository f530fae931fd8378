//! The WebGPU backend against the scalar kernels, in a worker of a headless browser: single operators over awkward geometries, whole
//! training steps, and what the device does when it is misused or lost. A browser without an adapter fails these tests.

#![cfg(target_arch = "wasm32")]

#[path = "webgpu/compare.rs"]
mod compare;
#[path = "webgpu/device.rs"]
mod device;
#[path = "webgpu/guard.rs"]
mod guard;
#[path = "webgpu/inference.rs"]
mod inference;
#[path = "webgpu/look.rs"]
mod look;
#[path = "support/not_finite.rs"]
mod not_finite;
#[path = "webgpu/operators.rs"]
mod operators;
#[path = "webgpu/optimizers.rs"]
mod optimizers;
#[path = "webgpu/training.rs"]
mod training;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
