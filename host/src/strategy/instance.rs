//! A running strategy. The engine's desk moves into the store for the time of a call and back.

use wasmtime::Store;

use super::bindings::Strategy;
use super::component::refuel;
use super::convert::{self, ColumnsOut, RowsOut};
use super::fault::{self, Call};
use super::limits::Limits;
use super::state::{Stage, State};
use crate::domain::{CandleColumns, Rows, SeriesBinding, StrategyEvent, StreamBinding, Timestamp};
use crate::engine::{self, CandleCall, Desk, Fault};

/// A strategy in its sandbox. After a fault nothing is left of it but the fault.
pub struct WasmStrategy {
    /// Name and version, for messages.
    who: String,
    life: Life,
}

enum Life {
    Live(Box<Live>),
    Dead(Fault),
}

/// A store with its one instance.
pub(super) struct Live {
    store: Store<State>,
    guest: Strategy,
    handler_fuel: u64,
    setup_fuel: u64,
    /// What the last call was given.
    given_fuel: u64,
    /// Warm-up is over with the first candle that comes alone.
    warm: bool,
}

impl Live {
    pub(super) fn new(store: Store<State>, guest: Strategy, limits: &Limits) -> Self {
        let (handler_fuel, setup_fuel) = (limits.handler_fuel, limits.setup_fuel);
        Self {
            store,
            guest,
            handler_fuel,
            setup_fuel,
            given_fuel: 0,
            warm: false,
        }
    }

    #[inline]
    fn bulk_fuel(&self) -> u64 {
        if self.warm {
            self.handler_fuel
        } else {
            self.setup_fuel
        }
    }
}

impl WasmStrategy {
    pub(super) fn new(who: String, live: Live) -> Self {
        Self {
            who,
            life: Life::Live(Box::new(live)),
        }
    }

    /// One call of the guest: desk in, bounds full, call, desk out.
    #[inline]
    fn call(
        &mut self,
        desk: &mut Box<Desk>,
        fuel: impl FnOnce(&mut Live) -> u64,
        call: Call,
        run: impl FnOnce(&Strategy, &mut Store<State>) -> wasmtime::Result<()>,
    ) -> Result<(), Fault> {
        let live = match &mut self.life {
            Life::Live(live) => live.as_mut(),
            Life::Dead(fault) => return Err(fault.clone()),
        };
        let fuel = fuel(live);
        live.given_fuel = fuel;
        let state = live.store.data_mut();
        state.begin();
        std::mem::swap(&mut state.desk, desk);
        refuel(&mut live.store, fuel);
        let result = run(&live.guest, &mut live.store);
        match result {
            Ok(()) => {
                std::mem::swap(&mut live.store.data_mut().desk, desk);
                Ok(())
            }
            Err(error) => Err(self.bury(desk, call, &error, fuel)),
        }
    }

    /// Drops the store: it is poisoned and must not be entered again.
    #[cold]
    fn bury(
        &mut self,
        desk: &mut Box<Desk>,
        call: Call,
        error: &wasmtime::Error,
        fuel: u64,
    ) -> Fault {
        let Life::Live(live) = &mut self.life else {
            unreachable!("only a living strategy is called")
        };
        let state = live.store.data_mut();
        state.flush_output();
        let fault = fault::explain(&self.who, call, error, state, fuel);
        std::mem::swap(&mut state.desk, desk);
        self.life = Life::Dead(fault.clone());
        fault
    }
}

impl engine::Strategy for WasmStrategy {
    fn start(
        &mut self,
        desk: &mut Box<Desk>,
        series: &[SeriesBinding],
        streams: &[StreamBinding],
    ) -> Result<(), Fault> {
        use super::bindings::trading::strategy::market;
        let series: Vec<_> = series.iter().map(convert::series_binding).collect();
        let columns: Vec<Vec<&str>> = streams
            .iter()
            .map(|s| s.columns.iter().map(String::as_str).collect())
            .collect();
        let streams: Vec<market::StreamBinding<'_>> = streams
            .iter()
            .zip(&columns)
            .map(|(s, columns)| market::StreamBinding {
                id: s.id,
                need: s.need,
                instrument: s.instrument,
                columns,
            })
            .collect();
        let setup = |live: &mut Live| {
            live.store.data_mut().stage = Stage::Running;
            live.setup_fuel
        };
        self.call(desk, setup, Call::Start, |guest, store| {
            store.data_mut().flush_early();
            guest
                .trading_strategy_guest()
                .call_start(store, &series, &streams)
        })
    }

    #[inline]
    fn on_candle(&mut self, desk: &mut Box<Desk>, candle: &CandleCall) -> Result<(), Fault> {
        let c = candle;
        let live = |live: &mut Live| {
            live.warm = true;
            live.handler_fuel
        };
        let call = Call::Candle {
            series: c.series,
            open_time: c.open_time,
        };
        self.call(desk, live, call, |guest, store| {
            guest.trading_strategy_guest().call_on_candle(
                store,
                c.series,
                c.open_time.0,
                c.open,
                c.high,
                c.low,
                c.close,
                c.volume,
                c.quote_volume,
                c.taker_buy_volume,
                c.trades,
                c.bits,
            )
        })
    }

    fn on_candles(
        &mut self,
        desk: &mut Box<Desk>,
        series: u32,
        candles: &CandleColumns,
    ) -> Result<(), Fault> {
        let from = candles.open_time.first().copied();
        let columns = ColumnsOut::new(candles);
        self.call(
            desk,
            |live| live.bulk_fuel(),
            Call::Candles { series, from },
            |guest, store| {
                guest
                    .trading_strategy_guest()
                    .call_on_candles(store, series, columns.as_param())
            },
        )
    }

    fn on_rows(&mut self, desk: &mut Box<Desk>, stream: u32, rows: &Rows) -> Result<(), Fault> {
        let rows = RowsOut::new(rows);
        self.call(
            desk,
            |live| live.bulk_fuel(),
            Call::Rows { stream },
            |guest, store| {
                guest
                    .trading_strategy_guest()
                    .call_on_rows(store, stream, rows.as_param())
            },
        )
    }

    fn on_event(
        &mut self,
        desk: &mut Box<Desk>,
        time: Timestamp,
        event: &StrategyEvent,
    ) -> Result<(), Fault> {
        let event = convert::event(event);
        self.call(
            desk,
            |live| live.handler_fuel,
            Call::Event { time },
            |guest, store| {
                guest
                    .trading_strategy_guest()
                    .call_on_event(store, time.0, event)
            },
        )
    }

    fn spent(&self) -> Option<(u64, u64)> {
        let Life::Live(live) = &self.life else {
            return None;
        };
        let left = live.store.get_fuel().ok()?;
        let memory = live.store.data().memory.bytes() as u64;
        Some((live.given_fuel.saturating_sub(left), memory))
    }
}
