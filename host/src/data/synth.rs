//! A made-up market that behaves like one: for the first command without network, and for tests with a known answer.
//!
//! A list of what it does (`defaults.md` section 8): volatility that clusters over hours and days, jumps, a daily and a weekly
//! rhythm, drifts that last for weeks, one crash in the middle half of the period with a partial recovery, volume that follows
//! volatility, takers that follow the price, funding that follows the trend. The same seed gives the same bytes on every
//! machine: integers from a fixed generator, transcendental functions from `libm`.
//!
//! Unrealistic: no gaps, no halts, no order book, no memory of price levels; what makes money here proves nothing.

mod figures;

pub use figures::{Figures, figures};

use crate::data::series::SeriesKey;
use crate::data::streams::record::Record;
use crate::data::streams::{Place, Prices, Streams, Wanted};
use crate::domain::{Candle, MINUTE_MS, Price, Rate, Timeframe, Timestamp};

/// What to make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynthConfig {
    /// Another seed is another market.
    pub seed: u64,
    /// First minute; midnight UTC.
    pub start: Timestamp,
    /// Length.
    pub days: u32,
}

impl Default for SynthConfig {
    /// The year 2024 without its last day, seed 1.
    fn default() -> Self {
        Self {
            seed: 1,
            start: Timestamp(1_704_067_200_000),
            days: 365,
        }
    }
}

/// The venue of made-up candles.
pub const VENUE: &str = "synthetic";

/// Where synthetic candles are kept: a venue of their own, so that nobody takes them for recorded ones.
#[must_use]
pub fn series_key() -> SeriesKey {
    SeriesKey::new(VENUE, None, "BTC/USDT:USDT", Timeframe::M1).expect("a constant")
}

/// Minutes of a day.
const DAY: u32 = 1_440;
/// First price.
const PRICE_START: f64 = 42_000.0;
/// Price grid: 0.1.
const TICK: Price = Price(10_000_000);
/// Typical volatility of one minute. Alone it would make 40 % a year; clustering, jumps and the crash make the rest.
const SIGMA: f64 = 0.000_56;
/// Length of the crash and its depth; a third of it comes back in the three times as long that follow.
const CRASH_MINUTES: u32 = 400;
const CRASH_LOG: f64 = -0.14;

/// The candles, one after the other; nothing but the state of the model is kept.
#[derive(Debug, Clone)]
pub struct Synth {
    config: SynthConfig,
    random: Random,
    minute: u32,
    log_price: f64,
    last_ticks: i64,
    /// Logarithmic volatility: a part that lasts for days, one for hours, one for minutes.
    slow: f64,
    medium: f64,
    fast: f64,
    /// Logarithmic volume beyond what volatility explains.
    mood: f64,
    drift: f64,
    drift_left: u32,
    crash: u32,
}

impl Synth {
    /// The market of a configuration.
    #[must_use]
    pub fn new(config: SynthConfig) -> Self {
        let mut random = Random(config.seed);
        let half = (config.days * DAY / 2).max(1);
        let crash = half / 2 + u32::try_from(random.next() % u64::from(half)).expect("below half");
        Self {
            config,
            random,
            minute: 0,
            log_price: libm::log(PRICE_START),
            last_ticks: to_ticks(PRICE_START),
            slow: 0.0,
            medium: 0.0,
            fast: 0.0,
            mood: 0.0,
            drift: 0.0,
            drift_left: 0,
            crash,
        }
    }

    /// How far the crash is, 0 before it and after its echo; falls from 1 to 0.
    fn panic(&self) -> f64 {
        match self.minute.checked_sub(self.crash) {
            Some(since) if since < 4 * CRASH_MINUTES => {
                1.0 - f64::from(since) / f64::from(4 * CRASH_MINUTES)
            }
            _ => 0.0,
        }
    }

    /// Drift of this minute: weeks in one direction, and the crash with its recovery.
    fn drift(&mut self) -> f64 {
        if self.drift_left == 0 {
            let days = 12.0 + 30.0 * self.random.uniform();
            self.drift_left = whole(days * f64::from(DAY));
            // Up to 1 % a day, either way, slightly more often up.
            self.drift = 0.01 * (2.0 * self.random.uniform() - 0.9) / f64::from(DAY);
        }
        self.drift_left -= 1;
        let length = f64::from(CRASH_MINUTES);
        let crash = match self.minute.checked_sub(self.crash) {
            Some(since) if since < CRASH_MINUTES => CRASH_LOG / length,
            Some(since) if since < 4 * CRASH_MINUTES => -0.35 * CRASH_LOG / (3.0 * length),
            _ => 0.0,
        };
        self.drift + crash
    }

