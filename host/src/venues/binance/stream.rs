//! What the venue sends live: candles, trades, mark prices, liquidations, the order book.
//!
//! * Futures: book data comes on `/public`, everything else on `/market`; a subscription at the wrong one is acknowledged and silent.
//! * A connection carries at most 200 streams and lives 24 hours; it is replaced after 23. The venue's pings are websocket frames,
//!   answered below this layer.
//! * The order book is a whole book by request, then every change by its numbers ([`Follows`]): futures say the number a change
//!   follows, on spot each change begins with the number after the last one.
//! * Trades are aggregate trades: one taker at one price. Fills of the insurance fund and ADL are not among them; in raw trades they are,
//!   and marked.
//! * Liquidations are at most one a second and symbol: a sample.

use serde::Deserialize;
use serde_json::Value;

use super::errors::ErrorBody;
use super::requests::market;
use super::wire::frames::{DepthUpdate, Event, Kline, LiquidationOrder, MarkPrice, TradeEvent};
use super::wire::market::Depth;
use super::wire::{Decimal, json, moment};
use super::{FUTURES_STREAM, SPOT_STREAM, has_timeframe};
use crate::domain::{
    Candle, Direction, InstrumentKind, Price, Qty, Side, Symbol, Timeframe, Timestamp,
};
use crate::venues::rest::{Place, Request, WireError, computed_price, shown};
use crate::venues::stream::{
    BookFrame, BookKind, Channel, Connection, Follows, LiquidationFrame, MarkFrame, Stream,
    StreamEvent, TradeFrame,
};

/// Streams of one connection; the venue allows 1,024 today and has allowed 200.
const STREAMS_MAX: usize = 200;
/// Streams of one message, which keeps it short.
const STREAMS_A_MESSAGE: usize = 50;
/// Connections live 24 hours.
const LIFE_MS: u64 = 23 * 3_600_000;
/// USD-M, where a frame says its family.
const USD_M: u8 = 1;

/// The streams of one market of Binance.
#[derive(Debug, Clone, Copy)]
pub struct BinanceStream {
    kind: InstrumentKind,
}

impl BinanceStream {
    /// Of perpetuals or of spot.
    #[must_use]
    pub fn new(kind: InstrumentKind) -> Self {
        Self { kind }
    }

    fn place(self) -> Place {
        match self.kind {
            InstrumentKind::LinearPerpetual => FUTURES_STREAM,
            InstrumentKind::Spot => SPOT_STREAM,
        }
    }

    /// Path and stream of a channel; none where the venue has no such.
    fn route(self, symbol: &str, channel: Channel) -> Option<(&'static str, String)> {
        let is_perpetual = self.kind == InstrumentKind::LinearPerpetual;
        let (class, stream) = match channel {
            Channel::Candles(timeframe) if has_timeframe(timeframe) => {
                ("/market/stream", format!("kline_{timeframe}"))
            }
            Channel::Trades => ("/market/stream", "aggTrade".to_owned()),
            Channel::Mark if is_perpetual => ("/market/stream", "markPrice@1s".to_owned()),
            Channel::Liquidations if is_perpetual => ("/market/stream", "forceOrder".to_owned()),
            Channel::Book(_) => ("/public/stream", "depth@100ms".to_owned()),
            _ => return None,
        };
        let path = if is_perpetual { class } else { "/stream" };
        Some((path, format!("{}@{stream}", symbol.to_lowercase())))
    }
}

