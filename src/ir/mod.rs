//! What a network is to the engine before it has memory, and after: graphs of operators and kernel calls, and programs of steps.

pub mod graph;
pub mod operator;
pub mod program;
pub mod reach;
