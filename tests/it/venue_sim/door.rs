//! Which venue a path belongs to, and what of it: the three are told apart by their paths alone.

use super::hub::{Form, Heard};
use super::script::Moment;
use super::{binance, bybit, hyperliquid};
use crate::venue_stub::{Listed, Market, Venue};

/// Where a client came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Binance {
        class: binance::Class,
        /// Frames say the stream they are of.
        is_wrapped: bool,
    },
    Bybit,
    Hyperliquid,
}

impl Door {
    /// The venue of an address, and what the address itself subscribes to; none for an address of nobody.
    pub(super) fn open(market: &Market, path: &str, query: &str) -> Option<(Self, Heard)> {
        // Binance has the same path for book data, but lists nothing here then.
        let lists = |venue| market.listed.iter().any(|l| l.venue == venue);
        match path {
            "/v5/public/linear" => return Some((Self::Bybit, Heard::default())),
            "/ws" if lists(Venue::Hyperliquid) => {
                return Some((Self::Hyperliquid, Heard::default()));
            }
            _ => {}
        }
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
            Self::Bybit => Venue::Bybit,
            Self::Hyperliquid => Venue::Hyperliquid,
        }
    }

    /// What a message does; `is_refused`: the venue complains instead.
    pub(super) fn hear(self, market: &Market, text: &str, is_refused: bool) -> Heard {
        match self {
            Self::Binance { class, .. } => binance::hear(market, class, text, is_refused),
            Self::Bybit => bybit::hear(market, text, is_refused),
            Self::Hyperliquid => hyperliquid::hear(market, text, is_refused),
        }
    }

    pub(super) fn is_wrapped(self) -> bool {
        matches!(
            self,
            Self::Binance {
                is_wrapped: true,
                ..
            }
        )
    }
}

/// The frame of a moment for who subscribed to this form of it.
pub(super) fn frame(listed: &Listed, moment: &Moment, form: Form, is_wrapped: bool) -> String {
    match listed.venue {
        Venue::BinanceFutures | Venue::BinanceSpot => {
            binance::frame(listed, moment, form, is_wrapped)
        }
        Venue::Bybit => bybit::frame(listed, moment, form),
        Venue::Hyperliquid => hyperliquid::frame(listed, moment, form),
    }
}

/// What a venue sends first to who has just subscribed.
pub(super) fn greeting(listed: &Listed, form: Form, now: i64) -> Option<String> {
    match listed.venue {
        Venue::BinanceFutures | Venue::BinanceSpot => None,
        Venue::Bybit => bybit::greeting(listed, form, now),
        Venue::Hyperliquid => hyperliquid::greeting(listed, form, now),
    }
}
