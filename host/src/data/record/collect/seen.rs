//! What was seen lately, so that nothing is kept twice.

use std::collections::{BTreeSet, VecDeque};

use super::Opening;

/// Ids of trades that are remembered, for each symbol.
const TRADES_REMEMBERED: usize = 20_000;
/// Other events that are remembered, for each symbol.
const EVENTS_REMEMBERED: usize = 256;

/// Ids that were seen, the oldest forgotten.
#[derive(Default)]
pub(in crate::data) struct Seen {
    order: VecDeque<String>,
    ids: BTreeSet<String>,
}

impl Seen {
    /// Is it new.
    pub(in crate::data) fn is_new(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > TRADES_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

/// Events without an id: an equal one over another connection is the same one.
pub(in crate::data) struct Doubles<T>(VecDeque<(Opening, T)>);

impl<T> Default for Doubles<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: PartialEq + Clone> Doubles<T> {
    pub(in crate::data) fn is_new(&mut self, opening: Opening, event: &T) -> bool {
        let place = self
            .0
            .iter()
            .position(|(by, e)| *by != opening && e == event);
        // Each double stands for one event: two equal ones over each connection are two.
        if let Some(place) = place {
            self.0.remove(place);
            return false;
        }
        self.0.push_back((opening, event.clone()));
        if self.0.len() > EVENTS_REMEMBERED {
            self.0.pop_front();
        }
        true
    }
}
