//! What the wasm package exports. Names are camelCase on this side; data objects keep the names of the specification.

#[cfg(feature = "harness")]
mod bench;
#[cfg(feature = "harness")]
mod check;
mod convert;
mod network;
mod replica;
mod session;
#[cfg(test)]
mod tests;
mod trainer;

use wasm_bindgen::prelude::*;

use crate::core::error::Error;
use crate::data::facts::Facts;
use crate::describe;
use crate::network::short;

use convert::{from_js, read_spec, throw, to_js};

/// Runs when the package is loaded: panics (bugs of this crate) reach the console with a message.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Types of the data objects, for the package's `.d.ts`.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("types.d.ts");

/// The version of the package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Which SIMD kernels this build has: `simd128` or `relaxed_simd`.
#[wasm_bindgen(js_name = kernelSet)]
pub fn kernel_set() -> String {
    crate::backend::cpu::SIMD_NAME.to_owned()
}

/// The script beside the package that `zoo::presets` wrote.
#[wasm_bindgen(module = "/src/network/zoo/presets.js")]
extern "C" {
    #[wasm_bindgen(js_name = presets)]
    fn written_presets() -> JsValue;
}

/// The networks to start from.
#[wasm_bindgen(unchecked_return_type = "Preset[]")]
pub fn presets() -> JsValue {
    written_presets()
}

/// The short form of a specification, for links. `longSpec` undoes it.
///
/// # Errors
/// Throws a `ReceptiveError` object for a specification that cannot be read.
#[wasm_bindgen(js_name = shortSpec, unchecked_return_type = "object")]
pub fn short_spec(#[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue) -> Result<JsValue, JsValue> {
    to_js(&short::to_short(&from_js(spec)?).map_err(|error| throw(&error.into()))?)
}

/// The specification that a short form stands for.
///
/// # Errors
/// Throws a `ReceptiveError` object for what is no short form, is of an unknown version, or stands for a specification that cannot be read.
#[wasm_bindgen(js_name = longSpec, unchecked_return_type = "Spec")]
pub fn long_spec(#[wasm_bindgen(unchecked_param_type = "object")] short: JsValue) -> Result<JsValue, JsValue> {
    to_js(&short::to_long(&from_js(short)?).map_err(|error| throw(&error.into()))?)
}

/// As `describe`, of a specification that may be wrong: it is described as far as it can be read and fits together. `loaded` says what images
/// it is to learn from: those of files, or nothing for MNIST.
///
/// # Errors
/// Throws a `ReceptiveError` object for what is no data at all.
#[wasm_bindgen(unchecked_return_type = "Examination")]
pub fn examine(
    #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue,
    #[wasm_bindgen(unchecked_param_type = "DataFacts | null | undefined")] loaded: JsValue,
) -> Result<JsValue, JsValue> {
    to_js(&describe::examine(&from_js(spec)?, from_js::<Option<Facts>>(loaded)?.as_ref()))
}

/// Shapes, parameters, multiply-accumulates, memory and receptive fields of a specification, without running it.
///
/// # Errors
/// Throws a `ReceptiveError` object for a specification that cannot be read or does not fit together.
#[wasm_bindgen(unchecked_return_type = "NetworkDescription")]
pub fn describe(#[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue) -> Result<JsValue, JsValue> {
    let spec = read_spec(spec)?;
    to_js(&describe::describe(&spec).map_err(|error: Error| throw(&error))?)
}
