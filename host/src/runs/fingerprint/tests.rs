use super::*;
use crate::analysis::sample;
use crate::domain::{Cash, OrderChange, Qty, RefusalReason};
use crate::engine::{Location, LogLine, Mark, Plot};

const CONFIG: [u8; 32] = [7; 32];

fn print(happenings: &[Happening]) -> String {
    let mut fingerprint = Fingerprint::new(CONFIG);
    for what in happenings {
        let entries = vec![Entry {
            strategy: 0,
            what: what.clone(),
        }];
        fingerprint.add(&Record {
            time: Timestamp(0),
            entries,
        });
    }
    fingerprint.finish()
}

/// Every variation differs from the base and from every other one.
fn all_differ(base: Happening, variations: Vec<Happening>) {
    let mut seen = vec![print(&[base])];
    for (index, variation) in variations.into_iter().enumerate() {
        let print = print(&[variation]);
        assert!(!seen.contains(&print), "variation {index} changes nothing");
        seen.push(print);
    }
}

macro_rules! variations {
    ($base:expr, $wrap:expr, { $($field:ident = $value:expr),+ $(,)? }) => {{
        let base = $base;
        let wrap = $wrap;
        all_differ(wrap(base.clone()), vec![$({
            let mut changed = base.clone();
            changed.$field = $value;
            wrap(changed)
        }),+]);
    }};
}

#[test]
fn every_field_of_an_order_counts() {
    let time = Timestamp(60_000);
    variations!(sample::order(), |order| Happening::Accepted { time, order }, {
        id = 99,
        position = 99,
        instrument = 99,
        side = Side::Sell,
        kind = OrderKind::Limit(1.5),
        kind = OrderKind::Stop(1.5),
        kind = OrderKind::TakeProfit(1.5),
        kind = OrderKind::StopLimit { trigger: 1.5, limit: 1.5 },
        kind = OrderKind::TakeProfitLimit { trigger: 1.5, limit: 1.5 },
        kind = OrderKind::TakeProfitLimit { trigger: 1.5, limit: 1.6 },
        kind = OrderKind::Trailing { callback: 0.5, activation: None },
        kind = OrderKind::Trailing { callback: 0.5, activation: Some(0.0) },
        status = OrderStatus::Pending,
        reason = EndReason::Oco,
        qty = Qty(99),
        filled_qty = Qty(99),
        avg_price = Some(Price(0)),
        avg_price = Some(Price(99)),
        reduce_only = true,
        post_only = true,
        oco_group = Some(0),
        parent = Some(0),
        tag = 99,
        created_at = Timestamp(99),
    });
}

#[test]
fn every_field_of_a_fill_counts() {
    variations!(sample::fill(), Happening::Fill, {
        time = Timestamp(99),
        order = 99,
        cause = Cause::Stop,
        position = 99,
        net = false,
        instrument = 99,
        side = Side::Sell,
        qty = Qty(99),
        leaves_qty = Qty(99),
        price = Price(99),
        fee = Cash(99),
        liquidity = Liquidity::Maker,
        liquidity = Liquidity::Liquidation,
        realized_pnl = Cash(99),
        tag = 99,
    });
}

#[test]
fn every_field_of_a_trade_counts() {
    variations!(sample::trade(), |trade: Trade| Happening::Trade(Box::new(trade)), {
        position = 99,
        instrument = 99,
        direction = Direction::Short,
        entry_time = Timestamp(99),
        exit_time = Timestamp(99),
        qty = Qty(99),
        entry_price = Price(99),
        exit_price = Price(99),
        gross = Cash(99),
        fees = Cash(99),
        funding = Cash(99),
        net = Cash(99),
        exit_cause = Cause::Stop,
        tag = 99,
        equity_at_entry = Cash(99),
        best_price = Price(99),
        worst_price = Price(99),
        initial_stop = Some(Price(99)),
        leverage = Rate(99),
        ambiguous = true,
    });
}

#[test]
fn every_field_of_a_posting_and_an_account_counts() {
    let posting = Posting {
        time: Timestamp(1),
        kind: PostingKind::Fee,
        amount: Cash(1),
        position: 1,
        wallet: Cash(1),
    };
    variations!(posting, Happening::Posting, {
        time = Timestamp(99),
        kind = PostingKind::Funding,
        amount = Cash(99),
        position = 99,
        wallet = Cash(99),
    });
    let point = AccountPoint {
        time: Timestamp(1),
        wallet: Cash(1),
        equity: Cash(1),
        position_margin: Cash(1),
        order_margin: Cash(1),
    };
    variations!(point, Happening::Account, {
        time = Timestamp(99),
        wallet = Cash(99),
        equity = Cash(99),
        position_margin = Cash(99),
        order_margin = Cash(99),
    });
}

