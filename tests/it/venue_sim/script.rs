//! What happens at a venue in one minute, in the order of its clock: venue by venue the frames of it are shaped elsewhere.
//!
//! Offsets from the start of a minute (`exchanges/binance.md` section 13 on closing frames):
//!
//! | ms | what |
//! |---|---|
//! | 0, 15,000, 30,000, 59,000 | mark and index at the open, the two extremes, the close of their candles |
//! | 20,000, 40,000 | the running candle after its first and its second extreme |
//! | 59,500 | Hyperliquid: the whole candle, and at 60,000 the first of the next, which says that this one is over |
//! | 60,256 | Binance, Bybit: the closing candle; 62,000 where nothing traded |
//!
//! A unit of play is what lies after the first tick of a minute, up to its closing candle.

use host::domain::{Candle, CandleKind, Price};

use super::hub::Form;
use crate::venue_stub::book;
use crate::venue_stub::{Listed, Market, Settlement, Trade, Venue};

pub(super) const MINUTE: i64 = 60_000;

/// When a mark is told, and which point of its candle.
const TICKS: [i64; 4] = [0, 15_000, 30_000, 59_000];
/// When a running candle is told.
const RUNNING: [i64; 2] = [20_000, 40_000];
/// When nothing more trades in a minute.
pub(super) const WHOLE: i64 = 59_500;
const CLOSING: i64 = MINUTE + 256;
const CLOSING_QUIET: i64 = MINUTE + 2_000;

/// Something that happens to one symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    /// When it is sent.
    pub(super) at: i64,
    /// When the venue says it sent it: the same, but for a clock that is wrong.
    pub(super) stamp: i64,
    /// Which of what is listed.
    pub(super) listed: usize,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What {
    /// A minute so far.
    Candle {
        candle: Candle,
        /// The venue says it is final, if it ever does.
        is_closed: bool,
        /// The minute after it, in the same frame.
        next: Option<Candle>,
        /// It is another version, for those who have heard the true one: the first they hear is what counts.
        is_revision: bool,
    },
    Mark(Mark),
    Trade {
        trade: Trade,
        /// Counted from 1.
        id: u64,
    },
    Liquidation(Trade),
    /// The book of this number, see [`book`].
    Book(i64),
}

impl What {
    /// Is it told to who wants this?
    pub(super) fn is_told(&self, form: Form) -> bool {
        match self {
            Self::Candle { .. } => form == Form::Candles,
            Self::Mark(_) => form == Form::Mark,
            Self::Trade { .. } => form == Form::Trades,
            Self::Liquidation(_) => form == Form::Liquidations,
            Self::Book(_) => matches!(form, Form::Book(_) | Form::BookChanges(_) | Form::Best),
        }
    }
}

/// Mark, index and what is told with them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    pub(super) mark: Price,
    pub(super) index: Price,
    /// Running rate, which is what the next settlement will be.
    pub(super) rate: f64,
    /// The next settlement.
    pub(super) next_funding: i64,
}

/// Everything of the unit of this minute, in order.
pub(super) fn unit(market: &Market, minute: i64) -> Vec<Moment> {
    let mut moments = Vec::new();
    for (number, listed) in market.listed.iter().enumerate() {
        if listed.venue == Venue::BinanceSpot {
            continue;
        }
        let mut add = |at: i64, what| {
            moments.push(Moment {
                at,
                stamp: at,
                listed: number,
                what,
            });
        };
        candles(listed, minute, &mut add);
        for (point, offset) in TICKS.into_iter().enumerate().skip(1) {
            if let Some(mark) = mark(listed, minute, point) {
                add(minute + offset, What::Mark(mark));
            }
        }
        if let Some(mark) = mark(listed, minute + MINUTE, 0) {
            add(minute + MINUTE, What::Mark(mark));
        }
        let trades = within(&listed.trades, minute);
        for index in trades {
            let (trade, id) = (listed.trades[index], index as u64 + 1);
            add(trade.time, What::Trade { trade, id });
        }
        for index in within(&listed.liquidations, minute) {
            let order = listed.liquidations[index];
            add(order.time, What::Liquidation(order));
        }
        for number in book::of_minute(minute) {
            add(book::time(number), What::Book(number));
        }
    }
    moments.sort_by_key(|moment| moment.at);
    moments
}

/// What the first minute begins with, which no unit before it has told.
pub(super) fn opening(market: &Market, minute: i64) -> Vec<Moment> {
    let mut moments = Vec::new();
    for (number, listed) in market.listed.iter().enumerate() {
        let first = first_of(listed, minute).map(running);
        let mark = mark(listed, minute, 0).map(What::Mark);
        moments.extend(first.into_iter().chain(mark).map(|what| Moment {
            at: minute,
            stamp: minute,
            listed: number,
            what,
        }));
    }
    moments
}

