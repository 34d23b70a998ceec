//! One look at the session for all who only want to see: health, metrics, the watchdog. However often they ask, the session is asked
//! once a second at most, and never a second time while it has not answered.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::control::{Answer, Handle, Origin, Request};
use crate::query::Snapshot;

/// A session that takes longer is not ready. Also how long an answer, or none, is good for.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct Probe {
    handle: Handle,
    last: Mutex<Option<Look>>,
}

struct Look {
    at: Instant,
    seen: Option<Arc<Snapshot>>,
}

impl Probe {
    pub(super) fn new(handle: Handle) -> Self {
        Self {
            handle,
            last: Mutex::new(None),
        }
    }

    /// The session, at most a second old; none where it does not answer. Whoever comes while it is asked waits for the same answer.
    pub(super) async fn look(&self) -> Option<Arc<Snapshot>> {
        let mut last = self.last.lock().await;
        if let Some(look) = &*last
            && look.at.elapsed() < PATIENCE
        {
            return look.seen.clone();
        }
        let handle = self.handle.clone();
        let asked =
            spawn_blocking(move || handle.ask(Origin::Probe, Request::Status, PATIENCE)).await;
        let seen = match asked {
            Ok(Ok(Answer::Status(snapshot))) => Some(Arc::from(snapshot)),
            _ => None,
        };
        *last = Some(Look {
            at: Instant::now(),
            seen: seen.clone(),
        });
        seen
    }
}
