//! Settings: a flag wins over the environment, that over `.env` in the working directory, that over `host.toml`, that over the
//! default. Every variable is one constant here; `.env.example` is written from them and tested against them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::venues::adapters;
use crate::venues::rest::Place;

/// One setting a user may make outside the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Name in the environment and in `.env`; in `host.toml` the same in lower case.
    pub name: &'static str,
    /// Value when nothing is said; empty = none.
    pub default: &'static str,
    /// One line for people.
    pub help: &'static str,
    /// Never printed.
    pub secret: bool,
}

const fn variable(name: &'static str, default: &'static str, help: &'static str) -> Variable {
    Variable {
        name,
        default,
        help,
        secret: false,
    }
}

const fn secret(name: &'static str, help: &'static str) -> Variable {
    Variable {
        name,
        default: "",
        help,
        secret: true,
    }
}

/// Venue of the market data.
pub const EXCHANGE: Variable = variable(
    "EXCHANGE",
    "binance",
    "venue of the market data: binance, bybit, hyperliquid, synthetic",
);
/// Symbol to trade.
pub const SYMBOL: Variable = variable(
    "SYMBOL",
    "BTC/USDT:USDT",
    "BTC/USDT is the spot pair, BTC/USDT:USDT the perpetual",
);
/// How far back `host data fetch` goes.
pub const FETCH_DAYS: Variable = variable(
    "FETCH_DAYS",
    "365",
    "days of history that `host data fetch` brings if no period is given",
);
/// Lengths of candles to fetch.
pub const FETCH_TIMEFRAMES: Variable = variable(
    "FETCH_TIMEFRAMES",
    "1m",
    "lengths of the candles it brings, by comma; where a venue keeps short ones for days only, 1h comes beside them",
);
/// What to fetch.
pub const FETCH_STREAMS: Variable = variable(
    "FETCH_STREAMS",
    "candles,funding,mark",
    "what it brings of each symbol, as far as there is such a thing: candles, funding, mark, index, oi, flow",
);
/// Money at the start.
pub const INITIAL_BALANCE: Variable = variable(
    "INITIAL_BALANCE",
    "10000",
    "money at the start, in the quote currency",
);
/// Folder of market data.
pub const CACHE_PATH: Variable = variable(
    "CACHE_PATH",
    "data",
    "folder of the market data and of compiled strategies",
);
/// Folder of results.
pub const OUTPUT_PATH: Variable =
    variable("OUTPUT_PATH", "runs", "folder of results, one folder a run");
/// Folder of strategies.
pub const STRATEGIES_PATH: Variable = variable(
    "STRATEGIES_PATH",
    "strategies",
    "drop-in folder of .wasm files or of strategy sources, found by name",
);
/// Folder of what the program installs for itself.
pub const TOOLS_PATH: Variable = variable(
    "TOOLS_PATH",
    "",
    "folder of what is installed once to build Python strategies, 400 MB [default: host in the user's cache folder]",
);
/// Folder of the compiler's own files.
pub const BUILD_PATH: Variable = variable(
    "BUILD_PATH",
    "",
    "folder of the compiler's files while strategies are built [default: target/guests in the project]",
);
/// Database of sessions.
pub const DATABASE_PATH: Variable = variable(
    "DATABASE_PATH",
    "host.sqlite",
    "journal of forward tests; what became of their alerts lies beside it",
);
/// How much is logged.
pub const LOG_LEVEL: Variable = variable(
    "LOG_LEVEL",
    "warn",
    "error, warn, info, debug or trace; logs go to stderr",
);
/// How log lines look.
pub const LOG_FORMAT: Variable = variable(
    "LOG_FORMAT",
    "",
    "text or json [default: text; json for a forward test whose log is no terminal]",
);
/// Where `host ctl` reaches a session.
pub const CONTROL_SOCKET: Variable = variable(
    "CONTROL_SOCKET",
    "",
    "socket of `host ctl` [default: beside the database, host.sqlite -> host.sock]",
);
/// Where health and metrics are served.
pub const HEALTH_ADDRESS: Variable = variable(
    "HEALTH_ADDRESS",
    "127.0.0.1:9464",
    "address of /health and /metrics while a session runs; off = none",
);
/// May others read health and metrics.
pub const METRICS_PUBLIC: Variable = variable(
    "METRICS_PUBLIC",
    "no",
    "yes = HEALTH_ADDRESS may be reached from other machines (containers)",
);
/// Is money among the metrics.
pub const METRICS_MONEY: Variable = variable(
    "METRICS_MONEY",
    "no",
    "yes = /metrics tells equity and drawdown to whoever can read it",
);
/// Where alerts go in Discord.
pub const DISCORD_WEBHOOK_URL: Variable = secret(
    "DISCORD_WEBHOOK_URL",
    "webhook of the Discord channel alerts go to; empty = none",
);
/// Token of a Telegram bot.
pub const TELEGRAM_BOT_TOKEN: Variable = secret(
    "TELEGRAM_BOT_TOKEN",
    "token of your Telegram bot, from @BotFather: alerts, and commands of TELEGRAM_USERS; docs/telegram.md",
);
/// Chat of the alerts.
pub const TELEGRAM_CHAT_ID: Variable = variable(
    "TELEGRAM_CHAT_ID",
    "",
    "chat of the alerts, CHAT or CHAT/TOPIC [default: the private chat of the lowest id in TELEGRAM_USERS]",
);
/// Who may command.
pub const TELEGRAM_USERS: Variable = variable(
    "TELEGRAM_USERS",
    "",
    "ids of the users who may command, by comma; nobody else is answered, in no chat",
);
/// Where the service is.
pub const TELEGRAM_API_URL: Variable = variable(
    "TELEGRAM_API_URL",
    "https://api.telegram.org",
    "Telegram's own server, or one you run",
);
/// Accepted, unused until live trading.
pub const API_KEY: Variable = secret(
    "API_KEY",
    "not needed: market data is public; unused until live trading",
);
/// Accepted, unused until live trading.
pub const API_SECRET: Variable = secret("API_SECRET", "the same");

