//! Published files: Binance's zips with their digests, Bybit's trades in gzip. They are made when they are asked for, always with the
//! same bytes.

use std::io::{Cursor, Write as _};

use host::domain::{Candle, CandleKind, Timeframe, Timestamp};
use sha2::{Digest as _, Sha256};

use super::answer::{Question, Reply};
use super::market::{Listed, Venue};

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

/// What a path of Binance's archive names.
struct Named<'a> {
    listed: &'a Listed,
    content: &'a str,
    interval: Option<Timeframe>,
    from: i64,
    to: i64,
    is_monthly: bool,
}

pub(super) fn binance(question: &Question<'_>) -> Reply {
    let path = question.path.trim_start_matches("/data/");
    let (path, is_digest) = match path.strip_suffix(".CHECKSUM") {
        Some(path) => (path, true),
        None => (path, false),
    };
    let file = named(question, path).and_then(|named| csv(&named));
    let Some(csv) = file else {
        return absent();
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let zip = zipped(&name.replace(".zip", ".csv"), csv.as_bytes());
    if !is_digest {
        return Reply::bytes(200, "application/zip", zip).weighing(0);
    }
    let digest: String = Sha256::digest(&zip)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    Reply::text(200, &format!("{digest}  {name}\n")).weighing(0)
}

fn absent() -> Reply {
    let body = r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"#;
    Reply::bytes(404, "application/xml", body.as_bytes().to_vec()).weighing(0)
}

/// Reads `{spot|futures/um}/{daily|monthly}/<type>/<SYMBOL>/[<interval>/]<SYMBOL>-<interval or type>-<date>.zip`, if it is published.
fn named<'a>(question: &Question<'a>, path: &'a str) -> Option<Named<'a>> {
    let (venue, rest) = match path.strip_prefix("futures/um/") {
        Some(rest) => (Venue::BinanceFutures, rest),
        None => (Venue::BinanceSpot, path.strip_prefix("spot/")?),
    };
    let parts: Vec<&str> = rest.split('/').collect();
    let (span, content, symbol, interval, name) = match parts[..] {
        [span, content, symbol, interval, name] => (span, content, symbol, Some(interval), name),
        [span, content, symbol, name] => (span, content, symbol, None, name),
        _ => return None,
    };
    let interval_named = interval.unwrap_or(content);
    let date = name.strip_prefix(&format!("{symbol}-{interval_named}-"))?;
    let date = date.strip_suffix(".zip")?;
    let is_monthly = span == "monthly";
    let day = if is_monthly {
        format!("{date}-01")
    } else {
        date.to_owned()
    };
    let from = Timestamp::parse(&day).ok()?;
    let to = match span {
        "monthly" => Timeframe::Month1.bucket_end(from).0,
        "daily" => from.0 + DAY,
        _ => return None,
    };
    let published = if is_monthly {
        first_monday(to)
    } else {
        to + 9 * HOUR
    };
    let interval = interval.map(str::parse).transpose().ok()?;
    (question.market.now_ms >= published).then_some(Named {
        listed: question.market.find(venue, symbol)?,
        content,
        interval,
        from: from.0,
        to,
        is_monthly,
    })
}

/// The first Monday on or after a day.
fn first_monday(day: i64) -> i64 {
    let week = Timeframe::W1.bucket_start(Timestamp(day)).0;
    if week == day { day } else { week + 7 * DAY }
}

/// The lines of a file; none if there would be no line, or no such file.
fn csv(named: &Named<'_>) -> Option<String> {
    let futures = named.listed.venue == Venue::BinanceFutures;
    let kind = match named.content {
        "klines" => Some(CandleKind::Candles),
        "markPriceKlines" if futures => Some(CandleKind::Mark),
        "indexPriceKlines" if futures => Some(CandleKind::Index),
        _ => None,
    };
    match (kind, named.interval) {
        (Some(kind), Some(timeframe)) => candles(named, kind, timeframe),
        (None, None) if futures && named.content == "fundingRate" && named.is_monthly => {
            funding(named)
        }
        (None, None) if futures && named.content == "metrics" && !named.is_monthly => {
            metrics(named)
        }
        _ => None,
    }
}

fn within<'a, T>(rows: &'a [T], named: &Named<'_>, time: impl Fn(&T) -> i64) -> &'a [T] {
    let begin = rows.partition_point(|row| time(row) < named.from);
    &rows[begin..rows.partition_point(|row| time(row) < named.to).max(begin)]
}

fn candles(named: &Named<'_>, kind: CandleKind, timeframe: Timeframe) -> Option<String> {
    let rows = within(named.listed.rows(kind, timeframe), named, |c| c.open_time.0);
    if rows.is_empty() {
        return None;
    }
    let is_spot = named.listed.venue == Venue::BinanceSpot;
    let (year, month) = Timestamp(named.from).year_month();
    // Months of futures have a header since 2022, days some months longer not; spot files have none.
    let header_from = if named.is_monthly {
        (2022, 1)
    } else {
        (2022, 7)
    };
    let mut csv = String::new();
    if !is_spot && (year, month) >= header_from {
        csv.push_str("open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n");
    }
    let unit = if is_spot && year >= 2025 { 1_000 } else { 1 };
    for candle in rows {
        csv.push_str(&line(candle, kind, timeframe, unit));
    }
    Some(csv)
}

/// One line; times in milliseconds times `unit`.
fn line(candle: &Candle, kind: CandleKind, timeframe: Timeframe, unit: i64) -> String {
    let (start, end) = (candle.open_time.0, timeframe.bucket_end(candle.open_time).0);
    let Candle {
        open,
        high,
        low,
        close,
        volume,
        quote_volume: quote,
        taker_buy_volume: taker,
        trades,
        ..
    } = candle;
    let times = (start * unit, end * unit - 1);
    if kind != CandleKind::Candles {
        let samples = (end - start) / 1_000;
        return format!(
            "{},{open},{high},{low},{close},0,{},0,{samples},0,0,0\n",
            times.0, times.1
        );
    }
    let taker_quote = taker * close.to_f64();
    format!(
        "{},{open},{high},{low},{close},{volume},{},{quote},{trades},{taker},{taker_quote},0\n",
        times.0, times.1
    )
}

fn funding(named: &Named<'_>) -> Option<String> {
    let rows = within(&named.listed.funding, named, |s| s.time);
    let lines = rows.iter().map(|s| format!("{},8,{}\n", s.time, s.rate));
    let lines: String = lines.collect();
    let header = "calc_time,funding_interval_hours,last_funding_rate\n";
    (!lines.is_empty()).then(|| format!("{header}{lines}"))
}

/// Every sample twice and the later half first, as some of the published files are.
fn metrics(named: &Named<'_>) -> Option<String> {
    let rows = within(&named.listed.interest, named, |i| i.time);
    let line = |sample: &super::market::Interest| {
        let time = Timestamp(sample.time).rfc3339();
        let time = time.replace('T', " ").replace('Z', "");
        let (symbol, base, quote) = (&named.listed.symbol, sample.base, sample.quote);
        format!("{time},{symbol},{base},{quote},1.28623339,,1.19972635,1.55827200\n")
    };
    let (earlier, later) = rows.split_at(rows.len() / 2);
    let lines: String = later
        .iter()
        .chain(earlier)
        .flat_map(|sample| [line(sample), line(sample)])
        .collect();
    let header = "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio\n";
    (!lines.is_empty()).then(|| format!("{header}{lines}"))
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default())
        .expect("a new file");
    zip.write_all(bytes).expect("memory takes it");
    zip.finish().expect("memory takes it").into_inner()
}

