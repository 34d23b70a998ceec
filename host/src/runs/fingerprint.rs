//! The fingerprint of a run: BLAKE3 over its canonical record stream. Equal runs have equal fingerprints, on every machine.
//!
//! Source: `defaults.md` section 3. The layout, byte by byte, is `docs/run-folder.md`; a change of it is a new
//! [`SCHEMA_VERSION`]. Integers only, little-endian; text for people is left out; quiet minutes enter nothing.

use crate::domain::{
    Cause, Direction, EndReason, FillEvent, FundingEvent, InstrumentChange, LiquidationEvent,
    Liquidity, OrderKind, OrderStatus, OrderView, Placed, PositionChange, PositionEvent, Price,
    Rate, Refusal, Side, Timestamp,
};
use crate::engine::safety::BlockedBy;
use crate::engine::{
    AccountPoint, Entry, FaultCause, Happening, Level, Marker, Pane, PlotStyle, Record, Telemetry,
};
use crate::ledger::{Posting, PostingKind, Trade};
use crate::runs::manifest::hex;

/// Version of the layout.
pub const SCHEMA_VERSION: u32 = 2;

/// Stands for a price that does not fit; no accepted order has one.
const NO_PRICE: i64 = i64::MIN;

/// Takes records in engine order and ends in 64 hexadecimal digits.
#[derive(Debug, Clone)]
pub struct Fingerprint(Stream);

impl Fingerprint {
    /// Opens the stream with the schema version and the configuration's digest.
    #[must_use]
    pub fn new(config_digest: [u8; 32]) -> Self {
        let mut stream = Stream::default();
        stream.u32(SCHEMA_VERSION);
        stream.bytes(&config_digest);
        Self(stream)
    }

    /// Of records alone, whatever they are of: what a session that has no end compares.
    #[must_use]
    pub fn of_records() -> Self {
        let mut stream = Stream::default();
        stream.u32(SCHEMA_VERSION);
        Self(stream)
    }

    /// The next record. One without entries changes nothing.
    pub fn add(&mut self, record: &Record) {
        for Entry { strategy, what } in &record.entries {
            self.0.happening(*strategy, what);
        }
    }

    /// The digest of everything so far, as bytes; more may follow.
    #[must_use]
    pub fn running(&self) -> [u8; 32] {
        self.0.running()
    }

    /// The digest of everything so far.
    #[must_use]
    pub fn finish(&self) -> String {
        self.0.finish()
    }
}

/// Digest of what strategies showed, in the order of the strategies. Here text counts, it is all there is.
#[must_use]
pub fn telemetry_fingerprint(strategies: &[&Telemetry]) -> String {
    let mut stream = Stream::default();
    stream.u32(SCHEMA_VERSION);
    for telemetry in strategies {
        stream.telemetry(telemetry);
    }
    stream.finish()
}

/// Bytes on their way into the hash.
#[derive(Debug, Clone, Default)]
struct Stream(blake3::Hasher);

