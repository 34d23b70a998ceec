//! One strategy at its desk: warm-up, what it is shown at each moment and in which order, what happens when it faults.

mod commands;

use std::collections::VecDeque;

use crate::domain::{
    AccountChange, CandleColumns, Cash, Cause, Delivery, EventKinds, Manifest, Market, Needs,
    OnFault, Quote, SeriesBinding, SeriesNeed, SlotState, StrategyEvent, StreamRow, StreamSource,
    Timeframe, Timestamp,
};
use crate::engine::bars::{Bars, call};
use crate::engine::desk::{Desk, DeskLimits, DeskSetup, Phase, RoleBinding};
use crate::engine::executor::{EndOfData, Executor, MinuteView};
use crate::engine::history::push_columns;
use crate::engine::record::{AccountPoint, Happening};
use crate::engine::run::{Gauge, wind_down};
use crate::engine::safety::{Effect, Switch};
use crate::engine::strategy::{CandleCall, Ended, Fault, LAST_OF_MOMENT, Strategy};
use crate::engine::streams::Streams;

/// What a trader is made of.
pub struct TraderSetup {
    /// Its name in the run.
    pub name: String,
    /// What it says about itself.
    pub manifest: Manifest,
    /// What it needs with its parameters.
    pub needs: Needs,
    /// The strategy; without one the account is moved by commands alone.
    pub strategy: Option<Box<dyn Strategy>>,
    /// Its account.
    pub executor: Box<dyn Executor>,
    /// Instruments of each role.
    pub roles: Vec<RoleBinding>,
    /// Its bounds.
    pub limits: DeskLimits,
    /// Seed of its chance, already mixed with its name.
    pub seed: u64,
    /// Does it pull history.
    pub keep_history: bool,
    /// What happens after a fault: the manifest's word unless the user said otherwise.
    pub on_fault: OnFault,
}

/// What became known at the end of a minute, besides its base candles.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    /// Longer candles now being built.
    pub bars: &'a [Bars],
    /// Those that closed, by index of `bars`.
    pub closed: &'a [Option<CandleCall>],
    /// Rows of streams, in order of their available-at time.
    pub rows: &'a [StreamRow],
}

/// One series as the trader delivers it.
#[derive(Debug)]
struct SeriesState {
    binding: SeriesBinding,
    need: SeriesNeed,
    /// Index of its bars; `None` = the base candles themselves.
    bars: Option<usize>,
    closed: u32,
    warm: VecDeque<CandleCall>,
    /// Closed since the last primary candle (delivery with-primary).
    bulk: CandleColumns,
}

/// One strategy, its desk and what it waits for.
pub struct Trader {
    /// Its name in the run.
    pub name: String,
    /// What it says about itself.
    pub manifest: Manifest,
    /// Minute figures of its account.
    pub gauge: Gauge,
    pub(super) desk: Box<Desk>,
    /// Happenings already turned into events.
    pub(super) seen: usize,
    strategy: Option<Box<dyn Strategy>>,
    events: EventKinds,
    streams: Streams,
    series: Vec<SeriesState>,
    /// Indices of `series` in the order in which they are delivered at one moment: longest first, the primary one last.
    order: Vec<usize>,
    primary: Option<usize>,
    ready: bool,
    live: bool,
    live_since: Option<Timestamp>,
    queue: VecDeque<(Timestamp, StrategyEvent)>,
    missing: u32,
    on_fault: OnFault,
    ended: Option<Ended>,
    /// Commands or best prices of this moment have not been settled yet.
    unsettled: bool,
}

