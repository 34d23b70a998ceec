//! Why a strategy cannot be loaded or will not run. Messages name the file or the strategy, hints say what to do.

use super::imports::{self, CONTRACT};
use super::parameters::ParameterError;
use super::structure::StructureError;
use crate::engine::Fault;

/// Why the sandbox itself cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot be set up: {message}")]
pub struct RuntimeError {
    /// What the runtime says.
    pub message: String,
}

/// Why a component is refused.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum LoadError {
    #[error("strategy {name}: {path} cannot be read: {source}")]
    Read {
        name: String,
        path: String,
        source: std::io::Error,
    },
    #[error("strategy {name}: the file has {bytes} bytes, the limit is {limit}")]
    TooLarge {
        name: String,
        bytes: u64,
        limit: u64,
    },
    #[error("strategy {name}: the file {reason}")]
    Structure {
        name: String,
        reason: StructureError,
    },
    #[error("strategy {name} needs contract {wanted}, this host serves {}", CONTRACT.line())]
    OtherContract {
        name: String,
        wanted: String,
        newer: bool,
    },
    #[error("strategy {name} imports {import}, which strategies may not use")]
    ForeignImport { name: String, import: String },
    #[error(
        "strategy {name} does not export trading:strategy/guest@{CONTRACT}: it is a component, but no strategy"
    )]
    NoStrategy { name: String },
    #[error("strategy {name} does not compile: {message}")]
    Compile { name: String, message: String },
    #[error("strategy {name} took too long to compile: more than {seconds} s")]
    CompileTime { name: String, seconds: u64 },
    #[error("strategy {name} does not fit the contract {CONTRACT}: {message}")]
    Link { name: String, message: String },
    #[error("strategy {name} has an invalid manifest: {message}")]
    Manifest { name: String, message: String },
    #[error("{}", .fault.message)]
    Fault { fault: Fault },
    #[error("strategy {name}: no instance can be made: {message}")]
    Instance { name: String, message: String },
}

impl LoadError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Structure { reason, .. } => reason.hint(),
            Self::TooLarge { .. } => {
                "strip debug information (`host build` does), or raise the limit if you trust it"
            }
            Self::OtherContract { newer: true, .. } => {
                return Some(format!(
                    "update the host, or rebuild the strategy with guest-sdk {}",
                    CONTRACT.line()
                ));
            }
            Self::OtherContract { newer: false, .. } => {
                return Some(format!(
                    "rebuild the strategy with guest-sdk {}",
                    CONTRACT.line()
                ));
            }
            Self::ForeignImport { import, .. } => imports::build_without(import),
            Self::NoStrategy { .. } => {
                "register the strategy with the SDK's macro; strategies/ma-crossover is one to start from"
            }
            Self::CompileTime { .. } => {
                "split its largest functions, or raise the limit if you trust it"
            }
            Self::Link { .. } => "rebuild it against wit/ of this host",
            Self::Instance { .. } => MAPS_HINT,
            Self::Read { .. }
            | Self::Compile { .. }
            | Self::Manifest { .. }
            | Self::Fault { .. } => return None,
        };
        Some(text.to_owned())
    }
}

const MAPS_HINT: &str = "thousands of instances in one process run into the kernel's limit on memory maps: raise vm.max_map_count, \
                         or run fewer at once";

/// Why a strategy does not start with these parameters.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum InitError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("strategy {name}: {source}")]
    Parameter {
        name: String,
        source: ParameterError,
    },
    /// The combination makes no sense to the strategy: an invalid trial, not a failure.
    #[error("strategy {name} does not accept these parameters: {message}")]
    InvalidParameters { name: String, message: String },
    #[error("strategy {name} will not start: {message}")]
    Failed { name: String, message: String },
    #[error("strategy {name} asks for what cannot be: {message}")]
    Needs { name: String, message: String },
    #[error("{}", .0.message)]
    Fault(Fault),
}

impl InitError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Load(error) => error.hint(),
            Self::Parameter { source, .. } => source.hint(),
            _ => None,
        }
    }
}
