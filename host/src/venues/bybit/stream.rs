//! What is live on Bybit: topics, and frames that become events.
//!
//! * A request subscribes the topics of one symbol: whether a topic the venue does not know voids the others of its request is not
//!   documented, so that a wrong symbol harms only itself.
//! * Updates of books count up by one; a snapshot replaces everything, and the number 1 is one whatever it calls itself.
//! * There are no marks of candles: `tickers` carries mark, index, funding and open interest, after the first frame only what changed.

use std::collections::BTreeMap;

use super::wire::frames::{Envelope, Frame, FrameKind, Kline, Liquidation, Trade};
use super::wire::market::{Book, Level, Ticker};
use super::wire::{Maybe, SideName, answer, decode};
use super::{Bybit, LIVE, interval_of, timeframe_of};
use crate::domain::{Direction, Price, Qty, Side, Symbol, Timestamp};
use crate::venues::rest::{Request, WireError, shown};
use crate::venues::stream::{
    BookFrame, BookKind, Channel, Connection, Follows, LiquidationFrame, MarkFrame, Stream,
    StreamEvent, TradeFrame,
};

/// Depths there are.
const DEPTHS: [u16; 4] = [1, 50, 200, 1_000];

/// Characters of all topics of a connection; the venue allows 21,000.
const TOPICS_CHARS: usize = 20_000;

/// The venue closes what is silent; it asks for a ping this often.
const PING_MS: u64 = 20_000;

/// Two pings without an answer.
const SILENCE_MS: u64 = 45_000;

impl Stream for Bybit {
    fn connections(
        &self,
        wanted: &[(String, Channel)],
    ) -> (Vec<Connection>, Vec<(String, Channel)>) {
        let mut absent = Vec::new();
        let mut symbols: BTreeMap<&str, Vec<(Channel, String)>> = BTreeMap::new();
        for (symbol, channel) in wanted {
            match topic(symbol, *channel) {
                Some(topic) => symbols.entry(symbol).or_default().push((*channel, topic)),
                None => absent.push((symbol.clone(), *channel)),
            }
        }
        let mut connections: Vec<Connection> = Vec::new();
        let mut chars = 0;
        for (symbol, topics) in symbols {
            let size: usize = topics.iter().map(|(_, topic)| topic.len() + 3).sum();
            if connections.is_empty() || chars + size > TOPICS_CHARS {
                connections.push(connection());
                chars = 0;
            }
            chars += size;
            let last = connections.last_mut().expect("one was pushed");
            last.subscribe.push(subscription(symbol, &topics));
            let carries = topics
                .iter()
                .map(|(channel, _)| (symbol.to_owned(), *channel));
            last.carries.extend(carries);
        }
        (connections, absent)
    }

    fn read(&self, frame: &str) -> Result<Vec<StreamEvent>, WireError> {
        let envelope: Envelope<'_> = decode("frame", frame.as_bytes())?;
        let Some(topic) = &envelope.topic else {
            return control(&envelope, frame);
        };
        let (kind, rest) = topic.split_once('.').unwrap_or((topic, ""));
        match kind {
            "kline" => candles(rest, frame),
            "publicTrade" => trades(frame),
            "tickers" => mark(frame),
            "allLiquidation" => liquidations(frame),
            "orderbook" => book(frame),
            _ => Ok(Vec::new()),
        }
    }

    /// None: every subscription begins with a whole book, and subscribing again is how to get another.
    fn book_request(&self, _: &Symbol, _: u16) -> Option<Request> {
        None
    }

    fn read_book(&self, symbol: &str, body: &[u8]) -> Result<BookFrame, WireError> {
        let book: Book = answer("order book", body)?.result;
        if book.s != symbol {
            return Err(WireError(format!(
                "bybit order book of {symbol}: the answer is of {}",
                shown(&book.s)
            )));
        }
        book_frame(book, BookKind::Snapshot, Maybe(None))
    }