impl Trader {
    pub(super) fn new(
        setup: TraderSetup,
        market: Market,
        base: Timeframe,
        sources: &[StreamSource],
        bars: &mut Vec<Bars>,
    ) -> Self {
        let streams = Streams::bind(&setup.needs, &setup.roles, sources);
        let series = bind_series(&setup.needs, &setup.roles, base, bars);
        let primary = primary_series(&series);
        let mut order: Vec<usize> = (0..series.len()).collect();
        order.sort_by_key(|i| {
            let s = &series[*i];
            (
                Some(*i) == primary,
                std::cmp::Reverse(s.binding.timeframe.minutes()),
                s.binding.id,
            )
        });
        let tradable = (0..market.instruments.len())
            .map(|i| {
                is_tradable(
                    u32::try_from(i).expect("few"),
                    &setup.manifest,
                    &setup.roles,
                )
            })
            .collect();
        let desk = Desk::new(DeskSetup {
            executor: setup.executor,
            market,
            roles: setup.roles,
            tradable,
            abilities: setup.manifest.abilities,
            limits: setup.limits,
            seed: setup.seed,
            series: series.iter().map(|s| s.binding.clone()).collect(),
            streams: streams.bindings().len(),
            keep_history: setup.keep_history,
        });
        let gauge = Gauge::new(desk.executor().account().wallet);
        Self {
            name: setup.name,
            manifest: setup.manifest,
            gauge,
            desk: Box::new(desk),
            seen: 0,
            live: setup.strategy.is_none(),
            strategy: setup.strategy,
            events: setup.needs.events,
            series,
            streams,
            order,
            primary,
            ready: false,
            live_since: None,
            queue: VecDeque::new(),
            missing: 0,
            on_fault: setup.on_fault,
            ended: None,
            unsettled: false,
        }
    }

    /// Its desk, to read the account and what it showed.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The account at this moment.
    #[must_use]
    pub fn account_point(&self, time: Timestamp) -> AccountPoint {
        let account = self.desk.executor().account();
        AccountPoint {
            time,
            wallet: account.wallet,
            equity: self.equity(),
            position_margin: account.position_margin,
            order_margin: account.order_margin,
        }
    }

    /// Wallet + unrealized profit at the marks.
    #[must_use]
    pub fn equity(&self) -> Cash {
        self.desk.executor().account().equity(&self.desk.market)
    }

    /// Close of the minute in which its warm-up was over, if it was.
    #[must_use]
    pub fn live_since(&self) -> Option<Timestamp> {
        self.live_since
    }

    /// Is its first candle behind it.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Why it ended; nothing while it takes part.
    #[must_use]
    pub fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// Fuel its last call used and bytes of its linear memory; none of what is native or has ended.
    #[must_use]
    pub fn spent(&self) -> Option<(u64, u64)> {
        self.strategy.as_ref()?.spent()
    }

    // --- one minute --------------------------------------------------------------------------------------------------------

    pub(super) fn begin(&mut self, time: Timestamp) {
        if self.strategy.is_none() {
            self.desk.phase = Phase::Live;
            return;
        }
        let bindings: Vec<_> = self.series.iter().map(|s| s.binding.clone()).collect();
        let streams = self.streams.bindings();
        self.guarded(time, |strategy, desk| {
            strategy.start(desk, &bindings, &streams)
        });
    }

    #[inline]
    pub(super) fn execute(&mut self, minute: &MinuteView<'_>) {
        self.desk.now = minute.time;
        let (executor, market, out) = self.desk.parts();
        executor.minute(minute, market, out);
    }

    #[inline]
    pub(super) fn mark(&mut self, quotes: &[Quote]) {
        self.desk.market.quotes.copy_from_slice(quotes);
        if self.live {
            let account = self.desk.executor().account();
            let exposed = !account.positions().is_empty();
            let equity = account.wallet.to_cost() + account.unrealized(&self.desk.market);
            self.gauge.note(equity, exposed);
            let several = account.positions().len() > 1;
            if several
                && self
                    .desk
                    .executor()
                    .sums_to_a_higher_tier(&self.desk.market)
            {
                self.gauge.higher_tier_minutes += 1;
            }
        }
    }

    /// Shows the strategy this moment, then lets what it sent meet the close where the profile says so.
    #[inline]
    pub(super) fn deliver(&mut self, minute: &MinuteView<'_>, start: Timestamp, shown: &Shown<'_>) {
        if self.desk.safety.is_some() {
            self.watch(minute.close_time);
        }
        // A run that closes everything with the data has no moment left in which an order could matter.
        let over = matches!(minute.end, Some(EndOfData::Close | EndOfData::Open));
        if self.strategy.is_none() || over {
            return;
        }
        let mut shown = *shown;
        if !self.live {
            let before = |row: &&StreamRow| row.available_at <= minute.time;
            let before = shown.rows.iter().take_while(before).count();
            let (earlier, rows) = shown.rows.split_at(before);
            shown.rows = rows;
            self.warm_rows(earlier);
            self.try_go_live(minute, start);
        }
        let shown = &shown;
        if !self.live {
            self.collect_warm_up(minute, shown);
            return;
        }
        self.show_events(minute);
        if !self.streams.is_empty() {
            self.show_rows(minute, shown);
        }
        self.show_candles(minute, shown);
        self.meet_close(minute.close_time);
    }

