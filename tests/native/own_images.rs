//! Images of one's own: IDX files of other sizes and class counts train, are evaluated, predicted and looked into; a network that is not for
//! them is refused with what they are; a run on other images is not gone on with.

use std::cell::RefCell;
use std::rc::Rc;

use pollster::block_on;
use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::core::error::{DataError, Error};
use receptive::data::dataset::{Dataset, IdxPair, Split};
use receptive::data::idx::{IMAGES_MAGIC, LABELS_MAGIC};
use receptive::describe::examine;
use receptive::network::spec::Spec;
use receptive::run::session::{Next, OwnData, Session};
use receptive::run::trainer::{Image, Trainer};
use serde_json::{Value, json};

fn file(magic: u32, sizes: &[usize], body: &[u8]) -> Vec<u8> {
    let numbers = std::iter::once(magic).chain(sizes.iter().map(|&size| size as u32)).flat_map(u32::to_be_bytes);
    numbers.chain(body.iter().copied()).collect()
}

/// Images that tell their class: a bright block of pixels at a place of its own, `each` of every class.
fn files([height, width]: [usize; 2], classes: usize, each: usize) -> [Vec<u8>; 2] {
    let pixels = height * width;
    let block = (pixels / classes).max(1);
    let labels: Vec<u8> = (0..classes * each).map(|n| (n % classes) as u8).collect();
    let pixel = |label: u8, at: usize| if at % pixels / block == usize::from(label) { 255 } else { (at * 7 % 40) as u8 };
    let images: Vec<u8> = labels.iter().flat_map(|&label| (0..pixels).map(move |at| pixel(label, at))).collect();
    [file(IMAGES_MAGIC, &[labels.len(), height, width], &images), file(LABELS_MAGIC, &[labels.len()], &labels)]
}

fn pair([images, labels]: &[Vec<u8>; 2]) -> IdxPair<'_> {
    IdxPair { images_name: "train-images", images, labels_name: "train-labels", labels }
}

fn linear(data: &Value, [height, width]: [usize; 2], classes: usize) -> Value {
    let layers = json!([{"op": "flatten"}, {"op": "linear", "out_features": classes}]);
    json!({"version": 1, "data": data, "input": [1, height, width], "layers": layers,
        "training": {"batch_size": 20, "optimizer": {"type": "adam", "learning_rate": 0.01}, "seed": 5}})
}

fn as_data(facts: &Value) -> Value {
    json!({"type": "idx", "classes": facts["classes"], "mean": facts["mean"], "std": facts["std"], "crc32": facts["crc32"]})
}

#[test]
fn every_size_and_class_count_trains_and_is_evaluated_on_both_kernel_sets() {
    for (size, classes) in [([8, 8], 2), ([8, 8], 64), ([9, 13], 10), ([28, 28], 26), ([32, 32], 26), ([64, 64], 100)] {
        let files = files(size, classes, 4);
        // The scalar kernels, the reference, take half a minute for the largest.
        let kernels = [Kernels::Simd, Kernels::Scalar].into_iter().take(if size[0] < 64 { 2 } else { 1 });
        for kernels in kernels {
            let set = Dataset::from_idx(&pair(&files), Some(&pair(&files))).unwrap();
            let facts = serde_json::to_value(set.facts().unwrap()).unwrap();
            let spec = Spec::from_json(&linear(&as_data(&facts), size, classes)).unwrap();
            let mut trainer = block_on(Trainer::new(spec, Device::Cpu(kernels), Rc::new(RefCell::new(set)))).unwrap();
            for _ in 0..120 {
                trainer.train_step().unwrap();
            }
            let sums = block_on(trainer.evaluate(Split::Test, usize::MAX)).unwrap();
            let evaluation = trainer.measured(Split::Test, &sums);
            let confusion = evaluation.confusion.unwrap();
            assert_eq!((confusion.len(), confusion[0].len(), evaluation.count), (classes, classes, 4 * classes as u64), "{size:?}");
            assert_eq!(confusion.iter().flatten().sum::<u32>(), 4 * classes as u32);
            assert!(evaluation.top1 > 0.95, "{size:?} {classes} {kernels:?}: {}", evaluation.top1);
            // What the network says to one image is what the evaluation counts.
            let (pixels, label) = trainer.dataset().borrow().image(Split::Test, 1).unwrap();
            let logits = block_on(trainer.predict(Image { pixels: &pixels, draw: 0 })).unwrap().logits;
            let best = (0..classes).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap();
            assert_eq!((logits.len(), best), (classes, usize::from(label)), "{size:?}");
        }
    }
}

