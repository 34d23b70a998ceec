//! What is said of a session as a whole.

use super::{Stamp, alert, field, listed};
use crate::alerts::{Alert, Kind, Level, Tone};
use crate::analysis::format::{count, plural};
use crate::query::Snapshot;

/// A session began.
#[must_use]
pub fn session_started(stamp: Stamp, session: &Snapshot) -> Alert {
    let title = format!("Session {} started", session.session);
    Alert {
        fields: what(session),
        ..alert(
            stamp,
            (Level::Info, Kind::SessionStarted, Tone::Neutral),
            title,
        )
    }
}

/// A session was ended in order: `why` is a word or two (`SIGTERM`, `host ctl stop`).
#[must_use]
pub fn session_stopped(stamp: Stamp, session: &Snapshot, why: &str) -> Alert {
    let title = format!("Session {} stopped", session.session);
    let open: usize = session.strategies.iter().map(|s| s.positions.len()).sum();
    let working: usize = session.strategies.iter().map(|s| s.orders.len()).sum();
    Alert {
        text: "Orders and positions are kept: the next start goes on from here.".to_owned(),
        fields: vec![
            field("Why", why),
            field("Open positions", open),
            field("Working orders", working),
        ],
        ..alert(
            stamp,
            (Level::Warning, Kind::SessionStopped, Tone::Neutral),
            title,
        )
    }
}

/// A session goes on after a restart; so many minutes of its markets were missed and brought since.
#[must_use]
pub fn recovered(stamp: Stamp, session: &Snapshot, missed: u64) -> Alert {
    let title = format!("Session {} goes on after a restart", session.session);
    let text = match missed {
        0 => "Nothing was missed.".to_owned(),
        missed => format!(
            "{} missed while it was down came after: resting orders were filled as they would have been.",
            plural(missed, "minute")
        ),
    };
    let mut fields = vec![field("Inputs replayed", count(session.inputs))];
    fields.extend(what(session));
    Alert {
        text,
        fields,
        ..alert(
            stamp,
            (Level::Warning, Kind::Recovered, Tone::Neutral),
            title,
        )
    }
}

/// A session was replayed: so many records were compared, and none or the first that differs (in words) was found.
#[must_use]
pub fn parity(stamp: Stamp, session: &str, compared: u64, difference: Option<&str>) -> Alert {
    match difference {
        None => Alert {
            text: format!(
                "The session and the backtest of its candles agree to the byte in {}.",
                plural(compared, "record")
            ),
            ..alert(
                stamp,
                (Level::Info, Kind::Parity, Tone::Good),
                format!("Replay of {session} is equal"),
            )
        },
        Some(difference) => Alert {
            text: format!("The first difference:\n{difference}"),
            fields: vec![field("Compared", plural(compared, "record"))],
            ..alert(
                stamp,
                (Level::Error, Kind::Parity, Tone::Alarm),
                format!("Replay of {session} differs"),
            )
        },
    }
}

/// What runs, and on what.
fn what(session: &Snapshot) -> Vec<(String, String)> {
    let alive: Vec<&str> = session
        .strategies
        .iter()
        .filter(|s| s.state.is_alive())
        .map(|s| s.name.as_str())
        .collect();
    let venues: Vec<String> = session
        .feeds
        .iter()
        .map(|feed| {
            let markets = feed.markets.iter().map(|m| m.symbol.as_str());
            format!("{} {}", feed.venue, listed(markets))
        })
        .collect();
    vec![
        field("Strategies", listed(alive.into_iter())),
        field("Markets", venues.join("\n")),
        field("Host", &session.host),
    ]
}
