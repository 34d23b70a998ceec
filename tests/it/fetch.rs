//! Fetching from the local venue: the catalog equals the source whatever goes wrong on the way, and nothing is asked twice.
#![expect(
    clippy::disallowed_methods,
    reason = "other processes are watched and killed by the clock"
)]

mod killed;
mod source;

use std::sync::atomic::{AtomicU64, Ordering};

use host::data::catalog::{Catalog, CatalogWriter, RecordKey};
use host::data::fetch::{Begin, Clocks, Files, FlowFrom, Report, Request, Told, fetch};
use host::data::series::SeriesKey;
use host::data::streams::record::{Record, RecordKind};
use host::data::{DataError, check};
use host::domain::{Candle, CandleKind, Symbol, Timeframe, Timestamp};
use host::venues::adapters;
use host::venues::http::{Client, Options};
use host::venues::rest::History;

use crate::venue_stub::VenueStub;
use crate::venue_stub::faults::{self, Fault};
use source::{DAY, HOUR, Skipping, Source, VENUES};

const MINUTES: History = History::Candles(CandleKind::Candles, Timeframe::M1);
const MARKS: History = History::Candles(CandleKind::Mark, Timeframe::M1);

/// A fetch in this process: time passes only when somebody waits.
struct Fetching<'a> {
    source: &'a Source,
    histories: Vec<History>,
    begin: Begin,
    end: Option<Timestamp>,
    files: Files,
    flow: FlowFrom,
    erase: bool,
}

impl<'a> Fetching<'a> {
    fn of(source: &'a Source, histories: &[History]) -> Self {
        Self {
            source,
            histories: histories.to_vec(),
            begin: Begin::At(Timestamp(source.from)),
            end: None,
            files: Files::Usual,
            flow: FlowFrom::Trades,
            erase: false,
        }
    }

    fn run(&self, catalog: &Catalog, stub: &VenueStub) -> Result<Report, DataError> {
        self.run_told(catalog, stub, &AtomicU64::new(0), &mut |_| {})
    }

    /// Tells what happens; `later_us` is added to the clock that measures.
    fn run_told(
        &self,
        catalog: &Catalog,
        stub: &VenueStub,
        later_us: &AtomicU64,
        told: &mut dyn FnMut(Told),
    ) -> Result<Report, DataError> {
        let rest = adapters::adapter(self.source.name).expect("an adapter");
        let addresses = rest.places().iter().map(|p| (p.variable, stub.url()));
        let options = Options {
            waiting: Skipping::shared(),
            ..Options::default()
        };
        let client = Client::new(&addresses.collect(), options).expect("a client");
        let began = std::time::Instant::now();
        let elapsed_us = || {
            let us = u64::try_from(began.elapsed().as_micros()).expect("a short test");
            us + later_us.load(Ordering::SeqCst)
        };
        let request = Request {
            rest,
            symbols: vec![Symbol::parse(self.source.unified, None).expect("a symbol")],
            histories: self.histories.clone(),
            begin: self.begin,
            end: self.end,
            erase: self.erase,
            files: self.files,
            flow: self.flow,
            clocks: Clocks {
                now: &|| Timestamp(self.source.now),
                elapsed_us: &elapsed_us,
            },
        };
        fetch(catalog, &client, &request, told)
    }
}

fn folder() -> (tempfile::TempDir, Catalog) {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path().join("data"));
    (folder, catalog)
}

fn key(source: &Source, history: History) -> SeriesKey {
    let History::Candles(kind, timeframe) = history else {
        panic!("{history:?} are no candles");
    };
    SeriesKey {
        venue: source.name.to_owned(),
        symbol: Symbol::parse(source.unified, None).expect("a symbol"),
        kind,
        timeframe,
    }
}

fn candles(catalog: &Catalog, key: &SeriesKey) -> Vec<Candle> {
    let series = catalog.series(key).expect("is there");
    let files = &series.manifest.files;
    files
        .iter()
        .flat_map(|f| series.read(f).expect("reads"))
        .collect()
}

