//! Time and the event loop, in the browser and natively.

/// Milliseconds since some fixed moment.
#[cfg(not(target_arch = "wasm32"))]
pub fn now_ms() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

/// Milliseconds since the worker began, from `performance.now()`.
#[cfg(target_arch = "wasm32")]
pub fn now_ms() -> f64 {
    use wasm_bindgen::JsCast;
    let global = js_sys::global();
    match global.dyn_ref::<web_sys::WorkerGlobalScope>().and_then(web_sys::WorkerGlobalScope::performance) {
        Some(performance) => performance.now(),
        None => js_sys::Date::now(),
    }
}

/// Lets the worker's event loop run, so that messages that have come are seen. Natively there is none.
#[cfg(not(target_arch = "wasm32"))]
pub async fn next_task() {}

/// Lets the worker's event loop run, so that messages that have come are seen: resolves in a new task. A timer would wait 4 ms every time; a
/// message does not.
#[cfg(target_arch = "wasm32")]
pub async fn next_task() {
    use wasm_bindgen::JsValue;
    let promise = js_sys::Promise::new(&mut |resolve, _reject| {
        let scheduled = web_sys::MessageChannel::new().and_then(|channel| {
            channel.port1().set_onmessage(Some(&resolve));
            channel.port2().post_message(&JsValue::NULL)
        });
        if scheduled.is_err() {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    // The promise has no way to reject.
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
