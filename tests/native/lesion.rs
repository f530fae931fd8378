//! The lesion: a network without some of its parts says what the specification without them says with the same weights; nothing left out
//! changes nothing; the run stays as it was, bit for bit.
use pollster::block_on;
use receptive::core::safetensors::Writer;
use receptive::data::dataset::IdxPair;
use receptive::instruments::INSTRUMENTS;
use receptive::network::cuts::Cuts;
use receptive::network::parts::parts;
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::programs::lesion::LesionPlan;
use receptive::run::session::{Next, Session};
use safetensors::SafeTensors;
use serde_json::{Value, json};

use crate::support::bar_files;

const BATCH: usize = 8;
const IMAGES: usize = 40;

/// A session with so many images of each split.
fn session(train: usize, test: usize) -> Session {
    let session = Session::new(|_| (), None).with_instruments(INSTRUMENTS);
    let ((images, labels), (test_images, test_labels)) = (bar_files(train), bar_files(test));
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    let test_pair = IdxPair { images_name: "images", images: &test_images, labels_name: "labels", labels: &test_labels };
    session.load_idx(&pair, if test > 0 { Some(&test_pair) } else { None }).unwrap();
    session
}

fn ask(session: &Session, request: Value) -> Value {
    serde_json::to_value(block_on(session.handle(serde_json::from_value(request).unwrap()))).unwrap()
}

fn compile(session: &Session, spec: &Value, bytes: Option<&[u8]>) -> Value {
    let mut spec = spec.clone();
    spec["version"] = 1.into();
    spec["training"]["batch_size"] = BATCH.into();
    let reply = ask(session, json!({"type": "compile", "run": "kiwi", "spec": spec, "backend": "cpu", "bytes": bytes}));
    assert_eq!(reply["type"], "compiled", "{reply}");
    reply
}

/// A session with a network after so many steps.
fn trained(spec: &Value, steps: usize) -> Session {
    let session = session(IMAGES, IMAGES);
    compile(&session, spec, None);
    steps_of(&session, steps);
    session
}

fn steps_of(session: &Session, steps: usize) {
    for _ in 0..steps {
        assert_eq!(ask(session, json!({"type": "step"}))["type"], "stepped");
    }
}

fn checkpoint(session: &Session) -> Vec<u8> {
    serde_json::from_value(ask(session, json!({"type": "checkpoint"}))["bytes"].clone()).unwrap()
}

fn lesion(session: &Session, question: Value) -> Value {
    ask(session, json!({"type": "instrument", "instrument": "lesion", "ask": question}))
}

/// Counts all test images without these parts, piece by piece.
fn without(session: &Session, ids: &[&str], anew: bool) -> (u64, u64, f64, Vec<u64>) {
    let (mut next, mut total) = (0, (0, 0, 0.0, Vec::new()));
    while next < IMAGES {
        let reply = lesion(session, json!({"parts": ids, "anew": anew, "from": next, "to": IMAGES}));
        assert_eq!(reply["type"], "instrument", "{reply}");
        let answer = &reply["answer"];
        next = answer["next"].as_u64().unwrap() as usize;
        total.0 += answer["items"].as_u64().unwrap();
        total.1 += answer["right"].as_u64().unwrap();
        total.2 += answer["loss"].as_f64().unwrap();
        let confusion: Vec<u64> = serde_json::from_value(answer["confusion"].clone()).unwrap();
        total.3.resize(total.3.len().max(confusion.len()), 0);
        total.3.iter_mut().zip(confusion).for_each(|(sum, count)| *sum += count);
    }
    total
}

