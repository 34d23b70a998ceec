//! `/profit` and `/balance`.

use std::collections::BTreeMap;

use super::{View, closed, fact, gain, titled};
use crate::alerts::telegram::page::{Line, Page};
use crate::analysis::daily::{DAY_MS, Daily};
use crate::analysis::format::{cash, count, duration, money, number, percent};
use crate::analysis::returns::ReturnMetrics;
use crate::analysis::stats::ratio;
use crate::analysis::tables;
use crate::analysis::trades::{Tally, TradeInputs, TradeMetrics, volume};
use crate::domain::{Cash, Cost, Timestamp};
use crate::engine::AccountPoint;
use crate::ledger::Trade;
use crate::query::StrategyView;

/// Profit since the start, or of the last days: all figures of one strategy, the main ones of several.
pub(in super::super) fn profit(view: View<'_>, days: Option<u32>) -> Page {
    let taken = view.snapshot.taken;
    let from = days.map(|days| taken.plus_ms(-i64::from(days) * DAY_MS));
    let figures = |strategy: &StrategyView| Figures::of(strategy, from, taken);
    if let [only] = view.strategies {
        return whole(only, &figures(only), days);
    }
    let title = days.map_or_else(
        || "Profit".to_owned(),
        |days| format!("Profit of the last {}", plural_days(days)),
    );
    let page = view
        .strategies
        .iter()
        .fold(titled("💰", &title), |page, strategy| {
            page.page(short(strategy, &figures(strategy)))
        });
    page.gap()
        .line(Line::default().plain("All figures of one: /profit strategy"))
}

/// Money of each account, and what it is together.
pub(in super::super) fn balance(view: View<'_>) -> Page {
    let mut totals: BTreeMap<&str, Cash> = BTreeMap::new();
    let mut page = titled("🏦", "Balance");
    for strategy in view.strategies {
        let currency = strategy.currency.as_str();
        let account = &strategy.account;
        *totals.entry(currency).or_default() += account.equity;
        let name = Line::default().bold(&strategy.name);
        page = page
            .gap()
            .line(name)
            .line(fact("Equity", cash(account.equity, currency)))
            .line(fact("Wallet", cash(account.wallet, currency)))
            .line(fact(
                "Margin of positions",
                cash(account.position_margin, currency),
            ))
            .line(fact(
                "Margin of orders",
                cash(account.order_margin, currency),
            ))
            .line(fact("Fees paid", cash(strategy.fees, currency)))
            .line(fact("Funding", gain(strategy.funding, currency)));
    }
    if view.strategies.len() > 1 {
        page = page.gap();
        for (currency, equity) in totals {
            page = page.line(fact("Equity of all", cash(equity, currency)));
        }
    }
    page
}

/// Figures of one strategy over a stretch of time, by the functions every report uses.
struct Figures {
    returns: ReturnMetrics,
    trades: TradeMetrics,
    tally: Tally,
    volume: Cost,
    closed: Vec<Trade>,
}

impl Figures {
    fn of(strategy: &StrategyView, from: Option<Timestamp>, taken: Timestamp) -> Self {
        let since = |time: Timestamp| from.is_none_or(|from| time >= from);
        let mut closed = closed(strategy);
        closed.retain(|trade| since(trade.exit_time));
        let points = points_since(&strategy.days, from);
        let returns = ReturnMetrics::of(&Daily::of_account(points));
        let span = (points.first().map_or(taken, |p| p.time), taken);
        let trades = TradeMetrics::of(&TradeInputs {
            trades: &closed,
            fills: &[],
            open: &[],
            span,
            starting_balance: returns.starting_balance,
            mean_equity: None,
        });
        Self {
            returns,
            trades,
            tally: Tally::of(&closed),
            volume: closed.iter().fold(Cost::ZERO, |sum, t| sum + volume(t)),
            closed,
        }
    }

    /// What closed trades earned, as money and of the equity at the beginning.
    fn of_closed(&self, currency: &str) -> String {
        let net = self.tally.net();
        let share = ratio(net.to_f64(), self.returns.starting_balance);
        format!("{} ({})", gain(net, currency), percent(share))
    }

    /// What the account gained, open positions included.
    fn of_all(&self, currency: &str) -> String {
        let sign = if self.returns.net_profit > 0.0 {
            "+"
        } else {
            ""
        };
        let profit = money(Some(self.returns.net_profit), currency);
        format!("{sign}{profit} ({})", percent(self.returns.total_return))
    }
}

/// The account from the last point before a moment on; all of it where there is none.
fn points_since(points: &[AccountPoint], from: Option<Timestamp>) -> &[AccountPoint] {
    let Some(from) = from else {
        return points;
    };
    let first_after = points.partition_point(|point| point.time <= from);
    &points[first_after.saturating_sub(1)..]
}

fn short(strategy: &StrategyView, figures: &Figures) -> Page {
    let currency = &strategy.currency;
    let trades = format!(
        "{} trades · win rate {} · profit factor {}",
        count(figures.closed.len() as u64),
        percent(figures.trades.win_rate),
        number(figures.trades.profit_factor)
    );
    Page::default()
        .line(Line::default().bold(&strategy.name))
        .line(fact("Closed", figures.of_closed(currency)))
        .line(fact("With open", figures.of_all(currency)))
        .line(Line::default().plain(trades))
        .line(fact("Max drawdown", percent(figures.returns.max_drawdown)))
}

fn whole(strategy: &StrategyView, figures: &Figures, days: Option<u32>) -> Page {
    let currency = &strategy.currency;
    let trades = &figures.trades;
    let since = match (days, strategy.started) {
        (Some(days), _) => format!("the last {}", plural_days(days)),
        (None, Some(start)) => format!("since {start} UTC"),
        (None, None) => "it has not traded yet".to_owned(),
    };
    let mut page = titled("💰", &strategy.name)
        .line(Line::default().plain(since))
        .line(fact("Closed trades", figures.of_closed(currency)))
        .line(fact("With open positions", figures.of_all(currency)))
        .line(fact(
            "Trades",
            format!(
                "{} ({} won, {} lost)",
                count(figures.closed.len() as u64),
                figures.tally.wins,
                figures.tally.losses
            ),
        ))
        .line(fact("Win rate", percent(trades.win_rate)))
        .line(fact("Profit factor", number(trades.profit_factor)))
        .line(fact("Expectancy", money(trades.expectancy, currency)))
        .line(fact(
            "Average duration",
            duration(trades.average_holding_seconds),
        ))
        .line(fact(
            "Max drawdown (daily)",
            percent(figures.returns.max_drawdown),
        ))
        .line(fact(
            "Volume",
            money(Some(figures.volume.to_f64()), currency),
        ))
        .line(fact(
            "Fees of trades",
            money(Some(trades.fees_paid), currency),
        ));
    if let Some((symbol, net)) = best_symbol(strategy, &figures.closed) {
        let best = format!("{symbol} {}", gain(net, currency));
        page = page.line(fact("Best symbol", best));
    }
    if let (Some(first), Some(last)) = (figures.closed.first(), figures.closed.last()) {
        page = page
            .line(fact("First trade", first.entry_time.to_string()))
            .line(fact("Latest trade", last.exit_time.to_string()));
    }
    page
}

fn best_symbol(strategy: &StrategyView, trades: &[Trade]) -> Option<(String, Cash)> {
    let groups = tables::by(trades, |trade| super::lists::symbol(strategy, trade));
    let best = groups.into_iter().max_by_key(|group| group.net)?;
    Some((best.name, best.net))
}

fn plural_days(days: u32) -> String {
    crate::analysis::format::plural(u64::from(days), "day")
}
