//! What takers bought, added to candles that are there: from trades, or by a guess that is asked for and labelled.

use std::collections::BTreeMap;

use super::plan::{Month, months};
use super::run::{Line, Work};
use super::{Fetched, Fetcher, Key, Report, Target};
use crate::data::DataError;
use crate::data::catalog::{CatalogWriter, Series};
use crate::data::periods::Periods;
use crate::data::series::SeriesKey;
use crate::domain::{Candle, CandleKind, Timestamp};
use crate::venues::rest::{FlowRow, History};

/// Trades and candles of one venue may differ in the last digits; more is another quantity.
const VOLUME_TOLERANCE: f64 = 1e-6;

/// What did not fit when taker volume was added.
#[derive(Debug, Default)]
struct Unfit {
    /// Minutes with trades and without a candle.
    without_candle: u64,
    /// Minutes in which takers bought more than the candle says was traded.
    over_volume: u64,
    first: Option<Timestamp>,
}

impl Fetcher<'_> {
    /// Days that have candles without taker volume.
    pub(super) fn without_flow(
        &self,
        target: &Target,
        wanted: &Periods,
    ) -> Result<Periods, DataError> {
        let Key::Candles(key) = &target.key else {
            return Ok(Periods::default());
        };
        let Some(series) = self.catalog.find(key)? else {
            return Ok(Periods::default());
        };
        let mut days = Periods::default();
        for (from, to) in wanted.iter() {
            each_without(&series, from, to, |candle| {
                let midnight = Timestamp(candle.open_time.day() * super::DAY_MS);
                days.add(midnight.max(from), midnight.plus_ms(super::DAY_MS).min(to));
            })?;
        }
        Ok(days)
    }

    /// Fills the candles of months in.
    pub(super) fn fill_in(
        &self,
        line: &Line,
        work: &mut Work,
        months: &[usize],
    ) -> Result<(), DataError> {
        let Key::Candles(key) = &line.target.key else {
            return Ok(());
        };
        let mut unfit = Unfit::default();
        for &month in months {
            let work_month = &mut work.months[month];
            let rows = work_month.rows.flow(&work_month.month.wanted);
            let rows = rows.map_err(|e| e.context(key))?;
            let rows: BTreeMap<_, _> = rows.into_iter().map(|r| (r.open_time, r)).collect();
            let month = work_month.month.clone();
            work.fetched.added += self.fill_month(key, &month, &rows, &mut unfit)?;
            line.spool.remove(&month.name)?;
        }
        work.fetched.notes.extend(unfit.sentences());
        Ok(())
    }

    fn fill_month(
        &self,
        key: &SeriesKey,
        month: &Month,
        rows: &BTreeMap<Timestamp, FlowRow>,
        unfit: &mut Unfit,
    ) -> Result<u64, DataError> {
        let Some(series) = self.catalog.find(key)? else {
            return Ok(0);
        };
        let mut seen = 0;
        let mut filled = Vec::new();
        for file in series.files_between(month.from, month.to) {
            for candle in series.read(file)? {
                let Some(row) = rows.get(&candle.open_time) else {
                    continue;
                };
                seen += u64::from(row.volume > 0.0);
                if !candle.taker_buy_volume.is_nan() {
                    continue;
                }
                if row.taker_buy_volume > candle.volume * (1.0 + VOLUME_TOLERANCE) {
                    unfit.over_volume += 1;
                    unfit.first.get_or_insert(candle.open_time);
                    continue;
                }
                filled.push(Candle {
                    taker_buy_volume: row.taker_buy_volume.min(candle.volume),
                    ..candle
                });
            }
        }
        let traded = rows.values().filter(|r| r.volume > 0.0).count() as u64;
        unfit.without_candle += traded.saturating_sub(seen);
        self.store(key, &filled, false)
    }

    /// Guesses the taker volume of candles that have none: all of it at the high, none at the low.
    pub(super) fn approximate(&self, report: &mut Report) -> Result<(), DataError> {
        for fetched in &mut report.series {
            let is_traded = matches!(fetched.history, History::Candles(CandleKind::Candles, _));
            let Key::Candles(key) = &fetched.key else {
                continue;
            };
            let period = fetched.period.filter(|_| is_traded);
            let (Some((from, to)), Some(series)) = (period, self.catalog.find(key)?) else {
                continue;
            };
            let count = self
                .own
                .measure(|| self.approximate_series(&series, from, to))?;
            note(fetched, count);
        }
        Ok(())
    }

    fn approximate_series(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<u64, DataError> {
        let mut count = 0;
        for month in months(&Periods::of(from, to)) {
            let mut filled = Vec::new();
            let (from, to) = (month.from.max(from), month.to.min(to));
            each_without(series, from, to, |candle| {
                filled.push(Candle {
                    taker_buy_volume: candle.volume * bought_share(candle),
                    ..*candle
                });
            })?;
            count += self.store(&series.key, &filled, true)?;
        }
        Ok(count)
    }

    /// Adds what was filled in; how many candles that are.
    fn store(
        &self,
        key: &SeriesKey,
        filled: &[Candle],
        is_approximated: bool,
    ) -> Result<u64, DataError> {
        if filled.is_empty() {
            return Ok(0);
        }
        let mut writer = CatalogWriter::open(self.catalog, || {})?;
        let series = writer.series(key)?;
        if is_approximated {
            series.label_taker_volume_approximated();
        }
        filled.iter().try_for_each(|c| series.push(c))?;
        writer.commit()?;
        Ok(filled.len() as u64)
    }
}

/// Where the close lies between low and high; half where they are the same.
fn bought_share(candle: &Candle) -> f64 {
    let (low, high) = (candle.low.to_f64(), candle.high.to_f64());
    if candle.high == candle.low {
        0.5
    } else {
        (candle.close.to_f64() - low) / (high - low)
    }
}

/// Candles of `[from, to)` that do not say what takers bought.
fn each_without(
    series: &Series,
    from: Timestamp,
    to: Timestamp,
    mut take: impl FnMut(&Candle),
) -> Result<(), DataError> {
    for file in series.files_between(from, to) {
        let candles = series.read(file)?;
        let inside = candles
            .iter()
            .filter(|c| c.open_time >= from && c.open_time < to);
        inside
            .filter(|c| c.taker_buy_volume.is_nan())
            .for_each(&mut take);
    }
    Ok(())
}

fn note(fetched: &mut Fetched, count: u64) {
    if count > 0 {
        fetched.notes.push(format!(
            "taker volume of {count} candles is approximated, and labelled so"
        ));
    }
}

impl Unfit {
    fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.without_candle > 0 {
            let count = self.without_candle;
            sentences.push(format!(
                "{count} minutes have trades and no candle: they stay missing"
            ));
        }
        if let Some(first) = self.first {
            let count = self.over_volume;
            sentences.push(format!(
                "{count} minutes have more bought by takers than their candle has volume, first {first}: they stay without"
            ));
        }
        sentences
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::candle;

    #[test]
    fn the_share_of_buyers_is_where_the_close_lies() {
        let plain = candle(0, 0);
        assert_eq!(bought_share(&plain), 7.0 / 12.0);
        let flat = Candle::flat(Timestamp(0), plain.close);
        assert_eq!(bought_share(&flat), 0.5);
    }
}
