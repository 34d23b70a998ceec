//! The past of Hyperliquid: which question holds what, and what its answers say. Every question is a POST to `/info`.

mod listing;

use serde::{Deserialize, Serialize};

use super::wire::decode;
use super::wire::market::{CandleRow, ExchangeStatus, Funding};
use super::{Hyperliquid, INFO, LIVE, VENUE, market_of};
use crate::domain::{CandleKind, MINUTE_MS, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{
    FundingRow, Head, History, Listing, Method, NoListing, NotOffered, Offer, Page, Place, Pool,
    ReadSeek, Request, Rest, Rows, Verdict, Window, WireError, request_windows, shown,
};

/// Weight of an address in a minute. The venue allows 1,200; it counts differently now and then and sends no header that tells
/// how much is left.
const POOL: Pool = Pool {
    name: VENUE,
    weight: 1_000,
    period_ms: 60_000,
    used_header: None,
    reset_header: None,
    at_once: 4,
};

/// Candle lengths the venue has and that begin when ours do. Its weeks begin on Thursday.
pub(super) const TIMEFRAMES: [Timeframe; 13] = [
    Timeframe::M1,
    Timeframe::M3,
    Timeframe::M5,
    Timeframe::M15,
    Timeframe::M30,
    Timeframe::H1,
    Timeframe::H2,
    Timeframe::H4,
    Timeframe::H8,
    Timeframe::H12,
    Timeframe::D1,
    Timeframe::D3,
    Timeframe::Month1,
];

/// Most candles of an answer, and how many of each length exist at all.
const CANDLES_MAX: i64 = 5_000;

/// Most settlements of an answer.
const SETTLEMENTS_MAX: usize = 500;

/// Settlements are stamped after their hour, now and then by minutes: so much later is asked for too, what belongs to the next
/// window is dropped there.
const STAMPED_LATE_MS: i64 = 15 * MINUTE_MS;

/// Days of a window of settlements: 384 of them.
const SETTLEMENT_DAYS: i64 = 16;

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// What is asked, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum Question {
    CandleSnapshot {
        req: CandleQuestion,
    },
    FundingHistory {
        coin: String,
        start_time: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        end_time: Option<i64>,
    },
    Meta,
    ExchangeStatus,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CandleQuestion {
    coin: String,
    interval: String,
    start_time: i64,
    end_time: i64,
}

impl Question {
    fn request(&self, weight: u32) -> Request {
        let body = serde_json::to_string(self).expect("text and whole numbers");
        Request {
            place: INFO,
            method: Method::Post(body),
            path: "/info".to_owned(),
            pool: POOL,
            weight,
        }
    }

    /// What a window asked.
    fn of(window: &Window) -> Result<Self, WireError> {
        let Method::Post(body) = &window.request.method else {
            return Err(WireError(format!("{VENUE} is asked by POST only")));
        };
        decode("question", body.as_bytes())
    }
}

impl Rest for Hyperliquid {
    fn venue(&self) -> &'static str {
        VENUE
    }

    fn places(&self) -> &'static [Place] {
        &[INFO, LIVE]
    }

    fn resolve(&self, symbol: &Symbol) -> Result<(String, Symbol), NotOffered> {
        market_of(symbol)
    }

    fn offer(&self, symbol: &Symbol, history: History) -> Result<Offer, NotOffered> {
        let (coin, _) = market_of(symbol)?;
        let recorder = |what: &str, channel: &str| {
            NotOffered(format!(
                "{VENUE} has no history of {what}: `host data record --exchange {VENUE} --symbols {coin} --streams {channel}` \
                 collects it from now on"
            ))
        };
        let reach_ms = match history {
            History::Candles(CandleKind::Candles, timeframe) => Some(reach_of(timeframe)?),
            History::Funding => None,
            History::Candles(CandleKind::Mark, _) => return Err(recorder("mark prices", "mark")),
            History::Candles(CandleKind::Index, _) => {
                return Err(recorder("oracle prices", "mark"));
            }
            History::OpenInterest(_) => return Err(recorder("open interest", "mark")),
            History::TakerFlow => return Err(recorder("what takers bought", "trades")),
        };
        Ok(Offer {
            reach_ms,
            archive_from: None,
            has_api: true,
        })
    }

    fn clock(&self, _symbol: &Symbol) -> Option<Request> {
        Some(Question::ExchangeStatus.request(2))
    }

    fn read_clock(&self, body: &[u8]) -> Result<Timestamp, WireError> {
        decode("exchangeStatus", body).map(|status: ExchangeStatus| status.time.0)
    }

    fn listing(&self, _symbol: &Symbol) -> Vec<Request> {
        vec![Question::Meta.request(20)]
    }

    fn read_listing(&self, symbol: &Symbol, bodies: &[&[u8]]) -> Result<Listing, NoListing> {
        let [meta] = bodies else {
            let count = bodies.len();
            return Err(WireError(format!(
                "{VENUE} answers one question for rules, not {count}"
            ))
            .into());
        };
        listing::read(symbol, &decode("meta", meta)?)
    }

    /// Settlements only: the oldest come first. Of candles there are so few that looking for the first saves nothing.
    fn first_candle(&self, symbol: &Symbol, history: History, from: Timestamp) -> Option<Request> {
        let (coin, _) = market_of(symbol).ok()?;
        let question = Question::FundingHistory {
            coin,
            start_time: from.0,
            end_time: None,
        };
        (history == History::Funding).then(|| question.request(settlements_weight(SETTLEMENTS_MAX)))
    }

    fn windows(
        &self,
        symbol: &Symbol,
        history: History,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Window> {
        let Ok((coin, _)) = market_of(symbol) else {
            return Vec::new();
        };
        let days = match history {
            History::Candles(CandleKind::Candles, timeframe) => candle_days(timeframe),
            History::Funding => SETTLEMENT_DAYS,
            _ => return Vec::new(),
        };
        request_windows(from, to, days * DAY_MS, |begin, end| {
            Some(question_of(&coin, history, begin, end))
        })
    }

    fn month_files(&self, _: &Symbol, _: History, _: Timestamp) -> Vec<Window> {
        Vec::new()
    }

    fn day_files(&self, _: &Symbol, _: History, _: Timestamp, _: Timestamp) -> Vec<Window> {
        Vec::new()
    }

    fn read(&self, history: History, window: &Window, body: &[u8]) -> Result<Page, WireError> {
        match (history, Question::of(window)?) {
            (
                History::Candles(CandleKind::Candles, timeframe),
                Question::CandleSnapshot { req },
            ) => read_candles(timeframe, &req, body),
            (History::Funding, Question::FundingHistory { coin, .. }) => read_funding(&coin, body),
            (history, question) => Err(WireError(format!(
                "{VENUE} was asked {question:?}, which does not hold {history:?}"
            ))),
        }
    }

    fn read_file(&self, _: History, _: &Window, _: &mut dyn ReadSeek) -> Result<Page, WireError> {
        Err(no_files())
    }

    fn read_checksum(&self, _: &Window, _: &[u8]) -> Result<String, WireError> {
        Err(no_files())
    }

    fn judge(&self, request: &Request, head: Head<'_>) -> Verdict {
        let said = || {
            let text = String::from_utf8_lossy(&head.body[..head.body.len().min(300)]);
            let text = shown(text.trim());
            format!("HTTP {}: {}", head.status, text.escape_debug())
        };
        let is_null = head.body.trim_ascii() == b"null";
        match head.status {
            // An unknown coin or market: the same question never has another answer.
            200 | 500 if is_null => {
                Verdict::Refused(format!("{VENUE} knows no such coin: {}", asked(request)))
            }
            200..=299 => Verdict::Good,
            // What stands before the venue may ban an address as others do.
            418 | 429 => Verdict::Wait {
                wait_ms: head.retry_after_s.map(|s| s.saturating_mul(1_000)),
                why: said(),
            },
            408 | 500..=599 => Verdict::Retry(said()),
            422 => Verdict::Refused(format!(
                "{VENUE} does not understand {}: {}",
                asked(request),
                said()
            )),
            _ => Verdict::Refused(said()),
        }
    }
}

