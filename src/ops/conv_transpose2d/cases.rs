//! How the reference data writes this operator.

use super::{ConvTranspose2d, read_output_padding};
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ir::operator::Window;
use crate::ops::adapter::{Adapter, Chain, Parameters, dims, has, one, wrong_weight};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "conv_transpose2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, SpecError> {
    let &[_, out_per_group, kernel_height, kernel_width] = dims(parameters, "weight") else {
        return Err(wrong_weight(4));
    };
    let groups = fields.positive_or("groups", 1)?;
    let out_channels = out_per_group.checked_mul(groups).ok_or_else(|| wrong_weight(4))?;
    let window = Window::read(fields, [kernel_height, kernel_width], [1, 1])?;
    one(ConvTranspose2d {
        out_channels,
        window,
        output_padding: read_output_padding(fields, &window)?,
        groups,
        bias: has(parameters, "bias"),
    })
}
