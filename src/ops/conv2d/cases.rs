//! How the reference data writes this operator.

use super::Conv2d;
use super::connections::{ConnectedConv2d, Connections};
use crate::conformance::adapter::{Adapter, Chain, Parameters, dims, has, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;
use crate::ir::operator::Window;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "conv2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[out_channels, _, kernel_height, kernel_width] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("conv2d needs a weight of rank 4".into()));
    };
    let window = Window::read(fields, [kernel_height, kernel_width], [1, 1])?;
    let (groups, bias) = (fields.positive_or("groups", 1)?, has(parameters, "bias"));
    match fields.get("connections") {
        None => one(Conv2d { out_channels, window, groups, bias }),
        Some(lists) => one(ConnectedConv2d { connections: Connections::from_json("connections", lists, out_channels)?, window, bias }),
    }
}
