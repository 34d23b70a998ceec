//! What is looked at in every minute, and which orders a candle can touch. A quiet minute costs a few comparisons.

use crate::domain::{Price, Timestamp, TriggerBy};
use crate::engine::MinuteView;
use crate::execution::fill::World;
use crate::execution::orders::{QuietBand, Stage};
use crate::execution::path::row;

/// Bands in which nothing is met; rebuilt when an order or a position changed.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub stale: bool,
    /// One an instrument and price; `None` = it has to be looked at in any case.
    bands: Vec<Option<[QuietBand; 3]>>,
    /// For isolated positions: prices beyond which liquidation is looked at, by position.
    liquidations: Vec<Option<Price>>,
    /// Something is on its way.
    busy: bool,
    /// The first order whose time is over.
    next_expiry: Option<Timestamp>,
}

const SOURCES: [TriggerBy; 3] = [TriggerBy::Last, TriggerBy::Mark, TriggerBy::Index];

impl Watch {
    /// Nothing is known yet.
    pub(super) fn new() -> Self {
        Self {
            stale: true,
            ..Self::default()
        }
    }

    pub(super) fn refresh(&mut self, world: &World<'_>, instruments: usize) {
        let orders = &world.state.orders;
        let band = |index: usize| {
            let instrument = u32::try_from(index).expect("few instruments");
            (!orders.looks_at_every_minute(instrument))
                .then(|| SOURCES.map(|source| orders.quiet_band(instrument, source)))
        };
        self.bands.clear();
        self.bands.extend((0..instruments).map(band));
        self.liquidations.clear();
        if world.rules.profile.liquidates() && !world.rules.is_cross() {
            let positions = world.state.account.positions().iter();
            self.liquidations
                .extend(positions.map(|p| world.liquidation_watch(p)));
        }
        let expiries = orders.iter().filter_map(|o| o.expires());
        self.next_expiry = (orders.expiring > 0).then(|| expiries.min()).flatten();
        self.busy = !world.state.in_flight.is_empty() || !world.state.stepped.is_empty();
        self.stale = false;
    }

    /// Can nothing happen in this minute.
    #[inline]
    pub(super) fn is_quiet(&self, world: &World<'_>, minute: &MinuteView<'_>) -> bool {
        let expires = self.next_expiry.is_some_and(|at| at <= minute.time);
        if self.busy || expires || !minute.funding.is_empty() || !minute.delisted.is_empty() {
            return false;
        }
        let references = !minute.references.is_empty();
        for (index, band) in self.bands.iter().enumerate() {
            let slot = &minute.slots[index];
            if slot.state != crate::domain::SlotState::Real {
                continue;
            }
            let Some(bands) = band else { return false };
            let (low, high) = (slot.candle.low, slot.candle.high);
            if !bands[row(TriggerBy::Last)].contains(low, high) {
                return false;
            }
            if references {
                let prices = world.prices(u32::try_from(index).expect("few instruments"));
                let inside = |source| {
                    let ohlc = prices[row(source)];
                    bands[row(source)].contains(ohlc.low, ohlc.high)
                };
                if !inside(TriggerBy::Mark) || !inside(TriggerBy::Index) {
                    return false;
                }
            } else if !bands[row(TriggerBy::Mark)].contains(low, high)
                || !bands[row(TriggerBy::Index)].contains(low, high)
            {
                return false;
            }
        }
        self.nothing_to_liquidate(world, minute)
    }

    #[inline]
    fn nothing_to_liquidate(&self, world: &World<'_>, minute: &MinuteView<'_>) -> bool {
        let positions = world.state.account.positions();
        if positions.is_empty() || !world.rules.profile.liquidates() {
            return true;
        }
        if world.rules.is_cross() {
            return !world.account_may_breach();
        }
        positions.iter().zip(&self.liquidations).all(|(p, level)| {
            let Some(level) = *level else { return true };
            let slot = &minute.slots[p.instrument as usize];
            let plain =
                minute.references.is_empty() && slot.state == crate::domain::SlotState::Real;
            let (low, high) = if plain {
                (slot.candle.low, slot.candle.high)
            } else {
                let ohlc = world.prices(p.instrument)[row(world.compared())];
                (ohlc.low, ohlc.high)
            };
            match p.direction {
                crate::domain::Direction::Long => low > level,
                crate::domain::Direction::Short => high < level,
            }
        })
    }
}

impl World<'_> {
    /// Ids of the orders this minute can touch: levels within reach of its prices, what arrives, and what these may wake.
    pub(super) fn touched(&self, minute: &MinuteView<'_>) -> Vec<u32> {
        let mut ids = Vec::new();
        for index in 0..minute.slots.len() {
            if minute.slots[index].state != crate::domain::SlotState::Real {
                continue;
            }
            let instrument = u32::try_from(index).expect("few instruments");
            let bounds = self.prices(instrument).map(|ohlc| (ohlc.low, ohlc.high));
            self.state.orders.touched(instrument, &bounds, &mut ids);
        }
        // What is about to change needs a path of its own, too.
        ids.extend(self.state.in_flight.iter().map(|message| message.order));
        self.add_children(&mut ids);
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Children that sleep until one of these orders opens something.
    fn add_children(&self, ids: &mut Vec<u32>) {
        let orders = &self.state.orders;
        let parents = |id: &u32| orders.get(*id).is_some_and(|o| o.has_children);
        if !ids.iter().any(parents) {
            return;
        }
        // By id: a child comes after its parent, so one pass finds grandchildren too.
        for order in orders.known().filter(|o| o.stage == Stage::Dormant) {
            if order.asked.parent().is_some_and(|p| ids.contains(&p)) {
                ids.push(order.id);
            }
        }
    }
}