    /// The user's breakers look at the account once a minute, after equity is taken.
    fn watch(&mut self, now: Timestamp) {
        self.desk.now = now;
        // Of a strategy that was stopped nothing is left to watch once it is flat.
        let flat = self.desk.executor().account().positions().is_empty();
        if self.desk.phase == Phase::Stopped && flat {
            return;
        }
        let Some(guard) = &mut self.desk.safety else {
            return;
        };
        let mut switches = guard.rearm(now);
        self.queue_events();
        switches.extend(self.desk.check_breakers(now));
        self.tell_breakers(now, &switches);
        switches.retain(|switch| switch.open);
        self.apply_breakers(now, &switches);
    }

    fn tell_breakers(&mut self, now: Timestamp, switches: &[Switch]) {
        let told = switches.iter().map(|switch| Happening::Breaker {
            time: now,
            rule: switch.rule.clone(),
            open: switch.open,
            value: switch.value,
        });
        self.desk.happenings.extend(told);
    }

    /// What breakers do that opened now, and those that take positions away as long as they are open.
    fn apply_breakers(&mut self, now: Timestamp, tripped: &[Switch]) {
        let halt = |s: &&Switch| s.effect == Effect::Halt && self.strategy.is_some();
        let halted_by = tripped.iter().find(halt).map(|s| s.rule.clone());
        let withdraws = tripped.len() > usize::from(halted_by.is_some());
        if withdraws {
            let all = tripped.iter().any(|s| s.effect == Effect::Flatten);
            self.desk
                .as_host(now, Cause::Risk, |desk| desk.withdraw_for_risk(all));
        }
        let flattens = self.desk.safety.as_ref().is_some_and(|g| g.flattens(now));
        let closes = flattens && self.desk.as_host(now, Cause::Risk, Desk::close_for_risk);
        if closes && self.strategy.is_none() {
            self.unsettled = true;
        }
        if let Some(rule) = halted_by {
            self.desk.halt = Some(format!("the circuit breaker `{rule}` opened"));
            self.halted(now);
        }
    }

    fn meet_close(&mut self, close_time: Timestamp) {
        let (executor, market, out) = self.desk.parts();
        executor.at_close(close_time.plus_ms(-1), market, out);
    }

    // --- warm-up -----------------------------------------------------------------------------------------------------------

    /// The first candle a strategy is called for is the first one before which every series had its warm-up.
    fn try_go_live(&mut self, minute: &MinuteView<'_>, start: Timestamp) {
        let opens_primary = self
            .primary
            .is_none_or(|p| Bars::starts_bucket(self.series[p].binding.timeframe, minute.time));
        if opens_primary {
            self.ready = self.series.iter().all(|s| s.closed >= s.need.warm_up);
        }
        if !self.ready || minute.time < start {
            return;
        }
        self.live = true;
        self.live_since = Some(minute.close_time);
        for (id, rows) in self.streams.take_warm() {
            self.guarded(minute.time, |strategy, desk| {
                strategy.on_rows(desk, id, &rows)
            });
        }
        for index in self.order.clone() {
            let series = &mut self.series[index];
            let mut columns = CandleColumns::default();
            for candle in series.warm.drain(..) {
                push_columns(&mut columns, series.need.columns, &candle);
            }
            series.warm = VecDeque::new();
            let id = series.binding.id;
            if !columns.open_time.is_empty() {
                self.guarded(minute.time, |strategy, desk| {
                    strategy.on_candles(desk, id, &columns)
                });
            }
        }
        if self.strategy.is_some() {
            self.desk.phase = Phase::Live;
        }
    }

