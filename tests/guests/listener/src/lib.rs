//! Every kind of row there is, and a position that depends on each value of each of them: two runs that trade alike heard the same.
//!
//! A row that comes before it is known, or not in order, is a fault.

use std::collections::BTreeMap;

use guest_sdk::prelude::*;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Trades and the best levels of the book too, which are only there while they happen.
        live: bool = boolean(true).fixed(),
        /// Liquidations too.
        liquidations: bool = boolean(true).fixed(),
        /// Open interest too.
        interest: bool = boolean(true).fixed(),
        /// Mark and index price and volume delta too.
        derived: bool = boolean(true).fixed(),
    }
}

/// The strategy.
pub struct Listener {
    params: Params,
    /// Rows of each stream, and when the last one was known.
    heard: BTreeMap<StreamId, (u32, Timestamp)>,
    /// Mixed from the bits of every row.
    mixed: u64,
}

impl Strategy for Listener {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        Ok(Self { params, heard: BTreeMap::new(), mixed: 0 })
    }

    fn needs(&self) -> Needs {
        let mut needs = Needs::candles(Timeframe::M1, 0).stream("funding", 0);
        let kinds = [
            (self.params.derived, "mark", 1),
            (self.params.derived, "index", 1),
            (self.params.derived, "volume-delta", 1),
            (self.params.interest, "open-interest", 5),
            (self.params.liquidations, "liquidations", 0),
            (self.params.live, "trades", 0),
            (self.params.live, "book", 5),
        ];
        for (_, kind, detail) in kinds.into_iter().filter(|(wanted, ..)| *wanted) {
            needs = needs.stream(kind, 0).detail(detail);
        }
        needs
    }

    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        let (count, known) = self.heard.entry(stream).or_insert((0, 0));
        for row in (0..rows.len()).filter_map(|index| rows.row(index)) {
            assert!(row.time <= row.available_at, "stream {stream}: known before it happened");
            assert!(*known <= row.available_at, "stream {stream}: rows out of order");
            (*count, *known) = (*count + 1, row.available_at);
            for value in row.values {
                self.mixed = self.mixed.rotate_left(7) ^ value.to_bits();
            }
        }
    }

    fn decide(&mut self, data: &Data, _: &Portfolio) -> Option<Signal> {
        assert!(
            self.heard.values().all(|(_, known)| *known <= data.candle.open_time + 60_000),
            "a row of the future"
        );
        // Every quarter of an hour another position.
        let is_time = data.candle.open_time % 900_000 == 0;
        is_time.then(|| Signal::SetNet((self.mixed % 7) as f64 * 0.001))
    }
}

guest_sdk::register!(Listener);
