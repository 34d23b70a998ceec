//! What a command says when it fails: a sentence, what to do about it, and whose fault it is.

use std::fmt;
use std::io::Write as _;

use crate::analysis::format::tame;
use crate::backtest::BacktestError;
use crate::config::ConfigError;
use crate::data::{DataError, ErrorKind};
use crate::forward_test::ForwardError;
use crate::optimize::OptimizeError;
use crate::persistence::JournalError;
use crate::persistence::store::StoreError;
use crate::runs::folder::FolderError;
use crate::runs::kept::KeptError;
use crate::serve::client::ClientError;
use crate::serve::start::ServeError;
use crate::strategy::{LoadError, RuntimeError};
use crate::toolchain::BuildError;
use crate::toolchain::project::ProjectError;
use crate::toolchain::template::NewError;

/// The world failed.
const WORLD: u8 = 1;
/// The user's mistake.
const USER: u8 = 2;
/// A guest misbehaved.
const GUEST: u8 = 3;

/// An error on its way to the terminal.
#[derive(Debug)]
pub struct CliError {
    message: String,
    hint: Option<String>,
    exit_code: u8,
}

impl CliError {
    /// The user's mistake, with what to do about it.
    pub fn user(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
            exit_code: USER,
        }
    }

    /// The world failed.
    pub fn world(error: impl fmt::Display) -> Self {
        Self {
            message: error.to_string(),
            hint: None,
            exit_code: WORLD,
        }
    }

    /// The same, told from further out.
    #[must_use]
    pub fn context(mut self, outer: impl fmt::Display) -> Self {
        self.message = format!("{outer}: {}", self.message);
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// 1 the world failed, 2 the user's mistake, 3 a guest fault, 4 a check that did not hold.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

/// Tells an error on stderr, with its hint.
pub fn tell(error: &CliError) {
    // Where stderr cannot be written the exit code says it alone.
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "error: {}", tamed(&error.to_string()));
    if let Some(hint) = error.hint() {
        let _ = writeln!(stderr, "hint: {}", tamed(hint));
    }
}

/// Errors quote names and files of strangers, which have no say over the terminal.
fn tamed(text: &str) -> String {
    text.lines().map(tame).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

impl From<BacktestError> for CliError {
    fn from(error: BacktestError) -> Self {
        Self {
            message: error.to_string(),
            hint: error.hint(),
            exit_code: error.exit_code(),
        }
    }
}

impl From<OptimizeError> for CliError {
    fn from(error: OptimizeError) -> Self {
        Self {
            message: error.to_string(),
            hint: error.hint(),
            exit_code: error.exit_code(),
        }
    }
}

impl From<ForwardError> for CliError {
    fn from(error: ForwardError) -> Self {
        Self {
            message: error.to_string(),
            hint: error.hint(),
            exit_code: error.exit_code(),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self {
            message: error.to_string(),
            hint: Some("move the file away to begin a new count".to_owned()),
            exit_code: WORLD,
        }
    }
}

impl From<JournalError> for CliError {
    fn from(error: JournalError) -> Self {
        Self {
            message: error.to_string(),
            hint: error.hint(),
            exit_code: if error.is_mistake() { USER } else { WORLD },
        }
    }
}

impl From<DataError> for CliError {
    fn from(error: DataError) -> Self {
        let exit_code = match error.kind() {
            ErrorKind::User => USER,
            ErrorKind::World => WORLD,
        };
        Self {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
            exit_code,
        }
    }
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> Self {
        let guest = matches!(error, LoadError::Fault { .. } | LoadError::Manifest { .. });
        let exit_code = if guest { GUEST } else { USER };
        Self {
            message: error.to_string(),
            hint: error.hint(),
            exit_code,
        }
    }
}

impl From<RuntimeError> for CliError {
    fn from(error: RuntimeError) -> Self {
        Self::world(error)
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self {
            message: error.to_string(),
            hint: None,
            exit_code: USER,
        }
    }
}

impl From<BuildError> for CliError {
    fn from(error: BuildError) -> Self {
        Self {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
            exit_code: USER,
        }
    }
}

impl From<ProjectError> for CliError {
    fn from(error: ProjectError) -> Self {
        Self::user(error.to_string(), error.hint())
    }
}

impl From<NewError> for CliError {
    fn from(error: NewError) -> Self {
        let exit_code = match error {
            NewError::File { .. } => WORLD,
            NewError::Name { .. } | NewError::Exists { .. } => USER,
        };
        Self {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
            exit_code,
        }
    }
}

impl From<ClientError> for CliError {
    fn from(error: ClientError) -> Self {
        let exit_code = match error {
            ClientError::Question(_) => USER,
            _ => WORLD,
        };
        Self {
            message: error.to_string(),
            hint: error.hint(),
            exit_code,
        }
    }
}

impl From<ServeError> for CliError {
    fn from(error: ServeError) -> Self {
        Self {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
            exit_code: if error.is_users() { USER } else { WORLD },
        }
    }
}

impl From<KeptError> for CliError {
    fn from(error: KeptError) -> Self {
        Self::user(error.to_string(), error.hint())
    }
}

impl From<FolderError> for CliError {
    fn from(error: FolderError) -> Self {
        Self {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
            exit_code: WORLD,
        }
    }
}