/// Slow: run by `.ci/extra`, which prints what it cost.
#[test]
#[ignore = "three years of minutes, run by .ci/extra"]
fn three_years_of_spot_minutes_by_requests_and_by_files() {
    let source = Source::three_years_of_spot();
    for files in [Files::Never, Files::Usual] {
        let stub = source.serve();
        let mut fetching = Fetching::of(&source, &[MINUTES]);
        fetching.files = files;
        let (_folder, catalog) = folder();
        let began = std::time::Instant::now();
        let report = fetching.run(&catalog, &stub).expect("fetches");
        let took = began.elapsed();
        let fetched = &report.series[0];
        println!(
            "{} candles: {} requests ({} pages, {} files), {:.1} s in our code over all threads, {:.1} s in all",
            fetched.added,
            stub.log().len(),
            fetched.pages,
            fetched.files,
            report.own_us as f64 / 1e6,
            took.as_secs_f64(),
        );
        assert_equals_source("three years", &source, &catalog, &[MINUTES]);
    }
}

/// NaN equals NaN.
fn assert_same(what: &str, found: &[Candle], expected: &[Candle]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (a, b) in found.iter().zip(expected) {
        assert_eq!(format!("{a:?}"), format!("{b:?}"), "{what}");
    }
}

/// Everything a venue has, compared with what the source says there is.
fn assert_equals_source(what: &str, source: &Source, catalog: &Catalog, histories: &[History]) {
    for &history in histories {
        match history {
            History::Candles(kind, timeframe) => assert_same(
                &format!("{what}: {} {history:?}", source.name),
                &candles(catalog, &key(source, history)),
                &source.closed(kind, timeframe),
            ),
            History::Funding => {
                let found = records(source, catalog, RecordKind::Funding);
                let expected = source.settled();
                assert_eq!(found, expected, "{what}: {} funding", source.name);
            }
            History::OpenInterest(_) => {
                let found = records(source, catalog, RecordKind::OpenInterest);
                let expected = source.sampled();
                assert_eq!(found, expected, "{what}: {} interest", source.name);
            }
            History::TakerFlow => {}
        }
    }
}

/// Time and values; an absent value is minus one.
fn records(source: &Source, catalog: &Catalog, kind: RecordKind) -> Vec<(i64, f64, f64)> {
    let symbol = Symbol::parse(source.unified, None).expect("a symbol");
    let all = catalog.records(source.name, &symbol, kind).expect("reads");
    let records = all
        .iter()
        .flat_map(|s| s.between(Timestamp(0), Timestamp(i64::MAX)).expect("reads"));
    let or_absent = |v: f64| if v.is_nan() { -1.0 } else { v };
    records
        .map(|r| (r.time.0, r.values[0], or_absent(r.values[1])))
        .collect()
}

const FAULTS: [Fault; 16] = [
    Fault::TooMany {
        retry_after_s: Some(1),
    },
    Fault::TooMany {
        retry_after_s: None,
    },
    Fault::Banned { retry_after_s: 2 },
    Fault::Status(500),
    Fault::Status(502),
    Fault::Status(503),
    Fault::Disconnect,
    Fault::CutMiddle,
    Fault::LengthTooLong,
    Fault::ChunkedWithoutEnd,
    Fault::Garbled,
    Fault::DuplicateRows,
    Fault::Overlap,
    Fault::Unsorted,
    Fault::Redirect,
    Fault::Gzip,
];

#[test]
fn the_result_equals_the_source_under_every_fault_of_binance() {
    equals_under_faults("binance");
}

#[test]
fn the_result_equals_the_source_under_every_fault_of_bybit() {
    equals_under_faults("bybit");
}

#[test]
fn the_result_equals_the_source_under_every_fault_of_hyperliquid() {
    equals_under_faults("hyperliquid");
}

