//! Training: the loop, its metrics, and the messages between it and the page.

pub mod checkpoint;
mod diagnose;
pub mod guard;
pub mod metrics;
pub mod parallel;
pub mod probe;
pub mod protocol;
pub mod race;
mod run;
pub mod session;
pub mod trainer;
