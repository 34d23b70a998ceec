//! Bybit v5 linear: topics in groups, a snapshot where a topic begins, then what changed. Frames as in
//! `fixtures/exchanges/bybit/ws_live.2026-09-26.jsonl` and the documented `doc_ws_kline.json`.

use host::domain::Candle;
use serde_json::Value;

use super::hub::{Form, Heard, Topic};
use super::script::{self, MINUTE, Mark, Moment, What};
use super::text::padded;
use crate::venue_stub::book::{self, Book, Levels};
use crate::venue_stub::{Listed, Market, Trade, Venue};

/// What a client's message does. One bad topic refuses the whole message.
pub(super) fn hear(market: &Market, text: &str, is_refused: bool) -> Heard {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    let id = message["req_id"].as_str().unwrap_or_default();
    let op = message["op"].as_str().unwrap_or_default();
    let args = message["args"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = args.iter().filter_map(Value::as_str).collect();
    let told: Vec<_> = names
        .iter()
        .map(|name| (*name, topic(market, name)))
        .collect();
    let bad = told.iter().find(|(_, topic)| topic.is_none());
    let answer = |is_good: bool, why: &str| Heard {
        answers: vec![format!(
            r#"{{"success":{is_good},"ret_msg":"{why}","conn_id":"sim","req_id":"{id}","op":"{op}"}}"#
        )],
        ..Heard::default()
    };
    let topics = told.iter().filter_map(|(_, topic)| *topic).collect();
    match op {
        "ping" => answer(true, "pong"),
        _ if is_refused => answer(false, "server is busy, try again"),
        "subscribe" | "unsubscribe" if bad.is_some() => {
            let name = bad.map_or("", |(name, _)| *name);
            answer(false, &format!("error:handler not found,topic:{name}"))
        }
        "subscribe" => Heard {
            subscribe: topics,
            ..answer(true, "")
        },
        "unsubscribe" => Heard {
            unsubscribe: topics,
            ..answer(true, "")
        },
        _ => answer(false, "error:unknown op"),
    }
}

fn topic(market: &Market, name: &str) -> Option<Topic> {
    let (kind, symbol) = name.rsplit_once('.')?;
    let is_it = |l: &Listed| l.venue == Venue::Bybit && l.symbol == symbol;
    let listed = market.listed.iter().position(is_it)?;
    let form = match kind {
        "kline.1" => Form::Candles,
        "tickers" => Form::Mark,
        "publicTrade" => Form::Trades,
        "allLiquidation" => Form::Liquidations,
        // Depth 1 sends whole books only.
        "orderbook.1" => Form::Book(1),
        "orderbook.50" => Form::BookChanges(50),
        "orderbook.200" => Form::BookChanges(200),
        "orderbook.1000" => Form::BookChanges(1_000),
        _ => return None,
    };
    Some(Topic { listed, form })
}

/// What a topic begins with.
pub(super) fn greeting(listed: &Listed, form: Form, now: i64) -> Option<String> {
    match form {
        Form::Mark => {
            let mark = script::mark_at(listed, now)?;
            Some(ticker(listed, now, "snapshot", &mark, None))
        }
        Form::Book(depth) | Form::BookChanges(depth) => {
            let number = book::at(now);
            let whole = book::whole(listed, number, depth.into());
            Some(order_book(listed, now, ("snapshot", depth), number, &whole))
        }
        _ => None,
    }
}

/// The frame of a moment.
pub(super) fn frame(listed: &Listed, moment: &Moment, form: Form) -> String {
    let (name, stamp) = (&listed.symbol, moment.stamp);
    match moment.what {
        What::Candle {
            candle,
            is_closed,
            next,
            ..
        } => {
            let mut rows = vec![kline(&candle, is_closed, stamp)];
            rows.extend(next.map(|next| kline(&next, false, stamp)));
            let rows = rows.join(",");
            format!(
                r#"{{"topic":"kline.1.{name}","type":"snapshot","ts":{stamp},"data":[{rows}]}}"#
            )
        }
        What::Mark(mark) => {
            let before = script::mark_at(listed, moment.at - 1);
            ticker(listed, stamp, "delta", &mark, before.as_ref())
        }
        What::Trade { trade, id } => {
            let (side, at) = (side(&trade), trade.time);
            let (v, p) = (trade.size, trade.price);
            // An id of the form of theirs that counts.
            let uuid = format!("00000000-0000-5000-8000-{id:012}");
            format!(
                r#"{{"topic":"publicTrade.{name}","type":"snapshot","ts":{stamp},"data":[{{"T":{at},"s":"{name}","S":"{side}","v":"{v}","p":"{p}","L":"ZeroMinusTick","i":"{uuid}","BT":false,"RPI":false,"seq":{id}}}]}}"#
            )
        }
        What::Liquidation(order) => {
            // The side of the position, which is the other one.
            let side = if order.is_taker_buy { "Sell" } else { "Buy" };
            let (at, v, p) = (order.time, order.size, order.price);
            format!(
                r#"{{"topic":"allLiquidation.{name}","type":"snapshot","ts":{stamp},"data":[{{"T":{at},"s":"{name}","S":"{side}","v":"{v}","p":"{p}"}}]}}"#
            )
        }
        What::Book(number) => match form {
            Form::Book(depth) => {
                let whole = book::whole(listed, number, depth.into());
                order_book(listed, stamp, ("snapshot", depth), number, &whole)
            }
            Form::BookChanges(depth) => {
                let change = book::change(listed, number);
                order_book(listed, stamp, ("delta", depth), number, &change)
            }
            _ => unreachable!("{form:?} is no form of a book"),
        },
    }
}

fn side(trade: &Trade) -> &'static str {
    if trade.is_taker_buy { "Buy" } else { "Sell" }
}

