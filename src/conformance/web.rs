//! The conformance runner in a page or a worker.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use super::case::{CaseError, Kind};
use super::device::Device;
use super::{CaseReport, Failure, Runner};
use crate::backend::cpu::Kernels;

/// Runs reference cases in the browser. Only in builds with the feature `harness`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ConformanceRunner(Runner);

fn thrown(error: &CaseError) -> JsError {
    JsError::new(&error.to_string())
}

#[wasm_bindgen]
impl ConformanceRunner {
    /// A runner on `"scalar"`, `"simd"` or `"webgpu"`; the last takes a software adapter too, and throws where there is none.
    pub async fn create(backend: String) -> Result<ConformanceRunner, JsError> {
        let device = match backend.as_str() {
            "scalar" => Device::Cpu(Kernels::Scalar),
            "simd" => Device::Cpu(Kernels::Simd),
            "webgpu" => Device::webgpu().await.map_err(|error| JsError::new(&error.to_string()))?,
            _ => return Err(thrown(&CaseError::Unknown { what: "backend", name: backend })),
        };
        Ok(Self(Runner::new(device)))
    }

    /// Gives the training images and labels that trajectories need: the bytes of MNIST's own files.
    #[wasm_bindgen(js_name = setMnist)]
    pub fn set_mnist(&mut self, images: &[u8], labels: &[u8]) -> Result<(), JsError> {
        self.0.set_train(images, labels).map_err(|error| thrown(&error))
    }

    /// Gives the test images and labels.
    #[wasm_bindgen(js_name = setMnistTest)]
    pub fn set_mnist_test(&mut self, images: &[u8], labels: &[u8]) -> Result<(), JsError> {
        self.0.set_test(images, labels).map_err(|error| thrown(&error))
    }

    /// Runs one case and resolves to its report `{ id, outcome, failures: [{ tensor, largest_error, allowed, message }] }`. `kind` is the
    /// name of its index, `case_json` its entry there, `tensors` the bytes of its file.
    pub async fn run(&self, kind: String, case_json: String, tensors: Option<Vec<u8>>) -> Result<JsValue, JsError> {
        let report = match (kind.parse::<Kind>(), serde_json::from_str(&case_json)) {
            (Ok(kind), Ok(case)) => self.0.run(kind, &case, tensors.as_deref()).await,
            (Err(error), _) => refused(error.to_string()),
            (_, Err(error)) => refused(CaseError::Malformed(error.to_string()).to_string()),
        };
        Ok(report.serialize(&Serializer::json_compatible())?)
    }
}

fn refused(message: String) -> CaseReport {
    CaseReport::from_failures("(unread)".into(), vec![Failure::message("", message)])
}