    fn collect_warm_up(&mut self, minute: &MinuteView<'_>, shown: &Shown<'_>) {
        self.warm_rows(shown.rows);
        for index in 0..self.series.len() {
            if let Some(candle) = self.closed_candle(index, minute, shown.closed) {
                let series = &mut self.series[index];
                series.closed = series.closed.saturating_add(1);
                if series.need.warm_up > 0 {
                    if series.warm.len() == series.need.warm_up as usize {
                        series.warm.pop_front();
                    }
                    series.warm.push_back(candle);
                }
            }
        }
        self.keep_history(minute, shown);
    }

    fn warm_rows(&mut self, rows: &[StreamRow]) {
        for row in rows {
            self.streams.warm(row);
            self.keep_row(row);
        }
    }

    // --- what is shown -----------------------------------------------------------------------------------------------------

    /// The candle of a series that closed with this minute, if there is one to show.
    #[inline]
    fn closed_candle(
        &self,
        index: usize,
        minute: &MinuteView<'_>,
        closed: &[Option<CandleCall>],
    ) -> Option<CandleCall> {
        let series = &self.series[index];
        let candle = match series.bars {
            Some(bars) => closed[bars],
            None => {
                let slot = &minute.slots[series.binding.instrument as usize];
                (slot.state == SlotState::Real).then(|| call(&slot.candle, 0))
            }
        };
        candle.map(|candle| CandleCall {
            series: series.binding.id,
            ..candle
        })
    }

    fn show_events(&mut self, minute: &MinuteView<'_>) {
        if !self.desk.happenings.is_empty() {
            self.queue_events();
        }
        self.note_gaps(minute);
        while let Some((time, event)) = self.queue.pop_front() {
            self.guarded(minute.close_time, |strategy, desk| {
                strategy.on_event(desk, time, &event)
            });
        }
        while let Some(tag) = self.desk.due_timer(minute.close_time) {
            if self.events.timers {
                let event = StrategyEvent::Timer(tag);
                let now = minute.close_time;
                self.guarded(now, |strategy, desk| strategy.on_event(desk, now, &event));
            }
        }
    }

    /// Rows that became known in this minute, one by one; those that wait for the primary candle follow in bulk.
    fn show_rows(&mut self, minute: &MinuteView<'_>, shown: &Shown<'_>) {
        let now = minute.close_time;
        for row in shown.rows {
            self.keep_row(row);
            let ids: Vec<u32> = self.streams.ids_of(row).collect();
            for id in ids {
                if let Some(rows) = self.streams.known(id, row) {
                    self.guarded(now, |strategy, desk| strategy.on_rows(desk, id, &rows));
                }
            }
        }
        // Where no candle is primary, rows would wait for ever.
        if self.primary.is_none() || self.primary_closed(minute, shown.closed) {
            for (id, rows) in self.streams.take_bulk() {
                self.guarded(now, |strategy, desk| strategy.on_rows(desk, id, &rows));
            }
        }
    }

    #[inline]
    fn primary_closed(&self, minute: &MinuteView<'_>, closed: &[Option<CandleCall>]) -> bool {
        self.primary
            .is_some_and(|p| self.closed_candle(p, minute, closed).is_some())
    }

    /// For strategies that look back.
    fn keep_row(&mut self, row: &StreamRow) {
        if let Some(histories) = &mut self.desk.stream_history {
            for id in self.streams.ids_of(row) {
                histories[id as usize].push(row);
            }
        }
    }

    /// Missing minutes are told when the data is back.
    #[inline]
    fn note_gaps(&mut self, minute: &MinuteView<'_>) {
        let Some(primary) = self.primary else { return };
        let binding = &self.series[primary].binding;
        match minute.slots[binding.instrument as usize].state {
            SlotState::Missing => self.missing += 1,
            SlotState::Real if self.missing > 0 => {
                let event = StrategyEvent::DataGap {
                    series: binding.id,
                    minutes: self.missing,
                };
                self.missing = 0;
                if self.events.data {
                    self.queue.push_back((minute.time, event));
                }
            }
            _ => {}
        }
    }

