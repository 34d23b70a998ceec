//! What the loop gathers on its way: records, samples of the account, candles for charts, which minutes were there.

use crate::backtest::chart::{Chart, chart_timeframe};
use crate::backtest::leverage::LeverageGauge;
use crate::backtest::taken::Taken;
use crate::backtest::{Outcome, SoFar, steps};
use crate::domain::{Cash, MINUTE_MS, Price, Slot, SlotState, Timestamp};
use crate::engine::{AccountPoint, Engine, Gauge, Happening, Record};
use crate::runs::fingerprint::{Fingerprint, telemetry_fingerprint};
use crate::runs::{self, Configuration, Observed, RunResult};
use crate::strategy::RUNTIME_VERSION;

const HOUR_MS: i64 = 3_600_000;

/// One strategy's run as far as it is known.
pub(super) struct Gathered {
    observed: Observed,
    fingerprint: Fingerprint,
    samples: Vec<AccountPoint>,
    marks: Vec<Vec<Price>>,
    coverage: Coverage,
    leverage: LeverageGauge,
    taken: Taken,
    charts: Vec<Chart>,
    steps: Option<String>,
    records: Option<Vec<(Timestamp, Happening)>>,
    digests: Option<Digests>,
    balance: Cash,
    /// Start of the first minute of the period, once there was one.
    pub(super) first: Option<Timestamp>,
    /// End of the last minute.
    pub(super) last: Timestamp,
}

/// What is kept beside the result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keep {
    /// One line of text for everything that happens.
    pub steps: bool,
    /// Everything that happens, as values.
    pub records: bool,
    /// The fingerprint of the records after each step.
    pub digests: bool,
}

/// The fingerprint of the records, without what they are of, after each step that recorded something.
struct Digests {
    running: Fingerprint,
    all: Vec<(Timestamp, [u8; 32])>,
}

/// Which minutes were there.
struct Coverage {
    minutes: u64,
    symbols: Vec<SymbolCoverage>,
    gaps: Vec<runs::Gap>,
}

/// Of one symbol: minutes that were there, and where the gap it is in began.
#[derive(Clone, Copy, Default)]
struct SymbolCoverage {
    real: u64,
    open: Option<Timestamp>,
}

impl Gathered {
    /// Nothing yet.
    pub(super) fn new(configuration: &Configuration, keep: Keep) -> Self {
        let runs::Period { start, end, .. } = configuration.period;
        let base = configuration.dataset.base;
        let count = configuration.instruments.len();
        let timeframe = chart_timeframe(start, end.max(start.plus_ms(MINUTE_MS)), base, count);
        let instruments = 0..u32::try_from(count).expect("few instruments");
        Self {
            observed: Observed::default(),
            fingerprint: Fingerprint::new(configuration.digest()),
            samples: Vec::new(),
            marks: vec![Vec::new(); count],
            coverage: Coverage::of(count),
            leverage: LeverageGauge::default(),
            taken: Taken::default(),
            charts: instruments
                .map(|instrument| Chart::new(instrument, timeframe, base, count))
                .collect(),
            steps: keep.steps.then(String::new),
            records: keep.records.then(Vec::new),
            digests: keep.digests.then(Digests::new),
            balance: configuration.starting_balance,
            first: None,
            last: start,
        }
    }

    /// What one step did.
    pub(super) fn note(&mut self, record: &Record) {
        if record.entries.is_empty() {
            return;
        }
        self.fingerprint.add(record);
        self.observed.add(record, 0);
        for entry in &record.entries {
            if let Happening::Fill(fill) = &entry.what {
                self.charts[fill.instrument as usize].filled(fill.time);
            }
        }
        if let Some(steps) = &mut self.steps {
            steps::append(steps, record);
        }
        if let Some(records) = &mut self.records {
            let entries = record.entries.iter();
            records.extend(entries.map(|entry| (record.time, entry.what.clone())));
        }
        if let Some(digests) = &mut self.digests {
            digests.add(record);
        }
    }

