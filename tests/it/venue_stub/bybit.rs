//! Bybit, linear perpetuals: everything in an envelope, lists newest first.

use host::domain::{Candle, CandleKind, Timeframe};

use super::answer::{Choice, Prefer, Question, Reply};
use super::market::{Listed, Venue, seen};

/// Symbols in a page of tiers.
const RISK_PAGE: usize = 15;

/// What is wrong with a question: the text after `params error: `.
struct Refusal(String);

pub(super) fn answer(question: &Question<'_>) -> Reply {
    let result = match question.path.trim_start_matches("/v5/market/") {
        "time" => Ok(time(question)),
        "kline" => klines(question, CandleKind::Candles),
        "mark-price-kline" => klines(question, CandleKind::Mark),
        "index-price-kline" => klines(question, CandleKind::Index),
        "funding/history" => funding(question),
        "open-interest" => open_interest(question),
        "instruments-info" => instruments(question),
        "risk-limit" => risk_limits(question),
        _ => return Reply::text(404, "404 page not found"),
    };
    result.unwrap_or_else(|Refusal(why)| {
        let now = question.market.now_ms;
        Reply::json(
            200,
            format!(
                r#"{{"retCode":10001,"retMsg":"params error: {why}","result":{{}},"retExtInfo":{{}},"time":{now}}}"#
            ),
        )
    })
}

/// Rows in the envelope; `head` and `tail` are the other fields of the result, each with its comma.
fn enveloped(question: &Question<'_>, head: &str, rows: Vec<String>, tail: &str) -> Reply {
    let now = question.market.now_ms;
    Reply::rows(
        &format!(r#"{{"retCode":0,"retMsg":"OK","result":{{{head}"category":"linear","list":"#),
        rows,
        &format!(r#"{tail}}},"retExtInfo":{{}},"time":{now}}}"#),
    )
}

fn time(question: &Question<'_>) -> Reply {
    let now = question.market.now_ms;
    let second = now / 1_000;
    Reply::json(
        200,
        format!(
            r#"{{"retCode":0,"retMsg":"OK","result":{{"timeSecond":"{second}","timeNano":"{now}000000"}},"retExtInfo":{{}},"time":{now}}}"#
        ),
    )
}

fn number(question: &Question<'_>, name: &str) -> Result<Option<i64>, Refusal> {
    let number = question.number(name);
    number.map_err(|name| Refusal(format!("{name} is not a number")))
}

fn is_linear(question: &Question<'_>) -> Result<(), Refusal> {
    match question.text("category") {
        Some("linear") => Ok(()),
        _ => Err(Refusal("Category is invalid".to_owned())),
    }
}

fn listed<'a>(question: &Question<'a>) -> Result<&'a Listed, Refusal> {
    is_linear(question)?;
    let symbol = question.text("symbol").unwrap_or_default();
    let found = question.market.find(Venue::Bybit, symbol);
    found.ok_or_else(|| Refusal("Symbol Is Invalid".to_owned()))
}

fn limit(question: &Question<'_>, default: i64, max: i64) -> Result<usize, Refusal> {
    match number(question, "limit")?.unwrap_or(default) {
        limit if (1..=max).contains(&limit) => Ok(limit as usize),
        _ => Err(Refusal(format!("Limit must be between 1 and {max}"))),
    }
}

/// Newest first; only a start alone gives the rows that follow it.
fn choice(
    question: &Question<'_>,
    (start, end): (&str, &str),
    limit: usize,
) -> Result<Choice, Refusal> {
    let (from, to) = (number(question, start)?, number(question, end)?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Refusal(format!("{start} is after {end}")));
    }
    Ok(Choice {
        from,
        to,
        now: question.market.now_ms,
        limit,
        prefer: match (from, to) {
            (Some(_), None) => Prefer::Oldest,
            _ => Prefer::Newest,
        },
        extra_rows: question.extra_rows,
    })
}

