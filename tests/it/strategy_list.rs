//! `docs/strategies-list.md` says what the manifests of the strategies say, of every one there is.

use guest_sdk::{Cycle, Framed};
use host::domain::StreamNeed;
use host::strategy::native::{self, Loaded};

use crate::conditions::GOLDEN;
use crate::support::workspace;

/// Above and below the table that is generated.
const BEGIN: &str = "<!-- table -->\n";
const END: &str = "<!-- end -->";

fn load<S: guest_sdk::Strategy + Send>() -> Loaded {
    native::load::<S>(&[]).unwrap_or_else(|e| panic!("default parameters are refused: {e}"))
}

/// Every strategy with its defaults, by name.
fn all() -> Vec<Loaded> {
    let mut all = vec![
        load::<breakout::Breakout>(),
        load::<buy_and_hold::BuyAndHold>(),
        load::<ma_crossover::MaCrossover>(),
        load::<mtf_trend::MtfTrend>(),
        load::<pairs::Pairs>(),
        load::<rsi_reversal::RsiReversal>(),
        load::<Cycle<scale_out::ScaleOutBreakout>>(),
        load::<Framed<ema_ribbon::EmaRibbon>>(),
        load::<Framed<funding_arbitrage::FundingArbitrage>>(),
        load::<Framed<macd::MacdCross>>(),
        load::<Framed<mean_reversion_bands::MeanReversionBands>>(),
        load::<Framed<open_interest_divergence::OpenInterestDivergence>>(),
        load::<Framed<rsi_momentum::RsiMomentum>>(),
        load::<Framed<trend_atr::TrendAtr>>(),
        load::<Framed<volatility_breakout::VolatilityBreakout>>(),
        load::<Framed<vwap::Vwap>>(),
    ];
    all.sort_by(|(_, one, _), (_, other, _)| one.name.cmp(&other.name));
    all
}

/// One line a strategy.
fn table() -> String {
    let mut table = String::from(
        "| strategy | bets on | candles | data | golden columns | LE/LX/SE/SX |\n|---|---|---|---|---|---|\n",
    );
    for loaded in &all() {
        table.push_str(&line(loaded));
    }
    table
}

fn line((_, manifest, needs): &Loaded) -> String {
    let lengths: Vec<String> = needs
        .series
        .iter()
        .map(|series| series.timeframe.to_string())
        .collect();
    let kind = |stream: &StreamNeed| format!(", {}", stream.kind);
    let streams: String = needs.streams.iter().map(kind).collect();
    let golden = GOLDEN
        .iter()
        .find(|(strategy, ..)| *strategy == manifest.name);
    let (column, counts) = golden.map_or(("-", "-".to_owned()), |(_, column, counts)| {
        (column, counts.map(|count| count.to_string()).join("/"))
    });
    format!(
        "| `{}` | {} | {} | candles{streams} | {column} | {counts} |\n",
        manifest.name,
        manifest.description,
        lengths.join(", ")
    )
}

#[test]
fn the_list_of_strategies_is_what_their_manifests_say() {
    let path = workspace().join("docs/strategies-list.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let (_, rest) = page.split_once(BEGIN).expect("the table begins somewhere");
    let (written, _) = rest.split_once(END).expect("the table ends somewhere");
    let table = table();
    assert_eq!(
        written, table,
        "docs/strategies-list.md is behind the manifests; the table is now:\n{table}"
    );
}

#[test]
fn every_folder_of_a_strategy_is_in_the_list() {
    let folders = std::fs::read_dir(workspace().join("strategies")).expect("they are there");
    let mut folders: Vec<String> = folders
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    folders.sort();
    let listed: Vec<String> = all()
        .into_iter()
        .map(|(_, manifest, _)| manifest.name)
        .collect();
    assert_eq!(listed, folders, "load the missing ones in `all`");
}
