//! Where log lines go: stderr, as text for people or as JSON for what collects logs.

use std::io::IsTerminal as _;

use clap::ValueEnum;

use crate::cli::CliError;
use crate::config::{self, Settings};

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
    pub fn choose(
        flag: Option<Self>,
        settings: &Settings,
        default: Self,
    ) -> Result<Self, CliError> {
        if let Some(format) = flag {
            return Ok(format);
        }
        let Some(name) = settings.get(&config::LOG_FORMAT) else {
            return Ok(default);
        };
        Self::from_str(name, false).map_err(|_| {
            CliError::user(
                format!(
                    "{} is `{name}`, which is not text or json",
                    config::LOG_FORMAT.name
                ),
                "leave it out: what runs long writes JSON where its log is no terminal",
            )
        })
    }

    /// Of what runs for weeks: JSON unless somebody looks on.
    #[must_use]
    pub fn of_service() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Text
        } else {
            Self::Json
        }
    }
}

/// Starts logging.
pub fn start(settings: &Settings, format: LogFormat) {
    let level = settings.get(&config::LOG_LEVEL).unwrap_or("warn");
    let filter = tracing_subscriber::EnvFilter::try_new(level)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second command in one process (a test) keeps the first logger.
    let _ = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}
