//! How the reference data writes this operator.

use super::Conv2d;
use super::connections::{ConnectedConv2d, Connections};
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ir::operator::Window;
use crate::ops::adapter::{Adapter, Chain, Parameters, dims, has, one, wrong_weight};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "conv2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, SpecError> {
    let &[out_channels, _, kernel_height, kernel_width] = dims(parameters, "weight") else {
        return Err(wrong_weight(4));
    };
    let window = Window::read(fields, [kernel_height, kernel_width], [1, 1])?;
    let (groups, bias) = (fields.positive_or("groups", 1)?, has(parameters, "bias"));
    match fields.get("connections") {
        None => one(Conv2d { out_channels, window, groups, bias }),
        Some(lists) => one(ConnectedConv2d { connections: Connections::from_json("connections", lists, out_channels)?, window, bias }),
    }
}
