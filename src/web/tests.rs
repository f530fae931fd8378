//! Between the numbers of JavaScript and those of files: NaN and infinities, endless nesting, whole numbers of 64 bits, seeds.

use super::session::Session;
use super::trainer::Trainer;
use super::{examine, long_spec};
use js_sys::{Array, Float32Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

fn parsed(text: &str) -> JsValue {
    js_sys::JSON::parse(text).expect("JSON")
}

fn field(value: &JsValue, name: &str) -> String {
    let value = Reflect::get(value, &name.into()).expect("an object");
    value.as_string().unwrap_or_else(|| format!("{value:?}"))
}

fn network(training: &str) -> String {
    format!(r#"{{"version": 1, "layers": [{{"op": "flatten"}}, {{"op": "linear", "out_features": 10}}], "training": {training}}}"#)
}

#[wasm_bindgen_test]
fn a_number_that_no_double_holds_is_refused_with_its_place() {
    for (training, path, found) in [
        (r#"{"optimizer": {"learning_rate": 1e400}}"#, "training.optimizer.learning_rate", "inf"),
        (r#"{"batch_size": -1e400}"#, "training.batch_size", "-inf"),
        (r#"{"augmentation": {"scale": [1, 1e999]}}"#, "training.augmentation.scale[1]", "inf"),
    ] {
        let error = examine(parsed(&network(training)), JsValue::NULL).expect_err("it counts as absent otherwise");
        assert_eq!([field(&error, "kind"), field(&error, "path"), field(&error, "found")], ["invalid_value", path, found], "{training}");
    }
    let spec = parsed(r#"{"version": 1, "layers": [{"op": "dropout", "p": 0.5}]}"#);
    let layer = Array::from(&Reflect::get(&spec, &"layers".into()).expect("it is there")).get(0);
    Reflect::set(&layer, &"p".into(), &f64::NAN.into()).expect("set");
    assert_eq!(field(&examine(spec, JsValue::UNDEFINED).expect_err("no number"), "path"), "layers[0].p");
}

#[wasm_bindgen_test]
fn what_stands_too_deep_is_refused_and_the_engine_goes_on() {
    for depth in [200, 2_000, 100_000] {
        let (mut lists, mut objects) = (JsValue::from(Array::new()), JsValue::from(Object::new()));
        for _ in 0..depth {
            lists = Array::of1(&lists).into();
            let outer = Object::new();
            Reflect::set(&outer, &"l".into(), &objects).expect("set");
            objects = outer.into();
        }
        for deep in [lists, objects] {
            for refused in [examine(deep.clone(), JsValue::NULL).err(), long_spec(deep).err()] {
                let error = refused.expect("it has no end");
                assert_eq!([field(&error, "kind"), field(&error, "found")], ["invalid_value", "127"], "{depth}");
            }
        }
    }
    assert!(examine(parsed(&network("{}")), JsValue::NULL).is_ok());
}

#[wasm_bindgen_test]
async fn a_seed_is_not_cut_to_32_bits() {
    let mut images = [[0, 0, 8, 3], [0, 0, 0, 64], [0, 0, 0, 28], [0, 0, 0, 28]].concat();
    images.resize(16 + 64 * 784, 7);
    let labels = [vec![0, 0, 8, 1, 0, 0, 0, 64], vec![3; 64]].concat();
    let made = Trainer::create(parsed(&network("{}")), "scalar".into(), images.clone(), labels.clone(), images, labels);
    let trainer = JsFuture::from(made).await.expect("it fits");
    let call = async |name: &str, argument: JsValue| {
        let method = Reflect::get(&trainer, &name.into()).expect("a method").unchecked_into::<Function>();
        JsFuture::from(method.call1(&trainer, &argument).expect("called").unchecked_into::<Promise>()).await
    };
    let mut drawn = Vec::new();
    for seed in [1.0, 4_294_967_297.0, 9_007_199_254_740_991.0] {
        call("reset", seed.into()).await.expect("a seed");
        drawn.push(Float32Array::from(call("readParameter", "fc1.weight".into()).await.expect("there")).to_vec());
    }
    assert!(drawn[0] != drawn[1] && drawn[1] != drawn[2], "each seed has its own weights");
    for wrong in [-1.0, 0.5, 9_007_199_254_740_992.0, f64::NAN, f64::INFINITY] {
        let error = call("reset", wrong.into()).await.expect_err("no seed");
        assert_eq!([field(&error, "kind"), field(&error, "path")], ["invalid_value", "seed"], "{wrong}");
    }
}

/// Sizes in a file are 64 bits wide: an error that tells them is an object all the same.
#[wasm_bindgen_test]
async fn an_error_with_a_number_that_no_double_holds_is_an_object() {
    for end in [9_007_199_254_740_993u64, 1 << 60, u64::MAX] {
        let header = format!(r#"{{"fc1.bias":{{"dtype":"F32","shape":[10],"data_offsets":[0,{end}]}}}}"#);
        let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 40]].concat();
        let session = Session::new(Function::new_no_args(""), None);
        let request = Object::assign(&Object::new(), parsed(r#"{"type": "compile", "run": "a", "backend": "cpu"}"#).unchecked_ref());
        Reflect::set(&request, &"spec".into(), &parsed(&network("{}"))).expect("set");
        Reflect::set(&request, &"bytes".into(), &Uint8Array::from(&file[..])).expect("set");
        let reply = JsFuture::from(session.handle(request.into())).await.expect("a reply");
        let error = Reflect::get(&reply, &"error".into()).expect("an error");
        assert_eq!([field(&error, "kind"), field(&error, "flaw"), field(&error, "tensor")], ["malformed_tensor", "outside", "fc1.bias"]);
        assert_eq!(Reflect::get(&error, &"found".into()).expect("it is there").as_f64(), Some(end as f64));
    }
}
