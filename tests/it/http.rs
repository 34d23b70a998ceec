//! The one HTTP client against the local venue, one fault at a time and all of them together.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use host::venues::http::{Answer, Client, Download, HttpError, Notice, Options, Waiting};
use host::venues::rest::{Head, Method, Place, Pool, Request, Verdict};
use sha2::{Digest as _, Sha256};

use crate::venue_stub::faults::{self, Fault};
use crate::venue_stub::{Listed, Market, Venue, VenueStub};

/// 2024-01-15, a Monday.
const START: i64 = 1_705_276_800_000;
const DAY: i64 = 86_400_000;

const PLACE: Place = Place {
    variable: "STUB_URL",
    url: "https://venue.invalid",
    what: "the stub",
};

const POOL: Pool = Pool {
    name: "stub",
    weight: 2_400,
    period_ms: 60_000,
    used_header: Some("x-mbx-used-weight-1m"),
    reset_header: None,
    at_once: 4,
};

const KLINES: &str = "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=1705276800000&limit=99";
const ZIP: &str = "/data/futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-15.zip";

/// Time that passes only when somebody waits.
#[derive(Default)]
struct Skipping(AtomicI64);

impl Waiting for Skipping {
    fn now_us(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn pause(&self, length: Duration) {
        self.0
            .fetch_add(length.as_micros() as i64, Ordering::SeqCst);
    }
}

/// A client of the stub, and what it told.
struct Asking {
    stub: VenueStub,
    client: Client,
    clock: Arc<Skipping>,
    told: Arc<Mutex<Vec<Notice>>>,
}

impl Asking {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut market = Market::new(START + 2 * DAY);
        for (venue, seed) in [(Venue::BinanceFutures, 1), (Venue::Hyperliquid, 2)] {
            market.add(Listed::made_up(venue, "BTC", START, 1_440, seed));
        }
        let stub = VenueStub::start(market);
        let (clock, told) = (Arc::new(Skipping::default()), Arc::default());
        let listener: Arc<Mutex<Vec<Notice>>> = Arc::clone(&told);
        let mut options = Options {
            waiting: Arc::clone(&clock) as Arc<dyn Waiting>,
            told: Arc::new(move |notice| listener.lock().expect("no panic").push(notice.clone())),
            ..Options::default()
        };
        change(&mut options);
        let client = Client::new(&BTreeMap::from([(PLACE.variable, stub.url())]), options);
        Self {
            client: client.expect("a good address"),
            stub,
            clock,
            told,
        }
    }

    fn send(&self, request: &Request) -> Result<Answer, HttpError> {
        self.client.send(&judge, request)
    }

    fn body(&self, request: &Request) -> Vec<u8> {
        match self.send(request).expect("an answer") {
            Answer::Body(body) => body,
            Answer::Absent => panic!("{} is absent", request.path),
        }
    }

    fn told(&self) -> Vec<Notice> {
        self.told.lock().expect("no panic holds it").clone()
    }

    fn waited_s(&self) -> i64 {
        self.clock.now_us() / 1_000_000
    }
}

/// Judges by the status alone.
fn judge(_: &Request, head: Head<'_>) -> Verdict {
    let why = || format!("status {}", head.status);
    match head.status {
        200 => Verdict::Good,
        404 => Verdict::Absent,
        418 | 429 => Verdict::Wait {
            wait_ms: head.retry_after_s.map(|s| s * 1_000),
            why: why(),
        },
        500.. => Verdict::Retry(why()),
        _ => Verdict::Refused(why()),
    }
}

fn get(path: &str) -> Request {
    Request {
        place: PLACE,
        method: Method::Get,
        path: path.to_owned(),
        pool: POOL,
        weight: 1,
    }
}

fn post(path: &str, json: &str) -> Request {
    Request {
        method: Method::Post(json.to_owned()),
        ..get(path)
    }
}

/// Faults after which a client that asks again has everything.
fn passing_faults() -> Vec<Fault> {
    vec![
        Fault::TooMany {
            retry_after_s: Some(37),
        },
        Fault::TooMany {
            retry_after_s: None,
        },
        Fault::Banned { retry_after_s: 120 },
        Fault::Status(500),
        Fault::Status(502),
        Fault::Status(503),
        Fault::Disconnect,
        Fault::CutMiddle,
        Fault::LengthTooLong,
        Fault::ChunkedWithoutEnd,
        Fault::Redirect,
        Fault::Gzip,
        Fault::Slow { by_ms: 1 },
    ]
}

