//! Shared by the tests of this stage.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::{
    Alert, AlertSource, Clock, DeliveryBook, Failure, Kind, Level, Sent, Sink, Tone, Volume,
};

/// A notice of a trade: its key, its title and its time say its number.
pub(crate) fn alert(number: i64) -> Alert {
    Alert {
        key: format!("s-{number}-0"),
        time_ms: 1_700_000_000_000 + number * 1_000,
        level: Level::Info,
        kind: Kind::TradeClosed,
        tone: Tone::Neutral,
        strategy: Some("ma".to_owned()),
        title: format!("title {number}"),
        text: String::new(),
        fields: Vec::new(),
        equity: Vec::new(),
    }
}

/// A clock that stands where it is put.
#[derive(Default)]
pub(crate) struct FakeClock(AtomicI64);

impl FakeClock {
    pub(crate) fn at(now_ms: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now_ms)))
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A journal and a book of deliveries in memory: clones are connections to the same ones.
#[derive(Clone, Default)]
pub(crate) struct Outbox(Arc<Mutex<Kept>>);

#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) alerts: Vec<(i64, Alert)>,
    pub(crate) cursor: Option<i64>,
    pub(crate) failure: Option<Failure>,
    pub(crate) dropped: Vec<(i64, String)>,
    pub(crate) disabled: Option<String>,
    /// Nothing can be read or kept.
    pub(crate) broken: bool,
}

impl Outbox {
    /// With these alerts in its journal, and a sink that was told none of them.
    pub(crate) fn with(alerts: impl IntoIterator<Item = i64>) -> Self {
        let outbox = Self::default();
        outbox.kept().cursor = Some(0);
        outbox.commit(alerts.into_iter().map(alert));
        outbox
    }

    pub(crate) fn commit(&self, alerts: impl IntoIterator<Item = Alert>) {
        let mut kept = self.kept();
        for alert in alerts {
            let id = kept.alerts.len() as i64 + 1;
            kept.alerts.push((id, alert));
        }
    }

    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("no panic holds it")
    }

    fn usable(&self) -> Result<MutexGuard<'_, Kept>, String> {
        let kept = self.kept();
        if kept.broken {
            return Err("the disk is gone".to_owned());
        }
        Ok(kept)
    }

    pub(crate) fn open(&self) -> (Box<dyn AlertSource>, Box<dyn DeliveryBook>) {
        (Box::new(self.clone()), Box::new(self.clone()))
    }
}

impl AlertSource for Outbox {
    fn after(&mut self, id: i64, limit: usize) -> Result<Vec<(i64, Alert)>, String> {
        let kept = self.usable()?;
        let alerts = kept.alerts.iter().filter(|alert| alert.0 > id);
        Ok(alerts.take(limit).cloned().collect())
    }

    fn last(&mut self) -> Result<i64, String> {
        Ok(self.usable()?.alerts.last().map_or(0, |alert| alert.0))
    }
}

impl DeliveryBook for Outbox {
    fn cursor(&mut self, _: &str) -> Result<Option<i64>, String> {
        Ok(self.usable()?.cursor)
    }

    fn done(&mut self, _: &str, id: i64) -> Result<(), String> {
        let mut kept = self.usable()?;
        (kept.cursor, kept.failure) = (Some(id), None);
        Ok(())
    }

    fn failed(&mut self, _: &str, failure: &Failure) -> Result<(), String> {
        self.usable()?.failure = Some(failure.clone());
        Ok(())
    }

    fn failure(&mut self, _: &str) -> Result<Option<Failure>, String> {
        Ok(self.usable()?.failure.clone())
    }

    fn dropped(&mut self, _: &str, id: i64, why: &str) -> Result<(), String> {
        self.usable()?.dropped.push((id, why.to_owned()));
        Ok(())
    }

    fn set_disabled(&mut self, _: &str, why: Option<&str>) -> Result<(), String> {
        self.usable()?.disabled = why.map(str::to_owned);
        Ok(())
    }

    fn disabled(&mut self, _: &str) -> Result<Option<String>, String> {
        Ok(self.usable()?.disabled.clone())
    }
}

/// What a sink was sent at once.
type Attempt = Vec<(Alert, Volume)>;

/// A sink that answers as it is told and remembers what it was sent; with no answer left it takes everything.
#[derive(Clone, Default)]
pub(crate) struct FakeSink {
    pub(crate) answers: Arc<Mutex<VecDeque<Sent>>>,
    pub(crate) sent: Arc<Mutex<Vec<Attempt>>>,
}

impl FakeSink {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Sent>) -> Self {
        let sink = Self::default();
        sink.answer(answers);
        sink
    }

    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Sent>) {
        let mut waiting = self.answers.lock().expect("no panic holds it");
        waiting.extend(answers);
    }

    /// Titles of what it was sent, attempt by attempt.
    pub(crate) fn titles(&self) -> Vec<Vec<String>> {
        let sent = self.sent.lock().expect("no panic holds it");
        let titles = |alerts: &Attempt| {
            alerts
                .iter()
                .map(|(alert, _)| alert.title.clone())
                .collect()
        };
        sent.iter().map(titles).collect()
    }
}

impl Sink for FakeSink {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn send(&mut self, alerts: &[(Alert, Volume)]) -> Sent {
        self.sent
            .lock()
            .expect("no panic holds it")
            .push(alerts.to_vec());
        let answer = self.answers.lock().expect("no panic holds it").pop_front();
        answer.unwrap_or(Sent::Taken(alerts.len()))
    }
}

/// What a stub of a service answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Nothing is answered while the connection stands.
    pub(crate) hangs: bool,
}

/// What a stub was asked: the first line and the headers, lower-case names, and the body.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A service on a port of this machine. It answers in order, the last answer again and again.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Stub {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let stub = Self {
            address: listener.local_addr().expect("it is bound"),
            asked: Arc::default(),
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
        };
        let (asked, answers) = (Arc::clone(&stub.asked), Arc::clone(&stub.answers));
        std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for socket in listener.incoming().flatten() {
                // Whoever stops in the middle of a question is not answered.
                let Ok(question) = read(&socket) else {
                    continue;
                };
                asked.lock().expect("no panic holds it").push(question);
                let mut answers = answers.lock().expect("no panic holds it");
                let answer = match answers.len() {
                    0 | 1 => answers.front().cloned().unwrap_or_default(),
                    _ => answers.pop_front().unwrap_or_default(),
                };
                match answer.hangs {
                    true => hanging.push(socket),
                    false => drop(write(&socket, &answer)),
                }
            }
        });
        stub
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic holds it").clone()
    }
}

fn read(socket: &TcpStream) -> std::io::Result<Asked> {
    let mut reader = BufReader::new(socket);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Asked { head, body })
}

fn write(mut socket: &TcpStream, answer: &Answer) -> std::io::Result<()> {
    let headers: String = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let (status, length) = (answer.status, answer.body.len());
    write!(
        socket,
        "HTTP/1.1 {status} X\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{}",
        answer.body
    )
}
