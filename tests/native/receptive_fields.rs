//! Receptive fields against brute force: the pixels whose gradient is not zero.
use crate::support::{Machine, rng};
use receptive::autodiff::differentiate;
use receptive::backend::cpu::Kernels;
use receptive::core::layout::Layout;
use receptive::core::rng::Rng;
use receptive::describe::{describe, supports};
use receptive::ir::graph::{Graph, Role, ValueId};
use receptive::network::spec::Spec;
use receptive::network::{add_images, apply_network, zoo};
use serde_json::{Value, json};

/// The same with averages in place of maxima: a maximum passes its gradient on to one pixel of a window, an average to all.
fn with_averages(spec: &Value) -> Value {
    match spec {
        Value::Object(fields) => {
            let mut fields: serde_json::Map<String, Value> =
                fields.iter().map(|(key, value)| (key.clone(), with_averages(value))).collect();
            if fields.get("op").is_some_and(|op| op == "max_pool2d") {
                fields.insert("op".into(), "avg_pool2d".into());
            }
            Value::Object(fields)
        }
        Value::Array(values) => values.iter().map(with_averages).collect(),
        other => other.clone(),
    }
}

/// The same with a quarter of the channels: what a position sees has nothing to do with them. LeNet-5's table of connections needs its own.
fn narrowed(spec: &Value) -> Value {
    match spec {
        Value::Object(fields) if !spec.to_string().contains("connections") => {
            let narrow = |(key, value): (&String, &Value)| {
                let channels = value.as_u64().filter(|_| key == "out_channels");
                (key.clone(), channels.map_or_else(|| narrowed(value), |channels| (channels.div_ceil(16) * 4).into()))
            };
            Value::Object(fields.iter().map(narrow).collect())
        }
        Value::Array(values) => values.iter().map(narrowed).collect(),
        other => other.clone(),
    }
}

/// First and last row, first and last column.
type Region = Option<[[usize; 2]; 2]>;

fn hull(region: Region, row: usize, column: usize) -> Region {
    let [rows, columns] = region.unwrap_or([[row; 2], [column; 2]]);
    let with = |[first, last]: [usize; 2], at: usize| [first.min(at), last.max(at)];
    Some([with(rows, row), with(columns, column)])
}

/// Positive numbers around 1 / `count`: nothing dies in a ReLU and nothing cancels.
fn positive(rng: &mut Rng, count: usize, scale: f64) -> Vec<f64> {
    (0..count).map(|_| (1.0 + rng.symmetric(0.9)) * scale).collect()
}

/// The region with a gradient, for some positions of one value.
fn gradient_regions(spec: &Spec, graph: &Graph, [images, value]: [ValueId; 2], positions: &[[usize; 2]]) -> Vec<Region> {
    let mut graph = graph.clone();
    let shape = graph.shape(value).clone();
    let seed = graph.add("seed", shape.clone(), Layout::Activation, false, Role::Input);
    let made = differentiate(&mut graph, &[(value, seed)], &[images]).unwrap();
    let Some(&gradient) = made.get(&images) else { return vec![None; positions.len()] };
    let mut machine = Machine::<f64>::new(&graph, &[gradient], Kernels::Scalar);
    let mut rng = rng(7);
    for (id, parameter) in &graph.parameters {
        machine.write(&graph.value(*id).name, &positive(&mut rng, parameter.shape.count(), 1.0 / parameter.fan_in as f64));
    }
    for (id, statistic) in &graph.statistics {
        machine.write(&graph.value(*id).name, &vec![f64::from(statistic.fill); statistic.shape.count()]);
    }
    let [_, channels, height, width] = shape.nchw();
    let [_, image_height, image_width] = spec.input;
    let mut regions = vec![None; positions.len()];
    machine.write("input", &positive(&mut rng, spec.input.iter().product(), 1.0));
    for (region, [row, column]) in regions.iter_mut().zip(positions) {
        let mut seeds = vec![0.0; channels * height * width];
        (0..channels).for_each(|channel| seeds[(channel * height + row) * width + column] = 1.0 + 0.1 * channel as f64);
        machine.write("seed", &seeds);
        machine.run();
        let gradient = machine.read(&graph.value(gradient).name);
        let touched = gradient.iter().enumerate().filter(|(_, slope)| **slope != 0.0);
        *region = touched.fold(None, |region, (at, _)| hull(region, at / image_width % image_height, at % image_width));
    }
    regions
}

