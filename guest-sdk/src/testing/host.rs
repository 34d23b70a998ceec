//! The harness's account as the host a strategy talks to.

use crate::contract::*;
use crate::native::Host;
use crate::testing::book::{Book, no_position, refusal, trigger_of};
use crate::testing::{Marked, Sent};

impl Book {
    fn instrument_held(&self, id: PositionId) -> Option<InstrumentId> {
        Some(self.position(id)?.instrument)
    }
}

impl Host for Book {
    fn instruments(&mut self, role: &str) -> Vec<InstrumentId> {
        let of_role = (0..).zip(&self.roles).filter(|(_, name)| *name == role);
        of_role.map(|(id, _)| id).collect()
    }

    fn describe(&mut self, id: InstrumentId) -> Option<Instrument> {
        // The first is TEST, the second TEST1.
        let number = if id == 0 {
            String::new()
        } else {
            id.to_string()
        };
        ((id as usize) < self.roles.len()).then(|| Instrument {
            id,
            venue: "test".to_string(),
            symbol: format!("TEST{number}USDT"),
            base: format!("TEST{number}"),
            quote: "USDT".to_string(),
            settle: "USDT".to_string(),
            contract_size: 1.0,
            kind: InstrumentKind::LinearPerpetual,
            tradable: true,
            tick: 1e-8,
            step: 1e-8,
            min_qty: 1e-8,
            max_qty: f64::INFINITY,
            min_notional: 0.0,
            max_leverage: 1.0,
            maker_fee: 0.0,
            taker_fee: 0.0,
        })
    }

    fn instrument_of(&mut self, series: SeriesId) -> Option<InstrumentId> {
        Some(self.series.get(series as usize)?.0)
    }

    fn last_price(&mut self, instrument: InstrumentId) -> f64 {
        let price = self.last_prices.get(instrument as usize);
        price.copied().unwrap_or(f64::NAN)
    }

    fn mark_price(&mut self, _: InstrumentId) -> f64 {
        f64::NAN
    }

    fn fee(&mut self, _: InstrumentId, _: f64, _: f64, _: bool) -> f64 {
        0.0
    }

    fn round_qty(&mut self, _: InstrumentId, qty: f64) -> f64 {
        qty
    }

    fn round_price(&mut self, _: InstrumentId, price: f64) -> f64 {
        price
    }

    fn submit(&mut self, order: OrderRequest) -> Result<Placed, Refusal> {
        self.send(Some(order.instrument), Sent::Submit(Box::new(order)));
        self.accept(order)
    }

    fn open(
        &mut self,
        instrument: InstrumentId,
        direction: Direction,
        qty: f64,
        stop: Option<f64>,
        take_profit: Option<f64>,
        tag: u32,
    ) -> Result<Placed, Refusal> {
        let what = Sent::Open {
            direction,
            qty,
            stop,
            take_profit,
            tag,
        };
        self.send(Some(instrument), what);
        let order = crate::orders::market(instrument, direction.entry_side(), qty)
            .separate()
            .tag(tag);
        self.accept(order.exits(Exits::at(stop, take_profit)))
    }

    fn set_net(&mut self, instrument: InstrumentId, qty: f64) -> Result<Option<Placed>, Refusal> {
        self.send(Some(instrument), Sent::SetNet(qty));
        let missing = qty - self.net_exposure(instrument);
        if missing == 0.0 {
            return Ok(None);
        }
        let side = if missing > 0.0 { Side::Buy } else { Side::Sell };
        self.accept(crate::orders::market(instrument, side, missing.abs()))
            .map(Some)
    }

    fn close(&mut self, position: PositionId, portion: f64) -> Result<OrderId, Refusal> {
        self.send(
            self.instrument_held(position),
            Sent::Close(position, portion),
        );
        self.close_portion(position, portion)
    }

    fn close_all(&mut self, instrument: Option<InstrumentId>) -> u32 {
        self.send(instrument, Sent::CloseAll);
        self.cancel_open(instrument);
        self.held(instrument)
            .into_iter()
            .filter(|&id| self.close_portion(id, 1.0).is_ok())
            .count() as u32
    }

    fn set_exits(&mut self, id: PositionId, exits: Exits) -> Result<(), Refusal> {
        self.send(self.instrument_held(id), Sent::SetExits(id, exits));
        let position = self
            .positions
            .iter_mut()
            .find(|position| position.id == id)
            .ok_or_else(|| no_position(id))?;
        position.stop = exits.stop.and_then(trigger_of);
        position.take_profit = exits.take_profit.and_then(trigger_of);
        Ok(())
    }

    fn amend(&mut self, _: OrderId, _: Amendment) -> Result<(), Refusal> {
        Err(refusal(
            RefusalReason::NotSupported,
            "a harness cannot amend orders",
        ))
    }

    fn cancel(&mut self, id: OrderId) -> Result<(), Refusal> {
        let index = self
            .orders
            .iter()
            .position(|working| working.order.id == id);
        let instrument = index.map(|index| self.orders[index].order.instrument);
        self.send(instrument, Sent::Cancel(id));
        match index {
            None => Err(refusal(
                RefusalReason::UnknownId,
                &format!("there is no order {id}"),
            )),
            Some(index) if !self.orders[index].is_open() => {
                Err(refusal(RefusalReason::NotOpen, "the order is done"))
            }
            Some(index) => {
                self.end(index, OrderStatus::Canceled, EndReason::User);
                Ok(())
            }
        }
    }

