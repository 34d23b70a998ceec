//! Equity and trades of a kept run, as the run had them.

use std::str::FromStr;

use super::{KeptError, Rows};
use crate::domain::{Cash, Cause, Direction, Price, Timestamp};
use crate::engine::AccountPoint;
use crate::ledger::Trade;

/// `equity.parquet`: at the start, at each hour's close and at the end, in time order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EquitySeries {
    /// The account.
    pub samples: Vec<AccountPoint>,
    /// The mark price of each instrument at each of `samples` (outer: instruments).
    pub marks: Vec<Vec<Price>>,
}

impl EquitySeries {
    pub(super) fn of(rows: &Rows) -> Result<Self, KeptError> {
        let times = rows.ints("time_ms")?;
        let (wallet, equity) = (amounts(rows, "wallet")?, amounts(rows, "equity")?);
        let position_margin: Vec<Cash> = amounts(rows, "position_margin")?;
        let order_margin: Vec<Cash> = amounts(rows, "order_margin")?;
        let point = |i: usize| AccountPoint {
            time: Timestamp(times[i]),
            wallet: wallet[i],
            equity: equity[i],
            position_margin: position_margin[i],
            order_margin: order_margin[i],
        };
        let marks = rows.names().filter(|name| name.starts_with("mark:"));
        let marks = marks.filter(|name| !name.ends_with("_f64"));
        Ok(Self {
            samples: (0..rows.len()).map(point).collect(),
            marks: marks
                .map(|name| amounts(rows, name))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Times with the equity then.
    #[must_use]
    pub fn points(&self) -> Vec<(Timestamp, f64)> {
        let samples = self.samples.iter();
        samples.map(|p| (p.time, p.equity.to_f64())).collect()
    }
}

/// Times lie within so many milliseconds of 1970: some 280,000 years.
const MS_MAX: u64 = 1 << 53;

/// Letters of an amount: a sum of a million of them still has a place.
const LETTERS_MAX: usize = 26;

/// `trades.parquet`. `symbols` are the instruments of the run, in order.
pub(super) fn trades(rows: &Rows, symbols: &[String]) -> Result<Vec<Trade>, KeptError> {
    let wrong = |what: &str, text: &str| rows.wrong(format!("`{text}` is no {what} of this run"));
    let (position, tag) = (numbers(rows, "position")?, numbers(rows, "tag")?);
    let (symbol, direction) = (rows.texts("symbol")?, rows.texts("direction")?);
    let (entry, exit) = (rows.ints("entry_ms")?, rows.ints("exit_ms")?);
    let qty = amounts(rows, "qty")?;
    let (entry_price, exit_price) = (amounts(rows, "entry_price")?, amounts(rows, "exit_price")?);
    let (gross, fees) = (amounts(rows, "gross")?, amounts(rows, "fees")?);
    let (funding, net) = (amounts(rows, "funding")?, amounts(rows, "net")?);
    let exit_reason = rows.texts("exit_reason")?;
    let equity_at_entry = amounts(rows, "equity_at_entry")?;
    let (best_price, worst_price) = (amounts(rows, "best_price")?, amounts(rows, "worst_price")?);
    let initial_stop: Vec<Option<Price>> = optional_amounts(rows, "initial_stop")?;
    // Older hosts did not keep it.
    let keeps_targets = rows.names().any(|name| name == "initial_target");
    let initial_target: Vec<Option<Price>> = if keeps_targets {
        optional_amounts(rows, "initial_target")?
    } else {
        vec![None; rows.len()]
    };
    let leverage = amounts(rows, "leverage")?;
    let ambiguous = rows.flags("ambiguous")?;
    let far = |ms: &&i64| ms.unsigned_abs() > MS_MAX;
    if let Some(ms) = entry.iter().chain(exit).find(far) {
        return Err(wrong("time", &ms.to_string()));
    }
    let trade = |i: usize| {
        let instrument = symbols.iter().position(|known| *known == symbol[i]);
        let instrument = instrument.ok_or_else(|| wrong("symbol", &symbol[i]))?;
        let directions = [Direction::Long, Direction::Short];
        let direction_of = directions.into_iter().find(|d| d.name() == direction[i]);
        let cause = Cause::named(&exit_reason[i]);
        Ok(Trade {
            position: position[i],
            instrument: u32::try_from(instrument).map_err(|_| wrong("symbol", &symbol[i]))?,
            direction: direction_of.ok_or_else(|| wrong("direction", &direction[i]))?,
            entry_time: Timestamp(entry[i]),
            exit_time: Timestamp(exit[i]),
            qty: qty[i],
            entry_price: entry_price[i],
            exit_price: exit_price[i],
            gross: gross[i],
            fees: fees[i],
            funding: funding[i],
            net: net[i],
            exit_cause: cause.ok_or_else(|| wrong("exit reason", &exit_reason[i]))?,
            tag: tag[i],
            equity_at_entry: equity_at_entry[i],
            best_price: best_price[i],
            worst_price: worst_price[i],
            initial_stop: initial_stop[i],
            initial_target: initial_target[i],
            leverage: leverage[i],
            ambiguous: ambiguous[i],
        })
    };
    (0..rows.len()).map(trade).collect()
}

/// A column of exact amounts.
fn amounts<A: FromStr>(rows: &Rows, name: &str) -> Result<Vec<A>, KeptError> {
    let texts = rows.texts(name)?.iter();
    texts.map(|text| amount(rows, name, text)).collect()
}

/// The same where some are absent.
fn optional_amounts<A: FromStr>(rows: &Rows, name: &str) -> Result<Vec<Option<A>>, KeptError> {
    let texts = rows.texts(name)?.iter();
    let present = texts.map(|text| Some(text).filter(|text| !text.is_empty()));
    present
        .map(|text| text.map(|text| amount(rows, name, text)).transpose())
        .collect()
}

fn amount<A: FromStr>(rows: &Rows, name: &str, text: &str) -> Result<A, KeptError> {
    let parsed = (text.len() <= LETTERS_MAX).then(|| text.parse().ok());
    let wrong = || rows.wrong(format!("column {name}: `{text}` is no amount"));
    parsed.flatten().ok_or_else(wrong)
}

/// A column of ids.
fn numbers(rows: &Rows, name: &str) -> Result<Vec<u32>, KeptError> {
    let number = |n: &i64| {
        u32::try_from(*n)
            .map_err(|_| rows.wrong(format!("column {name}: {n} is no number of ours")))
    };
    rows.ints(name)?.iter().map(number).collect()
}
