//! Equity and trades of a kept run, as numbers for charts and tables.

use super::{KeptError, Rows};
use crate::domain::Timestamp;

/// `equity.parquet`: at the start, at each hour's close and at the end, in time order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EquitySeries {
    /// When.
    pub times: Vec<Timestamp>,
    /// Money without open positions.
    pub wallet: Vec<f64>,
    /// Money with them.
    pub equity: Vec<f64>,
    /// The mark of each symbol at each time.
    pub marks: Vec<(String, Vec<f64>)>,
}

impl EquitySeries {
    pub(super) fn of(rows: &Rows) -> Result<Self, KeptError> {
        let mut marks = Vec::new();
        for column in rows.names() {
            let symbol = column.strip_prefix("mark:");
            if let Some(symbol) = symbol.and_then(|name| name.strip_suffix("_f64")) {
                marks.push((symbol.to_owned(), rows.floats(column)?.to_vec()));
            }
        }
        Ok(Self {
            times: times(rows, "time_ms")?,
            wallet: rows.floats("wallet_f64")?.to_vec(),
            equity: rows.floats("equity_f64")?.to_vec(),
            marks,
        })
    }

    /// Times with the equity then.
    #[must_use]
    pub fn points(&self) -> Vec<(Timestamp, f64)> {
        let times = self.times.iter().copied();
        times.zip(self.equity.iter().copied()).collect()
    }
}

/// A row of `trades.parquet`. Money in the account's currency, prices in the quote currency.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptTrade {
    /// Its position.
    pub position: i64,
    /// What was traded.
    pub symbol: String,
    /// `long` or `short`.
    pub direction: String,
    /// First fill.
    pub entry: Timestamp,
    /// Last fill.
    pub exit: Timestamp,
    /// Largest size.
    pub qty: f64,
    /// Mean price of entries.
    pub entry_price: f64,
    /// Mean price of exits.
    pub exit_price: f64,
    /// Before fees and funding.
    pub gross: f64,
    /// Positive = paid.
    pub fees: f64,
    /// Negative = paid.
    pub funding: f64,
    /// gross - fees + funding.
    pub net: f64,
    /// Why it closed.
    pub exit_reason: String,
    /// The strategy's number for it.
    pub tag: i64,
    /// Equity before it.
    pub equity_at_entry: f64,
    /// net / equity at entry; `None` where that is not defined.
    pub return_on_equity: Option<f64>,
    /// Best price while it was open.
    pub best_price: f64,
    /// Worst price while it was open.
    pub worst_price: f64,
    /// The stop it was opened with.
    pub initial_stop: Option<f64>,
    /// Leverage of its fills.
    pub leverage: f64,
    /// A candle of it could have gone two ways.
    pub ambiguous: bool,
}

impl KeptTrade {
    pub(super) fn all(rows: &Rows) -> Result<Vec<Self>, KeptError> {
        let number = |name: &str| rows.floats(&format!("{name}_f64"));
        let (position, tag) = (rows.ints("position")?, rows.ints("tag")?);
        let (symbol, direction) = (rows.texts("symbol")?, rows.texts("direction")?);
        let (entry, exit) = (times(rows, "entry_ms")?, times(rows, "exit_ms")?);
        let (qty, leverage) = (number("qty")?, number("leverage")?);
        let (entry_price, exit_price) = (number("entry_price")?, number("exit_price")?);
        let (gross, fees) = (number("gross")?, number("fees")?);
        let (funding, net) = (number("funding")?, number("net")?);
        let exit_reason = rows.texts("exit_reason")?;
        let equity_at_entry = number("equity_at_entry")?;
        let return_on_equity = rows.floats("return_on_equity")?;
        let (best_price, worst_price) = (number("best_price")?, number("worst_price")?);
        let initial_stop = number("initial_stop")?;
        let ambiguous = rows.flags("ambiguous")?;
        let present = |x: f64| (!x.is_nan()).then_some(x);
        let trade = |i: usize| Self {
            position: position[i],
            symbol: symbol[i].clone(),
            direction: direction[i].clone(),
            entry: entry[i],
            exit: exit[i],
            qty: qty[i],
            entry_price: entry_price[i],
            exit_price: exit_price[i],
            gross: gross[i],
            fees: fees[i],
            funding: funding[i],
            net: net[i],
            exit_reason: exit_reason[i].clone(),
            tag: tag[i],
            equity_at_entry: equity_at_entry[i],
            return_on_equity: present(return_on_equity[i]),
            best_price: best_price[i],
            worst_price: worst_price[i],
            initial_stop: present(initial_stop[i]),
            leverage: leverage[i],
            ambiguous: ambiguous[i],
        };
        Ok((0..rows.len()).map(trade).collect())
    }
}

/// A column of times.
fn times(rows: &Rows, name: &str) -> Result<Vec<Timestamp>, KeptError> {
    let times = rows.ints(name)?.iter();
    Ok(times.map(|ms| Timestamp(*ms)).collect())
}