    fn cancel_all(&mut self, instrument: Option<InstrumentId>) -> u32 {
        self.send(instrument, Sent::CancelAll);
        self.cancel_open(instrument)
    }

    fn set_leverage(&mut self, instrument: InstrumentId, leverage: f64) -> Result<(), Refusal> {
        self.send(Some(instrument), Sent::SetLeverage(leverage));
        Ok(())
    }

    fn adjust_margin(&mut self, _: PositionId, _: f64) -> Result<(), Refusal> {
        Err(refusal(
            RefusalReason::NotSupported,
            "a harness has no margin",
        ))
    }

    fn find_order(&mut self, id: OrderId) -> Option<Order> {
        self.orders
            .iter()
            .map(|working| working.order)
            .find(|order| order.id == id)
    }

    fn working_orders(&mut self, instrument: Option<InstrumentId>) -> Vec<Order> {
        let open = self.working(instrument).into_iter();
        open.map(|index| self.orders[index].order).collect()
    }

    fn equity(&mut self) -> f64 {
        self.equity_now()
    }

    fn available(&mut self) -> f64 {
        self.equity_now()
            - self
                .positions
                .iter()
                .map(|position| position.margin)
                .sum::<f64>()
    }

    fn exposure(&mut self, instrument: InstrumentId) -> f64 {
        self.positions
            .iter()
            .filter(|position| position.instrument == instrument)
            .map(|position| position.direction.sign() * position.qty)
            .sum()
    }

    fn figures(&mut self) -> Summary {
        Summary {
            currency: "USDT".to_string(),
            equity: self.equity_now(),
            wallet: self.wallet,
            available: self.available(),
            position_margin: self.positions.iter().map(|position| position.margin).sum(),
            order_margin: 0.0,
            unrealized_pnl: self.equity_now() - self.wallet,
            realized_pnl: 0.0,
            fees: 0.0,
            funding: 0.0,
        }
    }

    fn find_position(&mut self, id: PositionId) -> Option<Position> {
        self.position(id).copied()
    }

    fn positions(&mut self, instrument: Option<InstrumentId>) -> Vec<Position> {
        let held = self.held(instrument).into_iter();
        held.filter_map(|id| self.position(id).copied()).collect()
    }

    fn net_position(&mut self, instrument: InstrumentId) -> Option<Position> {
        self.net(instrument).copied()
    }

    fn open_count(&mut self) -> u32 {
        self.positions.len() as u32
    }

    fn history_candles(&mut self, series: SeriesId, _: Columns, count: u32) -> CandleColumns {
        let candles = self
            .series
            .get(series as usize)
            .map_or(&[][..], |(_, candles)| candles);
        super::feed::columns(&candles[candles.len().saturating_sub(count as usize)..])
    }

    fn history_closes(&mut self, series: SeriesId, count: u32) -> Vec<f64> {
        self.history_candles(series, Columns::CLOSE, count).close
    }

    fn last_candle(&mut self, series: SeriesId) -> Option<Candle> {
        self.series.get(series as usize)?.1.last().copied()
    }

    fn forming_candle(&mut self, _: SeriesId) -> Option<Candle> {
        None
    }

    fn stream_rows(&mut self, id: StreamId, count: u32) -> Rows {
        let mut last = super::rows::none();
        if let Some(rows) = self.rows.get(&id) {
            for row in rows.iter().skip(rows.len().saturating_sub(count as usize)) {
                super::rows::push(&mut last, row);
            }
        }
        last
    }

    fn last_row(&mut self, id: StreamId) -> Vec<f64> {
        self.stream_rows(id, 1).values
    }

    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn random(&mut self) -> f64 {
        // SplitMix64: any fixed sequence will do.
        self.draws = self.draws.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.draws ^ (self.draws >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn set_timer(&mut self, at: Timestamp, tag: u32) -> Result<(), Refusal> {
        self.timers.push((at, tag));
        self.timers.sort_unstable();
        Ok(())
    }

    fn cancel_timers(&mut self, tag: u32) -> u32 {
        let before = self.timers.len();
        self.timers.retain(|&(_, other)| other != tag);
        (before - self.timers.len()) as u32
    }

    fn halt(&mut self, why: &str) {
        self.send(None, Sent::Halt(why.to_string()));
    }

    fn log(&mut self, level: Level, text: &str) {
        self.logs.push((level, text.to_string()));
    }

    fn plot_series(&mut self, name: &str, _: Pane, _: Style) -> u32 {
        let known = self.plots.iter().position(|(plot, _)| plot == name);
        let index = known.unwrap_or_else(|| {
            self.plots.push((name.to_string(), Vec::new()));
            self.plots.len() - 1
        });
        index as u32
    }

    fn plot(&mut self, plot: u32, value: f64) {
        if let Some((_, points)) = self.plots.get_mut(plot as usize) {
            points.push((self.now, value));
        }
    }

    fn mark(&mut self, marker: Marker, price: f64, text: &str) {
        self.marks.push(Marked {
            time: self.now,
            marker,
            price,
            text: text.to_string(),
        });
    }

    fn metric(&mut self, name: &str, value: f64) {
        self.metrics.insert(name.to_string(), value);
    }

    fn alert(&mut self, text: &str) {
        self.logs.push((Level::Warn, text.to_string()));
    }
}
