//! How the reference data writes this operator.

use super::MaxPool2d;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ir::operator::Window;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "max_pool2d", outputs: &["y", "indices"], build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    let kernel_size = fields.pair("kernel", 1, None)?;
    one(MaxPool2d { window: Window::read(fields, kernel_size, kernel_size)?, ceil_mode: fields.flag_or("ceil_mode", false)? })
}
