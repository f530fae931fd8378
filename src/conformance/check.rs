//! The tensors of one case: each must be read by the run or compared with what it made.

use std::collections::BTreeSet;

use super::case::{CaseError, Index};
use super::compare::{self, Tolerance};
use super::report::Failure;
use super::tensors::{Tensor, Tensors};
use crate::core::shape::Shape;

/// Keeps account of a case's tensors, and of the failures so far.
#[derive(Debug)]
pub(super) struct Check<'a> {
    index: &'a Index,
    tensors: &'a Tensors<'a>,
    untouched: BTreeSet<&'a str>,
    failures: Vec<Failure>,
}

impl<'a> Check<'a> {
    pub(super) fn new(index: &'a Index, tensors: &'a Tensors<'a>) -> Self {
        Self { index, tensors, untouched: index.keys().map(String::as_str).collect(), failures: Vec::new() }
    }

    /// Whether the case has this tensor.
    pub(super) fn has(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// The names that begin so, without the beginning.
    pub(super) fn names(&self, prefix: &str) -> Vec<&'a str> {
        self.index.keys().filter_map(|name| name.strip_prefix(prefix)).collect()
    }

    /// A tensor that goes into the run.
    pub(super) fn given(&mut self, name: &str) -> Result<Tensor, CaseError> {
        self.untouched.remove(name);
        self.tensors.get(self.index, name)
    }

    /// The shape of a tensor that goes into the run.
    pub(super) fn shape(&self, name: &str) -> Result<Shape, CaseError> {
        self.tensors.shape(self.index, name)
    }

    /// Compares a result with the tensor of this name.
    pub(super) fn result(&mut self, name: &str, got: &Tensor) -> Result<(), CaseError> {
        let want = self.given(name)?;
        let tolerance = Tolerance::of(name, &self.index[name])?;
        self.failures.extend(compare::tensors(name, got, &want, tolerance));
        Ok(())
    }

    /// Notes a failure found elsewhere.
    pub(super) fn fail(&mut self, failure: impl IntoIterator<Item = Failure>) {
        self.failures.extend(failure);
    }

    /// All failures; a tensor that the run neither read nor made is one.
    pub(super) fn finish(mut self) -> Vec<Failure> {
        let unknown = |name: &&str| Failure::message(*name, "unknown tensor: the run neither reads nor makes it");
        self.failures.extend(self.untouched.iter().map(unknown));
        self.failures
    }
}
