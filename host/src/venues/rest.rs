//! What a venue has of the past, and the questions whose answers hold it.
//!
//! An adapter cuts a period into *windows* of which each is one request. Windows of a period are the same whenever they are asked
//! for, so an answer that was kept can be recognized. An answer may hold more than its window, in any order and twice; what
//! counts is cut, sorted and compared by the caller.

use crate::domain::{
    Candle, CandleKind, Instrument, NumberError, Price, Symbol, Timeframe, Timestamp,
};

/// Somewhere requests are sent to. The address can be set, for mirrors and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name of the setting, as in `.env`.
    pub variable: &'static str,
    /// The venue's own address, without a slash at the end.
    pub url: &'static str,
    /// What it is, for people.
    pub what: &'static str,
}

/// Requests that share one allowance of the venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// Its name, unique in the program.
    pub name: &'static str,
    /// Weight it allows in a period.
    pub weight: u32,
    /// The period.
    pub period_ms: u64,
    /// Header that tells the weight used in the current minute, if the venue sends one.
    pub used_header: Option<&'static str>,
    /// Header of a refusal that tells when one may ask again, in milliseconds of the venue's clock, if it sends one.
    pub reset_header: Option<&'static str>,
    /// Requests under way at once.
    pub at_once: u32,
}

/// GET, or POST of a JSON body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// GET.
    Get,
    /// POST of this JSON.
    Post(String),
}

/// One question. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Where it goes.
    pub place: Place,
    /// How.
    pub method: Method,
    /// Path, percent-encoded, with its leading slash and its query.
    pub path: String,
    /// Which allowance it uses.
    pub pool: Pool,
    /// How much of it.
    pub weight: u32,
}

/// A question is told whole; this is longer than every one of them.
const ASKED_CHARS_MAX: usize = 200;

impl Request {
    /// What was asked, for people: the path, and the body (shortened) where that is the question.
    #[must_use]
    pub fn asked(&self) -> String {
        match &self.method {
            Method::Get => self.path.clone(),
            Method::Post(body) => {
                let body: String = body.chars().take(ASKED_CHARS_MAX).collect();
                format!("{} {body}", self.path)
            }
        }
    }
}

/// What an answer means, before its content is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Read it.
    Good,
    /// There is no such thing, and asking again will not change that.
    Absent,
    /// Too many requests: nobody asks this pool again for so long.
    Wait {
        /// Milliseconds; none = the answer does not say.
        wait_ms: Option<u64>,
        /// What the venue said.
        why: String,
    },
    /// The venue has trouble: the same request may work later.
    Retry(String),
    /// Refused for good: a wrong symbol, a blocked country, our own mistake.
    Refused(String),
}

/// An answer before its content is read.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// HTTP status.
    pub status: u16,
    /// Seconds of `Retry-After`.
    pub retry_after_s: Option<u64>,
    /// What [`Pool::reset_header`] tells.
    pub reset_at_ms: Option<u64>,
    /// The body, or what there is of it.
    pub body: &'a [u8],
}

/// Something of a symbol that has a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum History {
    /// Candles.
    Candles(CandleKind, Timeframe),
    /// Settled funding rates.
    Funding,
    /// Open interest, sampled.
    OpenInterest(Timeframe),
    /// What takers bought each minute, where candles do not say it.
    TakerFlow,
}

/// Where history comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Files a venue publishes of whole months or days.
    Archive,
    /// Requests for rows.
    Api,
}

/// A stretch `[from, to)` that one request holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// First moment, included.
    pub from: Timestamp,
    /// Last moment, excluded.
    pub to: Timestamp,
    /// Where it is from.
    pub source: Source,
    /// The question.
    pub request: Request,
    /// The question for the digest of the answer, where the venue publishes one.
    pub checksum: Option<Request>,
}

