//! How minutes are told: each once, in order, with what belongs to it.

use super::{Market, Since, Tell};
use crate::data::live::due::Settled;
use crate::data::live::reference::{Decision, Moment, Prices};
use crate::data::live::{From, LiveEvent, LiveMinute, Timing};
use crate::data::streams::StreamKind;
use crate::domain::{
    Candle, FundingSettlement, MINUTE_MS, MarkCandle, Ohlc, Reference, Slot, Timestamp,
};

impl Market {
    /// Tells every minute that is ready.
    pub(in crate::data::live) fn advance(
        &mut self,
        at: Moment,
        since: Since,
        timing: &Timing,
        tell: &mut Tell<'_>,
    ) {
        while let Some(next) = self.next {
            let accepted = self.accepted.get(&next).copied();
            if accepted.is_none() && !self.is_given_up(next, at.now, timing) {
                return;
            }
            let settled = match self.due.as_mut().map(|d| d.decide(next, at, timing)) {
                Some(Decision::Wait) => return,
                Some(Decision::Known(settled)) => settled,
                None => None,
            };
            let price = |prices: &mut Option<Prices>| {
                let prices = prices.as_mut();
                prices.map_or(Decision::Known(None), |p| {
                    p.decide(next, at, since.mark, timing)
                })
            };
            let (mark, index) = (price(&mut self.mark), price(&mut self.index));
            let (Decision::Known(mark), Decision::Known(index)) = (mark, index) else {
                return;
            };
            let accepted = match self.with_takers(accepted, at, since.trades) {
                Decision::Known(accepted) => accepted,
                Decision::Wait => return,
            };
            self.tell_minute(next, accepted, settled, (mark, index), at, tell);
        }
    }

    pub(super) fn with_takers(
        &mut self,
        accepted: Option<(Candle, From)>,
        at: Moment,
        since: Option<Timestamp>,
    ) -> Decision<Option<(Candle, From)>> {
        let Some(((candle, from), takers)) = accepted.zip(self.takers.as_mut()) else {
            return Decision::Known(accepted);
        };
        match takers.decide(candle, at, since) {
            Decision::Known(candle) => Decision::Known(Some((candle, from))),
            Decision::Wait => Decision::Wait,
        }
    }

    pub(super) fn is_given_up(&self, minute: Timestamp, now: Timestamp, timing: &Timing) -> bool {
        let since = self.lacking.since(minute);
        let is_over = since.is_some_and(|since| now.0 - since.0 >= timing.missing_after_ms);
        is_over && !self.asker.is_answering(now, timing)
    }

    pub(super) fn tell_minute(
        &mut self,
        time: Timestamp,
        accepted: Option<(Candle, From)>,
        settled: Option<Settled>,
        (mark, index): (Option<Ohlc>, Option<Ohlc>),
        at: Moment,
        tell: &mut Tell<'_>,
    ) {
        let market = self.asked.market;
        let end = time.plus_ms(MINUTE_MS);
        if let Some(settled) = &settled {
            let wanted = self.asked.wanted.rows.contains(&(StreamKind::Funding, 0));
            if wanted && !settled.substituted {
                self.rows.funding(time, settled, at.venue);
            }
            if self.asked.wanted.funding {
                tell(LiveEvent::Funding(FundingSettlement {
                    instrument: market,
                    time,
                    rate: settled.rate,
                    price: settled.price,
                    substituted: settled.substituted,
                }));
            }
        }
        self.rows.tell_up_to(market, time, end, tell);
        let slot = accepted.map_or_else(|| Slot::missing(time), |(candle, _)| Slot::real(candle));
        let reference = Reference {
            mark: mark.map(|path| MarkCandle {
                path,
                shown: path.close,
            }),
            index,
        };
        tell(LiveEvent::Minute {
            market,
            minute: LiveMinute {
                time,
                slot,
                reference,
                from: accepted.map_or(From::Question, |(_, from)| from),
            },
        });
        self.minutes.0 += 1;
        self.minutes.1 += u64::from(accepted.is_none());
        self.passed(time, settled.as_ref());
    }

    pub(super) fn passed(&mut self, time: Timestamp, settled: Option<&Settled>) {
        let next = time.plus_ms(MINUTE_MS);
        self.next = Some(next);
        self.accepted.remove(&time);
        self.lacking.passed(next);
        if let Some(due) = &mut self.due {
            due.passed(time, settled);
        }
        if let Some(takers) = &mut self.takers {
            takers.passed(next);
        }
        for prices in self.mark.iter_mut().chain(&mut self.index) {
            prices.passed(next);
        }
    }
}
