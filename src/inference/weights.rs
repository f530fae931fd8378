//! Files of weights: where in a safetensors file each of a network's tensors lies, under PyTorch's names.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::core::error::{Error, NotFinite, WeightsError, WrongTensor};
use crate::core::safetensors::ByteSource;
use crate::core::safetensors::header::{Header, Tensor};
use crate::core::safetensors::names::Names;
use crate::ir::program::Located;
use crate::plan::Plan;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Tensors loaded: all that the network has.
    pub loaded: usize,
    /// Tensors of the file that the network has no place for, such as those of heads.
    pub ignored: Vec<String>,
    /// What stood before names and was taken off, such as `module.`.
    pub taken_off: Vec<String>,
    /// Tensors loaded that have non-finite values.
    pub not_finite: Vec<NotFinite>,
}

/// A tensor's place on the device and in the file.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) name: String,
    pub(super) place: Located,
    /// The type of its numbers, one of those that are read.
    pub(super) dtype: String,
    /// Its first byte.
    pub(super) from: u64,
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

/// The tensors of a file that a network's are loaded from, and what is missing or wrong.
#[derive(Debug, Default)]
pub(crate) struct Matched<'a> {
    /// The network's name, its place, and the file's tensor.
    pub(crate) found: Vec<(&'a str, &'a Located, &'a Tensor)>,
    /// Those that the file lacks, or has in another shape or type.
    pub(crate) wrong: Vec<WrongTensor>,
    /// What stood before names and was taken off.
    pub(crate) taken_off: Vec<String>,
}

/// Finds each of a network's tensors in a file: under its name, or under one that a wrapper put words before.
pub(crate) fn matched<'a>(header: &'a Header, expected: impl IntoIterator<Item = &'a (String, Located)>) -> Matched<'a> {
    let (names, mut all, mut taken_off) = (Names::new(header), Matched::default(), BTreeSet::new());
    for (name, place) in expected {
        let shape = place.shape.dims();
        match names.find(name) {
            Some((tensor, off)) if tensor.fits(shape) => {
                all.found.push((name, place, tensor));
                if !off.is_empty() {
                    taken_off.insert(off.to_owned());
                }
            }
            other => {
                let found = other.map(|(tensor, _)| tensor.form());
                all.wrong.push(WrongTensor { name: name.clone(), found, expected: format!("F32 {shape:?}") });
            }
        }
    }
    all.taken_off = taken_off.into_iter().collect();
    all
}

/// The refusal of a file that is of another network.
pub(crate) fn mismatch(header: &Header, tensors: Vec<WrongTensor>) -> Error {
    let file = header.tensors().iter().map(|tensor| format!("{} {}", tensor.name, tensor.form())).collect();
    WeightsError::WeightsMismatch { tensors, file }.into()
}

/// Finds each of a plan's tensors in a file. The report lacks what only loading shows.
///
/// # Errors
/// What [`Header::read`] refuses, or [`WeightsError::WeightsMismatch`] with all tensors that are missing or wrong, and those of the file.
pub(super) async fn find<S: ByteSource>(source: &S, plan: &Plan) -> Result<(Vec<Piece>, Report), Error> {
    let header = Header::read(source).await?;
    let expected = expected(plan);
    let Matched { found, wrong, taken_off } = matched(&header, &expected);
    if !wrong.is_empty() {
        return Err(mismatch(&header, wrong));
    }
    // PyTorch's batch normalization counts its batches too, which changes nothing here.
    let is_used = |other: &Tensor| found.iter().any(|(.., tensor)| tensor.name == other.name);
    let unused = header.tensors().iter().filter(|tensor| !tensor.name.ends_with(".num_batches_tracked") && !is_used(tensor));
    let ignored = unused.map(|tensor| tensor.name.clone()).collect();
    let report = Report { loaded: found.len(), ignored, taken_off, not_finite: Vec::new() };
    let piece = |(name, place, tensor): (&str, &Located, &Tensor)| Piece {
        name: name.to_owned(),
        place: place.clone(),
        dtype: tensor.dtype.clone(),
        from: header.data + tensor.offsets[0],
    };
    Ok((found.into_iter().map(piece).collect(), report))
}
