//! The control socket: lines of questions from processes of the same user on this machine, answered by the session.
//!
//! * The file appears with mode 0600, and whoever connects is asked for its user id: only our own and root are answered.
//! * A file left by a dead process is replaced, a living session's is not.
//! * Each client has a task of its own, at most [`MOST_CLIENTS`] at once; one that is silent or does not read its answer is let go.

use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use crate::control::{Declined, Handle, Origin, Request};
use crate::serve::wire;

/// Clients at once; more are told to come again.
pub const MOST_CLIENTS: usize = 16;

/// A client that asks nothing for so long is let go.
const IDLE: Duration = Duration::from_secs(60);

/// A client that does not take its answer for so long is let go.
const UNREAD: Duration = Duration::from_secs(10);

/// Why there is no control socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// A session answers there already.
    #[error("a session runs already: it answers on {}", path.display())]
    Taken {
        /// The socket.
        path: PathBuf,
    },
    /// Something else has the name.
    #[error("{} is there and is no socket", path.display())]
    NoSocket {
        /// The file.
        path: PathBuf,
    },
    /// Any user may replace files there.
    #[error("any user of this machine may replace files in {}, where the control socket would be", folder.display())]
    OpenFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The system refuses.
    #[error("opening the control socket {}: {source}", path.display())]
    Io {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl SocketError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Taken { .. } => {
                "look at it with `host ctl status`; a second session needs a DATABASE_PATH of its own"
            }
            Self::NoSocket { .. } => "name another file with CONTROL_SOCKET",
            Self::OpenFolder { .. } => {
                "take the right to write from others (chmod o-w), or name another place with CONTROL_SOCKET"
            }
            Self::Io { source, .. } if source.kind() == ErrorKind::InvalidInput => {
                "the path of a socket has at most 107 bytes: name a shorter one with CONTROL_SOCKET"
            }
            Self::Io { .. } => "name another place with CONTROL_SOCKET",
        }
    }
}

/// The socket of a session; removed when dropped.
#[derive(Debug)]
pub struct ControlSocket {
    path: PathBuf,
    /// Device and number of the file: another one under the same name is not ours to remove.
    file: (u64, u64),
    accepting: JoinHandle<()>,
    answering: Arc<Semaphore>,
}

impl ControlSocket {
    /// Opens the socket and begins to answer.
    ///
    /// # Errors
    /// A session answers there, or the place is not fit for it.
    pub fn open(
        path: &Path,
        handle: Handle,
        runtime: &runtime::Handle,
    ) -> Result<Self, SocketError> {
        let failed = |source| SocketError::Io {
            path: path.to_owned(),
            source,
        };
        prepare_folder(path)?;
        refuse_others(path)?;
        let _inside = runtime.enter();
        let listener = listen(path).map_err(failed)?;
        let metadata = std::fs::symlink_metadata(path).map_err(failed)?;
        let answering = Arc::new(Semaphore::new(MOST_CLIENTS));
        let door = Door {
            handle,
            owner: metadata.uid(),
            answering: Arc::clone(&answering),
        };
        Ok(Self {
            path: path.to_owned(),
            file: (metadata.dev(), metadata.ino()),
            accepting: runtime.spawn(accept(listener, Arc::new(door))),
            answering,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes no more clients and lets those have their answer that the session has given, at most for `patience`.
    pub(super) async fn finish(&self, patience: Duration) {
        self.accepting.abort();
        let all = u32::try_from(MOST_CLIENTS).expect("a handful");
        let _ = timeout(patience, self.answering.acquire_many(all)).await;
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        self.accepting.abort();
        let is_ours = std::fs::symlink_metadata(&self.path)
            .is_ok_and(|metadata| (metadata.dev(), metadata.ino()) == self.file);
        if is_ours && let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the control socket stays behind");
        }
    }
}

/// Makes the folder where there is none, for us alone. One where any user may replace files is no place for a socket, unless the
/// sticky bit keeps them from it.
fn prepare_folder(path: &Path) -> Result<(), SocketError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let failed = |source| SocketError::Io {
        path: path.to_owned(),
        source,
    };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    let mode = std::fs::metadata(folder)
        .map_err(failed)?
        .permissions()
        .mode();
    if mode & 0o002 != 0 && mode & 0o1000 == 0 {
        return Err(SocketError::OpenFolder {
            folder: folder.to_owned(),
        });
    }
    Ok(())
}

/// What has the name already: nothing, a socket nobody listens on any more, or a reason to stop.
fn refuse_others(path: &Path) -> Result<(), SocketError> {
    let failed = |source| SocketError::Io {
        path: path.to_owned(),
        source,
    };
    match std::fs::symlink_metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(failed(e)),
        Ok(metadata) if !metadata.file_type().is_socket() => {
            return Err(SocketError::NoSocket {
                path: path.to_owned(),
            });
        }
        Ok(_) => {}
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(SocketError::Taken {
            path: path.to_owned(),
        }),
        Err(e) if e.kind() == ErrorKind::ConnectionRefused => Ok(()),
        Err(e) => Err(failed(e)),
    }
}

