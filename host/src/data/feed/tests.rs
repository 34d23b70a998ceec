use proptest::prelude::*;

use super::*;
use crate::data::candles::to_columns;
use crate::data::catalog::{Catalog, CatalogWriter, Series};
use crate::data::series::SeriesKey;
use crate::data::table::write_table;
use crate::data::testing::{START, at_minutes};
use crate::domain::{SlotState, Timeframe};
use crate::engine::{Block, Feed};

/// All slots as text: `12` a candle of minute 12, `12?` missing, `12-` not listed; symbols are separated by spaces.
fn drain(feed: &mut dyn Feed) -> Vec<String> {
    let mut block = Block::new(0, Timeframe::M1);
    let mut minutes = Vec::new();
    let mut expected = None;
    while feed.next_block(&mut block).expect("reads") {
        assert!(block.minutes() > 0 && block.minutes() <= BLOCK_MINUTES);
        assert_eq!(
            expected.unwrap_or(block.start),
            block.start,
            "blocks follow each other"
        );
        let length = block.base.minutes() * 60_000;
        expected = Some(block.start.plus_ms(block.minutes() as i64 * length));
        for (i, slots) in block.slots.chunks(block.symbols).enumerate() {
            let time = block.start.plus_ms(i as i64 * length);
            let words: Vec<_> = slots
                .iter()
                .map(|slot| {
                    assert_eq!(slot.candle.open_time, time);
                    let mark = match slot.state {
                        SlotState::Real => "",
                        SlotState::Missing | SlotState::Halted => "?",
                        SlotState::NotListed => "-",
                    };
                    format!("{}{mark}", (time.0 - START) / 60_000)
                })
                .collect();
            minutes.push(words.join(" "));
        }
    }
    assert!(block.slots.is_empty());
    minutes
}

fn minutes(period: std::ops::Range<i64>) -> Period {
    let time = |m: i64| Some(Timestamp(START + m * 60_000));
    Period {
        from: time(period.start),
        to: time(period.end),
    }
}

#[test]
fn gaps_are_slots_and_later_listings_are_said() {
    let one = vec![at_minutes([1, 2, 5])];
    assert_eq!(
        drain(&mut VecFeed::new(one.clone(), Timeframe::M1)),
        ["1", "2", "3?", "4?", "5"]
    );
    let mut part = VecFeed::with_period(one, Timeframe::M1, minutes(3..100));
    assert_eq!(drain(&mut part), ["5"]);
    let two = vec![at_minutes([1, 3]), at_minutes([2, 5])];
    assert_eq!(
        drain(&mut VecFeed::new(two.clone(), Timeframe::M1)),
        ["1 1-", "2? 2", "3 3?", "4? 4?", "5? 5"]
    );
    // Listed before the period: a hole in it is missing, not unlisted.
    let mut part = VecFeed::with_period(two, Timeframe::M1, minutes(3..6));
    assert_eq!(drain(&mut part), ["3 3?", "4? 4?", "5? 5"]);
    assert!(drain(&mut VecFeed::new(vec![Vec::new()], Timeframe::M1)).is_empty());
}

#[test]
fn a_coarser_base_steps_by_its_length() {
    let mut feed = VecFeed::new(vec![at_minutes([0, 5, 15])], Timeframe::M5);
    assert_eq!(drain(&mut feed), ["0", "5", "10?", "15"]);
}

#[test]
fn disorder_is_an_error() {
    let mut feed = VecFeed::new(vec![at_minutes([2, 1])], Timeframe::M1);
    let error = feed
        .next_block(&mut Block::new(0, Timeframe::M1))
        .expect_err("disorder");
    assert!(error.message.contains("does not come after"), "{error}");
}

fn catalog_of(folder: &std::path::Path, symbols: &[(&str, Vec<Candle>)]) -> Vec<Series> {
    let catalog = Catalog::new(folder);
    let key = |s: &str| SeriesKey::new("binance", None, s, Timeframe::M1).expect("a key");
    let mut writer = CatalogWriter::open(&catalog, || {}).expect("opens");
    for (symbol, candles) in symbols {
        let series = writer.series(&key(symbol)).expect("a series");
        candles.iter().for_each(|c| series.push(c).expect("pushes"));
    }
    writer.commit().expect("commits");
    symbols
        .iter()
        .map(|(s, _)| catalog.series(&key(s)).expect("is there"))
        .collect()
}

#[test]
fn a_damaged_month_stops_the_feed_where_it_begins() {
    let folder = tempfile::tempdir().expect("a folder");
    let series = catalog_of(folder.path(), &[("BTC/USDT", at_minutes(44_000..45_000))]);
    let path = series[0].path(&series[0].manifest.files[1]);
    std::fs::write(&path, b"not what it was").expect("writes");
    let mut feed = CatalogFeed::open(&series, Period::default()).expect("opens");
    let mut block = Block::new(0, Timeframe::M1);
    let mut result = Ok(true);
    while matches!(result, Ok(true)) {
        result = feed.next_block(&mut block);
    }
    assert!(result.expect_err("damaged").message.contains("digest"));
    assert!(!feed.next_block(&mut block).expect("stays ended"));
}

