//! Import and scan of market data: candles and megabytes a second, and the memory a scan of ten times as much data takes.
//!
//! On three years of BTC/USDT minutes of the shared reference data, or as many made-up ones. Every figure is of a process of its own,
//! so that the peak of memory (`VmHWM`) is that of the one thing it did. `benches/beside_duckdb.py` runs it beside other programs.
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use host::data::catalog::{Catalog, CatalogWriter, Series};
use host::data::feed::{CatalogFeed, Period};
use host::data::import::{ImportRequest, Overrides, import};
use host::data::series::SeriesKey;
use host::data::synth::{Synth, SynthConfig};
use host::domain::{Candle, InstrumentKind, SlotState, Timeframe, Timestamp};
use host::engine::{Block, Feed};

/// Days of the made-up market, as many as the recorded file has.
const DAYS: u32 = 1_065;
/// So many times the data for the second look at memory.
const TIMES: i64 = 10;
/// Scans of which the fastest counts.
const SCANS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["import", folder, file] => import_file(Path::new(folder), Path::new(file)),
        ["scan", folder, symbol] => scan(&series(Path::new(folder), symbol)),
        ["repeat", folder] => repeat(Path::new(folder)),
        _ => all(),
    }
}

fn all() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().display().to_string();
    let file = recorded().unwrap_or_else(|| made_up(folder.path()));
    let data = format!("{root}/data");
    println!("file={} bytes={}", file.display(), size_of(&file));
    run(&["import", &data, &file.display().to_string()]);
    run(&["scan", &data, "BTC/USDT"]);
    run(&["repeat", &data]);
    run(&["scan", &data, "TEN/USDT"]);
}

/// The same program in a process of its own.
fn run(arguments: &[&str]) {
    let program = std::env::current_exe().expect("this program");
    let status = Command::new(program).args(arguments).status();
    assert!(status.expect("starts").success(), "{arguments:?}");
}

fn recorded() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var_os("SHARED_DIR").map_or_else(|| beside.into(), PathBuf::from);
    let file = shared.join("data/candles/binance_spot_BTCUSDT_1m.parquet");
    file.is_file().then_some(file)
}

fn made_up(folder: &Path) -> PathBuf {
    let config = SynthConfig {
        days: DAYS,
        ..SynthConfig::default()
    };
    let candles: Vec<Candle> = Synth::new(config).collect();
    let file = folder.join("binance_spot_BTCUSDT_1m.parquet");
    let columns = host::data::candles::to_columns(&candles);
    host::data::table::write_table(&file, &columns).expect("writes");
    file
}

fn key(symbol: &str) -> SeriesKey {
    let market = Some(InstrumentKind::Spot);
    SeriesKey::new("binance", market, symbol, Timeframe::M1).expect("a key")
}

fn series(folder: &Path, symbol: &str) -> Series {
    Catalog::new(folder).series(&key(symbol)).expect("is there")
}

fn import_file(folder: &Path, file: &Path) {
    let request = ImportRequest {
        files: vec![file.to_owned()],
        overrides: Overrides::default(),
        ..ImportRequest::default()
    };
    let begin = Instant::now();
    let done = import(&Catalog::new(folder), &request, &mut |_, _| {}).expect("imports");
    let seconds = begin.elapsed().as_secs_f64();
    report("import", done.series[0].read, size_of(file), seconds);
}

/// The candles as a run gets them, block by block.
fn scan(series: &Series) {
    let bytes = series.manifest.files.iter().map(|f| f.bytes).sum();
    let mut best = f64::INFINITY;
    let mut candles = 0;
    for _ in 0..SCANS {
        let begin = Instant::now();
        let mut feed = CatalogFeed::open(std::slice::from_ref(series), Period::default());
        let feed = feed.as_mut().expect("opens");
        let mut block = Block::new(1, Timeframe::M1);
        let (mut count, mut sum) = (0, 0);
        while feed.next_block(&mut block).expect("reads") {
            for slot in block.slots.iter().filter(|s| s.state == SlotState::Real) {
                count += 1;
                sum ^= slot.candle.close.0;
            }
        }
        std::hint::black_box(sum);
        best = best.min(begin.elapsed().as_secs_f64());
        candles = count;
    }
    assert_eq!(candles, series.rows());
    report("scan", candles, bytes, best);
}

/// The same minutes again and again, further and further back.
fn repeat(folder: &Path) {
    let catalog = Catalog::new(folder);
    let source = series(folder, "BTC/USDT");
    let (from, to) = source.period();
    let length = to.0 - from.0;
    let mut writer = CatalogWriter::open(&catalog, || {}).expect("opens");
    let into = writer.series(&key("TEN/USDT")).expect("a series");
    for back in (0..TIMES).rev() {
        for file in &source.manifest.files {
            for candle in source.read(file).expect("reads") {
                let open_time = Timestamp(candle.open_time.0 - back * length);
                into.push(&Candle {
                    open_time,
                    ..candle
                })
                .expect("fits");
            }
        }
    }
    writer.commit().expect("commits");
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn report(what: &str, candles: u64, bytes: u64, seconds: f64) {
    let (per_second, megabytes) = (candles as f64 / seconds, bytes as f64 / 1e6 / seconds);
    let peak = peak_mib();
    println!(
        "{what} candles={candles} bytes={bytes} seconds={seconds:.3} candles_per_second={per_second:.0} megabytes_per_second={megabytes:.1} peak_mib={peak}"
    );
}

/// The most memory this process ever had, MiB; 0 where the system does not tell.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.trim().strip_suffix(" kB"));
    kib.and_then(|k| k.trim().parse::<u64>().ok())
        .map_or(0, |k| k / 1_024)
}

fn size_of(path: &Path) -> u64 {
    path.metadata().map_or(0, |m| m.len())
}