/// Checks some positions of every `step`-th node.
fn check(name: &str, spec: &Value, step: usize) {
    check_with(name, spec, &with_averages(spec), step);
}

/// The same, where the gradients are those of `averages`, which has the same layers.
fn check_with(name: &str, spec: &Value, averages: &Value, step: usize) {
    let spec = Spec::from_json(spec).unwrap_or_else(|error| panic!("{name}: {error}"));
    let supports = supports(&spec).unwrap();
    let description = describe(&spec).unwrap();
    let spec = Spec::from_json(averages).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut graph = Graph::default();
    let images = add_images(&mut graph, &spec, 1, Role::Input).unwrap();
    apply_network(&mut graph, &spec, images, true).unwrap();
    let nodes = graph.nodes.iter().zip(&supports).zip(&description.nodes).enumerate();
    for (_, ((node, support), described)) in nodes.filter(|(i, _)| i % step == 0) {
        let (label, [rows, columns]) = (&support.name, support.fields.as_ref().unwrap());
        assert_eq!((&node.name, &node.name), (label, &described.name));
        let [_, _, height, width] = graph.shape(node.outputs[0]).nchw();
        let mut positions = vec![[0, 0], [height - 1, width - 1], [height / 2, width / 2], [height / 3, width - 1]];
        positions.dedup();
        let found = gradient_regions(&spec, &graph, [images, node.outputs[0]], &positions);
        for (&[row, column], found) in positions.iter().zip(found) {
            let expected = rows.spans[row].zip(columns.spans[column]).map(|(rows, columns)| [rows, columns]);
            assert_eq!(found, expected, "{name}: {label} at {row}, {column}");
        }
        assert_eq!(described.receptive_field, [rows.size(), columns.size()], "{name}: {label}");
        for axis in 0..2 {
            assert!(described.receptive_field_unbounded[axis] >= described.receptive_field[axis] as u64, "{name}: {label}");
        }
    }
}

/// Every preset, at every so many nodes.
fn check_presets(step: impl Fn(usize) -> usize) {
    for preset in zoo::presets() {
        let nodes = Spec::from_json(&preset.spec).unwrap().layers.len();
        let start = std::time::Instant::now();
        check_with(preset.name, &preset.spec, &narrowed(&with_averages(&preset.spec)), step(nodes));
        println!("{}: {:.2} s", preset.name, start.elapsed().as_secs_f64());
    }
}

#[test]
#[ignore = "takes minutes; the next test looks at some of the nodes: cargo test --package receptive-tests receptive_fields -- --ignored"]
fn every_node_of_every_preset_sees_what_the_gradient_reaches() {
    check_presets(|_| 1);
}

#[test]
fn every_preset_sees_what_the_gradient_reaches() {
    check_presets(|nodes| nodes.div_ceil(if nodes < 150 { 6 } else { 2 }));
    for name in ["small/resnet8_mnist", "common/lenet5_modern"] {
        check(name, &zoo::spec(name).unwrap(), 3);
    }
}

fn conv(kernel_size: Value, fields: Value) -> Value {
    let mut layer = json!({"op": "conv2d", "out_channels": 2, "kernel_size": kernel_size});
    layer.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap_or_default());
    layer
}

fn pool(kernel_size: usize, fields: Value) -> Value {
    let mut layer = json!({"op": "max_pool2d", "kernel_size": kernel_size});
    layer.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap_or_default());
    layer
}

fn network(layers: Value) -> Value {
    json!({"version": 1, "input": [1, 21, 18], "layers": layers})
}

#[test]
fn windows_of_every_kind_see_what_the_gradient_reaches() {
    let same = || conv(json!(3), json!({"padding": 1}));
    check(
        "dilation",
        &network(json!([conv(json!(3), json!({"dilation": 2, "padding": 2})), same(), conv(json!([1, 5]), json!({"dilation": 3}))])),
        1,
    );
    check("steps over", &network(json!([conv(json!(2), json!({"stride": 3})), same()])), 1);
    check("rounded up", &network(json!([pool(3, json!({"stride": 2, "ceil_mode": true})), same(), pool(2, json!({"stride": 2}))])), 1);
    check("rounded down", &network(json!([pool(2, json!({})), pool(2, json!({})), same(), same()])), 1);
    check(
        "asymmetric padding",
        &network(json!([{"op": "pad2d", "padding": [2, 0, 1, 3]}, conv(json!(4), json!({"stride": 2})), same()])),
        1,
    );
    check("cropped", &network(json!([same(), {"op": "crop2d", "offset": [3, 5], "size": [10, 9]}, same()])), 1);
    check("shares", &network(json!([same(), {"op": "adaptive_avg_pool2d", "output_size": [5, 4]}, same()])), 1);
    check(
        "whole",
        &network(json!([pool(2, json!({})), {"op": "global_avg_pool2d"}, {"op": "flatten"}, {"op": "linear", "out_features": 3}])),
        1,
    );
}

