//! Frames have all that the recorded ones have: the same fields, of the same kinds.

use serde_json::Value;

use super::*;
use crate::shared_dir;

/// Files of recorded frames of each venue, one frame a line, some with the time they were received.
const RECORDED: [(Venue, &[&str]); 3] = [
    (
        Venue::BinanceFutures,
        &[
            "binance/ws_live.2026-09-27.jsonl",
            "binance/ws_combined.AKROUSDT.2021-07-22.jsonl",
        ],
    ),
    (
        Venue::Bybit,
        &[
            "bybit/ws_frames.2023-04.jsonl",
            "bybit/ws_live.2026-09-26.jsonl",
            "bybit/ws_live.allLiquidation.2026-09-18.jsonl",
        ],
    ),
    (
        Venue::Hyperliquid,
        &[
            "hyperliquid/ws_frames.2026.jsonl",
            "hyperliquid/ws_l2Book_trades.BTC.2025-01-26.jsonl",
        ],
    ),
];

/// Everything a client of a venue can subscribe to here.
fn all_of(venue: Venue) -> (&'static [&'static str], &'static [&'static str]) {
    match venue {
        Venue::Bybit => (
            &["/v5/public/linear"],
            &[
                r#"{"req_id":"1","op":"subscribe","args":["kline.1.BTCUSDT","tickers.BTCUSDT","publicTrade.BTCUSDT","allLiquidation.BTCUSDT","orderbook.1.BTCUSDT","orderbook.50.BTCUSDT"]}"#,
            ],
        ),
        Venue::Hyperliquid => (
            &["/ws"],
            &[
                r#"{"method":"subscribe","subscription":{"type":"candle","coin":"BTC","interval":"1m"}}"#,
                r#"{"method":"subscribe","subscription":{"type":"trades","coin":"BTC"}}"#,
                r#"{"method":"subscribe","subscription":{"type":"activeAssetCtx","coin":"BTC"}}"#,
                r#"{"method":"subscribe","subscription":{"type":"l2Book","coin":"BTC"}}"#,
                r#"{"method":"subscribe","subscription":{"type":"bbo","coin":"BTC"}}"#,
            ],
        ),
        _ => (
            &[
                "/market/stream?streams=btcusdt@kline_1m/btcusdt@markPrice@1s/btcusdt@aggTrade/btcusdt@forceOrder",
                "/public/stream?streams=btcusdt@bookTicker/btcusdt@depth@100ms",
            ],
            &[],
        ),
    }
}

/// What kind of frame it is; a first ticker and what changed of it are two.
fn kind(frame: &Value) -> Option<String> {
    if let Some(event) = frame["data"]["e"].as_str() {
        return Some(event.to_owned());
    }
    if let Some(topic) = frame["topic"].as_str() {
        let kind = topic.split('.').next().unwrap_or_default();
        return Some(format!("{kind} {}", frame["type"]));
    }
    frame["channel"].as_str().map(str::to_owned)
}

/// What a frame of the recording has and ours has not, by the way to it.
fn lacking(recorded: &Value, ours: &Value, way: &str) -> Vec<String> {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            let lacking_in = |(name, value): (&String, &Value)| match ours.get(name) {
                Some(ours) => lacking(value, ours, &format!("{way}.{name}")),
                None => vec![format!("{way}.{name}")],
            };
            recorded.iter().flat_map(lacking_in).collect()
        }
        (Value::Array(recorded), Value::Array(ours)) => match (recorded.first(), ours.first()) {
            (Some(recorded), Some(ours)) => lacking(recorded, ours, &format!("{way}[]")),
            _ => Vec::new(),
        },
        (Value::String(recorded), Value::String(ours)) => {
            let is_number = |text: &str| text.parse::<f64>().is_ok();
            match is_number(recorded) == is_number(ours) {
                true => Vec::new(),
                false => vec![format!("{way}: {recorded} and {ours}")],
            }
        }
        (Value::Number(_), Value::Number(_)) | (Value::Bool(_), Value::Bool(_)) => Vec::new(),
        (recorded, ours) => vec![format!("{way}: {recorded} and {ours}")],
    }
}

/// Recorded frames of the kinds that are played here: names of a private kind or a kind nobody reads are left out.
fn recorded_frames(files: &[&str]) -> Option<BTreeMap<String, Value>> {
    let folder = shared_dir().join("fixtures/exchanges");
    let mut frames = BTreeMap::new();
    for file in files {
        let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
            println!("skipped: no {file} in ../shared/fixtures/exchanges");
            return None;
        };
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).expect("a frame");
            let frame = line.get("frame").unwrap_or(&line).clone();
            frames.extend(kind(&frame).map(|kind| (kind, frame)));
        }
    }
    frames.retain(|kind, _| {
        !["user", "orderUpdates", "subscriptionResponse", "pong"].contains(&kind.as_str())
    });
    Some(frames)
}

#[tokio::test]
async fn frames_have_what_recorded_ones_have() {
    for (venue, files) in RECORDED {
        let Some(recorded) = recorded_frames(files) else {
            return;
        };
        let mut ours: BTreeMap<String, Value> = BTreeMap::new();
        let (paths, says) = all_of(venue);
        for path in paths {
            let sim = VenueSim::start(market(venue, 600), play(600));
            let name = VENUES.iter().find(|v| v.0 == venue).expect("a venue").1;
            let mut client = Client::saying(&sim, name, path, says);
            client.listen().await;
            for frame in &client.frames {
                let frame: Value = serde_json::from_str(frame).expect("JSON");
                ours.extend(kind(&frame).map(|kind| (kind, frame)));
            }
        }
        assert!(recorded.len() >= 5, "{:?}", recorded.keys());
        for (kind, recorded) in recorded {
            let ours = ours
                .get(&kind)
                .unwrap_or_else(|| panic!("no {kind} of {venue:?}"));
            assert_eq!(lacking(&recorded, ours, &kind), [""; 0], "{ours}");
        }
    }
}
