//! What can go wrong with data, and whose fault it is.

use std::fmt;
use std::path::Path;

use crate::engine::FeedError;

/// Who has to do something about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The user's mistake: a wrong name, a file that is not what it was said to be. Exit code 2.
    User,
    /// The world failed: a disk, a damaged store, another process. Exit code 1.
    World,
}

/// An error of the data stage: one sentence that names the thing, the value and the place, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
}

impl DataError {
    /// The user's mistake.
    #[must_use]
    pub fn user(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::User,
            message: message.into(),
            hint: None,
        }
    }

    /// A failure of the world.
    #[must_use]
    pub fn world(message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::World,
            message: message.into(),
            hint: None,
        }
    }

    /// The same error with what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A file operation failed. A file that is not there is the user's mistake.
    #[must_use]
    pub fn io(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        let message = format!("{doing} {}: {error}", path.display());
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::user(message),
            _ => Self::world(message),
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The same error, told from further out: `outer: inner`.
    #[must_use]
    pub fn context(mut self, outer: impl fmt::Display) -> Self {
        self.message = format!("{outer}: {}", self.message);
        self
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DataError {}

impl From<crate::domain::SymbolError> for DataError {
    fn from(error: crate::domain::SymbolError) -> Self {
        Self::user(error.to_string()).with_hint(crate::domain::SymbolError::HINT)
    }
}

impl From<DataError> for FeedError {
    fn from(error: DataError) -> Self {
        Self {
            message: error.message,
            hint: error.hint,
        }
    }
}