#[test]
fn after_any_fault_the_answer_is_the_whole_answer() {
    let clean = Asking::new().body(&get(KLINES));
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&clean).expect("it is a list");
    assert_eq!(rows.len(), 99);
    for fault in passing_faults() {
        let asking = Asking::new();
        asking
            .stub
            .fault_when(faults::first(2, "klines", fault.clone()));
        assert_eq!(asking.body(&get(KLINES)), clean, "after {fault:?}");
        let asked = asking.stub.log();
        let is_asked_again = asked.len() == 3;
        let is_enough_once = asked.len() == 1 && fault.leaves_it_whole();
        assert!(is_asked_again || is_enough_once, "{fault:?}: {asked:?}");
        assert!(asked[0].agent.starts_with("host/"), "{asked:?}");
    }
}

#[test]
fn faults_of_every_kind_at_once_leave_every_answer_whole() {
    let asking = Asking::new();
    let clean = asking.body(&get(KLINES));
    asking
        .stub
        .fault_when(faults::seeded(11, 3, &passing_faults()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(asking.body(&get(KLINES)), clean);
                }
            });
        }
    });
    let log = asking.stub.log();
    let broken = log.iter().filter(|asked| !asked.is_answered()).count();
    assert_eq!(log.len() - broken, 81, "no answer was asked for twice");
    assert!(broken > 10, "only {broken} requests met a fault");
}

#[test]
fn a_pool_waits_for_as_long_as_the_venue_says() {
    let asking = Asking::new();
    let fault = Fault::TooMany {
        retry_after_s: Some(37),
    };
    asking.stub.fault_when(faults::first(1, "klines", fault));
    asking.body(&get(KLINES));
    assert_eq!(asking.waited_s(), 37);
    let told = asking.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0].to_string(),
        "the stub asks to wait 37 s: status 429"
    );
}

#[test]
fn where_the_venue_does_not_say_how_long_it_is_a_minute() {
    let asking = Asking::new();
    let fault = Fault::TooMany {
        retry_after_s: None,
    };
    asking.stub.fault_when(faults::first(1, "klines", fault));
    asking.body(&get(KLINES));
    assert_eq!(asking.waited_s(), 60);
}

#[test]
fn a_venue_that_says_no_time_is_not_asked_at_once() {
    let asking = Asking::new();
    let fault = Fault::TooMany {
        retry_after_s: Some(0),
    };
    asking.stub.fault_when(faults::first(1, "klines", fault));
    asking.body(&get(KLINES));
    assert_eq!(asking.waited_s(), 1);
}

#[test]
fn a_client_may_end_where_tasks_are_driven() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let asking = Asking::new();
    asking.body(&get(KLINES));
    runtime
        .expect("a runtime")
        .block_on(async { drop(asking.client) });
}

#[test]
fn weight_that_others_used_holds_us_back() {
    let asking = Asking::new();
    asking.stub.set_used_weight(2_390);
    asking.body(&get(KLINES));
    assert_eq!(asking.waited_s(), 0);
    asking.stub.set_used_weight(10);
    asking.body(&get(KLINES));
    assert_eq!(asking.waited_s(), 10);
}

#[test]
fn a_ban_of_days_is_an_error_that_says_when_to_return() {
    let asking = Asking::new();
    let fault = Fault::Banned {
        retry_after_s: 3 * 86_400,
    };
    asking.stub.fault_when(faults::first(1, "klines", fault));
    let error = asking
        .send(&get(KLINES))
        .expect_err("nobody waits for days");
    assert_eq!(
        error.to_string(),
        "the stub does not want to be asked for 4320 minutes: status 418"
    );
    assert!(error.hint().expect("one").contains("in 4320 minutes"));
    assert_eq!(asking.waited_s(), 0);
}