/// That the lesion says what this session's own evaluation says.
fn assert_evaluates(session: &Session, found: (u64, u64, f64, Vec<u64>), what: &str) {
    let evaluation = ask(session, json!({"type": "evaluate", "split": "test"}))["evaluation"].clone();
    let confusion: Vec<Vec<u64>> = serde_json::from_value(evaluation["confusion"].clone()).unwrap();
    assert_eq!(found.3, confusion.concat(), "{what}");
    assert_eq!(found.1 as f64 / found.0 as f64, evaluation["top1"].as_f64().unwrap(), "{what}");
    let (loss, expected) = (found.2 / found.0 as f64, evaluation["loss"].as_f64().unwrap());
    assert!((loss - expected).abs() <= 1e-6 * expected.abs(), "{what}: {loss} {expected}");
}

fn conv(name: &str, channels: usize) -> Value {
    json!({"op": "conv2d", "name": name, "out_channels": channels, "kernel_size": 3, "padding": 1, "bias": false})
}

fn bn(name: &str) -> Value {
    json!({"op": "batch_norm2d", "name": name})
}

fn relu(name: &str) -> Value {
    json!({"op": "relu", "name": name})
}

/// A network that ends as all of them here do.
fn network(items: &[Value]) -> Value {
    let head = [json!({"op": "global_avg_pool2d"}), json!({"op": "flatten"}), json!({"op": "linear", "name": "fc", "out_features": 10})];
    let stem = [json!({"op": "max_pool2d", "kernel_size": 2, "name": "stem"}), conv("conv0", 8), bn("bn0"), relu("relu0")];
    let layers: Vec<Value> = stem.iter().chain(items).chain(&head).cloned().collect();
    json!({"version": 1, "layers": layers, "training": {"optimizer": {"learning_rate": 0.05, "momentum": 0.9}}})
}

fn named(name: &str, body: &[Value], rest: Value) -> Value {
    let mut fields = json!({"name": name, "body": body});
    rest.as_object().unwrap().iter().for_each(|(field, value)| fields[field] = value.clone());
    json!({"residual": fields})
}

/// What a network says without a part, and the specification without it: both after the same training.
fn same_as(spec: &Value, part: &str, specification_without: &Value) {
    let whole = trained(spec, 6);
    let found = without(&whole, &[part], false);
    let intact = without(&whole, &[], false);
    assert_ne!(found.2, intact.2, "{part} counts for something");
    let other = session(IMAGES, IMAGES);
    let restored = compile(&other, specification_without, Some(&checkpoint(&whole)))["restored"].clone();
    assert_eq!(restored["fresh"], json!([]), "every weight is the run's: {restored}");
    assert_evaluates(&other, found, part);
}

#[test]
fn a_residual_that_keeps_its_shape() {
    let body = [conv("conv1", 8), bn("bn1"), relu("relu1"), conv("conv2", 8), bn("bn2")];
    let other = named("two", &[conv("conv1", 8), bn("bn1")], json!({"after": "relu"}));
    let spec = network(&[named("one", &body, json!({"after": "relu"})), other.clone()]);
    same_as(&spec, "residual:one", &network(&[relu("one.relu2"), other]));
}

#[test]
fn a_residual_with_a_projection() {
    let strided = json!({"op": "conv2d", "name": "conv1", "out_channels": 16, "kernel_size": 3, "padding": 1, "stride": 2, "bias": false});
    let projection = json!({"op": "conv2d", "name": "proj", "out_channels": 16, "kernel_size": 1, "stride": 2, "bias": false});
    let spec = network(&[named("one", &[strided, bn("bn1")], json!({"after": "relu", "shortcut": [projection, bn("proj_bn")]}))]);
    let left = json!({"stage": {"name": "one", "body": [projection, bn("proj_bn"), relu("relu")]}});
    same_as(&spec, "residual:one", &network(&[left]));
}

#[test]
fn a_residual_whose_shortcut_pads() {
    let strided = json!({"op": "conv2d", "name": "conv1", "out_channels": 16, "kernel_size": 3, "padding": 1, "stride": 2, "bias": false});
    let spec = network(&[named("one", &[strided, bn("bn1")], json!({"shortcut": "pad"}))]);
    let every_other = json!({"op": "avg_pool2d", "kernel_size": 1, "stride": 2});
    same_as(&spec, "residual:one", &network(&[every_other, json!({"op": "pad_channels", "before": 4, "after": 4})]));
}

