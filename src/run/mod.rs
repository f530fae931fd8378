//! Training: the loop, its metrics, and the messages between it and the page.

pub mod checkpoint;
mod diagnose;
pub mod instrument;
pub mod parallel;
pub mod probe;
mod progress;
pub mod protocol;
pub mod race;
pub mod select;
#[cfg(target_arch = "wasm32")]
pub mod self_check;
pub mod session;
pub mod trainer;
