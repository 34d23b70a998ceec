//! The loop of a backtest: minutes from the feed into the engine, records out of it. Several backtests share one feed; each has
//! an engine of its own.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::backtest::builder::Backtest;
use crate::backtest::lane::Lane;
use crate::backtest::share::shared;
use crate::backtest::wallet::Wallet;
use crate::backtest::{BacktestError, ChartCandles, Said};
use crate::data::feed::Period;
use crate::domain::{MINUTE_MS, StreamSource, Timeframe, Timestamp};
use crate::engine::{
    AccountPoint, Block, DeskLimits, EndOfData, Engine, EngineSetup, Happening, TraderSetup,
};
use crate::execution::{FillTiming, Simulated};
use crate::ledger::Trade;
use crate::runs::RunResult;

/// How far apart the rows of a stream are taken to be that does not say it: as funding settlements usually are.
const USUAL_ROW_MINUTES: i64 = 8 * 60;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The minute it has reached.
    pub time: Timestamp,
    /// Base candles read so far, warm-up included.
    pub candles: u64,
}

/// A result with what a report draws beside it.
#[derive(Debug)]
pub struct Outcome {
    /// What the strategy is called in the run.
    pub name: String,
    /// The result.
    pub result: RunResult,
    /// Candles for the price charts, one an instrument.
    pub charts: Vec<ChartCandles>,
    /// The step log, if it was kept.
    pub steps: Option<String>,
    /// Everything that happened with the start of its minute, if it was kept ([`Backtest::keep_records`]).
    pub records: Vec<(Timestamp, Happening)>,
    /// Fingerprint of all records so far after each step that recorded something, with the time of its record, if they were kept
    /// ([`Builder::keep_digests`](crate::backtest::Builder::keep_digests)).
    pub digests: Vec<(Timestamp, [u8; 32])>,
}

/// A run on its way: everything up to its last sample.
#[derive(Debug, Clone, Copy)]
pub struct SoFar<'a> {
    /// The account at the start and at each hour's close.
    pub samples: &'a [AccountPoint],
    /// Closed trades.
    pub trades: &'a [Trade],
}

