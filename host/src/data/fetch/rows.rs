//! From pages of a month to its rows: cut to what was asked, sorted, doubles compared, every row possible.

use crate::data::DataError;
use crate::data::candles::check_row;
use crate::data::catalog::unite;
use crate::data::grid::Grid;
use crate::data::periods::Periods;
use crate::data::streams::record::Record;
use crate::domain::{Candle, Timeframe, Timestamp};
use crate::venues::rest::{FlowRow, FundingRow, History, InterestRow, Page, Rows, Window};

/// Time of every row of a page.
pub(in crate::data) fn times(rows: &Rows) -> Vec<Timestamp> {
    match rows {
        Rows::Candles(rows) => rows.iter().map(|r| r.open_time).collect(),
        Rows::Funding(rows) => rows.iter().map(|r| r.time).collect(),
        Rows::OpenInterest(rows) => rows.iter().map(|r| r.time).collect(),
        Rows::TakerFlow(rows) => rows.iter().map(|r| r.open_time).collect(),
    }
}

/// Where rows of a history may be. No venue settles funding more often than every hour.
pub(super) fn grid(history: History) -> Grid {
    Grid::new(match history {
        History::Candles(_, timeframe) | History::OpenInterest(timeframe) => timeframe,
        History::Funding => Timeframe::H1,
        History::TakerFlow => Timeframe::M1,
    })
}

/// Is it sure that a page holds all there is of its window. A full page is a stretch of rows without a hole: it may have begun
/// after the window does, or ended before.
pub(in crate::data) fn is_whole(history: History, window: &Window, page: &Page) -> bool {
    if !page.is_full {
        return true;
    }
    let mut times = times(&page.rows);
    times.sort_unstable();
    times.dedup();
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return true;
    };
    let covers_begin = *first <= window.from;
    let covers_end = *last >= window.to;
    let inside = times
        .iter()
        .filter(|t| **t >= window.from && **t < window.to);
    let slots = slots(history, window);
    (covers_begin && covers_end) || inside.count() as u64 >= slots
}

/// How many rows a window can have.
fn slots(history: History, window: &Window) -> u64 {
    let grid = grid(history);
    let first = next_on(grid, window.from);
    let end = next_on(grid, window.to);
    grid.count(first, end)
}

/// The first start of a candle at or after a moment.
pub(super) fn next_on(grid: Grid, time: Timestamp) -> Timestamp {
    let start = grid.timeframe().bucket_start(time);
    if start == time {
        time
    } else {
        grid.next(start)
    }
}

/// The middle of a window, on the grid; `None` where it cannot be cut.
pub(in crate::data) fn middle(history: History, window: &Window) -> Option<Timestamp> {
    let half = window.from.plus_ms((window.to.0 - window.from.0) / 2);
    let cut = grid(history).timeframe().bucket_start(half);
    (cut > window.from && cut < window.to).then_some(cut)
}

/// Rows of a month from all its pages.
#[derive(Debug, Default)]
pub(super) struct Collected {
    candles: Vec<Candle>,
    funding: Vec<FundingRow>,
    interest: Vec<InterestRow>,
    flow: Vec<FlowRow>,
}

impl Collected {
    /// Adds a page.
    pub(super) fn add(&mut self, rows: Rows) {
        match rows {
            Rows::Candles(rows) => self.candles.extend(rows),
            Rows::Funding(rows) => self.funding.extend(rows),
            Rows::OpenInterest(rows) => self.interest.extend(rows),
            Rows::TakerFlow(rows) => self.flow.extend(rows),
        }
    }

    /// Candles of these periods, ascending, each once.
    ///
    /// # Errors
    /// Two versions of one, one off the grid, an impossible one.
    pub(super) fn candles(
        &mut self,
        wanted: &Periods,
        grid: Grid,
    ) -> Result<Vec<Candle>, DataError> {
        let mut all = std::mem::take(&mut self.candles);
        all.retain(|c| has(wanted, c.open_time));
        all.sort_by_key(|c| c.open_time);
        let mut candles: Vec<Candle> = Vec::with_capacity(all.len());
        for candle in all {
            match candles.last_mut() {
                Some(last) if last.open_time == candle.open_time => {
                    *last = unite(last, &candle).map_err(DataError::world)?;
                }
                last => {
                    let before = last.map(|l| l.open_time);
                    check_row(&candle, before, grid).map_err(DataError::world)?;
                    candles.push(candle);
                }
            }
        }
        Ok(candles)
    }