#[test]
fn pixels_are_normalized_by_their_own_mean_and_deviation() {
    let files = files([8, 8], 4, 8);
    let set = Dataset::from_idx(&pair(&files), None).unwrap();
    let (facts, pixels) = (set.facts().cloned().unwrap(), set.image(Split::Train, 3).unwrap().0);
    let all: Vec<f64> = files[0][16..].iter().map(|&pixel| f64::from(pixel) / 255.0).collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let deviation = (all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / all.len() as f64).sqrt();
    assert!((facts.mean - mean).abs() < 1e-4 && (facts.std - deviation).abs() < 1e-4);
    let spec = Spec::from_json(&linear(&as_data(&serde_json::to_value(&facts).unwrap()), [8, 8], 4)).unwrap();
    let mut trainer = block_on(Trainer::new(spec, Device::Cpu(Kernels::Scalar), Rc::new(RefCell::new(set)))).unwrap();
    let weights: Vec<f32> = (0..4 * 64).map(|at| if at == 17 { 1.0 } else { 0.0 }).collect();
    trainer.write_parameter("fc1.weight", &weights).unwrap();
    trainer.write_parameter("fc1.bias", &[0.0; 4]).unwrap();
    let logits = block_on(trainer.predict(Image { pixels: &pixels, draw: 0 })).unwrap().logits;
    let expected = (f64::from(pixels[17]) / 255.0 - facts.mean) / facts.std;
    assert!((f64::from(logits[0]) - expected).abs() < 1e-5, "{} {expected}", logits[0]);
}

fn session() -> Session {
    Session::new(|_| (), None)
}

fn ask(session: &Session, request: Value) -> Value {
    let request = serde_json::from_value(request).unwrap();
    serde_json::to_value(block_on(session.handle(request))).unwrap()
}

fn load(session: &Session, files: &[Vec<u8>; 2]) -> Value {
    let OwnData { facts, .. } = session.load_idx(&pair(files), Some(&pair(files))).unwrap();
    serde_json::to_value(facts).unwrap()
}

fn compile(session: &Session, spec: &Value) -> Value {
    ask(session, json!({"type": "compile", "run": "kiwi", "spec": spec, "backend": "scalar"}))
}

#[test]
fn a_network_for_other_images_is_refused_with_what_is_loaded_and_the_one_before_stays() {
    let session = session();
    let facts = load(&session, &files([32, 32], 26, 2));
    assert_eq!(compile(&session, &linear(&as_data(&facts), [32, 32], 26))["type"], "compiled");
    let mnist = linear(&json!("mnist"), [28, 28], 10);
    let cluttered = json!({"version": 1, "data": "cluttered_mnist", "layers": [{"op": "conv2d", "out_channels": 11, "kernel_size": 1}]});
    let mut of_others = as_data(&facts);
    of_others["crc32"] = "00000000".into();
    for (spec, what, input, classes) in [
        (&mnist, "size", [1, 28, 28], 10),
        (&cluttered, "size", [1, 28, 28], 11),
        (&linear(&as_data(&facts), [28, 28], 26), "size", [1, 28, 28], 26),
        (&linear(&json!({"type": "idx", "classes": 27}), [32, 32], 27), "classes", [1, 32, 32], 27),
        (&linear(&of_others, [32, 32], 26), "images", [1, 32, 32], 26),
    ] {
        let mut expected = json!({"what": what, "input": input, "classes": classes, "found": [1, 32, 32], "found_classes": 26});
        expected["data"] = as_data(&facts);
        let refused = compile(&session, spec)["error"].clone();
        let examined = examine(spec, serde_json::from_value(facts.clone()).ok().as_ref()).network.unwrap().training_refused.unwrap();
        for error in [refused, examined] {
            assert_eq!(error["kind"], "other_data", "{error}");
            for (field, value) in expected.as_object().unwrap() {
                assert_eq!(error[field], *value, "{what} {field}");
            }
        }
    }
    // The run before is there.
    assert_eq!(ask(&session, json!({"type": "step"}))["metrics"]["step"], 1);
    session.clear_data();
    let missing = compile(&session, &linear(&as_data(&facts), [32, 32], 26))["error"].clone();
    assert_eq!((&missing["what"], &missing["data"], &missing["found"]), (&json!("missing"), &json!("mnist"), &json!([1, 28, 28])));
}