#[test]
fn every_field_of_a_position_change_counts() {
    let time = Timestamp(1);
    let change = PositionEvent {
        position: 1,
        instrument: 1,
        direction: Direction::Long,
        change: PositionChange::Opened,
        cause: Cause::Order,
        qty: Qty(1),
        avg_price: Price(1),
        exit_price: None,
        realized_pnl: Cash(1),
        tag: 1,
    };
    variations!(change, |change| Happening::Position { time, change }, {
        position = 99,
        instrument = 99,
        direction = Direction::Short,
        change = PositionChange::Increased,
        change = PositionChange::Reduced,
        change = PositionChange::Closed,
        cause = Cause::Stop,
        qty = Qty(99),
        avg_price = Price(99),
        exit_price = Some(Price(0)),
        exit_price = Some(Price(99)),
        realized_pnl = Cash(99),
        tag = 99,
    });
}

#[test]
fn every_field_of_the_small_ones_counts() {
    let time = Timestamp(1);
    let change = OrderChange {
        order: 1,
        position: 1,
        instrument: 1,
        status: OrderStatus::Canceled,
        reason: EndReason::User,
        tag: 1,
        message: String::new(),
    };
    variations!(change, |change| Happening::OrderChanged { time, change }, {
        order = 99,
        position = 99,
        instrument = 99,
        status = OrderStatus::Expired,
        reason = EndReason::Fok,
        tag = 99,
    });
    let refusal = Refusal {
        reason: RefusalReason::MinQty,
        limit: None,
        message: String::new(),
    };
    variations!(refusal.clone(), |refusal| Happening::Refused { time, refusal, instrument: 0 }, {
        reason = RefusalReason::MaxQty,
        limit = Some(0.0),
        limit = Some(0.5),
    });
    let placed = |order, position| Ok(Some(Placed { order, position }));
    all_differ(
        Happening::Answer {
            time,
            result: Ok(None),
        },
        vec![
            Happening::Answer {
                time,
                result: placed(1, 1),
            },
            Happening::Answer {
                time,
                result: placed(1, 2),
            },
            Happening::Answer {
                time,
                result: placed(2, 1),
            },
            Happening::Answer {
                time,
                result: Err(refusal.clone()),
            },
            Happening::Refused {
                time,
                refusal: refusal.clone(),
                instrument: 1,
            },
            Happening::Refused {
                time,
                refusal,
                instrument: 2,
            },
            Happening::OrderFilled { time, order: 1 },
            Happening::OrderFilled { time, order: 2 },
            Happening::Ambiguous {
                time,
                instrument: 1,
            },
            Happening::Ambiguous {
                time,
                instrument: 2,
            },
            Happening::Fault {
                time,
                cause: FaultCause::Trap,
                message: String::new(),
                location: None,
            },
            Happening::Fault {
                time,
                cause: FaultCause::Host,
                message: String::new(),
                location: None,
            },
            Happening::Halt {
                time,
                why: String::new(),
            },
            Happening::Halt {
                time: Timestamp(2),
                why: String::new(),
            },
        ],
    );
}

#[test]
fn every_field_of_a_funding_payment_counts() {
    let payment = FundingEvent {
        position: 1,
        instrument: 1,
        rate: Rate(1),
        amount: Cash(1),
    };
    let funding = |payment: FundingEvent| Happening::Funding {
        time: Timestamp(1),
        payment,
        price: Price(1),
        rate_substituted: false,
        price_substituted: false,
    };
    variations!(payment.clone(), funding, {
        position = 99,
        instrument = 99,
        rate = Rate(-1),
        amount = Cash(-1),
    });
    let with = |time, price, rate_substituted, price_substituted| Happening::Funding {
        time: Timestamp(time),
        payment: payment.clone(),
        price: Price(price),
        rate_substituted,
        price_substituted,
    };
    all_differ(
        with(1, 1, false, false),
        vec![
            with(2, 1, false, false),
            with(1, 2, false, false),
            with(1, 1, true, false),
            with(1, 1, false, true),
        ],
    );
}

