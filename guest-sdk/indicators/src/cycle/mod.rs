//! Cycles in the price by Ehlers' Hilbert transform (section 2 of the reference).

mod hilbert;
mod mama;

pub use mama::{Mama, MamaValue};

use crate::catalog::{Entry, entry};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(Mama(fast_limit: f64 = 0.5, 0.01..=0.99; slow_limit: f64 = 0.05, 0.01..=0.99), "mama", "MESA adaptive moving average", Overlap, "ta.MAMA", [Value] -> ["mama", "fama"]),
    ]
}
