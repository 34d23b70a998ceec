//! The loop of a backtest: minutes from the feed into the engine, records out of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::backtest::builder::Backtest;
use crate::backtest::chart::{Chart, chart_timeframe};
use crate::backtest::{BacktestError, steps};
use crate::data::feed::Period;
use crate::domain::{
    Cash, Delivery, InstrumentKind, MINUTE_MS, ParameterValue, Price, Slot, SlotState, Timeframe,
    Timestamp,
};
use crate::engine::{
    AccountPoint, Block, DeskLimits, EndOfData, Engine, EngineSetup, Event, Feed, TraderSetup,
};
use crate::execution::{Profile, Simulated};
use crate::runs::fingerprint::{Fingerprint, telemetry_fingerprint};
use crate::runs::{self, Observed, RunResult};
use crate::strategy::{RUNTIME_VERSION, parameters};

const HOUR_MS: i64 = 3_600_000;
/// Venue of the generator's candles.
const SYNTHETIC: &str = "synthetic";

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The minute it has reached.
    pub time: Timestamp,
    /// Base candles stepped so far, warm-up included.
    pub candles: u64,
}

/// A result with what a report draws beside it.
pub struct Outcome {
    /// The result.
    pub result: RunResult,
    /// Candles for the price chart and their length.
    pub chart: (Timeframe, Vec<crate::domain::Candle>),
    /// The step log, if it was kept.
    pub steps: Option<String>,
}

/// What the loop gathers.
struct Gathered {
    observed: Observed,
    fingerprint: Fingerprint,
    samples: Vec<AccountPoint>,
    marks: Vec<Vec<Price>>,
    coverage: Coverage,
    charts: Vec<Chart>,
    steps: Option<String>,
    balance: Cash,
    first: Option<Timestamp>,
    last: Timestamp,
}

/// Which minutes were there.
#[derive(Default)]
struct Coverage {
    minutes: u64,
    real: u64,
    gaps: Vec<runs::Gap>,
    open: Option<Timestamp>,
}

impl Backtest {
    /// Runs it to the end of the data.
    ///
    /// # Errors
    /// An empty period, data that is missing or breaks off. A fault of the strategy is part of the result, not an error.
    pub fn run(self, progress: &mut dyn FnMut(Progress)) -> Result<RunResult, BacktestError> {
        Ok(self.run_with_chart(progress)?.result)
    }

