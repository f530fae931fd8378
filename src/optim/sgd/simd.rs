//! One SGD step on the CPU, fused over the whole arena: every parameter, gradient and velocity is touched once.

use crate::backend::cpu::simd::{F32x4, LANES};

/// `g += weight_decay p`; `v = momentum v + (1 - dampening) g`, in the first step `v = g`; `g = nesterov ? g + momentum v : v`;
/// `p -= learning_rate g`. Without momentum `p -= learning_rate g` and the velocity is left alone.
///
/// `hyper` is learning_rate, momentum, dampening, weight_decay, nesterov, first, as `Sgd::hyper` writes them. The lengths are
/// multiples of four.
pub fn step(gradients: &[f32], hyper: &[f32], parameters: &mut [f32], velocity: &mut [f32]) {
    let [learning_rate, momentum, dampening, weight_decay, nesterov, first, ..] = *hyper else { return };
    debug_assert_eq!(parameters.len() % LANES, 0);
    let rates = Rates {
        learning_rate: F32x4::splat(-learning_rate),
        momentum: F32x4::splat(momentum),
        taken: F32x4::splat(1.0 - dampening),
        weight_decay: F32x4::splat(weight_decay),
    };
    // Each case is its own loop: the choices stay outside.
    match (momentum != 0.0, first == 1.0, nesterov == 1.0) {
        (false, _, _) => plain(&rates, gradients, parameters),
        (true, false, false) => with_momentum::<false, false>(&rates, gradients, parameters, velocity),
        (true, false, true) => with_momentum::<false, true>(&rates, gradients, parameters, velocity),
        (true, true, false) => with_momentum::<true, false>(&rates, gradients, parameters, velocity),
        (true, true, true) => with_momentum::<true, true>(&rates, gradients, parameters, velocity),
    }
}

struct Rates {
    /// Negative, so that the step is one multiply-add.
    learning_rate: F32x4,
    momentum: F32x4,
    /// `1 - dampening`.
    taken: F32x4,
    weight_decay: F32x4,
}

fn plain(rates: &Rates, gradients: &[f32], parameters: &mut [f32]) {
    for (p, g) in parameters.chunks_exact_mut(LANES).zip(gradients.chunks_exact(LANES)) {
        let value = F32x4::load(p);
        let g = value.mul_add(rates.weight_decay, F32x4::load(g));
        g.mul_add(rates.learning_rate, value).store(p);
    }
}

fn with_momentum<const FIRST: bool, const NESTEROV: bool>(rates: &Rates, gradients: &[f32], parameters: &mut [f32], velocity: &mut [f32]) {
    let places = parameters.chunks_exact_mut(LANES).zip(velocity.chunks_exact_mut(LANES)).zip(gradients.chunks_exact(LANES));
    for ((p, v), g) in places {
        let value = F32x4::load(p);
        let g = value.mul_add(rates.weight_decay, F32x4::load(g));
        // A velocity left from an earlier start may be anything, even NaN: the first step does not multiply by it.
        let taken = g * rates.taken;
        let velocity = if FIRST { taken } else { F32x4::load(v).mul_add(rates.momentum, taken) };
        velocity.store(v);
        let g = if NESTEROV { velocity.mul_add(rates.momentum, g) } else { velocity };
        g.mul_add(rates.learning_rate, value).store(p);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn steps_match_plain_arithmetic() {
        let gradients: Vec<f32> = (0..12).map(|i| (i as f32 - 5.5) / 3.0).collect();
        for (momentum, dampening, weight_decay, nesterov) in
            [(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.01, 0.0), (0.9, 0.0, 0.0, 0.0), (0.9, 0.5, 0.01, 0.0), (0.9, 0.0, 0.01, 1.0)]
        {
            let mut parameters: Vec<f32> = (0..12).map(|i| 1.0 - i as f32 / 4.0).collect();
            // Left from an earlier start: the first step must not look at it.
            let mut velocity = vec![f32::NAN; 12];
            let (mut p, mut v): (Vec<f64>, _) = (parameters.iter().map(|&p| p.into()).collect(), [0.0; 12]);
            for first in [true, false, false] {
                let dampening = if first { 0.0 } else { dampening };
                let hyper = [0.1, momentum, dampening, weight_decay, nesterov, if first { 1.0 } else { 0.0 }, 0.0, 0.0];
                step(&gradients, &hyper, &mut parameters, &mut velocity);
                let [rate, momentum, dampening, weight_decay, ..] = hyper.map(f64::from);
                for i in 0..12 {
                    let mut g = f64::from(gradients[i]) + weight_decay * p[i];
                    if momentum != 0.0 {
                        v[i] = if first { g } else { momentum * v[i] + (1.0 - dampening) * g };
                        g = if nesterov == 1.0 { g + momentum * v[i] } else { v[i] };
                    }
                    p[i] -= rate * g;
                    assert!((f64::from(parameters[i]) - p[i]).abs() < 1e-6, "{hyper:?} at {i}: {} instead of {}", parameters[i], p[i]);
                }
            }
        }
    }
}
