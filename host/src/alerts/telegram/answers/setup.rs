//! `/show_config`, `/version`, `/help`.

use super::{View, fact, titled};
use crate::alerts::telegram::commands::{self, Command};
use crate::alerts::telegram::page::{Line, Page};
use crate::config;

/// Characters of a component's digest that tell it apart.
const DIGEST_CHARS: usize = 12;

/// Settings of the session and parameters of its strategies.
pub(in super::super) fn config(view: View<'_>) -> Page {
    let page = titled("⚙️", "Settings");
    let settings = view.snapshot.settings.iter();
    let page = page.code(settings.map(|(name, value)| format!("{name} = {}", shown(name, value))));
    view.strategies.iter().fold(page, |page, strategy| {
        let title = Line::default()
            .bold(&strategy.name)
            .plain(" ")
            .plain(strategy.markets.join(", "));
        let parameters = strategy.parameters.iter();
        page.gap()
            .line(title)
            .line(fact("After a fault", strategy.on_fault.name()))
            .code(parameters.map(|(name, value)| format!("{name} = {value}")))
    })
}

/// A secret that came this far still goes no further.
fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    let is_secret = config::VARIABLES
        .iter()
        .any(|v| v.secret && v.name.eq_ignore_ascii_case(name));
    if is_secret { "***" } else { value }
}

/// Versions of the host and of each component.
pub(in super::super) fn version(view: View<'_>) -> Page {
    let page = titled("🏷", "Versions").line(fact("host", &view.snapshot.host));
    view.strategies.iter().fold(page, |page, strategy| {
        let digest: String = strategy.sha256.chars().take(DIGEST_CHARS).collect();
        let which = format!("{} {} ", strategy.strategy, strategy.version);
        page.line(
            Line::default()
                .bold(&strategy.name)
                .plain(": ")
                .plain(which)
                .code(digest),
        )
    })
}

/// All commands.
pub(in super::super) fn help() -> Page {
    let line = |command: &Command| {
        let words = if command.words.is_empty() {
            String::new()
        } else {
            format!(" {}", command.words)
        };
        Line::default()
            .plain(format!("/{}", command.name))
            .italic(words)
            .plain(" – ")
            .plain(command.help)
    };
    let page = commands::ALL
        .iter()
        .fold(titled("💬", "Commands"), |page, c| page.line(line(c)));
    page.gap()
        .line(Line::default().plain("Without a strategy: all of them."))
}
