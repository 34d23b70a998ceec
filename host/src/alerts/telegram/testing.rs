//! A service, a clock, a memory and a session for the tests of the bot.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::api::{Api, Call, Failure, Reply};
use super::memory::Memory;
use super::settings::{Chat, Settings};
use super::time::Time;
use crate::alerts::{Clock, Secret};
use crate::analysis::sample;
use crate::control::{Answer, Asked, Declined, Handle, Origin, Request};
use crate::domain::{Cash, Cause, Direction, OnFault, Price, Qty, Timestamp};
use crate::engine::AccountPoint;
use crate::ledger::Trade;
use crate::query::{FeedView, MarketView, PositionLine, Snapshot, State, StrategyView, Work};

/// Files of `../shared`, or a line that says why a test did nothing.
pub(super) use crate::data::testing::shared_or_skip;

/// What a client needs of its process.
pub(super) use crate::venues::tls::install as choose_tls;

/// The token of every test: no log, no error may show its second half.
pub(super) const TOKEN: &str = "123456:AAsecret-half";
/// The operator, in his private chat.
pub(super) const USER: i64 = 218_485_655;
/// When the process of a test begins: 2024-01-10 12:00:30 UTC.
pub(super) const BEGAN_MS: i64 = 1_704_888_030_000;

pub(super) fn settings(base: &str) -> Settings {
    Settings {
        base: base.to_owned(),
        token: Secret::new(TOKEN.to_owned()),
        chat: Chat {
            id: USER,
            topic: None,
        },
        users: [USER].into(),
    }
}

/// A clock that only pauses move.
#[derive(Default)]
pub(super) struct FakeTime {
    now_ms: AtomicI64,
    pub(super) pauses: Mutex<Vec<u64>>,
    pub(super) ending: AtomicBool,
}

impl FakeTime {
    pub(super) fn new() -> Arc<Self> {
        let time = Self::default();
        time.now_ms.store(BEGAN_MS, Ordering::Relaxed);
        Arc::new(time)
    }

    pub(super) fn pauses(&self) -> Vec<u64> {
        self.pauses.lock().expect("no panic").clone()
    }

    pub(super) fn pass(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for FakeTime {
    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }
}

impl Time for FakeTime {
    fn pause(&self, length: Duration) {
        let ms = u64::try_from(length.as_millis()).expect("it is short");
        self.pauses.lock().expect("no panic").push(ms);
        self.pass(i64::try_from(ms).expect("it is short"));
    }

    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }
}

/// A memory that outlives the bot of a test; clones are the same.
#[derive(Clone, Default)]
pub(super) struct FakeMemory(pub(super) Arc<Mutex<BTreeMap<String, String>>>);

impl Memory for FakeMemory {
    fn setting(&mut self, key: &str) -> Result<Option<String>, String> {
        Ok(self.0.lock().expect("no panic").get(key).cloned())
    }

    fn set_setting(&mut self, key: &str, value: &str) -> Result<(), String> {
        let mut kept = self.0.lock().expect("no panic");
        kept.insert(key.to_owned(), value.to_owned());
        Ok(())
    }
}

type Scripted = (&'static str, Result<Reply, Failure>);

/// The service: says what it was told to say next to a method, else what it says on a good day. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct FakeApi {
    script: Arc<Mutex<VecDeque<Scripted>>>,
    pub(super) calls: Arc<Mutex<Vec<Call>>>,
}

impl FakeApi {
    pub(super) fn says(&self, method: &'static str, result: Result<Value, Failure>) {
        let reply = result.map(|result| Reply {
            result,
            server_ms: None,
        });
        self.script
            .lock()
            .expect("no panic")
            .push_back((method, reply));
    }

    /// Arguments of all calls of a method so far.
    pub(super) fn asked(&self, method: &str) -> Vec<Value> {
        let calls = self.calls.lock().expect("no panic");
        let calls = calls.iter().filter(|call| call.method == method);
        calls.map(|call| call.arguments.clone()).collect()
    }

    /// Texts of all messages so far.
    pub(super) fn texts(&self) -> Vec<String> {
        let sent = self.asked("sendMessage");
        sent.iter()
            .map(|m| m["text"].as_str().expect("a text").to_owned())
            .collect()
    }
}

