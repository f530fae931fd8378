//! A network that only computes, for callers that have weights and images of their own.

use std::rc::Rc;

use async_lock::Mutex;
use js_sys::{Float32Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::convert::{self, js, promise, read_network, to_js};
use crate::core::error::{Error, WeightsError};
use crate::core::safetensors::ByteSource;
use crate::inference::{Inference, ranking};
use crate::run::select::{BackendStatus, select};

/// A network of any size, forward only: the networks of the literature at their own resolutions, with weights from a seed or from a file. Everything is
/// async and nothing is global. All errors are `ReceptiveError` objects.
///
/// ```js
/// const network = await Network.create(spec, "auto");
/// const { ignored } = await network.loadWeights(file);
/// const { logits } = await network.forward(image);
/// const five = topClasses(logits, 5);
/// ```
#[wasm_bindgen]
pub struct Network {
    core: Rc<Mutex<Inference>>,
    backend: BackendStatus,
}

/// A file of the browser's, which is read where it lies.
struct OfBlob(Blob);

impl ByteSource for OfBlob {
    fn size(&self) -> u64 {
        self.0.size() as u64
    }

    async fn read(&self, from: u64, len: usize) -> Result<Vec<u8>, Error> {
        let unreadable = |what: JsValue| {
            let reason = js_sys::Error::from(what).message();
            WeightsError::UnreadableWeights { reason: reason.into() }
        };
        let part = self.0.slice_with_f64_and_f64(from as f64, (from + len as u64) as f64).map_err(unreadable)?;
        let buffer = JsFuture::from(part.array_buffer()).await.map_err(unreadable)?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        match bytes.len() == len {
            true => Ok(bytes),
            false => Err(WeightsError::MalformedWeights { flaw: "short", at: from + len as u64, size: from + bytes.len() as u64 }.into()),
        }
    }
}

#[wasm_bindgen]
impl Network {
    /// Plans a specification on a backend and takes its memory. It has no weights yet.
    ///
    /// # Errors
    /// Rejects for a specification or a device that cannot be used, and with `limit_exceeded` for a network that needs more memory than there is.
    #[wasm_bindgen(unchecked_return_type = "Promise<Network>")]
    pub fn create(
        #[wasm_bindgen(unchecked_param_type = "Spec")] spec: JsValue,
        #[wasm_bindgen(unchecked_param_type = "BackendChoice")] backend: JsValue,
    ) -> Promise {
        let (spec, choice) = match read_network(spec, backend) {
            Ok(read) => read,
            Err(error) => return Promise::reject(&error),
        };
        promise(async move {
            let selected = select(choice).await?;
            let core = Inference::new(&spec, selected.device).await?;
            Ok(Network { core: Rc::new(Mutex::new(core)), backend: selected.status }.into())
        })
    }

    /// What it runs on, and why.
    #[wasm_bindgen(getter, unchecked_return_type = "BackendStatus")]
    pub fn backend(&self) -> Result<JsValue, JsValue> {
        to_js(&self.backend)
    }

    /// Bytes of its parameters and of the memory that activations take turns in.
    #[wasm_bindgen(unchecked_return_type = "Promise<number>")]
    pub fn bytes(&self) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move { Ok((core.lock().await.plan().bytes() as f64).into()) })
    }

    /// Draws all weights from a seed, as at the start of training; running means become 0, running variances 1.
    #[wasm_bindgen(js_name = drawWeights, unchecked_return_type = "Promise<void>")]
    pub fn draw_weights(&self, seed: f64) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            core.lock().await.draw_weights(convert::seed(seed)?)?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Loads all weights from a safetensors file with PyTorch's names, piece by piece. `progress` is called with the bytes loaded and the bytes there are.
    /// Rejects with `malformed_weights`, `malformed_tensor` or `foreign_weights`, or with `weights_mismatch` and all tensors that are missing or of another
    /// shape or type, and those of the file; nothing is changed then. Half and double precision are converted.
    #[wasm_bindgen(js_name = loadWeights, unchecked_return_type = "Promise<WeightsReport>")]
    pub fn load_weights(
        &self,
        file: Blob,
        #[wasm_bindgen(unchecked_optional_param_type = "(loaded: number, total: number) => void")] progress: Option<Function>,
    ) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            let report = move |done: u64, total: u64| {
                // A listener that throws is the caller's affair.
                let _ = progress.as_ref().map(|progress| progress.call2(&JsValue::NULL, &(done as f64).into(), &(total as f64).into()));
            };
            js(&core.lock().await.load_weights(&OfBlob(file), report).await?)
        })
    }

    /// What the network makes of one image: `[channels, height, width]` in that order, normalised as the weights expect it. `shape` is that of the
    /// output without a batch: `[1000]` for a classifier.
    #[wasm_bindgen(unchecked_return_type = "Promise<{ shape: number[]; logits: Float32Array }>")]
    pub fn forward(&self, image: Vec<f32>) -> Promise {
        let core = Rc::clone(&self.core);
        promise(async move {
            let (shape, logits) = core.lock().await.forward(&image).await?;
            let result = js_sys::Object::new();
            // A plain object takes any field.
            let set = |name: &str, value: &JsValue| js_sys::Reflect::set(&result, &name.into(), value).unwrap_or(false);
            set("shape", &js(&shape)?);
            set("logits", &Float32Array::from(logits.as_slice()));
            Ok(result.into())
        })
    }
}

/// The `count` classes with the largest logits, largest first: a network is right at top-1 when the first is the image's, at top-5 when one of five is.
/// None where a logit is NaN or the largest is infinite: nothing is first then.
#[wasm_bindgen(js_name = topClasses, unchecked_return_type = "RankedClass[]")]
pub fn top_classes(logits: &[f32], count: usize) -> Result<JsValue, JsValue> {
    to_js(&ranking::top(logits, count))
}
