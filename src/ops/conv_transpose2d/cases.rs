//! How the reference data writes this operator.

use super::ConvTranspose2d;
use crate::conformance::adapter::{Adapter, Chain, Parameters, dims, has, one};
use crate::conformance::case::CaseError;
use crate::network::fields::Fields;
use crate::ops::Window;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "conv_transpose2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[_, out_per_group, kernel_height, kernel_width] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("conv_transpose2d needs a weight of rank 4".into()));
    };
    let groups = fields.positive_or("groups", 1)?;
    one(ConvTranspose2d {
        out_channels: out_per_group * groups,
        window: Window::read(fields, [kernel_height, kernel_width], [1, 1])?,
        output_padding: fields.pair("output_padding", 0, Some(0))?,
        groups,
        bias: has(parameters, "bias"),
    })
}
