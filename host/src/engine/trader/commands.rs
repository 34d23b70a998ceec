//! What a user does to the account of a strategy, or to the strategy itself.

use crate::domain::{Cause, OnFault, Placed, Price, Refusal, Timestamp};
use crate::engine::desk::{Desk, Phase};
use crate::engine::event::Command;
use crate::engine::record::Happening;
use crate::engine::safety::BlockedBy;
use crate::engine::strategy::Ended;
use crate::engine::trader::Trader;

/// Why a strategy halted that the user stopped.
const STOPPED_BY_USER: &str = "stopped by the user";

impl Trader {
    /// Does it and answers.
    pub(in crate::engine) fn command(&mut self, now: Timestamp, command: &Command) {
        let result = self.answer(now, command);
        self.desk
            .happenings
            .push(Happening::Answer { time: now, result });
        self.unsettled = true;
    }

    /// Best prices came: what waits for them is settled with the moment.
    pub(in crate::engine) fn quote(&mut self, instrument: u32, bid: Price, ask: Price) {
        self.desk.executor_mut().quote(instrument, bid, ask);
        self.unsettled = true;
    }

    /// What commands sent meets the close, once all of the moment are in.
    #[inline]
    pub(in crate::engine) fn settle(&mut self, now: Timestamp) {
        if std::mem::take(&mut self.unsettled) {
            self.meet_close(now);
        }
    }

    fn answer(&mut self, now: Timestamp, command: &Command) -> Result<Option<Placed>, Refusal> {
        match command {
            Command::Submit(request) => {
                return self.as_user(now, |desk| desk.submit(request)).map(Some);
            }
            Command::Cancel(order) => self.as_user(now, |desk| desk.cancel(*order))?,
            Command::Amend { order, change } => {
                self.as_user(now, |desk| desk.amend(*order, change))?;
            }
            Command::CancelAll(instrument) => {
                self.as_user(now, |desk| desk.cancel_all(*instrument));
            }
            Command::SetExits { position, exits } => {
                self.as_user(now, |desk| desk.set_exits(*position, exits))?;
            }
            Command::CloseAll(instrument) => {
                self.as_user(now, |desk| desk.close_all(*instrument));
            }
            Command::Close(position) => {
                self.as_user(now, |desk| desk.close(*position, 1.0))?;
            }
            Command::SetLeverage {
                instrument,
                leverage,
            } => self.as_user(now, |desk| desk.set_leverage(*instrument, *leverage))?,
            Command::AdjustMargin { position, amount } => {
                self.as_user(now, |desk| desk.adjust_margin(*position, *amount))?;
            }
            Command::Entries { by, allowed } => self.switch_entries(now, *by, *allowed),
            Command::Stop(policy) => self.stop_for_user(now, *policy),
            Command::Safety(safety) => {
                let closed = self.desk.replace_safety(safety);
                self.tell_breakers(now, &closed);
            }
        }
        Ok(None)
    }

    fn as_user<R>(&mut self, now: Timestamp, act: impl FnOnce(&mut Desk) -> R) -> R {
        self.desk.as_host(now, Cause::Order, act)
    }

    fn switch_entries(&mut self, now: Timestamp, by: BlockedBy, allowed: bool) {
        if self.desk.switch_entries(by, allowed) {
            self.desk.happenings.push(Happening::Entries {
                time: now,
                by,
                allowed,
            });
        }
    }

    fn stop_for_user(&mut self, now: Timestamp, policy: OnFault) {
        if self.desk.phase == Phase::Stopped {
            return;
        }
        self.ended = Some(Ended::Stopped);
        let why = STOPPED_BY_USER.to_owned();
        self.desk
            .happenings
            .push(Happening::Halt { time: now, why });
        self.stop(now, policy);
    }
}
