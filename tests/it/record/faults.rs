//! Venues that behave badly, and a disk that is full.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use host::data::catalog::{Catalog, Event, EventKind};
use host::data::record::record;
use host::data::streams::record::RecordKind;
use host::domain::{Symbol, Timeframe, Timestamp};
use host::venues::socket::Patience;
use host::venues::stream::{BookKind, Channel};
use serde_json::{Value, json};

use super::{
    Update, book_after, events, fixture, frame, kept_trades, kept_updates, levels, made_up_trade,
    perpetual, request, sent_update, snapshot_update, split, until,
};
use crate::ws_stub::{Step, WsStub, answering};

#[test]
fn every_frame_of_bybit_lands_as_sent() {
    let mut frames = Vec::new();
    for name in [
        "ws_control.2026-08-18",
        "ws_frames.2023-04",
        "ws_live.2026-09-26",
        "ws_live.allLiquidation.2026-09-18",
    ] {
        let Some(some) = fixture(&format!("bybit/{name}.jsonl")) else {
            return;
        };
        frames.extend(some);
    }
    let play: Vec<Step> = frames.iter().map(frame).collect();
    let stub = WsStub::start(Box::new(move |_, _| {
        let mut steps = vec![Step::Subscribed(4)];
        steps.extend(play.clone());
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let mut asked = request(
        "bybit",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDT:USDT",
        &[
            Channel::Candles(Timeframe::M1),
            Channel::Trades,
            Channel::Mark,
            Channel::Liquidations,
            Channel::Book(50),
        ],
    );
    let more = ["LTC/USDT:USDT", "ICP/USDT:USDT", "BTC/USDC:USDC"];
    asked.symbols.extend(more.map(perpetual));
    let report = until(&catalog, &asked, frames.len() as u64);
    let counts = report.kept.counts;
    assert_eq!(
        (counts.unreadable, counts.doubles, counts.book_breaks),
        (0, 0, 0),
        "{counts:?}"
    );
    let of = |topic: &str| -> Vec<&Value> {
        let all = frames.iter();
        all.filter(|f| f["topic"].as_str().is_some_and(|t| t.starts_with(topic)))
            .collect()
    };
    for (symbol, name) in [("BTC/USDT:USDT", "BTCUSDT"), ("BTC/USDC:USDC", "BTCPERP")] {
        let sent: Vec<&Value> = of("orderbook")
            .into_iter()
            .filter(|f| f["data"]["s"] == json!(name))
            .collect();
        assert!(sent.len() >= 2, "{name}");
        let (_, rows) = events(folder.path(), "bybit", symbol, EventKind::Book);
        assert_eq!(rows.len(), sent.len(), "{name}");
        for (row, sent) in rows.iter().zip(sent) {
            let Event::Book(kept) = &row.event else {
                panic!("{row:?}")
            };
            let is_whole = sent["type"] == json!("snapshot");
            assert_eq!(kept.kind == BookKind::Snapshot, is_whole, "{sent}");
            assert_eq!(Some(kept.ids.1), sent["data"]["u"].as_u64());
            assert_eq!(kept.bids, levels(&sent["data"]["b"]));
            assert_eq!(kept.asks, levels(&sent["data"]["a"]));
        }
    }
    let (_, rows) = events(folder.path(), "bybit", "LTC/USDT:USDT", EventKind::Trades);
    let sent = &of("publicTrade")[0]["data"][0];
    let kept = kept_trades(&rows);
    assert_eq!(kept.len(), 1);
    assert_eq!(Some(kept[0].0.as_str()), sent["i"].as_str());
    assert_eq!(Some(kept[0].4), sent["T"].as_i64());
    let (_, rows) = events(folder.path(), "bybit", "BTC/USDT:USDT", EventKind::Ticks);
    let sent = of("tickers.BTCUSDT");
    assert_eq!(rows.len(), sent.len());
    for (row, sent) in rows.iter().zip(sent) {
        let Event::Tick(tick) = &row.event else {
            panic!("{row:?}")
        };
        let number = |name: &str| sent["data"][name].as_str().and_then(|t| t.parse().ok());
        assert_eq!(tick.mark.map(|p| p.to_f64()), number("markPrice"));
        assert_eq!(tick.index.map(|p| p.to_f64()), number("indexPrice"));
        assert_eq!(tick.open_interest, number("openInterest"));
    }
    let icp: Symbol = perpetual("ICP/USDT:USDT");
    let series = catalog.records("bybit", &icp, RecordKind::Liquidations);
    let records = series.expect("readable")[0]
        .between(Timestamp(0), Timestamp(i64::MAX))
        .expect("whole");
    let values: Vec<_> = records.iter().map(|r| r.values).collect();
    // The venue names the side of the position: a long.
    assert_eq!(values, [[19.7, 2.585]]);
    let candles = report.kept.series.keys().filter(|n| n.contains("1m"));
    assert_eq!(candles.count(), 0, "none of the candles is final");
}

#[test]
fn updates_in_another_order_begin_the_book_anew() {
    let Some(frames) = fixture("binance/ws_combined.SUSHIUSDT.2021-07-22.jsonl") else {
        return;
    };
    let depth = fixture("binance/rest_depth.SUSHIUSDT.limit1000.2021-07-22.json");
    let depth = depth.expect("beside the other").remove(0);
    let (books, _) = split(&frames);
    let second = book_after(&depth, &books[..=105]);
    let played = books.clone();
    let stub = WsStub::start(Box::new(move |_, _| {
        let play = |range: std::ops::Range<usize>| played[range].iter().map(frame);
        let mut steps = vec![Step::Subscribed(1)];
        steps.extend(play(0..4));
        steps.push(Step::Wait(1_500));
        steps.extend(play(4..100));
        steps.extend([&played[101], &played[100]].map(frame));
        steps.extend(play(102..110));
        steps.push(Step::Wait(1_500));
        steps.extend(play(110..played.len()));
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let rest = answering([&depth, &second].map(Value::to_string).to_vec());
    let symbol = "SUSHI/USDT:USDT";
    let asked = request("binance", &stub, &rest, symbol, &[Channel::Book(1_000)]);
    let report = until(&catalog, &asked, books.len() as u64);
    assert_eq!(report.kept.counts.book_breaks, 1);
    let (series, rows) = events(folder.path(), "binance", symbol, EventKind::Book);
    let sent: Vec<Update> = books.iter().map(sent_update).collect();
    let mut expected = vec![snapshot_update(&depth)];
    expected.extend_from_slice(&sent[3..100]);
    expected.push(snapshot_update(&second));
    expected.extend_from_slice(&sent[105..]);
    assert!(
        kept_updates(&rows) == expected,
        "every level of every update"
    );
    assert_eq!(series.gaps().len(), 1, "{:?}", series.segments);
}

#[test]
fn a_venue_that_answers_and_closes_again_and_again_is_left_alone_for_longer_and_longer() {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let stub = WsStub::start(Box::new(|_, _| {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        vec![
            Step::Subscribed(1),
            Step::Frame(made_up_trade(id)),
            Step::Close,
        ]
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = request(
        "binance",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDT:USDT",
        &[Channel::Trades],
    );
    asked.patience = Patience {
        pause_min_ms: 50,
        pause_max_ms: 10_000,
        ..asked.patience
    };
    asked.for_ms = Some(3_000);
    let catalog = Catalog::new(folder.path());
    record(&catalog, &asked, &AtomicBool::new(false), &mut |_| {}).expect("it records");
    let connections = stub.log().connections.len();
    assert!((3..=8).contains(&connections), "{connections}");
}

/// Files that may not grow stand for a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_recording_and_keeps_what_it_has() {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let stub = WsStub::start(Box::new(|_, _| {
        let first = NEXT.fetch_add(10_000, Ordering::Relaxed);
        let mut steps = vec![Step::Subscribed(1)];
        for id in first..first + 2_000 {
            steps.push(Step::Frame(made_up_trade(id)));
            steps.push(Step::Wait(2));
        }
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let run = |before: &str, length: &str| {
        let line = "data record --data-dir data --exchange binance --symbols BTC/USDT:USDT --streams trades --json --for";
        Command::new("sh")
            .args(["-c", &format!(r#"{before} exec "$0" "$@""#)])
            .arg(env!("CARGO_BIN_EXE_host"))
            .args(line.split(' '))
            .arg(length)
            .current_dir(folder.path())
            .env("BINANCE_FUTURES_STREAM_URL", stub.url())
            .stdin(Stdio::null())
            .output()
            .expect("the program starts")
    };
    let full = run("trap '' XFSZ; ulimit -f 64;", "30s");
    let said = String::from_utf8_lossy(&full.stderr);
    assert_eq!(full.status.code(), Some(1), "{said}");
    assert!(
        said.contains("writing") && said.contains(".jsonl"),
        "{said}"
    );
    let after = run("", "1s");
    assert!(after.status.success());
    let report: Value = serde_json::from_slice(&after.stdout).expect("JSON");
    assert_eq!(
        report["damaged_lines"], 1,
        "the last line was cut: {report}"
    );
    let data = folder.path().join("data");
    let (_, rows) = events(&data, "binance", "BTC/USDT:USDT", EventKind::Trades);
    let kept: Vec<u64> = kept_trades(&rows)
        .iter()
        .map(|t| t.0.parse().expect("a number"))
        .collect();
    let first: BTreeSet<u64> = kept.iter().copied().filter(|id| *id < 10_000).collect();
    assert!(first.len() > 50, "{}", first.len());
    let expected: BTreeSet<u64> = (0..first.len() as u64).collect();
    assert_eq!(first, expected, "none between is lost");
    let distinct: BTreeSet<u64> = kept.iter().copied().collect();
    assert_eq!(kept.len(), distinct.len());
}
