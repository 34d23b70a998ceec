//! Which connections stand, and since when they have missed nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::record::collect::Opening;
use crate::data::record::line::channel_name;
use crate::domain::Timestamp;
use crate::venues::stream::Channel;

/// The connections of a feed. A connection has a number of its own for as long as the feed lives.
#[derive(Debug, Default)]
pub(super) struct Connections {
    lines: BTreeMap<usize, Line>,
    open: BTreeMap<Opening, Open>,
    reconnects: u64,
}

/// What a connection carries: index of the market and name of the channel.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub carries: BTreeSet<(usize, &'static str)>,
    /// Did it ever stand.
    stood: bool,
}

#[derive(Debug, Default)]
struct Open {
    is_subscribed: bool,
    /// Nothing was missed since this moment of the venue.
    since: Option<Timestamp>,
    /// The same by the first frame that said when it was: while a connection was gone, the venue's clock may have gone further than ours.
    stamped: Option<Timestamp>,
    /// When it spoke last, by the venue's clock.
    spoke: Option<Timestamp>,
}

impl Line {
    pub(super) fn new(carries: impl Iterator<Item = (usize, Channel)>) -> Self {
        Self {
            carries: carries.map(|(m, c)| (m, channel_name(c))).collect(),
            stood: false,
        }
    }
}

impl Connections {
    /// A connection is being opened.
    pub(super) fn add(&mut self, number: usize, line: Line) {
        self.lines.insert(number, line);
    }

    /// Connections with numbers below this one are closed.
    pub(super) fn retire(&mut self, first: usize) {
        self.lines.retain(|number, _| *number >= first);
        self.open.retain(|(number, _), _| *number >= first);
    }

    /// One stands; is it one that had stood before.
    pub(super) fn opened(&mut self, opening: Opening) -> bool {
        let Some(line) = self.lines.get_mut(&opening.0) else {
            return false;
        };
        let is_again = std::mem::replace(&mut line.stood, true);
        let alone = !self.open.keys().any(|(number, _)| *number == opening.0);
        // A replacement stands beside the one it replaces.
        self.reconnects += u64::from(is_again && alone);
        self.open.insert(opening, Open::default());
        is_again
    }

    /// Its last subscription was sent.
    pub(super) fn subscribed(&mut self, opening: Opening) {
        if let Some(open) = self.open.get_mut(&opening) {
            open.is_subscribed = true;
        }
    }

    /// A frame came on it; does it say when that was.
    pub(super) fn heard(&mut self, opening: Opening, venue: Timestamp, is_stamped: bool) {
        let Some(open) = self.open.get_mut(&opening).filter(|o| o.is_subscribed) else {
            return;
        };
        open.since.get_or_insert(venue);
        if is_stamped {
            // Of that moment itself not all was heard.
            open.stamped.get_or_insert(venue.plus_ms(1));
        }
        open.spoke = open.spoke.max(Some(venue));
    }

    /// One is gone.
    pub(super) fn closed(&mut self, opening: Opening) {
        self.open.remove(&opening);
    }

    /// Since when nothing of a channel was missed.
    pub(super) fn since(&self, market: usize, channel: &'static str) -> Option<Timestamp> {
        self.open_for(market, channel)
            .filter_map(|open| open.since)
            .min()
    }

    /// The same for what does not say itself when it was.
    pub(super) fn since_stamped(&self, market: usize, channel: &'static str) -> Option<Timestamp> {
        self.open_for(market, channel)
            .filter_map(|open| open.stamped)
            .min()
    }

    /// Up to which moment of the venue everything of a channel came: a connection tells things in their order.
    pub(super) fn spoke(&self, market: usize, channel: &'static str) -> Option<Timestamp> {
        self.open_for(market, channel)
            .filter_map(|open| open.spoke)
            .max()
    }

    fn open_for(&self, market: usize, channel: &'static str) -> impl Iterator<Item = &Open> {
        let carrying = self.open.iter().filter(move |((number, _), _)| {
            let line = self.lines.get(number);
            line.is_some_and(|l| l.carries.contains(&(market, channel)))
        });
        carrying.map(|(_, open)| open)
    }

    /// Markets of a connection that have a channel on it.
    pub(super) fn markets(&self, number: usize, channel: &'static str) -> Vec<usize> {
        let carries = self.lines.get(&number).map(|line| &line.carries);
        let of_channel = carries.into_iter().flatten().filter(|(_, c)| *c == channel);
        of_channel.map(|(market, _)| *market).collect()
    }

    /// The connection that carries a channel of a market.
    pub(super) fn carrying(&self, market: usize, channel: &'static str) -> Option<usize> {
        let mut lines = self.lines.iter().rev();
        let found = lines.find(|(_, line)| line.carries.contains(&(market, channel)))?;
        Some(*found.0)
    }

    /// Do all connections from this number on hear something.
    pub(super) fn all_hear(&self, first: usize) -> bool {
        let hears = |number: &usize| {
            let openings = self.open.range((*number, 0)..=(*number, u64::MAX));
            openings.into_iter().any(|(_, open)| open.since.is_some())
        };
        self.lines.range(first..).all(|(number, _)| hears(number))
    }

    /// How many stand, of so many.
    pub(super) fn standing(&self) -> (usize, usize) {
        let standing: BTreeSet<usize> = self.open.keys().map(|(number, _)| *number).collect();
        (standing.len(), self.lines.len())
    }

    /// How often one was opened again.
    pub(super) fn reconnects(&self) -> u64 {
        self.reconnects
    }
}
