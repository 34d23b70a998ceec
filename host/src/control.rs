//! What can be asked of a running session, by whoever asks: the control socket, chat, a signal, the health server.
//!
//! Whoever asks holds a [`Handle`] and waits at most as long as it says; a session that is busy answers late, never wrongly.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::domain::OnFault;
use crate::query::Snapshot;

/// Something asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// How it is going.
    Status,
    /// No new entries: of one strategy, or of all.
    Pause(Option<String>),
    /// Entries are let in again.
    Resume(Option<String>),
    /// Cancel orders and close positions: of one strategy, or of all. The strategy goes on.
    Flatten(Option<String>),
    /// Close one position of a strategy.
    Close {
        /// The strategy.
        strategy: String,
        /// The position.
        position: u32,
    },
    /// End one strategy by a policy (its own where none is said); it stays in the list.
    Stop {
        /// The strategy.
        strategy: String,
        /// What becomes of its orders and positions.
        how: Option<OnFault>,
    },
    /// Read `forward.toml` again.
    Reload {
        /// Replace strategies with open positions too, after closing these.
        force: bool,
    },
    /// End this session and begin its successor with the same accounts.
    Roll {
        /// Close positions first; else a session with open positions is not rolled.
        flatten: bool,
    },
    /// Start a component that lies on this machine.
    Add(Added),
    /// End a strategy as `Stop` and forget its declaration.
    Remove {
        /// The strategy.
        strategy: String,
        /// What becomes of its orders and positions.
        how: Option<OnFault>,
    },
    /// A consistent copy of the journal.
    Backup(PathBuf),
    /// Keep everything and end the process; the next start goes on.
    Shutdown,
}

/// A strategy to add.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Added {
    /// File, folder of sources, or name.
    pub strategy: String,
    /// Its name in the session.
    pub name: Option<String>,
    /// Symbols, each on its own venue if it says so.
    pub symbols: Vec<String>,
    /// `name=value`.
    pub parameters: Vec<String>,
    /// Money at the start.
    pub balance: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The control socket: user id of the process at its other end.
    Socket(u32),
    /// A chat: the chat and the user in it.
    Telegram {
        /// The chat.
        chat: i64,
        /// The user.
        user: i64,
    },
    /// A signal of the system.
    Signal,
    /// The session itself: drop-in folder, daily work.
    Host,
    /// Reads only: health and metrics.
    Probe,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(uid) => write!(f, "socket uid {uid}"),
            Self::Telegram { chat, user } => write!(f, "telegram chat {chat} user {user}"),
            Self::Signal => f.write_str("signal"),
            Self::Host => f.write_str("host"),
            Self::Probe => f.write_str("probe"),
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The picture that was asked for.
    Status(Box<Snapshot>),
    /// Done, in a sentence for people. What it started may take until the next minute: the sentence says so.
    Done(String),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Declined {
    /// Names the thing and the value.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Declined {
    /// With a hint.
    #[must_use]
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

/// A request on its way to the session.
#[derive(Debug)]
pub struct Asked {
    /// Who.
    pub origin: Origin,
    /// What.
    pub request: Request,
    /// Where the answer goes; nobody may be waiting for it anymore.
    pub reply: Sender<Result<Answer, Declined>>,
}

/// Asks a session. Clones ask the same one.
#[derive(Clone)]
pub struct Handle {
    inbox: Arc<dyn Fn(Asked) -> bool + Send + Sync>,
}

impl Handle {
    /// `inbox` hands a request to the session and says whether there still is one.
    #[must_use]
    pub fn new(inbox: impl Fn(Asked) -> bool + Send + Sync + 'static) -> Self {
        Self {
            inbox: Arc::new(inbox),
        }
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// The session declines, has ended, or does not answer in time (then it may still do what was asked).
    pub fn ask(
        &self,
        origin: Origin,
        request: Request,
        patience: Duration,
    ) -> Result<Answer, Declined> {
        let (reply, answer) = channel();
        let asked = Asked {
            origin,
            request,
            reply,
        };
        let ended = || Declined {
            message: "the session has ended".to_owned(),
            hint: None,
        };
        if !(self.inbox)(asked) {
            return Err(ended());
        }
        match answer.recv_timeout(patience) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Disconnected) => Err(ended()),
            Err(RecvTimeoutError::Timeout) => Err(Declined::new(
                format!(
                    "the session did not answer within {} s",
                    patience.as_secs_f64()
                ),
                "it may still do it: ask for its status",
            )),
        }
    }
}
