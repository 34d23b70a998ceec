//! One account that is moved by commands or by a strategy: what the golden runs and the peers' trades have in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use host::domain::{
    Candle, Cash, Cause, Direction, FundingSettlement, Instrument, Manifest, Needs, OnFault,
    OrderKind, OrderRequest, PositionView, Price, Qty, Rate, Slot, StreamNeed, StreamRow,
    StreamSource, Tier, Timeframe, Timestamp, UNIT,
};
use host::engine::{
    Command, DeskLimits, EndOfData, Engine, EngineSetup, Event, Happening, Record, Strategy,
    TraderSetup,
};
use host::execution::{Profile, Simulated};
use host::ledger::Trade;
use host::strategy::native::Loaded;

use crate::support::manifest;

/// What the order was sent for, and so why a position closed.
pub(crate) const SIGNAL: &str = "signal";
/// A stop.
pub(crate) const STOP: &str = "stop_loss";
/// A target.
pub(crate) const TARGET: &str = "take_profit";

/// One engine, one strategy without code, one instrument.
pub(crate) struct Driver {
    engine: Engine,
    purposes: BTreeMap<u32, &'static str>,
    /// Why the last fill happened.
    reason: &'static str,
    groups: u32,
    /// Trades with what closed them, in order.
    pub(crate) trades: Vec<(Trade, &'static str)>,
    /// Fills so far.
    pub(crate) fills: usize,
    /// Starts of ambiguous candles.
    pub(crate) ambiguous: Vec<Timestamp>,
    /// Reasons of refusals.
    pub(crate) refusals: Vec<String>,
}

/// What an account starts with.
pub(crate) struct Start<'a> {
    pub(crate) profile: Profile,
    pub(crate) instrument: Instrument,
    pub(crate) wallet: Cash,
    pub(crate) leverage: Rate,
    pub(crate) base: Timeframe,
    pub(crate) first: &'a Candle,
}

/// Entry orders of a position with its exits; levels are left away where there are none.
pub(crate) struct Bracket {
    pub(crate) direction: Direction,
    pub(crate) qty: f64,
    pub(crate) stop: Option<f64>,
    pub(crate) target: Option<f64>,
}

/// Ids of the orders of a bracket.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sent {
    pub(crate) stop: Option<u32>,
}

impl Driver {
    /// Moved by commands alone.
    pub(crate) fn new(start: Start<'_>) -> Self {
        Self::build(
            start,
            manifest("driver", 1, OnFault::Hold),
            Needs::default(),
            None,
        )
    }

    /// Moved by a strategy, which gets the streams it needs by [`row`](Self::row), numbered as in its needs.
    pub(crate) fn with_strategy(start: Start<'_>, (strategy, manifest, needs): Loaded) -> Self {
        Self::build(start, manifest, needs, Some(strategy))
    }

    fn build(
        start: Start<'_>,
        manifest: Manifest,
        needs: Needs,
        strategy: Option<Box<dyn Strategy>>,
    ) -> Self {
        let source = |stream: &StreamNeed| StreamSource {
            instrument: 0,
            kind: stream.kind.clone(),
            detail: stream.detail,
            columns: Vec::new(),
        };
        let streams = needs.streams.iter().map(source).collect();
        let trader = TraderSetup {
            name: manifest.name.clone(),
            manifest,
            needs,
            strategy,
            executor: Box::new(Simulated::new(
                Arc::new(start.profile),
                start.wallet,
                std::slice::from_ref(&start.instrument),
                start.leverage,
            )),
            roles: vec![("main".to_owned(), vec![0])],
            limits: DeskLimits {
                max_leverage: Rate(1_000 * UNIT),
                ..DeskLimits::default()
            },
            seed: 0,
            keep_history: false,
            on_fault: OnFault::Hold,
        };
        let engine = Engine::new(EngineSetup {
            instruments: Arc::new(vec![start.instrument]),
            streams,
            base: start.base,
            start: start.first.open_time,
            strategies: vec![trader],
        });
        let mut driver = Self {
            engine,
            purposes: BTreeMap::new(),
            reason: SIGNAL,
            groups: 0,
            trades: Vec::new(),
            fills: 0,
            ambiguous: Vec::new(),
            refusals: Vec::new(),
        };
        driver.step(Event::Begin {
            time: start.first.open_time,
            opens: &[Some(start.first.open)],
        });
        driver
    }

    /// One candle, after which commands may follow.
    pub(crate) fn candle(&mut self, candle: &Candle, end: Option<EndOfData>) {
        self.step(Event::Minute {
            time: candle.open_time,
            slots: &[Slot::real(*candle)],
            references: &[],
            end,
        });
    }

    /// No more commands come at this close.
    pub(crate) fn settle(&mut self) {
        self.step(Event::Settle);
    }

