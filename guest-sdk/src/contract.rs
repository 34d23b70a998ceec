//! The words of the contract: what `wit/` calls the same, in Rust's spelling. Their fields are described there and here alike.
//!
//! ```
//! use guest_sdk::contract::*;
//!
//! assert_eq!(Direction::Short.entry_side(), Side::Sell);
//! assert_eq!(Timeframe::H4.length_ms(), Some(4 * 3_600_000));
//! let exits = Exits::at(None, Some(110.0)).stop(Exit::trailing(0.01, None)).watching(TriggerBy::Mark);
//! assert!(exits.stop.is_some() && exits.take_profit == Some(Exit::At(110.0)));
//! ```

pub use crate::bindings::exports::trading::strategy::guest::{
    AccountChange, AccountEvent, Cause, DataChange, DataEvent, Event, Fill, FundingPayment,
    InstrumentChange, InstrumentEvent, Liquidation, NamedValue, OrderChange, OtherEvent,
    PositionChange, PositionEvent,
};
pub use crate::bindings::trading::strategy::account::{Position, Summary};
pub use crate::bindings::trading::strategy::manifest::{
    Abilities, Choice, Columns, Delivery, EventKinds, FloatRange, InitError, InstrumentKinds,
    IntRange, Manifest, Needs, OnFault, OrderKinds, Parameter, ParameterKind, ParameterValue, Role,
    SeriesNeed, StreamNeed,
};
pub use crate::bindings::trading::strategy::market::{
    BinaryOutcome, Candle, CandleColumns, Instrument, InstrumentKind, Rows, SeriesBinding,
    StreamBinding,
};
pub use crate::bindings::trading::strategy::orders::{
    Amendment, EndReason, Exit, Exits, Order, OrderKind, OrderRequest, OrderStatus, Placed, Target,
    TimeInForce, Trailing, TriggerLimit,
};
pub use crate::bindings::trading::strategy::telemetry::{Level, Marker, Pane, Style};
pub use crate::bindings::trading::strategy::types::{
    Direction, InstrumentId, OrderId, PositionId, Refusal, RefusalReason, SeriesId, Side, StreamId,
    Timeframe, Timestamp, TriggerBy,
};

/// Bit of `on-candle`: the last call of this moment, everything is up to date.
pub const LAST_OF_MOMENT: u32 = 2;
/// Bit of `on-candle`: the candle covers a gap in part.
pub const COVERS_GAP: u32 = 4;

const MINUTE_MS: i64 = 60_000;

impl Timeframe {
    /// All lengths, the shortest first.
    pub const ALL: [Timeframe; 16] = [
        Timeframe::M1,
        Timeframe::M3,
        Timeframe::M5,
        Timeframe::M15,
        Timeframe::M30,
        Timeframe::H1,
        Timeframe::H2,
        Timeframe::H3,
        Timeframe::H4,
        Timeframe::H6,
        Timeframe::H8,
        Timeframe::H12,
        Timeframe::D1,
        Timeframe::D3,
        Timeframe::W1,
        Timeframe::Month1,
    ];

    /// Length in milliseconds; nothing for a calendar month.
    pub fn length_ms(self) -> Option<i64> {
        let minutes = match self {
            Timeframe::M1 => 1,
            Timeframe::M3 => 3,
            Timeframe::M5 => 5,
            Timeframe::M15 => 15,
            Timeframe::M30 => 30,
            Timeframe::H1 => 60,
            Timeframe::H2 => 120,
            Timeframe::H3 => 180,
            Timeframe::H4 => 240,
            Timeframe::H6 => 360,
            Timeframe::H8 => 480,
            Timeframe::H12 => 720,
            Timeframe::D1 => 1_440,
            Timeframe::D3 => 4_320,
            Timeframe::W1 => 10_080,
            Timeframe::Month1 => return None,
        };
        Some(minutes * MINUTE_MS)
    }
}

impl Side {
    /// The other side.
    pub fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }
}

impl Direction {
    /// The other direction.
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Long => Direction::Short,
            Direction::Short => Direction::Long,
        }
    }

    /// 1 for long, -1 for short.
    pub fn sign(self) -> f64 {
        match self {
            Direction::Long => 1.0,
            Direction::Short => -1.0,
        }
    }

    /// The side of the order that opens it.
    pub fn entry_side(self) -> Side {
        match self {
            Direction::Long => Side::Buy,
            Direction::Short => Side::Sell,
        }
    }
}

impl Exits {
    /// No exits.
    pub const NONE: Exits = Exits {
        stop: None,
        take_profit: None,
        trigger_by: None,
    };

    /// Market orders at these triggers, as many as are given.
    pub fn at(stop: Option<f64>, take_profit: Option<f64>) -> Exits {
        Exits {
            stop: stop.map(Exit::At),
            take_profit: take_profit.map(Exit::At),
            trigger_by: None,
        }
    }

    /// With this stop: `Exits::NONE.stop(Exit::trailing(0.01, None))`.
    pub fn stop(mut self, stop: Exit) -> Exits {
        self.stop = Some(stop);
        self
    }

    /// With this take-profit.
    pub fn take_profit(mut self, take_profit: Exit) -> Exits {
        self.take_profit = Some(take_profit);
        self
    }

    /// Both triggers watch this price.
    pub fn watching(mut self, price: TriggerBy) -> Exits {
        self.trigger_by = Some(price);
        self
    }
}

impl Exit {
    /// A limit order at this trigger.
    pub fn limit(trigger: f64, limit: f64) -> Exit {
        Exit::AtLimit(TriggerLimit { trigger, limit })
    }

    /// A market order once the price has turned by this fraction from its best, followed from `activation` on or at once.
    pub fn trailing(callback: f64, activation: Option<f64>) -> Exit {
        Exit::Trail(Trailing {
            callback,
            activation,
        })
    }
}

impl CandleColumns {
    /// How many candles.
    pub fn len(&self) -> usize {
        self.open_time.len()
    }

    /// Is there none.
    pub fn is_empty(&self) -> bool {
        self.open_time.is_empty()
    }

    /// One candle, the oldest is 0; columns that were not asked for are NaN.
    ///
    /// # Panics
    /// If there are not that many.
    pub fn candle(&self, index: usize) -> Candle {
        let value = |column: &Vec<f64>| column.get(index).copied().unwrap_or(f64::NAN);
        Candle {
            open_time: self.open_time[index],
            open: value(&self.open),
            high: value(&self.high),
            low: value(&self.low),
            close: value(&self.close),
            volume: value(&self.volume),
            quote_volume: value(&self.quote_volume),
            taker_buy_volume: value(&self.taker_buy_volume),
            trades: value(&self.trades),
        }
    }
}
