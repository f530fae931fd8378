//! Receptive: convolutional networks that train in a browser tab.
//!
//! The modules in the order of the flow: a specification ([`network::spec`]) becomes a [`graph`] of operators ([`ops`]) with inferred shapes,
//! [`autodiff`] adds its gradients, [`plan`] gives every value its memory, [`executor`] runs the plan on a [`backend`], and [`train`] or
//! [`inference`] drives it.
//! ARCHITECTURE.md is the map.

pub mod core;

pub mod ir;

pub mod ops;

pub mod network;

pub mod kernels;

pub mod autodiff;

pub mod plan;

pub mod backend;
pub mod executor;

#[cfg(feature = "harness")]
pub mod conformance;

pub mod data;
pub mod optim;
pub mod train;

pub mod inference;

#[cfg(feature = "check")]
pub mod check;

#[cfg(target_arch = "wasm32")]
pub mod web;

// Without this, `wasm-pack test --headless` passes over all unit tests: it takes them for node's.
#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
