//! What is odd about the data of a run, counted while it runs: outliers, stale stretches, minutes without volume, marks far from
//! the last price, funding beyond its cap, negative open interest, candles that `data repair` put in, taker volume that is a guess.
//! Flagged, never deleted. Source: `simulation.md` section 14.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use crate::backtest::{BacktestError, Source};
use crate::data::feed::Period;
use crate::data::quality::NoticeScan;
use crate::domain::{MINUTE_MS, Price, Reference, Slot, SlotState, Timestamp};
use crate::engine::Block;

/// Counts by name of the flag.
pub(super) type Flags = BTreeMap<String, u64>;

/// A look at the candles of the period on a thread of its own: a score against the day before costs more than a quiet minute. The
/// counts of a dataset are kept in a folder, so it is looked at once.
pub(super) struct Scan(JoinHandle<Result<Flags, BacktestError>>);

impl Scan {
    /// Begins with the candles of a period, or finds their counts in the folder.
    pub(super) fn start(source: Source, period: Period, folder: PathBuf) -> Self {
        Self(std::thread::spawn(move || {
            let path = folder.join(name_of(&source, period)?);
            if let Some(flags) = kept(&path) {
                return Ok(flags);
            }
            let flags = scan(&source, period)?;
            keep(&path, &flags);
            Ok(flags)
        }))
    }

    /// Waits for the counts.
    ///
    /// # Errors
    /// Damaged data.
    pub(super) fn finish(self) -> Result<Flags, BacktestError> {
        match self.0.join() {
            Ok(flags) => flags,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// The counts of a dataset and a period have one name.
fn name_of(source: &Source, period: Period) -> Result<String, BacktestError> {
    let (from, to) = (period.start(), period.end());
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("quality 2 {} {}\n", from.0, to.0).as_bytes());
    hasher.update(source.fingerprint(from, to)?.as_bytes());
    Ok(format!("{}.json", hasher.finalize().to_hex()))
}

/// What was counted before; a file that cannot be read is counted anew.
fn kept(path: &Path) -> Option<Flags> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Nothing depends on it: where the disk refuses, the next run counts again.
fn keep(path: &Path, flags: &Flags) {
    let half = path.with_extension(format!("{}.writing", std::process::id()));
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(path))?;
        let text = serde_json::to_string(flags).expect("names and counts have a JSON form");
        std::fs::write(&half, text)?;
        std::fs::rename(&half, path)
    };
    if write().is_err() {
        let _ = std::fs::remove_file(&half);
    }
}

fn scan(source: &Source, period: Period) -> Result<Flags, BacktestError> {
    let (mut feed, base) = source.open(period)?;
    let symbols = source.symbols();
    let mut scans = vec![NoticeScan::new(base); symbols];
    let is_guessed = source.has_approximated_flow();
    let mut guessed = 0;
    let mut block = Block::new(symbols, base);
    while feed.next_block(&mut block)? {
        for slots in block.slots.chunks_exact(symbols) {
            for ((scan, is_guessed), slot) in scans.iter_mut().zip(&is_guessed).zip(slots) {
                if slot.state == SlotState::Real {
                    scan.push(&slot.candle);
                    guessed += u64::from(*is_guessed && !slot.candle.taker_buy_volume.is_nan());
                }
            }
        }
    }
    let mut flags = Flags::new();
    for notice in scans.into_iter().flat_map(NoticeScan::finish) {
        *flags.entry(notice.kind.name().to_owned()).or_insert(0) += notice.count;
    }
    let repaired = source.repaired(period.start(), period.end());
    if repaired > 0 {
        flags.insert("repaired".to_owned(), repaired);
    }
    if guessed > 0 {
        flags.insert("taker_volume_approximated".to_owned(), guessed);
    }
    Ok(flags)
}

/// Marks more than a twentieth away from the last price, minute by minute. A run without mark prices looks at nothing.
#[derive(Debug, Default)]
pub(super) struct MarkCheck {
    count: u64,
}

impl MarkCheck {
    /// The minutes of a block from `start` on.
    pub(super) fn block(&mut self, block: &Block, start: Timestamp) {
        let base_ms = block.base.minutes() * MINUTE_MS;
        let minutes = block.references.chunks_exact(block.symbols);
        let all = minutes.zip(block.slots.chunks_exact(block.symbols));
        for (index, (references, slots)) in all.enumerate() {
            if block.start.plus_ms(index as i64 * base_ms) >= start {
                let far = references.iter().zip(slots).filter(|(r, s)| is_far(r, s));
                self.count += far.count() as u64;
            }
        }
    }