#[test]
fn a_layer_that_keeps_its_shape() {
    let items = |middle: &[Value]| network(&[&[conv("conv1", 8), bn("bn1")], middle, &[conv("conv3", 8), relu("relu3")]].concat());
    let spec = items(&[conv("conv2", 8), relu("relu2")]);
    same_as(&spec, "layer:conv2", &items(&[relu("relu2")]));
    same_as(&spec, "layer:relu2", &items(&[conv("conv2", 8)]));
}

#[test]
fn a_branch_of_a_concatenation() {
    let zero = json!({"op": "mul_const", "factor": 0});
    let parallel = |cut: &[Value]| {
        let second = [&[conv("conv2", 6)], cut].concat();
        network(&[json!({"parallel": {"name": "mix", "branches": [[conv("conv1", 5)], {"name": "b", "body": second}, []]}}), bn("bn")])
    };
    same_as(&parallel(&[]), "branch:mix.concat.2", &parallel(&[zero]));
    let parts = lesion(&trained(&parallel(&[]), 0), json!({}))["answer"]["parts"].clone();
    let branches: Vec<&Value> = parts.as_array().unwrap().iter().filter(|part| part["kind"] == "branch").collect();
    let said: Vec<Value> = branches.iter().map(|branch| json!([branch["name"], branch["number"], branch["shape"]])).collect();
    assert_eq!(json!(said), json!([["mix.concat", 1, [5, 14, 14]], ["mix.b", 2, [6, 14, 14]], ["mix.concat", 3, [8, 14, 14]]]));
}

#[test]
fn a_long_skip() {
    let way = [conv("conv1", 8), relu("relu1")];
    let spec = network(&[&[json!({"save": "kept"})], &way[..], &[json!({"join": "kept", "name": "join"}), bn("bn1")]].concat());
    let zeros = [json!({"op": "mul_const", "factor": 0})];
    let left = network(&[json!({"parallel": {"branches": [zeros, way]}}), bn("bn1")]);
    same_as(&spec, "skip:join.concat", &left);
}

#[test]
fn several_parts_at_once() {
    let block = |name: &str| named(name, &[conv("conv1", 8), bn("bn1")], json!({"after": "relu"}));
    let whole = trained(&network(&[block("one"), block("two"), block("three")]), 6);
    let other = session(IMAGES, IMAGES);
    compile(&other, &network(&[relu("a"), block("two"), relu("b")]), Some(&checkpoint(&whole)));
    assert_evaluates(&other, without(&whole, &["residual:one", "residual:three"], false), "one and three");
}

#[test]
fn nothing_left_out_changes_nothing() {
    for preset in ["lenet5", "lenet5_1998", "alexnet", "vgg_bn", "inception", "googlenet", "resnet8", "resnet20_a", "unet"] {
        let session = trained(&zoo::preset(preset).unwrap().spec, 1);
        assert_evaluates(&session, without(&session, &[], false), preset);
    }
}

#[test]
fn every_part_of_every_preset_can_be_left_out_and_costs_less() {
    let mut kinds = std::collections::HashMap::new();
    for preset in zoo::presets() {
        let spec = Spec::from_json(&preset.spec).unwrap();
        let whole = LesionPlan::new(&spec, &Cuts::default(), 2, 2).unwrap();
        let (steps, tensors) = (|plan: &LesionPlan| plan.plan[plan.evaluate.program].steps.len(), whole.plan.parameters.len());
        let mut all = Cuts::default();
        for (part, shape) in parts(&spec).unwrap() {
            *kinds.entry(part.kind).or_insert(0) += 1;
            assert!(!shape.is_empty(), "{} {part:?}", preset.name);
            let mut cuts = Cuts::default();
            part.cut(&mut cuts);
            part.cut(&mut all);
            let cut = LesionPlan::new(&spec, &cuts, 2, 2).unwrap_or_else(|error| panic!("{} {part:?}: {error}", preset.name));
            assert!(steps(&cut) <= steps(&whole) && cut.plan.parameters.len() <= tensors, "{} {part:?}", preset.name);
            // What a residual leaves out is not computed.
            let is_residual = part.container.is_some_and(|at| spec.containers[at].kind == "residual");
            assert!(!is_residual || cut.plan.parameters.len() < tensors, "{} {part:?}", preset.name);
        }
        LesionPlan::new(&spec, &all, 2, 2).unwrap_or_else(|error| panic!("{}, all parts: {error}", preset.name));
    }
    assert_eq!(kinds.len(), 4, "{kinds:?}");
}