    #[inline]
    fn show_candles(&mut self, minute: &MinuteView<'_>, shown: &Shown<'_>) {
        let closed = shown.closed;
        if self.series.len() > 1 {
            let primary_closed = self.primary_closed(minute, closed);
            self.show_bulk(minute, closed, primary_closed);
        }
        self.keep_history(minute, shown);
        let mut waiting: Option<CandleCall> = None;
        for position in 0..self.order.len() {
            let index = self.order[position];
            if self.series[index].need.delivery != Delivery::Each {
                continue;
            }
            if let Some(candle) = self.closed_candle(index, minute, closed)
                && let Some(previous) = waiting.replace(candle)
            {
                self.show_candle(minute.close_time, &previous);
            }
        }
        if let Some(mut last) = waiting {
            last.bits |= LAST_OF_MOMENT;
            self.show_candle(minute.close_time, &last);
        }
    }

    #[inline]
    fn show_candle(&mut self, now: Timestamp, candle: &CandleCall) {
        self.guarded(now, |strategy, desk| strategy.on_candle(desk, candle));
    }

    /// Series delivered with the primary one wait for it, then come in bulk before it.
    fn show_bulk(
        &mut self,
        minute: &MinuteView<'_>,
        closed: &[Option<CandleCall>],
        primary_closed: bool,
    ) {
        for position in 0..self.order.len() {
            let index = self.order[position];
            if self.series[index].need.delivery != Delivery::WithPrimary {
                continue;
            }
            if let Some(candle) = self.closed_candle(index, minute, closed) {
                let series = &mut self.series[index];
                push_columns(&mut series.bulk, series.need.columns, &candle);
            }
            if primary_closed && !self.series[index].bulk.open_time.is_empty() {
                let bulk = std::mem::take(&mut self.series[index].bulk);
                let id = self.series[index].binding.id;
                let now = minute.close_time;
                self.guarded(now, |strategy, desk| strategy.on_candles(desk, id, &bulk));
            }
        }
    }

    fn keep_history(&mut self, minute: &MinuteView<'_>, shown: &Shown<'_>) {
        let Shown { bars, closed, .. } = *shown;
        if self.desk.history.is_none() {
            return;
        }
        for index in 0..self.series.len() {
            let candle = self.closed_candle(index, minute, closed);
            let forming = self.series[index].bars.and_then(|b| bars[b].forming());
            let id = self.series[index].binding.id;
            let Some(histories) = &mut self.desk.history else {
                return;
            };
            let history = &mut histories[index];
            history.forming = match candle {
                Some(_) => None,
                None => forming.map(|f| CandleCall { series: id, ..f }),
            };
            if let Some(candle) = candle {
                history.push(candle);
            }
        }
    }

    // --- calls and faults --------------------------------------------------------------------------------------------------

    /// One call of the strategy. What it sent becomes real when it returns; if it faults, nothing stays and its policy runs.
    #[inline]
    fn guarded(
        &mut self,
        now: Timestamp,
        what: impl FnOnce(&mut dyn Strategy, &mut Box<Desk>) -> Result<(), Fault>,
    ) {
        let Some(strategy) = &mut self.strategy else {
            return;
        };
        self.desk.begin_call(now);
        match what(strategy.as_mut(), &mut self.desk) {
            Ok(()) => {
                self.desk.commit_call();
                if self.desk.halt.is_some() {
                    self.halted(now);
                }
            }
            Err(fault) => self.faulted(now, fault),
        }
    }

    #[cold]
    fn faulted(&mut self, now: Timestamp, fault: Fault) {
        self.desk.rollback_call();
        let Fault {
            cause,
            message,
            location,
        } = fault;
        self.ended = Some(Ended::Fault {
            cause,
            message: message.clone(),
        });
        self.desk.happenings.push(Happening::Fault {
            time: now,
            cause,
            message,
            location,
        });
        self.stop(now, self.on_fault);
        self.meet_close(now);
    }

    #[cold]
    fn halted(&mut self, now: Timestamp) {
        let why = self.desk.halt.take().unwrap_or_default();
        self.ended = Some(Ended::Halt(why.clone()));
        self.desk
            .happenings
            .push(Happening::Halt { time: now, why });
        self.stop(now, self.on_fault);
        self.meet_close(now);
    }

    /// The strategy is gone; a policy is applied by the host. What it sends meets the close afterwards.
    fn stop(&mut self, now: Timestamp, policy: OnFault) {
        self.strategy = None;
        self.live = true;
        self.queue.clear();
        self.desk
            .as_host(now, Cause::Risk, |desk| wind_down(desk, policy));
        self.desk.phase = Phase::Stopped;
    }

