//! The tables of a run: signals, orders, fills, trades, postings, funding, liquidations, events, equity. One row per thing, in the order it happened.
//!
//! Every amount stands twice: under its name as decimal text, exact and without limits (`cast(net as decimal(38, 8))` in
//! `DuckDB`, `Decimal` in Python), and under `<name>_f64` as the nearest float, ready for arithmetic. Times are
//! milliseconds since 1970 UTC in columns ending in `_ms`. Absent numbers are null, absent text is empty.

use std::fmt::{Display, Write};

use crate::data::table::Column;
use crate::domain::{Cash, OrderKind, OrderView, Price, Qty, Rate, Timestamp};
use crate::engine::AccountPoint;
use crate::ledger::Trade;
use crate::runs::{RunResult, SignalSeen};

/// The columns of one table.
pub type Columns = Vec<(String, Column)>;

/// A fixed-point number.
trait Amount: Display + Copy {
    fn float(self) -> f64;
}

macro_rules! amounts {
    ($($name:ident),+) => {$(
        impl Amount for $name {
            fn float(self) -> f64 {
                self.to_f64()
            }
        }
    )+};
}

amounts!(Cash, Price, Qty, Rate);

/// Collects columns over the same rows.
struct Table<'a, T> {
    rows: &'a [T],
    columns: Columns,
}

impl<'a, T> Table<'a, T> {
    fn of(rows: &'a [T]) -> Self {
        Self {
            rows,
            columns: Vec::new(),
        }
    }

    fn push(mut self, name: &str, column: Column) -> Self {
        self.columns.push((name.to_owned(), column));
        self
    }

    fn number(self, name: &str, value: impl Fn(&T) -> i64) -> Self {
        let column = Column::I64(self.rows.iter().map(value).collect());
        self.push(name, column)
    }

    fn optional_number(self, name: &str, value: impl Fn(&T) -> Option<i64>) -> Self {
        let column = Column::OptI64(self.rows.iter().map(value).collect());
        self.push(name, column)
    }

    fn float(self, name: &str, value: impl Fn(&T) -> Option<f64>) -> Self {
        let column = Column::OptF64(self.rows.iter().map(value).collect());
        self.push(name, column)
    }

    fn text(self, name: &str, value: impl Fn(&T) -> String) -> Self {
        let column = Column::Text(self.rows.iter().map(value).collect());
        self.push(name, column)
    }

    fn flag(self, name: &str, value: impl Fn(&T) -> bool) -> Self {
        let column = Column::Bool(self.rows.iter().map(value).collect());
        self.push(name, column)
    }

    fn amount<A: Amount>(self, name: &str, value: impl Fn(&T) -> A) -> Self {
        let floats = Column::F64(self.rows.iter().map(|row| value(row).float()).collect());
        self.text(name, |row| value(row).to_string())
            .push(&format!("{name}_f64"), floats)
    }

    fn optional_amount<A: Amount>(self, name: &str, value: impl Fn(&T) -> Option<A>) -> Self {
        let floats = Column::OptF64(
            self.rows
                .iter()
                .map(|row| value(row).map(A::float))
                .collect(),
        );
        self.text(name, |row| {
            value(row).map(|a| a.to_string()).unwrap_or_default()
        })
        .push(&format!("{name}_f64"), floats)
    }
}

/// Trigger or trailing distance, limit price, activation price of an order.
fn order_prices(order: &OrderView) -> [Option<f64>; 4] {
    match order.kind {
        OrderKind::Market => [None, None, None, None],
        OrderKind::Limit(limit) => [None, Some(limit), None, None],
        OrderKind::Stop(trigger) | OrderKind::TakeProfit(trigger) => {
            [Some(trigger), None, None, None]
        }
        OrderKind::StopLimit { trigger, limit } | OrderKind::TakeProfitLimit { trigger, limit } => {
            [Some(trigger), Some(limit), None, None]
        }
        OrderKind::Trailing {
            callback,
            activation,
        } => [None, None, Some(callback), activation],
    }
}

fn order_price(order: &OrderView, which: usize) -> Option<Price> {
    order_prices(order)[which].and_then(|price| Price::from_f64(price).ok())
}

