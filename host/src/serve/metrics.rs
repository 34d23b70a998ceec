//! Metrics in the text format of Prometheus, made anew from what the session shows. Names and units: `interfaces.md` section 6.
//!
//! Totals are those of the session, not of this process: a restart that replays the journal goes on counting where it stopped, which
//! Prometheus takes like any counter.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::domain::Timestamp;
use crate::query::{FeedView, MarketView, Snapshot, State, StrategyView};
use crate::serve::status::{Readiness, drawdown, states};

/// Of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Digits of a component's sha256 in its label: enough to tell versions apart.
const DIGEST: usize = 12;

/// The text of a scrape. `None`: the session does not answer; only that is told then.
#[must_use]
pub fn text(snapshot: Option<Arc<Snapshot>>, tells_money: bool) -> String {
    let mut registry = Registry::with_prefix("host");
    registry.register_collector(Box::new(Scrape {
        snapshot,
        tells_money,
    }));
    let mut text = String::new();
    text::encode_registry(&mut text, &registry).expect("text grows");
    text
}

#[derive(Debug)]
struct Scrape {
    snapshot: Option<Arc<Snapshot>>,
    tells_money: bool,
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut page = Page { encoder };
        let Some(snapshot) = &self.snapshot else {
            return page.one("up", "1 while the session answers", 0_u64);
        };
        session(snapshot, &mut page)?;
        feeds(&snapshot.feeds, &mut page)?;
        strategies(snapshot, &mut page)?;
        alerts(snapshot, &mut page)?;
        if self.tells_money {
            money(&snapshot.strategies, &mut page)?;
        }
        Ok(())
    }
}

type Labels<'a> = Vec<(&'static str, &'a str)>;

/// Writes families of metrics.
struct Page<'a> {
    encoder: DescriptorEncoder<'a>,
}

impl Page<'_> {
    fn gauge<'a, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Labels<'a>, V)>,
    ) -> fmt::Result {
        self.family(name, help, MetricType::Gauge, rows)
    }

    /// The name ends in `_total`, in the description as in the rows: the form every reader of Prometheus text understands.
    fn counter<'a>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Labels<'a>, u64)>,
    ) -> fmt::Result {
        self.family(name, help, MetricType::Counter, rows)
    }

    fn one<V: EncodeGaugeValue>(&mut self, name: &str, help: &str, value: V) -> fmt::Result {
        self.gauge(name, help, [(Vec::new(), value)])
    }

    fn family<'a, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        rows: impl IntoIterator<Item = (Labels<'a>, V)>,
    ) -> fmt::Result {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let mut family = self.encoder.encode_descriptor(name, help, None, kind)?;
        for (labels, value) in rows {
            if labels.is_empty() {
                family.encode_gauge(&value)?;
            } else {
                family.encode_family(&labels)?.encode_gauge(&value)?;
            }
        }
        Ok(())
    }
}

fn session(snapshot: &Snapshot, page: &mut Page<'_>) -> fmt::Result {
    page.one("up", "1 while the session answers", 1_u64)?;
    let info = vec![
        ("version", snapshot.host.as_str()),
        ("session", &snapshot.session),
    ];
    page.gauge("info", "What runs here", [(info, 1_u64)])?;
    let readiness = Readiness::of(snapshot);
    let ready = u64::from(readiness == Readiness::Ready);
    page.one("ready", "1 while /health/ready says so", ready)?;
    if let Some(started) = snapshot.started {
        let help = "When the session began, by the venue's clock";
        page.one("session_start_timestamp_seconds", help, seconds(started))?;
    }
    let help = "Inputs in the journal";
    page.counter("journal_input_total", help, [(vec![], snapshot.inputs)])?;
    let failed = u64::from(snapshot.journal_failed.is_some());
    page.one(
        "journal_failed",
        "1 once the journal refused something",
        failed,
    )?;
    let help = "Steps of engines";
    page.counter("engine_step_total", help, [(vec![], snapshot.work.steps)])?;
    let help = "From a frame's arrival to the decision on it, of the last ones";
    percentiles(
        "decision_duration_seconds",
        help,
        snapshot.work.decision_us,
        page,
    )?;
    let help = "A commit of the journal, of the last ones";
    percentiles(
        "journal_commit_duration_seconds",
        help,
        snapshot.work.commit_us,
        page,
    )
}