/// What a venue can give of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offer {
    /// Requests reach back so far; none = to the listing.
    pub reach_ms: Option<i64>,
    /// There are files, and they begin here.
    pub archive_from: Option<Timestamp>,
    /// There are requests for rows.
    pub has_api: bool,
}

/// A settled funding rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FundingRow {
    /// As the venue stamps it, with its jitter.
    pub time: Timestamp,
    /// Rate of the settlement, a fraction; longs pay if positive.
    pub rate: f64,
    /// Price the payment was computed with; NaN where the venue does not say.
    pub price: f64,
}

/// A sample of open interest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InterestRow {
    /// Time of the sample.
    pub time: Timestamp,
    /// Base units.
    pub base: f64,
    /// Quote units; NaN where the venue does not say.
    pub quote: f64,
}

/// What takers bought in one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowRow {
    /// Start of the minute.
    pub open_time: Timestamp,
    /// Base units bought by takers.
    pub taker_buy_volume: f64,
    /// Base units traded.
    pub volume: f64,
}

/// The content of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// Candles, the one still open among them if the window reaches it.
    Candles(Vec<Candle>),
    /// Funding.
    Funding(Vec<FundingRow>),
    /// Open interest.
    OpenInterest(Vec<InterestRow>),
    /// Taker flow.
    TakerFlow(Vec<FlowRow>),
}

/// An answer, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its rows, in the venue's order.
    pub rows: Rows,
    /// It holds as many rows as the venue gives at once: the window may have more.
    pub is_full: bool,
}

/// An answer that is not what it should be: one sentence with the place and the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WireError(pub String);

/// Why there are no rules of a symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoListing {
    /// The venue does not trade it, or trades something else under its name: nothing of it may be fetched.
    #[error("{0}")]
    NotListed(String),
    /// The answer is not what it should be. Its candles may be all the same.
    #[error(transparent)]
    Unreadable(#[from] WireError),
}

/// Something a venue does not have: one sentence that says what it has instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotOffered(pub String);

/// What a venue says of a symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The rules to trade by.
    pub instrument: Instrument,
    /// First trading time, where the venue says it.
    pub listed_at: Option<Timestamp>,
    /// Parts of `instrument` the venue does not tell without a key, so that they are a careful guess: `tiers`, `fees`.
    pub assumed: Vec<&'static str>,
}

/// The adapter of one venue: questions and answers, no I/O.
pub trait Rest: Send + Sync {
    /// Name of the venue, as in the catalog.
    fn venue(&self) -> &'static str;

    /// Every address it uses.
    fn places(&self) -> &'static [Place];

    /// The venue's symbol for a unified one, and the symbol its data is kept under (Hyperliquid settles `BTC/USDT:USDT` in USDC).
    ///
    /// # Errors
    /// The venue has no such market.
    fn resolve(&self, symbol: &Symbol) -> Result<(String, Symbol), NotOffered>;

    /// What there is of a history.
    ///
    /// # Errors
    /// The venue has none, whatever the symbol.
    fn offer(&self, symbol: &Symbol, history: History) -> Result<Offer, NotOffered>;

    /// The question for the venue's clock, if it has one.
    fn clock(&self, symbol: &Symbol) -> Option<Request>;

    /// The venue's clock.
    ///
    /// # Errors
    /// The answer is no time.
    fn read_clock(&self, body: &[u8]) -> Result<Timestamp, WireError>;

    /// The questions for the rules of a symbol.
    fn listing(&self, symbol: &Symbol) -> Vec<Request>;

    /// The rules of a symbol from the answers to these questions.
    ///
    /// # Errors
    /// A symbol that is not in it, or an answer that is none.
    fn read_listing(&self, symbol: &Symbol, bodies: &[&[u8]]) -> Result<Listing, NoListing>;

    /// The question for the first row at or after a moment, if the venue answers such.
    fn first_candle(&self, symbol: &Symbol, history: History, from: Timestamp) -> Option<Request>;

