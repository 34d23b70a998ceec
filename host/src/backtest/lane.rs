//! One backtest on its way through the common minutes: its part of them, its engine, what comes out of it.
//!
//! With an account of its own an engine steps whole blocks. On a shared wallet its minutes wait in a queue for their turn.

use std::collections::VecDeque;

use crate::backtest::builder::Backtest;
use crate::backtest::coarse::Coarse;
use crate::backtest::gathered::{Gathered, Keep};
use crate::backtest::market_events::MarketEvents;
use crate::backtest::quality::{Flags, MarkCheck, RecordCheck, Scan};
use crate::backtest::said::Script;
use crate::backtest::share::Share;
use crate::backtest::streams::Streamed;
use crate::backtest::{BacktestError, Outcome, SoFar};
use crate::data::feed::Period;
use crate::domain::{MINUTE_MS, Price, Rate, SlotState, Timeframe, Timestamp};
use crate::engine::{Block, EndOfData, Engine, Event, FeedEvent, Pool};
use crate::runs::Configuration;

/// One backtest with its part of the common minutes.
pub(super) struct Lane {
    pub name: String,
    share: Share,
    /// Joins base candles where the path is walked on the strategy's own.
    coarse: Option<Coarse>,
    /// Until its first minute.
    waiting: Option<Backtest>,
    running: Option<Running>,
    /// Its part of the current block.
    own: Block,
}

/// What is known of the next minute of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ahead {
    /// It is ready, and over at this moment.
    Ready(Timestamp),
    /// It has not been read yet, and may be over before a minute that is ready elsewhere.
    Unread,
    /// There is none among what has been read: the data has not begun, or is over.
    None,
}

/// What a strategy of a shared wallet is told before its turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// What the others have.
    pub others: Pool,
    /// What it may bind of the equity of all.
    pub weight: Rate,
    /// The account has ended.
    pub closed: bool,
}

/// Does no block come after this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Newest {
    Yes,
    No,
}

/// How an engine goes through its minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// Block by block.
    Blocks,
    /// One at a time, when it is told.
    Turns,
}

/// An engine with what comes out of it.
struct Running {
    engine: Engine,
    gathered: Gathered,
    configuration: Configuration,
    start: Timestamp,
    /// What the last minute does; none where no minute is the last one.
    end_of_data: Option<EndOfData>,
    streamed: Option<Streamed>,
    scan: Option<Scan>,
    marks: MarkCheck,
    records: RecordCheck,
    events: MarketEvents,
    said: Script,
    /// The newest minutes, held back so that the last one is known as such.
    held: Block,
    /// The first opens, until the engine has begun with them.
    opening: Option<(Timestamp, Vec<Option<Price>>)>,
    pace: Pace,
    queue: Queue,
    /// No more minutes come.
    is_over: bool,
}

/// Minutes that wait for their turn.
#[derive(Default)]
struct Queue {
    blocks: VecDeque<Block>,
    /// Within the first of them.
    cursor: Cursor,
}

/// The next minute of a block and the next of its events.
#[derive(Debug, Clone, Copy, Default)]
struct Cursor {
    minute: usize,
    event: usize,
}

impl Lane {
    pub(super) fn new(
        backtest: Backtest,
        share: Share,
        base: Timeframe,
    ) -> Result<Self, BacktestError> {
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
    pub(super) fn take(&mut self, block: &mut Block) -> Result<(), BacktestError> {
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

    /// Does nothing of its own come after this moment.
    pub(super) fn is_over(&self, read_to: Timestamp) -> bool {
        self.share.is_over(read_to)
    }

    /// No more minutes come: what was held back is stepped, or queued.
    pub(super) fn close(&mut self) -> Result<(), BacktestError> {
        self.running.as_mut().map_or(Ok(()), Running::close)
    }

    /// What is known of its result; `None` before its first minute.
    pub(super) fn so_far(&self) -> Option<SoFar<'_>> {
        self.running.as_ref().and_then(|r| r.gathered.so_far())
    }

    pub(super) fn finish(self) -> Result<Outcome, BacktestError> {
        match (self.waiting, self.running) {
            (Some(backtest), _) => Err(backtest.nothing_there()),
            (None, Some(running)) => running.finish(),
            (None, None) => unreachable!("a backtest waits or runs"),
        }
    }
}

/// On a shared wallet.
impl Lane {
    /// Its next minute.
    pub(super) fn ahead(&self) -> Ahead {
        match &self.running {
            // A minute of a lane that waits is over after everything that has been read.
            None => Ahead::None,
            Some(running) => match running.next_close() {
                Some(close) => Ahead::Ready(close),
                None if running.is_over => Ahead::None,
                None => Ahead::Unread,
            },
        }
    }

