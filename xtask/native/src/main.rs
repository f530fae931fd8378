//! The engine without a browser. `cargo xtask` builds it optimised and runs it; xtask itself does not depend on the
//! engine, so that it compiles in seconds and still runs when the engine does not compile.
//!
//! `describe NAME|SPEC.json [--json]`, `plan NAME|SPEC.json [BATCH] [--json]`, `list [--json]`, `spec NAME|SPEC.json` print; `conformance` reads its cases from standard input.

mod conformance;
mod describe;
mod plan;
mod spec;
mod text;

use std::process::ExitCode;

/// Why a command stopped: text for people, or an object for `--json`.
enum Stop {
    /// For people.
    Message(String),
    /// One of the engine's own errors.
    Engine(receptive::core::error::Error),
}

impl<E: Into<receptive::core::error::Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let json = args.iter().any(|arg| arg == "--json");
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--json").collect();
    let result = match words[..] {
        ["describe", network] => describe::describe(network, json),
        ["plan", network] => plan::plan(network, None, json),
        ["plan", network, batch] => plan::plan(network, Some(batch), json),
        ["list"] => {
            describe::list(json);
            Ok(())
        }
        ["spec", network] => spec::find(network).map(|spec| println!("{spec}")),
        ["conformance"] => conformance::run(),
        _ => Err(Stop::Message(
            "usage: describe NAME|SPEC.json | plan NAME|SPEC.json [BATCH] | list | spec NAME|SPEC.json | conformance".into(),
        )),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            match stop {
                Stop::Message(message) => eprintln!("error: {message}"),
                Stop::Engine(error) if json => println!("{}", error.to_json()),
                Stop::Engine(error) => {
                    let kind = error.to_json()["kind"].as_str().unwrap_or("error").to_owned();
                    eprintln!("error: {kind}: {error}");
                }
            }
            ExitCode::FAILURE
        }
    }
}