    fn follows(&self, last: &BookFrame, next: &BookFrame) -> Follows {
        let (known, number) = (last.ids.1, next.ids.1);
        match next.kind {
            BookKind::Snapshot => Follows::Yes,
            BookKind::Delta if number <= known => Follows::Old,
            BookKind::Delta if number - 1 == known => Follows::Yes,
            BookKind::Delta => Follows::Gap,
        }
    }
}

/// The topic of a channel, where there is one.
fn topic(symbol: &str, channel: Channel) -> Option<String> {
    Some(match channel {
        Channel::Candles(timeframe) => format!("kline.{}.{symbol}", interval_of(timeframe)?),
        Channel::Trades => format!("publicTrade.{symbol}"),
        Channel::Mark => format!("tickers.{symbol}"),
        Channel::Liquidations => format!("allLiquidation.{symbol}"),
        Channel::Book(levels) => {
            let depth = DEPTHS.into_iter().find(|depth| *depth >= levels)?;
            format!("orderbook.{depth}.{symbol}")
        }
    })
}

fn subscription(symbol: &str, topics: &[(Channel, String)]) -> String {
    let mut args: Vec<&str> = topics.iter().map(|(_, topic)| topic.as_str()).collect();
    args.sort_unstable();
    // Two depths that are served by the same topic.
    args.dedup();
    serde_json::json!({"req_id": symbol, "op": "subscribe", "args": args}).to_string()
}

