//! The one error type of the commands: what went wrong, and what a person could type about it.

use std::fmt;

/// Why a command stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong, in a sentence.
    pub message: String,
    /// A command line (or a few) that a person could type to get further.
    pub remedy: Option<String>,
}

/// What every fallible function of this crate returns.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure without a known remedy.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: None }
    }

    /// Adds the command a person could type.
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  try: {}", remedy.replace('\n', "\n       "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Turns a foreign error into a [`Failure`] that says what was being done.
pub trait Context<T> {
    /// `doing` completes the sentence "could not ...".
    fn context(self, doing: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Failure::new(format!("could not {}: {error}", doing())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_and_what_to_type() {
        let failure = Failure::new("no node on PATH").with_remedy("apt-get install nodejs");
        assert_eq!(failure.to_string(), "no node on PATH\n  try: apt-get install nodejs");
    }

    #[test]
    fn context_completes_a_sentence() {
        let result: Result<()> = Err::<(), _>("gone").context(|| "read x".into());
        assert_eq!(result.unwrap_err().message, "could not read x: gone");
    }
}
