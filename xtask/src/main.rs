//! Project commands: `cargo xtask help`.

mod args;
mod bench;
mod build;
mod conformance;
mod counts;
mod data;
mod experiment;
mod export;
mod failure;
mod forward;
mod lints;
mod machine;
mod native;
mod performance;
mod process;
mod project;
mod serve;
mod setup;
mod suite;
mod table;
mod train;

use std::process::ExitCode;

use args::Command;
use failure::Result;
use lints::Warnings;
use project::Project;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether everything the command checked was in order.
fn run() -> Result<bool> {
    let command = args::parse(std::env::args_os().skip(1))?;
    let mut project = Project::find()?;
    match command {
        Command::Help => println!("{}", args::USAGE),
        Command::Setup => setup::prepare(&mut project, setup::ALL)?,
        Command::Build => {
            setup::prepare(&mut project, setup::FOR_BUILD)?;
            build::build(&project, Warnings::Shown)?;
        }
        Command::Serve(options) => serve::run(&mut project, options)?,
        Command::Test(options) => return suite::run(&mut project, &options),
        Command::Conformance(options) => {
            let counts = conformance::run(&mut project, &options, "")?;
            return Ok(counts.failed == 0 && counts.skipped == 0);
        }
        Command::Describe(options) => return native::describe(&project, &options),
        Command::Plan(options) => return native::plan(&project, &options),
        Command::Train(options) => train::run(&mut project, &options)?,
        Command::Table(options) => table::run(&mut project, &options)?,
        Command::Experiment(options) => return experiment::run(&mut project, &options),
        Command::Export(options) => export::run(&mut project, &options)?,
        Command::Forward(options) => forward::run(&mut project, &options)?,
        Command::Bench(options) => bench::run(&mut project, &options)?,
    }
    Ok(true)
}
