//! Cycles in the price by Ehlers' Hilbert transform (section 2 of the reference).

mod hilbert;
mod mama;
mod period;
mod phase;
mod trend;

pub use mama::{Mama, MamaValue};
pub use period::{CyclePeriod, Phasor, PhasorValue};
pub use phase::{CyclePhase, CycleSine, SineValue};
pub use trend::{TrendLine, TrendMode};

use crate::catalog::{Entry, entry};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(Mama(fast_limit: f64 = 0.5, 0.01..=0.99; slow_limit: f64 = 0.05, 0.01..=0.99), "mama", "MESA adaptive moving average", Overlap, "ta.MAMA", [Value] -> ["mama", "fama"]),
        entry!(TrendLine(), "ht_trendline", "instantaneous trend line", Overlap, "ta.HT_TRENDLINE", [Value] -> ["value"]),
        entry!(CyclePeriod(), "ht_dcperiod", "period of the dominant cycle", Cycle, "ta.HT_DCPERIOD", [Value] -> ["value"]),
        entry!(CyclePhase(), "ht_dcphase", "phase of the dominant cycle", Cycle, "ta.HT_DCPHASE", [Value] -> ["value"]),
        entry!(CycleSine(), "ht_sine", "sine of the phase, and ahead of it", Cycle, "ta.HT_SINE", [Value] -> ["sine", "leadsine"]),
        entry!(Phasor(), "ht_phasor", "vector of the dominant cycle", Cycle, "ta.HT_PHASOR", [Value] -> ["inphase", "quadrature"]),
        entry!(TrendMode(), "ht_trendmode", "trend or cycle", Cycle, "ta.HT_TRENDMODE", [Value] -> ["value"]),
    ]
}