/// Runs several backtests over one feed, which holds the symbols of all of them and is read once. Each strategy has its own
/// engine, which sees the symbols of this strategy alone, under the indices and from the first to the last of its own candles,
/// as if it were alone: a result does not depend on who else runs. Outcomes come in the order of the backtests.
///
/// Backtests with a weight ([`Builder::weight`](crate::backtest::Builder::weight)) have one wallet, of which each result carries
/// its part: then results depend on each other, and minutes of all are stepped in order of the moments they end, ties in the order
/// of the backtests.
///
/// # Errors
/// An empty period, data that is missing, breaks off or cannot be shared, weights that do not fit together. A fault of a strategy
/// is part of its result.
pub fn run_together(
    backtests: Vec<Backtest>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Outcome>, BacktestError> {
    let outcomes = run_lanes(backtests, &mut |_, reached| {
        progress(reached);
        ControlFlow::Continue(())
    })?;
    Ok(outcomes.expect("nobody stopped it"))
}

/// Runs several backtests over one feed; `None` if `seen`, which is asked after every block of minutes, stopped them.
fn run_lanes(
    mut backtests: Vec<Backtest>,
    seen: &mut dyn FnMut(&[Lane], Progress) -> ControlFlow<()>,
) -> Result<Option<Vec<Outcome>>, BacktestError> {
    let several = backtests.len() > 1;
    let of = |name: &str, error: BacktestError| {
        if several { error.of(name) } else { error }
    };
    for backtest in &backtests {
        backtest.check_period().map_err(|e| of(&backtest.name, e))?;
        backtest.check_quotes().map_err(|e| of(&backtest.name, e))?;
    }
    let mut wallet = Wallet::divide(&mut backtests)?;
    let (source, period, shares) = shared(&backtests)?;
    let (mut feed, base) = source.open(period)?;
    for backtest in &backtests {
        backtest
            .check_base(base)
            .map_err(|e| of(&backtest.name, e))?;
    }
    let mut lanes: Vec<Lane> = backtests
        .into_iter()
        .zip(shares)
        .map(|(backtest, share)| {
            let name = backtest.name.clone();
            Lane::new(backtest, share, base).map_err(|e| of(&name, e))
        })
        .collect::<Result<_, BacktestError>>()?;
    let mut block = Block::new(source.symbols(), base);
    let mut candles = 0;
    while feed.next_block(&mut block)? {
        candles += block.slots.len() as u64;
        let time = block.start;
        let read_to = time.plus_ms(block.minutes() as i64 * base.minutes() * MINUTE_MS);
        for lane in &mut lanes {
            lane.take(&mut block).map_err(|e| of(&lane.name, e))?;
        }
        if let Some(wallet) = &mut wallet {
            // Nobody waits for a strategy whose data is over.
            for lane in lanes.iter_mut().filter(|lane| lane.is_over(read_to)) {
                lane.close().map_err(|e| of(&lane.name, e))?;
            }
            wallet.step(&mut lanes);
        }
        if seen(&lanes, Progress { time, candles }).is_break() {
            return Ok(None);
        }
    }
    for lane in &mut lanes {
        lane.close().map_err(|e| of(&lane.name, e))?;
    }
    if let Some(wallet) = &mut wallet {
        wallet.step(&mut lanes);
    }
    let finish = |lane: Lane| {
        let name = lane.name.clone();
        lane.finish().map_err(|e| of(&name, e))
    };
    let outcomes: Result<Vec<Outcome>, _> = lanes.into_iter().map(finish).collect();
    outcomes.map(Some)
}

impl Backtest {
    /// Runs it to the end of the data.
    ///
    /// # Errors
    /// An empty period, data that is missing or breaks off. A fault of the strategy is part of the result, not an error.
    pub fn run(self, progress: &mut dyn FnMut(Progress)) -> Result<RunResult, BacktestError> {
        Ok(self.run_with_chart(progress)?.result)
    }

    /// The same with the candles of charts and the step log.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_with_chart(
        self,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, BacktestError> {
        let mut outcomes = run_together(vec![self], progress)?;
        Ok(outcomes.pop().expect("one outcome a backtest"))
    }

    /// Runs it as long as `go_on` says so, which is asked every few thousand minutes once the period has begun; `None` if it was
    /// stopped.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_while(
        self,
        go_on: &mut dyn FnMut(SoFar<'_>) -> ControlFlow<()>,
    ) -> Result<Option<RunResult>, BacktestError> {
        let outcomes = run_lanes(vec![self], &mut |lanes, _| {
            let so_far = lanes.first().and_then(Lane::so_far);
            so_far.map_or(ControlFlow::Continue(()), &mut *go_on)
        })?;
        Ok(outcomes.and_then(|mut all| all.pop()).map(|o| o.result))
    }

    /// Where its data begins so that the warm-up comes from before the period; `None` = with the first candle there is.
    #[must_use]
    pub fn data_from(&self) -> Option<Timestamp> {
        self.data_period().from
    }

    /// The period of its data, warm-up included.
    pub(super) fn data_period(&self) -> Period {
        let from = match self.from {
            Some(from) if self.use_history => Some(self.warm_up_start(from)),
            from => from,
        };
        Period { from, to: self.to }
    }

    /// Where the data must begin so that every series and stream has its warm-up before the start.
    pub(crate) fn warm_up_start(&self, from: Timestamp) -> Timestamp {
        let series = self.needs.series.iter().filter(|n| n.warm_up > 0);
        let candles = series.map(|need| {
            // One more than asked for: the candle in progress at the start does not count.
            let minutes = (i64::from(need.warm_up) + 1) * need.timeframe.minutes();
            need.timeframe
                .bucket_start(from.plus_ms(-minutes * MINUTE_MS))
        });
        let streams = self.needs.streams.iter().filter(|n| n.warm_up > 0);
        let rows = streams.map(|need| {
            let minutes = match need.detail {
                0 => USUAL_ROW_MINUTES,
                minutes => i64::from(minutes),
            };
            from.plus_ms(-(i64::from(need.warm_up) + 1) * minutes * MINUTE_MS)
        });
        let wanted = candles.chain(rows).min();
        wanted.map_or(from, |earliest| Timestamp(earliest.0.max(0)))
    }

    /// A period beside the data is told in the user's own times.
    fn check_period(&self) -> Result<(), BacktestError> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            let text = format!("the period from {from} to {to} is empty");
            return Err(BacktestError::setup(
                text,
                "the end is excluded: choose a later one",
            ));
        }
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

    /// Nobody fills at best prices that nobody saw. What has no end goes on with those of a session, which may have needed none.
    fn check_quotes(&self) -> Result<(), BacktestError> {
        let quoted = self
            .said
            .iter()
            .any(|(_, s)| matches!(s, Said::Quote { .. }));
        if self.profile.fill_timing != FillTiming::Quote || quoted || self.open_ended {
            return Ok(());
        }
        Err(BacktestError::setup(
            "fill_timing quote fills market orders at best bid and ask of the moment, and recorded candles have none",
            "it needs live quotes: host forward-test --paper-fills quote",
        ))
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

    /// No candle is in its period.
    pub(super) fn nothing_there(&self) -> BacktestError {
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

    /// Its engine before the first event, and what happens to positions that are open when the data ends.
    pub(crate) fn into_engine(
        self,
        base: Timeframe,
        start: Timestamp,
        streams: Vec<StreamSource>,
    ) -> (Engine, EndOfData) {
        let profile = Arc::new(self.profile);
        let seed = mixed_seed(self.seed, &self.name);
        let executor = Simulated::new(
            Arc::clone(&profile),
            self.balance,
            &self.instruments,
            self.leverage,
        );
        let engine = Engine::new(EngineSetup {
            instruments: Arc::new(self.instruments),
            streams,
            base,
            start,
            strategies: vec![TraderSetup {
                name: self.name,
                manifest: self.manifest,
                needs: self.needs,
                strategy: Some(self.instance),
                executor: Box::new(executor),
                roles: self.roles,
                limits: DeskLimits {
                    max_leverage: self.leverage,
                    safety: self.safety,
                    ..DeskLimits::default()
                },
                seed,
                keep_history: self.keep_history,
                on_fault: self.on_fault,
            }],
        });
        (engine, profile.end_of_data)
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
