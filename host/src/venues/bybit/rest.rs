//! The past of Bybit: which request holds what, and what its answer says.

use super::wire::market::{Funding, Klines, OpenInterest, candle};
use super::wire::{Listed, answer};
use super::{
    API, ARCHIVE, Bybit, INTERVALS, LIVE, VENUE, archive, interval_of, judge, listing, name_of,
};
use crate::domain::{CandleKind, MINUTE_MS, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{
    Head, History, Listing, Method, NotOffered, Offer, Page, Place, Pool, ReadSeek, Request, Rest,
    Rows, Source, Verdict, Window, WireError, shown,
};

/// An address may ask 600 times in 5 seconds and is shut out for ten minutes beyond that. A sixth of it leaves room for others
/// behind the same address, and fetches a year of minutes in half a minute; the market has no other limit and sends no header.
const POOL: Pool = Pool {
    name: VENUE,
    weight: 20,
    period_ms: 1_000,
    used_header: None,
    at_once: 4,
};

/// Files are large: asking for many at once gains nothing.
const FILES: Pool = Pool {
    name: "bybit files",
    weight: 4,
    period_ms: 1_000,
    used_header: None,
    at_once: 2,
};

const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Sampling intervals of open interest and the venue's names of them.
const SAMPLES: [(Timeframe, &str); 6] = [
    (Timeframe::M5, "5min"),
    (Timeframe::M15, "15min"),
    (Timeframe::M30, "30min"),
    (Timeframe::H1, "1h"),
    (Timeframe::H4, "4h"),
    (Timeframe::D1, "1d"),
];

/// A question about rows: which, and how many rows it may hold.
#[derive(Debug, Clone, Copy)]
struct Question {
    endpoint: &'static str,
    /// Length of a candle or distance of samples, with its name in the query.
    grid: Option<(Timeframe, &'static str, &'static str)>,
    /// Names of first and last moment; both are included.
    ends: (&'static str, &'static str),
    /// Most rows of an answer.
    limit: i64,
    /// Length of a window.
    span_ms: i64,
}

impl Question {
    fn of(history: History) -> Option<Self> {
        match history {
            History::Candles(kind, timeframe) => {
                let endpoint = match kind {
                    CandleKind::Candles => "kline",
                    CandleKind::Mark => "mark-price-kline",
                    CandleKind::Index => "index-price-kline",
                };
                Some(Self {
                    endpoint,
                    grid: Some((timeframe, "interval", interval_of(timeframe)?)),
                    ends: ("start", "end"),
                    limit: 1_000,
                    span_ms: 1_000 * timeframe.minutes() * MINUTE_MS,
                })
            }
            // Settlements are at most hourly: eight days hold 192, so that a full answer always means that something is left.
            History::Funding => Some(Self {
                endpoint: "funding/history",
                grid: None,
                ends: ("startTime", "endTime"),
                limit: 200,
                span_ms: 8 * 24 * HOUR_MS,
            }),
            History::OpenInterest(interval) => {
                let (_, name) = SAMPLES.iter().find(|(of, _)| *of == interval)?;
                Some(Self {
                    endpoint: "open-interest",
                    grid: Some((interval, "intervalTime", name)),
                    ends: ("startTime", "endTime"),
                    limit: 200,
                    span_ms: 200 * interval.minutes() * MINUTE_MS,
                })
            }
            History::TakerFlow => None,
        }
    }

    /// Both ends are sent always: with one of them the venue chooses by itself which rows it gives.
    fn request(&self, name: &str, from: Timestamp, to: Timestamp) -> Request {
        let last = self.grid.map_or(to.plus_ms(-1), |(timeframe, ..)| {
            timeframe.bucket_start(to.plus_ms(-1)).max(from)
        });
        let grid = self
            .grid
            .map_or_else(String::new, |(_, key, value)| format!("&{key}={value}"));
        let (first_key, last_key) = self.ends;
        let Self {
            endpoint, limit, ..
        } = self;
        ask(format!(
            "/v5/market/{endpoint}?category=linear&symbol={}{grid}&{first_key}={}&{last_key}={}&limit={limit}",
            encoded(name),
            from.0,
            last.0,
        ))
    }

    /// Do `rows` fill the answer, and could the window hold more.
    fn is_full(&self, window: &Window, rows: usize) -> bool {
        let length = |timeframe: Timeframe| timeframe.minutes() * MINUTE_MS;
        let span = window.to.0.saturating_sub(window.from.0);
        let fits = self
            .grid
            .is_some_and(|(timeframe, ..)| span <= self.limit * length(timeframe));
        !fits && i64::try_from(rows).is_ok_and(|rows| rows >= self.limit)
    }
}

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

    fn read_listing(&self, symbol: &Symbol, bodies: &[&[u8]]) -> Result<Listing, WireError> {
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
        let month = Timeframe::Month1.bucket_start(from);
        let mut windows = Vec::new();
        let mut begin = from;
        while begin < to {
            let passed = (begin.0 - month.0) / question.span_ms;
            let end = month.plus_ms((passed + 1) * question.span_ms).min(to);
            windows.push(Window {
                from: begin,
                to: end,
                source: Source::Api,
                request: question.request(&name, begin, end),
                checksum: None,
            });
            begin = end;
        }
        windows
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

fn ask(path: String) -> Request {
    Request {
        place: API,
        method: Method::Get,
        path,
        pool: POOL,
        weight: 1,
    }
}

/// A name as it stands in addresses: letters of other scripts as the percent codes of their bytes.
fn encoded(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect()
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
    Ok(Rows::Funding(list.iter().map(Funding::row).collect()))
}

fn read_interest(window: &Window, body: &[u8]) -> Result<Rows, WireError> {
    let interest: OpenInterest = answer("open interest", body)?.result;
    check_symbol("open interest", window, &interest.symbol)?;
    let rows = interest.list.iter().map(|sample| sample.row());
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
mod tests {
    use super::*;

    fn btc() -> Symbol {
        Symbol::parse("BTC/USDT:USDT", None).expect("a symbol")
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    const MINUTES: History = History::Candles(CandleKind::Candles, Timeframe::M1);

    /// Every kind of rows there are requests for.
    fn histories() -> Vec<History> {
        let kinds = CandleKind::ALL.into_iter();
        let candles = kinds.flat_map(|k| INTERVALS.map(|(t, _)| History::Candles(k, t)));
        let interest = SAMPLES.map(|(t, _)| History::OpenInterest(t));
        candles.chain(interest).chain([History::Funding]).collect()
    }

    #[test]
    fn a_window_holds_exactly_a_thousand_minutes() {
        let windows = Bybit.windows(&btc(), MINUTES, at("2024-02-01"), at("2024-03-01"));
        assert_eq!(windows.len(), 42, "29 days have 41,760 minutes");
        assert_eq!(
            windows[1].request.path,
            "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&start=1706805600000&end=1706865540000&limit=1000"
        );
        assert_eq!(windows[1].to.0 - windows[1].from.0, 60_000_000);
        let mark = History::Candles(CandleKind::Mark, Timeframe::H1);
        let mark = Bybit.windows(&btc(), mark, at("2024-02-01"), at("2024-03-01"));
        assert_eq!(mark.len(), 1);
        assert!(
            mark[0]
                .request
                .path
                .starts_with("/v5/market/mark-price-kline?")
        );
    }

    #[test]
    fn windows_cover_a_month_and_depend_on_it_alone() {
        let (month, end) = (at("2024-03-01"), at("2024-04-01"));
        for history in histories() {
            let all = Bybit.windows(&btc(), history, month, end);
            assert_eq!(
                (all[0].from, all[all.len() - 1].to),
                (month, end),
                "{history:?}"
            );
            for pair in all.windows(2) {
                assert_eq!(pair[0].to, pair[1].from);
            }
            let late = Bybit.windows(&btc(), history, all[0].to.plus_ms(-HOUR_MS), end);
            assert_eq!(late[1..], all[1..], "{history:?}");
            assert!(Bybit.windows(&btc(), history, end, end).is_empty());
        }
    }

    #[test]
    fn settlements_and_samples_stay_below_a_full_answer() {
        let funding = Bybit.windows(&btc(), History::Funding, at("2024-03-01"), at("2024-04-01"));
        assert_eq!(funding.len(), 4);
        assert!(
            funding[0]
                .request
                .path
                .ends_with("&startTime=1709251200000&endTime=1709942399999&limit=200")
        );
        let samples = History::OpenInterest(Timeframe::M5);
        let samples = Bybit.windows(&btc(), samples, at("2024-03-01"), at("2024-04-01"));
        assert_eq!(samples.len(), 45);
        assert!(samples[0].request.path.contains("open-interest?category=linear&symbol=BTCUSDT&intervalTime=5min&startTime=1709251200000&endTime=1709310900000"));
    }

    #[test]
    fn a_full_answer_is_one_whose_window_may_hold_more() {
        let body = |rows: usize| {
            let row = r#"{"symbol":"BTCUSDT","fundingRate":"0.0001","fundingRateTimestamp":"1709251200000"}"#;
            let list = vec![row; rows].join(",");
            format!(r#"{{"retCode":0,"result":{{"list":[{list}]}}}}"#)
        };
        let windows = Bybit.windows(&btc(), History::Funding, at("2024-03-01"), at("2024-04-01"));
        let full = |rows| {
            let page = Bybit.read(History::Funding, &windows[0], body(rows).as_bytes());
            page.expect("reads").is_full
        };
        assert_eq!((full(199), full(200)), (false, true));
    }

    #[test]
    fn an_answer_about_another_symbol_is_refused() {
        let window = &Bybit.windows(&btc(), MINUTES, at("2024-02-01"), at("2024-02-02"))[0];
        let body = |name: &str| {
            format!(
                r#"{{"retCode":0,"result":{{"symbol":"{name}","category":"linear","list":[]}}}}"#
            )
        };
        let read = |name: &str| Bybit.read(MINUTES, window, body(name).as_bytes());
        assert!(read("BTCUSDT").is_ok() && read("").is_ok());
        let error = read("BTCUSDC").expect_err("another").to_string();
        assert_eq!(
            error,
            "bybit was asked for candles of BTCUSDT and answers with BTCUSDC"
        );
        let refused = Bybit.read(
            MINUTES,
            window,
            br#"{"retCode":10001,"retMsg":"params error","result":{}}"#,
        );
        assert!(
            refused
                .expect_err("refused")
                .0
                .contains("code 10001, params error")
        );
    }

    #[test]
    fn what_the_venue_does_not_have_is_said() {
        let offer = |symbol: &str, history| {
            let symbol = Symbol::parse(symbol, None).expect(symbol);
            Bybit.offer(&symbol, history)
        };
        let candles = |t| History::Candles(CandleKind::Candles, t);
        for (symbol, history, told) in [
            ("BTC/USDT", MINUTES, "write BTC/USDT:USDT"),
            ("BTC/EUR:EUR", MINUTES, "settle in USDT or USDC"),
            (
                "BTC/USDT:USDT",
                candles(Timeframe::H8),
                "no 8h candles: take one of 1m, 3m",
            ),
            (
                "BTC/USDT:USDT",
                History::OpenInterest(Timeframe::M1),
                "every 1m: take one of 5m, 15m",
            ),
        ] {
            let error = offer(symbol, history).expect_err(told).to_string();
            assert!(error.contains(told), "{error}");
        }
        for history in histories() {
            assert!(offer("BTC/USDC:USDC", history).expect("has it").has_api);
        }
        let flow = offer("BTC/USDT:USDT", History::TakerFlow).expect("has files");
        assert_eq!(
            (flow.has_api, flow.archive_from),
            (false, Some(at("2020-03-25")))
        );
        assert!(
            Bybit
                .windows(
                    &btc(),
                    History::TakerFlow,
                    at("2024-03-01"),
                    at("2024-04-01")
                )
                .is_empty()
        );
        assert_eq!(
            Bybit
                .month_files(&btc(), History::TakerFlow, at("2024-02-01"))
                .len(),
            29
        );
        assert!(
            Bybit
                .month_files(&btc(), MINUTES, at("2024-02-01"))
                .is_empty()
        );
    }

    #[test]
    fn names_of_other_scripts_are_encoded() {
        let symbol = Symbol::parse("币/USDT:USDT", None).expect("a symbol");
        let windows = Bybit.windows(&symbol, MINUTES, at("2024-02-01"), at("2024-02-02"));
        assert!(windows[0].request.path.contains("&symbol=%E5%B8%81USDT&"));
        let body = r#"{"retCode":0,"result":{"symbol":"币USDT","list":[]}}"#;
        assert!(Bybit.read(MINUTES, &windows[0], body.as_bytes()).is_ok());
    }
}
