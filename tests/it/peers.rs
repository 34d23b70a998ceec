//! The trades of five peers on real candles, row for row, each under the preset of its name.
//!
//! The rows and all rules come from `fixtures/peers` in the shared folder. The strategies are here; how orders meet the candles
//! is the preset's. The first seed has a file of its own.

use host::data::resample::resample;
use host::domain::{
    Candle, Cash, Direction, MINUTE_MS, Price, Qty, Rate, Timeframe, Timestamp, UNIT,
};
use host::engine::EndOfData;
use host::execution::{Preset, Profile};
use serde_json::Value;

use crate::driver::{Bracket, Driver, SIGNAL, Start, instrument};
use crate::peer_data::{self, Row};

/// One fee for makers and takers.
const FEE: &str = "0.0005";
/// The cent, tick of everything but vectorbt's levels.
const CENT: i64 = UNIT / 100;

#[test]
fn jesse_trades_are_reproduced() {
    check(&Peer {
        folder: "jesse",
        preset: "jesse",
        runs: 14,
        walks_minutes: true,
        reversal: Reversal::TwoOrders,
        leverage: 2,
    });
}

#[test]
fn backtrader_trades_are_reproduced() {
    check(&Peer {
        folder: "backtrader",
        preset: "backtrader",
        runs: 21,
        walks_minutes: false,
        reversal: Reversal::OneOrder,
        leverage: 1,
    });
}

#[test]
fn backtesting_py_trades_are_reproduced() {
    check(&Peer {
        folder: "backtesting_py",
        preset: "backtesting",
        runs: 21,
        walks_minutes: false,
        reversal: Reversal::TwoOrders,
        leverage: 1,
    });
}

#[test]
fn vectorbt_trades_are_reproduced() {
    check(&Peer {
        folder: "vectorbt",
        preset: "vectorbt",
        runs: 20,
        walks_minutes: false,
        reversal: Reversal::OneOrder,
        leverage: 1,
    });
}

#[test]
fn freqtrade_trades_are_reproduced() {
    check(&Peer {
        folder: "freqtrade",
        preset: "freqtrade",
        runs: 12,
        walks_minutes: false,
        reversal: Reversal::TwoOrders,
        leverage: 1,
    });
}

/// How a peer turns a position around.
#[derive(Clone, Copy, PartialEq)]
enum Reversal {
    /// A closing order, then an opening one.
    TwoOrders,
    /// One order of twice the quantity.
    OneOrder,
}

struct Peer {
    folder: &'static str,
    preset: &'static str,
    runs: usize,
    /// Exits are looked for on minutes also where signals come from longer candles.
    walks_minutes: bool,
    reversal: Reversal,
    leverage: i64,
}