/// The first frame of a minute's candle, where it is how the end of the minute before is known.
fn first_of(listed: &Listed, minute: i64) -> Option<Candle> {
    let candle = listed.minute(CandleKind::Candles, minute).map(begun);
    candle.filter(|_| listed.venue == Venue::Hyperliquid)
}

fn running(candle: Candle) -> What {
    What::Candle {
        candle,
        is_closed: false,
        next: None,
        is_revision: false,
    }
}

/// Indexes of the trades of a minute.
fn within(trades: &[Trade], minute: i64) -> std::ops::Range<usize> {
    let before = |time: i64| trades.partition_point(|t| t.time < time);
    before(minute)..before(minute + MINUTE)
}

fn candles(listed: &Listed, minute: i64, add: &mut impl FnMut(i64, What)) {
    let never_closes = listed.venue == Venue::Hyperliquid;
    if let Some(candle) = listed.minute(CandleKind::Candles, minute) {
        let is_quiet = candle.volume == 0.0;
        for (part, offset) in RUNNING.into_iter().enumerate() {
            if !is_quiet {
                add(minute + offset, running(so_far(candle, part)));
            }
        }
        if never_closes {
            add(minute + WHOLE, running(*candle));
        } else {
            let at = if is_quiet { CLOSING_QUIET } else { CLOSING };
            // Bybit puts both into one frame when they fall together; here in one minute of seven.
            let is_pair = listed.venue == Venue::Bybit && minute / MINUTE % 7 == 0;
            let next = listed.minute(CandleKind::Candles, minute + MINUTE);
            add(
                minute + at,
                What::Candle {
                    candle: *candle,
                    is_closed: true,
                    next: next.filter(|_| is_pair).map(begun),
                    is_revision: false,
                },
            );
        }
    }
    if let Some(next) = first_of(listed, minute + MINUTE) {
        add(minute + MINUTE, running(next));
    }
}

/// A candle when it has just begun.
fn begun(candle: &Candle) -> Candle {
    Candle {
        volume: candle.volume / 16.0,
        quote_volume: candle.quote_volume / 16.0,
        taker_buy_volume: candle.taker_buy_volume / 16.0,
        trades: candle.trades.min(1.0),
        ..Candle::flat(candle.open_time, candle.open)
    }
}

/// A candle after its first (part 0) or its second extreme.
fn so_far(candle: &Candle, part: usize) -> Candle {
    let [open, first, second, _] = path(candle);
    let reached = if part == 0 { first } else { second };
    let share = if part == 0 { 4.0 } else { 2.0 };
    Candle {
        open,
        high: open.max(first).max(reached),
        low: open.min(first).min(reached),
        close: reached,
        volume: candle.volume / share,
        quote_volume: candle.quote_volume / share,
        taker_buy_volume: candle.taker_buy_volume / share,
        trades: (candle.trades / share).ceil(),
        open_time: candle.open_time,
    }
}

/// Open, the extremes in the order of a candle that closes where this one does, close.
fn path(candle: &Candle) -> [Price; 4] {
    let Candle {
        open,
        high,
        low,
        close,
        ..
    } = *candle;
    if close >= open {
        [open, low, high, close]
    } else {
        [open, high, low, close]
    }
}

/// The mark of a minute at one of its four ticks; none where the history has no mark.
fn mark(listed: &Listed, minute: i64, point: usize) -> Option<Mark> {
    let mark = listed.minute(CandleKind::Mark, minute)?;
    let index = listed.minute(CandleKind::Index, minute).unwrap_or(mark);
    let (rate, next_funding) = funding_after(listed, minute + TICKS[point]);
    Some(Mark {
        mark: path(mark)[point],
        index: path(index)[point],
        rate,
        next_funding,
    })
}

/// The mark that was told last at this time.
pub(super) fn mark_at(listed: &Listed, now: i64) -> Option<Mark> {
    let minute = now.div_euclid(MINUTE) * MINUTE;
    let point = TICKS.iter().filter(|at| minute + *at <= now).count() - 1;
    mark(listed, minute, point)
}

/// Rate and time of the settlement that follows. Behind the last known one: its rate, and the next whole interval.
fn funding_after(listed: &Listed, now: i64) -> (f64, i64) {
    let due = |settled: &Settlement| settled.time / MINUTE * MINUTE;
    let next = listed.funding.partition_point(|s| due(s) <= now);
    if let Some(next) = listed.funding.get(next) {
        return (next.rate, due(next));
    }
    let interval = match listed.venue {
        Venue::Hyperliquid => 60 * MINUTE,
        _ => 480 * MINUTE,
    };
    let rate = listed.funding.last().map_or(0.0001, |s| s.rate);
    (rate, (now / interval + 1) * interval)
}
