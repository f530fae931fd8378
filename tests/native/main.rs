//! What is proved without a browser, in one program: linking it takes longer than compiling a file of it. What a file proves: tests/README.md.

#[path = "../support/mod.rs"]
mod support;

mod architectures;
mod augment;
mod check;
mod clutter;
mod few_images;
mod gradcheck;
mod guard;
mod inference;
mod layers;
mod lesion;
mod look;
mod maps;
mod own_images;
mod parallel;
mod plans;
mod presets;
mod properties;
mod protocol;
mod receptive_fields;
mod runner;
mod schema;
mod shaders;
mod spec;
mod sums;
mod training;
mod weights_files;
