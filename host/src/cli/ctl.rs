//! `host ctl`: asks the session that runs on this machine, or tells it what to do.

mod show;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use serde_json::json;

use crate::cli::CliError;
use crate::cli::keep::style;
use crate::cli::output::print;
use crate::cli::watch::end_on_interrupt;
use crate::config::Settings;
use crate::control::{Added, Request};
use crate::domain::OnFault;
use crate::serve::client::Client;
use crate::serve::settings::socket_path;
use crate::serve::status::{Readiness, Status};
use crate::serve::wire::Reply;

/// Exit code of `host ctl health` where a session runs but is not ready.
const NOT_READY: u8 = 1;

/// Between two pictures of `--watch`.
const PAUSE: Duration = Duration::from_secs(1);

/// Ask a running forward test, or tell it what to do.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
    host ctl status                     how it is going\n  \
    host ctl status trend               one strategy: positions, orders, last trades, log\n  \
    host ctl pause trend                no new entries; exits go on\n  \
    host ctl flatten --all              cancel orders, close positions; strategies go on\n  \
    host ctl add new.wasm --symbol BTC/USDT:USDT -p fast=5\n  \
    host ctl --socket /data/host.sock status --json\n\n\
    It reaches the session whose database the settings name (DATABASE_PATH, CONTROL_SOCKET), as the same user or as root.\n\
    Exit code: 0 done, 1 no session answers (or `health`: it is not ready), 2 the session declines or the command is wrong.")]
pub(super) struct Args {
    /// Socket of the session [default: CONTROL_SOCKET, else beside the database].
    #[arg(long, global = true, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the strategies, or one of them.
    #[command(
        after_help = "Examples:\n  host ctl status\n  host ctl status trend\n  host ctl status --watch\n  host ctl status --json"
    )]
    Status {
        /// One strategy, by its name in the session.
        strategy: Option<String>,
        /// Draw again each second, until Ctrl-C.
        #[arg(long, conflicts_with = "json")]
        watch: bool,
    },
    /// Is the session ready: one word, exit code 0 if it is. For health checks of containers.
    #[command(
        after_help = "Example:\n  host ctl health\n\nWords: ready; journal (it refused something: nothing is traded); stale (a feed is)."
    )]
    Health,
    /// Take no new entries; what reduces a position goes on.
    #[command(
        after_help = "Examples:\n  host ctl pause            all strategies\n  host ctl pause trend"
    )]
    Pause {
        /// One strategy [default: all].
        strategy: Option<String>,
    },
    /// Take entries again.
    #[command(
        after_help = "Examples:\n  host ctl resume           all strategies\n  host ctl resume trend"
    )]
    Resume {
        /// One strategy [default: all].
        strategy: Option<String>,
    },
    /// Cancel orders and close positions; the strategy goes on.
    #[command(after_help = "Examples:\n  host ctl flatten trend\n  host ctl flatten --all")]
    Flatten {
        /// One strategy.
        #[arg(required_unless_present = "all")]
        strategy: Option<String>,
        /// Every strategy.
        #[arg(long, conflicts_with = "strategy")]
        all: bool,
    },
    /// Close one position of a strategy.
    #[command(
        after_help = "Example:\n  host ctl close trend 4    the number is in `host ctl status trend`"
    )]
    Close {
        /// The strategy.
        strategy: String,
        /// Number of the position.
        position: u32,
    },
    /// End a strategy; it stays in the list.
    #[command(
        after_help = "Examples:\n  host ctl stop trend                by the strategy's own policy\n  host ctl stop trend --how hold"
    )]
    Stop(Ending),
    /// End a strategy and forget its declaration.
    #[command(after_help = "Example:\n  host ctl remove trend --how flatten")]
    Remove(Ending),
    /// Read forward.toml again: limits apply at once, changed parameters start the strategy anew.
    #[command(
        after_help = "Examples:\n  host ctl reload\n  host ctl reload --force    also where positions are open: they are closed first"
    )]
    Reload {
        /// Replace strategies with open positions too, after closing these.
        #[arg(long)]
        force: bool,
    },
    /// End this session and begin its successor with the same accounts.
    #[command(
        after_help = "Examples:\n  host ctl roll\n  host ctl roll --flatten    close open positions first"
    )]
    Roll {
        /// Close positions first.
        #[arg(long)]
        flatten: bool,
    },
    /// Start one more strategy.
    #[command(
        after_help = "Examples:\n  host ctl add new.wasm --symbol BTC/USDT:USDT\n  \
        host ctl add ma-crossover --name fast --symbol ETH/USDT:USDT -p fast=5 --balance 500"
    )]
    Add {
        /// A .wasm file, a folder of sources, or the name of a strategy in the drop-in folder.
        strategy: String,
        /// Its name in the session.
        #[arg(long)]
        name: Option<String>,
        /// A symbol; may be repeated, in the order of the strategy's roles.
        #[arg(long = "symbol", value_name = "SYMBOL")]
        symbols: Vec<String>,
        /// A parameter; may be repeated.
        #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
        parameters: Vec<String>,
        /// Money at the start.
        #[arg(long)]
        balance: Option<String>,
    },
    /// Write a consistent copy of the journal while it is in use.
    #[command(after_help = "Example:\n  host ctl backup copies/today.sqlite")]
    Backup {
        /// The new file.
        to: PathBuf,
    },
    /// Keep everything and end the process; its next start goes on.
    #[command(after_help = "Example:\n  host ctl shutdown")]
    Shutdown,
}

