//! Layers whose operators depend on the shapes that meet in them: shortcuts without parameters, and crops.

use std::rc::Rc;

use crate::core::error::ShapeError;
use crate::ir::graph::{Graph, ValueId};
use crate::ir::operator::Window;
use crate::ops::avg_pool2d::AvgPool2d;
use crate::ops::crop2d::Crop2d;
use crate::ops::pad_channels::PadChannels;

/// Gives `x` the shape of `like` without parameters (He et al. 2015, section 3.3, option A): every n-th pixel, and zero channels, half of
/// them before and half behind. What fits already is passed on.
///
/// # Errors
/// [`ShapeError::ShapesDiffer`] where `like` is larger, has fewer channels, or no step leads to its size.
pub(super) fn fit(graph: &mut Graph, node: &str, x: ValueId, like: ValueId) -> Result<ValueId, ShapeError> {
    let ([_, channels, height, width], [_, to_channels, to_height, to_width]) = (graph.shape(x).nchw(), graph.shape(like).nchw());
    let (step_height, step_width) = (height.div_ceil(to_height), width.div_ceil(to_width));
    let reached = height.div_ceil(step_height) == to_height && width.div_ceil(step_width) == to_width;
    if graph.shape(x).rank() != graph.shape(like).rank() || !reached || channels > to_channels {
        return Err(differ(graph, node, x, like));
    }
    let mut y = x;
    if (step_height, step_width) != (1, 1) {
        let window = Window { stride: [step_height, step_width], ..Window::POINT };
        let subsample = AvgPool2d { window, ceil_mode: false, count_include_pad: true, divisor_override: None };
        y = graph.apply(&format!("{node}.subsample"), Rc::new(subsample), &[y])?;
    }
    if channels < to_channels {
        let before = (to_channels - channels) / 2;
        let pad = PadChannels { before, after: to_channels - channels - before };
        y = graph.apply(&format!("{node}.pad"), Rc::new(pad), &[y])?;
    }
    Ok(y)
}

/// Cuts the centre of `x` to the height and width of `like` (Ronneberger et al. 2015, section 2). An odd remainder stays at the bottom and the
/// right. What fits already is passed on.
///
/// # Errors
/// [`ShapeError::ShapesDiffer`] where `like` is larger.
pub(super) fn crop(graph: &mut Graph, node: &str, x: ValueId, like: ValueId) -> Result<ValueId, ShapeError> {
    let ([_, _, height, width], [_, _, to_height, to_width]) = (graph.shape(x).nchw(), graph.shape(like).nchw());
    if (height, width) == (to_height, to_width) {
        return Ok(x);
    }
    if to_height > height || to_width > width {
        return Err(differ(graph, node, x, like));
    }
    let crop = Crop2d { offset: [(height - to_height) / 2, (width - to_width) / 2], size: [to_height, to_width] };
    graph.apply(node, Rc::new(crop), &[x])
}

fn differ(graph: &Graph, node: &str, x: ValueId, like: ValueId) -> ShapeError {
    ShapeError::ShapesDiffer { node: node.to_owned(), left: graph.shape(x).to_string(), right: graph.shape(like).to_string() }
}