#[test]
fn every_field_of_a_liquidation_counts() {
    let time = Timestamp(1);
    let event = LiquidationEvent {
        position: 1,
        instrument: 1,
        qty: Qty(1),
        price: Price(1),
        loss: Cash(1),
    };
    variations!(event, |event| Happening::Liquidated { time, event }, {
        position = 99,
        instrument = 99,
        qty = Qty(99),
        price = Price(99),
        loss = Cash(99),
    });
}

#[test]
fn every_field_of_what_endangers_an_account_counts() {
    let at = Timestamp;
    let stop = |time, order, position| Happening::StopBehindLiquidation {
        time: at(time),
        order,
        position,
    };
    let instrument = |time, instrument, change| Happening::Instrument {
        time: at(time),
        instrument,
        change,
    };
    let breaker = |time, rule: &str, open, value| Happening::Breaker {
        time: at(time),
        rule: rule.to_owned(),
        open,
        value,
    };
    let entries = |time, by, allowed| Happening::Entries {
        time: at(time),
        by,
        allowed,
    };
    let mut all = vec![
        entries(1, BlockedBy::User, true),
        entries(2, BlockedBy::User, true),
        entries(1, BlockedBy::Feed, true),
        entries(1, BlockedBy::User, false),
        stop(1, 1, 2),
        stop(1, 2, 1),
        stop(2, 1, 1),
        instrument(1, 1, InstrumentChange::Rules),
        instrument(2, 1, InstrumentChange::Rules),
        instrument(1, 2, InstrumentChange::Rules),
        instrument(1, 1, InstrumentChange::Listed),
        instrument(1, 1, InstrumentChange::Delisted),
        instrument(1, 1, InstrumentChange::Halted),
        instrument(1, 1, InstrumentChange::Resumed),
        Happening::AccountClosed { time: at(1) },
        Happening::AccountClosed { time: at(2) },
    ];
    all.extend([
        breaker(1, "loss", true, 0.5),
        breaker(2, "loss", true, 0.5),
        breaker(1, "errors", true, 0.5),
        breaker(1, "loss", false, 0.5),
        breaker(1, "loss", true, 0.500_000_01),
        breaker(1, "loss", true, 1e30),
        breaker(1, "loss", true, -1e30),
    ]);
    all_differ(stop(1, 1, 1), all);
}

#[test]
fn a_figure_of_a_rule_ends_at_the_bounds_of_an_integer() {
    assert_eq!(scaled(0.25), 25_000_000);
    assert_eq!(scaled(-0.000_000_017), -2);
    assert_eq!(scaled(f64::INFINITY), i64::MAX);
    assert_eq!(scaled(-1e300), i64::MIN);
    assert_eq!(scaled(f64::NAN), 0);
}

#[test]
fn text_for_people_does_not_count() {
    let time = Timestamp(1);
    let fault = |message: &str, line: Option<u32>| Happening::Fault {
        time,
        cause: FaultCause::Trap,
        message: message.to_owned(),
        location: line.map(|line| Location {
            file: "src/lib.rs".to_owned(),
            line,
            column: None,
        }),
    };
    assert_eq!(
        print(&[fault("", None)]),
        print(&[fault("unreachable", Some(7))])
    );
    let halt = |why: &str| Happening::Halt {
        time,
        why: why.to_owned(),
    };
    assert_eq!(print(&[halt("")]), print(&[halt("done")]));
    let refused = |message: &str| Happening::Refused {
        time,
        refusal: Refusal {
            reason: RefusalReason::MinQty,
            limit: None,
            message: message.to_owned(),
        },
        instrument: 0,
    };
    assert_eq!(
        print(&[refused("")]),
        print(&[refused("0.0001 is less than 0.001")])
    );
}

#[test]
fn quiet_minutes_enter_nothing_and_record_borders_do_not_count() {
    let entry = |what| Entry { strategy: 0, what };
    let (a, b) = (
        Happening::Fill(sample::fill()),
        Happening::OrderFilled {
            time: Timestamp(1),
            order: 1,
        },
    );
    let mut together = Fingerprint::new(CONFIG);
    together.add(&Record::default());
    together.add(&Record {
        time: Timestamp(9),
        entries: vec![entry(a.clone()), entry(b.clone())],
    });
    assert_eq!(together.finish(), print(&[a, b]));
}