/// `orders.parquet`: every accepted order as it stood at the end.
#[must_use]
pub fn orders(run: &RunResult) -> Columns {
    Table::of(&run.observed.orders)
        .number("order", |o| o.order.id.into())
        .number("position", |o| o.order.position.into())
        .text("symbol", |o| run.symbol(o.order.instrument))
        .number("created_ms", |o| o.order.created_at.0)
        .optional_number("done_ms", |o| o.done_at.map(|t| t.0))
        .text("side", |o| o.order.side.name().to_owned())
        .text("kind", |o| o.order.kind.name().to_owned())
        .text("status", |o| o.order.status.name().to_owned())
        .text("reason", |o| o.order.reason.name().to_owned())
        .amount("qty", |o| o.order.qty)
        .amount("filled_qty", |o| o.order.filled_qty)
        .optional_amount("avg_price", |o| o.order.avg_price)
        .optional_amount("trigger", |o| order_price(&o.order, 0))
        .optional_amount("limit", |o| order_price(&o.order, 1))
        .optional_amount("callback", |o| order_price(&o.order, 2))
        .optional_amount("activation", |o| order_price(&o.order, 3))
        .flag("reduce_only", |o| o.order.reduce_only)
        .flag("post_only", |o| o.order.post_only)
        .optional_number("oco_group", |o| o.order.oco_group.map(i64::from))
        .optional_number("parent", |o| o.order.parent.map(i64::from))
        .number("tag", |o| o.order.tag.into())
        .columns
}

/// Every table, by the name of its file without ending, with the column of its time.
pub const TIMES: [(&str, &str); 9] = [
    ("signals", "time_ms"),
    ("orders", "created_ms"),
    ("fills", "time_ms"),
    ("trades", "exit_ms"),
    ("postings", "time_ms"),
    ("funding", "time_ms"),
    ("liquidations", "time_ms"),
    ("events", "time_ms"),
    ("equity", "time_ms"),
];

/// The columns of a table of [`TIMES`].
///
/// # Panics
/// There is no such table.
#[must_use]
pub fn columns(run: &RunResult, table: &str) -> Columns {
    match table {
        "signals" => signals(run),
        "orders" => orders(run),
        "fills" => fills(run),
        "trades" => trades(run),
        "postings" => postings(run),
        "funding" => funding(run),
        "liquidations" => liquidations(run),
        "events" => events(run),
        "equity" => equity(run),
        other => panic!("there is no table {other}"),
    }
}

/// `signals.parquet`: what the strategy asked for. Of a refused request only the instrument and the reason are known.
fn signals(run: &RunResult) -> Columns {
    let what = |signal: &SignalSeen| match signal {
        SignalSeen::Placed(..) => "placed",
        SignalSeen::Amended(..) => "amended",
        SignalSeen::Refused(_) => "refused",
    };
    let word = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let price = |signal: &SignalSeen, which| order_price(signal.order()?, which);
    Table::of(&run.observed.signals)
        .number("time_ms", |s| s.time().0)
        .text("what", |s| what(s).to_owned())
        .text("symbol", |s| run.symbol(s.instrument()))
        .optional_number("order", |s| Some(s.order()?.id.into()))
        .optional_number("position", |s| Some(s.order()?.position.into()))
        .text("side", |s| word(s.order().map(|o| o.side.name())))
        .text("kind", |s| word(s.order().map(|o| o.kind.name())))
        .optional_amount("qty", |s| Some(s.order()?.qty))
        .optional_amount("trigger", |s| price(s, 0))
        .optional_amount("limit", |s| price(s, 1))
        .optional_amount("callback", |s| price(s, 2))
        .optional_amount("activation", |s| price(s, 3))
        .flag("reduce_only", |s| s.order().is_some_and(|o| o.reduce_only))
        .flag("post_only", |s| s.order().is_some_and(|o| o.post_only))
        .optional_number("parent", |s| s.order()?.parent.map(i64::from))
        .optional_number("tag", |s| Some(s.order()?.tag.into()))
        .text("refused", |s| word(s.refusal().map(|r| r.reason.name())))
        .float("bound", |s| s.refusal()?.limit)
        .text("message", |s| word(s.refusal().map(|r| r.message.as_str())))
        .columns
}