    /// Adds the count, if there is one.
    pub(super) fn finish(&self, flags: &mut Flags) {
        if self.count > 0 {
            flags.insert("mark_deviation".to_owned(), self.count);
        }
    }
}

/// Records of the streams that cannot be, each once, also where the run did not use it.
#[derive(Debug, Default)]
pub(super) struct RecordCheck {
    odd: Vec<(&'static str, Timestamp)>,
}

impl RecordCheck {
    /// Of the names and moments of odd records.
    pub(super) fn new(odd: Vec<(&'static str, Timestamp)>) -> Self {
        Self { odd }
    }

    /// Adds the counts of those from `start` up to `end`, which is excluded.
    pub(super) fn finish(&self, flags: &mut Flags, start: Timestamp, end: Timestamp) {
        let within = self.odd.iter().filter(|(_, t)| *t >= start && *t < end);
        for (name, _) in within {
            *flags.entry((*name).to_owned()).or_insert(0) += 1;
        }
    }
}

fn is_far(reference: &Reference, slot: &Slot) -> bool {
    let Some(mark) = reference.mark else {
        return false;
    };
    let (Price(mark), Price(last)) = (mark.path.close, slot.candle.close);
    slot.state == SlotState::Real && i128::from((mark - last).abs()) * 20 > i128::from(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::catalog::{Catalog, CatalogWriter};
    use crate::data::series::SeriesKey;
    use crate::data::testing::at_minutes;
    use crate::domain::{Candle, MarkCandle, Ohlc, Timeframe};

    #[test]
    fn odd_records_within_the_period_are_counted() {
        let (funding, interest) = ("funding_cap", "negative_open_interest");
        let odd = [(funding, 1), (funding, 2), (funding, 9), (interest, 5)];
        let check = RecordCheck::new(odd.map(|(name, t)| (name, Timestamp(t))).to_vec());
        let mut flags = Flags::new();
        check.finish(&mut flags, Timestamp(2), Timestamp(9));
        assert_eq!(
            flags,
            Flags::from([(funding.to_owned(), 1), (interest.to_owned(), 1)])
        );
    }

    /// Last price, mark, is the mark over 5 % away.
    #[test]
    fn a_mark_over_a_twentieth_away_is_counted() {
        let mut block = Block::new(1, Timeframe::M1);
        for (last, mark) in [(100, 100), (100, 105), (100, 106), (100, 94), (100, 95)] {
            let time = Timestamp(block.minutes() as i64 * MINUTE_MS);
            block
                .slots
                .push(Slot::real(Candle::flat(time, Price(last))));
            let mark = Price(mark);
            block.references.push(Reference {
                mark: Some(MarkCandle {
                    path: Ohlc::flat(mark),
                    shown: mark,
                }),
                index: None,
            });
        }
        let counted = |start| {
            let mut check = MarkCheck::default();
            check.block(&block, Timestamp(start));
            let mut flags = Flags::new();
            check.finish(&mut flags);
            flags.get("mark_deviation").copied()
        };
        assert_eq!(counted(0), Some(2));
        assert_eq!(counted(3 * MINUTE_MS), Some(1));
        assert_eq!(counted(4 * MINUTE_MS), None);
    }

    #[test]
    fn a_run_on_guessed_taker_volume_says_so() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalog = Catalog::new(folder.path().join("data"));
        let key = SeriesKey::new("hyperliquid", None, "BTC/USDC:USDC", Timeframe::M1);
        let key = key.expect("a key");
        let mut candles = at_minutes(0..60);
        candles[7].taker_buy_volume = f64::NAN;
        let flags = |is_guess: bool| {
            let mut writer = CatalogWriter::open(&catalog, || {}).expect("opens");
            let series = writer.series(&key).expect("opens");
            series.forget();
            if is_guess {
                series.label_taker_volume_approximated();
            }
            let pushed = candles.iter().try_for_each(|c| series.push(c));
            pushed.expect("they are sound");
            writer.commit().expect("writes");
            let series = catalog.series(&key).expect("is there");
            scan(&Source::Catalog(vec![series]), Period::default()).expect("reads")
        };
        let name = "taker_volume_approximated";
        assert_eq!(flags(false).get(name), None);
        assert_eq!(flags(true).get(name), Some(&59));
    }
}