#[test]
fn strategy_configuration_and_order_count() {
    let fill = Happening::Fill(sample::fill());
    let of = |config, strategy| {
        let mut fingerprint = Fingerprint::new(config);
        let entries = vec![Entry {
            strategy,
            what: fill.clone(),
        }];
        fingerprint.add(&Record {
            time: Timestamp(0),
            entries,
        });
        fingerprint.finish()
    };
    assert_ne!(of(CONFIG, 0), of(CONFIG, 1));
    assert_ne!(of(CONFIG, 0), of([8; 32], 0));
    let other = Happening::OrderFilled {
        time: Timestamp(1),
        order: 1,
    };
    assert_ne!(print(&[fill.clone(), other.clone()]), print(&[other, fill]));
}

/// A change here is a change of the layout: raise `SCHEMA_VERSION` and say so under "Results change".
#[test]
fn the_layout_is_pinned() {
    let mut bytes = vec![];
    bytes.extend(2u32.to_le_bytes());
    bytes.extend([7; 32]);
    bytes.push(4);
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(60_000i64.to_le_bytes());
    bytes.extend(5u32.to_le_bytes());
    let by_hand = hex(blake3::hash(&bytes).as_bytes());
    assert_eq!(
        print(&[Happening::OrderFilled {
            time: Timestamp(60_000),
            order: 5
        }]),
        by_hand
    );

    let mut bytes = vec![];
    bytes.extend(2u32.to_le_bytes());
    bytes.extend([7; 32]);
    bytes.push(19);
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(60_000i64.to_le_bytes());
    bytes.extend(4u64.to_le_bytes());
    bytes.extend(b"loss");
    bytes.push(1);
    bytes.extend(50_000_000i64.to_le_bytes());
    let breaker = Happening::Breaker {
        time: Timestamp(60_000),
        rule: "loss".to_owned(),
        open: true,
        value: 0.5,
    };
    assert_eq!(print(&[breaker]), hex(blake3::hash(&bytes).as_bytes()));

    let mut bytes = vec![];
    bytes.extend(2u32.to_le_bytes());
    bytes.push(21);
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(60_000i64.to_le_bytes());
    bytes.extend([1, 0]);
    let mut of_records = Fingerprint::of_records();
    of_records.add(&Record {
        time: Timestamp(0),
        entries: vec![Entry {
            strategy: 0,
            what: Happening::Entries {
                time: Timestamp(60_000),
                by: BlockedBy::Feed,
                allowed: false,
            },
        }],
    });
    assert_eq!(of_records.running(), *blake3::hash(&bytes).as_bytes());

    let reasons = [
        (RefusalReason::InvalidNumber, 0),
        (RefusalReason::InvalidRequest, 3),
        (RefusalReason::WarmingUp, 9),
        (RefusalReason::MinQty, 10),
        (RefusalReason::InsufficientMargin, 17),
        (RefusalReason::TooMany, 20),
        (RefusalReason::Parent, 26),
    ];
    for (reason, code) in reasons {
        assert_eq!(reason as u8, code, "{}", reason.name());
    }
    let reasons = [
        (EndReason::None, 0),
        (EndReason::User, 1),
        (EndReason::Oco, 3),
        (EndReason::PositionClosed, 8),
        (EndReason::InsufficientMarginAtFill, 12),
        (EndReason::EndOfData, 16),
    ];
    for (reason, code) in reasons {
        assert_eq!(reason as u8, code, "{}", reason.name());
    }
}

#[test]
fn telemetry_has_a_fingerprint_of_its_own() {
    let base = Telemetry::default();
    let mut variations = vec![base.clone(); 6];
    variations[0].log.push(LogLine {
        time: Timestamp(1),
        level: Level::Info,
        text: "a".into(),
    });
    variations[1].log.push(LogLine {
        time: Timestamp(1),
        level: Level::Warn,
        text: "a".into(),
    });
    variations[2].plots.push(Plot {
        name: "fast".into(),
        pane: Pane::Price,
        style: PlotStyle::Line,
        points: vec![(Timestamp(1), f64::NAN)],
    });
    variations[3].marks.push(Mark {
        time: Timestamp(1),
        marker: Marker::Up,
        price: 1.0,
        text: String::new(),
    });
    variations[4].metrics.push(("x".into(), 1.0));
    variations[5].alerts.push((Timestamp(1), "x".into()));
    let mut seen = vec![telemetry_fingerprint(&[&base])];
    for variation in &variations {
        let print = telemetry_fingerprint(&[variation]);
        assert!(!seen.contains(&print));
        seen.push(print);
    }
}