impl Api for FakeApi {
    fn call(&mut self, call: Call) -> Result<Reply, Failure> {
        let method = call.method;
        self.calls.lock().expect("no panic").push(call);
        let mut script = self.script.lock().expect("no panic");
        if let Some(place) = script.iter().position(|(m, _)| *m == method) {
            return script.remove(place).expect("it is there").1;
        }
        let result = match method {
            "getMe" => json!({"id": 123_456, "username": "Desk_Bot"}),
            "getUpdates" => json!([]),
            _ => json!(true),
        };
        Ok(Reply {
            result,
            server_ms: None,
        })
    }
}

/// An update with a command, sent at the start of the process by the operator in his private chat; `change` changes its message.
pub(super) fn update(id: i64, text: &str, change: impl Fn(&mut Value)) -> Value {
    let length = text.split(' ').next().unwrap_or_default().len();
    let mut message = json!({
        "message_id": id, "date": BEGAN_MS / 1_000, "text": text,
        "chat": {"id": USER, "type": "private"}, "from": {"id": USER, "is_bot": false},
        "entities": [{"type": "bot_command", "offset": 0, "length": length}],
    });
    change(&mut message);
    json!({"update_id": id, "message": message})
}

/// A session that obeys, and what it was asked.
pub(super) struct FakeSession {
    pub(super) snapshot: Mutex<Snapshot>,
    pub(super) asked: Mutex<Vec<(Origin, Request)>>,
}

impl FakeSession {
    pub(super) fn start(snapshot: Snapshot) -> (Arc<Self>, Handle) {
        let session = Arc::new(Self {
            snapshot: Mutex::new(snapshot),
            asked: Mutex::default(),
        });
        let same = Arc::clone(&session);
        let handle = Handle::new(move |asked: Asked| {
            let answer = same.answer(&asked.request);
            let mut log = same.asked.lock().expect("no panic");
            log.push((asked.origin, asked.request));
            asked.reply.send(answer).is_ok()
        });
        (session, handle)
    }

    /// What was asked but looking.
    pub(super) fn changes(&self) -> Vec<Request> {
        let asked = self.asked.lock().expect("no panic");
        let changes = asked.iter().filter(|(_, r)| *r != Request::Status);
        changes.map(|(_, request)| request.clone()).collect()
    }

    fn answer(&self, request: &Request) -> Result<Answer, Declined> {
        let mut snapshot = self.snapshot.lock().expect("no panic");
        let mut turn = |name: &Option<String>, state: State| {
            let all = snapshot.strategies.iter_mut();
            for strategy in all.filter(|s| name.as_ref().is_none_or(|n| *n == s.name)) {
                strategy.state = state;
            }
        };
        let who = |name: &Option<String>| name.clone().unwrap_or_else(|| "all".to_owned());
        Ok(Answer::Done(match request {
            Request::Status => return Ok(Answer::Status(Box::new(snapshot.clone()))),
            Request::Pause(name) => {
                turn(name, State::Paused);
                format!("{} paused", who(name))
            }
            Request::Resume(name) => {
                turn(name, State::Running);
                format!("{} resumed", who(name))
            }
            Request::Flatten(name) => format!("{} flattened", who(name)),
            Request::Close { strategy, position } => format!("{strategy} closes #{position}"),
            _ => {
                return Err(Declined::new(
                    "forward.toml cannot be read: line 3",
                    "mend it, then /reload_config",
                ));
            }
        }))
    }
}

fn cash(text: &str) -> Cash {
    text.parse().expect("an amount")
}

