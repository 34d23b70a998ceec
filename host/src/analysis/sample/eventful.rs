//! The made-up year as it would be with everything that can go wrong.

use std::collections::BTreeMap;

use crate::analysis::sample::{HOUR_MS, START, cash, run};
use crate::domain::{Cause, InstrumentChange, LiquidationEvent, Timestamp};
use crate::engine::{Entry, Happening, Record};
use crate::runs::{Alternatives, Compared, FundingUsed, Range, RunResult};

/// The year with liquidations, breakers, flags and alternatives.
pub(crate) fn eventful() -> RunResult {
    let mut run = run();
    let dataset = &mut run.configuration.dataset;
    dataset.market = "perp".into();
    dataset.traded_as = None;
    dataset.mark_resolution = "1h".into();
    dataset.funding = FundingUsed {
        policy: "last".into(),
        source: Some("binance perp".into()),
    };
    dataset.data_flags = BTreeMap::from([("outlier".into(), 12), ("stale_run".into(), 3)]);
    run.higher_tier_candles = 41;
    let taken = worst_trades_liquidated(&mut run);
    let at = |hour: i64| Timestamp(START + hour * HOUR_MS);
    let breaker = |hour: i64, rule: &str, open, value| Happening::Breaker {
        time: at(hour),
        rule: rule.to_owned(),
        open,
        value,
    };
    let mut happenings: Vec<Happening> = taken
        .into_iter()
        .map(|(time, event)| Happening::Liquidated { time, event })
        .collect();
    happenings.extend([
        breaker(2_000, "daily loss", true, 0.062_5),
        breaker(2_024, "daily loss", false, 0.0),
        breaker(5_000, "daily loss", true, 0.071),
        breaker(5_003, "consecutive losses", true, 6.0),
        breaker(5_024, "daily loss", false, 0.0),
    ]);
    for (order, position) in [(31, 17), (0, 44)] {
        happenings.push(Happening::StopBehindLiquidation {
            time: at(900),
            order,
            position,
        });
    }
    for (hour, change) in [
        (3_000, InstrumentChange::Halted),
        (3_002, InstrumentChange::Resumed),
    ] {
        happenings.push(Happening::Instrument {
            time: at(hour),
            instrument: 0,
            change,
        });
    }
    happenings.push(Happening::AccountClosed { time: at(8_700) });
    for what in happenings {
        let entries = vec![Entry { strategy: 0, what }];
        let time = Timestamp(0);
        run.observed.add(&Record { time, entries }, 0);
    }
    run.alternatives = alternatives();
    run
}

/// The three largest losses end as liquidations.
fn worst_trades_liquidated(run: &mut RunResult) -> Vec<(Timestamp, LiquidationEvent)> {
    let mut order: Vec<usize> = (0..run.observed.trades.len()).collect();
    order.sort_by_key(|&i| run.observed.trades[i].net);
    order.truncate(3);
    order.sort_unstable();
    let mut events = Vec::new();
    for index in order {
        let trade = &mut run.observed.trades[index];
        trade.exit_cause = Cause::Liquidation;
        let event = LiquidationEvent {
            position: trade.position,
            instrument: trade.instrument,
            qty: trade.qty,
            price: trade.exit_price,
            loss: -trade.net,
        };
        events.push((trade.exit_time, event));
    }
    events
}

fn alternatives() -> Alternatives {
    let line = |label: &str, net: &str, end: &str, drawdown, rate| Compared {
        label: label.to_owned(),
        net_profit: cash(net),
        end_equity: cash(end),
        max_drawdown: Some(drawdown),
        trades: 146,
        win_rate: Some(rate),
        ambiguous_candles: None,
    };
    Alternatives {
        range: Some(Range {
            best: line("best ordering", "2120.55", "12120.55", -0.301, 0.561_6),
            worst: line("worst ordering", "-104.9", "9895.1", -0.371, 0.541),
        }),
        compared: vec![line("profile fair", "1980.1", "11980.1", -0.327, 0.554_8)],
    }
}