#[test]
fn files_of_mnists_form_take_its_place_and_those_of_more_classes_do_not() {
    let session = session();
    let mnist = linear(&json!("mnist"), [28, 28], 10);
    for (classes, kind) in [(2, None), (10, None), (11, Some("other_data"))] {
        load(&session, &files([28, 28], classes, 4));
        assert_eq!(compile(&session, &mnist)["error"]["kind"].as_str(), kind, "{classes}");
    }
}

#[test]
fn an_image_of_another_size_is_refused() {
    let session = session();
    let facts = load(&session, &files([8, 8], 3, 4));
    compile(&session, &linear(&as_data(&facts), [8, 8], 3));
    for len in [784, 63, 0] {
        let error = ask(&session, json!({"type": "predict", "pixels": vec![0; len]}))["error"].clone();
        assert_eq!((&error["kind"], &error["expected"]), (&json!("invalid_pixels"), &json!(64)));
    }
    let looked = ask(&session, json!({"type": "look", "what": "activations", "nodes": ["input", "fc1"], "pixels": vec![9; 64]}));
    assert_eq!((&looked["maps"][0]["shape"], &looked["maps"][1]["shape"]), (&json!([1, 8, 8]), &json!([3])), "{looked}");
    // A trainer of another size than its images is none: the gathering kernel would read on behind them.
    let set = Dataset::from_idx(&pair(&files([8, 8], 3, 4)), None).unwrap();
    let spec = Spec::from_json(&linear(&as_data(&facts), [8, 16], 3)).unwrap();
    let refused = block_on(Trainer::new(spec, Device::Cpu(Kernels::Scalar), Rc::new(RefCell::new(set)))).unwrap_err();
    assert_eq!(refused, Error::Data(DataError::InvalidPixels { found: 64, expected: 128 }));
}

#[test]
fn letters_are_turned_in_a_session_and_other_images_are_not() {
    let session = session();
    assert_eq!(session.turn_letters().unwrap_err(), Error::Data(DataError::NoLetters));
    let labels: Vec<u8> = (1..=26).collect();
    let pixels: Vec<u8> = (0..26 * 784).map(|at| (at % 251) as u8).collect();
    let letters = [file(IMAGES_MAGIC, &[26, 28, 28], &pixels), file(LABELS_MAGIC, &[26], &labels)];
    assert_eq!(load(&session, &letters)["letters"], true);
    let turned = session.turn_letters().unwrap();
    assert_eq!((turned.train, turned.test, turned.facts.map(|facts| (facts.classes, facts.letters))), (26, 26, Some((26, false))));
    let sample = ask(&session, json!({"type": "sample", "split": "test", "index": 0}));
    assert_eq!((&sample["label"], &sample["pixels"][1]), (&json!(0), &json!(pixels[28])));
}

#[test]
fn a_run_on_images_of_its_own_goes_on_from_its_file_and_not_on_others() {
    let (one, other) = (files([16, 16], 12, 4), files([16, 16], 12, 5));
    let session = session();
    let facts = load(&session, &one);
    let any = linear(&json!({"type": "idx", "classes": 12}), [16, 16], 12);
    compile(&session, &any);
    ask(&session, json!({"type": "start", "epochs": 2}));
    assert!(session.begin_driving());
    while block_on(session.slice()) == Next::Continue {}
    let bytes = ask(&session, json!({"type": "checkpoint"}))["bytes"].clone();
    let again = |spec: &Value| ask(&session, json!({"type": "compile", "run": "fig", "spec": spec, "backend": "scalar", "bytes": bytes}));
    let same = again(&linear(&as_data(&facts), [16, 16], 12));
    assert_eq!((&same["restored"]["step"], &same["restored"]["other_data"]), (&json!(4), &json!(false)), "{same}");
    load(&session, &other);
    let others = again(&any);
    assert_eq!((&others["restored"]["step"], &others["restored"]["other_data"]), (&json!(0), &json!(true)));
    assert_eq!(again(&linear(&as_data(&facts), [16, 16], 12))["error"]["what"], "images");
}
