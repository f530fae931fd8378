//! Files of weights: where in a safetensors file each of a network's tensors lies, under PyTorch's names.

use std::ops::Range;

use serde::Serialize;

use crate::error::{Error, WeightsError, WrongTensor};
use crate::plan::{Located, Plan};
use crate::safetensors::{ByteSource, Described, METADATA, described, read_header};

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

/// PyTorch's name of a parameter or statistic: what batch normalization scales and shifts by is called weight and bias there.
pub(crate) fn file_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((node, "gamma")) => format!("{node}.weight"),
        Some((node, "beta")) => format!("{node}.bias"),
        _ => name.to_owned(),
    }
}

/// Every tensor that a file for this plan has to hold, and where it goes.
fn expected(plan: &Plan) -> Vec<(String, Located)> {
    plan.tensors().into_iter().flatten().map(|(name, place)| (file_name(name), place)).collect()
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
    let other =
        |name: &&String| *name != METADATA && !name.ends_with(".num_batches_tracked") && expected.iter().all(|(known, _)| known != *name);
    Ok((pieces, header.keys().filter(other).cloned().collect()))
}
