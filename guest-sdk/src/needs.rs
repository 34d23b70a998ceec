//! What a run needs, from a short declaration:
//!
//! ```
//! use guest_sdk::prelude::*;
//! use guest_sdk::streams::Funding;
//!
//! let needs = Needs::candles(Timeframe::H1, 30)
//!     .with_primary(Timeframe::D1, 50)
//!     .stream_of::<Funding>(1)
//!     .optional()
//!     .events(EventKinds::FILLS | EventKinds::TIMERS);
//! assert_eq!((needs.series.len(), needs.streams.len()), (2, 1));
//! assert_eq!(needs.series[1].delivery, Delivery::WithPrimary);
//! ```

use crate::contract::*;
use crate::manifest::MAIN;
use crate::streams::Reading;

impl Needs {
    /// Nothing yet.
    pub fn nothing() -> Needs {
        Needs {
            series: Vec::new(),
            streams: Vec::new(),
            events: EventKinds::empty(),
        }
    }

    /// Candles of the role `main`, one call each, after this many closed ones as warm-up (negative counts as 0).
    pub fn candles(timeframe: Timeframe, warm_up: i32) -> Needs {
        Needs::nothing().and_candles(MAIN, timeframe, warm_up)
    }

    /// Candles of another role or length, one call each.
    pub fn and_candles(self, role: &str, timeframe: Timeframe, warm_up: i32) -> Needs {
        self.series(role, timeframe, warm_up, Delivery::Each)
    }

    /// Candles of `main` in another length, handed over in bulk just before the primary candle: [`update`](crate::Strategy::update)
    /// sees them, [`on_candle`](crate::Strategy::on_candle) does not.
    pub fn with_primary(self, timeframe: Timeframe, warm_up: i32) -> Needs {
        self.series(MAIN, timeframe, warm_up, Delivery::WithPrimary)
    }

    fn series(
        mut self,
        role: &str,
        timeframe: Timeframe,
        warm_up: i32,
        delivery: Delivery,
    ) -> Needs {
        self.series.push(SeriesNeed {
            role: role.to_string(),
            timeframe,
            warm_up: u32::try_from(warm_up).unwrap_or(0),
            delivery,
            columns: Columns::all(),
        });
        self
    }

    /// A stream of `main` ("funding", "open-interest", ...), one call per row, with this many rows of warm-up.
    pub fn stream(mut self, kind: &str, warm_up: u32) -> Needs {
        self.streams.push(StreamNeed {
            role: MAIN.to_string(),
            kind: kind.to_string(),
            detail: 0,
            warm_up,
            delivery: Delivery::Each,
            optional: false,
        });
        self
    }

    /// The same by the type its rows are read as: `stream_of::<Funding>(30)`.
    pub fn stream_of<T: Reading>(self, warm_up: u32) -> Needs {
        self.stream(T::KIND, warm_up)
    }

    /// The stream named last comes in bulk just before the primary candle: ten times cheaper per row.
    pub fn in_bulk(self) -> Needs {
        self.change_stream(|stream| stream.delivery = Delivery::WithPrimary)
    }

    /// The run may start without the stream named last.
    pub fn optional(self) -> Needs {
        self.change_stream(|stream| stream.optional = true)
    }

    /// The stream named last in this interval of minutes (levels of a book) and no other.
    pub fn detail(self, detail: u32) -> Needs {
        self.change_stream(|stream| stream.detail = detail)
    }

    /// The stream named last, for the instruments of another role.
    pub fn for_role(self, role: &str) -> Needs {
        self.change_stream(|stream| stream.role = role.to_string())
    }

    fn change_stream(mut self, change: impl FnOnce(&mut StreamNeed)) -> Needs {
        if let Some(stream) = self.streams.last_mut() {
            change(stream);
        }
        self
    }

    /// These events too.
    pub fn events(mut self, kinds: EventKinds) -> Needs {
        self.events |= kinds;
        self
    }
}
