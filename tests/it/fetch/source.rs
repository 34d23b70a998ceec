//! What the local venue has, and what of it must be in a catalog afterwards.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use host::domain::{Candle, CandleKind, Timeframe};
use host::venues::http::Waiting;
use host::venues::rest::History;

use crate::venue_stub::{Listed, Market, Venue, VenueStub};

pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const HOUR: i64 = 3_600_000;

/// 2024-01-15, a Monday.
const START: i64 = 1_705_276_800_000;

/// Hyperliquid answers with so many of the newest candles.
const NEWEST: usize = 5_000;

/// A quarter of an hour: what is younger may not have appeared yet.
const RECORDS_LATE: i64 = 15 * 60_000;

pub(crate) const VENUES: [&str; 3] = ["binance", "bybit", "hyperliquid"];

/// Time that passes only when somebody waits.
#[derive(Default)]
pub(crate) struct Skipping(AtomicI64);

impl Skipping {
    pub(crate) fn shared() -> Arc<dyn Waiting> {
        Arc::new(Self::default())
    }
}

impl Waiting for Skipping {
    fn now_us(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn pause(&self, length: Duration) {
        let us = i64::try_from(length.as_micros()).expect("no pause is that long");
        self.0.fetch_add(us, Ordering::SeqCst);
    }
}

/// One symbol of one venue.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) unified: &'static str,
    pub(crate) from: i64,
    pub(crate) now: i64,
    listed: Listed,
}

impl Source {
    /// Minutes from 2024-01-15 on, seen half a day before they end.
    pub(crate) fn of(name: &'static str, length: i64) -> Self {
        let (venue, unified) = match name {
            "binance" => (Venue::BinanceFutures, "BTC/USDT:USDT"),
            "bybit" => (Venue::Bybit, "BTC/USDT:USDT"),
            _ => (Venue::Hyperliquid, "BTC/USDC:USDC"),
        };
        let listed = Listed::made_up(venue, "BTC", START, length / 60_000, 11).with(Timeframe::H1);
        Self {
            name,
            unified,
            from: START,
            now: START + length - 12 * HOUR,
            listed,
        }
    }

    /// The venue had an outage.
    pub(crate) fn forget(&mut self, hole: Range<i64>) {
        for candles in self.listed.candles.values_mut() {
            candles.retain(|c| !hole.contains(&c.open_time.0));
        }
    }

    pub(crate) fn serve(&self) -> VenueStub {
        let mut market = Market::new(self.now);
        market.add(self.listed.clone());
        VenueStub::start(market)
    }

    /// What the venue has a history of.
    pub(crate) fn histories(&self) -> Vec<History> {
        let minutes = |kind| History::Candles(kind, Timeframe::M1);
        let traded = minutes(CandleKind::Candles);
        match self.name {
            "hyperliquid" => vec![
                traded,
                History::Candles(CandleKind::Candles, Timeframe::H1),
                History::Funding,
            ],
            "bybit" => vec![
                traded,
                minutes(CandleKind::Mark),
                minutes(CandleKind::Index),
                History::Funding,
                History::OpenInterest(Timeframe::M5),
            ],
            _ => vec![
                traded,
                minutes(CandleKind::Mark),
                minutes(CandleKind::Index),
                History::Funding,
            ],
        }
    }

    /// Minutes with all that trades say, open ones too.
    pub(crate) fn whole(&self) -> &[Candle] {
        self.listed.rows(CandleKind::Candles, Timeframe::M1)
    }

    /// Candles that were closed, as far as the venue tells of them.
    pub(crate) fn closed(&self, kind: CandleKind, timeframe: Timeframe) -> Vec<Candle> {
        let all = self.listed.rows(kind, timeframe);
        let is_closed = |c: &&Candle| timeframe.bucket_end(c.open_time).0 <= self.now;
        let mut closed: Vec<_> = all
            .iter()
            .filter(is_closed)
            .map(|c| self.told(kind, c))
            .collect();
        if self.name == "hyperliquid" {
            // The one still open is among the newest.
            let skipped = closed.len().saturating_sub(NEWEST - 1);
            closed.drain(..skipped);
        }
        closed
    }

    /// A candle without what the venue does not say of it.
    fn told(&self, kind: CandleKind, candle: &Candle) -> Candle {
        let absent = f64::NAN;
        let mut told = *candle;
        if kind != CandleKind::Candles {
            (told.quote_volume, told.taker_buy_volume, told.trades) = (absent, absent, absent);
            return told;
        }
        match self.name {
            "bybit" => (told.taker_buy_volume, told.trades) = (absent, absent),
            "hyperliquid" => (told.taker_buy_volume, told.quote_volume) = (absent, absent),
            _ => {}
        }
        told
    }

    /// Settlements that had time to appear: time, rate, price.
    pub(crate) fn settled(&self) -> Vec<(i64, f64, f64)> {
        let is_told = self.name == "binance";
        let end = (self.now - RECORDS_LATE) / 60_000 * 60_000;
        let settled = self.listed.funding.iter().filter(|s| s.time < end);
        settled
            .map(|s| (s.time, s.rate, if is_told { s.price } else { -1.0 }))
            .collect()
    }

    /// Samples that had time to appear: time, base, quote.
    pub(crate) fn sampled(&self) -> Vec<(i64, f64, f64)> {
        let is_told = self.name == "binance";
        let end = (self.now - RECORDS_LATE) / 300_000 * 300_000;
        let samples = self.listed.interest.iter().filter(|s| s.time < end);
        samples
            .map(|s| (s.time, s.base, if is_told { s.quote } else { -1.0 }))
            .collect()
    }
}
