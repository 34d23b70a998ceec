//! Which requests hold what of the past, and their answers as rows.
//!
//! * Candles of perpetuals are asked for 499 at a time: weight 2, 250 rows a unit of weight. 1,500 rows cost 10 (150 a unit), and the
//!   allowance of weight is what limits a long fetch, not the number of requests. Spot has one price (2) whatever the length: 1,000.
//! * Funding comes from requests, not from the archive, whose files do not say the price a settlement was paid with. A month is one
//!   request (744 settlements at most where they are hourly; 1,000 are allowed).
//! * Open interest: requests reach back thirty days; before that there are files of a day with samples of five minutes.
//! * Candles longer than a day have no files here: it is not documented which month holds a week, and they are few.

use super::errors;
use super::requests::{
    FUNDING_ROWS, INTEREST_ROWS, day_stamp, days, file, interest_files, kline_path, klines, market,
    parameter, path_file, rows_request, venue_symbol,
};
use super::wire::json;
use super::wire::market::{FundingRate, KlineRow, OpenInterestSample, ServerTime};
use super::wire::moment;
use super::{Binance, PLACES, archive, has_timeframe, listing, market_name};
use crate::domain::{CandleKind, InstrumentKind, MINUTE_MS, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{
    FundingRow, Head, History, InterestRow, Listing, NoListing, NotOffered, Offer, Page, Place,
    ReadSeek, Request, Rest, Rows, Verdict, Window, WireError, request_windows, shown,
};

const DAY_MS: i64 = 86_400_000;

/// Samples of open interest go back thirty days; the last hour of them is left alone, so that a slow fetch does not meet the end.
const INTEREST_REACH_MS: i64 = 30 * DAY_MS - 60 * MINUTE_MS;

/// First days of the archive: perpetuals 2019-12-31, spot 2017-08-17, open interest 2020-09-01.
const FUTURES_FILES: Timestamp = Timestamp(1_577_750_400_000);
const SPOT_FILES: Timestamp = Timestamp(1_502_928_000_000);
const INTEREST_FILES: Timestamp = Timestamp(1_598_918_400_000);

impl Rest for Binance {
    fn venue(&self) -> &'static str {
        "binance"
    }

    fn places(&self) -> &'static [Place] {
        &PLACES
    }

    fn resolve(&self, symbol: &Symbol) -> Result<(String, Symbol), NotOffered> {
        Ok((venue_symbol(symbol), symbol.clone()))
    }

    fn offer(&self, symbol: &Symbol, history: History) -> Result<Offer, NotOffered> {
        let is_spot = symbol.market() == InstrumentKind::Spot;
        let market = market_name(symbol.market());
        let from_listing = |archive_from| Offer {
            reach_ms: None,
            archive_from,
            has_api: true,
        };
        match history {
            History::TakerFlow => Err(NotOffered(
                "candles of binance say themselves what takers bought: there is nothing else to fetch".to_owned(),
            )),
            History::Candles(_, timeframe) | History::OpenInterest(timeframe)
                if !has_timeframe(timeframe) =>
            {
                Err(NotOffered(format!(
                    "binance has no {timeframe} candles (it has 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M)"
                )))
            }
            History::Candles(CandleKind::Candles, timeframe) => {
                let first = if is_spot { SPOT_FILES } else { FUTURES_FILES };
                Ok(from_listing(has_files(timeframe).then_some(first)))
            }
            _ if is_spot => Err(NotOffered(format!(
                "a {market} has no mark or index price, funding or open interest: {symbol} is one"
            ))),
            History::Candles(_, timeframe) => {
                Ok(from_listing(has_files(timeframe).then_some(FUTURES_FILES)))
            }
            History::Funding => Ok(from_listing(None)),
            History::OpenInterest(timeframe) if !has_samples(timeframe) => Err(NotOffered(format!(
                "binance samples open interest every 5m 15m 30m 1h 2h 4h 6h 12h or 1d, not every {timeframe}"
            ))),
            History::OpenInterest(timeframe) => Ok(Offer {
                reach_ms: Some(INTEREST_REACH_MS),
                archive_from: (timeframe == Timeframe::M5).then_some(INTEREST_FILES),
                has_api: true,
            }),
        }
    }

    fn clock(&self, symbol: &Symbol) -> Option<Request> {
        Some(market(symbol).request("time", &[], 1))
    }

    fn read_clock(&self, body: &[u8]) -> Result<Timestamp, WireError> {
        let time: ServerTime = json("time", body)?;
        moment("serverTime", time.server_time)
    }

    fn listing(&self, symbol: &Symbol) -> Vec<Request> {
        let market = market(symbol);
        // Futures answer with every symbol whatever is asked; spot would too, in twenty megabytes.
        vec![match symbol.market() {
            InstrumentKind::Spot => {
                market.request("exchangeInfo", &[("symbol", venue_symbol(symbol))], 20)
            }
            InstrumentKind::LinearPerpetual => market.request("exchangeInfo", &[], 1),
        }]
    }

    fn read_listing(&self, symbol: &Symbol, bodies: &[&[u8]]) -> Result<Listing, NoListing> {
        let [body] = bodies else {
            let count = bodies.len();
            return Err(WireError(format!("{count} answers for one listing")).into());
        };
        listing::listing(symbol, body)
    }

    fn first_candle(&self, symbol: &Symbol, history: History, from: Timestamp) -> Option<Request> {
        let History::Candles(kind, timeframe) = history else {
            return None;
        };
        let market = market(symbol);
        let (endpoint, name) = klines(symbol, kind);
        let query = [
            name,
            ("interval", timeframe.name().to_owned()),
            ("startTime", from.0.to_string()),
            ("limit", "1".to_owned()),
        ];
        Some(market.request(endpoint, &query, market.weight(1)))
    }

    fn windows(
        &self,
        symbol: &Symbol,
        history: History,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Window> {
        let (length_ms, rows) = match history {
            History::Candles(_, timeframe) => {
                (timeframe.minutes() * MINUTE_MS, market(symbol).rows)
            }
            // Longer than any month: one request.
            History::Funding => (MINUTE_MS * 60, FUNDING_ROWS),
            History::OpenInterest(timeframe) => (timeframe.minutes() * MINUTE_MS, INTEREST_ROWS),
            History::TakerFlow => return Vec::new(),
        };
        request_windows(from, to, length_ms * rows, |begin, end| {
            rows_request(symbol, history, begin, end)
        })
    }

    fn month_files(&self, symbol: &Symbol, history: History, month: Timestamp) -> Vec<Window> {
        let end = Timeframe::Month1.bucket_end(month);
        match history {
            History::Candles(kind, timeframe) if has_files(timeframe) => {
                let (year, number) = month.year_month();
                let stamp = format!("{year:04}-{number:02}");
                let path = kline_path(symbol, kind, timeframe, "monthly", &stamp);
                vec![file(month, end, path)]
            }
            History::OpenInterest(Timeframe::M5) => interest_files(symbol, month, end),
            _ => Vec::new(),
        }
    }

    fn day_files(
        &self,
        symbol: &Symbol,
        history: History,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Window> {
        match history {
            History::Candles(kind, timeframe) if has_files(timeframe) => days(from, to)
                .map(|day| {
                    let path = kline_path(symbol, kind, timeframe, "daily", &day_stamp(day));
                    file(day, day.plus_ms(DAY_MS), path)
                })
                .collect(),
            History::OpenInterest(Timeframe::M5) => interest_files(symbol, from, to),
            _ => Vec::new(),
        }
    }

    fn read(&self, history: History, window: &Window, body: &[u8]) -> Result<Page, WireError> {
        match history {
            History::Candles(kind, timeframe) => {
                let rows: Vec<KlineRow<'_>> = json("candles", body)?;
                let candles = rows
                    .iter()
                    .map(|row| row.candle(kind))
                    .collect::<Result<Vec<_>, _>>()?;
                let ends = candles.iter().map(|c| timeframe.bucket_end(c.open_time));
                let last = ends.max();
                let is_full = is_full(candles.len(), window, last);
                Ok(Page {
                    rows: Rows::Candles(candles),
                    is_full,
                })
            }
            History::Funding => {
                let rows: Vec<FundingRate> = json("funding", body)?;
                let rows = rows
                    .iter()
                    .map(|row| funding_row(row, window))
                    .collect::<Result<Vec<_>, _>>()?;
                let last = rows.iter().map(|row| row.time.plus_ms(1)).max();
                let is_full = is_full(rows.len(), window, last);
                Ok(Page {
                    rows: Rows::Funding(rows),
                    is_full,
                })
            }
            History::OpenInterest(timeframe) => {
                let rows: Vec<OpenInterestSample> = json("open interest", body)?;
                let rows = rows
                    .iter()
                    .map(|row| interest_row(row, window))
                    .collect::<Result<Vec<_>, _>>()?;
                let last = rows.iter().map(|row| timeframe.bucket_end(row.time)).max();
                let is_full = is_full(rows.len(), window, last);
                Ok(Page {
                    rows: Rows::OpenInterest(rows),
                    is_full,
                })
            }
            History::TakerFlow => Err(not_asked_for()),
        }
    }

    fn read_file(
        &self,
        history: History,
        window: &Window,
        file: &mut dyn ReadSeek,
    ) -> Result<Page, WireError> {
        let rows = match history {
            History::Candles(kind, _) => archive::candles(kind, window, file)?,
            History::OpenInterest(_) => archive::open_interest(window, file)?,
            History::Funding | History::TakerFlow => return Err(not_asked_for()),
        };
        Ok(Page {
            rows,
            is_full: false,
        })
    }

    fn read_checksum(&self, window: &Window, body: &[u8]) -> Result<String, WireError> {
        let text = String::from_utf8_lossy(body);
        let name = path_file(&window.request.path);
        let digest = text
            .split_once(char::is_whitespace)
            .filter(|(_, of)| of.trim().trim_start_matches('*') == name)
            .map(|(digest, _)| digest.to_ascii_lowercase());
        digest
            .filter(|d| d.len() == 64 && d.bytes().all(|b| b.is_ascii_hexdigit()))
            .ok_or_else(|| {
                let text = shown(&text);
                WireError(format!("`{text}` is no sha256 digest of {name}"))
            })
    }

    fn judge(&self, request: &Request, head: Head<'_>) -> Verdict {
        errors::judge(request, head)
    }
}

/// Days and shorter: what the archive has files of that begin and end with the month.
fn has_files(timeframe: Timeframe) -> bool {
    timeframe <= Timeframe::D1
}

/// Lengths open interest is sampled at.
fn has_samples(timeframe: Timeframe) -> bool {
    use Timeframe as T;
    let lengths = [
        T::M5,
        T::M15,
        T::M30,
        T::H1,
        T::H2,
        T::H4,
        T::H6,
        T::H12,
        T::D1,
    ];
    lengths.contains(&timeframe)
}

/// An answer of as many rows as were asked for that ends before its window does: there may be more.
fn is_full(rows: usize, window: &Window, last: Option<Timestamp>) -> bool {
    let limit: Option<usize> =
        parameter(&window.request.path, "limit").and_then(|l| l.parse().ok());
    limit.is_some_and(|limit| rows >= limit) && last.is_some_and(|last| last < window.to)
}

/// Rows say of which symbol they are; it must be the one that was asked for.
fn of_symbol(symbol: &str, window: &Window) -> Result<(), WireError> {
    match parameter(&window.request.path, "symbol") {
        Some(asked) if asked == symbol => Ok(()),
        asked => Err(WireError(format!(
            "binance answers with `{}` where {} was asked for",
            shown(symbol),
            asked.unwrap_or_default()
        ))),
    }
}

fn funding_row(row: &FundingRate, window: &Window) -> Result<FundingRow, WireError> {
    of_symbol(&row.symbol, window)?;
    let price = row.mark_price.as_ref().filter(|p| !p.text().is_empty());
    Ok(FundingRow {
        time: moment("fundingTime", row.funding_time)?,
        rate: row.funding_rate.number("fundingRate")?,
        price: price.map_or(Ok(f64::NAN), |p| p.number("markPrice"))?,
    })
}

fn interest_row(row: &OpenInterestSample, window: &Window) -> Result<InterestRow, WireError> {
    of_symbol(&row.symbol, window)?;
    Ok(InterestRow {
        time: moment("timestamp", row.timestamp)?,
        base: row.sum_open_interest.number("sumOpenInterest")?,
        quote: row.sum_open_interest_value.number("sumOpenInterestValue")?,
    })
}

fn not_asked_for() -> WireError {
    WireError("binance was not asked for this: nothing of it is offered".to_owned())
}