#[test]
fn trouble_without_end_is_an_error_that_says_what_happened_last() {
    for (fault, last) in [
        (Fault::Status(503), "status 503"),
        (Fault::Disconnect, "broken off"),
        (Fault::LengthTooLong, "broken off"),
        (Fault::ChunkedWithoutEnd, "broken off"),
    ] {
        let asking = Asking::new();
        asking
            .stub
            .fault_when(Box::new(move |_| Some(fault.clone())));
        let error = asking.send(&get("/fapi/v1/time")).expect_err("no answer");
        let text = error.to_string();
        let begin = "the stub did not answer /fapi/v1/time: asked 9 times, the last time: ";
        assert!(text.starts_with(begin) && text.contains(last), "{text}");
        assert_eq!(asking.stub.log().len(), 9);
        let figures = asking.client.figures();
        assert_eq!((figures.requests, figures.retries), (9, 8));
        // Pauses double from half a second to 30 s; half of each is chance.
        let waited_s = asking.waited_s();
        assert!((45..=92).contains(&waited_s), "{waited_s} s");
    }
}

#[test]
fn an_answer_that_does_not_come_is_asked_for_again() {
    let asking = Asking::with(|options| options.idle_timeout_ms = 500);
    let fault = Fault::Slow { by_ms: 60_000 };
    asking.stub.fault_when(faults::first(1, "klines", fault));
    asking.body(&get(KLINES));
    let told = asking.told();
    let is_timeout =
        |n: &Notice| matches!(n, Notice::Retry { why, .. } if why.contains("timed out"));
    assert!(told.iter().any(is_timeout), "{told:?}");
}

#[test]
fn a_country_that_is_not_served_is_told_once_with_the_setting() {
    let asking = Asking::new();
    asking
        .stub
        .fault_when(Box::new(|_| Some(Fault::Status(451))));
    let error = asking.send(&get(KLINES)).expect_err("refused");
    assert!(error.is_users());
    assert!(error.hint().expect("one").contains("STUB_URL"), "{error}");
    assert_eq!(asking.stub.log().len(), 1);
}

