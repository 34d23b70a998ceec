//! Binance USD-M: streams in the address or by message, frames in the order of fields of the recordings of 2026
//! (`fixtures/exchanges/binance/ws_live.2026-09-27.jsonl`).

use host::domain::{Candle, Price};
use serde_json::Value;

use super::hub::{Form, Heard, Topic};
use super::script::{MINUTE, Moment, What};
use super::text::padded;
use crate::venue_stub::book::{self, Book, Levels};
use crate::venue_stub::{Listed, Market, Trade, Venue};

/// Which streams a path carries; others are acknowledged and silent (section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Public,
    Market,
}

/// The class of a path, whether frames are wrapped, and the streams named in the address.
pub(super) fn door(path: &str, query: &str) -> Option<(Class, bool, Vec<String>)> {
    let (class, rest) = match path.strip_prefix("/market") {
        Some(rest) => (Class::Market, rest),
        // Without a class only book data comes.
        None => (Class::Public, path.strip_prefix("/public").unwrap_or(path)),
    };
    let names = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
    if rest == "/stream" {
        let streams = query.strip_prefix("streams=").map(names);
        return Some((class, true, streams.unwrap_or_default()));
    }
    let streams = rest.strip_prefix("/ws")?;
    let streams = streams.strip_prefix('/').map(names);
    Some((class, false, streams.unwrap_or_default()))
}

