//! What is said of one strategy.

use super::{Stamp, alert, field, listed, signed};
use crate::alerts::text::plain;
use crate::alerts::{Alert, Kind, Level, Tone};
use crate::analysis::format::cash;
use crate::domain::OnFault;
use crate::engine::{FaultCause, Location};
use crate::query::{State, StrategyView};

/// Longest text a strategy may send, UTF-16 units.
const TEXT_MAX: usize = 1_000;
/// As much of a digest as tells two components apart.
const DIGEST_SHOWN: usize = 12;

/// Where market orders of a paper session are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillsAt {
    /// At the open of the next candle.
    NextOpen,
    /// At the close of the candle the signal came with.
    ThisClose,
    /// At the best bid or ask after the measured latency.
    Quote,
}

impl FillsAt {
    /// When a fill is known.
    fn sentence(self) -> &'static str {
        match self {
            Self::NextOpen => {
                "Market orders fill at the next open: a fill is known when that minute has closed, a minute after the signal."
            }
            Self::ThisClose => {
                "Market orders fill at the close they were decided on: a fill is known at once."
            }
            Self::Quote => {
                "Market orders fill at the best bid or ask: a fill is known after the latency to the venue."
            }
        }
    }
}

/// A strategy began to trade.
#[must_use]
pub fn strategy_started(stamp: Stamp, strategy: &StrategyView, fills: FillsAt) -> Alert {
    let digest = strategy.sha256.get(..DIGEST_SHOWN);
    let parameters: Vec<String> = strategy
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let component = format!("{} {}", strategy.strategy, strategy.version);
    Alert {
        text: fills.sentence().to_owned(),
        strategy: Some(strategy.name.clone()),
        fields: vec![
            field("Component", component),
            field("sha256", digest.unwrap_or(&strategy.sha256)),
            field(
                "Markets",
                listed(strategy.markets.iter().map(String::as_str)),
            ),
            field(
                "Balance",
                cash(strategy.starting_balance, &strategy.currency),
            ),
            field("On a fault", strategy.on_fault.name()),
            field("Parameters", parameters.join("\n")),
        ],
        ..alert(
            stamp,
            (Level::Info, Kind::StrategyStarted, Tone::Neutral),
            format!("{} started", strategy.name),
        )
    }
}

/// A strategy ended, other than by a fault: by the user, by itself, by a circuit breaker.
#[must_use]
pub fn strategy_stopped(stamp: Stamp, strategy: &StrategyView) -> Alert {
    let level = match strategy.state {
        State::Halted | State::Faulted => Level::Warning,
        _ => Level::Info,
    };
    let result = strategy.account.equity - strategy.starting_balance;
    Alert {
        text: strategy.why.clone().unwrap_or_default(),
        strategy: Some(strategy.name.clone()),
        fields: vec![
            field("Equity", cash(strategy.account.equity, &strategy.currency)),
            field("Result", signed(result, &strategy.currency)),
            field("Trades", strategy.trades.len()),
            field("Open positions", strategy.positions.len()),
        ],
        ..alert(
            stamp,
            (level, Kind::StrategyStopped, Tone::Neutral),
            format!("{} {}", strategy.name, strategy.state.name()),
        )
    }
}

/// A strategy broke and was stopped by its policy.
#[must_use]
pub fn fault(
    stamp: Stamp,
    strategy: &str,
    cause: FaultCause,
    message: &str,
    location: Option<&Location>,
    on_fault: OnFault,
) -> Alert {
    let policy = match on_fault {
        OnFault::Flatten => "orders canceled, positions closed",
        OnFault::Cancel => "entries canceled, positions kept with their exits",
        OnFault::Hold => "nothing touched: positions and orders are yours",
    };
    let mut fields = vec![field("Cause", cause.name()), field("Policy", policy)];
    fields.extend(location.map(|location| field("Where", location)));
    Alert {
        text: message.to_owned(),
        strategy: Some(strategy.to_owned()),
        fields,
        ..alert(
            stamp,
            (Level::Error, Kind::Fault, Tone::Alarm),
            format!("{strategy} faulted: {}", cause.name()),
        )
    }
}

/// What a strategy itself wants to tell: bounded, and marked as its own words.
#[must_use]
pub fn from_strategy(stamp: Stamp, strategy: &str, text: &str) -> Alert {
    Alert {
        text: format!("\"{}\"", plain(text, TEXT_MAX)),
        strategy: Some(strategy.to_owned()),
        ..alert(
            stamp,
            (Level::Info, Kind::FromStrategy, Tone::Neutral),
            format!("Message of {strategy}"),
        )
    }
}