fn connection() -> Connection {
    Connection {
        place: LIVE,
        path: "/v5/public/linear".to_owned(),
        subscribe: Vec::new(),
        ping: Some((r#"{"op":"ping"}"#.to_owned(), PING_MS)),
        life_ms: None,
        silence_ms: SILENCE_MS,
        carries: Vec::new(),
    }
}

/// Answers to what we sent.
fn control(envelope: &Envelope<'_>, frame: &str) -> Result<Vec<StreamEvent>, WireError> {
    let Some(op) = &envelope.op else {
        return Err(WireError(format!(
            "bybit frame `{}` has neither topic nor op",
            shown(frame).escape_debug()
        )));
    };
    if envelope.success != Some(false) {
        return Ok(vec![StreamEvent::Control]);
    }
    let why = envelope.ret_msg.as_deref().unwrap_or_default();
    let whose = envelope.req_id.as_deref().unwrap_or_default();
    Ok(vec![StreamEvent::Refused(format!(
        "bybit refuses to {} {}: {}",
        shown(op),
        shown(whose),
        shown(why)
    ))])
}

fn candles(rest: &str, frame: &str) -> Result<Vec<StreamEvent>, WireError> {
    let (interval, symbol) = rest.split_once('.').unwrap_or((rest, ""));
    let timeframe = timeframe_of(interval).ok_or_else(|| {
        WireError(format!(
            "bybit frame: candles of unknown length `{}`",
            shown(interval)
        ))
    })?;
    let frame: Frame<Vec<Kline>> = decode("kline frame", frame.as_bytes())?;
    let event = |kline: Kline| StreamEvent::Candle {
        symbol: symbol.to_owned(),
        timeframe,
        candle: kline.candle(),
        is_closed: Some(kline.confirm),
    };
    Ok(frame.data.into_iter().map(event).collect())
}

fn trades(frame: &str) -> Result<Vec<StreamEvent>, WireError> {
    let frame: Frame<Vec<Trade>> = decode("publicTrade frame", frame.as_bytes())?;
    let event = |trade: Trade| {
        Ok(StreamEvent::Trade(TradeFrame {
            taker: side("trade", trade.side)?,
            symbol: trade.symbol,
            time: trade.time.0,
            id: trade.id,
            price: trade.price.0,
            qty: trade.qty.0,
            is_market: !trade.is_block_trade,
        }))
    };
    frame.data.into_iter().map(event).collect()
}

fn liquidations(frame: &str) -> Result<Vec<StreamEvent>, WireError> {
    let frame: Frame<Vec<Liquidation>> = decode("allLiquidation frame", frame.as_bytes())?;
    let event = |liquidation: Liquidation| {
        let direction = match side("liquidation", liquidation.side)? {
            Side::Buy => Direction::Long,
            Side::Sell => Direction::Short,
        };
        Ok(StreamEvent::Liquidation(LiquidationFrame {
            symbol: liquidation.symbol,
            time: liquidation.time.0,
            direction,
            qty: liquidation.qty.0,
            price: liquidation.price.0,
        }))
    };
    frame.data.into_iter().map(event).collect()
}

/// A frame that changed nothing of what is kept (best prices move ten times a second) is no event.
fn mark(frame: &str) -> Result<Vec<StreamEvent>, WireError> {
    let frame: Frame<Ticker> = decode("tickers frame", frame.as_bytes())?;
    let ticker = frame.data;
    let mark = MarkFrame {
        symbol: ticker.symbol,
        time: frame.ts.0,
        mark: ticker.mark_price.0.map(|p| p.0),
        index: ticker.index_price.0.map(|p| p.0),
        funding_rate: ticker.funding_rate.0,
        next_funding: ticker.next_funding_time.0.filter(|t| *t > Timestamp(0)),
        open_interest: ticker.open_interest.0,
    };
    let tells = mark.mark.is_some()
        || mark.index.is_some()
        || mark.funding_rate.is_some()
        || mark.next_funding.is_some()
        || mark.open_interest.is_some();
    Ok(tells
        .then_some(StreamEvent::Mark(mark))
        .into_iter()
        .collect())
}

fn book(frame: &str) -> Result<Vec<StreamEvent>, WireError> {
    let frame: Frame<Book> = decode("orderbook frame", frame.as_bytes())?;
    let is_whole = frame.kind == Some(FrameKind::Snapshot) || frame.data.u == 1;
    let kind = if is_whole {
        BookKind::Snapshot
    } else {
        BookKind::Delta
    };
    let time = Maybe(frame.cts.0.or(frame.ts.0));
    book_frame(frame.data, kind, time).map(|book| vec![StreamEvent::Book(book)])
}

fn book_frame(book: Book, kind: BookKind, time: Maybe<Timestamp>) -> Result<BookFrame, WireError> {
    let levels = |side: Vec<Level>| -> Vec<(Price, Qty)> {
        side.into_iter().map(|Level(p, q)| (p.0, q.0)).collect()
    };
    let time = time.0.or(book.ts.0);
    Ok(BookFrame {
        time: time.ok_or_else(|| WireError(format!("bybit book {}: no time", book.u)))?,
        symbol: book.s,
        kind,
        ids: (book.u, book.u),
        previous: None,
        bids: levels(book.b),
        asks: levels(book.a),
    })
}

fn side(what: &str, name: SideName) -> Result<Side, WireError> {
    name.side()
        .ok_or_else(|| WireError(format!("bybit {what}: it has no side")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timeframe;

    fn wanted(symbol: &str, channel: Channel) -> (String, Channel) {
        (symbol.to_owned(), channel)
    }

    #[test]
    fn a_request_has_the_topics_of_one_symbol() {
        let all = [
            wanted("BTCUSDT", Channel::Candles(Timeframe::M1)),
            wanted("ETHUSDT", Channel::Trades),
            wanted("BTCUSDT", Channel::Book(20)),
            wanted("BTCUSDT", Channel::Book(50)),
            wanted("BTCUSDT", Channel::Mark),
            wanted("BTCUSDT", Channel::Liquidations),
            wanted("BTCUSDT", Channel::Book(1_001)),
            wanted("BTCUSDT", Channel::Candles(Timeframe::H8)),
        ];
        let (connections, absent) = Bybit.connections(&all);
        assert_eq!(absent, all[6..]);
        let [connection] = connections.as_slice() else {
            panic!("{} connections", connections.len());
        };
        assert_eq!(
            connection.subscribe,
            [
                r#"{"args":["allLiquidation.BTCUSDT","kline.1.BTCUSDT","orderbook.50.BTCUSDT","tickers.BTCUSDT"],"op":"subscribe","req_id":"BTCUSDT"}"#,
                r#"{"args":["publicTrade.ETHUSDT"],"op":"subscribe","req_id":"ETHUSDT"}"#,
            ]
        );
        assert_eq!(connection.carries.len(), 6);
        assert_eq!(
            connection.ping,
            Some((r#"{"op":"ping"}"#.to_owned(), 20_000))
        );
        assert!(Bybit.connections(&[]).0.is_empty());
    }

    #[test]
    fn a_connection_stays_below_the_characters_it_may_ask_for() {
        let many: Vec<_> = (0..2_000)
            .map(|n| wanted(&format!("COIN{n}USDT"), Channel::Trades))
            .collect();
        let (connections, _) = Bybit.connections(&many);
        assert!(connections.len() > 1);
        let carried: usize = connections.iter().map(|c| c.carries.len()).sum();
        assert_eq!(carried, 2_000);
        for connection in &connections {
            let topic = |(s, c): &(String, Channel)| topic(s, *c).expect("a topic").len();
            let chars: usize = connection.carries.iter().map(topic).sum();
            assert!(chars < 21_000, "{chars}");
        }
    }

    #[test]
    fn complaints_name_what_they_are_about() {
        let frame = r#"{"success":false,"ret_msg":"error:handler not found,topic:liquidation.BTCUSDT","conn_id":"x","req_id":"BTCUSDT","op":"subscribe"}"#;
        assert_eq!(
            Bybit.read(frame),
            Ok(vec![StreamEvent::Refused(
                "bybit refuses to subscribe BTCUSDT: error:handler not found,topic:liquidation.BTCUSDT".to_owned()
            )])
        );
        assert_eq!(
            Bybit.read(r#"{"op":"pong","args":["1"]}"#),
            Ok(vec![StreamEvent::Control])
        );
        assert_eq!(
            Bybit.read(r#"{"topic":"insurance.USDT","data":{}}"#),
            Ok(vec![])
        );
        assert!(Bybit.read("{}").is_err() && Bybit.read("[]").is_err() && Bybit.read("").is_err());
    }

    #[test]
    fn block_trades_are_no_part_of_the_market() {
        let trade = r#"{"topic":"publicTrade.BTCUSDT","data":[{"T":1,"s":"BTCUSDT","S":"Sell","v":"5","p":"7","i":"a","BT":true,"RPI":false}]}"#;
        let events = Bybit.read(trade).expect("reads");
        let StreamEvent::Trade(trade) = &events[0] else {
            panic!("{events:?}");
        };
        assert!(!trade.is_market && trade.taker == Side::Sell);
    }

    #[test]
    fn tickers_tell_what_changed() {
        let read = |data: &str| {
            let frame = format!(
                r#"{{"topic":"tickers.BTCUSDT","type":"delta","ts":5,"data":{{"symbol":"BTCUSDT",{data}}}}}"#
            );
            Bybit.read(&frame).expect("reads")
        };
        let events = read(r#""markPrice":"10.5","fundingRate":"""#);
        let StreamEvent::Mark(mark) = &events[0] else {
            panic!("{events:?}");
        };
        assert_eq!(
            (mark.mark, mark.funding_rate, mark.index),
            (Some(Price(1_050_000_000)), None, None)
        );
        assert!(read(r#""bid1Price":"10.5""#).is_empty());
    }

    #[test]
    fn the_number_one_is_a_new_book() {
        let book = |kind: &str, u: u64| {
            let frame = format!(
                r#"{{"topic":"orderbook.50.BTCUSDT","type":"{kind}","ts":5,"data":{{"s":"BTCUSDT","b":[["1","0"]],"a":[],"u":{u}}}}}"#
            );
            match Bybit.read(&frame).expect("reads").remove(0) {
                StreamEvent::Book(book) => book,
                other => panic!("{other:?}"),
            }
        };
        let last = book("snapshot", 7);
        for (next, follows) in [
            (book("delta", 8), Follows::Yes),
            (book("delta", 7), Follows::Old),
            (book("delta", 9), Follows::Gap),
            (book("delta", 1), Follows::Yes),
            (book("snapshot", 7), Follows::Yes),
        ] {
            assert_eq!(
                Bybit.follows(&last, &next),
                follows,
                "{:?} {:?}",
                next.kind,
                next.ids
            );
        }
        assert_eq!(last.bids, [(Price(100_000_000), Qty(0))]);
    }
}
