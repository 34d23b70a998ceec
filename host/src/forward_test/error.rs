//! Why a session does not start or ends.

use crate::backtest::BacktestError;
use crate::data::{DataError, ErrorKind};
use crate::forward_test::session::SessionError;
use crate::persistence::JournalError;
use crate::strategy::LoadError;

/// Why there is no session, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    /// The journal cannot be opened, or refused a commit: nothing was traded past it.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A venue or recorded data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A component cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The journal cannot be followed.
    #[error("the journal cannot be followed: {0}")]
    Session(#[from] SessionError),
    /// A strategy cannot be started.
    #[error("{name}: {source}")]
    Strategy {
        /// Its name.
        name: String,
        /// Why.
        source: Box<BacktestError>,
    },
    /// What was asked for does not fit together.
    #[error("{message}")]
    User {
        /// Names the thing and the value.
        message: String,
        /// What to do about it.
        hint: String,
    },
    /// A strategy that is wanted at the start breaks by itself.
    #[error("{message}")]
    Guest {
        /// Names it and what it said.
        message: String,
        /// What to do about it.
        hint: String,
    },
    /// Something outside failed.
    #[error("{message}")]
    World {
        /// Names the thing and the value.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

impl ForwardError {
    pub(super) fn of(name: &str, source: BacktestError) -> Self {
        Self::Strategy {
            name: name.to_owned(),
            source: Box::new(source),
        }
    }

    pub(super) fn user(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::User {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Journal(error) => error.hint(),
            Self::Data(error) => error.hint().map(str::to_owned),
            Self::Load(error) => error.hint(),
            Self::Session(SessionError::Strategy(error)) | Self::Strategy { source: error, .. } => {
                error.hint()
            }
            Self::Session(SessionError::Journal { hint, .. }) | Self::World { hint, .. } => {
                hint.clone()
            }
            Self::User { hint, .. } | Self::Guest { hint, .. } => {
                Some(hint.clone()).filter(|hint| !hint.is_empty())
            }
        }
    }

    /// 1: the world, 2: the user, 3: the guest.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Journal(error) if error.is_mistake() => 2,
            Self::Data(error) if error.kind() == ErrorKind::User => 2,
            Self::Strategy { source, .. } => source.exit_code(),
            Self::Load(_) | Self::User { .. } => 2,
            Self::Guest { .. } => 3,
            Self::Journal(_) | Self::Data(_) | Self::Session(_) | Self::World { .. } => 1,
        }
    }
}
