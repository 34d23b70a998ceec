//! Where log lines go: stderr, as text for people or as JSON for what collects logs.
//!
//! A command that runs for minutes writes them itself. One that trades for weeks hands them to a thread: a terminal that was
//! stopped or a collector that is stuck must not hold up a decision. Lines that find no room are counted and told.

use std::io::{IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::cli::CliError;
use crate::config::{self, Settings};

/// Lines that may wait for the thread.
const ROOM: usize = 4_096;

/// How long the end of the program waits for them.
const LAST_LINES: Duration = Duration::from_secs(1);

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// A flag wins over the setting, that over the default.
    ///
    /// # Errors
    /// A setting that names no format.
    fn choose(flag: Option<Self>, settings: &Settings, default: Self) -> Result<Self, CliError> {
        if let Some(format) = flag {
            return Ok(format);
        }
        let Some(name) = settings.get(&config::LOG_FORMAT) else {
            return Ok(default);
        };
        Self::from_str(name, false).map_err(|_| {
            let name_of = config::LOG_FORMAT.name;
            CliError::user(
                format!("{name_of} is `{name}`, which is not text or json"),
                "leave it out: what runs long writes JSON where its log is no terminal",
            )
        })
    }
}

/// Logging of a command that ends soon.
///
/// # Errors
/// A setting that names no format.
pub(super) fn start(settings: &Settings) -> Result<(), CliError> {
    let format = LogFormat::choose(None, settings, LogFormat::Text)?;
    let level = settings.get(&config::LOG_LEVEL).unwrap_or("warn");
    begin(level, format, std::io::stderr);
    Ok(())
}

/// Logging of what runs for weeks: never waits, JSON unless a flag, a setting or a terminal says otherwise. Where nobody sets a level,
/// a log tells what happens, and a terminal, which is told in lines for people, errors only. The last lines are
/// written when the value it returns is dropped.
///
/// # Errors
/// A setting that names no format.
pub fn start_service(settings: &Settings, flag: Option<LogFormat>) -> Result<Lines, CliError> {
    let (default, usual) = if std::io::stderr().is_terminal() {
        (LogFormat::Text, "error")
    } else {
        (LogFormat::Json, "info")
    };
    let set = settings.get(&config::LOG_LEVEL);
    let set = set.filter(|_| settings.is_set(&config::LOG_LEVEL));
    let format = LogFormat::choose(flag, settings, default)?;
    let lines = Lines::to(std::io::stderr());
    begin(set.unwrap_or(usual), format, lines.queue.clone());
    Ok(lines)
}

fn begin<W>(level: &str, format: LogFormat, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    // A second command in one process (a test) keeps the first logger.
    let _ = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}

/// Lines on their way to a thread that writes them; dropping it waits a moment for the last ones.
#[derive(Debug)]
pub struct Lines {
    queue: Queue,
}

impl Lines {
    fn to(out: impl Write + Send + 'static) -> Self {
        let (sender, waiting) = sync_channel(ROOM);
        let lost = Arc::new(AtomicU64::new(0));
        let queue = Queue {
            sender,
            lost: Arc::clone(&lost),
        };
        std::thread::spawn(move || write(&waiting, &lost, out));
        Self { queue }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let (written, over) = sync_channel(1);
        if self.queue.sender.try_send(Entry::End(written)).is_ok() {
            let _ = over.recv_timeout(LAST_LINES);
        }
    }
}

enum Entry {
    Line(Vec<u8>),
    /// Everything before it is to be written; then somebody waits for a word.
    End(SyncSender<()>),
}

/// What the logger writes to: it never waits.
#[derive(Debug, Clone)]
struct Queue {
    sender: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Queue {
    /// The logger writes an event with one call.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.sender.try_send(Entry::Line(bytes.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Nobody is left to be told that stderr cannot be written: such errors are passed over.
fn write(waiting: &Receiver<Entry>, lost: &AtomicU64, mut out: impl Write) {
    for entry in waiting {
        match entry {
            Entry::Line(line) => {
                let _ = out.write_all(&line);
            }
            Entry::End(written) => {
                let _ = out.flush();
                let _ = written.try_send(());
            }
        }
        let count = lost.swap(0, Ordering::Relaxed);
        if count > 0 {
            let _ = writeln!(
                out,
                "{{\"level\":\"WARN\",\"message\":\"log lines were lost: they could not be written in time\",\"lost\":{count}}}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Writes nothing while somebody holds its gate.
    #[derive(Clone, Default)]
    struct Stuck {
        gate: Arc<Mutex<()>>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Stuck {
        fn text(&self) -> String {
            let written = self.written.lock().expect("whole");
            String::from_utf8_lossy(&written).into_owned()
        }
    }

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _open = self.gate.lock().expect("whole");
            let mut written = self.written.lock().expect("whole");
            written.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_nobody_reads_holds_up_nobody_and_tells_what_was_lost() {
        let out = Stuck::default();
        let closed = out.gate.lock().expect("whole");
        let lines = Lines::to(out.clone());
        let mut writer = lines.queue.make_writer();
        for number in 0..ROOM + 100 {
            writer
                .write_all(format!("{number}\n").as_bytes())
                .expect("it never fails");
        }
        drop(closed);
        drop(lines);
        while !out.text().contains("\"lost\":") {
            std::thread::yield_now();
        }
        let text = out.text();
        assert!(text.starts_with("0\n"), "{text}");
        // The thread may have taken one line before it was stuck.
        assert!(
            text.contains("\"lost\":100}") || text.contains("\"lost\":99}"),
            "{text}"
        );
    }

    #[test]
    fn the_last_lines_are_written_before_the_end() {
        let out = Stuck::default();
        let lines = Lines::to(out.clone());
        lines
            .queue
            .make_writer()
            .write_all(b"goodbye\n")
            .expect("it never fails");
        drop(lines);
        assert_eq!(out.text(), "goodbye\n");
    }

    #[test]
    fn a_format_that_is_none_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("host.toml"), "log_format = \"xml\"").expect("written");
        let settings = Settings::load(folder.path()).expect("good settings");
        let error = LogFormat::choose(None, &settings, LogFormat::Text).expect_err("not a format");
        assert!(error.to_string().contains("LOG_FORMAT is `xml`"), "{error}");
        let flag = LogFormat::choose(Some(LogFormat::Json), &settings, LogFormat::Text);
        assert_eq!(flag.expect("a flag wins"), LogFormat::Json);
    }
}
