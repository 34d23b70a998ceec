//! Which venue a path belongs to, and what of it: the three are told apart by their paths alone.

use super::binance;
use super::hub::{Form, Heard, Topic};
use super::script::Moment;
use crate::venue_stub::{Listed, Market, Venue};

/// Where a client came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Binance {
        class: binance::Class,
        is_wrapped: bool,
    },
}

impl Door {
    /// The venue of an address, and what the address itself subscribes to.
    pub(super) fn open(market: &Market, path: &str, query: &str) -> Option<(Self, Heard)> {
        let (class, is_wrapped, streams) = binance::door(path, query)?;
        let topics = streams.iter();
        let topics = topics.filter_map(|name| binance::topic(market, class, name));
        let first = Heard {
            subscribe: topics.collect(),
            ..Heard::default()
        };
        Some((Self::Binance { class, is_wrapped }, first))
    }

    pub(super) fn venue(self) -> Venue {
        match self {
            Self::Binance { .. } => Venue::BinanceFutures,
        }
    }

    /// What a message does; `is_refused`: the venue complains instead.
    pub(super) fn hear(self, market: &Market, text: &str, is_refused: bool) -> Heard {
        match self {
            Self::Binance { class, .. } => binance::hear(market, class, text, is_refused),
        }
    }

    pub(super) fn is_wrapped(self) -> bool {
        match self {
            Self::Binance { is_wrapped, .. } => is_wrapped,
        }
    }
}

/// The topic a moment is told on, given the form a client wants it in; none if the client wants something else.
pub(super) fn frame(listed: &Listed, moment: &Moment, form: Form, is_wrapped: bool) -> String {
    match listed.venue {
        Venue::BinanceFutures | Venue::BinanceSpot => {
            binance::frame(listed, moment, form, is_wrapped)
        }
        Venue::Bybit | Venue::Hyperliquid => unreachable!("{:?}", listed.venue),
    }
}

/// What a venue sends first to who has just subscribed.
pub(super) fn greeting(_listed: &Listed, _topic: Topic, _now: i64) -> Option<String> {
    None
}
