//! A session and backtests of the candles it saw.

use serde_json::Value;

use super::{Desk, MINUTE};
use crate::support::example;
use crate::venue_sim::Play;
use crate::venue_stub::{Listed, Market, Venue};

const DAY: i64 = 1_440 * MINUTE;
/// 2024-03-01.
const START: i64 = 1_709_251_200_000;

fn made_up(days: i64) -> Market {
    let mut market = Market::new(START);
    let from = START - 3 * DAY;
    let minutes = (days + 3) * 1_440;
    market.add(Listed::made_up(
        Venue::BinanceFutures,
        "BTC",
        from,
        minutes,
        11,
    ));
    market
}

#[test]
fn a_day_on_paper_is_the_backtest_of_its_candles() {
    let play = Play {
        start_ms: START,
        end_ms: START + DAY,
        ..Play::default()
    };
    let desk = Desk::new(made_up(2), play);
    let component = example("ma-crossover");
    let component = component.to_string_lossy();
    let mut session = desk.start(&[
        &component,
        "--symbol",
        "BTC/USDT:USDT",
        "-p",
        "timeframe=5m",
    ]);
    desk.wait_for_end(&mut session);
    let status = desk.status().expect("it answers");
    let ended = session.terminate();
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
    let records = ended["proof"]["strategies"][0]["records"].as_u64();
    assert!(records > Some(20), "{ended:#}");

    desk.fetch("BTC/USDT:USDT", START - 3 * DAY, START + DAY);
    let started = status["strategies"][0]["started"].as_str().expect("a time");
    let end = host::domain::Timestamp(play.end_ms).rfc3339();
    let run = desk.run(&[
        "backtest",
        &component,
        "--exchange",
        "binance",
        "--symbol",
        "BTC/USDT:USDT",
        "--start",
        started,
        "--end",
        &end,
        "--json",
        "-p",
        "timeframe=5m",
    ]);
    let run: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let strategy = &status["strategies"][0];
    for figure in ["wallet", "equity", "fees", "funding"] {
        assert_eq!(
            strategy[figure], run[figure],
            "{figure}: {strategy:#} {run:#}"
        );
    }
}
