//! What several tests need: the example components, a folder with a market, the program itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use host::data::catalog::{Catalog, CatalogWriter, RecordKey};
use host::data::series::SeriesKey;
use host::data::streams::record::{Record, RecordKind};
use host::data::synth::{Synth, SynthConfig, funding, series_key};
use host::domain::{Abilities, Candle, InstrumentKinds, Manifest, OnFault, Role, Timestamp};
use host::toolchain::{Options, build_guests};

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of shared reference data beside the project, if there is one.
pub(crate) fn shared_dir() -> PathBuf {
    std::env::var_os("SHARED_DIR").map_or_else(|| workspace().join("../shared"), PathBuf::from)
}

/// The component of an example strategy, built once a test run.
pub(crate) fn example(name: &str) -> PathBuf {
    static BUILT: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let names = [
            "breakout",
            "buy-and-hold",
            "funding-arbitrage",
            "ma-crossover",
            "mean-reversion-bands",
            "mtf-trend",
            "open-interest-divergence",
            "pairs",
            "rsi-reversal",
            "trend-atr",
        ];
        let options = Options {
            packages: names.iter().map(|n| (*n).to_owned()).collect(),
            target_dir: Some(workspace().join("target/guests")),
            ..Options::default()
        };
        let built = build_guests(&workspace(), &options, &mut |_| {}).expect("the examples build");
        built.into_iter().map(|b| (b.package, b.path)).collect()
    });
    let found = built.iter().find(|(package, _)| package == name);
    found
        .unwrap_or_else(|| panic!("no example {name}"))
        .1
        .clone()
}

/// What a strategy without parameters says of itself: everything is allowed, one role takes up to so many perpetuals.
pub(crate) fn manifest(name: &str, instruments: u32, on_fault: OnFault) -> Manifest {
    Manifest {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        authors: Vec::new(),
        parameters: Vec::new(),
        roles: vec![Role {
            name: "main".to_owned(),
            description: String::new(),
            kinds: InstrumentKinds {
                linear_perpetual: true,
                ..InstrumentKinds::default()
            },
            tradable: true,
            min_instruments: 1,
            max_instruments: instruments,
        }],
        abilities: Abilities::unlimited(),
        on_fault,
    }
}

/// Made-up candles of some days from 2024-01-01 on.
pub(crate) fn market(days: u32) -> Vec<Candle> {
    Synth::new(SynthConfig {
        days,
        ..SynthConfig::default()
    })
    .collect()
}

/// A folder with a catalog of a made-up market in `data`, where the program can be run.
pub(crate) fn folder_with_market(days: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = Catalog::new(folder.path().join("data"));
    let mut writer = CatalogWriter::open(&catalog, || {}).expect("an empty catalog");
    let candles = market(days);
    store(&mut writer, &series_key(), &candles, &candles);
    writer.commit().expect("the disk has room");
    folder
}

/// Candles of a perpetual, with funding made up for a market without holes.
pub(crate) fn store(
    writer: &mut CatalogWriter,
    key: &SeriesKey,
    candles: &[Candle],
    whole: &[Candle],
) {
    let series = writer.series(key).expect("a good name");
    series.replace_by_synthetic();
    for candle in candles {
        series.push(candle).expect("candles in order");
    }
    let records = writer.records(&RecordKey {
        venue: key.venue.clone(),
        symbol: key.symbol.clone(),
        kind: RecordKind::Funding,
        interval: None,
    });
    let records = records.expect("a good name");
    records.replace_by_synthetic();
    for (time, rate) in funding(whole, 1) {
        let record = Record {
            time,
            available_at: None,
            values: [rate.to_f64(), f64::NAN],
        };
        records.push(record).expect("at a full hour");
    }
}

/// Runs the program in a folder with an environment of its own.
pub(crate) fn host(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
    for variable in host::config::VARIABLES {
        command.env_remove(variable.name);
    }
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the program starts")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> Option<Timestamp> {
    Timestamp::from_ymd(year, month, day)
}
