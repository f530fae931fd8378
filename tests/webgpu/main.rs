//! The WebGPU backend against the scalar kernels, in a worker of a headless browser: single operators over awkward geometries, whole
//! training steps, and what the device does when it is misused or lost. A browser without an adapter fails these tests.

#![cfg(target_arch = "wasm32")]

mod compare;
mod device;
mod guard;
mod inference;
mod look;
#[path = "../support/not_finite.rs"]
mod not_finite;
mod operators;
mod optimizers;
mod training;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