fn check(peer: &Peer) {
    let Some((folder, candles)) = peer_data::find(peer.folder) else {
        return;
    };
    let preset = peer.preset.parse::<Preset>().expect("a preset");
    let month = peer_data::month(&candles);
    let meta = peer_data::meta(&folder);
    let runs = meta["runs"].as_object().expect("runs by name");
    assert_eq!(runs.len(), peer.runs, "runs in meta.json");
    let mut differences = Vec::new();
    for (name, meta) in runs {
        let run = Run::read(peer, name, meta, &month);
        let rows = peer_data::rows(&folder, meta);
        let found = run.differences(preset, &rows);
        println!(
            "{} {name}: {} rows, {} differences",
            peer.folder,
            rows.len(),
            found.len()
        );
        differences.extend(
            found
                .into_iter()
                .take(3)
                .map(|d| format!("{} {name}: {d}", peer.folder)),
        );
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

// --- one run ---------------------------------------------------------------------------------------------------------------

#[derive(Clone, Copy, PartialEq)]
enum Strategy {
    /// Always in the market.
    Cross,
    /// In from a crossing to a stop or a target, both from the close of the signal.
    Bracket,
    /// The same with freqtrade's own stop and target, from the price of the entry.
    BracketRoi,
}

struct Run<'a> {
    peer: &'a Peer,
    meta: &'a Value,
    set: String,
    strategy: Strategy,
    /// Vectorbt with its signals shifted to the next open.
    shifted: bool,
    /// What the engine walks on.
    base: Timeframe,
    candles: Vec<Candle>,
    /// Candles of the strategy with what they signal.
    signals: Vec<(Candle, Option<Direction>)>,
    timeframe: Timeframe,
    qty: Qty,
}

impl<'a> Run<'a> {
    fn read(peer: &'a Peer, name: &str, meta: &'a Value, month: &[Candle]) -> Self {
        let word = |key: &str| meta[key].as_str().expect("a word").to_owned();
        let set = word("set");
        let minutes = peer_data::candle_set(&set, month);
        let timeframe: Timeframe = word("timeframe").parse().expect("a timeframe");
        let longer: Vec<Candle> = resample(&minutes, timeframe)
            .into_iter()
            .map(|r| r.candle)
            .collect();
        let on_minutes = peer.walks_minutes || meta["timeframe_detail"].is_string();
        let strategy = match word("strategy").as_str() {
            _ if name.contains("bracket_roi") => Strategy::BracketRoi,
            "bracket" => Strategy::Bracket,
            _ => Strategy::Cross,
        };
        Self {
            peer,
            meta,
            set,
            strategy,
            shifted: name.contains("nextopen"),
            base: if on_minutes { Timeframe::M1 } else { timeframe },
            signals: longer.iter().copied().zip(signals(&longer)).collect(),
            candles: if on_minutes { minutes } else { longer },
            timeframe,
            qty: Qty::from_f64(meta["qty"].as_f64().expect("a quantity")).expect("in range"),
        }
    }

    fn balance(&self, key: &str) -> f64 {
        self.meta[key].as_f64().expect("a balance")
    }

    fn driver(&self, preset: Preset) -> Driver {
        let mut profile = Profile::named(preset);
        for knob in ["maker", "taker"] {
            profile.set(knob, FEE).expect("a fee");
        }
        if self.shifted {
            profile.set("fill_timing", "next_open").expect("a timing");
        }
        // Vectorbt's levels are fractions of a price; all others lie on cents.
        let tick = if self.peer.folder == "vectorbt" {
            Price(1)
        } else {
            Price(CENT)
        };
        Driver::new(Start {
            profile,
            instrument: instrument(tick, Qty(UNIT / 100), FEE.parse().expect("a fee")),
            wallet: Cash::from_f64(self.balance("initial_balance")).expect("a balance"),
            leverage: Rate(self.peer.leverage * UNIT),
            base: self.base,
            first: &self.candles[0],
        })
    }

    fn differences(&self, preset: Preset, rows: &[Row]) -> Vec<String> {
        let mut driver = self.driver(preset);
        let end = Profile::named(preset).end_of_data;
        let last = self.last_candle(end);
        let mut next_close = 0;
        let mut freqtrade = Freqtrade::default();
        for (index, candle) in self.candles[..=last].iter().enumerate() {
            driver.candle(candle, (index == last).then_some(end));
            if index == last {
                break;
            }
            let close = candle.open_time.plus_ms(self.base.minutes() * MINUTE_MS);
            let (longer, signal) = &self.signals[next_close];
            let closes = longer
                .open_time
                .plus_ms(self.timeframe.minutes() * MINUTE_MS)
                == close;
            next_close += usize::from(closes);
            let fresh = signal.filter(|_| closes);
            let next = &self.candles[index + 1];
            match self.strategy {
                Strategy::Cross => self.cross(&mut driver, fresh, next_close),
                Strategy::Bracket => self.bracket(&mut driver, fresh, candle.close),
                Strategy::BracketRoi => {
                    if closes {
                        let tradable = next_close + 1 < self.signals.len();
                        freqtrade.begin(&driver, signal.filter(|_| tradable));
                    }
                    freqtrade.at_close(&mut driver, self.qty, candle, next.open);
                }
            }
            driver.settle();
        }
        self.compare(&driver, rows)
    }

    /// The last candle the engine sees: data that ends at an open ends with the candle that has it.
    fn last_candle(&self, end: EndOfData) -> usize {
        if end != EndOfData::Open {
            return self.candles.len() - 1;
        }
        let (last, _) = self.signals.last().expect("candles");
        let at = |c: &Candle| c.open_time == last.open_time;
        self.candles
            .iter()
            .rposition(at)
            .expect("a boundary of both")
    }

    /// In the market in the direction of the last crossing.
    fn cross(&self, driver: &mut Driver, signal: Option<Direction>, next_close: usize) {
        let Some(direction) = signal else { return };
        let position = driver.position();
        if position.as_ref().is_some_and(|p| p.direction == direction) {
            return;
        }
        let qty = self.qty.to_f64();
        match (position, self.peer.reversal) {
            (Some(_), Reversal::OneOrder) => {
                driver.market(direction, (self.qty + self.qty).to_f64());
            }
            (position, _) => {
                if let Some(position) = position {
                    driver.close(&position, SIGNAL);
                }
                // Freqtrade enters no trade on its last candle.
                if self.peer.folder != "freqtrade" || next_close + 1 < self.signals.len() {
                    driver.market(direction, qty);
                }
            }
        }
    }

    /// Flat and a crossing: in, with stop and target from this close.
    fn bracket(&self, driver: &mut Driver, signal: Option<Direction>, close: Price) {
        let Some(direction) = signal.filter(|_| driver.position().is_none()) else {
            return;
        };
        let (stop, target) = self.levels(direction, close);
        let (stop, target) = if self.peer.folder == "vectorbt" {
            as_fractions(close, stop, target)
        } else {
            (stop, target)
        };
        driver.bracket(&Bracket {
            direction,
            qty: self.qty.to_f64(),
            stop: Some(stop.to_f64()),
            target: Some(target.to_f64()),
        });
    }

    /// Stop and target in cents, half up; in steps of 50 in the touch set.
    fn levels(&self, direction: Direction, close: Price) -> (Price, Price) {
        // Parts of ten thousand.
        let (stop, target) = if self.set == "tight" {
            (10, 15)
        } else {
            (50, 100)
        };
        let sign = direction.sign();
        let level = |parts: i64| {
            let cents = close.0 / CENT;
            let price = Price((cents * (10_000 + parts) + 5_000).div_euclid(10_000) * CENT);
            if self.set == "touch" {
                peer_data::to_fifty(price)
            } else {
                price
            }
        };
        (level(-sign * stop), level(sign * target))
    }

    // --- comparing ---------------------------------------------------------------------------------------------------------

    fn compare(&self, driver: &Driver, rows: &[Row]) -> Vec<String> {
        let mut found = Vec::new();
        if rows.len() != driver.trades.len() {
            found.push(format!(
                "{} rows, {} trades",
                rows.len(),
                driver.trades.len()
            ));
        }
        for (n, (row, trade)) in rows.iter().zip(&driver.trades).enumerate() {
            if let Some(difference) = self.difference(row, trade) {
                found.push(format!("row {n}: {difference}"));
            }
        }
        // Without a position this is the wallet; with one the peers mark it at the last close.
        let (wanted, got) = (self.balance("final_balance"), driver.equity().to_f64());
        if (wanted - got).abs() > wanted * 1e-9 {
            found.push(format!("balance {got}, expected {wanted}"));
        }
        let open = self.meta["open_at_end"].as_array().map_or(0, Vec::len);
        if driver.position().iter().count() != open {
            found.push(format!(
                "{open} positions open at the end, got another count"
            ));
        }
        found
    }

    fn difference(
        &self,
        row: &Row,
        (trade, reason): &(host::ledger::Trade, &'static str),
    ) -> Option<String> {
        let bar = |time: Timestamp| self.base.bucket_start(time).0.to_string();
        let exact = [
            ("side", row.side.clone(), trade.direction.name().to_owned()),
            (
                "entry_bar",
                row.entry_bar.to_string(),
                bar(trade.entry_time),
            ),
            ("exit_bar", row.exit_bar.to_string(), bar(trade.exit_time)),
            ("exit_reason", row.exit_reason.clone(), (*reason).to_owned()),
        ];
        for (what, wanted, got) in exact {
            if wanted != got {
                return Some(format!("{what}: expected {wanted}, got {got}"));
            }
        }
        let (entry, exit) = (trade.entry_price.to_f64(), trade.exit_price.to_f64());
        let numbers = [
            ("entry_price", row.entry_price, entry, 1e-6),
            ("exit_price", row.exit_price, exit, 1e-6),
            ("qty", row.qty, trade.qty.to_f64(), 1e-12),
            // The ledger rounds fees and profit to 1e-8.
            (
                "net",
                row.net,
                trade.net.to_f64(),
                row.net.abs() * 2e-6 + 3e-8,
            ),
        ];
        let apart = numbers
            .into_iter()
            .find(|(_, wanted, got, within)| (wanted - got).abs() > *within);
        apart.map(|(what, wanted, got, _)| format!("{what}: expected {wanted}, got {got}"))
    }
}

/// Crossings of the means of 10 and 30 closes, in integers so that no sum can differ.
fn signals(candles: &[Candle]) -> Vec<Option<Direction>> {
    let mut before = None;
    let signal = |index: usize| {
        let first = (index + 1).checked_sub(30)?;
        let sum = |part: &[Candle]| part.iter().map(|c| c.close.0).sum::<i64>();
        let apart = 3 * sum(&candles[first + 20..=index]) - sum(&candles[first..=index]);
        let last = before.replace(apart)?;
        if apart > 0 && last <= 0 {
            Some(Direction::Long)
        } else if apart < 0 && last >= 0 {
            Some(Direction::Short)
        } else {
            None
        }
    };
    (0..candles.len()).map(signal).collect()
}

/// Vectorbt takes exits as fractions of the close: the level is what its floats make of them, and a touch it misses by the last
/// bit must be missed here.
fn as_fractions(close: Price, stop: Price, target: Price) -> (Price, Price) {
    let price = close.to_f64();
    let level = |wanted: Price| {
        let share = (wanted.to_f64() - price).abs() / price;
        if wanted < close {
            price * (1.0 - share)
        } else {
            price * (1.0 + share)
        }
    };
    let on_grid = |wanted: Price| {
        let level = level(wanted);
        let nearest = Price::from_f64(level).expect("a price");
        // Below the close a level is reached from above, else from below.
        if wanted < close && level < nearest.to_f64() {
            nearest - Price(1)
        } else if wanted > close && level > nearest.to_f64() {
            nearest + Price(1)
        } else {
            nearest
        }
    };
    (on_grid(stop), on_grid(target))
}

// --- freqtrade -------------------------------------------------------------------------------------------------------------

/// What freqtrade does with a signal during the candle after it. Stop and target come from the price of the entry; a market order
/// fills at the next open, so they are known when it is sent.
#[derive(Default)]
struct Freqtrade {
    signal: Option<Direction>,
    /// A trade was open when the candle of the run began.
    held: bool,
    /// The candle of the run begins with the next base candle.
    first: bool,
    trades_seen: usize,
}

impl Freqtrade {
    /// A candle of the run has closed.
    fn begin(&mut self, driver: &Driver, signal: Option<Direction>) {
        self.signal = signal;
        self.held = driver.position().is_some();
        self.first = true;
    }

    /// A base candle has closed: an entry for the next one, where the rules want one.
    fn at_close(&mut self, driver: &mut Driver, qty: Qty, candle: &Candle, open: Price) {
        let closed = &driver.trades[self.trades_seen..];
        // A trade that came and went within this candle.
        let passed = closed.iter().any(|(t, _)| t.entry_time >= candle.open_time);
        self.trades_seen = driver.trades.len();
        let first = std::mem::take(&mut self.first);
        let Some(direction) = self.signal else { return };
        let wanted = match driver.position() {
            // Against an open trade the entry waits for its end; the profile knows how.
            Some(position) => self.held && position.direction != direction,
            None => !self.held && (first || passed),
        };
        if wanted {
            driver.bracket(&Bracket {
                direction,
                qty: qty.to_f64(),
                stop: Some(roi_stop(direction, open).to_f64()),
                target: Some(roi_target(direction, open).to_f64()),
            });
        }
    }
}

/// Half a percent from the entry, to the cent towards it, on the shortest text of the float.
fn roi_stop(direction: Direction, entry: Price) -> Price {
    let share = if direction == Direction::Long {
        0.995
    } else {
        1.005
    };
    let text = (entry.to_f64() * share).to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (cents, rest) = fraction.split_at(fraction.len().min(2));
    let cents: i64 = format!("{whole}{cents:0<2}").parse().expect("digits");
    let beyond = rest.bytes().any(|digit| digit != b'0');
    let up = direction == Direction::Long && beyond;
    Price((cents + i64::from(up)) * CENT)
}

/// One percent net of both fees, to the nearest cent.
fn roi_target(direction: Direction, entry: Price) -> Price {
    let (entry, fee) = (entry.to_f64(), 0.0005);
    let level = match direction {
        Direction::Long => entry * (1.0 + fee) * 1.01 / (1.0 - fee),
        Direction::Short => entry * (1.0 - fee) * 0.99 / (1.0 + fee),
    };
    Price::from_f64((level * 100.0).round_ties_even() / 100.0).expect("a price")
}
