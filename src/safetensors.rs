//! The safetensors format (<https://huggingface.co/docs/safetensors>): a header that says where each tensor's bytes lie, then the bytes. Why it is read and
//! written here and not by the format's library: docs/decisions/0011-reading-safetensors.md.

#[cfg(target_arch = "wasm32")]
use serde::Serialize as _;
use serde_json::{Map, Value, json};

use crate::error::{Error, WeightsError};

/// Headers larger than this are none: the format's own limit.
const LARGEST_HEADER: u64 = 100_000_000;

/// The entry of a header that holds no tensor but texts.
pub const METADATA: &str = "__metadata__";

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
        let cut = || WeightsError::MalformedWeights { reason: format!("it ends before byte {}", from.saturating_add(len as u64)) };
        Ok(part.ok_or_else(cut)?.to_vec())
    }
}

/// Reads JSON, or says why it is none. Browsers bring what does that, and what writes it.
#[cfg(target_arch = "wasm32")]
fn parse_json(text: &str) -> Result<Value, String> {
    let value = js_sys::JSON::parse(text).map_err(|error| String::from(js_sys::Error::from(error).message()))?;
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

#[cfg(not(target_arch = "wasm32"))]
fn parse_json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
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

/// The values of an `F32` tensor.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&float| f32::from_le_bytes(float)).collect()
}

/// What a header says of a tensor.
#[derive(Clone, Debug)]
pub struct Described<'a> {
    /// `F32`, `U32` and others.
    pub dtype: &'a str,
    /// In canonical order.
    pub shape: Vec<usize>,
    /// Its first byte and the one behind it, from the header's end on.
    pub offsets: [u64; 2],
}

/// Reads one entry of a header; `None` for what is none.
pub fn described(entry: &Value) -> Option<Described<'_>> {
    let whole = |value: &Value| {
        value.as_u64().or_else(|| value.as_f64().filter(|float| *float >= 0.0 && float.fract() == 0.0).map(|float| float as u64))
    };
    let shape = entry["shape"].as_array()?.iter().map(|size| Some(whole(size)? as usize)).collect::<Option<_>>()?;
    let offsets = entry["data_offsets"].as_array()?.as_slice();
    let [from, to] = offsets else { return None };
    Some(Described { dtype: entry["dtype"].as_str()?, shape, offsets: [whole(from)?, whole(to)?] })
}

/// Reads a file's header, and says where it ends.
///
/// # Errors
/// [`WeightsError::MalformedWeights`], or what the source reports.
pub async fn read_header<S: ByteSource>(source: &S) -> Result<(u64, Map<String, Value>), Error> {
    let malformed = |reason: String| Error::from(WeightsError::MalformedWeights { reason });
    let length = source.size();
    let start = if length < 8 { Vec::new() } else { source.read(0, 8).await? };
    let Ok(len) = <[u8; 8]>::try_from(start).map(u64::from_le_bytes) else {
        return Err(malformed(format!("it has {length} bytes, and its header alone takes more")));
    };
    if len > LARGEST_HEADER.min(length - 8) {
        return Err(malformed(format!("its header would have {len} bytes, and the file has {length}")));
    }
    let text = source.read(8, len as usize).await?;
    let text = std::str::from_utf8(&text).map_err(|error| malformed(error.to_string()))?;
    match parse_json(text) {
        Ok(Value::Object(header)) => Ok((8 + len, header)),
        Ok(_) => Err(malformed("its header is no JSON object".into())),
        Err(reason) => Err(malformed(reason)),
    }
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
        self.header.insert(METADATA.to_owned(), texts.into());
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
