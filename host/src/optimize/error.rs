//! Why a study does not start, or stops.

use std::path::PathBuf;

use crate::backtest::BacktestError;
use crate::persistence::store::StoreError;

/// Why there is no study.
#[derive(Debug, thiserror::Error)]
pub enum OptimizeError {
    /// What was asked for does not fit together.
    #[error("{message}")]
    Setup {
        /// Names the thing and the value.
        message: String,
        /// What to do about it.
        hint: String,
    },
    /// A run that can be none, whatever the parameters.
    #[error(transparent)]
    Backtest(#[from] BacktestError),
    /// The trials cannot be counted.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl OptimizeError {
    /// A mistake in what was asked for.
    pub(crate) fn setup(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Setup {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Setup { hint, .. } => Some(hint.clone()),
            Self::Backtest(error) => error.hint(),
            Self::Store(_) | Self::Io { .. } => None,
        }
    }

    /// Is it the world's fault (exit code 1), the guest's (3), or the user's (2).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Setup { .. } => 2,
            Self::Backtest(error) => error.exit_code(),
            Self::Store(_) | Self::Io { .. } => 1,
        }
    }
}
