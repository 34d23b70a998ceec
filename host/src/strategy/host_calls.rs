//! The imports of the contract: count the call, translate, ask the desk, translate back. No rule of trading stands here.

use std::mem::size_of;

use wasmtime::Result;

use super::bindings::trading::strategy::{
    account, history, manifest, market, orders, runtime, telemetry, types,
};
use super::convert;
use super::state::{Stage, State};
use crate::domain::Timestamp;

type Answer<T> = Result<Result<T, types::Refusal>>;

impl State {
    /// A list on its way to the guest.
    fn list<T>(&mut self, items: Vec<T>) -> Result<Vec<T>> {
        self.charge(items.len() * size_of::<T>())?;
        Ok(items)
    }
}

impl types::Host for State {}
impl manifest::Host for State {}

impl orders::Host for State {
    fn submit(&mut self, order: orders::OrderRequest) -> Answer<orders::Placed> {
        let desk = self.call("orders.submit")?;
        let answer = desk.submit(&convert::order_request(&order));
        Ok(answer.map(convert::placed).map_err(convert::refusal))
    }

    fn open(
        &mut self,
        instrument: u32,
        direction: types::Direction,
        qty: f64,
        stop: Option<f64>,
        take_profit: Option<f64>,
        tag: u32,
    ) -> Answer<orders::Placed> {
        let desk = self.call("orders.open")?;
        let direction = convert::direction(direction);
        let answer = desk.open(instrument, direction, qty, stop, take_profit, tag);
        Ok(answer.map(convert::placed).map_err(convert::refusal))
    }

    fn set_net(&mut self, instrument: u32, qty: f64) -> Answer<Option<orders::Placed>> {
        let answer = self.call("orders.set-net")?.set_net(instrument, qty);
        Ok(answer
            .map(|p| p.map(convert::placed))
            .map_err(convert::refusal))
    }

    fn close(&mut self, position: u32, portion: f64) -> Answer<u32> {
        let answer = self.call("orders.close")?.close(position, portion);
        Ok(answer.map_err(convert::refusal))
    }

    fn close_all(&mut self, instrument: Option<u32>) -> Result<u32> {
        Ok(self.call("orders.close-all")?.close_all(instrument))
    }

    fn set_exits(&mut self, position: u32, exits: orders::Exits) -> Answer<()> {
        let desk = self.call("orders.set-exits")?;
        Ok(desk
            .set_exits(position, &convert::exits(&exits))
            .map_err(convert::refusal))
    }

    fn amend(&mut self, order: u32, change: orders::Amendment) -> Answer<()> {
        let desk = self.call("orders.amend")?;
        Ok(desk
            .amend(order, &convert::amendment(change))
            .map_err(convert::refusal))
    }

    fn cancel(&mut self, order: u32) -> Answer<()> {
        Ok(self
            .call("orders.cancel")?
            .cancel(order)
            .map_err(convert::refusal))
    }

    fn cancel_all(&mut self, instrument: Option<u32>) -> Result<u32> {
        Ok(self.call("orders.cancel-all")?.cancel_all(instrument))
    }

    fn set_leverage(&mut self, instrument: u32, leverage: f64) -> Answer<()> {
        let desk = self.call("orders.set-leverage")?;
        Ok(desk
            .set_leverage(instrument, leverage)
            .map_err(convert::refusal))
    }

    fn adjust_margin(&mut self, position: u32, amount: f64) -> Answer<()> {
        let desk = self.call("orders.adjust-margin")?;
        Ok(desk
            .adjust_margin(position, amount)
            .map_err(convert::refusal))
    }

    fn find(&mut self, id: u32) -> Result<Option<orders::Order>> {
        Ok(self
            .call("orders.find")?
            .find_order(id)
            .map(|o| convert::order(&o)))
    }

    fn working(&mut self, instrument: Option<u32>) -> Result<Vec<orders::Order>> {
        let orders = self.call("orders.working")?.working(instrument);
        self.list(orders.iter().map(convert::order).collect())
    }
}

impl account::Host for State {
    fn equity(&mut self) -> Result<f64> {
        Ok(self.call("account.equity")?.equity())
    }

    fn available(&mut self) -> Result<f64> {
        Ok(self.call("account.available")?.available())
    }

    fn exposure(&mut self, instrument: u32) -> Result<f64> {
        Ok(self.call("account.exposure")?.exposure(instrument))
    }

    fn figures(&mut self) -> Result<account::Summary> {
        Ok(convert::summary(self.call("account.figures")?.figures()))
    }

    fn find(&mut self, id: u32) -> Result<Option<account::Position>> {
        Ok(self
            .call("account.find")?
            .find_position(id)
            .map(|p| convert::position(&p)))
    }

    fn positions(&mut self, instrument: Option<u32>) -> Result<Vec<account::Position>> {
        let positions = self.call("account.positions")?.positions(instrument);
        self.list(positions.iter().map(convert::position).collect())
    }

    fn net_position(&mut self, instrument: u32) -> Result<Option<account::Position>> {
        let position = self.call("account.net-position")?.net_position(instrument);
        Ok(position.map(|p| convert::position(&p)))
    }

    fn open_count(&mut self) -> Result<u32> {
        Ok(self.call("account.open-count")?.open_count())
    }
}

impl market::Host for State {
    fn instruments(&mut self, role: String) -> Result<Vec<u32>> {
        self.charge_text(&role)?;
        let instruments = self.call("market.instruments")?.instruments(&role);
        self.list(instruments)
    }

    fn describe(&mut self, id: u32) -> Result<Option<market::Instrument>> {
        let desk = self.call("market.describe")?;
        let (tradable, leverage) = (desk.is_tradable(id), desk.max_leverage(id));
        let instrument = desk
            .describe(id)
            .map(|i| convert::instrument(id, i, tradable, leverage));
        self.charge(size_of::<market::Instrument>())?;
        Ok(instrument)
    }

