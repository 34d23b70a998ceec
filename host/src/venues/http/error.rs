//! What can go wrong between a question and its answer, and whose fault it is.

use std::path::PathBuf;

/// A request without an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// An address that was set is none.
    #[error("{variable} is `{value}`: {why}")]
    Address {
        /// Name of the setting.
        variable: String,
        /// What it was set to, shortened.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing can be sent at all: no certificates, no threads.
    #[error("no request can be sent: {0}")]
    Setup(String),
    /// The venue refuses, now and later.
    #[error("{place} refuses {path}: {why}")]
    Refused {
        /// Who, for people.
        place: &'static str,
        /// Setting with its address.
        variable: &'static str,
        /// What was asked.
        path: String,
        /// HTTP status.
        status: u16,
        /// What it said.
        why: String,
    },
    /// Asked as often as is reasonable.
    #[error("{place} did not answer {path}: asked {attempts} times, the last time: {last}")]
    GaveUp {
        /// Who, for people.
        place: &'static str,
        /// What was asked.
        path: String,
        /// How often.
        attempts: usize,
        /// What happened the last time.
        last: String,
    },
    /// The venue wants to be left alone for longer than anyone would wait.
    #[error("{place} does not want to be asked for {} minutes: {why}", wait_ms.div_ceil(60_000))]
    WaitTooLong {
        /// Who, for people.
        place: &'static str,
        /// For how long.
        wait_ms: u64,
        /// What it said.
        why: String,
    },
    /// An answer that does not end.
    #[error("the answer of {place} to {path} has more than {bytes_max} bytes")]
    TooLarge {
        /// Who, for people.
        place: &'static str,
        /// What was asked.
        path: String,
        /// The bound.
        bytes_max: u64,
    },
    /// The disk.
    #[error("writing {}: {why}", path.display())]
    File {
        /// The file that was to be.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
}

impl HttpError {
    /// The user can do something about it; else the world failed.
    #[must_use]
    pub fn is_users(&self) -> bool {
        matches!(self, Self::Address { .. } | Self::Refused { .. })
    }

    /// The venue serves nothing to this country or network.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 403 | 451,
                ..
            }
        )
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Address { variable, .. } => Some(format!(
                "{variable} is the address of a server, such as https://mirror.example; without it the venue's own is used"
            )),
            Self::Setup(_) => {
                Some("install the system's certificates (ca-certificates)".to_owned())
            }
            Self::Refused {
                status: 403 | 451,
                variable,
                ..
            } => Some(format!(
                "the venue does not serve this country or network; {variable} can name a mirror that does"
            )),
            Self::Refused { .. } => None,
            Self::GaveUp { .. } => Some(
                "check the network, then run the same command again: what was received is kept"
                    .to_owned(),
            ),
            Self::WaitTooLong { wait_ms, .. } => Some(format!(
                "run the same command again in {} minutes: what was received is kept",
                wait_ms.div_ceil(60_000)
            )),
            Self::TooLarge { .. } => None,
            Self::File { .. } => Some("is the disk full, may this folder be written?".to_owned()),
        }
    }
}