fn no_files() -> WireError {
    WireError(format!("{VENUE} publishes no files without a key"))
}

/// A question in words of the venue.
fn asked(request: &Request) -> &str {
    match &request.method {
        Method::Post(body) => body,
        Method::Get => &request.path,
    }
}

/// How far requests for candles reach back: 5,000 of them, less what may begin while the request is on its way.
fn reach_of(timeframe: Timeframe) -> Result<i64, NotOffered> {
    if timeframe == Timeframe::W1 {
        return Err(NotOffered(format!(
            "weeks of {VENUE} begin on Thursday, ours on Monday: take 1d"
        )));
    }
    if !TIMEFRAMES.contains(&timeframe) {
        let names: Vec<_> = TIMEFRAMES.iter().map(|t| t.name()).collect();
        return Err(NotOffered(format!(
            "{VENUE} has no {timeframe} candles: take one of {}",
            names.join(", ")
        )));
    }
    let length = timeframe.minutes() * MINUTE_MS;
    Ok(CANDLES_MAX * length - (2 * length).max(10 * MINUTE_MS))
}

/// Whole days whose candles stay below a full answer, so that a full one always means that something is left.
fn candle_days(timeframe: Timeframe) -> i64 {
    let days = (CANDLES_MAX - 1) * timeframe.minutes() * MINUTE_MS / DAY_MS;
    days.min(31)
}

