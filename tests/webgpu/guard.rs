//! Numbers that are none, hidden by an operator.

use receptive::backend::Device;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::open;
use crate::not_finite;

#[wasm_bindgen_test]
async fn the_device_finds_what_operators_hide() {
    let wgpu = open().await;
    not_finite::check(|| Device::Wgpu(Box::new(wgpu.clone()))).await;
}