    /// Records of these periods; the catalog sorts and compares them.
    pub(super) fn records(&mut self, wanted: &Periods) -> Vec<Record> {
        let record = |time, values| Record {
            time,
            available_at: None,
            values,
        };
        let funding = std::mem::take(&mut self.funding).into_iter();
        let interest = std::mem::take(&mut self.interest).into_iter();
        funding
            .map(|r| record(r.time, [r.rate, r.price]))
            .chain(interest.map(|r| record(r.time, [r.base, r.quote])))
            .filter(|r| has(wanted, r.time))
            .collect()
    }

    /// Taker flow of these periods, ascending, each minute once.
    ///
    /// # Errors
    /// Two versions of a minute.
    pub(super) fn flow(&mut self, wanted: &Periods) -> Result<Vec<FlowRow>, DataError> {
        let mut rows = std::mem::take(&mut self.flow);
        rows.retain(|r| has(wanted, r.open_time));
        rows.sort_by_key(|r| r.open_time);
        rows.dedup();
        let double = rows.windows(2).find(|w| w[0].open_time == w[1].open_time);
        match double {
            Some(double) => Err(DataError::world(format!(
                "two versions of {}: takers bought {} and {}",
                double[0].open_time, double[0].taker_buy_volume, double[1].taker_buy_volume
            ))),
            None => Ok(rows),
        }
    }
}

fn has(periods: &Periods, time: Timestamp) -> bool {
    periods.contain(time, time.plus_ms(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::{START, at_minutes};
    use crate::domain::CandleKind;
    use crate::venues::rest::{Method, Place, Pool, Request, Source};

    const CANDLES: History = History::Candles(CandleKind::Candles, Timeframe::M1);

    fn window(from: i64, to: i64) -> Window {
        let request = Request {
            place: Place {
                variable: "X_URL",
                url: "http://x",
                what: "x",
            },
            method: Method::Get,
            path: "/".to_owned(),
            pool: Pool {
                name: "x",
                weight: 1,
                period_ms: 1,
                used_header: None,
                reset_header: None,
                at_once: 1,
            },
            weight: 1,
        };
        Window {
            from: Timestamp(START + from * 60_000),
            to: Timestamp(START + to * 60_000),
            source: Source::Api,
            request,
            checksum: None,
        }
    }

    fn page(minutes: impl IntoIterator<Item = i64>, is_full: bool) -> Page {
        Page {
            rows: Rows::Candles(at_minutes(minutes)),
            is_full,
        }
    }

    #[test]
    fn a_full_page_is_whole_only_where_nothing_can_be_missing() {
        for (minutes, is_full, whole) in [
            (0..10, false, true),
            (0..10, true, true),
            (0..9, true, false),
            (3..12, true, false),
            (-2..12, true, true),
        ] {
            let told = is_whole(CANDLES, &window(0, 10), &page(minutes.clone(), is_full));
            assert_eq!(told, whole, "{minutes:?} {is_full}");
        }
        let cut = middle(CANDLES, &window(0, 9)).expect("nine minutes can be cut");
        assert_eq!(cut, Timestamp(START + 4 * 60_000));
        assert_eq!(middle(CANDLES, &window(0, 1)), None);
    }

    #[test]
    fn doubles_are_merged_and_contradictions_are_told() {
        let minute = Grid::new(Timeframe::M1);
        let wanted = Periods::of(Timestamp(START), Timestamp(START + 5 * 60_000));
        let mut collected = Collected::default();
        collected.add(page([7, 3, 4, 3, 2, 0], false).rows);
        collected.add(page([1, 2], false).rows);
        let candles = collected.candles(&wanted, minute).expect("fits");
        // As text: absent numbers equal each other.
        assert_eq!(format!("{candles:?}"), format!("{:?}", at_minutes(0..5)));
        let mut other = at_minutes(2..3);
        other[0].volume += 1.0;
        collected.add(page(0..4, false).rows);
        collected.add(Rows::Candles(other));
        let error = collected
            .candles(&wanted, minute)
            .expect_err("two versions");
        assert!(error.to_string().contains("2024-01-01 00:02"), "{error}");
        let mut off = at_minutes(1..2);
        off[0].open_time = Timestamp(START + 61_000);
        collected.add(Rows::Candles(off));
        let error = collected
            .candles(&wanted, minute)
            .expect_err("off the grid");
        assert!(error.to_string().contains("not on the grid"), "{error}");
    }
}