/// Not named `quantile`, which summaries own: these are gauges of the last few.
fn percentiles(
    name: &str,
    help: &str,
    microseconds: Option<(u64, u64)>,
    page: &mut Page<'_>,
) -> fmt::Result {
    let rows = microseconds.into_iter().flat_map(|(p50, p99)| {
        [("50", p50), ("99", p99)].map(|(at, us)| (vec![("percentile", at)], us as f64 / 1e6))
    });
    page.gauge(name, help, rows)
}

fn feeds(feeds: &[FeedView], page: &mut Page<'_>) -> fmt::Result {
    let each = |of: fn(&FeedView) -> u64| {
        let row = move |feed| (venue(feed), of(feed));
        feeds.iter().map(row)
    };
    page.counter(
        "feed_message_total",
        "Frames received",
        each(|feed| feed.frames),
    )?;
    let help = "Frames nobody could read";
    page.counter("feed_unreadable_total", help, each(|feed| feed.unreadable))?;
    let help = "Connections that were opened again";
    page.counter("feed_reconnect_total", help, each(|feed| feed.reconnects))?;
    let help = "Connections that stand";
    page.gauge(
        "feed_connections",
        help,
        each(|feed| feed.connections.0 as u64),
    )?;
    let help = "Connections there should be";
    page.gauge(
        "feed_connections_wanted",
        help,
        each(|feed| feed.connections.1 as u64),
    )?;
    let rows = feeds
        .iter()
        .filter_map(|feed| Some((venue(feed), seconds(feed.heard?))));
    let help = "When the last frame came, by the clock of this machine";
    page.gauge("feed_last_message_timestamp_seconds", help, rows)?;
    let rows = feeds
        .iter()
        .filter_map(|feed| Some((venue(feed), feed.clock_ms? as f64 / 1e3)));
    let help = "Smallest distance seen from the venue's stamp to our clock";
    page.gauge("feed_lag_seconds", help, rows)?;
    markets(feeds, page)
}

fn venue(feed: &FeedView) -> Labels<'_> {
    vec![("venue", feed.venue.as_str())]
}

fn markets(feeds: &[FeedView], page: &mut Page<'_>) -> fmt::Result {
    let all = || {
        feeds
            .iter()
            .flat_map(|feed| feed.markets.iter().map(move |market| (feed, market)))
    };
    let each = |of: fn(&MarketView) -> u64| {
        all().map(move |(feed, market)| (place(feed, market), of(market)))
    };
    let rows =
        all().filter_map(|(feed, market)| Some((place(feed, market), seconds(market.last?))));
    let help = "End of the last minute that was accepted, by the venue's clock";
    page.gauge("feed_last_minute_timestamp_seconds", help, rows)?;
    let help = "1 while no candle came for three intervals: entries are blocked";
    page.gauge("feed_stale", help, each(|market| u64::from(market.stale)))?;
    let help = "Minutes accepted";
    page.counter("feed_minute_total", help, each(|market| market.minutes.0))?;
    let help = "Minutes that are missing for good";
    page.counter(
        "feed_missing_minute_total",
        help,
        each(|market| market.minutes.1),
    )?;
    let help = "Other versions of accepted candles";
    page.counter("feed_revision_total", help, each(|market| market.revisions))?;
    let help = "Candles that came by question, not by stream";
    page.counter("feed_refilled_total", help, each(|market| market.refilled))
}

fn place<'a>(feed: &'a FeedView, market: &'a MarketView) -> Labels<'a> {
    vec![
        ("venue", feed.venue.as_str()),
        ("symbol", market.symbol.as_str()),
    ]
}

