//! One test for each reference case on each CPU kernel set, and for each preset: they spread over the cores, and what fails has a name.

#[cfg(not(target_arch = "wasm32"))]
mod presets;
#[cfg(all(feature = "harness", not(target_arch = "wasm32")))]
mod reference;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let mut trials = presets::trials();
    #[cfg(feature = "harness")]
    trials.extend(reference::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
