//! One test for each reference case on each CPU kernel set, and for each preset: they spread over the cores, and what fails has a name.

mod presets;
mod reference;

fn main() -> std::process::ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let mut trials = presets::trials();
    trials.extend(reference::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
