//! The venues this program speaks to, by name.

use std::sync::Arc;

use super::binance::Binance;
use super::binance::stream::BinanceStream;
use super::bybit::Bybit;
use super::hyperliquid::Hyperliquid;
use super::rest::{Place, Rest};
use super::stream::Stream;
use crate::domain::InstrumentKind;

/// Adapters for history.
static ADAPTERS: [&dyn Rest; 3] = [&Binance, &Bybit, &Hyperliquid];

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

/// The live side of a venue's market, by the venue's name in the catalog.
#[must_use]
pub fn stream(venue: &str, market: InstrumentKind) -> Option<Arc<dyn Stream>> {
    match venue {
        "binance" => Some(Arc::new(BinanceStream::new(market))),
        "bybit" => Some(Arc::new(Bybit)),
        "hyperliquid" => Some(Arc::new(Hyperliquid)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{CandleKind, Symbol, Timeframe, Timestamp};
    use crate::venues::rest::{History, Method, Window};

    const HOUR_MS: i64 = 3_600_000;

    /// Everything a history may be.
    fn histories() -> impl Iterator<Item = History> {
        let lengths = Timeframe::ALL.into_iter();
        let of_length = |t| {
            let kinds = CandleKind::ALL.into_iter();
            let candles = kinds.map(move |kind| History::Candles(kind, t));
            candles.chain([History::OpenInterest(t)])
        };
        lengths
            .flat_map(of_length)
            .chain([History::Funding, History::TakerFlow])
    }

    fn question(window: &Window) -> (&str, Option<&str>) {
        let body = match &window.request.method {
            Method::Get => None,
            Method::Post(body) => Some(body.as_str()),
        };
        (&window.request.path, body)
    }

    /// Windows follow each other from end to end, and no two ask the same.
    fn check_disjoint(windows: &[Window], from: Timestamp, to: Timestamp) {
        let ends = windows.iter().map(|w| w.to);
        let begins = windows.iter().map(|w| w.from);
        assert!(begins.eq([from].into_iter().chain(ends).take(windows.len())));
        assert_eq!(windows.last().map(|w| w.to), Some(to));
        assert!(windows.iter().all(|w| w.from < w.to));
        for pair in windows.windows(2) {
            assert_ne!(question(&pair[0]), question(&pair[1]));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn windows_follow_each_other_and_depend_on_the_month_alone(
            year in 2017..2031_i32,
            number in 1..=12_u32,
            first in 0.0..1.0_f64,
            second in 0.0..1.0_f64,
        ) {
            let month = Timestamp::from_ymd(year, number, 1).expect("a month");
            let end = Timeframe::Month1.bucket_end(month);
            let inside = |part: f64| {
                let minutes = (end.0 - month.0) as f64 / 60_000.0;
                month.plus_ms((part * minutes) as i64 * 60_000)
            };
            let (from, to) = (inside(first.min(second)), inside(first.max(second)));
            for adapter in ADAPTERS {
                for text in ["BTC/USDT:USDT", "1000PEPE/USDC:USDC", "BTC/USDT"] {
                    let symbol = Symbol::parse(text, None).expect(text);
                    for history in histories() {
                        let offered = adapter.offer(&symbol, history);
                        if !offered.is_ok_and(|offer| offer.has_api) {
                            continue;
                        }
                        let whole = adapter.windows(&symbol, history, month, end);
                        check_disjoint(&whole, month, end);
                        if from >= to {
                            continue;
                        }
                        let part = adapter.windows(&symbol, history, from, to);
                        check_disjoint(&part, from, to);
                        for cut in part.iter().skip(1).take(part.len().saturating_sub(2)) {
                            prop_assert!(whole.contains(cut), "{} {history:?} {cut:?}", adapter.venue());
                        }
                    }
                }
            }
        }

        #[test]
        fn files_follow_each_other(day in 18_400..22_000_i64, days in 1..40_i64) {
            let at = |day: i64| Timestamp(day * 24 * HOUR_MS);
            let (from, to) = (at(day), at(day + days));
            for adapter in ADAPTERS {
                for text in ["BTC/USDT:USDT", "BTC/USDT"] {
                    let symbol = Symbol::parse(text, None).expect(text);
                    for history in histories().filter(|h| adapter.offer(&symbol, *h).is_ok()) {
                        let files = adapter.day_files(&symbol, history, from, to);
                        if !files.is_empty() {
                            check_disjoint(&files, from, to);
                        }
                        let month = Timeframe::Month1.bucket_start(from);
                        let files = adapter.month_files(&symbol, history, month);
                        let begins_before = month < at(18_400);
                        if !files.is_empty() && !begins_before {
                            check_disjoint(&files, month, Timeframe::Month1.bucket_end(month));
                        }
                    }
                }
            }
        }
    }
}
