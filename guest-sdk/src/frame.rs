//! Strategies that are four conditions a candle: enter and leave, long and short. What they all share is written here once: the
//! order in which conditions are looked at, reversal, size, stop, target, time stop, and the pause after a stop-out.

mod conditions;
mod settings;
#[cfg(test)]
mod tests;

pub use conditions::Conditions;
use indicators::Atr;
pub use settings::{Frame, Settings};

use crate::contract::*;
use crate::data::{Data, Portfolio};
use crate::exits::Levels;
use crate::manifest::require;
use crate::orders;
use crate::params::Parameters;
use crate::strategy::Strategy;
use crate::trailing::Chandelier;

/// The conditions of a strategy. Register it as `Framed<YourType>`: the frame adds its own parameters ([`Frame`]) and does the rest.
///
/// ```
/// use guest_sdk::prelude::*;
/// use guest_sdk::testing::{Harness, candles_from_closes};
/// use indicators::Ema;
///
/// parameters! {
///     /// What a user may set.
///     pub struct Params {
///         /// Candles of the fast average.
///         fast: i32 = int(50, 20..=100),
///         /// Candles of the slow average.
///         slow: i32 = int(100, 50..=200),
///     }
/// }
///
/// /// In the market on one side or the other, as two averages cross.
/// pub struct EmaCross {
///     warm_up: i32,
///     fast: Ema,
///     slow: Ema,
///     cross: Cross,
/// }
///
/// impl Rules for EmaCross {
///     type Params = Params;
///
///     fn frame() -> Frame {
///         Frame { timeframe: Timeframe::H4, ..Frame::default() }
///     }
///
///     fn new(params: Params) -> Result<Self, InitError> {
///         require(params.fast < params.slow, "fast must be smaller than slow")?;
///         let [fast, slow] = [params.fast, params.slow].map(Ema::new);
///         Ok(Self { warm_up: Ema::warm_up(params.slow), fast, slow, cross: Cross::default() })
///     }
///
///     fn warm_up(&self) -> i32 {
///         self.warm_up
///     }
///
///     fn update(&mut self, data: &Data) -> Option<Conditions> {
///         let (fast, slow) = (self.fast.update(data.close()), self.slow.update(data.close()));
///         Some(Conditions::reversing(self.cross.update(fast, slow)))
///     }
/// }
///
/// guest_sdk::register!(Framed<EmaCross>);
///
/// # fn main() {
/// let params = Settings { rules: Params { fast: 20, slow: 50 }, frame: Frame { warm_up: 60, ..EmaCross::frame() } };
/// let closes: Vec<f64> = (0..80).map(|candle| if candle < 70 { 100.0 } else { 101.0 }).collect();
/// let outcome = Harness::<Framed<EmaCross>>::new(params).unwrap().run(&candles_from_closes(0, Timeframe::H4, &closes));
/// assert_eq!(outcome.fills.len(), 1, "bought once, when the fast average rose over the slow one");
/// # }
/// ```
pub trait Rules: Sized + 'static {
    /// The strategy's own parameters, made by [`parameters!`](crate::parameters), or `()`. Their names differ from the frame's.
    type Params: Parameters;

    /// What the frame's parameters are unless the user sets them.
    fn frame() -> Frame {
        Frame::default()
    }

    /// Who the strategy is and the most it will ever do, as in [`Strategy::about`].
    fn about() -> Manifest {
        Self::Params::manifest()
    }

    /// Fresh conditions.
    ///
    /// # Errors
    /// [`InitError::InvalidParameters`] when the combination makes no sense ([`require`](crate::require)).
    fn new(params: Self::Params) -> Result<Self, InitError>;

    /// Candles until the start of the data no longer matters to the conditions.
    fn warm_up(&self) -> i32;

    /// What is needed beside the candles the frame asks for: other lengths, streams. Series 0 is the frame's.
    fn needs(&self, candles: Needs) -> Needs {
        candles
    }

    /// Rows of a stream, warm-up included.
    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        let _ = (stream, rows);
    }

    /// One closed candle of any series, each exactly once, warm-up included: what holds at its close. Nothing, and what is said of
    /// another series than 0, means that no condition holds.
    fn update(&mut self, data: &Data) -> Option<Conditions>;
}

/// [`Rules`] as a [`Strategy`] on the netted position of one instrument.
///
/// At every close of a candle, in this order:
/// 1. A side that is blocked is open again if its entry condition does not hold. Both entries at once count as neither.
/// 2. In a position: its exit condition, an entry condition of the other side, or `max_bars` closes it at market; the entry of the
///    other side opens at once. The same side is never added to.
/// 3. Else `trail_atr` moves the stop ([`Chandelier`]), never away from the price; a close at or beyond it closes at market.
/// 4. Flat: an entry condition opens at market, with a stop and a target measured from this close.
///
/// A side is blocked after a stop-out or a liquidation, so that conditions which last do not enter again at every candle. Nothing
/// is entered for `cooldown_bars` closes after a position has ended, nor while the average true range of a wanted stop is unknown.
/// What the host refuses is written to the log; an account in hedge mode refuses every entry, for it knows no netted position.
///
/// Source: `reference/strategies.md` section 1 and the rules of the fixtures' `strategy_runs.json`.
pub struct Framed<R> {
    rules: R,
    frame: Frame,
    atr: Atr,
    /// At the newest close.
    conditions: Conditions,
    blocked: Option<Direction>,
    /// Closes still to come without an entry.
    rest: i32,
    chandelier: Chandelier,
    /// The open position and the closes since its entry, that of the entry's own candle included.
    held: Option<(PositionId, i32)>,
}