    /// Requests that hold `[from, to)`, which lies in one calendar month: oldest first, disjoint, without a hole. The boundaries
    /// depend on the calendar month only, so that a period that begins later has the same windows from its second one on.
    fn windows(
        &self,
        symbol: &Symbol,
        history: History,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Window>;

    /// Files that hold the whole calendar month (UTC) that begins at `month`: one file, or one for each day. Empty where there are
    /// none. What is not published yet answers [`Verdict::Absent`].
    fn month_files(&self, symbol: &Symbol, history: History, month: Timestamp) -> Vec<Window>;

    /// Files of the days of `[from, to)`, both midnight UTC. Empty where there are none.
    fn day_files(
        &self,
        symbol: &Symbol,
        history: History,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<Window>;

    /// Reads an answer of [`Source::Api`].
    ///
    /// # Errors
    /// It is not what was asked for.
    fn read(&self, history: History, window: &Window, body: &[u8]) -> Result<Page, WireError>;

    /// Reads a file of [`Source::Archive`] as it was published (zip, gzip).
    ///
    /// # Errors
    /// It is not what its name says.
    fn read_file(
        &self,
        history: History,
        window: &Window,
        file: &mut dyn ReadSeek,
    ) -> Result<Page, WireError>;

    /// The digest (sha256, lower-case hex) in the answer to [`Window::checksum`].
    ///
    /// # Errors
    /// It holds none for this file.
    fn read_checksum(&self, window: &Window, body: &[u8]) -> Result<String, WireError>;

    /// What an answer means.
    fn judge(&self, request: &Request, head: Head<'_>) -> Verdict;
}

/// A file on disk or bytes in memory.
pub trait ReadSeek: std::io::Read + std::io::Seek + Send {}
impl<T: std::io::Read + std::io::Seek + Send> ReadSeek for T {}

/// Windows of requests that hold `[from, to)`, which lies in one calendar month, cut at every `width_ms` of the month: what
/// [`Rest::windows`] promises. They end where there is no such request.
pub(super) fn request_windows(
    from: Timestamp,
    to: Timestamp,
    width_ms: i64,
    request: impl Fn(Timestamp, Timestamp) -> Option<Request>,
) -> Vec<Window> {
    let month = Timeframe::Month1.bucket_start(from);
    let mut windows = Vec::new();
    let mut begin = from;
    while begin < to {
        let passed = (begin.0 - month.0) / width_ms;
        let end = month.plus_ms((passed + 1) * width_ms).min(to);
        let Some(request) = request(begin, end) else {
            break;
        };
        windows.push(Window {
            from: begin,
            to: end,
            source: Source::Api,
            request,
            checksum: None,
        });
        begin = end;
    }
    windows
}

/// A price from a venue's text, exact.
///
/// # Errors
/// It is no number, or none that a price can be.
pub fn price(field: &str, text: &str) -> Result<Price, WireError> {
    text.parse()
        .map_err(|e| WireError(format!("{field} `{}`: {e}", shown(text))))
}

/// A price a venue computes (mark, index, averages): what lies below 1e-8 is rounded to the nearest unit.
///
/// # Errors
/// It is no number, or out of range.
pub fn computed_price(field: &str, text: &str) -> Result<Price, WireError> {
    match text.parse() {
        Ok(exact) => Ok(exact),
        Err(NumberError::TooFine(_)) => Price::from_f64(number(field, text)?)
            .map_err(|e| WireError(format!("{field} `{}`: {e}", shown(text)))),
        Err(e) => Err(WireError(format!("{field} `{}`: {e}", shown(text)))),
    }
}

/// A number from a venue's text.
///
/// # Errors
/// It is no finite number.
pub fn number(field: &str, text: &str) -> Result<f64, WireError> {
    let value: Option<f64> = text.parse().ok();
    value
        .filter(|v| v.is_finite())
        .ok_or_else(|| WireError(format!("{field} `{}` is not a number", shown(text))))
}

/// Texts of strangers are shown shortened.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}