/// Under each fault, and under all of them.
fn equals_under_faults(venue: &'static str) {
    // Four days around the turn of a month, of a market that is older.
    let source = Source::of(venue, 20 * DAY);
    let from = match venue {
        // Its minutes reach back three days and a half.
        "hyperliquid" => source.now - 3 * DAY,
        _ => source.from + 15 * DAY,
    };
    let source = source.wanted_from(from);
    let stub = source.serve();
    let histories = source.histories();
    let mut wanted = Vec::new();
    for (number, fault) in FAULTS
        .iter()
        .map(|f| vec![f.clone()])
        .chain([FAULTS.to_vec()])
        .enumerate()
    {
        stub.clear_log();
        // A body that is no JSON is asked for five times: seldom enough that five in a row do not happen.
        let one_in = if fault[..] == [Fault::Garbled] { 10 } else { 4 };
        stub.fault_when(faults::seeded(number as u64, one_in, &fault));
        let (_folder, catalog) = folder();
        let what = format!("{fault:?}");
        let mut fetching = Fetching::of(&source, &histories);
        // Every other one without files, so that requests for rows meet every fault too.
        fetching.files = if number % 2 == 0 {
            Files::Never
        } else {
            Files::Prefer
        };
        if let Err(error) = fetching.run(&catalog, &stub) {
            panic!("{what}: {error}");
        }
        assert_equals_source(&what, &source, &catalog, &histories);
        let asked = stub.log();
        wanted.push((
            asked.iter().filter(|a| a.fault.is_some()).count(),
            asked.len(),
        ));
    }
    println!(
        "{}: of so many requests so many met a fault: {wanted:?}",
        source.name
    );
    let met: usize = wanted.iter().map(|(met, _)| met).sum();
    assert!(met > FAULTS.len(), "{wanted:?}");
}

#[test]
fn a_file_whose_digest_does_not_match_is_asked_for_once_more_and_never_used() {
    let source = Source::of("binance", 34 * DAY);
    let stub = source.serve();
    let fetching = Fetching::of(&source, &[MINUTES]);
    let (_folder, catalog) = folder();
    stub.fault_when(faults::first(1, ".CHECKSUM", Fault::WrongChecksum));
    fetching
        .run(&catalog, &stub)
        .expect("the second digest is right");
    assert_equals_source("one wrong digest", &source, &catalog, &[MINUTES]);
    let (_folder, catalog) = folder();
    stub.fault_when(faults::first(usize::MAX, ".CHECKSUM", Fault::WrongChecksum));
    let error = fetching.run(&catalog, &stub).expect_err("wrong for good");
    let told = error.to_string();
    assert!(
        told.contains(".zip") && told.matches("sha256").count() == 1,
        "{told}"
    );
    assert!(error.hint().expect("a hint").contains("--no-archive"));
    let there = catalog.find(&key(&source, MINUTES)).expect("reads");
    let archived = there.map_or(0, |s| {
        s.files_between(Timestamp(0), Timestamp(source.from + DAY))
            .count()
    });
    assert_eq!(archived, 0, "nothing of the month is there");
}

#[test]
fn a_second_fetch_asks_only_for_what_is_missing() {
    for venue in VENUES {
        // Three days: so far back reach the minutes of every venue.
        let source = Source::of(venue, 3 * DAY);
        let stub = source.serve();
        let fetching = Fetching::of(&source, &[MINUTES]);
        let (_folder, catalog) = folder();
        stub.set_now(source.now - 5 * HOUR);
        fetching.run(&catalog, &stub).expect("fetches");
        stub.clear_log();
        let again = fetching.run(&catalog, &stub).expect("fetches nothing");
        assert_eq!(
            (again.series[0].pages, again.series[0].files),
            (0, 0),
            "{venue}"
        );
        stub.set_now(source.now);
        stub.clear_log();
        let later = fetching.run(&catalog, &stub).expect("fetches the rest");
        assert_eq!(later.series[0].added, 300, "{venue}");
        assert!(later.series[0].pages <= 2, "{venue}: {:?}", later.series[0]);
        assert_equals_source("in two steps", &source, &catalog, &[MINUTES]);
    }
}