/// Binds under a name of this process, closes the file to others, then gives it its name: nobody ever sees it open to all, and one
/// that a dead process left is replaced in the same step.
fn listen(path: &Path) -> std::io::Result<UnixListener> {
    let mut own = path.as_os_str().to_owned();
    own.push(format!(".{}", std::process::id()));
    let own = PathBuf::from(own);
    let _ = std::fs::remove_file(&own);
    let listener = UnixListener::bind(&own)?;
    std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o600))
        .and_then(|()| std::fs::rename(&own, path))
        .inspect_err(|_| {
            let _ = std::fs::remove_file(&own);
        })?;
    Ok(listener)
}

/// What the tasks of clients share.
struct Door {
    handle: Handle,
    /// User id of this process.
    owner: u32,
    /// One permit for each question on its way.
    answering: Arc<Semaphore>,
}

async fn accept(listener: UnixListener, door: Arc<Door>) {
    let room = Arc::new(Semaphore::new(MOST_CLIENTS));
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let place = Arc::clone(&room).try_acquire_owned();
                let door = Arc::clone(&door);
                tokio::spawn(async move {
                    match place {
                        Ok(_place) => serve(stream, &door).await,
                        Err(_) => turn_away(stream, "too many ask at once", "try again").await,
                    }
                });
            }
            Err(error) => {
                // Out of file descriptors, for instance: without a pause this would be a busy loop.
                tracing::warn!(%error, "the control socket cannot take a client");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn serve(stream: UnixStream, door: &Door) {
    let peer = stream.peer_cred().map(|peer| peer.uid());
    let Some(uid) = peer.ok().filter(|uid| is_welcome(*uid, door.owner)) else {
        tracing::warn!("another user asked on the control socket and was turned away");
        let hint = "ask as the user that runs it";
        return turn_away(stream, "the session belongs to another user", hint).await;
    };
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::new(reading);
    while let Ok(Some(line)) = timeout(IDLE, next_line(&mut reading)).await {
        let Ok(_busy) = door.answering.acquire().await else {
            return;
        };
        let is_whole = line.ends_with(b"\n");
        let handle = door.handle.clone();
        let Ok(answer) = spawn_blocking(move || answer(&line, &handle, uid)).await else {
            return;
        };
        let written = timeout(UNREAD, writing.write_all(answer.as_bytes())).await;
        if !is_whole || !matches!(written, Ok(Ok(()))) {
            return;
        }
    }
}

fn is_welcome(uid: u32, owner: u32) -> bool {
    uid == owner || uid == 0
}

async fn turn_away(mut stream: UnixStream, message: &str, hint: &str) {
    let answer = wire::answer(Err(Declined::new(message, hint)));
    let _ = timeout(UNREAD, stream.write_all(answer.as_bytes())).await;
}

/// The next line with its end; without one where it is too long or the client left in the middle of it. None at the end.
async fn next_line(reading: &mut BufReader<OwnedReadHalf>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let mut bounded = reading.take(wire::LINE_BYTES as u64);
    match bounded.read_until(b'\n', &mut line).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line),
    }
}

/// Asks the session; blocks until it answers or patience ends.
fn answer(line: &[u8], handle: &Handle, uid: u32) -> String {
    if line.len() >= wire::LINE_BYTES && !line.ends_with(b"\n") {
        return wire::answer(Err(Declined::new(
            format!(
                "a question on the control socket has more than {} bytes",
                wire::LINE_BYTES
            ),
            "a question is one line of JSON, as `host ctl` writes it",
        )));
    }
    let outcome = wire::read_question(line).and_then(|request| {
        let patience = wire::patience(&request);
        let is_question = request == Request::Status;
        let shown = format!("{request:?}");
        let outcome = handle.ask(Origin::Socket(uid), request, patience);
        if !is_question {
            let done = outcome.is_ok();
            tracing::info!(uid, request = shown, done, "asked on the control socket");
        }
        outcome
    });
    wire::answer(outcome)
}

#[cfg(test)]
mod tests;