#[derive(Debug, ClapArgs)]
struct Ending {
    /// The strategy.
    strategy: String,
    /// What becomes of its orders and positions [default: the strategy's own policy].
    #[arg(long, value_enum)]
    how: Option<How>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum How {
    /// Cancel its orders and close its positions at market.
    Flatten,
    /// Cancel its orders that would open or increase.
    Cancel,
    /// Touch nothing.
    Hold,
}

impl How {
    fn policy(self) -> OnFault {
        match self {
            Self::Flatten => OnFault::Flatten,
            Self::Cancel => OnFault::Cancel,
            Self::Hold => OnFault::Hold,
        }
    }
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let socket = args.socket.clone().unwrap_or_else(|| socket_path(settings));
    let mut client = Client::connect(&socket)?;
    let request = args.command.request()?;
    match (&args.command, client.ask(&request)?) {
        (
            Command::Status {
                watch: true,
                strategy,
            },
            first,
        ) => watch(&mut client, first, strategy.as_deref()),
        (Command::Health, Reply::Status(status)) => health(&status, args.json),
        (command, Reply::Status(status)) => {
            let of = command.strategy();
            print(&picture(*status, of, args.json)?).map(|()| 0)
        }
        (_, Reply::Done(sentence)) if args.json => print(&format!(
            "{}\n",
            json!({ "schema": "ctl/1", "done": sentence })
        ))
        .map(|()| 0),
        (_, Reply::Done(sentence)) => print(&format!("{}\n", show::line(&sentence))).map(|()| 0),
        (_, Reply::Declined { message, hint }) => Err(declined(&message, hint.as_deref())),
    }
}

fn declined(message: &str, hint: Option<&str>) -> CliError {
    let hint = hint.unwrap_or("see how it is with `host ctl status`");
    CliError::user(show::line(message), show::line(hint))
}

/// The document or the table, of one strategy or of all.
fn picture(mut status: Status, strategy: Option<&str>, as_json: bool) -> Result<String, CliError> {
    if let Some(name) = strategy {
        let names: Vec<String> = status.strategies.iter().map(|s| s.name.clone()).collect();
        status.strategies.retain(|one| one.name == name);
        if status.strategies.is_empty() {
            return Err(CliError::user(
                format!(
                    "there is no strategy `{name}` in session `{}`",
                    show::line(&status.session)
                ),
                show::line(&format!("there is {}", names.join(", "))),
            ));
        }
    }
    if as_json {
        let text = serde_json::to_string_pretty(&status).expect("plain structs are JSON");
        return Ok(text + "\n");
    }
    Ok(match (strategy, status.strategies.first()) {
        (Some(_), Some(one)) => show::detail(one, style()),
        _ => show::overview(&status, style()),
    })
}

fn health(status: &Status, as_json: bool) -> Result<u8, CliError> {
    let word = show::line(&status.readiness);
    let text = if as_json {
        json!({ "schema": "ctl-health/1", "readiness": word }).to_string()
    } else {
        word
    };
    print(&format!("{text}\n"))?;
    let is_ready = status.readiness == Readiness::Ready.word();
    Ok(if is_ready { 0 } else { NOT_READY })
}

/// Draws over what was drawn before, until Ctrl-C or the end of the session.
fn watch(client: &mut Client, first: Reply, strategy: Option<&str>) -> Result<u8, CliError> {
    if !std::io::stdout().is_terminal() {
        return Err(CliError::user(
            "--watch draws on a terminal, and the output is none",
            "leave it out, or ask again and again with `host ctl status --json`",
        ));
    }
    end_on_interrupt(Arc::default())?;
    let mut reply = first;
    loop {
        match reply {
            Reply::Status(status) => {
                let text = picture(*status, strategy, false)?;
                print(&format!("\u{1b}[H\u{1b}[J{text}(Ctrl-C ends)\n"))?;
            }
            Reply::Declined { message, hint } => return Err(declined(&message, hint.as_deref())),
            Reply::Done(_) => {}
        }
        std::thread::sleep(PAUSE);
        reply = client.ask(&Request::Status)?;
    }
}

impl Command {
    fn strategy(&self) -> Option<&str> {
        match self {
            Self::Status { strategy, .. } => strategy.as_deref(),
            _ => None,
        }
    }