#[test]
fn upsampling_sees_what_the_gradient_reaches() {
    let same = || conv(json!(3), json!({"padding": 1}));
    let up = |fields: Value| {
        let mut layer = json!({"op": "conv_transpose2d", "out_channels": 2});
        layer.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap_or_default());
        layer
    };
    let nearest = json!({"op": "upsample", "scale_factor": [2, 3]});
    check("nearest", &network(json!([pool(2, json!({})), nearest, same(), pool(2, json!({}))])), 1);
    for (kernel_size, stride, padding, dilation) in
        [(2, 2, 0, 1), (4, 2, 1, 1), (3, 2, 1, 1), (3, 1, 1, 1), (2, 3, 0, 1), (3, 2, 0, 3), (2, 2, 0, 2)]
    {
        let layer = up(json!({"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}));
        check(&layer.to_string(), &network(json!([conv(json!(3), json!({"stride": 2})), layer, same()])), 1);
    }
}

#[test]
fn branches_and_skips_see_what_the_gradient_reaches() {
    let same = |kernel: usize| conv(json!(kernel), json!({"padding": kernel / 2}));
    let residual = json!({"residual": {"body": [conv(json!(3), json!({"stride": 2, "padding": 1})), same(3)], "shortcut": [conv(json!(1), json!({"stride": 2}))],
        "after": "relu"}});
    check("residual", &network(json!([same(3), residual, {"residual": {"body": [same(3), {"op": "batch_norm2d"}]}}])), 1);
    let option_a = json!({"residual": {"body": [conv(json!(1), json!({"stride": 2, "out_channels": 4}))], "shortcut": "pad"}});
    check("option A", &network(json!([same(3), option_a])), 1);
    let module = json!({"parallel": {"branches": [[same(1)], [same(1), same(5)], [pool(3, json!({"stride": 1, "padding": 1})), same(1)], [conv(json!([1, 7]),
        json!({"padding": [0, 3]}))]]}});
    check("inception", &network(json!([module, pool(3, json!({"stride": 2})), same(3)])), 1);
    check(
        "even and odd",
        &network(
            json!([{"parallel": {"branches": [[{"op": "pad2d", "padding": [0, 1, 0, 1]}, conv(json!(2), json!({}))], [same(1)]]}}, same(3)]),
        ),
        1,
    );
    let up = json!({"op": "conv_transpose2d", "out_channels": 2, "kernel_size": 2, "stride": 2});
    let unet = json!([
        same(3), {"save": "a"}, pool(2, json!({})), conv(json!(3), json!({})), {"save": "b"}, pool(2, json!({})), same(3),
        up, {"join": "b", "crop": true}, same(3), up, {"join": "a", "crop": true}, same(3)
    ]);
    check("U-Net", &network(unet), 1);
}

#[test]
fn centres_that_do_not_meet_are_marked() {
    let aligned = |layers: Value| describe(&Spec::from_json(&network(layers)).unwrap()).unwrap().nodes.last().unwrap().aligned;
    let half = |kernel: usize, padding: usize| conv(json!(kernel), json!({"stride": 2, "padding": padding}));
    let beside = |a: Value, b: Value| json!([{"parallel": {"branches": [[a], [b]]}}, {"op": "relu"}]);
    assert!(aligned(beside(half(1, 0), half(3, 1))));
    assert!(aligned(beside(pool(3, json!({"stride": 1, "padding": 1})), conv(json!(5), json!({"padding": 2})))));
    // ResNet's stem made of 2x2 windows would look half a pixel aside of its shortcut.
    assert!(!aligned(
        json!([{"residual": {"body": [{"op": "pad2d", "padding": [0, 1, 0, 1]}, conv(json!(2), json!({"out_channels": 1}))]}}])
    ));
}
