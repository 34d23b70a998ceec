//! Filling holes of a series, by explicit choice: a plan first, and what was put in is written down with the data.
//!
//! Rules: only holes inside segments, of at most so many minutes, are filled; a hole is filled whole or not at all; recorded candles
//! are never touched.

use crate::data::DataError;
use crate::data::catalog::{Catalog, CatalogWriter, RepairPolicy, Series};
use crate::data::check::gaps_of_segments;
use crate::data::quality::Gap;
use crate::data::resample::resample;
use crate::domain::{Candle, Timestamp};

/// What a repair would put into a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How.
    pub policy: RepairPolicy,
    /// Holes it fills.
    pub filled: Vec<Gap>,
    /// Holes it leaves: too long, or nothing to fill them with.
    pub left: Vec<Gap>,
    candles: Vec<Candle>,
}

impl Plan {
    /// Candles that are put in.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.candles.len() as u64
    }

    /// Candles that stay missing.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.left.iter().map(|g| g.length).sum()
    }

    /// Puts the candles in.
    ///
    /// # Errors
    /// A month is damaged, or one of the candles has been recorded since.
    pub fn carry_out(&self, writer: &mut CatalogWriter, series: &Series) -> Result<(), DataError> {
        let into = writer.series(&series.key)?;
        for candle in &self.candles {
            into.repair(self.policy, candle)?;
        }
        into.end_file();
        Ok(())
    }
}

/// Finds what a policy would put into the holes of at most `minutes_max`.
///
/// # Errors
/// A file is gone or damaged, or there is nothing to fill the holes from.
pub fn plan(
    catalog: &Catalog,
    series: &Series,
    policy: RepairPolicy,
    minutes_max: u64,
) -> Result<Plan, DataError> {
    let length = u64::try_from(series.key.timeframe.minutes()).expect("positive");
    let (short, left) = (gaps_of_segments(series)?.gaps.into_iter())
        .partition(|g: &Gap| g.length.saturating_mul(length) <= minutes_max);
    let mut plan = Plan {
        policy,
        filled: Vec::new(),
        left,
        candles: Vec::new(),
    };
    match policy {
        RepairPolicy::FillFlat => fill_flat(series, short, &mut plan)?,
        RepairPolicy::FromShorter => from_shorter(catalog, series, short, &mut plan)?,
    }
    plan.left.sort_by_key(|g| g.first);
    Ok(plan)
}

/// Flat at the close before the hole: nobody traded, as far as anybody knows.
fn fill_flat(series: &Series, holes: Vec<Gap>, plan: &mut Plan) -> Result<(), DataError> {
    let mut month = Month::default();
    for hole in holes {
        let before = month.last_before(series, hole.first)?;
        let Some(before) = before else {
            plan.left.push(hole);
            continue;
        };
        let mut time = hole.first;
        for _ in 0..hole.length {
            plan.candles.push(Candle::flat(time, before.close));
            time = series.grid().next(time);
        }
        plan.filled.push(hole);
    }
    Ok(())
}

/// Shorter candles tell exactly what the longer one was, if none of them is missing.
fn from_shorter(
    catalog: &Catalog,
    series: &Series,
    holes: Vec<Gap>,
    plan: &mut Plan,
) -> Result<(), DataError> {
    let key = &series.key;
    let shorter = catalog.prices(&key.venue, &key.symbol, key.kind)?;
    let shorter = shorter
        .into_iter()
        .find(|s| s.key.timeframe < key.timeframe);
    let Some(shorter) = shorter else {
        return Err(DataError::user(format!(
            "there are no candles shorter than {key} of this symbol"
        ))
        .with_hint("fetch or import them, or use --policy fill-flat"));
    };
    for hole in holes {
        let made = longer(series, &shorter, hole)?;
        if made.len() as u64 == hole.length {
            plan.candles.extend(made);
            plan.filled.push(hole);
        } else {
            plan.left.push(hole);
        }
    }
    Ok(())
}

/// The candles of a hole of which every part is there.
fn longer(series: &Series, shorter: &Series, hole: Gap) -> Result<Vec<Candle>, DataError> {
    let grid = series.grid();
    let end = (0..hole.length).fold(hole.first, |time, _| grid.next(time));
    let mut parts = Vec::new();
    for file in shorter.files_between(hole.first, end) {
        let within = |c: &Candle| c.open_time >= hole.first && c.open_time < end;
        parts.extend(shorter.read(file)?.into_iter().filter(within));
    }
    let whole = |start: Timestamp| shorter.grid().count(start, grid.next(start));
    Ok(resample(&parts, series.key.timeframe)
        .into_iter()
        .filter(|r| u64::from(r.parts) == whole(r.candle.open_time))
        .map(|r| r.candle)
        .collect())
}

/// The month that was read last: holes of one month lie one after the other.
#[derive(Default)]
struct Month {
    name: String,
    candles: Vec<Candle>,
}

