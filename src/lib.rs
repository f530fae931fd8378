//! Receptive: convolutional networks that train in a browser tab.
//!
//! The modules in the order of the layers: each uses only those above it (`tests/native/layers.rs` holds that). A specification
//! ([`network::spec`]) becomes a [graph](ir::graph) of operators ([`ops`]) with inferred shapes, [`autodiff`] adds its gradients, [`programs`]
//! says what is computed, [`plan`] gives every value its memory, [`executor`] runs the plan on a [`backend`], and [`run`] or [`inference`] drives
//! it. ARCHITECTURE.md is the map.

pub mod core;

pub mod ir;

pub mod backend;

pub mod ops;

pub mod optim;

pub mod data;

pub mod network;

pub mod autodiff;

pub mod plan;

pub mod programs;

pub mod kernels;

pub mod describe;

pub mod executor;

pub mod inference;

#[cfg(feature = "harness")]
pub mod check;

pub mod run;

pub mod instruments;

#[cfg(feature = "harness")]
pub mod conformance;

#[cfg(target_arch = "wasm32")]
pub mod web;

// Without this, `wasm-pack test --headless` passes over all unit tests: it takes them for node's.
#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
