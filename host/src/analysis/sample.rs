//! A made-up run for tests and for looking at the report: a year, a market that wanders, some 150 trades.

use crate::domain::{
    Candle, Cash, Cause, Direction, EndReason, FillEvent, FundingEvent, Liquidity, OrderKind,
    OrderStatus, OrderView, Placed, PositionView, Price, Qty, Rate, Refusal, RefusalReason,
    Rounding, Side, Timestamp, div_round,
};
use crate::engine::{
    AccountPoint, Entry, Happening, Level, Marker, Pane, PlotStyle, Record, Telemetry,
};
use crate::ledger::{Posting, PostingKind, Trade};
use crate::runs::{
    Alternatives, Capacity, FundingUsed, LeverageUsed, Observed, RunResult, SharedAccount, Timings,
    Versions,
};

mod eventful;
mod setup;

pub(crate) use eventful::eventful;
use setup::configuration;

const UNIT: i64 = 100_000_000;
const HOUR_MS: i64 = 3_600_000;
const HOURS: i64 = 366 * 24;
/// 2024-01-01.
const START: i64 = 1_704_067_200_000;
const BALANCE: Cash = Cash(10_000 * 100_000_000);

/// Fee of a taker, 0.05 %.
const FEE: Rate = Rate(50_000);

/// Whole units.
fn price(whole: i64) -> Price {
    Price(whole * UNIT)
}

fn cash(text: &str) -> Cash {
    text.parse().expect("an amount")
}

pub(crate) fn order() -> OrderView {
    OrderView {
        id: 1,
        position: 1,
        instrument: 0,
        side: Side::Buy,
        kind: OrderKind::Market,
        status: OrderStatus::Working,
        reason: EndReason::None,
        qty: Qty(UNIT / 2),
        filled_qty: Qty::ZERO,
        avg_price: None,
        reduce_only: false,
        post_only: false,
        oco_group: None,
        parent: None,
        tag: 0,
        created_at: Timestamp(START),
    }
}

pub(crate) fn fill() -> FillEvent {
    FillEvent {
        time: Timestamp(START),
        order: 1,
        cause: Cause::Order,
        position: 1,
        net: true,
        instrument: 0,
        side: Side::Buy,
        qty: Qty(UNIT / 2),
        leaves_qty: Qty::ZERO,
        price: price(40_000),
        fee: cash("10"),
        liquidity: Liquidity::Taker,
        realized_pnl: Cash::ZERO,
        tag: 0,
    }
}

pub(crate) fn trade() -> Trade {
    Trade {
        position: 1,
        instrument: 0,
        direction: Direction::Long,
        entry_time: Timestamp(START + 24 * HOUR_MS),
        exit_time: Timestamp(START + 60 * HOUR_MS),
        qty: Qty(UNIT / 2),
        entry_price: price(40_000),
        exit_price: price(42_000),
        gross: cash("1000"),
        fees: cash("20.5"),
        funding: cash("-3.25"),
        net: cash("976.25"),
        exit_cause: Cause::TakeProfit,
        tag: 0,
        equity_at_entry: BALANCE,
        best_price: price(42_500),
        worst_price: price(39_500),
        initial_stop: None,
        initial_target: None,
        leverage: Rate(UNIT),
        ambiguous: false,
    }
}

/// The same as one of four on a shared account.
pub(crate) fn on_a_shared_account(mut run: RunResult) -> RunResult {
    run.configuration.shared = Some(SharedAccount {
        weight: Rate(UNIT / 4),
        wallet: Cash(run.configuration.starting_balance.0 * 4),
    });
    run
}