/// `fills.parquet`.
#[must_use]
pub fn fills(run: &RunResult) -> Columns {
    Table::of(&run.observed.fills)
        .number("time_ms", |f| f.time.0)
        .number("order", |f| f.order.into())
        .number("position", |f| f.position.into())
        .text("symbol", |f| run.symbol(f.instrument))
        .text("cause", |f| f.cause.name().to_owned())
        .text("side", |f| f.side.name().to_owned())
        .amount("qty", |f| f.qty)
        .amount("leaves_qty", |f| f.leaves_qty)
        .amount("price", |f| f.price)
        .amount("fee", |f| f.fee)
        .text("liquidity", |f| f.liquidity.name().to_owned())
        .amount("realized_pnl", |f| f.realized_pnl)
        .number("tag", |f| f.tag.into())
        .columns
}

/// `trades.parquet`: one row a closed position.
#[must_use]
pub fn trades(run: &RunResult) -> Columns {
    Table::of(&run.observed.trades)
        .number("position", |t| t.position.into())
        .text("symbol", |t| run.symbol(t.instrument))
        .text("direction", |t| t.direction.name().to_owned())
        .number("entry_ms", |t| t.entry_time.0)
        .number("exit_ms", |t| t.exit_time.0)
        .amount("qty", |t| t.qty)
        .amount("entry_price", |t| t.entry_price)
        .amount("exit_price", |t| t.exit_price)
        .amount("gross", |t| t.gross)
        .amount("fees", |t| t.fees)
        .amount("funding", |t| t.funding)
        .amount("net", |t| t.net)
        .text("exit_reason", |t| t.exit_cause.name().to_owned())
        .number("tag", |t| t.tag.into())
        .amount("equity_at_entry", |t| t.equity_at_entry)
        .float("return_on_equity", return_on_equity)
        .amount("best_price", |t| t.best_price)
        .amount("worst_price", |t| t.worst_price)
        .optional_amount("initial_stop", |t| t.initial_stop)
        .optional_amount("initial_target", |t| t.initial_target)
        .amount("leverage", |t| t.leverage)
        .flag("ambiguous", |t| t.ambiguous)
        .columns
}

fn return_on_equity(trade: &Trade) -> Option<f64> {
    let share = trade.net.to_f64() / trade.equity_at_entry.to_f64();
    share.is_finite().then_some(share)
}

/// `postings.parquet`: every movement of money.
#[must_use]
pub fn postings(run: &RunResult) -> Columns {
    Table::of(&run.observed.postings)
        .number("time_ms", |p| p.time.0)
        .text("kind", |p| p.kind.name().to_owned())
        .amount("amount", |p| p.amount)
        .number("position", |p| p.position.into())
        .amount("wallet", |p| p.wallet)
        .columns
}

/// `funding.parquet`: every payment of funding, one row a position of a settlement.
#[must_use]
pub fn funding(run: &RunResult) -> Columns {
    Table::of(&run.observed.funding)
        .number("time_ms", |f| f.time.0)
        .number("position", |f| f.payment.position.into())
        .text("symbol", |f| run.symbol(f.payment.instrument))
        .amount("rate", |f| f.payment.rate)
        .amount("price", |f| f.price)
        .amount("amount", |f| f.payment.amount)
        .flag("rate_substituted", |f| f.rate_substituted)
        .flag("price_substituted", |f| f.price_substituted)
        .columns
}

/// `liquidations.parquet`: every liquidation, parts of positions one by one.
#[must_use]
pub fn liquidations(run: &RunResult) -> Columns {
    Table::of(&run.observed.liquidations)
        .number("time_ms", |l| l.time.0)
        .number("position", |l| l.event.position.into())
        .text("symbol", |l| run.symbol(l.event.instrument))
        .amount("qty", |l| l.event.qty)
        .amount("price", |l| l.event.price)
        .amount("loss", |l| l.event.loss)
        .columns
}

