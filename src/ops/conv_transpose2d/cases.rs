//! How the reference data writes this operator.

use super::{ConvTranspose2d, read_output_padding};
use crate::conformance::adapter::{Adapter, Chain, Parameters, dims, has, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;
use crate::ir::operator::Window;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "conv_transpose2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[_, out_per_group, kernel_height, kernel_width] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("conv_transpose2d needs a weight of rank 4".into()));
    };
    let groups = fields.positive_or("groups", 1)?;
    let out_channels = out_per_group.checked_mul(groups).ok_or_else(|| CaseError::Malformed("there are too many groups".into()))?;
    let window = Window::read(fields, [kernel_height, kernel_width], [1, 1])?;
    one(ConvTranspose2d {
        out_channels,
        window,
        output_padding: read_output_padding(fields, &window)?,
        groups,
        bias: has(parameters, "bias"),
    })
}
