//! Words to systemd: ready, alive, stopping, and a line for `systemctl status`. Where no one listens nothing is said.

use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;

use crate::analysis::format::plural;
use crate::query::Snapshot;
use crate::serve::probe::Probe;

/// Between two words where systemd wants no sign of life.
const USUAL: Duration = Duration::from_secs(10);

/// Between two looks at a session that has not answered yet.
const STARTING: Duration = Duration::from_secs(1);

/// Says ready with the session's first answer; from then on that it is alive, as long as it answers. One that hangs is restarted by
/// systemd, and goes on from its journal.
pub(super) async fn watch(probe: Arc<Probe>) {
    let period = period(sd_notify::watchdog_enabled());
    let mut is_ready = false;
    loop {
        if let Some(snapshot) = probe.look().await {
            let line = line(&snapshot);
            let first = if is_ready {
                NotifyState::Watchdog
            } else {
                NotifyState::Ready
            };
            is_ready = true;
            say(&[first, NotifyState::Status(&line)]);
        }
        tokio::time::sleep(if is_ready { period } else { STARTING }).await;
    }
}

/// The session is about to end.
pub(super) fn stopping() {
    say(&[NotifyState::Stopping]);
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}

/// Three signs of life in the time systemd waits for one: one may come late.
fn period(watchdog: Option<Duration>) -> Duration {
    watchdog.map_or(USUAL, |wait| (wait / 3).min(USUAL))
}

/// `3 strategies, 2 positions, last minute 2024-01-31 12:00`.
fn line(snapshot: &Snapshot) -> String {
    let alive = snapshot
        .strategies
        .iter()
        .filter(|view| view.state.is_alive());
    let positions = snapshot.strategies.iter().map(|view| view.positions.len());
    let markets = snapshot.feeds.iter().flat_map(|feed| &feed.markets);
    let mut line = format!(
        "{}, {}",
        match alive.count() {
            1 => "1 strategy".to_owned(),
            n => format!("{n} strategies"),
        },
        plural(positions.sum::<usize>() as u64, "position"),
    );
    if let Some(last) = markets.filter_map(|market| market.last).max() {
        line += &format!(", last minute {last}");
    }
    if snapshot.journal_failed.is_some() {
        line += ", THE JOURNAL FAILED: nothing is traded";
    }
    line
}

#[cfg(test)]
mod tests;
