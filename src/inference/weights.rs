//! Files of weights: where in a safetensors file (<https://huggingface.co/docs/safetensors>) each of a network's tensors lies, under PyTorch's names.

use std::collections::HashMap;
use std::ops::Range;

use safetensors::tensor::{Dtype, Metadata};
use serde::Serialize;

use crate::error::{Error, ExpectedTensor, WeightsError, WrongTensor};
use crate::plan::{Located, Plan};

/// A file, or something like it, that is read piece by piece.
#[expect(async_fn_in_trait, reason = "used on one thread")]
pub trait ByteSource {
    /// Its length in bytes.
    fn len(&self) -> u64;

    /// Reads so many bytes from this one on.
    async fn read(&self, from: u64, len: usize) -> Result<Vec<u8>, Error>;
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

/// Finds each of a plan's tensors in a file, and names the others that it holds.
///
/// # Errors
/// [`WeightsError::MalformedWeights`], or [`WeightsError::WeightsMismatch`] with all tensors that are missing or wrong.
pub(super) async fn find<S: ByteSource>(source: &S, plan: &Plan) -> Result<(Vec<Piece>, Vec<String>), Error> {
    let malformed = |reason: String| WeightsError::MalformedWeights { reason };
    let length = source.len();
    let start = if length < 8 { Vec::new() } else { source.read(0, 8).await? };
    let Ok(header) = <[u8; 8]>::try_from(start).map(u64::from_le_bytes) else {
        return Err(malformed(format!("it has {length} bytes, and its header alone takes more")).into());
    };
    if header > LARGEST_HEADER.min(length - 8) {
        return Err(malformed(format!("its header would have {header} bytes, and the file has {length}")).into());
    }
    let text = source.read(8, header as usize).await?;
    let metadata: Metadata = serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
    let data = 8 + header;
    if data + metadata.data_len() as u64 != length {
        let described = data + metadata.data_len() as u64;
        return Err(malformed(format!("it has {length} bytes, and its header describes {described}")).into());
    }
    let mut tensors: HashMap<String, _> = metadata.tensors();
    let (mut pieces, mut missing, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (name, place) in expected(plan) {
        let shape = place.shape.dims().to_vec();
        match tensors.remove(&name) {
            None => missing.push(ExpectedTensor { name, shape }),
            Some(tensor) if tensor.dtype != Dtype::F32 || tensor.shape != shape => {
                wrong.push(WrongTensor { name, dtype: tensor.dtype.to_string(), shape: tensor.shape.clone(), expected: shape });
            }
            Some(tensor) => {
                let (from, to) = tensor.data_offsets;
                pieces.push(Piece { place, bytes: data + from as u64..data + to as u64 });
            }
        }
    }
    if !missing.is_empty() || !wrong.is_empty() {
        return Err(WeightsError::WeightsMismatch { missing, wrong }.into());
    }
    // PyTorch's batch normalization counts its batches too, which changes nothing here.
    let mut ignored: Vec<String> = tensors.into_keys().filter(|name| !name.ends_with(".num_batches_tracked")).collect();
    ignored.sort_unstable();
    Ok((pieces, ignored))
}
