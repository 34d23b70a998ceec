//! The Telegram bot of a real session, through a service on this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{desk, hold, positions, running, state, until, write};

const USER: i64 = 4_711;
const TOKEN: &str = "123456:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";

/// The service: updates that wait, and every text it was asked to send.
#[derive(Default)]
struct Service {
    updates: Vec<Value>,
    sent: Vec<String>,
}

type Shared = Arc<Mutex<Service>>;

fn start() -> (String, Shared) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("it is bound"));
    let service = Shared::default();
    let shared = Arc::clone(&service);
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let shared = Arc::clone(&shared);
            // Clients go whenever their process ends.
            std::thread::spawn(move || serve(socket, &shared).unwrap_or_default());
        }
    });
    (base, service)
}

fn serve(socket: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(socket);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let first = head.lines().next().unwrap_or_default();
    let result = answer(first, &String::from_utf8_lossy(&body), shared);
    let text = json!({"ok": true, "result": result}).to_string();
    let mut socket = reader.into_inner();
    write!(
        socket,
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
}

fn answer(first: &str, body: &str, shared: &Shared) -> Value {
    let asked: Value = serde_json::from_str(body).unwrap_or_default();
    if first.contains("/getMe") {
        return json!({"id": 1, "is_bot": true, "first_name": "desk", "username": "desk_bot"});
    }
    if first.contains("/getUpdates") {
        let after = asked["offset"].as_i64().unwrap_or(0);
        for _ in 0..20 {
            let updates = shared.lock().expect("no panic").updates.clone();
            let is_new = |u: &Value| u["update_id"].as_i64() >= Some(after);
            let new: Vec<Value> = updates.into_iter().filter(is_new).collect();
            if !new.is_empty() {
                return Value::Array(new);
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        return json!([]);
    }
    if first.contains("/sendMessage") || first.contains("/sendPhoto") {
        shared.lock().expect("no panic").sent.push(body.to_owned());
        return json!({"message_id": 1, "date": now(), "chat": {"id": USER, "type": "private"}});
    }
    json!(true)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.expect("after 1970").as_secs()).expect("a time")
}

/// A command somebody types; a number for each.
fn say(service: &Shared, command: &str) {
    let mut service = service.lock().expect("no panic");
    let number = service.updates.len() as i64 + 1;
    let length = command.split(' ').next().map_or(0, str::len);
    service.updates.push(json!({
        "update_id": number,
        "message": {
            "message_id": number,
            "date": now() + 1,
            "chat": {"id": USER, "type": "private"},
            "from": {"id": USER, "is_bot": false},
            "text": command,
            "entities": [{"type": "bot_command", "offset": 0, "length": length}],
        },
    }));
}

/// Has the service been asked to send something with these words.
fn was_sent(service: &Shared, words: &str) -> bool {
    let service = service.lock().expect("no panic");
    service.sent.iter().any(|text| text.contains(words))
}

#[test]
fn a_session_is_asked_and_told_in_a_chat() {
    let desk = desk();
    let (base, service) = start();
    write(&desk, &[hold("keep", "")]);
    let mut command = desk.command(&["forward-test", "--json"]);
    command
        .env("TELEGRAM_BOT_TOKEN", TOKEN)
        .env("TELEGRAM_USERS", USER.to_string())
        .env("TELEGRAM_API_URL", base);
    let mut session = desk.spawn(command);
    running(&desk, &mut session, &["keep"]);
    until(&desk, &mut session, "a position", |s| {
        positions(s, "keep") == 1
    });
    desk.wait(&mut session, "its alert", |_| was_sent(&service, "keep"));

    service.lock().expect("no panic").sent.clear();
    say(&service, "/status");
    desk.wait(&mut session, "the status", |_| {
        was_sent(&service, "BTC/USDT")
    });
    say(&service, "/stop");
    desk.wait(&mut session, "it is paused", |s| {
        state(s, "keep") == "paused"
    });
    say(&service, "/start");
    desk.wait(&mut session, "it goes on", |s| {
        state(s, "keep") == "running"
    });
    say(&service, "/forceexit all");
    until(&desk, &mut session, "it is closed", |s| {
        positions(s, "keep") == 0
    });
    write(&desk, &[hold("keep", ", size = 0.5")]);
    say(&service, "/reload_config");
    desk.wait(&mut session, "it is told", |_| {
        was_sent(&service, "keep is replaced")
    });
    until(&desk, &mut session, "the new one", |s| {
        s["strategies"]
            .as_array()
            .is_some_and(|all| all.iter().any(|s| s["parameters"]["size"] == "0.5"))
    });
    let ended = session.terminate();
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
}