/// A run with these trades and a flat account around them.
pub(crate) fn run_of(trades: Vec<Trade>) -> RunResult {
    let point = |hour: i64, equity: Cash| AccountPoint {
        time: Timestamp(START + hour * HOUR_MS),
        wallet: equity,
        equity,
        position_margin: Cash::ZERO,
        order_margin: Cash::ZERO,
    };
    let net = trades.iter().fold(Cash::ZERO, |sum, t| sum + t.net);
    let samples: Vec<AccountPoint> = (0..=HOURS)
        .map(|hour| point(hour, if hour > 60 { BALANCE + net } else { BALANCE }))
        .collect();
    let mut observed = Observed::default();
    observed.trades = trades;
    RunResult {
        configuration: configuration(),
        versions: Versions {
            host: "0.1.0".into(),
            runtime: "wasmtime 48.0.8".into(),
        },
        marks: vec![samples.iter().map(|_| price(40_000)).collect()],
        samples,
        observed,
        max_drawdown_intraday: Some(-0.031),
        exposed: Some(0.25),
        leverage: LeverageUsed::default(),
        higher_tier_candles: 0,
        capacity: Capacity::default(),
        alternatives: Alternatives::default(),
        asked_from: Some(Timestamp(0)),
        open_positions: vec![],
        telemetry: Telemetry::default(),
        fingerprint: "c0ffee".repeat(10) + "beef",
        telemetry_fingerprint: "decade".repeat(10) + "cafe",
        timings: Timings {
            engine_seconds: 0.117,
            load_seconds: 0.42,
        },
    }
}

/// Bits that look random, the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> i64 {
        i64::try_from(self.next() % n).expect("small")
    }

    /// Roughly normal, deviation 1.
    #[expect(clippy::cast_precision_loss, reason = "made-up numbers")]
    fn normal(&mut self) -> f64 {
        (0..12)
            .map(|_| self.below(1 << 20) as f64 / f64::from(1 << 20))
            .sum::<f64>()
            - 6.0
    }
}

/// Hourly prices of the made-up year.
fn hourly() -> Vec<Price> {
    let mut dice = Dice(7);
    let (mut level, mut drift) = (42_000.0_f64, 0.0);
    (0..=HOURS)
        .map(|hour| {
            if hour % 500 == 0 {
                drift = 0.0006 * dice.normal();
            }
            let now = Price::from_f64((level * 10.0).round() / 10.0).expect("a price");
            level *= 1.0 + drift + 0.0045 * dice.normal();
            now
        })
        .collect()
}

/// The candles of the made-up year, four hours each.
pub(crate) fn candles() -> Vec<Candle> {
    hourly()
        .windows(5)
        .step_by(4)
        .zip(0..)
        .map(|(hours, index)| Candle {
            open_time: Timestamp(START + index * 4 * HOUR_MS),
            open: hours[0],
            high: *hours.iter().max().expect("five hours"),
            low: *hours.iter().min().expect("five hours"),
            close: hours[4],
            volume: 100.0,
            quote_volume: f64::NAN,
            taker_buy_volume: f64::NAN,
            trades: f64::NAN,
        })
        .collect()
}

/// Builds the year trade by trade through the same records an engine would send.
struct Year {
    observed: Observed,
    wallet: Cash,
    samples: Vec<AccountPoint>,
    next_order: u32,
    /// Of the position that is open.
    funding: Cash,
    rates: Dice,
}

impl Year {
    fn tell(&mut self, what: Happening) {
        let entries = vec![Entry { strategy: 0, what }];
        self.observed.add(
            &Record {
                time: Timestamp(0),
                entries,
            },
            0,
        );
    }

    fn post(&mut self, time: Timestamp, kind: PostingKind, amount: Cash, position: u32) {
        self.wallet += amount;
        let wallet = self.wallet;
        self.tell(Happening::Posting(Posting {
            time,
            kind,
            amount,
            position,
            wallet,
        }));
    }

    fn fill(&mut self, event: FillEvent) {
        let id = self.next_order;
        self.next_order += 1;
        let (time, fee, pnl, position) =
            (event.time, event.fee, event.realized_pnl, event.position);
        let view = OrderView {
            id,
            position,
            side: event.side,
            qty: event.qty,
            created_at: time,
            ..order()
        };
        self.tell(Happening::Accepted { time, order: view });
        self.tell(Happening::Fill(FillEvent { order: id, ..event }));
        self.tell(Happening::OrderFilled { time, order: id });
        self.post(time, PostingKind::Fee, -fee, position);
        if !pnl.is_zero() {
            self.post(time, PostingKind::RealizedPnl, pnl, position);
        }
    }
}

impl Year {
    /// Most of the time longs pay, some 0.01 %; now and then the rate was not recorded.
    fn pay_funding(
        &mut self,
        hour: i64,
        direction: Direction,
        (mark, qty): (Price, Qty),
        position: u32,
    ) {
        let rate = Rate(self.rates.below(30_000) - 8_000);
        let time = Timestamp(START + hour * HOUR_MS);
        let amount = (mark * qty).times_rate(rate);
        let amount = if direction == Direction::Long {
            -amount
        } else {
            amount
        };
        self.funding += amount;
        self.tell(Happening::Funding {
            time,
            payment: FundingEvent {
                position,
                instrument: 0,
                rate,
                amount,
            },
            price: mark,
            rate_substituted: hour % 2_000 == 0,
            price_substituted: hour % 1_200 == 0,
        });
        self.post(time, PostingKind::Funding, amount, position);
    }
}