    /// Paths become absolute: the session may live in another folder.
    fn request(&self) -> Result<Request, CliError> {
        Ok(match self {
            Self::Status { .. } | Self::Health => Request::Status,
            Self::Pause { strategy } => Request::Pause(strategy.clone()),
            Self::Resume { strategy } => Request::Resume(strategy.clone()),
            Self::Flatten { strategy, .. } => Request::Flatten(strategy.clone()),
            Self::Close { strategy, position } => Request::Close {
                strategy: strategy.clone(),
                position: *position,
            },
            Self::Stop(ending) => Request::Stop {
                strategy: ending.strategy.clone(),
                how: ending.how.map(How::policy),
            },
            Self::Remove(ending) => Request::Remove {
                strategy: ending.strategy.clone(),
                how: ending.how.map(How::policy),
            },
            Self::Reload { force } => Request::Reload { force: *force },
            Self::Roll { flatten } => Request::Roll { flatten: *flatten },
            Self::Add {
                strategy,
                name,
                symbols,
                parameters,
                balance,
            } => Request::Add(Added {
                strategy: locate(strategy)?,
                name: name.clone(),
                symbols: symbols.clone(),
                parameters: parameters.clone(),
                balance: balance.clone(),
            }),
            Self::Backup { to } => {
                Request::Backup(std::path::absolute(to).map_err(CliError::world)?)
            }
            Self::Shutdown => Request::Shutdown,
        })
    }
}

/// What is here is named by its whole path, everything else is a name the session knows.
fn locate(strategy: &str) -> Result<String, CliError> {
    if !std::path::Path::new(strategy).exists() {
        return Ok(strategy.to_owned());
    }
    let path = std::path::absolute(strategy).map_err(CliError::world)?;
    path.into_os_string().into_string().map_err(|path| {
        CliError::user(
            format!("the path {} is not valid UTF-8", path.display()),
            "give the file another name",
        )
    })
}

#[cfg(test)]
mod tests;