fn point(time: &str, equity: &str) -> AccountPoint {
    AccountPoint {
        time: at(time),
        wallet: cash(equity),
        equity: cash(equity),
        position_margin: cash("2000"),
        order_margin: Cash::ZERO,
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

fn trade(exit: &str, net: &str, cause: Cause) -> (String, Trade) {
    let exit_time = at(exit);
    let trade = Trade {
        net: cash(net),
        exit_cause: cause,
        entry_time: exit_time.plus_ms(-4_800_000),
        exit_time,
        ..sample::trade()
    };
    ("BTC/USDT:USDT".to_owned(), trade)
}

/// A strategy with three closed trades and an open position.
pub(super) fn strategy(name: &str) -> StrategyView {
    StrategyView {
        counts: crate::query::Counts::default(),
        name: name.to_owned(),
        strategy: "ema-cross".to_owned(),
        version: "0.3.0".to_owned(),
        sha256: "1f".repeat(32),
        state: State::Running,
        blocked: false,
        why: None,
        markets: vec!["binance BTC/USDT:USDT".to_owned()],
        parameters: vec![("fast".to_owned(), "12".to_owned())],
        on_fault: OnFault::Flatten,
        started: Some(at("2024-01-08")),
        currency: "USDT".to_owned(),
        starting_balance: cash("10000"),
        account: point("2024-01-10T12:00:00Z", "10120.5"),
        fees: cash("61.5"),
        funding: cash("-9.75"),
        positions: vec![PositionLine {
            id: 3,
            symbol: "BTC/USDT:USDT".to_owned(),
            direction: Direction::Long,
            qty: Qty(50_000_000),
            avg_price: Price(4_000_000_000_000),
            mark: Price(4_004_100_000_000),
            unrealized: cash("20.5"),
            opened_at: at("2024-01-10T08:40:00Z"),
        }],
        orders: vec![("BTC/USDT:USDT".to_owned(), sample::order())],
        trades: vec![
            trade("2024-01-08T10:00:00Z", "150", Cause::TakeProfit),
            trade("2024-01-09T10:00:00Z", "-100", Cause::Stop),
            trade("2024-01-09T20:00:00Z", "50", Cause::Order),
        ],
        days: vec![
            point("2024-01-08", "10000"),
            point("2024-01-09", "10150"),
            point("2024-01-10", "10100"),
            point("2024-01-10T12:00:00Z", "10120.5"),
        ],
        sandbox: Some((12_000, 1 << 20)),
        log: vec![(
            at("2024-01-10T11:59:00Z"),
            "info".to_owned(),
            "crossed up".to_owned(),
        )],
    }
}

/// A session with these strategies.
pub(super) fn snapshot(strategies: Vec<StrategyView>) -> Snapshot {
    Snapshot {
        alerts: Vec::new(),
        session: "desk".to_owned(),
        host: "0.1.0".to_owned(),
        started: Some(at("2024-01-08")),
        taken: at("2024-01-10T12:00:00Z"),
        inputs: 4_000,
        journal_failed: None,
        feeds: vec![FeedView {
            heard: None,
            venue: "binance".to_owned(),
            connections: (2, 2),
            reconnects: 1,
            frames: 90_000,
            unreadable: 0,
            clock_ms: Some(3),
            markets: vec![MarketView {
                symbol: "BTC/USDT:USDT".to_owned(),
                last: Some(at("2024-01-10T12:00:00Z")),
                stale: false,
                minutes: (3_600, 0),
                revisions: 0,
                refilled: 2,
            }],
        }],
        strategies,
        work: Work::default(),
        settings: vec![
            ("exchange".to_owned(), "binance".to_owned()),
            ("telegram_bot_token".to_owned(), TOKEN.to_owned()),
        ],
    }
}

/// One answer of the stub: status, headers, body.
pub(super) type Canned = (u16, &'static str, String);

/// A server on this machine that gives these answers, one a request, and remembers the requests.
pub(super) struct Stub {
    pub(super) base: String,
    pub(super) requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Stub {
    pub(super) fn start(answers: Vec<Canned>) -> Self {
        choose_tls();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        std::thread::spawn(move || {
            for answer in answers {
                let (socket, _) = listener.accept().expect("somebody calls");
                log.lock().expect("no panic").push(serve(socket, &answer));
            }
        });
        Self { base, requests }
    }
}

/// Reads a request, answers it, and tells its first line and body.
fn serve(socket: TcpStream, (status, headers, body): &Canned) -> (String, String) {
    let mut reader = BufReader::new(socket);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = reader.read_line(&mut head).expect("a line");
        assert!(read > 0, "the request ends early: {head}");
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().expect("a length"))
    });
    let mut asked = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut asked).expect("the body");
    let answer = format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let mut socket = reader.into_inner();
    socket.write_all(answer.as_bytes()).expect("it listens");
    let first = head.lines().next().unwrap_or_default().to_owned();
    (first, String::from_utf8_lossy(&asked).into_owned())
}
