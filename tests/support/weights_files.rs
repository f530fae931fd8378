//! Files of weights, sound and flawed, for a small network: what is read of each, natively and in 32-bit WebAssembly.

use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::core::error::{DataError, Error, NotFinite, TrainError, WeightsError};
use receptive::data::dataset::{Dataset, IdxPair, SIDE, Split};
use receptive::data::{idx, shard};
use receptive::inference::Inference;
use receptive::network::spec::Spec;
use receptive::run::session::Session;
use receptive::run::trainer::{Image, Trainer};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

const LAYERS: &str = r#"[{"op": "conv2d", "out_channels": 2, "kernel_size": 3, "stride": 9}, {"op": "batch_norm2d"}, {"op": "relu"}, {"op": "flatten"},
    {"op": "linear", "out_features": 10}]"#;
/// Its tensors, in the order of a state_dict.
const TENSORS: [(&str, &[usize]); 8] = [
    ("conv1.weight", &[2, 1, 3, 3]),
    ("conv1.bias", &[2]),
    ("bn1.weight", &[2]),
    ("bn1.bias", &[2]),
    ("bn1.running_mean", &[2]),
    ("bn1.running_var", &[2]),
    ("fc1.weight", &[10, 18]),
    ("fc1.bias", &[10]),
];

fn spec() -> Value {
    let layers: Value = serde_json::from_str(LAYERS).unwrap();
    json!({"version": 1, "layers": layers, "training": {"batch_size": 10, "epochs": 1}})
}

/// A value that half precision of both kinds holds exactly.
fn value(tensor: usize, at: usize) -> f32 {
    ((tensor * 7 + at * 5) % 16 + 1) as f32 / 16.0
}

fn values(tensor: usize) -> Vec<f32> {
    (0..TENSORS[tensor].1.iter().product()).map(|at| value(tensor, at)).collect()
}

/// A number of a type, as its bytes; values here are 1/16 to 1.
fn encoded(dtype: &str, value: f32) -> Vec<u8> {
    match dtype {
        "F64" => f64::from(value).to_le_bytes().to_vec(),
        "BF16" => ((value.to_bits() >> 16) as u16).to_le_bytes().to_vec(),
        "F16" if value.is_finite() => {
            let (exponent, fraction) = ((value.to_bits() >> 23) - 112, value.to_bits() >> 13 & 0x3ff);
            ((exponent << 10 | fraction) as u16).to_le_bytes().to_vec()
        }
        "F16" => 0x7e00u16.to_le_bytes().to_vec(),
        _ => value.to_le_bytes().to_vec(),
    }
}

/// One tensor of a file: its entry's text in the header, and its bytes.
struct Part {
    name: String,
    dtype: String,
    shape: String,
    bytes: Vec<u8>,
}

fn parts(dtype: &str, name: impl Fn(&str) -> String) -> Vec<Part> {
    let part = |(at, (of, shape)): (usize, &(&str, &[usize]))| {
        let bytes = values(at).into_iter().flat_map(|value| encoded(dtype, value)).collect();
        Part { name: name(of), dtype: dtype.into(), shape: format!("{shape:?}"), bytes }
    };
    TENSORS.iter().enumerate().map(part).collect()
}

/// A file of these parts; `entry` writes what the header says of one, by its place and its offsets.
fn file_with(parts: &[Part], entry: impl Fn(usize, &Part, [u64; 2]) -> String) -> Vec<u8> {
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    for (at, part) in parts.iter().enumerate() {
        let from = data.len() as u64;
        data.extend_from_slice(&part.bytes);
        entries.push(entry(at, part, [from, data.len() as u64]));
    }
    raw(&format!("{{{}}}", entries.join(",")), &data)
}

fn raw(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

fn entry(_: usize, Part { name, dtype, shape, .. }: &Part, [from, to]: [u64; 2]) -> String {
    format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{from},{to}]}}"#)
}

fn file(parts: &[Part]) -> Vec<u8> {
    file_with(parts, entry)
}

/// A sound file, one tensor of which has other offsets.
fn moved(tensor: usize, places: impl Fn([u64; 2]) -> String) -> Vec<u8> {
    file_with(&parts("F32", str::to_owned), |at, part, offsets| {
        let sound = entry(at, part, offsets);
        if at == tensor { sound.replace(&format!("[{},{}]", offsets[0], offsets[1]), &places(offsets)) } else { sound }
    })
}

