//! A strategy that misbehaves in one of many ways.
//!
//! Which one is written into the compiled file: the test replaces the word in `ATTACK`. So one build gives all of them, and even
//! `manifest`, which gets no parameters, can misbehave. `none` does nothing: the bare call is measured with it.

mod attacks;
mod manifest;

wit_bindgen::generate!({
    path: "../../../wit",
    world: "strategy",
});

use exports::trading::strategy::guest::{
    CandleColumns, Description, Event, Guest, InitError, InstrumentId, NamedValue, Needs, Rows, SeriesBinding, SeriesId,
    StreamBinding, StreamId, Timestamp,
};

const MARK: usize = "attack=".len();

#[used]
static ATTACK: [u8; 40] = *b"attack=none                             ";

/// Read so that the compiler cannot know it.
fn attack() -> &'static str {
    let text = std::hint::black_box(&ATTACK);
    std::str::from_utf8(&text[MARK..]).unwrap_or("").trim_end()
}

struct Probe;

impl Guest for Probe {
    fn manifest() -> Description {
        attacks::in_manifest(attack());
        manifest::manifest(attack())
    }

    fn init(parameters: Vec<NamedValue>) -> Result<Needs, InitError> {
        attacks::in_init(attack(), &parameters)?;
        Ok(manifest::needs(attack()))
    }

    fn start(series: Vec<SeriesBinding>, _streams: Vec<StreamBinding>) {
        attacks::in_start(attack(), &series);
    }

    fn on_candle(
        _series: SeriesId,
        open_time: Timestamp,
        _open: f64,
        _high: f64,
        _low: f64,
        close: f64,
        _volume: f64,
        _quote_volume: f64,
        _taker_buy_volume: f64,
        _trades: f64,
        _bits: u32,
    ) {
        if !attacks::is_none() {
            attacks::in_candle(attack(), InstrumentId::default(), open_time, close);
        }
    }

    fn on_candles(series: SeriesId, candles: CandleColumns) {
        attacks::in_candles(attack(), series, &candles);
    }

    fn on_rows(id: StreamId, rows: Rows) {
        attacks::in_rows(attack(), id, &rows);
    }

    fn on_event(_time: Timestamp, event: Event) {
        attacks::in_event(attack(), &event);
    }
}

export!(Probe);