/// `/trading/<SYMBOL>/<SYMBOL><YYYY-MM-DD>.csv.gz`, published at 01:10 the next day.
pub(super) fn bybit(question: &Question<'_>) -> Reply {
    let found = || {
        let (symbol, name) = question.path.strip_prefix("/trading/")?.split_once('/')?;
        let listed = question.market.find(Venue::Bybit, symbol)?;
        let date = name.strip_prefix(symbol)?.strip_suffix(".csv.gz")?;
        let day = Timestamp::parse(date).ok()?.0;
        let is_published = question.market.now_ms >= day + DAY + 70 * 60_000;
        is_published.then(|| trades(listed, day))
    };
    let Some(csv) = found() else {
        return absent();
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(csv.as_bytes()).expect("memory takes it");
    let packed = packed.finish().expect("memory takes it");
    Reply::bytes(200, "application/gzip", packed)
}

/// A day of trades; files of 2020 begin with the newest, files since 2026 have one column more.
fn trades(listed: &Listed, day: i64) -> String {
    let (year, _) = Timestamp(day).year_month();
    let begin = listed.trades.partition_point(|t| t.time < day);
    let end = listed.trades.partition_point(|t| t.time < day + DAY);
    let (header, last) = if year >= 2026 {
        (",RPI", ",0")
    } else {
        ("", "")
    };
    let mut lines: Vec<String> = Vec::new();
    for (number, trade) in listed.trades[begin..end].iter().enumerate() {
        let value = trade.size * trade.price.to_f64();
        let time = format!("{}.{:03}", trade.time / 1_000, trade.time % 1_000);
        let time = time.trim_end_matches('0').trim_end_matches('.');
        let side = if trade.is_taker_buy { "Buy" } else { "Sell" };
        lines.push(format!(
            "{time},{},{side},{size},{},ZeroPlusTick,{:08x}-0000-5000-8000-{number:012x},{:e},{size},{value}{last}\n",
            listed.symbol,
            trade.price,
            day / DAY,
            value * 1e8,
            size = trade.size,
        ));
    }
    if year == 2020 {
        lines.reverse();
    }
    let lines = lines.concat();
    format!(
        "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional{header}\n{lines}"
    )
}
