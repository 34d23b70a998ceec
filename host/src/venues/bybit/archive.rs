//! Files of trades, one a day: gzip with one CSV inside, hundreds of megabytes unpacked, read line by line into minutes.
//!
//! * Columns are found by their names in the first line; newer files have more of them.
//! * Times are seconds with up to six decimals. Their digits beyond milliseconds are cut off, which moves no trade to another minute.
//! * Files of 2020 run backwards: nothing here depends on the order of lines, except that a trade written twice is recognized
//!   by its id only among the lines of the same moment. That costs a few bytes, where the ids of a whole day would cost
//!   hundreds of megabytes.
//! * There is no digest. The check of gzip, the symbol of every line and its day stand in.
//!
//! Block trades are in these files without a mark, as they are in the volume of candles.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::VENUE;
use super::question::encoded;
use crate::domain::{Qty, Side, Timestamp};
use crate::venues::flow::MinuteFlow;
use crate::venues::rest::{FlowRow, ReadSeek, Window, WireError, number, shown};
use crate::venues::wire::time;

/// Longest line; real ones have 150 bytes.
const LINE_MAX: u64 = 4_096;

/// Unpacked bytes of the largest file that is read: several times the busiest day there was.
const FILE_MAX: u64 = 16 << 30;

/// Ids remembered at once. A moment has some dozens of trades; more are a file that was made to fill memory.
const IDS_MAX: usize = 100_000;

/// The first day with a file of any linear contract.
pub(super) fn first_day() -> Timestamp {
    Timestamp::from_ymd(2020, 3, 25).expect("a day")
}

/// Where the file of a day lies.
pub(super) fn path(name: &str, day: Timestamp) -> String {
    let date = &day.rfc3339()[..10];
    format!("/trading/{name}/{name}{date}.csv.gz")
}

/// The minutes of the day of `window`, all of them.
///
/// # Errors
/// What is wrong, with the line: no gzip, a file that ends early, a column that is missing, a line that is no trade of this
/// symbol and day.
pub(super) fn read(window: &Window, file: &mut dyn ReadSeek) -> Result<Vec<FlowRow>, WireError> {
    let name = window.request.path.rsplit('/').next().unwrap_or_default();
    let symbol = window.request.path.split('/').nth(2).unwrap_or_default();
    let at = |line: u64, e: String| WireError(format!("{VENUE} {name}, line {line}: {e}"));
    let unpacked = MultiGzDecoder::new(BufReader::new(file)).take(FILE_MAX);
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, unpacked));
    let header = lines.next().map_err(|e| at(1, e))?.unwrap_or_default();
    let columns = Columns::find(header).map_err(|e| at(1, e))?;
    let mut flow = MinuteFlow::default();
    let mut seen = Seen::default();
    loop {
        let number = lines.number + 1;
        let Some(line) = lines.next().map_err(|e| at(number, e))? else {
            break;
        };
        let trade = columns.trade(line).map_err(|e| at(number, e))?;
        trade.check(symbol, window).map_err(|e| at(number, e))?;
        if seen.is_new(&trade) {
            flow.add(trade.time, trade.taker, trade.qty);
        }
    }
    if lines.reader.get_ref().limit() == 0 {
        let e = format!("it unpacks to more than {} GiB", FILE_MAX >> 30);
        return Err(at(lines.number, e));
    }
    if flow.span().is_none() {
        return Err(at(2, "there are no trades".to_owned()));
    }
    Ok(flow.rows(window.from, window.to))
}

/// Lines of bounded length.
struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    /// Lines read.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            line: Vec::new(),
            number: 0,
        }
    }

    /// The next line that is not empty, without its end.
    fn next(&mut self) -> Result<Option<&str>, String> {
        self.line.clear();
        while self.line.trim_ascii().is_empty() {
            self.line.clear();
            let mut bounded = (&mut self.reader).take(LINE_MAX);
            let read = bounded.read_until(b'\n', &mut self.line);
            let read = read.map_err(|e| format!("the file cannot be unpacked: {e}"))?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
        }
        if self.line.last() != Some(&b'\n') && self.line.len() as u64 == LINE_MAX {
            return Err(format!("a line of more than {LINE_MAX} bytes"));
        }
        std::str::from_utf8(self.line.trim_ascii())
            .map(Some)
            .map_err(|_| "it is no text".to_owned())
    }
}

/// Where in a line things stand.
struct Columns {
    time: usize,
    symbol: usize,
    side: usize,
    size: usize,
    id: usize,
}

/// A line.
struct Trade<'a> {
    time: Timestamp,
    symbol: &'a str,
    taker: Side,
    qty: Qty,
    id: &'a str,
}

