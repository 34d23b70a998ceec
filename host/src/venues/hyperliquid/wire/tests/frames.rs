//! Frames of websockets.

use super::{STREAM, price, read};
use crate::domain::{Side, Timestamp};
use crate::venues::hyperliquid::wire::account::{OrderState, UserEvents};
use crate::venues::hyperliquid::wire::market::BestLevels;
use crate::venues::hyperliquid::wire::{Text, channel_of, data_of};
use crate::venues::stream::StreamEvent;

fn events(line: &str) -> Vec<StreamEvent> {
    STREAM.read(line).expect("a frame")
}

pub(super) fn frames(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 10);
    assert_eq!(events(lines[0]), [StreamEvent::Control]);
    let [
        StreamEvent::Candle {
            candle, is_closed, ..
        },
    ] = &*events(lines[2])
    else {
        panic!("a candle")
    };
    assert_eq!((Text(candle.close), *is_closed), (price("83801"), None));
    let trades = events(lines[3]);
    let [StreamEvent::Trade(bought), StreamEvent::Trade(sold)] = &*trades else {
        panic!("two trades")
    };
    assert_eq!((bought.taker, sold.taker), (Side::Buy, Side::Sell));
    assert_eq!(bought.id, "437413095582311");
    assert!(bought.is_market, "without a hash it is a trade too");
    let best: BestLevels = data_of("bbo", lines[4]).expect("levels");
    assert_eq!(best.bbo.0.map(|l| l.px), Some(price("83757")));
    assert!(events(lines[4]).is_empty());
    let [StreamEvent::Mark(mark)] = &*events(lines[5]) else {
        panic!("a mark")
    };
    assert_eq!(
        (mark.mark, mark.index),
        (Some(price("83757").0), Some(price("83778.1").0))
    );
    assert_eq!(
        (mark.funding_rate, mark.open_interest),
        (Some(0.000_012_5), Some(39_338.762_46))
    );
    let user: UserEvents = data_of("user", lines[6]).expect("fills");
    assert_eq!(user.fills[0].fee, Text(18.015_513_09));
    let canceled: Vec<OrderState> = data_of("orderUpdates", lines[8]).expect("orders");
    assert_eq!(canceled[0].status, "canceled");
    let order = &canceled[0].order;
    assert_eq!(Some(order.sz), order.orig_sz, "what was left stays");
    assert_eq!(events(lines[9]), [StreamEvent::Control]);
    "10 frames".to_owned()
}

#[derive(serde::Deserialize)]
struct Recorded {
    recv_ns: String,
    frame: serde_json::Value,
}

pub(super) fn recorded_frames(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let (mut books, mut trades, mut replayed) = (0, 0, 0);
    let mut received = Timestamp(0);
    for line in text.lines() {
        let recorded: Recorded = read("line", line.as_bytes());
        let ns: i64 = recorded.recv_ns.parse().expect("a time");
        received = Timestamp(ns / 1_000_000);
        for event in events(&recorded.frame.to_string()) {
            match event {
                StreamEvent::Book(book) => {
                    assert!(book.bids[0].0 < book.asks[0].0 && book.bids.len() == 20);
                    books += 1;
                }
                StreamEvent::Trade(trade) => {
                    let old = received.0 - trade.time.0 > 4_000;
                    replayed += u32::from(old);
                    trades += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((books, trades), (46, 64));
    assert_eq!(replayed > 0, STREAM.replays_trades());
    assert!(replayed >= 29, "{replayed} trades from before it began");
    format!("{books} books, {trades} trades, {replayed} of them replayed, to {received}")
}

pub(super) fn liquidated_fill(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let channel = channel_of(text).expect("a frame");
    assert!(events(text).is_empty(), "an account's own");
    let user: UserEvents = data_of(&channel, text).expect("fills");
    let liquidation = user.fills[0].liquidation.as_ref().expect("one");
    assert_eq!(liquidation.method, "market");
    assert_eq!(liquidation.mark_px, price("66607"));
    assert!(
        liquidation
            .liquidated_user
            .as_ref()
            .is_some_and(|u| u.starts_with("0x360878d3"))
    );
    format!("liquidation at mark {}", liquidation.mark_px.0)
}
