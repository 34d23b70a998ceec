//! What is said when something does not work.

use super::{Stamp, alert, field};
use crate::alerts::{Alert, Kind, Level, Tone};
use crate::analysis::format::{duration, short};
use crate::domain::Timestamp;

/// A circuit breaker opened or closed: the name of its rule and the figure that tripped it.
#[must_use]
pub fn breaker(stamp: Stamp, strategy: &str, rule: &str, open: bool, value: f64) -> Alert {
    let (level, tone, what) = if open {
        (Level::Warning, Tone::Bad, "tripped")
    } else {
        (Level::Info, Tone::Good, "closed again")
    };
    Alert {
        strategy: Some(strategy.to_owned()),
        fields: vec![field("Figure", short(value))],
        ..alert(
            stamp,
            (level, Kind::Breaker, tone),
            format!("Circuit breaker {rule} {what}"),
        )
    }
}

/// Nothing comes from a market any more; `last` is the end of the last minute that did.
#[must_use]
pub fn feed_lost(stamp: Stamp, venue: &str, symbol: &str, last: Option<Timestamp>) -> Alert {
    let last = last.map_or_else(|| "never".to_owned(), |time| format!("{time} UTC"));
    Alert {
        text: "New entries are blocked until it is back; exits go on.".to_owned(),
        fields: vec![field("Last minute", last)],
        ..alert(
            stamp,
            (Level::Warning, Kind::FeedLost, Tone::Bad),
            format!("No data from {venue} {symbol}"),
        )
    }
}

/// A market is back; `since` is when it was lost.
#[must_use]
pub fn feed_back(stamp: Stamp, venue: &str, symbol: &str, since: Timestamp) -> Alert {
    #[expect(clippy::cast_precision_loss, reason = "a length of time for people")]
    let seconds = (stamp.time.0 - since.0) as f64 / 1_000.0;
    Alert {
        fields: vec![field("Away for", duration(Some(seconds)))],
        ..alert(
            stamp,
            (Level::Info, Kind::FeedBack, Tone::Good),
            format!("{venue} {symbol} is back"),
        )
    }
}

/// A venue answers no question: it refuses to, or is out of reach.
#[must_use]
pub fn venue_lost(stamp: Stamp, venue: &str, why: &str) -> Alert {
    Alert {
        text: format!("{why}."),
        ..alert(
            stamp,
            (Level::Warning, Kind::FeedLost, Tone::Bad),
            format!("{venue} does not answer"),
        )
    }
}

/// It does again.
#[must_use]
pub fn venue_back(stamp: Stamp, venue: &str) -> Alert {
    alert(
        stamp,
        (Level::Info, Kind::FeedBack, Tone::Good),
        format!("{venue} answers again"),
    )
}

/// The journal cannot be written: nothing is traded from here on.
#[must_use]
pub fn journal_failed(stamp: Stamp, session: &str, why: &str) -> Alert {
    Alert {
        text: format!("{why}. Nothing is traded any more: what is not journaled does not happen."),
        ..alert(
            stamp,
            (Level::Error, Kind::Journal, Tone::Alarm),
            format!("The journal of session {session} failed"),
        )
    }
}

/// An alert of the journal that this host cannot read, by its number there.
#[must_use]
pub fn unreadable(stamp: Stamp, id: i64, why: &str) -> Alert {
    Alert {
        text: format!(
            "{why}. Another version of host may have written it: the journal has it, row {id} of the table alert."
        ),
        ..alert(
            stamp,
            (Level::Warning, Kind::Alerts, Tone::Bad),
            format!("Alert {id} cannot be read"),
        )
    }
}

/// A way of being told is gone, told by another one.
#[must_use]
pub fn sink_gone(stamp: Stamp, sink: &str, why: &str) -> Alert {
    Alert {
        text: format!("{why}. Set it right and start again: what was not brought waits."),
        ..alert(
            stamp,
            (Level::Error, Kind::Alerts, Tone::Alarm),
            format!("No more alerts by {sink}"),
        )
    }
}