#[test]
fn an_outage_stays_a_gap_and_is_not_asked_for_again() {
    for files in [Files::Never, Files::Prefer] {
        let mut source = Source::of("binance", 34 * DAY);
        let hole = (source.from + 10 * DAY)..(source.from + 13 * DAY);
        source.forget(hole.clone());
        let stub = source.serve();
        let mut fetching = Fetching::of(&source, &[MINUTES]);
        fetching.files = files;
        let (_folder, catalog) = folder();
        let report = fetching.run(&catalog, &stub).expect("fetches");
        assert_eq!(report.series[0].missing, Some(3 * 1_440));
        let series = catalog.series(&key(&source, MINUTES)).expect("is there");
        assert_eq!(series.manifest.segments.len(), 1, "one segment with a gap");
        let gaps = check::gaps_of_segments(&series).expect("reads");
        assert_eq!(gaps.missing(), 3 * 1_440);
        assert_equals_source("with an outage", &source, &catalog, &[MINUTES]);
        stub.clear_log();
        let again = fetching.run(&catalog, &stub).expect("fetches nothing");
        assert_eq!((again.series[0].pages, again.series[0].files), (0, 0));
    }
}

#[test]
fn candles_still_open_are_left_out_and_a_wrong_clock_is_told() {
    let source = Source::of("binance", 2 * DAY);
    let stub = source.serve();
    stub.set_now(source.now - 30_000);
    let (_folder, catalog) = folder();
    let report = Fetching::of(&source, &[MINUTES])
        .run(&catalog, &stub)
        .expect("fetches");
    let found = candles(&catalog, &key(&source, MINUTES));
    assert_eq!(
        found.last().expect("some").open_time.0,
        source.now - 120_000
    );
    assert!(
        report.notes.iter().any(|n| n.contains("30 s ahead")),
        "{:?}",
        report.notes
    );
}

#[test]
fn taker_volume_of_bybit_is_that_of_its_trades() {
    let source = Source::of("bybit", 3 * DAY);
    let stub = source.serve();
    let mut fetching = Fetching::of(&source, &[MINUTES, History::TakerFlow]);
    // Today's file of trades is not published yet.
    fetching.end = Some(Timestamp(source.from + DAY));
    let (_folder, catalog) = folder();
    let report = fetching.run(&catalog, &stub).expect("fetches");
    let mut expected = source.closed(CandleKind::Candles, Timeframe::M1);
    expected.truncate(1_440);
    for (candle, whole) in expected.iter_mut().zip(source.whole()) {
        candle.taker_buy_volume = whole.taker_buy_volume;
    }
    assert_same(
        "flow",
        &candles(&catalog, &key(&source, MINUTES)),
        &expected,
    );
    assert_eq!(report.series[1].added, 1_440, "{:?}", report.series[1]);
    stub.clear_log();
    fetching.run(&catalog, &stub).expect("fetches nothing");
    assert!(
        stub.log().iter().all(|a| !a.path.starts_with("/trading")),
        "nothing is asked twice"
    );
}

#[test]
fn a_guess_of_taker_volume_is_asked_for_and_labelled() {
    let source = Source::of("hyperliquid", 3 * DAY);
    let stub = source.serve();
    let mut fetching = Fetching::of(&source, &[MINUTES]);
    fetching.flow = FlowFrom::Approximation;
    let (_folder, catalog) = folder();
    let report = fetching.run(&catalog, &stub).expect("fetches");
    let series = catalog.series(&key(&source, MINUTES)).expect("is there");
    assert!(series.manifest.has_approximated_taker_volume);
    let all = candles(&catalog, &series.key);
    assert!(
        all.iter()
            .all(|c| c.taker_buy_volume >= 0.0 && c.taker_buy_volume <= c.volume)
    );
    assert!(
        report.series[0]
            .notes
            .iter()
            .any(|n| n.contains("approximated"))
    );
}

#[test]
fn what_a_venue_does_not_have_is_told_and_is_a_mistake_only_if_nothing_else_is_asked() {
    let source = Source::of("hyperliquid", 10 * DAY);
    let stub = source.serve();
    let (_folder, catalog) = folder();
    let report = Fetching::of(&source, &[MINUTES, MARKS])
        .run(&catalog, &stub)
        .expect("candles");
    assert_eq!(report.series.len(), 1);
    assert!(
        !report.notes.is_empty(),
        "it says that there is no mark price"
    );
    let reach = report.series[0].notes.join(" ");
    assert!(reach.contains("not available before"), "{reach}");
    let error = Fetching::of(&source, &[MARKS])
        .run(&catalog, &stub)
        .expect_err("nothing");
    assert_eq!(error.kind(), host::data::ErrorKind::User);
}

