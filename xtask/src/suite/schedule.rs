//! Two stages at a time, each in a process of its own with a time limit. What a stage prints is shown when it has ended.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::outcome::{self, Outcome};
use super::stages::Stage;
use crate::failure::{Context, Failure, Result};
use crate::process::wait_within;
use crate::project::Project;
use crate::setup::QUIET;

/// Stages at a time. Two fit the two cores that the project's machines have; most stages keep little more than one busy.
const LANES: usize = 2;
/// How often a long silence is broken.
const HEARTBEAT: Duration = Duration::from_secs(60);

/// Runs the stages and returns what came of each, in their own order.
pub fn run(project: &Project, stages: &[&Stage]) -> Result<Vec<Outcome>> {
    let logs = outcome::folder(project);
    std::fs::create_dir_all(&logs).context(|| format!("create {}", logs.display()))?;
    let started = Instant::now();
    let (sender, receiver) = mpsc::channel::<Outcome>();
    let mut waiting: Vec<&Stage> = stages.to_vec();
    let mut running: Vec<&str> = Vec::new();
    let mut done: Vec<Outcome> = Vec::new();
    while done.len() < stages.len() {
        while running.len() < LANES
            && let Some(place) = waiting.iter().position(|stage| can_start(stage, stages, &done))
        {
            let stage = waiting.remove(place);
            println!("[{:>5.0} s] {} begins: {}", started.elapsed().as_secs_f64(), stage.name, stage.about);
            running.push(stage.name);
            start(project, *stage, sender.clone())?;
        }
        match receiver.recv_timeout(HEARTBEAT) {
            Ok(outcome) => {
                running.retain(|name| *name != outcome.name);
                show(project, &outcome, started.elapsed());
                done.push(outcome);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                println!("[{:>5.0} s] under way: {}", started.elapsed().as_secs_f64(), running.join(", "));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Failure::new("a stage was lost")),
        }
    }
    done.sort_by_key(|outcome| stages.iter().position(|stage| stage.name == outcome.name));
    Ok(done)
}

/// Whether all that a stage waits for has ended, well or not.
fn can_start(stage: &Stage, stages: &[&Stage], done: &[Outcome]) -> bool {
    stage.after.iter().all(|name| !stages.iter().any(|stage| stage.name == *name) || done.iter().any(|outcome| outcome.name == *name))
}

fn start(project: &Project, stage: Stage, sender: mpsc::Sender<Outcome>) -> Result<()> {
    let project = project.clone();
    let path = outcome::folder(&project).join(format!("{}.log", stage.name));
    let log = File::create(&path).context(|| format!("create {}", path.display()))?;
    let errors = log.try_clone().context(|| format!("open {}", path.display()))?;
    let program = std::env::current_exe().context(|| "find this program".into())?;
    let mut command = Command::new(program);
    command.args(["test", "--only", stage.name]).env(QUIET, "1").stdin(Stdio::null()).stdout(log).stderr(errors);
    // What an earlier run left must not be taken for what comes of this one.
    Outcome::take(&project, stage.name);
    let started = Instant::now();
    let mut child: Child = command.spawn().context(|| format!("start the stage {}", stage.name))?;
    std::thread::spawn(move || {
        let limit = Duration::from_secs(60 * stage.minutes);
        let ended = wait_within(&mut child, limit);
        let seconds = started.elapsed().as_secs_f64();
        let outcome = match ended {
            Ok(Some(_)) => Outcome::take(&project, stage.name)
                .map(|outcome| Outcome { seconds, ..outcome })
                .unwrap_or_else(|| Outcome::failed(stage.name, seconds, "it ended without a result")),
            Ok(None) => Outcome::failed(stage.name, seconds, format!("it took longer than {} minutes and was ended", stage.minutes)),
            Err(error) => Outcome::failed(stage.name, seconds, error.to_string()),
        };
        // The receiver is gone when another stage could not be started: then nobody asks.
        let _ = sender.send(outcome);
    });
    Ok(())
}

fn show(project: &Project, outcome: &Outcome, elapsed: Duration) {
    // GitHub folds what lies in a group, and lists what is marked as an error.
    let on_github = std::env::var_os("GITHUB_ACTIONS").is_some();
    let state = outcome.failure.as_deref().unwrap_or("ok");
    if on_github {
        println!("::group::{} ({state})", outcome.name);
    } else {
        println!("\n== {} ==", outcome.name);
    }
    let log = outcome::folder(project).join(format!("{}.log", outcome.name));
    // Bytes, not text: a program's stray byte must not hide the rest.
    print!("{}", String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()));
    if on_github {
        println!("::endgroup::");
        if let Some(failure) = &outcome.failure {
            println!("::error::{}: {failure}", outcome.name);
        }
    }
    println!("[{:>5.0} s] {} ended after {:.0} s: {state}", elapsed.as_secs_f64(), outcome.name, outcome.seconds);
}
