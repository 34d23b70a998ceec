//! The commands: names from freqtrade, so that habits work.

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the list below says it")]
pub enum What {
    Start,
    Stop,
    StopEntry,
    Resume,
    ForceExit,
    Reload,
    Status,
    Profit,
    Balance,
    Daily,
    Weekly,
    Monthly,
    Performance,
    Trades,
    Count,
    Locks,
    Logs,
    Runs,
    ShowConfig,
    Version,
    Help,
}

impl What {
    /// Does it change how the session goes on.
    #[must_use]
    pub fn changes(self) -> bool {
        matches!(
            self,
            Self::Start
                | Self::Stop
                | Self::StopEntry
                | Self::Resume
                | Self::ForceExit
                | Self::Reload
        )
    }
}

/// One command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// What it does.
    pub what: What,
    /// Without the stroke.
    pub name: &'static str,
    /// What may follow.
    pub words: &'static str,
    /// One line for the menu and `/help`.
    pub help: &'static str,
}

const fn command(
    what: What,
    name: &'static str,
    words: &'static str,
    help: &'static str,
) -> Command {
    Command {
        what,
        name,
        words,
        help,
    }
}

/// All commands, in the order of `/help`. `[strategy]` = its name in the session; without one, all.
pub const ALL: [Command; 21] = [
    command(
        What::Status,
        "status",
        "[table|id] [strategy]",
        "strategies and open positions",
    ),
    command(
        What::Profit,
        "profit",
        "[days] [strategy]",
        "profit and its figures",
    ),
    command(
        What::Balance,
        "balance",
        "[strategy]",
        "money of each account",
    ),
    command(
        What::Daily,
        "daily",
        "[n] [strategy]",
        "profit of the last days",
    ),
    command(
        What::Weekly,
        "weekly",
        "[n] [strategy]",
        "profit of the last weeks",
    ),
    command(
        What::Monthly,
        "monthly",
        "[n] [strategy]",
        "profit of the last months",
    ),
    command(
        What::Performance,
        "performance",
        "[strategy]",
        "profit by symbol",
    ),
    command(
        What::Trades,
        "trades",
        "[n] [strategy]",
        "the last closed trades",
    ),
    command(
        What::Count,
        "count",
        "[strategy]",
        "open positions and orders",
    ),
    command(
        What::Locks,
        "locks",
        "[strategy]",
        "what keeps strategies from entering",
    ),
    command(
        What::Logs,
        "logs",
        "[n] [strategy]",
        "the last lines strategies logged",
    ),
    command(
        What::Runs,
        "runs",
        "",
        "strategies of this session, in short",
    ),
    command(
        What::StopEntry,
        "stopentry",
        "[strategy]",
        "no new entries; exits go on",
    ),
    command(What::Resume, "resume", "[strategy]", "let entries in again"),
    command(
        What::Stop,
        "stop",
        "[strategy]",
        "no new entries until /start; exits go on",
    ),
    command(
        What::Start,
        "start",
        "",
        "state and help; resumes what /stop stopped",
    ),
    command(
        What::ForceExit,
        "forceexit",
        "id|all [strategy]",
        "close one position, or all",
    ),
    command(What::Reload, "reload_config", "", "read forward.toml again"),
    command(
        What::ShowConfig,
        "show_config",
        "[strategy]",
        "settings and parameters, secrets left out",
    ),
    command(
        What::Version,
        "version",
        "",
        "versions of host and strategies",
    ),
    command(What::Help, "help", "", "this list"),
];

/// Other names of freqtrade for the same.
const ALIASES: [(&str, &str); 5] = [
    ("pause", "stopentry"),
    ("stopbuy", "stopentry"),
    ("fx", "forceexit"),
    ("forcesell", "forceexit"),
    ("reload", "reload_config"),
];

/// By the name that was typed.
#[must_use]
pub fn find(name: &str) -> Option<&'static Command> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(name, |(_, real)| real);
    ALL.iter().find(|c| c.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_the_menu_of_the_service() {
        for command in ALL {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!((1..=32).contains(&command.name.len()), "{}", command.name);
            assert!(command.name.chars().all(fits), "{}", command.name);
            assert!((1..=256).contains(&command.help.len()), "{}", command.name);
            assert_eq!(find(command.name).map(|c| c.what), Some(command.what));
        }
        assert!(ALL.len() <= 100);
        for (alias, real) in ALIASES {
            assert_eq!(find(alias).map(|c| c.name), Some(real));
        }
        assert!(find("forcebuy").is_none());
    }
}