#[test]
fn a_redirected_post_keeps_its_body() {
    let asking = Asking::new();
    let question = post("/info", r#"{"type":"meta"}"#);
    let clean = asking.body(&question);
    asking
        .stub
        .fault_when(faults::first(1, "info", Fault::Redirect));
    assert_eq!(asking.body(&question), clean);
    let last = asking.stub.log().pop().expect("it was asked");
    assert_eq!(
        (last.method.as_str(), last.body.as_str()),
        ("POST", r#"{"type":"meta"}"#)
    );
}

#[test]
fn redirects_without_end_are_refused() {
    let asking = Asking::new();
    asking.stub.fault_when(Box::new(|_| Some(Fault::Redirect)));
    let error = asking.send(&get(KLINES)).expect_err("no answer");
    let text = error.to_string();
    assert!(text.contains("redirected without end"), "{text}");
    assert_eq!(asking.stub.log().len(), 6);
}

#[test]
fn an_answer_beyond_all_measure_is_not_read() {
    let asking = Asking::with(|options| options.body_bytes_max = 1_000);
    asking.stub.fault_when(Box::new(|_| Some(Fault::Gzip)));
    let error = asking.send(&get(KLINES)).expect_err("it is larger");
    assert!(
        matches!(
            error,
            HttpError::TooLarge {
                bytes_max: 1_000,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn recorded_answers_are_served_as_they_are() {
    let asking = Asking::new();
    let body = b"{\"serverTime\": 1620099477465}\n";
    asking
        .stub
        .record("/fapi/v1/time", 200, "application/json", body);
    assert_eq!(asking.body(&get("/fapi/v1/time")), body);
}

#[test]
fn what_the_venue_garbles_is_for_the_adapter_to_see() {
    let asking = Asking::new();
    let clean = asking.body(&get(KLINES));
    asking.stub.clear_log();
    asking
        .stub
        .fault_when(faults::first(1, "klines", Fault::Garbled));
    assert_eq!(asking.body(&get(KLINES)), clean[..clean.len() / 2]);
    assert_eq!(asking.body(&get(KLINES)), clean);
    let log = asking.stub.log();
    assert_eq!(log[0].question(), format!("GET {KLINES} "));
    assert_eq!(
        log.iter().map(|a| a.is_answered()).collect::<Vec<_>>(),
        [false, true]
    );
}

#[test]
fn a_row_that_the_venue_loses_is_not_in_its_answer() {
    let asking = Asking::new();
    asking.stub.change(|market| {
        for minutes in market.listed[0].candles.values_mut() {
            minutes.remove(7);
        }
    });
    let rows: Vec<serde_json::Value> =
        serde_json::from_slice(&asking.body(&get(KLINES))).expect("a list");
    assert_eq!(rows[6][0], START + 6 * 60_000);
    assert_eq!(rows[7][0], START + 8 * 60_000);
}

#[test]
fn https_to_a_closed_port_is_soon_an_error_not_a_panic() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("https://{}", closed.local_addr().expect("it is bound"));
    drop(closed);
    let options = Options {
        waiting: Arc::new(Skipping::default()),
        ..Options::default()
    };
    let client = Client::new(&BTreeMap::from([(PLACE.variable, address)]), options);
    let client = client.expect("a client can be built");
    let error = client.send(&judge, &get("/")).expect_err("nobody listens");
    let text = error.to_string();
    let begin = "the stub did not answer /: asked 4 times, the last time: no connection: ";
    assert!(text.starts_with(begin), "{text}");
    assert!(!error.is_users());
}

#[test]
fn a_bad_address_is_told_before_anything_is_sent() {
    let bad = BTreeMap::from([(PLACE.variable, "stub.example:80:80".to_owned())]);
    let error = Client::new(&bad, Options::default()).expect_err("no address");
    assert!(
        error
            .to_string()
            .starts_with("STUB_URL is `stub.example:80:80`"),
        "{error}"
    );
    assert!(error.hint().expect("one").contains("STUB_URL"));
}

/// Names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |e: std::io::Result<std::fs::DirEntry>| {
        e.expect("readable")
            .file_name()
            .to_string_lossy()
            .into_owned()
    };
    entries.map(name).collect()
}

#[test]
fn a_file_is_whole_or_not_there() {
    let clean = Asking::new();
    let digest = clean.body(&get(&format!("{ZIP}.CHECKSUM")));
    let digest = String::from_utf8(digest).expect("text");
    let (digest, name) = digest.trim_end().split_once("  ").expect("two fields");
    assert_eq!(name, "BTCUSDT-1m-2024-01-15.zip");
    for fault in passing_faults() {
        let asking = Asking::new();
        asking.stub.fault_when(faults::first(2, ZIP, fault.clone()));
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("day.zip");
        let saved = asking.client.download(&judge, &get(ZIP), &to);
        let Download::Saved { bytes, sha256 } = saved.expect("it is there") else {
            panic!("{ZIP} is absent");
        };
        let file = std::fs::read(&to).expect("it was saved");
        assert_eq!(bytes, file.len() as u64, "after {fault:?}");
        assert_eq!(sha256, digest, "after {fault:?}");
        let again = Sha256::digest(&file);
        let again: String = again.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(again, digest, "after {fault:?}");
        assert_eq!(names(folder.path()), ["day.zip"], "after {fault:?}");
    }
}

#[test]
fn a_file_that_is_never_whole_leaves_nothing() {
    let asking = Asking::new();
    asking.stub.fault_when(Box::new(|_| Some(Fault::CutMiddle)));
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("day.zip");
    let error = asking.client.download(&judge, &get(ZIP), &to);
    assert!(
        matches!(error, Err(HttpError::GaveUp { attempts: 9, .. })),
        "{error:?}"
    );
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_file_that_is_not_published_is_absent() {
    let asking = Asking::new();
    asking.stub.set_now(START + DAY + 8 * 3_600_000);
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("day.zip");
    let answer = asking.client.download(&judge, &get(ZIP), &to);
    assert_eq!(answer.expect("an answer"), Download::Absent);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let asking = Asking::new();
    let to = Path::new("/nowhere/at all/day.zip");
    let error = asking.client.download(&judge, &get(ZIP), to);
    let error = error.expect_err("there is no such folder");
    assert!(
        error
            .to_string()
            .starts_with("writing /nowhere/at all/day.zip: "),
        "{error}"
    );
}
