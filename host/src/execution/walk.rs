//! The price moves through one minute: over the gap to the open, then along three segments. Every level it crosses is an event,
//! in order of its place on the way. Source: `simulation.md` section 5.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::domain::{Liquidity, Ohlc, Price, SlotState, TriggerBy};
use crate::engine::{MinuteView, Terms};
use crate::execution::fill::{Fill, Here, World};
use crate::execution::orders::{Level, Reaction, Stage, Watching};
use crate::execution::path::{Fraction, PathOrder, row};
use crate::execution::state::Message;
use crate::execution::{LimitGap, PathRule};
use crate::ledger::Book;

/// The path each book takes, and which books take part.
#[derive(Debug, Clone)]
pub(super) enum Paths {
    /// Every book on its own chosen path.
    Joint(Vec<(Book, PathOrder)>),
    /// One book alone, to try a path; the others sleep.
    Trial(Book, PathOrder),
    /// By a rule that looks at the candle and the position.
    Rule(PathRule),
}

/// What happens at a place. At one place: liquidation of the account, what price levels do, arrivals, messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// The account meets its maintenance margin (cross).
    Account { epoch: u32 },
    /// A position meets its own, or the rest of one that is liquidated in steps is due.
    Position { id: u32, epoch: u32 },
    /// An order meets a level.
    Level { order: u32, version: u32, nth: u8 },
    /// An order comes to life here.
    Woken { order: u32 },
    /// An order reaches the venue.
    Arrival { order: u32 },
    /// A withdrawal or change reaches the venue.
    Message { number: u64 },
}

/// One thing to happen. Ordered by place, then by kind of moment, symbol, class (liquidation, triggers, limits) and submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Fraction,
    moment: u8,
    instrument: u32,
    class: u8,
    sequence: u64,
    what: What,
}

type Agenda = BinaryHeap<Reverse<Due>>;

const ACCOUNT: u8 = 0;
const PRICES: u8 = 1;
const ARRIVALS: u8 = 2;
const MESSAGES: u8 = 3;

const LIQUIDATION: u8 = 0;
const TRIGGERS: u8 = 1;
const LIMITS: u8 = 2;

