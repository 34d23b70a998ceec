//! The venues this program speaks to, by name.

use super::binance::rest::BinanceRest;
use super::bybit::Bybit;
use super::hyperliquid::Hyperliquid;
use super::rest::{Place, Rest};

/// Adapters for history.
static ADAPTERS: [&dyn Rest; 3] = [&BinanceRest, &Bybit, &Hyperliquid];

/// The adapter of a venue, by its name in the catalog.
#[must_use]
pub fn adapter(venue: &str) -> Option<&'static dyn Rest> {
    ADAPTERS.into_iter().find(|a| a.venue() == venue)
}

/// Names of all venues.
#[must_use]
pub fn names() -> Vec<&'static str> {
    ADAPTERS.iter().map(|a| a.venue()).collect()
}

/// Every address of every venue.
pub fn places() -> impl Iterator<Item = Place> {
    ADAPTERS
        .into_iter()
        .flat_map(|a| a.places().iter().copied())
}