impl Month {
    /// The last candle before a moment.
    fn last_before(
        &mut self,
        series: &Series,
        time: Timestamp,
    ) -> Result<Option<Candle>, DataError> {
        let before = |f: &&crate::data::catalog::MonthFile| f.first < time;
        let Some(file) = series.manifest.files.iter().rfind(before) else {
            return Ok(None);
        };
        if self.name != file.month {
            self.candles = series.read(file)?;
            self.name.clone_from(&file.month);
        }
        let after = self.candles.partition_point(|c| c.open_time < time);
        Ok(after.checked_sub(1).map(|i| self.candles[i]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::series::SeriesKey;
    use crate::data::testing::{START, at_minutes, candle};
    use crate::domain::Timeframe;

    fn key(timeframe: Timeframe) -> SeriesKey {
        SeriesKey::new("binance", None, "BTC/USDT", timeframe).expect("a key")
    }

    fn keep(catalog: &Catalog, key: &SeriesKey, candles: &[Candle]) {
        let mut writer = CatalogWriter::open(catalog, || {}).expect("opens");
        let series = writer.series(key).expect("a series");
        candles.iter().for_each(|c| series.push(c).expect("pushes"));
        series.end_file();
        writer.commit().expect("commits");
    }

    fn repair(catalog: &Catalog, key: &SeriesKey, policy: RepairPolicy, max: u64) -> Plan {
        let series = catalog.series(key).expect("is there");
        let plan = plan(catalog, &series, policy, max).expect("a plan");
        let mut writer = CatalogWriter::open(catalog, || {}).expect("opens");
        plan.carry_out(&mut writer, &series).expect("carried out");
        writer.commit().expect("commits");
        plan
    }

    fn fingerprint(catalog: &Catalog, key: &SeriesKey) -> String {
        let series = catalog.series(key).expect("is there");
        let (from, to) = series.period();
        series.fingerprint(from, to)
    }

    fn candles(catalog: &Catalog, key: &SeriesKey) -> Vec<Candle> {
        let series = catalog.series(key).expect("is there");
        let months = series.manifest.files.iter();
        months
            .flat_map(|f| series.read(f).expect("reads"))
            .collect()
    }

    #[test]
    fn short_holes_are_filled_flat_told_and_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let (catalog, key) = (Catalog::new(folder.path()), key(Timeframe::M1));
        keep(
            &catalog,
            &key,
            &at_minutes((0..5).chain(8..10).chain(100..110)),
        );
        let before = fingerprint(&catalog, &key);
        let plan = repair(&catalog, &key, RepairPolicy::FillFlat, 60);
        assert_eq!((plan.count(), plan.missing(), plan.left.len()), (3, 90, 1));
        let series = catalog.series(&key).expect("is there");
        assert_eq!(series.repaired(Timestamp(0), Timestamp(i64::MAX)), 3);
        assert_ne!(fingerprint(&catalog, &key), before);
        let put_in = candles(&catalog, &key)[6];
        assert_eq!(
            put_in,
            Candle::flat(Timestamp(START + 6 * 60_000), candle(START, 4).close)
        );
        let mut writer = CatalogWriter::open(&catalog, || {}).expect("opens");
        let taken = writer.series(&key).expect("a series").take_back_repairs();
        assert_eq!(taken, Ok(3));
        writer.commit().expect("commits");
        assert_eq!(fingerprint(&catalog, &key), before);
        assert_eq!(catalog.series(&key).expect("is there").manifest.repairs, []);
    }

    #[test]
    fn a_recorded_candle_takes_the_place_of_one_that_was_put_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let (catalog, key) = (Catalog::new(folder.path()), key(Timeframe::M1));
        keep(&catalog, &key, &at_minutes((0..5).chain(8..10)));
        repair(&catalog, &key, RepairPolicy::FillFlat, 60);
        keep(&catalog, &key, &at_minutes(6..7));
        let series = catalog.series(&key).expect("is there");
        assert_eq!(series.repaired(Timestamp(0), Timestamp(i64::MAX)), 2);
        assert_eq!(candles(&catalog, &key)[6].volume, candle(START, 6).volume);
    }

    #[test]
    fn a_candle_that_is_recorded_as_it_was_put_in_is_not_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let (catalog, key) = (Catalog::new(folder.path()), key(Timeframe::M1));
        keep(&catalog, &key, &at_minutes((0..5).chain(8..10)));
        repair(&catalog, &key, RepairPolicy::FillFlat, 60);
        let flat = candles(&catalog, &key)[6];
        keep(&catalog, &key, &[flat]);
        let series = catalog.series(&key).expect("is there");
        assert_eq!(series.repaired(Timestamp(0), Timestamp(i64::MAX)), 2);
        let mut writer = CatalogWriter::open(&catalog, || {}).expect("opens");
        let taken = writer.series(&key).expect("a series").take_back_repairs();
        assert_eq!(taken, Ok(2));
        writer.commit().expect("commits");
        let left = candles(&catalog, &key);
        assert_eq!((left.len(), left[5].open_time), (8, flat.open_time));
    }

    #[test]
    fn a_longer_candle_is_made_of_all_its_parts_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let (catalog, long) = (Catalog::new(folder.path()), key(Timeframe::M5));
        let fives: Vec<_> = (resample(&at_minutes(0..40), Timeframe::M5).into_iter())
            .map(|r| r.candle)
            .collect();
        let kept: Vec<_> = [0, 2, 4, 5, 6, 7].map(|i| fives[i]).to_vec();
        keep(&catalog, &long, &kept);
        let series = catalog.series(&long).expect("is there");
        let error = plan(&catalog, &series, RepairPolicy::FromShorter, 60).expect_err("no shorter");
        assert!(error.to_string().contains("no candles shorter"), "{error}");
        keep(
            &catalog,
            &key(Timeframe::M1),
            &at_minutes((0..15).chain(16..40)),
        );
        let plan = repair(&catalog, &long, RepairPolicy::FromShorter, 60);
        assert_eq!((plan.filled.len(), plan.left.len()), (1, 1));
        assert_eq!(
            format!("{:?}", candles(&catalog, &long)[1]),
            format!("{:?}", fives[1])
        );
    }
}
