//! Frames of streams.

use super::{events, price, qty, read_frame};
use crate::domain::{Direction, Side, Timeframe, Timestamp};
use crate::venues::bybit::Bybit;
use crate::venues::stream::{BookKind, Follows, Stream, StreamEvent};

/// One snapshot with all levels, then changes whose numbers count up by one.
pub(super) fn books_of_a_file(bytes: &[u8]) -> String {
    let frames = events(bytes);
    let books: Vec<_> = frames
        .iter()
        .map(|event| match event {
            StreamEvent::Book(book) => book,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(books.len(), 50);
    assert_eq!(
        (books[0].kind, books[0].bids.len(), books[0].asks.len()),
        (BookKind::Snapshot, 500, 500)
    );
    assert_eq!(books[0].bids[0], (price("1.9531"), qty("6203")));
    assert_eq!(
        (books[0].symbol.as_str(), books[0].ids),
        ("XRPUSDT", (20_254_869, 20_254_869))
    );
    assert_eq!(
        (books[0].time, books[1].time),
        (Timestamp(1_733_011_200_589), Timestamp(1_733_011_200_691))
    );
    for pair in books.windows(2) {
        assert_eq!(pair[1].kind, BookKind::Delta);
        assert_eq!(Bybit.follows(pair[0], pair[1]), Follows::Yes);
        assert_eq!(Bybit.follows(pair[1], pair[0]), pair_back(pair[0].kind));
    }
    assert_eq!(Bybit.follows(books[1], books[3]), Follows::Gap);
    assert_eq!(Bybit.follows(books[9], books[0]), Follows::Yes);
    "a book of 500 levels a side and 49 updates without a hole".to_owned()
}

fn pair_back(kind: BookKind) -> Follows {
    match kind {
        BookKind::Snapshot => Follows::Yes,
        BookKind::Delta => Follows::Old,
    }
}

pub(super) fn frame_of_a_candle(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).expect("text");
    let closed = |text: &str| match read_frame(text).remove(0) {
        StreamEvent::Candle {
            symbol,
            timeframe,
            candle,
            is_closed,
        } => {
            assert_eq!((symbol.as_str(), timeframe), ("BTCUSDT", Timeframe::M5));
            assert_eq!(
                (candle.open_time, candle.close),
                (Timestamp(1_672_324_800_000), price("16677"))
            );
            assert_eq!((candle.volume, candle.quote_volume), (2.081, 34_666.400_5));
            is_closed
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(closed(text), Some(false));
    assert_eq!(
        closed(&text.replace("\"confirm\":false", "\"confirm\":true")),
        Some(true)
    );
    "a running candle of five minutes, and the same one closed".to_owned()
}

pub(super) fn control(bytes: &[u8]) -> String {
    assert_eq!(events(bytes), [StreamEvent::Control, StreamEvent::Control]);
    "a subscription and a ping are answered".to_owned()
}

pub(super) fn frames_of_2023(bytes: &[u8]) -> String {
    let events = events(bytes);
    let StreamEvent::Trade(trade) = &events[0] else {
        panic!("{:?}", events[0])
    };
    assert_eq!(
        (trade.taker, trade.qty, trade.price, trade.is_market),
        (Side::Buy, qty("0.4"), price("94.53"), true)
    );
    assert_eq!(trade.id, "4c7b6bdc-b4a3-5716-9c7b-bbe01dc7072f");
    let books: Vec<_> = events[1..5]
        .iter()
        .map(|event| match event {
            StreamEvent::Book(book) => book,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(Bybit.follows(books[0], books[1]), Follows::Yes);
    assert_eq!((books[1].bids.len(), books[1].asks.len()), (1, 0));
    assert_eq!(
        (books[2].symbol.as_str(), Bybit.follows(books[2], books[3])),
        ("BTCPERP", Follows::Yes)
    );
    let StreamEvent::Mark(mark) = &events[5] else {
        panic!("{:?}", events[5])
    };
    assert_eq!(
        (mark.mark, mark.index),
        (Some(price("28552.81")), Some(price("28562.25")))
    );
    assert_eq!(mark.time, Some(Timestamp(1_680_673_821_770)));
    assert_eq!(events.len(), 6);
    "a trade, two books with an update each, a ticker".to_owned()
}

pub(super) fn frames_of_2026(bytes: &[u8]) -> String {
    let events = events(bytes);
    assert!(matches!(
        &events[0],
        StreamEvent::Candle {
            is_closed: Some(false),
            timeframe: Timeframe::M1,
            ..
        }
    ));
    let StreamEvent::Book(book) = &events[1] else {
        panic!("{:?}", events[1])
    };
    assert_eq!(
        (book.time, book.ids.0),
        (Timestamp(1_790_409_768_607), 97_687_715)
    );
    let StreamEvent::Mark(mark) = &events[2] else {
        panic!("{:?}", events[2])
    };
    assert_eq!(
        (mark.funding_rate, mark.open_interest),
        (Some(0.000_071_62), Some(58_183.909))
    );
    assert_eq!(mark.next_funding, Some(Timestamp(1_790_438_400_000)));
    assert_eq!(events.len(), 3);
    "a running candle, the best level, a ticker".to_owned()
}

pub(super) fn liquidation(bytes: &[u8]) -> String {
    let events = events(bytes);
    let StreamEvent::Liquidation(liquidation) = &events[0] else {
        panic!("{:?}", events[0])
    };
    assert_eq!(
        (liquidation.direction, liquidation.qty, liquidation.price),
        (Direction::Long, qty("19.7"), price("2.585"))
    );
    assert_eq!(
        (events.len(), liquidation.time),
        (1, Timestamp(1_789_670_094_099))
    );
    "a long of ICPUSDT was liquidated".to_owned()
}