fn kline(candle: &Candle, is_closed: bool, stamp: i64) -> String {
    let Candle {
        open_time,
        open,
        high,
        low,
        close,
        volume,
        quote_volume,
        ..
    } = candle;
    let (start, end) = (open_time.0, open_time.0 + MINUTE - 1);
    format!(
        r#"{{"start":{start},"end":{end},"interval":"1","open":"{open}","close":"{close}","high":"{high}","low":"{low}","volume":"{volume}","turnover":"{quote_volume}","confirm":{is_closed},"timestamp":{stamp}}}"#
    )
}

/// Fields that are as they were before are left out.
fn ticker(listed: &Listed, stamp: i64, kind: &str, mark: &Mark, before: Option<&Mark>) -> String {
    let mut fields = vec![format!(r#""symbol":"{}""#, listed.symbol)];
    let mut add = |name: &str, value: String, was: Option<String>| {
        if was.as_ref() != Some(&value) {
            fields.push(format!(r#""{name}":"{value}""#));
        }
    };
    let was = |of: fn(&Mark) -> String| before.map(of);
    let price = |m: &Mark| padded(m.mark, 2);
    let index = |m: &Mark| padded(m.index, 2);
    let rate = |m: &Mark| padded(m.rate, 8);
    let next = |m: &Mark| m.next_funding.to_string();
    add("markPrice", price(mark), was(price));
    add("indexPrice", index(mark), was(index));
    add("fundingRate", rate(mark), was(rate));
    add("nextFundingTime", next(mark), was(next));
    // Best prices move all the time; what nobody reads comes with a snapshot alone.
    let moving = format!("{}.5", stamp / 1_000 % 100);
    add("bid1Size", moving.clone(), None);
    if before.is_none() {
        let last = price(mark);
        for name in ["lastPrice", "bid1Price", "ask1Price"] {
            add(name, last.clone(), None);
        }
        add("ask1Size", moving, None);
        add("openInterest", "58183.909".to_owned(), None);
        add("volume24h", "51085.9410".to_owned(), None);
        add("turnover24h", "4295596438.8240".to_owned(), None);
    }
    let fields = fields.join(",");
    let name = &listed.symbol;
    format!(
        r#"{{"topic":"tickers.{name}","type":"{kind}","data":{{{fields}}},"cs":{stamp},"ts":{stamp}}}"#
    )
}

fn order_book(
    listed: &Listed,
    stamp: i64,
    (kind, depth): (&str, u16),
    number: i64,
    book: &Book,
) -> String {
    let name = &listed.symbol;
    let (b, a) = (levels(&book.bids), levels(&book.asks));
    format!(
        r#"{{"topic":"orderbook.{depth}.{name}","type":"{kind}","ts":{stamp},"data":{{"s":"{name}","b":{b},"a":{a},"u":{number},"seq":{number}}},"cts":{stamp}}}"#
    )
}

fn levels(levels: &Levels) -> String {
    let texts = levels
        .iter()
        .map(|(price, qty)| format!(r#"["{price}","{qty}"]"#));
    format!("[{}]", texts.collect::<Vec<_>>().join(","))
}