    /// The same with the candles of a chart and the step log.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_with_chart(
        self,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, BacktestError> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            let text = format!("the period from {from} to {to} is empty");
            return Err(BacktestError::setup(
                text,
                "the end is excluded: choose a later one",
            ));
        }
        self.check_period()?;
        let warm_from = self.from.map(|from| {
            if self.use_history {
                self.warm_up_start(from)
            } else {
                from
            }
        });
        let (mut feed, base) = self.source.open(Period {
            from: warm_from,
            to: self.to,
        })?;
        self.check_base(base)?;
        let mut block = Block::new(self.instruments.len(), base);
        if !feed.next_block(&mut block)? {
            return Err(self.nothing_there());
        }
        let start = self.from.map_or(block.start, |from| from.max(block.start));
        let mut configuration = self.configuration(base, start)?;
        let parts = self.into_engine(base, start);
        let (mut engine, profile, keep_steps) = parts;
        let count = configuration.instruments.len();
        let chart_end = configuration.period.end;
        let timeframe = chart_timeframe(start, chart_end.max(start.plus_ms(MINUTE_MS)), base);
        let mut gathered = Gathered {
            observed: Observed::default(),
            fingerprint: Fingerprint::new(configuration.digest()),
            samples: Vec::new(),
            marks: vec![Vec::new(); count],
            coverage: Coverage::default(),
            charts: vec![Chart::new(0, timeframe, base)],
            steps: keep_steps.then(String::new),
            balance: configuration.starting_balance,
            first: None,
            last: start,
        };
        drive(
            &mut engine,
            feed.as_mut(),
            block,
            start,
            profile.end_of_data,
            &mut gathered,
            progress,
        )?;
        if gathered.first.is_none() {
            let text = format!("there are no candles from {start} on");
            return Err(BacktestError::setup(
                text,
                "choose another period: `host data list` shows what is there",
            ));
        }
        gathered.coverage.close(gathered.last);
        gathered.finish(engine, &mut configuration)
    }

    /// Where the data must begin so that every series has its warm-up before the start.
    fn warm_up_start(&self, from: Timestamp) -> Timestamp {
        let needed = |need: &crate::domain::SeriesNeed| {
            // One more than asked for: the candle in progress at the start does not count.
            let minutes = (i64::from(need.warm_up) + 1) * need.timeframe.minutes();
            need.timeframe
                .bucket_start(from.plus_ms(-minutes * MINUTE_MS))
        };
        let wanted = self
            .needs
            .series
            .iter()
            .filter(|n| n.warm_up > 0)
            .map(needed)
            .min();
        wanted.map_or(from, |earliest| Timestamp(earliest.0.max(0)))
    }

    /// A period beside the data is told in the user's own times.
    fn check_period(&self) -> Result<(), BacktestError> {
        let before = self
            .source
            .end()
            .zip(self.from)
            .is_some_and(|(end, from)| from >= end);
        let after = self
            .source
            .start()
            .zip(self.to)
            .is_some_and(|(start, to)| to <= start);
        if before || after {
            Err(self.nothing_there())
        } else {
            Ok(())
        }
    }

    fn check_base(&self, base: Timeframe) -> Result<(), BacktestError> {
        match self.needs.series.iter().find(|n| n.timeframe < base) {
            None => Ok(()),
            Some(need) => Err(BacktestError::setup(
                format!(
                    "{} needs candles of {}, the data has {base}",
                    self.manifest.name, need.timeframe
                ),
                format!("choose a timeframe of {base} or longer, or finer data"),
            )),
        }
    }

    fn nothing_there(&self) -> BacktestError {
        let open = |t: Option<Timestamp>, word: &str| t.map_or(word.to_owned(), |t| t.to_string());
        let text = format!(
            "there are no candles from {} to {}",
            open(self.from, "the beginning"),
            open(self.to, "the end")
        );
        BacktestError::setup(
            text,
            "choose another period: `host data list` shows what is there",
        )
    }

    fn configuration(
        &self,
        base: Timeframe,
        start: Timestamp,
    ) -> Result<runs::Configuration, BacktestError> {
        // An end beyond the data is the end of the data, so that leaving it open and naming it give the same run.
        let there = self.source.end().unwrap_or(Timestamp(i64::MAX));
        let end = self.to.map_or(there, |to| to.min(there));
        let traded = self.instruments.first().map(|i| i.kind);
        let recorded = self
            .recorded_as
            .or(traded)
            .unwrap_or(InstrumentKind::LinearPerpetual);
        let word = |kind: InstrumentKind| crate::data::series::market_name(kind).to_owned();
        let preset = Profile::preset(self.profile.preset);
        let knobs = self.profile.knobs().into_iter().zip(preset.knobs());
        let venue = self
            .instruments
            .first()
            .map_or(String::new(), |i| i.venue.clone());
        // The primary series is the shortest one delivered one by one.
        let mut series: Vec<_> = self.needs.series.iter().collect();
        series.sort_by_key(|n| (n.delivery != Delivery::Each, n.timeframe));
        let mut timeframes: Vec<Timeframe> = Vec::new();
        for need in series {
            if !timeframes.contains(&need.timeframe) {
                timeframes.push(need.timeframe);
            }
        }
        Ok(runs::Configuration {
            component: self.component.clone(),
            parameters: self.parameters_used(),
            instruments: self.instruments.clone(),
            timeframes,
            profile: runs::Profile {
                preset: self.profile.preset.name().to_owned(),
                knobs: knobs
                    .map(|((key, value), (_, default))| runs::Knob {
                        key: key.to_owned(),
                        overridden: value != default,
                        value,
                    })
                    .collect(),
                active: vec![
                    "fees".to_owned(),
                    "slippage".to_owned(),
                    "isolated margin".to_owned(),
                ],
                inactive: self
                    .profile
                    .inactive()
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
            },
            limits: self.limits.entries().iter().map(limit).collect(),
            dataset: runs::Dataset {
                fingerprint: self.source.fingerprint(start, end)?,
                synthetic: venue == SYNTHETIC,
                venue,
                market: word(recorded),
                traded_as: traded.filter(|kind| *kind != recorded).map(word),
                base,
                coverage: 0.0,
                gaps: Vec::new(),
                mark_resolution: runs::LAST_PRICE.to_owned(),
                funding: runs::FundingUsed {
                    policy: "none".to_owned(),
                    source: None,
                },
                data_flags: BTreeMap::new(),
            },
            period: runs::Period {
                start,
                end,
                candles: 0,
            },
            seed: self.seed,
            starting_balance: self.balance,
            currency: self
                .instruments
                .first()
                .map_or(String::new(), |i| i.settle.clone()),
            leverage: self.leverage,
            on_fault: self.on_fault,
            use_history: self.use_history,
        })
    }

    fn parameters_used(&self) -> Vec<runs::ParameterUsed> {
        let default = |name: &str| -> Option<ParameterValue> {
            let declared = self.manifest.parameters.iter().find(|p| p.name == name)?;
            Some(parameters::default_value(&declared.kind))
        };
        let used = |(name, value): &(String, ParameterValue)| runs::ParameterUsed {
            overridden: default(name).as_ref() != Some(value),
            name: name.clone(),
            value: value.clone(),
        };
        self.parameters.iter().map(used).collect()
    }

    fn into_engine(self, base: Timeframe, start: Timestamp) -> (Engine, Arc<Profile>, bool) {
        let profile = Arc::new(self.profile);
        let seed = mixed_seed(self.seed, &self.manifest.name);
        let instruments = &self.instruments;
        let executor = Simulated::new(
            Arc::clone(&profile),
            self.balance,
            instruments,
            self.leverage,
        );
        let engine = Engine::new(EngineSetup {
            instruments: Arc::new(self.instruments),
            streams: Vec::new(),
            base,
            start,
            strategies: vec![TraderSetup {
                name: self.manifest.name.clone(),
                manifest: self.manifest,
                needs: self.needs,
                strategy: Some(self.instance),
                executor: Box::new(executor),
                roles: self.roles,
                limits: DeskLimits {
                    max_leverage: self.leverage,
                    ..DeskLimits::default()
                },
                seed,
                keep_history: self.keep_history,
                on_fault: self.on_fault,
            }],
        });
        (engine, profile, self.keep_steps)
    }
}