fn strategies(snapshot: &Snapshot, page: &mut Page<'_>) -> fmt::Result {
    let all = &snapshot.strategies;
    let each = |of: fn(&StrategyView) -> u64| all.iter().map(move |view| (name(view), of(view)));
    let by_state = states(snapshot);
    let rows = by_state
        .iter()
        .map(|(state, count)| (vec![("state", *state)], *count));
    page.gauge("strategies", "Strategies by state", rows)?;
    let info = |view| -> (Labels<'_>, u64) {
        let view: &StrategyView = view;
        let digest = view.sha256.get(..DIGEST).unwrap_or(&view.sha256);
        let mut labels = name(view);
        labels.extend([
            ("component", view.strategy.as_str()),
            ("version", &view.version),
            ("digest", digest),
        ]);
        (labels, 1)
    };
    page.gauge("strategy_info", "What a strategy is", all.iter().map(info))?;
    let help = "1 while it takes part in trading";
    page.gauge(
        "strategy_alive",
        help,
        each(|view| u64::from(view.state.is_alive())),
    )?;
    let help = "1 if it ended by a fault of its own";
    let faulted = |view: &StrategyView| u64::from(view.state == State::Faulted);
    page.gauge("strategy_faulted", help, each(faulted))?;
    let help = "1 while its entries are blocked by a stale feed or a breaker";
    page.gauge(
        "strategy_blocked",
        help,
        each(|view| u64::from(view.blocked)),
    )?;
    let orders = all.iter().flat_map(|view| {
        let outcomes = [
            ("accepted", view.counts.accepted),
            ("refused", view.counts.refused),
        ];
        outcomes.map(|(outcome, count)| {
            let mut labels = name(view);
            labels.push(("outcome", outcome));
            (labels, count)
        })
    });
    page.counter("order_total", "Orders sent, by what became of them", orders)?;
    page.counter("fill_total", "Fills", each(|view| view.counts.fills))?;
    page.counter(
        "trade_total",
        "Trades closed",
        each(|view| view.counts.trades),
    )?;
    let open = |view: &StrategyView| view.positions.len() as u64;
    page.gauge("strategy_open_positions", "Open positions", each(open))?;
    let working = |view: &StrategyView| view.orders.len() as u64;
    page.gauge("strategy_working_orders", "Working orders", each(working))?;
    let sandboxes = || all.iter().filter_map(|view| Some((view, view.sandbox?)));
    let rows = sandboxes().map(|(view, (fuel, _))| (name(view), fuel));
    page.gauge(
        "strategy_fuel_of_last_call",
        "Instructions of its last call",
        rows,
    )?;
    let rows = sandboxes().map(|(view, (_, bytes))| (name(view), bytes));
    page.gauge("strategy_memory_bytes", "Memory of its sandbox", rows)
}

fn name(view: &StrategyView) -> Labels<'_> {
    vec![("strategy", view.name.as_str())]
}

fn alerts(snapshot: &Snapshot, page: &mut Page<'_>) -> fmt::Result {
    let outcomes = snapshot.alerts.iter().flat_map(|sink| {
        [("sent", sink.sent), ("failed", sink.failed)].map(|(outcome, count)| {
            (
                vec![("sink", sink.name.as_str()), ("outcome", outcome)],
                count,
            )
        })
    });
    page.counter(
        "alert_total",
        "Alerts, by what became of the attempt",
        outcomes,
    )?;
    let off = snapshot.alerts.iter().map(|sink| {
        let is_off = u64::from(sink.disabled.is_some());
        (vec![("sink", sink.name.as_str())], is_off)
    });
    page.gauge(
        "alert_sink_disabled",
        "1 if it is switched off for good",
        off,
    )?;
    let inbox = [("inbox", snapshot.work.waiting as u64)];
    let sinks = snapshot
        .alerts
        .iter()
        .map(|sink| (sink.name.as_str(), sink.waiting));
    let rows = inbox
        .into_iter()
        .chain(sinks)
        .map(|(queue, waiting)| (vec![("queue", queue)], waiting));
    page.gauge("queue_depth", "Things that wait", rows)
}

/// Who can read these knows the positions: only where a setting says so.
fn money(all: &[StrategyView], page: &mut Page<'_>) -> fmt::Result {
    let equity = all.iter().map(|view| {
        let mut labels = name(view);
        labels.push(("currency", view.currency.as_str()));
        (labels, view.account.equity.to_f64())
    });
    page.gauge("equity", "Wallet and unrealized profit at the mark", equity)?;
    let rows = all
        .iter()
        .filter_map(|view| Some((name(view), drawdown(view)?)));
    let help = "Distance from the highest equity among the starts of days and now, negative";
    page.gauge("drawdown_ratio", help, rows)
}

fn seconds(time: Timestamp) -> f64 {
    time.0 as f64 / 1e3
}

#[cfg(test)]
mod tests;