#[test]
fn an_empty_period_says_what_there_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let series = catalog_of(folder.path(), &[("BTC/USDT", at_minutes(0..10))]);
    let error = CatalogFeed::open(&series, minutes(-500..-400))
        .err()
        .expect("nothing there");
    assert!(
        error
            .hint()
            .expect("a hint")
            .contains("2024-01-01 00:00 to 2024-01-01 00:10")
    );
}

#[test]
fn a_feed_may_be_dropped_at_any_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let series = catalog_of(folder.path(), &[("BTC/USDT", at_minutes(0..30_000))]);
    for blocks in 0..4 {
        let mut feed = CatalogFeed::open(&series, Period::default()).expect("opens");
        let mut block = Block::new(0, Timeframe::M1);
        for _ in 0..blocks {
            assert!(feed.next_block(&mut block).expect("reads"));
        }
    }
}

#[test]
fn files_are_streamed_and_their_timeframe_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("five.parquet");
    let candles = at_minutes((0..200_000).map(|i| i * 5).filter(|m| *m != 600));
    write_table(&path, &to_columns(&candles)).expect("writes");
    let mut feed = TableFeed::open(&path, None, minutes(700_000..700_020)).expect("opens");
    assert_eq!(feed.base(), Timeframe::M5);
    assert_eq!(drain(&mut feed), ["700000", "700005", "700010", "700015"]);
    let mut feed = TableFeed::open(&path, None, minutes(590..610)).expect("opens");
    assert_eq!(drain(&mut feed), ["590", "595", "600?", "605"]);
    let one = folder.path().join("one.parquet");
    write_table(&one, &to_columns(&candles[..1])).expect("writes");
    assert!(TableFeed::open(&one, None, Period::default()).is_err());
    assert!(TableFeed::open(&one, Some(Timeframe::M5), Period::default()).is_ok());
}

#[test]
fn text_files_stream_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("five.csv");
    let row = |m: i64| format!("{},10,12,9,11.25,5\n", START + m * 60_000);
    let rows: String = (0..20_000).map(|i| row(i * 5)).collect();
    std::fs::write(&path, format!("time,open,high,low,close,volume\n{rows}")).expect("writes");
    let mut feed = TableFeed::open(&path, None, minutes(90_000..90_012)).expect("opens");
    assert_eq!(feed.base(), Timeframe::M5);
    assert_eq!(drain(&mut feed), ["90000", "90005", "90010"]);
    let (decimals, close) = feed.decimals_and_first_close().expect("reads");
    assert_eq!((decimals, close.to_string().as_str()), (2, "11.25"));
    std::fs::write(&path, format!("{}{}", row(5), row(0))).expect("writes");
    let mut feed = TableFeed::open(&path, Some(Timeframe::M5), Period::default());
    let mut block = Block::new(0, Timeframe::M1);
    let error = match &mut feed {
        Ok(feed) => feed
            .next_block(&mut block)
            .expect_err("disorder")
            .to_string(),
        Err(error) => error.to_string(),
    };
    assert!(
        error.contains("row 2: time 2024-01-01 00:00 does not come after"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn all_feeds_agree(
        holes in proptest::collection::btree_set(0i64..9_000, 0..60),
        late in 0i64..6_000,
        from in 0i64..9_000,
        length in 1i64..9_000,
    ) {
        let a = at_minutes((40_000..49_000).filter(|m| !holes.contains(&(m - 40_000))));
        let b = at_minutes(40_000 + late..47_000);
        let period = minutes(40_000 + from..40_000 + from + length);
        let folder = tempfile::tempdir().expect("a folder");
        let series = catalog_of(folder.path(), &[("BTC/USDT", a.clone()), ("ETH/USDT", b.clone())]);
        let path = folder.path().join("a.parquet");
        write_table(&path, &to_columns(&a)).expect("writes");

        let memory = drain(&mut VecFeed::with_period(vec![a.clone()], Timeframe::M1, period));
        if let Ok(mut feed) = CatalogFeed::open(&series[..1], period) {
            prop_assert_eq!(&drain(&mut feed), &memory);
        }
        let mut feed = TableFeed::open(&path, None, period).expect("opens");
        prop_assert_eq!(&drain(&mut feed), &memory);

        let memory = drain(&mut VecFeed::with_period(vec![a, b], Timeframe::M1, period));
        if let Ok(mut feed) = CatalogFeed::open(&series, period) {
            prop_assert_eq!(&drain(&mut feed), &memory);
        }
    }
}