#[test]
fn erasing_replaces_what_was_there_in_one_step() {
    let source = Source::of("binance", 34 * DAY);
    let stub = source.serve();
    let (_folder, catalog) = folder();
    let mut fetching = Fetching::of(&source, &[MINUTES]);
    fetching.run(&catalog, &stub).expect("fetches");
    stub.change(|market| {
        for candle in market.listed[0]
            .candles
            .get_mut(&(CandleKind::Candles, Timeframe::M1))
            .expect("minutes")
        {
            candle.volume += 1.0;
        }
    });
    fetching.run(&catalog, &stub).expect("nothing is missing");
    assert_equals_source("kept", &source, &catalog, &[MINUTES]);
    fetching.erase = true;
    fetching.begin = Begin::At(Timestamp(source.from + 2 * DAY));
    stub.fault_when(faults::first(usize::MAX, "klines", Fault::Status(451)));
    fetching
        .run(&catalog, &stub)
        .expect_err("the venue does not answer");
    assert_equals_source("kept", &source, &catalog, &[MINUTES]);
    stub.fault_when(Box::new(|_| None));
    fetching.run(&catalog, &stub).expect("fetches");
    let mut expected = source.closed(CandleKind::Candles, Timeframe::M1);
    expected.drain(..2 * 1_440);
    expected.iter_mut().for_each(|c| c.volume += 1.0);
    assert_same(
        "replaced",
        &candles(&catalog, &key(&source, MINUTES)),
        &expected,
    );
}

#[test]
fn mistakes_are_one_sentence_before_anything_is_kept() {
    let source = Source::of("binance", 2 * DAY);
    let stub = source.serve();
    let (_folder, catalog) = folder();
    let told = |change: &dyn Fn(&mut Fetching)| {
        let mut fetching = Fetching::of(&source, &[MINUTES]);
        change(&mut fetching);
        let error = fetching.run(&catalog, &stub).expect_err("a mistake");
        assert_eq!(error.kind(), host::data::ErrorKind::User, "{error}");
        assert!(error.hint().is_some(), "{error}");
        error.to_string()
    };
    let future = Timestamp(source.now + DAY);
    assert!(told(&|f| f.begin = Begin::At(future)).contains("future"));
    let early = Timestamp(source.from - DAY);
    assert!(told(&|f| f.end = Some(early)).contains("begins at"));
    let mut other = Source::of("binance", 2 * DAY);
    other.unified = "NOSUCH/USDT:USDT";
    let error = Fetching::of(&other, &[MINUTES])
        .run(&catalog, &stub)
        .expect_err("not listed");
    assert!(error.to_string().contains("NOSUCH/USDT:USDT"), "{error}");
    assert!(catalog.list().expect("reads").is_empty());
}

#[test]
fn minutes_that_fell_out_of_reach_before_they_were_asked_are_no_gaps() {
    let source = Source::of("hyperliquid", 10 * DAY);
    let stub = source.serve();
    let (_folder, catalog) = folder();
    let later_us = AtomicU64::new(0);
    // All requests are planned; then seven hours pass before the first is sent.
    let mut told = |told: Told| {
        if let Told::Planned(1..) = told {
            stub.set_now(source.now + 7 * HOUR);
            later_us.store(7 * 3_600_000_000, Ordering::SeqCst);
        }
    };
    let fetching = Fetching::of(&source, &[MINUTES]);
    let report = fetching.run_told(&catalog, &stub, &later_us, &mut told);
    let fetched = &report.expect("fetches").series[0];
    let series = catalog.series(&key(&source, MINUTES)).expect("is there");
    let gaps = check::gaps_of_segments(&series).expect("reads");
    assert_eq!(gaps.missing(), 0, "{fetched:?}");
    let asked = series.manifest.asked.iter().next().expect("something");
    assert_eq!(asked.0, series.period().0, "asked from the first row on");
}

