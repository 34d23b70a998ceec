//! The loop of a backtest: minutes from the feed into the engine, records out of it. Several backtests share one feed; each has
//! an engine of its own.

use std::sync::Arc;

use crate::backtest::builder::Backtest;
use crate::backtest::coarse::Coarse;
use crate::backtest::gathered::{Gathered, Keep};
use crate::backtest::quality::{Flags, MarkCheck, Scan};
use crate::backtest::share::{Share, shared};
use crate::backtest::streams::Streamed;
use crate::backtest::{BacktestError, ChartCandles};
use crate::data::feed::Period;
use crate::domain::{MINUTE_MS, Price, SlotState, StreamSource, Timeframe, Timestamp};
use crate::engine::{
    Block, DeskLimits, EndOfData, Engine, EngineSetup, Event, FeedEvent, Happening, TraderSetup,
};
use crate::execution::Simulated;
use crate::runs::{Configuration, RunResult};

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
}

/// Runs several backtests over one feed, which holds the symbols of all of them and is read once. Each strategy has its own
/// engine, which sees the symbols of this strategy alone, under the indices and from the first to the last of its own candles,
/// as if it were alone: a result does not depend on who else runs. Outcomes come in the order of the backtests.
///
/// # Errors
/// An empty period, data that is missing, breaks off or cannot be shared. A fault of a strategy is part of its result.
pub fn run_together(
    backtests: Vec<Backtest>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Outcome>, BacktestError> {
    let several = backtests.len() > 1;
    let of = |name: &str, error: BacktestError| {
        if several { error.of(name) } else { error }
    };
    for backtest in &backtests {
        backtest.check_period().map_err(|e| of(&backtest.name, e))?;
    }
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
        for lane in &mut lanes {
            lane.take(&mut block).map_err(|e| of(&lane.name, e))?;
        }
        progress(Progress { time, candles });
    }
    let finish = |lane: Lane| {
        let name = lane.name.clone();
        lane.finish().map_err(|e| of(&name, e))
    };
    lanes.into_iter().map(finish).collect()
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

    /// The period of its data, warm-up included.
    pub(super) fn data_period(&self) -> Period {
        let from = match self.from {
            Some(from) if self.use_history => Some(self.warm_up_start(from)),
            from => from,
        };
        Period { from, to: self.to }
    }

    /// Where the data must begin so that every series and stream has its warm-up before the start.
    fn warm_up_start(&self, from: Timestamp) -> Timestamp {
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

    fn into_engine(
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

/// One backtest on its way through the common minutes.
struct Lane {
    name: String,
    share: Share,
    /// Joins base candles where the path is walked on the strategy's own.
    coarse: Option<Coarse>,
    /// Until its first minute.
    waiting: Option<Backtest>,
    running: Option<Running>,
    /// Its part of the current block.
    own: Block,
}

/// An engine with what comes out of it.
struct Running {
    engine: Engine,
    gathered: Gathered,
    configuration: Configuration,
    start: Timestamp,
    end_of_data: EndOfData,
    streamed: Option<Streamed>,
    scan: Option<Scan>,
    marks: MarkCheck,
    /// The newest minutes, held back so that the last one is known as such.
    held: Block,
}

impl Lane {
    fn new(backtest: Backtest, share: Share, base: Timeframe) -> Result<Self, BacktestError> {
        Ok(Self {
            name: backtest.name.clone(),
            own: Block::new(backtest.instruments.len(), base),
            share,
            coarse: backtest.coarse(base)?,
            waiting: Some(backtest),
            running: None,
        })
    }

    /// The next common minutes.
    fn take(&mut self, block: &mut Block) -> Result<(), BacktestError> {
        self.share.cut(block, &mut self.own);
        if let Some(coarse) = &mut self.coarse {
            coarse.fold(&mut self.own);
        }
        if self.own.slots.is_empty() {
            return Ok(());
        }
        if let Some(backtest) = self.waiting.take() {
            let empty = Block::new(self.own.symbols, self.own.base);
            let first = std::mem::replace(&mut self.own, empty);
            self.running = Some(Running::begin(backtest, first)?);
        } else if let Some(running) = &mut self.running {
            running.next(&mut self.own)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Outcome, BacktestError> {
        match (self.waiting, self.running) {
            (Some(backtest), _) => Err(backtest.nothing_there()),
            (None, Some(running)) => running.finish(),
            (None, None) => unreachable!("a backtest waits or runs"),
        }
    }
}

impl Running {
    /// The engine before its first minute.
    fn begin(backtest: Backtest, mut held: Block) -> Result<Self, BacktestError> {
        let start = backtest
            .from
            .map_or(held.start, |from| from.max(held.start));
        let opened = backtest.open_streams(held.base, start)?;
        let configuration = backtest.configuration(held.base, start, &opened)?;
        let scan = backtest.check_data.as_ref().map(|folder| {
            let (from, to) = (Some(start), backtest.to);
            Scan::start(backtest.source.clone(), Period { from, to }, folder.clone())
        });
        let streamed = opened.feed();
        let sources = streamed.as_ref().map_or(Vec::new(), Streamed::sources);
        let keep = Keep {
            steps: backtest.keep_steps,
            records: backtest.keep_records,
        };
        let mut gathered = Gathered::new(&configuration, keep);
        let (mut engine, end_of_data) = backtest.into_engine(held.base, start, sources);
        let first: Vec<Option<Price>> = held.slots[..held.symbols]
            .iter()
            .map(|s| (s.state == SlotState::Real).then_some(s.candle.open))
            .collect();
        gathered.note(engine.step(Event::Begin {
            time: held.start,
            opens: &first,
        }));
        if let Some(streamed) = &streamed {
            let empty = Block::new(held.symbols, held.base);
            streamed.hand(std::mem::replace(&mut held, empty));
        }
        Ok(Self {
            engine,
            gathered,
            configuration,
            start,
            end_of_data,
            streamed,
            scan,
            marks: MarkCheck::default(),
            held,
        })
    }

    /// Steps what was held back and holds back the next minutes instead. Where there are streams, these are one block behind: the
    /// newest one is being filled meanwhile.
    fn next(&mut self, block: &mut Block) -> Result<(), BacktestError> {
        if let Some(streamed) = &mut self.streamed {
            let empty = Block::new(block.symbols, block.base);
            streamed.hand(std::mem::replace(block, empty));
            streamed.take(block)?;
        }
        self.step(None);
        std::mem::swap(&mut self.held, block);
        Ok(())
    }

    /// Every minute of the block that was held back.
    fn step(&mut self, end: Option<EndOfData>) {
        let block = &self.held;
        self.marks.block(block, self.start);
        let base_ms = block.base.minutes() * MINUTE_MS;
        let minutes = block.minutes();
        let mut events = block.events.iter().peekable();
        for (index, slots) in block.slots.chunks_exact(block.symbols).enumerate() {
            let time = block.start.plus_ms(index as i64 * base_ms);
            while let Some((_, event)) = events.next_if(|(minute, _)| *minute <= index) {
                self.gathered.note(self.engine.step(match event {
                    FeedEvent::Funding(settlement) => Event::Funding(settlement),
                    FeedEvent::Delist(delisting) => Event::Delist(delisting),
                    FeedEvent::Row(row) => Event::Row(row),
                }));
            }
            let last = end.filter(|_| index + 1 == minutes);
            let record = self.engine.step(Event::Minute {
                time,
                slots,
                references: block.references_of(index),
                end: last,
            });
            self.gathered.note(record);
            if time >= self.start {
                self.gathered
                    .minute(&self.engine, time, base_ms, slots, last.is_some());
            }
        }
    }

    fn finish(mut self) -> Result<Outcome, BacktestError> {
        if let Some(mut streamed) = self.streamed.take() {
            streamed.close();
            self.step(None);
            streamed.take(&mut self.held)?;
        }
        self.step(Some(self.end_of_data));
        if self.gathered.first.is_none() {
            let text = format!("there are no candles from {} on", self.start);
            return Err(BacktestError::setup(
                text,
                "choose another period: `host data list` shows what is there",
            ));
        }
        let mut flags = match self.scan {
            Some(scan) => scan.finish()?,
            None => Flags::new(),
        };
        self.marks.finish(&mut flags);
        self.configuration.dataset.data_flags = flags;
        Ok(self.gathered.finish(&self.engine, self.configuration))
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