/// A row of `events.parquet`. What does not apply is absent.
#[derive(Default)]
struct EventRow {
    time: Timestamp,
    until: Option<Timestamp>,
    kind: &'static str,
    symbol: String,
    order: Option<u32>,
    position: Option<u32>,
    name: String,
    value: Option<f64>,
}

/// `events.parquet`: what else happened to the account, its instruments and its strategy, in time order.
#[must_use]
pub fn events(run: &RunResult) -> Columns {
    Table::of(&event_rows(run))
        .number("time_ms", |e| e.time.0)
        .optional_number("until_ms", |e| e.until.map(|t| t.0))
        .text("kind", |e| e.kind.to_owned())
        .text("symbol", |e| e.symbol.clone())
        .optional_number("order", |e| e.order.map(i64::from))
        .optional_number("position", |e| e.position.map(i64::from))
        .text("name", |e| e.name.clone())
        .float("value", |e| e.value)
        .columns
}

fn event_rows(run: &RunResult) -> Vec<EventRow> {
    let observed = &run.observed;
    let of = |time, kind| EventRow {
        time,
        kind,
        ..EventRow::default()
    };
    let stops = observed.stops_behind.iter().map(|stop| EventRow {
        order: Some(stop.order),
        position: Some(stop.position),
        ..of(stop.time, "stop_behind_liquidation")
    });
    let instruments = observed.instrument_changes.iter().map(|seen| EventRow {
        symbol: run.symbol(seen.instrument),
        name: seen.name().to_owned(),
        ..of(seen.time, "instrument")
    });
    let breakers = observed.breakers.iter().map(|trip| EventRow {
        until: trip.until,
        name: trip.rule.clone(),
        value: Some(trip.value),
        ..of(trip.from, "breaker")
    });
    let faults = observed.faults.iter().map(|fault| EventRow {
        name: fault.cause.name().to_owned(),
        ..of(fault.time, "fault")
    });
    let halts = observed.halts.iter().map(|(time, _)| of(*time, "halt"));
    let closed = observed.account_closed.map(|t| of(t, "account_closed"));
    let mut rows: Vec<EventRow> = stops
        .chain(instruments)
        .chain(breakers)
        .chain(faults)
        .chain(halts)
        .chain(closed)
        .collect();
    // Stable: what happened at one moment stays in the order of the list above.
    rows.sort_by_key(|row| row.time);
    rows
}

/// `equity.parquet`: the account at the start, at each hour's close and at the end, with the mark of each instrument.
#[must_use]
pub fn equity(run: &RunResult) -> Columns {
    let mut columns = Table::of(&run.samples)
        .number("time_ms", |p: &AccountPoint| p.time.0)
        .amount("wallet", |p| p.wallet)
        .amount("equity", |p| p.equity)
        .amount("position_margin", |p| p.position_margin)
        .amount("order_margin", |p| p.order_margin)
        .columns;
    for (index, marks) in run.marks.iter().enumerate() {
        let instrument = u32::try_from(index).expect("a handful of instruments");
        // A series of another length would not be a column of this table; the caller promised there is none.
        assert_eq!(
            marks.len(),
            run.samples.len(),
            "marks of {}",
            run.symbol(instrument)
        );
        let name = format!("mark:{}", run.symbol(instrument));
        columns.extend(Table::of(marks).amount(&name, |p| *p).columns);
    }
    columns
}

/// `trades.csv`: the trades for a spreadsheet. Times as RFC 3339, amounts exact.
#[must_use]
pub fn trades_csv(run: &RunResult) -> String {
    let mut text = String::from(
        "position,symbol,direction,entry_time,exit_time,qty,entry_price,exit_price,gross,fees,funding,net,return_on_equity,exit_reason,tag,leverage,ambiguous\n",
    );
    for trade in &run.observed.trades {
        let share = return_on_equity(trade)
            .map(|share| share.to_string())
            .unwrap_or_default();
        let time = Timestamp::rfc3339;
        writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            trade.position,
            quoted(&run.symbol(trade.instrument)),
            trade.direction.name(),
            time(trade.entry_time),
            time(trade.exit_time),
            trade.qty,
            trade.entry_price,
            trade.exit_price,
            trade.gross,
            trade.fees,
            trade.funding,
            trade.net,
            share,
            trade.exit_cause.name(),
            trade.tag,
            trade.leverage,
            trade.ambiguous,
        )
        .expect("writing to a string works");
    }
    text
}

