//! The vocabulary: plain values without I/O, clocks or floating-point money. Everything else speaks in these words.
//!
//! The types are offered flat (`crate::domain::{Candle, Price}`); the modules below only sort them.

mod candle;
mod contract;
mod event;
mod instrument;
mod market;
mod num;
mod order;
mod position;
mod symbol;
mod time;

pub use candle::{Candle, CandleFault, Slot, SlotState};
pub use contract::{
    Abilities, CandleColumns, Choice, Columns, Delivery, EventKinds, FloatRange, InstrumentKinds,
    IntRange, Manifest, Needs, OnFault, OrderKinds, Parameter, ParameterKind, ParameterValue, Role,
    Rows, SeriesBinding, SeriesNeed, StreamBinding, StreamNeed,
};
pub(crate) use contract::{NAME_CHARS, check_identity, check_name};
pub use event::{
    AccountChange, Cause, FillEvent, FundingEvent, InstrumentChange, LiquidationEvent, OrderChange,
    PositionChange, PositionEvent, StrategyEvent,
};
pub use instrument::{Instrument, InstrumentKind, PriceGrid, PriceRule, Tier, notional_cap};
pub use market::{
    Delisting, FundingSettlement, MarkCandle, Market, Ohlc, Quote, Reference, StreamRow,
    StreamSource, Trading,
};
pub(crate) use num::mul_div;
pub use num::{Cash, Cost, NumberError, Price, Qty, Rate, Rounding, UNIT, div_round};
pub use order::{
    Amendment, EndReason, Exit, Exits, Liquidity, OrderKind, OrderRequest, OrderStatus, OrderView,
    Placed, Refusal, RefusalReason, Side, Target, TimeInForce, TriggerBy,
};
pub use position::{Direction, PositionView};
pub use symbol::{CandleKind, Symbol, SymbolError};
pub use time::{MINUTE_MS, Timeframe, Timestamp};