    fn instrument_of(&mut self, series: u32) -> Result<Option<u32>> {
        Ok(self.call("market.instrument-of")?.instrument_of(series))
    }

    fn last_price(&mut self, instrument: u32) -> Result<f64> {
        Ok(self.call("market.last-price")?.last_price(instrument))
    }

    fn mark_price(&mut self, instrument: u32) -> Result<f64> {
        Ok(self.call("market.mark-price")?.mark_price(instrument))
    }

    fn fee(&mut self, instrument: u32, price: f64, qty: f64, taker: bool) -> Result<f64> {
        Ok(self.call("market.fee")?.fee(instrument, price, qty, taker))
    }

    fn round_qty(&mut self, instrument: u32, qty: f64) -> Result<f64> {
        Ok(self.call("market.round-qty")?.round_qty(instrument, qty))
    }

    fn round_price(&mut self, instrument: u32, price: f64) -> Result<f64> {
        Ok(self
            .call("market.round-price")?
            .round_price(instrument, price))
    }
}

impl history::Host for State {
    fn candles(
        &mut self,
        series: u32,
        columns: manifest::Columns,
        count: u32,
    ) -> Result<history::CandleColumns> {
        let columns = convert::columns(columns);
        let candles = self
            .call("history.candles")?
            .candles(series, columns, count);
        let wanted = [
            &candles.open,
            &candles.high,
            &candles.low,
            &candles.close,
            &candles.volume,
            &candles.quote_volume,
            &candles.taker_buy_volume,
            &candles.trades,
        ];
        let values: usize = wanted.iter().map(|column| column.len()).sum();
        self.charge(values * 8 + candles.open_time.len() * 12)?;
        Ok(convert::candle_columns(candles))
    }

    fn closes(&mut self, series: u32, count: u32) -> Result<Vec<f64>> {
        let closes = self.call("history.closes")?.closes(series, count);
        self.list(closes)
    }

    fn last_candle(&mut self, series: u32) -> Result<Option<market::Candle>> {
        let candle = self.call("history.last-candle")?.last_candle(series);
        Ok(candle.map(|c| convert::candle(&c)))
    }

    fn forming_candle(&mut self, series: u32) -> Result<Option<market::Candle>> {
        let candle = self.call("history.forming-candle")?.forming_candle(series);
        Ok(candle.map(|c| convert::candle(&c)))
    }

    fn stream_rows(&mut self, id: u32, count: u32) -> Result<history::Rows> {
        let rows = self.call("history.stream-rows")?.stream_rows(id, count);
        self.charge(rows.values.len() * 8 + rows.time.len() * 16)?;
        Ok(convert::rows(rows))
    }

    fn last_row(&mut self, id: u32) -> Result<Vec<f64>> {
        let row = self.call("history.last-row")?.last_row(id);
        self.list(row)
    }
}

impl runtime::Host for State {
    fn now(&mut self) -> Result<i64> {
        Ok(self.call("runtime.now")?.now().0)
    }

    fn random(&mut self) -> Result<f64> {
        Ok(self.call("runtime.random")?.random())
    }

    fn set_timer(&mut self, at: i64, tag: u32) -> Answer<()> {
        let desk = self.call("runtime.set-timer")?;
        Ok(desk.set_timer(Timestamp(at), tag).map_err(convert::refusal))
    }

    fn cancel_timers(&mut self, tag: u32) -> Result<u32> {
        Ok(self.call("runtime.cancel-timers")?.cancel_timers(tag))
    }

    fn halt(&mut self, why: String) -> Result<()> {
        self.charge_text(&why)?;
        self.call("runtime.halt")?.halt(&why);
        Ok(())
    }
}

impl telemetry::Host for State {
    fn log(&mut self, level: telemetry::Level, text: String) -> Result<()> {
        self.count()?;
        self.charge_text(&text)?;
        Self::log(self, convert::level(level), &text);
        Ok(())
    }

    fn plot_series(
        &mut self,
        name: String,
        pane: telemetry::Pane,
        style: telemetry::Style,
    ) -> Result<u32> {
        self.charge_text(&name)?;
        let telemetry = &mut self.call("telemetry.plot-series")?.telemetry;
        Ok(telemetry.plot_series(&name, convert::pane(pane), convert::style(style)))
    }

    fn plot(&mut self, plot: u32, value: f64) -> Result<()> {
        let desk = self.call("telemetry.plot")?;
        let now = desk.now();
        desk.telemetry.plot(plot, now, value);
        Ok(())
    }

    fn mark(&mut self, marker: telemetry::Marker, price: f64, text: String) -> Result<()> {
        self.charge_text(&text)?;
        let desk = self.call("telemetry.mark")?;
        let now = desk.now();
        desk.telemetry
            .mark(now, convert::marker(marker), price, &text);
        Ok(())
    }

    fn metric(&mut self, name: String, value: f64) -> Result<()> {
        self.charge_text(&name)?;
        self.call("telemetry.metric")?
            .telemetry
            .metric(&name, value);
        Ok(())
    }

    fn alert(&mut self, text: String) -> Result<()> {
        self.charge_text(&text)?;
        let desk = self.call("telemetry.alert")?;
        let now = desk.now();
        desk.telemetry.alert(now, &text);
        Ok(())
    }
}

impl State {
    /// The event's time in milliseconds; 0 before the first.
    pub(super) fn clock_ms(&self) -> u64 {
        match self.stage {
            Stage::Running => u64::try_from(self.now().0).unwrap_or(0),
            Stage::Setup => 0,
        }
    }
}
