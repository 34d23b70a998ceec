//! What is wrong with a series: candle validity, holes, duplicates, outliers, stale runs. Nothing is ever repaired here.
//!
//! Source: `simulation.md` section 14 (F38, F39, F40, F42, F45), `defaults.md` sections 6 and 7.

use crate::data::grid::Grid;
use crate::domain::{Candle, Timeframe, Timestamp};

/// Coverage below this is an error.
pub const COVERAGE_MIN: f64 = 0.995;
/// A robust z-score beyond this is an outlier.
pub const OUTLIER_Z: f64 = 8.0;
/// Log returns an outlier is measured against: the last day of minutes.
pub const OUTLIER_WINDOW: usize = 1_440;
/// So many flat candles without volume in a row are a stale run.
pub const STALE_RUN: u64 = 15;

/// Missing time: its first candle and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Start of the first missing candle.
    pub first: Timestamp,
    /// Number of missing candles.
    pub length: u64,
}

/// Holes and duplicates of a series between its first and its last candle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GapReport {
    /// Distinct candles.
    pub present: u64,
    /// Candles there would be without holes.
    pub expected: u64,
    /// Holes, oldest first.
    pub gaps: Vec<Gap>,
    /// Times that came more than once.
    pub duplicates: Vec<Timestamp>,
}

impl GapReport {
    /// Present over expected; `None` of nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of candles")]
    pub fn coverage(&self) -> Option<f64> {
        (self.expected > 0).then(|| self.present as f64 / self.expected as f64)
    }

    /// Number of missing candles.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.expected - self.present
    }

    /// Another stretch after this one, whatever lies between them.
    pub fn append(&mut self, later: Self) {
        self.present += later.present;
        self.expected += later.expected;
        self.gaps.extend(later.gaps);
        self.duplicates.extend(later.duplicates);
    }
}

/// Finds holes while times stream by, in ascending order (equal ones are duplicates).
#[derive(Debug, Clone)]
pub struct GapScan {
    grid: Grid,
    last: Option<Timestamp>,
    report: GapReport,
}

impl GapScan {
    /// For candles of one length.
    #[must_use]
    pub fn new(base: Timeframe) -> Self {
        Self {
            grid: Grid::new(base),
            last: None,
            report: GapReport::default(),
        }
    }

    /// The next time.
    pub fn push(&mut self, time: Timestamp) {
        if let Some(last) = self.last {
            if time <= last {
                if self.report.duplicates.last() != Some(&time) {
                    self.report.duplicates.push(time);
                }
                return;
            }
            if !self.grid.is_next(last, time) {
                let first = self.grid.next(last);
                let length = self.grid.count(first, time);
                if length > 0 {
                    self.report.gaps.push(Gap { first, length });
                    self.report.expected += length;
                }
            }
        }
        self.report.present += 1;
        self.report.expected += 1;
        self.last = Some(time);
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> GapReport {
        self.report
    }
}

/// Something noticed that is no error: counted, listed, never deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// A return far outside what the day before it saw.
    Outlier,
    /// Flat candles without volume for a while: a halted or dead market.
    Stale,
    /// A candle without volume.
    ZeroVolume,
}

impl NoticeKind {
    /// Name in reports and `--json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outlier => "outlier",
            Self::Stale => "stale",
            Self::ZeroVolume => "zero_volume",
        }
    }
}

/// Occurrences of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// How often: of stale candles, runs.
    pub count: u64,
    /// Candles concerned.
    pub candles: u64,
    /// First and last candle concerned.
    pub range: (Timestamp, Timestamp),
    /// Where the first few begin.
    pub examples: Vec<Timestamp>,
}

/// Examples kept of each kind.
const EXAMPLES: usize = 10;

/// Looks at candles as they stream by, oldest first.
#[derive(Debug, Clone)]
pub struct NoticeScan {
    grid: Grid,
    last: Option<Candle>,
    /// Flat candles without volume up to here, and the first of them.
    flat: u64,
    flat_since: Timestamp,
    returns: ReturnWindow,
    found: Vec<Notice>,
}

impl NoticeScan {
    /// For candles of one length.
    #[must_use]
    pub fn new(base: Timeframe) -> Self {
        let returns = ReturnWindow::default();
        Self {
            grid: Grid::new(base),
            last: None,
            flat: 0,
            flat_since: Timestamp(0),
            returns,
            found: Vec::new(),
        }
    }