    /// Steps its next minute.
    pub(super) fn take_turn(&mut self, told: Told) {
        if let Some(running) = &mut self.running {
            running.take_turn(told);
        }
    }

    /// What it adds to the wallet: before its first minute, its part of the money.
    pub(super) fn add_to(&self, pool: Pool) -> Pool {
        match (&self.running, &self.waiting) {
            (Some(running), _) => running.engine.add_to(pool, 0),
            (None, Some(backtest)) => Pool {
                wallet: pool.wallet + backtest.balance,
                ..pool
            },
            (None, None) => pool,
        }
    }

    /// Has its account ended.
    pub(super) fn is_account_closed(&self) -> bool {
        let account = |r: &Running| r.engine.trader(0).desk().account().closed;
        self.running.as_ref().is_some_and(account)
    }

    /// Ends its account if it has begun: one that has not is told with its first turn.
    pub(super) fn end_account(&mut self, told: Told) {
        if let Some(running) = self.running.as_mut().filter(|r| r.opening.is_none()) {
            running.engine.share(0, told.others, told.weight, true);
            running.gathered.note(running.engine.step(Event::Settle));
            running.gathered.sample_again(&running.engine);
        }
    }
}

impl Running {
    /// The engine before its first minute.
    fn begin(mut backtest: Backtest, mut held: Block) -> Result<Self, BacktestError> {
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
            digests: backtest.keep_digests,
        };
        let pace = match backtest.shared {
            None => Pace::Blocks,
            Some(_) => Pace::Turns,
        };
        let gathered = Gathered::new(&configuration, keep);
        let events = MarketEvents::new(&backtest.events);
        let said = Script::new(std::mem::take(&mut backtest.said));
        let open_ended = backtest.open_ended;
        let (engine, end_of_data) = backtest.into_engine(held.base, start, sources);
        let first: Vec<Option<Price>> = held.slots[..held.symbols]
            .iter()
            .map(|s| (s.state == SlotState::Real).then_some(s.candle.open))
            .collect();
        let opening = Some((held.start, first));
        if let Some(streamed) = &streamed {
            let empty = Block::new(held.symbols, held.base);
            streamed.hand(std::mem::replace(&mut held, empty));
        }
        Ok(Self {
            engine,
            gathered,
            configuration,
            start,
            end_of_data: (!open_ended).then_some(end_of_data),
            streamed,
            scan,
            marks: MarkCheck::default(),
            records: RecordCheck::new(opened.odd_records()),
            events,
            said,
            held,
            opening,
            pace,
            queue: Queue::default(),
            is_over: false,
        })
    }

    /// Passes on what was held back and holds back the next minutes instead. Where there are streams, these are one block behind:
    /// the newest one is being filled meanwhile.
    fn next(&mut self, block: &mut Block) -> Result<(), BacktestError> {
        if let Some(streamed) = &mut self.streamed {
            let empty = Block::new(block.symbols, block.base);
            streamed.hand(std::mem::replace(block, empty));
            streamed.take(block)?;
        }
        self.pass_on(Newest::No);
        std::mem::swap(&mut self.held, block);
        Ok(())
    }

    fn close(&mut self) -> Result<(), BacktestError> {
        if self.is_over {
            return Ok(());
        }
        self.is_over = true;
        if let Some(mut streamed) = self.streamed.take() {
            streamed.close();
            self.pass_on(Newest::No);
            streamed.take(&mut self.held)?;
        }
        self.pass_on(Newest::Yes);
        Ok(())
    }