    /// Volatility of this minute.
    fn sigma(&mut self, rhythm: f64) -> f64 {
        // Half-lives of about 5 days, 3 hours and 10 minutes; the innovations keep the spread at 0.45, 0.40 and 0.30.
        self.slow = 0.999_904 * self.slow + 0.006_24 * self.random.normal();
        self.medium = 0.996_157 * self.medium + 0.035_0 * self.random.normal();
        self.fast = 0.933 * self.fast + 0.108 * self.random.normal();
        let clustering = libm::exp(self.slow + self.medium + self.fast);
        SIGMA * clustering * rhythm.sqrt() * (1.0 + 2.0 * self.panic())
    }
}

/// How busy the market is at this time: one on average; highest when Europe and America are both awake, lower at weekends.
fn rhythm(time: Timestamp) -> f64 {
    let minute = time.0.rem_euclid(86_400_000) / MINUTE_MS;
    #[expect(clippy::cast_precision_loss, reason = "minutes of a day")]
    let angle = core::f64::consts::TAU * (minute as f64 / f64::from(DAY) - 15.0 / 24.0);
    let daily = 1.0 + 0.40 * libm::cos(angle) + 0.12 * libm::cos(2.0 * angle);
    // The epoch was a Thursday.
    let weekend = matches!((time.day() + 3).rem_euclid(7), 5 | 6);
    daily * if weekend { 0.65 } else { 1.14 }
}

impl Iterator for Synth {
    type Item = Candle;

    fn next(&mut self) -> Option<Candle> {
        if self.minute >= self.config.days * DAY {
            return None;
        }
        let open_time = self
            .config
            .start
            .plus_ms(i64::from(self.minute) * MINUTE_MS);
        let rhythm = rhythm(open_time);
        let sigma = self.sigma(rhythm);
        let drift = self.drift();
        // One minute in seventy is three times as wild.
        let scale = if self.random.uniform() < 0.014 {
            3.0 * sigma
        } else {
            sigma
        };
        let change = drift + scale * self.random.normal();

        // Sometimes the first trade of a minute is not at the price of the last one.
        let hop = match self.random.next() % 32 {
            0 => 1,
            1 => -1,
            _ => 0,
        };
        let open = (self.last_ticks + hop).max(1);
        let base = self.log_price;
        self.log_price += change;
        let close = to_ticks(libm::exp(self.log_price));
        // Extremes of a random walk between two known ends.
        let reach = |u: f64| (change * change - 2.0 * scale * scale * libm::log(u)).sqrt();
        let (up, down) = (reach(self.random.uniform()), reach(self.random.uniform()));
        let high = to_ticks(libm::exp(base + 0.5 * (change + up)))
            .max(open)
            .max(close);
        let low = to_ticks(libm::exp(base + 0.5 * (change - down)))
            .min(open)
            .min(close)
            .max(1);
        self.last_ticks = close;
        self.minute += 1;

        self.mood = 0.98 * self.mood + 0.1 * self.random.normal();
        let effort = 1.0 + change.abs() / sigma.min(scale) + sigma / SIGMA;
        let volume = thousandths(3.0 * rhythm * effort * libm::exp(self.mood));
        let lean = libm::tanh(change / sigma);
        let share = (0.5 + 0.12 * lean + 0.03 * self.random.normal()).clamp(0.3, 0.7);
        let price = |ticks: i64| Price(ticks * TICK.0);
        let middle = f64::midpoint(price(open).to_f64(), price(close).to_f64());
        Some(Candle {
            open_time,
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(close),
            volume,
            quote_volume: thousandths(volume * middle),
            taker_buy_volume: thousandths(volume * share).min(volume),
            trades: (20.0 + volume * 14.0).round_ties_even(),
        })
    }
}

/// Funding of such a market: one rate every eight hours, higher after a rise.
#[must_use]
pub fn funding(candles: &[Candle], seed: u64) -> Vec<(Timestamp, Rate)> {
    let mut random = Random(seed ^ 0x6675_6e64);
    let closes = candles.chunks_exact(480).map(|eight_hours| {
        let (first, last) = (eight_hours[0], eight_hours[479]);
        (
            last.open_time.plus_ms(MINUTE_MS),
            libm::log(last.close.to_f64() / first.open.to_f64()),
        )
    });
    closes
        .map(|(time, change)| {
            let rate = 0.000_1 + 0.000_12 * libm::tanh(change / 0.02) + 0.000_03 * random.normal();
            (time, Rate::from_f64(rate).expect("a small number"))
        })
        .collect()
}

/// Mark price of such a market: it follows the last price with a delay and shows half of its wicks.
#[derive(Debug, Clone, Default)]
pub struct SynthMark {
    last: Option<Price>,
}

