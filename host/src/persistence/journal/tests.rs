use std::ops::ControlFlow;

use super::*;
use crate::domain::{Candle, Price, Reference, Slot};
use crate::persistence::{MarketRow, MinuteInput, Origin};

fn session(name: &str) -> NewSession {
    NewSession {
        name: name.to_owned(),
        created: Timestamp(1_700_000_000_000),
        host_version: "0.1.0".to_owned(),
        engine_version: "1".to_owned(),
        config: "[session]\n".to_owned(),
        predecessor: None,
    }
}

fn minute(index: u64) -> Input {
    let time = Timestamp(i64::try_from(index).expect("small") * 60_000);
    Input::Minute(MinuteInput {
        market: 0,
        time,
        slot: Slot::real(Candle::flat(time, Price(100))),
        reference: Reference::default(),
        origin: Origin::Live,
    })
}

fn note(text: &str) -> Input {
    Input::Note {
        time: Timestamp(5),
        kind: "revision".to_owned(),
        body: text.to_owned(),
    }
}

fn inputs(reader: &Reader, session: i64, from: u64) -> Vec<(u64, Input)> {
    let mut told = Vec::new();
    let mut tell = |number, input| {
        told.push((number, input));
        ControlFlow::Continue(())
    };
    reader.inputs(session, from, &mut tell).expect("readable");
    told
}

#[test]
fn what_was_committed_is_read_back_in_the_order_of_its_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new/host.sqlite");
    let mut journal = Journal::open(&path).expect("a new journal");
    let row = journal.begin(session("first")).expect("begun");
    let batch = Batch {
        inputs: vec![
            (1, note("a")),
            (2, minute(7)),
            (3, note("b")),
            (4, minute(8)),
        ],
        digests: vec![(2, 0, [1; 32]), (2, 1, [2; 32]), (4, 0, [3; 32])],
        alerts: vec!["{\"a\":1}".to_owned(), "{}".to_owned()],
        markets: vec![MarketRow {
            index: 0,
            venue: "binance".to_owned(),
            symbol: "BTC/USDT:USDT".to_owned(),
            instrument: "{}".to_owned(),
        }],
        ..Batch::default()
    };
    journal.commit(row.id, &batch).expect("committed");
    let reader = Journal::read_only(&path).expect("it is there");
    assert_eq!(inputs(&reader, row.id, 1), batch.inputs);
    assert_eq!(inputs(&journal, row.id, 3), batch.inputs[2..]);
    assert_eq!(reader.markets(row.id).expect("read"), batch.markets);
    assert_eq!(reader.unfinished().expect("read"), Some(row.clone()));
    let alerts = reader.alerts_after(0, 9).expect("read");
    assert_eq!(alerts, [(1, "{\"a\":1}".to_owned()), (2, "{}".to_owned())]);
    assert_eq!(reader.alerts_after(1, 9).expect("read"), alerts[1..]);
    let mut digests = Vec::new();
    let mut tell = |number, strategy, digest: [u8; 32]| {
        digests.push((number, strategy, digest));
        ControlFlow::Continue(())
    };
    reader.digests(row.id, 0, &mut tell).expect("read");
    assert_eq!(digests, batch.digests);
}
