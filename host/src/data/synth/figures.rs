//! What makes a market plausible, measured. Source: `defaults.md` section 8.

use crate::domain::{Candle, Rate, Timestamp};

/// Figures of a series of one-minute candles.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Standard deviation of one-minute returns, as of a year.
    pub annual_volatility: f64,
    /// Kurtosis of one-minute returns (3 = normal).
    pub kurtosis: f64,
    /// Autocorrelation of returns at lag 1.
    pub return_autocorrelation: f64,
    /// Autocorrelation of absolute returns at lag 60.
    pub absolute_autocorrelation: f64,
    /// Share of candles in which a stop and a target 0.5 % from the open could both be hit.
    pub ambiguous: f64,
    /// Volume of the busiest hour of the day over that of the quietest.
    pub daily_pattern: f64,
    /// Volume of a weekday over that of a day of the weekend.
    pub weekly_pattern: f64,
    /// Share of volume where the buyer was the taker: 1st and 99th percentile.
    pub taker_share: (f64, f64),
    /// Share of funding rates within ±0.03 %.
    pub funding_usual: f64,
    /// Swings of more than 20 % between turning points of the hourly closes.
    pub trends: u32,
    /// Largest fall within 24 hours, as a fraction.
    pub worst_day: f64,
}

impl Figures {
    /// Name, value, bounds.
    #[must_use]
    pub fn table(&self) -> Vec<(&'static str, f64, f64, f64)> {
        let none = f64::INFINITY;
        vec![
            ("annual_volatility", self.annual_volatility, 0.40, 0.90),
            ("kurtosis", self.kurtosis, 10.0, 200.0),
            (
                "return_autocorrelation",
                self.return_autocorrelation,
                -0.05,
                0.05,
            ),
            (
                "absolute_autocorrelation",
                self.absolute_autocorrelation,
                0.1,
                none,
            ),
            ("ambiguous", self.ambiguous, 0.0, 0.02),
            ("daily_pattern", self.daily_pattern, 1.5, none),
            ("weekly_pattern", self.weekly_pattern, 1.2, none),
            ("taker_share_low", self.taker_share.0, 0.3, 0.5),
            ("taker_share_high", self.taker_share.1, 0.5, 0.7),
            ("funding_usual", self.funding_usual, 0.9, 1.0),
            ("trends", f64::from(self.trends), 2.0, none),
            ("worst_day", self.worst_day, -1.0, -0.10),
        ]
    }

    /// What is not plausible.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.table()
            .into_iter()
            .filter(|(_, value, low, high)| !(*low..=*high).contains(value))
            .map(|(name, value, low, high)| format!("{name} is {value:.4}, not in {low} to {high}"))
            .collect()
    }
}

/// Measures one-minute candles and their funding.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of candles")]
pub fn figures(candles: &[Candle], funding: &[(Timestamp, Rate)]) -> Figures {
    let closes: Vec<f64> = candles.iter().map(|c| c.close.to_f64()).collect();
    let returns: Vec<f64> = closes.windows(2).map(|w| libm::log(w[1] / w[0])).collect();
    let absolute: Vec<f64> = returns.iter().map(|r| r.abs()).collect();
    let n = returns.len().max(1) as f64;
    let mean = returns.iter().sum::<f64>() / n;
    let moment = |power: fn(f64) -> f64| returns.iter().map(|r| power(r - mean)).sum::<f64>() / n;
    let variance = moment(|d| d * d);
    let both = |c: &&Candle| {
        let open = c.open.to_f64();
        c.high.to_f64() >= open * 1.005 && c.low.to_f64() <= open * 0.995
    };
    let usual = funding
        .iter()
        .filter(|(_, r)| r.abs() <= Rate(30_000))
        .count();
    Figures {
        annual_volatility: (variance * 525_600.0).sqrt(),
        kurtosis: moment(|d| d * d * d * d) / (variance * variance),
        return_autocorrelation: autocorrelation(&returns, 1),
        absolute_autocorrelation: autocorrelation(&absolute, 60),
        ambiguous: candles.iter().filter(both).count() as f64 / candles.len().max(1) as f64,
        daily_pattern: daily_pattern(candles),
        weekly_pattern: weekly_pattern(candles),
        taker_share: taker_share(candles),
        funding_usual: usual as f64 / funding.len().max(1) as f64,
        trends: trends(&closes),
        worst_day: worst_day(&closes),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of candles")]
fn autocorrelation(values: &[f64], lag: usize) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let variance: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let shifted: f64 = values
        .iter()
        .zip(values.iter().skip(lag))
        .map(|(a, b)| (a - mean) * (b - mean))
        .sum();
    shifted / variance
}

fn daily_pattern(candles: &[Candle]) -> f64 {
    let mut hours = [0.0; 24];
    for candle in candles {
        let hour = candle.open_time.0.rem_euclid(86_400_000) / 3_600_000;
        hours[usize::try_from(hour).expect("an hour")] += candle.volume;
    }
    let most = hours.iter().copied().fold(0.0, f64::max);
    most / hours.iter().copied().fold(f64::INFINITY, f64::min)
}

fn weekly_pattern(candles: &[Candle]) -> f64 {
    let (mut week, mut weekend) = ((0.0, 0.0), (0.0, 0.0));
    for candle in candles {
        let day = (candle.open_time.day() + 3).rem_euclid(7);
        let sum = if day >= 5 { &mut weekend } else { &mut week };
        *sum = (sum.0 + candle.volume, sum.1 + 1.0);
    }
    (week.0 / week.1) / (weekend.0 / weekend.1)
}

fn taker_share(candles: &[Candle]) -> (f64, f64) {
    let mut shares: Vec<f64> = candles
        .iter()
        .filter(|c| c.volume > 0.0)
        .map(|c| c.taker_buy_volume / c.volume)
        .collect();
    shares.sort_by(f64::total_cmp);
    let at = |part: usize| {
        shares
            .get(shares.len() * part / 100)
            .copied()
            .unwrap_or(f64::NAN)
    };
    (at(1), at(99))
}

/// Legs of a zigzag that turns only after 20 % against it.
fn trends(closes: &[f64]) -> u32 {
    let mut hourly = closes.iter().step_by(60).copied();
    let Some(first) = hourly.next() else { return 0 };
    let (mut low, mut high, mut legs, mut up) = (first, first, 0, None);
    for price in hourly {
        high = high.max(price);
        low = low.min(price);
        if price >= low * 1.2 && up != Some(true) {
            (up, high, legs) = (Some(true), price, legs + 1);
        } else if price <= high * 0.8 && up != Some(false) {
            (up, low, legs) = (Some(false), price, legs + 1);
        }
        match up {
            Some(true) if price >= high => low = price,
            Some(false) if price <= low => high = price,
            _ => {}
        }
    }
    legs
}

/// Largest fall from a high of the last 24 hours.
fn worst_day(closes: &[f64]) -> f64 {
    let mut highs: std::collections::VecDeque<(usize, f64)> = std::collections::VecDeque::new();
    let mut worst = 0.0f64;
    for (i, price) in closes.iter().enumerate() {
        while highs.back().is_some_and(|(_, high)| high <= price) {
            highs.pop_back();
        }
        highs.push_back((i, *price));
        while highs.front().is_some_and(|(at, _)| at + 1_440 < i) {
            highs.pop_front();
        }
        let high = highs.front().expect("just pushed").1;
        worst = worst.min(price / high - 1.0);
    }
    worst
}