/// Every variable, in the order of `.env.example`.
pub const VARIABLES: [&Variable; 25] = [
    &EXCHANGE,
    &SYMBOL,
    &FETCH_DAYS,
    &FETCH_TIMEFRAMES,
    &FETCH_STREAMS,
    &INITIAL_BALANCE,
    &CACHE_PATH,
    &OUTPUT_PATH,
    &STRATEGIES_PATH,
    &TOOLS_PATH,
    &BUILD_PATH,
    &DATABASE_PATH,
    &LOG_LEVEL,
    &LOG_FORMAT,
    &CONTROL_SOCKET,
    &HEALTH_ADDRESS,
    &METRICS_PUBLIC,
    &METRICS_MONEY,
    &DISCORD_WEBHOOK_URL,
    &TELEGRAM_BOT_TOKEN,
    &TELEGRAM_CHAT_ID,
    &TELEGRAM_USERS,
    &TELEGRAM_API_URL,
    &API_KEY,
    &API_SECRET,
];

/// Every variable, those with the addresses of venues last.
fn all() -> impl Iterator<Item = Variable> {
    let addresses = adapters::places().map(|p| variable(p.variable, p.url, p.what));
    VARIABLES.into_iter().copied().chain(addresses)
}

/// Why the settings cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `.env` is not what it should be.
    #[error("reading {path}: {message}")]
    Env {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// `host.toml` is not what it should be.
    #[error("reading {path}: {message}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

/// What was set outside the command line. Secrets do not show in `Debug`.
#[derive(Clone, Default)]
pub struct Settings {
    values: BTreeMap<&'static str, String>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.values.iter().map(|(name, value)| {
            let secret = VARIABLES.iter().any(|v| v.secret && v.name == *name);
            (*name, if secret { "***" } else { value.as_str() })
        });
        f.debug_map().entries(shown).finish()
    }
}

