//! A channel that takes alerts as Discord does, and remembers the key of each.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use host::alerts::Alert;
use serde_json::Value;

/// The channel; its thread ends with the test program.
pub(super) struct Channel {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<Value>>>,
    is_deaf: Arc<AtomicBool>,
}

impl Channel {
    pub(super) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (taken, is_deaf) = (
            Arc::<Mutex<Vec<Value>>>::default(),
            Arc::<AtomicBool>::default(),
        );
        let (kept, deaf) = (Arc::clone(&taken), Arc::clone(&is_deaf));
        std::thread::spawn(move || {
            // Those that are not answered are kept open.
            let mut waiting = Vec::new();
            for stream in listener.incoming().flatten() {
                if deaf.load(Ordering::SeqCst) {
                    waiting.push(stream);
                } else if let Some(message) = take(stream) {
                    kept.lock().expect("no panic").extend(message);
                }
            }
        });
        Self {
            address,
            taken,
            is_deaf,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/api/webhooks/1/secret", self.address)
    }

    /// From now on nobody is answered.
    pub(super) fn fall_silent(&self) {
        self.is_deaf.store(true, Ordering::SeqCst);
    }

    /// Everything that was taken, embed by embed.
    fn embeds(&self) -> Vec<Value> {
        self.taken.lock().expect("no panic").clone()
    }

    pub(super) fn titles(&self) -> Vec<String> {
        let title = |e: &Value| e["title"].as_str().unwrap_or_default().replace('\\', "");
        self.embeds().iter().map(title).collect()
    }

    /// Of these alerts of a journal, those nobody was told. A burst is one message with the first key and the last one.
    pub(super) fn untold<'a>(&self, alerts: &'a [Alert]) -> Vec<&'a str> {
        let place = |key: &str| alerts.iter().position(|a| a.key == key);
        let mut is_told = vec![false; alerts.len()];
        for embed in self.embeds() {
            let key = embed["footer"]["text"].as_str().unwrap_or_default();
            let (first, last) = key.split_once(" … ").unwrap_or((key, key));
            if let (Some(first), Some(last)) = (place(first), place(last)) {
                is_told[first..=last].fill(true);
            }
        }
        let untold = alerts.iter().zip(is_told).filter(|(_, told)| !told);
        untold.map(|(alert, _)| alert.key.as_str()).collect()
    }
}

/// Reads a message and takes it; none if whoever sent it was killed meanwhile.
fn take(stream: TcpStream) -> Option<Vec<Value>> {
    let mut reader = BufReader::new(&stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let message = message(&body)?;
    // Taken, whether or not the other side lives to hear of it.
    let _ = (&stream).write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    );
    Some(message["embeds"].as_array().cloned().unwrap_or_default())
}

/// JSON, alone or as the first part of a form with pictures.
fn message(body: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(body);
    let json = text.get(text.find('{')?..)?;
    serde_json::Deserializer::from_str(json)
        .into_iter()
        .next()?
        .ok()
}
