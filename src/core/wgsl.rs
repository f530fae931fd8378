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
