//! Shader sources. The page's package holds their names only: `shaders.json` beside it has the texts, fetched only when WebGPU is used.

/// A WGSL file next to the caller's: its text, or, in builds without the feature `reference`, its name in `shaders.json`, which `www/tools/shaders.mjs` writes.
#[cfg(feature = "reference")]
macro_rules! wgsl {
    ($file:literal) => {
        include_str!($file)
    };
}

/// See the other one.
#[cfg(not(feature = "reference"))]
macro_rules! wgsl {
    ($file:literal) => {
        concat!(file!(), ":", $file)
    };
}

pub(crate) use wgsl;

/// WGSL that every kernel's source begins with: the flat workgroup number.
pub const PRELUDE: &str = wgsl!("wgsl/prelude.wgsl");

/// WGSL of kernels that add up many terms.
pub const SUMS: &str = wgsl!("wgsl/sums.wgsl");

/// WGSL of kernels that draw random numbers: hashes, which are the same on every backend.
pub const HASH: &str = wgsl!("wgsl/hash.wgsl");