#[test]
fn a_history_that_begins_later_than_the_period_says_so_every_time() {
    let source = Source::of("binance", 3 * DAY);
    let stub = source.serve();
    let (_folder, catalog) = folder();
    let mut fetching = Fetching::of(&source, &[MINUTES]);
    let notes = |fetching: &Fetching| {
        let report = fetching.run(&catalog, &stub).expect("fetches");
        report.series[0].notes.join("; ")
    };
    fetching.begin = Begin::At(Timestamp(source.from - 90 * DAY));
    for _ in 0..2 {
        let told = notes(&fetching);
        assert!(told.contains("begins at 2024-01-15 00:00"), "{told}");
    }
    fetching.begin = Begin::At(Timestamp(source.from));
    assert_eq!(notes(&fetching), "");
}

#[test]
fn funding_of_a_coin_that_is_young_is_not_asked_for_year_by_year() {
    let source = Source::of("hyperliquid", 3 * DAY);
    let stub = source.serve();
    let (_folder, catalog) = folder();
    let mut fetching = Fetching::of(&source, &[History::Funding]);
    fetching.begin = Begin::At(Timestamp(source.from - 3 * 365 * DAY));
    fetching.run(&catalog, &stub).expect("fetches");
    assert_equals_source("young", &source, &catalog, &[History::Funding]);
    let asked = |stub: &VenueStub| {
        let of_funding = |body: &str| body.contains("fundingHistory");
        stub.log().iter().filter(|a| of_funding(&a.body)).count()
    };
    assert!(asked(&stub) <= 3, "{} requests", asked(&stub));
    stub.clear_log();
    fetching.run(&catalog, &stub).expect("nothing is missing");
    assert_eq!(asked(&stub), 0, "the years before are known to be empty");
}

#[test]
fn rules_that_cannot_be_read_are_told_and_candles_come_all_the_same() {
    let source = Source::of("binance", 2 * DAY);
    let stub = source.serve();
    stub.record(
        "/fapi/v1/exchangeInfo",
        200,
        "application/json",
        b"{\"symbols\": 7}",
    );
    let (_folder, catalog) = folder();
    let report = Fetching::of(&source, &[MINUTES])
        .run(&catalog, &stub)
        .expect("fetches");
    let told = report.notes.join("; ");
    assert!(
        told.contains("rules of BTC/USDT:USDT cannot be read"),
        "{told}"
    );
    assert_equals_source("without rules", &source, &catalog, &[MINUTES]);
}

#[test]
fn an_unknown_symbol_is_asked_for_once() {
    let mut source = Source::of("binance", 2 * DAY);
    let stub = source.serve();
    source.unified = "NOSUCH/USDT:USDT";
    let (_folder, catalog) = folder();
    Fetching::of(&source, &[MINUTES])
        .run(&catalog, &stub)
        .expect_err("not listed");
    let asked = stub.log();
    let rules = asked.iter().filter(|a| a.path.ends_with("exchangeInfo"));
    assert_eq!(rules.count(), 1);
}

#[test]
fn where_requests_are_refused_files_are_had_and_the_rest_is_told() {
    let source = Source::of("binance", 34 * DAY);
    let stub = source.serve();
    stub.fault_when(faults::first(usize::MAX, "/fapi/", Fault::Status(451)));
    let (_folder, catalog) = folder();
    let mut fetching = Fetching::of(&source, &[MINUTES, History::Funding]);
    let report = fetching.run(&catalog, &stub).expect("files");
    let told = report.notes.join("; ");
    assert!(
        told.contains("451") && told.contains("host data import"),
        "{told}"
    );
    let mut expected = source.closed(CandleKind::Candles, Timeframe::M1);
    let today = source.now / DAY * DAY;
    expected.retain(|c| c.open_time.0 < today);
    let found = candles(&catalog, &key(&source, MINUTES));
    assert_same("files alone", &found, &expected);
    let notes = report.series[0].notes.join("; ");
    assert!(notes.contains("not available"), "{notes}");
    // As soon as it answers, the rest is missing and comes.
    stub.fault_when(Box::new(|_| None));
    fetching.run(&catalog, &stub).expect("fetches");
    assert_equals_source("then all", &source, &catalog, &fetching.histories);
    stub.fault_when(faults::first(usize::MAX, "/fapi/", Fault::Status(451)));
    fetching.files = Files::Never;
    let error = fetching.run(&catalog, &stub).expect_err("nothing is left");
    assert!(error.hint().expect("a hint").contains("mirror"), "{error}");
}