/// The question for a stretch of candles or settlements. The venue includes both ends.
fn question_of(coin: &str, history: History, from: Timestamp, to: Timestamp) -> Request {
    let span_ms = to.0 - from.0;
    let last = to.plus_ms(-1);
    match history {
        History::Candles(_, timeframe) => {
            let candles = span_ms / (timeframe.minutes() * MINUTE_MS) + 1;
            let req = CandleQuestion {
                coin: coin.to_owned(),
                interval: timeframe.name().to_owned(),
                start_time: from.0,
                end_time: last.0,
            };
            let rows = u32::try_from(candles).unwrap_or(u32::MAX);
            Question::CandleSnapshot { req }.request(20 + rows.div_ceil(60))
        }
        _ => {
            let hours = usize::try_from(span_ms / (60 * MINUTE_MS) + 1).unwrap_or(SETTLEMENTS_MAX);
            let question = Question::FundingHistory {
                coin: coin.to_owned(),
                start_time: from.0,
                end_time: Some(last.plus_ms(STAMPED_LATE_MS).0),
            };
            question.request(settlements_weight(hours))
        }
    }
}

/// Weight of an answer with so many settlements.
fn settlements_weight(rows: usize) -> u32 {
    20 + u32::try_from(rows.min(SETTLEMENTS_MAX).div_ceil(20)).expect("500 at most")
}

/// An answer about another coin than the one asked for.
fn another(what: &str, asked: &str, got: &str) -> WireError {
    let got = shown(got);
    WireError(format!(
        "{VENUE} was asked for {what} of {asked} and answers with {got}"
    ))
}

fn read_candles(
    timeframe: Timeframe,
    asked: &CandleQuestion,
    body: &[u8],
) -> Result<Page, WireError> {
    let rows: Vec<CandleRow> = decode("candleSnapshot", body)?;
    let mut candles = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.coin != asked.coin {
            return Err(another("candles", &asked.coin, &row.coin));
        }
        let (length, candle) = row.candle()?;
        if length != timeframe {
            return Err(another("candles", timeframe.name(), length.name()));
        }
        candles.push(candle);
    }
    Ok(Page {
        is_full: i64::try_from(rows.len()).is_ok_and(|count| count >= CANDLES_MAX),
        rows: Rows::Candles(candles),
    })
}

fn read_funding(coin: &str, body: &[u8]) -> Result<Page, WireError> {
    let rows: Vec<Funding> = decode("fundingHistory", body)?;
    if let Some(other) = rows.iter().find(|row| row.coin != coin) {
        return Err(another("funding", coin, &other.coin));
    }
    // Stamps lie up to minutes after the hour they settle. Payments were computed with the oracle price, which is not told.
    let settled = |row: &Funding| FundingRow {
        time: row.hour(),
        rate: row.funding_rate.0,
        price: f64::NAN,
    };
    Ok(Page {
        is_full: rows.len() >= SETTLEMENTS_MAX,
        rows: Rows::Funding(rows.iter().map(settled).collect()),
    })
}