/// The made-up year.
pub(crate) fn run() -> RunResult {
    let prices = hourly();
    let mut dice = Dice(11);
    let mut year = Year {
        observed: Observed::default(),
        wallet: BALANCE,
        samples: vec![],
        next_order: 1,
        funding: Cash::ZERO,
        rates: Dice(13),
    };
    let at = |hour: i64| Timestamp(START + hour * HOUR_MS);
    let index = |hour: i64| usize::try_from(hour).expect("an hour of the year");
    let mut sampled = 0;
    let mut hour = 30;
    let mut position = 0;
    while hour < HOURS - 120 {
        let length = 6 + dice.below(70);
        let (entry, exit) = (prices[index(hour)], prices[index(hour + length)]);
        // Two thirds of the time it is right about the direction.
        let rises = exit > entry;
        let right = dice.below(100) < 57;
        let direction = if rises == right {
            Direction::Long
        } else {
            Direction::Short
        };
        position += 1;
        let equity_at_entry = year.wallet;
        let step = UNIT / 1_000;
        let affordable = div_round(
            equity_at_entry.0 * i128::from(UNIT),
            i128::from(entry.0),
            Rounding::Floor,
        );
        let qty = Qty(i64::try_from(affordable).expect("small") / step * step);
        let rise = ((exit - entry) * qty).to_cash();
        let gross = if direction == Direction::Long {
            rise
        } else {
            -rise
        };
        let (fee_in, fee_out) = ((entry * qty).times_rate(FEE), (exit * qty).times_rate(FEE));
        let side = direction.opening_side();
        let base = FillEvent {
            position,
            qty,
            price: entry,
            fee: fee_in,
            side,
            time: at(hour),
            ..fill()
        };
        sample_until(&mut year, &prices, &mut sampled, hour, None);
        year.fill(base.clone());
        sample_until(
            &mut year,
            &prices,
            &mut sampled,
            hour + length,
            Some((direction, entry, qty, position)),
        );
        let funding = std::mem::take(&mut year.funding);
        let cause = match dice.below(4) {
            0 if gross > Cash::ZERO => Cause::TakeProfit,
            1 | 2 if gross < Cash::ZERO => Cause::Stop,
            _ => Cause::Order,
        };
        let out = FillEvent {
            price: exit,
            fee: fee_out,
            side: side.opposite(),
            time: at(hour + length),
            cause,
            realized_pnl: gross,
            ..base
        };
        year.fill(out);
        let visited = &prices[index(hour)..=index(hour + length)];
        let (low, high) = (visited.iter().min(), visited.iter().max());
        let (worst, best) = if direction == Direction::Long {
            (low, high)
        } else {
            (high, low)
        };
        let fees = fee_in + fee_out;
        year.tell(Happening::Trade(Box::new(Trade {
            position,
            instrument: 0,
            direction,
            entry_time: at(hour),
            exit_time: at(hour + length),
            qty,
            entry_price: entry,
            exit_price: exit,
            gross,
            fees,
            funding,
            net: gross - fees + funding,
            exit_cause: cause,
            tag: position % 2,
            equity_at_entry,
            best_price: *best.expect("visited"),
            worst_price: *worst.expect("visited"),
            initial_stop: Some(entry.scaled(
                Rate(-direction.sign() * UNIT / 20),
                Price(UNIT / 10),
                Rounding::HalfUp,
            )),
            initial_target: None,
            leverage: Rate(UNIT),
            ambiguous: position % 37 == 0,
        })));
        if position % 37 == 0 {
            year.tell(Happening::Ambiguous {
                time: at(hour),
                instrument: 0,
            });
        }
        hour += length + 1 + dice.below(36);
    }
    let entry = prices[index(HOURS - 40)];
    let qty = Qty(UNIT / 10);
    sample_until(&mut year, &prices, &mut sampled, HOURS - 40, None);
    position += 1;
    year.fill(FillEvent {
        position,
        qty,
        price: entry,
        fee: (entry * qty).times_rate(FEE),
        time: at(HOURS - 40),
        ..fill()
    });
    sample_until(
        &mut year,
        &prices,
        &mut sampled,
        HOURS + 1,
        Some((Direction::Long, entry, qty, position)),
    );
    for reason in [
        RefusalReason::MinNotional,
        RefusalReason::MinNotional,
        RefusalReason::MinNotional,
        RefusalReason::InsufficientMargin,
    ] {
        let refusal = Refusal {
            reason,
            limit: Some(100.0),
            message: "42.1 is under the minimum of 100".into(),
        };
        year.tell(Happening::Refused {
            time: at(50),
            refusal,
            instrument: 0,
        });
    }
    year.tell(Happening::Answer {
        time: at(1),
        result: Ok(Some(Placed {
            order: 1,
            position: 1,
        })),
    });
    let last = *prices.last().expect("a year");
    let open = PositionView {
        id: position,
        instrument: 0,
        direction: Direction::Long,
        qty,
        avg_price: entry,
        opened_at: at(HOURS - 40),
        net: true,
        stop: None,
        take_profit: None,
        liquidation_price: None,
        margin: Cash::ZERO,
        unrealized_pnl: ((last - entry) * qty).to_cash(),
        realized_pnl: Cash::ZERO,
        best_price: entry,
        worst_price: entry,
        tag: 0,
    };
    let mut configuration = configuration();
    configuration.dataset.funding = FundingUsed {
        policy: "data".into(),
        source: Some("binance perp".into()),
    };
    RunResult {
        configuration,
        samples: year.samples,
        marks: vec![prices.clone()],
        observed: year.observed,
        open_positions: vec![open],
        max_drawdown_intraday: Some(-0.334_5),
        telemetry: telemetry(&prices),
        ..run_of(vec![])
    }
}

