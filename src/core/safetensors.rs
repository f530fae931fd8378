//! The safetensors format (<https://huggingface.co/docs/safetensors>): a header that says where each tensor's bytes lie, then the bytes. Why it is read and
//! written here and not by the format's library: docs/decisions/0011-reading-safetensors.md.

#[cfg(target_arch = "wasm32")]
use serde::Serialize as _;
use serde_json::{Map, Value, json};

use crate::core::error::{Error, WeightsError};

pub mod floats;
pub mod header;
pub mod names;

/// A file, or something like it, that is read piece by piece.
#[expect(async_fn_in_trait, reason = "used on one thread")]
pub trait ByteSource {
    /// Its bytes.
    fn size(&self) -> u64;

    /// Reads so many bytes from this one on.
    async fn read(&self, from: u64, len: usize) -> Result<Vec<u8>, Error>;
}

impl ByteSource for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    async fn read(&self, from: u64, len: usize) -> Result<Vec<u8>, Error> {
        let part = usize::try_from(from).ok().and_then(|from| self.get(from..from.checked_add(len)?));
        let cut = || WeightsError::MalformedWeights { flaw: "short", at: from.saturating_add(len as u64), size: self.size() };
        Ok(part.ok_or_else(cut)?.to_vec())
    }
}

/// Writes JSON.
#[cfg(target_arch = "wasm32")]
fn json_text(value: &Value) -> String {
    let value = value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default();
    js_sys::JSON::stringify(&value).map(String::from).unwrap_or_default()
}

#[cfg(not(target_arch = "wasm32"))]
fn json_text(value: &Value) -> String {
    value.to_string()
}

/// A file in the making.
#[derive(Debug, Default)]
pub struct Writer {
    header: Map<String, Value>,
    data: Vec<u8>,
}

impl Writer {
    /// Texts that belong to no tensor.
    pub fn metadata(&mut self, texts: Map<String, Value>) {
        self.header.insert(header::METADATA.to_owned(), texts.into());
    }

    /// A tensor's values, four bytes each, in canonical order.
    pub fn tensor(&mut self, name: &str, dtype: &str, shape: &[usize], bytes: &[u8]) {
        let from = self.data.len();
        self.data.extend_from_slice(bytes);
        self.header.insert(name.to_owned(), json!({ "dtype": dtype, "shape": shape, "data_offsets": [from, self.data.len()] }));
    }

    /// The whole file. Its header is filled up with blanks, so that the tensors begin at a multiple of eight.
    pub fn finish(self) -> Vec<u8> {
        let mut header = json_text(&Value::Object(self.header));
        header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(header.as_bytes());
        file.extend_from_slice(&self.data);
        file
    }
}