/// What a client's message does. `is_refused`: the venue complains instead.
pub(super) fn hear(market: &Market, class: Class, text: &str, is_refused: bool) -> Heard {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    let id = message["id"].clone();
    let params = message["params"].as_array().cloned().unwrap_or_default();
    let names = params.iter().filter_map(Value::as_str);
    let topics = names
        .filter_map(|name| topic(market, class, name))
        .collect();
    let answer = |answer: String| Heard {
        answers: vec![answer],
        ..Heard::default()
    };
    match message["method"].as_str() {
        _ if is_refused => answer(format!(
            r#"{{"error":{{"code":3,"msg":"Internal server error"}},"id":{id}}}"#
        )),
        Some("SUBSCRIBE") => Heard {
            subscribe: topics,
            ..answer(format!(r#"{{"result":null,"id":{id}}}"#))
        },
        Some("UNSUBSCRIBE") => Heard {
            unsubscribe: topics,
            ..answer(format!(r#"{{"result":null,"id":{id}}}"#))
        },
        _ => answer(
            r#"{"error":{"code":2,"msg":"Invalid request: unknown variant"},"id":""}"#.to_owned(),
        ),
    }
}

/// The topic of a stream; none where this class does not carry it.
pub(super) fn topic(market: &Market, class: Class, stream: &str) -> Option<Topic> {
    let (symbol, kind) = stream.split_once('@')?;
    let is_it = |l: &Listed| l.venue == Venue::BinanceFutures && l.symbol.to_lowercase() == symbol;
    let listed = market.listed.iter().position(is_it)?;
    let (of, form) = match kind {
        "kline_1m" => (Class::Market, Form::Candles),
        "aggTrade" => (Class::Market, Form::Trades),
        "markPrice@1s" => (Class::Market, Form::Mark),
        "forceOrder" => (Class::Market, Form::Liquidations),
        "bookTicker" => (Class::Public, Form::Best),
        "depth@100ms" => (Class::Public, Form::BookChanges(0)),
        "depth5@100ms" => (Class::Public, Form::Book(5)),
        "depth10@100ms" => (Class::Public, Form::Book(10)),
        "depth20@100ms" => (Class::Public, Form::Book(20)),
        _ => return None,
    };
    (of == class).then_some(Topic { listed, form })
}

/// The frame of a moment, in the envelope of the combined streams or bare.
pub(super) fn frame(listed: &Listed, moment: &Moment, form: Form, is_wrapped: bool) -> String {
    let (stream, data) = stream_and_data(listed, moment, form);
    if !is_wrapped {
        return data;
    }
    let symbol = listed.symbol.to_lowercase();
    format!(r#"{{"stream":"{symbol}@{stream}","data":{data}}}"#)
}

fn stream_and_data(listed: &Listed, moment: &Moment, form: Form) -> (String, String) {
    let (name, stamp) = (&listed.symbol, moment.stamp);
    match moment.what {
        What::Candle {
            candle, is_closed, ..
        } => {
            let k = kline(name, &candle, is_closed);
            let data = format!(r#"{{"e":"kline","E":{stamp},"s":"{name}","k":{k}}}"#);
            ("kline_1m".to_owned(), data)
        }
        What::Mark(told) => {
            let (mark, index) = (told.mark, told.index);
            let (p, i) = (padded(mark, 8), padded(index, 8));
            let (r, next) = (padded(told.rate, 8), told.next_funding);
            let data = format!(
                r#"{{"e":"markPriceUpdate","E":{stamp},"s":"{name}","p":"{p}","ap":"{p}","P":"{i}","i":"{i}","r":"{r}","T":{next},"st":1}}"#
            );
            ("markPrice@1s".to_owned(), data)
        }
        What::Trade { trade, id } => {
            let (p, q, at) = (padded(trade.price, 2), trade.size, trade.time);
            let is_buyer_maker = !trade.is_taker_buy;
            let data = format!(
                r#"{{"e":"aggTrade","E":{stamp},"a":{id},"s":"{name}","p":"{p}","q":"{q}","nq":"{q}","f":{id},"l":{id},"T":{at},"m":{is_buyer_maker},"st":1}}"#
            );
            ("aggTrade".to_owned(), data)
        }
        What::Liquidation(order) => ("forceOrder".to_owned(), liquidation(name, stamp, &order)),
        What::Book(number) => book_data(listed, stamp, number, form),
    }
}

fn kline(name: &str, candle: &Candle, is_closed: bool) -> String {
    let (t, end) = (candle.open_time.0, candle.open_time.0 + MINUTE - 1);
    let [o, h, l, c] =
        [candle.open, candle.high, candle.low, candle.close].map(|price| padded(price, 2));
    let (v, q, n) = (candle.volume, candle.quote_volume, candle.trades as i64);
    let taker = candle.taker_buy_volume;
    let taker_quote = taker * candle.close.to_f64();
    // Ids that no two minutes share; -1 where there was no trade.
    let first = t / MINUTE * 100_000;
    let (f, last) = if n == 0 {
        (-1, -1)
    } else {
        (first, first + n - 1)
    };
    format!(
        r#"{{"t":{t},"T":{end},"s":"{name}","i":"1m","f":{f},"L":{last},"o":"{o}","c":"{c}","h":"{h}","l":"{l}","v":"{v}","n":{n},"x":{is_closed},"q":"{q}","V":"{taker}","Q":"{taker_quote}","B":"0"}}"#
    )
}

/// `S` is the side of the order: SELL closes a long.
fn liquidation(name: &str, stamp: i64, order: &Trade) -> String {
    let side = if order.is_taker_buy { "BUY" } else { "SELL" };
    let (q, p, at) = (order.size, padded(order.price, 2), order.time);
    format!(
        r#"{{"e":"forceOrder","E":{stamp},"o":{{"s":"{name}","S":"{side}","o":"LIMIT","f":"IOC","q":"{q}","p":"{p}","ap":"{p}","X":"FILLED","l":"{q}","z":"{q}","T":{at},"ps":"{name}","st":1}}}}"#
    )
}

fn book_data(listed: &Listed, stamp: i64, number: i64, form: Form) -> (String, String) {
    let name = &listed.symbol;
    let (first, last) = book::numbers(number);
    let (before, at) = (first - 1, book::time(number));
    match form {
        Form::Best => {
            let book = book::whole(listed, number, 1);
            let ((b, bid), (a, ask)) = (book.bids[0], book.asks[0]);
            let (b, a) = (padded(b, 2), padded(a, 2));
            let data = format!(
                r#"{{"e":"bookTicker","u":{last},"s":"{name}","ps":"{name}","b":"{b}","B":"{bid}","a":"{a}","A":"{ask}","T":{at},"E":{stamp},"st":1}}"#
            );
            ("bookTicker".to_owned(), data)
        }
        Form::Book(depth) => {
            let book = book::whole(listed, number, depth.into());
            let data = depth_update(name, stamp, (first, last, before), &book);
            (format!("depth{depth}@100ms"), data)
        }
        _ => {
            let change = book::change(listed, number);
            let data = depth_update(name, stamp, (first, last, before), &change);
            ("depth@100ms".to_owned(), data)
        }
    }
}

fn depth_update(name: &str, stamp: i64, ids: (i64, i64, i64), book: &Book) -> String {
    let (first, last, before) = ids;
    let (b, a) = (levels(&book.bids), levels(&book.asks));
    format!(
        r#"{{"e":"depthUpdate","E":{stamp},"T":{stamp},"s":"{name}","U":{first},"u":{last},"pu":{before},"b":{b},"a":{a}}}"#
    )
}

fn levels(levels: &Levels) -> String {
    let level = |(price, qty): &(Price, _)| format!(r#"["{}","{qty}"]"#, padded(*price, 2));
    let texts: Vec<String> = levels.iter().map(level).collect();
    format!("[{}]", texts.join(","))
}
