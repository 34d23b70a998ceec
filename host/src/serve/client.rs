//! The other end of the control socket: what `host ctl` asks with.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::control::{Declined, Request};
use crate::serve::wire::{self, Reply};

/// Longest answer that is read, bytes: a session of thousands of strategies fits many times.
const ANSWER_BYTES: u64 = 256 * 1024 * 1024;

/// Added to the session's own patience: the answer says then what happened.
const GRACE: Duration = Duration::from_secs(3);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error("no session runs that answers on {}", path.display())]
    NoSession {
        /// The socket.
        path: PathBuf,
    },
    /// It belongs to somebody else.
    #[error("the session that answers on {} belongs to another user", path.display())]
    Forbidden {
        /// The socket.
        path: PathBuf,
    },
    /// The line broke, or it said nothing in time.
    #[error("asking the session on {}: {source}", path.display())]
    Io {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It says something we do not understand.
    #[error("what answers on {} is not understood: {message}", path.display())]
    Unreadable {
        /// The socket.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The question cannot be asked.
    #[error(transparent)]
    Question(#[from] Declined),
}

impl ClientError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoSession { .. } => {
                "start one with `host forward-test`, or name the socket of another with --socket"
            }
            Self::Forbidden { .. } => "ask as the user that runs it",
            Self::Io { .. } => "it may be busy or have just ended: ask again",
            Self::Unreadable { .. } => "use the `host` that runs the session",
            Self::Question(declined) => return declined.hint.clone(),
        };
        Some(hint.to_owned())
    }
}

/// Asks a session, one question after the other.
#[derive(Debug)]
pub struct Client {
    path: PathBuf,
    reading: BufReader<UnixStream>,
    writing: UnixStream,
}

impl Client {
    /// Connects to a socket.
    ///
    /// # Errors
    /// Nobody listens there, or not for us.
    pub fn connect(path: &Path) -> Result<Self, ClientError> {
        let owned = || path.to_owned();
        let writing = UnixStream::connect(path).map_err(|source| match source.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
                ClientError::NoSession { path: owned() }
            }
            ErrorKind::PermissionDenied => ClientError::Forbidden { path: owned() },
            _ => ClientError::Io {
                path: owned(),
                source,
            },
        })?;
        let reading = writing.try_clone().map_err(|source| ClientError::Io {
            path: owned(),
            source,
        })?;
        Ok(Self {
            path: owned(),
            reading: BufReader::new(reading),
            writing,
        })
    }

    /// Asks and waits as long as the session may take.
    ///
    /// # Errors
    /// No answer, or none that is understood.
    pub fn ask(&mut self, request: &Request) -> Result<Reply, ClientError> {
        let question = wire::question(request)?;
        let line = self
            .exchange(&question, wire::patience(request) + GRACE)
            .map_err(|source| ClientError::Io {
                path: self.path.clone(),
                source,
            })?;
        wire::read_answer(&line).map_err(|message| ClientError::Unreadable {
            path: self.path.clone(),
            message,
        })
    }

    fn exchange(&mut self, question: &str, patience: Duration) -> std::io::Result<Vec<u8>> {
        self.writing.set_read_timeout(Some(patience))?;
        self.writing.set_write_timeout(Some(patience))?;
        match self.writing.write_all(question.as_bytes()) {
            // Who is turned away finds the reason in what is left to read.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
        let mut line = Vec::new();
        (&mut self.reading)
            .take(ANSWER_BYTES)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Err(std::io::Error::new(
                ErrorKind::UnexpectedEof,
                "it ended without an answer",
            ));
        }
        Ok(line)
    }
}