impl World<'_> {
    /// Walks all symbols together through one minute.
    pub(super) fn walk(&mut self, paths: &Paths) {
        let minute = self.minute.expect("only a minute is walked through");
        self.only = match paths {
            Paths::Trial(only, _) => Some(*only),
            Paths::Joint(_) | Paths::Rule(_) => None,
        };
        self.here = Here::Open;
        self.liquidate_at_open(minute);
        for index in 0..minute.slots.len() {
            if minute.slots[index].state == SlotState::Real {
                let instrument = u32::try_from(index).expect("few symbols");
                self.gap(instrument);
            }
        }
        self.land_at_open(minute);
        self.choose(paths);
        for segment in 0..3 {
            self.segment(segment);
        }
        self.enter_behind_exits(paths);
        self.here = Here::Quotes;
    }

    pub(super) fn takes_part(&self, book: Book) -> bool {
        self.only.is_none_or(|only| only == book)
    }

    /// The path of each book; chosen after the gap, so that a position opened there counts as held.
    pub(super) fn choose(&mut self, paths: &Paths) {
        self.ways = match paths {
            Paths::Joint(ways) => ways.clone(),
            Paths::Trial(book, way) => vec![(*book, *way)],
            Paths::Rule(rule) => {
                let way = |(instrument, book): (u32, Book)| {
                    let held = self.state.account.position(book).map(|p| p.direction);
                    let last = self.prices(instrument)[row(TriggerBy::Last)];
                    let way = PathOrder::fixed(*rule, &last, held);
                    (book, way.unwrap_or_else(|| PathOrder::adaptive(&last)))
                };
                self.books().into_iter().map(way).collect()
            }
        };
    }

    /// Books with an order the walk looks at or an open position, each once, in a fixed order.
    pub(super) fn books(&self) -> Vec<(u32, Book)> {
        let positions = self.state.account.positions();
        let of_positions = positions.iter().map(|p| (p.instrument, p.book()));
        let of_orders = self.active.iter().filter_map(|id| {
            let order = self.state.orders.get(*id)?;
            Some((order.instrument(), order.book))
        });
        let mut books: Vec<_> = of_positions.chain(of_orders).collect();
        books.sort_unstable();
        books.dedup();
        books
    }

    // --- the gap -----------------------------------------------------------------------------------------------------------

    /// From the previous close to the open: what rested and was jumped over, rests of market orders, then what arrives.
    fn gap(&mut self, instrument: u32) {
        let prices = self.prices(instrument);
        let mut agenda = Agenda::new();
        for id in &self.active {
            self.note_crossed(*id, instrument, &prices, &mut agenda);
        }
        self.cross(instrument, &prices, agenda);
        self.act_in_turn(instrument, Stage::Remainder);
        self.act_in_turn(instrument, Stage::Arriving);
        self.changed.clear();
        let open = prices[row(TriggerBy::Last)].open;
        for position in self.state.account.positions_mut() {
            if position.instrument == instrument {
                position.visited(open);
            }
        }
        self.follow(instrument, |_, source, _| prices[row(source)].open);
    }

    /// Meets the levels that the gap crossed, nearest first.
    fn cross(&mut self, instrument: u32, prices: &[Ohlc; 3], mut agenda: Agenda) {
        while let Some(Reverse(due)) = agenda.pop() {
            if self.react(&due, true) {
                self.act_woken();
            }
            for id in std::mem::take(&mut self.changed) {
                self.note_crossed(id, instrument, prices, &mut agenda);
            }
        }
    }

    /// A level that the open lies beyond, by its distance from the previous price.
    fn note_crossed(&self, id: u32, instrument: u32, prices: &[Ohlc; 3], agenda: &mut Agenda) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        if order.instrument() != instrument || !self.takes_part(order.book) {
            return;
        }
        let quote = self.market.quotes[order.instrument() as usize];
        let watchings = self.state.orders.watchings(order).into_iter().flatten();
        for (nth, watching) in (0..).zip(watchings) {
            let level = watching.level;
            let stopped = watching.reaction == Reaction::MakerFill && self.stop_beats(order);
            if level.holds_at(prices[row(watching.source)].open) && !stopped {
                let before = crate::execution::validate::price_of(quote, watching.source);
                agenda.push(Reverse(Due {
                    at: Fraction::distance((level.price() - before).abs()),
                    moment: PRICES,
                    instrument: order.instrument(),
                    class: class_of(watching),
                    sequence: order.sequence,
                    what: What::Level {
                        order: id,
                        version: order.version,
                        nth,
                    },
                }));
            }
        }
    }

    /// Orders of one stage act at the open, in order of submission.
    fn act_in_turn(&mut self, instrument: u32, stage: Stage) {
        let start = self.time;
        let mut waiting: Vec<(u64, u32)> = self
            .active
            .iter()
            .filter_map(|id| self.state.orders.get(*id))
            .filter(|o| o.instrument() == instrument && o.stage == stage)
            .filter(|o| o.arrives_at <= start && self.takes_part(o.book))
            .map(|o| (o.sequence, o.id))
            .collect();
        waiting.sort_unstable();
        for (_, id) in waiting {
            let still = self.state.orders.get(id).is_some_and(|o| o.stage == stage);
            if !still {
                continue;
            }
            if stage == Stage::Remainder {
                self.work_remainder(id);
            } else if self.waits_for_exits(id) {
                self.behind_exits.push(id);
            } else {
                self.arrive(id, true);
            }
            self.act_woken();
        }
    }

    /// The rest of a market order or of a stop that fired goes on at this open.
    fn work_remainder(&mut self, id: u32) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let open = self.price_here(TriggerBy::Last, order.instrument(), order.book);
        self.fill_slipped(id, open);
    }

    // --- the segments ------------------------------------------------------------------------------------------------------

    pub(super) fn segment(&mut self, segment: usize) {
        let mut at = Fraction::START;
        self.here = Here::On { segment, at };
        let mut agenda = Agenda::new();
        for id in &self.active {
            self.note_order(*id, segment, at, &mut agenda);
        }
        self.note_messages(segment, &mut agenda);
        self.note_liquidations(segment, at, &mut agenda);
        while let Some(Reverse(due)) = agenda.pop() {
            if !self.is_current(&due) {
                continue;
            }
            at = due.at;
            self.here = Here::On { segment, at };
            let epoch = self.epoch;
            self.react(&due, false);
            for id in std::mem::take(&mut self.woken) {
                self.note_woken(id, at, &mut agenda);
            }
            for id in std::mem::take(&mut self.changed) {
                self.note_order(id, segment, at, &mut agenda);
            }
            if self.epoch != epoch {
                self.note_liquidations(segment, at, &mut agenda);
            }
        }
        self.pass_vertex(segment);
    }

    /// Is what was to happen still so.
    fn is_current(&self, due: &Due) -> bool {
        match due.what {
            What::Account { epoch } | What::Position { epoch, .. } => epoch == self.epoch,
            What::Level { order, version, .. } => self
                .state
                .orders
                .get(order)
                .is_some_and(|o| o.version == version),
            What::Arrival { order } | What::Woken { order } => self
                .state
                .orders
                .get(order)
                .is_some_and(|o| o.stage == Stage::Arriving),
            What::Message { .. } => true,
        }
    }

    /// Extremes of positions and trailing stops take in the end of a segment.
    fn pass_vertex(&mut self, segment: usize) {
        let minute = self.minute.expect("only a minute is walked through");
        let ends: Vec<(Book, Price)> = self
            .state
            .account
            .positions()
            .iter()
            .filter(|p| minute.slots[p.instrument as usize].state == SlotState::Real)
            .map(|p| {
                let track = self.track(p.instrument, p.book());
                (p.book(), track.segment(TriggerBy::Last, segment).1)
            })
            .collect();
        for (book, end) in ends {
            if let Some(position) = self.state.account.position_mut(book) {
                position.visited(end);
            }
        }
        for index in 0..minute.slots.len() {
            let instrument = u32::try_from(index).expect("few symbols");
            self.follow(instrument, |world, source, book| {
                world.track(instrument, book).segment(source, segment).1
            });
        }
    }

    /// Trailing stops of an instrument follow the price to here.
    fn follow(&mut self, instrument: u32, price: impl Fn(&Self, TriggerBy, Book) -> Price) {
        for index in 0..self.active.len() {
            let id = self.active[index];
            let Some(order) = self.state.orders.get(id) else {
                continue;
            };
            let part = order.instrument() == instrument && self.takes_part(order.book);
            let Some(mark) = order.watermark.filter(|_| part) else {
                continue;
            };
            let now = price(self, order.trigger_by, order.book);
            let better = match order.side() {
                crate::domain::Side::Sell => now > mark,
                crate::domain::Side::Buy => now < mark,
            };
            if better {
                self.state
                    .orders
                    .change(id, |order| order.watermark = Some(now));
            }
        }
    }

    /// What an order waits for on this segment, from a place on.
    fn note_order(&self, id: u32, segment: usize, here: Fraction, agenda: &mut Agenda) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let minute = self.minute.expect("only a minute is walked through");
        let real = minute.slots[order.instrument() as usize].state == SlotState::Real;
        if !real || !self.takes_part(order.book) {
            return;
        }
        let due = |at, moment, class, what| {
            Reverse(Due {
                at,
                moment,
                instrument: order.instrument(),
                class,
                sequence: order.sequence,
                what,
            })
        };
        if order.stage == Stage::Arriving {
            let place = place_in(minute, order.arrives_at, segment);
            if let Some(at) = place.filter(|at| *at >= here && !self.woken.contains(&id)) {
                agenda.push(due(at, ARRIVALS, LIMITS, What::Arrival { order: id }));
            }
            return;
        }
        let watchings = self.state.orders.watchings(order).into_iter().flatten();
        for (nth, watching) in (0..).zip(watchings) {
            let track = self.track(order.instrument(), order.book);
            let (from, to) = track.segment(watching.source, segment);
            // A level is met only by a price that moves towards it.
            let towards = match watching.level {
                Level::AtOrAbove(_) => to > from,
                Level::AtOrBelow(_) => to < from,
            };
            let place = Fraction::of(watching.level.price(), from, to);
            if let Some(at) = place.filter(|at| towards && *at >= here) {
                let version = order.version;
                let what = What::Level {
                    order: id,
                    version,
                    nth,
                };
                agenda.push(due(at, PRICES, class_of(watching), what));
            }
        }
    }

    /// What came to life acts at this very place, in the order of everything that happens here.
    fn note_woken(&self, id: u32, at: Fraction, agenda: &mut Agenda) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        agenda.push(Reverse(Due {
            at,
            moment: PRICES,
            instrument: order.instrument(),
            class: if order.is_stop_like() {
                TRIGGERS
            } else {
                LIMITS
            },
            sequence: order.sequence,
            what: What::Woken { order: id },
        }));
    }

    /// Withdrawals and changes that land on this segment.
    fn note_messages(&self, segment: usize, agenda: &mut Agenda) {
        let minute = self.minute.expect("only a minute is walked through");
        for message in &self.state.in_flight {
            let order = message.order;
            let known = self.state.orders.get(order);
            let (instrument, part) = known.map_or((0, self.only.is_none()), |o| {
                (o.instrument(), self.takes_part(o.book))
            });
            let place = place_in(minute, message.arrives_at, segment);
            if let Some(at) = place.filter(|_| part) {
                agenda.push(Reverse(Due {
                    at,
                    moment: MESSAGES,
                    instrument,
                    class: LIMITS,
                    sequence: message.number,
                    what: What::Message {
                        number: message.number,
                    },
                }));
            }
        }
    }

    /// Where the account or its positions meet their maintenance margin on this segment.
    fn note_liquidations(&self, segment: usize, here: Fraction, agenda: &mut Agenda) {
        if !self.rules.profile.liquidates() {
            return;
        }
        let epoch = self.epoch;
        let due = |at, moment, instrument, id, what| {
            Reverse(Due {
                at,
                moment,
                instrument,
                class: LIQUIDATION,
                sequence: id,
                what,
            })
        };
        if self.rules.is_cross() {
            // A path is chosen without liquidation of the account (`simulation.md` section 5).
            if self.only.is_none()
                && let Some(at) = self.account_breach(segment, here)
            {
                agenda.push(due(at, ACCOUNT, 0, 0, What::Account { epoch }));
            }
            return;
        }
        for position in self.state.account.positions() {
            if !self.takes_part(position.book()) {
                continue;
            }
            if let Some(at) = self.position_breach(position, segment, here) {
                let id = position.id;
                let what = What::Position { id, epoch };
                agenda.push(due(at, PRICES, position.instrument, u64::from(id), what));
            }
        }
    }

    // --- reactions ---------------------------------------------------------------------------------------------------------

    /// Does what is due; `false` if it was outdated.
    fn react(&mut self, due: &Due, gapped: bool) -> bool {
        if !self.is_current(due) {
            return false;
        }
        match due.what {
            What::Account { .. } => self.liquidate_account(),
            What::Position { id, .. } => self.liquidate_position(id),
            What::Arrival { order } | What::Woken { order } => self.arrive(order, false),
            What::Message { number } => self.land(number),
            What::Level { order, nth, .. } => self.meet(order, usize::from(nth), gapped),
        }
        true
    }

    fn meet(&mut self, id: u32, nth: usize, gapped: bool) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let watchings = self.state.orders.watchings(order);
        let Some(watching) = watchings.into_iter().flatten().nth(nth) else {
            return;
        };
        match (watching.reaction, order.terms) {
            (Reaction::Trigger, _) => self.fire(id, gapped),
            (Reaction::Arm, _) => {
                let source = order.trigger_by;
                let here = self
                    .price_here(source, order.instrument(), order.book)
                    .nearest();
                self.state
                    .orders
                    .change(id, |order| order.watermark = Some(here));
                self.changed.push(id);
            }
            (Reaction::MakerFill, Terms::Limit(limit)) => {
                let price = if gapped && order.stage == Stage::Resting {
                    self.gapped_limit(order.instrument(), limit)
                } else {
                    limit
                };
                self.fill_order(id, Fill::At(price), Liquidity::Maker);
            }
            (Reaction::LeaveSpread, _) => {
                self.set_stage(id, Stage::Resting);
                self.changed.push(id);
            }
            (Reaction::MakerFill, _) => {}
        }
    }

    /// Where a resting limit fills that the open gapped over.
    fn gapped_limit(&self, instrument: u32, limit: Price) -> Price {
        let candle = self.prices(instrument)[row(TriggerBy::Last)];
        match self.rules.profile.limit_gap {
            LimitGap::AtLimit => limit,
            LimitGap::AtOpen => candle.open,
            LimitGap::AtLimitWithin if candle.low > limit => candle.low,
            LimitGap::AtLimitWithin if candle.high < limit => candle.high,
            LimitGap::AtLimitWithin => limit,
        }
    }

    /// What lands right at the open comes after everything the open does.
    fn land_at_open(&mut self, minute: &MinuteView<'_>) {
        let landed = |m: &&crate::execution::state::InFlight| m.arrives_at <= minute.time;
        while let Some(number) = self.state.in_flight.iter().find(landed).map(|m| m.number) {
            self.land(number);
            self.act_woken();
        }
    }

    /// A withdrawal or change reaches the venue, if its order is still there.
    pub(super) fn land(&mut self, number: u64) {
        let sent = self.state.in_flight.iter().position(|m| m.number == number);
        let Some(sent) = sent else { return };
        let message = self.state.in_flight.remove(sent);
        let order = message.order;
        if self.state.orders.get(order).is_none() {
            return;
        }
        match message.what {
            Message::Cancel(reason) => {
                self.finish(order, crate::domain::OrderStatus::Canceled, reason);
            }
            Message::Amend(amended) => {
                self.apply_amendment(order, amended);
            }
        }
    }
}

/// Stops and take-profits before limits (S61).
fn class_of(watching: Watching) -> u8 {
    match watching.reaction {
        Reaction::Trigger | Reaction::Arm => TRIGGERS,
        Reaction::LeaveSpread | Reaction::MakerFill => LIMITS,
    }
}

/// Where in a segment a moment of the minute lies: vertices at thirds of its length (F29). The very start belongs to the open, the
/// very end to the next one.
pub(super) fn place_in(
    minute: &MinuteView<'_>,
    moment: crate::domain::Timestamp,
    segment: usize,
) -> Option<Fraction> {
    let length = minute.close_time.0 - minute.time.0;
    let offset = moment.0 - minute.time.0;
    if offset <= 0 || offset >= length {
        return None;
    }
    let thirds = i128::from(offset) * 3;
    let along = thirds - i128::from(length) * segment as i128;
    let inside = along > 0 && along <= i128::from(length) || (along == 0 && segment > 0);
    // A vertex belongs to the segment that ends there.
    (inside && !(along == 0 && segment > 0)).then(|| Fraction::new(along, i128::from(length)))
}
