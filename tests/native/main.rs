//! What is proved without a browser, in one program: linking it takes longer than compiling a file of it. What a file proves: tests/README.md.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../support/mod.rs"]
mod support;

mod architectures;
mod augment;
#[cfg(feature = "check")]
mod check;
mod clutter;
mod gradcheck;
mod guard;
mod inference;
mod look;
mod maps;
mod parallel;
mod plans;
mod presets;
mod properties;
mod protocol;
mod receptive_fields;
#[cfg(feature = "harness")]
mod runner;
mod schema;
mod shaders;
mod spec;
mod training;
mod weights_files;
