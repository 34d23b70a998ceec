//! What a look at the clocks finds: one that was set or differs, and channels that fell silent.

use super::Machine;
use crate::data::live::LiveEvent;
use crate::data::live::market::Tell;
use crate::data::record::line::channel_name;
use crate::domain::Timestamp;

/// Between two looks at what fell silent.
const LOOK_EVERY_MS: i64 = 1_000;
/// What is called every 100 ms and was not for so long: our clock was set, or this machine slept.
const STILL_MAX_MS: i64 = 30_000;
/// Clocks go back by less while they are compared.
const BACK_MAX_MS: i64 = 1_000;

impl Machine {
    /// A clock that was set, or a machine that slept, makes nothing late that may still come.
    pub(super) fn set_right(&mut self, now: Timestamp) {
        let at = self.moment(now);
        let Some(before) = self.ticked.replace(at) else {
            return;
        };
        let passed = now.0.saturating_sub(before.now.0);
        let is_set = !(-BACK_MAX_MS..STILL_MAX_MS).contains(&passed);
        if is_set {
            self.clock.forget();
            self.clock_asked = None;
        }
        if is_set || at.venue.0 < before.venue.0.saturating_sub(BACK_MAX_MS) {
            self.markets.iter_mut().for_each(|m| m.set_right(at));
        }
    }

    /// A venue may accept a subscription and then forget it: that is told.
    pub(super) fn look_for_silence(&mut self, now: Timestamp, tell: &mut Tell<'_>) {
        let (began, last) = *self.looked.get_or_insert((now, now));
        if now.0 - last.0 < LOOK_EVERY_MS {
            return;
        }
        self.looked = Some((began, now));
        for (symbol, channel) in self.carried.iter().flat_map(|c| &c.carries) {
            let stream = (symbol.clone(), channel_name(*channel));
            // One that is followed since now has its time before it.
            self.heard.entry(stream).or_insert(now);
        }
        let venue = self.rest.venue();
        for (symbol, channel) in self.quiet.look(&self.carried, &self.heard, began, now) {
            tell(LiveEvent::Note(format!(
                "{venue} has sent nothing of {channel} of {symbol} for two minutes"
            )));
        }
    }

    /// A clock that differs is told once, and again when it is right.
    pub(super) fn judge_clock(&mut self, tell: &mut Tell<'_>) {
        let Some(ms) = self.clock.answered_ms() else {
            return;
        };
        let is_off = ms.abs() > self.timing.clock_off_ms;
        if is_off != self.is_clock_off {
            self.is_clock_off = is_off;
            let venue = self.rest.venue();
            let order = if ms > 0 { "ahead of" } else { "behind" };
            #[expect(clippy::cast_precision_loss, reason = "seconds for people")]
            let seconds = ms.abs() as f64 / 1_000.0;
            tell(LiveEvent::Note(match is_off {
                true => format!(
                    "our clock is {seconds:.1} s {order} that of {venue}; times come from {venue}"
                ),
                false => format!("our clock agrees with that of {venue} again"),
            }));
        }
    }
}
