//! Hyperliquid: one subscription a message, candles that never say they are over, contexts without a time. Frames as in
//! `fixtures/exchanges/hyperliquid/ws_frames.2026.jsonl`.

use serde_json::{Value, json};

use super::hub::{Form, Heard, Topic};
use super::script::{MINUTE, Mark, Moment, What};
use super::text::padded;
use crate::venue_stub::book::{self, Levels};
use crate::venue_stub::{Listed, Market, Trade, Venue};

/// Trades that are told again to who subscribes.
const REPLAYED: usize = 30;

/// What a client's message does. A coin that does not exist ends the connection.
pub(super) fn hear(market: &Market, text: &str, is_refused: bool) -> Heard {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    let wanted = &message["subscription"];
    let error = |why: &str| Heard {
        answers: vec![json!({"channel": "error", "data": why}).to_string()],
        ..Heard::default()
    };
    let method = message["method"].as_str().unwrap_or_default();
    match method {
        "ping" => Heard {
            answers: vec![r#"{"channel":"pong"}"#.to_owned()],
            ..Heard::default()
        },
        _ if is_refused => error("Too many subscriptions, try again"),
        "subscribe" | "unsubscribe" => {
            let Some(form) = form(wanted) else {
                return error(&format!("Invalid subscription {wanted}"));
            };
            let coin = wanted["coin"].as_str().unwrap_or_default();
            let is_it = |l: &Listed| l.venue == Venue::Hyperliquid && l.symbol == coin;
            let Some(listed) = market.listed.iter().position(is_it) else {
                return Heard {
                    ends: true,
                    ..Heard::default()
                };
            };
            let topics = vec![Topic { listed, form }];
            let (subscribe, unsubscribe) = match method {
                "subscribe" => (topics, Vec::new()),
                _ => (Vec::new(), topics),
            };
            Heard {
                subscribe,
                unsubscribe,
                answers: vec![acknowledged(method, wanted.clone())],
                ends: false,
            }
        }
        _ => error("Error parsing JSON into valid websocket request"),
    }
}

fn form(wanted: &Value) -> Option<Form> {
    Some(match wanted["type"].as_str()? {
        "candle" if wanted["interval"] == "1m" => Form::Candles,
        "trades" => Form::Trades,
        "activeAssetCtx" => Form::Mark,
        "l2Book" if wanted["fast"] == true => Form::Book(5),
        "l2Book" => Form::Book(20),
        "bbo" => Form::Best,
        _ => return None,
    })
}

/// The subscription again, with what it left open.
fn acknowledged(method: &str, mut wanted: Value) -> String {
    if wanted["type"] == "l2Book" {
        for name in ["nSigFigs", "mantissa"] {
            if wanted.get(name).is_none() {
                wanted[name] = Value::Null;
            }
        }
    }
    let data = json!({"method": method, "subscription": wanted});
    json!({"channel": "subscriptionResponse", "data": data}).to_string()
}

/// What a subscription begins with: trades that were made before it.
pub(super) fn greeting(listed: &Listed, form: Form, now: i64) -> Option<String> {
    if form != Form::Trades {
        return None;
    }
    let made = listed.trades.partition_point(|t| t.time <= now);
    let first = made.saturating_sub(REPLAYED);
    let rows = (first..made).map(|index| row(listed, &listed.trades[index], index as u64 + 1));
    let rows: Vec<_> = rows.collect();
    Some(trades(&rows))
}

/// The frame of a moment.
pub(super) fn frame(listed: &Listed, moment: &Moment, form: Form) -> String {
    let coin = &listed.symbol;
    match moment.what {
        What::Candle { candle, .. } => {
            let (t, end) = (candle.open_time.0, candle.open_time.0 + MINUTE - 1);
            let [o, h, l, c] =
                [candle.open, candle.high, candle.low, candle.close].map(|p| padded(p, 1));
            let (v, n) = (candle.volume, candle.trades as i64);
            format!(
                r#"{{"channel":"candle","data":{{"t":{t},"T":{end},"s":"{coin}","i":"1m","o":"{o}","c":"{c}","h":"{h}","l":"{l}","v":"{v:?}","n":{n}}}}}"#
            )
        }
        What::Mark(mark) => context(coin, &mark),
        What::Trade { trade, id } => trades(&[row(listed, &trade, id)]),
        What::Book(number) => order_book(listed, moment.stamp, number, form),
        What::Liquidation(_) => unreachable!("nobody can subscribe to liquidations here"),
    }
}

fn context(coin: &str, mark: &Mark) -> String {
    let (mark_px, oracle) = (padded(mark.mark, 1), padded(mark.index, 1));
    let rate = mark.rate;
    format!(
        r#"{{"channel":"activeAssetCtx","data":{{"coin":"{coin}","ctx":{{"funding":"{rate}","openInterest":"39338.76246","prevDayPx":"{oracle}","dayNtlVlm":"3096053627.5618200302","premium":"-0.0001348801","oraclePx":"{oracle}","markPx":"{mark_px}","midPx":"{mark_px}","impactPxs":["{mark_px}","{mark_px}"],"dayBaseVlm":"36757.56691"}}}}}}"#
    )
}

fn trades(rows: &[String]) -> String {
    format!(r#"{{"channel":"trades","data":[{}]}}"#, rows.join(","))
}

/// `side` is that of who took: B bought.
fn row(listed: &Listed, trade: &Trade, id: u64) -> String {
    let (coin, px, sz) = (&listed.symbol, padded(trade.price, 1), trade.size);
    let (side, time) = (if trade.is_taker_buy { "B" } else { "A" }, trade.time);
    format!(
        r#"{{"coin":"{coin}","side":"{side}","px":"{px}","sz":"{sz:?}","time":{time},"hash":"0x{id:064x}","tid":{id},"users":["0x{:040x}","0x{:040x}"]}}"#,
        1, 2
    )
}

fn order_book(listed: &Listed, stamp: i64, number: i64, form: Form) -> String {
    let coin = &listed.symbol;
    let depth = if let Form::Book(depth) = form {
        depth
    } else {
        1
    };
    let book = book::whole(listed, number, depth.into());
    if form == Form::Best {
        let (bid, ask) = (level(&book.bids[0]), level(&book.asks[0]));
        return format!(
            r#"{{"channel":"bbo","data":{{"coin":"{coin}","time":{stamp},"bbo":[{bid},{ask}]}}}}"#
        );
    }
    let side = |levels: &Levels| levels.iter().map(level).collect::<Vec<_>>().join(",");
    let (bids, asks) = (side(&book.bids), side(&book.asks));
    format!(
        r#"{{"channel":"l2Book","data":{{"coin":"{coin}","time":{stamp},"levels":[[{bids}],[{asks}]]}}}}"#
    )
}

fn level((price, qty): &(host::domain::Price, host::domain::Qty)) -> String {
    let px = padded(*price, 1);
    format!(r#"{{"px":"{px}","sz":"{qty}","n":1}}"#)
}
