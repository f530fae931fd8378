//! MNIST's numbers.

/// Mean of pixel / 255, as everyone normalises it.
pub const MEAN: f32 = 0.1307;
/// Its deviation.
pub const DEVIATION: f32 = 0.3081;
