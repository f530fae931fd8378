//! Between Rust's values and JavaScript's.

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

use crate::core::error::{Error, Expected, SpecError, TrainError};
use crate::core::fields::LARGEST_WHOLE;
use crate::network::spec::Spec;
use crate::run::select::BackendChoice;

/// Plain objects and arrays; bytes as `Uint8Array`.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(JsValue::from)
}

/// # Errors
/// A thrown `malformed_request` for a value of another form.
/// A thrown `invalid_value` for a number that is not finite, which would count as absent, and for objects in one another that have no end.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    sound(&value, 0).map_err(|(path, found, expected)| {
        let path = path.strip_prefix("spec.").unwrap_or(&path).to_owned();
        throw(&SpecError::InvalidValue { path, found, expected }.into())
    })?;
    serde_wasm_bindgen::from_value(value).map_err(|error| throw(&TrainError::MalformedRequest { reason: error.to_string() }.into()))
}

/// As deep as `serde_json` reads, so that a text is read alike here and by the commands.
const DEEPEST: usize = 127;

/// Where something in a value cannot be read: its place, what it is, and what would do.
type Flaw = (String, String, Expected);

/// Looks through plain objects and lists, not through arrays of bytes.
fn sound(value: &JsValue, depth: usize) -> Result<(), Flaw> {
    if let Some(number) = value.as_f64().filter(|number| !number.is_finite()) {
        return Err((String::new(), number.to_string(), Expected::Finite));
    }
    if !value.is_object() || value.is_instance_of::<js_sys::Uint8Array>() {
        return Ok(());
    }
    if depth == DEEPEST {
        return Err((String::new(), DEEPEST.to_string(), Expected::Depth { most: 16 }));
    }
    let is_list = js_sys::Array::is_array(value);
    for entry in js_sys::Object::entries(value.unchecked_ref()) {
        let entry: js_sys::Array = entry.unchecked_into();
        sound(&entry.get(1), depth + 1).map_err(|(rest, found, expected)| {
            let key = entry.get(0).as_string().unwrap_or_default();
            let step = if is_list { format!("[{key}]") } else { key };
            let joint = if rest.is_empty() || rest.starts_with('[') { "" } else { "." };
            (format!("{step}{joint}{rest}"), found, expected)
        })?;
    }
    Ok(())
}

/// A whole number that a seed may be, where JavaScript's would be cut off.
pub fn seed(number: f64) -> Result<u64, Error> {
    if number.fract() == 0.0 && (0.0..=LARGEST_WHOLE as f64).contains(&number) {
        return Ok(number as u64);
    }
    Err(SpecError::InvalidValue { path: "seed".into(), found: number.to_string(), expected: Expected::Seed }.into())
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