    pub(crate) fn funding(&mut self, settlement: &FundingSettlement) {
        self.step(Event::Funding(settlement));
    }

    /// A row of a stream the strategy needs.
    pub(crate) fn row(&mut self, row: &StreamRow) {
        self.step(Event::Row(row));
    }

    pub(crate) fn position(&self) -> Option<PositionView> {
        self.engine
            .trader(0)
            .desk()
            .positions(None)
            .into_iter()
            .next()
    }

    pub(crate) fn equity(&self) -> Cash {
        self.engine.account_point(0).equity
    }

    pub(crate) fn wallet(&self) -> Cash {
        self.engine.account_point(0).wallet
    }

    pub(crate) fn account(&self) -> &host::ledger::Account {
        self.engine.trader(0).desk().account()
    }

    /// Closes the position at market, for this reason.
    pub(crate) fn close(&mut self, position: &PositionView, reason: &'static str) {
        let side = position.direction.closing_side();
        self.submit(
            OrderRequest {
                reduce_only: true,
                ..OrderRequest::market(0, side, position.qty.to_f64())
            },
            reason,
        );
    }

    /// A market order without exits.
    pub(crate) fn market(&mut self, direction: Direction, qty: f64) {
        let side = direction.closing_side().opposite();
        self.submit(OrderRequest::market(0, side, qty), SIGNAL);
    }

    /// A market entry; its exits are children that cancel each other. The target is a limit order.
    pub(crate) fn bracket(&mut self, bracket: &Bracket) -> Sent {
        let exit_side = bracket.direction.closing_side();
        let entry = OrderRequest::market(0, exit_side.opposite(), bracket.qty);
        let Some(parent) = self.submit(entry, SIGNAL) else {
            return Sent::default();
        };
        self.groups += 1;
        let child = |kind| OrderRequest {
            kind,
            reduce_only: true,
            parent: Some(parent),
            oco_group: Some(self.groups),
            ..OrderRequest::market(0, exit_side, bracket.qty)
        };
        let stop = bracket.stop.map(|level| child(OrderKind::Stop(level)));
        let target = bracket.target.map(|level| child(OrderKind::Limit(level)));
        let stop = stop.and_then(|order| self.submit(order, STOP));
        if let Some(order) = target {
            self.submit(order, TARGET);
        }
        Sent { stop }
    }

    pub(crate) fn command(&mut self, command: &Command) -> Option<u32> {
        let event = Event::Command {
            strategy: 0,
            command,
        };
        let record = self.engine.step(event).clone();
        self.note(&record);
        let answer = record.entries.iter().find_map(|e| match &e.what {
            Happening::Answer { result, .. } => Some(result.clone()),
            _ => None,
        });
        match answer.expect("every command is answered") {
            Ok(placed) => placed.map(|p| p.order),
            Err(refusal) => {
                self.refusals.push(refusal.reason.name().to_owned());
                None
            }
        }
    }

    fn submit(&mut self, order: OrderRequest, purpose: &'static str) -> Option<u32> {
        let id = self.command(&Command::Submit(order))?;
        self.purposes.insert(id, purpose);
        Some(id)
    }

    fn step(&mut self, event: Event<'_>) {
        let record = self.engine.step(event).clone();
        self.note(&record);
    }

    fn note(&mut self, record: &Record) {
        for entry in &record.entries {
            match &entry.what {
                Happening::Fill(fill) => {
                    self.fills += 1;
                    let purpose = self.purposes.get(&fill.order).copied();
                    self.reason = match fill.cause {
                        Cause::Order => purpose.unwrap_or(SIGNAL),
                        Cause::Stop => purpose.unwrap_or(STOP),
                        Cause::TakeProfit => purpose.unwrap_or(TARGET),
                        other => other.name(),
                    };
                }
                Happening::Trade(trade) => self.trades.push(((**trade).clone(), self.reason)),
                Happening::Fault { message, .. } => panic!("{message}"),
                Happening::Ambiguous { time, .. } => self.ambiguous.push(*time),
                _ => {}
            }
        }
    }
}

/// The side that closes a position.
/// Bitcoin of the table of instruments without its minimum, and with one margin tier that never liquidates: callers change the rest.
pub(crate) fn instrument(tick: Price, step: Qty, fee: Rate) -> Instrument {
    let known = host::venues::instruments::lookup("binance", "BTC/USDT:USDT");
    Instrument {
        tick,
        step,
        min_qty: step,
        max_qty: None,
        min_notional: Qty::ZERO,
        price_band: None,
        maker_fee: fee,
        taker_fee: fee,
        tiers: vec![Tier {
            floor: Qty::ZERO,
            cap: Qty(1_000_000_000 * UNIT),
            maintenance_rate: Rate::ZERO,
            max_leverage: Rate(100 * UNIT),
            maintenance_amount: Qty::ZERO,
        }],
        ..known.expect("it is in the table")
    }
}
