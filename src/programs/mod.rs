//! Programs and their authors. Each file makes the graph of one program, has [`crate::plan`] give it memory, and returns typed handles to the values
//! that the host writes and reads. Nobody looks a value up by its name.

#[cfg(feature = "harness")]
pub mod check;
pub mod evaluation;
pub mod guard;
pub mod images;
pub mod inference;
pub mod lesion;
mod loss;
pub mod metrics;
pub mod optimizer;
pub mod prediction;
pub mod probe;
pub mod statistics;
pub mod training;
mod training_plan;

pub use self::training_plan::TrainingPlan;
