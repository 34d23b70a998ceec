//! Of which periods nothing was missed, connection by connection.

use super::{Collector, Covered, Opening};
use crate::data::catalog::EventKind;
use crate::data::streams::record::RecordKind;
use crate::domain::Timestamp;
use crate::venues::stream::Channel;

/// The first moment of a segment after one that ended: segments that touch would be one, and what was missed within a millisecond
/// would be hidden.
pub(in crate::data::record) fn after_gap(last: Timestamp) -> Timestamp {
    last.plus_ms(2)
}

impl Collector {
    /// Since when, by the venue's clock, nothing was missed of a channel of a symbol.
    pub(super) fn covered(
        &self,
        symbol: &str,
        is_it: impl Fn(Channel) -> bool,
    ) -> Option<Timestamp> {
        let carries = |index: usize| {
            let carried = self.carries.get(index).into_iter().flatten();
            carried.clone().any(|(s, c)| s == symbol && is_it(*c))
        };
        let open = self.open.iter().filter(|((index, _), _)| carries(*index));
        let since = open.filter_map(|(_, open)| Some(open.covered?.since));
        since.min().map(|since| self.lag.venue_time(since))
    }

    /// Something was missed on a connection: what it carries has a new segment from here on.
    pub(super) fn broken(&mut self, opening: Opening, at: Timestamp) {
        self.segments_of(opening);
        if let Some(open) = self.open.get_mut(&opening) {
            let from = at.max(after_gap(open.last));
            open.covered = open.covered.map(|_| Covered::from(from));
        }
        self.forget(opening.0);
    }

    pub(super) fn closed(&mut self, opening: Opening) {
        self.segments_of(opening);
        self.open.remove(&opening);
        let is_carried = self.open.keys().any(|(index, _)| *index == opening.0);
        if is_carried {
            return;
        }
        self.forget(opening.0);
        for (symbol, channel) in self.carries.get(opening.0).cloned().unwrap_or_default() {
            if let (Channel::Book(_), Some(state)) = (channel, self.symbols.get_mut(&symbol))
                && let Some((from, to)) = state.book.end()
            {
                self.part.segment(&symbol, EventKind::Book, from, to);
            }
        }
    }

    /// Forgets what is only known if nothing was missed.
    fn forget(&mut self, connection: usize) {
        for (symbol, channel) in self.carries.get(connection).into_iter().flatten() {
            let Some(state) = self.symbols.get_mut(symbol) else {
                continue;
            };
            match channel {
                Channel::Candles(timeframe) => {
                    if let Some(live) = state.candles.get_mut(timeframe) {
                        live.forget_unclosed();
                    }
                }
                Channel::Mark => {
                    state.mark.forget();
                    state.index.forget();
                    state.interest = None;
                }
                // Minutes that begin before the new segment are not asked for.
                Channel::Trades | Channel::Liquidations | Channel::Book(_) => {}
            }
        }
    }

    /// Writes down the segments a connection has covered so far; they go on from there.
    pub(super) fn segments_of(&mut self, opening: Opening) {
        let Some(open) = self.open.get_mut(&opening) else {
            return;
        };
        let Some(covered) = &mut open.covered else {
            return;
        };
        let since = covered.told;
        let last = open.last.max(since);
        covered.told = last;
        for (symbol, channel) in self.carries.get(opening.0).into_iter().flatten() {
            match channel {
                Channel::Trades => self.part.segment(symbol, EventKind::Trades, since, last),
                Channel::Mark => self.part.segment(symbol, EventKind::Ticks, since, last),
                Channel::Liquidations => {
                    let key = (symbol.clone(), RecordKind::Liquidations);
                    let watched = self.part.watched.entry(key).or_default();
                    watched.add(since, last.plus_ms(1));
                }
                // Candles say themselves which minutes are there, and books have numbers.
                Channel::Candles(_) | Channel::Book(_) => {}
            }
        }
    }
}