    /// What a minute did, beside its candles.
    #[inline]
    pub(super) fn note_minute(&mut self, record: &Record, slots: &[Slot]) {
        if !record.entries.is_empty() {
            self.taken.note(record, slots);
            self.note(record);
        }
    }

    /// A minute of the period is over.
    #[inline]
    pub(super) fn minute(
        &mut self,
        engine: &Engine,
        time: Timestamp,
        base_ms: i64,
        slots: &[Slot],
        last: bool,
    ) {
        if self.first.is_none() {
            self.first = Some(time);
            self.opening_sample(time, slots);
        }
        let close_time = time.plus_ms(base_ms);
        self.last = close_time;
        self.coverage.note(time, slots);
        let account = engine.trader(0).desk().account();
        self.leverage.note(account, engine.quotes());
        for (chart, slot) in self.charts.iter_mut().zip(slots) {
            chart.push(time, slot);
        }
        if last || close_time.0 % HOUR_MS == 0 {
            self.samples.push(engine.account_point(0));
            for (marks, quote) in self.marks.iter_mut().zip(engine.quotes()) {
                marks.push(quote.mark);
            }
        }
    }

    /// The samples and trades there are, once a minute was sampled.
    pub(super) fn so_far(&self) -> Option<SoFar<'_>> {
        let so_far = SoFar {
            samples: &self.samples,
            trades: &self.observed.trades,
        };
        (!self.samples.is_empty()).then_some(so_far)
    }

    /// Something moved the account after its minute was over: the sample of this moment, if there is one, shows it.
    pub(super) fn sample_again(&mut self, engine: &Engine) {
        let point = engine.account_point(0);
        let last = self.samples.last_mut();
        if let Some(sample) = last.filter(|sample| sample.time == point.time) {
            *sample = point;
        }
    }

    /// The account before the first minute, marked at its open.
    fn opening_sample(&mut self, time: Timestamp, slots: &[Slot]) {
        self.samples.push(AccountPoint {
            time,
            wallet: self.balance,
            equity: self.balance,
            position_margin: Cash::ZERO,
            order_margin: Cash::ZERO,
        });
        for (marks, slot) in self.marks.iter_mut().zip(slots) {
            marks.push(slot.candle.open);
        }
    }

    /// The result, once every minute is noted.
    pub(super) fn finish(mut self, engine: &Engine, mut configuration: Configuration) -> Outcome {
        self.coverage.close(self.last);
        configuration.period.end = self.last;
        configuration.period.candles = self.coverage.candles();
        let asked_end = configuration.period.asked_end;
        configuration.period.asked_end = asked_end.filter(|end| *end > self.last);
        configuration.dataset.coverage = self.coverage.fraction();
        configuration.dataset.coverages = self.coverage.fractions();
        configuration.dataset.gaps = self.coverage.gaps;
        let trader = engine.trader(0);
        let open_positions = trader.desk().positions(None);
        let deepest = trader
            .gauge
            .deepest_fall()
            .map(|(peak, low)| low.to_f64().max(0.0) / peak.to_f64() - 1.0);
        let telemetry = trader.desk().telemetry.clone();
        let result = RunResult {
            configuration,
            versions: runs::Versions {
                host: env!("CARGO_PKG_VERSION").to_owned(),
                runtime: RUNTIME_VERSION.to_owned(),
            },
            observed: self.observed,
            samples: self.samples,
            marks: self.marks,
            max_drawdown_intraday: Some(deepest.unwrap_or(0.0)),
            exposed: exposed(&trader.gauge),
            leverage: self.leverage.finish(),
            higher_tier_candles: trader.gauge.higher_tier_minutes,
            capacity: self.taken.capacity,
            alternatives: runs::Alternatives::default(),
            asked_from: trader.live_since(),
            open_positions,
            fingerprint: self.fingerprint.finish(),
            telemetry_fingerprint: telemetry_fingerprint(&[&telemetry]),
            telemetry,
            timings: runs::Timings::default(),
        };
        Outcome {
            name: trader.name.clone(),
            result,
            charts: self.charts.into_iter().map(Chart::finish).collect(),
            steps: self.steps,
            records: self.records.unwrap_or_default(),
            digests: self.digests.map_or(Vec::new(), |digests| digests.all),
        }
    }
}