impl Stream {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn u8(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    fn flag(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    fn i64(&mut self, value: i64) {
        self.bytes(&value.to_le_bytes());
    }

    fn i128(&mut self, value: i128) {
        self.bytes(&value.to_le_bytes());
    }

    fn time(&mut self, time: Timestamp) {
        self.i64(time.0);
    }

    /// A presence byte, then the value or zeros: the layout has one length.
    fn optional_i64(&mut self, value: Option<i64>) {
        self.flag(value.is_some());
        self.i64(value.unwrap_or(0));
    }

    fn optional_u32(&mut self, value: Option<u32>) {
        self.flag(value.is_some());
        self.u32(value.unwrap_or(0));
    }

    /// A price or fraction of a request, in units of 1e-8.
    fn float(&mut self, value: f64) {
        self.i64(Price::from_f64(value).map_or(NO_PRICE, |p| p.0));
    }

    fn optional_float(&mut self, value: Option<f64>) {
        self.flag(value.is_some());
        self.float(value.unwrap_or(0.0));
    }

    fn text(&mut self, text: &str) {
        self.u64(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    /// Telemetry's numbers by their bits, every NaN as one.
    fn bits(&mut self, value: f64) {
        self.u64(if value.is_nan() {
            f64::NAN.to_bits()
        } else {
            value.to_bits()
        });
    }

    fn running(&self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }

    fn finish(&self) -> String {
        hex(&self.running())
    }

    fn head(&mut self, kind: u8, strategy: u32, time: Timestamp) {
        self.u8(kind);
        self.u32(strategy);
        self.time(time);
    }

    fn happening(&mut self, strategy: u32, what: &Happening) {
        match what {
            Happening::Accepted { time, order } => {
                self.head(1, strategy, *time);
                self.order(order);
            }
            Happening::Amended { time, order } => {
                self.head(20, strategy, *time);
                self.order(order);
            }
            Happening::Refused {
                time,
                refusal,
                instrument,
            } => {
                self.head(2, strategy, *time);
                self.u32(*instrument);
                self.refusal(refusal);
            }
            Happening::OrderChanged { time, change } => {
                self.head(3, strategy, *time);
                self.u32(change.order);
                self.u32(change.position);
                self.u32(change.instrument);
                self.u8(status_code(change.status));
                self.end_reason(change.reason);
                self.u32(change.tag);
            }
            Happening::OrderFilled { time, order } => {
                self.head(4, strategy, *time);
                self.u32(*order);
            }
            Happening::Fill(fill) => {
                self.head(5, strategy, fill.time);
                self.fill(fill);
            }
            Happening::Posting(posting) => {
                self.head(6, strategy, posting.time);
                self.posting(posting);
            }
            Happening::Trade(trade) => {
                self.head(7, strategy, trade.exit_time);
                self.trade(trade);
            }
            Happening::Ambiguous { time, instrument } => {
                self.head(8, strategy, *time);
                self.u32(*instrument);
            }
            Happening::Funding {
                time,
                payment,
                price,
                rate_substituted,
                price_substituted,
            } => {
                self.head(9, strategy, *time);
                self.funding(payment);
                self.i64(price.0);
                self.flag(*rate_substituted);
                self.flag(*price_substituted);
            }
            Happening::Account(point) => self.account(strategy, point),
            Happening::Fault {
                time,
                cause,
                message: _,
                location: _,
            } => {
                self.head(11, strategy, *time);
                self.u8(fault_code(*cause));
            }
            Happening::Halt { time, why: _ } => self.head(12, strategy, *time),
            Happening::Answer { time, result } => {
                self.head(13, strategy, *time);
                self.answer(result);
            }
            Happening::Position { time, change } => {
                self.head(14, strategy, *time);
                self.position(change);
            }
            Happening::Liquidated { time, event } => {
                self.head(15, strategy, *time);
                self.liquidation(event);
            }
            Happening::StopBehindLiquidation {
                time,
                order,
                position,
            } => {
                self.head(16, strategy, *time);
                self.u32(*order);
                self.u32(*position);
            }
            Happening::Instrument {
                time,
                instrument,
                change,
            } => {
                self.head(17, strategy, *time);
                self.u32(*instrument);
                self.u8(instrument_code(*change));
            }
            Happening::AccountClosed { time } => self.head(18, strategy, *time),
            Happening::Breaker {
                time,
                rule,
                open,
                value,
            } => {
                self.head(19, strategy, *time);
                self.text(rule);
                self.flag(*open);
                self.i64(scaled(*value));
            }
            Happening::Entries { time, by, allowed } => {
                self.head(21, strategy, *time);
                self.u8(match by {
                    BlockedBy::User => 0,
                    BlockedBy::Feed => 1,
                });
                self.flag(*allowed);
            }
        }
    }

    fn funding(&mut self, payment: &FundingEvent) {
        self.u32(payment.position);
        self.u32(payment.instrument);
        let Rate(rate) = payment.rate;
        self.i64(rate);
        self.i128(payment.amount.0);
    }

    fn liquidation(&mut self, event: &LiquidationEvent) {
        self.u32(event.position);
        self.u32(event.instrument);
        self.i64(event.qty.0);
        self.i64(event.price.0);
        self.i128(event.loss.0);
    }

    fn order(&mut self, order: &OrderView) {
        self.u32(order.id);
        self.u32(order.position);
        self.u32(order.instrument);
        self.u8(side_code(order.side));
        self.order_kind(&order.kind);
        self.u8(status_code(order.status));
        self.end_reason(order.reason);
        self.i64(order.qty.0);
        self.i64(order.filled_qty.0);
        self.optional_i64(order.avg_price.map(|p| p.0));
        self.flag(order.reduce_only);
        self.flag(order.post_only);
        self.optional_u32(order.oco_group);
        self.optional_u32(order.parent);
        self.u32(order.tag);
        self.time(order.created_at);
    }

    /// A code and two numbers, whatever the kind: trigger or callback, limit or activation.
    fn order_kind(&mut self, kind: &OrderKind) {
        let (code, first, second) = match *kind {
            OrderKind::Market => (0, None, None),
            OrderKind::Limit(limit) => (1, None, Some(limit)),
            OrderKind::Stop(trigger) => (2, Some(trigger), None),
            OrderKind::StopLimit { trigger, limit } => (3, Some(trigger), Some(limit)),
            OrderKind::TakeProfit(trigger) => (4, Some(trigger), None),
            OrderKind::TakeProfitLimit { trigger, limit } => (5, Some(trigger), Some(limit)),
            OrderKind::Trailing {
                callback,
                activation,
            } => (6, Some(callback), activation),
        };
        self.u8(code);
        self.optional_float(first);
        self.optional_float(second);
    }

    /// Its place in the list of `domain`; the tests pin the list.
    fn end_reason(&mut self, reason: EndReason) {
        self.u8(reason as u8);
    }

    /// The reason by its place in the list, as above.
    fn refusal(&mut self, refusal: &Refusal) {
        self.u8(refusal.reason as u8);
        self.optional_float(refusal.limit);
    }

    fn fill(&mut self, fill: &FillEvent) {
        self.u32(fill.order);
        self.u8(cause_code(fill.cause));
        self.u32(fill.position);
        self.flag(fill.net);
        self.u32(fill.instrument);
        self.u8(side_code(fill.side));
        self.i64(fill.qty.0);
        self.i64(fill.leaves_qty.0);
        self.i64(fill.price.0);
        self.i128(fill.fee.0);
        self.u8(match fill.liquidity {
            Liquidity::Maker => 0,
            Liquidity::Taker => 1,
            Liquidity::Liquidation => 2,
        });
        self.i128(fill.realized_pnl.0);
        self.u32(fill.tag);
    }

    fn position(&mut self, change: &PositionEvent) {
        self.u32(change.position);
        self.u32(change.instrument);
        self.u8(direction_code(change.direction));
        self.u8(match change.change {
            PositionChange::Opened => 0,
            PositionChange::Increased => 1,
            PositionChange::Reduced => 2,
            PositionChange::Closed => 3,
        });
        self.u8(cause_code(change.cause));
        self.i64(change.qty.0);
        self.i64(change.avg_price.0);
        self.optional_i64(change.exit_price.map(|p| p.0));
        self.i128(change.realized_pnl.0);
        self.u32(change.tag);
    }

    fn posting(&mut self, posting: &Posting) {
        self.u8(match posting.kind {
            PostingKind::Fee => 0,
            PostingKind::RealizedPnl => 1,
            PostingKind::Funding => 2,
            PostingKind::MarginPosted => 3,
            PostingKind::MarginReleased => 4,
            PostingKind::Insurance => 5,
        });
        self.i128(posting.amount.0);
        self.u32(posting.position);
        self.i128(posting.wallet.0);
    }

    fn trade(&mut self, trade: &Trade) {
        self.u32(trade.position);
        self.u32(trade.instrument);
        self.u8(direction_code(trade.direction));
        self.time(trade.entry_time);
        self.i64(trade.qty.0);
        self.i64(trade.entry_price.0);
        self.i64(trade.exit_price.0);
        self.i128(trade.gross.0);
        self.i128(trade.fees.0);
        self.i128(trade.funding.0);
        self.i128(trade.net.0);
        self.u8(cause_code(trade.exit_cause));
        self.u32(trade.tag);
        self.i128(trade.equity_at_entry.0);
        self.i64(trade.best_price.0);
        self.i64(trade.worst_price.0);
        self.optional_i64(trade.initial_stop.map(|p| p.0));
        let Rate(leverage) = trade.leverage;
        self.i64(leverage);
        self.flag(trade.ambiguous);
    }

    fn account(&mut self, strategy: u32, point: &AccountPoint) {
        self.head(10, strategy, point.time);
        self.i128(point.wallet.0);
        self.i128(point.equity.0);
        self.i128(point.position_margin.0);
        self.i128(point.order_margin.0);
    }

    fn answer(&mut self, result: &Result<Option<Placed>, Refusal>) {
        match result {
            Ok(None) => self.u8(0),
            Ok(Some(placed)) => {
                self.u8(1);
                self.u32(placed.order);
                self.u32(placed.position);
            }
            Err(refusal) => {
                self.u8(2);
                self.refusal(refusal);
            }
        }
    }

    fn telemetry(&mut self, telemetry: &Telemetry) {
        self.u64(telemetry.log.len() as u64);
        for line in &telemetry.log {
            self.time(line.time);
            self.u8(match line.level {
                Level::Debug => 0,
                Level::Info => 1,
                Level::Warn => 2,
                Level::Error => 3,
            });
            self.text(&line.text);
        }
        self.u64(telemetry.plots.len() as u64);
        for plot in &telemetry.plots {
            self.text(&plot.name);
            self.u8(match plot.pane {
                Pane::Price => 0,
                Pane::Panel => 1,
            });
            self.u8(match plot.style {
                PlotStyle::Line => 0,
                PlotStyle::Step => 1,
                PlotStyle::Histogram => 2,
                PlotStyle::Dots => 3,
            });
            self.u64(plot.points.len() as u64);
            for (time, value) in &plot.points {
                self.time(*time);
                self.bits(*value);
            }
        }
        self.u64(telemetry.marks.len() as u64);
        for mark in &telemetry.marks {
            self.time(mark.time);
            self.u8(match mark.marker {
                Marker::Up => 0,
                Marker::Down => 1,
                Marker::Circle => 2,
                Marker::Square => 3,
                Marker::Text => 4,
            });
            self.bits(mark.price);
            self.text(&mark.text);
        }
        self.u64(telemetry.metrics.len() as u64);
        for (name, value) in &telemetry.metrics {
            self.text(name);
            self.bits(*value);
        }
        self.u64(telemetry.alerts.len() as u64);
        for (time, text) in &telemetry.alerts {
            self.time(*time);
            self.text(text);
        }
        self.u64(telemetry.dropped);
    }
}

/// A figure of a rule in units of 1e-8. What does not fit ends at the least or greatest number, NaN is 0.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast ends at the bounds, which is what the layout says"
)]
fn scaled(value: f64) -> i64 {
    (value * crate::domain::UNIT as f64).round() as i64
}

fn instrument_code(change: InstrumentChange) -> u8 {
    match change {
        InstrumentChange::Rules => 0,
        InstrumentChange::Listed => 1,
        InstrumentChange::Delisted => 2,
        InstrumentChange::Halted => 3,
        InstrumentChange::Resumed => 4,
    }
}

fn side_code(side: Side) -> u8 {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}

fn direction_code(direction: Direction) -> u8 {
    match direction {
        Direction::Long => 0,
        Direction::Short => 1,
    }
}

fn status_code(status: OrderStatus) -> u8 {
    match status {
        OrderStatus::Pending => 0,
        OrderStatus::Working => 1,
        OrderStatus::PartiallyFilled => 2,
        OrderStatus::Filled => 3,
        OrderStatus::Canceled => 4,
        OrderStatus::Rejected => 5,
        OrderStatus::Expired => 6,
    }
}

fn cause_code(cause: Cause) -> u8 {
    match cause {
        Cause::Order => 0,
        Cause::Stop => 1,
        Cause::TakeProfit => 2,
        Cause::Liquidation => 3,
        Cause::Deleveraging => 4,
        Cause::Settlement => 5,
        Cause::Delisting => 6,
        Cause::User => 7,
        Cause::Risk => 8,
        Cause::EndOfData => 9,
    }
}

fn fault_code(cause: FaultCause) -> u8 {
    match cause {
        FaultCause::Trap => 0,
        FaultCause::OutOfFuel => 1,
        FaultCause::OutOfMemory => 2,
        FaultCause::StackOverflow => 3,
        FaultCause::TooManyHostCalls => 4,
        FaultCause::ReturnedTooMuch => 5,
        FaultCause::Host => 6,
    }
}

#[cfg(test)]
mod tests;