/// Marks the account at each hour before `hour`, with the position open meanwhile.
fn sample_until(
    year: &mut Year,
    prices: &[Price],
    sampled: &mut i64,
    hour: i64,
    open: Option<(Direction, Price, Qty, u32)>,
) {
    while *sampled < hour {
        let mark = prices[usize::try_from(*sampled).expect("an hour of the year")];
        let unrealized = open.map_or(Cash::ZERO, |(direction, entry, qty, _)| {
            let gain = ((mark - entry) * qty).to_cash();
            if direction == Direction::Long {
                gain
            } else {
                -gain
            }
        });
        year.samples.push(AccountPoint {
            time: Timestamp(START + *sampled * HOUR_MS),
            wallet: year.wallet,
            equity: year.wallet + unrealized,
            position_margin: Cash::ZERO,
            order_margin: Cash::ZERO,
        });
        if let Some((direction, _, qty, position)) = open
            && *sampled % 8 == 0
        {
            year.pay_funding(*sampled, direction, (mark, qty), position);
        }
        *sampled += 1;
    }
}

#[expect(clippy::cast_precision_loss, reason = "made-up numbers")]
fn telemetry(prices: &[Price]) -> Telemetry {
    let mut telemetry = Telemetry::default();
    let fast = telemetry.plot_series("fast sma", Pane::Price, PlotStyle::Line);
    let slow = telemetry.plot_series("slow sma", Pane::Price, PlotStyle::Line);
    let spread = telemetry.plot_series("spread %", Pane::Panel, PlotStyle::Histogram);
    let average =
        |hours: &[Price]| hours.iter().map(|p| p.to_f64()).sum::<f64>() / hours.len() as f64;
    for hour in (0..prices.len()).step_by(4) {
        let time = Timestamp(START + i64::try_from(hour).expect("an hour") * HOUR_MS);
        let mean = |n: usize| {
            if hour >= n {
                average(&prices[hour - n..hour])
            } else {
                f64::NAN
            }
        };
        telemetry.plot(fast, time, mean(80));
        telemetry.plot(slow, time, mean(200));
        telemetry.plot(spread, time, (mean(80) / mean(200) - 1.0) * 100.0);
    }
    telemetry.log(Timestamp(START), Level::Info, "warm-up done\nsecond line");
    telemetry.mark(
        Timestamp(START + 2_000 * HOUR_MS),
        Marker::Circle,
        50_000.0,
        "regime change",
    );
    telemetry.metric("crossings", 151.0);
    telemetry
}
