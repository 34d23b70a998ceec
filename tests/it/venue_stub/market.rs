//! What the venues of the stub know: symbols with candles, funding, open interest and trades.

use std::collections::BTreeMap;

use host::domain::{Candle, CandleKind, Price, Timeframe, Timestamp};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Of so many made-up trades one is a liquidation.
const TRADES_A_LIQUIDATION: usize = 97;

/// Who lists a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Venue {
    BinanceFutures,
    BinanceSpot,
    Bybit,
    Hyperliquid,
}

/// A settled funding rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settlement {
    /// As the venue stamps it.
    pub(crate) time: i64,
    pub(crate) rate: f64,
    /// Mark price; NaN is not told.
    pub(crate) price: f64,
}

/// Open interest on the grid of five minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interest {
    pub(crate) time: i64,
    pub(crate) base: f64,
    pub(crate) quote: f64,
}

/// A trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Trade {
    pub(crate) time: i64,
    pub(crate) price: Price,
    /// Eighths of a base unit: sums of them are exact.
    pub(crate) size: f64,
    pub(crate) is_taker_buy: bool,
}

/// A symbol and its whole history, beyond the venue's clock too. Everything ascends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listed {
    pub(crate) venue: Venue,
    /// The venue's name for it.
    pub(crate) symbol: String,
    pub(crate) base: String,
    pub(crate) quote: String,
    pub(crate) listed_at: i64,
    pub(crate) candles: BTreeMap<(CandleKind, Timeframe), Vec<Candle>>,
    pub(crate) funding: Vec<Settlement>,
    pub(crate) interest: Vec<Interest>,
    pub(crate) trades: Vec<Trade>,
    /// Orders that closed liquidated positions, at the price they were filled at. No venue answers questions about them.
    pub(crate) liquidations: Vec<Trade>,
}

/// All that is listed, and the clock of the venues.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Market {
    pub(crate) now_ms: i64,
    /// A settlement is told so long after it happened.
    pub(crate) funding_late_ms: i64,
    pub(crate) listed: Vec<Listed>,
}

impl Market {
    pub(crate) fn new(now_ms: i64) -> Self {
        Self {
            now_ms,
            funding_late_ms: 0,
            listed: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, listed: Listed) {
        self.listed.push(listed);
    }

    /// Settlements up to here are told.
    pub(super) fn funding_known_ms(&self) -> i64 {
        self.now_ms - self.funding_late_ms
    }

    pub(crate) fn find(&self, venue: Venue, symbol: &str) -> Option<&Listed> {
        let mut listed = self.listed.iter();
        listed.find(|l| l.venue == venue && l.symbol == symbol)
    }
}

impl Listed {
    /// Minutes of a made-up market against the dollar from `from_ms` (a midnight) on, with all that belongs to them. One minute in
    /// sixteen has no trade and is flat.
    pub(crate) fn made_up(venue: Venue, base: &str, from_ms: i64, minutes: i64, seed: u64) -> Self {
        let (symbol, quote) = match venue {
            Venue::Hyperliquid => (base.to_owned(), "USDC"),
            _ => (format!("{base}USDT"), "USDT"),
        };
        let mut listed = Self {
            venue,
            symbol,
            base: base.to_owned(),
            quote: quote.to_owned(),
            listed_at: from_ms,
            candles: BTreeMap::new(),
            funding: Vec::new(),
            interest: Vec::new(),
            trades: Vec::new(),
            liquidations: Vec::new(),
        };
        let mut chance = SplitMix64::seed_from_u64(seed);
        let mut made = Made::default();
        let mut last = Price::from_f64(20_000.0).expect("a price");
        for minute in 0..minutes {
            let open_time = from_ms + minute * MINUTE;
            last = made.minute(open_time, last, &mut chance, &mut listed);
        }
        for (kind, minutes) in [
            (CandleKind::Candles, made.candles),
            (CandleKind::Mark, made.mark),
            (CandleKind::Index, made.index),
        ] {
            listed.candles.insert((kind, Timeframe::M1), minutes);
        }
        let taken = listed.trades.iter().step_by(TRADES_A_LIQUIDATION);
        listed.liquidations = taken.copied().collect();
        listed
    }

    /// The same with candles of this length, made from its minutes.
    pub(crate) fn with(mut self, timeframe: Timeframe) -> Self {
        for kind in CandleKind::ALL {
            let longer = joined(self.rows(kind, Timeframe::M1), timeframe);
            self.candles.insert((kind, timeframe), longer);
        }
        self
    }

    /// Candles of a kind and length; none if it has no such.
    pub(crate) fn rows(&self, kind: CandleKind, timeframe: Timeframe) -> &[Candle] {
        self.candles
            .get(&(kind, timeframe))
            .map_or(&[], Vec::as_slice)
    }

