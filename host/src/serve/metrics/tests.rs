use super::*;
use crate::serve::testing::{feed, snapshot, strategy};

/// Name, labels and value of a row.
fn rows(text: &str) -> Vec<(&str, &str)> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.rsplit_once(' ').expect("a value"))
        .collect()
}

#[test]
fn each_figure_is_there_under_its_name_in_base_units() {
    let text = text(Some(Arc::new(snapshot())), false);
    let market = "venue=\"binance\",symbol=\"BTC/USDT:USDT\"";
    for (row, value) in [
        ("host_up", "1"),
        ("host_ready", "1"),
        ("host_info{version=\"0.1.0\",session=\"paper\"}", "1"),
        ("host_feed_message_total{venue=\"binance\"}", "1234"),
        ("host_feed_reconnect_total{venue=\"binance\"}", "1"),
        ("host_feed_lag_seconds{venue=\"binance\"}", "0.012"),
        (
            "host_feed_last_message_timestamp_seconds{venue=\"binance\"}",
            "1706702460.45",
        ),
        (&format!("host_feed_minute_total{{{market}}}"), "60"),
        (&format!("host_feed_stale{{{market}}}"), "0"),
        (
            "host_order_total{strategy=\"trend\",outcome=\"accepted\"}",
            "9",
        ),
        (
            "host_order_total{strategy=\"trend\",outcome=\"refused\"}",
            "1",
        ),
        ("host_fill_total{strategy=\"trend\"}", "8"),
        // Told by its number: a probe's picture has no list of trades.
        ("host_trade_total{strategy=\"trend\"}", "7"),
        ("host_strategies{state=\"running\"}", "1"),
        ("host_strategies{state=\"faulted\"}", "0"),
        ("host_strategy_memory_bytes{strategy=\"trend\"}", "1114112"),
        (
            "host_decision_duration_seconds{percentile=\"99\"}",
            "0.00009",
        ),
        (
            "host_journal_commit_duration_seconds{percentile=\"50\"}",
            "0.0009",
        ),
        ("host_journal_input_total", "42"),
        ("host_alert_total{sink=\"discord\",outcome=\"failed\"}", "2"),
        ("host_queue_depth{queue=\"inbox\"}", "3"),
        ("host_queue_depth{queue=\"discord\"}", "1"),
    ] {
        let found = rows(&text).into_iter().find(|(name, _)| *name == row);
        let (_, told) = found.unwrap_or_else(|| panic!("no {row} in\n{text}"));
        let number = |text: &str| text.parse::<f64>().expect("a number");
        assert_eq!(number(told), number(value), "{row}");
    }
}

#[test]
fn money_is_told_only_where_it_may() {
    let silent = text(Some(Arc::new(snapshot())), false);
    for word in ["equity", "drawdown", "10450", "pnl", "balance"] {
        assert!(!silent.contains(word), "{word} in\n{silent}");
    }
    let open = text(Some(Arc::new(snapshot())), true);
    assert!(open.contains("host_equity{strategy=\"trend\",currency=\"USDT\"} 10450"));
    let drawdown = rows(&open)
        .into_iter()
        .find(|(name, _)| *name == "host_drawdown_ratio{strategy=\"trend\"}");
    let (_, value) = drawdown.expect("it is told");
    let value: f64 = value.parse().expect("a number");
    assert!((value + 0.05).abs() < 1e-12, "{value}");
}

#[test]
fn a_session_that_does_not_answer_is_down_and_nothing_else() {
    assert_eq!(rows(&text(None, true)), [("host_up", "0")]);
}

#[test]
fn every_row_belongs_to_the_family_described_above_it_and_none_comes_twice() {
    let mut picture = snapshot();
    picture.strategies.push(strategy("second", State::Faulted));
    let mut other = feed();
    other.venue = "bybit".to_owned();
    picture.feeds.push(other);
    let text = text(Some(Arc::new(picture)), true);
    let mut family = String::new();
    let mut seen = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(described) = line.strip_prefix("# TYPE ") {
            let (name, kind) = described.split_once(' ').expect("a kind");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(seen.insert(name.to_owned()), "described twice: {line}");
            family = name.to_owned();
        } else if !line.starts_with('#') {
            let (row, _) = line.rsplit_once(' ').expect("a value");
            assert_eq!(row.split('{').next(), Some(family.as_str()), "{line}");
            assert!(seen.insert(format!("{row} ")), "twice: {line}");
        }
    }
    assert!(seen.len() > 60, "{}", seen.len());
}

#[test]
fn names_of_strategies_cannot_break_out_of_their_label() {
    let mut picture = snapshot();
    picture.strategies[0].name = "a\"} 1\nhost_up 0\\".to_owned();
    let text = text(Some(Arc::new(picture)), false);
    assert!(
        text.lines()
            .all(|line| line.starts_with("host_") || line.starts_with('#'))
    );
    assert_eq!(text.matches("\nhost_up ").count(), 1);
}