fn interval(question: &Question<'_>) -> Result<Timeframe, Refusal> {
    Ok(match question.text("interval").unwrap_or_default() {
        "1" => Timeframe::M1,
        "3" => Timeframe::M3,
        "5" => Timeframe::M5,
        "15" => Timeframe::M15,
        "30" => Timeframe::M30,
        "60" => Timeframe::H1,
        "120" => Timeframe::H2,
        "240" => Timeframe::H4,
        "360" => Timeframe::H6,
        "720" => Timeframe::H12,
        "D" => Timeframe::D1,
        "W" => Timeframe::W1,
        "M" => Timeframe::Month1,
        _ => return Err(Refusal("Interval Is Invalid".to_owned())),
    })
}

fn klines(question: &Question<'_>, kind: CandleKind) -> Result<Reply, Refusal> {
    let symbol = listed(question)?;
    let timeframe = interval(question)?;
    let limit = limit(question, 200, 1_000)?;
    let chosen = choice(question, ("start", "end"), limit)?
        .of(symbol.rows(kind, timeframe), |c| c.open_time.0);
    let now = question.market.now_ms;
    let rows = chosen
        .iter()
        .rev()
        .map(|candle| row(&seen(candle, timeframe, now), kind));
    let head = format!(r#""symbol":"{}","#, symbol.symbol);
    Ok(enveloped(question, &head, rows.collect(), ""))
}

/// Seven texts, or five of a price without trades.
fn row(candle: &Candle, kind: CandleKind) -> String {
    let Candle {
        open_time,
        open,
        high,
        low,
        close,
        volume,
        quote_volume,
        ..
    } = candle;
    let prices = format!(r#""{}","{open}","{high}","{low}","{close}""#, open_time.0);
    match kind {
        CandleKind::Candles => format!(r#"[{prices},"{volume}","{quote_volume}"]"#),
        _ => format!("[{prices}]"),
    }
}

fn funding(question: &Question<'_>) -> Result<Reply, Refusal> {
    let symbol = listed(question)?;
    let limit = limit(question, 200, 200)?;
    if question.text("startTime").is_some() && question.text("endTime").is_none() {
        return Err(Refusal("endTime is required with startTime".to_owned()));
    }
    let chosen = Choice {
        now: question.market.funding_known_ms(),
        ..choice(question, ("startTime", "endTime"), limit)?
    };
    let rows = chosen.of(&symbol.funding, |s| s.time).iter().rev();
    let rows = rows.map(|settled| {
        let (name, rate, time) = (&symbol.symbol, settled.rate, settled.time);
        format!(r#"{{"symbol":"{name}","fundingRate":"{rate}","fundingRateTimestamp":"{time}"}}"#)
    });
    Ok(enveloped(question, "", rows.collect(), ""))
}

fn open_interest(question: &Question<'_>) -> Result<Reply, Refusal> {
    let symbol = listed(question)?;
    let step = match question.text("intervalTime").unwrap_or_default() {
        "5min" => 5,
        "15min" => 15,
        "30min" => 30,
        "1h" => 60,
        "4h" => 240,
        "1d" => 1_440,
        _ => return Err(Refusal("intervalTime is invalid".to_owned())),
    } * 60_000;
    let limit = limit(question, 50, 200)?;
    let mut choice = choice(question, ("startTime", "endTime"), limit)?;
    if let Some(cursor) = question.text("cursor").filter(|c| !c.is_empty()) {
        let before = cursor.strip_prefix("before:").and_then(|t| t.parse().ok());
        let before: i64 = before.ok_or_else(|| Refusal("cursor is invalid".to_owned()))?;
        choice.to = Some(choice.to.map_or(before - 1, |to| to.min(before - 1)));
        choice.prefer = Prefer::Newest;
    }
    let samples = symbol.interest.iter().filter(|i| i.time % step == 0);
    let samples: Vec<_> = samples.copied().collect();
    let chosen = choice.of(&samples, |i| i.time);
    // The text of a cursor is escaped once by the venue, so that it can be put into a query as it is.
    let next = match chosen.first() {
        Some(oldest) if chosen.len() >= limit => format!("before%3A{}", oldest.time),
        _ => String::new(),
    };
    let rows = chosen.iter().rev().map(|sample| {
        let (base, time) = (sample.base, sample.time);
        format!(r#"{{"openInterest":"{base}","timestamp":"{time}"}}"#)
    });
    let head = format!(r#""symbol":"{}","#, symbol.symbol);
    let tail = format!(r#","nextPageCursor":"{next}""#);
    Ok(enveloped(question, &head, rows.collect(), &tail))
}

/// The symbol that is asked for, or a page of all of them and the cursor to the next.
fn wanted<'a>(
    question: &Question<'a>,
    page_size: usize,
) -> Result<(Vec<&'a Listed>, String), Refusal> {
    is_linear(question)?;
    if question.text("symbol").is_some() {
        return Ok((vec![listed(question)?], String::new()));
    }
    let from = match question.text("cursor").filter(|c| !c.is_empty()) {
        Some(cursor) => cursor.strip_prefix("from:").and_then(|t| t.parse().ok()),
        None => Some(0),
    };
    let from: usize = from.ok_or_else(|| Refusal("cursor is invalid".to_owned()))?;
    let all = question.market.listed.iter();
    let rest = all.filter(|l| l.venue == Venue::Bybit).skip(from);
    let mut page: Vec<&Listed> = rest.take(page_size + 1).collect();
    let next = match page.len() > page_size {
        true => format!("from%3A{}", from + page_size),
        false => String::new(),
    };
    page.truncate(page_size);
    Ok((page, next))
}

fn instruments(question: &Question<'_>) -> Result<Reply, Refusal> {
    let (wanted, next) = wanted(question, limit(question, 500, 1_000)?)?;
    let rows = wanted.into_iter().map(|l| {
        let Listed {
            symbol,
            base,
            quote,
            listed_at,
            ..
        } = l;
        format!(
            r#"{{"symbol":"{symbol}","symbolId":5,"contractType":"LinearPerpetual","status":"Trading","baseCoin":"{base}","quoteCoin":"{quote}","launchTime":"{listed_at}","deliveryTime":"0","deliveryFeeRate":"","priceScale":"2","leverageFilter":{{"minLeverage":"1","maxLeverage":"100.00","leverageStep":"0.01"}},"priceFilter":{{"minPrice":"0.10","maxPrice":"1999999.80","tickSize":"0.10"}},"lotSizeFilter":{{"maxOrderQty":"1190.000","minOrderQty":"0.125","qtyStep":"0.125","postOnlyMaxOrderQty":"1190.000","maxMktOrderQty":"500.000","minNotionalValue":"5"}},"unifiedMarginTrade":true,"fundingInterval":480,"settleCoin":"{quote}","copyTrading":"both","upperFundingRate":"0.00375","lowerFundingRate":"-0.00375","isPreListing":false,"preListingInfo":null,"riskParameters":{{"priceLimitRatioX":"0.01","priceLimitRatioY":"0.02"}},"symbolType":""}}"#
        )
    });
    let tail = format!(r#","nextPageCursor":"{next}""#);
    Ok(enveloped(question, "", rows.collect(), &tail))
}

/// Two tiers a symbol.
fn risk_limits(question: &Question<'_>) -> Result<Reply, Refusal> {
    let (wanted, next) = wanted(question, RISK_PAGE)?;
    let tiers = [
        (1, "2000000", "0.005", "0.01", 1, "100.00", "0"),
        (2, "2600000", "0.0056", "0.0111", 0, "90.00", "1200"),
    ];
    let rows = wanted.into_iter().flat_map(|l| {
        tiers.map(|(id, value, maintenance, initial, lowest, leverage, deduction)| {
            let symbol = &l.symbol;
            format!(
                r#"{{"id":{id},"symbol":"{symbol}","riskLimitValue":"{value}","maintenanceMargin":"{maintenance}","initialMargin":"{initial}","isLowestRisk":{lowest},"maxLeverage":"{leverage}","mmDeduction":"{deduction}"}}"#
            )
        })
    });
    let tail = format!(r#","nextPageCursor":"{next}""#);
    Ok(enveloped(question, "", rows.collect(), &tail))
}
