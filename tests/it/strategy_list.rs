//! `docs/strategies-list.md` says what the manifests of the strategies say.

use guest_sdk::Framed;
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

/// One line a strategy, by name.
fn table() -> String {
    let mut all = [
        load::<breakout::Breakout>(),
        load::<ma_crossover::MaCrossover>(),
        load::<mtf_trend::MtfTrend>(),
        load::<rsi_reversal::RsiReversal>(),
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
    let mut table = String::from(
        "| strategy | bets on | candles | data | golden columns | LE/LX/SE/SX |\n|---|---|---|---|---|---|\n",
    );
    for loaded in &all {
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