/// Everything such a market has besides its candles, in memory.
///
/// # Panics
/// Candles that are not of a made-up market: their settlements may not lie at full hours.
#[must_use]
pub fn streams(candles: &[Candle], seed: u64, wanted: Wanted) -> Streams {
    let key = series_key();
    let place = Place {
        venue: key.venue,
        symbol: key.symbol,
    };
    let records: Vec<_> = funding(candles, seed)
        .into_iter()
        .map(|(time, rate)| Record {
            time,
            available_at: None,
            values: [rate.to_f64(), f64::NAN],
        })
        .collect();
    let mut mark = SynthMark::default();
    let marks: Vec<_> = candles.iter().map(|candle| mark.next(candle)).collect();
    let mut streams = Streams::none(place, wanted)
        .with_funding(&records)
        .expect("the market begins at midnight");
    streams.mark = Some(Prices::new(marks, Timeframe::M1));
    streams.taker_volume = true;
    streams
}

/// Mark prices have two decimals.
const MARK_TICK: i64 = 1_000_000;

impl SynthMark {
    /// The mark candle beside the next candle.
    pub fn next(&mut self, candle: &Candle) -> Candle {
        let to_grid = |units: i64| Price((units / MARK_TICK).max(1) * MARK_TICK);
        let open = self.last.unwrap_or(candle.open);
        // Three quarters of the way to the last price.
        let close = to_grid(candle.close.0 - (candle.close.0 - open.0) / 4);
        self.last = Some(close);
        let body = (candle.open.max(candle.close), candle.open.min(candle.close));
        let above = (candle.high.0 - body.0.0) / 2;
        let below = (body.1.0 - candle.low.0) / 2;
        Candle {
            high: to_grid(open.max(close).0 + above).max(open),
            low: to_grid(open.min(close).0 - below).min(open),
            open,
            close,
            volume: 0.0,
            quote_volume: f64::NAN,
            taker_buy_volume: f64::NAN,
            trades: f64::NAN,
            ..*candle
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "prices of this market are far below the limit"
)]
fn to_ticks(price: f64) -> i64 {
    (price * 10.0).round_ties_even() as i64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "days as minutes"
)]
fn whole(minutes: f64) -> u32 {
    minutes.round_ties_even() as u32
}

/// To three decimals, as exchanges print volumes.
fn thousandths(value: f64) -> f64 {
    (value * 1e3).round_ties_even() / 1e3
}

/// SplitMix64: a fixed sequence of integers for a seed. Source: Steele, Lea, Flood 2014.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1, never 0.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(core::f64::consts::TAU * self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::candles::check_row;
    use crate::data::catalog::content_digest;
    use crate::data::grid::Grid;

    #[test]
    fn the_default_year_is_plausible_valid_and_the_same_everywhere() {
        let candles: Vec<_> = Synth::new(SynthConfig::default()).collect();
        assert_eq!(candles.len(), 525_600);
        let grid = Grid::new(Timeframe::M1);
        let mut last = None;
        for candle in &candles {
            check_row(candle, last, grid).expect("valid");
            assert!(candle.taker_buy_volume <= candle.volume);
            assert_eq!(candle.close.0 % TICK.0, 0);
            last = Some(candle.open_time);
        }
        let figures = figures(&candles, &funding(&candles, 1));
        assert_eq!(figures.problems(), Vec::<String>::new(), "{figures:#?}");
        assert_eq!(
            content_digest(&candles),
            DIGEST,
            "another market for the same seed"
        );
    }

    /// Changes only with a "Results change" in the changelog.
    const DIGEST: &str = "8ab817a7e56dc7e6e3534b7f8ff0e5377bb555c38ac99579fa71a5bbd6a808c7";

    #[test]
    fn the_mark_follows_the_last_price() {
        let config = SynthConfig {
            days: 30,
            ..SynthConfig::default()
        };
        let (mut mark, mut last) = (SynthMark::default(), None);
        let grid = Grid::new(Timeframe::M1);
        for candle in Synth::new(config) {
            let of = mark.next(&candle);
            check_row(&of, last, grid).expect("valid");
            let off = of.close.to_f64() / candle.close.to_f64() - 1.0;
            assert!(off.abs() < 0.02, "{off} at {}", of.open_time);
            last = Some(of.open_time);
        }
    }

    #[test]
    fn other_seeds_are_other_markets_most_of_them_plausible() {
        let year = |seed| {
            Synth::new(SynthConfig {
                seed,
                ..SynthConfig::default()
            })
        };
        assert_ne!(year(1).nth(1_000), year(2).nth(1_000));
        let plausible = |seed: &u64| {
            let candles: Vec<_> = year(*seed).collect();
            figures(&candles, &funding(&candles, *seed))
                .problems()
                .is_empty()
        };
        assert!((2..6).filter(plausible).count() >= 2);
        assert_eq!(
            Synth::new(SynthConfig {
                days: 0,
                ..SynthConfig::default()
            })
            .count(),
            0
        );
        assert_eq!(
            Synth::new(SynthConfig {
                days: 1,
                ..SynthConfig::default()
            })
            .count(),
            1_440
        );
    }
}