    /// The next candle.
    pub fn push(&mut self, candle: &Candle) {
        let time = candle.open_time;
        if candle.volume == 0.0 {
            self.note(NoticeKind::ZeroVolume, time);
        }
        if candle.volume == 0.0 && candle.high == candle.low {
            if self.flat == 0 {
                self.flat_since = time;
            }
            self.flat += 1;
            self.note_flat(time);
        } else {
            self.flat = 0;
        }
        // A return over a hole is not a return of one candle.
        if let Some(last) = self.last
            && self.grid.is_next(last.open_time, time)
        {
            let change = libm::log(candle.close.to_f64() / last.close.to_f64());
            if self
                .returns
                .score(change)
                .is_some_and(|z| z.abs() > OUTLIER_Z)
            {
                self.note(NoticeKind::Outlier, time);
            }
        }
        self.last = Some(*candle);
    }

    /// A run is noted with its first candle when it is long enough, and grows from there.
    fn note_flat(&mut self, time: Timestamp) {
        if self.flat == STALE_RUN {
            self.note(NoticeKind::Stale, self.flat_since);
        }
        let run = (self.found.iter_mut()).find(|n| n.kind == NoticeKind::Stale);
        if let Some(run) = run.filter(|_| self.flat >= STALE_RUN) {
            run.candles += if self.flat == STALE_RUN {
                STALE_RUN - 1
            } else {
                1
            };
            run.range.1 = time;
        }
    }

    fn note(&mut self, kind: NoticeKind, time: Timestamp) {
        match self.found.iter_mut().find(|n| n.kind == kind) {
            Some(notice) => {
                notice.count += 1;
                notice.candles += 1;
                notice.range.1 = time;
                if notice.examples.len() < EXAMPLES {
                    notice.examples.push(time);
                }
            }
            None => {
                let range = (time, time);
                self.found.push(Notice {
                    kind,
                    count: 1,
                    candles: 1,
                    range,
                    examples: vec![time],
                });
            }
        }
    }

    /// What was noticed, by kind.
    #[must_use]
    pub fn finish(mut self) -> Vec<Notice> {
        self.found.sort_by_key(|n| n.kind);
        self.found
    }
}

/// The last returns; their median and median deviation are brought up to date once an hour of candles, which keeps a check of
/// millions of candles to seconds. Unrealistic: a score uses a window that is up to 59 candles old.
#[derive(Debug, Clone, Default)]
struct ReturnWindow {
    values: std::collections::VecDeque<f64>,
    since: usize,
    center: f64,
    spread: f64,
}

impl ReturnWindow {
    /// Score of a value against those before it; none before the window is full or where most returns are equal.
    fn score(&mut self, value: f64) -> Option<f64> {
        let full = self.values.len() == OUTLIER_WINDOW;
        if full {
            if self.since == 0 {
                let mut sorted: Vec<_> = self.values.iter().copied().collect();
                (self.center, self.spread) = median_and_mad(&mut sorted);
                self.since = 60;
            }
            self.since -= 1;
            self.values.pop_front();
        }
        self.values.push_back(value);
        (full && self.spread > 0.0).then(|| (value - self.center) / self.spread)
    }
}

/// Median, and 1.4826 times the median distance from it. The values are reordered.
pub fn median_and_mad(values: &mut [f64]) -> (f64, f64) {
    let center = median(values);
    for value in values.iter_mut() {
        *value = (*value - center).abs();
    }
    (center, 1.4826 * median(values))
}