impl Settings {
    /// Reads `host.toml` and `.env` of a folder and the process's environment.
    ///
    /// # Errors
    /// A file that is there but cannot be read, or an unknown key in `host.toml`.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let mut settings = Self::default();
        settings.read_toml(&folder.join("host.toml"))?;
        settings.read_env_file(&folder.join(".env"))?;
        for variable in all() {
            if let Ok(value) = std::env::var(variable.name) {
                settings.set(variable.name, value);
            }
        }
        Ok(settings)
    }

    /// The value of a variable: what was set, else its default; `None` where both are empty.
    #[must_use]
    pub fn get(&self, variable: &Variable) -> Option<&str> {
        let set = self.values.get(variable.name).map(String::as_str);
        set.or(Some(variable.default))
            .filter(|value| !value.is_empty())
    }

    /// Did somebody set it, or is it the default.
    #[must_use]
    pub fn is_set(&self, variable: &Variable) -> bool {
        self.values.contains_key(variable.name)
    }

    /// Addresses of venues that were set, by the name of the setting.
    #[must_use]
    pub fn addresses(&self) -> BTreeMap<&'static str, String> {
        let set = |place: Place| {
            let address = self.values.get(place.variable)?;
            Some((place.variable, address.clone()))
        };
        adapters::places().filter_map(set).collect()
    }

    /// A folder or file.
    #[must_use]
    pub fn path(&self, variable: &Variable) -> PathBuf {
        PathBuf::from(self.get(variable).unwrap_or_default())
    }

    /// Another file or folder than was set: a flag said so.
    pub fn set_path(&mut self, variable: &Variable, path: &Path) {
        let text = path.to_string_lossy().into_owned();
        self.values.insert(variable.name, text);
    }

    /// Every variable and its value, for people; secrets are stars.
    #[must_use]
    pub fn shown(&self) -> Vec<(String, String)> {
        let shown = |variable: &&Variable| {
            let value = self.get(variable)?;
            let value = if variable.secret { "***" } else { value };
            Some((variable.name.to_owned(), value.to_owned()))
        };
        VARIABLES.iter().filter_map(shown).collect()
    }

    fn set(&mut self, name: &str, value: String) {
        if let Some(variable) = all().find(|v| v.name == name)
            && !value.is_empty()
        {
            self.values.insert(variable.name, value);
        }
    }

    fn read_env_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        if !path.exists() {
            return Ok(());
        }
        let bad = |e: dotenvy::Error| ConfigError::Env {
            path: path.to_owned(),
            message: e.to_string(),
        };
        for pair in dotenvy::from_path_iter(path).map_err(bad)? {
            let (name, value) = pair.map_err(bad)?;
            self.set(&name, value);
        }
        Ok(())
    }

    fn read_toml(&mut self, path: &Path) -> Result<(), ConfigError> {
        let bad = |message: String| ConfigError::Toml {
            path: path.to_owned(),
            message,
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(bad(e.to_string())),
        };
        let table: toml::Table = text
            .parse()
            .map_err(|e: toml::de::Error| bad(e.to_string()))?;
        for (key, value) in table {
            let name = key.to_ascii_uppercase();
            if !all().any(|v| v.name == name) {
                return Err(bad(format!("there is no setting `{key}`")));
            }
            let text = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            self.set(&name, text);
        }
        Ok(())
    }
}

/// The text of `.env.example`.
#[must_use]
pub fn env_example() -> String {
    let mut text = "# Copy to .env in the folder where you run `host`. A flag wins over the environment, that over this file,\n\
                    # that over host.toml (same names in lower case). Everything may stay as it is.\n"
        .to_owned();
    for variable in all() {
        text.push_str(&format!(
            "\n# {}\n{}={}\n",
            variable.help, variable.name, variable.default
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("the file is written");
        }
        folder
    }

    #[test]
    fn env_file_wins_over_host_toml_and_both_over_the_default() {
        let folder = folder(&[
            (
                "host.toml",
                "cache_path = \"from-toml\"\noutput_path = \"out\"\n",
            ),
            (".env", "CACHE_PATH=from-env\nUNRELATED=1\n"),
        ]);
        let settings = Settings::load(folder.path()).expect("both files are fine");
        assert_eq!(settings.get(&CACHE_PATH), Some("from-env"));
        assert_eq!(settings.get(&OUTPUT_PATH), Some("out"));
        assert_eq!(settings.get(&STRATEGIES_PATH), Some("strategies"));
        assert_eq!(settings.get(&API_KEY), None);
    }

    #[test]
    fn unknown_keys_and_broken_files_are_errors() {
        for (name, text) in [
            ("host.toml", "cahce_path = \"x\"\n"),
            ("host.toml", "= 1"),
            (".env", "A B\n"),
        ] {
            let folder = folder(&[(name, text)]);
            assert!(Settings::load(folder.path()).is_err(), "{name}: {text}");
        }
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        let folder = folder(&[(".env", "API_SECRET=hunter2\n")]);
        let settings = Settings::load(folder.path()).expect("the file is fine");
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn env_example_is_what_the_code_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.env.example");
        let text = std::fs::read_to_string(path).expect("the example is in the repository");
        assert_eq!(
            text,
            env_example(),
            "write it anew from config::env_example()"
        );
    }
}
