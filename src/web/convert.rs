//! Between Rust's values and JavaScript's.

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use crate::core::error::{Error, TrainError};
use crate::network::spec::Spec;
use crate::run::select::BackendChoice;

/// Plain objects and arrays; bytes as `Uint8Array`.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(JsValue::from)
}

/// # Errors
/// A thrown `malformed_request` for a value of another form.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| throw(&TrainError::MalformedRequest { reason: error.to_string() }.into()))
}

/// The specification of a network, and where it is to run.
///
/// # Errors
/// A thrown `malformed_request`, or what is wrong with the specification.
pub fn read_network(spec: JsValue, backend: JsValue) -> Result<(Spec, BackendChoice), JsValue> {
    let choice = from_js(backend)?;
    Ok((read_spec(spec)?, choice))
}

/// A specification.
///
/// # Errors
/// As [`read_network`].
pub fn read_spec(spec: JsValue) -> Result<Spec, JsValue> {
    Spec::from_json(&from_js(spec)?).map_err(|error| throw(&error.into()))
}

/// The object a caller catches: `{ kind, message, ...fields }`.
pub fn throw(error: &Error) -> JsValue {
    to_js(&error.to_json()).unwrap_or_else(|_| JsValue::from_str(&error.to_string()))
}

/// A promise of what the work ends in, rejected with what [`throw`] makes of its error.
pub fn promise<F>(work: F) -> Promise
where
    F: Future<Output = Result<JsValue, Error>> + 'static,
{
    // Boxed: otherwise the machinery of promises is compiled once for every method.
    let work: Pin<Box<dyn Future<Output = Result<JsValue, Error>>>> = Box::pin(work);
    future_to_promise(async move { work.await.map_err(|error| throw(&error)) })
}

/// [`to_js`], where the work's errors are [`Error`]s.
pub fn js<T: serde::Serialize>(value: &T) -> Result<JsValue, Error> {
    // Everything passed here is plain numbers and text, which always convert.
    Ok(to_js(value).unwrap_or(JsValue::UNDEFINED))
}
