//! Hyperliquid: everything is a POST to `/info` whose body names a type.

use host::domain::{Candle, CandleKind, Timeframe};
use serde_json::Value;

use super::Asked;
use super::answer::{Choice, Prefer, Question, Reply};
use super::market::{Listed, Venue, seen};

/// Only so many candles of each length exist.
const CANDLES_KEPT: usize = 5_000;
/// Rows of funding in one answer.
const FUNDING_ROWS: usize = 500;

pub(super) fn answer(question: &Question<'_>, asked: &Asked) -> Reply {
    if asked.method != "POST" {
        return Reply::text(405, "");
    }
    let Ok(body) = serde_json::from_str::<Value>(&asked.body) else {
        return Reply::text(400, "Failed to parse the request body as JSON");
    };
    let result = match body["type"].as_str() {
        Some("candleSnapshot") => candles(question, &body["req"]),
        Some("fundingHistory") => funding(question, &body),
        Some("meta") => Some(Reply::json(200, meta(question))),
        Some("metaAndAssetCtxs") => Some(contexts(question)),
        Some("exchangeStatus") => Some(Reply::json(
            200,
            format!(
                r#"{{"specialStatuses":null,"time":{}}}"#,
                question.market.now_ms
            ),
        )),
        _ => None,
    };
    result.unwrap_or_else(|| {
        let why = "Failed to deserialize the JSON body into the target type";
        Reply::text(422, why)
    })
}

/// The coin that is asked for; an unknown one is status 500 with `null`.
fn listed<'a>(question: &Question<'a>, coin: &Value) -> Option<Result<&'a Listed, Reply>> {
    let found = question.market.find(Venue::Hyperliquid, coin.as_str()?);
    Some(found.ok_or_else(|| Reply::json(500, "null")))
}

/// A time; negative ones are refused with the whole request.
fn time(value: &Value) -> Option<i64> {
    value.as_i64().filter(|time| *time >= 0)
}

fn candles(question: &Question<'_>, request: &Value) -> Option<Reply> {
    let interval = request["interval"].as_str()?;
    let timeframe = Timeframe::ALL
        .into_iter()
        .filter(|t| ![Timeframe::H3, Timeframe::H6].contains(t))
        .find(|t| t.name() == interval)?;
    let (from, to) = (time(&request["startTime"])?, time(&request["endTime"])?);
    let coin = match listed(question, &request["coin"])? {
        Ok(coin) => coin,
        Err(reply) => return Some(reply),
    };
    let now = question.market.now_ms;
    let all = coin.rows(CandleKind::Candles, timeframe);
    let begun = all.partition_point(|c| c.open_time.0 <= now);
    let kept = &all[begun.saturating_sub(CANDLES_KEPT)..begun];
    let choice = Choice {
        from: Some(from),
        to: Some(to),
        now,
        limit: CANDLES_KEPT,
        prefer: Prefer::Newest,
        extra_rows: question.extra_rows,
    };
    let rows = choice.of(kept, |c| c.open_time.0).iter().map(|candle| {
        let seen = seen(candle, timeframe, now);
        row(&coin.symbol, timeframe, &seen)
    });
    Some(Reply::rows("", rows.collect(), ""))
}

fn row(coin: &str, timeframe: Timeframe, candle: &Candle) -> String {
    let Candle {
        open_time,
        open,
        high,
        low,
        close,
        volume,
        trades,
        ..
    } = candle;
    let (time, end) = (open_time.0, timeframe.bucket_end(*open_time).0 - 1);
    format!(
        r#"{{"t":{time},"T":{end},"s":"{coin}","i":"{timeframe}","o":"{open}","c":"{close}","h":"{high}","l":"{low}","v":"{volume:?}","n":{trades}}}"#
    )
}

fn funding(question: &Question<'_>, request: &Value) -> Option<Reply> {
    let from = time(&request["startTime"])?;
    let to = match &request["endTime"] {
        Value::Null => None,
        value => Some(time(value)?),
    };
    let coin = match listed(question, &request["coin"])? {
        Ok(coin) => coin,
        Err(reply) => return Some(reply),
    };
    let choice = Choice {
        from: Some(from),
        to,
        now: question.market.funding_known_ms(),
        limit: FUNDING_ROWS,
        prefer: Prefer::Oldest,
        extra_rows: question.extra_rows,
    };
    let rows = choice.of(&coin.funding, |s| s.time).iter().map(|settled| {
        let (coin, rate, time) = (&coin.symbol, settled.rate, settled.time);
        format!(
            r#"{{"coin":"{coin}","fundingRate":"{rate}","premium":"-0.0001875303","time":{time}}}"#
        )
    });
    Some(Reply::rows("", rows.collect(), ""))
}

fn coins<'a>(question: &Question<'a>) -> impl Iterator<Item = &'a Listed> {
    let all = question.market.listed.iter();
    all.filter(|l| l.venue == Venue::Hyperliquid)
}

/// The universe: what is listed, and a coin that no longer is.
fn meta(question: &Question<'_>) -> String {
    let mut universe: Vec<String> = coins(question)
        .map(|l| {
            let coin = &l.symbol;
            format!(r#"{{"szDecimals":3,"name":"{coin}","maxLeverage":40,"marginTableId":56}}"#)
        })
        .collect();
    let gone =
        r#"{"szDecimals":1,"name":"GONE","maxLeverage":20,"marginTableId":20,"isDelisted":true}"#;
    universe.push(gone.to_owned());
    let tables = r#"[[56,{"description":"tiered 40x","marginTiers":[{"lowerBound":"0.0","maxLeverage":40},{"lowerBound":"150000000.0","maxLeverage":20}]}]]"#;
    let universe = universe.join(",");
    format!(r#"{{"universe":[{universe}],"marginTables":{tables},"collateralToken":0}}"#)
}

/// The universe and one context a coin, joined by position.
fn contexts(question: &Question<'_>) -> Reply {
    let now = question.market.now_ms;
    let mut contexts: Vec<String> = coins(question)
        .map(|l| {
            let candles = l.rows(CandleKind::Candles, Timeframe::M1);
            let begun = candles.partition_point(|c| c.open_time.0 <= now);
            let price = candles[..begun].last().map_or(l.listed_at as f64, |c| c.open.to_f64());
            format!(
                r#"{{"funding":"0.0000125","openInterest":"25877.14916","prevDayPx":"{price:?}","dayNtlVlm":"3677355032.5","premium":"-0.0002298729","oraclePx":"{price:?}","markPx":"{price:?}","midPx":"{price:?}","impactPxs":["{price:?}","{price:?}"],"dayBaseVlm":"32620.95969"}}"#
            )
        })
        .collect();
    let gone = r#"{"funding":"0.0","openInterest":"0.0","prevDayPx":"1.0","dayNtlVlm":"0.0","premium":null,"oraclePx":"1.0","markPx":"1.0","midPx":null,"impactPxs":null,"dayBaseVlm":"0.0"}"#;
    contexts.push(gone.to_owned());
    let contexts = contexts.join(",");
    Reply::json(200, format!("[{},[{contexts}]]", meta(question)))
}
