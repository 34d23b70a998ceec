//! What an answer means before its content is read: the HTTP status, and the code inside answers of status 200.
//! Source: `exchanges/bybit.md` sections 14 and 15.

use super::listing::BY_THE_THOUSAND;
use super::wire::{Status, decode};
use super::{ARCHIVE, VENUE};
use crate::venues::rest::{Head, Request, Verdict, shown};

/// What the venue asks of those who were too fast.
const BAN_MS: u64 = 10 * 60_000;

/// Visits are counted by the rolling second.
const VISITS_MS: u64 = 1_000;

/// Judges an answer.
pub(super) fn judge(request: &Request, head: Head<'_>) -> Verdict {
    match head.status {
        200..=299 if request.place == ARCHIVE => Verdict::Good,
        404 if request.place == ARCHIVE => Verdict::Absent,
        200..=299 => by_code(request, head),
        403 => forbidden(head.body),
        429 => Verdict::Wait {
            wait_ms: head.retry_after_s.map(|s| s.saturating_mul(1_000)),
            why: said(head),
        },
        408 | 500..=599 => Verdict::Retry(said(head)),
        _ => Verdict::Refused(format!("{VENUE} refuses {}: {}", request.path, said(head))),
    }
}

fn by_code(request: &Request, head: Head<'_>) -> Verdict {
    let status: Status = match decode("answer", head.body) {
        Ok(status) => status,
        // Pages of the content network between us and the venue, or an answer that broke off.
        Err(e) => return Verdict::Retry(e.to_string()),
    };
    let said = format!("code {}, {}", status.ret_code, shown(&status.ret_msg));
    match status.ret_code {
        0 => Verdict::Good,
        10_006 => {
            let reset = head.reset_at_ms.zip(status.time);
            let wait_ms = reset.map_or(VISITS_MS, |(reset, now)| reset.saturating_sub(now));
            Verdict::Wait {
                wait_ms: Some(wait_ms),
                why: format!("{VENUE}: {said}"),
            }
        }
        10_429 | 20_003 => Verdict::Wait {
            wait_ms: None,
            why: format!("{VENUE}: {said}"),
        },
        // Overload, and a clock that differs: questions without a key carry no time, so it is the venue's own.
        429 | 10_000 | 10_002 | 10_016 | 10_019 => Verdict::Retry(format!("{VENUE}: {said}")),
        10_001 if request.path.contains("/instruments-info?") => Verdict::Refused(format!(
            "{VENUE} knows no such symbol: {said} ({BY_THE_THOUSAND})"
        )),
        _ => Verdict::Refused(format!("{VENUE} refuses {}: {said}", request.path)),
    }
}

/// Too fast, or a country that is not served: both answer 403, and only the text tells them apart. Without a text it is taken for
/// the first, because going on would make that worse.
fn forbidden(body: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(&body[..body.len().min(4_096)]).to_lowercase();
    let is_ban = text.contains("too frequent") || text.trim().is_empty();
    if is_ban {
        return Verdict::Wait {
            wait_ms: Some(BAN_MS),
            why: format!("{VENUE}: HTTP 403, access too frequent"),
        };
    }
    let place = if text.contains("<html") || text.contains("country") {
        "it does not serve the country this request came from; a mirror or another network may"
    } else {
        "it does not say why"
    };
    Verdict::Refused(format!("{VENUE}: HTTP 403, {place}"))
}

fn said(head: Head<'_>) -> String {
    let text = String::from_utf8_lossy(&head.body[..head.body.len().min(300)]);
    let text = shown(text.trim());
    format!("HTTP {}: {}", head.status, text.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::super::Bybit;
    use super::*;
    use crate::domain::{Symbol, Timestamp};
    use crate::venues::rest::{History, Rest};

    fn said_of(request: &Request, status: u16, body: &str) -> String {
        let head = Head {
            status,
            retry_after_s: (status == 429).then_some(7),
            reset_at_ms: Some(5_500),
            body: body.as_bytes(),
        };
        match judge(request, head) {
            Verdict::Good => "good".to_owned(),
            Verdict::Absent => "absent".to_owned(),
            Verdict::Wait { wait_ms, .. } => format!("wait {wait_ms:?}"),
            Verdict::Retry(_) => "retry".to_owned(),
            Verdict::Refused(why) => format!("refused: {why}"),
        }
    }

    #[test]
    fn codes_inside_good_answers_decide() {
        let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
        let request = Bybit.clock(&symbol).expect("a question");
        for (status, body, verdict) in [
            (200, r#"{"retCode":0,"retMsg":"OK","result":{}}"#, "good"),
            (
                200,
                r#"{"retCode":10006,"retMsg":"Too many visits!"}"#,
                "wait Some(1000)",
            ),
            (
                200,
                r#"{"retCode":10006,"retMsg":"Too many visits!","time":2000}"#,
                "wait Some(3500)",
            ),
            (200, r#"{"retCode":10429}"#, "wait None"),
            (200, r#"{"retCode":10016}"#, "retry"),
            (200, r#"{"retCode":10000}"#, "retry"),
            (200, r#"{"retCode":429}"#, "retry"),
            (200, r#"{"retCode":10002}"#, "retry"),
            (
                200,
                r#"{"retCode":10001,"retMsg":"symbol invalid"}"#,
                "refused: bybit refuses /v5/market/time: code 10001, symbol invalid",
            ),
            (200, "<html>busy</html>", "retry"),
            (200, r#"{"retCode":0,"res"#, "retry"),
            (403, "access too frequent", "wait Some(600000)"),
            (
                403,
                "<HTML><title>403</title></HTML>",
                "refused: bybit: HTTP 403, it does not serve the country this request came from; a mirror or another network may",
            ),
            (429, "", "wait Some(7000)"),
            (502, "<html>", "retry"),
            (
                404,
                "{}",
                "refused: bybit refuses /v5/market/time: HTTP 404: {}",
            ),
        ] {
            assert_eq!(said_of(&request, status, body), verdict, "{status} {body}");
        }
    }

    #[test]
    fn a_symbol_that_is_not_there_is_told_with_how_such_are_named() {
        let symbol = Symbol::parse("SHIB/USDT:USDT", None).expect("a symbol");
        let body = r#"{"retCode":10001,"retMsg":"params error: symbol invalid"}"#;
        let told = said_of(&Bybit.listing(&symbol)[0], 200, body);
        assert!(
            told.contains("no such symbol") && told.contains("SHIB1000"),
            "{told}"
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_absent() {
        let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
        let day = Timestamp(1_700_000_000_000);
        let files = Bybit.day_files(&symbol, History::TakerFlow, day, day.plus_ms(1));
        let said = |status, body| said_of(&files[0].request, status, body);
        assert_eq!(
            (said(200, ""), said(404, "<html>")),
            ("good".to_owned(), "absent".to_owned())
        );
        assert_eq!(said(503, ""), "retry");
    }
}