impl Columns {
    fn find(header: &str) -> Result<Self, String> {
        let place = |name: &str| {
            let found = header.split(',').position(|column| column.trim() == name);
            found.ok_or_else(|| format!("there is no column `{name}` in `{}`", shown(header)))
        };
        Ok(Self {
            time: place("timestamp")?,
            symbol: place("symbol")?,
            side: place("side")?,
            size: place("size")?,
            id: place("trdMatchID")?,
        })
    }

    fn trade<'a>(&self, line: &'a str) -> Result<Trade<'a>, String> {
        let (mut time, mut symbol, mut side, mut size, mut id) = (None, None, None, None, None);
        for (i, field) in line.split(',').enumerate() {
            let slot = match i {
                i if i == self.time => &mut time,
                i if i == self.symbol => &mut symbol,
                i if i == self.side => &mut side,
                i if i == self.size => &mut size,
                i if i == self.id => &mut id,
                _ => continue,
            };
            *slot = Some(field);
        }
        let (Some(time), Some(symbol), Some(side), Some(size), Some(id)) =
            (time, symbol, side, size, id)
        else {
            return Err(format!("`{}` has too few columns", shown(line)));
        };
        Ok(Trade {
            time: moment(time)?,
            symbol,
            taker: match side {
                "Buy" => Side::Buy,
                "Sell" => Side::Sell,
                other => return Err(format!("side `{}` is neither Buy nor Sell", shown(other))),
            },
            qty: size_of(size)?,
            id,
        })
    }
}

impl Trade<'_> {
    fn check(&self, symbol: &str, window: &Window) -> Result<(), String> {
        // The address has letters of other scripts as percent codes.
        if self.symbol != symbol && encoded(self.symbol) != symbol {
            return Err(format!("a trade of {}", shown(self.symbol)));
        }
        if self.time < window.from || self.time >= window.to {
            return Err(format!(
                "a trade at {}, of another day",
                self.time.rfc3339()
            ));
        }
        Ok(())
    }
}

