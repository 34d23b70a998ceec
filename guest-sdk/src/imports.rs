//! What a strategy may ask of the host, one line per function of the contract.
//!
//! In Wasm a call goes to the generated binding. Natively it goes to the [`Host`] installed on this thread (`native`).
#![cfg_attr(
    target_arch = "wasm32",
    allow(
        dead_code,
        reason = "natively the trait is implemented, in Wasm nobody asks for it"
    )
)]

use crate::contract::*;

macro_rules! imports {
    ($(
        $(#[$module_doc:meta])*
        $visibility:vis mod $module:ident {
            $(
                $(#[$doc:meta])*
                fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $method:ident;
            )*
        }
    )*) => {
        /// The host as a native strategy sees it: one method per import of the contract, with the same meaning.
        ///
        /// Methods take `&mut self` because most hosts count calls and stage actions.
        pub trait Host: std::any::Any {
            $($(
                $(#[$doc])*
                fn $method(&mut self $(, $argument: $type)*) $(-> $result)?;
            )*)*
        }

        $(
            $(#[$module_doc])*
            $visibility mod $module {
                use super::*;

                $(
                    $(#[$doc])*
                    #[inline]
                    pub fn $name($($argument: $type),*) $(-> $result)? {
                        #[cfg(target_arch = "wasm32")]
                        {
                            crate::bindings::trading::strategy::$module::$name($($argument),*)
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        {
                            crate::native::with_host(|host| host.$method($($argument),*))
                        }
                    }
                )*
            }
        )*
    };
}

imports! {
    /// What is traded, its rules and its last prices.
    ///
    /// ```
    /// use guest_sdk::prelude::*;
    ///
    /// /// The part of equity that the smallest order of an instrument would take; NaN if it is unknown.
    /// fn smallest(instrument: InstrumentId, equity: f64) -> f64 {
    ///     let Some(rules) = market::describe(instrument) else { return f64::NAN };
    ///     let qty = rules.min_qty.max(rules.min_notional / market::last_price(instrument));
    ///     qty * market::last_price(instrument) / equity
    /// }
    /// ```
    pub mod market {
        /// The instruments of a role, in the order of the binding.
        fn instruments(role: &str) -> Vec<InstrumentId> = instruments;
        /// The rules of an instrument, or nothing if the id is unknown.
        fn describe(id: InstrumentId) -> Option<Instrument> = describe;
        /// The instrument now behind a series.
        fn instrument_of(series: SeriesId) -> Option<InstrumentId> = instrument_of;
        /// Close of the last closed minute; NaN before there is one.
        fn last_price(instrument: InstrumentId) -> f64 = last_price;
        /// Mark price of the last closed minute; NaN where the run has no mark data.
        fn mark_price(instrument: InstrumentId) -> f64 = mark_price;
        /// Fee of an order of this size as a taker (or maker), account currency.
        fn fee(instrument: InstrumentId, price: f64, qty: f64, taker: bool) -> f64 = fee;
        /// Quantity floored to the step. NaN if the instrument is unknown.
        fn round_qty(instrument: InstrumentId, qty: f64) -> f64 = round_qty;
        /// Nearest valid price. NaN if the instrument is unknown.
        fn round_price(instrument: InstrumentId, price: f64) -> f64 = round_price;
    }

    /// Sending, changing and withdrawing orders, as the contract has it. Authors use `crate::orders`.
    pub(crate) mod orders {
        /// Send an order with all its options.
        fn submit(order: OrderRequest) -> Result<Placed, Refusal> = submit;
        /// Open a separate position at market with optional stop and take-profit triggers.
        fn open(instrument: InstrumentId, direction: Direction, qty: f64, stop: Option<f64>, take_profit: Option<f64>, tag: u32) -> Result<Placed, Refusal> = open;
        /// Bring the netted position to this signed quantity at market.
        fn set_net(instrument: InstrumentId, qty: f64) -> Result<Option<Placed>, Refusal> = set_net;
        /// Close this fraction (0 < portion <= 1) of a position at market.
        fn close(position: PositionId, portion: f64) -> Result<OrderId, Refusal> = close;
        /// Close every position of an instrument, or of all, at market and cancel the orders; how many are being closed.
        fn close_all(instrument: Option<InstrumentId>) -> u32 = close_all;
        /// Replace an open position's exits; an absent exit is removed.
        fn set_exits(position: PositionId, exits: Exits) -> Result<(), Refusal> = set_exits;
        /// Change a working order. Only a lower quantity keeps its place.
        fn amend(order: OrderId, change: Amendment) -> Result<(), Refusal> = amend;
        /// Withdraw a working order.
        fn cancel(order: OrderId) -> Result<(), Refusal> = cancel;
        /// Withdraw all working orders of an instrument, or of all (exits of positions stay); how many.
        fn cancel_all(instrument: Option<InstrumentId>) -> u32 = cancel_all;
        /// Choose the leverage of an instrument for later fills, up to what manifest and user allow.
        fn set_leverage(instrument: InstrumentId, leverage: f64) -> Result<(), Refusal> = set_leverage;
        /// Add margin to an isolated position (> 0), or take some back (< 0).
        fn adjust_margin(position: PositionId, amount: f64) -> Result<(), Refusal> = adjust_margin;
        /// One order, or nothing if it is unknown or done for more than a day.
        fn find(id: OrderId) -> Option<Order> = find_order;
        /// All orders not yet done, by id.
        fn working(instrument: Option<InstrumentId>) -> Vec<Order> = working_orders;
    }

    /// What the strategy owns.
    ///
    /// ```
    /// use guest_sdk::prelude::*;
    ///
    /// /// Value of what is held of another instrument, longs positive.
    /// fn value(other: InstrumentId) -> f64 {
    ///     account::exposure(other) * market::last_price(other)
    /// }
    /// ```
    pub mod account {
        /// Equity: wallet + unrealized profit.
        fn equity() -> f64 = equity;
        /// Margin free for new orders.
        fn available() -> f64 = available;
        /// Sum over all positions of an instrument, longs positive and shorts negative, base units.
        fn exposure(instrument: InstrumentId) -> f64 = exposure;
        /// All figures of the account.
        fn figures() -> Summary = figures;
        /// One position, or nothing if it is unknown, not yet filled, or closed.
        fn find(id: PositionId) -> Option<Position> = find_position;
        /// All open positions, by id.
        fn positions(instrument: Option<InstrumentId>) -> Vec<Position> = positions;
        /// The netted position of an instrument, if it is open.
        fn net_position(instrument: InstrumentId) -> Option<Position> = net_position;
        /// How many positions are open.
        fn open_count() -> u32 = open_count;
    }

    /// Looking back at closed candles and rows, of any series the strategy asked for: a convenience, slower than a
    /// [`Ring`](crate::Ring) of one's own.
    ///
    /// ```
    /// use guest_sdk::prelude::*;
    ///
    /// /// Change of another series over its last 24 candles; nothing before there are as many.
    /// fn day_change(other: SeriesId) -> Option<f64> {
    ///     let closes = history::closes(other, 25);
    ///     (closes.len() == 25).then(|| closes[24] / closes[0] - 1.0)
    /// }
    /// ```
    pub mod history {
        /// The last `count` closed candles of a series, oldest first.
        fn candles(series: SeriesId, columns: Columns, count: u32) -> CandleColumns = history_candles;
        /// The last `count` closes of a series, oldest first.
        fn closes(series: SeriesId, count: u32) -> Vec<f64> = history_closes;
        /// The last closed candle of a series.
        fn last_candle(series: SeriesId) -> Option<Candle> = last_candle;
        /// The candle now forming in a series longer than the primary one. It will still change.
        fn forming_candle(series: SeriesId) -> Option<Candle> = forming_candle;
        /// The last `count` rows of a stream.
        fn stream_rows(id: StreamId, count: u32) -> Rows = stream_rows;
        /// The last row of a stream; empty if there is none.
        fn last_row(id: StreamId) -> Vec<f64> = last_row;
    }

    /// Time and chance, the same in every replay.
    ///
    /// ```
    /// use guest_sdk::prelude::*;
    ///
    /// /// A timer at the next full hour, with this number.
    /// fn next_hour(tag: u32) -> Result<(), Refusal> {
    ///     const HOUR: Timestamp = 3_600_000;
    ///     runtime::set_timer((runtime::now() / HOUR + 1) * HOUR, tag)
    /// }
    /// ```
    pub mod runtime {
        /// The moment of this call: the close of the minute being handled.
        fn now() -> Timestamp = now;
        /// A uniform number in [0, 1) from the run's seed.
        fn random() -> f64 = random;
        /// Ask for a `timer` event at the first minute boundary at or after this time.
        fn set_timer(at: Timestamp, tag: u32) -> Result<(), Refusal> = set_timer;
        /// Forget all timers with this tag; how many there were.
        fn cancel_timers(tag: u32) -> u32 = cancel_timers;
        /// Stop this strategy for good; the sentence goes into the report.
        fn halt(why: &str) = halt;
    }

    /// What people see, as the contract has it. Authors use `crate::telemetry`.
    pub(crate) mod telemetry {
        /// One line in the strategy's log.
        fn log(level: Level, text: &str) = log;
        /// Register a series to plot; the number is used in `plot`.
        fn plot_series(name: &str, pane: Pane, style: Style) -> u32 = plot_series;
        /// One point at `now`. NaN = a gap.
        fn plot(plot: u32, value: f64) = plot;
        /// One sign on the chart at `now` and this price.
        fn mark(marker: Marker, price: f64, text: &str) = mark;
        /// A named number in the run's summary; the last value counts.
        fn metric(name: &str, value: f64) = metric;
        /// A message to the user's alert channel, rate-limited.
        fn alert(text: &str) = alert;
    }
}
