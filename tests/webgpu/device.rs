//! Devices: selection, limits, memory, loss.

use std::cell::RefCell;
use std::rc::Rc;

use receptive::backend::Backend;
use receptive::backend::wgpu::Wgpu;
use receptive::core::error::DeviceError;
use receptive::ir::program::{BufferId, BufferSpec, Program, Range};
use receptive::run::select::{BackendChoice, select};
use receptive::run::self_check::self_check;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::open;

fn floats(label: &str, len: usize, fill: f32) -> BufferSpec {
    BufferSpec { label: label.into(), len, words: false, fill, contents: None, external: None }
}

fn all(len: usize) -> Range {
    Range { buffer: BufferId(0), offset: 0, len }
}

#[wasm_bindgen_test]
async fn the_adapter_passes_the_self_check() {
    let wgpu = open().await;
    assert!(!wgpu.adapter_name().is_empty());
    self_check(&wgpu).await.expect("right results");
    self_check(&wgpu.with_chip_passes(true)).await.expect("right results by the passes for chips");
}

#[wasm_bindgen_test]
async fn a_software_adapter_is_used_only_when_asked_for() {
    // The browser of these tests has no other.
    let refused = Wgpu::open(false).await.expect_err("it is a program");
    assert!(matches!(refused, DeviceError::SoftwareAdapter { .. }), "{refused}");
    assert_eq!(select(BackendChoice::Webgpu).await.expect_err("it is a program"), refused);

    let automatic = select(BackendChoice::Auto).await.expect("there is a CPU");
    assert_eq!(automatic.status.backend, "cpu");
    assert_eq!(automatic.status.reason.expect("a reason")["kind"], "software_adapter");

    let asked = select(BackendChoice::WebgpuSoftware).await.expect("it was asked for");
    assert_eq!((asked.status.backend, asked.status.kernels, asked.status.software), ("webgpu", "wgsl", true));
    assert!(asked.status.adapter.is_some() && asked.status.reason.is_none());
}

#[wasm_bindgen_test]
async fn buffers_start_as_their_fill_and_keep_what_is_written() {
    let mut wgpu = open().await;
    let buffers = [wgpu.allocate(&floats("halves", 100_000, 0.5)).expect("memory")];
    assert!(wgpu.read(&buffers, all(100_000)).await.expect("read").iter().all(|&value| value == 0.5));
    let [mut buffer] = buffers;
    wgpu.write(&mut buffer, 64, &[1.0, 2.0, 3.0]).expect("written");
    let read = wgpu.read(&[buffer], Range { buffer: BufferId(0), offset: 63, len: 5 }).await.expect("read");
    assert_eq!(read, [0.5, 1.0, 2.0, 3.0, 0.5]);
}

#[wasm_bindgen_test]
async fn a_table_starts_with_its_contents() {
    let mut wgpu = open().await;
    let spec = BufferSpec { contents: Some([1.0, -2.0, 3.0, 0.5].into()), ..floats("table", 4, 9.0) };
    let buffers = [wgpu.allocate(&spec).expect("memory")];
    assert_eq!(wgpu.read(&buffers, all(4)).await.expect("read"), [1.0, -2.0, 3.0, 0.5]);
}

#[wasm_bindgen_test]
async fn shared_words_follow_the_host() {
    let mut wgpu = open().await;
    let words = Rc::new(RefCell::new(vec![1, 2, 3, 4]));
    let buffers = [wgpu.share(&words, 8, "data").expect("memory")];
    assert_eq!(wgpu.read_words(&buffers, all(8)).await.expect("read"), [1, 2, 3, 4, 0, 0, 0, 0]);
    words.borrow_mut().extend([5, 6]);
    wgpu.refresh(&buffers[0], &words, 4, 6).expect("written");
    assert_eq!(wgpu.read_words(&buffers, all(8)).await.expect("read"), [1, 2, 3, 4, 5, 6, 0, 0]);
}

#[wasm_bindgen_test]
async fn what_passes_a_limit_is_refused_with_the_numbers() {
    let mut wgpu = open().await;
    let refused = wgpu.allocate(&floats("activations", 1 << 30, 0.0)).expect_err("4 GiB");
    let DeviceError::LimitExceeded { what, needed, limit } = refused else { panic!("{refused}") };
    assert_eq!((what.as_str(), needed), ("activations", 1 << 32));
    assert!(limit >= 128 << 20);
    let mut small = wgpu.allocate(&floats("small", 8, 0.0)).expect("memory");
    let refused = wgpu.write(&mut small, 4, &[0.0; 8]).expect_err("it does not fit");
    assert_eq!(refused, DeviceError::LimitExceeded { what: "small".into(), needed: 48, limit: 32 });
}

#[wasm_bindgen_test]
async fn a_lost_device_is_reported_by_every_later_call() {
    let mut wgpu = open().await;
    let mut buffer = wgpu.allocate(&floats("buffer", 64, 0.0)).expect("memory");
    let program = wgpu.prepare(&Program::default(), &[]).await.expect("nothing to do");
    wgpu.destroy();
    // The loss is reported by a callback; a read waits long enough for it.
    let lost = |error: &DeviceError| matches!(error, DeviceError::DeviceLost { .. } | DeviceError::DeviceFailed { .. });
    let _first = wgpu.read(std::slice::from_ref(&buffer), all(64)).await.expect_err("it is gone");
    assert!(lost(&_first), "{_first}");
    let calls = [
        wgpu.write(&mut buffer, 0, &[1.0]),
        wgpu.run(&program, &mut []),
        wgpu.finish().await,
        wgpu.allocate(&floats("more", 64, 0.0)).map(|_| ()),
        wgpu.prepare(&Program::default(), &[]).await.map(|_| ()),
    ];
    for call in calls {
        assert!(matches!(call, Err(DeviceError::DeviceLost { .. })), "{call:?}");
    }
}