#[test]
fn the_run_goes_on_as_if_nothing_had_been_asked() {
    let spec = zoo::preset("resnet8").unwrap().spec;
    let (plain, asked) = (trained(&spec, 3), trained(&spec, 3));
    let parts = lesion(&asked, json!({}))["answer"]["parts"].clone();
    for part in parts.as_array().unwrap().iter().filter(|part| part["kind"] == "residual") {
        let id = part["id"].as_str().unwrap();
        without(&asked, &[id], false);
        without(&asked, &[id], true);
    }
    assert_eq!(checkpoint(&plain), checkpoint(&asked));
    steps_of(&plain, 4);
    steps_of(&asked, 4);
    assert_eq!(checkpoint(&plain), checkpoint(&asked));
    // Training that goes on between two pieces is seen: the weights of now count.
    assert_eq!(ask(&asked, json!({"type": "start", "epochs": 2}))["type"], "started");
    assert!(asked.begin_driving());
    while block_on(asked.slice()) == Next::Continue {
        without(&asked, &[], false);
    }
    assert_evaluates(&asked, without(&asked, &[], false), "after training");
}

/// Tensors of a checkpoint, as a file, with others in the place of some.
fn with_tensors(file: &[u8], replace: impl Fn(&str) -> Option<Vec<f32>>) -> Vec<u8> {
    let read = SafeTensors::deserialize(file).unwrap();
    let mut writer = Writer::default();
    for (name, tensor) in read.tensors().into_iter().filter(|(_, tensor)| tensor.dtype() == safetensors::Dtype::F32) {
        let replaced = replace(&name).map(|floats| floats.iter().flat_map(|float| float.to_le_bytes()).collect::<Vec<u8>>());
        writer.tensor(&name, "F32", tensor.shape(), &replaced.unwrap_or_else(|| tensor.data().to_vec()));
    }
    writer.finish()
}

