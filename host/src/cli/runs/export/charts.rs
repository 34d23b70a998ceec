//! Charts of a kept run as PNG.

use std::path::{Path, PathBuf};

use crate::analysis::benchmark::buy_and_hold;
use crate::analysis::picture::{RunFacts, TradeFact, png, run_charts};
use crate::analysis::trades::{excursion, holding_seconds, return_on_equity};
use crate::cli::CliError;
use crate::runs::kept::Kept;

/// Writes every chart into `out`, in the place of older ones; their paths.
pub(super) fn write(kept: &Kept, out: &Path) -> Result<Vec<PathBuf>, CliError> {
    let charts = run_charts(&facts(kept)?);
    let write = |(name, svg): (&str, String)| {
        let path = out.join(format!("{name}.png"));
        let picture = png(&svg).map_err(CliError::world)?;
        std::fs::write(&path, picture)
            .map_err(|e| CliError::world(format!("writing {}: {e}", path.display())))?;
        Ok(path)
    };
    charts.into_iter().map(write).collect()
}

fn facts(kept: &Kept) -> Result<RunFacts, CliError> {
    let about = &kept.about;
    let equity = kept.equity()?;
    let trades = kept.trades()?;
    Ok(RunFacts {
        title: format!("{} on {}", about.strategy, about.symbols.join(", ")),
        currency: about.currency.clone(),
        hold: buy_and_hold(&equity.marks),
        equity: equity.points(),
        trades: trades
            .iter()
            .map(|trade| TradeFact {
                direction: trade.direction,
                held_seconds: holding_seconds(trade),
                result: return_on_equity(trade),
                adverse: excursion(trade).adverse,
            })
            .collect(),
    })
}
