//! Initial parameters.

use super::spec::Initialization;
use crate::core::rng::Rng;
use crate::ir::operator::ParameterSpec;

/// Draws one parameter in canonical order (OIHW, or `[out, in]`).
pub fn draw(spec: &ParameterSpec, init: Initialization, rng: &mut Rng) -> Vec<f32> {
    values(spec, init, rng).take(spec.shape.count()).collect()
}

/// The values of one parameter, in canonical order; more than it has, for as long as they are asked for.
pub fn values(spec: &ParameterSpec, init: Initialization, rng: &mut Rng) -> impl Iterator<Item = f32> {
    let fan_in = spec.fan_in as f64;
    let (draw, scale): (fn(&mut Rng) -> f64, f64) = match init {
        // A normalization starts by changing nothing but the scale (Ioffe and Szegedy 2015; PyTorch's default).
        _ if spec.role == "gamma" => (|_| 1.0, 1.0),
        _ if spec.role == "beta" => (|_| 0.0, 1.0),
        // kaiming_uniform with a = sqrt(5), which torch.nn.Conv2d and Linear use, comes to this bound.
        Initialization::Pytorch => (|rng| rng.symmetric(1.0), fan_in.sqrt().recip()),
        Initialization::Kaiming if spec.role == "weight" => (Rng::normal, (2.0 / fan_in).sqrt()),
        Initialization::Kaiming => (|_| 0.0, 1.0),
    };
    std::iter::repeat_with(move || (draw(rng) * scale) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::layout::Layout;
    use crate::core::rng::Stream;
    use crate::core::shape::Shape;

    fn draws(role: &'static str, init: Initialization) -> Vec<f32> {
        let spec = ParameterSpec { role, shape: Shape::new(&[100, 50, 2, 2]), layout: Layout::ConvWeight, fan_in: 200 };
        draw(&spec, init, &mut Rng::new(5, Stream::Parameters))
    }

    #[test]
    fn pytorch_is_uniform_within_one_over_root_fan_in() {
        let values = draws("weight", Initialization::Pytorch);
        let bound = 1.0 / 200f32.sqrt();
        assert!(values.iter().all(|v| v.abs() <= bound));
        let variance = values.iter().map(|v| f64::from(v * v)).sum::<f64>() / values.len() as f64;
        assert!((variance * 3.0 / f64::from(bound * bound) - 1.0).abs() < 0.03, "a uniform's variance is bound^2/3");
    }

    #[test]
    fn a_normalization_starts_with_factor_one_and_summand_zero() {
        for init in [Initialization::Pytorch, Initialization::Kaiming] {
            assert!(draws("gamma", init).iter().all(|&value| value == 1.0));
            assert!(draws("beta", init).iter().all(|&value| value == 0.0));
        }
    }

    #[test]
    fn kaiming_has_variance_two_over_fan_in_and_zero_biases() {
        let values = draws("weight", Initialization::Kaiming);
        let variance = values.iter().map(|v| f64::from(v * v)).sum::<f64>() / values.len() as f64;
        assert!((variance * 100.0 - 1.0).abs() < 0.04, "{variance}");
        assert!(draws("bias", Initialization::Kaiming).iter().all(|&v| v == 0.0));
    }
}
