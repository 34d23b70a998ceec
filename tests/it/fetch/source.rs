//! What the local venue has, and what of it must be in a catalog afterwards.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use host::domain::{Candle, CandleKind, Timeframe};
use host::venues::http::Waiting;
use host::venues::rest::History;

use crate::venue_stub::{Listed, Market, Settlement, Venue, VenueStub};

pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const HOUR: i64 = 3_600_000;

/// 2024-01-15, a Monday.
const START: i64 = 1_705_276_800_000;

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

    /// Three years of minutes of a spot pair, nothing but candles.
    pub(crate) fn three_years_of_spot() -> Self {
        let minutes = 3 * 365 * DAY / 60_000;
        let mut listed = Listed::made_up(Venue::BinanceSpot, "BTC", START, 1_440, 11);
        let kind = (CandleKind::Candles, Timeframe::M1);
        let day = listed.rows(kind.0, kind.1).to_vec();
        let days = (0..minutes / 1_440).flat_map(|number| {
            let later = move |c: &Candle| Candle {
                open_time: c.open_time.plus_ms(number * DAY),
                ..*c
            };
            day.iter().map(later).collect::<Vec<_>>()
        });
        listed.candles.insert(kind, days.collect());
        Self {
            name: "binance",
            unified: "BTC/USDT",
            from: START,
            now: START + minutes * 60_000,
            listed,
        }
    }

    /// The same, wanted from later on.
    pub(crate) fn wanted_from(self, from: i64) -> Self {
        Self { from, ..self }
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
        let is_wanted = |c: &Candle| c.open_time.0 >= self.from;
        let mut closed: Vec<_> = all
            .iter()
            .filter(is_closed)
            .map(|c| self.told(kind, c))
            .collect();
        closed.retain(is_wanted);
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
        let is_wanted = |s: &&Settlement| s.time >= self.from && s.time < end;
        let settled = self.listed.funding.iter().filter(is_wanted);
        // Hyperliquid's stamps lie after the hour; its rows carry the hour.
        let time = |time: i64| match self.name {
            "hyperliquid" => time / HOUR * HOUR,
            _ => time,
        };
        settled
            .map(|s| (time(s.time), s.rate, if is_told { s.price } else { -1.0 }))
            .collect()
    }

    /// Samples that had time to appear: time, base, quote.
    pub(crate) fn sampled(&self) -> Vec<(i64, f64, f64)> {
        let is_told = self.name == "binance";
        let end = (self.now - RECORDS_LATE) / 300_000 * 300_000;
        let samples = self
            .listed
            .interest
            .iter()
            .filter(|s| s.time >= self.from && s.time < end);
        samples
            .map(|s| (s.time, s.base, if is_told { s.quote } else { -1.0 }))
            .collect()
    }
}
