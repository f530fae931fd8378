//! Layers whose operators depend on the shapes that meet in them: shortcuts without parameters, and crops.

use serde_json::{Value, json};

use super::spec::operator;
use crate::error::ShapeError;
use crate::graph::{Graph, ValueId};

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
        let fields = json!({"kernel_size": 1, "stride": [step_height, step_width]});
        y = apply(graph, format!("{node}.subsample"), "avg_pool2d", &fields, y)?;
    }
    if channels < to_channels {
        let before = (to_channels - channels) / 2;
        let fields = json!({"before": before, "after": to_channels - channels - before});
        y = apply(graph, format!("{node}.pad"), "pad_channels", &fields, y)?;
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
    let fields = json!({"offset": [(height - to_height) / 2, (width - to_width) / 2], "size": [to_height, to_width]});
    apply(graph, node.to_owned(), "crop2d", &fields, x)
}

fn differ(graph: &Graph, node: &str, x: ValueId, like: ValueId) -> ShapeError {
    ShapeError::ShapesDiffer { node: node.to_owned(), left: graph.shape(x).to_string(), right: graph.shape(like).to_string() }
}

fn apply(graph: &mut Graph, node: String, name: &'static str, fields: &Value, x: ValueId) -> Result<ValueId, ShapeError> {
    let operator = operator(name, fields).map_err(|_| differ(graph, &node, x, x))?;
    graph.apply(&node, operator, &[x])
}