/// Seconds with decimals, or with an exponent as floats print them.
fn moment(text: &str) -> Result<Timestamp, String> {
    let (seconds, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let ms = if is_plain(seconds) && is_plain(decimals) {
        let seconds: Option<i64> = seconds.parse().ok();
        let digits = decimals.bytes().chain(*b"000").take(3);
        let ms = digits.fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0'));
        seconds.and_then(|s| s.checked_mul(1_000)?.checked_add(ms))
    } else {
        let seconds = number("timestamp", text).map_err(|e| e.to_string())?;
        Some((seconds * 1e3).floor() as i64)
    };
    ms.and_then(time)
        .ok_or_else(|| format!("timestamp `{}` is no time in seconds", shown(text)))
}

/// A size: decimal text, or what a float prints for it, which is then the nearest 1e-8.
fn size_of(text: &str) -> Result<Qty, String> {
    let exact = text.parse::<Qty>();
    let qty = match exact {
        Ok(qty) => qty,
        Err(_) => {
            let size = number("size", text).map_err(|e| e.to_string())?;
            Qty::from_f64(size).map_err(|e| format!("size {e}"))?
        }
    };
    if qty < Qty::ZERO {
        return Err(format!("size {qty} is negative"));
    }
    Ok(qty)
}

/// Ids of the trades of one moment.
#[derive(Default)]
struct Seen {
    time: Timestamp,
    ids: BTreeSet<Box<str>>,
}

impl Seen {
    fn is_new(&mut self, trade: &Trade<'_>) -> bool {
        if trade.time != self.time || self.ids.len() >= IDS_MAX {
            self.time = trade.time;
            self.ids.clear();
        }
        // A trade without an id cannot be recognized.
        trade.id.is_empty() || self.ids.insert(trade.id.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bybit;
    use super::super::tests::gzip;
    use super::*;
    use crate::domain::Symbol;
    use crate::venues::rest::{History, Rest};

    const HEADER: &str = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional";

    /// 2020-03-25 and its file.
    fn file() -> Window {
        let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
        let (from, to) = (Timestamp(0), first_day().plus_ms(1));
        let mut files = Bybit.day_files(&symbol, History::TakerFlow, from, to);
        assert_eq!(files.len(), 1, "there is nothing before");
        files.remove(0)
    }

    fn line(time: &str, side: &str, size: &str, id: &str) -> String {
        format!("{time},BTCUSDT,{side},{size},6500.5,PlusTick,{id},1.3e+12,{size},1.3")
    }

    fn read_text(text: &str) -> Result<Vec<FlowRow>, WireError> {
        read(&file(), &mut std::io::Cursor::new(gzip(text.as_bytes())))
    }

    fn bits(rows: &[FlowRow]) -> Vec<(i64, u64, u64)> {
        let bits = |r: &FlowRow| {
            (
                r.open_time.0,
                r.taker_buy_volume.to_bits(),
                r.volume.to_bits(),
            )
        };
        rows.iter().map(bits).collect()
    }

    #[test]
    fn the_file_of_a_day_has_its_name() {
        assert_eq!(
            file().request.path,
            "/trading/BTCUSDT/BTCUSDT2020-03-25.csv.gz"
        );
    }

    #[test]
    fn a_file_that_runs_backwards_gives_the_same_bits() {
        let lines = [
            line("1585094400", "Buy", "0.1", "a"),
            line("1585094400.5", "Buy", "0.2", "b"),
            line("1585094459.999999", "Sell", "0.7", "c"),
            // The same trade twice, and another one of the same moment.
            line("1585094460.25", "Sell", "1e-05", "d"),
            line("1585094460.25", "Sell", "1e-05", "d"),
            line("1585094460.25", "Buy", "3", "e"),
            line("1585180799.9999", "Buy", "1.5", "f"),
        ];
        let forwards = format!("{HEADER}\n{}\n", lines.join("\n"));
        let reversed: Vec<_> = lines.iter().rev().cloned().collect();
        // Newer files have a column more and lines may end as elsewhere.
        let backwards = format!("RPI,{HEADER}\r\n0,{}", reversed.join("\r\n0,"));
        let rows = read_text(&forwards).expect("reads");
        assert_eq!(bits(&rows), bits(&read_text(&backwards).expect("reads")));
        let figures = |i: usize| (rows[i].taker_buy_volume, rows[i].volume);
        assert_eq!(rows.len(), 1_440);
        assert_eq!((figures(0), figures(1)), ((0.3, 1.0), (3.0, 3.00001)));
        assert_eq!((figures(2), figures(1_439)), ((0.0, 0.0), (1.5, 1.5)));
    }

    #[test]
    fn trades_without_ids_all_count() {
        let line = line("1585094400", "Buy", "0.1", "");
        let rows = read_text(&format!("{HEADER}\n{line}\n{line}\n")).expect("reads");
        assert_eq!(rows[0].volume, 0.2);
    }

    #[test]
    fn names_of_other_scripts_are_those_of_the_address() {
        let symbol = Symbol::parse("币/USDT:USDT", None).expect("a symbol");
        let day = first_day();
        let files = Bybit.day_files(&symbol, History::TakerFlow, day, day.plus_ms(1));
        let line = line("1585094400", "Buy", "0.1", "a").replace("BTCUSDT", "币USDT");
        let mut file = std::io::Cursor::new(gzip(format!("{HEADER}\n{line}\n").as_bytes()));
        assert_eq!(read(&files[0], &mut file).expect("reads")[0].volume, 0.1);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_line() {
        let good = line("1585094400", "Buy", "0.1", "a");
        for (text, told) in [
            (String::new(), "no column `timestamp`"),
            (HEADER.to_owned(), "no trades"),
            (HEADER.replace("size", "amount"), "no column `size`"),
            (
                format!("{HEADER}\n{good}\n1,2"),
                "line 3: `1,2` has too few columns",
            ),
            (
                format!("{HEADER}\n{}", good.replace("Buy", "buy")),
                "neither Buy nor Sell",
            ),
            (
                format!("{HEADER}\n{}", good.replace("BTCUSDT", "ETHUSDT")),
                "line 2: a trade of ETHUSDT",
            ),
            (
                format!("{HEADER}\n{}", good.replace("BTCUSDT", "币USDT")),
                "line 2: a trade of 币USDT",
            ),
            (
                format!("{HEADER}\n{}", good.replace("0.1,", "-1,")),
                "negative",
            ),
            (
                format!("{HEADER}\n{}", good.replace("0.1,", "NaN,")),
                "not a number",
            ),
            (
                format!("{HEADER}\n{}", good.replace("1585094400", "1585180800")),
                "of another day",
            ),
            (
                format!("{HEADER}\n{}", good.replace("1585094400", "soon")),
                "timestamp `soon`",
            ),
            (
                format!("{HEADER}\n{}", "x".repeat(5_000)),
                "more than 4096 bytes",
            ),
        ] {
            let error = read_text(&text).expect_err(told).to_string();
            assert!(error.contains(told), "{error}");
            assert!(
                error.starts_with("bybit BTCUSDT2020-03-25.csv.gz, line"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_that_ends_early_is_no_file() {
        let packed =
            gzip(format!("{HEADER}\n{}\n", line("1585094400", "Buy", "0.1", "a")).as_bytes());
        for end in 0..packed.len() {
            let mut cut = std::io::Cursor::new(packed[..end].to_vec());
            let error = read(&file(), &mut cut).expect_err("cut");
            assert!(
                end == 0 || error.0.contains("cannot be unpacked"),
                "{error}"
            );
        }
    }
}