fn floats(file: &[u8], name: &str) -> Vec<f32> {
    let read = SafeTensors::deserialize(file).unwrap();
    read.tensor(name).unwrap().data().chunks(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// A layer's statistics of a batch are what training on it gathers at momentum 1: with a learning rate of 0, and the first batch of a data
/// set of its own.
#[test]
fn statistics_estimated_anew_are_the_mean_over_batches_of_training_images() {
    let spec = network(&[named("one", &[conv("conv1", 8), bn("bn1")], json!({})), conv("conv2", 8), bn("bn2"), relu("relu2")]);
    let without_one = network(&[conv("conv2", 8), bn("bn2"), relu("relu2")]);
    let whole = trained(&spec, 4);
    let weights = checkpoint(&whole);
    let mut gathering = without_one.clone();
    gathering["training"]["optimizer"] = json!({"learning_rate": 0, "momentum": 0});
    for item in gathering["layers"].as_array_mut().unwrap().iter_mut().filter(|item| item["op"] == "batch_norm2d") {
        item["momentum"] = 1.into();
    }
    let names = ["bn0.running_mean", "bn0.running_var", "bn2.running_mean", "bn2.running_var"];
    let mut means: Vec<Vec<f64>> = vec![vec![0.0; 8]; names.len()];
    let batches = IMAGES / BATCH;
    for batch in 0..batches {
        let (images, labels) = bar_files(IMAGES);
        let own = Session::new(|_| (), None);
        let pixels = 16 + batch * BATCH * 784;
        let images: Vec<u8> = [&images[..4], &(BATCH as u32).to_be_bytes(), &images[8..16], &images[pixels..pixels + BATCH * 784]].concat();
        let labels: Vec<u8> = [&labels[..4], &(BATCH as u32).to_be_bytes(), &labels[8 + batch * BATCH..8 + (batch + 1) * BATCH]].concat();
        let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
        own.load_idx(&pair, None).unwrap();
        compile(&own, &gathering, Some(&weights));
        steps_of(&own, 1);
        let gathered = checkpoint(&own);
        for (mean, name) in means.iter_mut().zip(names) {
            mean.iter_mut().zip(floats(&gathered, name)).for_each(|(sum, value)| *sum += f64::from(value) / batches as f64);
        }
    }
    let found = without(&whole, &["residual:one"], true);
    let stored = without(&whole, &["residual:one"], false);
    assert_ne!(found.2, stored.2, "the statistics are others");
    let file = with_tensors(&weights, |name| {
        let at = names.iter().position(|known| *known == name)?;
        Some(means[at].iter().map(|&mean| mean as f32).collect())
    });
    let other = session(IMAGES, IMAGES);
    compile(&other, &without_one, Some(&file));
    let evaluation = ask(&other, json!({"type": "evaluate", "split": "test"}))["evaluation"].clone();
    let (loss, expected) = (found.2 / found.0 as f64, evaluation["loss"].as_f64().unwrap());
    // The sums of a batch are taken in another order where the images come in another.
    assert!((loss - expected).abs() <= 1e-4 * expected.abs(), "{loss} {expected}");
    assert_eq!(found.1 as f64 / found.0 as f64, evaluation["top1"].as_f64().unwrap());
}

/// ResNet-14 with shortcuts of option A and the weights of the reference case, each block in turn.
#[test]
fn each_block_of_the_reference_network() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/nets/resnet14_mnist_option_a.safetensors");
    let bytes = std::fs::read(file).unwrap();
    let read = SafeTensors::deserialize(&bytes).unwrap();
    let mut writer = Writer::default();
    for (name, tensor) in read.tensors() {
        if let Some(own) = name.strip_prefix("param.") {
            writer.tensor(own, "F32", tensor.shape(), tensor.data());
        }
    }
    let weights = writer.finish();
    let block = |name: &str, channels: usize, stride: usize| {
        let mut first = conv("conv1", channels);
        first["stride"] = stride.into();
        let shortcut = if stride > 1 { "pad" } else { "identity" };
        let body = [first, bn("bn1"), relu("relu1"), conv("conv2", channels), bn("bn2")];
        named(name, &body, json!({"after": "relu", "shortcut": shortcut}))
    };
    let blocks = [("s1b1", 8, 1), ("s1b2", 8, 1), ("s2b1", 16, 2), ("s2b2", 16, 1), ("s3b1", 32, 2), ("s3b2", 32, 1)];
    let written = |left_out: Option<usize>| {
        let mut items = vec![conv("conv0", 8), bn("bn0"), relu("relu0")];
        for (at, &(name, channels, stride)) in blocks.iter().enumerate() {
            if left_out != Some(at) {
                items.push(block(name, channels, stride));
                continue;
            }
            if stride > 1 {
                items.push(json!({"op": "avg_pool2d", "kernel_size": 1, "stride": 2}));
                items.push(json!({"op": "pad_channels", "before": channels / 4, "after": channels / 4}));
            }
            items.push(relu("left"));
        }
        let end = [json!({"op": "global_avg_pool2d"}), json!({"op": "flatten"}), json!({"op": "linear", "name": "fc", "out_features": 10})];
        items.extend(end);
        json!({"version": 1, "layers": items})
    };
    // The case has no running statistics: those of this data come with the first steps, at a learning rate of 0.
    let mut whole_spec = written(None);
    whole_spec["training"]["optimizer"] = json!({"learning_rate": 0, "momentum": 0});
    let whole = session(IMAGES, IMAGES);
    let missing = compile(&whole, &whole_spec, Some(&weights))["restored"]["fresh"].clone();
    assert!(missing.as_array().unwrap().iter().all(|name| name.as_str().unwrap().contains("running_")), "{missing}");
    steps_of(&whole, 10);
    let trained = checkpoint(&whole);
    for (at, (name, ..)) in blocks.iter().enumerate() {
        let other = session(IMAGES, IMAGES);
        let restored = compile(&other, &written(Some(at)), Some(&trained))["restored"].clone();
        assert_eq!(restored["fresh"], json!([]), "{name}");
        assert_evaluates(&other, without(&whole, &[&format!("residual:{name}")], false), name);
    }
}

#[test]
fn parts_have_the_names_that_people_know() {
    let session = trained(&zoo::preset("resnet20").unwrap().spec, 0);
    let answer = lesion(&session, json!({}))["answer"].clone();
    assert_eq!((&answer["statistics"], &answer["classes"], &answer["targets_per_image"]), (&json!(true), &json!(10), &json!(1)));
    let blocks: Vec<Value> = answer["parts"].as_array().unwrap().iter().filter(|part| part["kind"] == "residual").cloned().collect();
    let said: Vec<Value> = blocks.iter().map(|block| json!([block["name"], block["identity"], block["shape"]])).collect();
    let shapes = [[16, 28, 28], [32, 14, 14], [64, 7, 7]];
    let expected: Vec<Value> = (1..=9)
        .map(|block| {
            let (group, at) = ((block - 1) / 3, (block - 1) % 3);
            let name = if group > 0 && at == 0 { "down".to_owned() } else { format!("block{}", at + usize::from(group == 0)) };
            json!([format!("group{}.{name}", group + 1), group == 0 || at > 0, shapes[group]])
        })
        .collect();
    assert_eq!(said, expected);
    assert_eq!(blocks[0]["id"], "residual:group1.block1.residual1");
    let ids: std::collections::HashSet<&str> = answer["parts"].as_array().unwrap().iter().filter_map(|part| part["id"].as_str()).collect();
    assert_eq!(ids.len(), answer["parts"].as_array().unwrap().len(), "no id is there twice");
}

#[test]
fn what_cannot_be_asked_is_refused_with_a_reason() {
    let kind = |reply: &Value| reply["error"]["kind"].as_str().unwrap_or_default().to_owned();
    let empty = session(IMAGES, IMAGES);
    assert_eq!(kind(&lesion(&empty, json!({}))), "not_compiled");
    let session_of = trained(&zoo::preset("lenet5").unwrap().spec, 0);
    for (question, expected) in [
        (json!({"parts": ["residual:one"], "from": 0, "to": 10}), "unknown_name"),
        (json!({"parts": [], "from": 0, "to": 10, "backwards": true}), "malformed_request"),
        (json!([]), "malformed_request"),
        (json!({"parts": [], "from": 10, "to": 10}), "invalid_index"),
        (json!({"parts": [], "from": IMAGES, "to": IMAGES + 10}), "invalid_index"),
    ] {
        let reply = lesion(&session_of, question.clone());
        assert_eq!(kind(&reply), expected, "{question}: {reply}");
    }
    let unknown = ask(&session_of, json!({"type": "instrument", "instrument": "scalpel", "ask": {}}));
    assert_eq!(unknown["error"]["name"], "scalpel", "{unknown}");
    let untested = session(IMAGES, 0);
    compile(&untested, &zoo::preset("lenet5").unwrap().spec, None);
    assert_eq!(kind(&lesion(&untested, json!({"parts": [], "from": 0, "to": 10}))), "no_data");
    // After a refusal the next answer is as it should be.
    assert_evaluates(&session_of, without(&session_of, &[], false), "after refusals");
}
