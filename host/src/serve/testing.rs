//! A session that is none: a thread that answers what it is asked, and a picture to answer with.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use crate::control::{Added, Answer, Asked, Declined, Handle, Origin, Request};
use crate::domain::{Cash, Direction, OnFault, Price, Qty, Timestamp};
use crate::engine::AccountPoint;
use crate::query::{
    Counts, FeedView, MarketView, PositionLine, SinkView, Snapshot, State, StrategyView, Work,
};

/// One of each.
pub(crate) fn every_request() -> Vec<Request> {
    let trend = || "trend".to_owned();
    vec![
        Request::Status,
        Request::Pause(None),
        Request::Pause(Some("zeile\nzwei \"and\" \u{1f980}".to_owned())),
        Request::Resume(Some(trend())),
        Request::Flatten(None),
        Request::Close {
            strategy: trend(),
            position: u32::MAX,
        },
        Request::Stop {
            strategy: trend(),
            how: None,
        },
        Request::Stop {
            strategy: trend(),
            how: Some(OnFault::Cancel),
        },
        Request::Reload { force: true },
        Request::Roll { flatten: false },
        Request::Add(Added {
            strategy: "new.wasm".to_owned(),
            name: Some("second".to_owned()),
            symbols: vec!["binance:BTC/USDT:USDT".to_owned()],
            parameters: vec!["fast=5".to_owned()],
            balance: Some("500.25".to_owned()),
        }),
        Request::Remove {
            strategy: trend(),
            how: Some(OnFault::Hold),
        },
        Request::Backup(PathBuf::from("copies/today.sqlite")),
        Request::Shutdown,
    ]
}

/// What a session was asked, by whom.
pub(crate) type Heard = Arc<Mutex<Vec<(Origin, Request)>>>;

/// A thread that shows `snapshot`, does everything else, but knows no strategy `nobody`.
pub(crate) fn session(snapshot: Snapshot) -> (Handle, Heard) {
    let heard = Heard::default();
    let notes = Arc::clone(&heard);
    let (inbox, asked) = channel::<Asked>();
    std::thread::spawn(move || {
        for asked in asked {
            let outcome = match &asked.request {
                Request::Status => Ok(Answer::Status(Box::new(snapshot.clone()))),
                Request::Pause(Some(name)) if name == "nobody" => Err(Declined::new(
                    "there is no strategy `nobody` in session `paper`",
                    "there is trend",
                )),
                other => Ok(Answer::Done(format!("did {other:?}"))),
            };
            let mut notes = notes.lock().expect("no test panicked with it");
            notes.push((asked.origin, asked.request));
            let _ = asked.reply.send(outcome);
        }
    });
    (Handle::new(move |asked| inbox.send(asked).is_ok()), heard)
}

/// A session that takes questions and answers none, until the receiver is dropped.
pub(crate) fn hanging() -> (Handle, Receiver<Asked>) {
    let (inbox, asked) = channel();
    (Handle::new(move |asked| inbox.send(asked).is_ok()), asked)
}

fn minute(n: i64) -> Timestamp {
    Timestamp(1_706_702_400_000 + n * 60_000)
}

fn cash(whole: i128) -> Cash {
    Cash(whole * 100_000_000)
}

fn account(time: Timestamp, equity: i128) -> AccountPoint {
    AccountPoint {
        time,
        wallet: cash(equity),
        equity: cash(equity),
        position_margin: Cash::ZERO,
        order_margin: Cash::ZERO,
    }
}

/// A session of one strategy with an open position on one venue.
pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        session: "paper".to_owned(),
        host: "0.1.0".to_owned(),
        started: Some(minute(0)),
        taken: minute(1).plus_ms(500),
        inputs: 42,
        journal_failed: None,
        feeds: vec![feed()],
        strategies: vec![strategy("trend", State::Running)],
        alerts: vec![SinkView {
            name: "discord".to_owned(),
            sent: 5,
            failed: 2,
            waiting: 1,
            disabled: None,
        }],
        work: Work {
            decision_us: Some((40, 90)),
            commit_us: Some((900, 2_500)),
            waiting: 3,
            steps: 77,
        },
        settings: vec![("profile".to_owned(), "realistic".to_owned())],
    }
}

pub(crate) fn feed() -> FeedView {
    FeedView {
        venue: "binance".to_owned(),
        connections: (2, 2),
        reconnects: 1,
        frames: 1_234,
        heard: Some(minute(1).plus_ms(450)),
        unreadable: 0,
        clock_ms: Some(12),
        markets: vec![MarketView {
            symbol: "BTC/USDT:USDT".to_owned(),
            last: Some(minute(1)),
            stale: false,
            minutes: (60, 2),
            revisions: 0,
            refilled: 4,
        }],
    }
}

pub(crate) fn strategy(name: &str, state: State) -> StrategyView {
    StrategyView {
        name: name.to_owned(),
        strategy: "ma-crossover".to_owned(),
        version: "1.2.0".to_owned(),
        sha256: "ab".repeat(32),
        state,
        blocked: false,
        why: None,
        markets: vec!["binance BTC/USDT:USDT".to_owned()],
        parameters: vec![("fast".to_owned(), "5".to_owned())],
        on_fault: OnFault::Flatten,
        started: Some(minute(0)),
        currency: "USDT".to_owned(),
        starting_balance: cash(10_000),
        account: account(minute(1), 10_450),
        fees: cash(3),
        funding: cash(-1),
        counts: Counts {
            accepted: 9,
            refused: 1,
            fills: 8,
            trades: 7,
        },
        positions: vec![PositionLine {
            id: 4,
            symbol: "BTC/USDT:USDT".to_owned(),
            direction: Direction::Long,
            qty: Qty(10_000_000),
            avg_price: Price(4_200_000_000_000),
            mark: Price(4_210_000_000_000),
            unrealized: cash(10),
            opened_at: minute(0),
        }],
        orders: Vec::new(),
        trades: Vec::new(),
        days: vec![account(minute(0), 10_000), account(minute(0), 11_000)],
        sandbox: Some((12_000, 1_114_112)),
        log: vec![(minute(1), "info".to_owned(), "crossed up".to_owned())],
    }
}
