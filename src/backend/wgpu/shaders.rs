//! The texts of shaders, where the build has their names only (`crate::core::wgsl`).

use crate::core::error::DeviceError;
#[cfg(not(feature = "reference"))]
use crate::core::error::Doing;

/// Where texts come from.
#[derive(Debug)]
pub(super) struct Shaders {
    #[cfg(not(feature = "reference"))]
    texts: wasm_bindgen::JsValue,
}

#[cfg(feature = "reference")]
impl Shaders {
    /// Everything is there.
    pub(super) async fn load() -> Result<Self, DeviceError> {
        Ok(Self {})
    }

    /// The parts of a kernel's source as one.
    pub(super) fn source(&self, parts: &[&str]) -> String {
        parts.concat()
    }
}

#[cfg(not(feature = "reference"))]
#[wasm_bindgen::prelude::wasm_bindgen(module = "/src/backend/wgpu/shaders.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn shaders() -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>;
}

#[cfg(not(feature = "reference"))]
impl Shaders {
    /// Fetches the texts.
    pub(super) async fn load() -> Result<Self, DeviceError> {
        let failed = |thrown: wasm_bindgen::JsValue| {
            let reason = js_sys::Object::from(thrown).to_string().into();
            DeviceError::DeviceFailed { what: Doing::LoadingShaders, name: None, reason }
        };
        Ok(Self { texts: shaders().await.map_err(failed)? })
    }

    /// The parts of a kernel's source as one. A name without a text is left as it is, which no browser compiles.
    pub(super) fn source(&self, parts: &[&str]) -> String {
        let text = |name: &&str| js_sys::Reflect::get(&self.texts, &(*name).into()).ok().and_then(|text| text.as_string());
        parts.iter().map(|name| text(name).unwrap_or_else(|| (*name).to_owned())).collect()
    }
}