/// The middle of an odd number of values, halfway between the two middle ones of an even number; NaN of none. The values are
/// reordered.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let n = values.len();
    if n == 0 {
        return f64::NAN;
    }
    let (below, upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let upper = *upper;
    if n % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::{START, candle, shared_or_skip};
    use crate::domain::Price;

    fn golden(id: &str) -> Option<serde_json::Value> {
        let path = shared_or_skip("reference/simulation_examples.json")?;
        let all: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).expect("reads")).expect("is JSON");
        let examples = all["examples"].as_array().expect("a list");
        Some(
            examples
                .iter()
                .find(|e| e["id"] == id)
                .unwrap_or_else(|| panic!("no {id}"))
                .clone(),
        )
    }

    #[test]
    fn candles_are_judged_as_in_the_golden_cases() {
        for id in ["F39", "F45"] {
            let Some(case) = golden(id) else { return };
            let candles = case["inputs"]["candles"].as_array().expect("candles");
            for (i, c) in candles.iter().enumerate() {
                let price = |k: &str| c[k].as_str().expect(k).parse::<Price>().expect("a price");
                let candle = Candle {
                    open: price("o"),
                    high: price("h"),
                    low: price("l"),
                    close: price("c"),
                    volume: c["v"].as_str().expect("v").parse().expect("a volume"),
                    ..candle(START, 0)
                };
                let result = candle.validate();
                assert_eq!(
                    result.is_ok(),
                    case["expect"]["valid"][i] == true,
                    "{id} {i}"
                );
                let reason = result.err().map(|f| f.to_string());
                assert_eq!(
                    reason.as_deref(),
                    case["expect"]["reasons"][i].as_str(),
                    "{id} {i}"
                );
            }
        }
    }

    fn scan(minutes: &[i64], base: Timeframe) -> GapReport {
        let mut scan = GapScan::new(base);
        minutes
            .iter()
            .for_each(|m| scan.push(Timestamp(START + m * 60_000)));
        scan.finish()
    }

    fn pairs(report: &GapReport) -> Vec<(i64, u64)> {
        report
            .gaps
            .iter()
            .map(|g| ((g.first.0 - START) / 60_000, g.length))
            .collect()
    }

    #[test]
    fn holes_are_counted_as_in_the_golden_case() {
        let Some(case) = golden("F40") else { return };
        let minutes: Vec<i64> =
            serde_json::from_value(case["inputs"]["minutes"].clone()).expect("minutes");
        let report = scan(&minutes, Timeframe::M1);
        let expected: Vec<(i64, u64)> =
            serde_json::from_value(case["expect"]["gaps"].clone()).expect("gaps");
        assert_eq!(pairs(&report), expected);
        let duplicates: Vec<_> = report
            .duplicates
            .iter()
            .map(|t| (t.0 - START) / 60_000)
            .collect();
        assert_eq!(serde_json::json!(duplicates), case["expect"]["duplicates"]);
        let coverage = report.coverage().expect("some");
        assert_eq!(
            coverage.to_string(),
            case["expect"]["coverage"].as_str().expect("text")
        );
        let missing: Vec<_> = pairs(&report)
            .iter()
            .flat_map(|(m, n)| *m..*m + *n as i64)
            .collect();
        assert_eq!(serde_json::json!(missing), case["expect"]["missing"]);
    }

    #[test]
    fn holes_by_hand() {
        assert_eq!(scan(&[], Timeframe::M1).coverage(), None);
        assert_eq!(scan(&[7], Timeframe::M1).coverage(), Some(1.0));
        assert_eq!(pairs(&scan(&[0, 15], Timeframe::M5)), [(5, 2)]);
        assert_eq!(scan(&[0, 1, 3], Timeframe::M1).missing(), 1);
    }

    #[test]
    fn outliers_are_scored_as_in_the_golden_cases() {
        for id in ["F38", "F42"] {
            let Some(case) = golden(id) else { return };
            let number =
                |v: &serde_json::Value| v.as_str().expect("text").parse::<f64>().expect("a number");
            let window = case["inputs"]["window"].as_array().expect("a window");
            let mut window: Vec<_> = window.iter().map(number).collect();
            let (center, spread) = median_and_mad(&mut window);
            let score = (number(&case["inputs"]["value"]) - center) / spread;
            assert!(
                (score - number(&case["expect"]["robust_z"])).abs() < 1e-7,
                "{id} {score}"
            );
            if let Some(flagged) = case["expect"]["flagged"].as_bool() {
                assert_eq!(score > OUTLIER_Z, flagged, "{id}");
            }
        }
    }

    #[test]
    fn medians() {
        assert!(median_and_mad(&mut []).0.is_nan());
        assert_eq!(median_and_mad(&mut [1.0, 2.0, 3.0, 4.0]), (2.5, 1.4826));
        assert_eq!(median_and_mad(&mut [5.0, 5.0, 5.0]), (5.0, 0.0));
    }

    #[test]
    fn a_jump_and_a_dead_market_are_noticed() {
        let mut scan = NoticeScan::new(Timeframe::M1);
        let flat = |m: i64, close: i64, volume: f64| {
            let price = Price(close);
            let mut c = Candle::flat(Timestamp(START + m * 60_000), price);
            c.volume = volume;
            c
        };
        for m in 0..2_000 {
            let wiggle = if m % 2 == 0 { 0 } else { 1_000_000 };
            let jump = if m >= 1_900 { 10_000_000_000 } else { 0 };
            scan.push(&flat(m, 100_000_000_000 + wiggle + jump, 1.0));
        }
        (2_000..2_040).for_each(|m| scan.push(&flat(m, 110_000_000_000, 0.0)));
        let found: Vec<_> = scan
            .finish()
            .iter()
            .map(|n| {
                let minute = |t: Timestamp| (t.0 - START) / 60_000;
                let range = (minute(n.range.0), minute(n.range.1));
                (n.kind, n.count, n.candles, range)
            })
            .collect();
        assert_eq!(
            found,
            [
                (NoticeKind::Outlier, 1, 1, (1_900, 1_900)),
                (NoticeKind::Stale, 1, 40, (2_000, 2_039)),
                (NoticeKind::ZeroVolume, 40, 40, (2_000, 2_039))
            ]
        );
    }
}