impl Stream for BinanceStream {
    fn connections(
        &self,
        wanted: &[(String, Channel)],
    ) -> (Vec<Connection>, Vec<(String, Channel)>) {
        let mut missing = Vec::new();
        let mut routes: Vec<(&'static str, Vec<Subscribed>)> = Vec::new();
        for (symbol, channel) in wanted {
            let carried = (symbol.clone(), *channel);
            let Some((path, stream)) = self.route(symbol, *channel) else {
                missing.push(carried);
                continue;
            };
            match routes.iter_mut().find(|(p, _)| *p == path) {
                Some((_, streams)) => streams.push((stream, carried)),
                None => routes.push((path, vec![(stream, carried)])),
            }
        }
        let connections = routes.iter().flat_map(|(path, streams)| {
            streams
                .chunks(STREAMS_MAX)
                .map(|chunk| connection(self.place(), path, chunk))
        });
        (connections.collect(), missing)
    }

    fn read(&self, frame: &str) -> Result<Vec<StreamEvent>, WireError> {
        let value: Value = json("frame", frame.as_bytes())?;
        let Value::Object(mut fields) = value else {
            return Err(unknown(frame));
        };
        if let Some(event) = reply(&fields) {
            return Ok(vec![event]);
        }
        let stream = fields.remove("stream");
        let data = match fields.remove("data") {
            Some(data) => data,
            None if stream.is_none() => Value::Object(fields),
            None => return Err(unknown(frame)),
        };
        // Spot sends best prices without saying what they are.
        if !data.is_object() || data.get("e").is_none() {
            let is_known = stream.is_some() || data.get("u").is_some();
            return if is_known {
                Ok(Vec::new())
            } else {
                Err(unknown(frame))
            };
        }
        let event = Event::deserialize(data)
            .map_err(|e| WireError(format!("binance frame: {e} in `{}`", shown(frame))))?;
        let stream = stream.as_ref().and_then(Value::as_str).unwrap_or_default();
        Ok(event_of(event, stream)?.into_iter().collect())
    }

    fn book_request(&self, symbol: &Symbol, levels: u16) -> Option<Request> {
        let is_spot = symbol.market() == InstrumentKind::Spot;
        // Changes touch every level of the book, so more levels than wanted are asked for where they cost the same.
        let steps: [(u16, u32); 4] = match is_spot {
            true => [(100, 5), (500, 25), (1_000, 50), (5_000, 250)],
            false => [(50, 2), (100, 5), (500, 10), (1_000, 20)],
        };
        let (limit, weight) = *steps
            .iter()
            .find(|(limit, _)| *limit >= levels)
            .unwrap_or(&steps[3]);
        let name = super::requests::venue_symbol(symbol);
        let query = [("symbol", name), ("limit", limit.to_string())];
        Some(market(symbol).request("depth", &query, weight))
    }

    fn read_book(&self, symbol: &str, body: &[u8]) -> Result<BookFrame, WireError> {
        let depth: Depth = json("depth", body)?;
        let time = depth.event_time.map(|ms| moment("E", ms)).transpose()?;
        Ok(BookFrame {
            symbol: symbol.to_owned(),
            // Spot says no time: 0 sorts it before every change.
            time: time.unwrap_or_default(),
            kind: BookKind::Snapshot,
            ids: (depth.last_update_id, depth.last_update_id),
            previous: None,
            bids: levels(&depth.bids)?,
            asks: levels(&depth.asks)?,
        })
    }

    fn follows(&self, last: &BookFrame, next: &BookFrame) -> Follows {
        let known = last.ids.1;
        let (first, end) = next.ids;
        if next.kind == BookKind::Snapshot {
            return if end < known {
                Follows::Old
            } else {
                Follows::Yes
            };
        }
        let continues = match (next.previous, last.kind) {
            // A whole book: the change that holds its last number is applied, and so is the one that says it follows it.
            (Some(previous), BookKind::Snapshot) if end >= known => {
                first <= known || previous == known
            }
            (Some(previous), BookKind::Delta) if end > known => previous == known,
            (None, _) if end > known => first <= known.saturating_add(1),
            _ => return Follows::Old,
        };
        if continues {
            Follows::Yes
        } else {
            Follows::Gap
        }
    }
}

/// A stream, and the symbol and channel it is for.
type Subscribed = (String, (String, Channel));

/// A connection and its subscriptions.
fn connection(place: Place, path: &str, streams: &[Subscribed]) -> Connection {
    let messages = streams.chunks(STREAMS_A_MESSAGE).zip(1u32..);
    let subscribe = messages.map(|(chunk, id)| {
        let names: Vec<&str> = chunk.iter().map(|(stream, _)| stream.as_str()).collect();
        serde_json::json!({"method": "SUBSCRIBE", "params": names, "id": id}).to_string()
    });
    let carries: Vec<_> = streams.iter().map(|(_, carried)| carried.clone()).collect();
    let silence = carries
        .iter()
        .map(|(_, channel)| silence_ms(*channel))
        .min();
    Connection {
        place,
        path: path.to_owned(),
        subscribe: subscribe.collect(),
        ping: None,
        life_ms: Some(LIFE_MS),
        silence_ms: silence.unwrap_or(u64::MAX),
        carries,
    }
}

/// How long a channel may say nothing. Mark prices come every second; the book of a listed symbol moves within a minute; candles and
/// trades need trades, which quiet symbols lack for minutes; liquidations are rare, but the venue pings every three minutes.
fn silence_ms(channel: Channel) -> u64 {
    match channel {
        Channel::Mark => 10_000,
        Channel::Book(_) => 60_000,
        Channel::Candles(_) | Channel::Trades => 300_000,
        Channel::Liquidations => 600_000,
    }
}

/// An answer to a subscription.
fn reply(fields: &serde_json::Map<String, Value>) -> Option<StreamEvent> {
    if fields.contains_key("stream") || fields.contains_key("e") {
        return None;
    }
    let error = fields.get("error").or_else(|| {
        // Older servers put code and text beside the id.
        fields.contains_key("code").then_some(&Value::Null)
    });
    let Some(error) = error else {
        return fields
            .contains_key("result")
            .then_some(StreamEvent::Control);
    };
    let body = match error {
        Value::Null => ErrorBody::deserialize(Value::Object(fields.clone())),
        error => ErrorBody::deserialize(error.clone()),
    };
    Some(StreamEvent::Refused(match body {
        Ok(body) => format!("binance refuses: {} (code {})", shown(&body.msg), body.code),
        Err(_) => format!("binance refuses: {}", shown(&error.to_string())),
    }))
}

fn unknown(frame: &str) -> WireError {
    WireError(format!("`{}` is no frame of binance", shown(frame)))
}

/// A frame in our words; none for what nobody asked for, and for contracts margined in coins.
fn event_of(event: Event, stream: &str) -> Result<Option<StreamEvent>, WireError> {
    let is_ours = |family: Option<u8>| family.is_none_or(|f| f == USD_M);
    Ok(match event {
        Event::Kline(frame) => candle(frame.kline)?,
        Event::AggregateTrade(trade) | Event::Trade(trade) if is_ours(trade.family) => {
            Some(StreamEvent::Trade(trade_frame(trade)?))
        }
        Event::MarkPrice(mark) if is_ours(mark.family) => {
            Some(StreamEvent::Mark(mark_frame(mark)?))
        }
        Event::Liquidation(frame) if is_ours(frame.order.family) => {
            liquidation(frame.order)?.map(StreamEvent::Liquidation)
        }
        Event::Depth(update) => Some(StreamEvent::Book(book_frame(update, stream)?)),
        _ => None,
    })
}

/// A candle; none of a length we do not have.
fn candle(k: Kline) -> Result<Option<StreamEvent>, WireError> {
    let Ok(timeframe) = k.interval.parse::<Timeframe>() else {
        return Ok(None);
    };
    let candle = Candle {
        open_time: moment("t", k.open_time)?,
        open: k.open.price("o")?,
        high: k.high.price("h")?,
        low: k.low.price("l")?,
        close: k.close.price("c")?,
        volume: k.volume.number("v")?,
        quote_volume: k.quote_volume.number("q")?,
        taker_buy_volume: k.taker_buy_volume.number("V")?,
        trades: f64::from(k.trades),
    };
    Ok(Some(StreamEvent::Candle {
        symbol: k.symbol,
        timeframe,
        candle,
        is_closed: Some(k.is_closed),
    }))
}

fn trade_frame(trade: TradeEvent) -> Result<TradeFrame, WireError> {
    let id = trade.aggregate_id.or(trade.trade_id);
    let missing = || {
        WireError(format!(
            "binance trade of {} has no id",
            shown(&trade.symbol)
        ))
    };
    Ok(TradeFrame {
        id: id.ok_or_else(missing)?.to_string(),
        time: moment("T", trade.time)?,
        price: trade.price.price("p")?,
        qty: trade.qty.exact("q")?,
        taker: if trade.is_buyer_maker {
            Side::Sell
        } else {
            Side::Buy
        },
        is_market: trade.kind.is_none_or(|kind| kind == "MARKET"),
        symbol: trade.symbol,
    })
}

fn mark_frame(mark: MarkPrice) -> Result<MarkFrame, WireError> {
    let some = |decimal: Option<Decimal>| decimal.filter(|d| !d.text().is_empty());
    let next = mark.next_funding.filter(|ms| *ms != 0);
    Ok(MarkFrame {
        time: Some(moment("E", mark.event_time)?),
        mark: Some(computed_price("p", mark.mark.text())?),
        index: some(mark.index)
            .map(|i| computed_price("i", i.text()))
            .transpose()?,
        funding_rate: some(mark.funding_rate).map(|r| r.number("r")).transpose()?,
        next_funding: next.map(|ms| moment("T", ms)).transpose()?,
        open_interest: None,
        symbol: mark.symbol,
    })
}

/// What was filled and at which average; none where nothing is filled yet.
fn liquidation(order: LiquidationOrder) -> Result<Option<LiquidationFrame>, WireError> {
    let qty: Qty = order.filled_qty.exact("z")?;
    if qty.is_zero() {
        return Ok(None);
    }
    let direction = match order.side.as_str() {
        "SELL" => Direction::Long,
        "BUY" => Direction::Short,
        other => {
            return Err(WireError(format!(
                "binance liquidation side `{}`",
                shown(other)
            )));
        }
    };
    Ok(Some(LiquidationFrame {
        time: moment("T", order.time)?,
        direction,
        qty,
        price: computed_price("ap", order.average_price.text())?,
        symbol: order.symbol,
    }))
}

/// Changes of the book, or a whole one of few levels: the stream's name says which.
fn book_frame(update: DepthUpdate, stream: &str) -> Result<BookFrame, WireError> {
    let after = stream.split_once("@depth").map(|(_, after)| after);
    let is_whole = after.is_some_and(|a| a.starts_with(|c: char| c.is_ascii_digit()));
    let time: Timestamp = moment("E", update.event_time)?;
    Ok(BookFrame {
        time,
        kind: if is_whole {
            BookKind::Snapshot
        } else {
            BookKind::Delta
        },
        ids: (update.first_id, update.last_id),
        previous: update.previous_id,
        bids: levels(&update.bids)?,
        asks: levels(&update.asks)?,
        symbol: update.symbol,
    })
}

fn levels(levels: &[[Decimal; 2]]) -> Result<Vec<(Price, Qty)>, WireError> {
    let level = |[price, qty]: &[Decimal; 2]| Ok((price.price("level")?, qty.exact("quantity")?));
    levels.iter().map(level).collect()
}
