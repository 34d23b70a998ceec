//! The command that runs the best trial by itself: what the user typed, without what only a search has.

use std::collections::BTreeMap;

use clap::Args as _;

use crate::cli::optimize::Own;
use crate::domain::ParameterValue;
use crate::strategy::parameters::show;

/// A `host backtest` in the making.
pub(super) struct Command {
    words: Vec<String>,
}

impl Command {
    /// From the words this program was called with.
    pub(super) fn backtest(strategy: &str) -> Self {
        Self::of(std::env::args().skip(1), strategy)
    }

    fn of(typed: impl Iterator<Item = String>, strategy: &str) -> Self {
        let own = own_flags();
        let mut words = vec![
            "host".to_owned(),
            "backtest".to_owned(),
            strategy.to_owned(),
        ];
        let mut typed = typed.skip_while(|word| word != "optimize").skip(1);
        // A word after a flag may be its value, also where it is spelled like the strategy.
        let mut follows_flag = false;
        while let Some(word) = typed.next() {
            let (name, has_value) = match word.split_once('=') {
                Some((name, _)) => (name, true),
                None => (word.as_str(), false),
            };
            // Parameters come back from the study itself.
            let is_param = matches!(name, "--param" | "-p");
            let left_out = own.get(name).copied().or(is_param.then_some(true));
            if let Some(takes_value) = left_out {
                if takes_value && !has_value {
                    typed.next();
                }
                follows_flag = false;
                continue;
            }
            if follows_flag || word != strategy {
                words.push(word.clone());
            }
            follows_flag = word.starts_with('-') && !has_value;
        }
        Self { words }
    }

    /// With all parameters, as one line for a shell.
    pub(super) fn with(
        &self,
        fixed: &[(String, ParameterValue)],
        searched: &[(String, ParameterValue)],
    ) -> String {
        let mut words = self.words.clone();
        for (name, value) in fixed.iter().chain(searched) {
            words.push("--param".to_owned());
            words.push(format!("{name}={}", show(value)));
        }
        let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        quoted.join(" ")
    }
}

/// The flags only a search has, and whether a value follows.
fn own_flags() -> BTreeMap<String, bool> {
    let command = Own::augment_args(clap::Command::new("search"));
    let flag = |argument: &clap::Arg| {
        let takes_value = argument.get_action().takes_values();
        argument
            .get_long()
            .map(|long| (format!("--{long}"), takes_value))
    };
    command.get_arguments().filter_map(flag).collect()
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:/=@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_search_has_is_left_out() {
        let typed = "optimize my.wasm --trials 300 --exchange synthetic --search fast=2..9 --days 90 --json -p size=0.1 \
                     --objective=sharpe --no-test --symbol BTC/USDT:USDT --train-share 0.8";
        let typed = typed.split_whitespace().map(str::to_owned);
        let command = Command::of(typed, "my.wasm");
        let fixed = [("size".to_owned(), ParameterValue::Float(0.1))];
        let searched = [("kind".to_owned(), ParameterValue::Text("a b".to_owned()))];
        assert_eq!(
            command.with(&fixed, &searched),
            "host backtest my.wasm --exchange synthetic --days 90 --symbol BTC/USDT:USDT --param size=0.1 --param 'kind=a b'"
        );
    }
}