impl<R: Rules> Framed<R> {
    fn step(&mut self, data: &Data, portfolio: &Portfolio) -> Result<(), Refusal> {
        let entry = self.conditions.entry();
        self.blocked = self.blocked.filter(|&side| entry == Some(side));
        let may_enter = |side: &Direction| {
            let allowed = *side == Direction::Long || self.frame.allow_short;
            allowed && self.rest == 0 && self.blocked != Some(*side)
        };
        let wanted = entry.filter(may_enter);
        self.rest = (self.rest - 1).max(0);
        match (portfolio.net_position(), wanted) {
            (Some(position), _) => self.manage(data, &position, wanted),
            // An entry that still waits for its fill is not sent twice.
            (None, Some(side)) if orders::working(Some(data.instrument)).is_empty() => {
                self.enter(data, side)
            }
            (None, _) => Ok(()),
        }
    }

    fn manage(
        &mut self,
        data: &Data,
        position: &Position,
        wanted: Option<Direction>,
    ) -> Result<(), Refusal> {
        let candles = self.candles_held(position);
        let level = self
            .chandelier
            .level(position, data.close(), self.atr.value());
        let other_side = wanted.filter(|&side| side != position.direction);
        let too_long = self.frame.max_bars > 0 && candles >= self.frame.max_bars;
        if self.conditions.exit(position.direction) || other_side.is_some() || too_long {
            orders::close(position.id, 1.0)?;
            return other_side.map_or(Ok(()), |side| self.enter(data, side));
        }
        if self.frame.trail_atr == 0.0 {
            return Ok(());
        }
        let update = Levels::of(position).tighten(level).update(data.close());
        let signal = update.signal(position);
        signal.map_or(Ok(()), |signal| signal.send(data))
    }

    /// Closes the position has seen, this one included.
    fn candles_held(&mut self, position: &Position) -> i32 {
        let before = self.held.filter(|(id, _)| *id == position.id);
        let candles = before.map_or(0, |(_, candles)| candles) + 1;
        self.held = Some((position.id, candles));
        candles
    }

    fn enter(&self, data: &Data, side: Direction) -> Result<(), Refusal> {
        let frame = &self.frame;
        let distance = self.stop_distance();
        if frame.stop_atr > 0.0 && distance.is_none() {
            return Ok(());
        }
        let away = |distance: f64| data.close() + side.sign() * distance;
        let stop = distance.map(|distance| away(-distance));
        let target = distance.filter(|_| frame.take_profit_r > 0.0);
        let target = target.map(|distance| away(frame.take_profit_r * distance));
        let qty = frame.size().qty(data.instrument, stop);
        orders::market(data.instrument, side.entry_side(), qty)
            .exits(Exits::at(stop, target))
            .send()
            .map(drop)
    }

    /// Distance of the first stop; nothing without one, or while there is no average true range.
    fn stop_distance(&self) -> Option<f64> {
        let wanted = self.frame.stop_atr;
        let range = self.atr.value().filter(|_| wanted > 0.0)?;
        Some(wanted * range)
    }
}

impl<R: Rules> Strategy for Framed<R> {
    type Params = Settings<R>;

    fn about() -> Manifest {
        R::about()
    }

    fn new(params: Settings<R>) -> Result<Self, InitError> {
        let Settings { rules, frame } = params;
        let has_stop = frame.stop_atr > 0.0;
        require(
            has_stop || !frame.sizes_by_risk(),
            "size_mode risk needs a stop: stop_atr must be over 0",
        )?;
        require(
            has_stop || frame.take_profit_r == 0.0,
            "take_profit_r is a multiple of the stop's distance: stop_atr must be over 0",
        )?;
        Ok(Self {
            rules: R::new(rules)?,
            atr: Atr::new(frame.stop_atr_period),
            chandelier: Chandelier::new(frame.trail_atr),
            frame,
            conditions: Conditions::default(),
            blocked: None,
            rest: 0,
            held: None,
        })
    }

    fn needs(&self) -> Needs {
        let frame = &self.frame;
        let uses_atr = frame.stop_atr > 0.0 || frame.trail_atr > 0.0;
        let warm_up = match (frame.warm_up, uses_atr) {
            (0, true) => self
                .rules
                .warm_up()
                .max(Atr::warm_up(frame.stop_atr_period)),
            (0, false) => self.rules.warm_up(),
            (chosen, _) => chosen,
        };
        let candles = Needs::candles(frame.timeframe, warm_up);
        self.rules.needs(candles).events(EventKinds::POSITIONS)
    }

    fn update(&mut self, data: &Data) {
        let conditions = self.rules.update(data);
        if data.need == 0 {
            let candle = &data.candle;
            self.atr.update(candle.high, candle.low, candle.close);
            self.conditions = conditions.unwrap_or_default();
        }
    }

    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        self.rules.on_rows(stream, rows);
    }

    fn on_candle(&mut self, data: &Data, portfolio: &Portfolio) -> Vec<crate::Signal> {
        if data.need == 0
            && let Err(refusal) = self.step(data, portfolio)
        {
            crate::telemetry::warn(&format!("an order was refused: {}", refusal.message));
        }
        Vec::new()
    }

    fn on_event(&mut self, _: Timestamp, event: &Event) {
        let Event::Position(event) = event else {
            return;
        };
        if event.change == PositionChange::Closed {
            self.rest = self.frame.cooldown_bars;
            let stopped = matches!(event.cause, Cause::Stop | Cause::Liquidation);
            if stopped && self.frame.block_after_stop {
                self.blocked = Some(event.direction);
            }
        }
    }
}
