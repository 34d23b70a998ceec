//! Starts and stops all that is served, on a runtime of its own with one worker.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{self, Runtime};
use tokio::task::JoinHandle;

use crate::config;
use crate::control::Handle;
use crate::serve::probe::Probe;
use crate::serve::settings::{Serving, Web};
use crate::serve::socket::{ControlSocket, MOST_CLIENTS, SocketError};
use crate::serve::{health, notify};

/// How long an answer of the session may take to leave when everything ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why nothing can be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A setting is not what it should be.
    #[error("{name} is `{value}`, which is not {wanted}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// What it says.
        value: String,
        /// What it could say.
        wanted: &'static str,
    },
    /// Others could read.
    #[error("{}={address} can be reached from other machines", config::HEALTH_ADDRESS.name)]
    Public {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be had.
    #[error("serving health and metrics on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The control socket cannot be had.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// The system gives no thread.
    #[error("starting the control socket and health: {0}")]
    Runtime(std::io::Error),
}

impl ServeError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Setting { .. } => Some("see .env.example"),
            Self::Public { .. } => Some(
                "use 127.0.0.1:9464, or say METRICS_PUBLIC=yes where only friends reach it (a container's network)",
            ),
            Self::Bind { .. } => Some(
                "a second session needs an address of its own: HEALTH_ADDRESS=127.0.0.1:9465, or HEALTH_ADDRESS=off",
            ),
            Self::Socket(error) => Some(error.hint()),
            Self::Runtime(_) => None,
        }
    }

    /// Is it the user's mistake; else the world failed.
    #[must_use]
    pub fn is_users(&self) -> bool {
        matches!(
            self,
            Self::Setting { .. } | Self::Public { .. } | Self::Socket(SocketError::Taken { .. })
        )
    }
}

/// All that is served of a session. Dropping it ends it.
#[derive(Debug)]
pub struct Serve {
    /// None once it ended.
    runtime: Option<Runtime>,
    /// None once it is closed.
    socket: Option<ControlSocket>,
    health: Option<(SocketAddr, JoinHandle<()>)>,
    sd_notify: bool,
}

impl Serve {
    /// Opens the control socket and the address, and begins to tell systemd. The session may still be recovering: who asks waits.
    ///
    /// # Errors
    /// A place is taken or not fit.
    pub fn start(serving: &Serving, handle: Handle) -> Result<Self, ServeError> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            // Each client may block one while the session thinks; the probe another.
            .max_blocking_threads(MOST_CLIENTS + 2)
            .thread_name("serve")
            .enable_all()
            .build()
            .map_err(ServeError::Runtime)?;
        let socket = ControlSocket::open(&serving.socket, handle.clone(), runtime.handle())?;
        let probe = Arc::new(Probe::new(handle));
        let health = match serving.health {
            Some(web) => Some(open_web(web, &probe, &runtime)?),
            None => None,
        };
        if serving.sd_notify {
            runtime.spawn(notify::watch(probe));
        }
        let address = health.as_ref().map(|(address, _)| *address);
        tracing::info!(socket = %serving.socket.display(), health = ?address, "the session can be asked");
        Ok(Self {
            runtime: Some(runtime),
            socket: Some(socket),
            health,
            sd_notify: serving.sd_notify,
        })
    }

    /// Where health and metrics are, with the port the system chose where 0 was asked for.
    #[must_use]
    pub fn health_address(&self) -> Option<SocketAddr> {
        self.health.as_ref().map(|(address, _)| *address)
    }

    /// Tells systemd that the end is meant. Questions are still answered.
    pub fn stopping(&self) {
        if self.sd_notify {
            notify::stopping();
        }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        if let Some(socket) = self.socket.take() {
            runtime.block_on(socket.finish(LAST_WORDS));
        }
        if let Some((_, serving)) = self.health.take() {
            // Once it is over the address is free for the next session.
            serving.abort();
            let _ = runtime.block_on(serving);
        }
        // A thread may wait for a session that never answers: it is left behind.
        runtime.shutdown_background();
    }
}

fn open_web(
    web: Web,
    probe: &Arc<Probe>,
    runtime: &Runtime,
) -> Result<(SocketAddr, JoinHandle<()>), ServeError> {
    let opened = runtime.block_on(health::open(web, Arc::clone(probe)));
    let (address, serving) = opened.map_err(|source| ServeError::Bind {
        address: web.address,
        source,
    })?;
    Ok((address, runtime.spawn(serving)))
}
