//! Live candles: which frame is the final one.
//!
//! * The venue says so, or, where it never does, a frame of the very next candle comes, or its clock is some seconds past the end.
//!   Where a later one comes instead, frames were missed.
//! * What comes after the final frame is compared with it: an equal one is ignored, a different one counted as a revision.
//! * Where a venue closes its candles and one was not, nobody knows what it became in the end: it stays a gap that a fetch can fill.

use std::collections::BTreeMap;

use super::minutes::GRACE_MS;
use crate::data::catalog::unite;
use crate::domain::{Candle, Timeframe, Timestamp};

/// Accepted candles that are remembered, to notice revisions.
const REMEMBERED: usize = 16;

/// Candles of one length of one symbol.
#[derive(Debug)]
pub(in crate::data) struct LiveCandles {
    timeframe: Timeframe,
    forming: Option<(Candle, Option<bool>)>,
    accepted: BTreeMap<Timestamp, Candle>,
}

/// What a frame of a candle did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::data) enum Outcome {
    /// The candle is final.
    Accepted(Candle),
    /// A version that differs from this final one.
    Revision(Candle),
    /// A candle went by that was never closed.
    Unconfirmed,
}

impl LiveCandles {
    pub(in crate::data) fn new(timeframe: Timeframe) -> Self {
        Self {
            timeframe,
            forming: None,
            accepted: BTreeMap::new(),
        }
    }

    /// Takes a frame.
    pub(in crate::data) fn frame(
        &mut self,
        candle: Candle,
        is_closed: Option<bool>,
    ) -> Vec<Outcome> {
        let time = candle.open_time;
        if let Some(accepted) = self.accepted.get(&time) {
            // A version that is not final may only be late.
            let is_same = is_closed == Some(false) || unite(accepted, &candle).is_ok();
            return if is_same {
                Vec::new()
            } else {
                vec![Outcome::Revision(*accepted)]
            };
        }
        let mut outcomes = Vec::new();
        let earlier = self.forming.take_if(|(open, _)| open.open_time < time);
        outcomes.extend(earlier.map(|(open, says)| {
            let is_next = self.timeframe.bucket_end(open.open_time) == time;
            // Frames of its end may be among those that were missed.
            let says = says.or((!is_next).then_some(false));
            self.end(open, says)
        }));
        match &self.forming {
            // A frame that comes late is of no use unless it is final.
            Some((open, _)) if open.open_time > time => {}
            _ => self.forming = Some((candle, is_closed)),
        }
        if is_closed == Some(true) {
            self.forming.take_if(|(open, _)| open.open_time == time);
            outcomes.push(self.accept(candle));
        }
        outcomes
    }

    /// The candle whose end lies some seconds back by the venue's clock.
    pub(in crate::data) fn over(&mut self, venue_now: Timestamp) -> Option<Outcome> {
        let timeframe = self.timeframe;
        let is_over = |c: &Candle| timeframe.bucket_end(c.open_time).plus_ms(GRACE_MS) <= venue_now;
        let (open, says) = self.forming.take_if(|(open, _)| is_over(open))?;
        Some(self.end(open, says))
    }

    /// A candle whose last frame is not final has ended.
    fn end(&mut self, candle: Candle, says: Option<bool>) -> Outcome {
        match says {
            None => self.accept(candle),
            Some(_) => Outcome::Unconfirmed,
        }
    }

    fn accept(&mut self, candle: Candle) -> Outcome {
        self.accepted.insert(candle.open_time, candle);
        if self.accepted.len() > REMEMBERED {
            self.accepted.pop_first();
        }
        Outcome::Accepted(candle)
    }

    /// The accepted candle of a time, with what takers bought in it where the venue did not say it.
    pub(in crate::data) fn with_taker_volume(
        &mut self,
        time: Timestamp,
        bought: f64,
    ) -> Option<Candle> {
        let candle = self.accepted.get_mut(&time)?;
        if !candle.taker_buy_volume.is_nan() || bought > candle.volume {
            return None;
        }
        candle.taker_buy_volume = bought;
        Some(*candle)
    }

    /// Frames were missed: what is forming may not be final where the venue never says so.
    pub(in crate::data) fn forget_unclosed(&mut self) {
        self.forming.take_if(|(_, says)| says.is_none());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::{START, candle};

    fn at(minute: i64, n: i64) -> Candle {
        candle(START + minute * 60_000, n)
    }

    fn live() -> LiveCandles {
        LiveCandles::new(Timeframe::M1)
    }

    /// Absent values are NaN, which equals nothing: what is shown is compared.
    fn same<T: std::fmt::Debug + ?Sized>(left: &T, right: &T) {
        assert_eq!(format!("{left:?}"), format!("{right:?}"));
    }

    #[test]
    fn the_venue_closes_a_candle_and_later_versions_are_revisions() {
        let mut live = live();
        same::<[Outcome]>(&live.frame(at(0, 1), Some(false)), &[]);
        same::<[Outcome]>(
            &live.frame(at(0, 2), Some(true)),
            &[Outcome::Accepted(at(0, 2))],
        );
        same::<[Outcome]>(&live.frame(at(0, 2), Some(true)), &[]);
        same::<[Outcome]>(
            &live.frame(at(0, 3), Some(true)),
            &[Outcome::Revision(at(0, 2))],
        );
        same::<[Outcome]>(&live.frame(at(0, 3), Some(false)), &[]);
    }

    #[test]
    fn a_candle_the_venue_did_not_close_is_a_gap() {
        let mut live = live();
        live.frame(at(0, 1), Some(false));
        same::<[Outcome]>(&live.frame(at(1, 1), Some(false)), &[Outcome::Unconfirmed]);
        let end = START + 2 * 60_000;
        same(&live.over(Timestamp(end + 2_999)), &None);
        same(
            &live.over(Timestamp(end + 3_000)),
            &Some(Outcome::Unconfirmed),
        );
        // The final frame was only late.
        same::<[Outcome]>(
            &live.frame(at(1, 5), Some(true)),
            &[Outcome::Accepted(at(1, 5))],
        );
    }

    #[test]
    fn where_no_candle_is_ever_closed_the_next_one_or_the_clock_does_it() {
        let mut live = live();
        live.frame(at(0, 1), None);
        same::<[Outcome]>(&live.frame(at(1, 2), None), &[Outcome::Accepted(at(0, 1))]);
        let over = live.over(Timestamp(START + 2 * 60_000 + 3_000));
        same(&over, &Some(Outcome::Accepted(at(1, 2))));
        live.frame(at(2, 1), None);
        live.forget_unclosed();
        same::<[Outcome]>(&live.frame(at(3, 1), None), &[]);
    }

    #[test]
    fn taker_volume_is_added_once_and_never_more_than_was_traded() {
        let mut live = live();
        let mut plain = at(0, 1);
        plain.taker_buy_volume = f64::NAN;
        live.frame(plain, Some(true));
        let time = plain.open_time;
        assert!(live.with_taker_volume(time, plain.volume + 1.0).is_none());
        let told = live.with_taker_volume(time, 0.25).expect("it had none");
        assert_eq!(told.taker_buy_volume, 0.25);
        assert!(live.with_taker_volume(time, 0.5).is_none());
    }
}