/// A field of a CSV file, in quotes where it has to be.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;

    #[test]
    fn a_csv_row_is_exact_and_readable() {
        let run = sample::run_of(vec![sample::trade()]);
        assert_eq!(
            trades_csv(&run).lines().nth(1),
            Some(
                "1,BTC/USDT:USDT,long,2024-01-02T00:00:00Z,2024-01-03T12:00:00Z,0.5,40000,42000,1000,20.5,-3.25,976.25,0.097625,take_profit,0,1,false"
            ),
        );
    }

    #[test]
    fn fields_with_commas_are_quoted() {
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("BTC/USDT"), "BTC/USDT");
    }

    #[test]
    fn one_symbol_on_two_venues_is_told_apart() {
        let mut run = sample::run_of(vec![sample::trade()]);
        let mut other = run.configuration.instruments[0].clone();
        other.venue = "bybit".to_owned();
        let venue = run.configuration.instruments[0].venue.clone();
        run.configuration.instruments.push(other);
        run.marks.push(run.marks[0].clone());
        let columns = equity(&run);
        let marks: Vec<_> = columns.iter().map(|c| c.0.as_str()).collect();
        for venue in [venue.as_str(), "bybit"] {
            for end in ["", "_f64"] {
                let name = format!("mark:{venue}:BTC/USDT:USDT{end}");
                let named = marks.iter().filter(|m| **m == name).count();
                assert_eq!(named, 1, "{name} in {marks:?}");
            }
        }
        let told = format!("1,{venue}:BTC/USDT:USDT,long,");
        assert!(trades_csv(&run).contains(&told), "{}", trades_csv(&run));
    }

    fn find(columns: &Columns, name: &str) -> Option<Column> {
        columns.iter().find(|c| c.0 == name).map(|c| c.1.clone())
    }

    #[test]
    fn funding_and_liquidations_have_a_row_each() {
        let run = sample::eventful();
        let paid = funding(&run);
        assert_eq!(
            find(&paid, "amount").map(|c| c.len()),
            Some(run.observed.funding.len())
        );
        let Some(Column::Bool(substituted)) = find(&paid, "rate_substituted") else {
            panic!("a column of flags");
        };
        assert_eq!(substituted.iter().filter(|s| **s).count(), 3);
        let Some(Column::F64(losses)) = find(&liquidations(&run), "loss_f64") else {
            panic!("a column of floats");
        };
        assert_eq!(losses.len(), 3);
        assert!(losses.iter().all(|loss| *loss > 0.0));
    }

    #[test]
    fn events_are_in_the_order_of_time() {
        let events = events(&sample::eventful());
        let Some(Column::I64(times)) = find(&events, "time_ms") else {
            panic!("a column of times");
        };
        assert!(times.is_sorted());
        let Some(Column::Text(kinds)) = find(&events, "kind") else {
            panic!("a column of text");
        };
        let expected = [
            "stop_behind_liquidation",
            "stop_behind_liquidation",
            "breaker",
            "instrument",
            "instrument",
            "breaker",
            "breaker",
            "account_closed",
        ];
        assert_eq!(kinds, expected);
        let closed = find(&events, "until_ms");
        let Some(Column::OptI64(until)) = closed else {
            panic!("a column of times");
        };
        assert_eq!(until.iter().flatten().count(), 2, "one stands open");
    }

    #[test]
    fn an_amount_is_text_and_float() {
        let run = sample::run_of(vec![sample::trade()]);
        let columns = trades(&run);
        let column = |name: &str| find(&columns, name);
        assert_eq!(column("net"), Some(Column::Text(vec!["976.25".to_owned()])));
        assert_eq!(column("net_f64"), Some(Column::F64(vec![976.25])));
        assert_eq!(
            column("initial_stop"),
            Some(Column::Text(vec![String::new()]))
        );
        assert_eq!(column("initial_stop_f64"), Some(Column::OptF64(vec![None])));
    }
}