/// A sound file with its header's text changed.
fn edited(change: impl Fn(&str) -> String) -> Vec<u8> {
    let sound = file(&parts("F32", str::to_owned));
    let len = u64::from_le_bytes(sound[..8].try_into().unwrap()) as usize;
    raw(&change(std::str::from_utf8(&sound[8..8 + len]).unwrap()), &sound[8 + len..])
}

const HIGH: u64 = 1 << 32;

/// Flawed files: what breaks the rules, of which tensor.
fn flawed() -> Vec<(&'static str, Vec<u8>, Option<&'static str>)> {
    let parts = parts("F32", str::to_owned);
    let sound = file(&parts);
    let with = |more: &[u8]| [&sound, more].concat();
    let holed = file_with(&parts, |at, part, [from, to]| entry(at, part, [from, to].map(|place| place + 8 * u64::from(at > 4))));
    let twice = |name: &str| {
        let extra = format!(r#","{name}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}}}"#);
        edited(|header| format!("{}{extra}", header.strip_suffix('}').unwrap()))
    };
    vec![
        // 64 bits that 32 would cut off.
        ("outside", moved(0, |[from, to]| format!("[{},{}]", from + HIGH, to + HIGH)), Some("conv1.weight")),
        ("outside", moved(3, |[from, to]| format!("[{from},{}]", to + HIGH)), Some("bn1.bias")),
        ("order", moved(7, |[from, to]| format!("[{},{to}]", from + 3 * HIGH)), Some("fc1.bias")),
        (
            "size",
            edited(|header| header.replace("[2,1,3,3]", "[2, 1, 3, 3]").replace("[2, 1, 3, 3]", "[4294967298,1,3,3]")),
            Some("conv1.weight"),
        ),
        ("size", edited(|header| header.replace("[10, 18]", "[4294967306, 18]")), Some("fc1.weight")),
        ("number", edited(|header| header.replace("[10, 18]", "[4294967296, 4294967296]")), Some("fc1.weight")),
        ("number", edited(|header| header.replace("[10, 18]", "[18446744073709551626, 18]")), Some("fc1.weight")),
        // Rounded to doubles these would be what they should be, or something near.
        ("outside", moved(7, |[from, _]| format!("[{from},9007199254740993]")), Some("fc1.bias")),
        ("number", edited(|header| header.replace("[10, 18]", "[10.0, 18]")), Some("fc1.weight")),
        ("number", edited(|header| header.replace("[10, 18]", "[1e1, 18]")), Some("fc1.weight")),
        ("number", edited(|header| header.replace("[10, 18]", "[-10, 18]")), Some("fc1.weight")),
        // JSON, and no safetensors.
        ("duplicate", twice("conv1.weight"), Some("conv1.weight")),
        ("duplicate", twice("conv1.\\u0062ias"), Some("conv1.bias")),
        ("duplicate", edited(|header| format!(r#"{{"__metadata__":{{"a":"1","a":"2"}},{}"#, &header[1..])), Some("__metadata__.a")),
        ("overlap", moved(1, |[from, to]| format!("[{},{}]", from - 8, to - 8)), Some("conv1.bias")),
        ("overlap", moved(3, |_| "[80,88]".into()), Some("bn1.weight")),
        ("hole", [holed, vec![0; 8]].concat(), Some("bn1.running_var")),
        ("trailing", with(&[0; 4]), None),
        ("outside", sound[..sound.len() - 1].to_vec(), Some("fc1.bias")),
        ("fields", edited(|header| header.replacen(r#""dtype":"F32","#, "", 1)), Some("conv1.weight")),
        ("fields", edited(|header| header.replacen(r#""dtype""#, r#""endian":"big","dtype""#, 1)), Some("conv1.weight")),
        ("fields", edited(|header| header.replacen(r#""dtype""#, r#""dtype":"F32","dtype""#, 1)), Some("conv1.weight")),
        ("fields", moved(0, |[from, to]| format!("[{from},{to},{to}]")), Some("conv1.weight")),
        ("size", edited(|header| header.replacen("F32", "F64", 1)), Some("conv1.weight")),
        ("json", edited(|header| format!(" {header}")), None),
        ("json", edited(|header| format!("{header}x")), None),
        ("json", edited(|header| header.replacen("}", ",}", 1)), None),
        ("json", edited(|header| header.strip_suffix('}').unwrap().to_owned()), None),
        ("json", raw("[]", &[]), None),
        ("text", raw("{\"\u{0}\"", &[]).into_iter().map(|byte| if byte == 0x22 { 0xff } else { byte }).collect(), None),
        ("header_length", [&(HIGH + 8).to_le_bytes(), &sound[8..]].concat(), None),
        ("short", sound[..7].to_vec(), None),
        ("short", Vec::new(), None),
    ]
}

/// Files of other programs by what they begin with.
fn foreign() -> [(&'static str, Vec<u8>); 5] {
    let zip = |name: &str| [b"PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0", name.as_bytes(), &[0; 40]].concat();
    [
        ("pytorch_zip", zip("archive/data.pkl")),
        ("pytorch_zip", zip("resnet18/version")),
        ("pickle", [&b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."[..], &[0; 40]].concat()),
        ("numpy", zip("fc.weight.npy")),
        ("keras", [&b"\x89HDF\r\n\x1a\n"[..], &[0; 40]].concat()),
    ]
}

/// Ten images with a stripe each.
fn images() -> (Vec<u8>, Vec<u8>) {
    let mut images = [[0, 0, 8, 3], [0, 0, 0, 10], [0, 0, 0, SIDE as u8], [0, 0, 0, SIDE as u8]].concat();
    for label in 0..10 {
        images.extend((0..SIDE * SIDE).map(|at| if at % SIDE / 2 == label { 255 } else { (at * 7 % 50) as u8 }));
    }
    (images, [vec![0, 0, 8, 1, 0, 0, 0, 10], (0..10).collect()].concat())
}

fn dataset() -> Dataset {
    let (images, labels) = images();
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    Dataset::from_idx(&pair, Some(&pair)).expect("IDX files")
}

async fn trainer() -> Trainer {
    let spec = Spec::from_json(&spec()).expect("it is valid");
    Trainer::new(spec, Device::Cpu(Kernels::Simd), Rc::new(RefCell::new(dataset()))).await.expect("it fits")
}

async fn inference() -> Inference {
    let spec = Spec::from_json(&spec()).expect("it is valid");
    Inference::new(&spec, Device::Cpu(Kernels::Simd)).await.expect("it fits")
}

async fn says(trainer: &mut Trainer) -> Vec<u32> {
    let logits = trainer.predict(Image { pixels: &[90; SIDE * SIDE], draw: 0 }).await.expect("it runs").logits;
    logits.into_iter().map(f32::to_bits).collect()
}

/// Refuses every flawed file, in training and where it only computes, with what is wrong and the tensor, and changes nothing.
pub async fn flawed_files_are_refused_and_change_nothing() {
    let (mut trainer, mut network) = (trainer().await, inference().await);
    trainer.train_step().expect("a step");
    network.draw_weights(3).expect("drawn");
    let (before, image) = (says(&mut trainer).await, [0.5; SIDE * SIDE]);
    let other = network.forward(&image).await.expect("it runs");
    for (at, (flaw, bytes, tensor)) in flawed().into_iter().enumerate() {
        let source: &[u8] = &bytes;
        for error in
            [trainer.restore_file(&bytes).await.expect_err("flawed"), network.load_weights(&source, |_, _| ()).await.expect_err("flawed")]
        {
            let found = match &error {
                Error::Weights(WeightsError::MalformedWeights { flaw, .. }) => (*flaw, None),
                Error::Weights(WeightsError::MalformedTensor { tensor, flaw, .. }) => (*flaw, Some(tensor.as_str())),
                other => panic!("{at} {flaw}: {other}"),
            };
            assert_eq!(found.0, flaw, "{at}: {error}");
            assert!(tensor.is_none() || tensor == found.1, "{at} {flaw} of {tensor:?}: {error}");
        }
    }
    for (format, bytes) in foreign() {
        let source: &[u8] = &bytes;
        let expected = Error::from(WeightsError::ForeignWeights { format });
        assert_eq!(trainer.restore_file(&bytes).await.expect_err("foreign"), expected);
        assert_eq!(network.load_weights(&source, |_, _| ()).await.expect_err("foreign"), expected);
    }
    assert_eq!((says(&mut trainer).await, trainer.steps()), (before, 1));
    assert_eq!(network.forward(&image).await.expect("it runs"), other);
}

/// Whatever blanks, order and texts the format allows.
fn sound() -> Vec<(&'static str, Vec<u8>)> {
    let of = |dtype| file(&parts(dtype, str::to_owned));
    let mut backwards = parts("F32", str::to_owned);
    backwards.reverse();
    let later = parts("F32", str::to_owned).into_iter().chain([Part {
        name: "bn1.num_batches_tracked".into(),
        dtype: "F3_LATER".into(),
        shape: "[]".into(),
        bytes: vec![0; 3],
    }]);
    vec![
        ("F32", of("F32")),
        ("F16", of("F16")),
        ("BF16", of("BF16")),
        ("F64", of("F64")),
        ("backwards", file(&backwards)),
        ("blanks", edited(|header| format!("{}  \n ", header.replace(':', " :\t").replace(',', "\r\n , ")))),
        ("escapes", edited(|header| header.replace("conv1.bias", "\\u0063onv1.b\\u0069as"))),
        ("texts", edited(|header| format!(r#"{{"__metadata__":{{"format":"pt","a\"\\\/\b\f\n\r\t":"\ud83d\ude00 ü"}},{}"#, &header[1..]))),
        ("a type that came later", file(&later.collect::<Vec<_>>())),
    ]
}

/// Names with what wrappers put before them, and what is said to have been taken off.
fn wrapped() -> Vec<(Vec<u8>, Vec<&'static str>)> {
    let of = |start: &'static str| (file(&parts("F32", |name| format!("{start}{name}"))), vec![start]);
    let mixed = |name: &str| match name.split_once('.') {
        Some(("conv1", role)) => format!("model.conv1._orig_mod.{role}"),
        _ => format!("model.{name}"),
    };
    vec![
        of("module."),
        of("_orig_mod."),
        of("model."),
        of("module._orig_mod."),
        of("_orig_mod.module.model."),
        of("students.encoder."),
        (file(&parts("F16", mixed)), vec!["model.", "model._orig_mod."]),
    ]
}

/// Reads every sound file, in training and where it only computes: values are those of the file, whatever their type and names.
pub async fn sound_files_are_read() {
    let image = [0.25; SIDE * SIDE];
    let mut expected = None;
    let plain = sound().into_iter().map(|(what, bytes)| (what, bytes, vec![]));
    for (what, bytes, off) in plain.chain(wrapped().into_iter().map(|(bytes, off)| (off[0], bytes, off))) {
        let (mut trainer, mut network) = (trainer().await, inference().await);
        let restored = trainer.restore_file(&bytes).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((restored.kept.len(), restored.fresh.len(), trainer.steps()), (TENSORS.len(), 0, 0), "{what}");
        assert_eq!(
            (&restored.taken_off[..], &restored.not_finite[..]),
            (&off.iter().map(|&off| off.to_owned()).collect::<Vec<_>>()[..], &[][..]),
            "{what}"
        );
        for (at, name) in [(0, "conv1.weight"), (1, "conv1.bias"), (2, "bn1.gamma"), (3, "bn1.beta"), (6, "fc1.weight"), (7, "fc1.bias")] {
            assert_eq!(trainer.read_parameter(name).await.expect("read"), values(at), "{what}: {name}");
        }
        let source: &[u8] = &bytes;
        let report = network.load_weights(&source, |_, _| ()).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((report.loaded, report.ignored.len(), report.taken_off == off), (TENSORS.len(), 0, true), "{what}: {report:?}");
        let logits = network.forward(&image).await.expect("it runs").1;
        assert_eq!(*expected.get_or_insert_with(|| logits.clone()), logits, "{what}");
    }
}

/// A file of which nothing fits, and one where two tensors could be meant, change nothing and say what they have.
pub async fn files_of_which_nothing_fits_change_nothing() {
    let other = file(&parts("F32", |name| format!("{}_v", name.replace('.', "/"))));
    let whole = edited(|header| header.replace("F32", "I32"));
    let two: Vec<Part> =
        parts("F32", |name| format!("model.{name}")).into_iter().chain(parts("F32", |name| format!("module.{name}"))).collect();
    for (bytes, has) in [(other, "fc1/weight_v F32 [10, 18]"), (whole, "conv1.bias I32 [2]"), (file(&two), "module.fc1.bias F32 [10]")] {
        let (mut trainer, mut network) = (trainer().await, inference().await);
        trainer.train_step().expect("a step");
        let before = says(&mut trainer).await;
        let source: &[u8] = &bytes;
        for error in [
            trainer.restore_file(&bytes).await.expect_err("nothing fits"),
            network.load_weights(&source, |_, _| ()).await.expect_err("nothing fits"),
        ] {
            let Error::Weights(WeightsError::WeightsMismatch { tensors, file }) = &error else { panic!("{error}") };
            assert_eq!(tensors.len(), TENSORS.len(), "{error}");
            assert!(file.iter().any(|tensor| tensor == has), "{has} in {file:?}");
        }
        assert_eq!((says(&mut trainer).await, trainer.steps()), (before, 1));
    }
}

/// A file whose bytes of one tensor are overwritten from one value on.
fn spoilt(tensor: usize, dtype: &str, values: &[f32]) -> Vec<u8> {
    let mut parts = parts(dtype, str::to_owned);
    let bytes: Vec<u8> = values.iter().flat_map(|&value| encoded(dtype, value)).collect();
    parts[tensor].bytes[..bytes.len()].copy_from_slice(&bytes);
    file(&parts)
}

/// Values that are not finite are counted by tensor on opening; training and evaluation name them and not the learning rate; nothing says a class.
pub async fn values_that_are_not_finite_are_named_and_give_no_class() {
    let cases = [
        (0, "F32", vec![f32::NAN], 1),
        (6, "F32", vec![f32::INFINITY, f32::NEG_INFINITY, f32::NAN], 3),
        (7, "F16", vec![f32::NAN], 1),
        (4, "BF16", vec![f32::NAN], 1),
    ];
    for (at, dtype, values, count) in cases {
        let bytes = spoilt(at, dtype, &values);
        let tensors = vec![NotFinite { name: TENSORS[at].0.to_owned(), count }];
        let mut trainer = trainer().await;
        assert_eq!(trainer.restore_file(&bytes).await.expect("it is sound").not_finite, tensors);
        let blamed = |error: Error, steps: u64| {
            let Error::Train(TrainError::NonFiniteWeights { step, tensors: found, loaded: true, .. }) = &error else { panic!("{error}") };
            assert_eq!((*step, found), (steps, &tensors), "{error}");
        };
        blamed(trainer.evaluate(Split::Test, 10).await.expect_err("it says nothing"), 0);
        // Training does not read the running mean, and what reads it later is NaN all the same.
        let trained = trainer.train_step();
        trained.expect("it runs");
        match trainer.take_training_sums().await {
            Err(error) => blamed(error, 0),
            Ok(_) => {
                assert_eq!(at, 4);
                blamed(trainer.evaluate(Split::Test, 10).await.expect_err("it says nothing"), 1);
            }
        }
        let mut network = inference().await;
        let source: &[u8] = &bytes;
        assert_eq!(network.load_weights(&source, |_, _| ()).await.expect("it is sound").not_finite, tensors);
        let logits = network.forward(&[0.25; SIDE * SIDE]).await.expect("it runs").1;
        assert!(receptive::inference::ranking::top(&logits, 5).is_empty(), "{at}: {logits:?}");
        // A fresh start is a sound one.
        trainer.reset(1).expect("reset");
        trainer.train_step().expect("a step");
        assert!(trainer.take_training_sums().await.expect("sound").mean_loss().is_finite());
    }
}

async fn ask(session: &Session, request: Value) -> Value {
    serde_json::to_value(session.handle(serde_json::from_value(request).expect("a request")).await).expect("a reply")
}

/// A network comes with its weights or not at all: the run before stays where the file is refused.
pub async fn a_refused_file_leaves_the_run_before() {
    let session = Session::new(|_| (), None);
    let (images, labels) = images();
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    session.load_idx(&pair, Some(&pair)).expect("IDX files");
    let compile =
        |run: &str, bytes: Option<Vec<u8>>| json!({"type": "compile", "run": run, "spec": spec(), "backend": "cpu", "bytes": bytes});
    assert_eq!(ask(&session, compile("kiwi", None)).await["restored"], Value::Null);
    assert_eq!(ask(&session, json!({"type": "step"})).await["metrics"]["step"], 1);
    let predict = json!({"type": "predict", "pixels": vec![90; SIDE * SIDE]});
    let before = ask(&session, predict.clone()).await;
    let own = ask(&session, json!({"type": "checkpoint", "note": "mine"})).await["bytes"].clone();
    let own: Vec<u8> = serde_json::from_value(own).expect("bytes");
    let sound = file(&parts("F16", |name| format!("module.{name}")));
    let endless = {
        let text = String::from_utf8_lossy(&own[8..]).find("\"step\":\"1\"").expect("its step");
        [&own[..8 + text], &b"\"step\":\"9007199254740993\""[..], &own[8 + text + 10..]].concat()
    };
    let longer = (u64::from_le_bytes(own[..8].try_into().expect("eight")) + 15).to_le_bytes();
    let endless = [&longer, &endless[8..]].concat();
    for (kind, bytes) in [
        ("malformed_tensor", moved(0, |[from, to]| format!("[{},{}]", from + HIGH, to + HIGH))),
        ("weights_mismatch", edited(|header| header.replace("F32", "U32"))),
        ("foreign_weights", foreign()[0].1.clone()),
        ("malformed_weights", own[..9].to_vec()),
        // A number that JavaScript cannot hold.
        ("malformed_weights", endless),
    ] {
        let refused = ask(&session, compile("oak", Some(bytes))).await;
        assert_eq!(refused["error"]["kind"], kind, "{refused}");
        let now = ask(&session, predict.clone()).await;
        assert_eq!((&now["run"], &now["logits"]), (&json!("kiwi"), &before["logits"]), "{kind}");
    }
    let restored = ask(&session, compile("oak", Some(own))).await["restored"].clone();
    assert_eq!(
        (&restored["step"], &restored["note"], restored["fresh"].as_array().map(Vec::len)),
        (&json!(1), &json!("mine"), Some(0)),
        "{restored}"
    );
    assert_eq!(ask(&session, predict.clone()).await["logits"], before["logits"]);
    let restored = ask(&session, compile("fig", Some(sound))).await["restored"].clone();
    assert_eq!((&restored["step"], &restored["taken_off"]), (&json!(0), &json!(["module."])), "{restored}");
    // Of a network that differs in a layer, what fits is taken.
    let mut wider = spec();
    wider["layers"][4] = json!({"op": "linear", "name": "fc9", "out_features": 10});
    let bytes = file(&parts("F64", str::to_owned));
    let restored =
        ask(&session, json!({"type": "compile", "run": "elm", "spec": wider, "backend": "cpu", "bytes": bytes})).await["restored"].clone();
    assert_eq!(restored["fresh"], json!(["fc9.weight", "fc9.bias"]), "{restored}");
    // What is not finite says no class: not in the answer to all images either.
    ask(&session, compile("nut", Some(spoilt(7, "F32", &[f32::NAN])))).await;
    let wrong = ask(&session, json!({"type": "predictions", "split": "test"})).await;
    assert_eq!(wrong["error"]["kind"], "non_finite_weights", "{wrong}");
    let started = ask(&session, json!({"type": "step"})).await;
    assert_eq!((&started["error"]["kind"], &started["error"]["loaded"]), (&json!("non_finite_weights"), &json!(true)), "{started}");
}

/// Sizes of images whose product is a few bytes more than 32 bits hold are not taken for those few bytes.
pub fn products_that_32_bits_cut_off_are_refused() {
    for (sizes, bytes) in [([65_536u32, 256, 256], 0), ([65_537, 256, 256], 65_536), ([4, 1 << 15, 1 << 15], 0), ([u32::MAX; 3], 1)] {
        let header = [0x0803u32].iter().chain(&sizes).flat_map(|number| number.to_be_bytes());
        let file: Vec<u8> = header.chain(vec![0; bytes]).collect();
        let refused = idx::images("images", &file).expect_err("it is too short");
        let needed = sizes.iter().try_fold(1u64, |all, &size| all.checked_mul(size.into())).map_or(u64::MAX, |all| all + 16);
        assert_eq!(refused, DataError::Truncated { file: "images".into(), offset: file.len(), needed }, "{sizes:?}");
        // The same in a shard, which has a label an image behind.
        let [images, rows, columns] = sizes;
        let body = vec![0; bytes + 4];
        let numbers = [shard::MAGIC, 1, 0, images, rows, columns, 0, images];
        let file: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).chain(body).collect();
        assert!(matches!(shard::read("shard", &file), Err(DataError::Truncated { .. })), "{sizes:?}");
    }
}