#[test]
fn erasing_never_removes_what_the_venue_has_no_more() {
    let mut source = Source::of("hyperliquid", 10 * DAY);
    let stub = source.serve();
    let (_folder, catalog) = folder();
    let end = source.now;
    stub.set_now(source.from + 3 * DAY);
    source.now = source.from + 3 * DAY;
    let mut fetching = Fetching::of(&source, &[MINUTES]);
    fetching.run(&catalog, &stub).expect("fetches");
    stub.set_now(end);
    fetching.erase = true;
    let error = fetching.run(&catalog, &stub).expect_err("it would be lost");
    assert!(error.to_string().contains("not erased"), "{error}");
    assert!(error.hint().expect("a hint").contains("host data prune"));
    assert_equals_source("kept", &source, &catalog, &[MINUTES]);
}

#[test]
fn whoever_waits_for_a_series_holds_none_that_comes_after_it() {
    // Two processes that are given the same symbols in different orders must not wait for each other.
    let source = Source::of("binance", 2 * DAY);
    let stub = source.serve();
    let (folder, catalog) = folder();
    let locks = folder.path().join("data/.fetch");
    std::fs::create_dir_all(&locks).expect("a folder");
    let lock = |kind: &str| {
        let name = format!("binance-perp-BTC_USDT_USDT-{kind}-1m.lock");
        std::fs::File::create(locks.join(name)).expect("a file")
    };
    let first = lock("candles");
    first.lock().expect("it is free");
    let mut seen = Vec::new();
    let mut told = |told: Told| {
        if let Told::Doing(what) = told
            && what.contains("another process")
        {
            seen.push(lock("mark").try_lock().is_ok());
            first.unlock().expect("it was held");
        }
    };
    let fetching = Fetching::of(&source, &[MARKS, MINUTES]);
    let later = AtomicU64::new(0);
    fetching
        .run_told(&catalog, &stub, &later, &mut told)
        .expect("fetches");
    assert_eq!(seen, [true]);
}

#[test]
fn settlements_that_differ_from_imported_ones_are_told_with_what_to_do() {
    let source = Source::of("binance", 3 * DAY);
    let stub = source.serve();
    let (_folder, catalog) = folder();
    let fetching = Fetching::of(&source, &[History::Funding]);
    let write = |catalog: &Catalog, change: f64| {
        let mut writer = CatalogWriter::open(catalog, || {}).expect("opens");
        let symbol = Symbol::parse(source.unified, None).expect("a symbol");
        let key = RecordKey {
            venue: "binance".to_owned(),
            symbol,
            kind: RecordKind::Funding,
            interval: None,
        };
        let records = writer.records(&key).expect("opens");
        for (time, rate, _) in source.settled() {
            // As files have it: no price.
            let record = Record {
                time: Timestamp(time),
                available_at: None,
                values: [rate + change, f64::NAN],
            };
            records.push(record).expect("a settlement");
        }
        writer.commit().expect("writes");
    };
    write(&catalog, 0.0);
    let report = fetching.run(&catalog, &stub).expect("equal ones merge");
    assert_eq!(report.series[0].added, 0);
    assert_equals_source("with prices", &source, &catalog, &[History::Funding]);
    let (_folder, catalog) = folder();
    write(&catalog, 0.001);
    let error = fetching.run(&catalog, &stub).expect_err("two versions");
    assert!(error.hint().expect("a hint").contains("--erase"), "{error}");
    assert_eq!(error.kind(), host::data::ErrorKind::User);
    let mut erasing = Fetching::of(&source, &[History::Funding]);
    erasing.erase = true;
    erasing.run(&catalog, &stub).expect("the venue's version");
    assert_equals_source("erased", &source, &catalog, &[History::Funding]);
}
