//! What takers bought in each minute, where a venue's candles do not say it: counted from trades.
//!
//! A minute counts if all of it was heard; its candle is held back for some seconds, in which trades of it may still come.

use std::collections::BTreeMap;

use super::reference::{Decision, Moment};
use crate::data::record::minutes::{Flows, GRACE_MS};
use crate::domain::{Candle, MINUTE_MS, Timestamp};
use crate::venues::stream::TradeFrame;

/// Do candles of a venue say what takers bought. Source: `exchanges/bybit.md` section 6, `exchanges/hyperliquid.md` section 5.
pub(super) fn candles_tell_takers(venue: &str) -> bool {
    venue == "binance"
}

/// The taker volume of one market.
#[derive(Debug, Default)]
pub(super) struct Takers {
    flows: Flows,
    bought: BTreeMap<Timestamp, f64>,
}

impl Takers {
    /// A trade that was not counted yet.
    pub(super) fn trade(&mut self, trade: &TradeFrame) {
        self.flows.add(trade.time, trade.taker, trade.qty);
    }

    /// A candle with what takers bought in it. `since` is the moment of the venue from which on no trade was missed.
    pub(super) fn decide(
        &mut self,
        candle: Candle,
        at: Moment,
        since: Option<Timestamp>,
    ) -> Decision<Candle> {
        let time = candle.open_time;
        let heard = since.filter(|since| *since <= time);
        if !candle.taker_buy_volume.is_nan() || heard.is_none() {
            return Decision::Known(candle);
        }
        if at.venue < time.plus_ms(MINUTE_MS + GRACE_MS) {
            return Decision::Wait;
        }
        let over = heard.map(|since| self.flows.over(since, at.venue));
        let over = over.into_iter().flatten();
        self.bought
            .extend(over.map(|flow| (flow.open_time, flow.taker_buy_volume)));
        let bought = self.bought.get(&time).copied();
        let possible = bought.filter(|bought| *bought <= candle.volume);
        Decision::Known(Candle {
            taker_buy_volume: possible.unwrap_or(f64::NAN),
            ..candle
        })
    }

    /// Minutes before `next` are done.
    pub(super) fn passed(&mut self, next: Timestamp) {
        while self
            .bought
            .first_key_value()
            .is_some_and(|(m, _)| *m < next)
        {
            self.bought.pop_first();
        }
    }
}
