//! What the loop gathers on its way: records, samples of the account, candles for charts, which minutes were there.

use crate::backtest::chart::{Chart, chart_timeframe};
use crate::backtest::{Outcome, steps};
use crate::domain::{Cash, MINUTE_MS, Price, Slot, SlotState, Timestamp};
use crate::engine::{AccountPoint, Engine, Happening, Record};
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
    charts: Vec<Chart>,
    steps: Option<String>,
    records: Option<Vec<(Timestamp, Happening)>>,
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
}

/// Which minutes were there.
#[derive(Default)]
struct Coverage {
    minutes: u64,
    real: u64,
    gaps: Vec<runs::Gap>,
    open: Option<Timestamp>,
}

impl Gathered {
    /// Nothing yet.
    pub(super) fn new(configuration: &Configuration, keep: Keep) -> Self {
        let runs::Period { start, end, .. } = configuration.period;
        let base = configuration.dataset.base;
        let timeframe = chart_timeframe(start, end.max(start.plus_ms(MINUTE_MS)), base);
        let count = configuration.instruments.len();
        let instruments = 0..u32::try_from(count).expect("few instruments");
        Self {
            observed: Observed::default(),
            fingerprint: Fingerprint::new(configuration.digest()),
            samples: Vec::new(),
            marks: vec![Vec::new(); count],
            coverage: Coverage::default(),
            charts: instruments
                .map(|instrument| Chart::new(instrument, timeframe, base))
                .collect(),
            steps: keep.steps.then(String::new),
            records: keep.records.then(Vec::new),
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
        if let Some(steps) = &mut self.steps {
            steps::append(steps, record);
        }
        if let Some(records) = &mut self.records {
            let entries = record.entries.iter();
            records.extend(entries.map(|entry| (record.time, entry.what.clone())));
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
        configuration.period.candles = self.coverage.minutes;
        configuration.dataset.coverage = self.coverage.fraction();
        configuration.dataset.gaps = self.coverage.gaps;
        let trader = engine.trader(0);
        let open_positions = trader.desk().positions(None);
        let deepest = trader
            .gauge
            .deepest_fall()
            .map(|(peak, low)| low.to_f64() / peak.to_f64() - 1.0);
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
            higher_tier_candles: trader.gauge.higher_tier_minutes,
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
        }
    }
}

impl Coverage {
    #[inline]
    fn note(&mut self, time: Timestamp, slots: &[Slot]) {
        self.minutes += slots.len() as u64;
        let real = slots.iter().filter(|s| s.state == SlotState::Real).count() as u64;
        self.real += real;
        if real == slots.len() as u64 {
            if self.open.is_some() {
                self.close(time);
            }
        } else if self.open.is_none() {
            self.open = Some(time);
        }
    }

    /// Data is back, or over.
    fn close(&mut self, at: Timestamp) {
        if let Some(from) = self.open.take() {
            let minutes = u64::try_from((at.0 - from.0) / MINUTE_MS).unwrap_or(0);
            self.gaps.push(runs::Gap {
                from,
                to: at,
                minutes,
            });
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a fraction for people")]
    fn fraction(&self) -> f64 {
        if self.minutes == 0 {
            0.0
        } else {
            self.real as f64 / self.minutes as f64
        }
    }
}
