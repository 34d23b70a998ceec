//! Why a backtest does not start or does not finish.

use crate::data::{DataError, ErrorKind};
use crate::engine::FeedError;
use crate::strategy::InitError;
use crate::strategy::parameters::ParameterError;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum BacktestError {
    /// The strategy cannot be started.
    #[error(transparent)]
    Init(#[from] InitError),
    /// A parameter does not fit.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The data is not there or damaged.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data broke off on its way.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// One of several strategies.
    #[error("{name}: {source}")]
    Strategy {
        /// What it is called in the run.
        name: String,
        /// Why it does not run.
        source: Box<BacktestError>,
    },
    /// What was asked for does not fit together.
    #[error("{message}")]
    Setup {
        /// Names the thing and the value.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

impl BacktestError {
    /// A mistake in what was asked for.
    pub(crate) fn setup(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Setup {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// The same, said of one strategy of several.
    #[must_use]
    pub fn of(self, name: &str) -> Self {
        Self::Strategy {
            name: name.to_owned(),
            source: Box::new(self),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Init(error) => error.hint(),
            Self::Parameter(error) => error.hint(),
            Self::Data(error) => error.hint().map(str::to_owned),
            Self::Feed(error) => error.hint.clone(),
            Self::Strategy { source, .. } => source.hint(),
            Self::Setup { hint, .. } => hint.clone(),
        }
    }

    /// Is it the world's fault (exit code 1), the guest's (3), or the user's (2).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Init(InitError::Fault(_)) => 3,
            Self::Init(InitError::Load(error)) => match error {
                crate::strategy::LoadError::Fault { .. }
                | crate::strategy::LoadError::Manifest { .. } => 3,
                _ => 2,
            },
            Self::Data(error) => match error.kind() {
                ErrorKind::User => 2,
                ErrorKind::World => 1,
            },
            Self::Feed(_) => 1,
            Self::Strategy { source, .. } => source.exit_code(),
            Self::Init(_) | Self::Parameter(_) | Self::Setup { .. } => 2,
        }
    }
}