    /// Turns what happened since the last look into events the strategy asked for, and lets the safety layer see it. What became
    /// of instruments before the first decision is history: nobody could have acted on it.
    pub(super) fn queue_events(&mut self) {
        let desk = &mut *self.desk;
        let happenings = &desk.happenings[self.seen..];
        self.seen = desk.happenings.len();
        if let Some(guard) = &mut desk.safety {
            for happening in happenings {
                guard.note(desk.now, happening);
            }
        }
        if self.strategy.is_none() {
            return;
        }
        for happening in happenings {
            let event = match happening {
                Happening::Fill(fill) if self.events.fills => {
                    Some((fill.time, StrategyEvent::Fill(fill.clone())))
                }
                Happening::OrderChanged { time, change } if self.events.orders => {
                    Some((*time, StrategyEvent::Order(change.clone())))
                }
                Happening::Position { time, change } if self.events.positions => {
                    Some((*time, StrategyEvent::Position(change.clone())))
                }
                Happening::Funding { time, payment, .. } if self.events.funding => {
                    Some((*time, StrategyEvent::Funding(payment.clone())))
                }
                Happening::Liquidated { time, event } if self.events.liquidations => {
                    Some((*time, StrategyEvent::Liquidation(event.clone())))
                }
                Happening::Instrument {
                    time,
                    instrument,
                    change,
                } if self.events.instruments && self.live => {
                    let (instrument, change) = (*instrument, *change);
                    Some((*time, StrategyEvent::Instrument { instrument, change }))
                }
                Happening::AccountClosed { time } if self.events.account => {
                    Some((*time, StrategyEvent::Account(AccountChange::AccountClosed)))
                }
                Happening::Breaker { time, open, .. } if self.events.account => {
                    Some((*time, circuit_event(*open)))
                }
                Happening::Entries { time, allowed, .. } if self.events.account => {
                    Some((*time, circuit_event(!allowed)))
                }
                _ => None,
            };
            self.queue.extend(event);
        }
    }
}

/// Entries are kept out, or no longer by whoever did.
fn circuit_event(open: bool) -> StrategyEvent {
    StrategyEvent::Account(if open {
        AccountChange::CircuitOpen
    } else {
        AccountChange::CircuitClosed
    })
}

fn bind_series(
    needs: &Needs,
    roles: &[RoleBinding],
    base: Timeframe,
    bars: &mut Vec<Bars>,
) -> Vec<SeriesState> {
    let mut series = Vec::new();
    for (position, need) in needs.series.iter().enumerate() {
        let instruments = roles
            .iter()
            .find(|(name, _)| *name == need.role)
            .map(|(_, i)| i);
        for instrument in instruments.into_iter().flatten() {
            let wanted = (*instrument, need.timeframe);
            let index = (need.timeframe != base).then(|| {
                bars.iter()
                    .position(|b| (b.instrument, b.timeframe) == wanted)
                    .unwrap_or_else(|| {
                        bars.push(Bars::new(*instrument, need.timeframe, base));
                        bars.len() - 1
                    })
            });
            series.push(SeriesState {
                binding: SeriesBinding {
                    id: u32::try_from(series.len()).expect("few series"),
                    need: u32::try_from(position).expect("few series"),
                    role: need.role.clone(),
                    instrument: *instrument,
                    timeframe: need.timeframe,
                },
                need: need.clone(),
                bars: index,
                closed: 0,
                warm: VecDeque::new(),
                bulk: CandleColumns::default(),
            });
        }
    }
    series
}

/// The shortest series delivered `each`, of several the first.
fn primary_series(series: &[SeriesState]) -> Option<usize> {
    (0..series.len())
        .filter(|i| series[*i].need.delivery == Delivery::Each)
        .min_by_key(|i| (series[*i].binding.timeframe.minutes(), *i))
}

fn is_tradable(instrument: u32, manifest: &Manifest, roles: &[RoleBinding]) -> bool {
    roles.iter().any(|(name, instruments)| {
        instruments.contains(&instrument)
            && manifest
                .roles
                .iter()
                .any(|role| role.name == *name && role.tradable)
    })
}