fn limit((name, value): &(&'static str, u64)) -> runs::Limit {
    runs::Limit {
        name: (*name).to_owned(),
        value: value.to_string(),
    }
}

/// A seed of its own for each strategy, so that others do not disturb its chance.
fn mixed_seed(seed: u64, name: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(name.as_bytes());
    let digest = hasher.finalize();
    u64::from_le_bytes(
        digest.as_bytes()[..8]
            .try_into()
            .expect("eight bytes of a digest"),
    )
}

/// Steps every minute of the feed. One block is held back so that the last minute is known as such.
fn drive(
    engine: &mut Engine,
    feed: &mut dyn Feed,
    mut block: Block,
    start: Timestamp,
    end_of_data: EndOfData,
    gathered: &mut Gathered,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), BacktestError> {
    let mut next = Block::new(block.symbols, block.base);
    let first: Vec<Option<Price>> = block.slots[..block.symbols]
        .iter()
        .map(|s| (s.state == SlotState::Real).then_some(s.candle.open))
        .collect();
    let record = engine.step(Event::Begin {
        time: block.start,
        opens: &first,
    });
    gathered.note(record);
    let mut candles = 0;
    loop {
        let more = feed.next_block(&mut next)?;
        gathered.block(engine, &block, start, (!more).then_some(end_of_data));
        candles += block.slots.len() as u64;
        progress(Progress {
            time: block.start,
            candles,
        });
        if !more {
            return Ok(());
        }
        std::mem::swap(&mut block, &mut next);
    }
}

impl Gathered {
    fn note(&mut self, record: &crate::engine::Record) {
        if record.entries.is_empty() {
            return;
        }
        self.fingerprint.add(record);
        self.observed.add(record, 0);
        if let Some(steps) = &mut self.steps {
            steps::append(steps, record);
        }
    }

    fn block(
        &mut self,
        engine: &mut Engine,
        block: &Block,
        start: Timestamp,
        end: Option<EndOfData>,
    ) {
        let base_ms = block.base.minutes() * MINUTE_MS;
        let minutes = block.minutes();
        for (index, slots) in block.slots.chunks_exact(block.symbols).enumerate() {
            let time = block.start.plus_ms(index as i64 * base_ms);
            let last = end.filter(|_| index + 1 == minutes);
            let record = engine.step(Event::Minute {
                time,
                slots,
                references: block.references_of(index),
                end: last,
            });
            self.note(record);
            if time >= start {
                self.minute(engine, time, base_ms, slots, last.is_some());
            }
        }
    }

    #[inline]
    fn minute(
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
        self.charts[0].push(time, &slots[0]);
        if last || close_time.0 % HOUR_MS == 0 {
            self.samples.push(engine.account_point(0));
            for (marks, quote) in self.marks.iter_mut().zip(engine.quotes()) {
                marks.push(quote.mark);
            }
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

    fn finish(
        self,
        engine: Engine,
        configuration: &mut runs::Configuration,
    ) -> Result<Outcome, BacktestError> {
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
            configuration: configuration.clone(),
            versions: runs::Versions {
                host: env!("CARGO_PKG_VERSION").to_owned(),
                runtime: RUNTIME_VERSION.to_owned(),
            },
            observed: self.observed,
            samples: self.samples,
            marks: self.marks,
            max_drawdown_intraday: Some(deepest.unwrap_or(0.0)),
            higher_tier_candles: 0,
            alternatives: runs::Alternatives::default(),
            asked_from: trader.live_since(),
            open_positions,
            fingerprint: self.fingerprint.finish(),
            telemetry_fingerprint: telemetry_fingerprint(&[&telemetry]),
            telemetry,
            timings: runs::Timings::default(),
        };
        let chart = self.charts.into_iter().next().expect("one chart a run");
        Ok(Outcome {
            result,
            chart: (chart.timeframe, chart.candles),
            steps: self.steps,
        })
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