    /// Every minute of the block that was held back: stepped, or queued.
    fn pass_on(&mut self, newest: Newest) {
        let empty = Block::new(self.held.symbols, self.held.base);
        let mut block = std::mem::replace(&mut self.held, empty);
        self.events.put_into(&mut block);
        self.marks.block(&block, self.start);
        match self.pace {
            Pace::Turns if block.slots.is_empty() => {}
            Pace::Turns => self.queue.blocks.push_back(block),
            Pace::Blocks => {
                self.open();
                let mut cursor = Cursor::default();
                for _ in 0..block.minutes() {
                    self.minute(&block, &mut cursor, newest);
                }
                // Its memory is used again.
                std::mem::swap(&mut self.held, &mut block);
            }
        }
    }

    /// The engine begins with the first opens.
    fn open(&mut self) {
        if let Some((time, opens)) = self.opening.take() {
            let opens = opens.as_slice();
            let record = self.engine.step(Event::Begin { time, opens });
            self.gathered.note(record);
        }
    }

    /// The next minute of a block, with what is stepped before it.
    #[inline]
    fn minute(&mut self, block: &Block, cursor: &mut Cursor, newest: Newest) {
        let index = cursor.minute;
        let base_ms = block.base.minutes() * MINUTE_MS;
        let time = block.start.plus_ms(index as i64 * base_ms);
        self.say(time.plus_ms(base_ms));
        while let Some((minute, event)) = block.events.get(cursor.event)
            && *minute <= index
        {
            self.gathered.note(self.engine.step(match event {
                FeedEvent::Funding(settlement) => Event::Funding(settlement),
                FeedEvent::Delist(delisting) => Event::Delist(delisting),
                FeedEvent::Row(row) => Event::Row(row),
            }));
            cursor.event += 1;
        }
        let slots = &block.slots[index * block.symbols..(index + 1) * block.symbols];
        let is_last = newest == Newest::Yes && index + 1 == block.minutes();
        let record = self.engine.step(Event::Minute {
            time,
            slots,
            references: block.references_of(index),
            end: self.end_of_data.filter(|_| is_last),
        });
        self.gathered.note_minute(record, slots);
        if time >= self.start {
            self.gathered
                .minute(&self.engine, time, base_ms, slots, is_last);
        }
        cursor.minute += 1;
    }

    /// Gives the engine what was said before this moment and has not been given yet.
    #[inline]
    fn say(&mut self, before: Timestamp) {
        while let Some(moment) = self.said.next_before(before) {
            for said in &moment {
                self.gathered.note(self.engine.step(said.event()));
                self.gathered.note(self.engine.step(Event::Settle));
            }
            self.gathered.sample_again(&self.engine);
        }
    }

    /// When the next minute in the queue is over.
    fn next_close(&self) -> Option<Timestamp> {
        let block = self.queue.blocks.front()?;
        let base_ms = block.base.minutes() * MINUTE_MS;
        let minutes = self.queue.cursor.minute as i64 + 1;
        Some(block.start.plus_ms(minutes * base_ms))
    }

    /// Steps the next minute in the queue.
    fn take_turn(&mut self, told: Told) {
        let Some(block) = self.queue.blocks.pop_front() else {
            return;
        };
        let Told {
            others,
            weight,
            closed,
        } = told;
        self.engine.share(0, others, weight, false);
        self.open();
        self.engine.share(0, others, weight, closed);
        let mut cursor = std::mem::take(&mut self.queue.cursor);
        let newest = match self.is_over && self.queue.blocks.is_empty() {
            true => Newest::Yes,
            false => Newest::No,
        };
        self.minute(&block, &mut cursor, newest);
        if cursor.minute < block.minutes() {
            self.queue.blocks.push_front(block);
            self.queue.cursor = cursor;
        }
    }

    fn finish(mut self) -> Result<Outcome, BacktestError> {
        self.close()?;
        self.say(Timestamp(i64::MAX));
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
        self.records
            .finish(&mut flags, self.start, self.gathered.last);
        self.configuration.dataset.data_flags = flags;
        Ok(self.gathered.finish(&self.engine, self.configuration))
    }
}
