//! The simulator against what is written of the venues, and against our readers of frames.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use host::domain::{CandleKind, InstrumentKind, Timeframe};
use host::venues::adapters;
use host::venues::stream::StreamEvent;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::venue_stub::{Listed, Market, Venue};

/// 2024-01-15, a Monday.
const START: i64 = 1_705_276_800_000;
const MINUTE: i64 = 60_000;

fn market(venue: Venue, minutes: i64) -> Market {
    let mut market = Market::new(START);
    market.add(Listed::made_up(venue, "BTC", START, minutes, 5));
    market
}

fn play(minutes: i64) -> Play {
    Play {
        start_ms: START + 60 * MINUTE,
        end_ms: START + (60 + minutes) * MINUTE,
        quiet_ms: 20,
        ..Play::default()
    }
}

/// Texts a plain client reads until the play is over.
async fn heard(sim: &VenueSim, path: &str, say: &[&str]) -> Vec<String> {
    let (mut socket, _) = connect_async(format!("{}{path}", sim.ws_url()))
        .await
        .expect("connects");
    for text in say {
        socket.send(Message::text(*text)).await.expect("says it");
    }
    let mut texts = Vec::new();
    while !sim.finished() {
        let next = tokio::time::timeout(Duration::from_millis(50), socket.next()).await;
        if let Ok(Some(Ok(Message::Text(text)))) = next {
            texts.push(text.as_str().to_owned());
        }
    }
    texts
}

#[tokio::test]
async fn binance_says_the_history_minute_by_minute() {
    let market = market(Venue::BinanceFutures, 400);
    let sim = VenueSim::start(market.clone(), play(300));
    let texts = heard(
        &sim,
        "/market/stream",
        &[r#"{"method":"SUBSCRIBE","params":["btcusdt@kline_1m","btcusdt@markPrice@1s"],"id":1}"#],
    )
    .await;
    let stream = adapters::stream("binance", InstrumentKind::LinearPerpetual).expect("a venue");
    let mut closed = Vec::new();
    for text in &texts {
        for event in stream.read(text).expect(text) {
            if let StreamEvent::Candle {
                candle,
                is_closed: Some(true),
                ..
            } = event
            {
                closed.push(candle);
            }
        }
    }
    let rows = market.listed[0].rows(CandleKind::Candles, Timeframe::M1);
    assert_eq!(closed, rows[60..360]);
}
