//! Files of weights: where in a safetensors file (<https://huggingface.co/docs/safetensors>) each of a network's tensors lies, under PyTorch's names.
//! Why the header is read here and not by the format's library: docs/decisions/0011-reading-safetensors.md.

use std::ops::Range;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, WeightsError, WrongTensor};
use crate::plan::{Located, Plan};

/// A file, or something like it, that is read piece by piece.
#[expect(async_fn_in_trait, reason = "used on one thread")]
pub trait ByteSource {
    /// Its bytes.
    fn size(&self) -> u64;

    /// Reads so many bytes from this one on.
    async fn read(&self, from: u64, len: usize) -> Result<Vec<u8>, Error>;

    /// Reads JSON, or says why it is none. Browsers bring what does that.
    fn parse(&self, json: &str) -> Result<Value, String>;
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Tensors loaded: all that the network has.
    pub loaded: usize,
    /// Tensors of the file that the network has no place for, such as those of heads.
    pub ignored: Vec<String>,
}

/// A tensor's place on the device and in the file.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) place: Located,
    pub(super) bytes: Range<u64>,
}

/// Headers larger than this are none: the format's own limit.
const LARGEST_HEADER: u64 = 100_000_000;

/// PyTorch's name of a parameter or statistic: what batch normalization scales and shifts by is called weight and bias there.
fn file_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((node, "gamma")) => format!("{node}.weight"),
        Some((node, "beta")) => format!("{node}.bias"),
        _ => name.to_owned(),
    }
}

/// Every tensor that a file for this plan has to hold, and where it goes.
fn expected(plan: &Plan) -> Vec<(String, Located)> {
    let parameters = plan.parameters.iter().map(|parameter| (file_name(&parameter.name), plan.parameter_place(parameter, 0)));
    let statistics = plan.statistics.iter().map(|statistic| (file_name(&statistic.name), plan.statistic_place(statistic)));
    parameters.chain(statistics).collect()
}

/// What a header says of a tensor.
struct Described<'a> {
    dtype: &'a str,
    shape: Vec<usize>,
    /// Its first byte and the one behind it, from the header's end on.
    offsets: [u64; 2],
}

/// Reads one entry of a header; `None` for what is none.
fn described(entry: &Value) -> Option<Described<'_>> {
    let whole = |value: &Value| {
        value.as_u64().or_else(|| value.as_f64().filter(|float| *float >= 0.0 && float.fract() == 0.0).map(|float| float as u64))
    };
    let shape = entry["shape"].as_array()?.iter().map(|size| Some(whole(size)? as usize)).collect::<Option<_>>()?;
    let offsets = entry["data_offsets"].as_array()?.as_slice();
    let [from, to] = offsets else { return None };
    Some(Described { dtype: entry["dtype"].as_str()?, shape, offsets: [whole(from)?, whole(to)?] })
}

/// Reads a file's header, and says where it ends.
async fn read_header<S: ByteSource>(source: &S) -> Result<(u64, Map<String, Value>), Error> {
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
    match source.parse(text) {
        Ok(Value::Object(header)) => Ok((8 + len, header)),
        Ok(_) => Err(malformed("its header is no JSON object".into())),
        Err(reason) => Err(malformed(reason)),
    }
}

/// Finds each of a plan's tensors in a file, and names the others that it holds.
///
/// # Errors
/// [`WeightsError::MalformedWeights`], or [`WeightsError::WeightsMismatch`] with all tensors that are missing or wrong.
pub(super) async fn find<S: ByteSource>(source: &S, plan: &Plan) -> Result<(Vec<Piece>, Vec<String>), Error> {
    let malformed = |reason: String| WeightsError::MalformedWeights { reason };
    let (data, header) = read_header(source).await?;
    let expected = expected(plan);
    let (mut pieces, mut wrong) = (Vec::new(), Vec::new());
    for (name, place) in &expected {
        let shape = place.shape.dims();
        let described = match header.get(name) {
            Some(entry) => Some(described(entry).ok_or_else(|| malformed(format!("it does not say what {name} is")))?),
            None => None,
        };
        let Some(Described { offsets: [from, to], .. }) =
            described.as_ref().filter(|tensor| tensor.dtype == "F32" && tensor.shape == shape)
        else {
            let found = described.map(|tensor| format!("{} {:?}", tensor.dtype, tensor.shape));
            wrong.push(WrongTensor { name: name.clone(), found, expected: format!("F32 {shape:?}") });
            continue;
        };
        let end = data.saturating_add(*to);
        if to.checked_sub(*from) != Some(4 * place.shape.count() as u64) || end > source.size() {
            return Err(malformed(format!("{name} cannot lie in bytes {from} to {to} behind the header; is it cut off?")).into());
        }
        pieces.push(Piece { place: place.clone(), bytes: data + from..end });
    }
    if !wrong.is_empty() {
        return Err(WeightsError::WeightsMismatch { tensors: wrong }.into());
    }
    // PyTorch's batch normalization counts its batches too, which changes nothing here.
    let other = |name: &&String| {
        *name != "__metadata__" && !name.ends_with(".num_batches_tracked") && expected.iter().all(|(known, _)| known != *name)
    };
    Ok((pieces, header.keys().filter(other).cloned().collect()))
}
