//! What Hyperliquid sends while it happens. Source: `exchanges/hyperliquid.md` section 13.
//!
//! * A candle never says that it is closed: it is when a later one arrives or the clock passes its end by a second or two.
//! * The first trades after subscribing were made before it, up to a minute; they come again after every reconnect.
//! * Books are whole each time and unnumbered: nothing can be missing inside one, and nobody can tell what lay between two.
//! * Mark and oracle price, running rate and open interest come once a second, without a time.
//! * A coin that does not exist, or not any more, makes the venue close the socket without a word: ask for listed ones only.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rest::TIMEFRAMES;
use super::wire::market::{ActiveContext, Book, CandleRow, Trade};
use super::wire::{channel_of, data_of, decode};
use super::{Hyperliquid, LIVE, VENUE};
use crate::domain::Symbol;
use crate::venues::rest::{Request, WireError, shown};
use crate::venues::stream::{BookFrame, Channel, Connection, Follows, Stream, StreamEvent};

/// Sockets at most, of the ten an address may have: a coin that ends one leaves the others alone.
const SOCKETS_MAX: usize = 5;

/// Levels of a book that is sent every five seconds.
const SLOW_LEVELS: u16 = 20;

/// Levels of a book that is sent twice a second.
const FAST_LEVELS: u16 = 5;

/// What some old servers greet with.
const GREETING: &str = "Websocket connection established.";

/// A subscription, as it is sent.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Subscription<'a> {
    Candle {
        coin: &'a str,
        interval: &'a str,
    },
    Trades {
        coin: &'a str,
    },
    ActiveAssetCtx {
        coin: &'a str,
    },
    L2Book {
        coin: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        fast: Option<bool>,
    },
}

#[derive(Serialize)]
struct Subscribe<'a> {
    method: &'static str,
    subscription: Subscription<'a>,
}

/// The message that subscribes to a channel; none where the venue has no such.
fn subscription(coin: &str, channel: Channel) -> Option<String> {
    let subscription = match channel {
        Channel::Candles(timeframe) if TIMEFRAMES.contains(&timeframe) => Subscription::Candle {
            coin,
            interval: timeframe.name(),
        },
        Channel::Trades => Subscription::Trades { coin },
        Channel::Mark => Subscription::ActiveAssetCtx { coin },
        Channel::Book(levels) if levels <= SLOW_LEVELS => Subscription::L2Book {
            coin,
            fast: (levels <= FAST_LEVELS).then_some(true),
        },
        Channel::Candles(_) | Channel::Book(_) | Channel::Liquidations => return None,
    };
    let message = Subscribe {
        method: "subscribe",
        subscription,
    };
    Some(serde_json::to_string(&message).expect("text only"))
}

/// Of several books of a coin the deepest: their frames could not be told apart.
fn without_shallow_books(channels: &[Channel]) -> Vec<Channel> {
    let is_book = |channel: &&Channel| matches!(channel, Channel::Book(_));
    let deepest = channels.iter().filter(is_book).max().copied();
    let mut kept: Vec<Channel> = channels.to_vec();
    kept.retain(|channel| !matches!(channel, Channel::Book(_)));
    kept.extend(deepest);
    kept.sort();
    kept.dedup();
    kept
}

impl Stream for Hyperliquid {
    fn connections(
        &self,
        wanted: &[(String, Channel)],
    ) -> (Vec<Connection>, Vec<(String, Channel)>) {
        let mut coins: BTreeMap<&str, Vec<Channel>> = BTreeMap::new();
        let mut absent = Vec::new();
        for (coin, channel) in wanted {
            if subscription(coin, *channel).is_some() {
                coins.entry(coin).or_default().push(*channel);
            } else {
                absent.push((coin.clone(), *channel));
            }
        }
        let mut connections = vec![empty(); coins.len().min(SOCKETS_MAX)];
        for (index, (coin, channels)) in coins.into_iter().enumerate() {
            let connection = &mut connections[index % SOCKETS_MAX];
            for channel in without_shallow_books(&channels) {
                connection.subscribe.extend(subscription(coin, channel));
                connection.carries.push((coin.to_owned(), channel));
            }
        }
        (connections, absent)
    }

    fn read(&self, frame: &str) -> Result<Vec<StreamEvent>, WireError> {
        if frame.trim() == GREETING {
            return Ok(vec![StreamEvent::Control]);
        }
        let channel = channel_of(frame)?;
        Ok(match &*channel {
            "candle" => vec![candle(&data_of(&channel, frame)?)?],
            "trades" => {
                let trades: Vec<Trade> = data_of(&channel, frame)?;
                let event = |trade: Trade| StreamEvent::Trade(trade.into());
                trades.into_iter().map(event).collect()
            }
            "l2Book" => vec![StreamEvent::Book(data_of::<Book>(&channel, frame)?.into())],
            "activeAssetCtx" => {
                let active: ActiveContext = data_of(&channel, frame)?;
                vec![StreamEvent::Mark(active.into())]
            }
            "subscriptionResponse" | "pong" => vec![StreamEvent::Control],
            "error" => {
                let why: String = data_of(&channel, frame)?;
                vec![StreamEvent::Refused(why)]
            }
            _ => Vec::new(),
        })
    }

    fn replays_trades(&self) -> bool {
        true
    }

    /// None: every frame is a whole book.
    fn book_request(&self, _symbol: &Symbol, _levels: u16) -> Option<Request> {
        None
    }

    fn read_book(&self, symbol: &str, body: &[u8]) -> Result<BookFrame, WireError> {
        let book: Book = decode("l2Book", body)?;
        if book.coin != symbol {
            let got = shown(&book.coin);
            return Err(WireError(format!(
                "{VENUE} was asked for the book of {symbol} and answers with {got}"
            )));
        }
        Ok(book.into())
    }

    fn follows(&self, _last: &BookFrame, _next: &BookFrame) -> Follows {
        Follows::Yes
    }
}

/// A socket that carries nothing yet. The venue closes one it has sent nothing on for a minute; a ping makes it speak.
fn empty() -> Connection {
    Connection {
        place: LIVE,
        path: "/ws".to_owned(),
        subscribe: Vec::new(),
        ping: Some((r#"{"method":"ping"}"#.to_owned(), 20_000)),
        life_ms: None,
        silence_ms: 30_000,
        carries: Vec::new(),
    }
}

fn candle(row: &CandleRow) -> Result<StreamEvent, WireError> {
    let (timeframe, candle) = row.candle()?;
    Ok(StreamEvent::Candle {
        symbol: row.coin.clone(),
        timeframe,
        candle,
        is_closed: None,
    })
}
