//! The past of Bybit: which request holds what, and what its answer says.

use super::question::{Question, SAMPLES, ask, encoded};
use super::wire::market::{Funding, Klines, OpenInterest, candle};
use super::wire::{Listed, answer};
use super::{API, ARCHIVE, Bybit, INTERVALS, LIVE, VENUE, archive, judge, listing, name_of};
use crate::domain::{Symbol, Timeframe, Timestamp};
use crate::venues::rest::{
    Head, History, Listing, Method, NoListing, NotOffered, Offer, Page, Place, Pool, ReadSeek,
    Request, Rest, Rows, Source, Verdict, Window, WireError, request_windows, shown,
};

/// Files are large: asking for many at once gains nothing.
const FILES: Pool = Pool {
    name: "bybit files",
    weight: 4,
    period_ms: 1_000,
    used_header: None,
    reset_header: None,
    at_once: 2,
};

impl Rest for Bybit {
    fn venue(&self) -> &'static str {
        VENUE
    }

    fn places(&self) -> &'static [Place] {
        &[API, ARCHIVE, LIVE]
    }

    fn resolve(&self, symbol: &Symbol) -> Result<(String, Symbol), NotOffered> {
        Ok((name_of(symbol)?, symbol.clone()))
    }

    fn offer(&self, symbol: &Symbol, history: History) -> Result<Offer, NotOffered> {
        name_of(symbol)?;
        if history == History::TakerFlow {
            return Ok(Offer {
                archive_from: Some(archive::first_day()),
                ..Offer::default()
            });
        }
        let list = |names: Vec<&str>| names.join(", ");
        let offered = Question::of(history).map(|_| Offer {
            has_api: true,
            ..Offer::default()
        });
        offered.ok_or_else(|| match history {
            History::OpenInterest(interval) => NotOffered(format!(
                "{VENUE} samples no open interest every {interval}: take one of {}",
                list(SAMPLES.iter().map(|(t, _)| t.name()).collect())
            )),
            History::Candles(_, timeframe) => NotOffered(format!(
                "{VENUE} has no {timeframe} candles: take one of {}",
                list(INTERVALS.iter().map(|(t, _)| t.name()).collect())
            )),
            History::Funding | History::TakerFlow => NotOffered(format!("{VENUE} has none")),
        })
    }

    fn clock(&self, _symbol: &Symbol) -> Option<Request> {
        Some(ask("/v5/market/time".to_owned()))
    }

    fn read_clock(&self, body: &[u8]) -> Result<Timestamp, WireError> {
        let told = answer::<serde::de::IgnoredAny>("time", body)?.time;
        told.map(|time| time.0)
            .ok_or_else(|| WireError(format!("{VENUE} time: the answer has no time")))
    }

    fn listing(&self, symbol: &Symbol) -> Vec<Request> {
        let Ok(name) = name_of(symbol) else {
            return Vec::new();
        };
        ["instruments-info", "risk-limit"]
            .map(|endpoint| {
                let name = encoded(&name);
                ask(format!(
                    "/v5/market/{endpoint}?category=linear&symbol={name}"
                ))
            })
            .into()
    }

    fn read_listing(&self, symbol: &Symbol, bodies: &[&[u8]]) -> Result<Listing, NoListing> {
        listing::read(symbol, bodies)
    }

    /// None: lists begin with the newest row, and the rules say when trading began.
    fn first_candle(&self, _: &Symbol, _: History, _: Timestamp) -> Option<Request> {
        None
    }

    fn windows(
        &self,
        symbol: &Symbol,
        history: History,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Window> {
        let (Ok(name), Some(question)) = (name_of(symbol), Question::of(history)) else {
            return Vec::new();
        };
        request_windows(from, to, question.span_ms, |begin, end| {
            Some(question.request(&name, begin, end))
        })
    }

    fn month_files(&self, symbol: &Symbol, history: History, month: Timestamp) -> Vec<Window> {
        let end = Timeframe::Month1.bucket_end(month);
        self.day_files(symbol, history, month, end)
    }

    fn day_files(
        &self,
        symbol: &Symbol,
        history: History,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Window> {
        let (Ok(name), History::TakerFlow) = (name_of(symbol), history) else {
            return Vec::new();
        };
        let mut files = Vec::new();
        let mut day = Timeframe::D1.bucket_start(from.max(archive::first_day()));
        while day < to {
            let next = Timeframe::D1.bucket_end(day);
            files.push(Window {
                from: day,
                to: next,
                source: Source::Archive,
                request: Request {
                    place: ARCHIVE,
                    method: Method::Get,
                    path: archive::path(&encoded(&name), day),
                    pool: FILES,
                    weight: 1,
                },
                checksum: None,
            });
            day = next;
        }
        files
    }

    fn read(&self, history: History, window: &Window, body: &[u8]) -> Result<Page, WireError> {
        let question = Question::of(history);
        let question = question
            .ok_or_else(|| WireError(format!("{VENUE} has no requests that hold {history:?}")))?;
        let rows = match history {
            History::Funding => read_funding(window, body)?,
            History::OpenInterest(_) => read_interest(window, body)?,
            _ => read_candles(window, body)?,
        };
        Ok(Page {
            is_full: question.is_full(window, count(&rows)),
            rows,
        })
    }

    fn read_file(
        &self,
        history: History,
        window: &Window,
        file: &mut dyn ReadSeek,
    ) -> Result<Page, WireError> {
        if history != History::TakerFlow {
            return Err(WireError(format!(
                "{VENUE} publishes files of trades only, not of {history:?}"
            )));
        }
        Ok(Page {
            rows: Rows::TakerFlow(archive::read(window, file)?),
            is_full: false,
        })
    }

    fn read_checksum(&self, window: &Window, _: &[u8]) -> Result<String, WireError> {
        Err(WireError(format!(
            "{VENUE} publishes no digest of {}: the check of gzip must do",
            window.request.path
        )))
    }

    fn judge(&self, request: &Request, head: Head<'_>) -> Verdict {
        judge::judge(request, head)
    }
}

/// The symbol a window asked for, as it stands in the address.
fn asked(window: &Window) -> &str {
    let path = &window.request.path;
    let rest = path.split_once("symbol=").map_or("", |(_, rest)| rest);
    rest.split('&').next().unwrap_or_default()
}

/// An answer about another symbol than the one asked for is worth nothing. Empty where an answer holds nothing.
fn check_symbol(what: &str, window: &Window, symbol: &str) -> Result<(), WireError> {
    if symbol.is_empty() || encoded(symbol) == asked(window) {
        return Ok(());
    }
    Err(WireError(format!(
        "{VENUE} was asked for {what} of {} and answers with {}",
        asked(window),
        shown(symbol)
    )))
}

fn read_candles(window: &Window, body: &[u8]) -> Result<Rows, WireError> {
    let klines = answer::<Klines<'_>>("candles", body)?.result;
    check_symbol("candles", window, &klines.symbol)?;
    let candles: Result<_, _> = klines.list.iter().map(|row| candle(row)).collect();
    candles.map(Rows::Candles)
}

fn read_funding(window: &Window, body: &[u8]) -> Result<Rows, WireError> {
    let list = answer::<Listed<Funding>>("funding history", body)?
        .result
        .list;
    for row in &list {
        check_symbol("funding", window, &row.symbol)?;
    }
    Ok(Rows::Funding(
        list.iter().filter_map(Funding::row).collect(),
    ))
}

fn read_interest(window: &Window, body: &[u8]) -> Result<Rows, WireError> {
    let interest: OpenInterest = answer("open interest", body)?.result;
    check_symbol("open interest", window, &interest.symbol)?;
    let rows = interest.list.iter().filter_map(|sample| sample.row());
    Ok(Rows::OpenInterest(rows.collect()))
}

fn count(rows: &Rows) -> usize {
    match rows {
        Rows::Candles(rows) => rows.len(),
        Rows::Funding(rows) => rows.len(),
        Rows::OpenInterest(rows) => rows.len(),
        Rows::TakerFlow(rows) => rows.len(),
    }
}

#[cfg(test)]
mod tests;
