//! Training: the loop, its metrics, and the messages between it and the page.

pub mod clock;
pub mod metrics;
pub mod protocol;
pub mod session;
pub mod trainer;
