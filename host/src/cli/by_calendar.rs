//! `--breakdown`: closed trades by calendar, below a summary.

use crate::analysis::breakdown::{Breakdown, Closed};
use crate::analysis::summary::{self, Style};
use crate::domain::Timestamp;
use crate::ledger::Trade;

/// The flag.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ByCalendar {
    /// Closed trades by calendar, below the summary: day, week, month, year, weekday; several with commas.
    #[arg(
        long,
        value_name = "BY,...",
        value_delimiter = ',',
        conflicts_with = "json"
    )]
    breakdown: Vec<Breakdown>,
}

impl ByCalendar {
    pub(super) fn is_asked_for(&self) -> bool {
        !self.breakdown.is_empty()
    }

    /// The tables of one strategy; empty where none was asked for.
    pub(super) fn text(
        &self,
        trades: &[Trade],
        equity: &[(Timestamp, f64)],
        style: Style,
    ) -> String {
        let closed: Vec<Closed> = trades
            .iter()
            .map(|trade| Closed {
                exit: trade.exit_time,
                net: trade.net,
            })
            .collect();
        summary::breakdown::text(&self.breakdown, &closed, equity, style)
    }
}
