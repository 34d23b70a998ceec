//! Every input comes back as it was, to the last bit.

use proptest::prelude::*;

use super::*;

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(-0.0),
        Just(0.1 + 0.2),
        Just(f64::MAX),
        Just(f64::from_bits(1)),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        (0_i32..1_000).prop_map(f64::from),
    ]
}

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), Just(0)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just(String::new()),
        Just("'; DROP TABLE input; --\"\0\u{1f9e8}\n{\"a\":1e400}".to_owned()),
    ]
}

fn prices() -> impl Strategy<Value = Ohlc> {
    [integer(), integer(), integer(), integer()].prop_map(|[open, high, low, close]| Ohlc {
        open: Price(open),
        high: Price(high),
        low: Price(low),
        close: Price(close),
    })
}

fn a_minute() -> impl Strategy<Value = Input> {
    let state = prop_oneof![
        Just(SlotState::Real),
        Just(SlotState::Missing),
        Just(SlotState::Halted),
        Just(SlotState::NotListed),
    ];
    let origin = prop_oneof![
        Just(Origin::Live),
        Just(Origin::Asked),
        Just(Origin::History)
    ];
    let mark = proptest::option::of((prices(), integer()));
    let volumes = [float(), float(), float(), float()];
    let place = (any::<u32>(), integer());
    let all = (
        place,
        prices(),
        volumes,
        state,
        origin,
        mark,
        proptest::option::of(prices()),
    );
    all.prop_map(
        |((market, time), prices, volumes, state, origin, mark, index)| {
            let [volume, quote_volume, taker_buy_volume, trades] = volumes;
            let time = Timestamp(time);
            let candle = Candle {
                open_time: time,
                open: prices.open,
                high: prices.high,
                low: prices.low,
                close: prices.close,
                volume,
                quote_volume,
                taker_buy_volume,
                trades,
            };
            let mark = mark.map(|(path, shown)| MarkCandle {
                path,
                shown: Price(shown),
            });
            Input::Minute(MinuteInput {
                market,
                time,
                slot: Slot { candle, state },
                reference: Reference { mark, index },
                origin,
            })
        },
    )
}

fn another() -> impl Strategy<Value = Input> {
    let price = proptest::option::of(integer());
    let funding = (any::<u32>(), integer(), integer(), price, any::<bool>());
    let values = proptest::collection::vec(float(), 0..8);
    let row = (
        any::<u32>(),
        text(),
        any::<u32>(),
        integer(),
        integer(),
        values,
    );
    prop_oneof![
        funding.prop_map(|(market, time, rate, price, substituted)| Input::Funding {
            market,
            time: Timestamp(time),
            rate: Rate(rate),
            price: price.map(Price),
            substituted,
        }),
        row.prop_map(|(market, kind, detail, time, at, values)| Input::Row {
            market,
            kind,
            detail,
            time: Timestamp(time),
            available_at: Timestamp(at),
            values,
        }),
        (any::<u32>(), integer(), integer(), integer()).prop_map(|(market, time, bid, ask)| {
            Input::Quote {
                market,
                time: Timestamp(time),
                bid: Price(bid),
                ask: Price(ask),
            }
        }),
        (integer(), text(), text()).prop_map(|(time, who, body)| Input::Control {
            time: Timestamp(time),
            who,
            body,
        }),
        (integer(), text(), text()).prop_map(|(time, kind, body)| Input::Note {
            time: Timestamp(time),
            kind,
            body,
        }),
    ]
}

/// Floats as bits, so that what is no number equals itself; there is one such float.
fn bits(input: &Input) -> (String, Vec<u64>) {
    let bits = |value: &f64| {
        if value.is_nan() {
            f64::NAN.to_bits()
        } else {
            value.to_bits()
        }
    };
    let floats = match input {
        Input::Minute(minute) => {
            let candle = &minute.slot.candle;
            let volumes = [candle.volume, candle.quote_volume];
            let others = [candle.taker_buy_volume, candle.trades];
            volumes.iter().chain(&others).map(bits).collect()
        }
        Input::Row { values, .. } => values.iter().map(bits).collect(),
        _ => Vec::new(),
    };
    (format!("{input:?}"), floats)
}

proptest! {
    #[test]
    fn every_input_comes_back_as_it_was(
        inputs in proptest::collection::vec(prop_oneof![a_minute(), another()], 1..20),
    ) {
        let tables = rusqlite::Connection::open_in_memory().expect("memory");
        tables.execute_batch(include_str!("../migrations/journal_0001_init.sql")).expect("tables");
        tables.execute_batch("PRAGMA foreign_keys = OFF").expect("a setting");
        let mut read = Vec::new();
        for (number, input) in (1..).zip(&inputs) {
            // Each in a session of its own: markets and times are any.
            write(&tables, number, input);
            read.push(read_back(&tables, number, input));
        }
        let expected: Vec<_> = inputs.iter().map(bits).collect();
        let read: Vec<_> = read.iter().map(bits).collect();
        prop_assert_eq!(read, expected);
    }
}

fn write(tables: &rusqlite::Connection, number: i64, input: &Input) {
    let prepare = |sql: String| tables.prepare(&sql).expect("columns of the table");
    let written = match input {
        Input::Minute(minute) => {
            let mut insert = prepare(insert_sql("minute", MINUTE_COLUMNS));
            insert_minute(&mut insert, number, number, minute)
        }
        other => {
            let mut insert = prepare(insert_sql("input", INPUT_COLUMNS));
            insert_other(&mut insert, number, number, other)
        }
    };
    assert_eq!(written, Ok(1));
}

fn read_back(tables: &rusqlite::Connection, number: i64, input: &Input) -> Input {
    let (table, columns) = match input {
        Input::Minute(_) => ("minute", MINUTE_COLUMNS),
        _ => ("input", INPUT_COLUMNS),
    };
    let sql = format!("SELECT {columns} FROM {table} WHERE session = ?1");
    let read = |row: &Row<'_>| {
        Ok(match input {
            Input::Minute(_) => minute(row).map(Input::Minute),
            _ => other(row),
        })
    };
    let read = tables.query_row(&sql, [number], read);
    read.expect("it is there").expect("it is readable")
}
