//! Binance: USD-M futures under `/fapi` and `/futures/data`, spot under `/api/v3`.

use host::domain::{Candle, CandleKind, Timeframe};

use super::answer::{Choice, Prefer, Question, Reply};
use super::book;
use super::market::{Listed, Venue, seen};

/// Samples of open interest reach back so far.
const INTEREST_REACH_MS: i64 = 30 * 86_400_000;

/// Lengths futures have; spot has one second as well, which we never ask for.
const INTERVALS: [Timeframe; 15] = [
    Timeframe::M1,
    Timeframe::M3,
    Timeframe::M5,
    Timeframe::M15,
    Timeframe::M30,
    Timeframe::H1,
    Timeframe::H2,
    Timeframe::H4,
    Timeframe::H6,
    Timeframe::H8,
    Timeframe::H12,
    Timeframe::D1,
    Timeframe::D3,
    Timeframe::W1,
    Timeframe::Month1,
];

/// An error as the venue words it: code and message.
struct Error(i64, String);

pub(super) fn answer(question: &Question<'_>) -> Reply {
    let futures = Venue::BinanceFutures;
    let result = match question.path {
        "/fapi/v1/time" | "/api/v3/time" => Ok(Reply::json(
            200,
            format!(r#"{{"serverTime":{}}}"#, question.market.now_ms),
        )),
        "/fapi/v1/exchangeInfo" => Ok(information(question, futures, None)),
        "/api/v3/exchangeInfo" => listed(question, Venue::BinanceSpot, "symbol")
            .map(|one| information(question, Venue::BinanceSpot, Some(one)).weighing(20)),
        "/fapi/v1/klines" => klines(question, futures, CandleKind::Candles, "symbol"),
        "/fapi/v1/markPriceKlines" => klines(question, futures, CandleKind::Mark, "symbol"),
        "/fapi/v1/indexPriceKlines" => klines(question, futures, CandleKind::Index, "pair"),
        "/api/v3/klines" => klines(question, Venue::BinanceSpot, CandleKind::Candles, "symbol"),
        "/fapi/v1/fundingRate" => funding(question),
        "/fapi/v1/depth" => depth(question),
        "/futures/data/openInterestHist" => open_interest(question),
        path => return Reply::text(404, &format!("no such path: {path}")),
    };
    result.unwrap_or_else(|Error(code, message)| {
        Reply::json(400, format!(r#"{{"code":{code},"msg":"{message}"}}"#))
    })
}

fn invalid(parameter: &str) -> Error {
    Error(
        -1130,
        format!("Data sent for parameter '{parameter}' is not valid."),
    )
}

/// A parameter that is a whole number.
fn number(question: &Question<'_>, name: &str) -> Result<Option<i64>, Error> {
    question.number(name).map_err(|name| {
        let message = format!(
            "Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'."
        );
        Error(-1100, message)
    })
}

/// The limit of a list: this by default, an error above `max` (or, on spot, cut down to it).
fn limit(question: &Question<'_>, default: i64, max: i64, is_cut: bool) -> Result<usize, Error> {
    let limit = number(question, "limit")?.unwrap_or(default);
    match limit {
        1.. if limit <= max => Ok(limit as usize),
        1.. if is_cut => Ok(max as usize),
        _ => Err(invalid("limit")),
    }
}

/// The symbol that is asked for.
fn listed<'a>(question: &Question<'a>, venue: Venue, parameter: &str) -> Result<&'a Listed, Error> {
    let Some(symbol) = question.text(parameter).filter(|s| !s.is_empty()) else {
        let message = format!(
            "Mandatory parameter '{parameter}' was not sent, was empty/null, or malformed."
        );
        return Err(Error(-1102, message));
    };
    let found = question.market.find(venue, symbol);
    found.ok_or_else(|| Error(-1121, "Invalid symbol.".to_owned()))
}

fn interval(question: &Question<'_>, parameter: &str) -> Result<Timeframe, Error> {
    let text = question.text(parameter).unwrap_or_default();
    let found = INTERVALS.into_iter().find(|t| t.name() == text);
    found.ok_or_else(|| Error(-1120, "Invalid interval.".to_owned()))
}

/// Oldest first from a start, newest without one.
fn choice(question: &Question<'_>, limit: usize, oldest_first: bool) -> Result<Choice, Error> {
    let from = number(question, "startTime")?;
    Ok(Choice {
        from,
        to: number(question, "endTime")?,
        now: question.market.now_ms,
        limit,
        prefer: match from {
            Some(_) if oldest_first => Prefer::Oldest,
            _ => Prefer::Newest,
        },
        extra_rows: question.extra_rows,
    })
}

fn klines(
    question: &Question<'_>,
    venue: Venue,
    kind: CandleKind,
    parameter: &str,
) -> Result<Reply, Error> {
    let is_spot = venue == Venue::BinanceSpot;
    let symbol = listed(question, venue, parameter)?;
    let timeframe = interval(question, "interval")?;
    let limit = limit(question, 500, if is_spot { 1_000 } else { 1_500 }, is_spot)?;
    let chosen = choice(question, limit, true)?.of(symbol.rows(kind, timeframe), |c| c.open_time.0);
    let now = question.market.now_ms;
    let rows = chosen
        .iter()
        .map(|candle| row(&seen(candle, timeframe, now), kind, timeframe, now));
    let weight = match limit {
        _ if is_spot => 2,
        0..100 => 1,
        100..500 => 2,
        500..=1_000 => 5,
        _ => 10,
    };
    Ok(Reply::rows("", rows.collect(), "").weighing(weight))
}

/// Twelve columns, texts and numbers mixed.
fn row(candle: &Candle, kind: CandleKind, timeframe: Timeframe, now: i64) -> String {
    let (open_time, end) = (candle.open_time.0, timeframe.bucket_end(candle.open_time).0);
    let Candle {
        open,
        high,
        low,
        close,
        ..
    } = candle;
    let prices = format!(r#""{open}","{high}","{low}","{close}""#);
    let close_time = end - 1;
    if kind != CandleKind::Candles {
        // One sample a second.
        let samples = (now.min(end) - open_time) / 1_000;
        return format!(r#"[{open_time},{prices},"0",{close_time},"0",{samples},"0","0","0"]"#);
    }
    let Candle {
        volume,
        quote_volume,
        taker_buy_volume: taker,
        trades,
        ..
    } = candle;
    let taker_quote = taker * close.to_f64();
    format!(
        r#"[{open_time},{prices},"{volume}",{close_time},"{quote_volume}",{trades},"{taker}","{taker_quote}","0"]"#
    )
}

fn funding(question: &Question<'_>) -> Result<Reply, Error> {
    let symbol = listed(question, Venue::BinanceFutures, "symbol")?;
    let has_times = question.text("startTime").is_some() || question.text("endTime").is_some();
    let limit = limit(question, if has_times { 100 } else { 200 }, 1_000, false)?;
    let choice = Choice {
        now: question.market.funding_known_ms(),
        ..choice(question, limit, true)?
    };
    let chosen = choice.of(&symbol.funding, |s| s.time);
    let rows = chosen.iter().map(|settled| {
        let name = &symbol.symbol;
        let (time, rate) = (settled.time, settled.rate);
        let price = match settled.price {
            price if price.is_nan() => String::new(),
            price => price.to_string(),
        };
        format!(
            r#"{{"symbol":"{name}","fundingTime":{time},"fundingRate":"{rate}","markPrice":"{price}","rateType":"Regular"}}"#
        )
    });
    Ok(Reply::rows("", rows.collect(), ""))
}

/// A whole book, numbered in the middle of the change that follows it.
fn depth(question: &Question<'_>) -> Result<Reply, Error> {
    let symbol = listed(question, Venue::BinanceFutures, "symbol")?;
    let limit = limit(question, 500, 1_000, false)?;
    let (now, number) = (question.market.now_ms, book::at(question.market.now_ms));
    let book = book::whole(symbol, number, limit);
    let id = book::number_of_whole(number);
    let side = |levels: &book::Levels| {
        let texts = levels
            .iter()
            .map(|(price, qty)| format!(r#"["{price}","{qty}"]"#));
        texts.collect::<Vec<_>>().join(",")
    };
    let (bids, asks) = (side(&book.bids), side(&book.asks));
    let body =
        format!(r#"{{"lastUpdateId":{id},"E":{now},"T":{now},"bids":[{bids}],"asks":[{asks}]}}"#);
    Ok(Reply::json(200, body).weighing(2))
}

fn open_interest(question: &Question<'_>) -> Result<Reply, Error> {
    let symbol = listed(question, Venue::BinanceFutures, "symbol")?;
    let text = question.text("period").unwrap_or_default();
    let periods = ["5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d"];
    let period: Timeframe = text.parse().map_err(|_| invalid("period"))?;
    if !periods.contains(&period.name()) {
        return Err(invalid("period"));
    }
    let limit = limit(question, 30, 500, false)?;
    let choice = choice(question, limit, false)?;
    if choice
        .from
        .is_some_and(|from| from < choice.now - INTEREST_REACH_MS)
    {
        return Err(invalid("startTime"));
    }
    let on_grid = |time: i64| period.bucket_start(host::domain::Timestamp(time)).0 == time;
    let samples = symbol.interest.iter().filter(|i| on_grid(i.time));
    let samples: Vec<_> = samples
        .filter(|i| i.time >= choice.now - INTEREST_REACH_MS)
        .copied()
        .collect();
    let rows = choice.of(&samples, |i| i.time).iter().map(|sample| {
        let name = &symbol.symbol;
        let (time, base, quote) = (sample.time, sample.base, sample.quote);
        format!(
            r#"{{"symbol":"{name}","sumOpenInterest":"{base}","sumOpenInterestValue":"{quote}","CMCCirculatingSupply":"20070287.00000000","timestamp":{time}}}"#
        )
    });
    Ok(Reply::rows("", rows.collect(), "").weighing(0))
}

/// The rules: of all symbols on futures, of one on spot.
fn information(question: &Question<'_>, venue: Venue, one: Option<&Listed>) -> Reply {
    let now = question.market.now_ms;
    let all = question.market.listed.iter();
    let listed = all.filter(|l| l.venue == venue && one.is_none_or(|one| one == *l));
    let symbols: Vec<String> = listed
        .map(|l| match venue {
            Venue::BinanceSpot => spot_symbol(l),
            _ => futures_symbol(l),
        })
        .collect();
    let limit = if venue == Venue::BinanceSpot {
        6_000
    } else {
        2_400
    };
    Reply::json(
        200,
        format!(
            r#"{{"timezone":"UTC","serverTime":{now},"rateLimits":[{{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":{limit}}}],"exchangeFilters":[],"assets":[],"symbols":[{}]}}"#,
            symbols.join(",")
        ),
    )
}

fn futures_symbol(listed: &Listed) -> String {
    let Listed {
        symbol,
        base,
        quote,
        listed_at,
        ..
    } = listed;
    format!(
        r#"{{"symbol":"{symbol}","pair":"{symbol}","contractType":"PERPETUAL","deliveryDate":4133404800000,"onboardDate":{listed_at},"status":"TRADING","maintMarginPercent":"2.5000","requiredMarginPercent":"5.0000","baseAsset":"{base}","quoteAsset":"{quote}","marginAsset":"{quote}","pricePrecision":2,"quantityPrecision":3,"underlyingType":"COIN","triggerProtect":"0.0500","liquidationFee":"0.012500","marketTakeBound":"0.05","filters":[{{"filterType":"PRICE_FILTER","maxPrice":"4529764","minPrice":"0.10","tickSize":"0.10"}},{{"filterType":"LOT_SIZE","maxQty":"1000","minQty":"0.125","stepSize":"0.125"}},{{"filterType":"MARKET_LOT_SIZE","maxQty":"120","minQty":"0.125","stepSize":"0.125"}},{{"filterType":"MAX_NUM_ORDERS","limit":200}},{{"filterType":"MIN_NOTIONAL","notional":"100"}},{{"filterType":"PERCENT_PRICE","multiplierDecimal":"4","multiplierDown":"0.9500","multiplierUp":"1.0500"}}],"orderTypes":["LIMIT","MARKET"],"timeInForce":["GTC","IOC","FOK","GTX","GTD"]}}"#
    )
}

fn spot_symbol(listed: &Listed) -> String {
    let Listed {
        symbol,
        base,
        quote,
        ..
    } = listed;
    format!(
        r#"{{"symbol":"{symbol}","status":"TRADING","baseAsset":"{base}","baseAssetPrecision":8,"quoteAsset":"{quote}","quotePrecision":8,"quoteAssetPrecision":8,"orderTypes":["LIMIT","MARKET"],"isSpotTradingAllowed":true,"isMarginTradingAllowed":true,"filters":[{{"filterType":"PRICE_FILTER","minPrice":"0.10000000","maxPrice":"1000000.00000000","tickSize":"0.10000000"}},{{"filterType":"LOT_SIZE","minQty":"0.12500000","maxQty":"9000.00000000","stepSize":"0.12500000"}},{{"filterType":"MARKET_LOT_SIZE","minQty":"0.00000000","maxQty":"100.00000000","stepSize":"0.00000000"}},{{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,"maxNotional":"9000000.00000000","applyMaxToMarket":false,"avgPriceMins":5}}],"permissions":[],"permissionSets":[["SPOT"]]}}"#
    )
}