impl Digests {
    fn new() -> Self {
        Self {
            running: Fingerprint::of_records(),
            all: Vec::new(),
        }
    }

    fn add(&mut self, record: &Record) {
        self.running.add(record);
        self.all.push((record.time, self.running.running()));
    }
}

/// Minutes with an open position at their close, a fraction of all.
#[expect(clippy::cast_precision_loss, reason = "a fraction for people")]
fn exposed(gauge: &Gauge) -> Option<f64> {
    (gauge.minutes > 0).then(|| gauge.exposed_minutes as f64 / gauge.minutes as f64)
}

impl Coverage {
    fn of(symbols: usize) -> Self {
        Self {
            minutes: 0,
            symbols: vec![SymbolCoverage::default(); symbols],
            gaps: Vec::new(),
        }
    }

    #[inline]
    fn note(&mut self, time: Timestamp, slots: &[Slot]) {
        self.minutes += 1;
        for (index, slot) in slots.iter().enumerate() {
            let symbol = &mut self.symbols[index];
            if slot.state == SlotState::Real {
                symbol.real += 1;
                if symbol.open.is_some() {
                    self.close_one(index, time);
                }
            } else if symbol.open.is_none() {
                symbol.open = Some(time);
            }
        }
    }

    /// Data of a symbol is back.
    fn close_one(&mut self, index: usize, at: Timestamp) {
        if let Some(from) = self.symbols[index].open.take() {
            self.gaps.push(runs::Gap {
                instrument: u32::try_from(index).expect("few instruments"),
                from,
                to: at,
                minutes: u64::try_from((at.0 - from.0) / MINUTE_MS).unwrap_or(0),
            });
        }
    }

    /// The data is over.
    fn close(&mut self, at: Timestamp) {
        for index in 0..self.symbols.len() {
            self.close_one(index, at);
        }
        self.gaps.sort_by_key(|gap| (gap.from, gap.instrument));
    }

    /// Candles of all symbols.
    fn candles(&self) -> u64 {
        self.minutes * self.symbols.len() as u64
    }

    fn fraction(&self) -> f64 {
        fraction(self.symbols.iter().map(|s| s.real).sum(), self.candles())
    }

    fn fractions(&self) -> Vec<f64> {
        let one = |symbol: &SymbolCoverage| fraction(symbol.real, self.minutes);
        self.symbols.iter().map(one).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a fraction for people")]
fn fraction(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Candle;

    #[test]
    fn each_symbol_has_its_own_gaps() {
        let mut coverage = Coverage::of(2);
        for minute in 0..4 {
            let time = Timestamp(minute * MINUTE_MS);
            let real = Slot::real(Candle::flat(time, Price(1)));
            let missing = Slot {
                state: SlotState::Missing,
                ..real
            };
            let first = if minute == 1 { missing } else { real };
            let second = if minute < 2 { real } else { missing };
            coverage.note(time, &[first, second]);
        }
        coverage.close(Timestamp(4 * MINUTE_MS));
        let gaps: Vec<_> = coverage
            .gaps
            .iter()
            .map(|g| (g.instrument, g.from.0 / MINUTE_MS, g.minutes))
            .collect();
        assert_eq!(gaps, [(0, 1, 1), (1, 2, 2)]);
        assert!((coverage.fraction() - 0.625).abs() < 1e-12);
        assert_eq!(coverage.fractions(), [0.75, 0.5]);
    }
}
