//! The sums that parameters are counted by, spelled out.

use crate::core::layout::Layout;
use crate::ir::operator::ParameterSpec;

/// The factors of a parameter's size as courses write them: kernel height, kernel width, input channels, output channels.
fn factors(parameter: &ParameterSpec) -> Vec<usize> {
    match (parameter.layout, parameter.shape.dims()) {
        (Layout::ConvWeight, &[outputs, inputs, height, width]) => vec![height, width, inputs, outputs],
        (_, &[outputs, inputs]) => vec![inputs, outputs],
        (_, dims) => dims.to_vec(),
    }
}

/// `3*3*16*16 + 16 = 2,320`; empty where there are no parameters. `count` is the number that counts; where a convolution's weight is only
/// partly connected it is less than what is stored, and its pairs of channels are given as one factor, as in `5*5*60 + 16 = 1,516`.
pub(super) fn parameters(specs: &[ParameterSpec], count: u64) -> String {
    let stored = specs.iter().map(|spec| spec.shape.count() as u64).fold(0, u64::saturating_add);
    if stored == 0 {
        return String::new();
    }
    let product = |spec: &ParameterSpec| factors(spec).iter().map(ToString::to_string).collect::<Vec<_>>().join("*");
    let mut terms: Vec<String> = specs.iter().map(product).collect();
    if let (&[height, width, ..], true) = (factors(&specs[0]).as_slice(), count < stored) {
        let weights = count.saturating_sub(stored - specs[0].shape.count() as u64);
        terms[0] = format!("{height}*{width}*{}", weights / (height * width).max(1) as u64);
    }
    if let [term] = terms.as_slice()
        && !term.contains('*')
    {
        return grouped(count);
    }
    format!("{} = {}", terms.join(" + "), grouped(count))
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::shape::Shape;

    fn spec(layout: Layout, dims: &[usize]) -> ParameterSpec {
        ParameterSpec { role: "weight", shape: Shape::new(dims), layout, fan_in: 1 }
    }

    #[test]
    fn sums_read_as_courses_write_them() {
        let conv = [spec(Layout::ConvWeight, &[16, 16, 3, 3]), spec(Layout::Channels, &[16])];
        assert_eq!(parameters(&conv, 2320), "3*3*16*16 + 16 = 2,320");
        assert_eq!(parameters(&[spec(Layout::Channels, &[64])], 64), "64");
        assert_eq!(parameters(&[], 0), "");
        let partial = [spec(Layout::ConvWeight, &[16, 6, 5, 5]), spec(Layout::Channels, &[16])];
        assert_eq!(parameters(&partial, 1516), "5*5*60 + 16 = 1,516");
        assert_eq!(grouped(138_357_544), "138,357,544");
    }
}