    /// The candle of a minute, if there is one.
    pub(crate) fn minute(&self, kind: CandleKind, start: i64) -> Option<&Candle> {
        let rows = self.rows(kind, Timeframe::M1);
        let index = rows.binary_search_by_key(&start, |c| c.open_time.0);
        index.ok().map(|index| &rows[index])
    }
}

/// Minutes while they are made.
#[derive(Default)]
struct Made {
    candles: Vec<Candle>,
    mark: Vec<Candle>,
    index: Vec<Candle>,
}

impl Made {
    /// Adds a minute and all that falls into it; returns its last price.
    fn minute(
        &mut self,
        open_time: i64,
        last: Price,
        chance: &mut SplitMix64,
        listed: &mut Listed,
    ) -> Price {
        let count = match chance.next_u64() % 16 {
            0 => 0,
            n => n % 3 + 1,
        };
        let mut candle = Candle::flat(Timestamp(open_time), last);
        for nth in 0..count {
            let draw = chance.next_u64();
            let trade = Trade {
                time: open_time + (nth as i64) * 17_003 + (draw % 1_000) as i64,
                price: moved(candle.close, (draw >> 10) % 101, 50),
                size: ((draw >> 20) % 64 + 1) as f64 / 8.0,
                is_taker_buy: draw >> 63 == 1,
            };
            add_trade(&mut candle, &trade, nth == 0);
            listed.trades.push(trade);
        }
        let mark = shadow(&candle, chance.next_u64() % 21);
        let index = shadow(&candle, chance.next_u64() % 31);
        self.candles.push(candle);
        self.mark.push(mark);
        self.index.push(index);
        settle(open_time, mark.open, chance, listed);
        if open_time % (5 * MINUTE) == 0 {
            let base = 1_000.0 + (chance.next_u64() % 4_096) as f64 / 8.0;
            listed.interest.push(Interest {
                time: open_time,
                base,
                quote: base * mark.open.to_f64(),
            });
        }
        candle.close
    }
}

/// A price some tenths away.
fn moved(price: Price, tenths: u64, middle: i64) -> Price {
    let step = Price::from_f64(0.1).expect("a price").0;
    Price((price.0 + (tenths as i64 - middle) * step).max(1_000 * step))
}

fn add_trade(candle: &mut Candle, trade: &Trade, is_first: bool) {
    if is_first {
        candle.open = trade.price;
        candle.high = trade.price;
        candle.low = trade.price;
    }
    candle.high = candle.high.max(trade.price);
    candle.low = candle.low.min(trade.price);
    candle.close = trade.price;
    candle.volume += trade.size;
    candle.quote_volume += trade.size * trade.price.to_f64();
    candle.taker_buy_volume += if trade.is_taker_buy { trade.size } else { 0.0 };
    candle.trades += 1.0;
}

/// A mark or index candle some tenths above, without volume.
fn shadow(candle: &Candle, tenths: u64) -> Candle {
    let at = |price| moved(price, tenths, 10);
    Candle {
        open: at(candle.open),
        high: at(candle.high),
        low: at(candle.low),
        close: at(candle.close),
        ..Candle::flat(candle.open_time, candle.close)
    }
}

/// Settles funding: every eight hours with some milliseconds of delay at Binance, exactly at Bybit, every hour at Hyperliquid.
fn settle(time: i64, mark: Price, chance: &mut SplitMix64, listed: &mut Listed) {
    let (interval, delay) = match listed.venue {
        Venue::BinanceFutures => (8 * HOUR, 13),
        Venue::Bybit => (8 * HOUR, 1),
        Venue::Hyperliquid => (HOUR, 121),
        Venue::BinanceSpot => return,
    };
    if time % interval != 0 {
        return;
    }
    let draw = chance.next_u64();
    listed.funding.push(Settlement {
        time: time + (draw % delay) as i64,
        rate: ((draw >> 20) % 20_001) as f64 / 1e8 - 1e-4,
        price: mark.to_f64(),
    });
}

/// Longer candles from minutes, by the buckets of their open times.
fn joined(minutes: &[Candle], timeframe: Timeframe) -> Vec<Candle> {
    let mut longer: Vec<Candle> = Vec::new();
    for minute in minutes {
        let start = timeframe.bucket_start(minute.open_time);
        match longer.last_mut().filter(|last| last.open_time == start) {
            Some(last) => {
                last.high = last.high.max(minute.high);
                last.low = last.low.min(minute.low);
                last.close = minute.close;
                last.volume += minute.volume;
                last.quote_volume += minute.quote_volume;
                last.taker_buy_volume += minute.taker_buy_volume;
                last.trades += minute.trades;
            }
            None => longer.push(Candle {
                open_time: start,
                ..*minute
            }),
        }
    }
    longer
}

/// The candle as the venue shows it at `now`: one that is still open is not what it will be.
pub(super) fn seen(candle: &Candle, timeframe: Timeframe, now: i64) -> Candle {
    if now >= timeframe.bucket_end(candle.open_time).0 {
        return *candle;
    }
    Candle {
        volume: candle.volume / 2.0,
        quote_volume: candle.quote_volume / 2.0,
        taker_buy_volume: candle.taker_buy_volume / 2.0,
        ..Candle::flat(candle.open_time, candle.open)
    }
}
