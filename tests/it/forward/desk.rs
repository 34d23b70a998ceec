//! A folder, a simulated venue, and the program that trades between them.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::venue_sim::{Play, VenueSim};
use crate::venue_stub::Market;

pub(crate) const MINUTE: i64 = 60_000;

/// Nothing here takes longer, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);

/// Everything one forward test needs.
pub(crate) struct Desk {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) sim: VenueSim,
    pub(crate) play: Play,
}

impl Desk {
    pub(crate) fn new(market: Market, play: Play) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            sim: VenueSim::start(market, play),
            play,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program in the folder, with every venue at the simulator.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
        for variable in host::config::VARIABLES {
            command.env_remove(variable.name);
        }
        command
            .current_dir(self.path())
            .envs(self.sim.settings())
            .env("HEALTH_ADDRESS", "off")
            .env("LOG_LEVEL", "info")
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// A command that ends by itself, and that ended well.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().expect("it starts");
        assert!(
            output.status.success(),
            "{arguments:?}: {:?}\n{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    /// Starts a session; its log goes to a file.
    pub(crate) fn start(&self, arguments: &[&str]) -> Session {
        let mut whole = vec!["forward-test", "--exchange", "binance", "--json"];
        whole.extend(arguments);
        self.session(&whole)
    }

    /// The same with nothing said.
    pub(crate) fn session(&self, arguments: &[&str]) -> Session {
        self.spawn(self.command(arguments))
    }

    /// The same of a command.
    pub(crate) fn spawn(&self, mut command: Command) -> Session {
        let log = self.path().join("session.log");
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log");
        let child = command
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("it starts");
        Session { child, log }
    }

    /// What `host ctl status` says; nothing while nobody answers.
    pub(crate) fn status(&self) -> Option<Value> {
        let output = self.command(&["ctl", "status", "--json"]).output();
        let output = output.expect("it starts");
        let answered = output.status.success().then_some(output.stdout)?;
        serde_json::from_slice(&answered).ok()
    }

    /// Waits until every strategy of the session has seen its last minute.
    pub(crate) fn wait_for_end(&self, session: &mut Session) {
        let end = host::domain::Timestamp(self.play.end_ms).rfc3339();
        self.wait(session, "the last minute", |status| {
            let strategies = status["strategies"].as_array().cloned();
            let strategies = strategies.unwrap_or_default();
            let has_seen = |s: &Value| s["time"] == end.as_str();
            !strategies.is_empty() && strategies.iter().all(has_seen)
        });
    }

    /// Waits until the status says something.
    pub(crate) fn wait(&self, session: &mut Session, what: &str, is_so: impl Fn(&Value) -> bool) {
        let began = Instant::now();
        let mut last = Value::Null;
        while began.elapsed() < LIMIT {
            if let Some(status) = self.status() {
                if is_so(&status) {
                    return;
                }
                last = status;
            }
            if let Some(ended) = session.child.try_wait().expect("ours") {
                panic!("it ended ({ended}) before {what}\n{}", session.log());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{what} did not come: {last:#}\n{}", session.log());
    }

    /// Candles, marks and funding of the venue in the catalog, for backtests.
    pub(crate) fn fetch(&self, symbols: &str, from_ms: i64, to_ms: i64) {
        let at = |ms: i64| host::domain::Timestamp(ms).rfc3339();
        let (from, to) = (at(from_ms), at(to_ms));
        self.run(&[
            "data",
            "fetch",
            "--exchange",
            "binance",
            "--symbols",
            symbols,
            "--no-archive",
            "--start",
            &from,
            "--end",
            &to,
        ]);
    }
}

/// The folder of a run that `--json` told of.
pub(crate) fn run_folder(output: &Output) -> PathBuf {
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    PathBuf::from(document["run_dir"].as_str().expect("a folder"))
}

/// A session under way.
pub(crate) struct Session {
    pub(crate) child: Child,
    log: PathBuf,
}

impl Session {
    /// One that somebody else started.
    pub(crate) fn of(child: Child, log: PathBuf) -> Self {
        Self { child, log }
    }

    /// Its log so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks it to end as systemd does, and gives what it said.
    pub(crate) fn terminate(mut self) -> Value {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.expect("kill").success());
        let mut said = String::new();
        let mut out = self.child.stdout.take().expect("piped");
        std::io::Read::read_to_string(&mut out, &mut said).expect("text");
        let status = self.child.wait().expect("it ends");
        let document = serde_json::from_str(&said);
        document.unwrap_or_else(|e| panic!("{status}: {e}: {said}\n{}", self.log()))
    }

    /// Ends it without a word.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
